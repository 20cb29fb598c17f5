"""Operators that move blocks of an image between space and channels, or put windows back where they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import Dim, divide_exactly, floor_divide, product
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.convolution import conv_transpose
from pt2k_gui.convert.ops.indexing import scatter_nd, whole_shape
from pt2k_gui.convert.ops.padding import padded
from pt2k_gui.convert.ops.shaping import slice_between
from pt2k_gui.convert.registry import operator


@operator("DepthToSpace", 1, spatial=True, exact=True)
def depth_to_space(build: Build, input: Value, *, blocksize: int, mode: str = "DCR") -> Tensor:
    """On images in channels-last order; DCR and CRD order the blocks differently.

    https://onnx.ai/onnx/operators/onnx__DepthToSpace.html
    """
    tensor = build.channels_last(input)
    batch, channels, height, width = tensor.shape
    depth = divide_exactly(channels, blocksize * blocksize)
    if depth is None:
        build.refuse(messages.CHANNELS_NOT_BLOCKS())
    shape = (batch, depth, height * blocksize, width * blocksize)
    if mode == "DCR":
        return build.tensor(build.call(ops.depth_to_space, tensor.keras, blocksize), tensor.order, shape)
    blocks = build.reshaped(tensor, (batch, depth, blocksize, blocksize, height, width))
    return build.reshaped(build.transposed(blocks, (0, 1, 4, 2, 5, 3)), shape)


@operator("SpaceToDepth", 1, spatial=True, exact=True)
def space_to_depth(build: Build, input: Value, *, blocksize: int, mode: str = "DCR") -> Tensor:
    """On images in channels-last order; DCR and CRD order the blocks differently.

    https://onnx.ai/onnx/operators/onnx__SpaceToDepth.html
    """
    tensor = build.channels_last(input)
    batch, channels, height, width = tensor.shape
    rows, columns = divide_exactly(height, blocksize), divide_exactly(width, blocksize)
    if rows is None or columns is None:
        build.refuse(messages.SIZE_NOT_BLOCKS())
    shape = (batch, channels * blocksize**2, rows, columns)
    if mode == "DCR":
        return build.tensor(build.call(ops.space_to_depth, tensor.keras, blocksize), tensor.order, shape)
    blocks = build.reshaped(tensor, (batch, channels, rows, blocksize, columns, blocksize))
    return build.reshaped(build.transposed(blocks, (0, 1, 3, 5, 2, 4)), shape)


@operator("Col2Im", 18)
def col2im(
    build: Build,
    input: Value,
    image_shape: Value,
    block_shape: Value,
    *,
    dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Tensor:
    """Each column is a window; overlapping windows add up."""
    image, block = build.lengths(image_shape, "image_shape"), build.integers(block_shape, "block_shape")
    count = len(image)
    window = _Columns(
        image,
        block,
        tuple(pads or (0,) * 2 * count),
        tuple(strides or (1,) * count),
        tuple(dilations or (1,) * count),
    )
    tensor = build.as_tensor(input)
    channels = divide_exactly(tensor.shape[1], int(np.prod(block)))
    if channels is None:
        build.refuse(messages.COLUMNS_NOT_WINDOWS())
    if all(isinstance(length, int) for length in (*image, tensor.shape[2], channels)):
        return _put_back(build, tensor, int(channels), window)  # type: ignore[arg-type]
    return _put_back_freely(build, tensor, channels, window)


@dataclass(frozen=True)
class _Columns:
    """The image that the columns of Col2Im are windows of, as its attributes say."""

    image: tuple[Dim, ...]
    block: tuple[int, ...]
    pads: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]

    def count(self, axis: int) -> Dim:
        """The number of windows along an axis."""
        reach = self.dilations[axis] * (self.block[axis] - 1) + 1
        length = self.image[axis] + self.pads[axis] + self.pads[axis + len(self.image)]
        return floor_divide(length - reach, self.strides[axis]) + 1


def _put_back(build: Build, tensor: Tensor, channels: int, window: _Columns) -> Tensor:
    """Sums over the elements that lie at the same place of the image; the places are constant."""
    image, block = tuple(int(length) for length in window.image if isinstance(length, int)), window.block
    columns = tensor.shape[2]
    assert isinstance(columns, int)
    places = np.zeros((1, 1), np.int64)
    inside = np.ones((1, 1), bool)
    for axis, length in enumerate(image):
        windows = window.count(axis)
        assert isinstance(windows, int)
        here = np.arange(block[axis])[:, None] * window.dilations[axis] + np.arange(windows) * window.strides[axis]
        here = here - window.pads[axis]
        shape = (len(places) * len(here), places.shape[1] * windows)
        places = (places[:, None, :, None] * length + here[None, :, None, :]).reshape(shape)
        fits = (here >= 0) & (here < length)
        inside = (inside[:, None, :, None] & fits[None, :, None, :]).reshape(shape)
    row, position = np.nonzero(inside)
    target = places[row, position]
    pixels = int(np.prod(image))
    flat = build.reshaped(tensor, (tensor.shape[0] * channels, int(np.prod(block)) * columns))
    source = (row * columns + position).astype(np.int64)
    picked = build.call(ops.take, build.onnx_order(flat), build.weight(Constant(source)), axis=1, name="windows")
    turned = build.call(ops.transpose, picked, axes=(1, 0), name="transpose")
    summed = build.call(
        ops.segment_sum, turned, build.weight(Constant(target.astype(np.int32))), num_segments=pixels, name="sum"
    )
    back = build.tensor(build.call(ops.transpose, summed, axes=(1, 0), name="transpose"), shape=(flat.shape[0], pixels))
    return build.reshaped(back, (tensor.shape[0], channels, *image))


def _put_back_freely(build: Build, tensor: Tensor, channels: Dim, window: _Columns) -> Tensor:
    """The same for sizes that are only known while the model runs: a transposed convolution whose kernel puts each element of
    a window at its own place."""
    size = int(np.prod(window.block))
    batch, count = tensor.shape[0], len(window.image)
    windows = tuple(window.count(axis) for axis in range(count))
    stacked = build.reshaped(tensor, (batch * channels, size, *windows))
    kernel = Constant(np.eye(size, dtype=tensor.dtype).reshape(size, 1, *window.block))
    more = tuple(step - 1 for step in window.strides)
    whole = conv_transpose(
        build, stacked, kernel, dilations=window.dilations, strides=window.strides, output_padding=more
    )
    begins = window.pads[:count]
    ends = tuple(begin + length for begin, length in zip(begins, window.image, strict=True))
    axes, steps = tuple(range(2, 2 + count)), (1,) * count
    cut = slice_between(build, whole, begins, ends, axes, steps)
    return build.reshaped(cut, (batch, channels, *window.image))


@operator("MaxUnpool", 9)
def max_unpool(
    build: Build,
    X: Value,
    I: Value,  # noqa: E741
    output_shape: Value | None = None,
    *,
    kernel_shape: Sequence[int],
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Tensor:
    """The values put back where the pooling found them (positions count batch and channels too), zeros elsewhere."""
    count = len(kernel_shape)
    given, stride = tuple(pads or (0,) * 2 * count), tuple(strides or (1,) * count)
    tensor = build.as_tensor(X)
    lengths = whole_shape(build, tensor)
    natural = (
        *lengths[:2],
        *(
            (lengths[axis + 2] - 1) * stride[axis] + kernel_shape[axis] - given[axis] - given[axis + count]
            for axis in range(count)
        ),
    )
    wanted = natural if output_shape is None else build.integers(output_shape, "output_shape")
    places = build.as_tensor(I)
    flat = build.reshaped(places, (product(places.shape), 1))
    empty = Constant(np.zeros(int(np.prod(natural)), tensor.dtype))
    values = build.reshaped(tensor, (product(tensor.shape),))
    # The positions were counted in the shape that pooling saw; a larger wanted shape only adds zeros at the ends.
    result = build.reshaped(scatter_nd(build, empty, flat, values), natural)
    ends = [new - length for new, length in zip(wanted, natural, strict=True)]
    return padded(build, result, (*(0,) * len(ends), *ends), 0, "constant", None)
