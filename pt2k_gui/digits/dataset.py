"""The digits as arrays: the built-in MNIST, or a folder with the user's own IDX files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pt2k_gui.digits import messages
from pt2k_gui.digits.idx import read_idx
from pt2k_gui.problem import Problem
from pt2k_gui.resources import resource

CLASSES = 10
SIDE = 28
_PREFIXES = {"train": "train", "test": "t10k"}


@dataclass(frozen=True, eq=False)
class Digits:
    """Images uint8 (count, 28, 28), 0 is the background; labels uint8 (count,) in 0..9; ``folder`` they came from."""

    images: np.ndarray
    labels: np.ndarray
    folder: str


def load_digits(folder: str | Path = "", split: str = "train") -> Digits:
    """Read one split: ``train`` (60,000 in MNIST) or ``test`` (10,000).

    Args:
        folder: with files named as MNIST's (``train-images-idx3-ubyte`` and so on, gzip'd or not); empty for the
            built-in MNIST.
        split: ``train`` or ``test``.

    Raises:
        Problem: a file is missing, damaged, or images and labels don't belong together.
    """
    place = Path(folder) if str(folder) else resource("mnist")
    if not place.is_dir():
        raise Problem(
            messages.NOT_A_FOLDER(folder=place),
            hint=messages.CHOOSE_IDX_FOLDER(),
        )
    image_file = _find(place, f"{_PREFIXES[split]}-images", 3)
    label_file = _find(place, f"{_PREFIXES[split]}-labels", 1)
    images, labels = read_idx(image_file, 3), read_idx(label_file, 1)
    if len(images) != len(labels):
        raise Problem(
            messages.COUNTS_DIFFER(
                images=image_file.name,
                image_count=len(images),
                labels=label_file.name,
                folder=place,
                label_count=len(labels),
            ),
            hint=messages.ONE_DATA_SET(),
        )
    if not len(images):
        raise Problem(messages.NO_IMAGE(file=image_file), hint=messages.USE_MNIST_FILES())
    if images.shape[1:] != (SIDE, SIDE):
        raise Problem(
            messages.IMAGE_SIZE(file=image_file, height=images.shape[1], width=images.shape[2]),
            hint=messages.USE_MNIST_FILES(),
        )
    if labels.max() >= CLASSES:
        raise Problem(messages.LABEL_RANGE(file=label_file, label=int(labels.max())), hint=messages.USE_MNIST_FILES())
    return Digits(images, labels, str(place))


def _find(folder: Path, stem: str, rank: int) -> Path:
    """The file as the original distribution names it, or with a dot as some unpackers do."""
    for name in (f"{stem}-idx{rank}-ubyte", f"{stem}.idx{rank}-ubyte"):
        for ending in ("", ".gz"):
            if (folder / (name + ending)).is_file():
                return folder / (name + ending)
    raise Problem(
        messages.FILE_MISSING(folder=folder, name=f"{stem}-idx{rank}-ubyte", compressed=f"{stem}-idx{rank}-ubyte.gz"),
        hint=messages.FOUR_FILES(),
    )
