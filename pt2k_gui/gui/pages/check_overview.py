"""The first tab of the Check page: what the model became, and what it answers, side by side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.gui.pages.check_samples import stale_mark
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.theme import M, Theme
from pt2k_gui.gui.widgets.basics import Card, ElidedLabel, label
from pt2k_gui.gui.widgets.digit_grid import DigitGrid
from pt2k_gui.gui.widgets.panels import PanelsView
from pt2k_gui.gui.widgets.reading_split import ReadingSplit
from pt2k_gui.gui.widgets.sample_table import SampleTable
from pt2k_gui.gui.widgets.summary_view import SummaryView
from pt2k_gui.verify.outputs.shown import Shown
from pt2k_gui.verify.result import Verification

_AROUND_SUMMARY = 40  # pixels: margins and a scroll bar
_LEAST_GRID = 412
_LEAST_ROWS = 320
_LEAST_TABLE = 112


class OverviewTab(QWidget):
    """The Keras summary at the left, the samples with each backend's answer at the right; a row a sample where they are no
    pictures, below the chosen one's outputs where these are."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._look: Callable[[int], Shown | None] = lambda _number: None
        self._number = 0  # of the sample whose outputs are seen
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
        self.table.setMinimumHeight(_LEAST_TABLE)
        self.outputs_title = ElidedLabel("", "strong")
        self.outputs = PanelsView(theme)
        self.outputs.setObjectName("overviewOutputs")
        right.body.addWidget(self.grid, 1)
        right.body.addWidget(self.outputs_title)
        right.body.addWidget(self.outputs, 3)
        right.body.addWidget(self.table, 2)
        self.table.selected.connect(self.show_outputs)
        theme.changed.connect(self.show_again)
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
        self._split.keep(_LEAST_GRID if view is self.grid else _LEAST_ROWS)
        worst = self.table.rows.row_at(0) if view is self.table and self.table.rows.rowCount() else 0
        self.show_outputs(worst)

    def look_through(self, look: Callable[[int], Shown | None]) -> None:
        """Have a sample's outputs drawn as ``look`` gives them; it takes the sample's number."""
        self._look = look

    def show_again(self) -> None:
        """Draw the same sample's outputs as they are looked at by now."""
        self.show_outputs(self._number)

    def show_outputs(self, number: int) -> None:
        """Draw a sample's outputs above the rows, where they are pictures."""
        shown = self._look(number) if not self.table.isHidden() else None
        self._number = number
        for part in (self.outputs_title, self.outputs):
            part.setVisible(shown is not None)
        self.table.show_answers(shown is None)
        if shown is not None:
            name = self.table.rows.name_of(number)
            words = self.tr("Sample {0}").format(f"{number + 1:,}")
            self.outputs_title.setText(f"{words}, {name}" if name else words)
            self.outputs.show_panels(shown.panels)
            self.outputs.setAccessibleDescription(phrase(shown.sentence))

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
