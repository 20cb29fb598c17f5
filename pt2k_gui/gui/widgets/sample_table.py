"""All samples as a table: each backend's answer and how far it is from the reference. Rows are made as they are looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from pt2k_gui.verify.result import KEYS, Verification

_Index = QModelIndex | QPersistentModelIndex
_SHOWN_VALUES = 4
_FEW_COLUMNS = 8  # share the width; more are as wide as they need and scroll


class SampleRows(QAbstractTableModel):
    """Sample, true label, answers, difference of each output; worst first."""

    def __init__(self) -> None:
        super().__init__()
        self._headings: list[str] = []
        self._order: np.ndarray = np.arange(0)
        self._labels: np.ndarray = np.zeros(0, np.int64)
        self._differences: np.ndarray = np.zeros((0, 0))
        self._names: Sequence[str] = ()
        self._classes: Sequence[str] = ()
        self._answers: list[np.ndarray] = []
        self._scored = False

    def fill(self, found: Verification, arrays: dict[str, np.ndarray]) -> None:
        """Show what a verification found, the samples that differ most first."""
        self.beginResetModel()
        self._labels = arrays.get("labels", np.zeros(0, np.int64))
        self._differences = arrays.get("differences", np.zeros((0, len(self._labels))))
        self._classes, self._names = found.classes, found.classes or found.truths
        backends = [b.backend for b in found.backends if KEYS.get(b.backend) in arrays]
        self._answers = [arrays[KEYS[backend]] for backend in backends]
        self._scored = found.scored
        outputs = [c.output for c in found.comparisons if c.backend == found.candidate]
        self._headings = [
            self.tr("Sample"), self.tr("True label"), *backends,
            *([self.tr("Difference")] if len(outputs) == 1 else outputs),
        ]  # fmt: skip
        self._first_difference = 2 + len(backends)
        worst: np.ndarray = self._differences.max(axis=0) if len(self._differences) else np.zeros(len(self._labels))
        self._order = np.argsort(-worst, kind="stable")
        self.endResetModel()

    @property
    def labelled(self) -> bool:
        """Whether any sample has a true label."""
        return bool((self._labels >= 0).any())

    def sample(self, row: int) -> int:
        """Which sample stands in a row."""
        return int(self._order[row])

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By number, by label, by answer or by difference."""
        if not len(self._order) or not 0 <= column < len(self._headings):
            return
        if column == 0:
            keys: np.ndarray = np.arange(len(self._labels))
        elif column == 1:
            keys = self._labels
        elif column < self._first_difference:
            answers = self._answers[column - 2]
            keys = answers.argmax(1) if self._scored else answers[:, 0]
        else:
            keys = self._differences[column - self._first_difference]
        self.layoutAboutToBeChanged.emit()
        self._order = np.argsort(keys if order == Qt.SortOrder.AscendingOrder else -keys, kind="stable")
        self.layoutChanged.emit()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() != 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        number, column = self.sample(index.row()), index.column()
        if column == 0:
            return f"{number + 1:,}"
        if column == 1:
            label = int(self._labels[number])
            return "" if label < 0 else self._name(label, self._names)
        if column < self._first_difference:
            return self._answer(self._answers[column - 2][number])
        return f"{self._differences[column - self._first_difference][number]:.1e}"

    def _answer(self, values: np.ndarray) -> str:
        if self._scored:
            return self._name(int(values.argmax()), self._classes)
        shown = "  ".join(f"{value:.4g}" for value in values[:_SHOWN_VALUES])
        return shown + (" …" if len(values) > _SHOWN_VALUES else "")

    def _name(self, number: int, names: Sequence[str]) -> str:
        return names[number] if number < len(names) else str(number)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 1 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class SampleTable(QTableView):
    """``selected`` carries the number of the sample that was chosen; a click on a heading sorts."""

    selected = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Samples, worst first"))
        self.rows = SampleRows()
        self.setModel(self.rows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        # All rows are of one height, so that thousands of them need not be measured.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(64)
        header.setResizeContentsPrecision(50)
        self.selectionModel().currentRowChanged.connect(self._chosen)

    def show_found(self, found: Verification, arrays: dict[str, np.ndarray]) -> None:
        """Show a verification's samples, worst first."""
        self.setSortingEnabled(False)
        self.rows.fill(found, arrays)
        header = self.horizontalHeader()
        few = self.rows.columnCount() <= _FEW_COLUMNS
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch if few else QHeaderView.ResizeMode.ResizeToContents)
        self.setColumnHidden(1, not (self.rows.labelled))
        header.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.selected.emit(self.rows.sample(index.row()))
