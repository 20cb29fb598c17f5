"""Rows for tables, in an order of their own: sorted by a column, with only those that hold a text. Knows no view."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

if TYPE_CHECKING:
    import numpy as np

    Order = Sequence[int] | np.ndarray

_Index = QModelIndex | QPersistentModelIndex
_NUMBER = re.compile(r"[≈±\s]*([-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?inf)", re.IGNORECASE)
_DIGITS = re.compile(r"(\d+)")


def number_in(text: str) -> float | None:
    """The number that a cell begins with, whatever its sign, separators or unit; None for a cell without one."""
    found = _NUMBER.match(text)
    return float(found[1].replace(",", "")) if found else None


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key for texts that puts ``layer.2`` before ``layer.10``."""
    parts = _DIGITS.split(text.casefold())
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)


class RowsModel(QAbstractTableModel):
    """Rows and columns of every table. Rows are counted as they were given; a place is where one stands in the view.

    Subclasses say how many rows there are, the text of each cell, and how a column sorts.
    """

    def __init__(self, parent: QObject, headings: Sequence[str] = (), numbers: Sequence[int] = ()) -> None:
        # Owned by its view in C++: Python's garbage collector, which may run in any thread, must not delete it.
        super().__init__(parent)
        self._headings, self._numbers = list(headings), set(numbers)
        self._order: Order = ()
        self._column, self._direction = -1, Qt.SortOrder.AscendingOrder
        self._filter = ""
        self._haystacks: list[str] | None = None

    # What a subclass knows

    def total(self) -> int:
        """How many rows there are, shown or not."""
        raise NotImplementedError

    def text(self, row: int, column: int) -> str:
        """Words of a cell."""
        raise NotImplementedError

    def sorted_rows(self, column: int, *, descending: bool) -> Order:
        """All rows by a column: numbers as numbers, layer.2 before layer.10; cells without a number come last."""
        rows = range(self.total())
        if column not in self._numbers:
            return sorted(rows, key=lambda row: natural(self.text(row, column)), reverse=descending)
        sign = -1 if descending else 1

        def key(row: int) -> tuple[bool, float]:
            value = number_in(self.text(row, column))
            return (True, 0.0) if value is None else (False, sign * value)

        return sorted(rows, key=key)

    def given_order(self) -> Order:
        """The rows' order while no heading was clicked."""
        return range(self.total())

    # Order and filter

    def row_at(self, place: int) -> int:
        """Which row stands at a place of the view."""
        return int(self._order[place])

    def place_of(self, row: int) -> int | None:
        """Where a row stands in the view; None where the filter hides it."""
        return next((place for place, other in enumerate(self._order) if other == row), None)

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers, which are right-aligned and never cut."""
        return column in self._numbers

    def renew(self) -> None:
        """Begin anew after the rows were replaced; call between ``beginResetModel`` and ``endResetModel``."""
        self._haystacks = None
        self._order = self._arranged()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 gives back the order in which the rows came. What is selected stays selected."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = [self.row_at(index.row()) for index in before]
        self._column, self._direction = (column if column < self.columnCount() else -1), order
        self._order = self._arranged()
        if before:
            places = {int(row): place for place, row in enumerate(self._order)}
            after = [self.index(places[row], index.column()) for row, index in zip(rows, before, strict=True)]
            self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def set_filter(self, text: str) -> None:
        """Show only rows in which each word of the text stands, in whatever column."""
        if text != self._filter:
            self.beginResetModel()
            self._filter = text
            self._order = self._arranged()
            self.endResetModel()

    def _arranged(self) -> Order:
        descending = self._direction is Qt.SortOrder.DescendingOrder
        rows = self.sorted_rows(self._column, descending=descending) if self._column >= 0 else self.given_order()
        words = self._filter.casefold().split()
        if not words:
            return rows
        if self._haystacks is None:
            columns = range(self.columnCount())
            self._haystacks = [
                "\n".join(self.text(row, column) for column in columns).casefold() for row in range(self.total())
            ]
        haystacks = self._haystacks
        return [row for row in rows if all(word in haystacks[row] for word in words)]

    # Qt's side

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.text(self.row_at(index.row()), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self._numbers:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._headings):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in self._numbers else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class Rows(RowsModel):
    """Rows of texts; columns in ``numbers`` hold numbers."""

    def __init__(self, parent: QObject, headings: Sequence[str], numbers: Sequence[int] = ()) -> None:
        super().__init__(parent, headings, numbers)
        self._rows: list[tuple[str, ...]] = []
        self._swatches: dict[int, QColor] = {}
        self._swatch_column = -1

    def set_swatches(self, colours: Mapping[int, QColor], column: int) -> None:
        """Show a colour beside the text of a column, by the number of the row."""
        self._swatches, self._swatch_column = dict(colours), column

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DecorationRole:
            wanted = index.column() == self._swatch_column
            return self._swatches.get(self.row_at(index.row())) if wanted else None
        return super().data(index, role)

    def fill(self, rows: Sequence[Sequence[str]]) -> None:
        """Replace the rows."""
        self.beginResetModel()
        self._rows = [tuple(row) for row in rows]
        self.renew()
        self.endResetModel()

    def rename(self, headings: Sequence[str], numbers: Sequence[int]) -> None:
        """Replace the columns; the rows are gone, and so is their order."""
        self.beginResetModel()
        self._headings, self._numbers, self._rows = list(headings), set(numbers), []
        self._column = -1
        self.renew()
        self.endResetModel()

    def row(self, number: int) -> tuple[str, ...]:
        """One row as it was given."""
        return self._rows[number]

    def total(self) -> int:
        return len(self._rows)

    def text(self, row: int, column: int) -> str:
        return self._rows[row][column]
