"""Layer by layer: values within the ONNX graph against the outputs of the Keras layers that compute them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pt2k_gui.difference import largest_difference, magnitude
from pt2k_gui.problem import Problem
from pt2k_gui.sources.onnx_session import onnx_session
from pt2k_gui.sources.onnx_structure import fed_inputs, onnx_structure
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import LayerDifference
from pt2k_gui.verify.runners import KerasRunner, inverse, opened

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.convert.report import TracedValue

_SAMPLES = 2
_NUMERIC = "fiub"


def compare_layers(
    onnx_path: str, keras_path: str, batch: Sequence[np.ndarray]
) -> tuple[tuple[LayerDifference, ...], str]:
    """The differences in graph order, and a note where there is nothing to compare.

    Args:
        batch: one array an input, in ONNX's axes; the first samples are used where the batch is free.
    """
    from pt2k_gui.convert import read_values

    traced = read_values(keras_path)
    if not traced:
        return (), messages.NATIVE_ONLY()
    values, order = _onnx_values(onnx_path, [row.name for row in traced], batch)
    runner = KerasRunner(keras_path)
    rows = [row for row in traced if row.name in values]
    with opened([runner]):
        outputs = _keras_values(runner, rows, batch[: len(batch)] if order is None else [a[:order] for a in batch])
    found = []
    for row, output in zip(rows, outputs, strict=True):
        expected = values[row.name]
        actual = output.transpose(inverse(row.permutation))
        found.append(_difference(row, actual, expected))
    position = {name: number for number, name in enumerate(values)}
    return tuple(sorted(found, key=lambda row: position[row.onnx_value])), ""


def _difference(row: TracedValue, actual: np.ndarray, expected: np.ndarray) -> LayerDifference:
    if actual.shape != expected.shape:
        return LayerDifference(row.layer, row.name, math.inf, math.inf)
    largest, scale = largest_difference(actual, expected), magnitude(expected)
    return LayerDifference(
        row.layer, row.name, largest, largest / scale if scale else (0.0 if not largest else math.inf)
    )


def _onnx_values(
    path: str, names: Sequence[str], batch: Sequence[np.ndarray]
) -> tuple[dict[str, np.ndarray], int | None]:
    """The values by name in graph order, and how many samples were used (None: all of a fixed batch)."""
    import onnx

    model = onnx.load(path)
    wanted = set(names)
    produced = [name for node in model.graph.node for name in node.output if name in wanted]
    known = {value.name for value in model.graph.output}
    for name in produced:
        if name not in known:
            model.graph.output.append(onnx.ValueInfoProto(name=name))
    try:
        session = onnx_session(model.SerializeToString(), silent=True, optimize=False)
    except Exception as error:  # ONNX Runtime's exceptions share no base class of their own
        raise Problem(
            messages.CANNOT_OPEN_LAYERS(path=path, reason=str(error).splitlines()[0]), hint=messages.CONVERT_AGAIN()
        ) from error
    inputs = session.get_inputs()
    used = _SAMPLES if all(value.shape and isinstance(value.shape[0], str) for value in inputs) else None
    feeds = {v.name: (a if used is None else a[:used]) for v, a in zip(inputs, batch, strict=True)}
    arrays = dict(zip(produced, session.run(produced, feeds), strict=True)) if produced else {}
    return {name: array for name, array in arrays.items() if array.dtype.kind in _NUMERIC}, used


def _keras_values(runner: KerasRunner, rows: Sequence[TracedValue], batch: Sequence[np.ndarray]) -> list[Any]:
    import keras
    import numpy as np

    from pt2k_gui.convert.process_settings import recursion_for

    operations = {operation.name: operation for operation in runner.model.operations}
    tensors = []
    for row in rows:
        output = operations[row.layer].output
        tensors.append(output[row.output] if isinstance(output, list | tuple) else output)
    if not tensors:
        return []
    with recursion_for():
        inner = keras.Model(runner.model.inputs, tensors)
    arrays = runner.arrange(batch)
    outputs = inner(arrays, training=False)
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    return [np.asarray(keras.ops.convert_to_numpy(output)) for output in outputs]


def first_departure(rows: Sequence[LayerDifference]) -> LayerDifference | None:
    """The first layer whose relative difference is beyond what rounding explains; None where none departs."""
    return next((row for row in rows if not row.max_rel <= DEPARTS), None)


DEPARTS = 1e-4
"""Relative difference beyond which a layer has departed: float32 sums over a million terms stay below it, while a changed
epsilon, a shifted window or another activation goes beyond it."""


def layer_values(
    onnx_path: str, keras_path: str, layer: str, batch: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Outputs of a layer for one sample: the ONNX graph's value and the Keras layer's, both in ONNX's axes; None where the
    file does not say which value the layer computes.

    Args:
        layer: the Keras layer's name.
        batch: one array an input with one sample, in ONNX's axes; it is repeated where the graph takes a fixed batch.
    """
    import numpy as np

    from pt2k_gui.convert import read_values

    row = next((row for row in read_values(keras_path) if row.layer == layer), None)
    if row is None:
        return None
    batch = [_fitting(array, size) for array, size in zip(batch, _batch_sizes(onnx_path), strict=True)]
    values, _ = _onnx_values(onnx_path, [row.name], batch)
    if row.name not in values:
        return None
    runner = KerasRunner(keras_path)
    runner.open()
    (output,) = _keras_values(runner, [row], batch)
    return np.asarray(values[row.name])[0], output.transpose(inverse(row.permutation))[0]


def _batch_sizes(path: str) -> list[int]:
    """How many samples each input takes at once; 0 where that is free."""
    shapes = [value.type.tensor_type.shape.dim for value in fed_inputs(onnx_structure(path))]
    return [shape[0].dim_value if len(shape) else 0 for shape in shapes]


def _fitting(array: np.ndarray, size: int) -> np.ndarray:
    return array.repeat(size, axis=0) if size > 1 and array.shape[0] == 1 else array
