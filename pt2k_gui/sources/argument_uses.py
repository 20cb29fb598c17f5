"""Uses of a function's arguments, read from its source: looks up keys, unpacks, asks whether it is true,
compares with plain values, or never reads it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Use:
    """Uses of an argument in the code: the keys that it looks up, how many items it takes out, whether it only asks
    whether it is true, what it compares it with, and whether it reads it at all."""

    keys: tuple[str, ...] = ()
    length: int = 0
    unpacked: bool = False
    is_condition: bool = False
    compared: tuple[Any, ...] = ()
    read: bool = True


def uses_of(function: Any) -> dict[str, Use]:
    """Uses of each argument in a function's source; empty where there is no source."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return {}
    names = {entry.arg for node in ast.walk(tree) if isinstance(node, ast.arguments) for entry in _all_of(node)}
    keys: dict[str, list[str]] = {}
    lengths: dict[str, int] = {}
    unpacked: set[str] = set()
    for node in sorted(ast.walk(tree), key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.ctx, ast.Load):
            name, index = node.value.id, node.slice
            if isinstance(index, ast.Constant) and isinstance(index.value, str):
                keys.setdefault(name, []).append(index.value)
            elif isinstance(index, ast.Constant) and type(index.value) is int:
                lengths[name] = max(lengths.get(name, 0), index.value + 1)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            target = node.targets[0]
            if isinstance(target, ast.Tuple) and not any(isinstance(part, ast.Starred) for part in target.elts):
                lengths[node.value.id] = len(target.elts)
                unpacked.add(node.value.id)
    loads = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    asked_about, compared = _conditions(tree)
    return {
        name: Use(
            tuple(dict.fromkeys(keys.get(name, ()))),
            lengths.get(name, 0),
            name in unpacked,
            name in asked_about and sum(node.id == name for node in loads) == asked_about[name],
            tuple(dict.fromkeys(compared.get(name, ()))),
            any(node.id == name for node in loads),
        )
        for name in names
    }


def _all_of(arguments: ast.arguments) -> list[ast.arg]:
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _conditions(tree: ast.AST) -> tuple[dict[str, int], dict[str, list[Any]]]:
    """How often each name is asked whether it is true, and the plain values that it is compared with."""
    asked_about: dict[str, int] = {}
    compared: dict[str, list[Any]] = {}

    def note(test: ast.expr) -> None:
        if isinstance(test, ast.Name):
            asked_about[test.id] = asked_about.get(test.id, 0) + 1
        elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            note(test.operand)
        elif isinstance(test, ast.BoolOp):
            for value in test.values:
                note(value)
        elif isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and len(test.comparators) == 1:
            value = test.comparators[0]
            entries = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
            plain = [entry.value for entry in entries if isinstance(entry, ast.Constant) and entry.value is not None]
            if plain and all(type(entry) in (str, int, bool) for entry in plain):
                compared.setdefault(test.left.id, []).extend(plain)

    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
            note(node.test)
    return asked_about, compared
