"""Keys of results, and stamps of the files that they were made from; see ``state``."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

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


def code_file(code: str) -> str:
    """The ``.py`` file of a class that is named as ``FILE.py:Class``; empty where the name has none."""
    path = code.rpartition(":")[0] or code
    return path if path.endswith(".py") else ""


def content(path: str) -> str:
    """The hash of a small file's content; empty where it can't be read."""
    with contextlib.suppress(OSError), Path(path).open("rb") as file:
        return hashlib.sha256(file.read(_LARGEST_CODE)).hexdigest()
    return ""
