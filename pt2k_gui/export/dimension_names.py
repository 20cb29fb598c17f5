"""Gives the dynamic sizes of an exported file the names that the user typed, in expressions that people can read.

PyTorch's exporter calls them ``s77`` and writes ``(((s53 - 1)//2)) + 1``; the file then says ``batch`` and ``ceil(H/2)``.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pt2k_gui.sources.card import TensorSpec

if TYPE_CHECKING:
    import onnx

_LONGEST = 2000  # characters of an expression that is worth reading
# What PyTorch calls the operations on sizes, as operators and functions that people know.
_OPERATORS: dict[str, type[ast.operator]] = {"Mod": ast.Mod, "PythonMod": ast.Mod, "FloorDiv": ast.FloorDiv}
_FUNCTIONS = {"TruncToInt": "int", "FloorToInt": "floor", "CeilToInt": "ceil", "RoundToInt": "round", "Max": "max"}
_FUNCTIONS["Min"] = "min"
_SILENT = frozenset({"ToFloat", "Identity"})


def name_dimensions(model: onnx.ModelProto, inputs: Sequence[TensorSpec]) -> None:
    """Rename the sizes of every value in the file; ``inputs`` say how the user calls those of the inputs."""
    wanted = {spec.name: spec.shape for spec in inputs}
    words: dict[str, str] = {}
    for value in model.graph.input:
        for size, word in zip(value.type.tensor_type.shape.dim, wanted.get(value.name, ()), strict=False):
            if isinstance(word, str) and size.dim_param:
                for symbol, expression in _solved(size.dim_param, word):
                    words.setdefault(symbol, expression)
                size.dim_param = word
    for value in (*model.graph.output, *model.graph.value_info):
        for size in value.type.tensor_type.shape.dim:
            if size.dim_param:
                size.dim_param = readable(size.dim_param, words)


def _solved(expression: str, word: str) -> Iterator[tuple[str, str]]:
    """The symbol of an input's size in terms of the word for that size: of ``8*s3``, s3 is ``word/8``."""
    if expression.isidentifier():
        yield expression, word
        return
    number, star, symbol = expression.partition("*")
    if star and number.isdigit() and symbol.isidentifier():
        yield symbol, f"{word}/{number}"


def readable(expression: str, words: Mapping[str, str]) -> str:
    """An expression of PyTorch's over sizes with the symbols replaced, and as short as easy rules make it."""
    if len(expression) > _LONGEST:
        return expression
    try:
        tree: Any = ast.parse(expression, mode="eval").body
        named = _Names(words).visit(tree)
        text = ast.unparse(_Rounded().visit(_Short().visit(named)))
    except (SyntaxError, ValueError, RecursionError):
        return expression
    return text.replace(" / ", "/").replace(" * ", "*")


class _Names(ast.NodeTransformer):
    """Symbols as words, PyTorch's functions as operators."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def visit_Name(self, node: ast.Name) -> Any:
        word = self._words.get(node.id)
        return node if word is None else ast.parse(word, mode="eval").body

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _SILENT and len(node.args) == 1:
            return node.args[0]
        if name in _OPERATORS and len(node.args) == 2:
            return ast.BinOp(node.args[0], _OPERATORS[name](), node.args[1])
        return ast.Call(ast.Name(_FUNCTIONS.get(name, name)), node.args, [])


class _Short(ast.NodeTransformer):
    """a//b + c as (a + b*c)//b, (a//b)//c as a//(b*c), 2*(a/8) as a/4, and the numbers of a sum as one."""

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult):
            return _multiplied(node)
        if isinstance(node.op, ast.FloorDiv):
            return _divided(node.left, node.right)
        if isinstance(node.op, (ast.Add, ast.Sub)):
            return _added(node)
        return node


class _Rounded(ast.NodeTransformer):
    """Divisions of whole numbers as people write them: (a + 1)//2 is ceil(a/2), a//2 is floor(a/2)."""

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        self.generic_visit(node)
        if not isinstance(node.op, ast.FloorDiv):
            return node
        by = _number(node.right)
        inner, more = _parted(node.left)
        if by is None or by < 2:
            return _call("floor", ast.BinOp(node.left, ast.Div(), node.right))
        whole, rest = divmod(more, by)
        up = rest == by - 1
        share = ast.BinOp(inner if up else _sum(inner, rest), ast.Div(), node.right)
        return _sum(_call("ceil" if up else "floor", share), whole)


def _call(name: str, argument: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name), [argument], [])


def _multiplied(node: ast.BinOp) -> ast.expr:
    factor, other = _number(node.left), node.right
    if factor is None:
        factor, other = _number(node.right), node.left
    by = _number(other.right) if isinstance(other, ast.BinOp) and isinstance(other.op, ast.Div) else None
    if factor is None or not by or not isinstance(other, ast.BinOp):
        return node
    shared = math.gcd(factor, by)
    left = ast.BinOp(ast.Constant(factor // shared), ast.Mult(), other.left) if factor > shared else other.left
    return ast.BinOp(left, ast.Div(), ast.Constant(by // shared)) if by > shared else left


def _number(node: ast.expr) -> int | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None


def _divided(left: ast.expr, right: ast.expr) -> ast.expr:
    by = _number(right)
    if by is not None and isinstance(left, ast.BinOp) and isinstance(left.op, (ast.FloorDiv, ast.Div)):
        inner = _number(left.right)
        if inner is not None and inner > 0 and by > 0:
            return ast.BinOp(left.left, ast.FloorDiv(), ast.Constant(inner * by))
    return ast.BinOp(left, ast.FloorDiv(), right)


def _added(node: ast.BinOp) -> ast.expr:
    sign = 1 if isinstance(node.op, ast.Add) else -1
    more = _number(node.right)
    left = node.left
    if more is None and sign > 0 and _number(left) is not None:
        left, more = node.right, _number(left)
    if more is None:
        return node
    rest, number = _parted(left)
    if isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.FloorDiv) and (by := _number(rest.right)):
        inner, before = _parted(rest.left)
        return _divided(_sum(inner, before + by * (number + sign * more)), rest.right)
    return _sum(rest, number + sign * more)


def _parted(node: ast.expr) -> tuple[ast.expr, int]:
    """A sum without its number, and the number."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        number = _number(node.right)
        if number is not None:
            rest, more = _parted(node.left)
            return rest, more + (number if isinstance(node.op, ast.Add) else -number)
    return node, 0


def _sum(node: ast.expr, number: int) -> ast.expr:
    if number == 0:
        return node
    return ast.BinOp(node, ast.Add() if number > 0 else ast.Sub(), ast.Constant(abs(number)))
