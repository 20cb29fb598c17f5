"""Quantised numbers: to integers and back, and products of quantised matrices and images, computed in floating point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.dtypes import is_float, keras_dtype, onnx_to_numpy
from pt2k_gui.convert.ir.symbolic_dims import is_known, product
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.convolution import conv
from pt2k_gui.convert.ops.linear import matmul
from pt2k_gui.convert.registry import operator

# Integers up to here are exact in float32.
_EXACT = 2**24


@operator("QuantizeLinear", 10, passes_axes=True, exact=True)
def quantize_linear(
    build: Build,
    x: Value,
    y_scale: Value,
    y_zero_point: Value | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    precision: int = 0,
    saturate: int = 1,
) -> Tensor:
    """saturate(round(x / y_scale) + y_zero_point), halves to the even number."""
    kind = np.dtype(np.uint8)
    if y_zero_point is not None:
        kind = y_zero_point.dtype
    elif output_dtype:
        kind = onnx_to_numpy(output_dtype)
    if kind.kind not in "iu":
        build.refuse(messages.NO_KERAS_TYPE(type=kind))
    tensor = build.as_tensor(x)
    if not is_float(tensor.dtype):
        tensor = build.unary(ops.cast, tensor, dtype="float32", name="cast")
    scale = _as(build, _along(build, y_scale, tensor, axis, block_size), tensor.dtype)
    level = build.unary(ops.round, build.elementwise(ops.divide, tensor, scale, name="divide"), name="round")
    # float16 does not hold every integer of 16 bits.
    level = _as_tensor(build, level, np.dtype(np.float32) if tensor.dtype.itemsize < 4 else tensor.dtype)
    if y_zero_point is not None:
        zero = _as(build, _along(build, y_zero_point, tensor, axis, block_size), level.dtype)
        level = build.elementwise(ops.add, level, zero, name="shift")
    limits = np.iinfo(kind)
    level = build.unary(ops.clip, level, name="clip", x_min=float(limits.min), x_max=float(limits.max))
    return build.unary(ops.cast, level, dtype=keras_dtype(kind))


@operator("DequantizeLinear", 10, passes_axes=True)
def dequantize_linear(
    build: Build,
    x: Value,
    x_scale: Value,
    x_zero_point: Value | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
) -> Tensor:
    """(x - x_zero_point) * x_scale."""
    kind = onnx_to_numpy(output_dtype) if output_dtype else x_scale.dtype
    wide = np.dtype(np.float32) if kind.itemsize < 4 else kind
    tensor = _as_tensor(build, build.as_tensor(x), wide)
    if x_zero_point is not None:
        zero = _as(build, _along(build, x_zero_point, tensor, axis, block_size), wide)
        tensor = build.elementwise(ops.subtract, tensor, zero, name="shift")
    scale = _as(build, _along(build, x_scale, tensor, axis, block_size), wide)
    return _as_tensor(build, build.elementwise(ops.multiply, tensor, scale), kind)


def _as(build: Build, value: Value, kind: np.dtype) -> Value:
    if isinstance(value, Constant):
        return Constant(value.array.astype(kind))
    return _as_tensor(build, build.as_tensor(value), kind)


def _as_tensor(build: Build, tensor: Tensor, kind: np.dtype) -> Tensor:
    return tensor if tensor.dtype == kind else build.unary(ops.cast, tensor, dtype=keras_dtype(kind), name="cast")


def _along(build: Build, value: Value, tensor: Tensor, axis: int, block_size: int) -> Value:
    """A scale or zero point shaped to broadcast: one for all, one per index of an axis, or one per block of it."""
    rank = tensor.rank
    if product(list(value.shape)) == 1:
        return build.reshaped(value, ()) if isinstance(value, Tensor) else value
    axis = axis % rank
    if len(value.shape) == 1:
        ones = (1,) * (rank - 1 - axis)
        if isinstance(value, Constant):
            return Constant(value.array.reshape(-1, *ones))
        return build.reshaped(value, (value.shape[0], *ones))
    if not block_size:
        return value
    length = tensor.shape[axis]
    if not isinstance(length, int):
        build.refuse(messages.BLOCK_AXIS())
    which = np.arange(length) // block_size
    if isinstance(value, Constant):
        return Constant(np.take(value.array, which, axis))
    plain = build.plain(value)
    repeated = build.call(ops.take, plain.keras, which.tolist(), axis=plain.stored_axis(axis), name="blocks")
    return build.tensor(repeated, plain.order, (*plain.shape[:axis], length, *plain.shape[axis + 1 :]))


@operator("DynamicQuantizeLinear", 11)
def dynamic_quantize_linear(build: Build, x: Value) -> tuple[Tensor, Tensor, Tensor]:
    """To uint8, with the scale and zero point that fit the data and hold zero exactly."""
    tensor = build.as_tensor(x)
    zero = Constant(np.array(0, tensor.dtype))
    lowest = build.tensor(build.call(ops.min, tensor.keras, name="min"), shape=())
    highest = build.tensor(build.call(ops.max, tensor.keras, name="max"), shape=())
    lowest = build.elementwise(ops.minimum, lowest, zero, name="min")
    highest = build.elementwise(ops.maximum, highest, zero, name="max")
    span = build.elementwise(ops.subtract, highest, lowest, name="span")
    scale = build.elementwise(ops.divide, span, Constant(np.array(255, tensor.dtype)), name="scale")
    level = build.unary(ops.negative, build.elementwise(ops.divide, lowest, scale, name="zero"), name="zero")
    point = build.unary(ops.round, build.unary(ops.clip, level, x_min=0.0, x_max=255.0, name="clip"), name="round")
    point = build.unary(ops.cast, point, dtype="uint8", name="zero_point")
    return quantize_linear(build, tensor, scale, point), scale, point


# ---- products -----------------------------------------------------------------------------------------------------


def _centred(build: Build, value: Value, zero_point: Value | None, axis: int, kind: str) -> Value:
    """The integers minus their zero point, as floating-point numbers."""
    dtype = np.dtype(kind)
    if zero_point is None or (isinstance(zero_point, Constant) and not zero_point.array.any()):
        return _as(build, value, dtype)
    rank = len(value.shape)
    many = product(list(zero_point.shape)) != 1
    if isinstance(value, Constant) and isinstance(zero_point, Constant):
        zero = zero_point.array.astype(dtype)
        if many and zero.ndim == 1:
            zero = zero.reshape(-1, *(1,) * (rank - 1 - axis % rank))
        return Constant(value.array.astype(dtype) - (zero if many else zero.reshape(())))
    tensor = _as_tensor(build, build.as_tensor(value), dtype)
    if many and len(zero_point.shape) == 1:
        point = _along(build, zero_point, tensor, axis, 0)
    else:
        point = zero_point if many else _along(build, zero_point, tensor, axis, 0)
    return build.elementwise(ops.subtract, tensor, _as(build, point, dtype), name="shift")


def _wide_enough(value: Value, axes: Sequence[int]) -> str:
    """The floating-point type in which a sum of products of 8-bit integers over these axes is exact."""
    length = product([value.shape[axis] for axis in axes])
    return "float32" if is_known(length) and length * 255 * 255 <= _EXACT else "float64"


@operator("MatMulInteger", 10)
def matmul_integer(
    build: Build, A: Value, B: Value, a_zero_point: Value | None = None, b_zero_point: Value | None = None
) -> Tensor:
    """Products in float32 where that is exact, else in float64; the answer is int32.

    https://onnx.ai/onnx/operators/onnx__MatMulInteger.html
    """
    return build.unary(ops.cast, _matrix_product(build, A, B, a_zero_point, b_zero_point), dtype="int32", name="cast")


def _matrix_product(build: Build, A: Value, B: Value, a_zero: Value | None, b_zero: Value | None) -> Tensor:
    kind = _wide_enough(A, (-1,))
    return matmul(build, _centred(build, A, a_zero, -2, kind), _centred(build, B, b_zero, -1, kind))


@operator("QLinearMatMul", 10)
def qlinear_matmul(
    build: Build,
    a: Value,
    a_scale: Value,
    a_zero_point: Value,
    b: Value,
    b_scale: Value,
    b_zero_point: Value,
    y_scale: Value,
    y_zero_point: Value,
) -> Tensor:
    """The product of integers, scaled and quantised again. https://onnx.ai/onnx/operators/onnx__QLinearMatMul.html"""
    result = _as_tensor(build, _matrix_product(build, a, b, a_zero_point, b_zero_point), np.dtype(np.float32))
    result = _scaled(build, result, a_scale, -2)
    result = _scaled(build, result, b_scale, -1)
    return quantize_linear(build, result, _as(build, y_scale, np.dtype(np.float32)), y_zero_point)


def _scaled(build: Build, tensor: Tensor, scale: Value, axis: int) -> Tensor:
    return build.elementwise(ops.multiply, tensor, _as(build, _along(build, scale, tensor, axis, 0), tensor.dtype))


@operator("ConvInteger", 10, spatial=True)
def conv_integer(
    build: Build,
    x: Value,
    w: Value,
    x_zero_point: Value | None = None,
    w_zero_point: Value | None = None,
    **attributes: Any,
) -> Tensor:
    """Attributes as for Conv. The padding is zero after the zero point is taken away."""
    kind = _wide_enough(w, range(1, len(w.shape)))
    result = conv(
        build, _centred(build, x, x_zero_point, 1, kind), _centred(build, w, w_zero_point, 0, kind), **attributes
    )
    return build.unary(ops.cast, build.unary(ops.round, result, name="round"), dtype="int32", name="cast")


@operator("QLinearConv", 10, spatial=True)
def qlinear_conv(
    build: Build,
    x: Value,
    x_scale: Value,
    x_zero_point: Value,
    w: Value,
    w_scale: Value,
    w_zero_point: Value,
    y_scale: Value,
    y_zero_point: Value,
    B: Value | None = None,
    **attributes: Any,
) -> Tensor:
    """Attributes as for Conv; the bias counts in units of x_scale * w_scale."""
    kind = _wide_enough(w, range(1, len(w.shape)))
    bias = None if B is None else _as(build, B, np.dtype(kind))
    image, kernel = _centred(build, x, x_zero_point, 1, kind), _centred(build, w, w_zero_point, 0, kind)
    result = _as_tensor(build, conv(build, image, kernel, bias, **attributes), np.dtype(np.float32))
    result = _scaled(build, _scaled(build, result, x_scale, 1), w_scale, 1)
    return quantize_linear(build, result, y_scale, y_zero_point)
