"""Recurrent cells that a loop in Python called step by step, as one recurrent node over the whole sequence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from pt2k_gui.convert.ir.graph import Graph, Node, captured_names, in_order, merged_sources
from pt2k_gui.convert.ir.values import Constant

_STATES = {"LSTM": 2, "GRU": 1, "RNN": 1}
_OPSET = 13  # from which the nodes that are written here have their form
_FIRST_STATE = 5  # the place of the first state among the inputs; its last value is the output 1


def join_cells(graph: Graph) -> None:
    """Put one node in the place of those of one step each whose states go from one to the next, with the same weights.

    Only where no step's input depends on an earlier step's answer, and nothing but the next step reads a cell's state.
    """
    if not any(node.operator in _STATES for node in graph.nodes):
        return
    while (chain := _Cells(graph).longest()) is not None:
        _join(graph, chain)


class _Cells:
    """The recurrent nodes of one step in a graph, and which follows which."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.makers = {name: node for node in graph.nodes for name in node.outputs if name}
        self.readers = graph.consumers()

    def longest(self) -> list[Node] | None:
        """The longest row of steps that can be one node; None where there is none of two or more."""
        cells = [node for node in self.graph.nodes if self._is_step(node)]
        following = {id(first): second for second in cells if (first := self._before(second)) is not None}
        later = {id(node) for node in following.values()}
        chains = []
        for node in cells:
            if id(node) not in later:
                chain = [node]
                while id(chain[-1]) in following:
                    chain.append(following[id(chain[-1])])
                if len(chain) > 1 and self._is_whole(chain):
                    chains.append(chain)
        return max(chains, key=len, default=None)

    def _is_step(self, node: Node) -> bool:
        if node.operator not in _STATES or node.domain or len(node.inputs) < _FIRST_STATE + _STATES[node.operator]:
            return False
        plain = node.attributes.get("direction", "forward") == "forward" and not node.attributes.get("layout", 0)
        peephole = len(node.inputs) > 7 and node.inputs[7]
        return plain and not node.inputs[4] and not peephole and self.lifted(node.inputs[0]) is not None

    def lifted(self, name: str) -> str | None:
        """The value to which a first axis of length 1 was added; None for others."""
        node = self.makers.get(name)
        return node.inputs[0] if node is not None and self.axes(node, "Unsqueeze") == (0,) else None

    def axes(self, node: Node, operator: str) -> tuple[int, ...] | None:
        """The axes of a Squeeze or an Unsqueeze; None for other operators, and where they are not known."""
        if node.operator != operator or node.domain:
            return None
        known = self.graph.constants.get(node.inputs[1]) if len(node.inputs) > 1 else None
        return tuple(int(axis) for axis in known.array.reshape(-1)) if known is not None else None

    def unwrapped(self, name: str) -> str:
        """The value behind a first axis that was taken off and put on again."""
        inner = self.lifted(name)
        node = self.makers.get(inner or "")
        return node.inputs[0] if node is not None and self.axes(node, "Squeeze") == (0,) else name

    def _before(self, node: Node) -> Node | None:
        """The step whose last states are this one's first, with the same weights and attributes."""
        states = [self.unwrapped(name) for name in node.inputs[_FIRST_STATE:][: _STATES[node.operator]]]
        first = self.makers.get(states[0])
        if first is None or first.operator != node.operator or not self._is_step(first):
            return None
        if list(first.outputs[1 : 1 + len(states)]) != states or first.attributes != node.attributes:
            return None
        return first if all(map(self._same, first.inputs[1:4], node.inputs[1:4])) else None

    def _same(self, one: str, other: str) -> bool:
        if one == other:
            return True
        a, b = self.graph.constants.get(one), self.graph.constants.get(other)
        return a is not None and b is not None and a.shape == b.shape and np.array_equal(a.array, b.array)

    def _is_whole(self, chain: Sequence[Node]) -> bool:
        if chain[0].operator == "LSTM":
            for node, after in pairwise(chain):
                if any(reader is not after for reader in self._last_readers(node.outputs[2])):
                    return False
        reached = {name for name in chain[0].outputs if name}
        inputs = {node.inputs[0] for node in chain[1:]}
        for node in in_order(self.graph.nodes):
            if any(name in reached for name in captured_names(node)):
                reached.update(node.outputs)
        return not reached & inputs

    def _last_readers(self, name: str) -> Iterator[Node]:
        """The readers of a value, through axes of length 1 that come and go."""
        for reader in self.readers.get(name, []):
            if reader.operator in ("Squeeze", "Unsqueeze"):
                yield from self._last_readers(reader.outputs[0])
            else:
                yield reader


def _join(graph: Graph, chain: Sequence[Node]) -> None:
    cells = _Cells(graph)
    first, last, steps = chain[0], chain[-1], len(chain)
    prefix = f"{first.outputs[1] or first.outputs[0]}_steps"
    new: list[Node] = []

    def constant(name: str, *values: int, scalar: bool = False) -> str:
        array = np.array(values[0] if scalar else values, np.int64)
        graph.constants[f"{prefix}_{name}"] = Constant(array)
        return f"{prefix}_{name}"

    def add(operator: str, inputs: tuple[str, ...], output: str, **attributes: object) -> str:
        place = first.module, first.module_class, first.sources
        new.append(Node(operator, inputs, (output,), attributes, "", max(graph.opset, _OPSET), output, *place))
        return output

    source = _sequence(cells, chain)
    if source is not None:
        name, axis = source
        ends = constant("start", 0), constant("end", steps), constant("along", axis)
        cut = add("Slice", (name, *ends), f"{prefix}_cut")
        X = add("Transpose", (cut,), f"{prefix}_X", perm=(1, 0, 2)) if axis else cut
    else:
        X = add("Concat", tuple(node.inputs[0] for node in chain), f"{prefix}_X", axis=0)
    Y = f"{prefix}_Y"
    states = first.inputs[_FIRST_STATE:]
    whole = Node(
        first.operator, (X, *first.inputs[1:_FIRST_STATE], *states), (Y, *last.outputs[1:]), first.attributes, "",
        first.version, first.name, first.module, first.module_class, merged_sources(chain), origin=first.origin,
    )  # fmt: skip
    new.append(whole)
    stacked = list(_stacks(cells, chain))
    for node, axis in stacked:
        inputs = Y, constant("direction", 1)
        flat = add("Squeeze", inputs, f"{node.outputs[0]}_flat" if axis else node.outputs[0])
        if axis:
            add("Transpose", (flat,), node.outputs[0], perm=(1, 0, 2))
    for step, node in enumerate(chain):
        place = constant(f"step_{step}", step, scalar=True)
        if step < steps - 1 and node.outputs[1]:
            add("Gather", (Y, place), node.outputs[1], axis=0)
        if node.outputs[0]:  # with a first axis for the step
            add("Gather", (Y, constant(f"of_{step}", step)), node.outputs[0], axis=0)
    gone = {id(node) for node in chain} | {id(node) for node, _ in stacked}
    graph.nodes = in_order([*(node for node in graph.nodes if id(node) not in gone), *new])


def _sequence(cells: _Cells, chain: Sequence[Node]) -> tuple[str, int] | None:
    """The value of which the steps' inputs are the entries 0, 1, 2 ... along its first or second axis, and that axis."""
    found: set[tuple[str, int]] = set()
    for step, node in enumerate(chain):
        maker = cells.makers.get(cells.lifted(node.inputs[0]) or "")
        if maker is None or maker.operator != "Gather" or maker.domain:
            return None
        place = cells.graph.constants.get(maker.inputs[1])
        if place is None or place.shape != () or int(place.array) != step:
            return None
        found.add((maker.inputs[0], int(maker.attributes.get("axis", 0))))
    name, axis = found.pop()
    return (name, axis) if not found and axis in (0, 1) else None


def _stacks(cells: _Cells, chain: Sequence[Node]) -> Iterator[tuple[Node, int]]:
    """The nodes that stack the steps' answers in their order, and along which axis."""
    answers = []
    for node in chain:
        readers = cells.readers.get(node.outputs[1], []) if node.outputs[1] else []
        answers.append({reader.outputs[0] for reader in readers if cells.axes(reader, "Squeeze") == (0,)})
    for node in cells.graph.nodes:
        if node.operator != "Concat" or node.domain or len(node.inputs) != len(chain):
            continue
        makers = [cells.makers.get(name) for name in node.inputs]
        axes = {cells.axes(maker, "Unsqueeze") if maker is not None else None for maker in makers}
        if axes not in ({(0,)}, {(1,)}) or node.attributes.get("axis") != (axis := next(iter(axes))[0]):  # type: ignore[index]
            continue
        if all(maker is not None and maker.inputs[0] in own for maker, own in zip(makers, answers, strict=True)):
            yield node, axis
