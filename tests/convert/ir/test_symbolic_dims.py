"""Lengths that are not known as numbers: two ways to write one are equal, and what people read is short."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pt2k_gui.convert.ir.symbolic_dims import (
    SymbolicDim,
    at_least,
    divide_exactly,
    largest,
    rounded_down,
    smallest,
)

H, W, B = (SymbolicDim.symbol(name) for name in ("H", "W", "batch"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (((H - 1) // 2 + 1 - 1) // 2 + 1, (H - 1) // 4 + 1),
        (H // 2 + (H + 1) // 2, H),
        (H - H // 2, (H + 1) // 2),
        (H // 2 + H // 2 + H % 2, H),
        ((H + (8 - H % 8) % 8) // 8, (H + 7) // 8),
        ((H + 4 * W) // 4, H // 4 + W),
        ((6 * H + 3) // 4, (3 * H + 1) // 2),
        (largest(H, W) + smallest(H, W), H + W),
        (rounded_down(SymbolicDim(((("H",), Fraction(7, 10)),))), (7 * H) // 10),  # type: ignore[arg-type]
        ((B * H * 6) // (B * H), 6),
    ],
)
def test_one_length_written_in_two_ways_is_equal_and_found_in_a_dictionary(one: object, other: object) -> None:
    assert one == other
    assert {one: True}[other]


@pytest.mark.parametrize(
    ("one", "other"),
    [(H // 2, (H + 1) // 2), (H // 3, H // 4), (H, W), (largest(H, 7), H), (2 * (H // 2), H), (H // 64 * 64, H)],
)
def test_lengths_that_differ_at_some_size_are_not_equal(one: object, other: object) -> None:
    assert one != other


def test_products_of_sums_divide() -> None:
    high, wide = (H - 1) // 4 + 1, (W - 1) // 4 + 1
    assert divide_exactly(B * 2 * high * wide * 3, B * wide) == 6 * high
    assert divide_exactly(H * H - 1, H + 1) == H - 1
    assert divide_exactly(H + 1, H) is None


def test_a_length_is_at_least_one_and_no_more_is_taken_for_granted() -> None:
    assert largest(H, 1) == H
    assert at_least(H + 3, 4)
    assert not at_least(H, 2)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        ((H - 1) // 2 + 1, "ceil(H/2)"),
        (4 * (H // 4), "4*floor(H/4)"),
        (H * W - 2, "H*W - 2"),
        (largest(H, 7), "max(H, 7)"),
        (-H, "-H"),
    ],
)
def test_a_length_reads_as_people_write_it(length: object, text: str) -> None:
    assert str(length) == text
