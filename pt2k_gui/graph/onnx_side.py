"""The graph of an ONNX file: what computes with data, named by PyTorch's modules; constants and sums of shapes are left out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pt2k_gui.graph import messages
from pt2k_gui.graph.network import FOLDED, INPUT, LAYER, OPERATION, OUTPUT, Network, Node, elements, shape_text

if TYPE_CHECKING:
    import onnx

    from pt2k_gui.convert.ir.graph import Graph
    from pt2k_gui.convert.ir.graph import Node as OnnxNode
    from pt2k_gui.convert.ir.values import Constant
    from pt2k_gui.convert.report import ConversionReport

_OF_SHAPES = frozenset({"Shape", "Size", "Constant", "ConstantOfShape"})
_LEFT_OUT = frozenset({"folded", "unused"})
_LONG = 60  # characters of an attribute
_FEW_DIMENSIONS = 8


@dataclass(frozen=True)
class OnnxGraph:
    """A network and what is known of its nodes beyond the picture.

    Attributes:
        rows: for each node its position in the file's list of nodes; -1 for an input, an output or a folded module.
        values: by a value's name, the node that makes it.
    """

    network: Network
    rows: tuple[int, ...]
    values: dict[str, int]


def read_onnx(path: str | os.PathLike[str], report: ConversionReport | None = None, side: str = "PyTorch") -> OnnxGraph:
    """The graph of an ONNX file.

    Args:
        report: of its conversion, which tells what was folded; without it the file alone says what computes with data.
        side: what to call it.

    Raises:
        Problem: the file can't be read.
    """
    from pt2k_gui.convert.ir.onnx_reader import load_model, module_classes, read_graph

    proto, folder = load_model(path)
    graph = read_graph(proto, folder)
    reader = _Reader(graph, _shapes(proto), report)
    reader.read()
    classes = {name: kind.rpartition(".")[2] for name, kind in module_classes(proto.graph).items() if kind}
    network = Network(side, tuple(reader.nodes), tuple(dict.fromkeys(reader.edges)), classes)
    return OnnxGraph(network, tuple(reader.rows), reader.makers)


class _Reader:
    """Walks the nodes of the file in order."""

    def __init__(
        self, graph: Graph, shapes: dict[str, tuple[int | str | None, ...]], report: ConversionReport | None
    ) -> None:
        self.nodes: list[Node] = []
        self.rows: list[int] = []
        self.edges: list[tuple[int, int]] = []
        self.makers: dict[str, int] = {}  # of each value, the node that its readers are joined to
        self._origins: dict[str, list[Constant]] = {}  # of a value that is made of weights alone, these
        self._graph, self._shapes = graph, shapes
        rows = report.nodes if report is not None and len(report.nodes) == len(graph.originals) else ()
        self._states = [row.state for row in rows]
        self._folded: dict[str, list[Any]] = {}
        for folded in report.folded_modules if report is not None else ():
            self._folded.setdefault(folded.into, []).append(folded)

    def read(self) -> None:
        for port in self._graph.inputs:
            shape = self._shapes.get(port.name, ())
            self.makers[port.name] = self._add(
                Node(port.name, "Input", kind=INPUT, outputs=(shape_text(shape),), size=elements(shape)), -1
            )
        for row, node in enumerate(self._graph.originals):
            if self._computes(node, row):
                self._node(node, row)
            elif node.operator not in _OF_SHAPES:
                origins = self._weights(node)
                self._origins.update({name: origins for name in node.outputs if origins})
        for name in self._graph.outputs:
            if name in self.makers:
                shape = self._shapes.get(name, ())
                place = self._add(Node(name, "Output", kind=OUTPUT, inputs=(shape_text(shape),)), -1)
                self.edges.append((self.makers[name], place))

    def _computes(self, node: OnnxNode, row: int) -> bool:
        """Whether the node computes with data, not only with constants and shapes."""
        if self._states and self._states[row] in _LEFT_OUT:
            return False
        return node.operator not in _OF_SHAPES and any(name in self.makers for name in node.inputs)

    def _add(self, node: Node, row: int) -> int:
        self.nodes.append(node)
        self.rows.append(row)
        return len(self.nodes) - 1

    def _weights(self, node: OnnxNode) -> list[Constant]:
        """The weights that a node reads: itself, in the body of a loop, or turned, cut and joined by nodes that are not
        drawn, since no data goes into them."""
        from pt2k_gui.convert.ir.dtypes import is_float
        from pt2k_gui.convert.ir.graph import captured_names
        from pt2k_gui.convert.ir.onnx_reader import WEIGHT_PLACES

        found: dict[str, Constant] = {}
        own = {node.inputs[place] for place in WEIGHT_PLACES.get(node.operator, ()) if place < len(node.inputs)}
        for name in captured_names(node):
            value = self._graph.constants.get(name)
            # What an exporter joined or turned has no parameter's name any more.
            if value is not None and value.name and (value.is_parameter or (name in own and is_float(value.dtype))):
                found[value.name] = value
            for origin in self._origins.get(name, ()):
                found[origin.name] = origin
        return list(found.values())

    def _node(self, node: OnnxNode, row: int) -> None:
        weights = self._weights(node)
        outputs = [self._shapes[name] for name in node.outputs if name in self._shapes]
        place = self._add(
            Node(
                name=node.name or f"{node.operator}_{row}",
                operator=node.operator,
                module=node.module,
                kind=LAYER if weights else OPERATION,
                attributes=tuple((name, _words(value)) for name, value in sorted(node.attributes.items())),
                inputs=tuple(
                    shape_text(self._shapes[name])
                    for name in node.inputs
                    if name in self._shapes and name in self.makers
                ),
                outputs=tuple(map(shape_text, outputs)),
                weights=tuple((value.name, shape_text(value.shape)) for value in weights),
                parameters=sum(elements(value.shape) for value in weights),
                size=sum(map(elements, outputs)),
                note=messages.ABSORBED() if self._states and self._states[row] == "absorbed" else "",
            ),
            row,
        )
        self.edges += [(self.makers[name], place) for name in node.inputs if name in self.makers]
        for name in node.outputs:
            if name:
                self.makers[name] = place
        if node.operator in ("Conv", "ConvTranspose", "Gemm", "MatMul"):
            self._folded_after(node, place)

    def _folded_after(self, node: OnnxNode, place: int) -> None:
        """Draw behind a node what the exporter folded into it, though the file has no operation for it any more."""
        for folded in self._folded.pop(node.module, ()):
            ghost = self._add(
                Node(
                    folded.module,
                    folded.module_class,
                    folded.module,
                    FOLDED,
                    outputs=self.nodes[place].outputs,
                    note=messages.FOLDED_INTO(kind=folded.module_class, into=folded.into),
                ),
                -1,
            )
            self.edges.append((place, ghost))
            for name in node.outputs:
                self.makers[name] = ghost


def _shapes(proto: onnx.ModelProto) -> dict[str, tuple[int | str | None, ...]]:
    """The shape of each value, inferred where the file does not say it."""
    import onnx

    graph = proto.graph
    if len(graph.value_info) < len(graph.node) // 2:
        bare = onnx.ModelProto()
        bare.CopyFrom(proto)
        try:
            graph = onnx.shape_inference.infer_shapes(bare).graph
        except (onnx.shape_inference.InferenceError, ValueError):  # too large, or an operator of somebody's own
            graph = proto.graph
    found: dict[str, tuple[int | str | None, ...]] = {}
    for info in (*graph.input, *graph.value_info, *graph.output):
        tensor = info.type.tensor_type
        if tensor.HasField("shape"):
            found[info.name] = tuple(
                dim.dim_value if dim.HasField("dim_value") else dim.dim_param or None for dim in tensor.shape.dim
            )
    return found


def _words(value: Any) -> str:
    """An attribute in a few words."""
    if isinstance(value, float):
        return f"{value:g}"
    if hasattr(value, "shape"):
        return shape_text(value.shape)
    if isinstance(value, Sequence) and not isinstance(value, str):
        shown = ", ".join(_words(item) for item in value[:_FEW_DIMENSIONS])
        return shown + (" …" if len(value) > _FEW_DIMENSIONS else "")
    text = str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]} …"
