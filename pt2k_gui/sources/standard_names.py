"""Names in the modules of the standard library: they tell which of two modules of one name an import means, where a
repository has a ``tokenize.py``, a ``test.py`` or a folder ``code`` of its own."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
import sysconfig
from collections.abc import Iterable
from functools import lru_cache

_UNLISTED = ("test",)  # is in Python's own folder, and in no list of its modules
_SPEAKING = ("this", "antigravity")  # which print or open a page when they are imported, and hold nothing


def is_standard(name: str) -> bool:
    """Whether a module of the standard library has this name, or the package that it is in."""
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names or top in sys.builtin_module_names or top in _UNLISTED


def standard_has(module: str, names: Iterable[str] = ()) -> bool:
    """Whether the standard library has a module, and all of these names in it."""
    held = _names(module)
    return held is not None and held.issuperset(names)


@lru_cache(maxsize=512)
def _names(module: str) -> frozenset[str] | None:
    """The names in a module of the standard library; None where there is no such module."""
    top, _, inner = module.partition(".")
    if top in _SPEAKING:
        return None if inner else frozenset()
    if not _loaded(top):
        return None
    try:
        return frozenset(dir(importlib.import_module(module)))
    except Exception:  # not there, or not for this system: whatever its import raises
        return None


def _loaded(top: str) -> bool:
    """Whether a module of the standard library is in this process. It is taken from Python's own folders: the folder that
    PT2K was started in may have a file of that name, which must not run for a question."""
    if top in sys.modules or top in sys.builtin_module_names or getattr(sys, "frozen", False):
        return True
    paths = sysconfig.get_paths()
    folders = [paths["stdlib"], paths["platstdlib"], f"{paths['platstdlib']}/lib-dynload"]
    found = importlib.machinery.PathFinder.find_spec(top, folders)
    if found is None or found.loader is None:
        return False
    module = importlib.util.module_from_spec(found)
    sys.modules[top] = module
    try:
        found.loader.exec_module(module)
    except Exception:  # as above
        sys.modules.pop(top, None)
        return False
    return True
