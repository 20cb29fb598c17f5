"""All samples as a table: each backend's answer and how far it is from the reference. Rows are made as they are looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import QTableView

from pt2k_gui.gui.widgets.table import plain
from pt2k_gui.gui.widgets.table_model import RowsModel
from pt2k_gui.gui.widgets.table_tools import TableTools
from pt2k_gui.verify.result import KEYS, Verification

_SHOWN_VALUES = 4


class SampleRows(RowsModel):
    """Sample, true label, answers, difference of each output; worst first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._worst_first: np.ndarray = np.arange(0)
        self._labels: np.ndarray = np.zeros(0, np.int64)
        self._differences: np.ndarray = np.zeros((0, 0))
        self._names: Sequence[str] = ()
        self._classes: Sequence[str] = ()
        self._answers: list[np.ndarray] = []
        self._scored = False
        self._files: np.ndarray | None = None  # a folder's images by name; their order is the names'

    def fill(self, found: Verification, arrays: dict[str, np.ndarray]) -> None:
        """Show what a verification found, the samples that differ most first."""
        self.beginResetModel()
        self._labels = arrays.get("labels", np.zeros(0, np.int64))
        self._differences = arrays.get("differences", np.zeros((0, len(self._labels))))
        self._classes, self._names = found.classes, found.classes or found.truths
        backends = [b.backend for b in found.backends if KEYS.get(b.backend) in arrays]
        self._answers = [arrays[KEYS[backend]] for backend in backends]
        self._scored = found.scored
        self._files = arrays.get("files")
        looks = arrays.get("images")
        tokens = looks is not None and looks.dtype.kind == "U"
        if tokens:
            self._files = looks
        outputs = [c.output for c in found.comparisons if c.backend == found.candidate]
        named = self.tr("Tokens") if tokens else self.tr("File")
        self._headings = [
            self.tr("Sample") if self._files is None else named, self.tr("True label"), *backends,
            *([self.tr("Difference")] if len(outputs) == 1 else outputs),
        ]  # fmt: skip
        self._first_difference = 2 + len(backends)
        # Values of an output that is no score are a list, whose end may be cut.
        first_number = 2 if self._scored else self._first_difference
        self._numbers = {*range(first_number, len(self._headings)), *([0] if self._files is None else [])}
        worst: np.ndarray = self._differences.max(axis=0) if len(self._differences) else np.zeros(len(self._labels))
        self._worst_first = np.argsort(-worst, kind="stable")
        self._column = -1
        self.renew()
        self.endResetModel()

    def clear(self) -> None:
        """No samples."""
        self.beginResetModel()
        self._labels, self._differences, self._answers = np.zeros(0, np.int64), np.zeros((0, 0)), []
        self._worst_first = np.arange(0)
        self.renew()
        self.endResetModel()

    @property
    def labelled(self) -> bool:
        """Whether any sample has a true label."""
        return bool((self._labels >= 0).any())

    def total(self) -> int:
        return len(self._labels)

    def given_order(self) -> np.ndarray:
        return self._worst_first

    def sorted_rows(self, column: int, *, descending: bool) -> np.ndarray:
        """By number, by label, by answer or by difference; thousands of rows, so numpy sorts."""
        if column == 0:
            keys: np.ndarray = np.arange(len(self._labels))
        elif column == 1:
            keys = self._labels
        elif column < self._first_difference:
            answers = self._answers[column - 2]
            keys = answers.argmax(1) if self._scored else answers[:, 0]
        else:
            keys = self._differences[column - self._first_difference]
        return np.argsort(-keys if descending else keys, kind="stable")

    def text(self, row: int, column: int) -> str:
        if column == 0:
            return f"{row + 1:,}" if self._files is None else str(self._files[row])
        if column == 1:
            label = int(self._labels[row])
            return "" if label < 0 else self._name(label, self._names)
        if column < self._first_difference:
            return self._answer(self._answers[column - 2][row])
        return f"{self._differences[column - self._first_difference][row]:.1e}"

    def _answer(self, values: np.ndarray) -> str:
        if self._scored:
            return self._name(int(values.argmax()), self._classes)
        shown = "  ".join(f"{value:.4g}" for value in values[:_SHOWN_VALUES])
        return shown + (" …" if len(values) > _SHOWN_VALUES else "")

    def name_of(self, row: int) -> str:
        """The name of a sample that is from a file or a text."""
        return str(self._files[row]) if self._files is not None and row < len(self._files) else ""

    @property
    def answers(self) -> range:
        """The columns of the backends' answers."""
        return range(2, 2 + len(self._answers))

    def _name(self, number: int, names: Sequence[str]) -> str:
        return names[number] if number < len(names) else str(number)


class SampleTable(QTableView):
    """``selected`` carries the number of the sample that was chosen; a click on a heading sorts."""

    selected = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rows = SampleRows(self)
        self.setModel(self.rows)
        plain(self, name)
        self.setAccessibleName(self.tr("Samples, worst first"))
        self.tools = TableTools(self, self.rows)
        self.selectionModel().currentRowChanged.connect(self._chosen)

    def show_found(self, found: Verification, arrays: dict[str, np.ndarray]) -> None:
        """Show a verification's samples, worst first."""
        self.rows.fill(found, arrays)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setColumnHidden(1, not self.rows.labelled)
        self.tools.fit_columns(anew=True)

    def show_answers(self, yes: bool) -> None:
        """Whether the answers have columns; they need none beside pictures of them."""
        for column in self.rows.answers:
            self.setColumnHidden(column, not yes)
        self.tools.fit_columns()

    def clear(self) -> None:
        """Show no samples."""
        self.rows.clear()

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.selected.emit(self.rows.row_at(index.row()))
