"""The samples that every backend gets: digits, arrays from a file, or seeded random values. Nothing is run here."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import SUITABLE, SampleChoice

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.verify.runners import Runner

SAMPLE_COUNT = 256  # of digits, or from the user's files, where nobody said how many
_BATCH_ELEMENTS = 4_000_000  # of all inputs together; keeps activations within some hundred megabytes
_OUTPUT_ELEMENTS = 16_000_000  # of all outputs of one batch: 64 MB in each backend, and several copies to compare
_MOST_IN_BATCH = 256
_MOST_RANDOM, _LEAST_RANDOM = 256, 2
_RANDOM_WORK = 48_000_000_000  # multiply-adds for all random samples: some seconds in all backends together
_RANDOM_BATCHES = 4  # where their work bounds the samples, so that a backend's time is that of several calls
_CLASSES = 10
_THUMBNAIL = 48


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples in batches.

    Attributes:
        count: how many in all.
        source: in words.
        batches: yields each batch as one array per input, in ONNX's axes.
        per_batch: samples in each batch (the last one may be smaller).
        images: uint8 to show them, where they are images: (count, height, width) of digits, drawn as ink, or
            (count, height, width, 3) of pictures.
        labels: int64 (count,), where known.
        classes: names of the classes, where known.
        files: of a folder's images, their paths in it.
        elements: of one sample's inputs together.
        notes: what a person should know.
        free_batch: whether a batch may be cut: the model leaves free how many samples it has.
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

    def cut(self, batch: Sequence[np.ndarray], start: int, end: int) -> tuple[np.ndarray, ...]:
        """Some samples of a batch: from ``start`` up to ``end``."""
        axes = self.axes or (0,) * len(batch)
        return tuple(
            array if axis is None else array[(slice(None),) * axis + (slice(start, end),)]
            for array, axis in zip(batch, axes, strict=True)
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
        return _from_file(choice, inputs)
    if choice.kind == "folder":
        from pt2k_gui.verify.samples.images import from_folder

        return from_folder(choice, inputs)
    raise Problem(messages.NO_SUCH_SAMPLES(kind=choice.kind), hint=messages.CHOOSE_SAMPLES())


def normalisation(card: ModelInfo) -> tuple[float, float]:
    """Mean and standard deviation that the network was trained with; the tutorial's where the file does not say."""
    from pt2k_gui.digits.metadata import read_metadata

    metadata = read_metadata(card.path)
    return (0.5, 0.5) if metadata is None else (metadata.settings.mean, metadata.settings.std)


def batch_size(inputs: Sequence[TensorSpec]) -> int | None:
    """The fixed size of the first axis, or None where any input leaves open how many samples it has."""
    if any(spec.batch_axis is not None for spec in inputs):
        return None
    first = inputs[0].shape[0] if inputs and inputs[0].shape else 1
    return first if isinstance(first, int) else None


def sample_elements(inputs: Sequence[TensorSpec]) -> int:
    """How many numbers one sample has; a free size other than the batch counts as it is filled in here."""
    fixed = batch_size(inputs) or 1
    return sum(math.prod(spec.sizes(1)) for spec in inputs) // fixed


def free_batch(inputs: Sequence[TensorSpec]) -> int:
    """A sensible batch where the model leaves it free."""
    return max(1, min(_MOST_IN_BATCH, _BATCH_ELEMENTS // max(sample_elements(inputs), 1)))


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
            raise Problem(messages.BATCH_OF_DIGITS(fixed=fixed, count=len(digits.labels)))
        if whole != count:
            notes = (messages.WHOLE_BATCHES(count=whole, fixed=fixed),)
        count = whole
    per_batch = fixed or _MOST_IN_BATCH
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
            yield tuple(random_array(spec, rows, generator) for spec in inputs)

    return Samples(
        count,
        messages.RANDOM_VALUES(seed=choice.seed),
        batches,
        per_batch,
        elements=sample_elements(inputs),
        free_batch=fixed is None,
        axes=_axes(inputs),
    )


def _axes(inputs: Sequence[TensorSpec]) -> tuple[int | None, ...]:
    return tuple(spec.batch_axis for spec in inputs) if batch_size(inputs) is None else ()


def random_array(spec: TensorSpec, batch: int, generator: np.random.Generator) -> np.ndarray:
    """Normal values, integers within the input's range, or truth values, by the input's type."""
    import numpy as np

    shape = spec.sizes(batch)
    dtype = np.dtype(spec.dtype)
    if dtype == np.bool_:
        return generator.integers(0, 2, shape).astype(bool)
    if dtype.kind in "iu":
        low = 0 if spec.low is None else spec.low
        values = generator.integers(low, spec.high or low + 2, shape).astype(dtype)
        # Lengths of sequences: PyTorch's packing takes the longest first, and no order of samples is better than another.
        return np.sort(values)[::-1].copy() if spec.counts_from_one else values
    return generator.standard_normal(shape).astype(dtype)


def _from_file(choice: SampleChoice, inputs: Sequence[TensorSpec]) -> Samples:
    import numpy as np

    from pt2k_gui.verify.samples.csv_table import ENDINGS, read_table

    path = Path(choice.path)
    classes: tuple[str, ...] = ()
    if path.suffix.lower() in ENDINGS:
        chosen, labels, classes = read_table(path, inputs)
    else:
        chosen, labels = _arrays(path, inputs)
    axes = _axes(inputs)
    have = _count(chosen, axes)
    count = min(choice.count or have, have)
    fixed = batch_size(inputs)
    per_batch = fixed or free_batch(inputs)
    if fixed:
        count = count // fixed * fixed
        if not count:
            raise Problem(messages.FEWER_THAN_BATCH(path=path, fixed=fixed))

    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        for start in range(0, count, per_batch):
            end = min(start + per_batch, count)
            part = made.cut(chosen, start, end)
            yield tuple(array.astype(spec.dtype, copy=False) for array, spec in zip(part, inputs, strict=True))

    made = Samples(
        count,
        path.name,
        batches,
        per_batch,
        _pictures(chosen[0][:count]) if len(chosen) == 1 else None,
        None if labels is None else labels[:count].astype(np.int64),
        classes,
        sample_elements(inputs),
        free_batch=fixed is None,
        axes=axes,
    )
    return made


def _count(arrays: Sequence[np.ndarray], axes: Sequence[int | None]) -> int:
    """How many samples arrays hold."""
    counted = [
        (array, axis) for array, axis in zip(arrays, axes or (0,) * len(arrays), strict=True) if axis is not None
    ]
    return int(counted[0][0].shape[counted[0][1]])


def _arrays(path: Path, inputs: Sequence[TensorSpec]) -> tuple[list[np.ndarray], np.ndarray | None]:
    """The arrays for the inputs in a .npy or .npz file, and the labels where it has some."""
    import numpy as np

    try:
        loaded = np.load(path, allow_pickle=False)
        arrays = {"": loaded} if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, EOFError) as error:
        raise Problem(
            messages.NOT_NUMPY(path=path),
            hint=messages.WRITE_NUMPY(),
            details=repr(error),
        ) from error
    labels = next((arrays.pop(name) for name in ("labels", "label", "y", "targets") if name in arrays), None)
    chosen = _by_name(arrays, inputs, path)
    axes = _axes(inputs) or (0,) * len(inputs)
    count = _count(chosen, axes)
    if any(array.shape[axis] != count for array, axis in zip(chosen, axes, strict=True) if axis is not None):
        raise Problem(messages.ARRAY_LENGTHS(path=path))
    if labels is not None and (labels.shape != (count,) or labels.dtype.kind not in "iu"):
        raise Problem(messages.LABELS_NOT_INTEGERS(path=path, count=count), hint=messages.ONE_INTEGER())
    return chosen, labels


def _pictures(array: np.ndarray) -> np.ndarray | None:
    """Arrays of the shape of images as small pictures (count, side, side, 3), each from its darkest to its lightest."""
    import numpy as np

    if array.ndim != 4 or array.dtype.kind != "f":
        return None
    if array.shape[1] in (1, 3):
        array = array.transpose(0, 2, 3, 1)
    elif array.shape[3] not in (1, 3):
        return None
    rows, columns = (np.linspace(0, size - 1, _THUMBNAIL).astype(int) for size in array.shape[1:3])
    small = array[:, rows][:, :, columns].astype(np.float32)
    low, high = small.min((1, 2, 3), keepdims=True), small.max((1, 2, 3), keepdims=True)
    scaled = (small - low) / np.maximum(high - low, np.finfo(np.float32).tiny) * 255
    return np.broadcast_to(np.nan_to_num(scaled).astype(np.uint8), (*scaled.shape[:3], 3))


def _by_name(arrays: dict[str, np.ndarray], inputs: Sequence[TensorSpec], path: Path) -> list[np.ndarray]:
    """One array per input: by its name, or the only one."""
    if len(inputs) == 1 and len(arrays) == 1:
        chosen = list(arrays.values())
    else:
        missing = [spec.name for spec in inputs if spec.name not in arrays]
        if missing:
            raise Problem(
                messages.ARRAY_MISSING(path=path, names=missing),
                hint=messages.NAME_ARRAYS(names=[spec.name for spec in inputs]),
            )
        chosen = [arrays[spec.name] for spec in inputs]
    for array, spec in zip(chosen, inputs, strict=True):
        first = 0 if batch_size(inputs) is None else 1  # whole batches of a fixed size are cut out of the file
        if array.ndim != len(spec.shape) or any(
            isinstance(want, int) and want != have
            for want, have in zip(spec.shape[first:], array.shape[first:], strict=True)
        ):
            raise Problem(
                messages.ARRAY_SHAPE(
                    name=spec.name, path=path, shape=" x ".join(map(str, array.shape)), expected=spec.text()
                ),
                hint=messages.RESHAPE(),
            )
    return chosen
