"""Normalisation: by running statistics, over channels, over groups, over the last axes."""

from __future__ import annotations

from collections.abc import Sequence
from operator import getitem
from typing import Any

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.registry import operator


@operator("BatchNormalization", 1, spatial=True, names_module=True)
def batch_normalization(
    build: Build,
    X: Value,
    scale: Value,
    B: Value,
    input_mean: Value,
    input_var: Value,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    training_mode: int = 0,
    spatial: int = 1,
    is_test: int = 0,
) -> Tensor:
    """A layer for constant parts; statistics of the batch in training mode.

    https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
    """
    if training_mode:
        return _by_batch(build, X, scale, B, input_mean, input_var, epsilon, momentum)
    parts = (scale, B, input_mean, input_var)
    if not all(isinstance(part, Constant) for part in parts):
        return _by_statistics(build, X, scale, B, input_mean, input_var, epsilon)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    tensor = build.channels_last(X) if len(X.shape) > 2 else build.plain(X)
    axis = tensor.stored_axis(1) if tensor.rank > 1 else 0
    if build.trainable:
        build.notes.append(messages.RUNNING_VARIANCE())
    weights = {name: build.known(part, name) for name, part in zip(names, parts, strict=True)}
    # In a model that is trained, a scale and a shift that PyTorch does not train stand apart from those that Keras would.
    apart = [part for part in (scale, B) if build.trainable and isinstance(part, Constant) and not part.is_parameter]
    layer = build.layer(
        keras.layers.BatchNormalization,
        tensor.keras,
        weights=weights,
        axis=-1 if axis == tensor.rank - 1 else axis,
        epsilon=epsilon,
        momentum=momentum,
        scale=scale not in apart,
        center=B not in apart,
        dtype=str(tensor.dtype),
    )
    result = build.tensor(layer, tensor.order, tensor.shape)
    for function, part, nothing in ((ops.multiply, scale, 1), (ops.add, B, 0)):
        if part in apart and (build.known(part, "scale") != nothing).any():
            if part is scale and B not in apart:
                build.refuse(messages.ONLY_SHIFT_TRAINED(), messages.TRAIN_BOTH())
            result = build.elementwise(function, result, per_channel(build, part, tensor.rank))
    return result


def per_channel(build: Build, value: Value, rank: int) -> Value:
    """A vector over channels, shaped to broadcast against (batch, channels, space...)."""
    ones = (1,) * (rank - 2)
    if isinstance(value, Constant):
        return Constant(value.array.reshape(-1, *ones), name=value.name, is_parameter=value.is_parameter)
    return build.reshaped(value, (value.shape[0], *ones))


def _by_statistics(
    build: Build, X: Value, scale: Value, B: Value, mean: Value, variance: Value, epsilon: float
) -> Tensor:
    rank = len(X.shape)
    scale, B, mean, variance = (per_channel(build, part, rank) for part in (scale, B, mean, variance))
    wide = build.elementwise(ops.add, build.as_tensor(variance), Constant(np.array(epsilon, X.dtype)))
    centred = build.elementwise(ops.subtract, X, mean)
    scaled = build.elementwise(ops.divide, centred, build.unary(ops.sqrt, wide, name="sqrt"))
    return build.elementwise(ops.add, build.elementwise(ops.multiply, scaled, scale), B)


def _by_batch(
    build: Build,
    X: Value,
    scale: Value,
    B: Value,
    mean: Value,
    variance: Value,
    epsilon: float,
    momentum: float,
) -> Any:
    """Training mode: the batch's own statistics, and running ones as further outputs."""
    tensor = build.plain(X)
    axes = tuple(tensor.stored_axis(axis) for axis in range(tensor.rank) if axis != 1)
    channels = tensor.shape[1]
    now_mean = build.tensor(build.call(ops.mean, tensor.keras, axis=axes, name="mean"), shape=(channels,))
    now_variance = build.tensor(build.call(ops.var, tensor.keras, axis=axes, name="var"), shape=(channels,))
    result = _by_statistics(build, X, scale, B, now_mean, now_variance, epsilon)
    if len(build.node.outputs) == 1:
        return result

    def running(old: Value, new: Tensor) -> Tensor:
        kept = build.elementwise(ops.multiply, build.as_tensor(old), Constant(np.array(momentum, new.dtype)))
        fresh = build.elementwise(ops.multiply, new, Constant(np.array(1 - momentum, new.dtype)))
        return build.elementwise(ops.add, kept, fresh)

    return result, running(mean, now_mean), running(variance, now_variance)


@operator("InstanceNormalization", 1, spatial=True, names_module=True)
def instance_normalization(build: Build, input: Value, scale: Value, B: Value, *, epsilon: float = 1e-5) -> Tensor:
    """A GroupNormalization of one channel a group. https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html"""
    return _grouped(build, input, scale, B, epsilon, -1)


@operator("GroupNormalization", 21, spatial=True, names_module=True)
def group_normalization(
    build: Build, X: Value, scale: Value, bias: Value, *, num_groups: int, epsilon: float = 1e-5, stash_type: int = 1
) -> Tensor:
    """A layer; scale and shift are per channel, as from opset 21 on.

    https://onnx.ai/onnx/operators/onnx__GroupNormalization.html
    """
    return _grouped(build, X, scale, bias, epsilon, num_groups)


def _grouped(build: Build, X: Value, scale: Value, bias: Value, epsilon: float, groups: int) -> Tensor:
    tensor = build.channels_last(X)
    if not isinstance(scale, Constant) or not isinstance(bias, Constant) or not isinstance(tensor.shape[1], int):
        if groups != -1:
            build.refuse(messages.SCALE_AT_RUN_TIME())
        axes = tuple(range(1, tensor.rank - 1))
        mean = build.call(ops.mean, tensor.keras, axis=axes, keepdims=True, name="mean")
        variance = build.call(ops.var, tensor.keras, axis=axes, keepdims=True, name="var")
        shape = (*tensor.shape[:2], *(1,) * (tensor.rank - 2))
        parts = [build.tensor(part, tensor.order, shape) for part in (mean, variance)]
        centred = build.elementwise(ops.subtract, tensor, parts[0])
        wide = build.elementwise(ops.add, parts[1], Constant(np.array(epsilon, tensor.dtype)))
        scaled = build.elementwise(ops.divide, centred, build.unary(ops.sqrt, wide, name="sqrt"))
        scaled = build.elementwise(ops.multiply, scaled, per_channel(build, scale, tensor.rank))
        return build.elementwise(ops.add, scaled, per_channel(build, bias, tensor.rank))
    count = tensor.shape[1] if groups == -1 else groups
    layer = build.layer(
        keras.layers.GroupNormalization,
        tensor.keras,
        weights={"gamma": scale.array, "beta": bias.array},
        groups=count,
        axis=-1,
        epsilon=epsilon,
        dtype=str(tensor.dtype),
        trainable=scale.is_parameter or not build.trainable,
    )
    return build.tensor(layer, tensor.order, tensor.shape)


# Since opset 17 in ONNX; ONNX Runtime's optimiser writes it into older opsets, too.
@operator("LayerNormalization", 1, names_module=True)
def layer_normalization(
    build: Build,
    X: Value,
    Scale: Value,
    B: Value | None = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Any:
    """A layer over trailing axes; the mean and the deviation where they are read.

    https://onnx.ai/onnx/operators/onnx__LayerNormalization.html
    """
    tensor = build.plain(X)
    rank = tensor.rank
    axes = tuple(range(axis % rank, rank))
    shape = tuple(tensor.shape[a] for a in axes)
    if (
        not any(build.node.outputs[1:3])
        and isinstance(Scale, Constant)
        and (B is None or isinstance(B, Constant))
        and all(isinstance(length, int) for length in shape)
    ):
        # Under PyTorch, Keras hands the axes to a function that takes the last ones only.
        tensor = build.ordered(tensor, (*(a for a in tensor.order if a not in axes), *axes))
        weights = {"gamma": np.broadcast_to(Scale.array, [int(n) for n in shape if isinstance(n, int)])}
        if isinstance(B, Constant):
            weights["beta"] = np.broadcast_to(B.array, weights["gamma"].shape)
        layer = build.layer(
            keras.layers.LayerNormalization,
            tensor.keras,
            weights={name: np.ascontiguousarray(array) for name, array in weights.items()},
            axis=-1 if len(axes) == 1 else list(range(-len(axes), 0)),
            epsilon=epsilon,
            center=B is not None,
            dtype=str(tensor.dtype),
            trainable=Scale.is_parameter or not build.trainable,
        )
        return build.tensor(layer, tensor.order, tensor.shape)
    return _standardised(build, tensor, axes, Scale, B, epsilon)


def _standardised(
    build: Build, tensor: Tensor, axes: Sequence[int], scale: Value, bias: Value | None, epsilon: float
) -> Any:
    stored = tuple(tensor.stored_axis(axis) for axis in axes)
    shape = tuple(1 if axis in axes else length for axis, length in enumerate(tensor.shape))
    mean = build.tensor(
        build.call(ops.mean, tensor.keras, axis=stored, keepdims=True, name="mean"), tensor.order, shape
    )
    variance = build.call(ops.var, tensor.keras, axis=stored, keepdims=True, name="var")
    wide = build.elementwise(
        ops.add, build.tensor(variance, tensor.order, shape), Constant(np.array(epsilon, tensor.dtype))
    )
    inverse = build.unary(ops.rsqrt, wide, name="rsqrt")
    result = build.elementwise(ops.multiply, build.elementwise(ops.subtract, tensor, mean), inverse)
    result = build.elementwise(ops.multiply, result, scale)
    if bias is not None:
        result = build.elementwise(ops.add, result, bias)
    return (result, mean, inverse)[: max(1, len(build.node.outputs))]


@operator("RMSNormalization", 23, names_module=True)
def rms_normalization(
    build: Build, X: Value, scale: Value, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Tensor:
    """A layer over the last axis, else spelled out. https://onnx.ai/onnx/operators/onnx__RMSNormalization.html"""
    tensor = build.plain(X)
    axes = tuple(range(axis % tensor.rank, tensor.rank))
    stored = tuple(tensor.stored_axis(a) for a in axes)
    shape = tuple(1 if a in axes else length for a, length in enumerate(tensor.shape))
    if isinstance(scale, Constant) and scale.shape == tensor.shape[-1:] and stored == (tensor.rank - 1,):
        layer = build.layer(
            keras.layers.RMSNormalization,
            tensor.keras,
            weights={"scale": scale.array},
            axis=-1,
            epsilon=epsilon,
            dtype=str(tensor.dtype),
            trainable=scale.is_parameter or not build.trainable,
        )
        return build.tensor(layer, tensor.order, tensor.shape)
    square = build.unary(ops.square, tensor, name="square")
    mean = build.call(ops.mean, square.keras, axis=stored, keepdims=True, name="mean")
    wide = build.elementwise(
        ops.add, build.tensor(mean, tensor.order, shape), Constant(np.array(epsilon, tensor.dtype))
    )
    normal = build.elementwise(ops.multiply, tensor, build.unary(ops.rsqrt, wide, name="rsqrt"))
    return build.elementwise(ops.multiply, normal, scale)


@operator("LRN", 1, spatial=True)
def lrn(build: Build, X: Value, *, size: int, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0) -> Tensor:
    """x / (bias + alpha / size * sum of squares over neighbouring channels) to the beta."""
    tensor = build.channels_last(X)
    before, after = (size - 1) // 2, size - 1 - (size - 1) // 2
    squares = build.unary(ops.square, tensor, name="square")
    channels = tensor.shape[1]
    if not isinstance(channels, int):
        build.refuse(messages.UNKNOWN_CHANNELS())
    amounts = ((0, 0),) * (tensor.rank - 1) + ((before, after),)
    filled = build.call(ops.pad, squares.keras, amounts, name="pad")
    total = None
    for shift in range(size):
        part = build.call(getitem, filled, (..., slice(shift, shift + channels)), name="neighbour")
        total = part if total is None else build.call(ops.add, total, part, name="sum")
    summed = build.tensor(total, tensor.order, tensor.shape)
    scaled = build.elementwise(ops.multiply, summed, Constant(np.array(alpha / size, tensor.dtype)))
    scaled = build.elementwise(ops.add, scaled, Constant(np.array(bias, tensor.dtype)))
    root = build.elementwise(ops.power, scaled, Constant(np.array(beta, tensor.dtype)))
    return build.elementwise(ops.divide, tensor, root)


@operator("MeanVarianceNormalization", 9)
def mean_variance_normalization(build: Build, X: Value, *, axes: Sequence[int] = (0, 2, 3)) -> Tensor:
    """1e-9 is added to the deviation, as in ONNX's function body.

    https://onnx.ai/onnx/operators/onnx__MeanVarianceNormalization.html
    """
    tensor = build.plain(X)
    stored = tuple(tensor.stored_axis(axis) for axis in axes)
    shape = tuple(1 if a in axes else length for a, length in enumerate(tensor.shape))
    mean = build.tensor(
        build.call(ops.mean, tensor.keras, axis=stored, keepdims=True, name="mean"), tensor.order, shape
    )
    deviation = build.call(ops.std, tensor.keras, axis=stored, keepdims=True, name="std")
    wide = build.elementwise(
        ops.add, build.tensor(deviation, tensor.order, shape), Constant(np.array(1e-9, tensor.dtype))
    )
    return build.elementwise(ops.divide, build.elementwise(ops.subtract, tensor, mean), wide)


@operator("LpNormalization", 1)
def lp_normalization(build: Build, input: Value, *, axis: int = -1, p: int = 2) -> Tensor:
    """By the sum of magnitudes or the root of the squares. https://onnx.ai/onnx/operators/onnx__LpNormalization.html"""
    tensor = build.plain(input)
    place = tensor.stored_axis(axis)
    shape = tuple(1 if a == axis % tensor.rank else length for a, length in enumerate(tensor.shape))
    if p == 1:
        size = build.call(
            ops.sum, build.call(ops.absolute, tensor.keras, name="abs"), axis=place, keepdims=True, name="sum"
        )
    else:
        total = build.call(
            ops.sum, build.call(ops.square, tensor.keras, name="square"), axis=place, keepdims=True, name="sum"
        )
        size = build.call(ops.sqrt, total, name="sqrt")
    norm = build.tensor(size, tensor.order, shape)
    ratio = build.elementwise(ops.divide, tensor, norm)
    zero = build.elementwise(ops.equal, norm, Constant(np.array(0, tensor.dtype)))
    return build.elementwise(ops.where, zero, Constant(np.array(0, tensor.dtype)), ratio, name="where")
