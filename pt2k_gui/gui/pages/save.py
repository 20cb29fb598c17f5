"""The Save page: formats as rows, each written, opened again in a fresh process and compared; the report; a snippet."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.pages.base import Page, Services
from pt2k_gui.gui.question import confirmed
from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.gui.theme import L, M, S, fixed_font
from pt2k_gui.gui.widgets.basics import Card, Columns, Notice, button, flash, label
from pt2k_gui.gui.widgets.format_row import FormatRow
from pt2k_gui.gui.worker import Watcher
from pt2k_gui.jobs import report, save
from pt2k_gui.problem import Problem
from pt2k_gui.report.writing import Settings
from pt2k_gui.save.formats import available, files_of
from pt2k_gui.save.result import SavedFile
from pt2k_gui.save.snippets import snippet


class SavePage(Page):
    """Step five."""

    step = Step.SAVE

    def __init__(self, services: Services) -> None:
        super().__init__(
            services,
            self.tr("Save"),
            self.tr(
                "Every file is opened again in a fresh process that does not know PT2K, and compared on the same samples."
            ),
        )
        self.notice = Notice(self.theme, self.tr("Saving"))
        self.body.addWidget(self.notice)
        columns = Columns(940)
        columns.add(self._formats_card(), 5)
        side = QWidget()
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(L)
        right.addWidget(self._place_card())
        right.addWidget(self._report_card())
        right.addStretch(1)
        columns.add(side, 2)
        self.body.addWidget(columns)
        self.body.addWidget(self._snippet_card())
        self.body.addStretch(1)
        self.state.changed.connect(self._on_state)

    def _formats_card(self) -> QWidget:
        card = Card(self.tr("Formats"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(M)
        grid.setVerticalSpacing(S // 2)
        self.rows = [
            FormatRow(self.theme, grid, place, entry, self._copy_of) for place, entry in enumerate(available())
        ]
        self.rows[0].box.setChecked(True)
        for row in self.rows:
            row.box.toggled.connect(lambda _on: self._enable())
        grid.setColumnStretch(1, 1)
        card.body.addLayout(grid)
        card.body.addStretch(1)
        return card

    def _place_card(self) -> QWidget:
        card = Card(self.tr("Where"))
        place = QGridLayout()
        place.setHorizontalSpacing(M)
        place.setVerticalSpacing(S)
        self.folder = QLineEdit()
        self.folder.setObjectName("folder")
        self.folder.setAccessibleName(self.tr("Folder"))
        browse = button("", "browseFolder", "", "folder-open", self.theme)
        browse.setFixedWidth(40)
        browse.setToolTip(self.tr("Choose a folder"))
        browse.setAccessibleName(self.tr("Choose a folder"))
        browse.clicked.connect(self._browse)
        self.name = QLineEdit()
        self.name.setObjectName("fileName")
        self.name.setAccessibleName(self.tr("Name"))
        place.addWidget(label(self.tr("Folder"), "muted"), 0, 0)
        place.addWidget(self.folder, 0, 1)
        place.addWidget(browse, 0, 2)
        place.addWidget(label(self.tr("Name"), "muted"), 1, 0)
        place.addWidget(self.name, 1, 1, 1, 2)
        card.body.addLayout(place)
        line = QHBoxLayout()
        line.setSpacing(S)
        self.save_button = button(self.tr("Save"), "save", "primary", "save", self.theme)
        self.save_button.clicked.connect(lambda: self.save())
        line.addStretch(1)
        line.addWidget(self.save_button)
        card.body.addLayout(line)
        return card

    def _report_card(self) -> QWidget:
        card = Card(self.tr("Report"))
        card.body.addWidget(
            label(self.tr("The verdict, plots, operators, versions and file hashes in one file."), "muted", wrap=True)
        )
        row = QHBoxLayout()
        row.setSpacing(S)
        for ending in ("html", "pdf", "json"):
            made = button(ending.upper(), f"report-{ending}", "", "file-text", self.theme)
            made.clicked.connect(lambda _=False, ending=ending: self.write_report(ending))
            row.addWidget(made)
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def _snippet_card(self) -> QWidget:
        card = Card(self.tr("Load it"))
        self.snippet = QPlainTextEdit()
        self.snippet.setObjectName("snippet")
        self.snippet.setReadOnly(True)
        self.snippet.setFont(fixed_font())
        self.snippet.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        card.body.addWidget(self.snippet)
        self.copy = button(self.tr("Copy snippet"), "copySnippet", "", "copy", self.theme)
        self.copy.clicked.connect(self._copy_snippet)
        card.body.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def entered(self) -> None:
        walk = self.state.walk
        if not self.folder.text():
            self.folder.setText(self.services.settings.option("folder", str(Path.home())))
        if walk.card is not None and not self.name.text():
            self.name.setText(Path(walk.card.path).name.split(".")[0])
        if walk.report is not None:
            for row in self.rows:
                row.estimate(walk.report.parameters)
        self._show_files()
        self._enable()

    def targets(self) -> tuple[tuple[str, str], ...]:
        """(format, path) of each checked row."""
        folder, name = Path(self.folder.text().strip()), self.name.text().strip()
        return tuple(
            (row.format.name, str(folder / f"{name}{row.format.suffix}")) for row in self.rows if row.box.isChecked()
        )

    def save(self, *, overwrite: bool = False) -> None:
        walk = self.state.walk
        if self.services.busy() or walk.converted is None or walk.exported is None:
            return
        targets = self.targets()
        there = [path for target in targets for path in files_of(*target) if Path(path).exists()]
        if there and not overwrite:
            names = "\n".join(os.path.basename(path) for path in there)  # noqa: PTH119
            sentence = self.tr("These files are there already:\n{0}").format(names)
            if not confirmed(self, self.tr("Replace files?"), sentence, self.tr("Replace"), self.tr("Keep them")):
                return
            overwrite = True
        self.notice.clear()
        self.services.settings.set_option("folder", self.folder.text().strip())
        self.state.set_state(Step.SAVE, StepState.RUNNING)
        request = save.Request(walk.converted.path, walk.exported.path, targets, overwrite, walk.source, walk.samples)
        self.services.run(request, self.tr("Saving"), Watcher(self._saved, self._failed, self._cancelled))

    def _saved(self, result: object) -> None:
        assert isinstance(result, tuple)
        self.state.set_saved(result)
        self._show_files()
        bad = [file for file in result if not file.same]
        if bad:
            self.notice.say(
                "bad",
                self.tr("{0} is not the same model when it is opened again.").format(Path(bad[0].path).name),
                bad[0].detail,
            )
        else:
            one = self.tr("{0} is written. It opens in a fresh process and gives the same answers.")
            several = self.tr("{0} files are written. Each opens in a fresh process and gives the same answers.")
            name = Path(result[0].path).name
            self.notice.say("good", one.format(name) if len(result) == 1 else several.format(len(result)))

    def _failed(self, problem: Problem) -> None:
        self.state.set_state(Step.SAVE, StepState.FAILED, "")
        self.notice.problem(problem)

    def _cancelled(self) -> None:
        self.state.set_state(Step.SAVE, StepState.DONE if self.state.walk.saved else StepState.TODO)
        self.notice.say(
            "muted", self.tr("Saving was cancelled."), self.tr("Files written before stay; none is half written.")
        )

    def _show_files(self) -> None:
        by_format = {file.format: file for file in self.state.walk.saved}
        for row in self.rows:
            row.show_file(by_format.get(row.format.name))
        first = next(iter(self.state.walk.saved), None)
        if first is not None:
            self._show_snippet(first.format, first.path)
        else:
            self._show_snippet("keras", str(Path(self.folder.text()) / f"{self.name.text()}.keras"))

    def _show_snippet(self, format_name: str, path: str) -> None:
        report = self.state.walk.report
        code = "" if report is None else snippet(format_name, path, report.signature)
        self.snippet.setPlainText(code)
        bar = self.snippet.horizontalScrollBar().sizeHint().height()
        lines = code.count("\n") + 2
        self.snippet.setFixedHeight(lines * self.snippet.fontMetrics().lineSpacing() + bar)

    def _copy_of(self, file: SavedFile) -> None:
        """Show the snippet of one of the files, and copy it."""
        self._show_snippet(file.format, file.path)
        QGuiApplication.clipboard().setText(self.snippet.toPlainText())
        flash(next(row.copy for row in self.rows if row.format.name == file.format), self.tr("Copied"))

    def _copy_snippet(self) -> None:
        QGuiApplication.clipboard().setText(self.snippet.toPlainText())
        flash(self.copy, self.tr("Copied"))

    def write_report(self, ending: str) -> None:
        walk = self.state.walk
        if self.services.busy() or walk.verification is None:
            return
        suggested = Path(self.folder.text()) / f"{self.name.text()}-report.{ending}"
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the report"), str(suggested), f"*.{ending}")
        if path:
            self.write_report_to(path)

    def write_report_to(self, path: str) -> None:
        """Write the report there; its ending chooses the format."""
        walk = self.state.walk
        assert walk.verification is not None
        options = walk.options
        settings = Settings(walk.source, options.engine, options.axis_order, options.trainable) if walk.source else None
        request = report.Request(
            (path,),
            walk.verification,
            walk.card,
            walk.trained,
            walk.exported,
            walk.report,
            walk.saved,
            walk.speed,
            settings,
        )
        self.services.run(
            request,
            self.tr("Writing the report"),
            Watcher(
                lambda _paths: self.notice.say("good", self.tr("The report was written to {0}.").format(path)),
                self.notice.problem,
            ),
        )

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder"), self.folder.text())
        if folder:
            self.folder.setText(folder)
            self._show_files()

    def _enable(self) -> None:
        ready = any(row.box.isChecked() for row in self.rows) and self.state.walk.converted is not None
        self.save_button.setEnabled(ready)

    def _on_state(self, step: object) -> None:
        if step is Step.SAVE:
            self._enable()
            if self.state.state(Step.SAVE) is StepState.STALE:
                self.notice.say(
                    "warn", self.tr("The saved files are of an earlier conversion."), self.tr("Save again.")
                )

    def first_focus(self) -> QWidget | None:
        return self.save_button

    def restore(self) -> None:
        self._show_files()
