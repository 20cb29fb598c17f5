"""Pooling over windows and over the whole of space."""

from __future__ import annotations

from collections.abc import Sequence
from operator import getitem
from typing import Any

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import Dim, product
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.run_time_arithmetic import Arithmetic
from pt2k_gui.convert.ops.windows import Pads, explicit_pads, is_same, output_length, pad_space
from pt2k_gui.convert.registry import operator

_MAX = {1: keras.layers.MaxPooling1D, 2: keras.layers.MaxPooling2D, 3: keras.layers.MaxPooling3D}
_AVERAGE = {1: keras.layers.AveragePooling1D, 2: keras.layers.AveragePooling2D, 3: keras.layers.AveragePooling3D}


def _window(
    build: Build,
    tensor: Tensor,
    kernel: Sequence[int],
    strides: Sequence[int] | None,
    dilations: Sequence[int] | None,
    pads: Sequence[int] | None,
    auto_pad: str,
    ceil_mode: int,
) -> tuple[tuple[int, ...], tuple[int, ...], Pads, Pads, tuple[Dim, ...]]:
    """Strides, dilations, pads as written, pads that the last windows need too, and the output lengths."""
    count = len(kernel)
    stride, dilation = tuple(strides or (1,) * count), tuple(dilations or (1,) * count)
    space = tensor.shape[2:]
    padding = explicit_pads(build, auto_pad, pads, space, kernel, stride, dilation)
    for length, pair, k, s, d in zip(space, padding, kernel, stride, dilation, strict=True):
        # A window as long as stride and end padding together reaches back to a number, wherever the last one begins.
        if ceil_mode and not isinstance(length, int) and s > 1 and (k - 1) * d + 1 < s + pair[1]:
            build.refuse(messages.LAST_WINDOW())
    lengths = tuple(
        output_length(length, pair, k, s, d, bool(ceil_mode))
        for length, pair, k, s, d in zip(space, padding, kernel, stride, dilation, strict=True)
    )
    needed = []
    for length, pair, k, s, d, windows in zip(space, padding, kernel, stride, dilation, lengths, strict=True):
        reach = (windows - 1) * s + (k - 1) * d + 1 if isinstance(windows, int) else None
        extra = max(0, reach - (length + sum(pair))) if reach is not None and isinstance(length, int) else 0
        if ceil_mode and not isinstance(length, int):
            extra = s - 1  # enough for a window more; what is left over begins none
        needed.append((pair[0], pair[1] + extra))
    return stride, dilation, padding, tuple(needed), lengths


def _pool(
    build: Build, kind: type, data: Any, size: Sequence[int], stride: Sequence[int], padding: str, dtype: str
) -> Any:
    return build.layer(
        kind,
        data,
        pool_size=tuple(size) if len(size) > 1 else size[0],
        strides=tuple(stride) if len(stride) > 1 else stride[0],
        padding=padding,
        dtype=dtype,
    )


@operator("MaxPool", 1, spatial=True, names_module=True, exact=True)
def max_pool(
    build: Build,
    X: Value,
    *,
    kernel_shape: Sequence[int],
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    storage_order: int = 0,
    strides: Sequence[int] | None = None,
) -> Any:
    """A layer; integers, dilations and indices go other ways. https://onnx.ai/onnx/operators/onnx__MaxPool.html"""
    tensor = build.channels_last(X)
    stride, dilation, _, needed, lengths = _window(
        build, tensor, kernel_shape, strides, dilations, pads, auto_pad, ceil_mode
    )
    shape = (*tensor.shape[:2], *lengths)
    indices = len(build.node.outputs) > 1 and bool(build.node.outputs[1])
    if tensor.dtype.kind != "f":
        wide = build.unary(ops.cast, tensor, dtype="float32", name="cast")
        result = _maximum(build, wide, kernel_shape, stride, dilation, needed, shape)
        result = build.unary(ops.cast, result, dtype=str(tensor.dtype), name="cast")
    else:
        result = _maximum(build, tensor, kernel_shape, stride, dilation, needed, shape)
    if not indices:
        return result
    places = _argmax(build, tensor, kernel_shape, stride, dilation, needed, shape, storage_order)
    return result, places


def _maximum(
    build: Build,
    tensor: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    pads: Pads,
    shape: tuple[Dim, ...],
) -> Tensor:
    dtype = str(tensor.dtype)
    if all(d == 1 for d in dilation):
        if is_same(pads, tensor.shape[2:], kernel, stride, dilation) and any(map(any, pads)):
            data = _pool(build, _MAX[len(kernel)], tensor.keras, kernel, stride, "same", dtype)
            return build.tensor(data, tensor.order, shape)
        # Zeros never win over numbers that are not negative, and unlike the smallest number they survive eight bits.
        smallest = float(np.finfo(np.float32).min) if dtype == "float32" else -6e4
        tensor = pad_space(build, tensor, pads, 0.0 if _never_negative(tensor) else smallest)
        data = _pool(build, _MAX[len(kernel)], tensor.keras, kernel, stride, "valid", dtype)
        return build.tensor(data, tensor.order, shape)
    shifted = _shifted(build, tensor, kernel, stride, dilation, pads, shape)
    result = shifted[0]
    for other in shifted[1:]:
        result = build.elementwise(ops.maximum, result, other)
    return result


def _never_negative(tensor: Tensor) -> bool:
    """Whether the tensor comes out of an activation that gives no negative numbers, in whatever axes."""
    history = tensor.keras._keras_history
    while type(history.operation).__name__ in ("Transpose", "Reshape"):
        (source,) = history.operation._inbound_nodes[history.node_index].input_tensors
        history = source._keras_history
    operation = history.operation
    if isinstance(operation, keras.layers.ReLU):
        return not operation.negative_slope and operation.threshold >= 0
    if isinstance(operation, keras.layers.Activation):
        return operation.activation.__name__ in ("relu", "relu6", "sigmoid", "hard_sigmoid", "softmax", "softplus")
    return type(operation).__name__ in ("Relu6", "HardSigmoid", "Softmax", "Softplus", "Absolute", "Square", "Exp")


def _shifted(
    build: Build,
    tensor: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    pads: Pads,
    shape: tuple[Dim, ...],
) -> list[Tensor]:
    """For each place in the window, the elements that stand there, window by window."""
    filled = pad_space(build, tensor, pads, float(np.finfo(np.float32).min))
    results = []
    for place in np.ndindex(*kernel):
        index: list[Any] = [slice(None)]
        for p, k, s, d, windows in zip(place, kernel, stride, dilation, shape[2:], strict=True):
            # So many elements stand behind the last one that any window holds at this place.
            behind = p * d - (k - 1) * d
            end = p * d + (windows - 1) * s + 1 if isinstance(windows, int) else behind or None
            index.append(slice(p * d, end, s))
        data = build.call(getitem, filled.keras, tuple(index), name="window")
        results.append(build.tensor(data, filled.order, shape))
    return results


def _argmax(
    build: Build,
    tensor: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    pads: Pads,
    shape: tuple[Dim, ...],
    storage_order: int,
) -> Tensor:
    """Positions of the maxima in the flattened input (batch and channels included), as ONNX counts them."""
    if not all(isinstance(length, int) for length in tensor.shape):
        if storage_order:
            build.refuse(messages.POSITIONS())
        return _free_argmax(build, tensor, kernel, stride, dilation, pads, shape)
    lengths = [int(length) for length in tensor.shape if isinstance(length, int)]
    numbers = np.arange(int(np.prod(lengths)), dtype=np.int64).reshape(lengths)
    if storage_order:
        space = np.arange(int(np.prod(lengths[2:])), dtype=np.int64).reshape(lengths[2:][::-1]).T
        base = np.arange(lengths[0] * lengths[1], dtype=np.int64).reshape(lengths[:2]) * int(np.prod(lengths[2:]))
        numbers = base.reshape(*lengths[:2], *(1,) * len(kernel)) + space
    wide = build.unary(ops.cast, tensor, dtype="float32", name="cast") if tensor.dtype.kind != "f" else tensor
    values = _shifted(build, wide, kernel, stride, dilation, pads, shape)
    filled = np.pad(numbers, [(0, 0), (0, 0), *pads])
    best, place = values[0], None
    for value, corner in zip(values, np.ndindex(*kernel), strict=True):
        index = tuple(
            slice(p * d, p * d + (int(w) - 1) * s + 1, s)  # type: ignore[arg-type]
            for p, s, d, w in zip(corner, stride, dilation, shape[2:], strict=True)
        )
        here = Constant(np.ascontiguousarray(filled[(slice(None), slice(None), *index)]))
        if place is None:
            place = build.ordered(build.as_tensor(here), tensor.order)
            continue
        higher = build.elementwise(ops.greater, value, best)
        place = build.elementwise(ops.where, higher, build.as_tensor(here), place, name="where")
        best = build.elementwise(ops.maximum, best, value)
    assert place is not None
    return place


def _free_argmax(
    build: Build,
    tensor: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    pads: Pads,
    shape: tuple[Dim, ...],
) -> Tensor:
    """``_argmax`` where lengths are only known while the model runs: the positions are counted then."""
    numbers = Arithmetic(build, "int32")
    wide = build.unary(ops.cast, tensor, dtype="float32", name="cast") if tensor.dtype.kind != "f" else tensor
    values = _shifted(build, wide, kernel, stride, dilation, pads, shape)
    batch, channels, *space = tensor.shape
    # How far one step along each axis moves on in the flattened input.
    strides = [numbers.length(product(space[axis + 1 :])) for axis in range(len(space))]
    best, place = values[0].keras, None
    for value, corner in zip(values, np.ndindex(*kernel), strict=True):
        here: Any = 0
        for p, d, step in zip(corner, dilation, strides, strict=True):
            here = numbers.add(here, numbers.multiply(p * d, step)) if p else here
        if place is None:
            place = build.call(ops.zeros_like, best, dtype="int32", name="place")
            continue
        higher = build.call(ops.greater, value.keras, best, name="greater")
        place = build.call(ops.where, higher, here, place, name="where")
        best = build.call(ops.maximum, best, value.keras, name="maximum")
    rank = tensor.rank
    last = rank - 1
    sizes = [(batch, 0, numbers.length(product([channels, *space]))), (channels, last, numbers.length(product(space)))]
    for length, axis, step in sizes:
        place = numbers.add(place, _ramp(numbers, length, axis, rank, step, 1, 0))
    for axis, (windows, s, pair, step) in enumerate(zip(shape[2:], stride, pads, strides, strict=True)):
        place = numbers.add(place, _ramp(numbers, windows, 1 + axis, rank, step, s, pair[0]))
    return build.tensor(build.call(ops.cast, place, "int64", name="cast"), tensor.order, shape)


def _ramp(numbers: Arithmetic, length: Dim, axis: int, rank: int, step: Any, stride: int, before: int) -> Any:
    """(0, 1, 2 ... * stride - before) * step along one axis."""
    line = numbers.subtract(numbers.multiply(numbers.positions(length), stride), before)
    target = tuple(-1 if number == axis else 1 for number in range(rank))
    return numbers.build.call(ops.reshape, numbers.multiply(line, step), target, name="ramp")


@operator("AveragePool", 1, spatial=True, names_module=True)
def average_pool(
    build: Build,
    X: Value,
    *,
    kernel_shape: Sequence[int],
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Tensor:
    """A layer where Keras counts as ONNX does, else sums divided by counts.

    https://onnx.ai/onnx/operators/onnx__AveragePool.html
    """
    tensor = build.channels_last(X)
    stride, dilation, padding, needed, lengths = _window(
        build, tensor, kernel_shape, strides, dilations, pads, auto_pad, ceil_mode
    )
    shape = (*tensor.shape[:2], *lengths)
    space = tensor.shape[2:]
    padded_any = any(map(any, needed))
    plain = all(d == 1 for d in dilation)
    if plain and not padded_any:
        return _mean(build, tensor, kernel_shape, stride, "valid", shape)
    even = all(begin == end for begin, end in needed)  # otherwise Keras repeats the edge under PyTorch, and counts that
    if plain and even and not count_include_pad and is_same(needed, space, kernel_shape, stride, dilation):
        return _mean(build, tensor, kernel_shape, stride, "same", shape)  # Keras leaves the padding out of the count
    if plain and count_include_pad and needed == padding:
        return _mean(build, pad_space(build, tensor, needed), kernel_shape, stride, "valid", shape)
    return _counted(build, tensor, kernel_shape, stride, dilation, padding, needed, bool(count_include_pad), shape)


def _mean(
    build: Build, tensor: Tensor, kernel: Sequence[int], stride: Sequence[int], padding: str, shape: tuple[Dim, ...]
) -> Tensor:
    data = _pool(build, _AVERAGE[len(kernel)], tensor.keras, kernel, stride, padding, str(tensor.dtype))
    return build.tensor(data, tensor.order, shape)


def _counted(
    build: Build,
    tensor: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Pads,
    needed: Pads,
    include: bool,
    shape: tuple[Dim, ...],
) -> Tensor:
    """The sum over each window divided by how many of its elements count."""
    filled = pad_space(build, tensor, needed)
    if not all(isinstance(length, int) for length in (*tensor.shape[2:], *shape[2:])):
        if any(d > 1 for d in dilation):
            build.refuse(messages.WINDOW_ELEMENTS())
        share = _mean(
            build, _ones(build, tensor, padding, needed, include), kernel, stride, "valid", (1, 1, *shape[2:])
        )
        return build.elementwise(ops.divide, _mean(build, filled, kernel, stride, "valid", shape), share)
    if all(d == 1 for d in dilation):
        total = _mean(build, filled, kernel, stride, "valid", shape)
        scale = float(np.prod(kernel))
    else:
        parts = _shifted(build, filled, kernel, stride, dilation, ((0, 0),) * len(kernel), shape)
        total, scale = parts[0], 1.0
        for part in parts[1:]:
            total = build.elementwise(ops.add, total, part)
    counts = np.ones((), np.float64)
    for axis, (k, s, d) in enumerate(zip(kernel, stride, dilation, strict=True)):
        length, pair, windows = tensor.shape[2 + axis], padding[axis], shape[2 + axis]
        assert isinstance(length, int) and isinstance(windows, int)
        places = np.arange(windows)[:, None] * s + np.arange(k)[None, :] * d - pair[0]
        inside = (places >= (-pair[0] if include else 0)) & (places < length + (pair[1] if include else 0))
        counts = counts[..., None] * inside.sum(1)
    factor = (scale / np.maximum(counts, 1)).astype(tensor.dtype)
    return build.elementwise(ops.multiply, total, Constant(factor[None, None]))


def _ones(build: Build, tensor: Tensor, padding: Pads, needed: Pads, include: bool) -> Tensor:
    """One where an element counts and zero where none does, padded as the data: for one sample and one channel."""
    count = tensor.rank - 2
    corner = build.call(getitem, tensor.keras, (slice(0, 1), *(slice(None),) * count, slice(0, 1)), name="corner")
    ones = build.tensor(build.call(ops.ones_like, corner, name="ones"), tensor.order, (1, 1, *tensor.shape[2:]))
    ones = pad_space(build, ones, padding, float(include))
    rest = tuple((a - c, b - d) for (a, b), (c, d) in zip(needed, padding, strict=True))
    return pad_space(build, ones, rest)


@operator("LpPool", 1, spatial=True)
def lp_pool(
    build: Build,
    X: Value,
    *,
    kernel_shape: Sequence[int] | None = None,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: Sequence[int] | None = None,
    p: float = 2,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Tensor:
    """(sum of |x| to the p) to the 1/p over each window."""
    kernel = tuple(kernel_shape or ())
    tensor = build.channels_last(X)
    stride, dilation, _, needed, lengths = _window(build, tensor, kernel, strides, dilations, pads, auto_pad, ceil_mode)
    shape = (*tensor.shape[:2], *lengths)
    raised = _raised(build, build.unary(ops.absolute, tensor, name="abs"), p)
    filled = pad_space(build, raised, needed)
    if all(d == 1 for d in dilation):
        total = _mean(build, filled, kernel, stride, "valid", shape)
        total = build.elementwise(ops.multiply, total, Constant(np.array(np.prod(kernel), tensor.dtype)))
    else:
        parts = _shifted(build, filled, kernel, stride, dilation, ((0, 0),) * len(kernel), shape)
        total = parts[0]
        for part in parts[1:]:
            total = build.elementwise(ops.add, total, part)
    return _raised(build, total, 1 / p)


def _raised(build: Build, tensor: Tensor, exponent: float) -> Tensor:
    if exponent == 1:
        return tensor
    return build.elementwise(ops.power, tensor, Constant(np.array(exponent, tensor.dtype)))


def _global(build: Build, X: Value, kind: dict[int, type]) -> Tensor:
    tensor = build.channels_last(X)
    count = tensor.rank - 2
    if count in kind:
        data = build.layer(kind[count], tensor.keras, keepdims=True, dtype=str(tensor.dtype))
    else:
        function = ops.mean if kind is _GLOBAL_AVERAGE else ops.max
        data = build.call(function, tensor.keras, axis=tuple(range(1, 1 + count)), keepdims=True)
    return build.tensor(data, tensor.order, (*tensor.shape[:2], *(1,) * count))


_GLOBAL_AVERAGE: dict[int, type] = {
    1: keras.layers.GlobalAveragePooling1D,
    2: keras.layers.GlobalAveragePooling2D,
    3: keras.layers.GlobalAveragePooling3D,
}
_GLOBAL_MAX: dict[int, type] = {
    1: keras.layers.GlobalMaxPooling1D,
    2: keras.layers.GlobalMaxPooling2D,
    3: keras.layers.GlobalMaxPooling3D,
}


@operator("GlobalAveragePool", 1, spatial=True, names_module=True)
def global_average_pool(build: Build, X: Value) -> Tensor:
    """A layer with ``keepdims``. https://onnx.ai/onnx/operators/onnx__GlobalAveragePool.html"""
    return _global(build, X, _GLOBAL_AVERAGE)


@operator("GlobalMaxPool", 1, spatial=True, exact=True)
def global_max_pool(build: Build, X: Value) -> Tensor:
    """A layer with ``keepdims``. https://onnx.ai/onnx/operators/onnx__GlobalMaxPool.html"""
    return _global(build, X, _GLOBAL_MAX)


@operator("GlobalLpPool", 2, spatial=True)
def global_lp_pool(build: Build, X: Value, *, p: int = 2) -> Tensor:
    """A root of a sum of powers. https://onnx.ai/onnx/operators/onnx__GlobalLpPool.html"""
    tensor = build.channels_last(X)
    count = tensor.rank - 2
    raised = _raised(build, build.unary(ops.absolute, tensor, name="abs"), p)
    data = build.call(ops.sum, raised.keras, axis=tuple(range(1, 1 + count)), keepdims=True, name="sum")
    return _raised(build, build.tensor(data, tensor.order, (*tensor.shape[:2], *(1,) * count)), 1 / p)
