"""Sizes for free axes other than those of the example: what a conversion is tried on that did not see them.

Runs in the user's interpreter too: torch alone is needed.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.inputs import random_tensors

if TYPE_CHECKING:
    import torch

_MOST_ELEMENTS = 4_000_000  # of all inputs together, unless the example has more

Sizes = Mapping[str, int]
"""A size for each word of the inputs' shapes."""


def example_sizes(inputs: Sequence[TensorSpec], batch: int) -> dict[str, int]:
    """The example's sizes by the user's words."""
    found: dict[str, int] = {}
    for spec in inputs:
        for word, size in zip(spec.shape, spec.sizes(batch), strict=True):
            if isinstance(word, str):
                found.setdefault(word, size)
    return found


def free_words(inputs: Sequence[TensorSpec]) -> list[str]:
    """The words of sizes that are not the batch."""
    return list(dict.fromkeys(str(spec.shape[axis]) for spec in inputs for axis in spec.free_axes()))


def with_sizes(inputs: Sequence[TensorSpec], sizes: Sizes) -> tuple[tuple[TensorSpec, ...], int]:
    """The inputs with these sizes as their example, and the size of the batch (1 where it is fixed)."""
    changed, batch = [], 1
    for spec in inputs:
        example = tuple(sizes[size] if isinstance(size, str) else size for size in spec.shape)
        axis = spec.batch_axis
        if axis is not None and axis not in spec.free_axes():
            batch = example[axis]
        changed.append(dataclasses.replace(spec, example=example))
    return tuple(changed), batch


def tensors_of(inputs: Sequence[TensorSpec], sizes: Sizes, seed: int) -> list[torch.Tensor]:
    """Random inputs of these sizes."""
    changed, batch = with_sizes(inputs, sizes)
    return random_tensors(changed, batch, seed)


def moved_sizes(inputs: Sequence[TensorSpec]) -> list[Sizes]:
    """Larger examples to record at: odd ones, no two alike, then multiples of the example's for models that take no other."""
    example, free = example_sizes(inputs, 3), free_words(inputs)
    odd = {word: 2 * example[word] + 3 + 2 * place for place, word in enumerate(free)}
    multiples = {word: (2 + place % 2) * example[word] for place, word in enumerate(free)}
    return within(inputs, [{**example, **odd}, {**example, **multiples}]) if free else []


def larger_sizes(inputs: Sequence[TensorSpec]) -> list[Sizes]:
    """Sizes above the example's: doubled, odd, multiples with other proportions."""
    example, free = example_sizes(inputs, 3), free_words(inputs)
    found = [
        _at(example, free, 4, lambda place, size: 2 * size),
        _at(example, free, 5, lambda place, size: 2 * size + 1 + 2 * place),
        _at(example, free, 2, lambda place, size: (3 - place % 2) * size),
        _at(example, free, 3, lambda place, size: (1 + place % 2) * size + 2),
    ]
    return within(inputs, found)


def smaller_sizes(inputs: Sequence[TensorSpec]) -> list[Sizes]:
    """Sizes below the example's, the smallest last: halves, odd ones."""
    example, free = example_sizes(inputs, 3), free_words(inputs)
    return [
        _at(example, free, 2, lambda place, size: max(2, size // 2)),
        _at(example, free, 3, lambda place, size: max(2, (size // 3) | 1) + 2 * place),
        _at(example, free, 2, lambda place, size: 2),
    ]


def size_of_one(inputs: Sequence[TensorSpec]) -> Sizes:
    """All free sizes 1, with a batch of two."""
    return _at(example_sizes(inputs, 3), free_words(inputs), 2, lambda place, size: 1)


def powers(inputs: Sequence[TensorSpec], word: str) -> list[Sizes]:
    """One size grown fourfold and more, up to what memory bears."""
    example = example_sizes(inputs, 2)
    return within(inputs, [{**example, word: example[word] * 2**power} for power in range(2, 8)])


def within(inputs: Sequence[TensorSpec], candidates: Sequence[Sizes]) -> list[Sizes]:
    """Those of moderate size, each once."""
    most = max(_MOST_ELEMENTS, _elements(inputs, example_sizes(inputs, 3)))
    kept = {tuple(sizes.items()): sizes for sizes in candidates if _elements(inputs, sizes) <= most}
    return list(kept.values())


def words_of(sizes: Sizes) -> str:
    """``H = 449, W = 451``."""
    return ", ".join(f"{word} = {size}" for word, size in sizes.items())


def _at(example: Sizes, free: Sequence[str], batch: int, size: Callable[[int, int], int]) -> Sizes:
    """The example's sizes with another batch, each free one as ``size`` gives it from its place and what it was."""
    return {word: size(free.index(word), given) if word in free else batch for word, given in example.items()}


def _elements(inputs: Sequence[TensorSpec], sizes: Sizes) -> int:
    changed, batch = with_sizes(inputs, sizes)
    return sum(math.prod(spec.sizes(batch)) for spec in changed)
