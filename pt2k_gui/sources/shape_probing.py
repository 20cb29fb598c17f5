"""Finds sizes for the free axes of an ONNX file's inputs on which it runs: files name such axes, but not what they take."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.inputs import random_tensors
from pt2k_gui.sources.onnx_session import onnx_session

_MOST_TRIALS = 40
_MOST_VALUES = 16_000_000  # of one input; a picture as long and wide as a sound would fill the memory
_BATCH = 2
_PICTURES = (224, 320, 640, 128, 64, 32, 512)
_SEQUENCES = (16, 128, 512, 64, 256, 1024, 16000, 4, 1)


def with_examples(file: Path, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
    """The inputs with sizes on which the file runs; as they are where all sizes are known, or where none were found.

    An axis that only takes the batch's size becomes the batch. Where the file runs on a batch of one alone, that is fixed.
    """
    if not any(spec.free_axes() and not spec.example for spec in inputs):
        return tuple(inputs)
    try:
        session = onnx_session(file, silent=True)
    except Exception:  # ONNX Runtime's exceptions share no base class of their own; the dry run says what is wrong
        return tuple(inputs)
    fitting = (proposal for proposal in _proposals(inputs) if _is_small(proposal))
    for proposal in itertools.islice(fitting, _MOST_TRIALS):
        if _runs(session, proposal):
            return proposal
    return tuple(inputs)


def _proposals(inputs: Sequence[TensorSpec]) -> Iterator[tuple[TensorSpec, ...]]:
    """Each size for all free axes at once, first on a batch, then on a batch of one."""
    pictures = any(len(spec.shape) >= 4 and spec.free_axes() for spec in inputs)
    sizes = (*_PICTURES, *_SEQUENCES) if pictures else _SEQUENCES
    for size in sizes:
        yield tuple(_sized(spec, size, _BATCH) for spec in inputs)
        if any(_without_batch(spec) for spec in inputs):
            yield tuple(_sized(_with_batch(spec), size, _BATCH) for spec in inputs)
    for size in sizes:
        yield tuple(_sized(_of_one(_with_batch(spec)), size, 1) for spec in inputs)


def _is_small(inputs: Sequence[TensorSpec]) -> bool:
    return all(math.prod(spec.sizes(_BATCH)) <= _MOST_VALUES for spec in inputs)


def _sized(spec: TensorSpec, size: int, batch: int) -> TensorSpec:
    free = spec.free_axes()
    example = tuple(size if axis in free else given for axis, given in enumerate(spec.sizes(batch)))
    return dataclasses.replace(spec, example=example)


def _without_batch(spec: TensorSpec) -> bool:
    return bool(spec.free_axes()) and isinstance(spec.shape[0], int) and "batch" not in spec.shape


def _with_batch(spec: TensorSpec) -> TensorSpec:
    """A recurrent state, say: layers come first, and the first free axis is the batch."""
    if not _without_batch(spec):
        return spec
    first = spec.free_axes()[0]
    return dataclasses.replace(
        spec, shape=tuple("batch" if axis == first else size for axis, size in enumerate(spec.shape))
    )


def _of_one(spec: TensorSpec) -> TensorSpec:
    free = spec.free_axes()
    return dataclasses.replace(
        spec,
        shape=tuple(1 if isinstance(size, str) and axis not in free else size for axis, size in enumerate(spec.shape)),
    )


def _runs(session: Any, inputs: Sequence[TensorSpec]) -> bool:
    tensors = random_tensors(inputs, _BATCH)
    feeds = {spec.name: tensor.numpy() for spec, tensor in zip(inputs, tensors, strict=True)}
    try:
        session.run(None, feeds)
    except Exception:  # as above
        return False
    return True
