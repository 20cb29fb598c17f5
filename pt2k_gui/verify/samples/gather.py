"""The samples that every backend gets: digits, arrays from a file, or seeded random values. Nothing is run here."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.sources.box_inputs import place_boxes
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import SUITABLE, SampleChoice
from pt2k_gui.verify.samples.base import MOST_IN_BATCH, Samples, batch_size, free_batch, sample_axes, sample_elements

if TYPE_CHECKING:
    import numpy as np

SAMPLE_COUNT = 256  # of digits, or from the user's files, where nobody said how many
_MOST_RANDOM, _LEAST_RANDOM = 256, 2
_RANDOM_WORK = 16_000_000_000  # multiply-adds for all random samples: some seconds in all backends together
_RANDOM_BATCHES = 4  # where their work bounds the samples, so that a backend's time is that of several calls
_CLASSES = 10


def with_class_names(samples: Samples, choice: SampleChoice) -> Samples:
    """The samples with the classes' names from the file that was chosen, where one was."""
    if not choice.class_names or samples.files:  # those of a folder are named already, with its sub-folders
        return samples
    from pt2k_gui.verify.samples.class_names import read_class_names

    return dataclasses.replace(samples, classes=read_class_names(choice.class_names).names)


def takes_digits(card: ModelInfo, inputs: Sequence[TensorSpec]) -> bool:
    """Whether the model takes one floating-point digit image and gives ten numbers for it."""
    from pt2k_gui.digits.samples import fits

    if len(inputs) != 1 or not inputs[0].dtype.startswith("float") or not fits(inputs[0].shape):
        return False
    return not card.outputs or not card.outputs[0].shape or card.outputs[0].shape[-1] == _CLASSES


def settled(choice: SampleChoice, card: ModelInfo, inputs: Sequence[TensorSpec]) -> SampleChoice:
    """The choice with what it left open: the kind of samples, and a number that suits it."""
    kind = choice.kind or ("digits" if takes_digits(card, inputs) else "random")
    count = (0 if kind == "random" else SAMPLE_COUNT) if choice.count == SUITABLE else choice.count
    return dataclasses.replace(choice, kind=kind, count=count)


def gather(choice: SampleChoice, card: ModelInfo, inputs: Sequence[TensorSpec], work: int = 0) -> Samples:
    """The chosen samples in the shapes of ``inputs``.

    Args:
        work: multiply-adds for one sample (see ``sample_work``); bounds how many random ones are taken where ``choice``
            leaves their number open.

    Raises:
        Problem: they don't fit the model, or the file can't be read.
    """
    choice = settled(choice, card, inputs)
    return with_class_names(_of_kind(choice, card, inputs, work), choice)


def _of_kind(choice: SampleChoice, card: ModelInfo, inputs: Sequence[TensorSpec], work: int) -> Samples:
    if choice.kind == "digits":
        return _digits(choice, card, inputs)
    if choice.kind == "random":
        return _random(choice, inputs, work)
    if choice.kind == "file":
        from pt2k_gui.verify.samples.array_file import from_file

        return from_file(choice, inputs)
    if choice.kind == "folder":
        from pt2k_gui.verify.samples.images import from_folder

        return from_folder(choice, inputs)
    if choice.kind == "audio":
        from pt2k_gui.verify.samples.audio import from_sound

        return from_sound(choice, inputs)
    if choice.kind == "text":
        from pt2k_gui.verify.samples.texts import from_text

        return from_text(choice, inputs)
    if choice.kind == "video":
        from pt2k_gui.verify.samples.video import from_video

        return from_video(choice, inputs)
    raise Problem(messages.NO_SUCH_SAMPLES(kind=choice.kind), hint=messages.CHOOSE_SAMPLES())


def normalisation(card: ModelInfo) -> tuple[float, float]:
    """Mean and standard deviation that the network was trained with; the tutorial's where the file does not say."""
    from pt2k_gui.digits.metadata import read_metadata

    metadata = read_metadata(card.path)
    return (0.5, 0.5) if metadata is None else (metadata.settings.mean, metadata.settings.std)


def _digits(choice: SampleChoice, card: ModelInfo, inputs: Sequence[TensorSpec]) -> Samples:
    import numpy as np

    from pt2k_gui.digits.dataset import load_digits
    from pt2k_gui.digits.samples import fit_to_shape, fits, images_in_batch, normalised

    if len(inputs) != 1 or not fits(inputs[0].shape):
        shapes = "; ".join(f"{spec.name}: {spec.text()}" for spec in inputs)
        raise Problem(
            messages.DIGITS_DO_NOT_FIT(shapes=shapes),
            hint=messages.CHOOSE_OTHER_SAMPLES(),
        )
    shape = inputs[0].shape
    digits = load_digits(choice.path, "test")
    count = min(choice.count or len(digits.labels), len(digits.labels))
    fixed = images_in_batch(shape)
    notes: tuple[str, ...] = ()
    if fixed is not None:
        whole = max(count // fixed, 1) * fixed
        if whole > len(digits.labels):
            raise Problem(
                messages.BATCH_OF_DIGITS(fixed=fixed, count=len(digits.labels)), hint=messages.CHOOSE_OTHER_SAMPLES()
            )
        if whole != count:
            notes = (messages.WHOLE_BATCHES(count=whole, fixed=fixed),)
        count = whole
    per_batch = fixed or MOST_IN_BATCH
    images, labels = digits.images[:count], digits.labels[:count].astype(np.int64)
    mean, std = normalisation(card)

    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        for start in range(0, count, per_batch):
            prepared = normalised(images[start : start + per_batch], mean, std)
            yield (fit_to_shape(prepared, shape).astype(inputs[0].dtype),)

    return Samples(
        count,
        messages.DIGITS_OF_MNIST() if not choice.path else messages.DIGITS_IN(folder=digits.folder),
        batches,
        per_batch,
        images,
        labels,
        tuple(str(number) for number in range(_CLASSES)),
        images.shape[1] * images.shape[2],
        notes,
        fixed is None,
    )


def random_count(work: int) -> int:
    """How many random samples show a difference without taking minutes.

    Each output of a sample is a comparison, and a fault in a weight or an attribute shows in every sample: a few of a large
    model are many comparisons.
    """
    return max(_LEAST_RANDOM, min(_MOST_RANDOM, _RANDOM_WORK // max(work, 1)))


def _random(choice: SampleChoice, inputs: Sequence[TensorSpec], work: int) -> Samples:
    import numpy as np

    fixed = batch_size(inputs)
    per_batch = fixed or free_batch(inputs)
    count = choice.count or random_count(work)
    if not fixed and not choice.count and count < _MOST_RANDOM:
        per_batch = min(per_batch, -(-count // _RANDOM_BATCHES))
    number_of_batches = max(1, -(-count // per_batch))
    if fixed:
        count = number_of_batches * fixed

    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        for number in range(number_of_batches):
            rows = min(per_batch, count - number * per_batch)
            generator = np.random.default_rng((choice.seed, number))
            yield tuple(place_boxes(inputs, [random_array(spec, rows, generator) for spec in inputs]))

    return Samples(
        count,
        messages.RANDOM_VALUES(seed=choice.seed),
        batches,
        per_batch,
        elements=sample_elements(inputs),
        free_batch=fixed is None,
        axes=sample_axes(inputs),
    )


def random_array(spec: TensorSpec, batch: int, generator: np.random.Generator) -> np.ndarray:
    """Normal values, integers within the input's range, or truth values, by the input's type."""
    import numpy as np

    shape = spec.sizes(batch)
    dtype = np.dtype(spec.dtype)
    if dtype == np.bool_:
        values = generator.integers(0, 2, shape).astype(bool)
        if len(shape) > 1 and shape[-1] > 1:  # as ``random_tensor`` has it: no mask hides every key of a query
            values[..., 0] |= ~values.any(-1)
            values[..., -1] &= ~values.all(-1)
        return values
    if dtype.kind in "iu":
        low = 0 if spec.low is None else spec.low
        values = generator.integers(low, spec.high or low + 2, shape).astype(dtype)
        # Lengths of sequences: PyTorch's packing takes the longest first, and no order of samples is better than another.
        return np.sort(values)[::-1].copy() if spec.counts_from_one else values
    return generator.standard_normal(shape).astype(dtype)
