"""Activations: element by element, or normalised over an axis."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import product
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.registry import operator


@operator("Relu", 1, passes_axes=True, names_module=True, exact=True)
def relu(build: Build, X: Value) -> Tensor:
    """A layer of its own, so that the summary shows it. https://onnx.ai/onnx/operators/onnx__Relu.html"""
    return _layer(build, X, keras.layers.ReLU)


@operator("Sigmoid", 1, passes_axes=True, names_module=True)
def sigmoid(build: Build, X: Value) -> Tensor:
    """A layer of its own, so that the summary shows it. https://onnx.ai/onnx/operators/onnx__Sigmoid.html"""
    return _layer(build, X, keras.layers.Activation, activation="sigmoid")


@operator("Tanh", 1, passes_axes=True, names_module=True)
def tanh(build: Build, input: Value) -> Tensor:
    """A layer of its own, so that the summary shows it. https://onnx.ai/onnx/operators/onnx__Tanh.html"""
    return _layer(build, input, keras.layers.Activation, activation="tanh")


def _layer(build: Build, X: Value, kind: type, **config: Any) -> Tensor:
    """An activation as a layer of its own, which summaries show under the PyTorch module's name."""
    tensor = build.as_tensor(X)
    if tensor.dtype.kind != "f" and str(tensor.dtype) != "bfloat16":
        return build.unary(ops.relu, X)
    config["dtype"] = str(tensor.dtype)
    return build.tensor_with_layout(build.layer(kind, tensor.keras, **config), tensor.layout)


@operator("LeakyRelu", 1, passes_axes=True, names_module=True)
def leaky_relu(build: Build, X: Value, *, alpha: float = 0.01) -> Tensor:
    """``alpha`` is Keras's ``negative_slope``. https://onnx.ai/onnx/operators/onnx__LeakyRelu.html"""
    return build.unary(ops.leaky_relu, X, negative_slope=alpha)


@operator("PRelu", 1, passes_axes=True, names_module=True)
def prelu(build: Build, X: Value, slope: Value) -> Tensor:
    """The slope broadcasts; before opset 9 a vector counted along the channels.

    https://onnx.ai/onnx/operators/onnx__PRelu.html
    """
    if isinstance(slope, Constant) and build.node.version < 9 and slope.rank == 1 and len(X.shape) > 2:
        slope = Constant(
            slope.array.reshape(-1, *(1,) * (len(X.shape) - 2)), name=slope.name, is_parameter=slope.is_parameter
        )
    negative = build.elementwise(ops.multiply, build.elementwise(ops.minimum, X, Constant(np.array(0, X.dtype))), slope)
    return build.elementwise(ops.add, build.unary(ops.relu, X, name="relu"), negative)


@operator("Elu", 1, passes_axes=True, names_module=True)
def elu(build: Build, X: Value, *, alpha: float = 1.0) -> Tensor:
    """Keras's ``elu``. https://onnx.ai/onnx/operators/onnx__Elu.html"""
    return build.unary(ops.elu, X, alpha=alpha)


@operator("Selu", 6, names_module=True)
def selu(
    build: Build,
    X: Value,
    *,
    alpha: float = 1.67326319217681884765625,
    gamma: float = 1.05070102214813232421875,
) -> Tensor:
    """Keras has the constants of the paper alone; others are spelled out. https://onnx.ai/onnx/operators/onnx__Selu.html"""
    if math.isclose(alpha, 1.6732632, rel_tol=1e-6) and math.isclose(gamma, 1.0507010, rel_tol=1e-6):
        return build.unary(ops.selu, X)
    return build.elementwise(ops.multiply, build.unary(ops.elu, X, alpha=alpha), Constant(np.array(gamma, X.dtype)))


@operator("Celu", 12)
def celu(build: Build, X: Value, *, alpha: float = 1.0) -> Tensor:
    """Keras's ``celu``. https://onnx.ai/onnx/operators/onnx__Celu.html"""
    return build.unary(ops.celu, X, alpha=alpha)


@operator("Gelu", 20, names_module=True)
def gelu(build: Build, X: Value, *, approximate: str = "none") -> Tensor:
    """Exact, or by tanh where ``approximate`` says so. https://onnx.ai/onnx/operators/onnx__Gelu.html"""
    return build.unary(ops.gelu, X, approximate=approximate == "tanh")


@operator("Softplus", 1, names_module=True)
def softplus(build: Build, X: Value) -> Tensor:
    """Keras's ``softplus``. https://onnx.ai/onnx/operators/onnx__Softplus.html"""
    return build.unary(ops.softplus, X)


@operator("Softsign", 1)
def softsign(build: Build, input: Value) -> Tensor:
    """Keras's ``softsign``. https://onnx.ai/onnx/operators/onnx__Softsign.html"""
    return build.unary(ops.softsign, input)


@operator("Mish", 18, names_module=True)
def mish(build: Build, X: Value) -> Tensor:
    """x tanh(softplus(x)), spelled out. https://onnx.ai/onnx/operators/onnx__Mish.html"""
    inner = build.unary(ops.tanh, build.unary(ops.softplus, X, name="softplus"), name="tanh")
    return build.elementwise(ops.multiply, X, inner)


@operator("Swish", 24, names_module=True)
def swish(build: Build, X: Value, *, alpha: float = 1.0) -> Tensor:
    """SiLU where ``alpha`` is 1, else spelled out. https://onnx.ai/onnx/operators/onnx__Swish.html"""
    if alpha == 1.0:
        return build.unary(ops.silu, X)
    scaled = build.elementwise(ops.multiply, X, Constant(np.array(alpha, X.dtype)))
    return build.elementwise(ops.multiply, X, build.unary(ops.sigmoid, scaled, name="sigmoid"))


@operator("HardSwish", 14, passes_axes=True, names_module=True)
def hard_swish(build: Build, X: Value) -> Tensor:
    """Keras's ``hard_swish`` has ONNX's constants. https://onnx.ai/onnx/operators/onnx__HardSwish.html"""
    return build.unary(ops.hard_swish, X)


@operator("HardSigmoid", 1, names_module=True)
def hard_sigmoid(build: Build, X: Value, *, alpha: float = 0.2, beta: float = 0.5) -> Tensor:
    """Keras has a slope of 1/6 alone; others are spelled out. https://onnx.ai/onnx/operators/onnx__HardSigmoid.html"""
    if math.isclose(alpha, 1 / 6, rel_tol=1e-6) and beta == 0.5:
        return build.unary(ops.hard_sigmoid, X)
    line = build.elementwise(ops.multiply, X, Constant(np.array(alpha, X.dtype)))
    line = build.elementwise(ops.add, line, Constant(np.array(beta, X.dtype)))
    return build.unary(ops.clip, line, x_min=0.0, x_max=1.0)


@operator("ThresholdedRelu", 10)
@operator("ThresholdedRelu", 1)
def thresholded_relu(build: Build, X: Value, *, alpha: float = 1.0) -> Tensor:
    """A choice by a comparison. https://onnx.ai/onnx/operators/onnx__ThresholdedRelu.html"""
    above = build.elementwise(ops.greater, X, Constant(np.array(alpha, X.dtype)))
    return build.elementwise(ops.where, above, X, Constant(np.array(0, X.dtype)), name="where")


@operator("Shrink", 9)
def shrink(build: Build, input: Value, *, bias: float = 0.0, lambd: float = 0.5) -> Tensor:
    """A choice by two comparisons, which works for integers too. https://onnx.ai/onnx/operators/onnx__Shrink.html"""
    kind = input.dtype
    below = build.elementwise(ops.less, input, Constant(np.array(-lambd).astype(kind)))
    above = build.elementwise(ops.greater, input, Constant(np.array(lambd).astype(kind)))
    lower = build.elementwise(ops.add, input, Constant(np.array(bias).astype(kind)))
    upper = build.elementwise(ops.subtract, input, Constant(np.array(bias).astype(kind)))
    inner = build.elementwise(ops.where, above, upper, Constant(np.array(0, kind)), name="where")
    return build.elementwise(ops.where, below, lower, inner, name="where")


def _over_axis(build: Build, input: Value, function: Any, axis: int) -> Tensor:
    tensor = build.plain(input)
    if tensor.rank == 0:
        build.refuse(messages.NO_AXIS())
    return _in_few_axes(
        build, tensor, axis, lambda flat, axis: build.call(function, flat.keras, axis=flat.stored_axis(axis))
    )


def _softmax_of(build: Build, input: Value, axis: int) -> Tensor:
    def layer(tensor: Tensor, axis: int) -> Any:
        place = _negative(tensor, axis)
        return build.layer(keras.layers.Softmax, tensor.keras, axis=place, dtype=str(tensor.dtype))

    return _in_few_axes(build, build.plain(input), axis, layer)


_MOST_AXES = 5  # of TensorFlow's softmax on a CPU


def _in_few_axes(build: Build, tensor: Tensor, axis: int, function: Callable[[Tensor, int], Any]) -> Tensor:
    """A function over one axis of a plain tensor; where it has more axes than can be, those on each side are made one."""
    if tensor.rank <= _MOST_AXES:
        return build.tensor(function(tensor, axis), tensor.order, tensor.shape)
    stored = build.tensor(tensor.keras, shape=tensor.layout.stored_shape)
    place = tensor.stored_axis(axis)
    sides = (product(stored.shape[:place]), stored.shape[place], product(stored.shape[place + 1 :]))
    few = sides if place < tensor.rank - 1 else sides[:2]
    flat = build.plain(build.reshaped(stored, few))
    result = build.tensor(function(flat, 1), flat.order, few)
    return build.tensor(build.plain(build.reshaped(result, stored.shape)).keras, tensor.order, tensor.shape)


def _negative(tensor: Tensor, axis: int) -> int:
    place = tensor.stored_axis(axis)
    return -1 if place == tensor.rank - 1 else place


@operator("Softmax", 13, names_module=True)
def softmax(build: Build, input: Value, *, axis: int = -1) -> Tensor:
    """Over one axis. https://onnx.ai/onnx/operators/onnx__Softmax.html"""
    return _softmax_of(build, input, axis)


@operator("LogSoftmax", 13)
def log_softmax(build: Build, input: Value, *, axis: int = -1) -> Tensor:
    """Over one axis. https://onnx.ai/onnx/operators/onnx__LogSoftmax.html"""
    return _over_axis(build, input, ops.log_softmax, axis)


@operator("Softmax", 1)
@operator("LogSoftmax", 1)
@operator("Hardmax", 1)
def over_flattened(build: Build, input: Value, *, axis: int = 1) -> Tensor:
    """Before opset 13 the axes from ``axis`` on count as one."""
    tensor = build.as_tensor(input)
    axis = axis % max(tensor.rank, 1)
    operation = build.node.operator
    if axis == tensor.rank - 1:
        if operation == "Hardmax":
            return hardmax(build, input, axis=-1)
        return (
            _softmax_of(build, input, -1) if operation == "Softmax" else _over_axis(build, input, ops.log_softmax, -1)
        )
    shape = tensor.shape
    whole = (*shape[:axis], product(shape[axis:]))
    flat = build.reshaped(build.tensor(build.onnx_order(tensor), shape=shape), whole)
    if operation == "Hardmax":
        result = hardmax(build, flat, axis=-1)
    else:
        result = _over_axis(build, flat, ops.softmax if operation == "Softmax" else ops.log_softmax, -1)
    return build.reshaped(result, shape)


@operator("Hardmax", 13)
def hardmax(build: Build, input: Value, *, axis: int = -1) -> Tensor:
    """One at the first largest value; the axis needs a known length. https://onnx.ai/onnx/operators/onnx__Hardmax.html"""
    tensor = build.plain(input)
    place = tensor.stored_axis(axis)
    length = tensor.shape[axis % tensor.rank]
    if not isinstance(length, int):
        build.refuse(messages.UNKNOWN_LENGTH())
    best = build.call(ops.argmax, tensor.keras, axis=place, name="argmax")
    result = build.call(ops.one_hot, best, length, axis=_negative(tensor, axis), dtype=str(tensor.dtype))
    return build.tensor(result, tensor.order, tensor.shape)
