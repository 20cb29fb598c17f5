"""Resizing of images and other grids: Resize and Upsample in every mode, cropping and padding to the centre."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import INLINE_INTEGERS, Build
from pt2k_gui.convert.ir.symbolic_dims import Dim, rounded_down
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.free_resizing import Sampling, resize_axis
from pt2k_gui.convert.ops.padding import padded
from pt2k_gui.convert.registry import operator

# Scales that people write (0.7, 1.25, 1/3) are fractions of small numbers.
_LARGEST_DENOMINATOR = 4096


@operator("Resize", 11, spatial=True, settings=(1, 2, 3))
def resize(
    build: Build,
    X: Value,
    roi: Value | None = None,
    scales: Value | None = None,
    sizes: Value | None = None,
    *,
    antialias: int = 0,
    axes: Sequence[int] | None = None,
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    keep_aspect_ratio_policy: str = "stretch",
    mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> Tensor:
    """A layer where one does the same, else by gathered neighbours and weights.

    https://onnx.ai/onnx/operators/onnx__Resize.html
    """
    tensor = build.as_tensor(X)
    places = tuple(axis % tensor.rank for axis in axes) if axes is not None else tuple(range(tensor.rank))
    factors, lengths = _targets(build, tensor, places, scales, sizes, keep_aspect_ratio_policy)
    region = np.array([0.0] * len(places) + [1.0] * len(places))
    if coordinate_transformation_mode == "tf_crop_and_resize":
        region = build.known(roi, "roi").astype(np.float64)
    whole = _whole_layer(
        build, tensor, places, factors, lengths, mode, nearest_mode, coordinate_transformation_mode, bool(antialias)
    )
    if whole is not None:
        return whole
    for number, axis in enumerate(places):
        length = tensor.shape[axis]
        if (
            factors[number] == 1
            and lengths[number] == length
            and coordinate_transformation_mode != "tf_crop_and_resize"
        ):
            continue
        new, factor = lengths[number], factors[number]
        begin, end = float(region[number]), float(region[number + len(places)])
        if not isinstance(length, int) or not isinstance(new, int) or factor is None:
            sampling = Sampling(
                mode,
                coordinate_transformation_mode,
                nearest_mode,
                cubic_coeff_a,
                bool(antialias),
                bool(exclude_outside),
                extrapolation_value,
                begin,
                end,
            )
            given = factor if scales is not None and tuple(scales.shape) != (0,) else None
            tensor = resize_axis(build, tensor, axis, new, given, sampling)
            continue
        source = source_coordinates(
            length,
            new,
            factor,
            coordinate_transformation_mode,
            begin,
            end,
            whole_length=_is_pytorchs(build.graph.producer),
        )
        if mode == "nearest":
            tensor = _nearest(build, tensor, axis, nearest_indices(source, nearest_mode).clip(0, length - 1))
        else:
            matrix = weights_of(
                source,
                length,
                mode,
                cubic_coeff_a,
                min(factor, 1.0) if antialias else 1.0,
                bool(exclude_outside),
            )
            tensor = _multiplied(build, tensor, axis, matrix)
        if coordinate_transformation_mode == "tf_crop_and_resize":
            outside = (source < 0) | (source > length - 1)
            tensor = _filled(build, tensor, axis, outside, extrapolation_value)
    return tensor


@operator("Resize", 10)
@operator("Upsample", 9, spatial=True, settings=(1,))
def resize_by_scales(build: Build, X: Value, scales: Value, *, mode: str = "nearest") -> Tensor:
    """The older form: scales alone, asymmetric coordinates. https://onnx.ai/onnx/operators/onnx__Upsample.html"""
    return _old(build, X, scales, mode)


def _old(build: Build, X: Value, scales: Value, mode: str) -> Tensor:
    return resize(
        build,
        X,
        None,
        scales,
        coordinate_transformation_mode="asymmetric",
        mode="linear" if mode == "bilinear" else mode,
        nearest_mode="floor",
    )


def _targets(
    build: Build, tensor: Tensor, places: Sequence[int], scales: Value | None, sizes: Value | None, policy: str
) -> tuple[list[float | None], list[Dim]]:
    """For each resized axis the scale (new length / old length, as ONNX counts it; None where that is only known while
    the model runs) and the new length."""
    have = [tensor.shape[axis] for axis in places]
    if scales is not None and tuple(scales.shape) != (0,):
        given = [float(scale) for scale in build.known(scales, "scales").reshape(-1)]
        lengths = [
            int(np.floor(length * np.float64(factor)))
            if isinstance(length, int)
            else rounded_down(length * Fraction(factor).limit_denominator(_LARGEST_DENOMINATOR))  # type: ignore[operator]
            for length, factor in zip(have, given, strict=True)
        ]
        return list(given), lengths
    wanted = build.lengths(sizes, "sizes")
    factors: list[float | None] = []
    for length, new in zip(have, wanted, strict=True):
        if length == new:
            factors.append(1.0)
        elif isinstance(length, int) and isinstance(new, int):
            factors.append(new / length)
        else:
            factors.append(None)
    if policy == "stretch":
        return factors, list(wanted)
    known = [factor for factor in factors if factor is not None]
    if len(known) < len(factors):
        build.refuse(messages.ASPECT_RATIO(), messages.FIXED_IMAGE())
    factor = min(known) if policy == "not_larger" else max(known)
    return [factor] * len(have), [
        int(np.floor(factor * length + 0.5)) if isinstance(length, int) else length for length in have
    ]


def _is_pytorchs(producer: str) -> bool:
    """Whether a file came out of PyTorch, by what its exporters and the tools that rewrite their files call themselves."""
    return producer.lower().startswith(("pytorch", "torch", "onnx"))


def source_coordinates(
    length: int,
    new: int,
    scale: float,
    transformation: str,
    begin: float = 0.0,
    end: float = 1.0,
    *,
    whole_length: bool = False,
) -> np.ndarray:
    """Where each of ``new`` elements lies among ``length``, by ONNX's coordinate transformations.

    With ``whole_length`` the corners are aligned by the new length, as PyTorch and ONNX Runtime do it. ONNX itself takes
    scale * length, which may have a fraction.
    """
    place = np.arange(new, dtype=np.float64)
    if transformation == "asymmetric":
        return place / scale
    if transformation == "align_corners":
        spaces = (new if whole_length else scale * length) - 1
        return place * (length - 1) / spaces if spaces > 0 else np.zeros(new)
    if transformation == "pytorch_half_pixel":
        return (place + 0.5) / scale - 0.5 if new > 1 else np.zeros(new)
    if transformation == "half_pixel_symmetric":
        adjustment = new / (scale * length)
        offset = length / 2 * (1 - adjustment)
        return offset + (place + 0.5) / scale - 0.5
    if transformation == "tf_crop_and_resize":
        if new > 1:
            return begin * (length - 1) + place * (end - begin) * (length - 1) / (new - 1)
        return np.array([0.5 * (begin + end) * (length - 1)])
    return (place + 0.5) / scale - 0.5


def nearest_indices(source: np.ndarray, mode: str) -> np.ndarray:
    """The nearest whole coordinate; ONNX's modes tell what happens to halves."""
    rounded = {
        "round_prefer_floor": np.ceil(source - 0.5),
        "round_prefer_ceil": np.floor(source + 0.5),
        "floor": np.floor(source),
        "ceil": np.ceil(source),
    }[mode]
    return rounded.astype(np.int64)


def weights_of(
    source: np.ndarray, length: int, mode: str, cubic: float, scale: float = 1.0, exclude_outside: bool = False
) -> np.ndarray:
    """The matrix (new, old) of linear or cubic interpolation; ``scale`` below 1 widens the kernel against aliasing.

    The cubic kernel is that of Keys, "Cubic convolution interpolation for digital image processing" (1981).
    """

    def linear_kernel(distance: np.ndarray) -> np.ndarray:
        return np.maximum(0.0, 1.0 - np.abs(distance))

    def cubic_kernel(distance: np.ndarray) -> np.ndarray:
        x = np.abs(distance)
        near = ((cubic + 2) * x - (cubic + 3)) * x * x + 1
        far = ((cubic * x - 5 * cubic) * x + 8 * cubic) * x - 4 * cubic
        return np.where(x <= 1, near, np.where(x < 2, far, 0.0))

    kernel: Callable[[np.ndarray], np.ndarray] = cubic_kernel if mode == "cubic" else linear_kernel
    reach = int(np.ceil((2 if mode == "cubic" else 1) / scale))
    matrix = np.zeros((len(source), length))
    rows = np.arange(len(source))
    for step in range(-reach, reach + 1):
        here = np.floor(source).astype(np.int64) + step
        weight = kernel((here - source) * scale)
        if exclude_outside:
            weight = np.where((here >= 0) & (here < length), weight, 0.0)
        np.add.at(matrix, (rows, here.clip(0, length - 1)), weight)
    if exclude_outside or scale != 1.0:
        matrix /= matrix.sum(1, keepdims=True)
    return matrix


def _whole_layer(
    build: Build,
    tensor: Tensor,
    places: Sequence[int],
    factors: Sequence[float | None],
    lengths: Sequence[Dim],
    mode: str,
    nearest_mode: str,
    transformation: str,
    antialias: bool,
) -> Tensor | None:
    """Upsampling by whole numbers, or half-pixel bilinear resizing, as Keras's own operation; None where it is neither."""
    if tensor.rank not in (3, 4, 5) or transformation == "tf_crop_and_resize":
        return None
    scale = dict(zip(places, factors, strict=True))
    new = dict(zip(places, lengths, strict=True))
    if any(scale.get(axis, 1.0) != 1.0 or new.get(axis, tensor.shape[axis]) != tensor.shape[axis] for axis in (0, 1)):
        return None
    factors_of_space = [scale.get(axis, 1.0) for axis in range(2, tensor.rank)]
    space = [factor for factor in factors_of_space if factor is not None]
    if len(space) < len(factors_of_space):
        return None
    shape = tuple(new.get(axis, length) for axis, length in enumerate(tensor.shape))
    whole = all(factor >= 1 and float(factor).is_integer() for factor in space)
    if mode == "nearest" and whole and all(_repeats(int(factor), nearest_mode, transformation) for factor in space):
        last = build.channels_last(tensor)
        kinds = {3: keras.layers.UpSampling1D, 4: keras.layers.UpSampling2D, 5: keras.layers.UpSampling3D}
        size: Any = tuple(int(factor) for factor in space)
        config: dict[str, Any] = {"interpolation": "nearest"} if tensor.rank == 4 else {}
        result = build.layer(
            kinds[tensor.rank],
            last.keras,
            size=size if tensor.rank > 3 else size[0],
            dtype=str(tensor.dtype),
            suffix="upsampling",
            **config,
        )
        return build.tensor(result, last.order, shape)
    half_pixel = transformation == "half_pixel" or (
        transformation == "pytorch_half_pixel" and all(length != 1 for length in shape[2:])
    )
    exact = all(
        isinstance(length, int) and isinstance(old, int) and abs(factor * old - length) < 1e-6 * length
        for factor, old, length in zip(space, tensor.shape[2:], shape[2:], strict=True)
    )
    if mode == "linear" and tensor.rank == 4 and half_pixel and exact and not antialias and tensor.dtype == np.float32:
        last = build.channels_last(tensor)
        result = build.call(
            ops.image.resize, last.keras, shape[2:], interpolation="bilinear", data_format="channels_last"
        )
        return build.tensor(result, last.order, shape)
    return None


def _repeats(factor: int, nearest_mode: str, transformation: str) -> bool:
    """Whether nearest-neighbour upsampling by a whole number repeats each element so many times."""
    length = 7
    source = source_coordinates(length, length * factor, factor, transformation)
    indices = nearest_indices(source, nearest_mode).clip(0, length - 1)
    return bool(np.array_equal(indices, np.repeat(np.arange(length), factor))) and transformation != "align_corners"


def _nearest(build: Build, tensor: Tensor, axis: int, indices: np.ndarray) -> Tensor:
    shape = (*tensor.shape[:axis], len(indices), *tensor.shape[axis + 1 :])
    plain = build.plain(tensor)
    if len(indices) <= INLINE_INTEGERS:
        which: Any = indices.tolist()
    else:
        which = build.weight(Constant(indices.astype(np.int32)))
    result = build.call(ops.take, plain.keras, which, axis=plain.stored_axis(axis), name="nearest")
    return build.tensor(result, plain.order, shape)


def _multiplied(build: Build, tensor: Tensor, axis: int, matrix: np.ndarray) -> Tensor:
    """A constant matrix (new, old) applied along one axis."""
    plain = build.plain(tensor)
    place = plain.stored_axis(axis)
    kind = tensor.dtype if tensor.dtype.kind == "f" else np.dtype(np.float32)
    letters = "abcdefgh"[: plain.rank]
    target = letters.replace(letters[place], "z")
    data = plain.keras if kind == tensor.dtype else build.call(ops.cast, plain.keras, str(kind), name="cast")
    weight = build.weight(Constant(matrix.astype(kind)))
    result = build.call(ops.einsum, f"{letters},z{letters[place]}->{target}", data, weight, name="interpolate")
    if kind != tensor.dtype:
        result = build.call(ops.cast, result, str(tensor.dtype), name="cast")
    shape = (*tensor.shape[:axis], len(matrix), *tensor.shape[axis + 1 :])
    return build.tensor(result, plain.order, shape)


def _filled(build: Build, tensor: Tensor, axis: int, outside: np.ndarray, value: float) -> Tensor:
    if not outside.any():
        return tensor
    mask = Constant(outside.reshape(-1, *(1,) * (tensor.rank - 1 - axis)))
    return build.elementwise(ops.where, mask, Constant(np.array(value, tensor.dtype)), tensor, name="where")


@operator("CenterCropPad", 18)
def center_crop_pad(build: Build, input_data: Value, shape: Value, *, axes: Sequence[int] | None = None) -> Value:
    """Cut and padded at both ends; the lengths have to be known. https://onnx.ai/onnx/operators/onnx__CenterCropPad.html"""
    tensor = build.as_tensor(input_data)
    wanted = build.integers(shape, "shape")
    places = tuple(axis % tensor.rank for axis in axes) if axes is not None else tuple(range(tensor.rank))
    begins, ends = [], []
    for axis, new in zip(places, wanted, strict=True):
        length = tensor.shape[axis]
        if not isinstance(length, int):
            build.refuse(messages.CROPS_UNKNOWN())
        extra = new - length
        begin = extra // 2 if extra > 0 else -(-extra // 2)
        begins.append(begin)
        ends.append(extra - begin)
    return padded(build, tensor, (*begins, *ends), 0, "constant", places)
