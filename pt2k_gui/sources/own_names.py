"""Modules of a repository that have a name of the standard library's (``tokenize.py``, ``test.py``, ``code/``) go by another
one in this process, in which PyTorch and PT2K need Python's own: in the code that imports them, and in pickles."""

from __future__ import annotations

import ast
import pickle
import types
from collections.abc import Iterable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from pt2k_gui.sources.repository import Import, Repository, own_imports

OWN = "pt2k_user_"


def loader(name: str, file: Path, repository: Repository) -> SourceFileLoader | None:
    """Loads a file that imports such a module; None for any other file."""
    imports = own_imports(file, repository.roots)
    return _Loader(name, str(file), imports) if imports else None


class _Loader(SourceFileLoader):
    """Compiles a file with the other names in its imports; lines, and the names that the code uses, stay."""

    def __init__(self, name: str, file: str, imports: frozenset[tuple[str, tuple[str, ...]]]) -> None:
        super().__init__(name, file)
        self._imports = imports

    def get_code(self, fullname: str) -> types.CodeType:
        """From the text: byte code that lies beside it has the former names."""
        file = self.get_filename(fullname)
        tree = _Renamed(self._imports).visit(ast.parse(self.get_data(file), file))
        code: types.CodeType = compile(ast.fix_missing_locations(tree), file, "exec", dont_inherit=True)
        return code


class _Renamed(ast.NodeTransformer):
    def __init__(self, imports: frozenset[tuple[str, tuple[str, ...]]]) -> None:
        self._imports = imports

    def visit_Import(self, node: ast.Import) -> ast.Import:
        names: list[ast.alias] = []
        for alias in node.names:
            if (alias.name, ()) not in self._imports:
                names.append(alias)
            elif alias.asname:
                names.append(ast.alias(OWN + alias.name, alias.asname))
            else:
                # ``import code.models`` binds ``code``.
                top = alias.name.partition(".")[0]
                names += [ast.alias(OWN + alias.name, None)] if top != alias.name else []
                names.append(ast.alias(OWN + top, top))
        return ast.copy_location(ast.Import(names), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        module, names = node.module or "", tuple(alias.name for alias in node.names)
        if not node.level and (module, names) in self._imports:
            return ast.copy_location(ast.ImportFrom(OWN + module, node.names, 0), node)
        return node


def pickle_with(imports: Iterable[Import]) -> types.ModuleType:
    """Python's ``pickle``, which finds under their other names the modules that these imports mean."""
    own = {entry.module for entry in imports}
    if not own:
        return pickle

    class Unpickler(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            return super().find_class(OWN + module if module in own else module, name)

    made = types.ModuleType("pickle")
    vars(made).update(vars(pickle))
    made.Unpickler = Unpickler  # type: ignore[attr-defined]
    return made
