"""Where code of a user's repository is imported from: the folders that its absolute imports mean, and the package that
a file belongs to. Reads sources; runs nothing."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import site
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pt2k_gui.sources.standard_names import is_standard, standard_has

_STRONG = (".git", "setup.py", "pyproject.toml", "setup.cfg", "hubconf.py")
_WEAK = ("README.md", "README.rst", "README.txt", "README", "requirements.txt", "environment.yml", "LICENSE")
_ABOVE = 8  # folders; no repository nests its code deeper
_WIDEST = 200  # folders below the root in which an import may be looked for
_ENDINGS = tuple(importlib.machinery.all_suffixes())
NOT_SOURCES = {"build", "dist", "node_modules", "site-packages", "__pycache__", "venv", "env"}


@dataclass(frozen=True)
class Repository:
    """A tree of code.

    Args:
        root: its top folder; the code's own folder where nothing marks one.
        roots: the folders in which absolute imports are looked up, in order.
        home: the folder above the package that the code in question belongs to; it is among ``roots``.
    """

    root: Path
    roots: tuple[Path, ...]
    home: Path

    def module_name(self, file: Path) -> str:
        """The dotted name by which a file of this tree is imported from ``home``: ``models.blocks``."""
        parts = list(file.absolute().relative_to(self.home).with_suffix("").parts)
        return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


@dataclass(frozen=True)
class Import:
    """One import statement: ``from ..parts import Block`` has level 2, module ``parts`` and the name ``Block``.

    ``used`` is what the file takes from a module of the standard library that it imports whole: ``copy.deepcopy``.
    """

    module: str
    names: tuple[str, ...] = ()
    level: int = 0
    used: tuple[str, ...] = ()

    @property
    def top(self) -> str:
        """The first part of the module's name, which a package is installed under."""
        return self.module.partition(".")[0]


def repository_of(place: Path, pickled: tuple[str, ...] = ()) -> Repository:
    """The repository around a ``.py`` file, a file of weights or a folder.

    Args:
        pickled: modules that a pickle names, which count like imports.
    """
    place = place.absolute()
    file = place if place.suffix == ".py" and place.is_file() else None
    folder = place if place.is_dir() else place.parent
    root = _root(folder)
    home = _home(file) if file else folder
    inside = file is not None and home != folder
    roots = [*([] if inside else [folder]), home, root, root / "src", *([folder] if inside else [])]
    roots += _search_paths(file) if file else []
    roots = [folder for folder in dict.fromkeys(roots) if folder.is_dir()]
    wanted = [Import(name) for name in pickled if installed_at(name.partition(".")[0], folder) is None]
    _extend(roots, root, folder, [*(imports_of(file) if file else ()), *wanted])
    return Repository(root if home.is_relative_to(root) else home, tuple(roots), home)


def _root(folder: Path) -> Path:
    """The nearest folder above that is marked as a repository; the one of the package where none is."""
    above = list(_upwards(folder))
    for marks in (_STRONG, _WEAK):
        for place in above:
            if any((place / mark).exists() for mark in marks):
                return place
    return next((place for place in above if not (place / "__init__.py").is_file()), folder)


def _upwards(folder: Path) -> Iterator[Path]:
    """The folder and those above, up to the home folder or the root of the disk, which hold more than one project."""
    home = Path.home()
    for number, place in enumerate((folder, *folder.parents)):
        if number and (number > _ABOVE or place == home or place.parent == place):
            return
        yield place


def _home(file: Path) -> Path:
    """The first folder above without ``__init__.py``, or the one that the file's relative imports ask for."""
    folder = file.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    highest = max((entry.level for entry in imports_of(file)), default=0)
    if highest:
        asked = file.parents[min(highest, len(file.parents) - 1)]
        folder = asked if folder.is_relative_to(asked) else folder
    return folder


def _extend(roots: list[Path], root: Path, folder: Path, wanted: list[Import]) -> None:
    """Add folders that the imports of the code, and of what they lead to, are found in and that no rule names."""
    waiting, seen = [(entry, folder) for entry in wanted], set[Path]()
    while waiting:
        entry, origin = waiting.pop()
        if entry.level:
            files = list(_relative_files(entry, origin))
        elif installed_at(entry.top, root) is not None and not means_own(entry, roots):
            continue
        else:
            _prefer(roots, entry)
            if not any(holds(place, entry.top) for place in roots):
                roots += _places_of(entry.top, root, folder)
            files = [file for place in roots for file in files_of(place, entry)][:_WIDEST]
        for file in files:
            if file not in seen and len(seen) < _WIDEST * 5:
                seen.add(file)
                waiting += [(other, file.parent) for other in imports_of(file)]


def _prefer(roots: list[Path], entry: Import) -> None:
    """Where two folders have a module of that name, the one that has what is imported from it goes first."""
    having = [place for place in roots if holds(place, entry.top)]
    if len(having) < 2:
        return
    fitting = next((place for place in having if _satisfies(place, entry)), having[0])
    if fitting is not having[0]:
        roots.remove(fitting)
        roots.insert(roots.index(having[0]), fitting)


def _satisfies(place: Path, entry: Import) -> bool:
    folder = place.joinpath(*entry.module.split("."))
    file = next((f for f in (folder / "__init__.py", folder.with_suffix(".py")) if f.is_file()), None)
    if file is None:
        return folder.is_dir() and all(holds(folder, name) for name in entry.names)
    return all(name == "*" or name in names_in(file) or holds(folder, name) for name in entry.names)


def _places_of(top: str, root: Path, folder: Path) -> list[Path]:
    """Where a module of that name lies: a folder above, else the one folder below the root that has it."""
    for place in _upwards(folder):
        if holds(place, top):
            return [place]
    below = [place for place in folders_below(root) if holds(place, top)]
    return below[:1]


def folders_below(root: Path, depth: int = 2) -> Iterator[Path]:
    """Folders below the root in which sources may lie, nearest first."""
    level, count = [root], 0
    for _ in range(depth):
        following = []
        for place in level:
            try:
                children = sorted(child for child in place.iterdir() if child.is_dir())
            except OSError:
                continue
            for child in children:
                if child.name.startswith(".") or child.name in NOT_SOURCES or (child / "pyvenv.cfg").exists():
                    continue
                count += 1
                if count > _WIDEST:
                    return
                yield child
                following.append(child)
        level = following


def holds(place: Path, name: str) -> bool:
    """Whether a module or a package of that name lies in a folder; a folder without Python in it is none."""
    if any((place / (name + ending)).is_file() for ending in _ENDINGS):
        return True
    package = place / name
    return package.is_dir() and (
        any((package / f"__init__{ending}").is_file() for ending in _ENDINGS)
        or any(True for _ in package.glob("*.py"))
        or any(True for _ in package.glob("*/*.py"))
    )


def files_of(place: Path, entry: Import) -> Iterator[Path]:
    """The files that run when a module is imported from a folder: each package on the way, the module, and what is
    imported from it where that is a module too."""
    names = [entry.module, *(f"{entry.module}.{name}" for name in entry.names)] if entry.module else list(entry.names)
    for name in names:
        here = place
        for part in name.split("."):
            here = here / part
            for start in (here / "__init__", here):
                for ending in _ENDINGS:
                    file = start.with_name(start.name + ending)
                    if file.is_file():
                        yield file


def _relative_files(entry: Import, folder: Path) -> Iterator[Path]:
    for _ in range(entry.level - 1):
        folder = folder.parent
    yield from (file for file in (folder / "__init__.py",) if file.is_file())
    yield from files_of(folder, Import(entry.module, entry.names))


def relative_files(entry: Import, file: Path) -> list[Path]:
    """The files that a relative import in ``file`` means."""
    return list(_relative_files(entry, file.parent))


def imports_of(file: Path) -> tuple[Import, ...]:
    """All import statements in a file, wherever they stand; none where it can't be read."""
    tree = _tree(file)
    found: list[Import] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, used=_used(tree, alias)) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(Import(node.module or "", tuple(alias.name for alias in node.names), node.level))
    return tuple(found)


def _used(tree: ast.Module, alias: ast.alias) -> tuple[str, ...]:
    """The names that a file takes from a module of the standard library's name; nothing for others and for parts of packages."""
    if not is_standard(alias.name) or "." in alias.name:
        return ()
    name = alias.asname or alias.name
    return tuple(
        dict.fromkeys(
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
        )
    )


def means_own(entry: Import, roots: Sequence[Path]) -> bool:
    """Whether an import of a standard library's name means the module of that name in one of the folders: where it asks for
    what the standard library does not have, or for everything."""
    if entry.level or not is_standard(entry.top) or not any(holds(place, entry.top) for place in roots):
        return False
    return "*" in entry.names or not standard_has(entry.module, entry.names or entry.used)


def own_imports(file: Path, roots: Sequence[Path]) -> frozenset[tuple[str, tuple[str, ...]]]:
    """The imports in a file that mean a module of the repository with a standard library's name, as module and names."""
    return frozenset((entry.module, entry.names) for entry in imports_of(file) if means_own(entry, roots))


def _search_paths(file: Path) -> list[Path]:
    """The folders that a file puts on the search path in so many words: ``sys.path.insert(0, "/home/me/repository")``."""
    return [
        (file.parent / argument.value).absolute()
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("sys.path.insert", "sys.path.append")
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def imports_by_name(file: Path) -> bool:
    """Whether a file computes the names of what it imports (``importlib.import_module("models." + name)``)."""
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__", "run_path", "exec_module", "exec", "execfile"):
                return True
    return False


def names_in(file: Path) -> set[str]:
    """The names that a module has after its import, as far as its text tells."""
    names: set[str] = set()
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    return names


def _tree(file: Path) -> ast.Module:
    if file.suffix != ".py":
        return ast.Module([], [])
    try:
        status = file.stat()
    except OSError:
        return ast.Module([], [])
    return _parsed(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=512)
def _parsed(file: Path, _changed: int, _size: int) -> ast.Module:
    try:
        return ast.parse(file.read_bytes())
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return ast.Module([], [])  # importing it fails as well, in words


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
    if is_installed(origin):
        place = Path(origin).resolve()
        return None if folder is not None and _in_tree(place, folder.resolve()) else origin
    return None


def _in_tree(place: Path, folder: Path) -> bool:
    """Whether an installed file belongs to a folder itself, and not to an environment that lies in it."""
    return place.is_relative_to(folder) and "site-packages" not in place.relative_to(folder).parts


def is_installed(place: str | Path) -> bool:
    """Whether a file belongs to Python, to an installed package or to PT2K itself."""
    # As it is and resolved: some installers fill an environment with links to files that lie elsewhere.
    paths = (Path(place).absolute(), Path(place).resolve())
    return any(path.is_relative_to(root) for root in _installation() for path in paths)


@lru_cache(maxsize=1)
def _installation() -> tuple[Path, ...]:
    places = [*site.getsitepackages(), site.getusersitepackages(), getattr(sys, "_MEIPASS", "")]
    places += [sysconfig.get_paths()[name] for name in ("purelib", "platlib", "stdlib", "platstdlib")]
    # An environment may take in another one's packages (by a .pth file).
    places += [entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    own = Path(__file__).resolve().parents[1]
    folders = [Path(place) for place in places if place]
    return (own, *(path for folder in folders for path in dict.fromkeys((folder.absolute(), folder.resolve()))))
