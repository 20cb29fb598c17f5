"""The Check page: the verdict first, then samples, numbers, layers, speed and the Keras summary in tabs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from pt2k_gui.gui.pages.base import Page, Services
from pt2k_gui.gui.pages.check_samples import SamplesTab
from pt2k_gui.gui.pages.check_tabs import LayersTab, NumbersTab, SpeedTab, SummaryTab, TrainingTab
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.sample_dialog import ImageForm
from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.gui.theme import M, S
from pt2k_gui.gui.widgets.basics import Card, Columns, Icon, Notice, Tabs, button, indented, label, set_property
from pt2k_gui.gui.worker import Watcher, Worker
from pt2k_gui.jobs import predict, speed, verify
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import Prediction, SampleChoice, SpeedRow, Verification
from pt2k_gui.verify.samples.gather import takes_digits
from pt2k_gui.verify.samples.images import frame_of
from pt2k_gui.verify.samples.preprocessing import ImageSettings

_RANDOM_COUNT = 64
_AT_ONCE = 16_000_000  # bytes that are read without a pause that anybody sees


class CheckPage(Page):
    """Step four."""

    step = Step.CHECK
    _arrays_read = Signal(object, object)

    def __init__(self, services: Services) -> None:
        super().__init__(
            services,
            self.tr("Is it the same?"),
            self.tr("The same samples go through PyTorch, ONNX Runtime and Keras."),
        )
        self._arrays: dict[str, np.ndarray] = {}
        self._wanted: Verification | None = None
        self._arrays_read.connect(self._take_arrays)
        self._predicting: Worker | None = None
        self._waiting_picture: bytes | None = None
        self.notice = Notice(self.theme, self.tr("Check"))
        self.body.addWidget(self.notice)
        self.body.addWidget(self._verdict_card())
        self.tabs = Tabs("checkTabs")
        self.body.addWidget(self.tabs, 1)
        self._pieces = self._make_tabs()
        self.state.changed.connect(self._on_state)

    def make_a_piece(self) -> bool:
        return next(self._pieces, False)

    def _make_tabs(self) -> Iterator[bool]:
        self.samples_tab = SamplesTab(self.theme)
        self.samples_tab.drawn.connect(self._drawn)
        self.grid, self.pad, self.bars = self.samples_tab.grid, self.samples_tab.pad, self.samples_tab.bars
        self.which = self.samples_tab.which
        self.tabs.addTab(self.samples_tab, self.tr("Samples"))
        yield True
        self.numbers = NumbersTab(self.theme)
        self.numbers.samples.selected.connect(self.samples_tab.select)
        self.tabs.addTab(self.numbers, self.tr("Numbers"))
        yield True
        self.layers = LayersTab(self.theme)
        self.tabs.addTab(self.layers, self.tr("Layers"))
        self.training = TrainingTab()
        self.tabs.addTab(self.training, self.tr("Training"))
        self.tabs.setTabVisible(self.tabs.indexOf(self.training), False)
        yield True
        self.speed = SpeedTab(self.theme)
        self.speed.measure.clicked.connect(self._measure)
        self.tabs.addTab(self.speed, self.tr("Speed"))
        yield True
        self.summary = SummaryTab(self.theme)
        self.tabs.addTab(self.summary, self.tr("Summary"))
        yield True

    def _verdict_card(self) -> QWidget:
        card = Card(margin=M)
        card.setObjectName("card")
        head = Columns(900, spacing=M)
        words, controls = QWidget(), QWidget()
        row = QHBoxLayout(words)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(M)
        self._icon = Icon(self.theme, "circle", "muted", 28)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout()
        column.setSpacing(2)
        self.headline = label(self.tr("Not checked yet"), "verdict", name="verdict")
        self.sentence = label(self.tr("Choose the samples and run the check."), "muted", wrap=True, name="verdictText")
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.headline)
        column.addWidget(self.sentence)
        row.addLayout(column, 1)
        self.samples = QComboBox()
        self.samples.setObjectName("samples")
        self.samples.setAccessibleName(self.tr("Samples"))
        for text, kind in (
            (self.tr("Test digits"), "digits"),
            (self.tr("Random values"), "random"),
            (self.tr("A file of numbers"), "file"),
            (self.tr("A folder of images"), "folder"),
        ):
            self.samples.addItem(text, kind)
        self.count = QSpinBox()
        self.count.setObjectName("sampleCount")
        self.count.setRange(0, 1_000_000)
        self.count.setSpecialValueText(self.tr("all"))
        self.count.setSuffix(self.tr(" samples"))
        self.count.setAccessibleName(self.tr("How many samples"))
        self.count.setMinimumWidth(110)
        indented(self.count)
        self.check_button = button(self.tr("Check"), "check", "primary", "play", self.theme)
        self.primary = self.check_button
        self.check_button.clicked.connect(self.check)
        self._path = ""
        self._images = ImageSettings()
        self._seed = 0
        self.more = button("", "sampleSettings", "", "settings", self.theme)
        self.more.setFixedWidth(40)
        self.more.clicked.connect(self._settings)
        self.samples.activated.connect(self._sample_kind)
        line = QHBoxLayout(controls)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(S)
        for part in (self.samples, self.more, self.count, self.check_button):
            line.addWidget(part)
        head.add(words, 1)
        head.add(controls)
        card.body.addWidget(head)
        self.remarks = label("", "caption", wrap=True, name="remarks")
        self.remarks.hide()
        card.body.addWidget(self.remarks)
        return card

    # Running

    def entered(self) -> None:
        walk = self.state.walk
        fits = walk.card is not None and takes_digits(walk.card, walk.inputs)
        if walk.verification is None:
            self.samples.setCurrentIndex(self.samples.findData("digits" if fits else "random"))
            self.count.setValue(0 if fits else _RANDOM_COUNT)
        self.samples_tab.take_drawings(fits)
        self._show_more()
        if self.state.state(Step.CHECK) in (StepState.TODO, StepState.STALE) and not self.services.busy():
            self.check()

    def _sample_kind(self, _index: int) -> None:
        kind = self.samples.currentData()
        self._path = ""
        if kind == "file":
            self._path, _ = QFileDialog.getOpenFileName(
                self, self.tr("Samples"), "", self.tr("Arrays and tables (*.npy *.npz *.csv *.tsv)")
            )
        elif kind == "folder":
            self._path = QFileDialog.getExistingDirectory(self, self.tr("A folder of images"))
            if self._path:
                self._settings()
        self._show_more()
        self.count.setValue(_RANDOM_COUNT if kind == "random" else 0)

    def choice(self) -> SampleChoice:
        """What is entered."""
        return SampleChoice(str(self.samples.currentData()), self._path, self.count.value(), self._seed, self._images)

    def _show_more(self) -> None:
        kind = self.samples.currentData()
        self.more.setVisible(kind in ("random", "folder"))
        words = self.tr("Seed of the random values") if kind == "random" else self.tr("How the images are prepared")
        self.more.setToolTip(words)
        self.more.setAccessibleName(words)

    def _settings(self) -> None:
        """Ask for what belongs to the kind of samples: the seed, or the preparation of images."""
        if self.samples.currentData() == "random":
            seed, given = QInputDialog.getInt(
                self, self.tr("Random values"), self.tr("The same seed gives the same values."), self._seed, 0
            )
            self._seed = seed if given else self._seed
            return
        exported = self.state.walk.exported
        try:
            frame = frame_of(exported.inputs if exported is not None else self.state.walk.inputs, self._images)
        except Problem as problem:
            self.notice.problem(problem)
            return
        size = (None if frame.free_height else frame.height, None if frame.free_width else frame.width)
        form = ImageForm(self, self._images, frame.channels, size)
        if form.exec() == QDialog.DialogCode.Accepted:
            self._images = form.settings()

    def check(self) -> None:
        walk = self.state.walk
        if self.services.busy() or self.state.state(Step.CONVERT) is not StepState.DONE:
            return
        assert walk.source is not None and walk.exported is not None and walk.converted is not None
        choice = self.choice()
        if choice.kind in ("file", "folder") and not choice.path:
            self.notice.say("warn", self.tr("No samples were chosen."), self.tr("Choose a file or a folder."))
            return
        self.notice.clear()
        self.state.set_state(Step.CHECK, StepState.RUNNING)
        request = verify.Request(
            walk.source, walk.exported.path, walk.converted.path, str(self.state.folder), choice, True,
            walk.options.trainable,
        )  # fmt: skip
        self.services.run(
            request,
            self.tr("Comparing the backends"),
            Watcher(lambda found: self._checked(choice, found), self._failed, self._cancelled),
        )

    def _checked(self, choice: SampleChoice, found: object) -> None:
        assert isinstance(found, Verification)
        self.state.set_verification(choice, found)
        self._show(found)

    def _failed(self, problem: Problem) -> None:
        self.state.set_state(Step.CHECK, StepState.FAILED, "")
        self.notice.problem(problem)

    def _cancelled(self) -> None:
        there = self.state.walk.verification is not None
        self.state.set_state(Step.CHECK, StepState.STALE if there else StepState.TODO)
        self.notice.say("muted", self.tr("The check was cancelled."), self.tr("Run it again when you like."))

    def _on_state(self, step: object) -> None:
        if step is not Step.CHECK:
            return
        state = self.state.state(Step.CHECK)
        if state is StepState.STALE:
            set_property(self.headline, "state", "warn")
            self._icon.show_icon("rotate-ccw", "warn")
            self.headline.setText(self.tr("Stale"))
            self.sentence.setText(self.tr("What you see was measured before the last change. Check again."))
        elif state is StepState.RUNNING:
            set_property(self.headline, "state", "")
            self._icon.show_icon("loader-circle", "accent")
            self.headline.setText(self.tr("Comparing"))
            self.sentence.setText(self.tr("PyTorch, ONNX Runtime and Keras get the same samples."))
        elif self.state.walk.verification is None:
            set_property(self.headline, "state", "")
            self._icon.show_icon("circle", "muted")
            self.headline.setText(self.tr("Not checked yet"))
            self.sentence.setText(self.tr("Choose the samples and run the check."))

    # Showing

    def _show(self, found: Verification) -> None:
        verdict = found.verdict
        role = "good" if found.same else "bad"
        set_property(self.headline, "state", role)
        self._icon.show_icon("circle-check" if found.same else "circle-x", role)
        trained_otherwise = found.training is not None and not found.training.same and verdict.same
        self.headline.setText(self.tr("Keras trains otherwise.") if trained_otherwise else phrase(verdict.headline))
        self.sentence.setText(phrase(verdict.sentence))
        training = (found.training.sentence,) if found.training is not None else ()
        self.remarks.setText(" ".join(phrase(text) for text in (*training, *found.notes)))
        self.remarks.setVisible(bool(self.remarks.text()))
        self._wanted = found
        if _size(found.arrays) <= _AT_ONCE:
            self._take_arrays(found, _read(found.arrays))
        else:
            # Hundreds of megabytes would hold the window.
            _reader().submit(self._read_in_thread, found)
        self.layers.show_rows(found.layers)
        self.training.show_step(found.training)
        self.tabs.setTabVisible(self.tabs.indexOf(self.training), found.training is not None)
        self.speed.show_rows(self.state.walk.speed)
        report = self.state.walk.report
        if report is not None and self.state.walk.card is not None:
            self.summary.show_report(report, self.state.walk.card)

    def _read_in_thread(self, found: Verification) -> None:
        arrays = _read(found.arrays)
        if isValid(self):
            self._arrays_read.emit(found, arrays)

    def _take_arrays(self, found: object, arrays: object) -> None:
        """The samples and outputs behind a verification, unless another one was made meanwhile."""
        if found is self._wanted:
            assert isinstance(found, Verification) and isinstance(arrays, dict)
            self._arrays = arrays
            self.samples_tab.show_found(found, arrays)
            self.numbers.show_found(found, arrays)

    # A drawn digit

    def _drawn(self, picture: bytes) -> None:
        if self._predicting is not None and self._predicting.running:
            self._waiting_picture = picture  # the latest stroke is the one that counts
            return
        walk = self.state.walk
        if walk.source is None or walk.exported is None or walk.converted is None:
            return
        request = predict.Request(walk.source, walk.exported.path, walk.converted.path, picture)
        self._predicting = self.services.run(
            request,
            self.tr("Reading the drawing"),
            Watcher(self._predicted, self.notice.problem, ended=self._next_picture),
            quiet=True,
        )

    def _predicted(self, result: object) -> None:
        assert isinstance(result, Prediction)
        self.samples_tab.show_prediction(result)

    def _next_picture(self) -> None:
        self._predicting = None
        if self._waiting_picture is not None:
            picture, self._waiting_picture = self._waiting_picture, None
            self._drawn(picture)

    # Speed

    def _measure(self) -> None:
        walk = self.state.walk
        if self.services.busy() or walk.source is None or walk.exported is None or walk.converted is None:
            return
        source: Source = walk.source
        self.services.run(
            speed.Request(source, walk.exported.path, walk.converted.path),
            self.tr("Timing the backends"),
            Watcher(self._measured, self.notice.problem),
        )

    def _measured(self, rows: object) -> None:
        assert isinstance(rows, tuple) and all(isinstance(row, SpeedRow) for row in rows)
        self.state.walk.speed = rows
        self.speed.show_rows(rows)

    def restore(self) -> None:
        found, choice = self.state.walk.verification, self.state.walk.samples
        if choice is not None:
            self.samples.setCurrentIndex(self.samples.findData(choice.kind))
            self._path, self._seed, self._images = choice.path, choice.seed, choice.images
            self.count.setValue(choice.count)
            self._show_more()
        if found is not None and Path(found.arrays).exists():
            self._show(found)
        self._on_state(Step.CHECK)

    def first_focus(self) -> QWidget | None:
        return self.check_button

    def may_go_on(self) -> bool:
        return self.state.state(Step.CHECK) is StepState.DONE


@lru_cache(maxsize=1)
def _reader() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "arrays")


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _read(path: str) -> dict[str, np.ndarray]:
    """What a verification stored; empty where that is gone or damaged."""
    try:
        with np.load(path) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError):
        return {}
