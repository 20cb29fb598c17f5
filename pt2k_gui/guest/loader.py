"""Serves PT2K's own modules to the user's interpreter, from PT2K's folder, and to Pythons before 3.11 as well.

Only ``pt2k_gui`` is served, and no other package of PT2K's becomes importable by it. Nothing is written: no byte code goes
into PT2K's folder. Imported by path, before anything else, so it needs the standard library of Python 3.8 alone.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.abc
import importlib.util
import sys
import types
import typing
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any

_GENERIC = frozenset(
    {"dict", "frozenset", "list", "set", "tuple", "type", "OrderedDict", "defaultdict", "deque"}
    | {"Callable", "Collection", "Generator", "Iterable", "Iterator", "Mapping", "MutableMapping", "Sequence"}
)
_METHODS = frozenset({"removeprefix", "removesuffix", "is_relative_to"})
_FIRST_WITHOUT = (3, 11)  # the Python that PT2K is written for


class Finder(importlib.abc.MetaPathFinder):
    """Finds ``pt2k_gui`` and what is in it below ``package``, before any other copy of it that is installed."""

    def __init__(self, package: Path) -> None:
        self._package = package

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """A specification for modules of ours; None for all others."""
        head, *rest = name.split(".")
        if head != self._package.name:
            return None
        place = self._package.joinpath(*rest)
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if not file.is_file():
            return None
        searched = [str(place)] if place.is_dir() else None
        return importlib.util.spec_from_file_location(
            name, str(file), loader=Loader(name, str(file)), submodule_search_locations=searched
        )


class Loader(SourceFileLoader):
    """Compiles from source each time; for an older Python, what it lacks is written in another way."""

    def get_code(self, fullname: str) -> Any:
        """Code of the module, compiled from its text."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)

    def source_to_code(self, data: Any, path: Any, **options: Any) -> Any:  # type: ignore[override]
        """Compile, with what an older Python lacks written in another way."""
        if sys.version_info >= _FIRST_WITHOUT:
            return compile(data, path, "exec", dont_inherit=True)
        tree = _ForOlderPythons().visit(ast.parse(data, str(path)))
        # Behind the docstring and the __future__ imports, which have to come first.
        place = next(
            number
            for number, node in enumerate([*tree.body, None])
            if not (isinstance(node, ast.Expr) or (isinstance(node, ast.ImportFrom) and node.module == "__future__"))
        )
        tree.body.insert(place, ast.parse(f"from {__name__} import _call, _or, _zip").body[0])
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


class _ForOlderPythons(ast.NodeTransformer):
    """Replaces what came after Python 3.8: ``A | B`` of types and dictionaries, ``zip(strict=...)``, ``dict[...]`` outside of
    annotations (which are never evaluated), and a few methods."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return node  # its annotation stays

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.value = self.visit(node.value) if node.value is not None else None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        returns, node.returns = node.returns, None
        self.generic_visit(node)
        node.returns = returns
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        return node.value if isinstance(node.value, ast.Name) and node.value.id in _GENERIC else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        return _called("_or", [node.left, node.right], node) if isinstance(node.op, ast.BitOr) else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        if not isinstance(node.op, ast.BitOr):
            return node
        import copy

        before = copy.deepcopy(node.target)
        for part in ast.walk(before):
            if isinstance(getattr(part, "ctx", None), ast.Store):
                part.ctx = ast.Load()  # type: ignore[attr-defined]
        value = _called("_or", [before, node.value], node)
        return ast.copy_location(ast.Assign(targets=[node.target], value=value), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "zip" and node.keywords:
            node.func.id = "_zip"
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
            name = ast.Constant(value=node.func.attr, kind=None)
            return _called("_call", [name, node.func.value, *node.args], node)
        return node


def _called(name: str, arguments: list[Any], place: ast.AST) -> ast.expr:
    made = ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=arguments, keywords=[])
    return ast.copy_location(made, place)


def _or(left: Any, right: Any) -> Any:
    if isinstance(left, dict) and isinstance(right, dict):
        return {**left, **right}
    if isinstance(left, (type, tuple)) and (isinstance(right, (type, tuple)) or right is None):
        # What isinstance and issubclass take.
        return (*(left if isinstance(left, tuple) else (left,)), *_types(right))
    return left | right


def _types(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (type(None) if value is None else value,)


def _zip(*columns: Any, strict: bool = False) -> Any:
    if not strict:
        return zip(*columns)  # noqa: B905
    lists = [list(column) for column in columns]
    if len({len(items) for items in lists}) > 1:
        raise ValueError("zip() arguments have different lengths")
    return zip(*lists)  # noqa: B905


def _call(name: str, value: Any, *arguments: Any) -> Any:
    if hasattr(value, name):
        return getattr(value, name)(*arguments)
    if name == "is_relative_to":
        return arguments[0] == value or Path(arguments[0]) in value.parents
    (part,) = arguments
    if name == "removeprefix":
        return value[len(part) :] if part and value.startswith(part) else value
    return value[: -len(part)] if part and value.endswith(part) else value


def _file_digest(stream: Any, name: str) -> Any:
    made = hashlib.new(name)
    for block in iter(lambda: stream.read(1 << 20), b""):
        made.update(block)
    return made


def _unparse(node: ast.AST) -> str:
    """The source of an expression, in the forms that defaults and base classes have."""
    if isinstance(node, ast.Constant):
        return repr(node.value)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_unparse(node.value)}.{node.attr}"
    if isinstance(node, ast.Subscript):
        return f"{_unparse(node.value)}[{_unparse(node.slice)}]"
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        inner = ", ".join(_unparse(item) for item in node.elts)
        comma = "," if isinstance(node, ast.Tuple) and len(node.elts) == 1 else ""
        opened, closed = {ast.Tuple: ("(", ")"), ast.List: ("[", "]"), ast.Set: ("{", "}")}[type(node)]
        return f"{opened}{inner}{comma}{closed}"
    if isinstance(node, ast.Dict):
        pairs = (f"{_unparse(key)}: {_unparse(item)}" for key, item in zip(node.keys, node.values) if key)  # noqa: B905
        return "{" + ", ".join(pairs) + "}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        return ("-" if isinstance(node.op, ast.USub) else "not ") + _unparse(node.operand)
    if isinstance(node, ast.Call):
        given = [_unparse(argument) for argument in node.args]
        given += [f"{word.arg}={_unparse(word.value)}" for word in node.keywords]
        return f"{_unparse(node.func)}({', '.join(given)})"
    inner_value = getattr(node, "value", None)  # Index of Python 3.8
    return _unparse(inner_value) if isinstance(inner_value, ast.AST) else "..."


def _standard_modules() -> frozenset[str]:
    """Before Python 3.10 no list of them is kept: what lies in the standard library's folder."""
    folder = Path(ast.__file__).parent
    return frozenset([*(path.stem for path in folder.iterdir() if path.stem.isidentifier()), *sys.builtin_module_names])


def install(package: Path) -> None:
    """Serve ``package``, the folder ``pt2k_gui``; give an older Python's standard library what these modules use of it."""
    sys.meta_path.insert(0, Finder(package))
    if sys.version_info < _FIRST_WITHOUT:
        for module, name, value in (
            (ast, "unparse", _unparse),
            (functools, "cache", functools.lru_cache(maxsize=None)),
            (hashlib, "file_digest", _file_digest),
            (sys, "stdlib_module_names", None),
            (types, "UnionType", type("UnionType", (), {})),
            (types, "NoneType", type(None)),
            (typing, "is_typeddict", lambda kind: isinstance(kind, getattr(typing, "_TypedDictMeta", ()))),
        ):
            if not hasattr(module, name):
                setattr(module, name, _standard_modules() if value is None else value)
