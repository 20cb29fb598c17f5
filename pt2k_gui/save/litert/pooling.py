"""Pooling over three axes as pooling over two of them and then over the third: LiteRT pools over two axes only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pt2k_gui.save.litert.shapes import lengths, multiplied, reshaped


def pool_3d(kind: str, value: Any, size: Sequence[int], strides: Sequence[int], padding: str) -> Any:
    """``MAX`` or ``AVG`` over windows of a (batch, depth, height, width, channels) tensor.

    A maximum of maxima is the maximum, and a mean of means over windows of one size the mean; where padding cuts windows,
    TensorFlow counts only what lies inside, and the part inside is a box, so that the mean of means holds there too.
    """
    batch, depth, height, width, channels = lengths(value)
    flat = reshaped(value, [multiplied([batch, depth]), height, width, channels])
    flat = _pool_2d(kind, flat, size[1:], strides[1:], padding)
    _, height, width, _ = lengths(flat)
    tall = reshaped(flat, [batch, depth, multiplied([height, width]), channels])
    tall = _pool_2d(kind, tall, (size[0], 1), (strides[0], 1), padding)
    return reshaped(tall, [batch, lengths(tall)[1], height, width, channels])


def _pool_2d(kind: str, value: Any, size: Sequence[int], strides: Sequence[int], padding: str) -> Any:
    import tensorflow as tf

    if all(length == 1 for length in (*size, *strides)):
        return value
    return tf.nn.pool(value, list(size), kind, strides=list(strides), padding=padding.upper())
