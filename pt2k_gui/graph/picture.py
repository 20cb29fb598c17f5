"""A picture of one network or of two side by side: networks, their modules, which are open, and where everything is."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.graph.hierarchy import Module, build_tree, first_open
from pt2k_gui.graph.layout import Drawing, arrange
from pt2k_gui.graph.network import Network, NetworkPair


@dataclass(frozen=True)
class Picture:
    """All that is drawn.

    Attributes:
        pair: the networks; roots, drawings: of each side, the left one first.
        opened: the keys of the boxes whose content is seen, on both sides.
    """

    pair: NetworkPair
    roots: tuple[Module, ...]
    opened: frozenset[str]
    drawings: tuple[Drawing, ...]

    @property
    def networks(self) -> tuple[Network, ...]:
        """The sides that there are."""
        return sides(self.pair)


def sides(pair: NetworkPair) -> tuple[Network, ...]:
    """One network or two."""
    return (pair.left,) if pair.right is None else (pair.left, pair.right)


def make_picture(pair: NetworkPair) -> Picture:
    """Lay out a pair as it is shown first."""
    networks = sides(pair)
    roots = tuple(map(build_tree, networks))
    opened = first_open(roots)
    return Picture(pair, roots, opened, arrange_all(networks, roots, opened))


def arrange_all(
    networks: tuple[Network, ...], roots: tuple[Module, ...], opened: frozenset[str]
) -> tuple[Drawing, ...]:
    """Lay out each side anew, with these boxes open."""
    return tuple(arrange(network, root, opened) for network, root in zip(networks, roots, strict=True))


def parts_shown(root: Module, opened: frozenset[str]) -> int:
    """How many boxes and nodes a layout would place."""
    return sum(
        1 if isinstance(child, int) else 1 + (parts_shown(child, opened) if child.key in opened else 0)
        for child in root.children
    )
