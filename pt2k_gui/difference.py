"""How far two arrays of numbers are apart, not-a-number and infinities included: the one measure that every room uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def difference(actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """The absolute difference of each pair of values, in float64, in the arrays' shape.

    Two infinities of one sign, and two not-a-numbers, are the same answer: 0. Where only one of two values is finite, or
    where two infinities have other signs, the difference is infinite; it is never not-a-number.
    """
    import numpy as np

    a, e = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    with np.errstate(invalid="ignore"):
        apart = np.asarray(np.abs(a - e))  # the difference of two single numbers is no array by itself
    unclear = ~np.isfinite(apart)
    if unclear.any():  # rare, and costs more passes over the arrays than the rest
        apart[unclear & ((a == e) | (np.isnan(a) & np.isnan(e)))] = 0.0
        apart[np.isnan(apart)] = np.inf
    return apart


def largest_difference(actual: np.ndarray, expected: np.ndarray) -> float:
    """The largest of them; 0 for empty arrays."""
    return float(difference(actual, expected).max(initial=0.0))


def magnitude(values: np.ndarray) -> float:
    """The largest absolute finite value; 0 where there is none."""
    import numpy as np

    absolute = np.abs(np.asarray(values, np.float64))
    largest = float(absolute.max(initial=0.0))
    return largest if np.isfinite(largest) else float(absolute[np.isfinite(absolute)].max(initial=0.0))
