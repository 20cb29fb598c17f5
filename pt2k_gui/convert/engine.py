"""The native engine: reads the graph, evaluates what is known, converts node by node, and builds a stock Keras model."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import onnx

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.interpreter import lookup, run_nodes
from pt2k_gui.convert.ir.dtypes import is_float, keras_dtype
from pt2k_gui.convert.ir.graph import Graph, Node, Port, prune
from pt2k_gui.convert.ir.onnx_reader import load_model, read_graph, read_graph_proto
from pt2k_gui.convert.ir.symbolic_dims import Dim, is_known
from pt2k_gui.convert.ir.values import Constant, Tensor
from pt2k_gui.convert.passes.constant_folding import fold_constants
from pt2k_gui.convert.passes.function_inlining import expand_functions
from pt2k_gui.convert.passes.fusion import fuse
from pt2k_gui.convert.passes.join_cells import join_cells
from pt2k_gui.convert.passes.training import prepare_training
from pt2k_gui.convert.process_settings import collector_held, depth_note, image_data_format, recursion_for
from pt2k_gui.convert.registry import find, traits_of
from pt2k_gui.convert.report import Conversion, UnsupportedOperators, UnsupportedRow
from pt2k_gui.convert.report_builder import Account, make_report
from pt2k_gui.problem import Problem

Progress = Callable[[float, str], None]


def convert_native(
    model: onnx.ModelProto | str | os.PathLike[str],
    *,
    axis_order: str = "keras",
    trainable: bool = False,
    name: str = "",
    progress: Progress | None = None,
) -> Conversion:
    """``pt2k_gui.convert.convert`` with the native engine."""
    with image_data_format("channels_last"), collector_held():
        return _convert(model, axis_order, trainable, name, progress)


def _convert(
    model: onnx.ModelProto | str | os.PathLike[str],
    axis_order: str,
    trainable: bool,
    name: str,
    progress: Progress | None,
) -> Conversion:
    began = time.perf_counter()
    tell: Progress = progress or (lambda fraction, text: None)
    tell(0.0, messages.READING_GRAPH())
    proto, folder = load_model(model)
    graph = read_graph(proto, folder)
    if trainable:
        prepare_training(graph)
    folded = fold_constants(graph, trainable)
    prune(graph)
    expand_functions(graph)
    folded += fold_constants(graph, trainable)
    join_cells(graph)
    fuse(graph, trainable)
    prune(graph)
    _require_supported(graph)
    tell(0.1, messages.BUILDING_LAYERS())
    build = Build(trainable=trainable)
    inputs = [_input(build, port, axis_order == "keras" and _is_image(graph, port)) for port in graph.inputs]
    run_nodes(build, graph, lambda fraction: tell(0.1 + 0.8 * fraction, messages.BUILDING_LAYERS()))
    outputs, output_orders = _outputs(build, graph, axis_order, inputs)
    tell(0.9, messages.MAKING_MODEL())
    # ASCII alone: TensorFlow refuses other names when it writes a SavedModel.
    letters = (c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in name or proto.graph.name)
    name = "".join(letters) or "model"
    with recursion_for(sum(map(len, build.emitted.values()))):
        made = keras.Model(
            inputs=[tensor for tensor, _ in inputs] if len(inputs) != 1 else inputs[0][0],
            outputs=outputs if len(outputs) != 1 else outputs[0],
            name=name if name[0].isalpha() else f"model_{name}",
        )
    if note := depth_note(made):
        build.notes.append(note)
    report = make_report(
        Account(
            build=build,
            graph=graph,
            model=made,
            opset=graph.opset,
            axis_order=axis_order,
            input_orders=[order for _, order in inputs],
            output_orders=output_orders,
            folded=folded,
            seconds=time.perf_counter() - began,
        )
    )
    tell(1.0, "Converted")
    return Conversion(made, report)


# ---- before anything is built -------------------------------------------------------------------------------------


def _require_supported(graph: Graph) -> None:
    """Raise ``UnsupportedOperators`` that names every operator without a conversion, in subgraphs too."""
    missing: dict[str, list[str]] = {}
    for node in all_nodes(graph.nodes, graph.constants, graph.folder):
        if find(node.operator, node.version or graph.opset, node.domain) is None:
            label = f"{node.domain}.{node.operator}" if node.domain else node.operator
            missing.setdefault(label, []).append(node.module or node.name or node.outputs[0])
    if not missing:
        return
    rows = tuple(
        UnsupportedRow(label, len(places), tuple(dict.fromkeys(places)), _advice(label))
        for label, places in missing.items()
    )
    words = [messages.UNSUPPORTED_ROW(operator=row.operator, count=row.count, modules=row.modules[:3]) for row in rows]
    raise UnsupportedOperators(
        messages.UNSUPPORTED(count=len(rows), rows=words),
        hint=messages.REPLACE_PARTS(),
        rows=rows,
    )


def all_nodes(nodes: Sequence[Node], constants: Mapping[str, Constant], folder: str = "") -> list[Node]:
    """The nodes and those within their subgraphs, without a branch that a known condition does not take."""
    found: list[Node] = []
    for node in nodes:
        found.append(node)
        condition = constants.get(node.inputs[0]) if node.operator == "If" else None
        for name, value in node.attributes.items():
            if not isinstance(value, onnx.GraphProto):
                continue
            if condition is not None and bool(condition.array.reshape(())) != (name == "then_branch"):
                continue
            inner = read_graph_proto(value, {"": node.version}, folder)
            expand_functions(inner)
            found += all_nodes(inner.nodes, {**constants, **inner.constants}, folder)
    return [node for node in found if not (node.operator == "Constant" and not node.domain)]


def _advice(label: str) -> str:
    domain, _, name = label.rpartition(".")
    if known := traits_of(name, domain).advice:
        return known
    if domain:
        return messages.NOT_STANDARD()
    return messages.OTHER_OPERATORS()


# ---- inputs and outputs -------------------------------------------------------------------------------------------


def _is_image(graph: Graph, port: Port) -> bool:
    """Whether an input of three axes or more reaches an operator on images before any other that has axes."""
    if port.shape is None or len(port.shape) < 3 or not is_float(port.dtype):
        return port.shape is not None and len(port.shape) in (4, 5) and port.dtype == np.uint8
    readers = graph.consumers()
    waiting, seen = [port.name], {port.name}
    while waiting:
        name = waiting.pop()
        for node in readers.get(name, []):
            traits = traits_of(node.operator, node.domain)
            if traits.spatial and node.inputs and node.inputs[0] == name:
                return True
            if traits.passes_axes:
                fresh = [output for output in node.outputs if output not in seen]
                waiting += fresh
                seen.update(fresh)
    return False


def _input(build: Build, port: Port, image: bool) -> tuple[Any, tuple[int, ...]]:
    if port.shape is None:
        raise Problem(messages.INPUT_WITHOUT_SHAPE(name=port.name), hint=messages.EXPORT_WITH_SHAPE())
    rank = len(port.shape)
    order = (0, *range(2, rank), 1) if image else tuple(range(rank))
    stored = tuple(port.shape[axis] for axis in order)
    tensor = keras.Input(
        batch_shape=tuple(int(size) if is_known(size) else None for size in stored),
        dtype=keras_dtype(port.dtype),
        name=build.names.take(port.name),
    )
    build.values[port.name] = build.tensor(tensor, order, port.shape)
    return tensor, order


def _outputs(
    build: Build, graph: Graph, axis_order: str, inputs: list[tuple[Any, tuple[int, ...]]]
) -> tuple[list[Any], list[tuple[str, tuple[int, ...], tuple[Dim, ...], np.dtype]]]:
    """The model's output tensors, and for each its name, axis order, ONNX shape and type."""
    tensors: list[Any] = []
    described: list[tuple[str, tuple[int, ...], tuple[Dim, ...], np.dtype]] = []
    given = {id(tensor) for tensor, _ in inputs}
    values = [build.plain(lookup(build, graph, name)) for name in graph.outputs]

    def channels_last(value: Tensor) -> bool:
        return value.rank >= 3 and value.order == (0, *range(2, value.rank), 1)

    # Images of one model all have their channels at the same place, whichever way each of them was made.
    images = {value.rank for value in values if value.rank >= 4 and channels_last(value)}
    for name, value in zip(graph.outputs, values, strict=True):
        build.node = Node("Output", (name,), (name,), name=name)
        rank = value.rank
        last = axis_order == "keras" and (channels_last(value) or rank in images)
        order = (0, *range(2, rank), 1) if last else tuple(range(rank))
        tensor = build.ordered(value, order).keras
        if name in graph.named_outputs:
            tensor = build.layer(keras.layers.Identity, tensor, name=name)
        elif id(tensor) in given or any(tensor is other for other in tensors):
            tensor = build.layer(keras.layers.Identity, tensor, suffix="output")
        tensors.append(tensor)
        described.append((name, order, value.shape, value.dtype))
    return tensors, described
