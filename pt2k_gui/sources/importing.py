"""Makes the code of one repository importable in this process: for imports that this code makes itself, and for those that
a pickle names. No other import ever sees the repository's folders."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from typing import Any

from pt2k_gui.sources.own_names import OWN, loader
from pt2k_gui.sources.repository import Repository, installed_at, is_installed
from pt2k_gui.sources.standard_names import is_standard


class _Finder(MetaPathFinder):
    """Looks modules up in a repository's folders; installed packages go before files of the same name, as long as they do
    not take the place of the very package that is asked for."""

    def __init__(self, repository: Repository, names: Iterable[str], own: str) -> None:
        self.repository = repository
        self.names = {name.partition(".")[0] for name in names} | ({own} if own else set())
        self.own = own
        self.path = sys.path.copy()
        self._asking = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if self._asking:
            return None
        if path is not None:
            ours = any(self.owns(f"{place}{os.sep}") for place in path)
            return self._loaded_by_us(PathFinder.find_spec(fullname, path)) if ours else None
        if fullname.startswith(OWN):
            return self._of_own_name(fullname)
        if is_standard(fullname):  # whatever the code did to the search path: others import Python's own
            return None if fullname in sys.builtin_module_names else PathFinder.find_spec(fullname, self.path)
        if fullname not in self.names and not self._is_asked_by_the_repository():
            return None
        self._asking = True
        try:
            if fullname != self.own and installed_at(fullname, self.repository.root) is not None:
                return None
            return self._loaded_by_us(PathFinder.find_spec(fullname, [str(root) for root in self.repository.roots]))
        finally:
            self._asking = False

    def _of_own_name(self, fullname: str) -> ModuleSpec | None:
        """The repository's module that has a standard library's name, under the name that it goes by here."""
        found = PathFinder.find_spec(fullname[len(OWN) :], [str(root) for root in self.repository.roots])
        if found is None:
            return None
        folders = None if found.submodule_search_locations is None else list(found.submodule_search_locations)
        if found.origin is None or found.loader is None:  # a folder without __init__.py
            made = ModuleSpec(fullname, None, is_package=True)
            made.submodule_search_locations = folders
            return made
        return self._loaded_by_us(
            importlib.util.spec_from_file_location(fullname, found.origin, submodule_search_locations=folders)
        )

    def _loaded_by_us(self, found: ModuleSpec | None) -> ModuleSpec | None:
        """The same, where a file imports modules of the repository that have a standard library's name, with their names."""
        if found is not None and found.origin and type(found.loader) is SourceFileLoader:
            found.loader = loader(found.name, Path(found.origin), self.repository) or found.loader
        return found

    def _is_asked_by_the_repository(self) -> bool:
        frame = sys._getframe(2)
        while frame is not None:
            file = frame.f_code.co_filename
            if not file.startswith("<frozen importlib") and file != importlib.__file__:
                return self.owns(file)
            if frame.f_back is None:
                return False
            frame = frame.f_back
        return False

    def owns(self, file: str) -> bool:
        """Whether a file belongs to the repository, and not to an environment that lies in it."""
        above = any(file.startswith(f"{root}{os.sep}") for root in (self.repository.root, *self.repository.roots))
        return above and not is_installed(file)


_current: _Finder | None = None


@contextlib.contextmanager
def importable(repository: Repository, names: Iterable[str] = (), own: str = "") -> Iterator[None]:
    """Let the modules of a repository be imported, behind installed ones, and leave no byte code beside them.

    Modules of a repository that was used before make room: two models may each have a ``model.py`` beside them. What the
    code imports later, when it runs, is found as well, until another repository takes its place.

    Args:
        names: modules that others than the repository's own code may import too (a pickle's).
        own: the package that is imported from the repository even where an installed one has its name.
    """
    global _current
    make_room()
    importlib.invalidate_caches()
    _current = _Finder(repository, names, own)
    sys.meta_path.insert(0, _current)
    sys.dont_write_bytecode = True
    if own and own in sys.modules and own not in sys.stdlib_module_names:
        _forget(own)
    yield


def make_room() -> None:
    """Forget the modules of the repository that was used last, and undo what its code did to the search path."""
    global _current
    if _current is None:
        return
    for name in _names_of(_current):
        sys.modules.pop(name, None)
    if _current in sys.meta_path:
        sys.meta_path.remove(_current)
    sys.path[:] = _current.path
    _current = None


def _forget(top: str) -> None:
    """Take an installed package out of the way of the repository's own of that name, unless torch itself needs it."""
    if getattr(sys.modules[top], "__name__", top) in ("torch", "numpy", "pt2k_gui", "tests"):
        return
    for name in [name for name in sys.modules if name == top or name.startswith(f"{top}.")]:
        sys.modules.pop(name, None)


def _names_of(finder: _Finder) -> list[str]:
    return [name for name, module in list(sys.modules.items()) if (file := _file_of(module)) and finder.owns(file)]


def _file_of(module: Any) -> str:
    file = vars(module).get("__file__") if isinstance(module, types.ModuleType) else None
    if isinstance(file, str):
        return file
    try:
        place = next(iter(vars(module).get("__path__") or ()), "")
    except (TypeError, KeyError, AttributeError):
        return ""
    return f"{place}{os.sep}__init__.py" if isinstance(place, str) and place else ""


def imported_files() -> tuple[str, ...]:
    """The files of the user's repository whose code is in this process."""
    if _current is None:
        return ()
    return tuple(file for name in _names_of(_current) if Path(file := _file_of(sys.modules[name])).is_file())


def import_file(file: Path, repository: Repository) -> types.ModuleType:
    """The module of a file, by its name within the repository. Call it within ``importable``.

    A package whose own ``__init__`` fails, for reasons that need not matter to this file, is passed over once.

    Raises:
        whatever the file's code raises.
    """
    name = repository.module_name(file)
    if name.partition(".")[0] in ("torch", "numpy", "pt2k_gui"):
        return _by_itself(file, f"pt2k_user_{name.replace('.', '_')}", repository)
    if is_standard(name):
        name = f"{OWN}{name}"
    try:
        return _by_name(name, file, repository)
    except Exception:
        if "." not in name or not _without_packages(name, repository):
            raise
        return _by_name(name, file, repository)


def _by_name(name: str, file: Path, repository: Repository) -> types.ModuleType:
    parent = name.rpartition(".")[0]
    if parent:
        importlib.import_module(parent)
    known = sys.modules.get(name)
    if known is not None and Path(_file_of(known) or ".").absolute() == file.absolute():
        return known
    return _by_itself(file, name, repository)


def _by_itself(file: Path, name: str, repository: Repository) -> types.ModuleType:
    specification = importlib.util.spec_from_file_location(name, file, loader=loader(name, file, repository))
    if specification is None or specification.loader is None:
        raise ImportError(f"{file} is no module")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _without_packages(name: str, repository: Repository) -> bool:
    """Put bare packages in the place of those above the file that can't be imported; whether there were any."""
    parts = name.split(".")[:-1]
    changed = False
    for count in range(1, len(parts) + 1):
        package = ".".join(parts[:count])
        if package in sys.modules:
            continue
        bare = types.ModuleType(package)
        bare.__path__ = [str(repository.home.joinpath(*package.removeprefix(OWN).split(".")))]
        sys.modules[package] = bare
        changed = True
    return changed
