"""Rewrites groups of nodes into one where PyTorch had one module: biases of linear layers, GELU, batch normalisation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pt2k_gui.convert.graph import Graph, Node, captured_names, merged_sources
from pt2k_gui.convert.values import Constant

DOMAIN = "pt2k"  # of the operators that only exist between recognition and building
_TOLERANCE = 1e-4


class _View:
    """The graph as the patterns look at it: who makes a value, who reads it, what is constant.

    It follows every replacement, so that a pattern costs the same in a graph of any size; ``finish`` gives the graph its
    new nodes.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.makers = {name: node for node in graph.nodes for name in node.outputs if name}
        self.readers = graph.consumers()
        self._places: list[Node | None] = list(graph.nodes)
        self._place = {id(node): place for place, node in enumerate(graph.nodes)}

    def nodes(self, operator: str) -> list[Node]:
        """ONNX's nodes of that operator, in graph order."""
        return [node for node in self._places if node is not None and node.operator == operator and not node.domain]

    def only_reader(self, name: str) -> Node | None:
        readers = self.readers.get(name, [])
        return readers[0] if len(readers) == 1 and readers[0].operator else None

    def constant(self, name: str) -> Constant | None:
        return self.graph.constants.get(name)

    def scalar(self, name: str) -> float | None:
        value = self.constant(name)
        return float(value.array.reshape(())) if value is not None and value.size == 1 else None

    def split(self, node: Node) -> tuple[str, float] | None:
        """For an operator of two inputs of which one is a number: the other input and the number."""
        for tensor, number in (node.inputs, node.inputs[::-1]):
            value = self.scalar(number)
            if value is not None and self.constant(tensor) is None:
                return tensor, value
        return None

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
        self.graph.nodes = [node for node in self._places if node is not None]


def recognise(graph: Graph, trainable: bool) -> None:
    """Apply every pattern once, in an order in which none makes another possible."""
    view = _View(graph)
    _gelu(view)
    _group_norm(view)
    _linear_bias(view)
    if not trainable:
        _fold_batchnorm(view)
    view.finish()


def _close(a: float | None, b: float) -> bool:
    return a is not None and abs(a - b) <= _TOLERANCE * max(abs(b), 1e-12)


def _gelu(view: _View) -> None:
    """x * 0.5 * (1 + erf(x / sqrt 2)) in any order of its products (Hendrycks and Gimpel, 2016)."""
    for erf in view.nodes("Erf"):
        scale = view.makers.get(erf.inputs[0])
        if scale is None or scale.operator not in ("Div", "Mul"):
            continue
        found = view.split(scale)
        if found is None or (scale.operator == "Div" and view.constant(scale.inputs[0]) is not None):
            continue
        x, factor = found
        if not _close(factor, np.sqrt(2) if scale.operator == "Div" else np.sqrt(0.5)):
            continue
        add = view.only_reader(erf.outputs[0])
        if add is None or add.operator != "Add" or (found := view.split(add)) is None or not _close(found[1], 1.0):
            continue
        chain, value = [scale, erf, add], add.outputs[0]
        half, times_x = False, False
        while not (half and times_x):
            node = view.only_reader(value)
            if node is None or node.operator != "Mul":
                break
            other = node.inputs[1] if node.inputs[0] == value else node.inputs[0]
            if not half and _close(view.scalar(other), 0.5):
                half = True
            elif not times_x and other == x:
                times_x = True
            elif not half and not times_x and _is_half_of(view, other, x):
                half = times_x = True
                chain.append(view.makers[other])
            else:
                break
            chain.append(node)
            value = node.outputs[0]
        if not (half and times_x) or any(len(view.readers.get(node.outputs[0], [])) != 1 for node in chain[:-1]):
            continue
        last = chain[-1]
        new = Node("Gelu", (x,), (value,), {}, "", 20, last.name, last.module, last.module_class, merged_sources(chain))
        view.replace(chain, new)


def _is_half_of(view: _View, name: str, x: str) -> bool:
    node = view.makers.get(name)
    if node is None or node.operator != "Mul":
        return False
    found = view.split(node)
    return found is not None and found[0] == x and _close(found[1], 0.5)


def _group_norm(view: _View) -> None:
    """Groups as instances of their own, normalised, put back, scaled and shifted by channel (Wu and He, 2018)."""
    for norm in view.nodes("InstanceNormalization"):
        split, back = view.makers.get(norm.inputs[0]), view.only_reader(norm.outputs[0])
        if split is None or split.operator != "Reshape" or back is None or back.operator != "Reshape":
            continue
        target, ones, zeros = (view.constant(name) for name in (split.inputs[1], *norm.inputs[1:3]))
        if target is None or ones is None or zeros is None or view.only_reader(split.outputs[0]) is not norm:
            continue
        if target.array.tolist() != [0, ones.size, -1] or (ones.array != 1).any() or zeros.array.any():
            continue
        shape = view.makers.get(back.inputs[1])
        if shape is None or shape.operator != "Shape" or shape.inputs[0] != split.inputs[0]:
            continue
        if shape.attributes.get("start", 0) or "end" in shape.attributes:
            continue
        chain, names = [split, norm, back], []
        for operator in ("Mul", "Add"):
            value = chain[-1].outputs[0]
            node = view.only_reader(value)
            if node is None or node.operator != operator:
                break
            other = node.inputs[1] if node.inputs[0] == value else node.inputs[0]
            factor = view.constant(other)
            if factor is None or factor.rank < 2 or factor.size != factor.shape[-factor.rank]:
                break
            flat = f"{other}/flat"
            view.graph.constants[flat] = Constant(factor.array.reshape(-1), name=factor.name, learned=factor.learned)
            names.append(flat)
            chain.append(node)
        if len(names) < 2:
            continue
        last = chain[-1]
        attributes = {"num_groups": ones.size, "epsilon": norm.attributes.get("epsilon", 1e-5)}
        new = Node(
            "GroupNormalization", (split.inputs[0], *names), last.outputs, attributes, "", 21, last.name, last.module,
            last.module_class, merged_sources(chain),
        )  # fmt: skip
        view.replace(chain, new)


def _linear_bias(view: _View) -> None:
    """MatMul by a constant matrix, then Add of a constant vector: one linear layer."""
    for product in view.nodes("MatMul"):
        matrix = view.constant(product.inputs[1])
        if matrix is None or matrix.rank != 2 or view.constant(product.inputs[0]) is not None:
            continue
        add = view.only_reader(product.outputs[0])
        if add is None or add.operator != "Add" or add.domain:
            continue
        other = add.inputs[1] if add.inputs[0] == product.outputs[0] else add.inputs[0]
        bias = view.constant(other)
        if bias is None or bias.shape != (matrix.shape[1],):
            continue
        new = replace(
            product,
            operator="Linear",
            domain=DOMAIN,
            version=1,
            inputs=(*product.inputs, other),
            outputs=add.outputs,
            module=product.module or add.module,
            sources=merged_sources([product, add]),
        )
        view.replace([product, add], new)


def _fold_batchnorm(view: _View) -> None:
    """A BatchNormalization behind a convolution with constant weights becomes part of it (in evaluation mode)."""
    for norm in view.nodes("BatchNormalization"):
        conv = view.makers.get(norm.inputs[0])
        if conv is None or conv.operator != "Conv" or conv.domain or view.only_reader(conv.outputs[0]) is not norm:
            continue
        if norm.attributes.get("training_mode", 0) or norm.attributes.get("spatial", 1) != 1:
            continue
        parts = [view.constant(name) for name in norm.inputs[1:5]]
        kernel = view.constant(conv.inputs[1])
        bias = view.constant(conv.inputs[2]) if len(conv.inputs) > 2 and conv.inputs[2] else None
        if (
            kernel is None
            or any(part is None for part in parts)
            or (len(conv.inputs) > 2 and conv.inputs[2] and bias is None)
        ):
            continue
        scale, shift, mean, variance = (part.array.astype(np.float64) for part in parts if part is not None)
        factor = scale / np.sqrt(variance + norm.attributes.get("epsilon", 1e-5))
        first = np.zeros_like(mean) if bias is None else bias.array.astype(np.float64)
        names = (f"{conv.inputs[1]}/folded/{norm.outputs[0]}", f"{conv.inputs[1]}/bias/{norm.outputs[0]}")
        view.graph.constants[names[0]] = _scaled(kernel, factor)
        view.graph.constants[names[1]] = Constant(((first - mean) * factor + shift).astype(kernel.dtype))
        new = replace(
            conv,
            inputs=(conv.inputs[0], *names),
            outputs=norm.outputs[:1],
            sources=merged_sources([conv, norm]),
        )
        view.replace([conv, norm], new)


def _scaled(kernel: Constant, factor: np.ndarray) -> Constant:
    """A kernel (out, in, space...) times a number per output channel; computed when it is read, so that it is held once."""

    def compute() -> np.ndarray:
        weights = kernel.array
        return (weights * factor.reshape(-1, *(1,) * (weights.ndim - 1))).astype(weights.dtype)

    return Constant(compute, shape=kernel.shape, dtype=kernel.dtype)
