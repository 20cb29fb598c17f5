"""Operators that move blocks of an image between space and channels, or put windows back where they came from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import divide_exactly, product
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.indexing import scatter_nd, whole_shape
from pt2k_gui.convert.ops.padding import padded
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
    """Each column is a window; overlapping windows add up. A product with the constant matrix that says where they lie."""
    image, block = build.integers(image_shape, "image_shape"), build.integers(block_shape, "block_shape")
    count = len(image)
    pads, strides, dilations = pads or (0,) * 2 * count, strides or (1,) * count, dilations or (1,) * count
    tensor = build.as_tensor(input)
    batch, rows, columns = tensor.shape
    channels = divide_exactly(rows, int(np.prod(block)))
    if channels is None:
        build.refuse(messages.COLUMNS_NOT_WINDOWS())
    places = np.zeros((1, 1), np.int64)
    inside = np.ones((1, 1), bool)
    for axis in range(count):
        reach = dilations[axis] * (block[axis] - 1) + 1
        windows = (image[axis] + pads[axis] + pads[axis + count] - reach) // strides[axis] + 1
        here = np.arange(block[axis])[:, None] * dilations[axis] + np.arange(windows) * strides[axis] - pads[axis]
        shape = (len(places) * len(here), places.shape[1] * windows)
        places = (places[:, None, :, None] * image[axis] + here[None, :, None, :]).reshape(shape)
        fits = (here >= 0) & (here < image[axis])
        inside = (inside[:, None, :, None] & fits[None, :, None, :]).reshape(shape)
    window, position = np.nonzero(inside)
    target = places[window, position]
    pixels = int(np.prod(image))
    if not isinstance(columns, int) or not isinstance(channels, int):
        build.refuse(messages.UNKNOWN_COLUMNS())
    flat = build.reshaped(tensor, (batch * channels, int(np.prod(block)) * columns))
    source = (window * columns + position).astype(np.int64)
    picked = build.call(ops.take, build.onnx_order(flat), build.weight(Constant(source)), axis=1, name="windows")
    turned = build.call(ops.transpose, picked, axes=(1, 0), name="transpose")
    summed = build.call(
        ops.segment_sum, turned, build.weight(Constant(target.astype(np.int32))), num_segments=pixels, name="sum"
    )
    back = build.tensor(build.call(ops.transpose, summed, axes=(1, 0), name="transpose"), shape=(flat.shape[0], pixels))
    return build.reshaped(back, (batch, channels, *image))


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
