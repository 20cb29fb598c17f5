"""Writes a Keras model in each format, to a path that does not exist yet. Checking is done elsewhere."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem

if TYPE_CHECKING:
    import numpy as np

_CALIBRATION_SAMPLES = 128


def write(
    name: str, model: Any, keras_path: str, onnx_path: str, target: Path, batches: Sequence[Sequence[np.ndarray]]
) -> None:
    """Write one format.

    Args:
        name: the format's name.
        model: the Keras model; ``keras_path`` and ``onnx_path`` are the files that it was loaded from and made of.
        target: the path to write; a folder for a SavedModel.
        batches: samples in Keras's axes, one array an input, for the calibration of full int8.

    Raises:
        Problem: this model can't be written in that format.
    """
    with _in_words(name):
        if name == "keras":
            shutil.copyfile(keras_path, target)  # with its description of the axes
        elif name == "weights":
            model.save_weights(str(target))
        elif name == "h5":
            model.save(str(target))
        elif name == "savedmodel":
            model.export(str(target), format="tf_saved_model", verbose=False)
        elif name == "onnx":
            _copy_onnx(Path(onnx_path), target)
        elif name.startswith("tflite"):
            target.write_bytes(_litert(name, model, target.parent / "saved", batches))
        else:
            raise ValueError(f"unknown format {name}")


@contextlib.contextmanager
def _in_words(name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, Problem):
        raise
    except Exception as error:  # each exporter has its own exceptions
        lines = [line for line in str(error).strip().splitlines() if line.strip()]
        raise Problem(
            f"This model can't be written as {name}: {lines[0] if lines else type(error).__name__}",
            hint="Choose another format; the .keras file holds everything.",
            details=str(error),
        ) from error


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


def _litert(name: str, model: Any, scratch: Path, batches: Sequence[Sequence[np.ndarray]]) -> bytes:
    import tensorflow as tf

    model.export(str(scratch), format="tf_saved_model", verbose=False)
    try:
        converter = tf.lite.TFLiteConverter.from_saved_model(str(scratch))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if name != "tflite":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if name == "tflite_float16":
            converter.target_spec.supported_types = [tf.float16]
        if name == "tflite_int8":
            converter.representative_dataset = _calibration(model, batches)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        content: bytes = converter.convert()
        return content
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _calibration(model: Any, batches: Sequence[Sequence[np.ndarray]]) -> Callable[[], Iterator[dict[str, np.ndarray]]]:
    names = [tensor.name for tensor in model.inputs]

    def samples() -> Iterator[dict[str, np.ndarray]]:
        given = 0
        for batch in batches:
            for row in range(len(batch[0])):
                if given >= _CALIBRATION_SAMPLES:
                    return
                given += 1
                yield {name: array[row : row + 1] for name, array in zip(names, batch, strict=True)}

    return samples
