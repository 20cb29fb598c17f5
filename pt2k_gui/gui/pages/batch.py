"""The page for many models: a list that takes files and folders, one choice of options for all, and what became of each."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.batch.reading import NAME
from pt2k_gui.batch.report import write_batch_report
from pt2k_gui.batch.task import DIFFERENT, FAILED
from pt2k_gui.batch.writing import write_pipeline_file
from pt2k_gui.gui.batch import BatchList
from pt2k_gui.gui.language import language_in_force
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.question import confirmed
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.theme import XL, L, M, S, Theme, dress
from pt2k_gui.gui.widgets.basics import Card, ElidedLabel, Notice, add_field, button, indented, label
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import available

_MOST_WORKERS = 64
_ROOM = {1000: 4, 800: 3}  # how many formats stand side by side in a page of so many pixels; else two


class BatchPage(QWidget):
    """Drawn from a ``BatchList``; holds no result of its own."""

    def __init__(self, theme: Theme, settings: Settings, models: BatchList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        dress(self)
        self.setProperty("guide", "many-models")  # what F1 opens
        self.setObjectName("batchPage")
        self._theme, self._settings, self.models = theme, settings, models
        self._drawn: object = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea()  # for windows that are smaller than all of it
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        area.setWidget(content)
        outer.addWidget(area)
        column = self._column = QVBoxLayout(content)
        column.setSpacing(M)
        column.addWidget(label(self.tr("Many models"), "title"))
        words = self.tr(
            "Each is converted with the inputs that its file proposes and compared with PyTorch. One that fails stops no other."
        )
        column.addWidget(label(words, "muted", wrap=True))
        self.notice = Notice(theme, self.tr("Result"))
        column.addWidget(self.notice)
        column.addWidget(self._list_card(), 1)
        column.addWidget(self._options_card())
        column.addLayout(self._bottom())
        models.changed.connect(self.render_state)
        self.render_state()

    # Widgets

    def _list_card(self) -> QWidget:
        card = Card(margin=M)
        self.table = Table(
            (
                self.tr("File"), self.tr("State"), self.tr("Largest difference"), self.tr("MB"), self.tr("Seconds"),
                self.tr("What is wrong"),
            ),
            "batch", (2, 3, 4), 5,
        )  # fmt: skip
        self.table.setMinimumHeight(120)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._explain())
        self.empty = label(self.tr("Drop models or folders here, or add them below."), "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        card.body.addWidget(self.empty, 1)
        card.body.addWidget(self.table, 1)
        self.reason = label("", "muted", wrap=True, name="batchReason")
        self.reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.body.addWidget(self.reason)
        row = QHBoxLayout()
        row.setSpacing(S)
        self.add_button = self._button(self.tr("Add files"), "addFiles", "plus", self._add)
        self.folder_button = self._button(self.tr("Add a folder"), "addFolder", "folder-open", self._add_folder)
        self.remove_button = self._button(self.tr("Remove"), "removeFiles", "minus", self._remove)
        for part in (self.add_button, self.folder_button, self.remove_button):
            row.addWidget(part)
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        beside = next((count for room, count in _ROOM.items() if width >= room), 2)
        sides = XL if beside > 2 else L
        self._column.setContentsMargins(sides, L, sides, L)
        self._arrange_formats(beside)

    def _arrange_formats(self, beside: int) -> None:
        for place, box in enumerate(self.boxes.values()):
            self._formats.addWidget(box, *divmod(place, beside))

    def _button(self, text: str, name: str, icon: str, action: Callable[[], None], kind: str = "") -> QPushButton:
        made = button(text, name, kind, icon, self._theme)
        made.clicked.connect(lambda _=False: action())
        return made

    def _options_card(self) -> QWidget:
        card = self._options = Card(margin=M)
        form = QFormLayout()
        form.setHorizontalSpacing(L)
        form.setVerticalSpacing(S)
        self.boxes: dict[str, QCheckBox] = {}
        grid = self._formats = QGridLayout()
        grid.setHorizontalSpacing(L)
        grid.setVerticalSpacing(0)
        for entry in available():
            box = self.boxes[entry.name] = QCheckBox(phrase(entry.title))
            box.setObjectName(f"batch-{entry.name}")
            box.setChecked(entry.name in self.models.options.formats)
            box.toggled.connect(lambda _on: self._choose())
        self._arrange_formats(2)
        add_field(form, self.tr("Formats"), grid)
        add_field(form, self.tr("Folder"), self._where())
        add_field(form, self.tr("Conversion"), self._how())
        card.body.addLayout(form)
        return card

    def _where(self) -> QHBoxLayout:
        self.folder = QLineEdit(self.models.options.folder)
        self.folder.setObjectName("batchFolder")
        self.folder.setAccessibleName(self.tr("Folder"))
        self.folder.textChanged.connect(lambda _text: self._choose())
        where = QHBoxLayout()
        where.setSpacing(S)
        where.addWidget(self.folder, 1)
        where.addWidget(self._button(self.tr("Browse"), "browseBatchFolder", "folder-open", self._browse))
        return where

    def _how(self) -> QVBoxLayout:
        options = self.models.options
        self.order = QComboBox()
        self.order.setAccessibleName(self.tr("Axis order"))
        self.order.addItem(self.tr("Keras: channels last"), "keras")
        self.order.addItem(self.tr("PyTorch: every axis stays"), "onnx")
        self.order.setCurrentIndex(max(self.order.findData(options.axis_order), 0))
        self.order.currentIndexChanged.connect(lambda _place: self._choose())
        self.trainable = QCheckBox(self.tr("Keep trainable"))
        self.trainable.setToolTip(self.tr("BatchNorm and Dropout stay layers"))
        self.trainable.setChecked(options.trainable)
        self.trainable.toggled.connect(lambda _on: self._choose())
        self.workers = QSpinBox()
        self.workers.setObjectName("batchWorkers")
        self.workers.setAccessibleName(self.tr("Models at the same time"))
        self.workers.setRange(1, _MOST_WORKERS)
        indented(self.workers)
        self.workers.setValue(options.workers)
        self.workers.setToolTip(self.tr("Each takes two processes; they share the memory limit"))
        self.workers.valueChanged.connect(lambda _value: self._choose())
        row = QHBoxLayout()
        row.setSpacing(M)
        row.addWidget(self.order)
        row.addWidget(self.trainable)
        row.addStretch(1)
        beside = QHBoxLayout()
        beside.setSpacing(M)
        beside.addWidget(label(self.tr("Models at the same time"), "muted"))
        beside.addWidget(self.workers)
        beside.addStretch(1)
        rows = QVBoxLayout()
        rows.setSpacing(S)
        rows.addLayout(row)
        rows.addLayout(beside)
        return rows

    def _bottom(self) -> QVBoxLayout:
        self._text = ElidedLabel("", "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName(self.tr("Progress"))
        self.open_button = self._button(self.tr("Open folder"), "openBatchFolder", "folder-open", self._open_folder)
        self.report_button = self._button(self.tr("Report"), "batchReport", "file-text", self._report)
        self.pipeline_button = self._button(
            self.tr("Save as a pipeline file"), "batchPipeline", "terminal", self._save_pipeline
        )
        self.pipeline_button.setToolTip(self.tr("pt2k run does the same again"))
        self.again_button = self._button(self.tr("Run again what failed"), "runAgain", "rotate-ccw", self._again)
        self.start_button = self._button(self.tr("Convert all"), "convertAll", "play", self._start, "primary")
        self.cancel_button = self._button(self.tr("Cancel"), "cancelAll", "square", self._cancel)
        words = QHBoxLayout()
        words.setSpacing(M)
        words.addWidget(self._text, 1)
        words.addWidget(self._bar)
        row = QHBoxLayout()
        row.setSpacing(S)
        for part in (self.open_button, self.report_button, self.pipeline_button):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.again_button)
        row.addWidget(self.start_button)
        row.addWidget(self.cancel_button)
        column = QVBoxLayout()
        column.setSpacing(S)
        column.addLayout(words)
        column.addLayout(row)
        return column

    # The list and the options

    def _add(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Add files"))
        self.models.add(paths)

    def _add_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Add a folder"))
        if folder:
            self.models.add([folder])

    def _remove(self) -> None:
        self.models.remove(self.table.selected_rows())

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder"), self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _choose(self) -> None:
        """Take over what is chosen on the page."""
        self.models.choose(
            dataclasses.replace(
                self.models.options,
                folder=self.folder.text().strip(),
                formats=tuple(name for name, box in self.boxes.items() if box.isChecked()),
                axis_order=str(self.order.currentData()),
                trainable=self.trainable.isChecked(),
                workers=self.workers.value(),
                seconds=self._settings.reading_seconds,
                memory=self._settings.memory_gib,
                overwrite=False,
            )
        )
        self.render_state()

    # The work

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.models.cancel()

    def _start(self) -> None:
        self._choose()
        there = self.models.in_the_way()
        if there:
            names = "\n".join(Path(path).name for path in there[:8])
            sentence = self.tr("These files already exist:\n{0}").format(names)
            if not confirmed(self, self.tr("Replace files?"), sentence, self.tr("Replace"), self.tr("Keep them")):
                return
            self.models.choose(dataclasses.replace(self.models.options, overwrite=True))
        self._settings.set_option("folder", self.models.options.folder)
        self.models.start()

    def _again(self) -> None:
        self._choose()
        self.models.start(only_failed=True)

    def _report(self) -> None:
        suggested = str(Path(self.models.options.folder) / "report.html")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the report"), suggested, "*.html *.json")
        if path:
            self.write_report_to(path)

    def write_report_to(self, path: str) -> None:
        """Write the report over all models there; its ending chooses the format."""
        self._written(path, lambda: write_batch_report(path, self.models.finished_results(), language_in_force()))

    def _save_pipeline(self) -> None:
        self._choose()
        suggested = str(Path(self.models.options.folder) / NAME)
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save as a pipeline file"), suggested, "*.toml")
        if path:
            self.save_pipeline_to(path)

    def save_pipeline_to(self, path: str) -> None:
        """Write what is chosen as a pipeline file."""
        self._written(path, lambda: write_pipeline_file(path, self.models.pipeline_file()))

    def _written(self, path: str, write: Callable[[], None]) -> None:
        try:
            write()
        except Problem as problem:
            self.notice.problem(problem)
        else:
            self.notice.say("good", self.tr("{0} was written.").format(path))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.models.options.folder))

    # Drawing

    def render_state(self) -> None:
        models, busy = self.models, self.models.busy
        rows = [self._row(model) for model in models.models]
        if rows != self._drawn:
            self._drawn = rows
            chosen = self.table.selected_rows()
            self.table.fill(rows)
            for row in chosen[:1]:
                self.table.select_row(row)
        self.table.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self._explain()
        self._say(busy)
        for part in (self.add_button, self.folder_button, self._options):
            part.setEnabled(not busy)
        self.remove_button.setEnabled(not busy and bool(rows))
        self._bar.setVisible(busy)
        self._bar.setValue(round(models.share * 1000))
        if self.cancel_button.isVisible() is not busy:
            self.cancel_button.setEnabled(busy)
        self.cancel_button.setVisible(busy)
        self.start_button.setVisible(not busy)
        folder = models.options.folder
        ready = bool(rows) and bool(models.options.formats) and os.path.isabs(folder)  # noqa: PTH117 (of any system)
        self.start_button.setEnabled(ready)
        self.again_button.setVisible(bool(models.failed()) and not busy)
        self.report_button.setEnabled(bool(models.results) and not busy)
        self.pipeline_button.setEnabled(ready)
        self.open_button.setEnabled(Path(folder).is_dir() if folder else False)

    def _row(self, model: str) -> tuple[str, ...]:
        done = self.models.results.get(model)
        if done is None:
            share = self.models.running.get(model)
            state = self.tr("to do") if share is None else self.tr("running, {0} %").format(round(100 * share))
            return Path(model).name, state, "", "", "", ""
        result = done.result
        words = {FAILED: self.tr("failed"), DIFFERENT: self.tr("different answers")}
        return (
            Path(model).name,
            words.get(result.state, self.tr("same answers")),
            "" if result.difference is None else f"{result.difference:.1e}",
            f"{result.size / 1e6:.1f}" if result.files else "",
            f"{result.seconds:.1f}",
            # The file's name is enough in its own row: its folder would take the room of what is wrong.
            phrase(result.reason).replace(model, Path(model).name),
        )

    def _explain(self) -> None:
        """The whole reason of the row that is chosen; a table's line may be too short for it."""
        chosen = self.table.selected_rows()
        model = self.models.models[chosen[0]] if chosen and chosen[0] < len(self.models.models) else ""
        done = self.models.results.get(model)
        texts = () if done is None else (done.result.reason, done.result.hint)
        words = " ".join(phrase(text) for text in texts if text)
        self.reason.setText(words)
        self.reason.setVisible(bool(words))

    def _say(self, busy: bool) -> None:
        if busy:
            self._text.setText(phrase(self.models.text))
            return
        good, different, failed = self.models.counts()
        parts = []
        if good or different or failed:
            parts = [self.tr("{0} of {1} models give the same answers.").format(good, len(self.models.models))]
        if different:
            parts.append(self.tr("Different answers: {0}.").format(different))
        if failed:
            parts.append(self.tr("Failed: {0}.").format(failed))
        self._text.setText(" ".join(parts))
