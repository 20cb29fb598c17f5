"""How sound, text, tables and films become a model's inputs, and which kind of samples a file holds. Plain data; reads none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MIXES = ("mean", "first")
HEADERS = ("auto", "yes", "no")
NO_LABEL = "none"
CLIP_FRAMES = 16


@dataclass(frozen=True)
class AudioSettings:
    """Sound of -1 to 1, cut into windows, each of which is a sample; the last one of a file is filled up with silence.

    Args:
        rate: samples of sound a second, to which a file of another rate is resampled; 0 leaves each as it is.
        length: of a window, in samples of sound, for a model that leaves it free; 0 means one second.
        hop: from the beginning of one window to that of the next one; 0 means its length.
        mix: for a model of one channel: the ``mean`` of a file's channels, or its ``first`` one.
    """

    rate: int = 16_000
    length: int = 0
    hop: int = 0
    mix: str = "mean"


@dataclass(frozen=True)
class TextSettings:
    """Texts, one a line or in a column of a table, as the numbers of their tokens.

    Args:
        tokenizer: a ``tokenizer.json``.
        length: in tokens, for a model that leaves it free; 0 means that of the longest text.
        special: whether the tokens that the file adds around a text (``[CLS]`` ...) are added.
        column: of a table: the one that holds the texts; empty for the one named text, sentence or review, else the first.
    """

    tokenizer: str = ""
    length: int = 0
    special: bool = True
    column: str = ""


@dataclass(frozen=True)
class TableSettings:
    """Which columns of a table are the model's inputs.

    Args:
        columns: by name or by number from 1, in the order in which the model takes them; empty for all but the label's.
        label: the column that holds the label, ``none`` for none; empty for the one that is named as such.
        header: whether the first row names the columns: ``yes``, ``no``, or ``auto``: where it is no row of numbers.
    """

    columns: tuple[str, ...] = ()
    label: str = ""
    header: str = "auto"


@dataclass(frozen=True)
class VideoSettings:
    """Frames of a film, prepared like images.

    Args:
        every: takes each n-th frame.
        frames: of a clip, for a model that takes clips and leaves their length free; 0 means 16.
    """

    every: int = 1
    frames: int = 0


ENDINGS = {
    "folder": (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"),
    "audio": (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff"),
    "text": (".txt",),
    "video": (".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg"),
    "file": (".npy", ".npz", ".csv", ".tsv"),
}
"""By the kind of samples, the endings of its files."""


def kind_of(paths: Sequence[str], *, tokenized: bool = False) -> str:
    """The kind of samples that files are, or those in a folder mostly; ``file`` where no ending is known.

    Args:
        tokenized: whether a tokenizer was chosen, so that a table is one of texts.
    """
    kinds = {ending: kind for kind, endings in ENDINGS.items() for ending in endings}
    found: Counter[str] = Counter()
    for place in map(Path, paths):
        inside = (file for file in place.rglob("*") if file.is_file()) if place.is_dir() else (place,)
        found.update(kinds[file.suffix.lower()] for file in inside if file.suffix.lower() in kinds)
    if tokenized and (found["text"] or found["file"]):
        return "text"
    if not found:
        return "folder" if paths and Path(paths[0]).is_dir() else "file"
    return found.most_common(1)[0][0]
