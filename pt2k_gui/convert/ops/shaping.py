"""Operators that only rearrange: shapes, transposes, slices, joins, repetition."""

from __future__ import annotations

from collections.abc import Sequence
from operator import getitem
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.graph import Node
from pt2k_gui.convert.ir.symbolic_dims import (
    Dim,
    SymbolicDim,
    broadcast,
    divide_exactly,
    floor_divide,
    is_known,
    is_mostly_negative,
    largest,
    product,
    smallest,
)
from pt2k_gui.convert.ir.values import BroadcastConstant, Constant, ShapeVector, Tensor, Value, partly_known, spread
from pt2k_gui.convert.passes.pattern import DOMAIN
from pt2k_gui.convert.registry import operator
from pt2k_gui.convert.size_rules import box


def _shape_rule(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    return Constant(np.array(data.shape, np.int64))


@operator("Shape", 1, sizes=_shape_rule)
def shape(build: Build, data: Value, *, start: int = 0, end: int | None = None) -> Value:
    """A shape is no tensor here but lengths, of which some are symbols. https://onnx.ai/onnx/operators/onnx__Shape.html"""
    return partly_known(np.array([*data.shape, None], object)[:-1][start:end])


def _size_rule(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    return Constant(np.array(data.size, np.int64))


@operator("Size", 1, sizes=_size_rule)
def size(build: Build, data: Value) -> Value:
    """The product of all lengths, which may be a symbol. https://onnx.ai/onnx/operators/onnx__Size.html"""
    entries = np.empty((), object)
    entries[()] = product(list(data.shape))
    return partly_known(entries)


def _reshape_rule(node: Node, dtype: np.dtype, data: np.ndarray, shape: np.ndarray) -> Any:
    if not all(is_known(entry) for entry in shape.flat):
        return None
    return data.reshape([data.shape[i] if size == 0 else int(size) for i, size in enumerate(shape)])


@operator("Reshape", 5, rearranges=True, exact=True, sizes=_reshape_rule, float_sizes=_reshape_rule)
def reshape(build: Build, data: Value, shape: Value, *, allowzero: int = 0) -> Value:
    """0 copies a length, -1 is what is left; the axes are set in ONNX's order first.

    https://onnx.ai/onnx/operators/onnx__Reshape.html
    """
    wanted = list(build.lengths(shape, "shape"))
    if isinstance(data, BroadcastConstant) and not isinstance(data, Tensor):
        data = build.as_tensor(data)
    return _reshape(build, data, wanted, allowzero)


def _reshape(build: Build, data: Value, wanted: list[Dim], allowzero: int) -> Value:
    have = tuple(data.shape)
    target: list[Dim] = [have[axis] if length == 0 and not allowzero else length for axis, length in enumerate(wanted)]
    if -1 in target:
        rest = product([length for length in target if length != -1])
        total = product(list(have))
        if rest == 0 or total == 0:
            missing: Dim = 0
        else:
            exact = divide_exactly(total, rest)
            missing = exact if exact is not None else _cancelled(have, target) or total // rest
        target[target.index(-1)] = missing
    elif any(isinstance(length, SymbolicDim) for length in have):
        target = _named(have, target)
    return build.reshaped(data, tuple(target))


def _cancelled(have: Sequence[Dim], target: Sequence[Dim]) -> Dim | None:
    """The missing length where both sides share unknown lengths that only cancel one by one."""
    mine, theirs = list(have), [length for length in target if length != -1]
    for length in list(theirs):
        if length in mine:
            mine.remove(length)
            theirs.remove(length)
    return divide_exactly(product(mine), product(theirs))


def _named(have: Sequence[Dim], target: list[Dim]) -> list[Dim]:
    """A batch that the file calls by two names (or gives as a number that it was exported with) is one length."""
    total, wanted = product(list(have)), product(list(target))
    if total == wanted:
        return target
    unknown = [axis for axis, length in enumerate(target) if not is_known(length)]
    if len(unknown) == 1:
        rest = product([length for axis, length in enumerate(target) if axis != unknown[0]])
        exact = divide_exactly(total, rest)
        if exact is not None:
            target[unknown[0]] = exact
    return target


@operator("Flatten", 1, names_module=True, rearranges=True, exact=True)
def flatten(build: Build, input: Value, *, axis: int = 1) -> Tensor:
    """To two axes, as a Reshape. https://onnx.ai/onnx/operators/onnx__Flatten.html"""
    tensor = build.as_tensor(input)
    axis = axis if axis >= 0 else axis + tensor.rank
    return build.reshaped(tensor, (product(tensor.shape[:axis]), product(tensor.shape[axis:])))


@operator("Transpose", 1, rearranges=True, exact=True)
def transpose(build: Build, data: Value, *, perm: Sequence[int] | None = None) -> Value:
    """Moves no data: the order of the axes is kept beside the tensor. https://onnx.ai/onnx/operators/onnx__Transpose.html"""
    rank = len(data.shape)
    order = tuple(perm) if perm is not None else tuple(reversed(range(rank)))
    if isinstance(data, BroadcastConstant):
        return spread(
            data.array.transpose(order),
            tuple(data.shape[axis] for axis in order),
            name=data.name,
            is_parameter=data.is_parameter,
        )
    return build.transposed(data, order)


def _unsqueeze_rule(node: Node, dtype: np.dtype, data: np.ndarray, axes: np.ndarray) -> Any:
    return np.expand_dims(data, tuple(int(axis) for axis in axes.flat))


@operator("Unsqueeze", 13, rearranges=True, exact=True, sizes=_unsqueeze_rule, float_sizes=_unsqueeze_rule)
def unsqueeze(build: Build, data: Value, axes: Value) -> Value:
    """Adds axes of length 1; before opset 13 the axes were an attribute. https://onnx.ai/onnx/operators/onnx__Unsqueeze.html"""
    return _unsqueeze(build, data, build.integers(axes, "axes"))


def _unsqueeze(build: Build, data: Value, axes: Sequence[int]) -> Value:
    rank = len(data.shape) + len(axes)
    places = {axis % rank for axis in axes}
    lengths = iter(data.shape)
    target = tuple(1 if axis in places else next(lengths) for axis in range(rank))
    if isinstance(data, BroadcastConstant):
        return BroadcastConstant(np.expand_dims(data.array, sorted(places)), target, data.name, data.is_parameter)
    return build.reshaped(data, target)


def _squeeze_rule(node: Node, dtype: np.dtype, data: np.ndarray, axes: np.ndarray | None = None) -> Any:
    return box(np.squeeze(data, None if axes is None else tuple(int(axis) for axis in axes.flat)))


@operator("Squeeze", 13, rearranges=True, exact=True, sizes=_squeeze_rule, float_sizes=_squeeze_rule)
def squeeze(build: Build, data: Value, axes: Value | None = None) -> Value:
    """Takes away axes of length 1; before opset 13 the axes were an attribute.

    https://onnx.ai/onnx/operators/onnx__Squeeze.html
    """
    return _squeeze(build, data, None if axes is None else build.integers(axes, "axes"))


def _squeeze(build: Build, data: Value, axes: Sequence[int] | None) -> Value:
    rank = len(data.shape)
    places = {a % rank for a in axes} if axes is not None else {a for a, length in enumerate(data.shape) if length == 1}
    target = tuple(length for axis, length in enumerate(data.shape) if axis not in places)
    tensor = build.as_tensor(data)
    if all(tensor.shape[axis] == 1 for axis in places):
        return build.reshaped(tensor, target)
    plain = build.plain(tensor)
    stored = tuple(plain.stored_axis(axis) for axis in sorted(places))
    for axis, place in zip(sorted(places), stored, strict=True):
        if plain.keras.shape[place] != 1:
            build.refuse(
                messages.SQUEEZES(axis=axis, length=tensor.shape[axis]),
                messages.FIX_TO_ONE(),
            )
    result = build.call(ops.squeeze, plain.keras, axis=stored)
    kept = [axis for axis in plain.order if axis not in places]
    ranks = {axis: number for number, axis in enumerate(sorted(kept))}
    return build.tensor(result, [ranks[axis] for axis in kept], target)


def _expand_rule(node: Node, dtype: np.dtype, data: np.ndarray, shape: np.ndarray) -> Any:
    if not any(isinstance(entry, SymbolicDim) for entry in data.flat):
        return None  # the operator's own function keeps the name of a learned constant
    if not all(is_known(entry) for entry in shape.flat):
        return None
    return box(np.broadcast_to(data, np.broadcast_shapes(data.shape, tuple(int(s) for s in shape))))


@operator("Expand", 8, exact=True, sizes=_expand_rule)
def expand(build: Build, input: Value, shape: Value) -> Value:
    """A constant stays small and remembers its shape. https://onnx.ai/onnx/operators/onnx__Expand.html"""
    target = build.lengths(shape, "shape")
    if isinstance(input, Constant):
        return spread(input.array, target, name=input.name, is_parameter=input.is_parameter)
    if isinstance(input, BroadcastConstant):
        return spread(input.array, broadcast(input.shape, target), name=input.name, is_parameter=input.is_parameter)
    tensor = build.as_tensor(input)
    full = broadcast(tensor.shape, target)
    if full == tensor.shape:
        return tensor
    zeros = BroadcastConstant(np.zeros((1,) * len(full), tensor.dtype), full)
    if tensor.dtype == bool:
        return build.elementwise(ops.logical_or, tensor, build.as_tensor(_filled(full, tensor.dtype)))
    if all(is_known(length) for length in full[1:]) and tensor.rank == len(full) and tensor.shape[0] == full[0]:
        plain = build.plain(tensor)
        result = build.call(ops.broadcast_to, plain.keras, _static(plain, full)) if is_known(full[0]) else None
        if result is not None:
            return build.tensor(result, plain.order, full)
        repeats = plain
        for axis in range(1, plain.rank):
            if repeats.shape[axis] != full[axis]:
                length = full[axis]
                assert isinstance(length, int)
                repeated = build.call(ops.repeat, repeats.keras, length, axis=repeats.stored_axis(axis))
                shape_now = (*repeats.shape[:axis], length, *repeats.shape[axis + 1 :])
                repeats = build.tensor(repeated, repeats.order, shape_now)
        return repeats
    return build.elementwise(ops.add, tensor, zeros if _unknown(full) else _filled(full, tensor.dtype))


def _unknown(full: Sequence[Dim]) -> bool:
    return any(not is_known(length) for length in full)


def _static(tensor: Tensor, full: Sequence[Dim]) -> tuple[int, ...]:
    return tuple(int(full[axis]) for axis in tensor.order)  # type: ignore[arg-type]


def _filled(full: Sequence[Dim], dtype: np.dtype) -> Constant | BroadcastConstant:
    return spread(np.zeros((1,) * len(full), dtype), tuple(full))


def _concat_rule(node: Node, dtype: np.dtype, *parts: np.ndarray) -> Any:
    return np.concatenate(parts, axis=node.attributes["axis"])


@operator("Concat", 4, passes_axes=True, exact=True, sizes=_concat_rule, float_sizes=_concat_rule)
def concat(build: Build, *inputs: Value, axis: int) -> Value:
    """Joins shapes, constants and tensors alike. https://onnx.ai/onnx/operators/onnx__Concat.html"""
    return _concat(build, inputs, axis)


def _concat(build: Build, inputs: Sequence[Value], axis: int) -> Value:
    import keras

    present = [value for value in inputs if not (isinstance(value, Constant) and 0 in value.shape)]
    tensors = [build.as_tensor(value) for value in present]
    if len(tensors) == 1:
        return tensors[0]
    rank = tensors[0].rank
    axis = axis % rank
    real = [tensor for tensor, value in zip(tensors, present, strict=True) if isinstance(value, Tensor)] or tensors
    main = build.plain(max(real, key=lambda tensor: len([d for d in tensor.shape if d != 1])))
    parts = [build.ordered(tensor, main.order) for tensor in tensors]
    total: Dim = 0
    for part in parts:
        total = total + part.shape[axis]
    lengths = list(main.shape)
    for part in parts:  # a known length tells what an unknown one is
        lengths = [a if is_known(a) else b for a, b in zip(lengths, part.shape, strict=True)]
    lengths[axis] = total
    place = main.stored_axis(axis)
    layer_axis = -1 if place == rank - 1 else place
    same = all(part.keras.dtype == main.keras.dtype for part in parts)
    # As a layer's type, int8 names a way of quantization to Keras.
    if rank >= 2 and same and place > 0 and main.keras.dtype != "int8":
        result = build.layer(
            keras.layers.Concatenate, [part.keras for part in parts], axis=layer_axis, dtype=main.keras.dtype
        )
    else:
        result = build.call(ops.concatenate, [part.keras for part in parts], axis=layer_axis)
    return build.tensor(result, main.order, tuple(lengths))


def _split_rule(node: Node, dtype: np.dtype, data: np.ndarray, split: np.ndarray | None = None) -> Any:
    count = len(node.outputs)
    sizes = [int(s) for s in split] if split is not None else [-(-len(data) // count)] * count
    return [data[sum(sizes[:i]) : sum(sizes[: i + 1])] for i in range(count)]


@operator("Split", 13, passes_axes=True, exact=True, sizes=_split_rule, float_sizes=_split_rule)
def split(
    build: Build, input: Value, split: Value | None = None, *, axis: int = 0, num_outputs: int | None = None
) -> Any:
    """Equal parts where no lengths are given, the last one smaller. https://onnx.ai/onnx/operators/onnx__Split.html"""
    return _split(build, input, None if split is None else build.integers(split, "split"), axis)


def _split(build: Build, input: Value, sizes: Sequence[int] | None, axis: int) -> list[Tensor]:
    tensor = build.plain(input)
    axis = axis % tensor.rank
    count = len(build.node.outputs)
    length = tensor.shape[axis]
    if sizes is None:
        if not isinstance(length, int):
            build.refuse(messages.SPLIT_UNKNOWN())
        part = -(-length // count)
        sizes = [max(0, min(part, length - part * number)) for number in range(count)]
    results = []
    start = 0
    for size in sizes:
        results.append(cut_out(build, tensor, {axis: slice(start, start + size)}, {axis: size}))
        start += size
    return results


def cut_out(build: Build, tensor: Tensor, slices: dict[int, slice], lengths: dict[int, Dim]) -> Tensor:
    """Slices of a plain tensor by ONNX axis; ``lengths`` are the new ones."""
    index = [slice(None)] * tensor.rank
    for axis, part in slices.items():
        index[tensor.stored_axis(axis)] = part
    while index and index[-1] == slice(None):
        index.pop()
    shape = tuple(lengths.get(axis, length) for axis, length in enumerate(tensor.shape))
    if not index:
        return tensor
    return build.tensor(build.call(getitem, tensor.keras, tuple(index)), tensor.order, shape)


def _slice_rule(node: Node, dtype: np.dtype, data: np.ndarray, *rest: np.ndarray | None) -> Any:
    starts, ends, axes, steps = (*rest, None, None, None, None)[:4]
    if starts is None or ends is None:
        return None
    for part in (starts, ends, axes, steps):
        if part is not None and not all(is_known(entry) for entry in part.flat):
            return None
    places = range(len(starts)) if axes is None else [int(axis) for axis in axes]
    index: list[slice] = [slice(None)] * data.ndim
    for number, axis in enumerate(places):
        step = 1 if steps is None else int(steps[number])
        start, end = int(starts[number]), int(ends[number])
        if step < 0 and end < -data.shape[axis]:
            index[axis] = slice(start, None, step)
        else:
            index[axis] = slice(start, end, step)
    return data[tuple(index)]


@operator("Slice", 10, passes_axes=True, exact=True, sizes=_slice_rule, float_sizes=_slice_rule)
def slice_(
    build: Build, data: Value, starts: Value, ends: Value, axes: Value | None = None, steps: Value | None = None
) -> Value:
    """Constant bounds, or bounds that the model computes. https://onnx.ai/onnx/operators/onnx__Slice.html"""
    first, last = build.lengths(starts, "starts"), build.lengths(ends, "ends")
    places = tuple(range(len(first))) if axes is None else build.integers(axes, "axes")
    strides = (1,) * len(first) if steps is None else build.integers(steps, "steps")
    return slice_between(build, data, first, last, places, strides)


def slice_between(
    build: Build,
    data: Value,
    starts: Sequence[Dim],
    ends: Sequence[Dim],
    axes: Sequence[int],
    steps: Sequence[int],
) -> Tensor:
    """The part between bounds, of which some may be lengths that are measured while the model runs."""
    tensor = build.plain(data)
    slices: dict[int, slice] = {}
    lengths: dict[int, Dim] = {}
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        axis = axis % tensor.rank
        length = tensor.shape[axis]
        if isinstance(start, SymbolicDim) or isinstance(end, SymbolicDim):
            start, end = (_from_the_front(bound, length) for bound in (start, end))
        if step == 1 and (picked := _measured_slice(build, tensor, axis, start, end)) is not None:
            tensor = picked
            continue
        cut = _bounds(build, tensor, axis, start, end, step)
        if cut is None:
            continue
        slices[axis] = cut
        lengths[axis] = _sliced_length(build, length, cut)
    if any(cut.step is not None and cut.step < 0 for cut in slices.values()):
        return _backwards(build, tensor, slices, lengths)
    return cut_out(build, tensor, slices, lengths)


def _measured_slice(build: Build, tensor: Tensor, axis: int, start: Dim, end: Dim) -> Tensor | None:
    """A slice whose start or end is measured while the model runs, as positions to take; None for any other.

    Such a slice lies within the axis in any graph worth converting: a table of positions cut to the sequence's length.
    """
    length = tensor.shape[axis]
    measured = [bound for bound in (start, end) if isinstance(bound, SymbolicDim)]
    if all(isinstance(length - bound, int) for bound in measured):
        return None
    place = tensor.stored_axis(axis)
    positions = build.counted(end - start)
    if start != 0:
        first = start if isinstance(start, int) else build.measured(start, "int32")
        positions = build.call(ops.add, positions, first, name="positions")
    shape = tuple(end - start if number == axis else size for number, size in enumerate(tensor.shape))
    return build.tensor(build.call(ops.take, tensor.keras, positions, axis=place), tensor.order, shape)


def _from_the_front(bound: Dim, length: Dim) -> Dim:
    """A bound that counts from the end of the axis, or lies beyond it, as one that counts from its start."""
    if isinstance(bound, SymbolicDim):
        # On an axis of known length, 12 - L is a place from the front on, wherever it is valid at all.
        is_from_the_end = all(factor < 0 for _, factor in bound.terms) or (
            isinstance(length, SymbolicDim) and is_mostly_negative(bound)
        )
        return length + bound if is_from_the_end else bound
    return length if bound >= 2**31 - 1 else length + bound if bound < 0 else bound


def _bounds(build: Build, tensor: Tensor, axis: int, start: Dim, end: Dim, step: int) -> slice | None:
    """The slice, or None where it takes the whole axis."""
    length = tensor.shape[axis]
    if isinstance(start, SymbolicDim):
        difference = length - start
        if isinstance(difference, int):
            start = -difference if difference > 0 else 2**31
        else:
            build.refuse(messages.STARTS_AT(start=start))
    if isinstance(end, SymbolicDim):
        difference = length - end
        if isinstance(difference, int):
            end = -difference if difference > 0 else 2**31
        else:
            build.refuse(messages.ENDS_AT(end=end))
    if isinstance(length, int):
        first, last, stride = slice(
            max(min(start, 2**31), -(2**31)),
            None if step < 0 and end < -length else max(min(end, 2**31), -(2**31)),
            step,
        ).indices(length)
        if (first, last, stride) == (0, length, 1):
            return None
        return slice(first, last if last >= 0 else None, stride)
    stop = None if end >= 2**31 - 1 or (step < 0 and end <= -(2**31) + 1) else end
    if start == 0 and stop is None and step == 1:
        return None
    if step < 0 and (start >= 2**31 - 1 or start == -1):
        return slice(None, stop, step)
    return slice(start, stop, step)


def _sliced_length(build: Build, length: Dim, cut: slice) -> Dim:
    if isinstance(length, int):
        return len(range(*cut.indices(length)))
    start, stop, step = cut.start or 0, cut.stop, cut.step or 1
    if step > 0 and start >= 0 and (stop is None or stop < 0):
        return floor_divide(length + (stop or 0) - start + (step - 1), step)
    if step > 0 and start >= 0 and stop is not None:
        return floor_divide(largest(smallest(length, stop) - start, 0) + (step - 1), step)
    if step == 1 and start < 0 and (stop is None or stop < 0):
        return (stop or 0) - start
    if step == -1 and stop is None and cut.start is None:
        return length
    return build.symbol()


def _backwards(build: Build, tensor: Tensor, slices: dict[int, slice], lengths: dict[int, Dim]) -> Tensor:
    """Steps below zero: not every backend slices so; take picks the indices, flip turns a whole axis."""
    for axis, cut in slices.items():
        place = tensor.stored_axis(axis)
        length = tensor.shape[axis]
        shape = tuple(lengths[axis] if number == axis else size for number, size in enumerate(tensor.shape))
        if cut.step is not None and cut.step < 0:
            if isinstance(length, int):
                indices = np.arange(*cut.indices(length), dtype=np.int32)
                if len(indices) == length and cut.step == -1:
                    result = build.call(ops.flip, tensor.keras, axis=place, name="flip")
                else:
                    result = build.call(ops.take, tensor.keras, [int(i) for i in indices], axis=place, name="take")
            elif cut.step == -1 and cut.start is None and cut.stop is None:
                result = build.call(ops.flip, tensor.keras, axis=place, name="flip")
            else:
                build.refuse(messages.STEPS_BACKWARDS())
            tensor = build.tensor(result, tensor.order, shape)
        else:
            tensor = cut_out(build, tensor, {axis: cut}, {axis: lengths[axis]})
    return tensor


@operator("Roll", 1, domain=DOMAIN)
def roll(build: Build, x: Value, *, axis: int, shift: int) -> Tensor:
    """The elements moved on along an axis; what falls off at its end comes in at its beginning."""
    tensor = build.plain(x)
    axis = axis % tensor.rank
    length = tensor.shape[axis]
    measured = length if isinstance(length, int) else build.measured(length, "int32")
    places = build.call(ops.subtract, build.counted(length), shift, name="places")
    places = build.call(ops.mod, places, measured, name="places")
    data = build.call(ops.take, tensor.keras, places, axis=tensor.stored_axis(axis))
    return build.tensor(data, tensor.order, tensor.shape)


@operator("Tile", 6, exact=True)
def tile(build: Build, input: Value, repeats: Value) -> Value:
    """Axes of length 1 are broadcast, others repeated. https://onnx.ai/onnx/operators/onnx__Tile.html"""
    tensor = build.plain(input)
    counts = build.lengths(repeats, "repeats")
    for axis, count in enumerate(counts):
        if count == 1:
            continue
        length = tensor.shape[axis]
        shape = (*tensor.shape[:axis], length * count, *tensor.shape[axis + 1 :])
        place = tensor.stored_axis(axis)
        if isinstance(count, int):
            numbers = [1] * tensor.rank
            numbers[place] = count
            result = build.call(ops.tile, tensor.keras, tuple(numbers))
        elif length == 1:
            tensor = build.plain(
                expand(build, tensor, _shape_value((*tensor.shape[:axis], count, *tensor.shape[axis + 1 :])))
            )
            continue
        else:
            apart = (*tensor.shape[:axis], 1, *tensor.shape[axis:])
            repeated = expand(
                build, build.reshaped(tensor, apart), _shape_value((*apart[:axis], count, *apart[axis + 1 :]))
            )
            tensor = build.plain(build.reshaped(repeated, shape))
            continue
        tensor = build.tensor(result, tensor.order, shape)
    return tensor


def _shape_value(lengths: Sequence[Dim]) -> Constant | ShapeVector:
    return partly_known(np.array([*lengths, None], object)[:-1])


def _constant_of_shape_rule(node: Node, dtype: np.dtype, shape: np.ndarray) -> Any:
    value = np.asarray(node.attributes.get("value", np.zeros(1, np.float32))).reshape(-1)
    return spread(value.reshape((1,) * len(shape)), tuple(shape))


@operator("ConstantOfShape", 9, exact=True, sizes=_constant_of_shape_rule)
def constant_of_shape(build: Build, input: Value, *, value: Any = None) -> Value:
    """One number that remembers its shape. https://onnx.ai/onnx/operators/onnx__ConstantOfShape.html"""
    fill = np.zeros(1, np.float32) if value is None else np.asarray(value).reshape(-1)
    lengths = _computed_lengths(build, input) if isinstance(input, Tensor) else build.lengths(input, "input")
    return spread(fill.reshape((1,) * len(lengths)) if lengths else fill.reshape(()), tuple(lengths))


def _computed_lengths(build: Build, vector: Tensor) -> tuple[Dim, ...]:
    """The entries of a vector of integers that the model computes, as lengths."""
    (count,) = vector.shape
    if not isinstance(count, int):
        build.refuse(messages.UNKNOWN_RANK())
    data = build.onnx_order(vector)
    return tuple(build.computed_length(build.call(getitem, data, (number,), name="length")) for number in range(count))
