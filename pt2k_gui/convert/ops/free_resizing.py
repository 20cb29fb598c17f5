"""Resizing along an axis whose length, before or after, is only known while the model runs.

The places to sample and their weights are computed from the lengths then, by PyTorch's formulas: in float32, with
old length / new length as the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import Dim
from pt2k_gui.convert.ir.values import Tensor
from pt2k_gui.convert.ops.run_time_arithmetic import Arithmetic, Number, cubic_far, cubic_near, tap_weights


@dataclass(frozen=True)
class Sampling:
    """How Resize samples, as its attributes say; ``begin`` and ``end`` are the region of interest on this axis."""

    mode: str
    transformation: str
    nearest_mode: str
    cubic: float
    antialias: bool
    exclude_outside: bool
    extrapolation: float
    begin: float = 0.0
    end: float = 1.0


def resize_axis(build: Build, tensor: Tensor, axis: int, new: Dim, scale: float | None, sampling: Sampling) -> Tensor:
    """The tensor resized along one axis.

    Args:
        new: the axis's new length.
        scale: new length / old length as the file gives it; None where it follows from the lengths.
    """
    numbers = Arithmetic(build)
    old = numbers.length(tensor.shape[axis])
    last = numbers.subtract(old, 1.0)
    if not build.has_line(new):
        build.refuse(messages.RESIZED_LENGTH(length=new))
    source = _source(numbers, old, new, scale, sampling)
    if sampling.mode == "nearest":
        place = numbers.clip(_nearest(numbers, source, sampling.nearest_mode), 0.0, last)
        result = _taken(build, tensor, axis, place, new)
    elif sampling.antialias:
        if not sampling.exclude_outside:
            build.refuse(messages.SMOOTHS_UNKNOWN())
        result = _smoothed(numbers, tensor, axis, source, old, new, scale, sampling)
    else:
        result = _interpolated(numbers, tensor, axis, source, last, new, sampling)
    if sampling.transformation == "tf_crop_and_resize":
        before, after = numbers.apply(ops.less, source, 0.0), numbers.apply(ops.greater, source, last)
        outside = build.call(ops.logical_or, before, after, name="outside")
        mask = build.call(ops.reshape, outside, _along(result, axis), name="outside")
        data = build.call(ops.where, mask, sampling.extrapolation, result.keras, name="where")
        result = build.tensor(data, result.order, result.shape)
    return result


def _source(numbers: Arithmetic, old: Number, new: Dim, scale: float | None, sampling: Sampling) -> Number:
    """Where each new element lies among the old ones (see ``resizing.source_coordinates``)."""
    place, length = numbers.positions(new), numbers.length(new)
    step = 1.0 / scale if scale is not None else numbers.divide(old, length)
    transformation = sampling.transformation
    if transformation == "asymmetric":
        return numbers.multiply(place, step)
    if transformation == "align_corners":
        spaces = numbers.apply(ops.maximum, numbers.subtract(length, 1.0), 1.0)
        return numbers.multiply(place, numbers.divide(numbers.subtract(old, 1.0), spaces))
    if transformation == "tf_crop_and_resize":
        spaces = numbers.apply(ops.maximum, numbers.subtract(length, 1.0), 1.0)
        last = numbers.subtract(old, 1.0)
        step = numbers.divide(numbers.multiply(last, sampling.end - sampling.begin), spaces)
        return numbers.add(numbers.multiply(place, step), numbers.multiply(last, sampling.begin))
    middle = numbers.subtract(numbers.multiply(numbers.add(place, 0.5), step), 0.5)
    if transformation == "half_pixel_symmetric" and scale is not None:
        adjustment = numbers.divide(length, numbers.multiply(old, scale))
        offset = numbers.multiply(numbers.multiply(old, 0.5), numbers.subtract(1.0, adjustment))
        return numbers.add(middle, offset)
    return middle


def _nearest(numbers: Arithmetic, source: Number, mode: str) -> Number:
    if mode == "round_prefer_floor":
        return numbers.apply(ops.ceil, numbers.subtract(source, 0.5))
    if mode == "round_prefer_ceil":
        return numbers.apply(ops.floor, numbers.add(source, 0.5))
    return numbers.apply(ops.floor if mode == "floor" else ops.ceil, source)


def _taken(build: Build, tensor: Tensor, axis: int, place: Number, new: Dim) -> Tensor:
    """The elements at these places (floats) of one axis."""
    plain = build.plain(tensor)
    index = build.call(ops.cast, place, "int32", name="index")
    shape = tuple(new if number == axis else length for number, length in enumerate(tensor.shape))
    data = build.call(ops.take, plain.keras, index, axis=plain.stored_axis(axis), name="take")
    return build.tensor(data, plain.order, shape)


def _along(tensor: Tensor, axis: int) -> tuple[int, ...]:
    return tuple(-1 if stored == axis else 1 for stored in tensor.order)


def _interpolated(
    numbers: Arithmetic, tensor: Tensor, axis: int, source: Number, last: Number, new: Dim, sampling: Sampling
) -> Tensor:
    """The weighted sum of the two (linear) or four (cubic) nearest elements."""
    build = numbers.build
    kind = tensor.dtype if tensor.dtype.kind == "f" else np.dtype(np.float32)
    wide = tensor if kind == tensor.dtype else build.unary(ops.cast, tensor, name="cast", dtype=str(kind))
    if sampling.mode == "linear":
        source = numbers.clip(source, 0.0, last)
    floor = numbers.apply(ops.floor, source)
    rest = numbers.subtract(source, floor)
    taps = []
    for step, weight in tap_weights(numbers, rest, sampling.mode, sampling.cubic):
        place = numbers.add(floor, float(step))
        if sampling.exclude_outside and sampling.mode != "linear":
            inside = numbers.apply(ops.equal, numbers.clip(place, 0.0, last), place)
            weight = numbers.multiply(weight, build.call(ops.cast, inside, "float32", name="inside"))
        taps.append((numbers.clip(place, 0.0, last), weight))
    if sampling.exclude_outside and sampling.mode != "linear":
        total = taps[0][1]
        for _, weight in taps[1:]:
            total = numbers.add(total, weight)
        taps = [(place, numbers.divide(weight, total)) for place, weight in taps]
    result = None
    for place, weight in taps:
        part = _taken(build, wide, axis, place, new)
        share = build.call(ops.reshape, weight, _along(part, axis), name="weight")
        share = share if str(kind) == "float32" else build.call(ops.cast, share, str(kind), name="weight")
        value = build.call(ops.multiply, part.keras, share, name="share")
        result = value if result is None else build.call(ops.add, result, value, name="interpolate")
    whole = build.tensor(result, part.order, part.shape)
    return whole if kind == tensor.dtype else build.unary(ops.cast, whole, name="cast", dtype=str(tensor.dtype))


def _smoothed(
    numbers: Arithmetic,
    tensor: Tensor,
    axis: int,
    source: Number,
    old: Number,
    new: Dim,
    scale: float | None,
    sampling: Sampling,
) -> Tensor:
    """A matrix (new, old) of weights, made while the model runs, applied along the axis: the kernel against aliasing."""
    build = numbers.build
    place = numbers.positions(tensor.shape[axis])
    if scale is not None:
        narrow: Number = min(scale, 1.0)
    else:
        narrow = numbers.apply(ops.minimum, numbers.divide(numbers.length(new), old), 1.0)
    rows = build.call(ops.expand_dims, source, axis=1, name="rows")
    columns = build.call(ops.expand_dims, place, axis=0, name="columns")
    distance = numbers.apply(ops.absolute, numbers.multiply(numbers.subtract(columns, rows), narrow))
    weights = _kernel(numbers, distance, sampling)
    weights = numbers.divide(weights, build.call(ops.sum, weights, axis=1, keepdims=True, name="sum"))
    plain = build.plain(tensor)
    letters = "abcdefgh"[: plain.rank]
    stored = plain.stored_axis(axis)
    target = letters.replace(letters[stored], "z")
    data: Any = build.call(ops.einsum, f"{letters},z{letters[stored]}->{target}", plain.keras, weights, name="smooth")
    shape = tuple(new if number == axis else length for number, length in enumerate(tensor.shape))
    return build.tensor(data, plain.order, shape)


def _kernel(numbers: Arithmetic, distance: Number, sampling: Sampling) -> Number:
    if sampling.mode == "linear":
        return numbers.apply(ops.maximum, numbers.subtract(1.0, distance), 0.0)
    near, far = cubic_near(numbers, distance, sampling.cubic), cubic_far(numbers, distance, sampling.cubic)
    outer = numbers.apply(ops.where, numbers.apply(ops.less, distance, 2.0), far, 0.0)
    return numbers.apply(ops.where, numbers.apply(ops.less_equal, distance, 1.0), near, outer)
