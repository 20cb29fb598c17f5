"""A folder of images as samples: sub-folders are the labels, broken images are reported and skipped."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.base import Samples, batch_size, free_batch, whole_batches
from pt2k_gui.verify.samples.image_steps import check_steps, prepared
from pt2k_gui.verify.samples.preprocessing import CROP, FITS, FREE_SIZE, ORDERS, ImageSettings, Step, steps_of
from pt2k_gui.verify.samples.sample_files import chosen_files, labels_of, skipped
from pt2k_gui.verify.samples.source_settings import ENDINGS

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

THUMBNAIL = 48


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
    """Images, or those below a folder, prepared as ``choice.images`` says. They are read batch by batch, not held.

    Raises:
        Problem: the model does not take one image, the settings make no sense, or there is no image that can be read.
    """
    frame = frame_of(inputs, choice.images)
    folder, files = chosen_files(choice, ENDINGS["folder"])
    if not files:
        raise Problem(messages.NO_IMAGES(folder=folder), hint=messages.CHOOSE_IMAGE_FOLDER())
    pictures, kept, broken = _looked_through(files, choice.count)
    count = whole_batches(len(kept), inputs)
    if not count:
        raise Problem(
            messages.TOO_FEW_IMAGES(folder=folder, count=len(kept), least=batch_size(inputs) or 1),
            hint=messages.MORE_IMAGES(),
        )
    relative = [path.relative_to(folder) for path in kept[:count]]
    labels, names = labels_of(relative, choice.class_names)
    return from_pictures(
        [(name.as_posix(), partial(upright, path)) for name, path in zip(relative, kept, strict=False)],
        choice.images, frame, inputs, messages.IMAGES_IN(folder=folder),
        images=pictures[:count], labels=labels, classes=names, notes=skipped(broken),
    )  # fmt: skip


def from_pictures(
    pictures: Sequence[tuple[str, Callable[[], Image.Image]]],
    settings: ImageSettings,
    frame: Frame,
    inputs: Sequence[TensorSpec],
    source: str,
    **known: Any,
) -> Samples:
    """Pictures as samples of one image each.

    Args:
        pictures: the name of each, and what opens it, in red, green and blue.
        known: other fields of ``Samples``.

    Raises:
        Problem: the steps can't be carried out, or don't come to the image that the model takes.
    """
    import numpy as np

    steps = checked_steps(settings, frame)
    spec, per_batch, size = inputs[0], batch_size(inputs) or free_batch(inputs), frame
    size = sized_frame(prepared(pictures[0][1](), steps), frame) if settings.steps else frame

    def numbers(name: str, opened: Callable[[], Image.Image]) -> np.ndarray:
        array = prepared(opened(), steps)
        if array.shape != (size.height, size.width, size.channels):
            raise wrong_size(name, array.shape[:2], size)
        return array if frame.channels_last else array.transpose(2, 0, 1)

    numbers(*pictures[0])  # what does not fit is told before anything runs

    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        for start in range(0, len(pictures), per_batch):
            made = [numbers(*entry) for entry in pictures[start : start + per_batch]]
            yield (np.stack(made).astype(spec.dtype),)

    return Samples(
        len(pictures), source, batches, per_batch, elements=size.channels * size.height * size.width,
        free_batch=batch_size(inputs) is None, files=tuple(name for name, _ in pictures), **known,
    )  # fmt: skip


def wrong_size(name: str, made: Sequence[int], frame: Frame) -> Problem:
    """The problem of a picture that the steps leave in another size than the model takes, or than the first one has."""
    return Problem(
        messages.STEPS_SIZE(name=name, made=f"{made[0]}x{made[1]}", wanted=f"{frame.height}x{frame.width}"),
        hint=messages.ADD_STEP(step=f"{CROP} {frame.height}x{frame.width}"),
    )


def sized_frame(array: np.ndarray, frame: Frame) -> Frame:
    """The frame with what it leaves free as the first picture comes out."""
    return dataclasses.replace(
        frame,
        height=array.shape[0] if frame.free_height else frame.height,
        width=array.shape[1] if frame.free_width else frame.width,
    )


def _looked_through(files: Sequence[Path], most: int) -> tuple[np.ndarray, list[Path], list[str]]:
    """Small pictures (count, side, side, 3) of the images that can be read, their files, and the names of the others."""
    import numpy as np

    pictures: list[np.ndarray] = []
    kept: list[Path] = []
    broken: list[str] = []
    for path in files:
        if most and len(kept) >= most:
            break
        try:
            pictures.append(thumbnail(upright(path)))
        except BrokenImage:
            broken.append(path.name)
            continue
        kept.append(path)
    return np.array(pictures, np.uint8).reshape(-1, THUMBNAIL, THUMBNAIL, 3), kept, broken


def thumbnail(picture: Image.Image) -> np.ndarray:
    """A picture as it is shown among others, (side, side, 3) uint8."""
    import numpy as np

    return np.asarray(picture.convert("RGB").resize((THUMBNAIL, THUMBNAIL)), np.uint8)


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


def checked_steps(settings: ImageSettings, frame: Frame) -> tuple[Step, ...]:
    """All steps for the image that a model takes. Raises ``Problem`` for settings that make no sense."""
    if settings.order not in ORDERS or settings.fit not in FITS:
        raise Problem(
            messages.UNKNOWN_PREPARATION(order=settings.order, fit=settings.fit),
            hint=messages.CHOOSE_PREPARATION(orders=list(ORDERS), fits=list(FITS)),
        )
    steps = steps_of(settings, frame.channels, frame.height, frame.width)
    check_steps(steps, frame.channels)
    return steps


class BrokenImage(Exception):
    """A file that is no picture."""


def upright(path: Path) -> Image.Image:
    """A file's picture, turned as its camera says, in red, green and blue. Raises ``BrokenImage``."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as opened:
            return ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BrokenImage(path.name) from error
