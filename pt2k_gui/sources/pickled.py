"""Reads what ``torch.save`` wrote without running anything that the file names: foreign classes become inert stand-ins."""

from __future__ import annotations

import argparse
import collections
import importlib
import pathlib
import pickle
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.sources import file_messages
from pt2k_gui.sources.archives import too_new
from pt2k_gui.sources.trust import Import

# Functions of torch that modules keep as attributes; none of them does anything but arithmetic.
_FUNCTIONS = {
    ("torch.nn.functional", "relu"),
    ("torch.nn.functional", "gelu"),
    ("torch._C._nn", "gelu"),
    ("torch.nn.functional", "silu"),
}
_MOST_GROWTH = 8  # times the file's size; tensors are stored as they are, so that a torch file hardly grows
_ALWAYS_ALLOWED = 64 << 20  # bytes


_CONTAINERS: dict[str, Callable[[], Any]] = {
    "collections.defaultdict": collections.OrderedDict,
    "collections.deque": list,
}
# What torch's reader says of a stand-in that the file fills, and what the stand-in should have been.
_REFUSALS: dict[str, Callable[[], Any]] = {
    "Can only SETITEM": collections.OrderedDict,
    "Can only append to lists": list,
    "Can only extend lists": list,
}


class Inert(dict[Any, Any]):
    """Stands for an object of a class that is not imported. Takes whatever state the file gives it and does nothing."""

    origin = ""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__()
        self.arguments = arguments

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __setstate__(self, state: Any) -> None:
        parts = state if isinstance(state, tuple) else (state,)
        for part in parts:
            if isinstance(part, dict):
                self.update({key: value for key, value in part.items() if isinstance(key, str)})


def read_inertly(file: Path, imports: Sequence[Import]) -> tuple[Any, list[str]]:
    """Contents of the file, with tensors on the CPU, and the names of the classes that inert stand-ins stand for.

    Classes of ``torch.nn`` are themselves; everything else that torch's own restricted reader does not know is inert.

    Raises:
        Problem: the file is damaged or made to fill the memory.
        RuntimeError, ValueError and others: as torch's reader does; ``unreadable`` has the words.
    """
    import torch

    require_modest(file)
    allowed: list[Any] = [
        (argparse.Namespace, "argparse.Namespace"),
        (pathlib.PurePosixPath, "pathlib.PosixPath"),
        (pathlib.PureWindowsPath, "pathlib.WindowsPath"),
        (dict, "builtins.dict"),
        (list, "builtins.list"),
        (int, "builtins.int"),
        (float, "builtins.float"),
        (range, "builtins.range"),
    ]
    taken = {name for _, name in allowed}
    foreign = []
    for entry in imports:
        full = _present_name(entry)
        if full in taken:
            continue
        own = _of_torch(entry)
        if own is not None:
            allowed.append((own, full))
        elif not _known_to_torch(full):
            foreign.append(full)
    # torch's reader fills plain lists and dictionaries only: a stand-in that turns out to be one of them becomes one.
    containers = dict(_CONTAINERS)
    while True:
        stands = [(_filled(full, containers[full]) if full in containers else _inert(full), full) for full in foreign]
        with torch.serialization.safe_globals([*allowed, *stands]):
            try:
                return torch.load(file, map_location="cpu", weights_only=True), foreign
            except pickle.UnpicklingError as error:
                culprit = next((full for full in foreign if f"but got {_inert(full)}" in str(error)), None)
                kind = next((kind for words, kind in _REFUSALS.items() if words in str(error)), None)
                if culprit is None or culprit in containers or kind is None:
                    raise
                containers[culprit] = kind


def _inert(full: str) -> type:
    return type(full, (Inert,), {"origin": full})


def _filled(full: str, kind: Callable[[], Any]) -> type:
    """Stands for a container: gives an empty plain one, which the file then fills."""

    def new(_: type, *arguments: Any, **named: Any) -> Any:
        return kind()

    return type(full, (), {"__new__": new})


def _present_name(entry: Import) -> str:
    """The name as this Python has it: files of protocol 2 carry Python 2's."""
    from torch._utils import IMPORT_MAPPING, NAME_MAPPING

    module, name = entry.module, entry.name
    if (module, name) in NAME_MAPPING:
        module, name = NAME_MAPPING[module, name]
    return f"{IMPORT_MAPPING.get(module, module)}.{name}"


def _of_torch(entry: Import) -> Any:
    """The class or function itself, where it is one of torch's layers; None otherwise."""
    import torch

    if (entry.module, entry.name) in _FUNCTIONS:
        return getattr(importlib.import_module(entry.module), entry.name, None)
    if not entry.module.startswith("torch.nn.modules.") or "." in entry.name:
        return None
    module = torch.nn.modules
    for part in entry.module.split(".")[3:]:
        module = getattr(module, part, None)
    found = getattr(module, entry.name, None)
    return found if isinstance(found, type) and issubclass(found, torch.nn.Module) else None


def _known_to_torch(full: str) -> bool:
    from torch import _weights_only_unpickler

    return full in _weights_only_unpickler._get_allowed_globals()


def require_modest(file: Path) -> None:
    """Raise ``Problem`` for an archive that unpacks to many times its size."""
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > max(_MOST_GROWTH * file.stat().st_size, _ALWAYS_ALLOWED):
        raise Problem(
            file_messages.UNPACKS_TO(file=file, size=file.stat().st_size, unpacked=unpacked),
            hint=file_messages.GROWS(),
        )


def unreadable(file: Path, error: Exception) -> Problem:
    """The words for what torch's reader raised."""
    import torch

    version = torch.__version__.split("+")[0]
    text = str(error)
    newer = too_new(file, error)
    if newer is not None:
        return newer
    if "quantize" in text.lower() or "QInt" in text:
        return Problem(
            file_messages.QUANTIZED(file=file),
            hint=file_messages.BEFORE_QUANTIZATION(),
            details=repr(error),
        )
    if isinstance(error, EOFError) or "central directory" in text or "file in archive is not in a subdirectory" in text:
        return Problem(
            file_messages.ENDS_EARLY(file=file),
            hint=file_messages.COPY_AGAIN(),
            details=repr(error),
        )
    return Problem(
        file_messages.DAMAGED_OR_NEWER(file=file, version=version),
        hint=file_messages.COPY_OR_SAVE(),
        details=repr(error),
    )


def tensors_of(content: Any, path: str = "") -> dict[str, Any]:
    """The state dict of a pickled module, put together from the attributes that modules have: any part of it may be a
    stand-in, also one within a real module."""
    import torch

    state = _attributes(content)
    if not state.keys() >= _MODULE_ATTRIBUTES:
        return {}
    found: dict[str, Any] = {}
    transient = state.get("_non_persistent_buffers_set") or ()
    for store in ("_parameters", "_buffers"):
        for key, value in _entries(state, store):
            if isinstance(value, torch.Tensor) and key not in transient:
                found[path + key] = value
    for key, child in _entries(state, "_modules"):
        found |= tensors_of(child, f"{path}{key}.")
    return found


def only_torch(content: Any) -> bool:
    """Whether a pickled module can run: every part of it is a layer of torch's own with its tensors, none a stand-in."""
    import torch

    state = _attributes(content)
    return (
        isinstance(content, torch.nn.Module)
        and state.keys() >= _MODULE_ATTRIBUTES
        and all(isinstance(state[store], dict) for store in _MODULE_ATTRIBUTES)
        and all(
            value is None or isinstance(value, torch.Tensor)
            for store in ("_parameters", "_buffers")
            for value in state[store].values()
        )
        and all(child is None or only_torch(child) for child in state["_modules"].values())
    )


_MODULE_ATTRIBUTES = frozenset(("_parameters", "_buffers", "_modules"))


def _attributes(content: Any) -> dict[str, Any]:
    return content if isinstance(content, Inert) else getattr(content, "__dict__", {})


def _entries(state: dict[str, Any], store: str) -> list[tuple[Any, Any]]:
    entries = state.get(store)
    return list(entries.items()) if isinstance(entries, dict) else []
