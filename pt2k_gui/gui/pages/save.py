"""The Save page: formats as rows, each written, opened again in a fresh process and compared; the report; a snippet."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.clicked import pipeline_of
from pt2k_gui.gui.language import language_in_force
from pt2k_gui.gui.pages.base import Page, Services, beside, reason_for
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.question import confirmed
from pt2k_gui.gui.record import Conversion, ModelRecord, Work
from pt2k_gui.gui.save_name import problem_of_name
from pt2k_gui.gui.state import Job, Step, StepState
from pt2k_gui.gui.theme import L, M, S, fixed_font
from pt2k_gui.gui.widgets.basics import Card, Columns, Notice, button, flash, label
from pt2k_gui.gui.widgets.format_row import FormatRow
from pt2k_gui.gui.widgets.plot import Plot, plot_area
from pt2k_gui.gui.widgets.plot_frame import PlotFrame
from pt2k_gui.gui.worker import Watcher
from pt2k_gui.jobs import keep, report, save
from pt2k_gui.palette import Colours
from pt2k_gui.problem import Problem
from pt2k_gui.report.document import Results, Settings
from pt2k_gui.report.tradeoff import candidates, draw_tradeoff
from pt2k_gui.save.formats import available, files_of
from pt2k_gui.save.result import SavedFile
from pt2k_gui.save.snippets import PYTHON, languages, snippet_in


class SavePage(Page):
    """Step five."""

    step = Step.SAVE

    def __init__(self, services: Services) -> None:
        super().__init__(
            services,
            self.tr("Save"),
            self.tr("Every file is reopened in a fresh process without PT2K and compared on the same samples."),
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
        self.tradeoff = Plot(self.theme, self.tr("LiteRT files by size and by what they keep"), minimum=(320, 240))
        self.tradeoff_card = PlotFrame(
            self.theme, self.tr("What each LiteRT file keeps of the model, against its size"), self.tradeoff
        )
        self.tradeoff_card.hide()
        self.body.addWidget(self.tradeoff_card)
        self.body.addWidget(self._snippet_card())
        self.body.addStretch(1)

    def _formats_card(self) -> QWidget:
        card = Card(self.tr("Formats"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(M)
        grid.setVerticalSpacing(S // 2)
        self.rows = [
            FormatRow(self.theme, grid, place, entry, self._copy_of) for place, entry in enumerate(available())
        ]
        for row in self.rows:
            row.box.toggled.connect(lambda _on: self._chose_formats())
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
        self.folder.setText(self.services.settings.option("folder", str(Path.home())))
        self.folder.textChanged.connect(lambda _text: self.render_state())
        browse = button("", "browseFolder", "", "folder-open", self.theme)
        browse.setFixedWidth(40)
        browse.setToolTip(self.tr("Choose a folder"))
        browse.setAccessibleName(self.tr("Choose a folder"))
        browse.clicked.connect(self._browse)
        self.name = QLineEdit()
        self.name.setObjectName("fileName")
        self.name.setAccessibleName(self.tr("Name"))
        self.name.textChanged.connect(self._named)
        place.addWidget(label(self.tr("Folder"), "muted"), 0, 0)
        place.addWidget(self.folder, 0, 1)
        place.addWidget(browse, 0, 2)
        place.addWidget(label(self.tr("Name"), "muted"), 1, 0)
        place.addWidget(self.name, 1, 1, 1, 2)
        card.body.addLayout(place)
        self.save_button = button(self.tr("&Save"), "save", "primary", "save", self.theme)
        self.save_button.clicked.connect(lambda: self.save())
        self._reason = label("", "caption", wrap=True, name="saveReason")
        card.body.addLayout(beside(self._reason, self.save_button))
        self.another_button = button(self.tr("Convert another"), "convertAnother", "", "refresh-cw", self.theme)
        self.another_button.clicked.connect(self.another)
        self.pipeline_button = button(
            self.tr("Save as a pipeline file"), "savePipeline", "link", "terminal", self.theme
        )
        self.pipeline_button.setToolTip(self.tr("What was clicked here as a file: pt2k run does the same again"))
        self.pipeline_button.clicked.connect(lambda: self._choose_pipeline())
        card.body.addWidget(self.pipeline_button, 0, Qt.AlignmentFlag.AlignLeft)
        card.body.addWidget(self.another_button, 0, Qt.AlignmentFlag.AlignRight)
        return card

    def _report_card(self) -> QWidget:
        card = Card(self.tr("Report"))
        card.body.addWidget(
            label(self.tr("The verdict, plots, operators, versions and file hashes in one file."), "muted", wrap=True)
        )
        row = QHBoxLayout()
        row.setSpacing(S)
        self.report_buttons = []
        for ending in ("html", "pdf", "json"):
            made = button(ending.upper(), f"report-{ending}", "", "file-text", self.theme)
            made.clicked.connect(lambda _=False, ending=ending: self.write_report(ending))
            self.report_buttons.append(made)
            row.addWidget(made)
        row.addStretch(1)
        card.body.addLayout(row)
        self._report_reason = label("", "caption", wrap=True, name="reportReason")
        card.body.addWidget(self._report_reason)
        self.open_report_button = button(self.tr("Open the report"), "openReport", "", "file-text", self.theme)
        self.open_report_button.clicked.connect(self._open_report)
        card.body.addWidget(self.open_report_button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _snippet_card(self) -> QWidget:
        self._shown = ("keras", "")  # the format and the path that the snippet is for
        card = Card(self.tr("Load it"))
        self.snippet = QPlainTextEdit()
        self.snippet.setObjectName("snippet")
        self.snippet.setAccessibleName(self.tr("Load it"))
        self.snippet.setReadOnly(True)
        self.snippet.setFont(fixed_font())
        self.snippet.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.language = QComboBox()
        self.language.setObjectName("language")
        self.language.setAccessibleName(self.tr("Language"))
        self.language.addItem(PYTHON)
        self.language.currentTextChanged.connect(lambda _text: self._show_snippet(*self._shown))
        card.body.addWidget(self.language, 0, Qt.AlignmentFlag.AlignLeft)
        card.body.addWidget(self.snippet)
        self.copy = button(self.tr("Copy snippet"), "copySnippet", "", "copy", self.theme)
        self.copy.clicked.connect(self._copy_snippet)
        card.body.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    # What is chosen

    def _named(self, text: str) -> None:
        record = self.state.record
        if record is not None and text != (record.save_name if record.save_name is not None else record.proposed_name):
            record.save_name = text
        self.render_state()

    def _chose_formats(self) -> None:
        if self.state.record is not None:
            self.state.record.formats = tuple(row.format.name for row in self.rows if row.box.isChecked())
        self.render_state()

    def targets(self) -> tuple[tuple[str, str], ...]:
        """(format, path) of each checked row."""
        folder, name = Path(self.folder.text().strip()), self.name.text().strip()
        return tuple(
            (row.format.name, str(folder / f"{name}{row.format.suffix}")) for row in self.rows if row.box.isChecked()
        )

    def _why_not(self) -> str:
        """The problem with what is entered, in words; empty where there is none."""
        if not any(row.box.isChecked() for row in self.rows):
            return self.tr("Choose a format.")
        folder = self.folder.text().strip()
        if not folder:
            return self.tr("Choose a folder.")
        if not Path(folder).is_absolute():
            return self.tr("Enter the full path of the folder.")
        return problem_of_name(self.name.text().strip())

    # Saving

    def save(self, *, overwrite: bool = False) -> None:
        state, record, conversion = self.state, self.state.record, self.state.conversion
        self.state.look_at_disk()
        if record is None or conversion is None or state.obstacle(Work.SAVE) is not None or self._why_not():
            self.render_state()
            return
        targets = self.targets()
        there = [path for target in targets for path in files_of(*target) if os.path.lexists(path)]
        if there and not overwrite:
            names = "\n".join(os.path.basename(path) for path in there)  # noqa: PTH119
            sentence = self.tr("These files already exist:\n{0}").format(names)
            if not confirmed(self, self.tr("Replace files?"), sentence, self.tr("Replace"), self.tr("Keep them")):
                return
            overwrite = True
        self.services.settings.set_option("folder", self.folder.text().strip())
        job = Job(Work.SAVE, state.key(Work.SAVE), record.key)
        choice = state.samples
        usable = choice.kind in ("digits", "random") or Path(choice.path).exists()
        self.services.run(
            job,
            save.Request(
                conversion.converted.path,
                conversion.exported.path,
                targets,
                overwrite,
                conversion.source,
                choice if usable else None,
            ),
            self.tr("Saving"),
            Watcher(lambda files: self._saved(job, files)),
        )

    def _saved(self, job: Job, files: tuple[SavedFile, ...]) -> None:
        before = self.state.record
        self.state.keep_saved(job, files)
        record, conversion = self.state.record, self.state.conversion
        if record is None or record is not before or conversion is None or record.key != job.model:
            return
        request = keep.Request(self._results(record, conversion, files), self.state.verification)
        self.services.run(None, request, "", Watcher())

    def _results(self, record: ModelRecord, conversion: Conversion, saved: tuple[SavedFile, ...]) -> Results:
        """All that the report tells and the history keeps besides the verification."""
        options = conversion.options
        return Results(
            Settings(conversion.source, options.engine, options.axis_order, options.trainable),
            record.info,
            conversion.exported,
            conversion.converted.report,
            record.trained,
            saved,
            self.state.speed,
        )

    def _choose_pipeline(self) -> None:
        from pt2k_gui.batch.reading import NAME

        suggested = str(Path(self.folder.text()) / NAME)
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save as a pipeline file"), suggested, "*.toml")
        if path:
            self.save_pipeline_to(path)

    def save_pipeline_to(self, path: str) -> None:
        """Write what was chosen on all pages as a pipeline file."""
        from pt2k_gui.batch.writing import write_pipeline_file

        state, record, conversion = self.state, self.state.record, self.state.conversion
        assert record is not None and conversion is not None
        formats = [kind for kind, _ in self.targets()]
        content = pipeline_of(
            conversion, record.info.inputs, state.samples, self.folder.text().strip(), self.name.text().strip(), formats,
            self.services.settings,
        )  # fmt: skip
        try:
            write_pipeline_file(path, content)
        except Problem as problem:
            self.notice.problem(problem)
        else:
            command = f"pt2k run {shlex.quote(path)}"
            self.notice.say(
                "good", self.tr("{0} was written.").format(path), self.tr("Run it with: {0}").format(command)
            )

    def another(self) -> None:
        """Back to the first page, for the next model."""
        self.services.go(Step.MODEL)
        self.services.choose_model()

    # Drawing

    def render_state(self) -> None:
        state, record = self.state, self.state.record
        if record is None:
            return
        name = record.save_name if record.save_name is not None else record.proposed_name
        self.name.blockSignals(True)
        if self.name.text() != name:
            self.name.setText(name)
        self.name.blockSignals(False)
        for row in self.rows:
            row.box.blockSignals(True)
            row.box.setChecked(row.format.name in record.formats)
            row.box.blockSignals(False)
        self.offer(self.save_button, self._reason, Work.SAVE, self._why_not())
        obstacle = state.obstacle(Work.REPORT)
        for made in self.report_buttons:
            made.setEnabled(obstacle is None)
        self._report_reason.setText(reason_for(obstacle) if obstacle is not None else "")
        self._report_reason.setVisible(obstacle is not None)
        self.open_report_button.setVisible(bool(self._report()))
        self.pipeline_button.setEnabled(state.conversion is not None and not self._why_not())
        self.another_button.setVisible(bool(state.saved))
        self._show_files()
        self._say(record)

    def _say(self, record: ModelRecord) -> None:
        """The notice: what became of the last saving, of the current conversion."""
        state = self.state
        problem = state.failure(Work.SAVE) or state.failure(Work.REPORT)
        if problem is not None:
            self.draw("notice", problem, lambda: self.notice.problem(problem))
        elif state.state(Step.SAVE) is StepState.RUNNING:
            self.draw("notice", "running", self.notice.clear)
        elif state.was_cancelled(Work.SAVE):
            words = self.tr("Saving was cancelled."), self.tr("Files already written are kept; none is incomplete.")
            self.draw("notice", "cancelled", lambda: self.notice.say("muted", *words))
        elif self._report():
            written = self.tr("The report was written to {0}.").format(self._report())
            self.draw("notice", written, lambda: self.notice.say("good", written))
        elif state.saved:
            self.draw("notice", state.saved, lambda: self._say_saved(state.saved))
        elif state.state(Step.SAVE) is StepState.STALE:
            words = self.tr("The saved files are from an earlier conversion."), self.tr("Save again.")
            self.draw("notice", "stale", lambda: self.notice.say("warn", *words))
        else:
            self.draw("notice", "", self.notice.clear)

    def _say_saved(self, files: tuple[SavedFile, ...]) -> None:
        bad = next((file for file in files if not file.same), None)
        if bad is not None:
            sentence = self.tr("{0} is not the same model when it is reopened.").format(Path(bad.path).name)
            self.notice.say("bad", sentence, bad.detail)
            return
        one = self.tr("{0} was written. It opens in a fresh process and gives the same answers.")
        several = self.tr("{0} files were written. Each opens in a fresh process and gives the same answers.")
        name = Path(files[0].path).name
        self.notice.say("good", one.format(name) if len(files) == 1 else several.format(len(files)))

    def _show_files(self) -> None:
        conversion, saved = self.state.conversion, self.state.saved
        verification = self.state.verification
        checked = verification.samples if verification is not None else 0
        by_format = {file.format: file for file in reversed(saved)}
        for row in self.rows:
            file = by_format.get(row.format.name)
            self.draw(
                f"row {row.format.name}",
                (file, checked, conversion),
                lambda row=row, file=file: self._show_row(row, file, checked),  # type: ignore[misc]
            )
        self.draw("tradeoff", saved, lambda: self._show_tradeoff(saved))
        if saved:
            self.draw(
                "snippet",
                (conversion, saved[0].path, self.state.samples),
                lambda: self._show_snippet(saved[0].format, saved[0].path),
            )
        else:
            path = str(Path(self.folder.text()) / f"{self.name.text()}.keras")
            self.draw("snippet", (conversion, path, self.state.samples), lambda: self._show_snippet("keras", path))

    def _show_row(self, row: FormatRow, file: SavedFile | None, checked: int) -> None:
        if self.state.conversion is not None:
            row.estimate(self.state.conversion.converted.report.parameters)
        else:
            row.size.setText("")
        row.show_file(file, checked)

    def _show_snippet(self, format_name: str, path: str) -> None:
        conversion = self.state.conversion
        self._shown = (format_name, path)
        self._offer_languages(languages(format_name))
        code = ""
        if conversion is not None:
            signature = conversion.converted.report.signature
            chosen = self.state.samples
            images = chosen.images if chosen.kind in ("folder", "video") else None
            code = snippet_in(self.language.currentText(), format_name, path, signature, images)
        self.snippet.setPlainText(code)
        bar = self.snippet.horizontalScrollBar().sizeHint().height()
        lines = code.count("\n") + 2
        self.snippet.setFixedHeight(lines * self.snippet.fontMetrics().lineSpacing() + bar)

    def _offer_languages(self, names: tuple[str, ...]) -> None:
        """Keep the language that was chosen, where this format has it."""
        chosen = self.language.currentText()
        self.language.blockSignals(True)
        self.language.clear()
        self.language.addItems(list(names))
        self.language.setCurrentText(chosen if chosen in names else PYTHON)
        self.language.blockSignals(False)
        self.language.setVisible(len(names) > 1)

    def _show_tradeoff(self, files: tuple[SavedFile, ...]) -> None:
        """The plot, where there are several LiteRT files to choose from."""
        shown = candidates(files)
        self.tradeoff_card.setVisible(len(shown) > 1)
        if len(shown) < 2:
            return

        def draw(figure: Any, colours: Colours) -> None:
            draw_tradeoff(plot_area(figure), shown, colours, phrase)

        self.tradeoff.show_plot(draw)

    def _copy_of(self, file: SavedFile) -> None:
        """Show the snippet of one of the files, and copy it."""
        self._show_snippet(file.format, file.path)
        QGuiApplication.clipboard().setText(self.snippet.toPlainText())
        flash(next(row.copy for row in self.rows if row.format.name == file.format), self.tr("Copied"))

    def _copy_snippet(self) -> None:
        QGuiApplication.clipboard().setText(self.snippet.toPlainText())
        flash(self.copy, self.tr("Copied"))

    # The report

    def write_report(self, ending: str) -> None:
        if self.state.obstacle(Work.REPORT) is not None:
            return
        suggested = Path(self.folder.text()) / f"{self.name.text()}-report.{ending}"
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the report"), str(suggested), f"*.{ending}")
        if path:
            self.write_report_to(path)

    def write_report_to(self, path: str) -> None:
        """Write the report there; its ending chooses the format."""
        state, record, conversion = self.state, self.state.record, self.state.conversion
        verification = state.verification
        assert record is not None and conversion is not None and verification is not None
        request = report.Request(
            (path,), verification, self._results(record, conversion, state.saved), language_in_force()
        )
        job = Job(Work.REPORT, state.verification_key(), record.key)
        self.services.run(job, request, self.tr("Writing the report"), Watcher(lambda _paths: state.answer(job, path)))

    def _report(self) -> str:
        """Where the report on the current verification is; empty where there is none."""
        record, key = self.state.record, self.state.verification_key()
        found = record.results.get(Work.REPORT) if record is not None else None
        if found is None or not key or found.key != key or not Path(found.value).exists():
            return ""
        return str(found.value)

    def _open_report(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._report()))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder"), self.folder.text())
        if folder:
            self.folder.setText(folder)

    def first_focus(self) -> QWidget | None:
        return self.save_button
