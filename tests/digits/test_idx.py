"""IDX files: what a user loses when a damaged or exchanged file is read as digits all the same."""

from __future__ import annotations

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from pt2k_gui.digits.dataset import load_digits
from pt2k_gui.digits.idx import read_idx
from pt2k_gui.problem import Problem
from pt2k_gui.resources import resource


def _idx(array: np.ndarray) -> bytes:
    head = struct.pack(">BBBB", 0, 0, 8, array.ndim) + b"".join(struct.pack(">I", size) for size in array.shape)
    return head + array.astype(np.uint8).tobytes()


IMAGES = np.arange(3 * 28 * 28).reshape(3, 28, 28) % 251
LABELS = np.array([7, 0, 9])


def _folder(path: Path, images: bytes | None = None, labels: bytes | None = None) -> Path:
    path.mkdir(exist_ok=True)
    for prefix in ("train", "t10k"):
        (path / f"{prefix}-images-idx3-ubyte").write_bytes(_idx(IMAGES) if images is None else images)
        (path / f"{prefix}-labels-idx1-ubyte").write_bytes(_idx(LABELS) if labels is None else labels)
    return path


def test_the_shipped_files_are_the_original_ones() -> None:
    lines = (resource("mnist") / "CHECKSUMS").read_text().splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    assert len(rows) == 4
    for wanted, name in rows:
        content = gzip.decompress((resource("mnist") / f"{name}.gz").read_bytes())
        assert hashlib.md5(content).hexdigest() == wanted, name


def test_the_built_in_digits_need_no_folder() -> None:
    train, test = load_digits(split="train"), load_digits(split="test")
    assert train.images.shape == (60000, 28, 28) and test.images.shape == (10000, 28, 28)
    assert train.labels[:4].tolist() == [5, 0, 4, 1] and test.labels[:4].tolist() == [7, 2, 1, 0]


@pytest.mark.parametrize("compress", [False, True])
def test_a_folder_of_ones_own_is_read_gzipped_or_not(tmp_path: Path, compress: bool) -> None:
    folder = _folder(tmp_path / "own")
    if compress:
        for file in list(folder.iterdir()):
            (folder / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
    digits = load_digits(folder, "test")
    assert np.array_equal(digits.images, IMAGES) and np.array_equal(digits.labels, LABELS)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "magic"),
        (_idx(IMAGES)[:-1], "truncated"),
        (_idx(IMAGES)[:10], "truncated"),
        (_idx(IMAGES) + b"\0", "damaged"),
        (_idx(LABELS), "axis"),
        (b"\0\0\x0d\x03" + _idx(IMAGES)[4:], "0x0d"),
        (gzip.compress(_idx(IMAGES))[:-20], "damaged"),
        (b"\0\0\x08\x03" + b"\xff" * 12 + bytes(50), "truncated"),
    ],
)
def test_a_damaged_file_is_named_and_nothing_is_read(tmp_path: Path, content: bytes, word: str) -> None:
    file = tmp_path / "train-images-idx3-ubyte"
    file.write_bytes(content)
    with pytest.raises(Problem, match=word) as caught:
        read_idx(file, 3)
    assert str(file) in caught.value.sentence


@pytest.mark.parametrize(
    ("images", "labels", "word"),
    [
        (None, _idx(np.array([1, 2])), "3 images.*2 labels"),
        (None, _idx(np.array([1, 2, 10])), "label 10"),
        (_idx(np.zeros((3, 32, 32))), None, "32x32"),
        (_idx(np.zeros((0, 28, 28))), _idx(np.zeros(0)), "no image"),
    ],
)
def test_images_and_labels_that_do_not_belong_together_are_refused(
    tmp_path: Path, images: bytes | None, labels: bytes | None, word: str
) -> None:
    with pytest.raises(Problem, match=word):
        load_digits(_folder(tmp_path / "own", images, labels))


def test_a_folder_without_the_files_says_which_one_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="train-images"):
        load_digits(tmp_path)
    with pytest.raises(Problem, match="not a folder"):
        load_digits(tmp_path / "nowhere")
