"""The tree of modules in a network: boxes that can be folded, with repeated blocks recognised. Knows nothing of places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pt2k_gui.graph.network import INPUT, OUTPUT, Network

LEAST_REPEATS = 3  # alike blocks in a row that become one box
_SEVERAL = "…"


@dataclass
class Module:
    """A box of the picture: a PyTorch module, or a row of blocks that are alike.

    Attributes:
        key: what tells it from all others, the same on both sides of a pair: the module's path, with a number where the
            module is used in several places.
        name: for the picture; kind: the module's class, where known.
        children: nodes (their positions in the network) and boxes within, in the network's order.
        repeats: how many blocks are alike in it; 0 for an ordinary module.
    """

    key: str
    name: str
    kind: str = ""
    children: list[int | Module] = field(default_factory=list)
    repeats: int = 0

    @cached_property
    def members(self) -> tuple[int, ...]:
        """All nodes in it, at whatever depth."""
        found: list[int] = []
        for child in self.children:
            found += [child] if isinstance(child, int) else child.members
        return tuple(found)

    def modules(self) -> Iterator[Module]:
        """All boxes in it, outer ones first."""
        for child in self.children:
            if isinstance(child, Module):
                yield child
                yield from child.modules()


def build_tree(network: Network) -> Module:
    """The root of a network's modules. A module of one child is no box, and one that is used in several places is several."""
    builder = _Builder(network)
    root = Module("", network.side)
    root.children = builder.children(tuple(range(len(network.nodes))), ())
    return root


def first_open(roots: Sequence[Module], most: int = 60) -> frozenset[str]:
    """The boxes that are open to begin with: all where the pictures are small, else the outer ones while no side shows more
    than ``most`` parts."""
    opened: set[str] = set()
    counts = [len(root.children) for root in roots]
    waiting = [(number, child) for number, root in enumerate(roots) for child in root.children]
    while waiting:
        later: list[tuple[int, int | Module]] = []
        for number, child in waiting:
            if isinstance(child, int) or (child.repeats and len(child.members) > most // 2):
                continue
            if counts[number] + len(child.children) <= most:
                counts[number] += len(child.children)
                opened.add(child.key)
                later += [(number, part) for part in child.children]
        waiting = later
    return frozenset(opened)


def holders(root: Module) -> dict[int, tuple[str, ...]]:
    """For each node the keys of the boxes that it lies in, the outermost first."""
    found: dict[int, tuple[str, ...]] = {}

    def walk(module: Module, above: tuple[str, ...]) -> None:
        for child in module.children:
            if isinstance(child, int):
                found[child] = above
            else:
                walk(child, (*above, child.key))

    walk(root, ())
    return found


class _Builder:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._paths = [
            tuple(node.module.split(".")) if node.module and node.kind not in (INPUT, OUTPUT) else ()
            for node in network.nodes
        ]
        self._neighbours: dict[int, list[int]] = {}
        for one, other in network.edges:
            self._neighbours.setdefault(one, []).append(other)
            self._neighbours.setdefault(other, []).append(one)
        self._used: Counter[str] = Counter()

    def children(self, nodes: Sequence[int], path: tuple[str, ...]) -> list[int | Module]:
        """The nodes and boxes directly in a module, in the order of their first nodes."""
        depth = len(path)
        own: list[int | Module] = [node for node in nodes if len(self._paths[node]) <= depth]
        parts: dict[str, list[int]] = {}
        for node in nodes:
            if len(self._paths[node]) > depth:
                parts.setdefault(self._paths[node][depth], []).append(node)
        for name, members in parts.items():
            for component in self._components(members):
                own.append(self._box(component, (*path, name)))
        own.sort(key=_first)
        return _grouped(own, self._signature)

    def _box(self, nodes: Sequence[int], path: tuple[str, ...]) -> int | Module:
        """A module's box; the child alone where it has only one."""
        children = self.children(nodes, path)
        if len(children) == 1:
            return children[0]
        joined = ".".join(path)
        self._used[joined] += 1
        key = joined if self._used[joined] == 1 else f"{joined}#{self._used[joined]}"
        return Module(key, path[-1], self._network.classes.get(joined, ""), children)

    def _components(self, nodes: Sequence[int]) -> list[list[int]]:
        """The nodes by which of them hang together, each part in order: a module that is called twice is two parts."""
        wanted, found, seen = set(nodes), [], set()
        for start in nodes:
            if start in seen:
                continue
            part, waiting = [], [start]
            seen.add(start)
            while waiting:
                node = waiting.pop()
                part.append(node)
                for other in self._neighbours.get(node, ()):
                    if other in wanted and other not in seen:
                        seen.add(other)
                        waiting.append(other)
            found.append(sorted(part))
        return found

    def _signature(self, module: Module) -> tuple[object, ...]:
        """The common ground of alike blocks: their operators in order, and how these hang together."""
        place = {node: number for number, node in enumerate(sorted(module.members))}
        joins = sorted(
            (place[node], place[other])
            for node in place
            for other in self._neighbours.get(node, ())
            if other in place and node < other
        )
        nodes = self._network.nodes
        return (tuple((nodes[node].operator, nodes[node].kind) for node in sorted(place)), tuple(joins), module.kind)


def _first(child: int | Module) -> int:
    return child if isinstance(child, int) else min(child.members)


def _grouped(children: list[int | Module], signature: object) -> list[int | Module]:
    """Rows of alike blocks as one box each."""
    assert callable(signature)
    result: list[int | Module] = []
    row: list[Module] = []
    known: object = None

    def close() -> None:
        if len(row) >= LEAST_REPEATS:
            first, last = row[0], row[-1]
            name = f"{first.name} {_SEVERAL} {last.name}"
            result.append(Module(f"{first.key}{_SEVERAL}", name, first.kind, list(row), len(row)))
        else:
            result.extend(row)
        row.clear()

    for child in children:
        if isinstance(child, int) or child.repeats:
            close()
            known = None
            result.append(child)
            continue
        own = signature(child)
        if own != known:
            close()
        known = own
        row.append(child)
    close()
    return result
