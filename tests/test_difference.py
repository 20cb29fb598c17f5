"""The one measure of how far numbers are apart: what is not a number must never count as equal to one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pt2k_gui.difference import difference, largest_difference, magnitude

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("actual", "expected", "apart"),
    [
        (1.5, 1.0, 0.5),
        (NAN, NAN, 0.0),
        (INF, INF, 0.0),
        (NAN, 1.0, INF),
        (1.0, NAN, INF),
        (INF, -INF, INF),
        (1.0, INF, INF),
    ],
)
def test_a_number_and_what_is_none_are_infinitely_apart(actual: float, expected: float, apart: float) -> None:
    pair = np.array([0.0, actual], np.float32), np.array([0.0, expected], np.float32)
    assert difference(*pair).tolist() == [0.0, apart]
    assert largest_difference(*pair) == apart
    assert largest_difference(np.array(actual), np.array(expected)) == apart  # a loss, say: an array without axes


def test_a_large_magnitude_is_that_of_the_finite_numbers() -> None:
    assert magnitude(np.array([1.0, -3.0, INF, NAN])) == 3.0
    assert magnitude(np.array([NAN])) == magnitude(np.zeros(0)) == 0.0


def test_booleans_and_integers_are_compared_too() -> None:
    assert largest_difference(np.array([True, False]), np.array([True, True])) == 1.0
    assert largest_difference(np.array([3], np.int64), np.array([-3], np.int32)) == 6.0
