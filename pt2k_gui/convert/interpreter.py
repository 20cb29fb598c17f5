"""Converts a graph's nodes one after the other: what is known is evaluated, the rest goes to the operators' functions."""

from __future__ import annotations

import inspect
import traceback
from collections import ChainMap, Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import onnx

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.activations import activated
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.graph import Graph, Node, prune
from pt2k_gui.convert.ir.onnx_reader import read_graph_proto
from pt2k_gui.convert.ir.values import Constant, ShapeVector, Tensor, Value
from pt2k_gui.convert.passes import shape_arithmetic
from pt2k_gui.convert.passes.constant_folding import can_fold, evaluate, fold_constants
from pt2k_gui.convert.passes.function_inlining import expand_functions
from pt2k_gui.convert.registry import find
from pt2k_gui.problem import Problem


def lookup(build: Build, graph: Graph, name: str) -> Value:
    """The value of that name: one that was built, or a constant of the graph."""
    if name in build.values:
        return build.values[name]
    return graph.constants[name]


def run_nodes(build: Build, graph: Graph, tell: Callable[[float], None] | None = None) -> None:
    """Convert every node of the graph; the values land in ``build.values``."""
    build.nodes_in_module = dict(Counter(node.module for node in graph.nodes))
    for number, node in enumerate(graph.nodes):
        build.node = node
        if tell is not None and number % 50 == 0:
            tell(number / max(len(graph.nodes), 1))
        inputs = [lookup(build, graph, name) if name else None for name in node.inputs]
        results = convert_node(build, node, inputs, graph)
        for name, value in zip(node.outputs, results, strict=False):
            if name:
                build.values[name] = value


def convert_node(build: Build, node: Node, inputs: list[Value | None], graph: Graph) -> Sequence[Value]:
    """The values of one node's outputs."""
    if inputs and not node.activation and all(value is None or isinstance(value, Constant) for value in inputs):
        known = [value if isinstance(value, Constant) else None for value in inputs]
        if node.domain == "" and can_fold(node, known, build.trainable):
            return evaluate(node, known)
    if any(isinstance(value, ShapeVector) for value in inputs) and not any(
        isinstance(value, Tensor) for value in inputs
    ):
        result = shape_arithmetic.evaluate(node, inputs)
        if result is not None:
            return result
    function = find(node.operator, node.version or graph.opset, node.domain)
    if function is None:
        build.refuse(messages.NO_CONVERSION())
    while inputs and inputs[-1] is None:
        inputs.pop()
    build.graph = graph
    try:
        result = function(build, *inputs, **_attributes(function, node))
    except Problem:
        raise
    except Exception as error:
        where = node.module or node.name or node.outputs[0]
        reason = str(error).strip().splitlines()
        raise Problem(
            messages.CONVERSION_FAILED(
                operator=node.operator, place=where, type=type(error).__name__, reason=reason[0] if reason else ""
            ),
            hint=messages.REPORT_WITH_ONNX(),
            details="".join(traceback.format_exception(error)),
        ) from error
    results = result if isinstance(result, tuple | list) else (result,)
    return (activated(build, results[0], node.activation),) if node.activation else results


def _attributes(function: Callable[..., Any], node: Node) -> dict[str, Any]:
    """The node's attributes that the function takes; one that it does not know would be a silent difference."""
    parameters = inspect.signature(function).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return dict(node.attributes)
    unknown = [name for name in node.attributes if name not in parameters]
    if unknown:
        raise Problem(
            messages.UNKNOWN_ATTRIBUTES(operator=node.operator, names=unknown), hint=messages.REPORT_WITH_ONNX()
        )
    return dict(node.attributes)


class Subgraph:
    """The body of an If, Loop or Scan, made ready once and converted for each run.

    Its nodes see the values around them; what they compute is their own. They count as part of the node that holds them.
    """

    def __init__(self, build: Build, proto: onnx.GraphProto) -> None:
        outer: Graph = build.graph
        self._build = build
        self._outer = outer
        graph = read_graph_proto(proto, outer.opsets, outer.folder)
        graph.producer = outer.producer
        graph.constants = {**outer.constants, **graph.constants}
        graph.constants |= {name: value for name, value in build.values.items() if isinstance(value, Constant)}
        fold_constants(graph, build.trainable)
        expand_functions(graph)
        fold_constants(graph, build.trainable)
        prune(graph)
        holder = build.node
        graph.nodes = [
            replace(node, module=node.module or holder.module, sources=holder.sources) for node in graph.nodes
        ]
        self._graph = graph

    def run(self, arguments: Sequence[Value]) -> list[Value]:
        """The values of the body's outputs for these values of its inputs."""
        build, graph = self._build, self._graph
        values, node, owner, counts = build.values, build.node, build.owner, build.nodes_in_module
        build.owner = owner or node
        build.values = ChainMap({}, values)
        build.values.update(zip((port.name for port in graph.inputs), arguments, strict=True))
        try:
            run_nodes(build, graph)
            return [lookup(build, graph, name) for name in graph.outputs]
        finally:
            build.values, build.node, build.owner, build.nodes_in_module = values, node, owner, counts
            build.graph = self._outer
