"""LiteRT (``.tflite``): in float32, float16, and in eight bits with or without calibration."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .entry import Format, Outputs, Reopening, RunFile, Writing
from .examples import keras_examples, named
from .saved_model import in_order
from .words import messages

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.convert.report import Signature

_CALIBRATION_SAMPLES = 128
_MOST_STEPS = 512


def _write(writing: Writing) -> None:
    """LiteRT has no loop over a sequence of its own, so recurrent layers are written step by step where the length of their
    sequence is known.

    Raises:
        Problem: a recurrent layer runs over sequences of unknown length.
    """
    from pt2k_gui.problem import Problem

    model = writing.model
    recurrent = [layer for layer in model.layers if _runs_over_steps(layer)]
    if recurrent:
        lengths = [_steps(layer) for layer in recurrent]
        if any(length is None or length > _MOST_STEPS for length in lengths):
            raise Problem(
                messages.LITERT_SEQUENCE(layer=recurrent[0].name),
                hint=messages.FIXED_LENGTH(steps=_MOST_STEPS),
            )
        model = _step_by_step(model)
    writing.target.write_bytes(_converted(writing.name, model, writing.target.parent / "saved", writing.batches))


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

    try:
        _write_graph(model, scratch)
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


def _write_graph(model: Any, folder: Path) -> None:
    """Write a SavedModel with the model's computation alone: inputs by their names, outputs as ``output_0`` and so on, as
    Keras's own export has them, which traces the model five times."""
    import tensorflow as tf

    def serve(**inputs: Any) -> dict[str, Any]:
        given = [inputs[tensor.name] for tensor in model.inputs]
        outputs = model(given if len(given) > 1 else given[0], training=False)
        return {f"output_{number}": output for number, output in enumerate(tf.nest.flatten(outputs))}

    function = tf.function(serve, autograph=False)
    specs = {tensor.name: tf.TensorSpec(tensor.shape, tensor.dtype, tensor.name) for tensor in model.inputs}
    module = tf.Module()
    module.kept = [variable.value for variable in model.variables]
    tf.saved_model.save(module, str(folder), signatures={"serving_default": function.get_concrete_function(**specs)})


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


def _reopen(written: Reopening) -> RunFile:
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_path=written.path)
    names = next(iter(interpreter.get_signature_list().values()))["inputs"]

    def run(arrays: Mapping[str, Any]) -> Outputs:
        runner = interpreter.get_signature_runner(next(iter(interpreter.get_signature_list())))
        outputs = runner(**{name: arrays[name] for name in names})
        return [outputs[name] for name in in_order(outputs)]

    return run


def _snippet(path: str, signature: Signature) -> str:
    lines = ["import numpy as np", "import tensorflow as tf", "", f"interpreter = tf.lite.Interpreter({path!r})"]
    run = f"outputs = run(**{named(keras_examples(signature))})"
    return "\n".join([*lines, "run = interpreter.get_signature_runner()", run])


FORMATS = (
    Format(
        "tflite", messages.LITERT_FLOAT32(), ".tflite", messages.FLOAT32_PURPOSE(), _write, _reopen, _snippet,
        tolerance=1e-4,
    ),
    Format(
        "tflite_float16", messages.LITERT_FLOAT16(), ".float16.tflite", messages.FLOAT16_PURPOSE(), _write, _reopen, _snippet,
        size=0.5, tolerance=2e-2,  # float16 keeps 11 bits
    ),
    Format(
        "tflite_dynamic", messages.LITERT_DYNAMIC(), ".dynamic.tflite", messages.DYNAMIC_PURPOSE(), _write, _reopen,
        _snippet, size=0.26, quantised=True,
    ),
    Format(
        "tflite_int8", messages.LITERT_INT8(), ".int8.tflite", messages.INT8_PURPOSE(), _write, _reopen,
        _snippet, size=0.26, quantised=True,
    ),
)  # fmt: skip
