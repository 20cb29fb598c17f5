"""Operators of ``passes.training``: what a model needs that is to be trained, and no ONNX operator says."""

from __future__ import annotations

from keras import ops

from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.indexing import gather
from pt2k_gui.convert.passes.pattern import DOMAIN
from pt2k_gui.convert.registry import operator


@operator("Parameter", domain=DOMAIN)
def parameter(build: Build, value: Value) -> Tensor:
    """One variable, read by several operators."""
    return build.as_tensor(value)


@operator("PaddedGather", domain=DOMAIN)
def padded_gather(build: Build, data: Value, indices: Value, *, row: int) -> Value:
    """Rows of a table, one of which keeps its numbers: its gradient is not passed on."""
    import numpy as np

    rows = build.as_tensor(gather(build, data, indices, axis=0))
    ids = build.as_tensor(indices)
    padded = build.elementwise(ops.equal, ids, Constant(np.array(row, ids.dtype)), name="padding")
    mask = build.reshaped(padded, (*ids.shape, *(1,) * (rows.rank - ids.rank)))
    still = build.unary(ops.stop_gradient, rows, name="stop_gradient")
    return build.elementwise(ops.where, mask, still, rows, name="rows")
