"""The list of steps by which a picture becomes a model's numbers, with the picture after each of them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.reply import Reply
from pt2k_gui.gui.theme import L, M, S, dress
from pt2k_gui.gui.widgets.basics import add_field, button, button_box, indented, label
from pt2k_gui.problem import Problem
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.image_steps import check_steps
from pt2k_gui.verify.samples.looking import Stage, first_picture, stages
from pt2k_gui.verify.samples.preprocessing import (
    COVER,
    CROP,
    FILTERS,
    GREY,
    NORMALIZE,
    RESIZE,
    STEPS,
    TITLES,
    Step,
    parse_step,
)

if TYPE_CHECKING:
    from PIL import Image

_PICTURE = 72
_FIRST = {RESIZE: "256 bilinear", COVER: "224x224 bilinear", CROP: "224", GREY: "1", NORMALIZE: "0.5 0.5"}
"""What a step that was added begins with."""


class StepsDialog(QDialog):
    """Steps can be added, moved, changed and removed; ``steps`` has them.

    Args:
        channels: of the model's image.
        choice: the samples of which the first picture is shown on its way; None for none.
    """

    def __init__(
        self, parent: QWidget, steps: Sequence[Step], channels: int, choice: SampleChoice | None = None
    ) -> None:
        super().__init__(parent)
        dress(self)
        has_help(self, "page-check#samples")
        self.setObjectName("stepsDialog")
        self.setWindowTitle(self.tr("Steps of preparation"))
        self.resize(760, 600)
        self.steps = list(steps)
        self._channels, self._asked = channels, 0
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        words = self.tr(
            "In the order in which they were done for training. The picture shows what each step makes of it."
        )
        column.addWidget(label(words, "muted", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(L)
        self.list = QListWidget()
        self.list.setObjectName("steps")
        self.list.setAccessibleName(self.tr("Steps"))
        self.list.setIconSize(QSize(_PICTURE, _PICTURE))
        self.list.currentRowChanged.connect(lambda _row: self._show_step())
        row.addWidget(self.list, 3)
        row.addLayout(self._make_side(), 2)
        column.addLayout(row, 1)
        self.problem = label("", "muted", wrap=True, name="stepsProblem")
        column.addWidget(self.problem)
        buttons = button_box(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self._look = _Looker(choice) if choice is not None else None
        self._fill(0)

    def _make_side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(S)
        adding = QHBoxLayout()
        self.kinds = QComboBox()
        self.kinds.setObjectName("stepKind")
        self.kinds.setAccessibleName(self.tr("Step to add"))
        for name in STEPS:
            self.kinds.addItem(phrase(TITLES[name]()), name)
        adding.addWidget(self.kinds, 1)
        self.adding = button(self.tr("Add"), "addStep")
        self.adding.clicked.connect(self.add)
        adding.addWidget(self.adding)
        side.addLayout(adding)
        moving = QHBoxLayout()
        self.up = button(self.tr("Up"), "stepUp")
        self.down = button(self.tr("Down"), "stepDown")
        self.removing = button(self.tr("Remove"), "removeStep")
        for made, action in ((self.up, partial(self.move_step, -1)), (self.down, partial(self.move_step, 1))):
            made.clicked.connect(lambda _=False, action=action: action())
        self.removing.clicked.connect(self.remove)
        for made in (self.up, self.down, self.removing):
            moving.addWidget(made)
        side.addLayout(moving)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(S)
        self.rows, self.columns = self._size("stepRows"), self._size("stepColumns")
        self.columns.setSpecialValueText(self.tr("in proportion"))
        self.filter = QComboBox()
        self.filter.setObjectName("stepFilter")
        self.filter.addItems(FILTERS)
        self.grey = QComboBox()
        self.grey.setObjectName("stepChannels")
        self.grey.addItems(["1", "3"])
        self.mean, self.std = QLineEdit(), QLineEdit()
        self.mean.setObjectName("stepMean")
        self.std.setObjectName("stepStd")
        for text, field in (
            (self.tr("Height"), self.rows),
            (self.tr("Width"), self.columns),
            (self.tr("Interpolation"), self.filter),
            (self.tr("Channels"), self.grey),
            (self.tr("Mean"), self.mean),
            (self.tr("Standard deviation"), self.std),
        ):
            add_field(self._form, text, field)
        for box in (self.filter, self.grey):
            box.activated.connect(lambda _index: self._changed())
        for line in (self.mean, self.std):
            line.editingFinished.connect(self._changed)
        side.addLayout(self._form)
        side.addStretch(1)
        return side

    def _size(self, name: str) -> QSpinBox:
        made = QSpinBox()
        made.setObjectName(name)
        made.setRange(0, 8192)
        made.setKeyboardTracking(False)
        indented(made)
        made.valueChanged.connect(lambda _value: self._changed())
        return made

    # The list

    def _place(self) -> int:
        """The step that is selected; -1 for the picture as it comes."""
        return self.list.currentRow() - 1

    def add(self) -> None:
        """Add a step behind the selected one."""
        name = str(self.kinds.currentData())
        self.steps.insert(self._place() + 1, parse_step(f"{name} {_FIRST.get(name, '')}"))
        self._fill(self._place() + 2)

    def remove(self) -> None:
        """Remove the selected step."""
        place = self._place()
        if 0 <= place < len(self.steps):
            del self.steps[place]
            self._fill(min(place + 1, len(self.steps)))

    def move_step(self, by: int) -> None:
        """Move the selected step up or down."""
        place = self._place()
        if 0 <= place < len(self.steps) and 0 <= place + by < len(self.steps):
            self.steps[place], self.steps[place + by] = self.steps[place + by], self.steps[place]
            self._fill(place + by + 1)

    def _fill(self, row: int) -> None:
        """List the steps, and have the pictures made."""
        self.list.blockSignals(True)
        self.list.clear()
        for words in (self.tr("The file"), *(self._words(step) for step in self.steps)):
            item = QListWidgetItem(words)
            item.setSizeHint(QSize(0, _PICTURE + 8 if self._look is not None else 32))
            self.list.addItem(item)
        self.list.setCurrentRow(row)
        self.list.blockSignals(False)
        self._show_step()
        self._say(self._refused())
        self._redraw()

    def _words(self, step: Step) -> str:
        return f"{phrase(TITLES[step.name]())} {step.text.partition(' ')[2]}".strip()

    def _show_step(self) -> None:
        place = self._place()
        step = self.steps[place] if 0 <= place < len(self.steps) else None
        name = step.name if step is not None else ""
        fields = (self.rows, self.columns, self.filter, self.grey, self.mean, self.std)
        for field in fields:
            field.blockSignals(True)
        if step is not None:
            if name in (RESIZE, COVER, CROP):
                self.rows.setValue(step.sizes[0])
                self.columns.setValue(step.sizes[1] if len(step.sizes) > 1 else 0 if name == RESIZE else step.sizes[0])
            self.filter.setCurrentText(step.filter)
            self.grey.setCurrentText(str(step.sizes[0]) if name == GREY else "1")
            self.mean.setText(", ".join(f"{value:.9g}" for value in step.mean))
            self.std.setText(", ".join(f"{value:.9g}" for value in step.std))
        for field in fields:
            field.blockSignals(False)
        for field, names in (
            (self.rows, (RESIZE, COVER, CROP)),
            (self.columns, (RESIZE, COVER, CROP)),
            (self.filter, (RESIZE, COVER)),
            (self.grey, (GREY,)),
            (self.mean, (NORMALIZE,)),
            (self.std, (NORMALIZE,)),
        ):
            self._form.setRowVisible(field, name in names)
        self.up.setEnabled(place > 0)
        self.down.setEnabled(0 <= place < len(self.steps) - 1)
        self.removing.setEnabled(place >= 0)

    def _changed(self) -> None:
        """Take over what was entered for the selected step."""
        place = self._place()
        if not 0 <= place < len(self.steps):
            return
        step, rows, columns = self.steps[place], self.rows.value(), self.columns.value()
        size = f"{rows}x{columns}" if columns else str(rows)
        text = {
            RESIZE: f"{size} {self.filter.currentText()}",
            COVER: f"{size} {self.filter.currentText()}",
            CROP: size,
            GREY: self.grey.currentText(),
            NORMALIZE: f"{_joined(self.mean.text())} {_joined(self.std.text())}",
        }.get(step.name, "")
        try:
            made = parse_step(f"{step.name} {text}")
        except Problem as problem:
            self._say(problem)
            return
        if made != step:
            self.steps[place] = made
            self._fill(place + 1)

    # What comes of it

    def _refused(self) -> Problem | None:
        try:
            check_steps(self.steps, self._channels)
        except Problem as problem:
            return problem
        return None

    def _say(self, problem: Problem | None) -> None:
        self.problem.setText(f"{phrase(problem.sentence)} {phrase(problem.hint)}" if problem is not None else "")

    def _accept(self) -> None:
        problem = self._refused()
        self._say(problem)
        if problem is None:
            self.accept()

    def _redraw(self) -> None:
        """Have the pictures made in a thread; a large photograph takes longer than a window may stand still."""
        self._asked += 1
        if self._look is not None and self._refused() is None:
            work = partial(self._look, tuple(self.steps), Reply(self._show_stages), self._asked)
            threading.Thread(target=work, name="steps", daemon=True).start()

    def _show_stages(self, asked: int, found: list[Stage] | Problem) -> None:
        if asked != self._asked:
            return
        if isinstance(found, Problem):
            self._say(found)
            return
        for row, stage in enumerate(found):
            item = self.list.item(row)
            height, width = stage.pixels.shape[:2]
            first = self.tr("The file") if not row else self._words(self.steps[row - 1])
            size = self.tr("{0} × {1} pixels").format(width, height)
            values = self.tr("values from {0} to {1}").format(f"{stage.low:.4g}", f"{stage.high:.4g}")
            item.setText(f"{first}\n{size}\n{values}")
            item.setToolTip(first)
            item.setIcon(QIcon(_pixmap(stage.pixels)))


class _Looker:
    """Makes the pictures, in any thread; the file is read once."""

    def __init__(self, choice: SampleChoice) -> None:
        self._choice = choice
        self._lock = threading.Lock()
        self._picture: Image.Image | None = None

    def __call__(self, steps: Sequence[Step], reply: Reply, asked: int) -> None:
        try:
            with self._lock:
                self._picture = self._picture or first_picture(self._choice)
            reply(asked, stages(self._picture, steps))
        except Problem as problem:
            reply(asked, problem)


def _joined(text: str) -> str:
    return ",".join(part.strip() for part in text.replace(";", ",").split(",") if part.strip())


def _pixmap(pixels: np.ndarray) -> QPixmap:
    kept = np.ascontiguousarray(pixels)
    height, width = kept.shape[:2]
    image = QImage(kept.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    size = QSize(2 * _PICTURE, 2 * _PICTURE)
    return QPixmap.fromImage(image).scaled(
        size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
