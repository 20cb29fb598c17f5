"""What a coarse file no longer tells is found whatever the output looks like, and a file that only rounds is left in peace."""

from __future__ import annotations

import numpy as np
import pytest

from pt2k_gui.verify.lost_information import OutputErrors

Array = np.ndarray
rng = np.random.default_rng(0)


def in_eight_bits(values: Array) -> Array:
    """The values as an int8 tensor of one scale would hold them."""
    low, high = min(0.0, values.min()), max(0.0, values.max())
    scale = (high - low) / 255
    return (np.round((values - low) / scale) * scale + low).astype(np.float32)


def scores(samples: int = 64, classes: int = 5) -> Array:
    return rng.standard_normal((samples, classes)).astype(np.float32) * 4


def boxes() -> Array:
    """Pixels beside scores, in one output."""
    return np.concatenate([rng.uniform(0, 640, (64, 20, 4)), rng.uniform(0, 1, (64, 20, 2))], 2).astype(np.float32)


def far_from_zero() -> Array:
    """Degrees around a hundred: a small error of the largest value is a large one of what varies."""
    return (100 + rng.standard_normal((64, 1)) * 0.3).astype(np.float32)


def dead_column(values: Array, column: int, at: float) -> Array:
    coarse = values.copy()
    coarse[..., column] = at
    return coarse


def flipped(values: Array) -> Array:
    """The best two classes of each sample in the other order, under an offset that makes all errors small beside it."""
    order = values.argsort(1)
    coarse = values.copy()
    rows = np.arange(len(values))
    coarse[rows, order[:, -1]], coarse[rows, order[:, -2]] = values[rows, order[:, -2]], values[rows, order[:, -1]]
    return coarse


SCORES, OFFSET = scores(), scores() + 1000
SHARES = np.exp(SCORES) / np.exp(SCORES).sum(1, keepdims=True)
IMAGES = rng.standard_normal((16, 8, 8, 3)).astype(np.float32)
BOXES, DEGREES = boxes(), far_from_zero()

BAD = {
    "several ranges in one output": (in_eight_bits(BOXES), BOXES, "channels of the output y (numbers 4, 5 of axis 2)"),
    "a dead column": (dead_column(SCORES, 2, 0.0), SCORES, "channel of the output y (numbers 2 of axis 1)"),
    "a dead column far from zero": (dead_column(OFFSET, 2, 1000.0), OFFSET, "channel of the output y (numbers 2 of axis 1)"),
    "a dead column of probabilities": (dead_column(SHARES, 1, 0.2), SHARES, "channel of the output y (numbers 1 of axis 1)"),
    "a dead channel of images": (dead_column(IMAGES, 0, 0.1), IMAGES, "channel of the output y (numbers 0 of axis 3)"),
    "a flipped ranking": (flipped(OFFSET), OFFSET, "another class of the output y clearly ranks first"),
    "the answer of all samples alike": (np.repeat(SCORES[:1], 64, 0), SCORES, "no longer tells them apart"),
    "eight bits for what varies by less than a step": (
        in_eight_bits(DEGREES) + 0.3, DEGREES, "no longer tells them apart",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_what_is_lost_is_said(kind: str) -> None:
    coarse, right, words = BAD[kind]
    errors = OutputErrors()
    for half in (slice(0, len(right) // 2), slice(len(right) // 2, None)):  # batch by batch
        errors.add(coarse[half].astype(np.float32), right[half])
    lost = errors.lost()
    assert lost is not None
    assert words in lost.sentence("y")


GOOD = {
    "scores": (in_eight_bits(SCORES), SCORES),
    "probabilities": (in_eight_bits(SHARES), SHARES),
    "images": (in_eight_bits(IMAGES), IMAGES),
    "boxes alone": (in_eight_bits(BOXES[..., :4]), BOXES[..., :4]),
    "classes that no sample shows": (
        in_eight_bits(np.concatenate([SHARES, np.full((64, 3), 1e-5, np.float32)], 1)),
        np.concatenate([SHARES, np.full((64, 3), 1e-5, np.float32)], 1),
    ),
    "an output that never varies": (np.full((64, 4), 1.01, np.float32), np.full((64, 4), 1.0, np.float32)),
    "classes that are nearly tied": (
        np.stack([SCORES[:, 0], SCORES[:, 0] + 0.01, SCORES[:, 1] - 20], 1),
        np.stack([SCORES[:, 0] + 0.01, SCORES[:, 0], SCORES[:, 1] - 20], 1),
    ),
    "one sample": (SCORES[:1] * 1.02, SCORES[:1]),
}


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_only_rounded_is_not_called_lost(kind: str) -> None:
    errors = OutputErrors()
    errors.add(*GOOD[kind])
    lost = errors.lost()
    assert lost is None, lost.sentence("y")


def test_parts_of_the_samples_find_what_one_run_finds() -> None:
    for coarse, right, words in BAD.values():
        parts = [OutputErrors() for _ in range(2)]
        for number, part in enumerate(parts):
            part.add(coarse[number::2].astype(np.float32), right[number::2])
        parts[0].merge(parts[1])
        lost = parts[0].lost()
        assert lost is not None
        assert words in lost.sentence("y")
