"""The Convert page: PyTorch to ONNX to Keras, stage by stage with times, and what became of every operator."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from pt2k_gui.convert import UnsupportedOperators
from pt2k_gui.export.result import Exported
from pt2k_gui.gui.pages.base import Page, Services
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.state import Options, Step, StepState
from pt2k_gui.gui.theme import L, M, S
from pt2k_gui.gui.widgets.basics import Card, Columns, Fold, Icon, Notice, button, label
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.gui.worker import Watcher
from pt2k_gui.jobs import convert, export
from pt2k_gui.problem import Problem
from pt2k_gui.progress import StageDone, StageStarted


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
            self.tr("The model is exported to ONNX, checked in ONNX Runtime, and built again from Keras's own layers."),
        )
        self._rows: dict[str, StageRow] = {}
        self._done: list[StageDone] = []
        self._exported: Exported | None = None
        self.notice = Notice(self.theme, self.tr("Conversion"))
        self.body.addWidget(self.notice)
        columns = Columns(780)
        stages = Card(self.tr("Stages"))
        self._stages = QVBoxLayout()
        self._stages.setSpacing(0)
        stages.body.addLayout(self._stages)
        stages.body.addStretch(1)
        stages.body.addWidget(Fold(self.theme, self.tr("Options"), self._options(), "options"))
        self.convert_button = button(self.tr("Convert"), "convert", "primary", "play", self.theme)
        self.primary = self.convert_button
        self.convert_button.clicked.connect(self.convert)
        stages.body.addWidget(self.convert_button, 0, Qt.AlignmentFlag.AlignRight)
        columns.add(stages, 5)
        operators = Card(self.tr("Operators"))
        self._totals = label("", "muted", wrap=True)
        operators.body.addWidget(self._totals)
        self.table = Table(
            (self.tr("Operator"), self.tr("Count"), self.tr("Becomes"), self.tr("State")), "operators", (1,), 2
        )
        self.table.setMinimumHeight(220)
        self._clear_operators()
        operators.body.addWidget(self.table, 1)
        columns.add(operators, 6)
        self.body.addWidget(columns, 1)
        self._plan()
        self.state.changed.connect(self._on_state)

    def _plan(self) -> None:
        """All stages, still to do."""
        for row in self._rows.values():
            row.hide()
            row.deleteLater()
        self._rows, self._done = {}, []
        for name, text in (
            ("Export to ONNX", self.tr("Export to ONNX")),
            ("Check the ONNX file", self.tr("Check the ONNX file")),
            ("Compare with PyTorch", self.tr("Compare with PyTorch")),
            ("Build the Keras model", self.tr("Build the Keras model")),
            ("Write the .keras file", self.tr("Write the .keras file")),
        ):
            self._add_row(name, text)

    def _clear_operators(self) -> None:
        self._totals.setText(self.tr("The table says what each ONNX operator became."))
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
        self.engine.addItem(self.tr("PT2K (stock Keras layers)"), "native")
        self.engine.addItem(self.tr("onnx2keras (for comparison)"), "onnx2keras")
        self.engine.setCurrentIndex(max(self.engine.findData(self.state.walk.options.engine), 0))
        self.trainable = QCheckBox(self.tr("A twin to train further: BatchNorm and Dropout stay layers"))
        self.trainable.setObjectName("trainable")
        self.trainable.setChecked(self.state.walk.options.trainable)
        form.addRow(label(self.tr("Engine"), "muted"), self.engine)
        form.addRow(self.trainable)
        self.engine.currentIndexChanged.connect(lambda _index: self._changed())
        self.trainable.toggled.connect(lambda _on: self._changed())
        return made

    def _changed(self) -> None:
        engine = str(self.engine.currentData())
        self.services.settings.set_option("engine", engine)
        self.services.settings.set_option("trainable", str(int(self.trainable.isChecked())))
        self.state.set_options(
            dataclasses.replace(self.state.walk.options, engine=engine, trainable=self.trainable.isChecked())
        )

    def _on_state(self, step: object) -> None:
        if step is Step.CONVERT:
            self.convert_button.setEnabled(self.state.state(Step.CONVERT) is not StepState.RUNNING)
            stale = self.state.state(Step.CONVERT) is StepState.STALE
            if stale:
                self.notice.say(
                    "warn", self.tr("What follows was made before the last change."), self.tr("Convert again.")
                )
            self.convert_button.setText(
                " " + (self.tr("Convert again") if self.state.walk.converted is not None else self.tr("Convert"))
            )

    # The two jobs, one after the other

    def convert(self) -> None:
        walk = self.state.walk
        if self.services.busy() or walk.source is None or self.state.state(Step.INPUT) is not StepState.DONE:
            return
        self._plan()
        self._clear_operators()
        self.notice.clear()
        self.state.set_state(Step.CONVERT, StepState.RUNNING)
        request = export.Request(
            walk.source, walk.inputs, str(self.state.folder / "model.onnx"), walk.options.trainable
        )
        self.services.run(
            request,
            self.tr("Exporting to ONNX"),
            Watcher(self._was_exported, self._failed, self._cancelled, self._heard),
        )

    def _was_exported(self, result: object) -> None:
        assert isinstance(result, Exported)
        self._exported = result
        options: Options = self.state.walk.options
        request = convert.Request(
            result.path, str(self.state.folder / "model.keras"), options.engine, options.axis_order, options.trainable
        )
        QTimer.singleShot(
            0,
            self,
            lambda: self.services.run(
                request,
                self.tr("Building the Keras model"),
                Watcher(self._was_converted, self._failed, self._cancelled, self._heard),
            ),
        )

    def _was_converted(self, result: object) -> None:
        assert isinstance(result, convert.Converted)
        assert self._exported is not None
        self.state.walk.stages = tuple(self._done)
        self.state.set_converted(self._exported, result)
        self._show_result()

    def _show_result(self) -> None:
        result = self.state.walk.converted
        if result is None:
            return
        for row in self._rows.values():
            if row.state is StepState.TODO:
                row.waits(self.tr("not needed for this model"))
        report = result.report
        self.table.fill(
            [
                (row.operator, f"{row.count:,}", ", ".join(row.becomes) or "—", phrase(row.state))
                for row in report.operators
            ]
        )
        self._totals.setText(
            self.tr("{0} Keras layers, {1} parameters, {2} transposes, {3} nodes folded away").format(
                f"{report.layer_count:,}", f"{report.parameters:,}", report.transposes, f"{report.folded:,}"
            )
        )
        state = "warn" if report.lambda_layers else "good"
        self.notice.say(
            state,
            self.tr("Converted: {0} MB of stock Keras.").format(f"{result.size / 1e6:.2f}")
            if not report.lambda_layers
            else self.tr("Converted, but {0} Lambda layers do not open elsewhere.").format(len(report.lambda_layers)),
            " ".join(report.notes),
        )

    def _heard(self, event: object) -> None:
        if isinstance(event, StageStarted):
            (self._rows.get(event.name) or self._add_row(event.name, event.name)).started()
        elif isinstance(event, StageDone):
            self._done.append(event)
            (self._rows.get(event.name) or self._add_row(event.name, event.name)).done(event.seconds, event.result)

    def _failed(self, problem: Problem) -> None:
        for row in self._running():
            row.failed(problem.sentence)
        self.state.set_state(Step.CONVERT, StepState.FAILED, "")
        if isinstance(problem, UnsupportedOperators):
            self.table.fill(
                [(row.operator, str(row.count), ", ".join(row.modules), self.tr("unsupported")) for row in problem.rows]
            )
            self._totals.setText(" ".join(dict.fromkeys(row.advice for row in problem.rows)))
        self.notice.problem(problem)

    def _cancelled(self) -> None:
        for row in self._running():
            row.waits(self.tr("cancelled"))
        self.state.set_state(Step.CONVERT, StepState.STALE if self.state.walk.converted is not None else StepState.TODO)
        self.notice.say("muted", self.tr("The conversion was cancelled."), self.tr("Nothing was changed."))

    def _running(self) -> list[StageRow]:
        return [row for row in self._rows.values() if row.state is StepState.RUNNING]

    def restore(self) -> None:
        self.engine.setCurrentIndex(max(self.engine.findData(self.state.walk.options.engine), 0))
        self.trainable.setChecked(self.state.walk.options.trainable)
        self._exported = self.state.walk.exported
        self._plan()
        for stage in self.state.walk.stages:
            self._heard(stage)
        self._show_result()
        self._on_state(Step.CONVERT)

    def first_focus(self) -> QWidget | None:
        return self.convert_button

    def may_go_on(self) -> bool:
        return self.state.state(Step.CONVERT) is StepState.DONE
