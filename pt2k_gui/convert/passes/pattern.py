"""A graph as patterns look at it: who makes a value, who reads it, what is constant; it knows no pattern."""

from __future__ import annotations

from pt2k_gui.convert.ir.graph import Graph, Node, captured_names, merged_sources
from pt2k_gui.convert.ir.values import Constant

DOMAIN = "pt2k"  # of the operators that only exist between recognition and building
_TOLERANCE = 1e-4


def close(a: float | None, b: float) -> bool:
    """Whether a number of the graph is the one of a formula, up to how an exporter rounds it."""
    return a is not None and abs(a - b) <= _TOLERANCE * max(abs(b), 1e-12)


class View:
    """The graph as the patterns look at it: who makes a value, who reads it, what is constant.

    It follows every replacement, so that a pattern costs the same in a graph of any size; ``finish`` gives the graph its
    new nodes. With ``trainable``, a learned number has to stay a weight of its own.
    """

    def __init__(self, graph: Graph, trainable: bool) -> None:
        self.graph = graph
        self.trainable = trainable
        self.makers = {name: node for node in graph.nodes for name in node.outputs if name}
        self.readers = graph.consumers()
        self._places: list[Node | None] = list(graph.nodes)
        self._place = {id(node): place for place, node in enumerate(graph.nodes)}

    def nodes(self, operator: str, domain: str = "") -> list[Node]:
        """The nodes of that operator (ONNX's own, without a domain), in graph order."""
        return [
            node for node in self._places if node is not None and node.operator == operator and node.domain == domain
        ]

    def only_reader(self, name: str) -> Node | None:
        """The one node that reads a value; None where several do, or the graph itself."""
        readers = self.readers.get(name, [])
        return readers[0] if len(readers) == 1 and readers[0].operator else None

    def is_read_once(self, name: str) -> bool:
        """Whether one node of those that there are now reads a constant, which keeps the readers that went."""
        readers = self.readers.get(name, [])
        return sum(not reader.operator or self._places[self._place[id(reader)]] is reader for reader in readers) == 1

    def constant(self, name: str) -> Constant | None:
        """The constant of that name; None where it is computed."""
        return self.graph.constants.get(name)

    def scalar(self, name: str) -> float | None:
        """The number that a constant of one element holds; None for others."""
        value = self.constant(name)
        return float(value.array.reshape(())) if value is not None and value.size == 1 else None

    def split(self, node: Node) -> tuple[str, float] | None:
        """For an operator of two inputs of which one is a number: the other input and the number."""
        for tensor, number in (node.inputs, node.inputs[::-1]):
            value = self.scalar(number)
            if value is not None and self.constant(tensor) is None:
                return tensor, value
        return None

    def maker(self, name: str, *operators: str) -> Node | None:
        """The node that gives a value, where it is one of these operators of ONNX."""
        node = self.makers.get(name)
        return node if node is not None and node.operator in operators and not node.domain else None

    def factor(self, node: Node) -> tuple[str, float] | None:
        """For a product with, or a quotient by, a number: the other input and the factor that the number makes.

        A learned number of a twin that is to be trained is none.
        """
        found = self.split(node) if node.operator in ("Mul", "Div") and not node.domain else None
        if found is None or (node.operator == "Div" and node.inputs[0] != found[0]):
            return None
        number = self.constant(node.inputs[1] if node.inputs[0] == found[0] else node.inputs[0])
        if number is None or number.rank > 1 or (self.trainable and number.is_parameter) or not found[1]:
            return None
        return found[0], found[1] if node.operator == "Mul" else 1 / found[1]

    def mean_axis(self, node: Node) -> int | None:
        """The one axis over which a ReduceMean goes that keeps its axes; None for several or none."""
        if not node.attributes.get("keepdims", 1):
            return None
        axes = self.constant(node.inputs[1]) if len(node.inputs) > 1 else None
        return int(axes.array.reshape(-1)[0]) if axes is not None and axes.size == 1 else None

    def replace(self, gone: list[Node], new: Node) -> None:
        """Put ``new`` where the last of the nodes that go stood."""
        last = max(self._place[id(node)] for node in gone)
        for node in gone:
            self._places[self._place[id(node)]] = None
            for name in node.outputs:
                self.makers.pop(name, None)
            for name in captured_names(node):
                if name not in self.graph.constants:
                    self.readers[name] = [reader for reader in self.readers[name] if reader is not node]
        self._places[last] = new
        self._place[id(new)] = last
        self.makers.update({name: new for name in new.outputs if name})
        for name in captured_names(new):
            self.readers.setdefault(name, []).append(new)

    def finish(self) -> None:
        """Give the graph the nodes that there are now."""
        self.graph.nodes = [node for node in self._places if node is not None]


def fused(
    operator: str, version: int, inputs: tuple[str, ...], chain: list[Node], last: Node, **attributes: object
) -> Node:
    """The node that stands for a chain of nodes whose result ``last`` gives."""
    domain = DOMAIN if operator in ("Attention", "Roll") else ""
    return Node(
        operator, inputs, last.outputs, attributes, domain, version, last.name, last.module, last.module_class,
        merged_sources(chain),
    )  # fmt: skip


def other_input(node: Node, name: str) -> str:
    """Of a node with two inputs the one that is not ``name``."""
    return node.inputs[1] if node.inputs[0] == name else node.inputs[0]
