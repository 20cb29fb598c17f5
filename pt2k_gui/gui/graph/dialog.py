"""The graph of one model in a window of its own, before anything was converted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTemporaryDir
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from pt2k_gui.graph.picture import Picture
from pt2k_gui.gui.graph.graph_jobs import GraphJobs
from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.pages.base import Services
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.record import ModelRecord
from pt2k_gui.gui.screen_room import fit_to_screen
from pt2k_gui.gui.theme import L, dress
from pt2k_gui.gui.widgets.basics import button_box
from pt2k_gui.gui.worker import Watcher, Worker
from pt2k_gui.jobs import model_graph
from pt2k_gui.problem import Problem

_SIZE = 1000, 700


class GraphDialog(QDialog):
    """Reads the graph when it is made; closing it ends the reading."""

    def __init__(self, parent: QWidget, services: Services, record: ModelRecord) -> None:
        super().__init__(parent)
        has_help(self, "page-check#tabs")
        dress(self)
        self._services = services
        self.setWindowTitle(self.tr("Graph of {0}").format(record.file_name))
        self.resize(*_SIZE)
        fit_to_screen(self)
        self._folder = QTemporaryDir()
        conversion = record.conversion
        there = conversion is not None and Path(conversion.value.exported.path).exists()
        self._onnx = (
            conversion.value.exported.path if conversion is not None and there else self._folder.filePath("model.onnx")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        self._jobs = GraphJobs(services, "modelGraph", lambda: (self._onnx, ""))
        self.view = self._jobs.view
        self.view.own_parameters = record.info.parameters
        column.addWidget(self.view, 1)
        buttons = button_box(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.view.clear(self.tr("Reading the graph"))
        request = model_graph.Request(record.source, record.inputs, self._onnx, there)
        self._reading: Worker | None = services.run(
            None, request, self.tr("Reading the graph"), Watcher(self._show, self._refuse, ended=self._ended)
        )

    def _show(self, picture: object) -> None:
        assert isinstance(picture, Picture)
        self.view.show_picture(picture)

    def _refuse(self, problem: Problem) -> None:
        self.view.clear(f"{phrase(problem.sentence)} {phrase(problem.hint)}".strip())

    def _ended(self) -> None:
        self._reading = None

    def done(self, result: int) -> None:
        if self._reading is not None:
            self._reading.cancel()
        super().done(result)
