"""``--code`` in its parts: which file, folder or package it names, and what in it. Runs nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pt2k_gui.message import sentences
from pt2k_gui.problem import Problem
from pt2k_gui.sources import messages
from pt2k_gui.sources.repository import NOT_SOURCES, folders_below, names_in

EXAMPLE = messages.PLACE_EXAMPLE()
_MOST_FILES = 2000


@dataclass(frozen=True)
class Place:
    """Args:
    file: the ``.py`` file; None for an installed package.
    package: the package's dotted name; empty for a file.
    name: a name in it, with dots for a class method, or an expression; empty where only the place was given.
    """

    file: Path | None
    package: str
    name: str


def split_code(code: str) -> tuple[str, str]:
    """A file, folder or package, and what is named in it; the second part is empty where only the first was given.

    ``model.py:Net``, ``repo:Net``, ``package.module:Net``, ``package.module.Net``; a drive's colon separates nothing.
    """
    code = code.strip()
    match = re.match(r"(.*?\.py)(?::(.*))?$", code, re.DOTALL)
    if match:
        return match[1], (match[2] or "").strip()
    if code and Path(code).is_dir():
        return code, ""
    head, separator, name = code.partition(":")
    if separator and len(head) == 1 and name[:1] in "/\\":  # a drive
        rest, separator, name = name.partition(":")
        head = f"{head}:{rest}"
    if separator:
        return head, name.strip()
    head, _, name = code.rpartition(".")
    return head, name


def place_of(code: str) -> Place:
    """Where the maker lies. Raises ``Problem`` where none is named."""
    head, name = split_code(code)
    if head.endswith(".py"):
        if not name:
            raise Problem(messages.GIVEN_WITHOUT_CLASS(code=code), hint=sentences(messages.ADD_CLASS(), EXAMPLE))
        return Place(Path(head), "", name)
    if head and Path(head).is_dir():
        if not name:
            raise Problem(messages.FOLDER_WITHOUT_CLASS(code=code), hint=sentences(messages.ADD_CLASS(), EXAMPLE))
        return Place(_file_with(Path(head), name), "", name)
    if not head or not name:
        raise Problem(messages.NAMES_NO_CLASS(code=code), hint=EXAMPLE)
    return Place(None, head, name)


def is_place_alone(code: str) -> bool:
    """Whether a file or a folder is given without a name in it."""
    head, name = split_code(code)
    return bool(head) and not name and (head.endswith(".py") or Path(head).is_dir())


def hub_entry(folder: Path) -> Path | None:
    """The folder's ``hubconf.py``, whose functions are its entry points."""
    file = folder / "hubconf.py"
    return file if file.is_file() else None


def _file_with(folder: Path, name: str) -> Path:
    """The file in a repository that defines a name: its ``hubconf.py`` first."""
    wanted = re.split(r"[.(]", name, maxsplit=1)[0]
    entry = hub_entry(folder)
    if entry is not None and wanted in names_in(entry):
        return entry
    found = [file for file in sources_in(folder) if wanted in _defined(file)]
    if not found:
        raise Problem(messages.NOT_DEFINED(folder=folder, name=wanted), hint=EXAMPLE)
    if len(found) > 1:
        names = [file.relative_to(folder).as_posix() for file in found[:4]]
        raise Problem(
            messages.DEFINED_TWICE(folder=folder, name=wanted, files=names),
            hint=messages.NAME_ONE(file=found[0], name=name),
        )
    return found[0]


def _defined(file: Path) -> set[str]:
    from pt2k_gui.sources.signatures import definitions_in

    return set(definitions_in([file.read_text(encoding="utf-8", errors="replace")]))


def sources_in(folder: Path) -> list[Path]:
    """The Python files of a repository, those nearest to its root first."""
    places = [folder, *folders_below(folder, 5)]
    files = [file for place in places for file in sorted(place.glob("*.py")) if place.name not in NOT_SOURCES]
    return files[:_MOST_FILES]
