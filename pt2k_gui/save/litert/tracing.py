"""Traces a Keras model as a TensorFlow function for LiteRT, with what LiteRT has no operator for in forms that it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pt2k_gui.save.litert.columns import used_in_parts
from pt2k_gui.save.litert.lowering import lowered

_SCOPE = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")  # what TensorFlow takes for a name


def export(model: Any, folder: str) -> None:
    """Write the model as a SavedModel of one function of its inputs by name.

    Outputs are called output_0, output_1 and so on, as Keras's own export has them, which traces the model five times. The
    batch stays free where the model leaves it free; every operation stands in the form of ``lowering``.
    """
    import tensorflow as tf

    def serve(**inputs: Any) -> dict[str, Any]:
        given = [inputs[tensor.name] for tensor in model.inputs]
        return {f"output_{number}": value for number, value in enumerate(run(model, given))}

    function = tf.function(serve, autograph=False)
    specs = {tensor.name: tf.TensorSpec(tensor.shape, tensor.dtype, tensor.name) for tensor in model.inputs}
    module = tf.Module()
    module.kept = [variable.value for variable in model.variables]
    tf.saved_model.save(module, folder, signatures={"serving_default": function.get_concrete_function(**specs)})


def run(model: Any, arrays: list[Any]) -> list[Any]:
    """The model's outputs for tensors, each operation in LiteRT's form."""
    import keras

    parts = used_in_parts(model)
    outputs = model._run_through_graph(arrays, operation_fn=lambda operation: _form(operation, parts))
    flat: list[Any] = keras.tree.flatten(outputs)
    return flat


def _form(operation: Any, parts: Mapping[Any, Callable[..., Any]]) -> Any:
    import keras

    if operation in parts:
        return _named(parts[operation], operation.name)
    if isinstance(operation, keras.models.Model) and hasattr(operation, "_run_through_graph"):
        return lambda *given, **_: keras.tree.pack_sequence_as(
            operation.output, run(operation, keras.tree.flatten(given))
        )
    form = lowered(operation)
    return form if form is operation else _named(form, operation.name)


def _named(form: Any, name: str) -> Any:
    """The form with its tensors under the layer's name, by which errors and sensitive layers are told."""
    import tensorflow as tf

    def run_named(*given: Any, **named: Any) -> Any:
        with tf.name_scope(name if _SCOPE.fullmatch(name) else "layer"):
            return form(*given, **named)

    return run_named
