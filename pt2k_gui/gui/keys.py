"""Keys of results, and stamps of the files that they were made from; see ``state``."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from pt2k_gui.sources.code_place import split_code
from pt2k_gui.sources.repository import repository_of
from pt2k_gui.sources.sibling_modules import files_with

_LENGTH = 20  # hexadecimal digits
_LARGEST_CODE = 4_000_000  # bytes of a .py file


@dataclass(frozen=True)
class Stamp:
    """A file as it was at a moment: its size and when it was written (of a folder, its own entry); -1 where it is gone."""

    path: str
    size: int
    written: int


def digest(*parts: object) -> str:
    """A key of these parts, which are texts, numbers, and frozen dataclasses and tuples of such."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


def stamps(*paths: str) -> tuple[Stamp, ...]:
    """The stamps of these files and folders; an empty path has none."""
    return tuple(_stamp(path) for path in paths if path)


def _stamp(path: str) -> Stamp:
    with contextlib.suppress(OSError):
        found = Path(path).stat()
        return Stamp(path, found.st_size, found.st_mtime_ns)
    return Stamp(path, -1, -1)


def code_files(code: str) -> tuple[str, ...]:
    """The ``.py`` file of a class that is named as ``FILE.py:Class``, and those of its repository that it imports; none
    where the name has no file."""
    path = split_code(code)[0]
    file = Path(path)
    if not path.endswith(".py") or not file.is_file():
        return (path,) if path.endswith(".py") else ()
    return (path, *map(str, files_with(repository_of(file), file)))


def content(*paths: str) -> str:
    """The hash of small files' contents; empty where the first of them can't be read."""
    whole = hashlib.sha256()
    for path in paths:
        with contextlib.suppress(OSError), Path(path).open("rb") as file:
            whole.update(file.read(_LARGEST_CODE))
            continue
        if path == paths[0]:
            return ""
    return whole.hexdigest() if paths else ""
