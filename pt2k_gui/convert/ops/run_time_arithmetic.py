"""Arithmetic on numbers of which some are known now and others only while the model runs, such as lengths of axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import Dim

Number = Any
"""A Python number, or a Keras tensor."""


class Arithmetic:
    """Calls ``keras.ops`` where a Keras tensor is involved and numpy where all is known, so that numbers stay numbers."""

    def __init__(self, build: Build, dtype: str = "float32") -> None:
        self.build = build
        self.dtype = dtype

    def length(self, length: Dim) -> Number:
        """A length as a number or as a scalar that is measured while the model runs."""
        if isinstance(length, int):
            return float(length) if self.dtype.startswith("float") else length
        return self.build.measured(length, self.dtype)

    def positions(self, length: Dim) -> Number:
        """0, 1, 2 ... as a Keras vector."""
        counted = self.build.counted(length)
        return counted if self.dtype == "int32" else self.build.call(ops.cast, counted, self.dtype, name="positions")

    def apply(self, function: Callable[..., Any], *values: Number, name: str = "") -> Number:
        """A function of ``keras.ops``, or numpy's of the same name where every value is a number."""
        label = name or function.__name__
        if not any(hasattr(value, "_keras_history") for value in values):
            return getattr(np, function.__name__)(*values).item()
        return self.build.call(function, *values, name=label)

    def add(self, a: Number, b: Number) -> Number:
        """``a + b``; nothing is emitted where one is 0."""
        return a if _is(b, 0) else b if _is(a, 0) else self.apply(ops.add, a, b)

    def subtract(self, a: Number, b: Number) -> Number:
        """``a - b``; nothing is emitted where ``b`` is 0."""
        return a if _is(b, 0) else self.apply(ops.subtract, a, b)

    def multiply(self, a: Number, b: Number) -> Number:
        """``a * b``; nothing is emitted where one is 1."""
        return a if _is(b, 1) else b if _is(a, 1) else self.apply(ops.multiply, a, b)

    def divide(self, a: Number, b: Number) -> Number:
        """``a / b``; nothing is emitted where ``b`` is 1."""
        return a if _is(b, 1) else self.apply(ops.divide, a, b)

    def clip(self, value: Number, low: Number, high: Number) -> Number:
        """The value, kept between ``low`` and ``high``."""
        return self.apply(ops.minimum, self.apply(ops.maximum, value, low), high)

    def reflect(self, value: Number, low: Number, high: Number) -> Number:
        """Thrown back at both ends until it lies between them."""
        span = self.subtract(high, low)
        turn = self.apply(ops.mod, self.subtract(value, low), self.apply(ops.maximum, self.multiply(span, 2), 1))
        back = self.subtract(self.multiply(span, 2), turn)
        return self.add(self.apply(ops.minimum, turn, back), low)


def _is(value: Number, number: int) -> bool:
    return isinstance(value, (int, float)) and value == number


def tap_weights(numbers: Arithmetic, rest: Number, mode: str, cubic: float) -> list[tuple[int, Number]]:
    """The elements that interpolation sums up, as steps from the floor of a place that lies ``rest`` behind it, and their
    weights: two of them for ``"linear"``, four for ``"cubic"`` (Keys, 1981)."""
    if mode == "linear":
        return [(0, numbers.subtract(1.0, rest)), (1, rest)]
    distances = {-1: numbers.add(rest, 1.0), 0: rest, 1: numbers.subtract(1.0, rest), 2: numbers.subtract(2.0, rest)}
    return [
        (step, cubic_near(numbers, distance, cubic) if step in (0, 1) else cubic_far(numbers, distance, cubic))
        for step, distance in distances.items()
    ]


def cubic_near(numbers: Arithmetic, distance: Number, a: float) -> Number:
    """The kernel of Keys (1981) up to a distance of 1."""
    return _polynomial(numbers, distance, (a + 2, -(a + 3), 0.0, 1.0))


def cubic_far(numbers: Arithmetic, distance: Number, a: float) -> Number:
    """The kernel of Keys (1981) at distances from 1 to 2."""
    return _polynomial(numbers, distance, (a, -5 * a, 8 * a, -4 * a))


def _polynomial(numbers: Arithmetic, x: Number, coefficients: tuple[float, ...]) -> Number:
    value: Number = coefficients[0]
    for coefficient in coefficients[1:]:
        value = numbers.add(numbers.multiply(value, x), coefficient)
    return value
