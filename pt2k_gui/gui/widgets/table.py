"""The read-only table that pages show results in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QTableView

from pt2k_gui.gui.theme import XS
from pt2k_gui.gui.widgets.table_model import Rows
from pt2k_gui.gui.widgets.table_tools import TableTools

ROW_HEIGHT = 28


def plain(table: QTableView, name: str) -> None:
    """The look of all our tables: no grid, one line a row, rows of one height."""
    table.setObjectName(name)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    rows = table.verticalHeader()
    rows.hide()
    rows.setDefaultSectionSize(ROW_HEIGHT)
    rows.setSectionResizeMode(rows.ResizeMode.Fixed)  # so that thousands of rows need not be measured


class Table(QTableView):
    """Rows of texts.

    Args:
        numbers: columns that hold numbers: right-aligned, sorted as numbers, never cut.
        stretch: the column that takes the room that is left; None for all alike.
    """

    def __init__(
        self, headings: Sequence[str], name: str, numbers: Sequence[int] = (), stretch: int | None = 0
    ) -> None:
        super().__init__()
        self.rows = Rows(self, headings, numbers)
        self.setModel(self.rows)
        plain(self, name)
        self.setAccessibleName(", ".join(headings))  # until whoever makes it says more
        self.tools = TableTools(self, self.rows, stretch)

    def show_at_most(self, rows: int) -> None:
        """As high as its rows, up to that many; more are scrolled."""
        shown = max(min(self.rows.rowCount(), rows), 1)
        height = self.horizontalHeader().sizeHint().height() + shown * ROW_HEIGHT
        self.setFixedHeight(height + 2 * self.frameWidth() + XS)

    def show_columns(self, headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> None:
        """Replace columns and rows."""
        self.rows.rename(headings, numbers)
        self.setAccessibleName(", ".join(headings))
        self.horizontalHeader().setSortIndicator(-1, self.horizontalHeader().sortIndicatorOrder())
        self.fill(rows)

    def fill(self, rows: Sequence[Sequence[str]]) -> None:
        """Replace all rows."""
        self.rows.fill(rows)
        self.tools.fit_columns(anew=True)

    def select_row(self, row: int) -> None:
        """Select a row by its number in what was filled in, and scroll to it."""
        place = self.rows.place_of(row)
        if place is not None:
            # Not ``selectRow``: it looks at which keys happen to be held.
            only = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.rows.index(place, 0), only)
            self.scrollTo(self.rows.index(place, 0))

    def selected_rows(self) -> list[int]:
        """The selected rows by their numbers in what was filled in."""
        return sorted(self.rows.row_at(index.row()) for index in self.selectionModel().selectedRows())
