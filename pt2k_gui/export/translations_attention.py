"""Fused attention under a mask that the model's inputs decide; see ``translations``.

PyTorch gives zeros for a query whose keys are all hidden. The exporter's own translation gives not-a-number there under a mask
of floats (0/0 in Softmax), and the mean of all values under one of booleans.
"""

from __future__ import annotations

import math

import onnx_ir as ir
from onnxscript import opset20 as op
from onnxscript.function_libs.torch_lib.ops import nn as torchlib

from pt2k_gui.export.translations import integers, number, rank, translates

_HEADS_AT = {2: (0, 1), 3: (1,), 4: ()}  # the axes that (length, size) and (batch, length, size) lack


@translates("scaled_dot_product_attention.default")
def scaled_dot_product_attention(
    query: ir.Value,
    key: ir.Value,
    value: ir.Value,
    attn_mask: ir.Value | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> ir.Value:
    """softmax(Q K^T * scale + mask) V; zeros for a query that sees no key.

    Q, K and V are (batch, heads, length, size), or lack the heads, or heads and batch; the mask broadcasts to
    (batch, heads, queries, keys), False or minus infinity where a key is hidden.
    """
    missing = _HEADS_AT.get(rank(query))
    if missing is None:
        raise NotImplementedError(f"attention over {rank(query)} axes")
    scale = 1 / math.sqrt(_size(query)) if scale is None else scale
    hides = attn_mask is not None and decided_by_inputs(attn_mask)
    if missing:
        query, key, value = (_with_axes(part, missing, query) for part in (query, key, value))
        attn_mask = attn_mask if attn_mask is None or rank(attn_mask) == 2 else _with_axes(attn_mask, missing, None)
    if not hides or attn_mask is None:
        mixed = torchlib.aten_scaled_dot_product_attention(
            query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa
        )
    else:
        bias, seen = _finite(attn_mask, query)
        mixed = torchlib.aten_scaled_dot_product_attention(query, key, value, bias, dropout_p, False, scale, enable_gqa)
        mixed = op.Where(seen, mixed, number(0.0, query))
    return op.Squeeze(mixed, integers(*missing)) if missing else mixed


def _size(query: ir.Value) -> int:
    assert query.shape is not None
    size = query.shape[-1]
    if not isinstance(size, int):
        raise NotImplementedError("attention over heads of unknown size")
    return size


def _with_axes(value: ir.Value, axes: tuple[int, ...], like: ir.Value | None) -> ir.Value:
    result = op.Unsqueeze(value, integers(*axes))
    result.dtype = value.dtype if like is None else like.dtype
    assert value.shape is not None
    sizes = list(value.shape)
    for axis in axes:
        sizes.insert(axis, 1)
    result.shape = ir.Shape(sizes)
    return result


def _finite(mask: ir.Value, query: ir.Value) -> tuple[ir.Value, ir.Value]:
    """The sum that is added to the products, without infinities; and which queries see a key at all, (..., queries, 1)."""
    assert query.dtype is not None
    lowest = number(float(query.dtype.min), query)
    if mask.dtype == ir.DataType.BOOL:
        bias = op.Where(mask, number(0.0, query), lowest)
        hidden = lowest
        told = bias
    else:
        bias, hidden, told = op.Max(mask, lowest), number(-math.inf, mask), mask
    return bias, op.Greater(op.ReduceMax(told, integers(-1), keepdims=1), hidden)


def decided_by_inputs(value: ir.Value) -> bool:
    """Whether the numbers of the model's inputs, not their sizes alone, have a part in a value. Weights count as inputs."""
    waiting, known = [value], set()
    while waiting:
        current = waiting.pop()
        if id(current) in known:
            continue
        known.add(id(current))
        node = current.producer()
        if node is None:
            if current.const_value is None:
                return True
        elif node.op_type not in ("Shape", "Size"):
            waiting += [given for given in node.inputs if given is not None]
    return False
