"""Evaluates what is known at conversion: nodes whose inputs are all constants, by ONNX's own reference evaluator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import onnx.reference

from pt2k_gui.convert.ir.graph import Graph, Node, node_proto
from pt2k_gui.convert.ir.values import Constant
from pt2k_gui.convert.registry import traits_of


def can_fold(node: Node, inputs: list[Constant | None], trainable: bool) -> bool:
    """Whether a node whose inputs are all known may be evaluated now.

    In a trainable twin a learned number is only rearranged here: whatever is computed from it is computed in the model,
    so that its gradient reaches the weight.
    """
    traits = traits_of(node.operator, node.domain)
    if traits.random or any(isinstance(value, onnx.GraphProto) for value in node.attributes.values()):
        return False
    if trainable and any(value is not None and value.is_parameter for value in inputs):
        return traits.rearranges or node.operator in ("Shape", "Size")
    return True


def evaluate(node: Node, inputs: list[Constant | None]) -> list[Constant]:
    """The node's outputs. A rearranged weight stays lazy, learned and keeps its name."""
    is_parameter = next((value for value in inputs if value is not None and value.is_parameter), None)
    keeps = is_parameter is not None and traits_of(node.operator, node.domain).rearranges
    if node.operator == "Identity" and inputs[0] is not None:
        return [inputs[0]]
    arrays = [None if value is None else value.array for value in inputs]
    results = _run(node, arrays)
    name = is_parameter.name if is_parameter is not None and keeps else ""
    return [Constant(np.asarray(result), name=name, is_parameter=keeps) for result in results]


def _run(node: Node, arrays: list[np.ndarray | None]) -> list[np.ndarray]:
    if node.operator == "Constant":
        return [_constant_attribute(node)]
    if node.operator == "Transpose" and arrays[0] is not None:
        return [np.ascontiguousarray(np.transpose(arrays[0], node.attributes.get("perm")))]
    if node.operator == "GatherElements" and arrays[0] is not None and arrays[1] is not None:
        return [_gather_elements(arrays[0], arrays[1], int(node.attributes.get("axis", 0)))]
    if node.operator in ("Clip", "Pad") and arrays[0] is not None:  # what was an attribute is float32
        kind = arrays[0].dtype
        arrays = [None if a is None else a.astype(kind) if a.dtype.kind == "f" else a for a in arrays]
    if (
        node.operator in ("CumSum", "CumProd") and arrays[1] is not None
    ):  # an axis in a vector of one is taken everywhere else
        arrays = [arrays[0], arrays[1].reshape(())]
    if node.operator == "BatchNormalization" and node.version < 14:  # the others are statistics of training
        node = replace(node, outputs=node.outputs[:1])
    proto = node_proto(
        replace(node, inputs=tuple(f"i{index}" if name else "" for index, name in enumerate(node.inputs)))
    )
    evaluator = onnx.reference.ReferenceEvaluator(proto, opsets={node.domain: max(node.version, 1)})
    feeds = {f"i{index}": array for index, array in enumerate(arrays) if array is not None}
    return list(evaluator.run(None, feeds))


def _gather_elements(data: np.ndarray, indices: np.ndarray, axis: int) -> np.ndarray:
    """The reference evaluator fails where the indices are fewer than the data on another axis."""
    axis = axis % data.ndim
    cut = tuple(slice(None) if place == axis else slice(0, length) for place, length in enumerate(indices.shape))
    return np.take_along_axis(data[cut], indices, axis)


def _constant_attribute(node: Node) -> np.ndarray:
    for name, value in node.attributes.items():
        if name in ("value", "sparse_value"):
            return np.asarray(value)
        if name in ("value_float", "value_floats"):
            return np.asarray(value, np.float32)
        if name in ("value_int", "value_ints"):
            return np.asarray(value, np.int64)
        if name in ("value_string", "value_strings"):
            return np.asarray(value, dtype=object)
    raise ValueError(f"the Constant node {node.name} holds no value")


def fold_constants(graph: Graph, trainable: bool) -> list[Node]:
    """Evaluate every node that can be; its outputs become constants of the graph. Returns the nodes that went."""
    kept: list[Node] = []
    folded: list[Node] = []
    aliases: dict[str, str] = {}
    for node in graph.nodes:
        if aliases and any(name in aliases for name in node.inputs):
            node = replace(node, inputs=tuple(aliases.get(name, name) for name in node.inputs))
        known = [graph.constants.get(name) if name else None for name in node.inputs]
        all_known = all(value is not None or not name for value, name in zip(known, node.inputs, strict=True))
        if all_known and can_fold(node, known, trainable):
            for name, value in zip(node.outputs, evaluate(node, known), strict=False):
                if name:
                    graph.constants[name] = value
            folded.append(node)
        elif node.operator == "Identity" and node.domain == "" and node.outputs[0] not in graph.outputs:
            aliases[node.outputs[0]] = node.inputs[0]
            folded.append(node)
        else:
            kept.append(node)
    graph.nodes = kept
    return folded
