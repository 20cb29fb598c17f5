"""Digits in the shape that a model asks for: (N, 784), (N, 1, 28, 28), the tutorial's (1, 1, 256, 784) and the like."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

PIXELS = 28 * 28


def normalised(images: np.ndarray, mean: float = 0.5, std: float = 0.5) -> np.ndarray:
    """uint8 images (count, 28, 28) as float32: pixels to [0, 1], then (pixel - mean) / std."""
    return (images.astype(np.float32) / np.float32(255) - np.float32(mean)) / np.float32(std)


def fits(shape: Sequence[int | str]) -> bool:
    """Whether digits can be put into an input of this shape (an int where fixed, a symbol where dynamic)."""
    return _image_axes(shape) is not None


def images_in_batch(shape: Sequence[int | str]) -> int | None:
    """How many images one batch of this shape holds; None where that is free (a symbol among the leading axes)."""
    axes = _image_axes(shape)
    if axes is None:
        raise ValueError(f"digits don't fit {tuple(shape)}")
    leading = shape[: len(shape) - axes]
    return None if any(isinstance(size, str) for size in leading) else math.prod(int(size) for size in leading)


def fit_to_shape(images: np.ndarray, shape: Sequence[int | str]) -> np.ndarray:
    """Images (count, 28, 28) as one batch of ``shape``; the first symbol takes the count, any other becomes 1.

    Raises:
        ValueError: the shape is not for digits, or it is fixed and holds another number of them.
    """
    axes = _image_axes(shape)
    wanted = images_in_batch(shape)
    if axes is None or (wanted is not None and wanted != len(images)):
        raise ValueError(f"{len(images)} digits don't fit {tuple(shape)}")
    leading, symbols = [], 0
    for size in shape[: len(shape) - axes]:
        symbols += isinstance(size, str)
        leading.append(int(size) if not isinstance(size, str) else -1 if symbols == 1 else 1)
    return np.ascontiguousarray(images.reshape(*leading, *(int(size) for size in shape[len(shape) - axes :])))


def _image_axes(shape: Sequence[int | str]) -> int | None:
    """How many of the last axes make up one image: (784,), (28, 28), (1, 28, 28) or (28, 28, 1).

    Images have one batch axis before them; flat ones may have more, as the tutorial's (1, 1, 256, 784).
    """
    for tail in ((1, 28, 28), (28, 28, 1), (28, 28), (PIXELS,)):
        leading = shape[: -len(tail)]
        if not leading or tuple(shape[-len(tail) :]) != tail:
            continue
        one_batch_axis = len(leading) == 1
        flat = tail == (PIXELS,) and (
            all(isinstance(size, int) for size in leading) or sum(size != 1 for size in leading) == 1
        )
        if one_batch_axis or flat:
            return len(tail)
    return None
