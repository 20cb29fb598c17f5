"""The jobs that a graph view needs while it is shown: laying out what is large, and reading weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication

from pt2k_gui.graph.layout import Drawing
from pt2k_gui.graph.network import Node
from pt2k_gui.graph.picture import Picture
from pt2k_gui.gui.graph.view import GraphView
from pt2k_gui.gui.pages.base import Services
from pt2k_gui.gui.worker import Watcher
from pt2k_gui.jobs import arrange, weights


class GraphJobs:
    """Makes a view and serves it.

    Args:
        name: the view's.
        files: says where the weights of the left and the right side are now; either may be empty.
        timed: whether the view offers times.
    """

    def __init__(
        self, services: Services, name: str, files: Callable[[], tuple[str, str]], *, timed: bool = False
    ) -> None:
        self._services, self._files = services, files
        self.view = GraphView(services.theme, name, self._arrange, self._read_weights, timed=timed)

    def _arrange(self, picture: Picture, opened: frozenset[str], answer: Callable[[tuple[Drawing, ...]], None]) -> None:
        def finished(drawings: object) -> None:
            assert isinstance(drawings, tuple)
            answer(drawings)

        request = arrange.Request(picture.networks, picture.roots, opened)
        words = QCoreApplication.translate("Graph", "Arranging the graph")
        self._services.run(None, request, words, Watcher(finished))

    def _read_weights(self, left: Sequence[Node], right: Sequence[Node]) -> None:
        names, others = (tuple(name for node in side for name, _ in node.weights) for side in (left, right))
        picture, chosen = self.view.picture, self.view.chosen
        if not (names or others) or picture is None:
            return

        def finished(spreads: object) -> None:
            if self.view.chosen == chosen:
                self.view.show_spreads(spreads)

        sides = picture.networks[0].side, picture.networks[-1].side
        request = weights.Request(self._files(), names, others, sides)
        self._services.run(None, request, QCoreApplication.translate("Graph", "Reading the weights"), Watcher(finished))
