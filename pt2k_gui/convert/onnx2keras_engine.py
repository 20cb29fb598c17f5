"""The onnx2keras library behind the same function, for comparison with what the tutorial does."""

from __future__ import annotations

import contextlib
import io
import os
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx

from pt2k_gui.convert import messages
from pt2k_gui.convert.ir.onnx_reader import load_model, read_graph
from pt2k_gui.convert.report import Conversion, ConversionReport, IOSpec, NodeRow, OperatorRow, Signature
from pt2k_gui.convert.summary import summary_text
from pt2k_gui.problem import Problem


def convert_with_onnx2keras(
    model: onnx.ModelProto | str | os.PathLike[str],
    *,
    axis_order: str = "keras",
    trainable: bool = False,
    progress: Callable[[float, str], None] | None = None,
) -> Conversion:
    """``pt2k_gui.convert.convert`` with onnx2keras.

    It keeps ONNX's axes; its own change of the axis order fails or gives other numbers on many networks, so
    ``axis_order="keras"`` is refused for inputs that have channels rather than tried.
    """
    import keras

    began = time.perf_counter()
    proto, _ = load_model(model)
    if not isinstance(model, onnx.ModelProto):
        proto = onnx.load(os.fspath(model))
    graph = read_graph(proto, "")
    notes = []
    if axis_order == "keras" and any(port.shape is not None and len(port.shape) > 2 for port in graph.inputs):
        notes.append(messages.CHANNELS_FIRST())
    if progress is not None:
        progress(0.1, messages.ONNX2KERAS_BUILDS())
    made = _converted(proto, [port.name for port in graph.inputs])
    lambdas = tuple(layer.name for layer in made.layers if isinstance(layer, keras.layers.Lambda))
    if lambdas:
        notes.append(messages.HOLDS_LAMBDA(count=len(lambdas)))
    counts = Counter(node.operator for node in graph.originals)
    report = ConversionReport(
        engine="onnx2keras",
        opset=graph.opset,
        signature=_signature(graph, proto, made, axis_order),
        nodes=tuple(
            NodeRow(node.name, node.operator, node.module, node.module_class, (), (), "operation")
            for node in graph.originals
        ),
        operators=tuple(OperatorRow(name, count, (), "converted") for name, count in counts.most_common()),
        transposes=sum(isinstance(layer, keras.layers.Permute) for layer in made.layers),
        folded=0,
        parameters=made.count_params(),
        trainable_parameters=int(sum(np.prod(w.shape, dtype=np.int64) for w in made.trainable_weights)),
        layer_count=len(made.layers),
        lambda_layers=lambdas,
        seconds=time.perf_counter() - began,
        notes=tuple(notes),
        summary=summary_text(made),
    )
    return Conversion(made, report)


def _converted(proto: onnx.ModelProto, names: list[str]) -> Any:
    """The library's Keras model. Raises ``Problem`` where it fails."""
    import onnx2keras

    from pt2k_gui.convert.process_settings import image_data_format

    printed = io.StringIO()
    try:
        # The library sets the default axis order of images and, where it fails, leaves it set.
        with contextlib.redirect_stdout(printed), image_data_format("channels_first"):
            return onnx2keras.onnx_to_keras(proto, names, name_policy="renumerate", verbose=False)
    except Exception as error:  # the library raises whatever its handlers meet
        reason = str(error).strip().splitlines()
        raise Problem(
            messages.ONNX2KERAS_FAILED(type=type(error).__name__, reason=reason[0] if reason else ""),
            hint=messages.CHOOSE_NATIVE(),
            details=f"{printed.getvalue()[-2000:]}\n{error!r}",
        ) from error


def _signature(graph: Any, proto: onnx.ModelProto, made: Any, axis_order: str) -> Signature:
    def sizes(shape: Any) -> tuple[int | str, ...]:
        return tuple("batch" if length is None and axis == 0 else (length or "?") for axis, length in enumerate(shape))

    inputs = tuple(
        IOSpec(
            port.name,
            tensor.name,
            str(port.dtype),
            sizes(tensor.shape),
            sizes(tensor.shape),
            tuple(range(len(tensor.shape))),
        )
        for port, tensor in zip(graph.inputs, made.inputs, strict=True)
    )
    outputs = tuple(
        IOSpec(
            value.name,
            getattr(tensor, "name", value.name),
            str(onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)),
            sizes(tensor.shape),
            sizes(tensor.shape),
            tuple(range(len(tensor.shape))),
        )
        for value, tensor in zip(proto.graph.output, made.outputs, strict=True)
    )
    return Signature(inputs, outputs, axis_order)
