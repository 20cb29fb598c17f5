"""Answers as JSON, in the report and on the command line: dataclasses and tuples as objects and lists."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any, TypeVar

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Dataclasses, tuples and paths as what JSON knows; not-a-number and infinities become null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def from_plain(kind: type[T], value: Any) -> T:
    """Turn back what ``plain`` made JSON of: the dataclass of that kind, with all that it holds.

    A number that JSON could not say is not-a-number again; a field that the JSON lacks has its default.

    Raises:
        TypeError, ValueError, KeyError: the JSON is of something else.
    """
    made: T = _from_plain(kind, value)
    return made


def _from_plain(hint: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        hints = typing.get_type_hints(hint)
        names = [field.name for field in dataclasses.fields(hint) if field.name in value]
        return hint(**{name: _from_plain(hints[name], value[name]) for name in names})
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return None
        chosen = [kind for kind in arguments if kind is not type(None)]
        same = [kind for kind in chosen if kind is type(value)]
        return _from_plain((same or chosen)[0], value)
    if origin is tuple:
        repeated = len(arguments) == 2 and arguments[1] is Ellipsis
        kinds = [arguments[0]] * len(value) if repeated else arguments
        return tuple(_from_plain(kind, item) for kind, item in zip(kinds, value, strict=True))
    if origin is dict:
        return {key: _from_plain(arguments[1], item) for key, item in value.items()}
    if hint is float:
        return float("nan") if value is None else float(value)
    return value
