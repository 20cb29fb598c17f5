"""Convolution and its transpose in one, two and three dimensions, grouped and depthwise."""

from __future__ import annotations

from collections.abc import Sequence
from operator import getitem
from typing import Any

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import Dim
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.windows import explicit_pads, is_same, output_length, pad_space
from pt2k_gui.convert.registry import operator

_LAYERS = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}
_TRANSPOSED = {1: keras.layers.Conv1DTranspose, 2: keras.layers.Conv2DTranspose, 3: keras.layers.Conv3DTranspose}
# Bounds of the dense convolutions that a grouped one becomes (see ``_groups_together``).
_NARROWEST, _WIDEST, _PARTS = 16, 64, 16


@operator("Conv", 1, spatial=True, names_module=True)
def conv(
    build: Build,
    X: Value,
    W: Value,
    B: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Tensor:
    """A layer for constant kernels, an operation for computed ones; channels last.

    https://onnx.ai/onnx/operators/onnx__Conv.html
    """
    if not isinstance(W, Constant):
        return _conv_by_data(build, X, W, B, auto_pad, dilations, group, pads, strides)
    count = W.rank - 2
    size, stride = W.shape[2:], tuple(strides or (1,) * count)
    dilation = tuple(dilations or (1,) * count)
    tensor = build.channels_last(X)
    padding = explicit_pads(build, auto_pad, pads, tensor.shape[2:], size, stride, dilation)
    space = tuple(
        output_length(length, pair, k, s, d)
        for length, pair, k, s, d in zip(tensor.shape[2:], padding, size, stride, dilation, strict=True)
    )
    if any(s > 1 for s in stride) and any(d > 1 for d in dilation):
        return _strided_and_dilated(build, tensor, W, B, padding, stride, dilation, group, space)
    same = is_same(padding, tensor.shape[2:], size, stride, dilation)
    if not same:
        tensor = pad_space(build, tensor, padding)
    result = _layer(
        build, tensor, W, B, "same" if same and any(map(any, padding)) else "valid", stride, dilation, group
    )
    return build.tensor(result, tensor.order, (tensor.shape[0], W.shape[0], *space))


def _bias(build: Build, B: Value | None) -> np.ndarray | None:
    """The bias; None where it is zero for good, as an exporter writes a convolution without one."""
    if B is None:
        return None
    bias = build.known(B, "B")
    return bias if bias.any() or (isinstance(B, Constant) and B.is_parameter) else None


def _layer(
    build: Build,
    tensor: Tensor,
    W: Constant,
    B: Value | None,
    padding: str,
    stride: Sequence[int],
    dilation: Sequence[int],
    group: int,
) -> Any:
    count = W.rank - 2
    bias = _bias(build, B)
    channels = tensor.shape[1]
    kernel = np.moveaxis(W.array, (0, 1), (-1, -2))  # (out, in / group, space...) to (space..., in / group, out)
    config: dict[str, Any] = {
        "strides": tuple(stride),
        "padding": padding,
        "dilation_rate": tuple(dilation),
        "use_bias": bias is not None,
        "dtype": str(tensor.dtype),
        "trainable": W.is_parameter or not build.trainable,
    }
    weights = {} if bias is None else {"bias": bias}
    depthwise = group > 1 and group == channels and W.shape[1] == 1
    if depthwise and count in (1, 2) and len(set(stride)) == 1:
        multiplier = W.shape[0] // group
        shaped = kernel.reshape(*W.shape[2:], group, multiplier)
        kind = keras.layers.DepthwiseConv1D if count == 1 else keras.layers.DepthwiseConv2D
        config |= {"kernel_size": W.shape[2:], "depth_multiplier": multiplier}
        if count == 1:
            config |= {"strides": stride[0], "dilation_rate": dilation[0], "kernel_size": W.shape[2]}
        return build.layer(kind, tensor.keras, weights={"kernel": np.ascontiguousarray(shaped), **weights}, **config)
    if group > 1 and not build.trainable:
        return _in_blocks(build, tensor, kernel, bias, group, config)
    weights["kernel"] = np.ascontiguousarray(kernel)
    return build.layer(
        _LAYERS[count],
        tensor.keras,
        weights=weights,
        filters=W.shape[0],
        kernel_size=W.shape[2:],
        groups=group,
        **config,
    )


def _groups_together(group: int, width: int) -> int:
    """How many groups of so many channels one dense convolution takes, with zeros between them.

    Keras hands a grouped convolution to XLA, which is slow on a CPU, while a dense one is oneDNN's. Taking groups together
    multiplies the products, most of them by zero; taking few of them calls many small convolutions. Measured on two cores
    with AVX-512 over the layers of ResNeXt-50 and RegNetY, blocks of 16 channels (a register) were fastest, and where
    that makes more than 16 of them, wider blocks were, up to 64 channels: at least 3 times as fast as one dense
    convolution for all groups, and 1.2 to 12 times as fast as XLA.
    """
    together = 1
    while together < group and together * width < _NARROWEST:
        together *= 2
    while -(-group // together) > _PARTS and together * width * 2 <= _WIDEST:
        together *= 2
    return min(together, group)


def _in_blocks(
    build: Build, tensor: Tensor, kernel: np.ndarray, bias: np.ndarray | None, group: int, config: dict[str, Any]
) -> Any:
    """A grouped convolution as a few dense ones: each takes several groups, with zeros where groups don't meet."""
    *space, each, filters = kernel.shape
    own = filters // group
    together = _groups_together(group, max(each, own))
    spans = [(first, min(first + together, group)) for first in range(0, group, together)]
    pieces = [tensor.keras]
    if len(spans) > 1:
        cuts = [first * each for first, _ in spans[1:]]
        pieces = build.call(ops.split, tensor.keras, cuts, axis=-1, name="groups")
    results = []
    for number, (piece, (first, end)) in enumerate(zip(pieces, spans, strict=True)):
        block = np.zeros((*space, each * (end - first), own * (end - first)), kernel.dtype)
        for place, one in enumerate(range(first, end)):
            rows, columns = slice(place * each, (place + 1) * each), slice(place * own, (place + 1) * own)
            block[..., rows, columns] = kernel[..., one * own : (one + 1) * own]
        weights = {"kernel": block}
        if bias is not None:
            weights["bias"] = bias[first * own : end * own]
        results.append(
            build.layer(
                _LAYERS[len(space)],
                piece,
                weights=weights,
                filters=own * (end - first),
                kernel_size=tuple(space),
                suffix=None if len(spans) == 1 else f"group_{number}",
                **config,
            )
        )
    if len(spans) == 1:
        return results[0]
    return build.layer(keras.layers.Concatenate, results, suffix="join", axis=-1, dtype=str(tensor.dtype))


def _strided_and_dilated(
    build: Build,
    tensor: Tensor,
    W: Constant,
    B: Value | None,
    padding: tuple[tuple[int, int], ...],
    stride: Sequence[int],
    dilation: Sequence[int],
    group: int,
    space: Sequence[Dim],
) -> Tensor:
    """Keras allows only one of the two: the kernel is spread with zeros instead of dilated."""
    size = [(k - 1) * d + 1 for k, d in zip(W.shape[2:], dilation, strict=True)]
    spread = np.zeros((*W.shape[:2], *size), W.dtype)
    spread[(slice(None), slice(None), *(slice(None, None, d) for d in dilation))] = W.array
    if build.trainable:
        build.notes.append(messages.STRIDED_AND_DILATED(place=build.node.module or build.node.name))
    tensor = pad_space(build, tensor, padding)
    wide = Constant(spread, name=W.name, is_parameter=W.is_parameter)
    result = _layer(build, tensor, wide, B, "valid", stride, (1,) * len(stride), group)
    return build.tensor(result, tensor.order, (tensor.shape[0], W.shape[0], *space))


def _conv_by_data(
    build: Build,
    X: Value,
    W: Value,
    B: Value | None,
    auto_pad: str,
    dilations: Sequence[int] | None,
    group: int,
    pads: Sequence[int] | None,
    strides: Sequence[int] | None,
) -> Tensor:
    """The kernel is computed while the model runs."""
    kernel = build.as_tensor(W)
    count = kernel.rank - 2
    size = kernel.shape[2:]
    if not all(isinstance(length, int) for length in kernel.shape):
        build.refuse(messages.KERNEL_AT_RUN_TIME())
    sizes = [int(length) for length in size if isinstance(length, int)]
    stride, dilation = tuple(strides or (1,) * count), tuple(dilations or (1,) * count)
    tensor = build.channels_last(X)
    padding = explicit_pads(build, auto_pad, pads, tensor.shape[2:], sizes, stride, dilation)
    space = tuple(
        output_length(length, pair, k, s, d)
        for length, pair, k, s, d in zip(tensor.shape[2:], padding, sizes, stride, dilation, strict=True)
    )
    tensor = pad_space(build, tensor, padding)
    shaped = build.ordered(kernel, (*range(2, kernel.rank), 1, 0)).keras
    filters = kernel.shape[0]
    assert isinstance(filters, int)
    arguments: dict[str, Any] = {
        "strides": stride,
        "padding": "valid",
        "dilation_rate": dilation,
        "data_format": "channels_last",
    }
    if group == 1:
        result = build.call(ops.conv, tensor.keras, shaped, **arguments)
    else:
        each, own = kernel.shape[1], filters // group
        assert isinstance(each, int)
        parts = []
        for number in range(group):
            piece = build.call(getitem, tensor.keras, (..., slice(number * each, (number + 1) * each)), name="group")
            rows = build.call(getitem, shaped, (..., slice(number * own, (number + 1) * own)), name="group")
            parts.append(build.call(ops.conv, piece, rows, **arguments))
        result = build.call(ops.concatenate, parts, axis=-1)
    output = build.tensor(result, tensor.order, (tensor.shape[0], filters, *space))
    if B is None:
        return output
    bias = build.reshaped(build.as_tensor(B), (filters, *(1,) * count))
    return build.elementwise(ops.add, output, bias)


@operator("ConvTranspose", 1, spatial=True, names_module=True)
def conv_transpose(
    build: Build,
    X: Value,
    W: Value,
    B: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    output_padding: Sequence[int] | None = None,
    output_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Tensor:
    """Keras pads and crops otherwise: the full result is made, then cut.

    https://onnx.ai/onnx/operators/onnx__ConvTranspose.html
    """
    count = len(W.shape) - 2
    stride = tuple(strides or (1,) * count)
    dilation = tuple(dilations or (1,) * count)
    extra = tuple(output_padding or (0,) * count)
    tensor = build.channels_last(X)
    if not isinstance(W, Constant) and all(d == 1 for d in dilation):
        return _transposed_by_data(build, tensor, W, B, (stride, extra), group, (auto_pad, pads, output_shape))
    weights = build.known(W, "W")
    if any(d > 1 for d in dilation):
        wide = [(k - 1) * d + 1 for k, d in zip(weights.shape[2:], dilation, strict=True)]
        spread = np.zeros((*weights.shape[:2], *wide), weights.dtype)
        spread[(slice(None), slice(None), *(slice(None, None, d) for d in dilation))] = weights
        weights = spread
    size = weights.shape[2:]
    begins, lengths = _transposed_window(build, tensor.shape[2:], size, stride, extra, auto_pad, pads, output_shape)
    bias = _bias(build, B)
    whole = [(length - 1) * s + k for length, s, k in zip(tensor.shape[2:], stride, size, strict=True)]
    beyond = [
        max(0, begin + n - full) if isinstance(full, int) and isinstance(n, int) else e
        for begin, n, full, e in zip(begins, lengths, whole, _missing(begins, lengths, whole), strict=True)
    ]
    # What lies beyond the windows has no product, only the bias: the bias then comes after the zeros.
    late_bias = bias is not None and any(beyond)
    out = weights.shape[1]
    parts = []
    for number in range(group):
        each = weights.shape[0] // group
        kernel = weights[number * each : (number + 1) * each]
        piece = tensor.keras
        if group > 1:
            piece = build.call(getitem, piece, (..., slice(number * each, (number + 1) * each)), name="group")
        given = {"kernel": np.ascontiguousarray(np.moveaxis(kernel, (0, 1), (-1, -2)))}
        if bias is not None and not late_bias:
            given["bias"] = bias[number * out : (number + 1) * out]
        parts.append(
            build.layer(
                _TRANSPOSED[count],
                piece,
                weights=given,
                filters=out,
                kernel_size=size,
                strides=stride,
                padding="valid",
                use_bias="bias" in given,
                suffix=None if group == 1 else f"group_{number}",
                trainable=not build.trainable or (isinstance(W, Constant) and W.is_parameter),
                dtype=str(tensor.dtype),
            )
        )
    data = parts[0] if group == 1 else build.call(ops.concatenate, parts, axis=-1)
    # Keras gives at least one stride per input: where the kernel is shorter, zeros follow.
    full = tuple(length + max(0, s - k) for length, s, k in zip(whole, stride, size, strict=True))
    result = build.tensor(data, tensor.order, (tensor.shape[0], out * group, *full))
    return _cropped(build, result, begins, lengths, full, bias if late_bias else None)


def _transposed_by_data(
    build: Build,
    tensor: Tensor,
    W: Value,
    B: Value | None,
    steps: tuple[tuple[int, ...], tuple[int, ...]],
    group: int,
    window: tuple[str, Sequence[int] | None, Sequence[int] | None],
) -> Tensor:
    """A transposed convolution whose kernel the model computes; ``steps`` are strides and output padding.

    A convolution of the spread input with the mirrored kernel: Keras 3.15's ``ops.conv_transpose`` confuses its padding
    with its output padding when a saved or symbolic operation runs.
    """
    weights = build.as_tensor(W)
    inputs, out, *size = weights.shape
    if not isinstance(inputs, int) or not isinstance(out, int) or not all(isinstance(length, int) for length in size):
        build.refuse(messages.UNKNOWN_KERNEL_SHAPE())
    kernel_size = tuple(int(length) for length in size if isinstance(length, int))
    stride, extra = steps
    begins, lengths = _transposed_window(build, tensor.shape[2:], kernel_size, stride, extra, *window)
    count = len(size)
    kernel = build.ordered(weights, (*range(2, weights.rank), 0, 1)).keras
    kernel = build.call(ops.flip, kernel, axis=tuple(range(count)), name="kernel")
    around = [(0, 0), *((length - 1, length - 1) for length in kernel_size), (0, 0)]
    image = build.call(ops.pad, _with_zeros_between(build, tensor, inputs, stride), around)
    each = inputs // group
    parts = []
    for number in range(group):
        here = slice(number * each, (number + 1) * each)
        piece, own = image, kernel
        if group > 1:
            piece = build.call(getitem, image, (..., here), name="group")
            own = build.call(getitem, kernel, (..., here, slice(None)), name="group")
        parts.append(build.call(ops.conv, piece, own, 1, padding="valid", data_format="channels_last"))
    data = parts[0] if group == 1 else build.call(ops.concatenate, parts, axis=-1)
    full = tuple(
        length * s + k - 1 for length, s, k in zip(tensor.shape[2:], stride, kernel_size, strict=True)
    )  # with the zeros that follow the last entry
    result = build.tensor(data, tensor.order, (tensor.shape[0], out * group, *full))
    result = _cropped(build, result, begins, lengths, full, None)
    if B is None:
        return result
    return build.elementwise(ops.add, result, build.reshaped(B, (out * group, *(1,) * len(size))))


def _with_zeros_between(build: Build, tensor: Tensor, channels: int, stride: tuple[int, ...]) -> Any:
    """A Keras tensor with ``stride - 1`` zeros after each entry of every spatial axis: a transposed convolution by one."""
    if all(step == 1 for step in stride):
        return tensor.keras
    count = len(stride)
    identity = np.eye(channels, dtype=tensor.dtype).reshape((1,) * count + (channels, channels))
    return build.layer(
        _TRANSPOSED[count],
        tensor.keras,
        weights={"kernel": identity},
        filters=channels,
        kernel_size=(1,) * count,
        strides=stride,
        padding="valid",
        use_bias=False,
        suffix="spread",
        trainable=False,
        dtype=str(tensor.dtype),
    )


def _missing(begins: Sequence[int], lengths: Sequence[Dim], whole: Sequence[Dim]) -> list[int]:
    """Zeros after the last window, for lengths that are not known: the difference is."""
    result = []
    for begin, length, full in zip(begins, lengths, whole, strict=True):
        difference = begin + length - full
        result.append(max(0, difference) if isinstance(difference, int) else 0)
    return result


def _transposed_window(
    build: Build,
    space: Sequence[Dim],
    size: Sequence[int],
    stride: Sequence[int],
    extra: Sequence[int],
    auto_pad: str,
    pads: Sequence[int] | None,
    output_shape: Sequence[int] | None,
) -> tuple[list[int], list[Dim]]:
    """Where the result begins within the full transposed convolution, and how long it is, axis by axis."""
    count = len(size)
    given = tuple(pads or (0,) * (2 * count))
    begins: list[int] = []
    lengths: list[Dim] = []
    for axis in range(count):
        full = (space[axis] - 1) * stride[axis] + size[axis] + extra[axis]
        if output_shape is not None or auto_pad in ("SAME_UPPER", "SAME_LOWER"):
            wanted: Dim = output_shape[axis - count] if output_shape is not None else space[axis] * stride[axis]
            total = full - wanted
            if not isinstance(total, int):
                build.refuse(messages.OUTPUT_UNKNOWN())
            total = max(total, 0)
            half = total // 2
            begins.append(half if auto_pad == "SAME_UPPER" else total - half)
            lengths.append(wanted)
        else:
            begins.append(given[axis])
            lengths.append(full - given[axis] - given[axis + count])
    return begins, lengths


def _cropped(
    build: Build,
    result: Tensor,
    begins: Sequence[int],
    lengths: Sequence[Dim],
    full: Sequence[Dim],
    bias: np.ndarray | None,
) -> Tensor:
    ends = []
    for begin, length, whole in zip(begins, lengths, full, strict=True):
        rest = whole - begin - length
        if not isinstance(rest, int):
            build.refuse(messages.CUT_UNKNOWN())
        ends.append(rest)
    if any(end < 0 for end in ends) or any(begin < 0 for begin in begins):
        result = pad_space(build, result, tuple((max(-b, 0), max(-e, 0)) for b, e in zip(begins, ends, strict=True)))
        begins, ends = [max(b, 0) for b in begins], [max(e, 0) for e in ends]
    if any(begins) or any(ends):
        count = len(begins)
        kind = {1: keras.layers.Cropping1D, 2: keras.layers.Cropping2D, 3: keras.layers.Cropping3D}[count]
        crops: Any = tuple(zip(begins, ends, strict=True))
        data = build.layer(
            kind, result.keras, suffix="cropping", cropping=crops[0] if count == 1 else crops, dtype=str(result.dtype)
        )
        result = build.tensor(data, result.order, (*result.shape[:2], *lengths))
    if bias is None:
        return result
    shaped = Constant(bias.reshape(-1, *(1,) * len(begins)), is_parameter=True)
    return build.elementwise(ops.add, result, shaped)
