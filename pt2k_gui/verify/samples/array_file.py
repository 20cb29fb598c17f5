"""Samples from a file of numpy's arrays or a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.base import Samples, batch_size, free_batch, sample_axes, sample_elements

if TYPE_CHECKING:
    import numpy as np

_THUMBNAIL = 48


def from_file(choice: SampleChoice, inputs: Sequence[TensorSpec]) -> Samples:
    """The samples of a ``.npy``, ``.npz`` or ``.csv`` file, in its order. Raises ``Problem`` if they don't fit the inputs."""
    import numpy as np

    from pt2k_gui.verify.samples.csv_table import ENDINGS, read_table

    path = Path(choice.path)
    classes: tuple[str, ...] = ()
    if path.suffix.lower() in ENDINGS:
        chosen, labels, classes = read_table(path, inputs, choice.table)
    else:
        chosen, labels = _arrays(path, inputs)
    axes = sample_axes(inputs)
    have = _count(chosen, axes)
    count = min(choice.count or have, have)
    fixed = batch_size(inputs)
    per_batch = fixed or free_batch(inputs)
    if fixed:
        count = count // fixed * fixed
        if not count:
            raise Problem(messages.FEWER_THAN_BATCH(path=path, fixed=fixed), hint=messages.MORE_SAMPLES())

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
    axes = sample_axes(inputs) or (0,) * len(inputs)
    count = _count(chosen, axes)
    if any(array.shape[axis] != count for array, axis in zip(chosen, axes, strict=True) if axis is not None):
        raise Problem(messages.ARRAY_LENGTHS(path=path), hint=messages.SAME_SAMPLES())
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
                    name=spec.name, path=path, shape=" × ".join(map(str, array.shape)), expected=spec.text()
                ),
                hint=messages.RESHAPE(),
            )
    return chosen
