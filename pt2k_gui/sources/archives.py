"""Errors of the readers of torch's zip archives, and the words for an archive that is too new. Opens nothing itself."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from pathlib import Path

from pt2k_gui.problem import Problem
from pt2k_gui.sources import file_messages

DAMAGED: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    # A compression or a version of the format that nobody uses, and encryption: a bit says so, and bits flip.
    NotImplementedError,
    RuntimeError,
)


_VERSIONS = re.compile(r"version (\d+), but the maximum supported version for reading is (\d+)")


def too_new(file: Path, error: Exception) -> Problem | None:
    """The words where torch's reader gave up because of the archive's format version; None where it did not."""
    import torch

    versions = _VERSIONS.search(str(error))
    if versions is None:
        return None
    own = torch.__version__.split("+")[0]
    return Problem(
        file_messages.TOO_NEW(file=file, version=own, written=int(versions[1]), readable=int(versions[2])),
        hint=file_messages.SAVE_WITH_OLDER(version=own),
        details=str(error),
    )
