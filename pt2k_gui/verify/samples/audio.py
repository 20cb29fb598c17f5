"""Files of sound as samples: resampled, mixed to the model's channels and cut into windows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.base import Samples, batch_size, free_batch, whole_batches
from pt2k_gui.verify.samples.needed import needed
from pt2k_gui.verify.samples.sample_files import chosen_files, labels_of, skipped
from pt2k_gui.verify.samples.source_settings import ENDINGS, MIXES, AudioSettings

if TYPE_CHECKING:
    import numpy as np

WAVE_COLUMNS = 96
_MOST_CHANNELS = 2
_USUAL_RATE = 16_000
_NOT_SILENT = 1  # a window that would hold no sound at all is left out


@dataclass(frozen=True)
class Window:
    """The sound that a model takes: channels, 0 where it has no axis for them; length; whether the channels stand last."""

    channels: int
    length: int
    channels_last: bool = False


@dataclass(frozen=True)
class _Part:
    """A window of a file: where it begins, and how many samples of sound it holds before the silence."""

    file: Path
    start: int
    held: int


def from_sound(choice: SampleChoice, inputs: Sequence[TensorSpec]) -> Samples:
    """Windows of the chosen files. They are read batch by batch, not held.

    Raises:
        Problem: the model takes no sound, the settings make no sense, or no file can be read.
    """
    import numpy as np

    settings = choice.audio
    window = window_of(inputs, settings)
    folder, files = chosen_files(choice, ENDINGS["audio"])
    parts, waves, broken = _looked_through(files, settings, window, choice.count)
    count = whole_batches(len(parts), inputs)
    if not count:
        raise Problem(
            messages.TOO_LITTLE_SOUND(folder=choice.path, count=len(parts), least=batch_size(inputs) or 1),
            hint=messages.CHOOSE_SOUND(),
        )
    per_batch = batch_size(inputs) or free_batch(inputs)
    relative = [part.file.relative_to(folder) for part in parts[:count]]
    labels, names = labels_of(relative, choice.class_names)
    rate = settings.rate or _USUAL_RATE

    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        for start in range(0, count, per_batch):
            taken = parts[start : min(start + per_batch, count)]
            sound = np.stack([_cut(part, settings, window) for part in taken])
            held = np.array([part.held for part in taken])
            yield tuple(_filled(spec, sound, held) for spec in inputs)

    return Samples(
        count, messages.SOUND_IN(folder=choice.path), batches, per_batch, np.stack(waves[:count]), labels, names,
        max(window.channels, 1) * window.length, skipped(broken), batch_size(inputs) is None,
        tuple(f"{name.as_posix()} {part.start / rate:.2f} s" for name, part in zip(relative, parts, strict=False)),
    )  # fmt: skip


def window_of(inputs: Sequence[TensorSpec], settings: AudioSettings) -> Window:
    """The one window of sound that the model takes.

    Raises:
        Problem: it takes something else, or the settings make no sense.
    """
    if settings.mix not in MIXES or min(settings.rate, settings.length, settings.hop) < 0:
        raise Problem(messages.NO_SOUND_SETTINGS(), hint=messages.SOUND_SETTINGS(mixes=list(MIXES)))
    sounds = [spec for spec in inputs if spec.dtype.startswith("float") and len(spec.shape) in (2, 3)]
    beside = [spec for spec in inputs if not spec.dtype.startswith("float") and len(spec.shape) in (1, 2)]
    if len(sounds) == 1 and len(sounds) + len(beside) == len(inputs):
        shape = sounds[0].shape
        if len(shape) == 2:
            return Window(0, _length(shape[1], settings))
        for last in (False, True):
            channels, length = (shape[2], shape[1]) if last else (shape[1], shape[2])
            if isinstance(channels, int) and channels <= _MOST_CHANNELS:
                return Window(channels, _length(length, settings), last)
    raise Problem(messages.NO_SOUND_INPUT(), hint=messages.CHOOSE_ARRAYS())


def _length(size: int | str, settings: AudioSettings) -> int:
    return size if isinstance(size, int) else settings.length or settings.rate or _USUAL_RATE


def _looked_through(
    files: Sequence[Path], settings: AudioSettings, window: Window, most: int
) -> tuple[list[_Part], list[np.ndarray], list[str]]:
    """All windows, the range of the values in each, and the names of files that can't be read."""
    parts: list[_Part] = []
    waves: list[np.ndarray] = []
    broken: list[str] = []
    for file in files:
        try:
            sound = read_sound(file, settings.rate)
        except BrokenSound:
            broken.append(file.name)
            continue
        for start in range(0, max(sound.shape[1], _NOT_SILENT), settings.hop or window.length):
            if most and len(parts) >= most:
                return parts, waves, broken
            held = min(sound.shape[1] - start, window.length)
            parts.append(_Part(file, start, held))
            waves.append(envelope(sound[:, start : start + window.length].mean(0), window.length))
            if start + window.length >= sound.shape[1]:
                break
    return parts, waves, broken


class BrokenSound(Exception):
    """A file that is no sound."""


@lru_cache(maxsize=2)
def read_sound(file: Path, rate: int) -> np.ndarray:
    """A file's sound, float32 (channels, samples of sound), at the rate; at the file's own where that is 0.

    Raises:
        BrokenSound: it can't be read.
        Problem: the package that reads sound is not installed.
    """
    soundfile, soxr = needed("soundfile"), needed("soxr")
    try:
        sound, own = soundfile.read(file, dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise BrokenSound(file.name) from error
    if rate and own != rate and len(sound):
        sound = soxr.resample(sound, own, rate)
    return sound.T


def _cut(part: _Part, settings: AudioSettings, window: Window) -> np.ndarray:
    """A window as the model takes it, without the axis of samples."""
    import numpy as np

    sound = read_sound(part.file, settings.rate)[:, part.start : part.start + window.length]
    sound = np.pad(sound, ((0, 0), (0, window.length - sound.shape[1])))
    if window.channels < 2:
        mixed = sound.mean(0, dtype=np.float32) if settings.mix == "mean" else sound[0]
        return mixed if not window.channels else mixed[:, None] if window.channels_last else mixed[None]
    both = sound if len(sound) == window.channels else sound[:1].repeat(window.channels, 0)
    return both.T if window.channels_last else both


def _filled(spec: TensorSpec, sound: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Contents of an input: the sound, how long it is, or which of it is no silence that was added."""
    import numpy as np

    if spec.dtype.startswith("float"):
        return sound.astype(spec.dtype)
    if len(spec.shape) == 1:
        return held.astype(spec.dtype)
    length = max(sound.shape[1:])
    return (np.arange(length) < held[:, None]).astype(spec.dtype)


def envelope(sound: np.ndarray, length: int) -> np.ndarray:
    """The least and the largest value in each of ``WAVE_COLUMNS`` parts of a window, float32 (2, columns)."""
    import numpy as np

    padded = np.pad(sound, (0, length - len(sound)))
    edges = np.linspace(0, length, WAVE_COLUMNS + 1).astype(int)
    pieces = [padded[a : max(b, a + 1)] for a, b in itertools.pairwise(edges)]
    return np.array([[p.min(initial=0) for p in pieces], [p.max(initial=0) for p in pieces]], np.float32)
