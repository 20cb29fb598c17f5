"""The numbers of the digit classifiers' training, with the defaults that the sample networks were trained with."""

from __future__ import annotations

import dataclasses

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDoubleSpinBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.digits.history import TrainingSettings
from pt2k_gui.gui.theme import M, S, Theme
from pt2k_gui.gui.widgets.basics import ChoiceButton, Fold, button, indented, label
from pt2k_gui.gui.widgets.pictures import ConvolutionPicture, DensePicture, DigitStrip

_FIELD = 84  # pixels: the least width of a number's field


class _Number(QDoubleSpinBox):
    """Shows as many decimals as the number has."""

    def textFromValue(self, value: float) -> str:
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        return text.rstrip("0").rstrip(point) if point in text else text


class TrainingForm(QWidget):
    """``settings()`` gives what is entered; ``fields`` are the numbers by their names in ``TrainingSettings``."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        defaults = TrainingSettings()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        self.mlp = ChoiceButton(
            self.tr("MLP"), self.tr("Two dense layers: 784, 128, 10 units"), "networkMlp", DensePicture(theme)
        )
        self.cnn = ChoiceButton(
            self.tr("CNN"), self.tr("Two convolutions, two dense layers"), "networkCnn", ConvolutionPicture(theme)
        )
        group = QButtonGroup(self)
        for made in (self.mlp, self.cnn):
            group.addButton(made)
        self.mlp.setChecked(True)
        choices = QHBoxLayout()
        choices.setSpacing(S)
        choices.addWidget(self.mlp)
        choices.addWidget(self.cnn)
        column.addLayout(choices)
        self.fields: dict[str, QSpinBox | QDoubleSpinBox] = {}
        basic, more = QGridLayout(), QGridLayout()
        for layout in (basic, more):
            layout.setHorizontalSpacing(S)
            layout.setVerticalSpacing(S)
        self._add(basic, 0, "epochs", self.tr("Epochs"), defaults.epochs, (1, 1000), "")
        self._add(basic, 1, "batch_size", self.tr("Batch size"), defaults.batch_size, (1, 10000), self.tr(" images"))
        self._add(basic, 2, "learning_rate", self.tr("Learning rate"), defaults.learning_rate, (1e-6, 10), "")
        self._add(basic, 3, "momentum", self.tr("Momentum"), defaults.momentum, (0, 0.999), "")
        column.addLayout(basic)
        self._add(more, 0, "hidden", self.tr("Hidden units (MLP)"), defaults.hidden, (1, 4096), "")
        self._add(more, 1, "weight_decay", self.tr("Weight decay"), defaults.weight_decay, (0, 1), "")
        self._add(more, 2, "train_share", self.tr("Training share"), defaults.train_share, (0.01, 0.99), "")
        self._add(more, 3, "seed", self.tr("Seed"), defaults.seed, (0, 2**31 - 1), "")
        self._add(more, 4, "mean", self.tr("Pixel mean"), defaults.mean, (-1, 1), "")
        self._add(more, 5, "std", self.tr("Pixel std"), defaults.std, (0.001, 10), "")
        self.nesterov = QCheckBox(self.tr("Nesterov momentum"))
        self.nesterov.setChecked(defaults.nesterov)
        more.addWidget(self.nesterov, 3, 0, 1, 2)
        self._folder = QLineEdit()
        self._folder.setObjectName("dataFolder")
        self._folder.setPlaceholderText(self.tr("The built-in MNIST"))
        self._folder.setAccessibleName(self.tr("Folder of IDX files"))
        browse = button(self.tr("Folder"), "browseData", "", "folder-open", theme)
        browse.clicked.connect(self._browse)
        data = QHBoxLayout()
        data.setSpacing(S)
        data.addWidget(self._folder, 1)
        data.addWidget(browse)
        more.addLayout(data, 4, 0, 1, 4)
        hidden = QWidget()
        more.setContentsMargins(0, 0, 0, 0)
        hidden.setLayout(more)
        column.addWidget(Fold(theme, self.tr("More settings"), hidden, "moreSettings"))
        column.addStretch(1)
        column.addWidget(DigitStrip(theme))
        column.addWidget(label(self.tr("70,000 handwritten digits come with PT2K."), "caption", wrap=True))

    def _add(
        self, grid: QGridLayout, place: int, name: str, text: str, value: float, limits: tuple[float, float], unit: str
    ) -> None:
        field: QSpinBox | QDoubleSpinBox
        if isinstance(value, int):
            field = QSpinBox()
            field.setRange(int(limits[0]), int(limits[1]))
            field.setValue(value)
        else:
            field = _Number()
            field.setDecimals(7)
            field.setRange(*limits)
            field.setSingleStep(max(value / 10, 1e-7))
            field.setValue(value)
        self.fields[name] = field
        indented(field)
        field.setMinimumWidth(_FIELD)
        field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        field.setSuffix(unit)
        field.setObjectName(name)
        field.setAccessibleName(text)
        title = label(text, "muted")
        title.setBuddy(field)
        row, column = divmod(place, 2)
        grid.addWidget(title, row, column * 2)
        grid.addWidget(field, row, column * 2 + 1)
        grid.setColumnStretch(column * 2 + 1, 1)

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder of IDX files"))
        if folder:
            self._folder.setText(folder)

    def data_folder(self) -> str:
        """The user's own digits; empty for the built-in ones."""
        return self._folder.text().strip()

    def settings(self) -> TrainingSettings:
        chosen = TrainingSettings(network="cnn" if self.cnn.isChecked() else "mlp", nesterov=self.nesterov.isChecked())
        return dataclasses.replace(chosen, **{name: field.value() for name, field in self.fields.items()})  # type: ignore[arg-type]
