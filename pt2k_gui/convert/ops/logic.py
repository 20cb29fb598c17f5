"""Comparisons, logic and bits, element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.dtypes import keras_dtype, onnx_to_numpy
from pt2k_gui.convert.ir.graph import Node
from pt2k_gui.convert.ir.symbolic_dims import SymbolicDim, at_least
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.registry import operator
from pt2k_gui.convert.size_rules import booleans


def _equal(a: Any, b: Any) -> Any:
    if isinstance(a, SymbolicDim) or isinstance(b, SymbolicDim):
        if a == b:
            return True
        # An unknown length is neither negative nor, in any graph worth converting, zero.
        return False if at_least(a, b + 1) or at_least(b, a + 1) else None
    return a == b


def _less(a: Any, b: Any) -> Any:
    if isinstance(a, SymbolicDim) or isinstance(b, SymbolicDim):
        return True if at_least(b, a + 1) else False if at_least(a, b) else None
    return a < b


def _less_or_equal(a: Any, b: Any) -> Any:
    greater = _less(b, a)
    return None if greater is None else not greater


def _where_lengths(node: Node, dtype: np.dtype, condition: np.ndarray, a: np.ndarray, b: np.ndarray) -> Any:
    if any(isinstance(entry, SymbolicDim) for entry in condition.flat):
        return None
    return np.where(condition.astype(bool), a, b)


_SIZES = {
    "Equal": booleans(_equal),
    "Less": booleans(_less),
    "LessOrEqual": booleans(_less_or_equal),
    "Greater": booleans(lambda a, b: _less(b, a)),
    "GreaterOrEqual": booleans(lambda a, b: _less_or_equal(b, a)),
}


def _binary(name: str, since: int, function: Callable[..., Any]) -> None:
    @operator(name, since, sizes=_SIZES.get(name), float_sizes=_SIZES.get(name))
    def convert(build: Build, A: Value, B: Value) -> Tensor:
        """A function of two tensors, which broadcast."""
        return build.elementwise(function, A, B)


for _name, _since, _function in (
    ("And", 7, ops.logical_and),
    ("Or", 7, ops.logical_or),
    ("Xor", 7, ops.logical_xor),
    ("Equal", 7, ops.equal),
    ("Greater", 7, ops.greater),
    ("GreaterOrEqual", 12, ops.greater_equal),
    ("Less", 7, ops.less),
    ("LessOrEqual", 12, ops.less_equal),
    ("BitwiseAnd", 18, ops.bitwise_and),
    ("BitwiseOr", 18, ops.bitwise_or),
    ("BitwiseXor", 18, ops.bitwise_xor),
):
    _binary(_name, _since, _function)


@operator("Not", 1)
def logical_not(build: Build, X: Value) -> Tensor:
    """Keras's ``logical_not``. https://onnx.ai/onnx/operators/onnx__Not.html"""
    return build.unary(ops.logical_not, X)


@operator("BitwiseNot", 18)
def bitwise_not(build: Build, X: Value) -> Tensor:
    """Keras's ``bitwise_not``. https://onnx.ai/onnx/operators/onnx__BitwiseNot.html"""
    return build.unary(ops.bitwise_not, X)


@operator("BitShift", 11)
def bit_shift(build: Build, X: Value, Y: Value, *, direction: str) -> Tensor:
    """A shift by the type's width or more (or by less than none) leaves zeros, or the sign of a number shifted right."""
    function = ops.left_shift if direction == "LEFT" else ops.right_shift
    width = X.dtype.itemsize * 8
    if isinstance(Y, Constant) and (Y.array < width).all() and (Y.array >= 0).all():
        return build.elementwise(function, X, Y)
    zero, most = Constant(np.array(0, Y.dtype)), Constant(np.array(width - 1, Y.dtype))
    inside = build.elementwise(ops.less_equal, Y, most)
    if Y.dtype.kind == "i":
        inside = build.elementwise(ops.logical_and, inside, build.elementwise(ops.greater_equal, Y, zero))
    signed = X.dtype.kind == "i" and direction == "RIGHT"
    amount = build.elementwise(ops.where, inside, build.as_tensor(Y), most if signed else zero, name="where")
    shifted = build.elementwise(function, X, amount)
    return shifted if signed else build.elementwise(ops.where, inside, shifted, Constant(np.array(0, X.dtype)))


@operator("BitCast", 26)
def bit_cast(build: Build, input: Value, *, to: int) -> Tensor:
    """The same bits as another type of the same width. https://onnx.ai/onnx/operators/onnx__BitCast.html"""
    target = keras_dtype(onnx_to_numpy(to))
    if input.dtype == bool:
        return build.unary(ops.cast, input, dtype=target)
    return build.unary(ops.view, input, dtype=target)


@operator("Where", 9, exact=True, sizes=_where_lengths, float_sizes=_where_lengths)
def where(build: Build, condition: Value, X: Value, Y: Value) -> Tensor:
    """Broadcasts; between two constants the result's type is set. https://onnx.ai/onnx/operators/onnx__Where.html"""
    kind = next((v.dtype for v in (X, Y) if isinstance(v, Tensor)), X.dtype)
    # Python numbers have no type of their own: two of them would come out as the backend's default.
    if not isinstance(X, Tensor) and not isinstance(Y, Tensor):
        result = build.elementwise(_choose(keras_dtype(kind)), condition, X, Y, name="where")
        return build.unary(ops.cast, result, dtype=keras_dtype(kind), name="cast") if result.dtype != kind else result
    return build.elementwise(ops.where, condition, X, Y)


def _choose(dtype: str) -> Callable[..., Any]:
    def choose(condition: Any, a: Any, b: Any) -> Any:
        typed = [np.asarray(v, dtype) if not hasattr(v, "dtype") else v for v in (a, b)]
        return ops.where(condition, *typed)

    return choose
