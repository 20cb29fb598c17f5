"""Discrete Fourier transforms, as products with constant matrices, and determinants."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import Dim, floor_divide
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.registry import operator


def transform(length: int, parts: int, size: int, inverse: bool, onesided: bool) -> np.ndarray:
    """The matrix (length, parts, bins, 2 or 1) of a transform of ``size`` points; ``parts`` is 1 for real input, else 2.

    Its rows are the transforms of each unit vector, so that padding, cutting and one-sidedness are numpy's.
    """
    rows = np.zeros((length, parts, length), np.complex128)
    rows[:, 0] = np.eye(length)
    if parts == 2:
        rows[:, 1] = 1j * np.eye(length)
    if inverse and onesided:
        return np.fft.irfft(rows, size)[..., None]
    result = (np.fft.ifft if inverse else np.fft.fft)(rows, size)
    if onesided:
        result = result[..., : size // 2 + 1]
    return np.stack([result.real, result.imag], axis=-1)


@operator("DFT", 20)
def dft(
    build: Build,
    input: Value,
    dft_length: Value | None = None,
    axis: Value | None = None,
    *,
    inverse: int = 0,
    onesided: int = 0,
) -> Tensor:
    """Over one axis, of real or complex numbers; inverse and one-sided too. https://onnx.ai/onnx/operators/onnx__DFT.html"""
    place = -2 if axis is None else int(build.known(axis, "axis").reshape(()))
    return _dft(build, input, dft_length, place, bool(inverse), bool(onesided))


def _dft(build: Build, input: Value, dft_length: Value | None, axis: int, inverse: bool, onesided: bool) -> Tensor:
    tensor = build.as_tensor(input)
    axis = axis % tensor.rank
    length, parts = tensor.shape[axis], tensor.shape[-1]
    if not isinstance(length, int) or not isinstance(parts, int):
        build.refuse(messages.SIGNAL_LENGTH())
    natural = 2 * (length - 1) if inverse and onesided else length
    size = natural if dft_length is None else int(build.known(dft_length, "dft_length").reshape(()))
    matrix = transform(length, parts, size, inverse, onesided).astype(tensor.dtype)
    letters = "abcdefgh"[: tensor.rank]
    target = letters[:-1].replace(letters[axis], "y") + "z"
    equation = f"{letters},{letters[axis]}{letters[-1]}yz->{target}"
    result = build.call(ops.einsum, equation, build.onnx_order(tensor), build.weight(Constant(matrix)))
    shape = (*tensor.shape[:axis], matrix.shape[2], *tensor.shape[axis + 1 : -1], matrix.shape[3])
    return build.tensor(result, shape=shape)


@operator("STFT", 17)
def stft(
    build: Build,
    signal: Value,
    frame_step: Value,
    window: Value | None = None,
    frame_length: Value | None = None,
    *,
    onesided: int = 1,
) -> Tensor:
    """Windows of the signal (batch, length, 1 or 2), each transformed: (batch, frames, bins, 2)."""
    tensor = build.as_tensor(signal)
    step = int(build.known(frame_step, "frame_step").reshape(()))
    shape = None if window is None else build.known(window, "window")
    if frame_length is not None:
        size = int(build.known(frame_length, "frame_length").reshape(()))
    elif shape is not None:
        size = len(shape)
    else:
        build.refuse(messages.NO_FRAME())
    length = tensor.shape[1]
    parts = tensor.shape[2] if tensor.rank == 3 else 1
    if not isinstance(parts, int):
        build.refuse(messages.SIGNAL_LENGTH())
    frames = floor_divide(length - size, step) + 1
    matrix = transform(size, parts, size, False, bool(onesided))
    if shape is not None:
        matrix = matrix * shape.astype(np.float64)[:, None, None, None]
    data = build.onnx_order(build.reshaped(tensor, (tensor.shape[0], length, parts)))
    cut = build.call(ops.take, data, _places(build, frames, step, size), axis=1, name="frames")
    weight = build.weight(Constant(matrix.astype(tensor.dtype)))
    result = build.call(ops.einsum, "abcd,cdyz->abyz", cut, weight)
    return build.tensor(result, shape=(tensor.shape[0], frames, matrix.shape[2], 2))


def _places(build: Build, frames: Dim, step: int, size: int) -> Any:
    """Where the elements of each frame stand in the signal, as a Keras tensor (frames, size)."""
    inside = np.arange(size, dtype=np.int32)
    if isinstance(frames, int):
        return build.weight(Constant((np.arange(frames, dtype=np.int32)[:, None] * step + inside).astype(np.int32)))
    starts = build.call(ops.multiply, build.counted(frames), step, name="starts")
    starts = build.call(ops.expand_dims, starts, axis=1, name="starts")
    return build.call(ops.add, starts, build.weight(Constant(inside)), name="places")


@operator("Det", 11)
def det(build: Build, X: Value) -> Tensor:
    """Keras's ``det``, over the last two axes. https://onnx.ai/onnx/operators/onnx__Det.html"""
    tensor = build.as_tensor(X)
    return build.tensor(build.call(ops.det, build.onnx_order(tensor)), shape=tensor.shape[:-2])
