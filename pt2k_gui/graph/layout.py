"""Places the boxes of a network, layer by layer, from top to bottom.

Each box is laid out by itself, with what lies in it as nodes; blocks that are alike are laid out once. Ranks and the order
within them come from ``fast_sugiyama``, an implementation of Sugiyama's method for layered graphs with the placement of
Brandes and Köpf. It takes all nodes to be of one size; ``_stretched`` makes room for boxes of other sizes without changing
their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.graph.hierarchy import Module
from pt2k_gui.graph.network import Network

if TYPE_CHECKING:
    import numpy as np

NODE_WIDTH, NODE_HEIGHT, BOX_HEIGHT = 164.0, 40.0, 40.0
TITLE, PADDING = 26.0, 14.0
_GAP_ACROSS, _GAP_DOWN, _GAP_AT_DOOR = 20.0, 28.0, 14.0
_DOOR = 8.0  # where edges come into an open box and go out of it
_ROUTE_WIDTH = 14.0  # of an edge that passes beside nodes

NODE, FOLDED_BOX, OPEN_BOX = "node", "folded", "open"

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """Something that has a place.

    Attributes:
        shape: one of the three above: a node, a box that is folded, or one whose content is seen.
        node: the node's position in the network; -1 for a box.
        key: the box's; empty for a node.
        name, kind: of the box, for its title.
        members: the nodes in it; of a node, itself.
        repeats: how many alike blocks a box holds; 0 for none.
        x, y: of its upper left corner; width, height: in the same units, pixels of the unscaled picture.
        depth: in how many boxes it lies.
    """

    shape: str
    node: int
    key: str
    name: str
    kind: str
    members: tuple[int, ...]
    repeats: int
    x: float
    y: float
    width: float
    height: float
    depth: int = 0


@dataclass(frozen=True)
class Drawing:
    """A layout.

    Attributes:
        boxes: outer ones before those in them.
        routes: from box, to box (positions in ``boxes``), and the points that the edge passes, top to bottom.
        width, height: of everything.
    """

    boxes: tuple[Box, ...]
    routes: tuple[tuple[int, int, tuple[Point, ...]], ...]
    width: float
    height: float


Pairs = tuple[tuple[int, int], ...]
_SPACING, _DUMMY = 10.0, 1.0  # what ``fast_sugiyama`` takes a node and an edge that passes to be wide


@dataclass(frozen=True)
class _Placed:
    """The content of a box with places of its own: upper left corners, routes by pairs of children, and the size."""

    corners: tuple[Point, ...]
    routes: dict[tuple[int, int], tuple[Point, ...]]
    width: float
    height: float


def arrange(network: Network, root: Module, opened: frozenset[str]) -> Drawing:
    """Lay a network out.

    Args:
        root: its tree of modules.
        opened: the keys of the boxes whose content is seen.
    """
    return _Arranger(network, opened).drawing(root)


class _Arranger:
    def __init__(self, network: Network, opened: frozenset[str]) -> None:
        self._network, self._opened = network, opened
        self._followers: dict[int, list[int]] = {}
        self._sources: dict[int, list[int]] = {}
        for one, other in network.edges:
            self._followers.setdefault(one, []).append(other)
            self._sources.setdefault(other, []).append(one)
        self._known: dict[object, _Placed] = {}  # contents that were laid out already: blocks that are alike
        self._contents: dict[int, _Placed] = {}  # of the root and of each open box, by identity
        self._boxes: list[Box] = []
        self._within: list[tuple[int, ...]] = []  # of each box, the open boxes that it lies in
        self._visible: dict[int, int] = {}  # of each node, the box that stands for it
        self._ways: dict[tuple[int, int], tuple[Point, ...]] = {}  # by pairs of boxes that lie in the same one

    def drawing(self, root: Module) -> Drawing:
        """Everything in its place."""
        self._measure(root, outermost=True)
        self._put(root, (0.0, 0.0), ())
        placed = self._contents[id(root)]
        return Drawing(tuple(self._boxes), self._routes(), placed.width, placed.height)

    def _measure(self, module: Module, *, outermost: bool = False) -> _Placed:
        """Lay out what is in a box, the boxes in it first: their sizes count. What comes from outside and goes there passes
        two points of the box's own, so that it goes around what it has nothing to do with."""
        sizes: list[tuple[float, float]] = []
        for child in module.children:
            if isinstance(child, int):
                sizes.append((NODE_WIDTH, NODE_HEIGHT))
            elif child.key not in self._opened:
                sizes.append((NODE_WIDTH, BOX_HEIGHT))
            else:
                inner = self._measure(child)
                sizes.append((inner.width + 2 * PADDING, inner.height + TITLE + 2 * PADDING))
        edges = self._edges_between(module.children, outermost=outermost)
        if not outermost:
            sizes += [(_DOOR, 0.0), (_DOOR, 0.0)]
        key = tuple(sizes), edges
        if key not in self._known:
            self._known[key] = _place(sizes, edges)
        self._contents[id(module)] = self._known[key]
        return self._known[key]

    def _edges_between(self, children: Sequence[int | Module], *, outermost: bool) -> Pairs:
        """The edges between what is directly in a box, by their numbers; those of the doors, in and out, come last."""
        holder = {
            node: number
            for number, child in enumerate(children)
            for node in ((child,) if isinstance(child, int) else child.members)
        }
        entry, exit_ = len(children), len(children) + 1
        found = set()
        for node, number in holder.items():
            found |= {(number, holder.get(other, exit_)) for other in self._followers.get(node, ())}
            found |= {(holder.get(other, entry), number) for other in self._sources.get(node, ())}
        return tuple(
            sorted((one, other) for one, other in found if one != other and not (outermost and entry in (one, other)))
        )

    def _put(self, module: Module, origin: Point, within: tuple[int, ...]) -> None:
        """Give what is in a box its final places."""
        placed = self._contents[id(module)]
        places = []
        for child, (x, y) in zip(module.children, placed.corners, strict=False):
            places.append(len(self._boxes))
            self._add(module, child, (origin[0] + x, origin[1] + y), within)
        if within:
            places += [_entry_of(within[-1]), _exit_of(within[-1])]
        for (one, other), points in placed.routes.items():
            self._ways[(places[one], places[other])] = tuple((origin[0] + x, origin[1] + y) for x, y in points)

    def _add(self, module: Module, child: int | Module, corner: Point, within: tuple[int, ...]) -> None:
        place = len(self._boxes)
        self._within.append(within)
        x, y = corner
        if isinstance(child, int):
            self._visible[child] = place
            node = self._network.nodes[child]
            own = within and node.module == module.key.partition("#")[0]
            name = node.operator if own else node.label
            size = NODE_WIDTH, NODE_HEIGHT
            self._boxes.append(Box(NODE, child, "", name, "", (child,), 0, x, y, *size, len(within)))
            return
        opened = child.key in self._opened
        size = NODE_WIDTH, BOX_HEIGHT
        if opened:
            inner = self._contents[id(child)]
            size = inner.width + 2 * PADDING, inner.height + TITLE + 2 * PADDING
        else:
            self._visible.update(dict.fromkeys(child.members, place))
        shape = OPEN_BOX if opened else FOLDED_BOX
        self._boxes.append(
            Box(shape, -1, child.key, child.name, child.kind, child.members, child.repeats, x, y, *size, len(within))
        )
        if opened:
            self._put(child, (x + PADDING, y + TITLE + PADDING), (*within, place))

    def _routes(self) -> tuple[tuple[int, int, tuple[Point, ...]], ...]:
        """The way of each edge: out of the boxes that hold its beginning, within the innermost one that holds both ends, and
        into those that hold its end."""
        found: dict[tuple[int, int], tuple[Point, ...]] = {}
        for one, other in self._network.edges:
            ends = self._visible[one], self._visible[other]
            if ends[0] == ends[1] or ends in found:
                continue
            start, goal = ((*self._within[end], end) for end in ends)
            shared = 0
            while start[shared] == goal[shared]:
                shared += 1
            way: list[Point] = []
            for place in range(len(start) - 1, shared, -1):
                way += self._ways[(start[place], _exit_of(start[place - 1]))]
            way += self._ways[(start[shared], goal[shared])]
            for place in range(shared, len(goal) - 1):
                way += self._ways[(_entry_of(goal[place]), goal[place + 1])]
            found[ends] = _without_repeats(way)
        return tuple((*ends, points) for ends, points in found.items())


def _entry_of(box: int) -> int:
    """Stands for the point where edges come into an open box, in pairs of places."""
    return -2 * box - 1


def _exit_of(box: int) -> int:
    return -2 * box - 2


def _without_repeats(points: Sequence[Point]) -> tuple[Point, ...]:
    return tuple(point for number, point in enumerate(points) if not number or point != points[number - 1])


def _place(sizes: Sequence[tuple[float, float]], edges: Pairs) -> _Placed:
    """Lay out nodes of these sizes (width, height), the parts that hang together side by side."""
    from fast_sugiyama import from_edges

    corners: list[Point] = [(0.0, 0.0)] * len(sizes)
    routes: dict[tuple[int, int], tuple[Point, ...]] = {}
    across = highest = 0.0
    layouts = from_edges(
        edges, vertex_spacing=_SPACING, dummy_vertices=True, dummy_size=_DUMMY, ranking_type="minimize", check_layout=False
    ) if edges else ()  # fmt: skip
    for positions, _, _, joined in layouts:
        part = _Part(
            {int(item): (float(x), float(y)) for item, (x, y) in positions},
            [(int(one), int(other)) for one, other in joined or ()],
            sizes,
        )
        for node, (x, y) in part.corners().items():
            corners[node] = (across + x, y)
        routes.update({ends: tuple((across + x, y) for x, y in way) for ends, way in part.routes(edges).items()})
        across += part.width + _GAP_ACROSS
        highest = max(highest, part.height)
    joined_nodes = {node for edge in edges for node in edge}
    for node, (width, height) in enumerate(sizes):
        if node not in joined_nodes:
            corners[node] = (across, 0.0)
            across += width + _GAP_ACROSS
            highest = max(highest, height)
    return _Placed(tuple(corners), routes, max(across - _GAP_ACROSS, 0.0), highest)


class _Part:
    """Nodes that hang together, as ``fast_sugiyama`` placed them, with room made for their sizes.

    Args:
        positions: of nodes, and of the points (numbers past those of the nodes) where long edges pass a rank; y grows
            upwards.
        joined: pairs of both, from rank to rank.
        sizes: of all nodes.
    """

    def __init__(
        self,
        positions: dict[int, Point],
        joined: list[tuple[int, int]],
        sizes: Sequence[tuple[float, float]],
    ) -> None:
        self._positions, self._joined, self._sizes = positions, joined, sizes
        self._nodes = [node for node in positions if node < len(sizes)]
        self._across, self.width = self._columns()
        self._rows, self.height = self._ranks()

    def _columns(self) -> tuple[dict[int, float], float]:
        """The middle of everything: the axis across is stretched where a wide node stands, so that the order stays."""
        import numpy as np

        middles = np.array([self._positions[node][0] for node in self._nodes])
        marks = np.unique(
            np.concatenate([middles - _SPACING / 2, middles + _SPACING / 2, [x for x, _ in self._positions.values()]])
        )
        density = np.full(len(marks) - 1, _ROUTE_WIDTH / _DUMMY)
        widest: dict[float, float] = {}
        for node, middle in zip(self._nodes, middles.tolist(), strict=True):
            widest[middle] = max(widest.get(middle, 0.0), self._sizes[node][0] + _GAP_ACROSS)
        covered = np.zeros(len(marks) - 1, bool)
        for middle, width in widest.items():
            first, last = np.searchsorted(marks, [middle - _SPACING / 2, middle + _SPACING / 2])
            fresh = ~covered[first:last]
            density[first:last] = np.where(fresh, 0.0, density[first:last])
            covered[first:last] = True
            density[first:last] = np.maximum(density[first:last], width / _SPACING)
        places = np.concatenate([[0.0], np.cumsum(density * np.diff(marks))])
        found = {item: _at(marks, places, x) for item, (x, _) in self._positions.items()}
        left = min(
            [found[node] - self._sizes[node][0] / 2 for node in self._nodes]
            + [x for item, x in found.items() if item >= len(self._sizes)]
        )
        right = max(
            [found[node] + self._sizes[node][0] / 2 for node in self._nodes]
            + [x for item, x in found.items() if item >= len(self._sizes)]
        )
        return {item: x - left for item, x in found.items()}, right - left

    def _ranks(self) -> tuple[dict[float, tuple[float, float]], float]:
        """The upper and the lower border of each rank, by the place that it had."""
        heights: dict[float, float] = {}
        for item, (_, y) in self._positions.items():
            own = self._sizes[item][1] if item < len(self._sizes) else 0.0
            heights[y] = max(heights.get(y, 0.0), own)
        rows, top = {}, 0.0
        order = sorted(heights, reverse=True)
        gap = 0.0
        for y, below in zip(order, [*order[1:], order[-1]], strict=True):
            rows[y] = (top, top + heights[y])
            gap = _GAP_DOWN if heights[y] and heights[below] else _GAP_AT_DOOR
            top += heights[y] + gap
        return rows, top - gap

    def corners(self) -> dict[int, Point]:
        """Of the nodes, in the middle of their ranks."""
        found = {}
        for node in self._nodes:
            top, bottom = self._rows[self._positions[node][1]]
            width, height = self._sizes[node]
            found[node] = (self._across[node] - width / 2, (top + bottom - height) / 2)
        return found

    def routes(self, edges: Pairs) -> dict[tuple[int, int], tuple[Point, ...]]:
        """Of each edge between these nodes the points that it passes, the borders of its ends included."""
        passing = self._passing()
        corners, found = self.corners(), {}
        for one, other in edges:
            if one not in self._positions:
                continue
            down = corners[one][1] < corners[other][1]
            points = [self._border(one, corners, lower=down)]
            between = passing.get((one, other))
            for item in between if between is not None else passing.get((other, one), [])[::-1]:
                top, bottom = self._rows[self._positions[item][1]]
                points += [(self._across[item], y) for y in ((top, bottom) if down else (bottom, top))]
            points.append(self._border(other, corners, lower=not down))
            found[(one, other)] = tuple(points)
        return found

    def _border(self, node: int, corners: dict[int, Point], *, lower: bool) -> Point:
        y = corners[node][1]
        return self._across[node], y + self._sizes[node][1] if lower else y

    def _passing(self) -> dict[tuple[int, int], list[int]]:
        """By pairs of nodes the points between them where a long edge passes a rank."""
        after: dict[int, list[int]] = {}
        for one, other in self._joined:
            after.setdefault(one, []).append(other)
        found: dict[tuple[int, int], list[int]] = {}
        for node in self._nodes:
            for item in after.get(node, ()):
                way = []
                while item >= len(self._sizes):
                    way.append(item)
                    item = after[item][0]
                if way:
                    found[(node, item)] = way
        return found


def _at(marks: np.ndarray, places: np.ndarray, x: float) -> float:
    import numpy as np

    return float(np.interp(x, marks, places))
