"""Operators that pick elements by index: Gather and its kin, one-hot vectors, the largest few, triangles, ranges."""

from __future__ import annotations

from collections.abc import Sequence
from operator import getitem
from typing import Any

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import INLINE_INTEGERS, Build
from pt2k_gui.convert.ir.dtypes import is_float, keras_dtype, onnx_to_numpy
from pt2k_gui.convert.ir.graph import Node
from pt2k_gui.convert.ir.symbolic_dims import Dim, is_known, product
from pt2k_gui.convert.ir.values import (
    BroadcastConstant,
    Constant,
    ShapeVector,
    Tensor,
    Value,
    partly_known,
)
from pt2k_gui.convert.registry import operator
from pt2k_gui.convert.size_rules import box


def positions(build: Build, length: Dim, dtype: str = "int32") -> Value:
    """The numbers 0, 1, 2 ... as a vector that is ``length`` long."""
    if isinstance(length, int):
        return Constant(np.arange(length, dtype=dtype))
    return build.tensor(build.counted(length, dtype), shape=(length,))


def whole_shape(build: Build, tensor: Tensor) -> tuple[int, ...]:
    """The shape of a tensor all of whose lengths have to be known."""
    if not all(is_known(length) for length in tensor.shape):
        build.refuse(messages.NEEDS_ALL_LENGTHS())
    return tuple(int(length) for length in tensor.shape if isinstance(length, int))


# ---- Gather -------------------------------------------------------------------------------------------------------


def _gathered_lengths(node: Node, dtype: np.dtype, data: np.ndarray, indices: np.ndarray) -> Any:
    if not all(is_known(entry) for entry in indices.flat):
        return None
    return box(np.take(data, indices.astype(np.int64), axis=node.attributes.get("axis", 0)))


@operator("Gather", 1, exact=True, sizes=_gathered_lengths, float_sizes=_gathered_lengths)
def gather(build: Build, data: Value, indices: Value, *, axis: int = 0) -> Value:
    """An Embedding layer for a table of numbers; negative indices count from the end.

    https://onnx.ai/onnx/operators/onnx__Gather.html
    """
    axis = axis % len(data.shape)
    if isinstance(data, Constant) and axis == 0 and len(data.shape) == 2 and is_float(data.dtype):
        looked_up = _embedded(build, data, indices)
        if looked_up is not None:
            return looked_up
    tensor = build.plain(data)
    place = tensor.stored_axis(axis)
    if isinstance(indices, Constant) and indices.rank == 0:
        return _one(build, tensor, axis, int(indices.array))
    if isinstance(indices, Constant):
        run = _as_slice(indices.array, tensor.shape[axis])
        if run is not None:
            index = (*(slice(None),) * place, run)
            shape = (*tensor.shape[:axis], indices.shape[0], *tensor.shape[axis + 1 :])
            return build.tensor(build.call(getitem, tensor.keras, index), tensor.order, shape)
    if isinstance(indices, Constant) and indices.size <= INLINE_INTEGERS:
        which: Any = indices.array.tolist()
    else:
        which = build.onnx_order(indices)
    added = len(indices.shape)
    result = build.call(ops.take, tensor.keras, which, axis=place)
    order: list[int] = []
    for here in tensor.order:
        if here == axis:
            order.extend(range(axis, axis + added))
        else:
            order.append(here if here < axis else here + added - 1)
    shape = (*tensor.shape[:axis], *indices.shape, *tensor.shape[axis + 1 :])
    return build.tensor(result, order, shape)


def _one(build: Build, tensor: Tensor, axis: int, index: int) -> Tensor:
    place = tensor.stored_axis(axis)
    result = build.call(getitem, tensor.keras, (*(slice(None),) * place, index))
    order = [here if here < axis else here - 1 for here in tensor.order if here != axis]
    return build.tensor(result, order, tensor.shape[:axis] + tensor.shape[axis + 1 :])


def _as_slice(indices: np.ndarray, length: Dim) -> slice | None:
    """The slice that picks the same elements as a vector of indices that rise by one."""
    if indices.ndim != 1 or not len(indices) or not isinstance(length, int):
        return None
    wrapped = np.where(indices < 0, indices + length, indices)
    first = int(wrapped[0])
    return slice(first, first + len(wrapped)) if np.array_equal(wrapped, first + np.arange(len(wrapped))) else None


def _embedded(build: Build, table: Constant, indices: Value) -> Tensor | None:
    """Rows of a constant table, looked up: an Embedding layer."""
    if isinstance(indices, Constant) and not (build.trainable and table.is_parameter):
        return None
    tensor = build.as_tensor(indices)
    tensor = tensor if tensor.layout.order is not None else build.plain(tensor)
    layer = build.make_layer(
        keras.layers.Embedding,
        weights={"embeddings": table.array},
        suffix="embedding",
        trainable=table.is_parameter,
        input_dim=table.shape[0],
        output_dim=table.shape[1],
        embeddings_initializer="zeros",
        dtype=keras_dtype(table.dtype),
    )
    result = build.layer_call(layer, tensor.keras)
    return build.tensor(result, (*tensor.order, tensor.rank), (*tensor.shape, table.shape[1]))


@operator("GatherElements", 11, exact=True)
def gather_elements(build: Build, data: Value, indices: Value, *, axis: int = 0) -> Tensor:
    """By the places in the flattened axis, as ``take_along_axis``. https://onnx.ai/onnx/operators/onnx__GatherElements.html"""
    tensor = build.as_tensor(data)
    axis = axis % tensor.rank
    source = build.onnx_order(tensor)
    cut = tuple(
        slice(0, length) if place != axis and isinstance(length, int) and length != have else slice(None)
        for place, (length, have) in enumerate(zip(indices.shape, tensor.shape, strict=True))
    )
    if any(part != slice(None) for part in cut):
        source = build.call(getitem, source, cut, name="cut")
    result = build.call(ops.take_along_axis, source, build.onnx_order(indices), axis=axis)
    return build.tensor(result, shape=tuple(indices.shape))


@operator("GatherND", 12, exact=True)
@operator("GatherND", 11)
def gather_nd(build: Build, data: Value, indices: Value, *, batch_dims: int = 0) -> Tensor:
    """By one linear index into the flattened axes. https://onnx.ai/onnx/operators/onnx__GatherND.html"""
    tensor, places = build.as_tensor(data), build.as_tensor(indices)
    depth = places.shape[-1]
    if not isinstance(depth, int):
        build.refuse(messages.UNKNOWN_AXES_PICKED())
    front, rest = tensor.shape[:batch_dims], tensor.shape[batch_dims + depth :]
    linear = _linear(build, places, tensor.shape[batch_dims : batch_dims + depth])
    picked = places.shape[batch_dims:-1]
    many = product(tensor.shape[batch_dims : batch_dims + depth])
    shape = (*front, *picked, *rest)
    if not batch_dims:
        flat = build.reshaped(tensor, (many, *rest))
        result = build.call(ops.take, build.onnx_order(flat), build.onnx_order(linear), axis=0)
        return build.tensor(result, shape=shape)
    rows = build.reshaped(tensor, (product(front), many, product(rest)))
    which = build.reshaped(linear, (product(front), product(picked), 1))
    result = build.call(ops.take_along_axis, build.onnx_order(rows), build.onnx_order(which), axis=1)
    return build.reshaped(build.tensor(result, shape=(product(front), product(picked), product(rest))), shape)


def _linear(build: Build, indices: Tensor, lengths: Sequence[Dim]) -> Tensor:
    """Index tuples (..., k) into axes of the given lengths as positions (...) in these axes laid end to end."""
    strides = [product(list(lengths[place + 1 :])) for place in range(len(lengths))]
    if all(is_known(length) for length in lengths):
        known = np.array([int(length) for length in lengths if isinstance(length, int)], indices.dtype)
        wrapped = _wrapped(build, indices, Constant(known))
        steps = np.array([int(stride) for stride in strides if isinstance(stride, int)], indices.dtype)
        scaled = build.elementwise(ops.multiply, wrapped, Constant(steps))
        total = build.call(ops.sum, build.onnx_order(scaled), axis=-1, name="linear")
        return build.tensor(total, shape=indices.shape[:-1])
    plain = build.plain(indices)
    linear: Value | None = None
    for place, (length, stride) in enumerate(zip(lengths, strides, strict=True)):
        part = _wrapped(build, _one(build, plain, plain.rank - 1, place), _number(length, plain.dtype))
        step = _times(build, part, stride)
        linear = step if linear is None else build.elementwise(ops.add, linear, step, name="linear")
    assert isinstance(linear, Tensor)
    return linear


def _wrapped(build: Build, indices: Value, lengths: Value) -> Tensor:
    """Negative indices counted from the end."""
    negative = build.elementwise(ops.less, indices, Constant(np.array(0, indices.dtype)))
    return build.elementwise(
        ops.where, negative, build.elementwise(ops.add, indices, lengths, name="wrap"), indices, name="wrap"
    )


# ---- Scatter ------------------------------------------------------------------------------------------------------

_REDUCTIONS = {"none": None, "add": "add", "mul": "mul", "max": "max", "min": "min"}


@operator("ScatterElements", 11, exact=True)
def scatter_elements(
    build: Build, data: Value, indices: Value, updates: Value, *, axis: int = 0, reduction: str = "none"
) -> Tensor:
    """By one linear index into the flattened data. https://onnx.ai/onnx/operators/onnx__ScatterElements.html"""
    tensor, places, fresh = build.as_tensor(data), build.as_tensor(indices), build.as_tensor(updates)
    axis = axis % tensor.rank
    length = tensor.shape[axis]
    strides = [product(tensor.shape[place + 1 :]) for place in range(tensor.rank)]
    linear: Value = _wrapped(build, places, build.as_tensor(_number(length, places.dtype)))
    linear = _times(build, linear, strides[axis])
    for place in range(tensor.rank):
        if place == axis:
            continue
        here = positions(build, places.shape[place], str(places.dtype))
        here = _times(build, here, strides[place])
        shape = tuple(places.shape[place] if other == place else 1 for other in range(tensor.rank))
        here = Constant(here.array.reshape(shape)) if isinstance(here, Constant) else build.reshaped(here, shape)  # type: ignore[arg-type]
        linear = build.elementwise(ops.add, linear, here, name="linear")
    return _scattered(build, tensor, build.as_tensor(linear), fresh, (), reduction)


def _number(length: Dim, dtype: np.dtype) -> Constant | ShapeVector:
    entries = np.empty((), object)
    entries[()] = length
    return partly_known(entries, dtype)


def _times(build: Build, value: Value, factor: Dim) -> Value:
    if factor == 1:
        return value
    number = _number(factor, value.dtype)
    if isinstance(value, Constant) and isinstance(number, Constant):
        return Constant(value.array * number.array)
    return build.elementwise(ops.multiply, value, number, name="stride")


def _scattered(
    build: Build, data: Tensor, linear: Tensor, updates: Tensor, row: tuple[Dim, ...], reduction: str
) -> Tensor:
    """Rows of shape ``row`` put where ``linear`` says, into the data seen as (many, *row)."""
    if reduction not in _REDUCTIONS:
        build.refuse(messages.UNKNOWN_REDUCTION(name=reduction))
    many = product(data.shape[: data.rank - len(row)])
    flat = build.onnx_order(build.reshaped(data, (many, *row)))
    where = build.onnx_order(build.reshaped(linear, (product(linear.shape), 1)))
    rows = build.onnx_order(build.reshaped(updates, (product(linear.shape), *row)))
    boolean = data.dtype == bool
    if boolean:
        flat, rows = (build.call(ops.cast, value, "int32", name="cast") for value in (flat, rows))
    how = _REDUCTIONS[reduction]
    result = (
        build.call(ops.scatter_update, flat, where, rows, reduction=how)
        if how
        else build.call(ops.scatter_update, flat, where, rows)
    )
    if boolean:
        result = build.call(ops.cast, result, "bool", name="cast")
    return build.reshaped(build.tensor(result, shape=(many, *row)), data.shape)


@operator("Scatter", 9)
def scatter(build: Build, data: Value, indices: Value, updates: Value, *, axis: int = 0) -> Tensor:
    """The older name of ScatterElements, without a reduction. https://onnx.ai/onnx/operators/onnx__Scatter.html"""
    return scatter_elements(build, data, indices, updates, axis=axis)


@operator("ScatterND", 11, exact=True)
def scatter_nd(build: Build, data: Value, indices: Value, updates: Value, *, reduction: str = "none") -> Tensor:
    """By one linear index into the flattened axes. https://onnx.ai/onnx/operators/onnx__ScatterND.html"""
    tensor, places = build.as_tensor(data), build.as_tensor(indices)
    depth = places.shape[-1]
    if not isinstance(depth, int):
        build.refuse(messages.UNKNOWN_AXES_WRITTEN())
    linear = _linear(build, places, tensor.shape[:depth])
    return _scattered(build, tensor, linear, build.as_tensor(updates), tensor.shape[depth:], reduction)


@operator("TensorScatter", 24)
def tensor_scatter(
    build: Build,
    past_cache: Value,
    update: Value,
    write_indices: Value | None = None,
    *,
    mode: str = "linear",
    axis: int = -2,
) -> Tensor:
    """``update`` written into the cache along ``axis``, for each batch entry from its write index on."""
    tensor, fresh = build.as_tensor(past_cache), build.as_tensor(update)
    axis = axis % tensor.rank
    length = tensor.shape[axis]
    kind = np.dtype(np.int64) if write_indices is None else write_indices.dtype
    line = positions(build, fresh.shape[axis], str(kind))
    ones = tuple(fresh.shape[axis] if place == axis else 1 for place in range(tensor.rank))
    steps: Value = build.reshaped(line, ones)
    if write_indices is not None:
        begin = build.reshaped(write_indices, (tensor.shape[0], *(1,) * (tensor.rank - 1)))
        steps = build.elementwise(ops.add, steps, begin)
    if mode == "circular":
        steps = build.elementwise(ops.mod, steps, _number(length, kind))
    grid = build.elementwise(ops.add, steps, BroadcastConstant(np.zeros((1,) * tensor.rank, kind), fresh.shape))
    if not isinstance(grid, Tensor) or grid.shape != fresh.shape:
        grid = build.elementwise(
            ops.add, steps, build.unary(ops.zeros_like, fresh, dtype=keras_dtype(kind), name="zeros")
        )
    return scatter_elements(build, tensor, grid, fresh, axis=axis)


# ---- one-hot vectors, masks, ranges -------------------------------------------------------------------------------


@operator("OneHot", 9, exact=True)
def one_hot(build: Build, indices: Value, depth: Value, values: Value, *, axis: int = -1) -> Tensor:
    """The depth has to be constant; places outside of it give the off value. https://onnx.ai/onnx/operators/onnx__OneHot.html"""
    count = int(build.known(depth, "depth").reshape(()))
    tensor = build.as_tensor(indices)
    rank = tensor.rank + 1
    axis = axis % rank
    if is_float(tensor.dtype):
        tensor = build.unary(ops.cast, tensor, dtype="int64", name="cast")
    if tensor.dtype.kind != "u":
        tensor = _wrapped(build, tensor, Constant(np.array(count, tensor.dtype)))
    wide = build.reshaped(tensor, (*tensor.shape[:axis], 1, *tensor.shape[axis:]))
    numbers = np.arange(count).astype(tensor.dtype).reshape(-1, *(1,) * (rank - 1 - axis))
    hot = build.elementwise(ops.equal, wide, Constant(numbers), name="equal")
    off, on = _pair(build, values)
    result = build.elementwise(ops.where, hot, on, off)
    return result if result.dtype == values.dtype else build.unary(ops.cast, result, dtype=keras_dtype(values.dtype))


def _pair(build: Build, values: Value) -> tuple[Value, Value]:
    if isinstance(values, Constant):
        off, on = values.array.reshape(-1)
        return build.as_tensor(Constant(np.asarray(off))), Constant(np.asarray(on))
    tensor = build.plain(values)
    return _one(build, tensor, 0, 0), _one(build, tensor, 0, 1)


@operator("Trilu", 14)
def trilu(build: Build, input: Value, k: Value | None = None, *, upper: int = 1) -> Tensor:
    """By a mask, constant where both lengths are known. https://onnx.ai/onnx/operators/onnx__Trilu.html"""
    offset = 0 if k is None else int(build.known(k, "k").reshape(()))
    tensor = build.as_tensor(input)
    rows, columns = tensor.shape[-2:]
    if isinstance(rows, int) and isinstance(columns, int):
        distance = np.arange(columns)[None, :] - np.arange(rows)[:, None]
        kept: Value = Constant(distance >= offset if upper else distance <= offset)
    else:
        row, column = (build.as_tensor(positions(build, length)) for length in (rows, columns))
        distances = build.elementwise(ops.subtract, column, build.reshaped(row, (rows, 1)), name="distance")
        kept = build.elementwise(
            ops.greater_equal if upper else ops.less_equal, distances, Constant(np.array(offset, np.int32))
        )
    if tensor.dtype == bool:
        return build.elementwise(ops.logical_and, tensor, kept)
    return build.elementwise(ops.where, kept, tensor, Constant(np.array(0, tensor.dtype)))


@operator("EyeLike", 9)
def eye_like(build: Build, input: Value, *, dtype: int | None = None, k: int = 0) -> Value:
    """A constant: both lengths have to be known. https://onnx.ai/onnx/operators/onnx__EyeLike.html"""
    kind = input.dtype if dtype is None else onnx_to_numpy(dtype)
    rows, columns = input.shape
    if not isinstance(rows, int) or not isinstance(columns, int):
        build.refuse(messages.NEEDS_BOTH_LENGTHS())
    return Constant(np.eye(rows, columns, k, dtype=kind))


@operator("Range", 11, exact=True, settings=(0, 1, 2))
def range_(build: Build, start: Value, limit: Value, delta: Value, *, stash_type: int = 1) -> Value:
    """start, start + delta ... below limit; how many there are may be computed while the model runs."""
    if any(isinstance(value, Tensor) for value in (start, limit, delta)):
        return _computed_range(build, start, limit, delta)
    first, last, step = (
        _scalar(build, value, name) for value, name in ((start, "start"), (limit, "limit"), (delta, "delta"))
    )
    kind = np.dtype(next(value.dtype for value in (start, limit, delta) if isinstance(value, ShapeVector)))
    if not is_known(step):
        build.refuse(messages.STEP_AT_RUN_TIME())
    steps = -((first - last) // step)
    if not build.has_line(steps):
        build.refuse(messages.STEPS_AT_RUN_TIME())
    if isinstance(steps, int) and steps <= 0:
        return Constant(np.zeros(0, kind))
    counted: Value = positions(build, steps, keras_dtype(kind))
    counted = _times(build, counted, step)
    return counted if first == 0 else build.elementwise(ops.add, counted, _number(first, kind))


def _computed_range(build: Build, start: Value, limit: Value, delta: Value) -> Tensor:
    """A range of which some bound is a number that the model computes."""
    kind = next(value.dtype for value in (start, limit, delta) if isinstance(value, Tensor))
    first, last, step = (build.reshaped(build.as_tensor(value), ()) for value in (start, limit, delta))
    back = build.elementwise(ops.subtract, first, last, name="span")
    steps = build.unary(ops.negative, build.elementwise(ops.floor_divide, back, step, name="steps"), name="steps")
    length = build.computed_length(build.onnx_order(steps))
    counted = build.tensor(build.counted(length, keras_dtype(kind)), shape=(length,))
    scaled = build.elementwise(ops.multiply, counted, step, name="scaled")
    return build.elementwise(ops.add, scaled, first)


def _scalar(build: Build, value: Value, what: str) -> Dim:
    if isinstance(value, Constant) and not float(value.array.reshape(-1)[0]).is_integer():
        build.refuse(messages.BOUND_NOT_WHOLE(bound=what))
    entry = build.lengths(value, what)[0]
    return entry if isinstance(value, ShapeVector) else int(entry)  # type: ignore[arg-type]


# ---- the largest few, sequences, selections -----------------------------------------------------------------------


@operator("TopK", 10, exact=True)
def top_k(
    build: Build, X: Value, K: Value, *, axis: int = -1, largest: int = 1, sorted: int = 1
) -> tuple[Value, Value]:
    """K is a constant, or the length of the axis: a whole sort. https://onnx.ai/onnx/operators/onnx__TopK.html"""
    if isinstance(K, ShapeVector) and tuple(K.entries.reshape(-1)) == (X.shape[axis],):
        return _whole_order(build, X, axis, bool(largest))
    count = int(build.known(K, "K").reshape(()))
    return _top(build, X, count, axis, bool(largest))


def _whole_order(build: Build, X: Value, axis: int, largest: bool) -> tuple[Value, Value]:
    """As many entries as the axis has, which only the data knows: all of them in order."""
    tensor = build.plain(X)
    source = _reversed(build, tensor) if largest else tensor
    stored = tensor.stored_axis(axis % tensor.rank)
    places = build.call(ops.argsort, source.keras, axis=stored, name="order")
    values = build.call(ops.take_along_axis, tensor.keras, places, axis=stored, name="sorted")
    indices = build.call(ops.cast, places, "int64", name="cast")
    return build.tensor(values, tensor.order, tensor.shape), build.tensor(indices, tensor.order, tensor.shape)


def _top(build: Build, X: Value, count: int, axis: int, largest: bool) -> tuple[Value, Value]:
    tensor = build.plain(X)
    axis = axis % tensor.rank
    order = (*(here for here in tensor.order if here != axis), axis)
    tensor = build.ordered(tensor, order)
    source = tensor if largest else _reversed(build, tensor)
    values, indices = build.call(ops.top_k, source.keras, count)
    indices = build.call(ops.cast, indices, "int64", name="cast")
    shape = (*tensor.shape[:axis], count, *tensor.shape[axis + 1 :])
    best = build.tensor(values, order, shape)
    return best if largest else _reversed(build, best), build.tensor(indices, order, shape)


def _reversed(build: Build, tensor: Tensor) -> Tensor:
    """The same numbers in the opposite order of size: negative, or for integers -1 - x, which never overflows."""
    if tensor.dtype.kind == "f":
        return build.unary(ops.negative, tensor, name="negative")
    return build.unary(ops.bitwise_not, tensor, name="not")


@operator("ReverseSequence", 10)
def reverse_sequence(
    build: Build, input: Value, sequence_lens: Value, *, batch_axis: int = 1, time_axis: int = 0
) -> Tensor:
    """The first ``sequence_lens[b]`` steps of each batch entry backwards, the rest as it is."""
    tensor = build.as_tensor(input)
    length = tensor.shape[time_axis]
    shape = [1] * tensor.rank
    numbers = positions(build, length, "int64")
    steps = build.reshaped(numbers, tuple(length if a == time_axis else 1 for a in range(tensor.rank)))
    shape_of_batch = tuple(tensor.shape[batch_axis] if a == batch_axis else 1 for a in range(len(shape)))
    counts = build.reshaped(build.unary(ops.cast, sequence_lens, dtype="int64", name="cast"), shape_of_batch)
    back = build.elementwise(ops.subtract, counts, steps)
    back = build.elementwise(ops.subtract, back, Constant(np.array(1, np.int64)))
    inside = build.elementwise(ops.less, steps, counts)
    which = build.elementwise(ops.where, inside, back, steps)
    zeros = build.unary(ops.zeros_like, tensor, dtype="int64", name="zeros")
    return gather_elements(build, tensor, build.elementwise(ops.add, zeros, which), axis=time_axis)
