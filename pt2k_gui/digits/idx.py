"""Reads the IDX files that MNIST and its relatives are kept in, gzip'd or not. Knows no digit, only arrays of bytes."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from pt2k_gui.digits import messages
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
            messages.NOT_IDX(file=file),
            hint=messages.USE_MNIST_FILES(),
        )
    kind, axes = data[2], data[3]
    if kind != _UNSIGNED_BYTE:
        raise Problem(messages.IDX_TYPE(file=file, kind=f"0x{kind:02x}"), hint=messages.USE_MNIST_FILES())
    if axes != rank:
        wanted = messages.WANTED_IMAGES() if rank == 3 else messages.WANTED_LABELS()
        raise Problem(
            messages.IDX_AXES(file=file, axes=axes, wanted=wanted),
            hint=messages.CHECK_EXCHANGED(),
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
            messages.IDX_LENGTH(file=file, promised=size, found=len(data) - start),
            hint=messages.DOWNLOAD_AGAIN(),
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
            messages.CANNOT_DECOMPRESS(file=file), hint=messages.DOWNLOAD_AGAIN(), details=repr(error)
        ) from error
    if len(data) > _LARGEST:
        raise Problem(messages.TOO_LARGE(file=file), hint=messages.USE_MNIST_FILES())
    return data


def _truncated(file: Path, have: int, need: int) -> Problem:
    return Problem(
        messages.TRUNCATED(file=file, have=have, need=need),
        hint=messages.DOWNLOAD_AGAIN(),
    )
