"""Rounds through whole numbers, as training aware of quantization makes them, and the whole numbers of programs that
``prepare_pt2e`` and ``convert_pt2e`` made (the library ``quantized_decomposed``); see ``translations``."""

from __future__ import annotations

from functools import partial
from typing import Any

import onnx_ir as ir
from onnxscript import opset20 as op

from pt2k_gui.export.translations import along, integers, number, positive, rank, translates, whole

_FLOAT = ir.DataType.FLOAT
_decomposed = partial(translates, library="quantized_decomposed")


@translates("fake_quantize_per_tensor_affine.tensor_qparams")
def fake_quantize_by_tensors(
    self: ir.Value, scale: ir.Value, zero_point: ir.Value, quant_min: int, quant_max: int
) -> ir.Value:
    """A round through whole numbers, as training aware of quantization makes it."""
    return _through_whole(self, scale, op.CastLike(zero_point, self), quant_min, quant_max)


@translates("fake_quantize_per_tensor_affine.default")
def fake_quantize(self: ir.Value, scale: float, zero_point: int, quant_min: int, quant_max: int) -> ir.Value:
    return _through_whole(self, number(scale, self), number(float(zero_point), self), quant_min, quant_max)


@translates("fake_quantize_per_tensor_affine_cachemask.default")
def fake_quantize_with_mask(self: ir.Value, scale: float, zero_point: int, quant_min: int, quant_max: int) -> Any:
    value = fake_quantize(self, scale, zero_point, quant_min, quant_max)
    return value, value


@translates("fake_quantize_per_channel_affine.default")
def fake_quantize_by_channel(
    self: ir.Value, scale: ir.Value, zero_point: ir.Value, axis: int, quant_min: int, quant_max: int
) -> ir.Value:
    sizes = along(scale, positive(axis, self), rank(self))
    zeros = along(op.CastLike(zero_point, self), positive(axis, self), rank(self))
    return _through_whole(self, sizes, zeros, quant_min, quant_max)


@translates("fake_quantize_per_channel_affine_cachemask.default")
def fake_quantize_by_channel_with_mask(
    self: ir.Value, scale: ir.Value, zero_point: ir.Value, axis: int, quant_min: int, quant_max: int
) -> Any:
    value = fake_quantize_by_channel(self, scale, zero_point, axis, quant_min, quant_max)
    return value, value


@translates("_fake_quantize_per_tensor_affine_cachemask_tensor_qparams.default")
def fake_quantize_where_enabled(
    self: ir.Value, scale: ir.Value, zero_point: ir.Value, fake_quant_enabled: ir.Value, quant_min: int, quant_max: int
) -> Any:
    value = fake_quantize_by_tensors(self, scale, zero_point, quant_min, quant_max)
    chosen = op.Where(op.Greater(op.Cast(fake_quant_enabled, to=ir.DataType.INT64), whole(0)), value, self)
    return chosen, chosen


def _through_whole(value: ir.Value, scale: ir.Value, zero: ir.Value, low: int, high: int) -> ir.Value:
    """PyTorch multiplies by the scale's inverse and rounds to even."""
    steps = op.Add(op.Round(op.Mul(value, op.Reciprocal(scale))), zero)
    kept = op.Min(op.Max(steps, number(float(low), value)), number(float(high), value))
    return op.Mul(op.Sub(kept, zero), scale)


# ---- programs of convert_pt2e: PyTorch's own source is torch/ao/quantization/fx/_decomposed.py -------------------------


@_decomposed("quantize_per_tensor.default")
def quantize(
    input: ir.Value, scale: float, zero_point: int, quant_min: int, quant_max: int, dtype: ir.DataType
) -> ir.Value:
    """Whole numbers of a type, by one scale for the whole tensor."""
    return _to_whole(input, _single(scale), _single(zero_point), quant_min, quant_max, dtype)


@_decomposed("quantize_per_tensor.tensor", "quantize_per_tensor.tensor2")
def quantize_by_tensors(
    input: ir.Value, scale: ir.Value, zero_point: ir.Value, quant_min: Any, quant_max: Any, dtype: ir.DataType
) -> ir.Value:
    """Whole numbers of a type, by a scale and a zero point that are tensors of one entry."""
    return _to_whole(input, _scalar(scale), _scalar(zero_point), quant_min, quant_max, dtype)


@_decomposed("quantize_per_channel.default")
def quantize_by_channel(
    input: ir.Value,
    scales: ir.Value,
    zero_points: ir.Value,
    axis: int,
    quant_min: int,
    quant_max: int,
    dtype: ir.DataType,
) -> ir.Value:
    """Whole numbers of a type, by one scale for each index of an axis."""
    axes = rank(input)
    sizes, zeros = (along(_wide(value), positive(axis, input), axes) for value in (scales, zero_points))
    return _to_whole(input, sizes, zeros, quant_min, quant_max, dtype)


@_decomposed("quantize_per_token.default")
def quantize_by_token(
    input: ir.Value, scales: ir.Value, zero_points: ir.Value, quant_min: int, quant_max: int, dtype: ir.DataType
) -> ir.Value:
    """Whole numbers of a type, by one scale for each vector along the last axis; rounded behind the shift."""
    shifted = op.Add(op.Mul(input, op.Reciprocal(_wide(scales))), _wide(zero_points))
    return op.Cast(_within(op.Round(shifted), quant_min, quant_max), to=dtype)


@_decomposed("quantize_per_channel_group.default")
def quantize_by_group(
    input: ir.Value,
    scales: ir.Value,
    zero_points: ir.Value,
    quant_min: int,
    quant_max: int,
    dtype: ir.DataType,
    group_size: int = 128,
) -> ir.Value:
    """Whole numbers of a type, by one scale for each group of neighbours in a row; rounded behind the shift."""
    sizes, zeros = (op.Reshape(_wide(value), integers(-1, 1)) for value in (scales, zero_points))
    shifted = op.Add(op.Mul(_groups(input, scales, group_size), op.Reciprocal(sizes)), zeros)
    whole_numbers = op.Cast(_within(op.Round(shifted), quant_min, quant_max), to=dtype)
    return op.Reshape(whole_numbers, op.Shape(input))


@_decomposed("dequantize_per_tensor.default")
def dequantize(
    input: ir.Value,
    scale: float,
    zero_point: int,
    quant_min: int,
    quant_max: int,
    dtype: ir.DataType,
    out_dtype: ir.DataType | None = None,
) -> ir.Value:
    """Floating-point numbers again."""
    return _to_float(input, _single(scale), _single(zero_point), out_dtype)


@_decomposed("dequantize_per_tensor.tensor", "dequantize_per_tensor.tensor2")
def dequantize_by_tensors(
    input: ir.Value,
    scale: ir.Value,
    zero_point: ir.Value,
    quant_min: Any,
    quant_max: Any,
    dtype: ir.DataType,
    out_dtype: ir.DataType | None = None,
) -> ir.Value:
    """Floating-point numbers again, by a scale and a zero point that are tensors of one entry."""
    return _to_float(input, _scalar(scale), _scalar(zero_point), out_dtype)


@_decomposed("dequantize_per_channel.default")
def dequantize_by_channel(
    input: ir.Value,
    scales: ir.Value,
    zero_points: ir.Value | None,
    axis: int,
    quant_min: int,
    quant_max: int,
    dtype: ir.DataType,
    out_dtype: ir.DataType | None = None,
) -> ir.Value:
    """Floating-point numbers again, by one scale for each index of an axis."""
    place, axes = positive(axis, input), rank(input)
    zeros = None if zero_points is None else along(_wide(zero_points), place, axes)
    return _to_float(input, along(_wide(scales), place, axes), zeros, out_dtype)


@_decomposed("dequantize_per_token.default")
def dequantize_by_token(
    input: ir.Value,
    scales: ir.Value,
    zero_points: ir.Value,
    quant_min: int,
    quant_max: int,
    dtype: ir.DataType,
    output_dtype: ir.DataType,
) -> ir.Value:
    """Floating-point numbers again, by one scale for each vector along the last axis."""
    return _to_float(input, _wide(scales), _wide(zero_points), output_dtype)


@_decomposed("dequantize_per_channel_group.default")
def dequantize_by_group(
    w_int8: ir.Value,
    scales: ir.Value,
    zero_points: ir.Value | None,
    quant_min: int,
    quant_max: int,
    dtype: ir.DataType,
    group_size: int = 128,
    output_dtype: ir.DataType = _FLOAT,
) -> ir.Value:
    """Floating-point numbers again, by one scale for each group of neighbours in a row."""
    zeros = None if zero_points is None else op.Reshape(_wide(zero_points), integers(-1, 1))
    sizes = op.Reshape(_wide(scales), integers(-1, 1))
    return op.Reshape(_to_float(_groups(w_int8, scales, group_size), sizes, zeros, output_dtype), op.Shape(w_int8))


@_decomposed("fake_quant_per_channel.default")
def fake_quantize_decomposed(
    input: ir.Value, scales: ir.Value, zero_points: ir.Value, axis: int, quant_min: int, quant_max: int
) -> ir.Value:
    """Rounding through whole numbers without leaving float, by one scale for each index of an axis."""
    return fake_quantize_by_channel(input, _wide(scales), zero_points, axis, quant_min, quant_max)


@_decomposed("choose_qparams.tensor")
def scale_of(
    input: ir.Value, quant_min: int, quant_max: int, eps: float, dtype: ir.DataType
) -> tuple[ir.Value, ir.Value]:
    """The scale (float64) and zero point (int64), each a vector of one entry, that a tensor's own range asks for."""
    lowest, highest = _range_with_zero(input, keepdims=0)
    scale = op.Max(op.Div(op.Sub(highest, lowest), _single(quant_max - quant_min)), _single(eps))
    zero = op.Sub(_single(quant_min), op.Round(op.Div(lowest, scale)))
    return _parameters(scale, _within(zero, quant_min, quant_max))


@_decomposed("choose_qparams_symmetric.tensor")
def symmetric_scale_of(
    input: ir.Value, quant_min: int, quant_max: int, eps: float, dtype: ir.DataType
) -> tuple[ir.Value, ir.Value]:
    """The same with zero in the middle of the whole numbers."""
    lowest, highest = _range_with_zero(input, keepdims=0)
    largest = op.Max(op.Neg(lowest), highest)
    scale = op.Max(op.Div(largest, _single((quant_max - quant_min) / 2)), _single(eps))
    return _parameters(scale, _single(128 if dtype == ir.DataType.UINT8 else 0))


@_decomposed("choose_qparams_per_token.default")
def scale_by_token(input: ir.Value, dtype: ir.DataType) -> tuple[ir.Value, ir.Value]:
    """One scale for each vector along the last axis, with zero in the middle of int8."""
    largest = op.ReduceMax(op.Abs(_wide(input)), integers(-1), keepdims=1)
    scale = op.Div(op.Max(largest, _single(1e-5)), _single(127))
    return scale, op.Mul(scale, _single(0))


@_decomposed("choose_qparams_per_token_asymmetric.default", "_choose_qparams_per_token_asymmetric_impl.default")
def asymmetric_scale_by_token(input: ir.Value, dtype: ir.DataType) -> tuple[ir.Value, ir.Value]:
    """One scale for each vector along the last axis; the zero point leaves the smaller error at the range's two ends."""
    low, high = -128, 127
    lowest, highest = _range_with_zero(input, axis=-1, keepdims=1)
    scale = op.Max(op.Div(op.Sub(highest, lowest), _single(high - low)), _single(2.0**-23))
    least, most = op.Div(lowest, scale), op.Div(highest, scale)
    sum_of_errors = op.Add(op.Add(_single(low), least), op.Add(_single(high), most))
    zero = op.Where(op.Greater(sum_of_errors, _single(0)), op.Sub(_single(low), least), op.Sub(_single(high), most))
    zero = op.Round(_within(zero, low, high))
    return op.Cast(scale, to=ir.DataType.DOUBLE), op.Cast(zero, to=ir.DataType.INT64)


@_decomposed("convert_element_type.no_fuse")
def as_type(input: ir.Value, dtype: ir.DataType) -> ir.Value:
    """A cast that later passes are not to fuse with anything."""
    return op.Cast(input, to=dtype)


def _single(value: float) -> ir.Value:
    return op.Constant(value=ir.tensor(float(value), dtype=_FLOAT))


def _wide(value: ir.Value) -> ir.Value:
    return op.Cast(value, to=_FLOAT)


def _scalar(value: ir.Value) -> ir.Value:
    """The one entry of a tensor in float32, without axes, so that it adds none to what it is combined with."""
    return op.Reshape(_wide(value), op.Constant(value=ir.tensor([], dtype=ir.DataType.INT64)))


def _within(value: ir.Value, low: Any, high: Any) -> ir.Value:
    limits = (_scalar(limit) if isinstance(limit, ir.Value) else _single(limit) for limit in (low, high))
    return op.Min(op.Max(value, next(limits)), next(limits))


def _to_whole(value: ir.Value, scale: ir.Value, zero: ir.Value, low: Any, high: Any, dtype: ir.DataType) -> ir.Value:
    steps = op.Add(op.Round(op.Mul(_wide(value), op.Reciprocal(scale))), zero)
    return op.Cast(_within(steps, low, high), to=dtype)


def _to_float(value: ir.Value, scale: ir.Value, zero: ir.Value | None, dtype: ir.DataType | None) -> ir.Value:
    wide = _wide(value)
    answer = op.Mul(wide if zero is None else op.Sub(wide, zero), scale)
    return answer if dtype in (None, _FLOAT) else op.Cast(answer, to=dtype)


def _groups(value: ir.Value, scales: ir.Value, size: int) -> ir.Value:
    """A matrix as rows of one group each; a group longer than a row that has one scale is the row."""
    assert value.shape is not None and scales.shape is not None
    row = value.shape[-1]
    if isinstance(row, int) and size > row and scales.shape[-1] == 1:
        size = row
    return op.Reshape(value, integers(-1, size))


def _range_with_zero(value: ir.Value, *, axis: int | None = None, keepdims: int) -> tuple[ir.Value, ir.Value]:
    """The smallest and the largest entry, of all or along an axis, no more and no less than zero."""
    axes = () if axis is None else (integers(axis),)
    lowest, highest = (reduce(_wide(value), *axes, keepdims=keepdims) for reduce in (op.ReduceMin, op.ReduceMax))
    return op.Min(lowest, _single(0)), op.Max(highest, _single(0))


def _parameters(scale: ir.Value, zero: ir.Value) -> tuple[ir.Value, ir.Value]:
    one = integers(1)
    return (
        op.Reshape(op.Cast(scale, to=ir.DataType.DOUBLE), one),
        op.Reshape(op.Cast(zero, to=ir.DataType.INT64), one),
    )
