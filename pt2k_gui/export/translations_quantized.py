"""Rounds through whole numbers, as training aware of quantization makes them; see ``translations``."""

from __future__ import annotations

from typing import Any

import onnx_ir as ir
from onnxscript import opset20 as op

from pt2k_gui.export.translations import along, number, positive, rank, translates, whole


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
