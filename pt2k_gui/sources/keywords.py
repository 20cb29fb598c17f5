"""Follows ``**kwargs`` from a class or function to what receives it in the end, by reading its source; calls nothing."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_DEEPEST = 6  # calls from one function to the next


def received_by_keyword(maker: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    """The named parameters that a maker takes through its ``**kwargs``, nearest receiver first; empty where it has none,
    or where no source tells who receives it.
    """
    found: dict[str, inspect.Parameter] = {}
    for parameter in _follow(maker, {}, _DEEPEST):
        found.setdefault(parameter.name, parameter)
    return tuple(found.values())


def _follow(maker: Any, known: Mapping[str, Any], depth: int) -> Iterator[inspect.Parameter]:
    """Args: known: what some of the maker's own parameters are, where a caller gave a class or a function for them."""
    function, owner = _code_of(maker)
    parameters = _parameters(function)
    rest = next((p.name for p in parameters if p.kind is p.VAR_KEYWORD), "")
    if not rest or not depth:
        return
    names = {**getattr(function, "__globals__", {}), **known}
    for call in _calls(function):
        if not any(keyword.arg is None and _mentions(keyword.value, rest) for keyword in call.keywords):
            continue
        receiver = _receiver(call.func, names, owner)
        if receiver is None:
            continue
        called, _ = _code_of(receiver)
        takes = _parameters(called)[1 if called is not receiver else 0 :]
        by_place = [p for p in takes if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][: len(call.args)]
        given = {p.name: value for p, value in zip(by_place, call.args, strict=False)}
        given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        for parameter in takes:
            if (
                parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
                and parameter.name not in given
            ):
                yield parameter
        inner = {
            name: names[v.id] for name, v in given.items() if isinstance(v, ast.Name) and callable(names.get(v.id))
        }
        yield from _follow(receiver, inner, depth - 1)


def _code_of(maker: Any) -> tuple[Any, type | None]:
    """The function behind a maker, and the class that it constructs or belongs to."""
    if isinstance(maker, type):
        owner = next((kind for kind in maker.__mro__ if "__init__" in vars(kind)), maker)
        return vars(owner).get("__init__", maker), owner
    return inspect.unwrap(maker), None


def _parameters(function: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function, follow_wrapped=False).parameters.values())
    except (TypeError, ValueError):
        return []


def _calls(function: Any) -> list[ast.Call]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _mentions(value: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(value))


def _receiver(called: ast.expr, names: Mapping[str, Any], owner: type | None) -> Any:
    """The function that is called, where a name or ``super().__init__`` says it."""
    if isinstance(called, ast.Name):
        found = names.get(called.id)
        # ``dict(**kwargs)`` and the like hand on nothing.
        return found if callable(found) and getattr(found, "__module__", "builtins") != "builtins" else None
    if isinstance(called, ast.Attribute):
        place = called.value
        if isinstance(place, ast.Call) and isinstance(place.func, ast.Name) and place.func.id == "super":
            if called.attr != "__init__" or owner is None:
                return None
            return next((kind for kind in owner.__mro__[1:] if "__init__" in vars(kind) and kind is not object), None)
        if isinstance(place, ast.Name) and inspect.ismodule(names.get(place.id)):
            found = getattr(names[place.id], called.attr, None)
            return found if callable(found) else None
    return None
