"""Constants put into the axes of a stored tensor, so that the two combine element by element without a transpose."""

from __future__ import annotations

from typing import Any

import numpy as np

from pt2k_gui.convert.ir.layout import Layout, run_size
from pt2k_gui.convert.ir.symbolic_dims import Dim, product
from pt2k_gui.convert.ir.values import BroadcastConstant, Value


def estimate(shape: tuple[Dim, ...]) -> float:
    """How many elements a shape has, with an everyday number for each unknown length; for choosing, never for building."""
    total = product(list(shape))
    if isinstance(total, int):
        return float(total)
    return float(sum(factor * 8.0 ** len(names) for names, factor in total.terms))


def constant_key(layout: Layout) -> tuple[int, ...]:
    """A key that tells two arrangements of one constant apart."""
    if layout.order is not None:
        return layout.order
    positions = {factor: index for index, factor in enumerate(run for group in layout.onnx for run in group)}
    return tuple(-1 - positions[factor] for group in layout.stored for factor in group)


def fits_layout(value: Value, layout: Layout) -> bool:
    """Whether a constant can be arranged for ``layout`` without repeating its numbers."""
    if layout.order is not None:
        return True
    shape = tuple(value.array.shape) if isinstance(value, BroadcastConstant) else tuple(value.shape)
    if len(shape) > len(layout.onnx):
        return False
    if all(length == 1 for length in shape):
        return True
    full = (1,) * (len(layout.onnx) - len(shape)) + shape
    kept = {factor for run, length in zip(layout.onnx, full, strict=True) if length != 1 for factor in run}
    return all(len({factor in kept for factor in run}) <= 1 for run in layout.stored)


def arranged_constant(array: np.ndarray, layout: Layout) -> np.ndarray:
    """An array with ONNX's axes (or fewer, to be broadcast) in the axes of ``layout.stored``, without leading ones."""
    full = array.reshape((1,) * (len(layout.onnx) - array.ndim) + array.shape)
    if layout.order is not None:
        result = full.transpose(layout.order)
    else:
        lengths: list[int] = []
        factors: list[Any] = []
        for run, length in zip(layout.onnx, full.shape, strict=True):
            lengths.extend(1 if length == 1 else int(run_size((factor,))) for factor in run)  # type: ignore[arg-type]
            factors.extend(run)
        split = full.reshape(lengths)
        position = {factor: index for index, factor in enumerate(factors)}
        moved = split.transpose([position[factor] for run in layout.stored for factor in run])
        sizes = iter(moved.shape)
        result = moved.reshape([int(np.prod([next(sizes) for _ in run], dtype=np.int64)) for run in layout.stored])
    while result.ndim and result.shape[0] == 1:
        result = result[0]
    return np.ascontiguousarray(result)
