"""Functions of one number that LiteRT has no operator for, by those that it has: exponentials, logarithms, sines and ATAN2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pt2k_gui.save.litert.shapes import tensors

_SMALL = 0.3
"""Below it a difference of exponentials loses more digits than a short series."""


def sine(value: Any) -> Any:
    """The hyperbolic sine; near zero by its series, whose next term is below a unit in the last place there."""
    import tensorflow as tf

    square = value * value
    series = value * (1.0 + square * (1 / 6 + square * (1 / 120 + square / 5040)))
    return tf.where(tf.abs(value) < _SMALL, series, 0.5 * (tf.exp(value) - tf.exp(-value)))


def cosine(value: Any) -> Any:
    """The hyperbolic cosine."""
    import tensorflow as tf

    return 0.5 * (tf.exp(value) + tf.exp(-value))


def tangent(value: Any) -> Any:
    """Sine over cosine."""
    import tensorflow as tf

    return tf.sin(value) / tf.cos(value)


def arctan(value: Any) -> Any:
    """The angle of (1, x)."""
    import tensorflow as tf

    return tf.math.atan2(value, tf.ones_like(value))


def arcsin(value: Any) -> Any:
    """The angle of (sqrt(1 - x^2), x)."""
    import tensorflow as tf

    return tf.math.atan2(value, tf.sqrt((1.0 - value) * (1.0 + value)))


def arccos(value: Any) -> Any:
    """The angle of (x, sqrt(1 - x^2))."""
    import tensorflow as tf

    return tf.math.atan2(tf.sqrt((1.0 - value) * (1.0 + value)), value)


def arcsinh(value: Any) -> Any:
    """sign(x) log(|x| + sqrt(x^2 + 1)); near zero by its series."""
    import tensorflow as tf

    size, square = tf.abs(value), value * value
    far = tf.sign(value) * tf.math.log(size + tf.sqrt(square + 1.0))
    series = value * (1.0 - square * (1 / 6 - square * (3 / 40 - square * (15 / 336 - square * 105 / 3456))))
    return tf.where(size < _SMALL, series, far)


def arccosh(value: Any) -> Any:
    """log(x + sqrt(x^2 - 1)), with the root as a product that keeps its digits near 1."""
    import tensorflow as tf

    return tf.math.log(value + tf.sqrt((value - 1.0) * (value + 1.0)))


def arctanh(value: Any) -> Any:
    """log((1 + x) / (1 - x)) / 2; near zero by its series."""
    import tensorflow as tf

    square = value * value
    series = value * (1.0 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9 + square / 11)))))
    return tf.where(tf.abs(value) < _SMALL, series, 0.5 * tf.math.log((1.0 + value) / (1.0 - value)))


def is_infinite(value: Any) -> Any:
    """Beyond every finite number: the converter's own form takes a finite number of the same size for infinite."""
    import tensorflow as tf

    return tf.abs(value) > value.dtype.max


def is_finite(value: Any) -> Any:
    """Within all finite numbers, which not-a-number is not."""
    import tensorflow as tf

    return tf.abs(value) <= value.dtype.max


def of_floats(function: Callable[[Any], Any]) -> Callable[[Any], Callable[..., Any]]:
    """The form of a Keras operation on floating point; whole numbers stay with the operation itself."""

    def make(operation: Any) -> Callable[..., Any]:
        def form(value: Any, **_: Any) -> Any:
            (tensor,) = tensors([value])
            return function(tensor) if tensor.dtype.is_floating else operation(value)

        return form

    return make
