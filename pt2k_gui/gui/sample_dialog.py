"""The form for a folder of images: how a picture becomes the numbers that the model takes."""

from __future__ import annotations

import dataclasses

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.question import answer_of
from pt2k_gui.gui.steps_dialog import StepsDialog
from pt2k_gui.gui.theme import L, M, S, dress
from pt2k_gui.gui.widgets.basics import add_field, button, button_box, indented, label
from pt2k_gui.problem import Problem
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.class_names import read_class_names
from pt2k_gui.verify.samples.preprocessing import FREE_SIZE, PRESETS, ImageSettings, steps_of, usual


class ImageForm(QDialog):
    """Preset, mean, standard deviation, channel order, size, fit.

    Args:
        channels: of the model's image.
        size: (height, width) where the model fixes them, None where it leaves them free.
        class_names: the file with the names of the model's classes, if one was chosen.
        choice: the samples, whose first picture is shown while steps are listed.
    """

    def __init__(
        self,
        parent: QWidget,
        settings: ImageSettings,
        channels: int,
        size: tuple[int | None, int | None],
        class_names: str = "",
        choice: SampleChoice | None = None,
    ) -> None:
        super().__init__(parent)
        has_help(self, "page-check#samples")
        dress(self)
        self.setObjectName("imageForm")
        self.setWindowTitle(self.tr("How the images are prepared"))
        self.setMinimumWidth(460)
        self._channels, self._sample, self._steps = channels, choice, settings.steps
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        words = self.tr("As they were prepared for training. Pixels are scaled to [0, 1] first.")
        column.addWidget(label(words, "muted", wrap=True))
        form = QFormLayout()
        form.setHorizontalSpacing(L)
        form.setVerticalSpacing(S)
        self.preset = QComboBox()
        self.preset.setObjectName("imagePreset")
        for entry in PRESETS:
            if len(entry.mean) in (1, channels):
                self.preset.addItem(entry.title, entry.name)
        self.preset.addItem(self.tr("Other"), "")
        self.mean, self.std = QLineEdit(), QLineEdit()
        self.mean.setObjectName("imageMean")
        self.std.setObjectName("imageStd")
        self.order = QComboBox()
        self.order.setObjectName("imageOrder")
        self.order.addItem(self.tr("Red, green, blue"), "rgb")
        self.order.addItem(self.tr("Blue, green, red"), "bgr")
        self.order.setEnabled(channels == 3)
        self.fit = QComboBox()
        self.fit.setObjectName("imageFit")
        self.fit.addItem(self.tr("Stretched to fit"), "stretch")
        self.fit.addItem(self.tr("Cropped from the center, in proportion"), "crop")
        self.rows, self.columns = self._size(size[0], settings.height), self._size(size[1], settings.width)
        sizes = QHBoxLayout()
        sizes.setSpacing(S)
        for part in (self.rows, label("×", "muted"), self.columns):
            sizes.addWidget(part)
        sizes.addStretch(1)
        self.class_names = QLineEdit(class_names)
        self.class_names.setObjectName("classNames")
        self.class_names.setPlaceholderText(self.tr("None: classes are shown by number"))
        browse = button(self.tr("Browse"), "browseClassNames")
        browse.clicked.connect(self._browse_names)
        names = QHBoxLayout()
        names.setSpacing(S)
        names.addWidget(self.class_names, 1)
        names.addWidget(browse)
        for text, field in (
            (self.tr("Preset"), self.preset),
            (self.tr("Mean"), self.mean),
            (self.tr("Standard deviation"), self.std),
            (self.tr("Channels"), self.order),
            (self.tr("Height and width"), sizes),
            (self.tr("Images are"), self.fit),
            (self.tr("Class names"), names),
        ):
            add_field(form, text, field)
        column.addLayout(form)
        self._simple = (self.preset, self.mean, self.std, self.order, self.fit, self.rows, self.columns)
        self._fixed = [part for part in self._simple if not part.isEnabled()]
        column.addLayout(self._make_steps())
        self.problem = label("", "muted", wrap=True)
        column.addWidget(self.problem)
        buttons = button_box(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        known = usual(channels)
        self.mean.setText(_text(settings.mean or known.mean))
        self.std.setText(_text(settings.std or known.std))
        self.order.setCurrentIndex(self.order.findData(settings.order))
        self.fit.setCurrentIndex(self.fit.findData(settings.fit))
        self._name_preset()
        self.preset.activated.connect(self._use_preset)
        self.mean.textEdited.connect(self._name_preset)
        self.std.textEdited.connect(self._name_preset)

    def _make_steps(self) -> QHBoxLayout:
        """A list of steps in place of the fields above."""
        row = QHBoxLayout()
        row.setSpacing(S)
        self.listed = QCheckBox(self.tr("Prepare by a list of steps"))
        self.listed.setObjectName("listedSteps")
        self.listed.setChecked(bool(self._steps))
        self.listed.toggled.connect(lambda _on: self._show_listed())
        self.edit_steps = button(self.tr("Steps and pictures"), "editSteps")
        self.edit_steps.clicked.connect(self._edit_steps)
        row.addWidget(self.listed)
        row.addStretch(1)
        row.addWidget(self.edit_steps)
        self._show_listed()
        return row

    def _show_listed(self) -> None:
        for part in self._simple:
            part.setEnabled(not self.listed.isChecked() and part not in self._fixed)

    def _edit_steps(self) -> None:
        """List the steps: those that were listed, or what the fields come to."""
        simple = dataclasses.replace(self._entered(), steps=())
        begun = self._steps or steps_of(simple, self._channels, self.rows.value(), self.columns.value())
        dialog = StepsDialog(self, begun, self._channels, self._sample)
        if answer_of(dialog) == QDialog.DialogCode.Accepted:
            self._steps = tuple(dialog.steps)
            self.listed.setChecked(True)

    def _size(self, fixed: int | None, value: int) -> QSpinBox:
        made = QSpinBox()
        made.setRange(1, 8192)
        made.setValue(fixed or value or FREE_SIZE)
        made.setEnabled(fixed is None)
        indented(made)
        return made

    def _use_preset(self, _index: int) -> None:
        for entry in PRESETS:
            if entry.name == self.preset.currentData():
                self.mean.setText(_text(entry.mean))
                self.std.setText(_text(entry.std))

    def _name_preset(self) -> None:
        given = self.mean.text(), self.std.text()
        name = next((e.name for e in PRESETS if (_text(e.mean), _text(e.std)) == given), "")
        self.preset.setCurrentIndex(max(self.preset.findData(name), 0) if name else self.preset.count() - 1)

    def _accept(self) -> None:
        for field, title in ((self.mean, self.tr("mean")), (self.std, self.tr("standard deviation"))):
            numbers = _numbers(field.text())
            if numbers is None or len(numbers) not in (1, self._channels):
                self.problem.setText(
                    self.tr("The {0} needs one number, or one for each of the {1} channels.").format(
                        title, self._channels
                    )
                )
                field.setFocus()
                return
            if field is self.std and min(numbers) <= 0:
                self.problem.setText(self.tr("The standard deviation must be above 0."))
                field.setFocus()
                return
        if self.class_names.text().strip():
            try:
                read_class_names(self.class_names.text().strip())
            except Problem as problem:
                self.problem.setText(f"{phrase(problem.sentence)} {phrase(problem.hint)}")
                self.class_names.setFocus()
                return
        self.accept()

    def _browse_names(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Class names"), "", self.tr("Text and JSON (*.txt *.json *.names *.labels);;All files (*)")
        )
        if path:
            self.class_names.setText(path)

    def settings(self) -> ImageSettings:
        """The settings as they are entered."""
        simple = self._entered()
        if not self.listed.isChecked():
            return simple
        listed = self._steps or steps_of(simple, self._channels, simple.height, simple.width)
        return dataclasses.replace(simple, steps=listed)

    def _entered(self) -> ImageSettings:
        return ImageSettings(
            _numbers(self.mean.text()) or (),
            _numbers(self.std.text()) or (),
            self.rows.value(),
            self.columns.value(),
            str(self.order.currentData()),
            str(self.fit.currentData()),
        )


def _text(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.9g}" for value in values)


def _numbers(text: str) -> tuple[float, ...] | None:
    try:
        return tuple(float(part) for part in text.replace(";", ",").split(",") if part.strip()) or None
    except ValueError:
        return None
