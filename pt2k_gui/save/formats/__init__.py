"""The formats in which a converted model can be written, one file each, and which of them a file's name asks for."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from pt2k_gui.problem import Problem
from pt2k_gui.save import messages
from pt2k_gui.save.formats import (
    keras_archive,
    keras_weights,
    legacy_h5,
    litert,
    onnx_copy,
    openvino_ir,
    python_module,
    saved_model,
)
from pt2k_gui.save.formats.entry import Format

MODULES = (keras_archive, python_module, keras_weights, saved_model, litert, onnx_copy, openvino_ir, legacy_h5)
"""In the order in which the window shows them."""
FORMATS: tuple[Format, ...] = tuple(entry for module in MODULES for entry in module.FORMATS)
_MODULES = {entry.name: module.__name__.rpartition(".")[2] for module in MODULES for entry in module.FORMATS}


def module_of(name: str) -> str:
    """The file of this folder, without ``.py``, in which that format is defined."""
    return _MODULES[name]


def available() -> tuple[Format, ...]:
    """The formats that can be written here: those that need nothing, or whose packages are installed."""
    return tuple(entry for entry in FORMATS if not _missing(entry))


def _missing(entry: Format) -> list[str]:
    return [package for package in entry.needs if importlib.util.find_spec(package) is None]


def files_of(name: str, path: str) -> tuple[str, ...]:
    """The files that writing that format at ``path`` makes: ``path``, and the one that belongs to it if there is one."""
    beside = format_named(name).beside
    return (path, str(Path(path).with_name(f"{Path(path).stem}{beside}"))) if beside else (path,)


def refuse_existing(targets: Iterable[tuple[str, str]]) -> None:
    """Raise ``Problem`` if a file that the (format name, path) pairs would make is there already."""
    for name, path in targets:
        for file in files_of(name, path):
            if Path(file).exists():
                raise Problem(
                    messages.EXISTS(file=file),
                    hint=messages.ALLOW_REPLACING(),
                )


def format_named(name: str) -> Format:
    """The format of that name. Raises ``Problem`` for a name that is none."""
    for entry in FORMATS:
        if entry.name == name:
            return entry
    raise Problem(messages.NO_FORMAT(name=name), hint=messages.CHOOSE_FORMAT(names=[entry.name for entry in FORMATS]))


def format_of(path: str) -> Format:
    """The format that a file's ending asks for, the longest ending first.

    Raises:
        Problem: the ending belongs to none, or to one that can't be written here.
    """
    name = Path(path).name.lower()
    for entry in sorted(FORMATS, key=lambda entry: -len(entry.suffix)):
        if name.endswith(entry.suffix) and name != entry.suffix:
            missing = _missing(entry)
            if missing:
                raise Problem(
                    messages.FORMAT_NEEDS(path=path, format=entry.title, packages=missing, count=len(missing)),
                    hint=messages.INSTALL_PACKAGES(packages=missing),
                )
            return entry
    raise Problem(
        messages.UNKNOWN_ENDING(path=path),
        hint=messages.USE_ENDING(endings=[entry.suffix for entry in FORMATS]),
    )
