"""Python files of a repository that code which the user agreed to would import: found without running them, so that the
question shows them and the answer holds for their content too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from pt2k_gui.sources.repository import (
    NOT_SOURCES,
    Import,
    Repository,
    files_of,
    imports_by_name,
    imports_of,
    installed_at,
    means_own,
    relative_files,
)

_MOST_FILES = 3000


def files_beside(repository: Repository, imports: Iterable[Import]) -> tuple[Path, ...]:
    """The files that these imports would run, and those that they import in turn.

    Installed packages go before files of the same name, as they do when the code is imported.
    """
    waiting = [entry for entry in imports if entry.module]
    return _closure(repository, [file for entry in waiting for file in _absolute(repository, entry)])


def files_with(repository: Repository, file: Path) -> tuple[Path, ...]:
    """The files besides this one that importing it would run: its packages, and what all of them import in turn."""
    file = file.absolute()
    name = repository.module_name(file)
    packages = list(files_of(repository.home, Import(name))) if "." in name else []
    return tuple(other for other in _closure(repository, [file, *packages]) if other != file)


def _closure(repository: Repository, first: Sequence[Path]) -> tuple[Path, ...]:
    found: dict[Path, None] = dict.fromkeys(first)
    waiting = list(reversed(found))
    everything = False
    while waiting and len(found) < _MOST_FILES:
        file = waiting.pop()
        following = [other for entry in imports_of(file) for other in _imported(repository, entry, file)]
        if not everything and imports_by_name(file):
            # What it imports is not known before it runs: any file of the repository may be among it.
            everything = True
            following += _all_files(repository)
        for other in following:
            if other not in found:
                found[other] = None
                waiting.append(other)
    return tuple(found)


def _imported(repository: Repository, entry: Import, file: Path) -> list[Path]:
    return relative_files(entry, file) if entry.level else _absolute(repository, entry)


def _absolute(repository: Repository, entry: Import) -> list[Path]:
    if installed_at(entry.top, repository.root) is not None and not means_own(entry, repository.roots):
        return []
    for place in repository.roots:
        files = list(files_of(place, entry))
        if files:
            return files
    return []


def _all_files(repository: Repository) -> list[Path]:
    def is_source(file: Path) -> bool:
        parts = file.relative_to(repository.root).parts
        return not any(part in NOT_SOURCES or part.startswith(".") for part in parts)

    return [file for file in sorted(repository.root.rglob("*.py")) if is_source(file)][:_MOST_FILES]


def digest_with(digest: str, others: Sequence[Path]) -> str:
    """A digest that holds for a file and for those beside it; the file's own where there are none."""
    if not others:
        return digest
    whole = hashlib.sha256(digest.encode())
    for file in sorted(others):
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def text_of(files: Sequence[Path]) -> str:
    """Contents of the files, each below a line with its path; compiled ones are named alone."""
    parts = []
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace") if file.suffix == ".py" else "(compiled code)"
        parts.append(f"# {file}\n{text}")
    return "\n\n".join(parts)
