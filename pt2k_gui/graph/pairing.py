"""Puts an ONNX graph and the Keras model that it became side by side, with what the comparison layer by layer measured."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pt2k_gui.graph import messages
from pt2k_gui.graph.keras_side import read_keras
from pt2k_gui.graph.network import FOLDED, INPUT, OUTPUT, Network, NetworkPair, Node, elements, shape_text
from pt2k_gui.graph.onnx_side import OnnxGraph, read_onnx

if TYPE_CHECKING:
    from pt2k_gui.convert.report import ConversionReport
    from pt2k_gui.verify.result import LayerDifference


def read_pair(
    onnx: str, keras: str, report: ConversionReport, layers: Sequence[LayerDifference] = (), side: str = "PyTorch"
) -> NetworkPair:
    """The two graphs of a conversion.

    Args:
        layers: the comparison layer by layer; empty where there was none.
        side: what to call the ONNX graph.

    Raises:
        Problem: a file can't be read.
    """
    left = read_onnx(onnx, report, side)
    # A layer of several nodes, a convolution with its activation, has the name of the first one's module.
    modules = {layer: row.module for row in reversed(report.nodes) for layer in row.layers}
    right = _with_output_shapes(read_keras(keras, modules), report)
    right = dataclasses.replace(right, classes=left.network.classes)
    links = _links(left, right, report)
    return NetworkPair(
        _measured_left(left, layers),
        _measured_right(right, layers, {other for _, other in links}),
        links,
    )


def _with_output_shapes(network: Network, report: ConversionReport) -> Network:
    """The file says the shape of a tensor only where another layer reads it; the report knows those of the outputs."""
    shapes = {spec.keras_name: spec.keras_shape for spec in report.signature.outputs}
    ends = {other: one for one, other in network.edges if network.nodes[other].kind == OUTPUT}
    nodes = list(network.nodes)
    for number, node in enumerate(nodes):
        if node.name in shapes and not node.outputs:
            shape = shapes[node.name]
            nodes[number] = dataclasses.replace(node, outputs=(shape_text(shape),), size=elements(shape))
    for end, source in ends.items():
        nodes[end] = dataclasses.replace(nodes[end], inputs=nodes[source].outputs[:1])
    return dataclasses.replace(network, nodes=tuple(nodes))


def _links(left: OnnxGraph, right: Network, report: ConversionReport) -> tuple[tuple[int, int], ...]:
    places = {node.name: number for number, node in enumerate(right.nodes)}
    found = []
    for number, row in enumerate(left.rows):
        if 0 <= row < len(report.nodes) and report.nodes[row].operator.endswith(left.network.nodes[number].operator):
            found += [(number, places[layer]) for layer in report.nodes[row].layers if layer in places]
    for number, node in enumerate(left.network.nodes):
        if node.kind == FOLDED:
            source = next(before for before, after in left.network.edges if after == number)
            found += [(number, other) for one, other in found if one == source]
    keras_inputs = {spec.name: spec.keras_name for spec in report.signature.inputs}
    outputs = [number for number, node in enumerate(right.nodes) if node.kind == OUTPUT]
    theirs = iter(outputs)
    for number, node in enumerate(left.network.nodes):
        if node.kind == INPUT and keras_inputs.get(node.name) in places:
            found.append((number, places[keras_inputs[node.name]]))
        elif node.kind == OUTPUT and (other := next(theirs, None)) is not None:
            found.append((number, other))
    return tuple(dict.fromkeys(found))


def _measured_left(left: OnnxGraph, layers: Sequence[LayerDifference]) -> Network:
    nodes = list(left.network.nodes)
    ghosts: dict[int, int] = {after: before for before, after in left.network.edges if nodes[after].kind == FOLDED}
    for row in layers:
        place = left.values.get(row.onnx_value)
        while place is not None:
            nodes[place] = _worse(nodes[place], row)
            place = ghosts.get(place)
    return dataclasses.replace(left.network, nodes=tuple(nodes))


def _measured_right(right: Network, layers: Sequence[LayerDifference], linked: set[int]) -> Network:
    places = {node.name: number for number, node in enumerate(right.nodes)}
    nodes = list(right.nodes)
    for row in layers:
        if row.layer in places:
            nodes[places[row.layer]] = _worse(nodes[places[row.layer]], row)
    for number, node in enumerate(nodes):
        if number not in linked and node.kind not in (INPUT, OUTPUT):
            nodes[number] = dataclasses.replace(node, note=messages.ADDED())
    return dataclasses.replace(right, nodes=tuple(nodes))


def _worse(node: Node, row: LayerDifference) -> Node:
    """The node with a measurement, unless it has a worse one."""
    if node.difference is not None and not row.max_rel > node.difference:
        return node
    relative = math.inf if math.isnan(row.max_rel) else row.max_rel
    return dataclasses.replace(node, difference=relative, absolute=row.max_abs)
