"""The Check page: the verdict first, then samples, numbers, layers, speed and the Keras summary in tabs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.icons import icon
from pt2k_gui.gui.pages.base import Page, Services, reason_for
from pt2k_gui.gui.pages.check_graph import GraphTab
from pt2k_gui.gui.pages.check_layers import LayersTab
from pt2k_gui.gui.pages.check_outputs import OutputsTab
from pt2k_gui.gui.pages.check_overview import OverviewTab
from pt2k_gui.gui.pages.check_samples import SamplesTab
from pt2k_gui.gui.pages.check_tabs import NumbersTab, SpeedTab, SummaryTab, TrainingTab
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.record import Conversion, ModelRecord, Result, Work
from pt2k_gui.gui.reply import Reply
from pt2k_gui.gui.sample_choosing import (
    ask_for_files,
    ask_for_settings,
    has_settings,
    sample_kinds,
    settings_title,
)
from pt2k_gui.gui.state import Job, Step, StepState
from pt2k_gui.gui.theme import HOLDER_SHEET, M, S, dress
from pt2k_gui.gui.widgets.basics import (
    Card,
    Columns,
    ElidedLabel,
    Icon,
    Notice,
    Tabs,
    button,
    indented,
    label,
    set_property,
)
from pt2k_gui.gui.worker import Watcher, Worker
from pt2k_gui.jobs import activation, predict, speed, verify
from pt2k_gui.problem import Problem
from pt2k_gui.verify.result import Prediction, SampleChoice, Verification
from pt2k_gui.verify.samples.gather import takes_digits

_UNASKED = 5_000_000  # parameters; the check of a larger model waits until it is asked for
_AT_ONCE = 16_000_000  # bytes that are read without a pause that anybody sees


class CheckPage(Page):
    """Step four."""

    step = Step.CHECK

    def __init__(self, services: Services) -> None:
        super().__init__(
            services,
            self.tr("Is it the same?"),
            self.tr("The same samples go through PyTorch, ONNX Runtime and Keras."),
        )
        self._wanted: Verification | None = None  # whose arrays are being read
        self._predicting: Worker | None = None
        self._waiting_picture: bytes | None = None
        self.notice = Notice(self.theme, self.tr("Check"))
        self.body.addWidget(self.notice)
        self._card = self._verdict_card()
        self.body.addWidget(self._card)
        self.tabs = Tabs("checkTabs")
        dress(self.notice, self._card, self.tabs.tabBar())
        self.tabs.setAccessibleName(self.tr("Results"))
        self.body.addWidget(self.tabs, 1)
        self._pieces = self._make_tabs()

    def dress(self) -> None:
        """Nine tabs have more widgets than another theme could restyle at once: each has a sheet of its own."""
        self.setStyleSheet(HOLDER_SHEET)
        dress(self._title, self._words, self._area.verticalScrollBar(), self._area.horizontalScrollBar())

    def _add_tab(self, tab: QWidget, text: str) -> None:
        dress(tab)
        self.tabs.addTab(tab, text)

    def make_a_piece(self) -> bool:
        return next(self._pieces, False)

    def _make_tabs(self) -> Iterator[bool]:
        self.overview = OverviewTab(self.theme)
        self._add_tab(self.overview, self.tr("Overview"))
        yield True
        self.samples_tab = SamplesTab(self.theme)
        self.samples_tab.drawn.connect(self._on_drawing)
        self.grid, self.pad, self.bars = self.samples_tab.grid, self.samples_tab.pad, self.samples_tab.bars
        self.which = self.samples_tab.which
        for chosen in (self.overview.grid.selected, self.overview.table.selected):
            chosen.connect(self._show_sample)
        self._add_tab(self.samples_tab, self.tr("Samples"))
        yield True
        self.outputs = OutputsTab(self.theme, self.services.settings)
        self.overview.look_through(self.outputs.look)
        self.outputs.kind_chosen.connect(self.overview.show_again)
        self._add_tab(self.outputs, self.tr("Outputs"))
        yield True
        self.numbers = NumbersTab(self.theme)
        self.numbers.samples.selected.connect(self.samples_tab.select)
        self._add_tab(self.numbers, self.tr("Numbers"))
        yield True
        self.layers = LayersTab(self.theme, self._compute_layer)
        self._add_tab(self.layers, self.tr("Layers"))
        yield True
        self.graph = GraphTab(self.services)
        self._add_tab(self.graph, self.tr("Graph"))
        self.training = TrainingTab(self.theme)
        self._add_tab(self.training, self.tr("Training"))
        self.tabs.setTabVisible(self.tabs.indexOf(self.training), False)
        yield True
        self.speed = SpeedTab(self.theme)
        self.speed.measure.clicked.connect(self._measure)
        self._add_tab(self.speed, self.tr("Speed"))
        yield True
        self.summary = SummaryTab(self.theme)
        self._add_tab(self.summary, self.tr("Summary"))
        for picked in (
            self.overview.summary.chosen,
            self.summary.text.chosen,
            self.layers.picked,
            self.graph.view.picked,
        ):
            picked.connect(self._mark_layer)
        self.tabs.currentChanged.connect(self._turned)
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
        for text, kind in sample_kinds():
            self.samples.addItem(text, kind)
        self.count = QSpinBox()
        self.count.setObjectName("sampleCount")
        self.count.setRange(0, 1_000_000)
        self.count.setSpecialValueText(self.tr("all"))
        self.count.setSuffix(self.tr(" samples"))
        self.count.setAccessibleName(self.tr("How many samples"))
        self.count.setMinimumWidth(110)
        indented(self.count)
        self.check_button = button(self.tr("&Check"), "check", "primary", "play", self.theme)
        self.primary = self.check_button
        self.check_button.clicked.connect(self.check)
        self.more = button("", "sampleSettings", "", "settings", self.theme)
        self.more.setFixedWidth(40)
        self.more.clicked.connect(self._settings)
        self.samples.activated.connect(self._sample_kind)
        self.count.valueChanged.connect(self._counted)
        line = QHBoxLayout(controls)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(S)
        for part in (self.samples, self.more, self.count, self.check_button):
            line.addWidget(part)
        head.add(words, 1)
        head.add(controls)
        card.body.addWidget(head)
        self._place = ElidedLabel("", "caption")
        self._place.setObjectName("samplePlace")
        card.body.addWidget(self._place)
        self._reason = label("", "caption", wrap=True, name="checkReason")
        self._reason.hide()
        card.body.addWidget(self._reason)
        self.remarks = label("", "caption", wrap=True, name="remarks")
        self.remarks.hide()
        card.body.addWidget(self.remarks)
        return card

    # Choosing

    def _turned(self, place: int) -> None:
        if self.state.record is not None:
            self.state.record.tab = place

    def _counted(self, count: int) -> None:
        if self.state.record is not None:
            self.state.choose_samples(dataclasses.replace(self.state.samples, count=count))

    def _sample_kind(self, _index: int) -> None:
        chosen = ask_for_files(self._card, str(self.samples.currentData()), self.choice())
        if chosen is not None:
            self.state.choose_samples(chosen)
            if chosen.from_files and has_settings(chosen):
                self._settings()
        self._show_choice()  # as before, where no file was chosen

    def choice(self) -> SampleChoice:
        """The samples that are chosen."""
        return self.state.samples

    def _settings(self) -> None:
        """Ask for what belongs to the kind of samples: the seed, or how its files are read and prepared."""
        conversion = self.state.conversion
        inputs = conversion.exported.inputs if conversion is not None else self.state.inputs
        try:
            chosen = ask_for_settings(self._card, self.choice(), inputs)
        except Problem as problem:
            self.notice.problem(problem)
            self._drawn.pop("notice", None)
            return
        if chosen is not None:
            self.state.choose_samples(chosen)

    # Running

    def entered(self) -> None:
        """Check at once what takes little time and was neither checked nor refused nor stopped."""
        state, record = self.state, self.state.record
        if record is None or state.verification is not None or state.obstacle(Work.CHECK) is not None:
            return
        done_with = state.failure(Work.CHECK) is not None or state.was_cancelled(Work.CHECK)
        if record.info.parameters <= _UNASKED and not done_with and self.choice().kind in ("digits", "random"):
            self.check()

    def check(self) -> None:
        state, record, conversion = self.state, self.state.record, self.state.conversion
        if record is None or conversion is None or state.obstacle(Work.CHECK) is not None:
            return
        job = Job(Work.CHECK, state.verification_key(), record.key)
        request = verify.Request(
            conversion.source,
            conversion.exported.path,
            conversion.converted.path,
            str(state.folder_for(job.key)),
            state.samples,
            True,
            conversion.options.trainable,
        )
        self.services.run(
            job, request, self.tr("Comparing the backends"), Watcher(lambda found: state.answer(job, found))
        )

    # Drawing

    def render_state(self) -> None:
        state, record = self.state, self.state.record
        if record is None:
            return
        self._show_choice()
        self.tabs.setCurrentIndex(record.tab)
        self.samples_tab.take_drawings(state.conversion is not None and takes_digits(record.info, record.inputs))
        self.offer(self.check_button, self._reason, Work.CHECK)
        found = record.verification
        status = state.state(Step.CHECK)
        stale = found is not None and state.verification is None
        self.draw(
            "verdict", (found, status, stale, record.conversion), lambda: self._show_verdict(found, status, stale)
        )
        self._show_notice()
        self.draw("found", found, lambda: self._show_found(found))
        self.draw("summary", record.conversion, lambda: self._show_summary(record))
        self.draw("graph", (record.conversion, found), lambda: self._show_graph(record))
        self.draw("speed", (state.speed, record.speed is None), lambda: self.speed.show_rows(state.speed))
        obstacle = state.obstacle(Work.SPEED)
        self.speed.measure.setEnabled(obstacle is None)
        self.speed.measure.setToolTip(reason_for(obstacle) if obstacle is not None else "")
        self.draw("marks", (stale, state.conversion is None), lambda: self._mark(stale, state.conversion is None))

    def _show_choice(self) -> None:
        choice = self.choice()
        for field in (self.samples, self.count):
            field.blockSignals(True)
        self.samples.setCurrentIndex(self.samples.findData(choice.kind))
        beside = [Path(path).name for path in (choice.class_names, choice.text.tokenizer) if path]
        more = [self.tr("{0} more").format(len(choice.more))] if choice.more else []
        self._place.setText(f"{choice.path}  ({', '.join([*more, *beside])})" if more or beside else choice.path)
        self._place.setToolTip("\n".join(path for path in (*choice.paths, choice.class_names) if path))
        self._place.setVisible(bool(choice.path))
        self.count.setSpecialValueText(self.tr("as many as fit") if choice.kind == "random" else self.tr("all"))
        self.count.setValue(choice.count)
        for field in (self.samples, self.count):
            field.blockSignals(False)
        self.more.setVisible(has_settings(choice))
        words = settings_title(choice.kind)
        self.more.setToolTip(words)
        self.more.setAccessibleName(words)

    def _show_notice(self) -> None:
        problem = self.state.failure(Work.CHECK) or self.state.failure(Work.SPEED)
        if problem is not None:
            self.draw("notice", problem, lambda: self.notice.problem(problem))
        elif self.state.was_cancelled(Work.CHECK):
            words = self.tr("The check was cancelled."), self.tr("Run it again whenever you like.")
            self.draw("notice", "cancelled", lambda: self.notice.say("muted", *words))
        else:
            self.draw("notice", "", self.notice.clear)

    def _show_verdict(self, found: Result[Verification] | None, status: StepState, stale: bool) -> None:
        self.remarks.hide()
        if status is StepState.RUNNING:
            self._headline("", "loader-circle", "accent", self.tr("Comparing"))
            self.sentence.setText(self.tr("PyTorch, ONNX Runtime and Keras get the same samples."))
        elif found is None or (status is StepState.FAILED and self.state.failure(Work.CHECK) is not None):
            self._headline("", "circle", "muted", self.tr("Not checked yet"))
            self.sentence.setText(self._before_the_check())
        elif stale:
            self._headline("warn", "rotate-ccw", "warn", self.tr("Out of date"))
            self.sentence.setText(self.tr("These results were measured before the last change. Check again."))
        else:
            self._say_verdict(found.value)

    def _before_the_check(self) -> str:
        record = self.state.record
        if record is not None and record.info.parameters > _UNASKED:
            sentence = self.tr("The model has {0} parameters, so the check takes a while. Start it when you like.")
            return sentence.format(f"{record.info.parameters:,}")
        return self.tr("Choose the samples and run the check.")

    def _headline(self, state: str, icon: str, role: str, text: str) -> None:
        set_property(self.headline, "state", state)
        self._icon.show_icon(icon, role)
        self.headline.setText(text)

    def _say_verdict(self, found: Verification) -> None:
        verdict = found.verdict
        role = "good" if found.same else "bad"
        trained_otherwise = found.training is not None and not found.training.same and verdict.same
        text = self.tr("Keras trains differently.") if trained_otherwise else phrase(verdict.headline)
        self._headline(role, "circle-check" if found.same else "circle-x", role, text)
        self.sentence.setText(phrase(verdict.sentence))
        training = (found.training.sentence,) if found.training is not None else ()
        self.remarks.setText(" ".join(phrase(text) for text in (*training, *found.notes)))
        self.remarks.setVisible(bool(self.remarks.text()))

    def _show_found(self, result: Result[Verification] | None) -> None:
        """The samples, numbers and layers of a verification, or that there is none."""
        found = result.value if result is not None else None
        self._wanted = found
        self.layers.show_rows(found.layers if found is not None else None)
        self.training.show_step(found.training if found is not None else None)
        self.tabs.setTabVisible(self.tabs.indexOf(self.training), found is not None and found.training is not None)
        if found is None:
            for tab in self._clearing():
                tab()
        elif _size(found.arrays) <= _AT_ONCE:
            self._take_arrays(found, _read(found.arrays))
        else:
            # Hundreds of megabytes would hold the window.
            for tab in self._clearing():
                tab()
            _reader().submit(_read_in_thread, Reply(self._take_arrays), found)

    def _clearing(self) -> tuple[Callable[[], None], ...]:
        """Functions that empty the tabs that show arrays."""
        return self.overview.clear_samples, self.samples_tab.clear, self.outputs.clear, self.numbers.clear

    def _show_summary(self, record: ModelRecord) -> None:
        if record.conversion is not None:
            report = record.conversion.value.converted.report
            self.overview.show_report(report)
            self.summary.show_report(report, record.info)
        else:
            self.overview.show_report(None)
            self.summary.clear()

    def _show_graph(self, record: ModelRecord) -> None:
        conversion, found = record.conversion, record.verification
        layers = found.value.layers if found is not None else ()
        arrays = found.value.arrays if found is not None else ""
        self.graph.view.own_parameters = record.info.parameters
        self.graph.show_conversion(conversion.value if conversion is not None else None, layers, arrays)

    def _mark(self, stale: bool, conversion_stale: bool) -> None:
        """Say on every tab, and above what it shows, that it is older than the last change."""
        for tab in (
            self.overview,
            self.samples_tab,
            self.outputs,
            self.numbers,
            self.layers,
            self.graph,
            self.training,
            self.summary,
        ):
            old = conversion_stale if tab is self.summary else stale or (tab is self.overview and conversion_stale)
            tab.stale.setVisible(old)
            place = self.tabs.indexOf(tab)
            self.tabs.setTabIcon(place, icon("rotate-ccw", self.theme.colours.warn) if old else QIcon())
            self.tabs.setTabToolTip(place, tab.stale.text() if old else "")

    def _mark_layer(self, layer: str) -> None:
        """Mark a Keras layer wherever it is shown."""
        self.overview.summary.mark(layer)
        self.summary.mark(layer)
        self.layers.mark(layer)
        self.graph.view.show_layer(layer)

    def _show_sample(self, number: int) -> None:
        """Tell of a sample that was chosen in the overview; the next tab looks at it closely."""
        self.samples_tab.select(number)
        self.overview.which.setText(self.samples_tab.which.text().replace("\n", ", "))

    def _take_arrays(self, found: Verification, arrays: dict[str, np.ndarray]) -> None:
        """The samples and outputs behind a verification, unless another one is shown by now."""
        if found is self._wanted:
            self.outputs.show_found(
                found, arrays, self.state.record.info.sha256 if self.state.record is not None else ""
            )
            self.overview.show_found(found, arrays)
            self.samples_tab.show_found(found, arrays)
            self.numbers.show_found(found, arrays)

    # A drawn digit

    def _on_drawing(self, picture: bytes) -> None:
        if self._predicting is not None and self._predicting.running:
            self._waiting_picture = picture  # the latest stroke is the one that counts
            return
        conversion, record = self.state.conversion, self.state.record
        if conversion is None or record is None:
            return
        request = predict.Request(conversion.source, conversion.exported.path, conversion.converted.path, picture)
        self._predicting = self.services.run(
            None,
            request,
            self.tr("Reading the drawing"),
            Watcher(lambda found: self._predicted(conversion, found), self.notice.problem, ended=self._next_picture),
        )

    def _predicted(self, conversion: Conversion, result: Prediction) -> None:
        if conversion is self.state.conversion:
            self.samples_tab.show_prediction(result)

    def _next_picture(self) -> None:
        self._predicting = None
        if self._waiting_picture is not None:
            picture, self._waiting_picture = self._waiting_picture, None
            self._on_drawing(picture)

    # A layer

    def _compute_layer(self, layer: str, number: int) -> None:
        record = self.state.record
        if record is None or record.conversion is None or record.verification is None:
            return
        conversion, found = record.conversion.value, record.verification.value
        request = activation.Request(
            conversion.exported.path, conversion.converted.path, found.arrays, layer, min(number, found.samples - 1)
        )

        def finished(values: object) -> None:
            assert isinstance(values, activation.Activation)
            self.layers.show_activation(values)

        def failed(problem: Problem) -> None:
            self.layers.refuse_activation(layer, problem)

        self.services.run(None, request, self.tr("Computing the layer"), Watcher(finished, failed))

    # Speed

    def _measure(self) -> None:
        state, record, conversion = self.state, self.state.record, self.state.conversion
        if record is None or conversion is None or state.obstacle(Work.SPEED) is not None:
            return
        job = Job(Work.SPEED, state.speed_key(), record.key)
        self.services.run(
            job,
            speed.Request(conversion.source, conversion.exported.path, conversion.converted.path),
            self.tr("Timing the backends"),
            Watcher(lambda rows: state.answer(job, rows)),
        )

    def first_focus(self) -> QWidget | None:
        return self.check_button

    def may_go_on(self) -> bool:
        return (
            self.state.conversion is not None
        )  # a file can be saved without a check: it is checked when it is opened again


@lru_cache(maxsize=1)
def _reader() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "arrays")


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _read(path: str) -> dict[str, np.ndarray]:
    """The arrays that a verification stored; empty where they are gone or damaged."""
    try:
        with np.load(path) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError):
        return {}


def _read_in_thread(reply: Reply, found: Verification) -> None:
    reply(found, _read(found.arrays))
