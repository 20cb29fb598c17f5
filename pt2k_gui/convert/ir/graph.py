"""A light graph that can be rewritten: nodes, constants and the values between them. Reads no file, builds nothing of Keras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import onnx.numpy_helper

from pt2k_gui.convert.ir.symbolic_dims import Dim
from pt2k_gui.convert.ir.values import Constant


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of the graph.

    Attributes:
        operator, domain, version: which operator, and the opset version of its domain that the model asks for.
        inputs, outputs: names of values; an omitted optional one is "".
        attributes: by name; integers, floats, strings, numpy arrays, tuples of these, or ``onnx.GraphProto``.
        name: the node's name in the file.
        module, module_class: path and class of the PyTorch module it came from; "" where the file does not say.
        sources: positions of the file's nodes that this node stands for (several for a recognised pattern).
        folded_module: path and class of the BatchNorm that the exporter folded into this node's weights, if it did.
        origin: the operator of PyTorch that the exporter made it from, such as ``aten.gelu.default``; "" likewise.
        activation: Keras's name of the activation behind the operation that is part of this node; "" for none.
    """

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any] = field(default_factory=dict)
    domain: str = ""
    version: int = 0
    name: str = ""
    module: str = ""
    module_class: str = ""
    sources: tuple[int, ...] = ()
    folded_module: tuple[str, str] = ("", "")
    origin: str = ""
    activation: str = ""


@dataclass(frozen=True)
class Port:
    """An input of the graph: its name, element type and shape (a ``Size`` for an unknown length; None: unknown rank)."""

    name: str
    dtype: np.dtype
    shape: tuple[Dim, ...] | None


@dataclass
class Graph:
    """A graph under conversion; rewriting replaces ``nodes`` and adds to ``constants``."""

    nodes: list[Node]
    inputs: list[Port]
    outputs: list[str]
    constants: dict[str, Constant]
    opsets: dict[str, int]
    originals: list[Node]
    folder: str = ""  # of external data
    producer: str = ""  # what wrote the file, as it says itself
    named_outputs: frozenset[str] = frozenset()  # those that PyTorch's model has a name for, as a dictionary's keys
    padding: dict[str, int] = field(default_factory=dict)  # by a table's name, the row that is never trained

    @property
    def opset(self) -> int:
        """The version of ONNX's own operators."""
        return self.opsets.get("", 1)

    def consumers(self) -> dict[str, list[Node]]:
        """The nodes that read each value; a graph output counts as a reader by an entry of its own."""
        readers: dict[str, list[Node]] = {}
        for node in self.nodes:
            for name in captured_names(node):
                readers.setdefault(name, []).append(node)
        for name in self.outputs:
            readers.setdefault(name, []).append(_OUTSIDE)
        return readers


_OUTSIDE = Node("", (), ())


def captured_names(node: Node) -> list[str]:
    """Every value that a node reads: its inputs, and what its subgraphs take from outside."""
    names = [name for name in node.inputs if name]
    for value in node.attributes.values():
        if isinstance(value, onnx.GraphProto):
            names.extend(captured_by(value))
    return names


def captured_by(graph: onnx.GraphProto) -> list[str]:
    """The names of the values around a subgraph that it reads."""
    inside = {tensor.name for tensor in graph.initializer} | {info.name for info in graph.input}
    for proto in graph.node:
        inside.update(proto.output)
    names = [name for proto in graph.node for name in proto.input if name and name not in inside]
    names += [info.name for info in graph.output if info.name not in inside]
    for proto in graph.node:
        for attribute in proto.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                names += [name for name in captured_by(attribute.g) if name not in inside]
    return names


def node_proto(node: Node) -> onnx.NodeProto:
    """The node as ONNX's protobuf, for the reference evaluator and the operator schemas."""
    attributes = {
        name: onnx.numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
        for name, value in node.attributes.items()
    }
    return onnx.helper.make_node(
        node.operator, list(node.inputs), list(node.outputs), name=node.name, domain=node.domain, **attributes
    )


def prune(graph: Graph) -> None:
    """Drop nodes that no output needs."""
    needed = set(graph.outputs)
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if any(name in needed for name in node.outputs):
            kept.append(node)
            needed.update(captured_names(node))
    graph.nodes = kept[::-1]


def in_order(nodes: list[Node]) -> list[Node]:
    """The nodes with each behind those whose values it reads: some tools append theirs at the end of the file."""
    makers = {name: node for node in nodes for name in node.outputs if name}
    seen: set[str] = set()
    for node in nodes:
        if any(name in makers and name not in seen for name in captured_names(node)):
            break
        seen.update(node.outputs)
    else:
        return nodes
    ordered: dict[int, Node] = {}
    for node in nodes:
        waiting = [node]
        while waiting:
            current = waiting[-1]
            before = [makers[name] for name in captured_names(current) if name in makers]
            missing = [maker for maker in before if id(maker) not in ordered and maker is not current]
            if missing and len(waiting) <= len(nodes):
                waiting += missing
            else:
                ordered.setdefault(id(waiting.pop()), current)
    return list(ordered.values())


def merged_sources(nodes: Sequence[Node]) -> tuple[int, ...]:
    """The positions in the file of all that several nodes stand for, in order."""
    return tuple(sorted({source for node in nodes for source in node.sources}))
