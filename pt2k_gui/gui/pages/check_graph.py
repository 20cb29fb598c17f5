"""The tab of the Check page that shows both networks as pictures; they are read and laid out when the tab is first seen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pt2k_gui.graph.picture import Picture
from pt2k_gui.gui.graph.graph_jobs import GraphJobs
from pt2k_gui.gui.pages.base import Services
from pt2k_gui.gui.pages.check_samples import stale_mark
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.record import Conversion
from pt2k_gui.gui.theme import M
from pt2k_gui.gui.widgets.basics import Card
from pt2k_gui.gui.worker import Watcher
from pt2k_gui.jobs import graph, node_times
from pt2k_gui.problem import Problem
from pt2k_gui.verify.result import LayerDifference


class GraphTab(QWidget):
    """``view`` is the picture. It is made anew when another conversion or another comparison is shown."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._conversion: Conversion | None = None
        self._layers: tuple[LayerDifference, ...] = ()
        self._arrays = ""  # of the check, whose samples are run to measure times
        self._asked: object = None  # what is being read, or shown
        column = QVBoxLayout(self)
        column.setContentsMargins(0, M, 0, 0)
        self.stale = stale_mark()
        column.addWidget(self.stale)
        card = Card(margin=M)
        self._jobs = GraphJobs(services, "checkGraph", self._files, timed=True)
        self.view = self._jobs.view
        self.view.times_wanted.connect(self._measure)
        card.body.addWidget(self.view, 1)
        column.addWidget(card, 1)
        self.show_conversion(None, ())

    def show_conversion(
        self, conversion: Conversion | None, layers: Sequence[LayerDifference], arrays: str = ""
    ) -> None:
        """Show another conversion, or none; the reading waits until the tab is seen.

        Args:
            layers, arrays: of its check, where there was one.
        """
        self._conversion, self._layers, self._arrays = conversion, tuple(layers), arrays
        self._asked = None
        if conversion is None:
            self.view.clear(self.tr("Convert the model to see its graph."))
        elif self.isVisible():
            self._read()
        else:
            self.view.clear(self.tr("Reading the graphs"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read()

    def _read(self) -> None:
        conversion = self._conversion
        wanted = (conversion, self._layers)
        if conversion is None or self._asked == wanted:
            return
        self._asked = wanted
        self.view.clear(self.tr("Reading the graphs"))
        side = "ONNX" if conversion.source.path.endswith(".onnx") else "PyTorch"
        request = graph.Request(
            conversion.exported.path, conversion.converted.path, conversion.converted.report, self._layers, side
        )

        def finished(picture: object) -> None:
            assert isinstance(picture, Picture)
            if self._asked is wanted:
                self.view.show_picture(picture)

        def failed(problem: Problem) -> None:
            if self._asked is wanted:
                self.view.clear(phrase(problem.sentence))

        self._services.run(None, request, self.tr("Reading the graphs"), Watcher(finished, failed))

    def _files(self) -> tuple[str, str]:
        """Where the weights of both sides are."""
        conversion = self._conversion
        return (conversion.exported.path, conversion.converted.path) if conversion is not None else ("", "")

    def _measure(self) -> None:
        """Have each node's time measured."""
        conversion, picture = self._conversion, self.view.picture
        if conversion is None or picture is None:
            return
        if not self._arrays:
            self.view.say(self.tr("Check the model first: its samples are run to measure the time."))
            return
        self.view.say(self.tr("Measuring the time of each part"))
        asked = self._asked

        def finished(times: object) -> None:
            assert isinstance(times, node_times.Times)
            if self._asked is asked:
                self.view.say("")
                self.view.show_times((times.onnx, times.keras))

        def failed(problem: Problem) -> None:
            if self._asked is asked:
                self.view.say(phrase(problem.sentence))

        request = node_times.Request(conversion.exported.path, conversion.converted.path, self._arrays)
        self._services.run(None, request, self.tr("Measuring the time of each part"), Watcher(finished, failed))
