"""The history in the window: what was converted and saved before, searched, opened again, compared, exported, cleaned up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.phrases import counted
from pt2k_gui.gui.question import confirmed
from pt2k_gui.gui.theme import L, M, S, Theme, dress
from pt2k_gui.gui.widgets.basics import Notice, button, label
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.history.entry import Entry, compared
from pt2k_gui.history.store import MOST_MEGABYTES, History
from pt2k_gui.problem import Problem
from pt2k_gui.sources.model_names import is_name

_WAIT = 250  # milliseconds after a key before the history is searched
_DAYS = 90

Export = Callable[[int, str, Callable[[], None], Callable[[Problem], None]], None]
"""Writes the report of a conversion to a path in the background, and calls the one or the other when that is over."""


class HistoryDialog(QDialog):
    """Made anew each time. ``chosen`` is the path of a model that is to be opened again once the dialog is closed."""

    def __init__(self, parent: QWidget | None, theme: Theme, export: Export) -> None:
        super().__init__(parent)
        has_help(self, "many-models#history")
        dress(self)
        self.setObjectName("historyDialog")
        self.setWindowTitle(self.tr("History"))
        self.resize(980, 620)
        self._theme, self._export = theme, export
        self.store = History()
        self.chosen = ""
        self._entries: list[Entry] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        words = self.tr("Every conversion that was saved here or on the command line is kept with its report.")
        column.addWidget(label(words, "muted", wrap=True))
        self.search = QLineEdit()
        self.search.setObjectName("historySearch")
        self.search.setAccessibleName(self.tr("Search"))
        self.search.setPlaceholderText(self.tr("Search for names, files, options"))
        self.search.setClearButtonEnabled(True)
        column.addWidget(self.search)
        self.notice = Notice(theme, self.tr("History"))
        column.addWidget(self.notice)
        self.table = Table(
            (
                self.tr("Made"), self.tr("Model"), self.tr("Verdict"), self.tr("Largest difference"), self.tr("MB"),
                self.tr("Files"),
            ),
            "history", (3, 4), 5,
        )  # fmt: skip
        self.table.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        column.addWidget(self.table, 2)
        self.empty = label("", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.empty, 2)
        self.comparison = Table((self.tr("What differs"), "", ""), "historyComparison", (), 1)
        self.comparison.hide()
        column.addWidget(self.comparison, 2)
        column.addLayout(self._buttons())
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT)
        self._later.timeout.connect(self.show_entries)
        self.search.textChanged.connect(lambda _text: self._later.start())
        self.show_entries()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S)
        self.open_button = self._button(self.tr("Open the model again"), "openAgain", "folder-open", self._open)
        self.folder_button = self._button(self.tr("Show the files"), "showFiles", "file-box", self._show_files)
        self.compare_button = self._button(self.tr("Compare"), "compare", "arrow-left-right", self._compare)
        self.compare_button.setToolTip(self.tr("Choose two lines"))
        self.export_button = self._button(
            self.tr("Export the report"), "exportReport", "file-text", self._choose_export
        )
        self.remove_button = self._button(self.tr("Forget"), "forget", "trash-2", self._remove)
        self.clean_button = self._button(self.tr("Clean up"), "cleanHistory", "eraser", self._clean)
        close = button(self.tr("Close"), "closeHistory")
        close.clicked.connect(self.reject)
        for part in (
            self.open_button, self.folder_button, self.compare_button, self.export_button, self.remove_button,
            self.clean_button,
        ):  # fmt: skip
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _button(self, text: str, name: str, icon: str, action: Callable[[], None]) -> QPushButton:
        made = button(text, name, "", icon, self._theme)
        made.setAutoDefault(False)
        made.clicked.connect(lambda _=False: action())
        return made

    # Drawing

    def show_entries(self) -> None:
        """Search, and fill the table."""
        try:
            self._entries = self.store.find(self.search.text())
        except Problem as problem:
            self._entries = []
            self.notice.problem(problem)
        if self.store.aside is not None:
            sentence = self.tr("The history was damaged and begins anew; the old file is kept as {0}.")
            self.notice.say("warn", sentence.format(self.store.aside))
        self.table.fill([self._row(entry) for entry in self._entries])
        self.table.setVisible(bool(self._entries))
        nothing = self.tr("Nothing found.") if self.search.text().strip() else self.tr("Nothing was saved yet.")
        self.empty.setText(nothing)
        self.empty.setVisible(not self._entries)
        self.comparison.hide()
        self._enable()

    def _row(self, entry: Entry) -> tuple[str, ...]:
        verdict = self.tr("not checked")
        if entry.ok is not None:
            verdict = self.tr("same answers") if entry.ok else self.tr("different answers")
        return (
            entry.made[:16].replace("T", " "),
            entry.model,
            verdict,
            "" if entry.difference is None else f"{entry.difference:.1e}",
            f"{entry.size / 1e6:.1f}",
            ", ".join(Path(file).name for file in entry.files),
        )

    def chosen_entries(self) -> list[Entry]:
        """Those of the selected lines."""
        return [self._entries[row] for row in self.table.selected_rows() if row < len(self._entries)]

    def _enable(self) -> None:
        chosen = self.chosen_entries()
        one = chosen[0] if len(chosen) == 1 else None
        self.open_button.setEnabled(one is not None and (is_name(one.path) or Path(one.path).exists()))
        self.folder_button.setEnabled(one is not None and any(Path(file).exists() for file in one.files))
        self.export_button.setEnabled(one is not None)
        self.compare_button.setEnabled(len(chosen) == 2)
        self.remove_button.setEnabled(bool(chosen))
        self.clean_button.setEnabled(bool(self._entries))

    # Actions

    def _open(self) -> None:
        self.chosen = self.chosen_entries()[0].path
        self.accept()

    def _show_files(self) -> None:
        file = next(file for file in self.chosen_entries()[0].files if Path(file).exists())
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(file).parent)))

    def _compare(self) -> None:
        older, newer = sorted(self.chosen_entries(), key=lambda entry: entry.id)
        try:
            rows = compared(self.store.report(older.id), self.store.report(newer.id))
        except Problem as problem:  # another window may have forgotten one of them meanwhile
            self.notice.problem(problem)
            return
        different = [row for row in rows if row[1] != row[2]]
        headings = [f"{entry.model}, {entry.made[:16].replace('T', ' ')}" for entry in (older, newer)]
        self.comparison.show_columns((self.tr("What differs"), *headings), different)
        self.comparison.show()

    def _choose_export(self) -> None:
        entry = self.chosen_entries()[0]
        suggested = str(Path(entry.files[0]).parent / f"{entry.model}-report.html") if entry.files else ""
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the report"), suggested, "*.html *.pdf *.json")
        if path:
            self.export_to(path)

    def export_to(self, path: str) -> None:
        """Write the report of the selected line there; its ending chooses the format."""
        entry = self.chosen_entries()[0]
        self.notice.say("muted", self.tr("Writing the report"))
        self._export(
            entry.id,
            path,
            lambda: self.notice.say("good", self.tr("The report was written to {0}.").format(path)),
            self.notice.problem,
        )

    def _remove(self) -> None:
        self._change(lambda: self.store.remove([entry.id for entry in self.chosen_entries()]))

    def _clean(self) -> None:
        sentence = self.tr(
            "Conversions older than {0} days are forgotten, and the oldest beyond {1} MB of reports. Saved files stay."
        ).format(_DAYS, round(MOST_MEGABYTES / 2))
        if confirmed(self, self.tr("Clean up the history?"), sentence, self.tr("Clean up"), self.tr("Keep them")):
            self._change(lambda: self.store.clean(days=_DAYS, megabytes=MOST_MEGABYTES / 2))

    def _change(self, change: Callable[[], int]) -> None:
        try:
            gone = change()
        except Problem as problem:
            self.notice.problem(problem)
            return
        self.show_entries()
        one, several = self.tr("1 conversion was forgotten."), self.tr("{0} conversions were forgotten.")
        self.notice.say("muted", counted(gone, one, several))
