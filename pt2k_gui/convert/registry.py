"""Which function converts which operator; the engine knows nothing else of any operator."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_REGISTRY: dict[tuple[str, str], dict[int, Callable[..., Any]]] = {}


def operator(name: str, since: int = 1, *, domain: str = "") -> Callable[[Function], Function]:
    """Register a function as the conversion of an operator from opset version ``since`` on.

    The newest registration that is not newer than the model's opset serves. Register one function under several names
    by stacking the decorator. The module docstring of ``pt2k_gui.convert`` shows how to write one.
    """

    def register(function: Function) -> Function:
        versions = _REGISTRY.setdefault((domain, name), {})
        if since in versions:
            raise ValueError(f"{name} is registered twice since version {since}")
        versions[since] = function
        return function

    return register


def find(name: str, version: int, domain: str = "") -> Callable[..., Any] | None:
    """The function for an operator at an opset version; None where there is none."""
    load_operators()
    versions = _REGISTRY.get((domain, name), {})
    fitting = [since for since in versions if since <= version]
    return versions[max(fitting)] if fitting else None


def operators() -> Iterable[tuple[str, str]]:
    """All registered (domain, name)."""
    load_operators()
    return _REGISTRY.keys()


@cache
def load_operators() -> None:
    """Import every family of operators, so that each registers itself."""
    from pt2k_gui.convert import ops

    for module in pkgutil.iter_modules(ops.__path__):
        importlib.import_module(f"{ops.__name__}.{module.name}")
