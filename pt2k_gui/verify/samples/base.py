"""Samples as batches of arrays with what is known of them; and how many fit into a batch."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.sources.card import TensorSpec

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.verify.runners import Runner

MOST_IN_BATCH = 256
_BATCH_ELEMENTS = 4_000_000  # of all inputs together; keeps activations within some hundred megabytes
_OUTPUT_ELEMENTS = 16_000_000  # of all outputs of one batch: 64 MB in each backend, and several copies to compare


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples in batches.

    Attributes:
        count: how many in all.
        source: in words.
        batches: yields each batch as one array per input, in ONNX's axes.
        per_batch: samples in each batch (the last one may be smaller).
        images: to show them. uint8: (count, height, width) of digits, drawn as ink, or (count, height, width, 3) of pictures.
            float32: (count, 2, columns), the least and the largest value of sound in each column. Text: (count,), tokens.
        labels: int64 (count,), where known.
        classes: names of the classes, where known.
        files: what each is called: of a folder's images their paths in it, of frames and windows also which one.
        elements: of one sample's inputs together.
        notes: what a person should know.
        free_batch: whether a batch may be cut: the model leaves free how many samples it has.
        words: the tokens of the texts' tokenizer, by number.
        axes: for each input the axis that counts the samples, None where none does; empty where it is the first of all.
    """

    count: int
    source: str
    batches: Callable[[], Iterator[tuple[np.ndarray, ...]]]
    per_batch: int
    images: np.ndarray | None = None
    labels: np.ndarray | None = None
    classes: tuple[str, ...] = ()
    elements: int = 0
    notes: tuple[str, ...] = ()
    free_batch: bool = True
    files: tuple[str, ...] = ()
    axes: tuple[int | None, ...] = ()
    words: tuple[str, ...] = ()

    def cut(self, batch: Sequence[np.ndarray], start: int, end: int) -> tuple[np.ndarray, ...]:
        """Some samples of a batch: from ``start`` up to ``end``."""
        axes = self.axes or (0,) * len(batch)
        return tuple(
            array if axis is None else array[(slice(None),) * axis + (slice(start, end),)]
            for array, axis in zip(batch, axes, strict=True)
        )


def part_of(samples: Samples, number: int, parts: int) -> Samples:
    """One of several parts of nearly the same size, each of whole batches; all together are the samples in their order.

    Where there are fewer batches than parts, the last parts are empty.
    """
    whole = -(-samples.count // samples.per_batch)
    first, last = (-(-whole * place // parts) for place in (number, number + 1))
    start, end = (min(place * samples.per_batch, samples.count) for place in (first, last))
    return dataclasses.replace(
        samples,
        count=end - start,
        batches=lambda: itertools.islice(samples.batches(), first, last),
        images=None if samples.images is None else samples.images[start:end],
        labels=None if samples.labels is None else samples.labels[start:end],
        files=samples.files[start:end],
    )


def bounded(samples: Samples, runner: Runner) -> Samples:
    """The samples in batches whose outputs fit into memory, by the size of what the first sample gives.

    A decoder makes much of little: one image of 600 kB may give 20 MB, and a batch that was sized by its inputs some GB.
    """
    if not samples.free_batch or samples.per_batch < 2:
        return samples
    first = runner.run(samples.cut(next(samples.batches()), 0, 1))
    most = max(1, _OUTPUT_ELEMENTS // max(sum(array.size for array in first), 1))
    if most >= samples.per_batch:
        return samples

    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        done = 0
        for batch in samples.batches():
            count = min(samples.per_batch, samples.count - done)
            done += count
            for start in range(0, count, most):
                yield samples.cut(batch, start, min(start + most, count))

    if samples.per_batch % most:  # every batch but the last holds as many as the first
        most = next(size for size in range(most, 0, -1) if samples.per_batch % size == 0)
    return dataclasses.replace(samples, batches=batches, per_batch=most)


def batch_size(inputs: Sequence[TensorSpec]) -> int | None:
    """The fixed size of the first axis, or None where any input leaves open how many samples it has."""
    if any(spec.batch_axis is not None for spec in inputs):
        return None
    first = inputs[0].shape[0] if inputs and inputs[0].shape else 1
    return first if isinstance(first, int) else None


def whole_batches(have: int, inputs: Sequence[TensorSpec]) -> int:
    """How many of so many samples a model takes: whole batches where their size is fixed."""
    fixed = batch_size(inputs)
    return have // fixed * fixed if fixed else have


def sample_elements(inputs: Sequence[TensorSpec]) -> int:
    """How many numbers one sample has; a free size other than the batch counts as it is filled in here."""
    fixed = batch_size(inputs) or 1
    return sum(math.prod(spec.sizes(1)) for spec in inputs) // fixed


def free_batch(inputs: Sequence[TensorSpec]) -> int:
    """A sensible batch where the model leaves it free."""
    return max(1, min(MOST_IN_BATCH, _BATCH_ELEMENTS // max(sample_elements(inputs), 1)))


def sample_axes(inputs: Sequence[TensorSpec]) -> tuple[int | None, ...]:
    """For each input the axis that counts the samples, as ``Samples.axes``; empty where their number is fixed."""
    return tuple(spec.batch_axis for spec in inputs) if batch_size(inputs) is None else ()
