"""The Input page: each input's shape, tried on the model after every change; and the axis order of the Keras model."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QSpinBox, QWidget

from pt2k_gui.export.result import DryRun
from pt2k_gui.export.specification import SHAPES, TYPES, parse_shape, preset, presets_for
from pt2k_gui.gui.pages.base import Page, Services, reason_for
from pt2k_gui.gui.record import ModelRecord, Work
from pt2k_gui.gui.state import Job, Step, StepState
from pt2k_gui.gui.theme import L, M, S
from pt2k_gui.gui.widgets.basics import Card, ChoiceButton, Columns, Notice, button, indented, label
from pt2k_gui.gui.widgets.pictures import AxesPicture
from pt2k_gui.gui.widgets.shape_field import ShapeField
from pt2k_gui.gui.worker import Watcher, Worker
from pt2k_gui.jobs import dry_run
from pt2k_gui.problem import Problem
from pt2k_gui.sources import file_formats
from pt2k_gui.sources.card import TensorSpec, ValueSpec

_SETTLE = 350  # milliseconds of no typing before the dry run
_FIXED_TYPES = (file_formats.EXPORT_PROGRAM, file_formats.ONNX)  # such files say themselves which type they take


class InputPage(Page):
    """Step two."""

    step = Step.INPUT

    def __init__(self, services: Services) -> None:
        super().__init__(
            services,
            self.tr("What goes in?"),
            self.tr(
                "A number is a fixed size; a word, such as batch, is a size that stays dynamic. After each change the model is "
                "run once on random values."
            ),
        )
        self._worker: Worker | None = None
        self._fields: list[ShapeField] = []
        self._types: list[QComboBox | None] = []
        self._last = 0  # the input whose shape was changed last; presets go there
        self._ranges: list[tuple[QSpinBox, QSpinBox] | None] = []
        self._values: dict[str, QLineEdit | QComboBox] = {}  # plain values of forward, by the argument's name
        card = Card(self.tr("Inputs"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(L)
        self._grid.setVerticalSpacing(S)
        holder = QWidget()
        holder.setLayout(self._grid)
        self._grid.setContentsMargins(0, 0, 0, 0)
        card.body.addWidget(holder)
        card.body.addLayout(self._preset_row())
        self.body.addWidget(card)
        self.strip = Notice(self.theme, self.tr("Dry run"))
        self.body.addWidget(self.strip)
        self.body.addWidget(self._order_card())
        self.body.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE)
        self._timer.timeout.connect(self._try)
        self._shown: tuple[object, ...] = ()  # the record, inputs and values that the rows show
        self._anew = False  # whether the rows are to be shown anew once what is entered makes sense

    def _preset_row(self) -> QHBoxLayout:
        """Buttons for usual shapes, and for what the file proposes."""
        self._presets = QHBoxLayout()
        self._presets.setSpacing(S)
        self._presets_title = label(self.tr("Presets"), "caption")
        self._presets.addWidget(self._presets_title)
        self._preset_buttons: dict[str, QPushButton] = {}
        for name, shape in SHAPES.items():
            sizes = " × ".join(str(size) for size in shape if size != "batch")
            text = self.tr("sequence of {0}").format(sizes) if name == "sequence" else sizes
            made = button(text, f"preset-{sizes}")
            made.clicked.connect(lambda _=False, name=name: self._preset(name))
            self._preset_buttons[name] = made
            self._presets.addWidget(made)
        reset = button(self.tr("As proposed"), "proposed", "", "rotate-ccw", self.theme)
        reset.clicked.connect(self._propose)
        self._presets.addWidget(reset)
        self._presets.addStretch(1)
        return self._presets

    def _order_card(self) -> Card:
        order = Card(self.tr("Axis order of the Keras model"))
        batch, channels = self.tr("batch"), self.tr("channels")
        height, width = self.tr("height"), self.tr("width")
        self.keras_order = ChoiceButton(
            self.tr("Keras: channels last"), "", "orderKeras",
            AxesPicture(self.theme, (batch, height, width, channels), 3),
        )  # fmt: skip
        self.onnx_order = ChoiceButton(
            self.tr("PyTorch: every axis stays"), "", "orderOnnx",
            AxesPicture(self.theme, (batch, channels, height, width), 1),
        )  # fmt: skip
        choices = Columns(720, spacing=M)
        for made, name in ((self.keras_order, "keras"), (self.onnx_order, "onnx")):
            made.clicked.connect(lambda _=False, name=name: self._choose(name))
            choices.add(made, 1)
        order.body.addWidget(choices)
        self._order_note = label("", "caption", wrap=True)
        order.body.addWidget(self._order_note)
        return order

    # Rows

    def entered(self) -> None:
        if not self._timer.isActive():
            self._try()

    def render_state(self) -> None:
        record = self.state.record
        if record is None:
            return
        chosen = (record.key, record.inputs, record.source.values)
        if self._shown != chosen and record.entry_problem is None:
            self._shown, self._anew = chosen, False
            self._timer.stop()
            self._show_rows(record.inputs)
        self._say(record)
        self._show_order()

    def _show_rows(self, inputs: tuple[TensorSpec, ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()  # it is gone at the end of the turn only
                widget.deleteLater()
        self._fields, self._types, self._ranges, self._last = [], [], [], 0
        headings = (self.tr("Name"), self.tr("Type"), self.tr("Shape"), self.tr("Values"))
        for column, heading in enumerate(headings):
            self._grid.addWidget(label(heading, "caption"), 0, column)
        for number, spec in enumerate(inputs, 1):
            self._grid.addWidget(label(spec.name, "strong"), number, 0)
            self._types.append(self._type(spec, number))
            field = ShapeField(self.theme, spec.name)
            field.setAccessibleName(self.tr("Shape of {0}").format(spec.name))
            field.setText(", ".join(str(size) for size in spec.shape))
            field.edited.connect(lambda place=number - 1: self._edited(place))
            self._fields.append(field)
            self._grid.addWidget(field, number, 2)
            self._ranges.append(self._range(spec, number))
        self._show_values(len(inputs) + 1)
        self._grid.setColumnStretch(2, 1)
        self._offer_presets()

    def _offer_presets(self) -> None:
        """Only what the input that was changed last may take."""
        info = self.state.info
        fitting = presets_for(info.inputs[self._last]) if info is not None and self._last < len(info.inputs) else ()
        for name, made in self._preset_buttons.items():
            made.setVisible(name in fitting)
        self._presets_title.setVisible(bool(fitting))

    def _show_values(self, row: int) -> None:
        card, source = self.state.info, self.state.source
        self._values = {}
        if card is None or source is None:
            return
        chosen = dict(source.values)
        for number, spec in enumerate(card.values, row):
            self._grid.addWidget(label(spec.name, "strong"), number, 0)
            self._grid.addWidget(label(spec.type, "muted"), number, 1)
            field = self._value(spec, chosen.get(spec.name, spec.value))
            field.setObjectName(f"value-{spec.name}")
            field.setAccessibleName(self.tr("Value of {0}").format(spec.name))
            self._values[spec.name] = field
            self._grid.addWidget(field, number, 2)
            self._grid.addWidget(label(self.tr("stays as it is"), "muted"), number, 3)

    def _value(self, spec: ValueSpec, text: str) -> QLineEdit | QComboBox:
        if spec.type == "bool":
            choice = QComboBox()
            choice.addItems(list(dict.fromkeys((text, "True", "False"))))
            choice.setCurrentText(text)
            choice.currentTextChanged.connect(lambda _text: self._entered())
            return choice
        field = QLineEdit(text)
        field.setPlaceholderText(spec.value)
        field.textChanged.connect(lambda _text: self._entered())
        return field

    def values(self) -> tuple[tuple[str, str], ...]:
        """The plain values that were changed; an empty field is as proposed."""
        card = self.state.info
        assert card is not None
        proposed = {spec.name: spec.value for spec in card.values}
        entered = {
            name: field.currentText() if isinstance(field, QComboBox) else field.text().strip()
            for name, field in self._values.items()
        }
        return tuple((name, text) for name, text in entered.items() if text and text != proposed[name])

    def _type(self, spec: TensorSpec, number: int) -> QComboBox | None:
        card = self.state.info
        if card is None or card.kind in _FIXED_TYPES:
            self._grid.addWidget(label(spec.dtype, "muted"), number, 1)
            return None
        field = QComboBox()
        field.setObjectName(f"type{number - 1}")
        field.setAccessibleName(self.tr("Type of {0}").format(spec.name))
        field.addItems(list(dict.fromkeys((*TYPES, spec.dtype))))
        field.setCurrentText(spec.dtype)
        field.currentTextChanged.connect(lambda _text: self._retyped())
        self._grid.addWidget(field, number, 1)
        return field

    def _retyped(self) -> None:
        """Show the rows anew: whole numbers have a range, others have none."""
        self._entered(anew=True)

    def _range(self, spec: TensorSpec, number: int) -> tuple[QSpinBox, QSpinBox] | None:
        if not spec.dtype.startswith(("int", "uint")):
            text = self.tr("true or false") if spec.dtype == "bool" else self.tr("normal")
            self._grid.addWidget(label(text, "muted"), number, 3)
            return None
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        low_field, high_field = QSpinBox(), QSpinBox()
        for field, value, name in (
            (low_field, spec.low or 0, self.tr("smallest")),
            (high_field, (spec.high or 2) - 1, self.tr("largest")),
        ):
            field.setRange(-(2**31), 2**31 - 1)
            field.setValue(value)
            field.setMinimumWidth(90)
            field.setAccessibleName(name)
            indented(field)
            field.valueChanged.connect(lambda _value: self._entered())
            row.addWidget(field)
        row.insertWidget(1, label(self.tr("to"), "muted"))
        holder = QWidget()
        holder.setLayout(row)
        self._grid.addWidget(holder, number, 3)
        return low_field, high_field

    def _hint(self) -> str:
        """How an axis is entered, in the terms of the field."""
        return self.tr("Enter a number for a fixed size, or a word, such as batch, for a size that stays dynamic.")

    def enter_shape(self, number: int, text: str) -> None:
        """Enter a shape for an input as if it were typed."""
        self._fields[number].setText(text)
        self._edited(number)

    def _preset(self, name: str) -> None:
        card = self.state.info
        if card is not None and self._last < len(self._fields):
            shape = preset(card.inputs[self._last], name).shape
            self.enter_shape(self._last, ", ".join(map(str, shape)))

    def _propose(self) -> None:
        record = self.state.record
        if record is not None:
            self._shown = ()
            self.state.choose_inputs(record.info.inputs, ())
            self.render_state()
            self._timer.start()

    def _edited(self, place: int) -> None:
        self._last = place
        self._offer_presets()
        self._entered()

    def _entered(self, *, anew: bool = False) -> None:
        """Take over what is entered at once, so that nothing of another entry seems current; try it a little later.

        Args:
            anew: whether the rows are to be shown anew.
        """
        record = self.state.record
        if record is None:
            return
        self._anew = self._anew or anew
        try:
            inputs, values = self.specs(), self.values()
        except Problem as problem:
            self._shown = ()  # the rows show no inputs at all
            self.state.refuse_inputs(problem)
        else:
            self._shown = () if self._anew else (record.key, inputs, values)
            self.state.choose_inputs(inputs, values)
        self._timer.start()

    # Dry run

    def specs(self) -> tuple[TensorSpec, ...]:
        """The inputs as they are entered. Raises ``Problem`` for a shape that makes no sense."""
        card = self.state.info
        assert card is not None
        found = []
        rows = zip(card.inputs, self._fields, self._types, self._ranges, strict=True)
        for spec, field, kind, limits in rows:
            field.set_bad(True)
            if not all(chip.text().strip() for chip in field.chips):
                raise Problem(self.tr("An axis of {0} is empty.").format(spec.name), hint=self._hint())
            try:
                shape = parse_shape(field.text()) if field.chips or spec.shape else ()
            except Problem as problem:
                raise Problem(problem.sentence, hint=self._hint()) from problem
            field.set_bad(False)
            dtype = spec.dtype if kind is None else kind.currentText()
            low, high = (spec.low, spec.high) if dtype == spec.dtype else (None, None)
            if limits is not None and dtype.startswith(("int", "uint")):
                entered = limits[0].value(), max(limits[0].value(), limits[1].value()) + 1
                if entered != (low or 0, high or 2):  # an untouched range stays as it was proposed
                    low, high = entered
            found.append(dataclasses.replace(spec.with_shape(shape), dtype=dtype, low=low, high=high))
        return tuple(found)

    def _try(self) -> None:
        """Run the model once on the present inputs, unless that was done, failed, was cancelled, or is being done."""
        state, record, key = self.state, self.state.record, self.state.dry_run_key()
        job = state.job
        if record is None or not key or state.state(Step.INPUT) in (StepState.DONE, StepState.FAILED):
            return
        if state.was_cancelled(Work.DRY_RUN) or (job is not None and (job.work is not Work.DRY_RUN or job.key == key)):
            return
        if self._worker is not None and self._worker.running:
            self._worker.cancel()
        begun = Job(Work.DRY_RUN, key, record.key)
        self._worker = self.services.run(
            begun,
            dry_run.Request(record.source, record.inputs),
            self.tr("Trying the model"),
            Watcher(lambda found: self.state.answer(begun, found)),
        )

    def _say(self, record: ModelRecord) -> None:
        """One sentence about the present inputs."""
        state = self.state
        problem = record.entry_problem or state.failure(Work.DRY_RUN)
        obstacle = state.obstacle(Work.DRY_RUN)
        job = state.job
        if problem is not None:
            self.draw("strip", problem, lambda: self._say_failed(problem))
        elif (found := state.dry_run) is not None:
            self.draw("strip", found, lambda: self._say_found(found))
        elif (job is not None and job.work is Work.DRY_RUN) or (
            obstacle is None and not state.was_cancelled(Work.DRY_RUN)
        ):
            trying = self.tr("Trying the model on random values of these shapes")
            self.draw("strip", "trying", lambda: self.strip.say("muted", trying))
        elif obstacle is not None:
            self.draw("strip", obstacle, lambda: self.strip.say("warn", reason_for(obstacle)))
        else:
            self.draw("strip", "cancelled", self._say_cancelled)

    def _say_found(self, result: DryRun) -> None:
        came_in = ", ".join(spec.text() for spec in result.inputs)
        came_out = ", ".join(spec.text() for spec in result.outputs)
        self.strip.say(
            "good",
            self.tr("{0} goes in, {1} comes out").format(came_in, came_out),
            " ".join(result.notes),
        )

    def _say_cancelled(self) -> None:
        self.strip.say("muted", self.tr("The dry run was cancelled"), self.tr("These shapes have not been tried yet."))
        self.strip.offer(self.tr("Run it"), self._run_again)

    def _say_failed(self, problem: Problem) -> None:
        self.strip.problem(problem)
        if self.state.failure(Work.DRY_RUN) is problem:  # it may have been the process, not the inputs
            self.strip.offer(self.tr("Run it again"), self._run_again)

    def _run_again(self) -> None:
        if self.state.record is not None and self.state.obstacle(Work.DRY_RUN) is None:
            self.state.record.cancelled.pop(Work.DRY_RUN, None)
            self.state.record.failures.pop(Work.DRY_RUN, None)
            self._try()

    # Axis order

    def _choose(self, order: str) -> None:
        self.services.settings.set_option("axis_order", order)
        self.state.choose_options(dataclasses.replace(self.state.options, axis_order=order))
        self._show_order()  # a button that was pressed again stays pressed

    def _show_order(self) -> None:
        order = self.state.options.axis_order
        self.keras_order.setChecked(order == "keras")
        self.onnx_order.setChecked(order == "onnx")
        inputs = self.state.inputs
        for made, last in ((self.keras_order, True), (self.onnx_order, False)):
            shapes = ", ".join(_written(spec, last) for spec in inputs) or " "
            made.say(shapes)
        same = bool(inputs) and all(_written(spec, True) == _written(spec, False) for spec in inputs)
        self._order_note.setText(
            self.tr("This model takes no images, so both give the same input.") if same else
            self.tr("Where the channels of image-like inputs and outputs stand. The values are the same either way.")
        )  # fmt: skip

    def first_focus(self) -> QWidget | None:
        return self._fields[0] if self._fields else None

    def may_go_on(self) -> bool:
        return self.state.state(Step.INPUT) is StepState.DONE


def _written(spec: TensorSpec, channels_last: bool) -> str:
    shape = spec.shape
    if channels_last and len(shape) in (4, 5) and spec.dtype.startswith("float"):
        shape = (shape[0], *shape[2:], shape[1])
    return " × ".join(str(size) for size in shape)
