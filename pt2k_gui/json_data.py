"""Answers as JSON, in the report and on the command line: dataclasses and tuples as objects and lists."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from pt2k_gui.message import Message

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Dataclasses, tuples and paths as what JSON knows; not-a-number and infinities become null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def messages_in(value: Any) -> dict[str, tuple[str, str, Any]]:
    """Each ``Message`` in a value, by its English: its id, template and arguments, as ``from_plain`` takes them."""
    found: dict[str, tuple[str, str, Any]] = {}

    def collect(item: Any) -> None:
        if isinstance(item, Message):
            found[str(item)] = item.id, item.template, plain(item.arguments)
            collect(item.arguments)
        elif dataclasses.is_dataclass(item) and not isinstance(item, type):
            for field in dataclasses.fields(item):
                collect(getattr(item, field.name))
        elif isinstance(item, Mapping):
            for part in item.values():
                collect(part)
        elif isinstance(item, list | tuple):
            for part in item:
                collect(part)

    collect(value)
    return found


def from_plain(kind: type[T], value: Any, texts: Mapping[str, Any] | None = None) -> T:
    """Turn back what ``plain`` made JSON of: the dataclass of that kind, with all that it holds.

    A number that JSON could not say is not-a-number again; a field that the JSON lacks has its default.

    Args:
        texts: of ``messages_in``; these texts are messages again.

    Raises:
        TypeError, ValueError, KeyError: the JSON is of something else.
    """
    made: T = _from_plain(kind, _with_messages(value, texts) if texts else value)
    return made


def _with_messages(value: Any, texts: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        if value not in texts:
            return value
        id, template, arguments = texts[value]
        return Message(id, template, _with_messages(arguments, texts))
    if isinstance(value, dict):
        return {key: _with_messages(item, texts) for key, item in value.items()}
    return [_with_messages(item, texts) for item in value] if isinstance(value, list | tuple) else value


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
