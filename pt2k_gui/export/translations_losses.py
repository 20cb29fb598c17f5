"""Losses, for models that give one; see ``translations``."""

from __future__ import annotations

from typing import Any

import onnx_ir as ir
from onnxscript import opset20 as op

from pt2k_gui.export.translations import integers, is_float, length, line, number, rank, translates, whole

_NONE, _MEAN, _SUM = 0, 1, 2  # PyTorch's numbers for the reduction of a loss


def _reduced(loss: ir.Value, reduction: int) -> ir.Value:
    if reduction == _NONE:
        return loss
    return op.ReduceMean(loss, keepdims=0) if reduction == _MEAN else op.ReduceSum(loss, keepdims=0)


@translates("cross_entropy_loss.default")
def cross_entropy(
    self: ir.Value,
    target: ir.Value,
    weight: ir.Value | None = None,
    reduction: int = _MEAN,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> ir.Value:
    """Against classes, or against a probability for each class."""
    axis = 1 if rank(self) > 1 else 0
    log = op.LogSoftmax(self, axis=axis)
    classes = length(self, axis)
    if is_float(target):
        wanted = target
        if label_smoothing:
            wanted = op.Add(
                op.Mul(target, number(1 - label_smoothing, self)), number(label_smoothing / (classes or 1), self)
            )
        product = op.Mul(log, wanted)
        if weight is not None:
            product = op.Mul(product, _by_class(weight, axis, rank(self)))
        loss = op.Neg(op.ReduceSum(product, integers(axis), keepdims=0))
        if reduction == _MEAN:
            count = op.Cast(op.Size(loss), to=self.dtype)
            return op.Div(op.ReduceSum(loss, keepdims=0), count)
        return _reduced(loss, reduction)
    kept = op.Not(op.Equal(target, whole(ignore_index)))
    safe = op.Where(kept, target, whole(0))
    place = op.Unsqueeze(safe, integers(axis))
    counted = op.Cast(kept, to=self.dtype)
    each = op.Mul(op.Gather(weight, safe, axis=0), counted) if weight is not None else counted
    loss = op.Neg(op.Mul(op.Squeeze(op.GatherElements(log, place, axis=axis), integers(axis)), each))
    if label_smoothing:
        spread = op.Mul(log, _by_class(weight, axis, rank(self))) if weight is not None else log
        smooth = op.Neg(op.Mul(op.ReduceSum(spread, integers(axis), keepdims=0), counted))
        loss = op.Add(
            op.Mul(loss, number(1 - label_smoothing, self)),
            op.Mul(smooth, number(label_smoothing / (classes or 1), self)),
        )
    if reduction == _MEAN:
        return op.Div(op.ReduceSum(loss, keepdims=0), op.ReduceSum(each, keepdims=0))
    return _reduced(loss, reduction)


def _by_class(weight: ir.Value, axis: int, axes: int) -> ir.Value:
    return op.Reshape(weight, integers(*(-1 if place == axis else 1 for place in range(axes))))


@translates("multilabel_margin_loss_forward.default")
def multilabel_margin_loss(self: ir.Value, target: ir.Value, reduction: int) -> Any:
    """Every target up to the first -1 against every class that is none."""
    x, t = (value if rank(value) == 2 else op.Unsqueeze(value, integers(0)) for value in (self, target))
    classes = length(self, -1) or 1
    given = op.Cast(op.Less(t, whole(0)), to=ir.DataType.INT64)
    valid = op.Cast(op.Equal(op.CumSum(given, whole(1)), whole(0)), to=self.dtype)  # (rows, targets)
    safe = op.Max(t, whole(0))
    names = op.Reshape(line(integers(classes)), integers(1, 1, classes))
    hot = op.Cast(op.Equal(op.Unsqueeze(safe, integers(2)), names), to=self.dtype)
    is_target = op.ReduceMax(op.Mul(hot, op.Unsqueeze(valid, integers(2))), integers(1), keepdims=1)
    wanted = op.Unsqueeze(op.GatherElements(x, safe, axis=1), integers(2))
    margin = op.Relu(op.Add(op.Sub(number(1.0, self), wanted), op.Unsqueeze(x, integers(1))))
    counted = op.Mul(op.Mul(margin, op.Unsqueeze(valid, integers(2))), op.Sub(number(1.0, self), is_target))
    loss = op.Div(op.ReduceSum(counted, integers(1, 2), keepdims=0), number(float(classes), self))
    if rank(self) == 1:
        loss = op.Squeeze(loss, integers(0))
    return _reduced(loss, reduction), op.Squeeze(is_target, integers(1))


@translates("multilabel_margin_loss.default")
def multilabel_margin_loss_alone(self: ir.Value, target: ir.Value, reduction: int = _MEAN) -> ir.Value:
    return multilabel_margin_loss(self, target, reduction)[0]
