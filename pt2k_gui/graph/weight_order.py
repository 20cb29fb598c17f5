"""The order in which kinds of files write the same weights."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pt2k_gui.difference import largest_difference, magnitude

if TYPE_CHECKING:
    import numpy as np

_GATES = (3, 4)  # of GRU and LSTM
_NEAR = 0.05
"""Of the largest value: what rounding to four bits moves a weight by, and less than the distance of two unrelated ones."""
_MOST_AXES = 6


def order_difference(ours: np.ndarray, theirs: np.ndarray, *, alike: bool) -> tuple[float, bool]:
    """The largest difference of two arrays of as many numbers, and whether it is of numbers that belong together.

    Files of other kinds write axes in another order, the inputs of a dense layer as an image's channels first or last, and the
    gates of a recurrent layer in an order of their own. Where none of these orders brings at least half of the numbers
    together, the sorted values are compared, and the second answer is False.

    Args:
        alike: whether the files are of one kind, so that arrays of one shape have one order.
    """
    import numpy as np

    if alike and ours.shape == theirs.shape:
        return largest_difference(theirs, ours), True
    a, b = ours.squeeze(), theirs.squeeze()
    near = _NEAR * magnitude(a)
    best, share = None, -1.0
    for candidate in _orders(b, a.shape):
        found = float(np.mean(np.abs(candidate - a) <= near)) if a.size else 1.0
        if found > share:
            best, share = candidate, found
        if found == 1.0:
            break
    if best is not None and share >= 0.5:
        return largest_difference(best, a), True
    return largest_difference(np.sort(b, axis=None), np.sort(a, axis=None)), False


def _orders(array: np.ndarray, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """The array in every order that files are known to write, with a shape; the axes alone first."""
    if array.ndim > _MOST_AXES:
        return
    turned = [
        array.transpose(axes)
        for axes in itertools.permutations(range(array.ndim))
        if tuple(array.shape[axis] for axis in axes) == shape
    ]
    yield from turned
    if len(shape) > 2:
        return
    for one in turned:
        for axis in range(one.ndim):
            yield from _gates(one, axis)
            yield from _flattened(one, axis)


def _gates(array: np.ndarray, axis: int) -> Iterator[np.ndarray]:
    import numpy as np

    for count in _GATES:
        if array.shape[axis] % count == 0:
            parts = np.split(array, count, axis)
            for order in itertools.permutations(range(count)):
                yield np.concatenate([parts[place] for place in order], axis)


def _flattened(array: np.ndarray, axis: int) -> Iterator[np.ndarray]:
    """An axis as channels and places the other way round, for each number of channels."""
    import numpy as np

    length = array.shape[axis]
    lines = np.moveaxis(array, axis, 0)
    for channels in range(2, math.isqrt(length) + 1):
        if length % channels == 0:
            for first in {channels, length // channels}:
                split = lines.reshape(first, length // first, *lines.shape[1:])
                yield np.moveaxis(np.swapaxes(split, 0, 1).reshape(lines.shape), 0, axis)
