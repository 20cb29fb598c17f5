"""Weights that two kinds of files write in different orders, and those that are in none of these."""

from __future__ import annotations

import numpy as np
import pytest

from pt2k_gui.graph.weight_order import order_difference

RANDOM = np.random.default_rng(0)
KERNEL = RANDOM.standard_normal((8, 4, 3, 3))
DENSE = RANDOM.standard_normal((10, 6 * 5 * 4))
GATES = RANDOM.standard_normal((4 * 7, 5))


def _channels_last(dense: np.ndarray) -> np.ndarray:
    return dense.reshape(10, 6, 20).swapaxes(1, 2).reshape(10, -1).T


def _other_gates(weights: np.ndarray) -> np.ndarray:
    i, o, f, c = np.split(weights, 4)
    return np.concatenate([i, f, c, o]).T


ORDERS = {
    "a kernel's axes": (KERNEL, KERNEL.transpose(2, 3, 1, 0)),
    "a depthwise kernel": (KERNEL[:, :1], KERNEL[:, :1].transpose(1, 2, 3, 0)),
    "a dense layer behind an image": (DENSE, _channels_last(DENSE)),
    "gates": (GATES, _other_gates(GATES)),
    "gates of a bias": (GATES[:, 0], _other_gates(GATES[:, :1]).reshape(-1)),
}


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_that_files_are_known_to_write_is_no_difference(name: str) -> None:
    ours, theirs = ORDERS[name]
    assert order_difference(ours, theirs, alike=False) == (0, True)
    changed = theirs.copy()
    changed.flat[3] += 0.25
    found, known = order_difference(ours, changed, alike=False)
    assert known
    assert found == pytest.approx(0.25)


@pytest.mark.parametrize("name", ORDERS)
def test_numbers_rounded_to_four_bits_still_belong_together(name: str) -> None:
    ours, theirs = ORDERS[name]
    step = np.abs(theirs).max() / 7
    found, known = order_difference(ours, np.round(theirs / step) * step, alike=False)
    assert known
    assert found <= step / 2 + 1e-12


def test_permuted_channels_are_not_the_same_weights() -> None:
    theirs = KERNEL.transpose(2, 3, 1, 0)
    theirs = theirs[..., RANDOM.permutation(8)]
    assert order_difference(KERNEL, theirs, alike=False) == (0, False)


def test_files_of_one_kind_have_one_order() -> None:
    square = RANDOM.standard_normal((6, 6))
    found, known = order_difference(square, square.T, alike=True)
    assert found > 0.1
    assert known
