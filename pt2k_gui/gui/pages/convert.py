"""The Convert page: PyTorch to ONNX to Keras, stage by stage with times, and what became of every operator."""

from __future__ import annotations

import dataclasses

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from pt2k_gui.convert import UnsupportedOperators
from pt2k_gui.export.result import Exported
from pt2k_gui.files import file_size
from pt2k_gui.gui.folded import folded_rows, state_words
from pt2k_gui.gui.pages.base import Page, Services, beside
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.record import Conversion, ModelRecord, Work
from pt2k_gui.gui.state import Job, Step, StepState
from pt2k_gui.gui.theme import L, M, S
from pt2k_gui.gui.widgets.basics import Card, Columns, Fold, Icon, Notice, add_field, button, label
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.gui.worker import Watcher
from pt2k_gui.jobs import convert, export
from pt2k_gui.problem import Problem
from pt2k_gui.progress import StageDone, StageStarted

_PLANNED = 5  # stages
_LEAST_TABLE = 380  # pixels in which the operators can be read


class StageRow(QWidget):
    """One stage: icon, name, one-line result, time."""

    def __init__(self, services: Services, name: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, S // 2, 0, S // 2)
        row.setSpacing(M)
        self._icon = Icon(services.theme, "circle", "muted")
        row.addWidget(self._icon)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(label(name, "strong"))
        self._result = label("", "caption", wrap=True)
        column.addWidget(self._result)
        row.addLayout(column, 1)
        self._time = label("", "muted")
        row.addWidget(self._time)
        self.state = StepState.TODO
        self.waits(self.tr("to do"))

    def waits(self, text: str) -> None:
        self._show(StepState.TODO, "circle", "muted", text, "")

    def started(self) -> None:
        self._show(StepState.RUNNING, "loader-circle", "accent", self.tr("running"), "")

    def done(self, seconds: float, result: str) -> None:
        self._show(StepState.DONE, "circle-check", "good", phrase(result) or self.tr("done"), f"{seconds:.2f} s")

    def stale(self, seconds: float, result: str) -> None:
        self._show(StepState.STALE, "rotate-ccw", "warn", phrase(result) or self.tr("done"), f"{seconds:.2f} s")

    def failed(self, text: str) -> None:
        self._show(StepState.FAILED, "circle-x", "bad", phrase(text), "")

    def _show(self, state: StepState, icon: str, role: str, text: str, time: str) -> None:
        self.state = state
        self._icon.show_icon(icon, role)
        self._result.setText(text)
        self._time.setText(time)


class ConvertPage(Page):
    """Step three."""

    step = Step.CONVERT

    def __init__(self, services: Services) -> None:
        super().__init__(
            services,
            self.tr("Convert"),
            self.tr("The model is exported to ONNX, checked in ONNX Runtime, and rebuilt from Keras's own layers."),
        )
        self._rows: dict[str, StageRow] = {}
        self.notice = Notice(self.theme, self.tr("Conversion"))
        self.body.addWidget(self.notice)
        columns = Columns(780)
        stages = Card(self.tr("Stages"))
        self._stages = QVBoxLayout()
        self._stages.setSpacing(0)
        stages.body.addLayout(self._stages)
        stages.body.addStretch(1)
        options = Fold(self.theme, self.tr("Options"), self._options(), "options")
        options.toggle.toggled.connect(self.adapt)
        stages.body.addWidget(options)
        self.convert_button = button(self.tr("&Convert"), "convert", "primary", "play", self.theme)
        self.primary = self.convert_button
        self.convert_button.clicked.connect(self.convert)
        self._reason = label("", "caption", wrap=True, name="convertReason")
        stages.body.addLayout(beside(self._reason, self.convert_button))
        columns.add(stages, 5)
        operators = Card(self.tr("Operators"))
        self._totals = label("", "muted", wrap=True)
        operators.body.addWidget(self._totals)
        self.table = Table(
            (self.tr("Operator"), self.tr("Count"), self.tr("Becomes"), self.tr("State")), "operators", (1,), 2
        )
        self.table.setMinimumSize(_LEAST_TABLE, 220)
        self._clear_operators()
        operators.body.addWidget(self.table, 1)
        columns.add(operators, 6)
        self.body.addWidget(columns, 1)
        self._plan()

    def _plan(self) -> None:
        """All stages, still to do."""
        for row in self._rows.values():
            row.hide()
            row.deleteLater()
        self._rows = {}
        for name, text in (
            ("Export to ONNX", self.tr("Export to ONNX")),
            ("Check the ONNX file", self.tr("Check the ONNX file")),
            ("Compare with PyTorch", self.tr("Compare with PyTorch")),
            ("Build the Keras model", self.tr("Build the Keras model")),
            ("Write the .keras file", self.tr("Write the .keras file")),
        ):
            self._add_row(name, text)

    def _clear_operators(self) -> None:
        self._totals.setText(self.tr("The table shows what each ONNX operator became."))
        self.table.fill([])

    def _add_row(self, name: str, text: str) -> StageRow:
        row = self._rows[name] = StageRow(self.services, text)
        self._stages.addWidget(row)
        return row

    def _options(self) -> QWidget:
        made = QWidget()
        form = QFormLayout(made)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(L)
        self.engine = QComboBox()
        self.engine.setObjectName("engine")
        self.engine.addItem(self.tr("PT2K (Keras's own layers)"), "native")
        self.engine.addItem(self.tr("onnx2keras (for comparison)"), "onnx2keras")
        self.trainable = QCheckBox(self.tr("Keep the model trainable: BatchNorm and Dropout stay layers"))
        self.trainable.setObjectName("trainable")
        add_field(form, self.tr("Engine"), self.engine)
        form.addRow(self.trainable)
        self.engine.currentIndexChanged.connect(lambda _index: self._changed())
        self.trainable.toggled.connect(lambda _on: self._changed())
        return made

    def _changed(self) -> None:
        engine = str(self.engine.currentData())
        self.services.settings.set_option("engine", engine)
        self.services.settings.set_option("trainable", str(int(self.trainable.isChecked())))
        self.state.choose_options(
            dataclasses.replace(self.state.options, engine=engine, trainable=self.trainable.isChecked())
        )

    # The two requests of the job, one after the other

    def convert(self) -> None:
        state, record = self.state, self.state.record
        if state.obstacle(Work.CONVERT) is not None or record is None:
            return
        options = dataclasses.replace(state.options, axis_order=state.axis_order())
        job = Job(Work.CONVERT, state.conversion_key(), record.key)
        folder, source, inputs = state.folder_for(job.key), record.source, record.inputs
        name = record.proposed_name

        def was_exported(exported: Exported) -> None:
            def was_converted(converted: convert.Converted) -> None:
                stages = tuple(event for event in state.stages if isinstance(event, StageDone))
                state.answer(job, Conversion(exported, converted, stages, options, inputs, source))

            self.services.run(
                job,
                convert.Request(
                    exported.path,
                    str(folder / "model.keras"),
                    options.engine,
                    options.axis_order,
                    options.trainable,
                    name=name,
                    to_be_saved=True,
                ),
                self.tr("Building the Keras model"),
                Watcher(was_converted, notice=self._heard),
                span=(0.5, 1.0),
            )

        self.services.run(
            job,
            export.Request(source, inputs, str(folder / "model.onnx"), options.trainable),
            self.tr("Exporting to ONNX"),
            Watcher(was_exported, notice=self._heard),
            span=(0.0, 0.5),
        )

    def _heard(self, event: object) -> None:
        if isinstance(event, StageStarted | StageDone):
            self.state.hear_stage(event)

    # Drawing

    def render_state(self) -> None:
        state, record = self.state, self.state.record
        for field in (self.engine, self.trainable):
            field.blockSignals(True)
        self.engine.setCurrentIndex(max(self.engine.findData(state.options.engine), 0))
        self.trainable.setChecked(state.options.trainable)
        for field in (self.engine, self.trainable):
            field.blockSignals(False)
        if record is None:
            return
        again = record.conversion is not None
        self.convert_button.setText(" " + (self.tr("&Convert again") if again else self.tr("&Convert")))
        self.offer(self.convert_button, self._reason, Work.CONVERT)
        self._show_stages(record)
        running = state.state(Step.CONVERT) is StepState.RUNNING
        problem = state.failure(Work.CONVERT)
        if running:
            self.draw("result", "running", self._show_running)
        elif problem is not None:
            self.draw("result", problem, lambda: self._show_problem(problem))
        elif record.conversion is not None:
            shown, stale = record.conversion.value, state.conversion is None
            cancelled = state.was_cancelled(Work.CONVERT)
            self.draw("result", (shown, stale, cancelled), lambda: self._show_result(shown, stale, cancelled))
        else:
            cancelled = state.was_cancelled(Work.CONVERT)
            self.draw("result", ("nothing", cancelled), lambda: self._show_nothing(cancelled))

    def _show_stages(self, record: ModelRecord) -> None:
        """The stages of the conversion that runs, failed, or was made."""
        state = self.state
        status = state.state(Step.CONVERT)
        cancelled = state.was_cancelled(Work.CONVERT)
        if status in (StepState.RUNNING, StepState.FAILED) or (cancelled and record.conversion is None):
            events: tuple[StageStarted | StageDone, ...] = state.stages
        else:
            events = record.conversion.value.stages if record.conversion is not None else ()
        self.draw("stages", (events, status, cancelled), lambda: self._draw_stages(events, status))

    def _draw_stages(self, events: tuple[StageStarted | StageDone, ...], status: StepState) -> None:
        if any(event.name not in self._rows for event in events) or len(self._rows) > _PLANNED:
            self._plan()
        for row in self._rows.values():
            row.waits(self.tr("to do"))
        for event in events:
            row = self._rows.get(event.name) or self._add_row(event.name, event.name)
            if isinstance(event, StageStarted):
                row.started()
            elif status is StepState.STALE:
                row.stale(event.seconds, event.result)
            else:
                row.done(event.seconds, event.result)
        for row in self._rows.values():
            if row.state is StepState.RUNNING and status is StepState.FAILED:
                problem = self.state.failure(Work.CONVERT)
                row.failed(problem.sentence if problem is not None else "")
            elif row.state is StepState.RUNNING and status is not StepState.RUNNING:
                row.waits(self.tr("cancelled"))
            elif row.state is StepState.TODO and status in (StepState.DONE, StepState.STALE):
                row.waits(self.tr("not needed for this model"))

    def _show_running(self) -> None:
        self._clear_operators()
        self.notice.clear()

    def _show_nothing(self, cancelled: bool) -> None:
        self._clear_operators()
        self.notice.clear()
        if cancelled:
            self.notice.say("muted", self.tr("The conversion was cancelled."), self.tr("Nothing was changed."))

    def _show_problem(self, problem: Problem) -> None:
        self._clear_operators()
        if isinstance(problem, UnsupportedOperators):
            self.table.fill(
                [(row.operator, str(row.count), ", ".join(row.modules), self.tr("unsupported")) for row in problem.rows]
            )
            self._totals.setText(" ".join(dict.fromkeys(row.advice for row in problem.rows)))
        self.notice.problem(problem)

    def _show_result(self, conversion: Conversion, stale: bool, cancelled: bool) -> None:
        report = conversion.converted.report
        record = self.state.record
        rows = [
            (row.operator, f"{row.count:,}", ", ".join(row.becomes) or "—", state_words(row.state))
            for row in report.operators
        ]
        rows += folded_rows(report, record.info.layers if record is not None else ())
        older = self.tr("out of date")
        self.table.fill([(*row[:3], older) for row in rows] if stale else rows)
        totals = self.tr("{0} Keras layers, {1} parameters, {2} transposes").format(
            f"{report.layer_count:,}", f"{report.parameters:,}", report.transposes
        )
        if report.folded:
            totals = self.tr("{0}; {1} ONNX operations were computed during the conversion").format(
                totals, f"{report.folded:,}"
            )
        self._totals.setText(self.tr("Before the last change: {0}").format(totals) if stale else totals)
        if stale:
            self.notice.say(
                "warn",
                self.tr("These results are from before the last change."),
                self.tr("The conversion was cancelled.") if cancelled else self.tr("Convert again."),
            )
        elif report.lambda_layers:
            sentence = self.tr("Converted, but {0} Lambda layers can't be opened elsewhere.")
            self.notice.say("warn", sentence.format(len(report.lambda_layers)), " ".join(report.notes))
        else:
            sentence = self.tr("Converted: {0}, made of Keras's own layers.").format(
                file_size(conversion.converted.size)
            )
            self.notice.say("good", sentence, " ".join(report.notes))

    def first_focus(self) -> QWidget | None:
        return self.convert_button

    def may_go_on(self) -> bool:
        return self.state.state(Step.CONVERT) is StepState.DONE
