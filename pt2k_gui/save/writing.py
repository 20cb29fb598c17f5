"""Writes a Keras model in each format, to a path that does not exist yet. Checking is done elsewhere."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.convert.stored_signature import store_signature
from pt2k_gui.files import disk_is_full
from pt2k_gui.problem import Problem
from pt2k_gui.save import messages
from pt2k_gui.save.formats import files_of, format_named
from pt2k_gui.save.formats.entry import Usage, Writing

if TYPE_CHECKING:
    import numpy as np

_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def write(
    name: str,
    model: Any,
    keras_path: str,
    onnx_path: str,
    target: Path,
    batches: Sequence[Sequence[np.ndarray]],
    usage: Usage | None = None,
    shared: dict[str, Any] | None = None,
) -> None:
    """Write one format.

    Args:
        name: the format's name.
        model: the Keras model; ``keras_path`` and ``onnx_path`` are the files that it was loaded from and made of.
        target: the path to write; a folder for a SavedModel. A second file of the format is written beside it.
        batches: samples in Keras's axes, one array an input, for the calibration of full int8.
        usage: how the model is used, which some formats tell.
        shared: what formats of one save leave for each other; the same for all of them.

    Raises:
        Problem: this model can't be written in that format.
    """
    beside = files_of(name, str(target))[1:]
    with _in_words(name, target.parent):
        second = Path(beside[0]) if beside else None
        writing = Writing(
            name, model, keras_path, onnx_path, target, second, batches, usage, {} if shared is None else shared
        )
        format_named(name).write(writing)
        if keras_path:
            store_signature(keras_path, target)


@contextlib.contextmanager
def _in_words(name: str, folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, Problem):
        raise
    except Exception as error:  # each exporter has its own exceptions
        for number in _DISK_ERRORS:
            if os.strerror(number) in str(error):  # TensorFlow has its own words around the system's
                raise OSError(number, os.strerror(number)) from error
        if disk_is_full(folder):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        lines = [line for line in str(error).strip().splitlines() if line.strip()]
        raise Problem(
            messages.CANNOT_BE_WRITTEN(format=name, reason=lines[0] if lines else type(error).__name__),
            hint=messages.OTHER_FORMAT(),
            details=str(error),
        ) from error
