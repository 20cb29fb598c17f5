"""A folder in the place of a model: the one file of weights in it, with the folder as the place of its code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pt2k_gui.problem import Problem
from pt2k_gui.sources import file_messages, messages
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.hugging_face_folder import is_folder
from pt2k_gui.sources.repository import folders_below

ENDINGS = (".pt2", ".pt", ".pth", ".ckpt", ".bin", ".safetensors", ".onnx", ".tar", ".pkl")
_SHOWN = 6
_DEPTH = 3


def in_folder(source: Source) -> Source:
    """The source as it is, or for a repository's folder the file of weights in it.

    Raises:
        Problem: the folder holds several such files, which the sentence names.
    """
    folder = Path(source.path)
    if not folder.is_dir() or is_folder(folder):
        return source
    found = list(_files(folder))
    if not found:
        return source  # whoever opens it says that it is a folder
    if len(found) > 1:
        shown: object = [file.relative_to(folder).as_posix() for file in found[:_SHOWN]]
        if len(found) > _SHOWN:
            shown = messages.AND_MORE(items=shown, more=len(found) - _SHOWN)
        raise Problem(
            file_messages.SEVERAL_FILES(folder=folder, count=len(found), names=shown),
            hint=file_messages.GIVE_ONE_FILE(file=found[0], folder=folder),
        )
    has_code = any(True for _ in folder.rglob("*.py"))
    return replace(source, path=str(found[0]), code=source.code or (str(folder) if has_code else ""))


def _files(folder: Path) -> Iterator[Path]:
    for place in (folder, *folders_below(folder, _DEPTH)):
        for file in sorted(place.iterdir()):
            if file.suffix.lower() in ENDINGS and file.is_file():
                yield file
