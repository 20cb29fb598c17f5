"""Keras layers and operations in TensorFlow's operations where Keras's own have no counterpart among LiteRT's built-in
operators, or a slow one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from pt2k_gui.save.litert import elementary
from pt2k_gui.save.litert.attention import attention
from pt2k_gui.save.litert.contraction import einsum
from pt2k_gui.save.litert.pooling import pool_3d
from pt2k_gui.save.litert.recurrent import recurrent
from pt2k_gui.save.litert.scatter import scatter_last, scatter_update
from pt2k_gui.save.litert.shapes import lengths, multiplied, reshaped, tensors

Form = Callable[..., Any]
"""Takes what the layer or operation takes and returns what it returns."""


def lowered(operation: Any) -> Form:
    """The function to call in place of a layer or an operation; itself where it becomes built-in operators as it is."""
    make = _forms().get(type(operation))
    form = None if make is None else make(operation)
    return operation if form is None else form


@cache
def _forms() -> dict[type, Callable[[Any], Form | None]]:
    import keras
    from keras.src.ops import core, math, nn, numpy

    layers = keras.layers
    return {
        layers.Bidirectional: recurrent,
        layers.GRU: recurrent,
        layers.LSTM: recurrent,
        layers.SimpleRNN: recurrent,
        layers.MaxPooling3D: lambda layer: _pooled(layer, "MAX"),
        layers.AveragePooling3D: lambda layer: _pooled(layer, "AVG"),
        layers.Reshape: lambda layer: _batch_kept(lambda value: list(layer.compute_output_shape(value.shape)[1:])),
        **dict.fromkeys((numpy.Reshape, numpy.ExpandDims, numpy.Squeeze), _apart),
        layers.Flatten: lambda layer: _batch_kept(lambda value: [multiplied(lengths(value)[1:])]),
        layers.EinsumDense: _einsum_dense,
        layers.Dense: _dense,
        layers.Embedding: _embedding,
        layers.LayerNormalization: _layer_norm,
        layers.GroupNormalization: _group_norm,
        numpy.Einsum: lambda operation: lambda *operands: einsum(operation.subscripts, *tensors(operands)),
        core.ScatterUpdate: _scatter,
        numpy.Take: _take,
        numpy.Repeat: _repeat,
        numpy.Argmax: lambda operation: _arg_extreme(operation, largest=True),
        numpy.Argmin: lambda operation: _arg_extreme(operation, largest=False),
        math.Erf: lambda operation: erf,
        **{kind: elementary.of_floats(function) for kind, function in _elementary(numpy).items()},
        nn.DotProductAttention: attention,
        nn.Softplus: lambda operation: softplus,
        nn.HardSilu: lambda operation: hard_silu,
        nn.HardSigmoid: lambda operation: hard_sigmoid,
        layers.Activation: lambda layer: _ACTIVATIONS.get(layer.activation.__name__),
        layers.UpSampling2D: _upsampled,
        layers.Conv2DTranspose: _transposed_convolution,
    }


def _elementary(numpy: Any) -> dict[type, Callable[[Any], Any]]:
    return {
        numpy.Arccos: elementary.arccos,
        numpy.Arccosh: elementary.arccosh,
        numpy.Arcsin: elementary.arcsin,
        numpy.Arcsinh: elementary.arcsinh,
        numpy.Arctan: elementary.arctan,
        numpy.Arctanh: elementary.arctanh,
        numpy.Cosh: elementary.cosine,
        numpy.Isfinite: elementary.is_finite,
        numpy.Isinf: elementary.is_infinite,
        numpy.Sinh: elementary.sine,
        numpy.Tan: elementary.tangent,
    }


def _pooled(layer: Any, kind: str) -> Form | None:
    if layer.data_format != "channels_last":
        return None
    return lambda value, **_: pool_3d(kind, value, layer.pool_size, layer.strides, layer.padding)


def _batch_kept(target: Callable[[Any], list[Any]]) -> Form:
    """A reshape of all axes but the batch: constant where Keras measures the batch while the model runs."""

    def form(value: Any, **_: Any) -> Any:
        wanted = target(value)
        if any(length is None or (isinstance(length, int) and length < 0) for length in wanted):
            return reshaped(value, [lengths(value)[0], *_solved(wanted, lengths(value)[1:])])
        return reshaped(value, [lengths(value)[0], *wanted])

    return form


def _apart(operation: Any) -> Form | None:
    """A reshape of a copy, where others read the tensor too and its lengths are computed while the model runs.

    Of such a tensor LiteRT reshapes the place in memory, and the next operator writes its result there, although it is still
    read (seen in LiteRT 2.3 with reshaped positions that are multiplied).
    """
    import tensorflow as tf

    (tensor, *_) = operation._inbound_nodes[0].arguments.keras_tensors
    readers = len(tensor._keras_history.operation._outbound_nodes)
    computed = (
        tensor.shape if len(tensor.shape) == 1 or "int" in tensor.dtype else tensor.shape[1:]
    )  # others: a free batch
    if readers < 2 or None not in computed or tensor.dtype == "bool":
        return None
    return lambda value, **named: operation(tf.pad(value, [[0, 0]] * len(value.shape)), **named)


def _solved(wanted: list[Any], have: list[Any]) -> list[Any]:
    """The one length that is left open, computed from the others."""
    open_ = [place for place, length in enumerate(wanted) if length is None or length < 0]
    known = multiplied([length for place, length in enumerate(wanted) if place not in open_])
    return [multiplied(have) // known if place in open_ else length for place, length in enumerate(wanted)]


def _dense(layer: Any) -> Form | None:
    """One product whatever the rank: LiteRT's FULLY_CONNECTED keeps the axes in front, without reshapes around it."""
    import tensorflow as tf

    if layer.lora_enabled or layer.quantization_mode:
        return None

    def form(value: Any, **_: Any) -> Any:
        result = tf.matmul(value, layer.kernel)
        if layer.bias is not None:
            result = result + layer.bias
        return result if layer.activation is None else layer.activation(result)

    return form


def _einsum_dense(layer: Any) -> Form | None:
    if layer.lora_enabled or layer.quantization_mode:
        return None

    def form(value: Any, **_: Any) -> Any:
        result = einsum(layer.equation, value, *tensors([layer.kernel]))
        if layer.bias is not None:
            result = result + layer.bias
        return result if layer.activation is None else layer.activation(result)

    return form


def _scatter(operation: Any) -> Form | None:
    how = operation.reduction
    if how not in (None, "max", "min", "mul"):
        return None

    def form(inputs: Any, indices: Any, updates: Any) -> Any:
        data, places, rows = tensors((inputs, indices, updates))
        return scatter_update(data, places, rows, how) if how else scatter_last(data, places, rows)

    return form


def _take(operation: Any) -> Form:
    """As one GATHER, where constant indices need no correction while the model runs."""
    import numpy as np
    import tensorflow as tf

    def form(value: Any, indices: Any) -> Any:
        if operation.axis is None or isinstance(indices, tf.Tensor | tf.Variable):
            return operation(value, indices)
        places = np.asarray(indices)
        (value,) = tensors([value])
        length = value.shape[operation.axis]
        if (places < 0).any() and length is None:
            return operation(value, indices)
        places = np.where(places < 0, places + (length or 0), places)
        return tf.gather(value, places.astype(np.int32), axis=operation.axis)

    return form


def _embedding(layer: Any) -> Form | None:
    """A table of one row, such as a class token: no index is to be counted from the end."""
    import tensorflow as tf

    if layer.input_dim != 1:
        return None

    def form(indices: Any, **_: Any) -> Any:
        (places,) = tensors([indices])
        return tf.gather(layer.embeddings, places if places.dtype.is_integer else tf.cast(places, tf.int32))

    return form


def _repeat(operation: Any) -> Form | None:
    """As a TILE along a new axis, with constant shapes."""
    import tensorflow as tf

    times, axis = operation.repeats, operation.axis
    if axis is None or not isinstance(times, int):
        return None

    def form(value: Any, *_: Any, **__: Any) -> Any:
        (value,) = tensors([value])
        place = axis % len(value.shape)
        shape = lengths(value)
        tiled = tf.tile(
            tf.expand_dims(value, place + 1), [times if a == place + 1 else 1 for a in range(len(shape) + 1)]
        )
        return reshaped(tiled, [*shape[:place], shape[place] * times, *shape[place + 1 :]])

    return form


def _arg_extreme(operation: Any, *, largest: bool) -> Form | None:
    """The place of the first largest or smallest element; Keras tells zeros of two signs apart by their bits."""
    import tensorflow as tf

    if operation.axis is None:
        return None
    find = tf.math.argmax if largest else tf.math.argmin

    def form(value: Any) -> Any:
        (value,) = tensors([value])
        place = find(value, operation.axis, output_type=tf.int32)
        return tf.expand_dims(place, operation.axis) if operation.keepdims else place

    return form


def erf(value: Any) -> Any:
    """The error function to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26."""
    import tensorflow as tf

    (value,) = tensors([value])
    size = tf.abs(value)
    t = 1.0 / (1.0 + 0.3275911 * size)
    sum_ = 1.061405429
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        sum_ = sum_ * t + factor
    return tf.sign(value) * (1.0 - sum_ * t * tf.exp(-size * size))


def softplus(value: Any) -> Any:
    """log(1 + exp(x)) that does not overflow: LiteRT has it as written."""
    import tensorflow as tf

    (value,) = tensors([value])
    return tf.maximum(value, 0.0) + tf.math.log(1.0 + tf.exp(-tf.abs(value)))


def hard_sigmoid(value: Any) -> Any:
    """min(max(x + 3, 0), 6) / 6 as a product, which the converter knows as a part of HARD_SWISH, unlike Keras's division."""
    import tensorflow as tf

    (value,) = tensors([value])
    return tf.nn.relu6(value + 3.0) * (1.0 / 6.0)


def hard_silu(value: Any) -> Any:
    """x * hard_sigmoid(x) as the converter knows it: one HARD_SWISH."""
    (value,) = tensors([value])
    return value * hard_sigmoid(value)


_ACTIVATIONS: dict[str, Form] = {
    name: lambda value, form=form, **_: form(value)
    for name, form in (("softplus", softplus), ("hard_sigmoid", hard_sigmoid), ("hard_silu", hard_silu))
}


def _upsampled(layer: Any) -> Form | None:
    """Nearest neighbours by LiteRT's own operator instead of repetitions."""
    import tensorflow as tf

    if layer.interpolation != "nearest" or layer.data_format != "channels_last":
        return None

    def form(value: Any, **_: Any) -> Any:
        _, height, width, _ = lengths(value)
        size = [height * layer.size[0], width * layer.size[1]]
        return tf.compat.v1.image.resize_nearest_neighbor(value, size)

    return form


def _transposed_convolution(layer: Any) -> Form | None:
    """Where windows do not overlap, as a matrix product and DEPTH_TO_SPACE: LiteRT's TRANSPOSE_CONV asks for its output's shape,
    which a free batch makes a computed one."""
    import tensorflow as tf

    side = layer.strides[0]
    plain = (
        tuple(layer.dilation_rate) == (1, 1) and layer.data_format == "channels_last" and layer.output_padding is None
    )
    if not plain or not side > 1 or tuple(layer.kernel_size) != (side, side) or tuple(layer.strides) != (side, side):
        return None

    def form(value: Any, **_: Any) -> Any:
        kernel = tf.convert_to_tensor(layer.kernel)  # (height, width, out, in)
        channels = kernel.shape[-1]
        matrix = tf.reshape(tf.transpose(kernel, [3, 0, 1, 2]), [1, 1, channels, side * side * layer.filters])
        result = tf.nn.conv2d(value, matrix, strides=1, padding="VALID")
        if layer.bias is not None:
            result = tf.nn.bias_add(result, tf.tile(layer.bias, [side * side]))
        result = tf.nn.depth_to_space(result, side)
        return result if layer.activation is None else layer.activation(result)

    return form


def _layer_norm(layer: Any) -> Form | None:
    """With five operators of the tensor's size where Keras has six."""
    import tensorflow as tf

    axes = [layer.axis] if isinstance(layer.axis, int) else list(layer.axis)
    if layer.rms_scaling if hasattr(layer, "rms_scaling") else False:
        return None

    def form(value: Any, **_: Any) -> Any:
        places = sorted(axis % len(value.shape) for axis in axes)
        apart = value - tf.reduce_mean(value, places, keepdims=True)
        power = tf.reduce_mean(tf.square(apart), places, keepdims=True)
        result = apart * tf.math.rsqrt(power + layer.epsilon)
        across = [value.shape[axis] if axis in places else 1 for axis in range(places[0], len(value.shape))]
        if layer.scale:
            result = result * tf.reshape(layer.gamma, across)
        return result + tf.reshape(layer.beta, across) if layer.center else result

    return form


def _group_norm(layer: Any) -> Form | None:
    """With constant shapes, and no more axes than four."""
    import tensorflow as tf

    def form(value: Any, **_: Any) -> Any:
        rank = len(value.shape)
        if layer.axis % rank != rank - 1:
            return layer(value)
        shape = lengths(value)
        each = shape[-1] // layer.groups
        parts = reshaped(value, [shape[0], multiplied(shape[1:-1]), layer.groups, each])
        apart = parts - tf.reduce_mean(parts, [1, 3], keepdims=True)
        power = tf.reduce_mean(tf.square(apart), [1, 3], keepdims=True)
        result = apart * tf.math.rsqrt(power + layer.epsilon)
        if layer.scale:
            result = result * tf.reshape(layer.gamma, [layer.groups, each])
        if layer.center:
            result = result + tf.reshape(layer.beta, [layer.groups, each])
        return reshaped(result, shape)

    return form
