"""Makes the conversion's report from what the engine did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.dtypes import is_float
from pt2k_gui.convert.ir.graph import Graph, Node
from pt2k_gui.convert.ir.symbolic_dims import Dim, described
from pt2k_gui.convert.ir.values import Tensor
from pt2k_gui.convert.report import ConversionReport, FoldedModule, IOSpec, NodeRow, OperatorRow, Signature, TracedValue
from pt2k_gui.convert.summary import summary_text


@dataclass(frozen=True)
class Account:
    """Everything that the report is made of.

    Attributes:
        input_orders: for each input, which ONNX axis each Keras axis holds.
        output_orders: for each output its name, axis order, ONNX shape and type.
        folded: nodes that were evaluated at conversion.
    """

    build: Build
    graph: Graph
    model: Any
    opset: int
    axis_order: str
    input_orders: Sequence[tuple[int, ...]]
    output_orders: Sequence[tuple[str, tuple[int, ...], tuple[Dim, ...], np.dtype]]
    folded: Sequence[Node]
    seconds: float


def make_report(account: Account) -> ConversionReport:
    """The finished report; operations that the model does not hold after all are left out."""
    model = account.model
    held = {id(operation) for operation in model.operations}
    rows = _node_rows(account, held)
    operations = list(model.operations)
    return ConversionReport(
        engine="native",
        opset=account.opset,
        signature=_signature(account),
        nodes=rows,
        operators=_operator_rows(rows),
        transposes=sum(type(operation).__name__ in _TRANSPOSES for operation in operations),
        folded=sum(row.state == "folded" for row in rows),
        parameters=model.count_params(),
        trainable_parameters=int(sum(np.prod(weight.shape, dtype=np.int64) for weight in model.trainable_weights)),
        layer_count=len(operations),
        lambda_layers=tuple(layer.name for layer in model.layers if isinstance(layer, keras.layers.Lambda)),
        seconds=account.seconds,
        notes=tuple(dict.fromkeys((*account.build.notes, *_changed_types(account)))),
        summary=summary_text(model),
        values=_traced(account, held),
        folded_modules=tuple(
            FoldedModule(node.folded_module[0], node.folded_module[1].rpartition(".")[2], node.module)
            for node in account.graph.originals
            if node.folded_module[0]
        ),
    )


_TRANSPOSES = frozenset({"Transpose", "Permute", "Swapaxes", "Moveaxis"})


def _changed_types(account: Account) -> list[str]:
    """A sentence where the file has weights of a type that no weight of the model has."""
    learned = [value for value in account.graph.constants.values() if value.is_parameter and value.size > 1]
    before = {str(value.dtype) for value in learned if is_float(value.dtype)}
    after = {str(weight.dtype) for weight in account.model.weights}
    lost = sorted(before - after)
    return [messages.TYPES_CHANGE(before=lost, after=sorted(after))] if lost and after else []


def _traced(account: Account, held: set[int]) -> tuple[TracedValue, ...]:
    """Values that a layer of the model holds as they are, up to the order of their axes; each layer's output once."""
    rows: dict[tuple[str, int], TracedValue] = {}
    for name, value in account.build.values.items():
        if not isinstance(value, Tensor) or value.layout.order is None:
            continue
        history = value.keras._keras_history
        if len(history.operation._inbound_nodes) > 1:  # a layer that is called again and again has no one output
            continue
        if id(history.operation) in held and not isinstance(history.operation, keras.layers.InputLayer):
            place = (history.operation.name, int(history.tensor_index))
            rows.setdefault(place, TracedValue(name, *place, value.layout.order))
    return tuple(rows.values())


def _signature(account: Account) -> Signature:
    model = account.model
    inputs = tuple(
        IOSpec(
            name=port.name,
            keras_name=tensor.name,
            dtype=str(port.dtype),
            onnx_shape=described(port.shape or ()),
            keras_shape=tuple(described(port.shape or ())[axis] for axis in order),
            permutation=order,
        )
        for port, order, tensor in zip(account.graph.inputs, account.input_orders, model.inputs, strict=True)
    )
    outputs = tuple(
        IOSpec(
            name=name,
            keras_name=tensor._keras_history.operation.name,
            dtype=str(dtype),
            onnx_shape=described(shape),
            keras_shape=tuple(described(shape)[axis] for axis in order),
            permutation=order,
        )
        for (name, order, shape, dtype), tensor in zip(account.output_orders, model.outputs, strict=True)
    )
    return Signature(inputs, outputs, account.axis_order)


def _node_rows(account: Account, held: set[int]) -> tuple[NodeRow, ...]:
    made: dict[int, list[Any]] = {}
    alive = {id(node): node for node in account.graph.nodes}
    reached = {source for node in account.graph.nodes for source in node.sources}
    for key, operations in account.build.emitted.items():
        node = alive.get(key)
        for source in node.sources if node is not None else ():
            made.setdefault(source, []).extend(operation for operation in operations if id(operation) in held)
    folded = {source for node in account.folded for source in node.sources}
    rows = []
    for number, node in enumerate(account.graph.originals):
        operations = list(dict.fromkeys(made.get(number, [])))
        if operations:
            own = any(isinstance(operation, keras.layers.Layer) for operation in operations)
            state = "layer" if own else "operation"
        elif number in folded:
            state = "folded"
        else:
            state = "absorbed" if number in reached else "unused"
        rows.append(
            NodeRow(
                node.name or f"{node.operator}_{number}",
                f"{node.domain}.{node.operator}" if node.domain else node.operator,
                node.module,
                node.module_class,
                tuple(operation.name for operation in operations),
                tuple(type(operation).__name__ for operation in operations),
                state,
            )
        )
    return tuple(rows)


def _operator_rows(rows: Sequence[NodeRow]) -> tuple[OperatorRow, ...]:
    result = []
    for operator, count in Counter(row.operator for row in rows).most_common():
        mine = [row for row in rows if row.operator == operator]
        becomes = Counter(kind for row in mine for kind in row.layer_classes)
        state = "converted" if any(row.state not in ("folded", "unused") for row in mine) else "folded"
        result.append(OperatorRow(operator, count, tuple(kind for kind, _ in becomes.most_common()), state))
    return tuple(result)
