"""Arithmetic of sliding windows, shared by convolution and pooling: pads, output lengths, Keras's "same"."""

from __future__ import annotations

from collections.abc import Sequence

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import Dim, floor_divide
from pt2k_gui.convert.ir.values import Tensor
from pt2k_gui.convert.ops.padding import padded

Pads = tuple[tuple[int, int], ...]


def explicit_pads(
    build: Build,
    auto_pad: str,
    pads: Sequence[int] | None,
    space: Sequence[Dim],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> Pads:
    """(begin, end) for each axis of space, whatever way the node says it."""
    count = len(kernel)
    if auto_pad in ("NOTSET", ""):
        given = tuple(pads) if pads is not None else (0,) * (2 * count)
        return tuple((given[axis], given[axis + count]) for axis in range(count))
    if auto_pad == "VALID":
        return ((0, 0),) * count
    result = []
    for length, size, stride, dilation in zip(space, kernel, strides, dilations, strict=True):
        reach = (size - 1) * dilation + 1
        if stride == 1:
            total = reach - 1
        elif isinstance(length, int):
            total = max((-(-length // stride) - 1) * stride + reach - length, 0)
        else:
            build.refuse(messages.AUTO_PADDING())
        small = total // 2
        result.append((small, total - small) if auto_pad == "SAME_UPPER" else (total - small, small))
    return tuple(result)


def is_same(
    pads: Pads, space: Sequence[Dim], kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> bool:
    """Whether Keras's padding "same" pads just so: the total for ceil(length / stride) windows, the odd one at the end."""
    for (begin, end), length, size, stride, dilation in zip(pads, space, kernel, strides, dilations, strict=True):
        reach = (size - 1) * dilation + 1
        if stride == 1:
            total = reach - 1
        elif isinstance(length, int):
            total = max((-(-length // stride) - 1) * stride + reach - length, 0)
        else:
            return False
        if (begin, end) != (total // 2, total - total // 2):
            return False
    return True


def output_length(
    length: Dim, pads: tuple[int, int], size: int, stride: int, dilation: int, ceil_mode: bool = False
) -> Dim:
    """The number of windows: floor((length + pads - reach) / stride) + 1; with ``ceil_mode`` rounded up, though no window
    may begin in the padding at the end (PyTorch's and ONNX's rule). Where the length is not known, the caller makes sure
    that none does."""
    span = length + sum(pads) - ((size - 1) * dilation + 1)
    if not ceil_mode:
        return floor_divide(span, stride) + 1
    if not isinstance(span, int) or not isinstance(length, int):
        return floor_divide(span + (stride - 1), stride) + 1
    count = -(-span // stride) + 1
    if (count - 1) * stride >= length + pads[0]:
        count -= 1
    return count


def pad_space(build: Build, tensor: Tensor, pads: Pads, fill: float = 0.0) -> Tensor:
    """Pad the axes of space (ONNX axes 2 and up)."""
    flat = [begin for begin, _ in pads] + [end for _, end in pads]
    return padded(build, tensor, flat, fill, "constant", range(2, tensor.rank))
