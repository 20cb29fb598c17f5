"""Writes a Keras model as LiteRT (``.tflite``): in float32, float16, and in eight bits with or without calibration."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem

if TYPE_CHECKING:
    import numpy as np

_CALIBRATION_SAMPLES = 128
_MOST_STEPS = 512


def litert(name: str, model: Any, scratch: Path, batches: Sequence[Sequence[np.ndarray]]) -> bytes:
    """The content of a ``.tflite`` file.

    LiteRT has no loop over a sequence of its own, so recurrent layers are written step by step where the length of
    their sequence is known.

    Args:
        name: ``tflite``, ``tflite_float16``, ``tflite_dynamic`` or ``tflite_int8``.
        scratch: a folder that does not exist yet and is gone afterwards.
        batches: samples in Keras's axes, one array an input; the calibration of full int8.

    Raises:
        Problem: a recurrent layer runs over sequences of unknown length.
    """
    recurrent = [layer for layer in model.layers if _runs_over_steps(layer)]
    if recurrent:
        lengths = [_steps(layer) for layer in recurrent]
        if any(length is None or length > _MOST_STEPS for length in lengths):
            raise Problem(
                f"This model can't be written as LiteRT: {recurrent[0].name} runs over a sequence of unknown or great length.",
                hint=f"Export the model with a fixed length of at most {_MOST_STEPS} steps, or choose another format.",
            )
        model = _step_by_step(model)
    return _converted(name, model, scratch, batches)


def _runs_over_steps(layer: Any) -> bool:
    import keras

    return isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional)


def _steps(layer: Any) -> int | None:
    """The length of the sequence that a recurrent layer runs over, where it is known."""
    read = layer.input
    first = read[0] if isinstance(read, list | tuple) else read
    length: int | None = first.shape[1]
    return length


def _step_by_step(model: Any) -> Any:
    """The model with its recurrent layers unrolled; the weights are copied."""
    import keras

    def unrolled(layer: Any) -> Any:
        config = layer.get_config()
        inner = [config[key]["config"] for key in ("layer", "backward_layer") if isinstance(config.get(key), dict)]
        for part in (config, *inner):
            if "unroll" in part:
                part["unroll"] = True
        return type(layer).from_config(config)

    made = keras.models.clone_model(model, clone_function=unrolled)
    made.set_weights(model.get_weights())
    return made


def _converted(name: str, model: Any, scratch: Path, batches: Sequence[Sequence[np.ndarray]]) -> bytes:
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
