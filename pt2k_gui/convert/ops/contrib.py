"""Operators of ONNX Runtime's own domain, which its optimiser and its quantizer write: fusions of ONNX's operators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.activation import gelu, hard_sigmoid, leaky_relu, relu, sigmoid, softmax, swish
from pt2k_gui.convert.ops.activation import tanh as tanh_
from pt2k_gui.convert.ops.convolution import conv
from pt2k_gui.convert.ops.linear import gemm, matmul
from pt2k_gui.convert.ops.normalization import layer_normalization, rms_normalization
from pt2k_gui.convert.ops.pooling import average_pool, global_average_pool
from pt2k_gui.convert.ops.quantization import dequantize_linear, quantize_linear
from pt2k_gui.convert.ops.reduction import reduce_by
from pt2k_gui.convert.ops.shaping import concat, unsqueeze
from pt2k_gui.convert.registry import operator

MICROSOFT = "com.microsoft"


# ---- an operator with the activation behind it ----------------------------------------------------------------------


@operator("FusedConv", domain=MICROSOFT)
def fused_conv(
    build: Build,
    X: Value,
    W: Value,
    B: Value | None = None,
    Z: Value | None = None,
    *,
    activation: str = "",
    activation_params: Sequence[float] = (),
    **attributes: Any,
) -> Tensor:
    """A convolution, plus Z where there is one, then the activation."""
    result = conv(build, X, W, B, **attributes)
    if Z is not None:
        result = build.elementwise(ops.add, result, Z, name="add")
    return _activated(build, result, activation, activation_params)


@operator("FusedGemm", domain=MICROSOFT)
def fused_gemm(
    build: Build,
    A: Value,
    B: Value,
    C: Value | None = None,
    *,
    activation: str = "",
    activation_alpha: float = 0.0,
    activation_beta: float = 0.0,
    activation_gamma: float = 0.0,
    **attributes: Any,
) -> Tensor:
    """Gemm, then the activation that ONNX Runtime fused with it.

    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.FusedGemm
    """
    result = gemm(build, A, B, C, **attributes)
    return _activated(build, result, activation, (activation_alpha, activation_beta, activation_gamma))


def _activated(build: Build, value: Tensor, name: str, parameters: Sequence[float]) -> Tensor:
    plain: dict[str, Callable[..., Tensor]] = {"Relu": relu, "Sigmoid": sigmoid, "Tanh": tanh_}
    if not name:
        return value
    if name in plain:
        return plain[name](build, value)
    if name == "LeakyRelu":
        return leaky_relu(build, value, alpha=parameters[0])
    if name == "HardSigmoid":
        return hard_sigmoid(build, value, alpha=parameters[0], beta=parameters[1])
    if name == "Clip":
        return build.unary(ops.clip, value, name="clip", x_min=parameters[0], x_max=parameters[1])
    return build.refuse(messages.UNKNOWN_ACTIVATION(name=name))


# ---- gates, products, normalisations --------------------------------------------------------------------------------


@operator("Gelu", domain=MICROSOFT)
def gelu_alone(build: Build, X: Value) -> Tensor:
    """The exact form, of before ONNX had Gelu.

    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.Gelu
    """
    return gelu(build, X)


@operator("BiasGelu", domain=MICROSOFT)
def bias_gelu(build: Build, A: Value, B: Value) -> Tensor:
    """The bias is added before the exact GELU.

    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.BiasGelu
    """
    return gelu(build, build.elementwise(ops.add, A, B, name="bias"))


@operator("FastGelu", domain=MICROSOFT)
def fast_gelu(build: Build, X: Value, bias: Value | None = None) -> Tensor:
    """By tanh, with a bias added before where there is one.

    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.FastGelu
    """
    return gelu(build, X if bias is None else build.elementwise(ops.add, X, bias, name="bias"), approximate="tanh")


@operator("QuickGelu", domain=MICROSOFT)
def quick_gelu(build: Build, X: Value, *, alpha: float = 1.702) -> Tensor:
    """x sigmoid(alpha x). https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.QuickGelu"""
    return swish(build, X, alpha=alpha)


@operator("FusedMatMul", domain=MICROSOFT)
def fused_matmul(
    build: Build,
    A: Value,
    B: Value,
    *,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
    transBatchA: int = 0,
    transBatchB: int = 0,
) -> Tensor:
    """alpha times a product of matrices, either of them turned."""
    if transBatchA or transBatchB:
        build.refuse(messages.MOVES_BATCH())
    sides = [_turned(build, side) if turn else side for side, turn in ((A, transA), (B, transB))]
    result = matmul(build, *sides)
    if alpha == 1.0:
        return result
    return build.elementwise(ops.multiply, result, Constant(np.array(alpha, result.dtype)), name="scaled")


def _turned(build: Build, value: Value) -> Value:
    if isinstance(value, Constant):
        return Constant(np.swapaxes(value.array, -1, -2), name=value.name, is_parameter=value.is_parameter)
    rank = len(value.shape)
    return build.transposed(value, (*range(rank - 2), rank - 1, rank - 2))


@operator("SkipLayerNormalization", domain=MICROSOFT)
def skip_layer_normalization(
    build: Build,
    input: Value,
    skip: Value,
    gamma: Value,
    beta: Value | None = None,
    bias: Value | None = None,
    *,
    epsilon: float = 1e-12,
) -> Any:
    """Layer normalisation of a sum, which is the fourth output."""
    total = _sum(build, input, skip, bias)
    return layer_normalization(build, total, gamma, beta, axis=-1, epsilon=epsilon), None, None, total


@operator("SkipSimplifiedLayerNormalization", domain=MICROSOFT)
def skip_rms_normalization(
    build: Build, input: Value, skip: Value, gamma: Value, bias: Value | None = None, *, epsilon: float = 1e-12
) -> Any:
    """The sum with the skip is an output of its own.

    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.SkipSimplifiedLayerNormalization
    """
    total = _sum(build, input, skip, bias)
    return rms_normalization(build, total, gamma, axis=-1, epsilon=epsilon), None, None, total


def _sum(build: Build, input: Value, skip: Value, bias: Value | None) -> Tensor:
    if any(build.node.outputs[1:3]):
        build.refuse(messages.MEAN_AND_DEVIATION())
    total = build.elementwise(ops.add, input, skip, name="sum")
    return total if bias is None else build.elementwise(ops.add, total, bias, name="sum")


@operator("SimplifiedLayerNormalization")
def simplified_layer_normalization(
    build: Build, X: Value, scale: Value, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Tensor:
    """Root-mean-square normalisation, which ONNX Runtime writes without a domain of its own."""
    return rms_normalization(build, X, scale, axis=axis, epsilon=epsilon)


# ---- on integers: back to real numbers, the operator, and to integers again -----------------------------------------


@operator("QLinearAdd", domain=MICROSOFT)
@operator("QLinearMul", domain=MICROSOFT)
def qlinear_arithmetic(
    build: Build,
    A: Value,
    A_scale: Value,
    A_zero_point: Value | None,
    B: Value,
    B_scale: Value,
    B_zero_point: Value | None,
    C_scale: Value,
    C_zero_point: Value | None = None,
) -> Any:
    """Computed in float between dequantised and quantised values.

    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.QLinearMul
    """
    function = ops.add if build.node.operator == "QLinearAdd" else ops.multiply
    left = dequantize_linear(build, A, A_scale, A_zero_point)
    right = dequantize_linear(build, B, B_scale, B_zero_point)
    return quantize_linear(build, build.elementwise(function, left, right), C_scale, C_zero_point)


@operator("QGemm", domain=MICROSOFT)
def qgemm(
    build: Build,
    A: Value,
    a_scale: Value,
    a_zero_point: Value | None,
    B: Value,
    b_scale: Value,
    b_zero_point: Value | None = None,
    C: Value | None = None,
    y_scale: Value | None = None,
    y_zero_point: Value | None = None,
    *,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Any:
    """Gemm of integers; C counts in steps of the product of both scales. Without ``y_scale`` real numbers come out."""
    left = dequantize_linear(build, A, a_scale, a_zero_point)
    columns = 0 if transB else 1
    matrix = _known_numbers(build, B, b_scale, b_zero_point, columns)
    bias: Value | None = None
    if C is not None:
        step = build.known(a_scale, "a_scale") * build.known(b_scale, "b_scale")
        bias = Constant((build.known(C, "C") * step).astype(np.float32))
    result = gemm(build, left, matrix, bias, alpha=alpha, transA=transA, transB=transB)
    return result if y_scale is None else quantize_linear(build, result, y_scale, y_zero_point)


def _known_numbers(build: Build, value: Value, scale: Value, zero: Value | None, axis: int) -> Value:
    """The numbers that integers stand for: now, where they are known."""
    if not isinstance(value, Constant):
        return dequantize_linear(build, value, scale, zero, axis=axis)
    steps = build.known(scale, "scale")
    offset = np.zeros((), value.dtype) if zero is None else build.known(zero, "zero point")
    shape = [-1 if place == axis else 1 for place in range(value.rank)]
    steps, offset = (part.reshape(shape) if part.size > 1 else part.reshape(()) for part in (steps, offset))
    return Constant(((value.array.astype(np.int32) - offset.astype(np.int32)) * steps).astype(np.float32))


@operator("QLinearSigmoid", domain=MICROSOFT)
@operator("QLinearLeakyRelu", domain=MICROSOFT)
@operator("QLinearGlobalAveragePool", domain=MICROSOFT)
@operator("QLinearAveragePool", domain=MICROSOFT)
@operator("QLinearSoftmax", domain=MICROSOFT)
def qlinear_of_one(
    build: Build,
    X: Value,
    X_scale: Value,
    X_zero_point: Value | None,
    Y_scale: Value,
    Y_zero_point: Value | None = None,
    *,
    channels_last: int = 0,
    opset: int = 13,
    **attributes: Any,
) -> Any:
    """Computed in float between dequantised and quantised values.

    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.QLinearSoftmax
    """
    if channels_last:
        build.refuse(messages.CHANNELS_LAST_INPUT())
    functions: dict[str, Callable[..., Any]] = {
        "QLinearSigmoid": sigmoid,
        "QLinearLeakyRelu": leaky_relu,
        "QLinearGlobalAveragePool": global_average_pool,
        "QLinearAveragePool": average_pool,
        "QLinearSoftmax": softmax,
    }
    if (
        build.node.operator == "QLinearSoftmax"
        and opset < 13
        and attributes.get("axis", 1) not in (-1, len(X.shape) - 1)
    ):
        build.refuse(messages.SEVERAL_AXES())
    result = functions[build.node.operator](build, dequantize_linear(build, X, X_scale, X_zero_point), **attributes)
    return quantize_linear(build, result, Y_scale, Y_zero_point)


@operator("QLinearConcat", domain=MICROSOFT)
def qlinear_concat(build: Build, Y_scale: Value, Y_zero_point: Value, *inputs: Value, axis: int) -> Any:
    """Each part has a scale of its own.

    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.QLinearConcat
    """
    parts = [dequantize_linear(build, *inputs[number : number + 3]) for number in range(0, len(inputs), 3)]
    return quantize_linear(build, concat(build, *parts, axis=axis), Y_scale, Y_zero_point)


# ---- matrices -------------------------------------------------------------------------------------------------------


@operator("Inverse", domain=MICROSOFT)
def inverse(build: Build, X: Value) -> Tensor:
    """Keras's ``inv``, over the last two axes.

    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.Inverse
    """
    tensor = build.as_tensor(X)
    return build.tensor(build.call(ops.inv, build.onnx_order(tensor)), shape=tensor.shape)


@operator("CDist", domain=MICROSOFT)
def cdist(build: Build, A: Value, B: Value, *, metric: str = "sqeuclidean") -> Tensor:
    """The distance of each row of A to each of B.

    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.CDist
    """
    rows, others = (unsqueeze(build, value, Constant(np.array([axis]))) for value, axis in ((A, 1), (B, 0)))
    apart = build.elementwise(ops.subtract, rows, others)
    squares = reduce_by(build, ops.sum, build.unary(ops.square, apart), (2,), 0)
    return build.unary(ops.sqrt, squares) if metric == "euclidean" else squares
