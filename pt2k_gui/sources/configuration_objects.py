"""Configuration objects that are made from plain values: of the class that the code wants, of a default of its own with some
entries changed, or of a kind that answers like a Namespace and like a dictionary."""

from __future__ import annotations

import copy
import dataclasses
import inspect
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from pt2k_gui.sources.configuration import CONFIGURATION_CLASS, plain_value


class Settings(dict[str, Any]):
    """Plain values that can be read as attributes and as items: ``config.width`` and ``config["width"]``."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__()
        self.__dict__ = self
        for name, value in dict(*given, **named).items():
            self[name] = _settled(value)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def __deepcopy__(self, memory: dict[int, Any]) -> Settings:
        return Settings({name: copy.deepcopy(value, memory) for name, value in self.items()})

    def __reduce__(self) -> tuple[object, ...]:
        return Settings, (dict(self),)


def _settled(value: Any) -> Any:
    if isinstance(value, Mapping) and not isinstance(value, Settings):
        return Settings({str(key): item for key, item in value.items()})
    if type(value) in (list, tuple):
        return type(value)(_settled(item) for item in value)
    return value


def merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values with some of them changed; a mapping changes the entries of an entry."""
    found = dict(values)
    for name, value in changes.items():
        inner = found.get(name)
        found[name] = merged(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return found


def default_objects(maker: Callable[..., Any]) -> dict[str, Any]:
    """The defaults of a function's or class's parameters that are neither plain values nor classes, by name."""
    try:
        parameters = inspect.signature(maker).parameters.values()
    except (TypeError, ValueError):
        return {}
    plain = (bool, int, float, str, bytes, list, set, type(None))
    return {
        parameter.name: parameter.default
        for parameter in parameters
        if parameter.default is not parameter.empty
        and not isinstance(parameter.default, plain)
        and (type(parameter.default) is not tuple)
        and not inspect.isclass(parameter.default)
        and not inspect.isroutine(parameter.default)
    }


def entry_of(configuration: Any, path: str) -> Any:
    """The plain value at ``model.width`` of a configuration object; ``...`` where there is none."""
    for part in path.split("."):
        is_mapping = isinstance(configuration, Mapping)
        configuration = configuration.get(part, ...) if is_mapping else getattr(configuration, part, ...)
    return plain_value(configuration)


def with_entries(configuration: Any, values: Mapping[str, Any]) -> Any:
    """A copy of a configuration object in which some entries have other values; a mapping changes the entries of an entry."""
    made = copy.deepcopy(configuration)
    changed = {}
    for name, value in values.items():
        current = made.get(name) if isinstance(made, Mapping) else getattr(made, name, None)
        is_part = isinstance(value, Mapping) and current is not None
        changed[name] = with_entries(current, value) if is_part else value
    if dataclasses.is_dataclass(made) and not isinstance(made, type):
        return dataclasses.replace(made, **changed)
    if isinstance(made, tuple) and hasattr(made, "_replace"):
        return made._replace(**changed)
    for name, value in changed.items():
        if isinstance(made, MutableMapping):
            made[name] = value
        else:
            setattr(made, name, value)
    return made


def made_configuration(values: Mapping[str, Any], annotation: Any, namespace: Mapping[str, Any]) -> Any:
    """An object for a parameter that holds a configuration: of the annotation's class where that is a data class, of the
    data class in the module whose fields have all these names where there is one, or ``Settings``."""
    kind = _class_for(values, annotation, namespace)
    if kind is None:
        return Settings(values)
    known = _parameters_of(kind)
    given = {name: value for name, value in values.items() if name in known}
    made = kind(**{name: _inner(value, known[name], namespace) for name, value in given.items()})
    for name in values.keys() - given.keys():
        try:
            setattr(made, name, values[name])
        except (AttributeError, TypeError, ValueError):
            continue  # a frozen class: what it does not know it does not use
    return made


def _inner(value: Any, annotation: Any, namespace: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping) and annotation is not dict:
        return made_configuration(value, annotation, namespace)
    return value


def _class_for(values: Mapping[str, Any], annotation: Any, namespace: Mapping[str, Any]) -> type | None:
    if isinstance(annotation, str):
        annotation = namespace.get(annotation.rsplit(".", 1)[-1].strip("'\" "), None)
    if inspect.isclass(annotation):
        if issubclass(annotation, Mapping):
            return None
        if annotation not in (int, float, str, bool, object, inspect.Parameter.empty) and _parameters_of(annotation):
            return annotation
    if annotation not in (None, inspect.Parameter.empty, object):
        return None
    kinds = [kind for kind in namespace.values() if inspect.isclass(kind) and values and _takes(kind, values)]
    for fitting in (
        [kind for kind in kinds if dataclasses.is_dataclass(kind)],
        [kind for kind in kinds if CONFIGURATION_CLASS.search(kind.__name__)],
    ):
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _takes(kind: type, values: Mapping[str, Any]) -> bool:
    """Whether a class is made from arguments of all these names."""
    return values.keys() <= _parameters_of(kind).keys()


def _parameters_of(kind: type) -> dict[str, Any]:
    try:
        parameters = inspect.signature(kind).parameters.values()
    except (TypeError, ValueError):
        return {}
    hints: dict[str, Any] = {}
    try:
        import typing

        hints = typing.get_type_hints(kind)
    except Exception:  # annotations are the author's code, and may name what is not there
        hints = {}
    return {
        entry.name: hints.get(entry.name, entry.annotation)
        for entry in parameters
        if entry.kind in (entry.POSITIONAL_OR_KEYWORD, entry.KEYWORD_ONLY)
    }
