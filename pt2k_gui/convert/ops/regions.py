"""Sampling an image in boxes and around displaced places: RoiAlign and DeformConv."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as every
from operator import getitem
from typing import Any

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.dtypes import keras_dtype
from pt2k_gui.convert.ir.symbolic_dims import Dim, product
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.run_time_arithmetic import Arithmetic, Number, tap_weights
from pt2k_gui.convert.ops.sampling import pixel
from pt2k_gui.convert.registry import operator


@operator("RoiAlign", 16, spatial=True)
def roi_align(
    build: Build,
    X: Value,
    rois: Value,
    batch_indices: Value,
    *,
    coordinate_transformation_mode: str = "half_pixel",
    mode: str = "avg",
    output_height: int = 1,
    output_width: int = 1,
    sampling_ratio: int = 0,
    spatial_scale: float = 1.0,
) -> Tensor:
    """X (batch, channels, height, width) averaged over the cells of boxes (rois, 4) by bilinear samples (He et al., 2017).

    Each cell has ``sampling_ratio`` samples along each axis; with 0 as many as the box has pixels a cell.
    """
    image, boxes = build.channels_last(X), build.as_tensor(rois)
    channels, *space = image.shape[1:]
    if mode != "avg" and sampling_ratio <= 0:
        build.refuse(messages.ADAPTIVE_MAXIMUM())
    numbers = Arithmetic(build)
    lengths = [numbers.length(length) for length in space]
    cells = _Cells(build, build.onnx_order(boxes), spatial_scale, coordinate_transformation_mode == "half_pixel")
    vertical = cells.samples(1, output_height, sampling_ratio, lengths[0])
    horizontal = cells.samples(0, output_width, sampling_ratio, lengths[1])
    which = build.call(ops.cast, build.onnx_order(batch_indices), "int32", name="image")
    result = _sampled(build, image, which, (vertical, horizontal), mode)
    if mode == "avg":
        result = _mean_of_cells(build, result, vertical.count, horizontal.count)
    else:
        result = build.call(ops.max, result, axis=(2, 4), name="cells")
    return build.tensor(result, (0, 2, 3, 1), (boxes.shape[0], channels, output_height, output_width))


def _sampled(build: Build, image: Tensor, which: Any, samples: tuple[_Samples, _Samples], mode: str) -> Any:
    """Bilinear samples (rois, cells, samples, cells, samples, channels) of the images ``which`` (rois)."""
    batch, channels, *space = image.shape
    last = build.transposed(image, (0, 2, 3, 1))
    pixels = build.onnx_order(build.reshaped(last, (product([batch, *space]), channels)))
    whole = Arithmetic(build, "int32")
    height, width = (whole.length(length) for length in space)
    first = whole.multiply(build.call(ops.reshape, which, (-1, 1, 1, 1, 1), name="image"), height)
    # The specification's maximum is one of the weighted pixels, not of samples.
    joined = ops.add if mode == "avg" else ops.maximum
    result = None
    for (y, share), (x, part) in every(samples[0].taps, samples[1].taps):
        row = whole.multiply(whole.add(first, _cell_axes(build, y, 0)), width)
        index = whole.add(row, _cell_axes(build, x, 1))
        weight = build.call(ops.multiply, _cell_axes(build, share, 0), _cell_axes(build, part, 1), name="weight")
        value = build.call(ops.take, pixels, index, axis=0, name="pixel")
        value = build.call(ops.multiply, value, build.call(ops.expand_dims, weight, -1, name="weight"), name="share")
        result = value if result is None else build.call(joined, result, value, name="sum")
    return result


def _mean_of_cells(build: Build, samples: Any, vertical: Number, horizontal: Number) -> Any:
    """Samples averaged over each cell; how many a cell has are numbers, or vectors with one for each box."""
    total = build.call(ops.sum, samples, axis=(2, 4), name="cells")
    count = Arithmetic(build, "int32").multiply(vertical, horizontal)
    if not isinstance(count, int):
        count = build.call(ops.cast, build.call(ops.maximum, count, 1, name="count"), total.dtype, name="count")
        count = build.call(ops.reshape, count, (-1, 1, 1, 1), name="count")
    return build.call(ops.divide, total, count, name="mean")


@operator("RoiAlign", 10)
def roi_align_of_opset_10(build: Build, X: Value, rois: Value, batch_indices: Value, **attributes: Any) -> Tensor:
    """Before opset 16 there was no shift by half a pixel."""
    return roi_align(build, X, rois, batch_indices, coordinate_transformation_mode="output_half_pixel", **attributes)


class _Samples:
    """Bilinear samples along one axis, (rois, cells, samples of a cell): pairs of index and share; how many a cell has."""

    def __init__(self, taps: list[tuple[Any, Any]], count: Number) -> None:
        self.taps = taps
        self.count = count


class _Cells:
    """The places that ``roi_align`` samples in boxes (rois, 4) of x1, y1, x2, y2."""

    def __init__(self, build: Build, boxes: Any, scale: float, half_pixel: bool) -> None:
        self._build, self._boxes, self._scale, self._half_pixel = build, boxes, scale, half_pixel

    def _edge(self, column: int) -> Any:
        edge = self._build.call(getitem, self._boxes, (slice(None), slice(column, column + 1)), name="edge")
        edge = self._build.call(ops.multiply, edge, self._scale, name="edge") if self._scale != 1 else edge
        return self._build.call(ops.subtract, edge, 0.5, name="edge") if self._half_pixel else edge

    def samples(self, axis: int, cells: int, ratio: int, length: Number) -> _Samples:
        """Samples along ``axis`` (0 for x) of an image that is ``length`` long there."""
        build = self._build
        start, end = self._edge(axis), self._edge(axis + 2)
        size = build.call(ops.subtract, end, start, name="size")
        if not self._half_pixel:
            size = build.call(ops.maximum, size, 1.0, name="size")
        step = build.call(ops.divide, size, float(cells), name="cell")  # (rois, 1)
        if ratio > 0:
            places = (np.arange(cells)[:, None] + (np.arange(ratio)[None, :] + 0.5) / ratio).astype(np.float32)
            within: Any = build.weight(Constant(places))
            inside, count = None, ratio
        else:
            count = build.call(ops.cast, build.call(ops.ceil, step, name="count"), "int32", name="count")
            most = build.call(ops.max, count, name="most")
            numbers = build.call(ops.reshape, build.counted(build.computed_length(most)), (1, 1, -1), name="number")
            each = build.call(ops.reshape, count, (-1, 1, 1), name="each")
            inside = build.call(ops.less, numbers, each, name="inside")
            share = build.call(ops.add, build.call(ops.cast, numbers, step.dtype, name="number"), 0.5, name="middle")
            each = build.call(ops.cast, build.call(ops.maximum, each, 1, name="each"), step.dtype, name="each")
            share = build.call(ops.divide, share, each, name="middle")
            cell = build.weight(Constant(np.arange(cells, dtype=np.float32).reshape(1, -1, 1)))
            within = build.call(ops.add, share, cell, name="within")
        offset = build.call(ops.multiply, build.call(ops.expand_dims, step, -1, name="cell"), within, name="offset")
        place = build.call(ops.add, offset, build.call(ops.expand_dims, start, -1, name="start"), name="place")
        return _Samples(_taps(build, place, length, inside), count)


def _taps(build: Build, place: Any, length: Number, inside: Any) -> list[tuple[Any, Any]]:
    """The two pixels around each place; a place more than one pixel outside the image counts nothing."""
    numbers = Arithmetic(build)
    last = numbers.subtract(length, 1.0)
    near = build.call(ops.equal, numbers.clip(place, -1.0, length), place, name="near")
    if inside is not None:
        near = build.call(ops.logical_and, near, inside, name="near")
    counted = build.call(ops.cast, near, place.dtype, name="counted")
    place = numbers.clip(place, 0.0, last)
    floor = build.call(ops.floor, place, name="floor")
    rest = build.call(ops.subtract, place, floor, name="rest")
    above = numbers.apply(ops.minimum, numbers.add(floor, 1.0), last)
    shares = (build.call(ops.subtract, 1.0, rest, name="share"), rest)
    return [
        (
            build.call(ops.cast, index, "int32", name="index"),
            build.call(ops.multiply, share, counted, name="share"),
        )
        for index, share in zip((floor, above), shares, strict=True)
    ]


def _cell_axes(build: Build, samples: Any, axis: int) -> Any:
    """(rois, cells, samples) as (rois, cells, samples, 1, 1) for the vertical axis, (rois, 1, 1, cells, samples) else."""
    return build.call(ops.expand_dims, samples, (3, 4) if axis == 0 else (1, 2), name="cells")


# ---- deformable convolution ---------------------------------------------------------------------------------------


@operator("DeformConv", 19, spatial=True, names_module=True)
def deform_conv(
    build: Build,
    X: Value,
    W: Value,
    offset: Value,
    B: Value | None = None,
    mask: Value | None = None,
    *,
    dilations: Sequence[int] = (1, 1),
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    offset_group: int = 1,
    pads: Sequence[int] = (0, 0, 0, 0),
    strides: Sequence[int] = (1, 1),
) -> Tensor:
    """A convolution each of whose taps looks where ``offset`` moves it, weighted by ``mask`` (Zhu et al., 2019).

    ``offset`` is (batch, offset groups * taps * 2, height, width) with y before x; ``mask`` has one number a tap.
    """
    kernel = build.known(W, "W")
    if kernel.ndim != 4:
        build.refuse(messages.ONLY_IMAGES())
    image, moves = build.channels_last(X), build.as_tensor(offset)
    batch, channels, *space = image.shape
    if not isinstance(channels, int):
        build.refuse(messages.UNKNOWN_CHANNELS())
    taps = kernel.shape[2] * kernel.shape[3]
    target = moves.shape[2:]
    grouped = build.onnx_order(build.reshaped(moves, (batch, offset_group, taps, 2, *target)))
    numbers = Arithmetic(build)
    axes = []
    for axis, length in enumerate(space):
        tap = np.arange(taps) // kernel.shape[3] if axis == 0 else np.arange(taps) % kernel.shape[3]
        start = (tap * dilations[axis] - pads[axis]).astype(np.float32).reshape(-1, 1, 1)
        move = build.call(getitem, grouped, (slice(None),) * 3 + (axis,), name="offset")
        line = build.call(ops.multiply, numbers.positions(target[axis]), float(strides[axis]), name="base")
        line = build.call(ops.reshape, line, (1, -1, 1) if axis == 0 else (1, 1, -1), name="base")
        base = build.call(ops.add, line, build.weight(Constant(start)), name="base")
        place = build.call(ops.add, move, base, name="place")
        floor = build.call(ops.floor, place, name="floor")
        rest = build.call(ops.subtract, place, floor, name="rest")
        last = numbers.subtract(numbers.length(length), 1.0)
        axes.append(
            [
                pixel(numbers, numbers.add(floor, float(step)), share, last, "zeros", 0.0, last)
                for step, share in tap_weights(numbers, rest, "linear", 0.0)
            ]
        )
    columns = _columns(build, image, axes, (batch, offset_group, taps, *target))
    if mask is not None:
        weights = build.reshaped(mask, (batch, offset_group, product([taps, *target]), 1))
        columns = build.elementwise(ops.multiply, columns, weights, name="masked")
    apart = build.reshaped(columns, (batch, offset_group, taps, product(list(target)), channels // offset_group))
    lined_up = build.transposed(apart, (0, 3, 2, 1, 4))
    return _weighted(build, lined_up, (W, B), group, tuple(target))


def _columns(build: Build, image: Tensor, axes: Sequence[Any], shape: tuple[Dim, ...]) -> Tensor:
    """Bilinear samples (batch, offset groups, places, channels of a group) at places of ``shape``."""
    batch, channels, height, width = image.shape
    groups = shape[1]
    assert isinstance(channels, int) and isinstance(groups, int)
    last = build.transposed(image, (0, 2, 3, 1))
    pixels = build.reshaped(last, (batch, product([height, width]), groups, channels // groups))
    flat = build.onnx_order(build.transposed(pixels, (0, 2, 1, 3)))
    places = (batch, groups, product(list(shape[2:])))

    def in_a_row(value: Any) -> Any:
        return build.onnx_order(build.reshaped(build.tensor(value, shape=shape), (*places, 1)))

    whole = Arithmetic(build, "int32")
    result = None
    for (y, share), (x, part) in every(*axes):
        row, column = (build.call(ops.cast, index, "int32", name="index") for index in (y, x))
        index = whole.add(whole.multiply(row, whole.length(width)), column)
        weight = build.call(ops.multiply, share, part, name="weight")
        value = build.call(ops.take_along_axis, flat, in_a_row(index), axis=2, name="pixel")
        value = build.call(ops.multiply, value, in_a_row(weight), name="share")
        result = value if result is None else build.call(ops.add, result, value, name="sum")
    return build.tensor(result, shape=(*places, channels // groups))


def _weighted(
    build: Build, columns: Tensor, weights: tuple[Value, Value | None], group: int, target: tuple[Dim, ...]
) -> Tensor:
    """Columns (batch, places, taps, offset groups, channels) times the kernel, as one layer."""
    kernel, bias = weights
    array = build.known(kernel, "W")
    outputs, inputs, *size = array.shape
    taps = size[0] * size[1]
    batch, places = columns.shape[:2]
    flat = build.onnx_order(build.reshaped(columns, (batch, places, taps, group, inputs)))
    values: dict[str, np.ndarray] = {
        "kernel": array.reshape(group, outputs // group, inputs, taps).transpose(3, 0, 2, 1)
    }
    if bias is not None:
        values["bias"] = build.known(bias, "B").reshape(group, outputs // group)
    result = build.layer(
        keras.layers.EinsumDense,
        flat,
        weights=values,
        equation="npkgc,kgco->npgo",
        output_shape=(None, group, outputs // group),
        bias_axes="go" if bias is not None else None,
        dtype=keras_dtype(array.dtype),
    )
    result = build.tensor(result, shape=(batch, places, group, outputs // group))
    image = build.reshaped(result, (batch, *target, outputs))
    return build.transposed(image, (0, 3, 1, 2))
