"""Lay out networks anew after boxes were folded or unfolded; for those that are too large for the window's own thread."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.graph.hierarchy import Module
from pt2k_gui.graph.layout import Drawing
from pt2k_gui.graph.network import Network
from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context


@dataclass(frozen=True)
class Request(Job[tuple[Drawing, ...]]):
    """The sides with their trees, and the keys of the boxes to open."""

    networks: tuple[Network, ...]
    roots: tuple[Module, ...]
    opened: frozenset[str]


def run(request: Request, context: Context) -> tuple[Drawing, ...]:
    """A layout of each side."""
    from pt2k_gui.graph.layout import arrange

    drawings = []
    for number, (network, root) in enumerate(zip(request.networks, request.roots, strict=True)):
        context.progress(number / len(request.networks), messages.ARRANGING(count=len(network.nodes)))
        drawings.append(arrange(network, root, request.opened))
    return tuple(drawings)
