"""The algebra of axis orders, by property: whatever is done to the account of the axes, the data is numpy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pt2k_gui.convert.builder.safe_add import is_right, written
from pt2k_gui.convert.ir.layout import (
    Arrangement,
    Layout,
    nearest_order,
    ordered_arrangement,
    plain_layout,
    rearrangement,
    reshaped,
    transposed,
)

SHAPES = st.lists(st.integers(1, 6), min_size=1, max_size=4)


def _stored_as(data: np.ndarray, layout: Layout, wanted: Arrangement) -> np.ndarray:
    """The stored data moved by the steps that the algebra gives."""
    steps = rearrangement(layout, wanted)
    if steps.blocks is not None:
        data = data.reshape([int(size) for size in steps.blocks if isinstance(size, int)])
    if steps.permutation is not None:
        data = data.transpose(steps.permutation)
    return data.reshape([int(size) for size in steps.shape if isinstance(size, int)])


@st.composite
def _stories(draw: Any) -> tuple[list[int], list[int], list[tuple[str, list[int]]]]:
    """A shape, an order in which it is stored, and some transposes and reshapes."""
    shape = draw(SHAPES)
    order = draw(st.permutations(range(len(shape))))
    steps: list[tuple[str, list[int]]] = []
    now = list(shape)
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            permutation = draw(st.permutations(range(len(now))))
            steps.append(("transpose", list(permutation)))
            now = [now[axis] for axis in permutation]
        else:
            total = int(np.prod(now))
            target: list[int] = []
            while total > 1 and len(target) < 3:
                part = draw(st.sampled_from([n for n in range(1, total + 1) if total % n == 0]))
                target.append(part)
                total //= part
            now = [*target, total]
            steps.append(("reshape", list(now)))
    return shape, list(order), steps


@settings(max_examples=300, deadline=None)
@given(_stories())
def test_transposes_and_reshapes_move_no_data_and_lose_none(
    story: tuple[list[int], list[int], list[tuple[str, list[int]]]],
) -> None:
    shape, order, steps = story
    truth = np.arange(int(np.prod(shape))).reshape(shape)
    stored = truth.transpose(order)
    layout = plain_layout(shape, order)
    for kind, argument in steps:
        if kind == "transpose":
            truth, layout = truth.transpose(argument), transposed(layout, argument)
        else:
            truth = truth.reshape(argument)
            fitting = reshaped(layout, argument)
            if fitting is None:  # the factors can't express it: the engine then moves the data for good
                layout = plain_layout(argument)
                stored = truth
            else:
                layout = fitting
        assert layout.shape == truth.shape
    everything = ordered_arrangement(layout, range(truth.ndim))
    refined = stored.reshape([int(size) for size in layout.stored_shape if isinstance(size, int)])
    np.testing.assert_array_equal(_stored_as(refined, layout, everything), truth)
    near = nearest_order(layout)
    np.testing.assert_array_equal(_stored_as(refined, layout, ordered_arrangement(layout, near)), truth.transpose(near))


@settings(max_examples=100, deadline=None)
@given(SHAPES.flatmap(lambda shape: st.tuples(st.just(shape), st.permutations(range(len(shape))))))
def test_a_transpose_and_its_inverse_cost_nothing(case: tuple[list[int], list[int]]) -> None:
    shape, permutation = case
    layout = plain_layout(shape)
    back = transposed(transposed(layout, permutation), np.argsort(permutation).tolist())
    steps = rearrangement(back, ordered_arrangement(back, range(len(shape))))
    assert steps.permutation is None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=4), st.lists(st.sampled_from([1, 2, 3]), max_size=4))
def test_a_sum_that_counts_as_right_is_numpys_sum(x: list[int], y: list[int]) -> None:
    from keras import ops

    try:
        np.broadcast_shapes(x, y)
    except ValueError:
        return
    a = np.arange(np.prod(x), dtype=np.float32).reshape(x)
    b = np.arange(np.prod(y), dtype=np.float32).reshape(y) * 10
    if is_right(x, y):
        np.testing.assert_array_equal(np.asarray(ops.add(a, b)), a + b)


@pytest.mark.parametrize("shape", [(2, 5, 6), (None, 5, 6), (2, 5, 6, 7), (None, 5, None)])
def test_a_sum_along_the_second_axis_is_written_so_that_litert_has_it(shape: tuple[int | None, ...]) -> None:
    import keras

    x, y = keras.KerasTensor(shape), keras.KerasTensor((5, *(1,) * (len(shape) - 2)))
    way, first, second = written(x, y)
    assert way == "add"
    assert first is y and second is x  # a second term of one axis would be a bias, of the second axis here
