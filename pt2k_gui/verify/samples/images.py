"""A folder of images as samples: sub-folders are the labels, broken images are reported and skipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.base import Samples, batch_size, free_batch
from pt2k_gui.verify.samples.class_names import read_class_names
from pt2k_gui.verify.samples.preprocessing import FITS, FREE_SIZE, ORDERS, ImageSettings, usual

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

_ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
_THUMBNAIL = 48
_MOST_NAMED = 5


@dataclass(frozen=True)
class Frame:
    """The image that a model takes, where its channels stand in the tensor, and which sizes the model leaves free."""

    channels: int
    height: int
    width: int
    channels_last: bool
    free_height: bool = False
    free_width: bool = False


def from_folder(choice: SampleChoice, inputs: Sequence[TensorSpec]) -> Samples:
    """The images below a folder, prepared as ``choice.images`` says. They are read batch by batch, not held.

    Raises:
        Problem: the model does not take one image, the settings make no sense, or the folder holds no image that can be
            read.
    """
    import numpy as np

    frame = frame_of(inputs, choice.images)
    folder = Path(choice.path)
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS and path.is_file())
    if not files:
        raise Problem(messages.NO_IMAGES(folder=folder), hint=messages.CHOOSE_IMAGE_FOLDER())
    mean, std = _statistics(choice.images, frame)
    pictures: list[np.ndarray] = []
    kept: list[Path] = []
    broken: list[str] = []
    for path in files:
        if choice.count and len(kept) >= choice.count:
            break
        try:
            picture = _opened(path, frame, choice.images.fit)
        except _Broken:
            broken.append(path.name)
            continue
        small = picture.convert("RGB").resize((_THUMBNAIL, _THUMBNAIL))
        pictures.append(np.asarray(small, np.uint8))
        kept.append(path)
    fixed = batch_size(inputs)
    count = len(kept) // fixed * fixed if fixed else len(kept)
    if not count:
        raise Problem(
            messages.TOO_FEW_IMAGES(folder=folder, count=len(kept), least=fixed or 1),
            hint=messages.MORE_IMAGES(),
        )
    per_batch = fixed or free_batch(inputs)
    relative = [path.relative_to(folder) for path in kept[:count]]
    labels, names = _labels(relative) if not choice.class_names else _named(relative, choice.class_names)
    spec = inputs[0]

    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        for start in range(0, count, per_batch):
            paths = kept[start : min(start + per_batch, count)]
            made = [
                _numbers(_opened(path, frame, choice.images.fit), frame, mean, std, choice.images) for path in paths
            ]
            yield (np.stack(made).astype(spec.dtype),)

    notes: list[str] = []
    if broken:
        shown: object = broken[:_MOST_NAMED]
        if len(broken) > _MOST_NAMED:
            shown = messages.AND_MORE(names=shown, more=len(broken) - _MOST_NAMED)
        notes.append(messages.SKIPPED(names=shown))
    return Samples(
        count,
        messages.IMAGES_IN(folder=folder),
        batches,
        per_batch,
        np.stack(pictures[:count]),
        labels,
        names,
        frame.channels * frame.height * frame.width,
        tuple(notes),
        fixed is None,
        tuple(path.as_posix() for path in relative),
    )


def frame_of(inputs: Sequence[TensorSpec], settings: ImageSettings) -> Frame:
    """The one image that the model takes; a free height or width is taken from the settings.

    Raises:
        Problem: it takes something else.
    """
    shape = inputs[0].shape if len(inputs) == 1 else ()
    if len(shape) == 4 and inputs[0].dtype.startswith(("float", "uint8")):
        for last in (False, True):
            channels, sizes = (shape[3], shape[1:3]) if last else (shape[1], shape[2:4])
            if channels in (1, 3):
                height, width = (
                    size if isinstance(size, int) else given or FREE_SIZE
                    for size, given in zip(sizes, (settings.height, settings.width), strict=True)
                )
                free = [isinstance(size, str) for size in sizes]
                return Frame(int(channels), height, width, last, free[0], free[1])
    raise Problem(
        messages.ONE_IMAGE_INPUT(),
        hint=messages.CHOOSE_ARRAYS(),
    )


def _statistics(settings: ImageSettings, frame: Frame) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    if settings.order not in ORDERS or settings.fit not in FITS:
        raise Problem(
            messages.UNKNOWN_PREPARATION(order=settings.order, fit=settings.fit),
            hint=messages.CHOOSE_PREPARATION(orders=list(ORDERS), fits=list(FITS)),
        )
    known = usual(frame.channels)
    mean, std = settings.mean or known.mean, settings.std or known.std
    for name, values in ((messages.MEAN(), mean), (messages.STANDARD_DEVIATION(), std)):
        if len(values) not in (1, frame.channels):
            raise Problem(
                messages.CHANNEL_NUMBERS(name=name, count=len(values), channels=frame.channels),
                hint=messages.ONE_OR_EACH(),
            )
    if min(std) <= 0:
        raise Problem(messages.DEVIATION(), hint=messages.UNIT_PIXELS())
    return np.array(mean, np.float32), np.array(std, np.float32)


class _Broken(Exception):
    """A file that is no picture."""


def _opened(path: Path, frame: Frame, fit: str) -> Image.Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB" if frame.channels == 3 else "L")
            size = (frame.width, frame.height)
            if fit == "crop":
                return ImageOps.fit(picture, size, Image.Resampling.BILINEAR)
            return picture.resize(size, Image.Resampling.BILINEAR)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _Broken(path.name) from error


def _numbers(
    picture: Image.Image, frame: Frame, mean: np.ndarray, std: np.ndarray, settings: ImageSettings
) -> np.ndarray:
    import numpy as np

    array = np.asarray(picture, np.float32).reshape(frame.height, frame.width, frame.channels) / np.float32(255)
    array = (array - mean) / std
    if settings.order == "bgr":
        array = array[:, :, ::-1]
    return array if frame.channels_last else array.transpose(2, 0, 1)


def _labels(files: Sequence[Path]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """The number of each file's label, and the labels' names in their order; -1 for a file beside the sub-folders."""
    import numpy as np

    names = sorted({path.parts[0] for path in files if len(path.parts) > 1})
    if not names:
        return None, ()
    if all(name.isascii() and name.isdigit() for name in names):
        names.sort(key=int)  # folders named 0, 1, ... 10 are the classes of those numbers
        numbers = {name: int(name) for name in names}
        titles = [str(number) for number in range(max(numbers.values()) + 1)]
    else:
        numbers, titles = {name: place for place, name in enumerate(names)}, names
    found = [numbers[path.parts[0]] if len(path.parts) > 1 else -1 for path in files]
    return np.array(found, np.int64), tuple(titles)


def _named(files: Sequence[Path], class_names: str) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """The number of the class that each file's sub-folder names, and all classes' names; -1 for one that names none."""
    import numpy as np

    known = read_class_names(class_names)
    numbers = {name: known.number(name) for name in {path.parts[0] for path in files if len(path.parts) > 1}}
    found = np.array([numbers[path.parts[0]] if len(path.parts) > 1 else -1 for path in files], np.int64)
    return (found if (found >= 0).any() else None), known.names
