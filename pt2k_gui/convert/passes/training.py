"""Rewrites a graph that is to be trained so that every learned number becomes one variable, however often it is read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pt2k_gui.convert.ir.graph import Graph, Node
from pt2k_gui.convert.ir.values import Constant
from pt2k_gui.convert.passes.constant_folding import evaluate
from pt2k_gui.convert.passes.pattern import DOMAIN
from pt2k_gui.convert.registry import traits_of

_RECURRENT = frozenset({"LSTM", "GRU", "RNN"})
# What cuts and joins numbers without computing any.
_PICKING = frozenset(
    {"Slice", "Concat", "Split", "Unsqueeze", "Squeeze", "Reshape", "Transpose", "Identity", "Constant"}
)


def prepare_training(graph: Graph) -> None:
    """Recurrent weights as constants, padding rows that stay as they are, one variable for what is read in several ways."""
    _recurrent_weights(graph)
    _padding_rows(graph)
    _tied(graph)


# ---- recurrent layers -------------------------------------------------------------------------------------------


def _recurrent_weights(graph: Graph) -> None:
    """The gates of a recurrent node in ONNX's order, which exporters cut out of PyTorch's parameters and join again."""
    makers = {name: node for node in graph.nodes for name in node.outputs}
    for position, node in enumerate(graph.nodes):
        if node.operator not in _RECURRENT or node.domain:
            continue
        inputs = list(node.inputs)
        for place in range(1, min(4, len(inputs))):
            if inputs[place] in makers:
                found = _picked(inputs[place], graph, makers)
                if found is not None:
                    inputs[place] = f"{inputs[place]}/weights"
                    graph.constants[inputs[place]] = found
        graph.nodes[position] = replace(node, inputs=tuple(inputs))


def _picked(name: str, graph: Graph, makers: dict[str, Node]) -> Constant | None:
    """A value that is cut and joined from constants alone; learned if one of them is."""
    if name in graph.constants:
        return graph.constants[name]
    node = makers.get(name)
    if node is None or node.operator not in _PICKING or node.domain:
        return None
    inputs: list[Constant | None] = []
    for given in node.inputs:
        value = _picked(given, graph, makers) if given else None
        if value is None and given:
            return None
        inputs.append(value)
    learned = next((value for value in inputs if value is not None and value.is_parameter), None)
    plain = [None if value is None else Constant(value.array) for value in inputs]
    result = evaluate(node, plain)[node.outputs.index(name)]
    return Constant(
        np.ascontiguousarray(result.array), name=learned.name if learned else "", is_parameter=learned is not None
    )


# ---- padding rows -----------------------------------------------------------------------------------------------


def _padding_rows(graph: Graph) -> None:
    """A table's row that PyTorch gives no gradient (``padding_idx``)."""
    for position, node in enumerate(graph.nodes):
        if node.operator == "Gather" and not node.domain and node.inputs[0] in graph.padding:
            row = graph.padding[node.inputs[0]]
            graph.nodes[position] = replace(
                node, operator="PaddedGather", domain=DOMAIN, version=1, attributes={"row": row}
            )


# ---- tied weights -----------------------------------------------------------------------------------------------


def _tied(graph: Graph) -> None:
    """A parameter that is read in several ways (a table that is the output layer's matrix too) becomes one variable."""
    readers = graph.consumers()
    new: list[Node] = []
    for name, value in list(graph.constants.items()):
        if not value.is_parameter or value.size < 2:
            continue
        ways = _ways(name, "", readers)
        if len(ways) < 2:
            continue
        held = f"{name}/held"
        graph.constants[held] = value
        del graph.constants[name]
        module = name.rpartition(".")[0]
        new.append(Node("Parameter", (held,), (name,), {}, DOMAIN, 1, name, module))
    graph.nodes = new + graph.nodes


def _ways(name: str, path: str, readers: dict[str, list[Node]]) -> set[str]:
    """In which ways a value is read: the operator, its input, its settings, and how it was rearranged before."""
    ways: set[str] = set()
    for node in readers.get(name, []):
        if not node.operator:
            ways.add(f"{path}/output")
            continue
        if node.operator in ("Shape", "Size"):
            continue  # its numbers are not read
        settings = repr(sorted((key, repr(entry)) for key, entry in node.attributes.items()))
        if traits_of(node.operator, node.domain).rearranges:
            for output in node.outputs:
                ways |= _ways(output, f"{path}/{node.operator}{node.inputs[1:]}{settings}", readers)
        else:
            ways.add(f"{path}/{node.domain}.{node.operator}{node.inputs.index(name)}{settings}")
    return ways
