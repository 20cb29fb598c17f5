"""The first tab of the Check page: what the model became, and what it answers, side by side."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.gui.pages.check_samples import stale_mark
from pt2k_gui.gui.theme import M, Theme
from pt2k_gui.gui.widgets.basics import Card, label
from pt2k_gui.gui.widgets.digit_grid import DigitGrid
from pt2k_gui.gui.widgets.reading_split import ReadingSplit
from pt2k_gui.gui.widgets.sample_table import SampleTable
from pt2k_gui.gui.widgets.summary_view import SummaryView
from pt2k_gui.verify.result import Verification

_AROUND_SUMMARY = 40  # pixels: margins and a scroll bar
_LEAST_GRID = 412


class OverviewTab(QWidget):
    """The Keras summary at the left, the samples with each backend's answer at the right; a row a sample where they are no
    pictures."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, M, 0, 0)
        self.stale = stale_mark()
        column.addWidget(self.stale)
        left, right = Card(self.tr("Keras summary"), margin=M), Card(margin=M)
        self.summary = SummaryView(theme)
        left.body.addWidget(self.summary, 1)
        left.setMinimumWidth(240)
        self.grid = DigitGrid(theme)
        self.table = SampleTable("overviewSamples")
        for view in (self.grid, self.table):
            right.body.addWidget(view, 1)
        self.which = label("", "caption", wrap=True)
        right.body.addWidget(self.which)
        self._split = ReadingSplit(left, right, text=0, least=_LEAST_GRID)
        column.addWidget(self._split, 1)
        self.clear_samples()

    def clear_samples(self) -> None:
        """Show that nothing was checked yet."""
        self.grid.show_text(self.tr("The samples appear here with each backend's answer."))
        self.table.clear()
        self.which.setText("")
        self._show(self.grid)

    def _show(self, view: QWidget) -> None:
        for other in (self.grid, self.table):
            other.setVisible(other is view)

    def show_found(self, found: Verification, arrays: dict[str, np.ndarray]) -> None:
        """Show a verification's samples."""
        self.which.setText("")
        pictured = "images" in arrays and found.scored
        if pictured:
            self.grid.show_samples(arrays, found.classes, found.truths, labelled=found.labelled)
            if self.grid.disagreements():
                self.grid.only.setChecked(True)
        else:
            self.table.show_found(found, arrays)
        self._show(self.grid if pictured else self.table)

    def show_report(self, report: ConversionReport | None) -> None:
        """Show what a conversion made, or that there is none."""
        self.summary.show_summary(report.summary if report is not None else "", keras_layers(report))
        self._split.want(self.summary.widest_line() + _AROUND_SUMMARY)


def keras_layers(report: ConversionReport | None) -> set[str]:
    """The names of the Keras layers that a report tells of."""
    return {name for node in report.nodes for name in node.layers} if report is not None else set()
