"""The dry run tells an output's free sizes in the words that the user gave the inputs' sizes."""

from __future__ import annotations

import pytest

from pt2k_gui.export.dry_run import size_in_words
from pt2k_gui.sources.card import TensorSpec

IMAGE = TensorSpec("x", "float32", ("batch", 3, "H", "W"), example=(1, 3, 64, 96))


@pytest.mark.parametrize(
    ("axis", "once", "twice", "text"),
    [
        (2, 64, 128, "H"),
        (3, 96, 192, "W"),
        (2, 16, 32, "H/4"),
        (3, 192, 384, "2*W"),
        (2, 62, 126, "H - 2"),
        (3, 98, 194, "W + 2"),
        (1, 96, 192, "W"),
        (2, 17, 999, "dim_2"),
    ],
)
def test_a_size_is_told_by_the_inputs_words(axis: int, once: int, twice: int, text: str) -> None:
    assert size_in_words((IMAGE,), axis, once, twice) == text
