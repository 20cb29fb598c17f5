"""Reads the IDX files that MNIST and its relatives are kept in, gzip'd or not. Knows no digit, only arrays of bytes."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from pt2k_gui.files import require_readable
from pt2k_gui.problem import Problem

_UNSIGNED_BYTE = 0x08
_GZIP_MAGIC = b"\x1f\x8b"
_LARGEST = 4 << 30  # bytes; a header that promises more is damaged, whatever the disk holds


def read_idx(path: str | Path, rank: int) -> np.ndarray:
    """The array in an IDX file of unsigned bytes.

    The format (Y. LeCun's description of MNIST): two zero bytes, the element type, the number of axes, each axis's
    length as a big-endian 32-bit integer, then the elements with the last axis fastest.

    Args:
        path: the file; gzip is told by content, not by name.
        rank: number of axes that the caller needs: 3 for images (count, rows, columns), 1 for labels (count).

    Returns:
        uint8 array with ``rank`` axes, read-only.

    Raises:
        Problem: the file is missing, no IDX file, of another kind, truncated or has bytes too many.
    """
    file = require_readable(path)
    data = _content(file)
    if len(data) < 4 or data[:2] != b"\0\0":
        raise Problem(
            f"{file} is not an IDX file: it does not begin with the magic number.",
            hint="Give the files of the MNIST distribution, such as train-images-idx3-ubyte.gz.",
        )
    kind, axes = data[2], data[3]
    if kind != _UNSIGNED_BYTE:
        raise Problem(f"{file} holds elements of IDX type 0x{kind:02x}; digits are unsigned bytes (0x08).")
    if axes != rank:
        wanted = "images (three axes)" if rank == 3 else "labels (one axis)"
        raise Problem(
            f"{file} has {axes} {'axis' if axes == 1 else 'axes'}, but {wanted} are needed here.",
            hint="Check that the image file and the label file were not exchanged.",
        )
    start = 4 + 4 * rank
    if len(data) < start:
        raise _truncated(file, len(data), start)
    shape = tuple(int.from_bytes(data[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(rank))
    size = math.prod(shape)
    if len(data) - start < size:
        raise _truncated(file, len(data), start + size)
    if len(data) - start > size:
        raise Problem(
            f"{file} is damaged: its header promises {size:,} bytes of data, but {len(data) - start:,} follow.",
            hint="Download the file again.",
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def _content(file: Path) -> bytes:
    with file.open("rb") as stream:
        compressed = stream.read(2) == _GZIP_MAGIC
    try:
        with gzip.open(file, "rb") if compressed else file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Problem(
            f"{file} is truncated or damaged: it can't be decompressed.", hint="Download it again.", details=repr(error)
        ) from error
    if len(data) > _LARGEST:
        raise Problem(f"{file} holds more than 4 GiB; that is no set of digits.")
    return data


def _truncated(file: Path, have: int, need: int) -> Problem:
    return Problem(
        f"{file} is truncated: it has {have:,} bytes and its header promises {need:,}.",
        hint="Download the file again.",
    )
