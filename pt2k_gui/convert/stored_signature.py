"""The axis order, names and shapes of a converted model's inputs and outputs, stored in each file that is written of it.

Nothing that reads such a file for its model minds: a ``.keras`` file is a zip archive, to which Keras allows other members; a
``.tflite`` file may have a zip archive at its end, which is LiteRT's own way of keeping files with a model; an HDF5 file has
attributes; and a SavedModel has a folder for extra files.
"""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

from pt2k_gui.convert import messages
from pt2k_gui.convert.report import Signature, signature_from_json
from pt2k_gui.problem import Problem

MEMBER = "pt2k.json"
_EXTRA = "assets.extra"  # a SavedModel's folder for what belongs to it and is no part of it
_HDF5 = (".h5", ".hdf5")


def read_signature(path: str | os.PathLike[str]) -> Signature | None:
    """The inputs and outputs as the file describes them; None where it does not.

    Raises:
        Problem: the file is missing or of another kind than its ending says, or the description is damaged.
    """
    data = read_description(path)
    return None if data is None else signature_from_json(data["signature"])


def read_description(path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """All that a file says of the conversion that it came from; None where it says nothing. Raises as ``read_signature``."""
    file = Path(path)
    if not file.exists():
        raise Problem(messages.NOT_FOUND(file=file), hint=messages.CHECK_NAME())
    try:
        text = _read(file)
        data: dict[str, Any] | None = None if text is None else json.loads(text)
    except ValueError as error:
        raise Problem(
            messages.SIGNATURE_DAMAGED(file=file),
            hint=messages.CONVERT_AGAIN(),
            details=repr(error),
        ) from error
    return data


def _read(file: Path) -> str | bytes | None:
    if file.is_dir():
        extra = file / _EXTRA / MEMBER
        return extra.read_bytes() if extra.is_file() else None
    if file.name.endswith(_HDF5):
        return _read_attribute(file)
    if file.suffix != ".keras" and not zipfile.is_zipfile(file):
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.read(MEMBER) if MEMBER in archive.namelist() else None
    except (OSError, zipfile.BadZipFile) as error:
        raise Problem(
            messages.NOT_KERAS(file=file),
            hint=messages.CHOOSE_KERAS(),
            details=repr(error),
        ) from error


def _read_attribute(file: Path) -> str | None:
    import h5py

    try:
        with h5py.File(file) as opened:
            stored = opened.attrs.get(MEMBER)
    except OSError as error:
        raise Problem(
            messages.NOT_HDF5(file=file), hint=messages.CHOOSE_WRITTEN_BY_KERAS(), details=repr(error)
        ) from error
    return None if stored is None else str(stored)


def store_signature(source: str | os.PathLike[str], target: Path) -> None:
    """Put what a ``.keras`` file says of its inputs and outputs into another file that was made of it.

    Nothing happens where the ``.keras`` file says nothing, or where the other kind of file has no place for it.
    """
    if target.suffix == ".keras":
        return  # a copy, which has it
    data = read_description(source)
    if data is None:
        return
    text = json.dumps({key: value for key, value in data.items() if key != "values"})
    if target.is_dir():
        (target / _EXTRA).mkdir(exist_ok=True)
        (target / _EXTRA / MEMBER).write_text(text, encoding="utf-8")
    elif target.name.endswith(_HDF5):
        import h5py

        with h5py.File(target, "r+") as opened:
            opened.attrs[MEMBER] = text
    elif target.suffix == ".tflite":
        with zipfile.ZipFile(target, "a") as archive:  # not compressed: MediaPipe's tasks refuse the file otherwise
            archive.writestr(MEMBER, text)
