"""Frames of films as samples: one image each, or clips of several frames. OpenCV decodes them, with an FFmpeg under the LGPL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.base import Samples, batch_size, free_batch, whole_batches
from pt2k_gui.verify.samples.image_steps import prepared
from pt2k_gui.verify.samples.images import (
    Frame,
    checked_steps,
    frame_of,
    from_pictures,
    sized_frame,
    thumbnail,
    wrong_size,
)
from pt2k_gui.verify.samples.needed import needed
from pt2k_gui.verify.samples.preprocessing import ImageSettings
from pt2k_gui.verify.samples.sample_files import chosen_files, labels_of, skipped
from pt2k_gui.verify.samples.source_settings import CLIP_FRAMES, ENDINGS, VideoSettings

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

_CLIP_AXES = {"cthw": (3, 0, 1, 2), "tchw": (0, 3, 1, 2), "thwc": (0, 1, 2, 3)}
"""Orders of a clip's axes, and how (frames, height, width, channels) gets there."""


@dataclass(frozen=True)
class Clip:
    """The frames that a model takes as one sample: how many, each of them, and the order of the axes."""

    frames: int
    frame: Frame
    axes: str


class Film:
    """A film's frames by their number; those that follow each other are read without going back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: Any = None
        self._next = 0

    def frame(self, number: int) -> Image.Image | None:
        """A frame in red, green and blue; None behind the last one, or where the film can't be read."""
        from PIL import Image

        if self._opened is None or number < self._next:
            self._opened, self._next = needed("cv2").VideoCapture(str(self.path)), 0
        while self._next < number:
            if not self._opened.grab():
                return None
            self._next += 1
        read, array = self._opened.read()
        if not read:
            return None
        self._next += 1
        return Image.fromarray(array[:, :, ::-1])

    def picture(self, number: int) -> Image.Image:
        """A frame that is known to be there."""
        found = self.frame(number)
        assert found is not None
        return found


def from_video(choice: SampleChoice, inputs: Sequence[TensorSpec]) -> Samples:
    """Frames or clips of the chosen films, prepared as ``choice.images`` says.

    Raises:
        Problem: the model takes neither an image nor a clip, the settings make no sense, or there is no frame.
    """
    import numpy as np

    clip = clip_of(inputs, choice.images, choice.video)
    frame = clip.frame if clip is not None else frame_of(inputs, choice.images)
    folder, files = chosen_files(choice, ENDINGS["video"])
    every, together = max(choice.video.every, 1), clip.frames if clip is not None else 1
    found, images, broken = _looked_through(files, every, together, choice.count)
    count = whole_batches(len(found), inputs)
    if not count:
        raise Problem(
            messages.TOO_FEW_FRAMES(path=choice.path, count=len(found), least=together * (batch_size(inputs) or 1)),
            hint=messages.CHOOSE_FILM(),
        )
    relative = [film.path.relative_to(folder) for film, _ in found[:count]]
    labels, classes = labels_of(relative, choice.class_names)
    names = [f"{name.as_posix()} {number + 1}" for name, (_, number) in zip(relative, found, strict=False)]
    source = messages.FRAMES_IN(folder=choice.path)
    known: dict[str, Any] = {
        "images": np.stack(images[:count]), "labels": labels, "classes": classes, "notes": skipped(broken),
    }  # fmt: skip
    if clip is None:
        pictures = [(name, partial(film.picture, number)) for name, (film, number) in zip(names, found, strict=False)]
        return from_pictures(pictures, choice.images, frame, inputs, source, **known)
    return _clips(found[:count], names, clip, every, choice.images, inputs, source, known)


def _clips(
    found: Sequence[tuple[Film, int]],
    names: Sequence[str],
    clip: Clip,
    every: int,
    settings: ImageSettings,
    inputs: Sequence[TensorSpec],
    source: str,
    known: dict[str, Any],
) -> Samples:
    import numpy as np

    steps = checked_steps(settings, clip.frame)
    first = prepared(found[0][0].picture(found[0][1]), steps)
    size = sized_frame(first, clip.frame) if settings.steps else clip.frame
    spec, per_batch = inputs[0], batch_size(inputs) or free_batch(inputs)

    def numbers(film: Film, start: int, name: str) -> np.ndarray:
        made = [prepared(film.picture(start + place * every), steps) for place in range(clip.frames)]
        if made[0].shape != (size.height, size.width, size.channels):
            raise wrong_size(name, made[0].shape[:2], size)
        return np.stack(made).transpose(_CLIP_AXES[clip.axes])

    numbers(*found[0], names[0])

    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        for start in range(0, len(found), per_batch):
            taken = zip(found[start : start + per_batch], names[start : start + per_batch], strict=True)
            yield (np.stack([numbers(*entry, name) for entry, name in taken]).astype(spec.dtype),)

    elements = clip.frames * size.channels * size.height * size.width
    return Samples(
        len(found), source, batches, per_batch, elements=elements, free_batch=batch_size(inputs) is None,
        files=tuple(names), **known,
    )  # fmt: skip


def clip_of(inputs: Sequence[TensorSpec], settings: ImageSettings, video: VideoSettings) -> Clip | None:
    """The clip that the model takes; None where it takes no five axes. Raises ``Problem`` for five that are no clip."""
    shape = inputs[0].shape if len(inputs) == 1 else ()
    if len(shape) != 5:
        return None
    for axes in _CLIP_AXES:
        sizes = dict(zip(axes, shape[1:], strict=True))
        if sizes["c"] in (1, 3):
            image = TensorSpec(inputs[0].name, inputs[0].dtype, (shape[0], sizes["c"], sizes["h"], sizes["w"]))
            frames = sizes["t"] if isinstance(sizes["t"], int) else video.frames or CLIP_FRAMES
            return Clip(frames, frame_of((image,), settings), axes)
    raise Problem(messages.ONE_IMAGE_INPUT(), hint=messages.CHOOSE_ARRAYS())


def _looked_through(
    files: Sequence[Path], every: int, together: int, most: int
) -> tuple[list[tuple[Film, int]], list[np.ndarray], list[str]]:
    """The film and the first frame of each sample, small pictures of these, and the names of films that can't be read."""
    found: list[tuple[Film, int]] = []
    images: list[np.ndarray] = []
    broken: list[str] = []
    for file in files:
        film, before = Film(file), len(found)
        number = 0
        while not most or len(found) < most:
            picture = film.frame(number)
            if picture is None or (together > 1 and film.frame(number + (together - 1) * every) is None):
                break
            found.append((film, number))
            images.append(thumbnail(picture))
            number += together * every
        if len(found) == before and film.frame(0) is None:
            broken.append(file.name)
    return found, images, broken
