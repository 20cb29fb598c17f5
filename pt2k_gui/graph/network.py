"""A network as plain data that pickles: its nodes, its edges, and what was measured of them. Knows no framework and no window."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

INPUT, LAYER, OPERATION, FOLDED, OUTPUT = "input", "layer", "operation", "folded", "output"
"""Kinds of nodes: where data come in; what has weights; what has none; what is part of another node; where data go out."""


@dataclass(frozen=True)
class Node:
    """One operation of a network.

    Attributes:
        name: its name in the file, unique there.
        operator: such as ``Conv`` or ``Conv2D``.
        module: the path of the PyTorch module that it came from; empty where it is not known.
        kind: one of the kinds above.
        attributes: names and values, in words.
        inputs, outputs: the shapes of the tensors that go in and out, as text.
        weights: the names of its weights in the file, with their shapes.
        parameters: how many numbers its weights hold.
        size: elements of its outputs for one sample; 0 where that is not known.
        difference: the largest difference from the same value on the other side, relative to the value's magnitude; None
            where it was not measured. ``absolute`` is the same in the value's own units.
        seconds: how long it took for one batch; None where it was not measured.
        note: what became of it, as a ``Message``; empty where there is nothing to say.
    """

    name: str
    operator: str
    module: str = ""
    kind: str = OPERATION
    attributes: tuple[tuple[str, str], ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    weights: tuple[tuple[str, str], ...] = ()
    parameters: int = 0
    size: int = 0
    difference: float | None = None
    absolute: float | None = None
    seconds: float | None = None
    note: str = ""

    @property
    def label(self) -> str:
        """The short name for a picture: the module's last part with what the name adds to it, or the node's own name."""
        if not self.module:
            return self.name.removeprefix("node_")
        short, path = self.module.rpartition(".")[2], f"{self.module.replace('.', '_')}_"
        added = self.name.removeprefix(path) if self.name.startswith(path) else ""
        return f"{short} {added}" if added and not added.isdigit() else short


def parameters_of(nodes: Sequence[Node]) -> int:
    """How many numbers the weights of some nodes hold; one that several of them read counts once."""
    seen: set[str] = set()
    count = 0
    for node in nodes:
        again = [shape for name, shape in node.weights if name in seen]
        count += node.parameters - sum(math.prod(map(int, re.findall(r"\d+", shape))) for shape in again)
        seen.update(name for name, _ in node.weights)
    return count


@dataclass(frozen=True)
class Network:
    """One side of the picture.

    Attributes:
        side: whose it is: ``PyTorch``, ``ONNX`` or ``Keras``.
        nodes: in the order of the file; edges: pairs of their positions, from and to.
        classes: the class of each module, by its path, where known.
    """

    side: str
    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]
    classes: dict[str, str] = field(default_factory=dict)

    def parameters(self) -> int:
        """How many numbers all weights hold."""
        return parameters_of(self.nodes)


@dataclass(frozen=True)
class NetworkPair:
    """Two networks side by side.

    Attributes:
        left, right: the networks; ``right`` is None where there is only one.
        links: pairs of positions, left and right, of nodes that are the same thing.
    """

    left: Network
    right: Network | None = None
    links: tuple[tuple[int, int], ...] = ()

    def counterparts(self, side: int) -> dict[int, tuple[int, ...]]:
        """For the nodes of one side (0 left, 1 right) the positions of what they are on the other side."""
        found: dict[int, list[int]] = {}
        for link in self.links:
            found.setdefault(link[side], []).append(link[1 - side])
        return {place: tuple(others) for place, others in found.items()}


def shape_text(shape: Sequence[int | str | None]) -> str:
    """A shape as people write it: ``batch × 16 × 28 × 28``; an axis of no known length is ``?``."""
    return " × ".join("?" if size is None else str(size) for size in shape) or "scalar"


def elements(shape: Sequence[int | str | None]) -> int:
    """How many numbers a tensor holds for one sample: axes of no fixed length count once."""
    total = 1
    for size in shape:
        total *= size if isinstance(size, int) and size > 0 else 1
    return total
