"""Compare two model files in a window of their own: the same picture as for a conversion, and a table of what differs."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from pt2k_gui.gui.graph.graph_jobs import GraphJobs
from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.pages.base import Services
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.screen_room import fit_to_screen
from pt2k_gui.gui.theme import L, S, dress
from pt2k_gui.gui.widgets.basics import Notice, Tabs, button, button_box
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.gui.worker import Watcher, Worker
from pt2k_gui.jobs import diff
from pt2k_gui.problem import Problem

_SIZE = 1080, 720
_FILTER = "*.onnx *.keras *.tflite"


class DiffDialog(QDialog):
    """Two fields for files, then graph, changes and outputs in tabs."""

    def __init__(self, parent: QWidget, services: Services) -> None:
        super().__init__(parent)
        has_help(self, "page-check#tabs")
        dress(self)
        self._services = services
        self._reading: Worker | None = None
        self._files = "", ""
        self.setWindowTitle(self.tr("Compare two files"))
        self.resize(*_SIZE)
        fit_to_screen(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(S)
        self.fields = [
            self._make_field(column, self.tr("Left file"), "leftFile"),
            self._make_field(column, self.tr("Right file"), "rightFile"),
        ]
        self.compare_button = button(self.tr("Compare"), "compareFiles", "primary", "play", services.theme)
        self.compare_button.clicked.connect(self.compare)
        self.compare_button.setEnabled(False)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.compare_button)
        column.addLayout(line)
        self.notice = Notice(services.theme, self.tr("Comparison"))
        column.addWidget(self.notice)
        self.tabs = Tabs("diffTabs")
        self._jobs = GraphJobs(services, "diffGraph", lambda: self._files)
        self.view = self._jobs.view
        self.changes = Table(
            (self.tr("Left"), self.tr("Right"), self.tr("What differs"), self.tr("Relative")), "diffChanges", (3,), 2
        )
        self.outputs = Table(
            (self.tr("Output"), self.tr("Shape"), self.tr("Largest difference"), self.tr("Relative")),
            "diffOutputs", (0, 2, 3), 1,
        )  # fmt: skip
        for widget, words in (
            (self.view, self.tr("Graph")),
            (self.changes, self.tr("What differs")),
            (self.outputs, self.tr("Outputs")),
        ):
            self.tabs.addTab(widget, words)
        column.addWidget(self.tabs, 1)
        buttons = button_box(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.view.clear(self.tr("Choose two files: .onnx, .keras or .tflite."))

    def _make_field(self, column: QVBoxLayout, words: str, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(name)
        field.setAccessibleName(words)
        field.setPlaceholderText(words)
        field.textChanged.connect(lambda _text: self._follow())
        browse = button(self.tr("Browse"), f"{name}Browse", "", "folder-open", self._services.theme)
        browse.clicked.connect(lambda: self._browse(field))
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(field, 1)
        row.addWidget(browse)
        column.addLayout(row)
        return field

    def _browse(self, field: QLineEdit) -> None:
        path, _ = QFileDialog.getOpenFileName(self, field.accessibleName(), "", f"{self.tr('Models')} ({_FILTER})")
        if path:
            field.setText(path)

    def _follow(self) -> None:
        self.compare_button.setEnabled(self._reading is None and all(field.text().strip() for field in self.fields))

    def compare(self) -> None:
        """Read and run both files."""
        left, right = (field.text().strip() for field in self.fields)
        self._files = left, right
        self.notice.clear()
        self.changes.fill(())
        self.outputs.fill(())
        self.view.clear(self.tr("Comparing the files"))
        self._reading = self._services.run(
            None,
            diff.Request(left, right),
            self.tr("Comparing the files"),
            Watcher(self._show, self._refuse, ended=self._ended),
        )
        self._follow()

    def _ended(self) -> None:
        self._reading = None
        self._follow()

    def _refuse(self, problem: Problem) -> None:
        self.view.clear("")
        self.notice.problem(problem)

    def _show(self, found: object) -> None:
        assert isinstance(found, diff.Diff)
        state = "muted" if not found.outputs else "good" if found.same else "bad"
        self.notice.say(state, found.sentence, found.note)
        self.changes.fill(
            [(c.left, c.right, phrase(c.what), "" if c.largest is None else f"{c.largest:.1e}") for c in found.changes]
        )
        self.outputs.fill(
            [
                (str(row.number), " × ".join(map(str, row.shape)), f"{row.max_abs:.1e}", f"{row.max_rel:.1e}")
                for row in found.outputs
            ]
        )
        self.view.show_picture(found.picture)

    def done(self, result: int) -> None:
        if self._reading is not None:
            self._reading.cancel()
        super().done(result)
