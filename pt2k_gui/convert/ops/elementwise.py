"""Arithmetic, element by element, with numpy's broadcasting."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from operator import add as plus
from operator import mul as times
from operator import neg
from operator import sub as minus
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.dtypes import is_float, keras_dtype, onnx_to_numpy
from pt2k_gui.convert.ir.graph import Node
from pt2k_gui.convert.ir.symbolic_dims import (
    Dim,
    SymbolicDim,
    at_least,
    divide_exactly,
    is_whole,
    largest,
    rounded_down,
    smallest,
)
from pt2k_gui.convert.ir.values import Constant, Tensor, Value, partly_known
from pt2k_gui.convert.registry import operator
from pt2k_gui.convert.size_rules import box, by_entry, folded

_SUM, _DIFFERENCE, _PRODUCT = by_entry(plus), by_entry(minus), by_entry(times)


def dtype_of(value: Value) -> np.dtype:
    """The element type, of a constant and of a tensor alike."""
    return value.dtype


def _round_up(value: Any) -> Dim:
    return -rounded_down(-value)


def _truncated(value: Any) -> Dim:
    return rounded_down(value) if at_least(value, 0) else _round_up(value)


def _float_quotient(a: Any, b: Any) -> Any:
    if isinstance(b, SymbolicDim):
        return divide_exactly(a, b) if is_whole(a) and is_whole(b) else None
    return None if b == 0 else a * Fraction(1, b) if isinstance(b, int) else a * (1 / b)


def _divided(a: Any, b: Any) -> Dim | None:
    """ONNX's division of integers, which rounds towards zero."""
    if isinstance(a, float) or isinstance(b, float) or (isinstance(b, int) and b == 0):
        return None
    if at_least(b, 1):
        if at_least(a, 0):
            return a // b
        if at_least(0, a):
            return -(-a // b)
    return a // b if isinstance(a, SymbolicDim) or isinstance(b, SymbolicDim) else _toward_zero(a, b)


def _toward_zero(a: int, b: int) -> int:
    return a // b if (a < 0) == (b < 0) else -(-a // b)


def _modulo(a: Any, b: Any) -> Dim | None:
    if isinstance(b, int) and b == 0:
        return None
    if at_least(a, 0) and at_least(b - 1, a):
        return a
    return a % b


def _cast_lengths(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    target = onnx_to_numpy(node.attributes["to"])
    if target.kind in "iu":
        return partly_known(box(np.frompyfunc(_truncated, 1, 1)(data)), target)
    return partly_known(data, target) if target in (np.float32, np.float64) else None


def _same_lengths(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    return data


@operator("Add", 7, passes_axes=True, sizes=_SUM, float_sizes=_SUM)
def add(build: Build, A: Value, B: Value) -> Tensor:
    """Broadcasts; an Add of a vector after MatMul became part of the layer before.

    https://onnx.ai/onnx/operators/onnx__Add.html
    """
    return build.elementwise(ops.add, A, B)


@operator("Sub", 7, passes_axes=True, sizes=_DIFFERENCE, float_sizes=_DIFFERENCE)
def sub(build: Build, A: Value, B: Value) -> Tensor:
    """Broadcasts. https://onnx.ai/onnx/operators/onnx__Sub.html"""
    return build.elementwise(ops.subtract, A, B)


@operator("Mul", 7, passes_axes=True, sizes=_PRODUCT, float_sizes=_PRODUCT)
def mul(build: Build, A: Value, B: Value) -> Tensor:
    """Broadcasts. https://onnx.ai/onnx/operators/onnx__Mul.html"""
    return build.elementwise(ops.multiply, A, B)


@operator("Pow", 1, passes_axes=True, settings=(1,))
@operator("Add", 1)
@operator("Sub", 1)
@operator("Mul", 1)
@operator("Div", 1, passes_axes=True)
def old_arithmetic(build: Build, A: Value, B: Value, *, axis: int | None = None, broadcast: int = 0) -> Tensor:
    """Before opset 7, B's axes are matched with A's from ``axis`` on."""
    name = build.node.operator
    function = {"Add": ops.add, "Sub": ops.subtract, "Mul": ops.multiply, "Div": ops.divide, "Pow": ops.power}[name]
    if axis is not None and isinstance(B, Constant):
        trailing = len(A.shape) - axis - B.rank
        B = Constant(B.array.reshape(B.shape + (1,) * trailing), name=B.name, is_parameter=B.is_parameter)
    return build.elementwise(function, A, B)


@operator("Div", 7, sizes=by_entry(_divided), float_sizes=by_entry(_float_quotient))
def div(build: Build, A: Value, B: Value) -> Tensor:
    """Integers are truncated toward zero, as in C. https://onnx.ai/onnx/operators/onnx__Div.html"""
    if is_float(dtype_of(A)):
        return build.elementwise(ops.divide, A, B)
    if dtype_of(A).kind == "u":
        return build.elementwise(ops.floor_divide, A, B)
    # ONNX truncates toward zero; floor division rounds down. They agree on magnitudes.
    size = build.elementwise(ops.floor_divide, _absolute(build, A), _absolute(build, B))
    return build.elementwise(ops.multiply, size, build.elementwise(ops.multiply, _sign(build, A), _sign(build, B)))


def _absolute(build: Build, value: Value) -> Value:
    return (
        Constant(np.asarray(np.abs(value.array)))
        if isinstance(value, Constant)
        else build.unary(ops.absolute, value, name="abs")
    )


def _sign(build: Build, value: Value) -> Value:
    return (
        Constant(np.asarray(np.sign(value.array)))
        if isinstance(value, Constant)
        else build.unary(ops.sign, value, name="sign")
    )


@operator("Mod", 10, sizes=by_entry(_modulo))
def mod(build: Build, A: Value, B: Value, *, fmod: int = 0) -> Tensor:
    """The divisor's sign, with ``fmod`` the dividend's. https://onnx.ai/onnx/operators/onnx__Mod.html"""
    if not fmod:
        return build.elementwise(ops.mod, A, B)
    # C's fmod: the sign of the dividend.
    rest = build.elementwise(ops.mod, _absolute(build, A), _absolute(build, B))
    return build.elementwise(ops.multiply, rest, _sign(build, A))


@operator("Pow", 7)
def power(build: Build, X: Value, Y: Value) -> Tensor:
    """The result has the base's type; squares and roots have operations of their own.

    https://onnx.ai/onnx/operators/onnx__Pow.html
    """
    if isinstance(Y, Constant) and Y.size == 1 and is_float(dtype_of(X)):
        exponent = float(Y.array.reshape(()))
        if exponent == 2.0:
            return build.unary(ops.square, X)
        if exponent == 0.5:
            return build.unary(ops.sqrt, X)
    wide = dtype_of(X)
    if isinstance(Y, Constant) and Y.dtype != wide:
        if is_float(Y.dtype) and not is_float(wide):
            base = build.unary(ops.cast, X, dtype=keras_dtype(Y.dtype), name="cast")
            return build.unary(ops.cast, build.elementwise(ops.power, base, Y), dtype=keras_dtype(wide), name="cast")
        Y = Constant(Y.array.astype(wide), name=Y.name, is_parameter=Y.is_parameter)
    elif dtype_of(Y) != wide:
        common = np.result_type(wide, dtype_of(Y))
        X, Y = (build.unary(ops.cast, build.as_tensor(v), dtype=keras_dtype(common), name="cast") for v in (X, Y))
        result = build.elementwise(ops.power, X, Y)
        return build.unary(ops.cast, result, dtype=keras_dtype(wide), name="cast")
    return build.elementwise(ops.power, X, Y)


def _fold(build: Build, function: Callable[..., Any], values: tuple[Value, ...]) -> Tensor:
    if len(values) == 1:
        return build.as_tensor(values[0])
    return reduce(lambda a, b: build.elementwise(function, a, b), values[1:], build.as_tensor(values[0]))


@operator("Sum", 1)
def sum_(build: Build, *data_0: Value) -> Tensor:
    """Of any number of inputs, which broadcast. https://onnx.ai/onnx/operators/onnx__Sum.html"""
    return _fold(build, ops.add, data_0)


@operator("Max", 1, exact=True, sizes=folded(largest), float_sizes=folded(largest))
def maximum(build: Build, *data_0: Value) -> Tensor:
    """Of any number of inputs, which broadcast. https://onnx.ai/onnx/operators/onnx__Max.html"""
    return _fold(build, ops.maximum, data_0)


@operator("Min", 1, exact=True, sizes=folded(smallest), float_sizes=folded(smallest))
def minimum(build: Build, *data_0: Value) -> Tensor:
    """Of any number of inputs, which broadcast. https://onnx.ai/onnx/operators/onnx__Min.html"""
    return _fold(build, ops.minimum, data_0)


@operator("Mean", 1)
def mean(build: Build, *data_0: Value) -> Tensor:
    """Of any number of inputs, which broadcast. https://onnx.ai/onnx/operators/onnx__Mean.html"""
    total = _fold(build, ops.add, data_0)
    return build.elementwise(ops.multiply, total, Constant(np.array(1 / len(data_0), total.dtype)))


_EXACT = ("Abs", "Ceil", "Floor", "Neg", "Round", "Sign")
_PASSING_AXES = ("Abs", "Exp", "Log", "Neg", "Sqrt")


def _whole_lengths(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    return data if all(is_whole(entry) for entry in data.flat) else None


_SIZES = {"Neg": by_entry(neg)}
_FLOAT_SIZES = {**_SIZES, "Floor": by_entry(rounded_down), "Ceil": by_entry(_round_up), "Round": _whole_lengths}


def _unary(name: str, function: Callable[..., Any]) -> None:
    @operator(
        name, 1, exact=name in _EXACT, passes_axes=name in _PASSING_AXES,
        sizes=_SIZES.get(name), float_sizes=_FLOAT_SIZES.get(name),
    )  # fmt: skip
    def convert(build: Build, X: Value) -> Tensor:
        """A function of one tensor, as Keras has it."""
        return build.unary(function, X)


for _name, _function in {
    "Abs": ops.absolute,
    "Acos": ops.arccos,
    "Acosh": ops.arccosh,
    "Asin": ops.arcsin,
    "Asinh": ops.arcsinh,
    "Atan": ops.arctan,
    "Atanh": ops.arctanh,
    "Ceil": ops.ceil,
    "Cos": ops.cos,
    "Cosh": ops.cosh,
    "Erf": ops.erf,
    "Exp": ops.exp,
    "Floor": ops.floor,
    "IsNaN": ops.isnan,
    "Log": ops.log,
    "Neg": ops.negative,
    "Reciprocal": ops.reciprocal,
    "Round": ops.round,
    "Sign": ops.sign,
    "Sin": ops.sin,
    "Sinh": ops.sinh,
    "Sqrt": ops.sqrt,
    "Tan": ops.tan,
}.items():
    _unary(_name, _function)


@operator("IsInf", 10)
def is_inf(build: Build, X: Value, *, detect_negative: int = 1, detect_positive: int = 1) -> Tensor:
    """One sign alone where the attributes say so. https://onnx.ai/onnx/operators/onnx__IsInf.html"""
    infinite = build.unary(ops.isinf, X)
    if detect_negative and detect_positive:
        return infinite
    zero = Constant(np.array(0, dtype_of(X)))
    if not detect_negative and not detect_positive:
        return build.elementwise(ops.logical_and, infinite, build.unary(ops.logical_not, infinite, name="not"))
    side = build.elementwise(ops.greater if detect_positive else ops.less, X, zero)
    return build.elementwise(ops.logical_and, infinite, side)


@operator("Cast", 1, passes_axes=True, rearranges=True, exact=True, sizes=_cast_lengths, float_sizes=_cast_lengths)
def cast(build: Build, input: Value, *, to: int, saturate: int = 1, round_mode: str = "up") -> Value:
    """To the types that Keras has; a cast to the same type is no operation. https://onnx.ai/onnx/operators/onnx__Cast.html"""
    target = onnx_to_numpy(int(to)) if not isinstance(to, str) else np.dtype(to.lower().replace("float", "float32"))
    if target.kind not in "fiub" and str(target) != "bfloat16":
        build.refuse(messages.NO_KERAS_TYPE(type=target))
    if isinstance(input, Tensor) and input.dtype == target:
        return input
    return build.unary(ops.cast, input, dtype=keras_dtype(target))


@operator("CastLike", 15)
def cast_like(build: Build, input: Value, target_type: Value, *, saturate: int = 1, round_mode: str = "up") -> Value:
    """Cast to the type of another value. https://onnx.ai/onnx/operators/onnx__CastLike.html"""
    if isinstance(input, Constant):
        target = dtype_of(target_type)
        return Constant(
            input.array.astype(target), name=input.name, is_parameter=input.is_parameter and is_float(target)
        )
    if isinstance(input, Tensor) and input.dtype == dtype_of(target_type):
        return input
    return build.unary(ops.cast, input, dtype=keras_dtype(dtype_of(target_type)))


def _of_type(limit: Value | None, input: Value) -> Value | None:
    """A known limit in the input's type: what was an attribute is float32."""
    if isinstance(limit, Constant) and limit.dtype != input.dtype:
        return Constant(limit.array.astype(input.dtype), name=limit.name)
    return limit


@operator("Clip", 11, passes_axes=True, names_module=True, exact=True)
def clip(build: Build, input: Value, min: Value | None = None, max: Value | None = None) -> Tensor:
    """ReLU6 and constant limits have forms of their own. https://onnx.ai/onnx/operators/onnx__Clip.html"""
    result: Value = input
    low, high = (_of_type(limit, input) for limit in (min, max))
    if isinstance(low, Constant) and isinstance(high, Constant) and low.size == high.size == 1:
        bottom, top = low.array.reshape(()).item(), high.array.reshape(()).item()
        if bottom == 0.0 and top == 6.0 and is_float(dtype_of(input)):
            return build.unary(ops.relu6, input)
        if bottom <= top:
            return build.unary(ops.clip, input, x_min=bottom, x_max=top)
    if low is not None:
        result = build.elementwise(ops.maximum, result, low)
    if high is not None:
        result = build.elementwise(ops.minimum, result, high)
    return build.as_tensor(result)


@operator("OptionalGetElement", 18)
@operator("Identity", 1, passes_axes=True, rearranges=True, exact=True, sizes=_same_lengths, float_sizes=_same_lengths)
def identity(build: Build, input: Value) -> Value:
    """The value itself. https://onnx.ai/onnx/operators/onnx__Identity.html"""
    return input


_SPATIAL_DROPOUTS = {3: "SpatialDropout1D", 4: "SpatialDropout2D", 5: "SpatialDropout3D"}


@operator("Dropout", 12, passes_axes=True, names_module=True, exact=True)
def dropout(
    build: Build, data: Value, ratio: Value | None = None, training_mode: Value | None = None, *, seed: int = 0
) -> Any:
    """A layer where the model is to be trained, else the value itself. https://onnx.ai/onnx/operators/onnx__Dropout.html"""
    rate = 0.5 if ratio is None else float(build.known(ratio, "ratio").reshape(()))
    if rate and training_mode is not None and bool(build.known(training_mode, "training_mode").reshape(())):
        build.refuse(messages.DROPS_AT_RANDOM(), messages.EVALUATION_MODE())
    return _dropped(build, data, rate)


def _dropped(build: Build, data: Value, rate: float) -> Any:
    import keras

    result = build.as_tensor(data)
    if build.trainable and 0 < rate < 1:
        kind = build.node.origin.partition(".")[2].partition(".")[0] or "dropout"
        if kind == "feature_dropout" and result.rank in _SPATIAL_DROPOUTS:
            # whole channels at once; Keras has the channels last
            result = build.channels_last(result)
            output = build.layer(getattr(keras.layers, _SPATIAL_DROPOUTS[result.rank]), result.keras, rate=rate)
        elif "alpha" in kind:
            if kind == "feature_alpha_dropout":
                build.notes.append(
                    f"{build.node.module or 'A dropout'} drops whole channels in PyTorch; Keras's AlphaDropout drops "
                    "single numbers."
                )
            output = build.layer(keras.layers.AlphaDropout, result.keras, rate=rate)
        else:
            output = build.layer(keras.layers.Dropout, result.keras, rate=rate)
        result = build.tensor_with_layout(output, result.layout)
    if len(build.node.outputs) < 2:
        return result
    mask = Constant(np.array(True))
    kept = build.elementwise(ops.logical_or, build.unary(ops.cast, result, dtype="bool", name="mask"), mask)
    return result, kept
