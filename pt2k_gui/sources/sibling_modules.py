"""Python files beside a model or a class, which code that the user agreed to would import: found without running them, so
that the question shows them and the answer holds for their content too."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.machinery
import importlib.util
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

_MOST_FILES = 200
_ENDINGS = tuple(importlib.machinery.all_suffixes())
_taken: dict[str, str] = {}  # modules of a user's folder that this process has imported, and their files


def files_beside(folder: Path, modules: Iterable[str]) -> tuple[Path, ...]:
    """The files in ``folder`` that an import of these modules would run, and those that they import in turn.

    Installed packages go before files of the same name, as in ``importable``.
    """
    found: dict[Path, None] = {}
    waiting = [name for name in modules if name and installed_at(name.partition(".")[0], folder) is None]
    while waiting and len(found) < _MOST_FILES:
        for file in _files_of(folder, waiting.pop()):
            if file not in found:
                found[file] = None
                waiting += imported_by(file, folder)
    return tuple(found)


def imported_by(file: Path, folder: Path) -> list[str]:
    """The modules that a file imports and that are not installed, as dotted names from ``folder`` on."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8")) if file.suffix == ".py" else ast.Module([], [])
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return []  # importing it fails as well, in words
    names = []
    package = file.parent.relative_to(folder).parts if file.is_relative_to(folder) else ()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            head = ".".join([*above, *([node.module] if node.module else [])])
            names += [head, *(f"{head}.{alias.name}".lstrip(".") for alias in node.names)]
    return [name for name in names if name and installed_at(name.partition(".")[0], folder) is None]


def _files_of(folder: Path, name: str) -> Iterator[Path]:
    """The files that run when ``name`` is imported from ``folder``: each package on the way, then the module."""
    place = folder
    for part in name.split("."):
        place = place / part
        for start in (place / "__init__", place):
            for ending in _ENDINGS:
                file = start.with_name(start.name + ending)
                if file.is_file():
                    yield file


def installed_at(top: str, folder: Path | None = None) -> str | None:
    """Where an installed package lies; None where there is none, or only files that lie about (as in ``folder``)."""
    if top in sys.builtin_module_names or top in sys.stdlib_module_names:
        return "built-in"
    try:
        found = importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return None
    if found is None:
        return None
    places = [found.origin, *(found.submodule_search_locations or ())]
    origin = next((place for place in places if place and place not in ("namespace", "frozen")), None)
    if origin is None:
        return "built-in" if found.origin == "frozen" else None
    place = Path(origin).resolve()
    if folder is not None and place.is_relative_to(folder.resolve()):
        return None
    return origin if any(place.is_relative_to(root) for root in _installation()) else None


def _installation() -> list[Path]:
    """Where packages are installed, and PT2K itself."""
    places = [*site.getsitepackages(), site.getusersitepackages(), getattr(sys, "_MEIPASS", "")]
    places += [sysconfig.get_paths()[name] for name in ("purelib", "platlib", "stdlib", "platstdlib")]
    own = Path(__file__).resolve().parents[1]
    return [own, *(Path(place).resolve() for place in places if place)]


def digest_with(digest: str, others: Sequence[Path]) -> str:
    """A digest that holds for a file and for those beside it; the file's own where there are none."""
    if not others:
        return digest
    whole = hashlib.sha256(digest.encode())
    for file in sorted(others):
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def text_of(files: Sequence[Path]) -> str:
    """What is in the files, each below a line with its path; compiled ones are named alone."""
    parts = []
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace") if file.suffix == ".py" else "(compiled code)"
        parts.append(f"# {file}\n{text}")
    return "\n\n".join(parts)


def imported_files() -> tuple[str, ...]:
    """The files of users' folders whose code is in this process."""
    return tuple(_taken.values())


@contextlib.contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Let modules in this folder be imported, behind installed ones, and leave no byte code beside them.

    Modules of a folder that was used before make room: two models may each have a ``model.py`` beside them.
    """
    place = folder.resolve()
    for name in _taken:
        sys.modules.pop(name, None)
    _taken.clear()
    importlib.invalidate_caches()
    entry, former, before = str(place), sys.dont_write_bytecode, set(sys.modules)
    sys.path.append(entry)
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = former
        sys.path.remove(entry)
        for name in set(sys.modules) - before:
            origin = getattr(sys.modules[name], "__file__", None)
            if origin and Path(origin).resolve().is_relative_to(place):
                _taken[name] = origin
