"""Sampling an image at places that the model computes: GridSample, and the grids of affine maps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as every
from operator import getitem
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import Dim, product
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.run_time_arithmetic import Arithmetic, Number, tap_weights
from pt2k_gui.convert.registry import operator

# PyTorch's and ONNX's constant of the cubic kernel of Keys (1981).
_CUBIC = -0.75


@operator("GridSample", 16, spatial=True)
def grid_sample(
    build: Build,
    X: Value,
    grid: Value,
    *,
    align_corners: int = 0,
    mode: str = "linear",
    padding_mode: str = "zeros",
) -> Tensor:
    """X (batch, channels, space...) at the places of ``grid`` (batch, space..., axes): -1 to 1, the last axis first."""
    kind = {"bilinear": "linear", "bicubic": "cubic"}.get(mode, mode)
    image, places = build.channels_last(X), build.as_tensor(grid)
    batch, channels, *space = image.shape
    numbers = Arithmetic(build)
    lengths = [numbers.length(length) for length in space]
    targets = places.shape[1:-1]
    points = build.onnx_order(build.reshaped(places, (batch, product(list(targets)), len(space))))
    order = (0, *range(2, image.rank), 1)
    pixels = build.onnx_order(build.reshaped(build.transposed(image, order), (batch, product(list(space)), channels)))
    axes = []
    for axis, length in enumerate(lengths):
        place = build.call(getitem, points, (..., len(space) - 1 - axis), name="place")
        axes.append(_neighbours(numbers, place, length, kind, padding_mode, bool(align_corners)))
    result = None
    for corner in every(*axes):
        linear, weight = None, None
        for (index, share), length in zip(corner, lengths, strict=True):
            linear = index if linear is None else numbers.add(numbers.multiply(linear, length), index)
            if share is not None:
                weight = share if weight is None else build.call(ops.multiply, weight, share, name="weight")
        wide = build.call(ops.expand_dims, build.call(ops.cast, linear, "int32", name="index"), -1, name="index")
        value = build.call(ops.take_along_axis, pixels, wide, axis=1, name="pixel")
        if weight is not None:
            value = build.call(
                ops.multiply, value, build.call(ops.expand_dims, weight, -1, name="weight"), name="share"
            )
        result = value if result is None else build.call(ops.add, result, value, name="sum")
    sampled = build.reshaped(
        build.tensor(result, shape=(batch, product(list(targets)), channels)), (batch, *targets, channels)
    )
    return build.transposed(sampled, (0, sampled.rank - 1, *range(1, sampled.rank - 1)))


def _neighbours(
    numbers: Arithmetic, place: Any, length: Number, kind: str, padding: str, align_corners: bool
) -> list[tuple[Any, Any]]:
    """The elements of one axis that a place (-1 to 1) is made of: pairs of index (as floats) and share (None for all)."""
    last = numbers.subtract(length, 1.0)
    lowest, highest = (0.0, last) if align_corners else (-0.5, numbers.subtract(length, 0.5))
    half = numbers.multiply(last if align_corners else length, 0.5)
    x = numbers.add(numbers.multiply(numbers.add(place, 1.0), half), lowest)
    if kind == "nearest":
        x = numbers.apply(ops.round, x)
    # The cubic kernel reaches beyond the image from places within it: there only its elements are moved.
    if padding == "border" and kind != "cubic":
        x = numbers.clip(x, 0.0, last)
    elif padding == "reflection" and kind != "cubic":
        x = numbers.reflect(x, lowest, highest)
    if kind == "nearest":
        return [pixel(numbers, x, None, last, padding, lowest, highest)]
    floor = numbers.apply(ops.floor, x)
    rest = numbers.subtract(x, floor)
    return [
        pixel(numbers, numbers.add(floor, float(step)), share, last, padding, lowest, highest)
        for step, share in tap_weights(numbers, rest, kind, _CUBIC)
    ]


def pixel(
    numbers: Arithmetic, index: Any, share: Any, last: Number, padding: str, lowest: Number, highest: Number
) -> tuple[Any, Any]:
    """An element's index, moved into the axis, and its share, which is none outside where the padding is zeros."""
    if padding == "zeros":
        inside = numbers.apply(ops.equal, numbers.clip(index, 0.0, last), index)
        counted = numbers.build.call(ops.cast, inside, index.dtype, name="inside")
        share = counted if share is None else numbers.multiply(share, counted)
    elif padding == "reflection":
        index = numbers.reflect(index, lowest, highest)
    return numbers.clip(index, 0.0, last), share


@operator("AffineGrid", 20)
def affine_grid(build: Build, theta: Value, size: Value, *, align_corners: int = 0) -> Tensor:
    """Where each place of an image of ``size`` (batch, channels, space...) comes from under an affine map."""
    wanted = build.lengths(size, "size")[2:]
    lengths = [length for length in wanted if isinstance(length, int)]
    if len(lengths) < len(wanted):
        return _free_affine_grid(build, build.as_tensor(theta), wanted, bool(align_corners))
    lines = []
    for length in lengths:
        if align_corners:
            lines.append(np.linspace(-1, 1, length) if length > 1 else np.zeros(1))
        else:
            lines.append((2 * np.arange(length) + 1) / length - 1)
    grids = np.meshgrid(*lines, indexing="ij")
    base = np.stack([*grids[::-1], np.ones_like(grids[0])], axis=-1).reshape(-1, len(lengths) + 1)
    maps = build.as_tensor(theta)
    turned = build.onnx_order(build.transposed(maps, (0, 2, 1)))
    result = build.call(ops.matmul, build.weight(Constant(base.astype(maps.dtype))), turned)
    batch = maps.shape[0]
    return build.reshaped(build.tensor(result, shape=(batch, len(base), len(lengths))), (batch, *lengths, len(lengths)))


def _free_affine_grid(build: Build, theta: Tensor, lengths: Sequence[Dim], align_corners: bool) -> Tensor:
    """``affine_grid`` of a size that is only known while the model runs: each axis's places, times the map's numbers."""
    numbers = Arithmetic(build)
    count = len(lengths)
    maps = build.onnx_order(theta)
    target = (-1, *(1,) * count, count)
    result = build.call(ops.reshape, build.call(getitem, maps, (..., count), name="shift"), target, name="shift")
    for axis, length in enumerate(lengths):
        place, size = numbers.positions(length), numbers.length(length)
        if align_corners:
            spaces = numbers.apply(ops.maximum, numbers.subtract(size, 1.0), 1.0)
            # The one place of an axis of length 1 is its middle.
            middle = numbers.apply(ops.minimum, numbers.subtract(size, 1.0), 1.0)
            place = numbers.subtract(numbers.divide(numbers.multiply(place, 2.0), spaces), middle)
        else:
            place = numbers.subtract(numbers.divide(numbers.add(numbers.multiply(place, 2.0), 1.0), size), 1.0)
        along = (1, *(-1 if number == axis else 1 for number in range(count)), 1)
        place = build.call(ops.reshape, place, along, name="place")
        column = build.call(getitem, maps, (..., count - 1 - axis), name="map")
        column = build.call(ops.reshape, column, target, name="map")
        result = build.call(ops.add, result, build.call(ops.multiply, place, column, name="turned"), name="grid")
    return build.tensor(result, shape=(theta.shape[0], *lengths, count))
