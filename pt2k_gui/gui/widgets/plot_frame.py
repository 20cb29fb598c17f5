"""A plot in a card with its heading and tools: save, copy, and back from a closer look."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from pt2k_gui.gui.theme import M, S, Theme
from pt2k_gui.gui.widgets.basics import Card, button, label
from pt2k_gui.gui.widgets.plot import Plot


class PlotFrame(Card):
    """``head`` is the row of the heading: more controls can be put before the tools with ``add_control``."""

    def __init__(self, theme: Theme, heading: str, plot: Plot) -> None:
        super().__init__(margin=M)
        self.plot = plot
        self.heading = label(heading, "strong", wrap=True)
        self.heading.setBuddy(plot)  # the plot's name for who hears the window
        self.tools = PlotTools(theme, plot)
        self._row = QHBoxLayout()
        self._row.setSpacing(S)
        self._row.addWidget(self.heading, 1)
        self._row.addWidget(self.tools, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(self._row)
        self.body.addWidget(plot, 1)

    def add_control(self, control: QWidget) -> None:
        self._row.insertWidget(1, control, 0, Qt.AlignmentFlag.AlignTop)


class PlotTools(QWidget):
    """Small buttons that act on one plot."""

    def __init__(self, theme: Theme, plot: Plot) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.back = self._tool(theme, "rotate-ccw", self.tr("Show the whole plot"), f"{plot.objectName()}Whole")
        self.copy = self._tool(theme, "copy", self.tr("Copy the plot"), f"{plot.objectName()}Copy")
        self.save = self._tool(theme, "save", self.tr("Save the plot as PNG, SVG or PDF"), f"{plot.objectName()}Save")
        for made in (self.back, self.copy, self.save):
            row.addWidget(made)
        self.back.clicked.connect(plot.show_whole)
        self.copy.clicked.connect(plot.copy)
        self.save.clicked.connect(plot.save)
        plot.shown.connect(lambda: self._follow(plot))
        self._follow(plot)

    def _tool(self, theme: Theme, icon: str, words: str, name: str) -> QPushButton:
        made = button("", name, "flat", icon, theme)
        made.setToolTip(words)
        made.setAccessibleName(words)
        made.setFixedWidth(32)
        return made

    def _follow(self, plot: Plot) -> None:
        self.back.setVisible(plot.closer)
        for made in (self.copy, self.save):
            made.setEnabled(plot.drawn)
