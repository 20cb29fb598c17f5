"""Lengths and reshapes that stay constants in the LiteRT file wherever they can: a computed shape costs time and splits the
part of the graph that is run by one delegate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def lengths(value: Any) -> list[Any]:
    """The length of each axis: a number where it is known, else a scalar tensor."""
    import tensorflow as tf

    if all(length is not None for length in value.shape):
        return list(value.shape)
    measured = tf.shape(value)
    return [measured[axis] if length is None else length for axis, length in enumerate(value.shape)]


def multiplied(numbers: Sequence[Any]) -> Any:
    """The product of lengths."""
    product: Any = 1
    for length in numbers:
        product = length if isinstance(product, int) and product == 1 else product * length
    return product


def reshaped(value: Any, target: Sequence[Any]) -> Any:
    """The tensor in another shape, constant wherever at most one of its lengths is unknown."""
    import tensorflow as tf

    unknown = [place for place, length in enumerate(target) if not isinstance(length, int)]
    if len(unknown) == 1 and all(target[place] for place in range(len(target)) if place not in unknown):
        return tf.reshape(value, [-1 if place in unknown else length for place, length in enumerate(target)])
    return tf.reshape(value, list(target))


def tensors(values: Any) -> list[Any]:
    """Each value as a tensor: an operation of Keras's also takes arrays and variables."""
    import keras

    return [keras.ops.convert_to_tensor(value) for value in values]
