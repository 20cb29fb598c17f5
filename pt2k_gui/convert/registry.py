"""All that the converter knows of an operator: the function that converts it, and the traits that passes ask for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Traits:
    """Facts of an operator beside its conversion.

    Attributes:
        spatial: its first input is image-like: (batch, channels, space ...).
        passes_axes: the axes of its output mean what those of its input mean, so that what follows tells what they are.
        names_module: it is what its PyTorch module is for, so that its layer takes the module's name even where the
            exporter wrote further nodes for that module.
        rearranges: it only rearranges numbers: a weight that went through it can still be trained.
        exact: it moves or picks numbers and rounds none.
        random: it draws random numbers, so that it is never evaluated at conversion.
        settings: positions of inputs that say how something is done (lengths, exponents), not numbers to compute with.
        sizes: what it makes of lengths that are known only while the model runs (see ``size_rules``).
        float_sizes: the same for lengths as floats. Rules that are exact for both are the same.
        advice: what to do where there is no conversion for it.
    """

    spatial: bool = False
    passes_axes: bool = False
    names_module: bool = False
    rearranges: bool = False
    exact: bool = False
    random: bool = False
    settings: tuple[int, ...] = ()
    sizes: Callable[..., Any] | None = None
    float_sizes: Callable[..., Any] | None = None
    advice: str = ""


_REGISTRY: dict[tuple[str, str], dict[int, Callable[..., Any]]] = {}
_TRAITS: dict[tuple[str, str], Traits] = {}


def operator(name: str, since: int = 1, *, domain: str = "", **traits: Any) -> Callable[[Function], Function]:
    """Register a function as the conversion of an operator from opset version ``since`` on.

    The newest registration that is not newer than the model's opset serves. Register one function under several names
    by stacking the decorator. ``traits`` are the attributes of ``Traits``; they hold for all versions of the operator. The
    module docstring of ``pt2k_gui.convert`` shows how to write one.
    """
    declare(name, domain=domain, **traits)

    def register(function: Function) -> Function:
        versions = _REGISTRY.setdefault((domain, name), {})
        if since in versions:
            raise ValueError(f"{name} is registered twice since version {since}")
        versions[since] = function
        return function

    return register


def declare(name: str, *, domain: str = "", **traits: Any) -> None:
    """State traits of an operator, whether there is a conversion for it or not."""
    _TRAITS[domain, name] = replace(_TRAITS.get((domain, name), Traits()), **traits)


def find(name: str, version: int, domain: str = "") -> Callable[..., Any] | None:
    """The function for an operator at an opset version; None where there is none."""
    load_operators()
    versions = _REGISTRY.get((domain, name), {})
    fitting = [since for since in versions if since <= version]
    return versions[max(fitting)] if fitting else None


def traits_of(name: str, domain: str = "") -> Traits:
    """The operator's traits; an unknown operator has none."""
    load_operators()
    return _TRAITS.get((domain, name), Traits())


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
