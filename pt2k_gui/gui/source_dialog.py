"""The forms for samples from files of sound, texts, tables and films: how they become the numbers that the model takes."""

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
from pt2k_gui.gui.theme import L, M, S, dress
from pt2k_gui.gui.widgets.basics import add_field, button, button_box, indented, label
from pt2k_gui.problem import Problem
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.class_names import read_class_names
from pt2k_gui.verify.samples.source_settings import AudioSettings, TableSettings, TextSettings, VideoSettings

_RATES = (0, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


class SourceForm(QDialog):
    """The settings of one kind of samples, and the names of the classes. ``choice`` has what is entered.

    Args:
        choice: of the kind ``audio``, ``text``, ``file`` or ``video``.
    """

    def __init__(self, parent: QWidget, choice: SampleChoice) -> None:
        super().__init__(parent)
        dress(self)
        has_help(self, "page-check#samples")
        self.setObjectName("sourceForm")
        self.setMinimumWidth(480)
        self._choice = choice
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(L)
        self._form.setVerticalSpacing(S)
        title, words, build = {
            "audio": (self.tr("How the sound is read"), self.tr(
                "Each window is a sample. The model's own length comes first, where it has one."
            ), self._sound),
            "text": (self.tr("How the texts are read"), self.tr(
                "Each line of a text file, or each row of a table, is a sample."
            ), self._texts),
            "file": (self.tr("Which columns are read"), self.tr(
                "Of a table: columns by their names or their numbers from 1."
            ), self._table),
            "video": (self.tr("Which frames are read"), self.tr(
                "Each frame is a sample, or each clip, where the model takes several frames."
            ), self._film),
        }[choice.kind]  # fmt: skip
        self.setWindowTitle(title)
        column.addWidget(label(words, "muted", wrap=True))
        build()
        self.class_names = self._file_row(
            self.tr("Class names"), "classNames", choice.class_names, self.tr("None: classes are shown by number"),
            self.tr("Text and JSON (*.txt *.json *.names *.labels);;All files (*)"),
        )  # fmt: skip
        column.addLayout(self._form)
        self.problem = label("", "muted", wrap=True)
        column.addWidget(self.problem)
        buttons = button_box(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _sound(self) -> None:
        audio = self._choice.audio
        self.rate = QComboBox()
        self.rate.setObjectName("audioRate")
        for rate in sorted({*_RATES, audio.rate}):
            self.rate.addItem(f"{rate:,} Hz" if rate else self.tr("As in each file"), rate)
        self.rate.setCurrentIndex(self.rate.findData(audio.rate))
        self.length = self._number("audioLength", audio.length, 10_000_000, self.tr("One second"))
        self.hop = self._number("audioHop", audio.hop, 10_000_000, self.tr("As long as the window"))
        for box in (self.length, self.hop):
            box.setSuffix(self.tr(" samples of sound"))
        self.mix = QComboBox()
        self.mix.setObjectName("audioMix")
        self.mix.addItem(self.tr("Mixed to their mean"), "mean")
        self.mix.addItem(self.tr("The first one alone"), "first")
        self.mix.setCurrentIndex(self.mix.findData(audio.mix))
        for text, field in (
            (self.tr("Sample rate"), self.rate),
            (self.tr("Window"), self.length),
            (self.tr("From window to window"), self.hop),
            (self.tr("Channels"), self.mix),
        ):
            add_field(self._form, text, field)

    def _texts(self) -> None:
        text = self._choice.text
        self.tokenizer = self._file_row(
            self.tr("Tokenizer"),
            "tokenizer",
            text.tokenizer,
            "tokenizer.json",
            self.tr("Tokenizers (*.json);;All files (*)"),
        )
        self.length = self._number("textLength", text.length, 1_000_000, self.tr("That of the longest text"))
        self.special = QCheckBox(self.tr("Add the tokens around a text, such as [CLS]"))
        self.special.setObjectName("specialTokens")
        self.special.setChecked(text.special)
        self.column = QLineEdit(text.column)
        self.column.setObjectName("textColumn")
        self.column.setPlaceholderText(self.tr("Of a table: the one named text, else the first"))
        add_field(self._form, self.tr("Tokens"), self.length)
        add_field(self._form, self.tr("Column"), self.column)
        self._form.addRow("", self.special)

    def _table(self) -> None:
        table = self._choice.table
        self.columns = QLineEdit(", ".join(table.columns))
        self.columns.setObjectName("tableColumns")
        self.columns.setPlaceholderText(self.tr("All but the label"))
        self.label_column = QLineEdit(table.label)
        self.label_column.setObjectName("labelColumn")
        self.label_column.setPlaceholderText(self.tr("The one named label, target or class; none for none"))
        self.header = QComboBox()
        self.header.setObjectName("tableHeader")
        for words, value in (
            (self.tr("Names the columns, unless it is numbers"), "auto"),
            (self.tr("Names the columns"), "yes"),
            (self.tr("Is a sample"), "no"),
        ):
            self.header.addItem(words, value)
        self.header.setCurrentIndex(self.header.findData(table.header))
        for text, field in (
            (self.tr("Inputs"), self.columns),
            (self.tr("Label"), self.label_column),
            (self.tr("First row"), self.header),
        ):
            add_field(self._form, text, field)

    def _film(self) -> None:
        video = self._choice.video
        self.every = self._number("every", video.every, 100_000, "")
        self.every.setMinimum(1)
        self.frames = self._number("clipFrames", video.frames, 10_000, self.tr("As the model takes, else 16"))
        add_field(self._form, self.tr("Each n-th frame"), self.every)
        add_field(self._form, self.tr("Frames of a clip"), self.frames)

    def _number(self, name: str, value: int, most: int, none: str) -> QSpinBox:
        made = QSpinBox()
        made.setObjectName(name)
        made.setRange(0, most)
        made.setValue(value)
        made.setSpecialValueText(none)
        indented(made)
        return made

    def _file_row(self, title: str, name: str, value: str, placeholder: str, endings: str) -> QLineEdit:
        field = QLineEdit(value)
        field.setObjectName(name)
        field.setPlaceholderText(placeholder)
        browse = button(self.tr("Browse"), f"{name}Browse")
        browse.clicked.connect(lambda: self._browse(field, title, endings))
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(field, 1)
        row.addWidget(browse)
        add_field(self._form, title, row)
        return field

    def _browse(self, field: QLineEdit, title: str, endings: str) -> None:
        path, _ = QFileDialog.getOpenFileName(self, title, "", endings)
        if path:
            field.setText(path)

    def _accept(self) -> None:
        try:
            if self.class_names.text().strip():
                read_class_names(self.class_names.text().strip())
            if self._choice.kind == "text":
                from pt2k_gui.verify.samples.texts import open_tokenizer

                open_tokenizer(self.choice().text)
        except Problem as problem:
            self.problem.setText(f"{phrase(problem.sentence)} {phrase(problem.hint)}")
            return
        self.accept()

    def choice(self) -> SampleChoice:
        """The samples with what is entered."""
        kind, names = self._choice.kind, self.class_names.text().strip()
        choice = dataclasses.replace(self._choice, class_names=names)
        if kind == "audio":
            audio = AudioSettings(
                int(self.rate.currentData()), self.length.value(), self.hop.value(), str(self.mix.currentData())
            )
            return dataclasses.replace(choice, audio=audio)
        if kind == "text":
            text = TextSettings(
                self.tokenizer.text().strip(), self.length.value(), self.special.isChecked(), self.column.text().strip()
            )
            return dataclasses.replace(choice, text=text)
        if kind == "video":
            return dataclasses.replace(choice, video=VideoSettings(self.every.value(), self.frames.value()))
        columns = tuple(part.strip() for part in self.columns.text().split(",") if part.strip())
        table = TableSettings(columns, self.label_column.text().strip(), str(self.header.currentData()))
        return dataclasses.replace(choice, table=table)
