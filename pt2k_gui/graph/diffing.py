"""Differences between two model files: parts that only one of them has, attributes, shapes and weights."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.difference import magnitude
from pt2k_gui.graph import messages
from pt2k_gui.graph.network import INPUT, OUTPUT, Network, NetworkPair, Node
from pt2k_gui.graph.weight_order import order_difference
from pt2k_gui.graph.weights import read_arrays
from pt2k_gui.problem import Problem

if TYPE_CHECKING:
    import numpy as np

_SAME_AS = {
    "gemm": "dense", "matmul": "dense", "fullyconnected": "dense", "einsumdense": "dense", "batchmatmul": "dense",
    "maxpooling": "maxpool", "averagepooling": "averagepool", "globalaveragepooling": "globalaveragepool",
    "inputlayer": "input", "depthwiseconv": "conv", "convtranspose": "transposeconv", "logistic": "sigmoid",
    "concatenate": "concat", "concatenation": "concat", "multiply": "mul", "subtract": "sub", "permute": "transpose",
    "batchnorm": "batchnormalization", "flatten": "reshape", "reducemean": "mean", "reducesum": "sum", "reducemax": "max",
    "reducemin": "min",
}  # fmt: skip
"""Operators of several kinds of files that are the same thing, without case, digits and underscores."""


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        left, right: the names of the parts; empty where one side has none.
        what: what differs, a ``Message``.
        largest: of the values of weights, relative to the largest of them; None where nothing was measured.
    """

    left: str
    right: str
    what: str
    largest: float | None = None


def read_network(path: str) -> Network:
    """The graph of a file by its ending.

    Raises:
        Problem: it is of no kind that can be drawn, or can't be read.
    """
    from pt2k_gui.graph.keras_side import read_keras
    from pt2k_gui.graph.onnx_side import read_onnx
    from pt2k_gui.graph.tflite_side import read_tflite

    ending = Path(path).suffix.lower()
    if ending == ".onnx":
        return read_onnx(path, side="ONNX").network
    if ending == ".keras":
        return read_keras(path)
    if ending == ".tflite":
        return read_tflite(path)
    raise Problem(messages.NO_GRAPH_OF(path=path), hint=messages.DRAWABLE())


def compare_files(left: str, right: str) -> tuple[NetworkPair, tuple[Change, ...]]:
    """The graphs of two files, linked, with the difference of the weights as what was measured, and what differs.

    Raises:
        Problem: a file can't be read.
    """
    one, other = read_network(left), read_network(right)
    if one.side == other.side:
        one, other = (
            dataclasses.replace(network, side=f"{network.side}, {Path(path).name}")
            for network, path in ((one, left), (other, right))
        )
    alike = Path(left).suffix.lower() == Path(right).suffix.lower()
    links = link(one, other, by_name=alike)
    changes = _only_one(one, other, links)
    measured: list[list[Node]] = [list(one.nodes), list(other.nodes)]
    arrays = [_all_arrays(path, network) for path, network in ((left, one), (right, other))]
    for a, b in links:
        mine, theirs = one.nodes[a], other.nodes[b]
        if alike:
            changes += _attributes(mine, theirs)
        found = _weights(mine, theirs, *arrays, alike=alike)
        if found is not None:
            largest, in_order = found
            measured[0][a] = dataclasses.replace(mine, difference=largest)
            measured[1][b] = dataclasses.replace(theirs, difference=largest)
            if largest or not in_order:
                what = messages.WEIGHTS_CHANGED if in_order else messages.WEIGHTS_REORDERED
                changes.append(Change(mine.name, theirs.name, what(largest=largest), largest))
    pair = NetworkPair(
        dataclasses.replace(one, nodes=tuple(measured[0])), dataclasses.replace(other, nodes=tuple(measured[1])), links
    )
    return pair, tuple(changes)


def link(one: Network, other: Network, *, by_name: bool) -> tuple[tuple[int, int], ...]:
    """Pairs of nodes that are the same part: those of one name, or of one PyTorch module, then those of one operator and size
    in the same order, and an activation that the other file's layer took in.

    Args:
        by_name: whether nodes are called alike in both files; else a layer has the name of its module.
    """
    names = [[node.name if by_name else _module_name(node) for node in network.nodes] for network in (one, other)]
    places = {
        (name, canonical(node.operator)): number
        for number, (name, node) in enumerate(zip(names[1], other.nodes, strict=True))
        if name
    }
    keys = [(name, canonical(node.operator)) for name, node in zip(names[0], one.nodes, strict=True)]
    found = {number: places[key] for number, key in enumerate(keys) if key in places and keys.count(key) == 1}
    rest = [number for number in range(len(one.nodes)) if number not in found]
    taken = set(found.values())
    others = [number for number in range(len(other.nodes)) if number not in taken]
    kinds = [_keys(network, numbers) for network, numbers in ((one, rest), (other, others))]
    for block in difflib.SequenceMatcher(None, kinds[0], kinds[1], autojunk=False).get_matching_blocks():
        for step in range(block.size):
            found[rest[block.a + step]] = others[block.b + step]
    links = [*found.items(), *_taken_in(one, other, found)]
    links += [(a, b) for b, a in _taken_in(other, one, {b: a for a, b in found.items()})]
    return tuple(sorted(set(links)))


def _module_name(node: Node) -> str:
    return node.module.replace(".", "_") or node.name


def _taken_in(one: Network, other: Network, links: Mapping[int, int]) -> list[tuple[int, int]]:
    """Activations of the first network, each with the layer of the second one that does it too."""
    layers = {number: dict(other.nodes[place].attributes).get("activation", "") for number, place in links.items()}
    return [
        (after, links[before])
        for before, after in one.edges
        if after not in links
        and layers.get(before)
        and canonical(one.nodes[after].operator) == canonical(layers[before])
    ]


def canonical(operator: str) -> str:
    """An operator's name without what the kinds of files write differently."""
    plain = re.sub(r"[_\d]|[123]d\b", "", operator.casefold())
    plain = plain.removesuffix("d") if plain.endswith(("convd", "poold", "poolingd")) else plain
    return _SAME_AS.get(plain, plain)


def _keys(network: Network, numbers: Sequence[int]) -> list[tuple[str, int]]:
    """Operator and size of nodes; without the size for those at the edge of the model, which not every file tells."""
    edge = {before for before, after in network.edges if network.nodes[after].kind == OUTPUT}
    edge |= {number for number, node in enumerate(network.nodes) if node.kind in (INPUT, OUTPUT)}
    return [
        (canonical(network.nodes[number].operator), 0 if number in edge else network.nodes[number].size)
        for number in numbers
    ]


def _only_one(one: Network, other: Network, links: Sequence[tuple[int, int]]) -> list[Change]:
    left, right = {a for a, _ in links}, {b for _, b in links}
    found = [
        Change(node.name, "", messages.ONLY_LEFT(operator=node.operator))
        for number, node in enumerate(one.nodes)
        if number not in left
    ]
    return found + [
        Change("", node.name, messages.ONLY_RIGHT(operator=node.operator))
        for number, node in enumerate(other.nodes)
        if number not in right
    ]


def _attributes(mine: Node, theirs: Node) -> list[Change]:
    ours, others = dict(mine.attributes), dict(theirs.attributes)
    found = [
        Change(
            mine.name, theirs.name, messages.ATTRIBUTE(name=name, one=ours.get(name, "—"), other=others.get(name, "—"))
        )
        for name in dict.fromkeys([*ours, *others])
        if ours.get(name) != others.get(name)
    ]
    if mine.outputs != theirs.outputs and mine.outputs and theirs.outputs:
        found.append(Change(mine.name, theirs.name, messages.SHAPE(one=mine.outputs[0], other=theirs.outputs[0])))
    return found


def _all_arrays(path: str, network: Network) -> dict[str, np.ndarray]:
    return read_arrays(path, [name for node in network.nodes for name, _ in node.weights])


def _weights(
    mine: Node, theirs: Node, ours: dict[str, np.ndarray], others: dict[str, np.ndarray], *, alike: bool
) -> tuple[float, bool] | None:
    """The largest difference of an array of weights over its largest value, and whether all arrays are in an order that is
    known (see ``order_difference``); None where they can't be compared."""
    import numpy as np

    one = [ours[name] for name, _ in mine.weights if name in ours]
    other = [others[name] for name, _ in theirs.weights if name in others]
    if not one or sorted(a.size for a in one) != sorted(a.size for a in other):
        return None
    if [a.size for a in one] != [a.size for a in other]:
        one, other = (sorted(arrays, key=lambda a: a.size) for arrays in (one, other))
    worst, in_order = 0.0, True
    for a, b in zip(one, other, strict=True):
        a, b = a.astype(np.float64), b.astype(np.float64)
        scale = magnitude(a)
        largest, known = order_difference(a, b, alike=alike)
        worst = max(worst, largest / scale if scale else float("inf") if largest else 0.0)
        in_order = in_order and known
    return worst, in_order
