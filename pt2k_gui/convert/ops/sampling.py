"""Sampling an image at places that the model computes: GridSample, and the grids of affine maps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as every
from operator import getitem
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import product
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
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
    lengths = [length for length in space if isinstance(length, int)]
    if len(lengths) != len(space):
        build.refuse("it samples an image of unknown size")
    targets = places.shape[1:-1]
    points = build.onnx_order(build.reshaped(places, (batch, product(list(targets)), len(space))))
    order = (0, *range(2, image.rank), 1)
    pixels = build.onnx_order(build.reshaped(build.transposed(image, order), (batch, product(list(space)), channels)))
    axes = []
    for axis, length in enumerate(lengths):
        place = build.call(getitem, points, (..., len(space) - 1 - axis), name="place")
        axes.append(_neighbours(build, place, length, kind, padding_mode, bool(align_corners)))
    result = None
    for corner in every(*axes):
        linear, weight = None, None
        for (index, share), length in zip(corner, lengths, strict=True):
            linear = index if linear is None else _sum(build, _scaled(build, linear, length), index)
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


def _scaled(build: Build, value: Any, factor: float) -> Any:
    return build.call(ops.multiply, value, float(factor), name="scale")


def _sum(build: Build, a: Any, b: Any) -> Any:
    return build.call(ops.add, a, b, name="sum")


def _neighbours(
    build: Build, place: Any, length: int, kind: str, padding: str, align_corners: bool
) -> list[tuple[Any, Any]]:
    """The elements of one axis that a place (-1 to 1) is made of: pairs of index (as floats) and share (None for all)."""
    lowest, highest = (0.0, length - 1.0) if align_corners else (-0.5, length - 0.5)
    half = (length - 1) / 2 if align_corners else length / 2
    x = _sum(build, _scaled(build, _sum(build, place, 1.0), half), lowest)
    if kind == "nearest":
        x = build.call(ops.round, x, name="round")
    # The cubic kernel reaches beyond the image from places within it: there only its elements are moved.
    if padding == "border" and kind != "cubic":
        x = build.call(ops.clip, x, 0.0, length - 1.0, name="border")
    elif padding == "reflection" and kind != "cubic":
        x = _reflected(build, x, lowest, highest)
    if kind == "nearest":
        return [_pixel(build, x, None, length, padding, lowest, highest)]
    floor = build.call(ops.floor, x, name="floor")
    rest = build.call(ops.subtract, x, floor, name="rest")
    steps = (0, 1) if kind == "linear" else (-1, 0, 1, 2)
    return [
        _pixel(
            build, _sum(build, floor, float(step)), _share(build, rest, step, kind), length, padding, lowest, highest
        )
        for step in steps
    ]


def _share(build: Build, rest: Any, step: int, kind: str) -> Any:
    """The weight of the element ``step`` after the floor of a place that lies ``rest`` behind it."""
    if kind == "linear":
        return rest if step == 1 else build.call(ops.subtract, 1.0, rest, name="weight")
    distance = {
        -1: lambda: _sum(build, rest, 1.0),
        0: lambda: rest,
        1: lambda: build.call(ops.subtract, 1.0, rest, name="weight"),
        2: lambda: build.call(ops.subtract, 2.0, rest, name="weight"),
    }[step]()
    a = _CUBIC
    coefficients = (a + 2, -(a + 3), 0.0, 1.0) if step in (0, 1) else (a, -5 * a, 8 * a, -4 * a)
    value = _sum(build, _scaled(build, distance, coefficients[0]), coefficients[1])
    for coefficient in coefficients[2:]:
        value = _sum(build, build.call(ops.multiply, value, distance, name="weight"), coefficient)
    return value


def _pixel(
    build: Build, index: Any, share: Any, length: int, padding: str, lowest: float, highest: float
) -> tuple[Any, Any]:
    if padding == "zeros":
        after = build.call(ops.greater_equal, index, 0.0, name="inside")
        before = build.call(ops.less_equal, index, length - 1.0, name="inside")
        inside = build.call(ops.logical_and, after, before, name="inside")
        counted = build.call(ops.cast, inside, index.dtype, name="inside")
        share = counted if share is None else build.call(ops.multiply, share, counted, name="weight")
    elif padding == "reflection":
        index = _reflected(build, index, lowest, highest)
    return build.call(ops.clip, index, 0.0, length - 1.0, name="index"), share


def _reflected(build: Build, x: Any, lowest: float, highest: float) -> Any:
    """Thrown back at both ends until it lies between them."""
    span = highest - lowest
    if span <= 0:
        return build.call(ops.zeros_like, x, name="reflect")
    turn = build.call(ops.mod, _sum(build, x, -lowest), 2 * span, name="reflect")
    back = build.call(ops.subtract, 2 * span, turn, name="reflect")
    return _sum(build, build.call(ops.minimum, turn, back, name="reflect"), lowest)


@operator("AffineGrid", 20)
def affine_grid(build: Build, theta: Value, size: Value, *, align_corners: int = 0) -> Tensor:
    """Where each place of an image of ``size`` (batch, channels, space...) comes from under an affine map."""
    lengths: Sequence[int] = build.lengths(size, "size")[2:]  # type: ignore[assignment]
    if not all(isinstance(length, int) for length in lengths):
        build.refuse("the size of its grid is not known")
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
