"""Padding and cutting at the edges, in every mode."""

from __future__ import annotations

from collections.abc import Sequence
from operator import getitem
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import Dim, at_least
from pt2k_gui.convert.ir.values import Tensor, Value
from pt2k_gui.convert.ops.run_time_arithmetic import Arithmetic
from pt2k_gui.convert.ops.shaping import cut_out
from pt2k_gui.convert.registry import operator


@operator("Pad", 11, passes_axes=True, exact=True)
def pad(
    build: Build,
    data: Value,
    pads: Value,
    constant_value: Value | None = None,
    axes: Value | None = None,
    *,
    mode: str = "constant",
) -> Value:
    """Negative pads cut. https://onnx.ai/onnx/operators/onnx__Pad.html"""
    fill = 0 if constant_value is None else build.known(constant_value, "constant_value").reshape(()).item()
    places = None if axes is None else build.integers(axes, "axes")
    return padded(build, data, build.lengths(pads, "pads"), fill, mode, places)


def padded(
    build: Build, data: Value, pads: Sequence[Dim], fill: float, mode: str, axes: Sequence[int] | None
) -> Tensor:
    """Pads of ONNX: all beginnings, then all ends; below zero they cut."""
    tensor = build.plain(data)
    places = tuple(range(tensor.rank)) if axes is None else tuple(axis % tensor.rank for axis in axes)
    half = len(places)
    widths: dict[int, tuple[int, int]] = {}
    for number, axis in enumerate(places):
        begin, end = pads[number], pads[number + half]
        if isinstance(begin, int) and isinstance(end, int):
            widths[axis] = (begin, end)
        else:
            tensor = _freely_padded(build, tensor, axis, begin, end, fill, mode)
    cuts = {axis: pair for axis, pair in widths.items() if min(pair) < 0}
    if cuts:
        slices = {a: slice(max(-b, 0), -max(-e, 0) or None) for a, (b, e) in cuts.items()}
        lengths = {a: tensor.shape[a] + min(b, 0) + min(e, 0) for a, (b, e) in cuts.items()}
        tensor = cut_out(build, tensor, slices, lengths)
        widths = {axis: (max(b, 0), max(e, 0)) for axis, (b, e) in widths.items()}
    if all(pair == (0, 0) for pair in widths.values()):
        return tensor
    shape = tuple(length + sum(widths[axis]) if axis in widths else length for axis, length in enumerate(tensor.shape))
    if mode == "constant" and fill == 0 and tensor.rank in (3, 4, 5):
        layer = _zero_padding(build, tensor, widths, shape)
        if layer is not None:
            return layer
    if mode == "wrap":
        return _wrapped(build, tensor, widths, shape)
    amounts = tuple(widths.get(axis, (0, 0)) for axis in tensor.order)
    modes = {"constant": "constant", "reflect": "reflect", "edge": "edge"}
    if mode == "edge":
        return _edges(build, tensor, widths, shape)
    if mode not in modes:
        build.refuse(messages.UNKNOWN_MODE(name=mode))
    arguments: dict[str, Any] = {"constant_values": fill} if mode == "constant" and fill != 0 else {}
    result = build.call(ops.pad, tensor.keras, amounts, mode=modes[mode], **arguments)
    return build.tensor(result, tensor.order, shape)


def _freely_padded(build: Build, tensor: Tensor, axis: int, begin: Dim, end: Dim, fill: float, mode: str) -> Tensor:
    """One axis padded (or cut) by amounts that are only known while the model runs, as places to take elements from."""
    new = tensor.shape[axis] + begin + end
    if new == tensor.shape[axis] and begin == 0:
        return tensor
    if not build.has_line(new):
        build.refuse(messages.PADDED_LENGTH(length=new))
    numbers = Arithmetic(build, "int32")
    last = numbers.subtract(numbers.length(tensor.shape[axis]), 1)
    source = numbers.subtract(numbers.positions(new), numbers.length(begin))
    if mode == "reflect":
        place = numbers.reflect(source, 0, last)
    elif mode == "wrap":
        place = numbers.apply(ops.mod, source, numbers.add(last, 1))
    else:
        place = numbers.clip(source, 0, last)
    stored = tensor.stored_axis(axis)
    data = build.call(ops.take, tensor.keras, place, axis=stored, name="take")
    if mode == "constant" and not (at_least(0, begin) and at_least(0, end)):
        inside = build.call(ops.equal, source, place, name="inside")
        mask = build.call(ops.reshape, inside, [-1 if number == stored else 1 for number in range(tensor.rank)])
        data = build.call(ops.where, mask, data, fill if fill else build.call(ops.zeros_like, data, name="fill"))
    shape = tuple(new if number == axis else length for number, length in enumerate(tensor.shape))
    return build.tensor(data, tensor.order, shape)


def _zero_padding(
    build: Build, tensor: Tensor, widths: dict[int, tuple[int, int]], shape: Sequence[Dim]
) -> Tensor | None:
    """A ZeroPadding layer, where only space is padded and channels are last."""
    import keras

    rank = tensor.rank
    if tensor.order != (0, *range(2, rank), 1) or any(widths.get(axis, (0, 0)) != (0, 0) for axis in (0, 1)):
        return None
    if rank > 3 and tensor.dtype.kind != "f":
        return None
    kind = {3: keras.layers.ZeroPadding1D, 4: keras.layers.ZeroPadding2D, 5: keras.layers.ZeroPadding3D}[rank]
    space = tuple(widths.get(axis, (0, 0)) for axis in range(2, rank))
    padding: Any = space[0] if rank == 3 else space
    result = build.layer(kind, tensor.keras, suffix="padding", padding=padding, dtype=str(tensor.dtype))
    return build.tensor(result, tensor.order, tuple(shape))


def _edges(build: Build, tensor: Tensor, widths: dict[int, tuple[int, int]], shape: Sequence[Dim]) -> Tensor:
    """Repeat the border; Keras's pad has no such mode on every backend."""
    for axis, (begin, end) in widths.items():
        place = tensor.stored_axis(axis)
        parts = [tensor.keras]
        index = [slice(None)] * tensor.rank
        if begin:
            index[place] = slice(0, 1)
            first = build.call(getitem, tensor.keras, tuple(index), name="edge")
            parts.insert(0, build.call(ops.repeat, first, begin, axis=place, name="repeat"))
        if end:
            index[place] = slice(-1, None)
            last = build.call(getitem, tensor.keras, tuple(index), name="edge")
            parts.append(build.call(ops.repeat, last, end, axis=place, name="repeat"))
        if len(parts) > 1:
            lengths = list(tensor.shape)
            lengths[axis] = lengths[axis] + begin + end
            tensor = build.tensor(build.call(ops.concatenate, parts, axis=place), tensor.order, tuple(lengths))
    return tensor


def _wrapped(build: Build, tensor: Tensor, widths: dict[int, tuple[int, int]], shape: Sequence[Dim]) -> Tensor:
    for axis, (begin, end) in widths.items():
        if (begin, end) == (0, 0):
            continue
        length = tensor.shape[axis]
        if not isinstance(length, int):
            tensor = _freely_padded(build, tensor, axis, begin, end, 0.0, "wrap")
            continue
        indices = [int(i) for i in np.arange(-begin, length + end) % length]
        result = build.call(ops.take, tensor.keras, indices, axis=tensor.stored_axis(axis))
        lengths = list(tensor.shape)
        lengths[axis] = len(indices)
        tensor = build.tensor(result, tensor.order, tuple(lengths))
    return tensor
