"""Writes a Keras model in each format, to a path that does not exist yet. Checking is done elsewhere."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.files import disk_is_full
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import files_of
from pt2k_gui.save.litert import litert
from pt2k_gui.save.python_source import python_source

if TYPE_CHECKING:
    import numpy as np

_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def write(
    name: str, model: Any, keras_path: str, onnx_path: str, target: Path, batches: Sequence[Sequence[np.ndarray]]
) -> None:
    """Write one format.

    Args:
        name: the format's name.
        model: the Keras model; ``keras_path`` and ``onnx_path`` are the files that it was loaded from and made of.
        target: the path to write; a folder for a SavedModel. A second file of the format is written beside it.
        batches: samples in Keras's axes, one array an input, for the calibration of full int8.

    Raises:
        Problem: this model can't be written in that format.
    """
    with _in_words(name, target.parent):
        if name == "keras":
            shutil.copyfile(keras_path, target)  # with its description of the axes
        elif name == "weights":
            model.save_weights(str(target))
        elif name == "h5":
            _write_legacy(model, target)
        elif name == "savedmodel":
            model.export(str(target), format="tf_saved_model", verbose=False)
        elif name == "onnx":
            _copy_onnx(Path(onnx_path), target)
        elif name.startswith("tflite"):
            target.write_bytes(litert(name, model, target.parent / "saved", batches))
        elif name == "python":
            target.write_text(python_source(model, onnx_path, target.stem), encoding="utf-8")
            model.save_weights(files_of(name, str(target))[1])
        elif name == "openvino":
            model.export(str(target), format="openvino", verbose=False)
        else:
            raise ValueError(f"unknown format {name}")


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
            f"This model can't be written as {name}: {lines[0] if lines else type(error).__name__}",
            hint="Choose another format; the .keras file holds everything.",
            details=str(error),
        ) from error


def _write_legacy(model: Any, target: Path) -> None:
    """Keras's HDF5 file of a whole model.

    In it, Keras describes layers as Keras 2 did, which has no words for operations, so that a model that holds some
    would not open again. Such a model is described as in a ``.keras`` file, which Keras 3 reads from HDF5 too.
    """
    import h5py
    import keras

    model.save(str(target))
    if not all(isinstance(operation, keras.layers.Layer) for operation in model.operations):
        with h5py.File(target, "r+") as file:
            file.attrs["model_config"] = model.to_json()


def _copy_onnx(source: Path, target: Path) -> None:
    """The ONNX file; with its weights in one file where they were beside it, if that is small enough, else beside it."""
    import onnx

    model = onnx.load(str(source), load_external_data=False)
    if not any(onnx.external_data_helper.uses_external_data(tensor) for tensor in model.graph.initializer):
        shutil.copyfile(source, target)
        return
    onnx.load_external_data_for_model(model, str(source.parent))
    try:
        target.write_bytes(model.SerializeToString())
    except ValueError as error:
        raise Problem(
            "This model is above 2 GB, which one ONNX file can't hold.", hint="Save it as .keras or SavedModel."
        ) from error
