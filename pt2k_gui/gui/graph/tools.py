"""The row of tools above a graph: search, what colours it, the first departing layer, and small buttons."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from pt2k_gui.gui.graph.colouring import Measure, measure_name
from pt2k_gui.gui.theme import S, Theme
from pt2k_gui.gui.widgets.basics import button, label


class GraphTools(QWidget):
    """``entered`` comes when the next hit of the search is wanted. ``hits`` says how many there are."""

    entered = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        self.search = QLineEdit()
        self.search.setObjectName("graphSearch")
        self.search.setPlaceholderText(self.tr("Search; Enter finds the next"))
        self.search.setAccessibleName(self.tr("Search the graph"))
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.hits = label("", "caption", name="graphHits")
        self.measure = QComboBox()
        self.measure.setObjectName("graphMeasure")
        self.measure.setAccessibleName(self.tr("Color by"))
        self.measure.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.departing = button(self.tr("First departing layer"), "firstDeparting", "", "triangle-alert", theme)
        self.fold = self._tool("minus", self.tr("Collapse all"), "graphFold")
        self.unfold = self._tool("plus", self.tr("Expand all"), "graphUnfold")
        self.whole = self._tool("square", self.tr("Show everything"), "graphFit")
        self.export = self._tool("save", self.tr("Save or copy the picture"), "graphExport")
        row.addWidget(self.search, 1)
        for part in (self.hits, self.measure, self.departing, self.fold, self.unfold, self.whole, self.export):
            row.addWidget(part)

    def _tool(self, icon: str, words: str, name: str) -> QPushButton:
        made = button("", name, "flat", icon, self._theme)
        made.setToolTip(words)
        made.setAccessibleName(words)
        made.setFixedWidth(32)
        return made

    def operated(self) -> Iterator[QWidget]:
        """All that can be operated."""
        yield from (self.search, self.measure, self.departing, self.fold, self.unfold, self.whole, self.export)

    def offer(self, measures: list[Measure]) -> None:
        """Offer these measures, the first one chosen; nobody is told."""
        self.measure.blockSignals(True)
        self.measure.clear()
        for measure in measures:
            self.measure.addItem(measure_name(measure), measure)
        self.measure.blockSignals(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.entered.emit()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)
