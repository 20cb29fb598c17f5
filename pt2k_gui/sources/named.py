"""Models that have a name instead of a file: ``timm:resnet18``, ``torchvision.models:resnet18``, ``model.py:Net``; and the
names that a package has."""

from __future__ import annotations

import fnmatch
import importlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import file_formats, messages
from pt2k_gui.sources.assembly import described
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.checkpoints import Checkpoint
from pt2k_gui.sources.code import argument_value, find_maker, make
from pt2k_gui.sources.loaded import LoadedModel

if TYPE_CHECKING:
    import torch

PRETRAINED, RANDOM = "pretrained", "random"
"""Values of ``Source.weights`` for a name: the package's published weights (which it may have to fetch), or random ones."""
SEED = 0  # of random weights: whichever process makes the model, it is the same one
LISTED = ("timm", "torchvision.models", "torchvision.models.segmentation", "torchvision.models.detection",
          "torchvision.models.video", "segmentation_models_pytorch", "monai.networks.nets")  # fmt: skip
"""Packages of models that are looked for in an interpreter."""
_FETCHED = {"weights": None, "weights_backbone": None, "pretrained": False, "pretrained_backbone": False}
# Parameters that say which weights a maker fetches, with the values for none.


def read_named(source: Source, context: Context) -> LoadedModel:
    """Make the model that ``source.path`` names, with random weights unless ``source.weights`` asks for others.

    Raises:
        NeedsTrust: its code is in a file that the user did not agree to yet.
        Problem: there is no such name, it can't be made, or its weights can't be had.
    """
    import torch

    if source.weights not in ("", PRETRAINED, RANDOM):
        raise Problem(
            messages.NO_SUCH_WEIGHTS(name=source.path, weights=source.weights),
            hint=messages.PUBLISHED_OR_RANDOM(name=source.path),
        )
    coded = replace(source, code=source.path, weights="")
    context.progress(0.2, messages.IMPORTING_PACKAGE())
    maker = find_maker(coded)
    function = maker.function
    given = {name: argument_value(maker, name, text) for name, text in source.arguments}
    context.progress(0.5, messages.BUILDING_NETWORK())
    torch.manual_seed(SEED)
    if source.weights == PRETRAINED:
        module, note = _with_weights(source, function, given), messages.PUBLISHED_WEIGHTS()
    else:
        module = make(coded, maker, {**_without_weights(function), **given})
        note = messages.RANDOM_WEIGHTS()
    made = described(coded, file_formats.NAMED, "", module, Checkpoint((), origin=origin(source.path)), [note])
    return replace(made, card=replace(made.card, name=source.path.rpartition(":")[2]))


def origin(name: str) -> str:
    """The package and its version, as its metadata say."""
    from importlib import metadata

    top = name.partition(":")[0].partition(".")[0]
    try:
        return f"{top} {metadata.version(top)}"
    except metadata.PackageNotFoundError:
        return "PyTorch"


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}


def _without_weights(function: Callable[..., Any]) -> dict[str, Any]:
    """Arguments under which a maker fetches nothing."""
    known = _parameters(function)
    return {
        name: value
        for name, value in _FETCHED.items()
        if name in known and known[name].default is not inspect.Parameter.empty and known[name].default != value
    }


def _with_weights(source: Source, function: Callable[..., Any], given: Mapping[str, Any]) -> torch.nn.Module:
    import torch

    known = _parameters(function)
    if "pretrained" in known:
        wanted: dict[str, Any] = {"pretrained": True}
    elif "weights" in known:
        wanted = {"weights": "DEFAULT"}
    else:
        raise Problem(
            messages.NO_WEIGHTS_PARAMETER(name=source.path),
            hint=messages.GIVE_WEIGHTS_FILE(),
        )
    try:
        module = function(**{**wanted, **given})
    except Exception as error:  # a package may fail in any way, most likely for want of a network
        lines = str(error).strip().splitlines()
        raise Problem(
            messages.PUBLISHED_FAILED(name=source.path, error=": ".join([type(error).__name__, *lines[:1]])),
            hint=messages.FETCHED_BY_PACKAGE(),
            details=str(error),
        ) from error
    if not isinstance(module, torch.nn.Module):
        raise Problem(
            messages.GIVES_NO_MODULE(name=source.path, type=type(module).__name__), hint=messages.NAME_OF_MODEL()
        )
    return module.eval()


def names_in(package: str, pattern: str = "") -> tuple[str, ...]:
    """The models that an installed package has, as ``package:name``, sorted; ``pattern`` as in a shell, or a part of the name.

    Raises:
        Problem: the package can't be imported.
    """
    try:
        module = importlib.import_module(package)
    except Exception as error:  # a package may fail in any way
        raise Problem(
            messages.PACKAGE_FAILS(package=package, error=f"{type(error).__name__}: {error}"),
            hint=messages.INTERPRETER_WITH_IT(),
        ) from error
    names = sorted(_names(module), key=_naturally)
    wanted = pattern if "*" in pattern or "?" in pattern else f"*{pattern}*"
    return tuple(f"{package}:{name}" for name in names if fnmatch.fnmatch(name.lower(), wanted.lower()))


def _naturally(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


def _names(module: Any) -> set[str]:
    import torch

    lists = getattr(module, "list_models", None)
    if callable(lists):
        named = module.__name__.startswith("torchvision.")  # its list holds the names of all its parts
        found = lists(module=module) if named else lists()
        return {str(name) for name in found if not named or hasattr(module, str(name))}
    own = module.__name__.partition(".")[0]
    classes, makers = set(), set()
    for name, value in vars(module).items():
        if name.startswith("_") or not str(getattr(value, "__module__", "")).startswith(own):
            continue
        if inspect.isclass(value) and issubclass(value, torch.nn.Module):
            classes.add(name)
        elif inspect.isfunction(value) and name == name.lower() and not _FETCHED.keys().isdisjoint(_parameters(value)):
            makers.add(name)
    return makers or classes


def packages_here() -> tuple[str, ...]:
    """The packages of models that this interpreter has, without importing them."""
    from importlib.util import find_spec

    found = []
    for package in LISTED:
        top, *rest = package.split(".")
        spec = find_spec(top)
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        inner = Path(places[0]).joinpath(*rest) if places else None
        if inner is not None and (inner.is_dir() or inner.with_suffix(".py").is_file()):
            found.append(package)
    return tuple(found)
