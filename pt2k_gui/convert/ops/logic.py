"""Comparisons, logic and bits, element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert.build import Build
from pt2k_gui.convert.dtypes import keras_dtype
from pt2k_gui.convert.registry import operator
from pt2k_gui.convert.values import Tensor, Value


def _binary(name: str, since: int, function: Callable[..., Any]) -> None:
    @operator(name, since)
    def convert(build: Build, A: Value, B: Value) -> Tensor:
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
    return build.unary(ops.logical_not, X)


@operator("BitwiseNot", 18)
def bitwise_not(build: Build, X: Value) -> Tensor:
    return build.unary(ops.bitwise_not, X)


@operator("BitShift", 11)
def bit_shift(build: Build, X: Value, Y: Value, *, direction: str) -> Tensor:
    function = ops.left_shift if direction == "LEFT" else ops.right_shift
    return build.elementwise(function, X, Y)


@operator("Where", 9)
def where(build: Build, condition: Value, X: Value, Y: Value) -> Tensor:
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
