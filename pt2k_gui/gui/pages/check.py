"""The Check page: the verdict first, then samples, numbers, layers, speed and the Keras summary in tabs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QHBoxLayout, QSpinBox, QTabWidget, QVBoxLayout, QWidget

from pt2k_gui.gui.pages.base import Page, Services, Watcher
from pt2k_gui.gui.pages.check_tabs import LayersTab, NumbersTab, SpeedTab, SummaryTab
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.gui.theme import M, S
from pt2k_gui.gui.widgets.bars import ProbabilityBars
from pt2k_gui.gui.widgets.basics import Card, Columns, Icon, Notice, button, indented, label, set_property
from pt2k_gui.gui.widgets.digit_grid import DigitGrid
from pt2k_gui.gui.widgets.draw_pad import DrawPad
from pt2k_gui.gui.worker import Worker
from pt2k_gui.jobs import predict, speed, verify
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import Prediction, SampleChoice, SpeedRow, Verification
from pt2k_gui.verify.samples import takes_digits

_RANDOM_COUNT = 64
_KEYS = {"PyTorch": "pytorch", "ONNX Runtime": "onnxruntime", "Keras": "keras"}


class CheckPage(Page):
    """Step four."""

    step = Step.CHECK

    def __init__(self, services: Services) -> None:
        super().__init__(
            services,
            self.tr("Is it the same?"),
            self.tr("The same samples go through PyTorch, ONNX Runtime and Keras."),
        )
        self._arrays: dict[str, np.ndarray] = {}
        self._predicting: Worker | None = None
        self._waiting_picture: bytes | None = None
        self.notice = Notice(self.theme, self.tr("Check"))
        self.body.addWidget(self.notice)
        self.body.addWidget(self._verdict_card())
        self.tabs = QTabWidget()
        self.tabs.setObjectName("checkTabs")
        self.tabs.setDocumentMode(True)
        self.numbers = NumbersTab(self.theme)
        self.layers = LayersTab(self.theme)
        self.speed = SpeedTab(self.theme)
        self.speed.measure.clicked.connect(self._measure)
        self.summary = SummaryTab(self.theme)
        for tab, text in (
            (self._samples_tab(), self.tr("Samples")),
            (self.numbers, self.tr("Numbers")),
            (self.layers, self.tr("Layers")),
            (self.speed, self.tr("Speed")),
            (self.summary, self.tr("Summary")),
        ):
            self.tabs.addTab(tab, text)
        self.body.addWidget(self.tabs, 1)
        self.state.changed.connect(self._on_state)

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
            (self.tr("A .npy or .npz file"), "file"),
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
        self.samples.activated.connect(self._sample_kind)
        line = QHBoxLayout(controls)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(S)
        for part in (self.samples, self.count, self.check_button):
            line.addWidget(part)
        head.add(words, 1)
        head.add(controls)
        card.body.addWidget(head)
        return card

    def _samples_tab(self) -> QWidget:
        made = QWidget()
        outer = QVBoxLayout(made)
        outer.setContentsMargins(0, M, 0, 0)
        columns = Columns(880)
        outer.addWidget(columns)
        grid_card = Card(margin=M)
        self.grid = DigitGrid(self.theme)
        self.grid.selected.connect(self._selected)
        grid_card.body.addWidget(self.grid, 1)
        columns.add(grid_card, 1)
        side = Card(self.tr("One digit"), margin=M)
        side.setMinimumWidth(272)
        self.which = label("", "caption", wrap=True)
        side.body.addWidget(self.which)
        self.bars = ProbabilityBars(self.theme)
        side.body.addWidget(self.bars, 1)
        self._pad_area = QFrame()
        pad_row = QHBoxLayout(self._pad_area)
        pad_row.setContentsMargins(0, 0, 0, 0)
        pad_row.setSpacing(S)
        self.pad = DrawPad(self.theme)
        self.pad.drawn.connect(self._drawn)
        pad_row.addWidget(self.pad)
        self.clear_button = button("", "clearPad", "", "eraser", self.theme)
        self.clear_button.setFixedWidth(40)
        self.clear_button.setToolTip(self.tr("Clear the drawing"))
        self.clear_button.setAccessibleName(self.tr("Clear the drawing"))
        self.clear_button.clicked.connect(self._clear_pad)
        pad_row.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignTop)
        pad_row.addStretch(1)
        side.body.addWidget(self._pad_area)
        columns.add(side)
        self.grid.show_text(self.tr("The samples appear here with each backend's answer."))
        return made

    # Running

    def entered(self) -> None:
        walk = self.state.walk
        fits = walk.card is not None and takes_digits(walk.card, walk.inputs)
        if walk.verification is None:
            self.samples.setCurrentIndex(self.samples.findData("digits" if fits else "random"))
            self.count.setValue(0 if fits else _RANDOM_COUNT)
        self._pad_area.setVisible(fits)
        if self.state.state(Step.CHECK) in (StepState.TODO, StepState.STALE) and not self.services.busy():
            self.check()

    def _sample_kind(self, _index: int) -> None:
        kind = self.samples.currentData()
        self._path = ""
        if kind == "file":
            self._path, _ = QFileDialog.getOpenFileName(
                self, self.tr("Samples"), "", self.tr("NumPy files (*.npy *.npz)")
            )
        elif kind == "folder":
            self._path = QFileDialog.getExistingDirectory(self, self.tr("A folder of images"))
        self.count.setValue(_RANDOM_COUNT if kind == "random" else 0)

    def choice(self) -> SampleChoice:
        """What is entered."""
        return SampleChoice(str(self.samples.currentData()), self._path, self.count.value())

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
            walk.source, walk.exported.path, walk.converted.path, str(self.state.folder), choice, True
        )
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
        role = "good" if verdict.same else "bad"
        set_property(self.headline, "state", role)
        self._icon.show_icon("circle-check" if verdict.same else "circle-x", role)
        self.headline.setText(phrase(verdict.headline))
        self.sentence.setText(" ".join(phrase(text) for text in (verdict.sentence, *found.notes)))
        try:
            with np.load(found.arrays) as stored:
                self._arrays = {name: stored[name] for name in stored.files}
        except (OSError, ValueError):
            self._arrays = {}
        if "images" in self._arrays:
            self.grid.show_samples(self._arrays, found.classes)
            if self.grid.disagreements():
                self.grid.only.setChecked(True)
        else:
            self.grid.show_text(self.tr("These samples are no pictures. The numbers are in the next tab."))
        self.which.setText("")
        self.bars.show_values((), ())
        self.numbers.show_found(found, self._arrays)
        self.layers.show_rows(found.layers)
        report = self.state.walk.report
        if report is not None and self.state.walk.card is not None:
            self.summary.show_report(report, self.state.walk.card)

    def _selected(self, number: int) -> None:
        classes = self.state.walk.verification.classes if self.state.walk.verification else ()
        values = []
        for backend, key in _KEYS.items():
            if key in self._arrays:
                values.append((backend, _softmax(self._arrays[key][number])))
        true = int(self._arrays["labels"][number])
        text = self.tr("Sample {0}").format(f"{number + 1:,}")
        if true >= 0:
            text += self.tr(", true label {0}").format(classes[true] if true < len(classes) else true)
        if "difference" in self._arrays:
            text += self.tr(", largest difference {0}").format(f"{self._arrays['difference'][number]:.1e}")
        self.which.setText(text)
        self.bars.show_values(values, classes)

    # A drawn digit

    def _drawn(self, picture: bytes) -> None:
        if self._predicting is not None and self._predicting.running:
            self._waiting_picture = picture  # the latest stroke is the one that counts
            return
        walk = self.state.walk
        if walk.source is None or walk.exported is None or walk.converted is None:
            return
        request = predict.Request(walk.source, walk.exported.path, walk.converted.path, picture)
        self.which.setText(self.tr("Your drawing"))
        self._predicting = self.services.run(
            request, self.tr("Reading the drawing"), Watcher(self._predicted, self.notice.problem), quiet=True
        )
        self._predicting.ended.connect(self._next_picture)

    def _predicted(self, result: object) -> None:
        assert isinstance(result, Prediction)
        classes = self.state.walk.verification.classes if self.state.walk.verification else ()
        self.bars.show_values(result.probabilities, classes)

    def _next_picture(self) -> None:
        self._predicting = None
        if self._waiting_picture is not None:
            picture, self._waiting_picture = self._waiting_picture, None
            self._drawn(picture)

    def _clear_pad(self) -> None:
        self.pad.clear()
        self.bars.show_values((), ())
        self.which.setText("")

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
        self.speed.show_rows(rows)

    def restore(self) -> None:
        found = self.state.walk.verification
        if found is not None and Path(found.arrays).exists():
            self._show(found)
        self._on_state(Step.CHECK)

    def first_focus(self) -> QWidget | None:
        return self.check_button

    def may_go_on(self) -> bool:
        return self.state.state(Step.CHECK) is StepState.DONE


def _softmax(scores: np.ndarray) -> list[float]:
    values: Any = scores.astype(np.float64)
    exponentials = np.exp(values - values.max())
    return [float(value) for value in exponentials / exponentials.sum()]
