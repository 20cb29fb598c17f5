"""Several models at once: a list, one choice of options for all of them, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.batch import BatchOptions, BatchResult, BatchThread, file_names
from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.question import confirmed
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.theme import XL, L, M, S, Theme
from pt2k_gui.gui.widgets.basics import ElidedLabel, add_field, button, label
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.save.formats import available, files_of


class BatchDialog(QDialog):
    """Made anew for each list of files; ends its work when it is closed."""

    def __init__(self, parent: QWidget, theme: Theme, settings: Settings, models: Sequence[str]) -> None:
        super().__init__(parent)
        has_help(self, "page-model#several-models")
        self.setObjectName("batchDialog")
        self.setWindowTitle(self.tr("Convert several models"))
        self.resize(880, 600)
        self._theme, self._settings = theme, settings
        self._models = list(dict.fromkeys(str(Path(model).absolute()) for model in models))
        self._results: dict[int, BatchResult] = {}
        self._running = -1
        self._thread: BatchThread | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, XL, XL, L)
        column.setSpacing(M)
        words = self.tr("Each is converted with the inputs proposed by its file and compared with PyTorch.")
        column.addWidget(label(words, "muted", wrap=True))
        self.table = Table(
            (self.tr("File"), self.tr("State"), self.tr("Largest difference"), self.tr("Files written")),
            "batch", (2,), 1,
        )  # fmt: skip
        column.addWidget(self.table, 1)
        self.reason = label("", "muted", wrap=True)
        self.reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.reason.hide()
        column.addWidget(self.reason)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._explain())
        column.addLayout(self._list_buttons())
        self._options = QWidget()
        self._options.setLayout(self._form())
        column.addWidget(self._options)
        column.addLayout(self._bottom())
        self._draw()

    # Widgets

    def _list_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S)
        self.add_button = button(self.tr("Add files"), "addFiles", "", "plus", self._theme)
        self.add_button.clicked.connect(self._add)
        self.remove_button = button(self.tr("Remove"), "removeFiles", "", "minus", self._theme)
        self.remove_button.clicked.connect(self._remove)
        row.addWidget(self.add_button)
        row.addWidget(self.remove_button)
        row.addStretch(1)
        return row

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(L)
        form.setVerticalSpacing(S)
        self.boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(L)
        grid.setVerticalSpacing(0)
        for place, entry in enumerate(available()):
            box = self.boxes[entry.name] = QCheckBox(phrase(entry.title))
            box.setObjectName(f"batch-{entry.name}")
            box.setChecked(entry.name == "keras")
            box.toggled.connect(lambda _on: self._enable())
            grid.addWidget(box, place // 3, place % 3)
        self.folder = QLineEdit(self._settings.option("folder", str(Path.home())))
        self.folder.setObjectName("batchFolder")
        browse = button(self.tr("Browse"), "browseBatchFolder", "", "folder-open", self._theme)
        browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        where.setSpacing(S)
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        self.order = QComboBox()
        self.order.addItem(self.tr("Keras: channels last"), "keras")
        self.order.addItem(self.tr("PyTorch: every axis stays"), "onnx")
        self.order.setCurrentIndex(max(self.order.findData(self._settings.option("axis_order", "keras")), 0))
        self.trainable = QCheckBox(self.tr("Keep the model trainable: BatchNorm and Dropout stay layers"))
        for text, field in (
            (self.tr("Formats"), grid),
            (self.tr("Folder"), where),
            (self.tr("Axis order"), self.order),
            ("", self.trainable),
        ):
            add_field(form, text, field)
        return form

    def _bottom(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S)
        self._text = ElidedLabel("", "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._bar.hide()
        self.open_button = button(self.tr("Open folder"), "openBatchFolder", "", "folder-open", self._theme)
        self.open_button.clicked.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(self.folder.text().strip()))
        )
        self.close_button = button(self.tr("Close"), "closeBatch")
        self.close_button.clicked.connect(self.close)
        self.start_button = button(self.tr("Convert all"), "convertAll", "primary", "play", self._theme)
        self.start_button.clicked.connect(self._start_or_cancel)
        self.start_button.setDefault(True)
        row.addWidget(self._text, 1)
        for part in (self._bar, self.open_button, self.close_button, self.start_button):
            row.addWidget(part)
        return row

    # The list

    @property
    def models(self) -> tuple[str, ...]:
        """The files in the list."""
        return tuple(self._models)

    def _add(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Add files"))
        self._models = list(dict.fromkeys((*self._models, *paths)))
        self._draw()

    def _remove(self) -> None:
        gone = set(self.table.selected_rows())
        kept = [number for number in range(len(self._models)) if number not in gone]
        self._results = {place: self._results[n] for place, n in enumerate(kept) if n in self._results}
        self._models = [self._models[number] for number in kept]
        self._draw()

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder"), self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _draw(self) -> None:
        chosen = self.table.selected_rows()
        rows = []
        for number, model in enumerate(self._models):
            result = self._results.get(number)
            difference = "" if result is None or result.difference is None else f"{result.difference:.1e}"
            files = ", ".join(Path(path).name for path in result.files) if result is not None else ""
            rows.append((Path(model).name, self._state(number), difference, files))
        self.table.fill(rows)
        for row in chosen[:1]:
            self.table.select_row(row)
        self._explain()
        self._enable()

    def _state(self, number: int) -> str:
        result = self._results.get(number)
        if result is None:
            return self.tr("running") if number == self._running else self.tr("to do")
        if result.ok:
            return self.tr("same answers")
        return phrase(result.reason) if result.reason else self.tr("different answers")

    def _explain(self) -> None:
        """The whole reason of the row that is chosen; a table's line may be too short for it."""
        chosen = self.table.selected_rows()
        result = self._results.get(chosen[0]) if chosen else None
        words = "" if result is None else " ".join(phrase(text) for text in (result.reason, result.hint) if text)
        self.reason.setText(words)
        self.reason.setVisible(bool(words))

    # The work

    @property
    def busy(self) -> bool:
        """Whether models are being converted."""
        return self._thread is not None and self._thread.isRunning()

    def options(self, *, overwrite: bool = False) -> BatchOptions:
        """What is chosen for all models."""
        formats = tuple((entry.name, entry.suffix) for entry in available() if self.boxes[entry.name].isChecked())
        return BatchOptions(
            self.folder.text().strip(), formats, str(self.order.currentData()), self.trainable.isChecked(), overwrite,
            self._settings.reading_seconds, self._settings.memory_gib,
        )  # fmt: skip

    def _there(self, options: BatchOptions) -> list[str]:
        """Files of these names that exist."""
        targets = [
            (kind, str(Path(options.folder) / f"{name}{ending}"))
            for name in file_names(self._models)
            for kind, ending in options.formats
        ]
        return [path for target in targets for path in files_of(*target) if Path(path).exists()]

    def _start_or_cancel(self) -> None:
        if self._thread is not None and self.busy:
            self.start_button.setEnabled(False)
            self._thread.cancel()
            return
        options = self.options()
        there = self._there(options)
        if there:
            names = "\n".join(Path(path).name for path in there[:8])
            sentence = self.tr("These files already exist:\n{0}").format(names)
            if not confirmed(self, self.tr("Replace files?"), sentence, self.tr("Replace"), self.tr("Keep them")):
                return
            options = self.options(overwrite=True)
        self._settings.set_option("folder", options.folder)
        self._results, self._running = {}, -1
        self._thread = self.thread_for(options)
        self._thread.progress.connect(self._on_progress)
        self._thread.began.connect(self._on_began)
        self._thread.done.connect(self._on_done)
        self._thread.finished.connect(self._on_finished)
        self._thread.start()
        self._draw()

    def thread_for(self, options: BatchOptions) -> BatchThread:
        """The thread that does the work; a test puts another one here."""
        return BatchThread(self._models, options, self)

    def _on_progress(self, share: float, text: str) -> None:
        self._bar.setValue(round(share * 1000))
        self._text.setText(phrase(text))

    def _on_began(self, number: int) -> None:
        self._running = number
        self._draw()

    def _on_done(self, number: int, result: BatchResult) -> None:
        self._results[number] = result
        self._draw()

    def _on_finished(self) -> None:
        self._running = -1
        good = sum(result.ok for result in self._results.values())
        self._text.setText(self.tr("{0} of {1} models give the same answers.").format(good, len(self._models)))
        self._draw()

    def _enable(self) -> None:
        busy = self.busy
        for part in (self.add_button, self.remove_button, self._options):
            part.setEnabled(not busy)
        self._bar.setVisible(busy)
        self.start_button.setText(" " + (self.tr("Cancel") if busy else self.tr("Convert all")))
        chosen = any(box.isChecked() for box in self.boxes.values())
        self.start_button.setEnabled(busy or (chosen and bool(self._models)))
        self.open_button.setEnabled(any(result.files for result in self._results.values()))

    # Closing

    def reject(self) -> None:
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._thread is not None and self.busy:
            sentence = self.tr(
                "Models are still being converted. Files already written are kept; the rest are skipped."
            )
            if not confirmed(self, self.tr("Stop?"), sentence, self.tr("Stop"), self.tr("Continue")):
                event.ignore()
                return
            self._thread.cancel()
            self._thread.wait()  # its children are ended; the dialog, which owns it, is freed next
        event.accept()
        super().closeEvent(event)
