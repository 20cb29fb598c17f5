"""The dialog for a file that can't be opened as it is: consent to run its code, its class, its arguments, its key table."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.question import answer_of
from pt2k_gui.gui.theme import L, M, S, Theme, dress, fixed_font
from pt2k_gui.gui.widgets.basics import add_field, button, label
from pt2k_gui.gui.widgets.interpreter_field import InterpreterField
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.sources import file_formats, inspection, trust
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.chain import ACTIVATIONS
from pt2k_gui.sources.code_place import split_code
from pt2k_gui.sources.inspection import Inspection
from pt2k_gui.sources.signatures import Argument, ClassChoice

_CHAIN = "tensors:chain"
TENSORS_ONLY, LOADER = 2, 3
"""The dialog's results, beside Qt's accepted and rejected, where a pickled model's class is to be named instead, and where a
loader is to be written."""


def ask(
    parent: QWidget,
    theme: Theme,
    source: Source,
    found: Inspection,
    write_loader: Callable[[Source, Inspection], None],
    recent: Sequence[str] = (),
) -> Source | None:
    """Ask for what ``found`` says is needed; the source with the answer in it, or None if there is none.

    Args:
        write_loader: called where the user would rather have a loader written.
        recent: interpreters that were used before.
    """
    dialog = NeedsDialog(parent, theme, source, found, recent)
    result = answer_of(dialog)
    if result == LOADER:
        write_loader(dialog.answer(), found)
        return None
    if result == TENSORS_ONLY:
        sentence = dialog.tr("{0} holds {1} tensors. Which class do they belong to?")
        found = dataclasses.replace(
            found, needs=inspection.CLASS, sentence=sentence.format(found.path, len(found.tensors)), hint=""
        )
        return ask(parent, theme, source, found, write_loader, recent)
    return dialog.answer() if result == QDialog.DialogCode.Accepted else None


class NeedsDialog(QDialog):
    """One question at a time; the file is inspected again after each answer."""

    def __init__(
        self, parent: QWidget, theme: Theme, source: Source, found: Inspection, recent: Sequence[str] = ()
    ) -> None:
        super().__init__(parent)
        has_help(self, "your-repository")
        dress(self)
        self.setObjectName("needs")
        self.setWindowTitle(self.tr("Before this file can be opened"))
        self.setMinimumSize(680, 420)
        self._source, self._found, self._theme = source, found, theme
        self._fields: dict[str, QLineEdit | QComboBox] = {}
        self._form_for = source.code  # the class that the fields are for
        self._shown: tuple[Argument, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        sentence, hint = self._words()
        column.addWidget(label(sentence, "section", wrap=True))
        if hint:
            column.addWidget(label(hint, "muted", wrap=True))
        self._code = QLineEdit(source.code)
        near = [place for place in (split_code(source.code)[0], found.path) if place and Path(place).exists()]
        self.interpreter = InterpreterField(theme, near, recent, source.python)
        self.interpreter.hide()  # until it is asked for
        self._class = QComboBox()
        self._weights = QComboBox()
        self._not_strict = QCheckBox(self.tr("Open it anyway; what is missing keeps its initial values"))
        {
            inspection.CONSENT: self._ask_consent,
            inspection.CLASS: self._ask_class,
            inspection.ARGUMENTS: self._ask_class,
            inspection.WEIGHTS: self._ask_weights,
            inspection.INTERPRETER: self._ask_interpreter,
        }[found.needs](column)
        buttons = QDialogButtonBox()
        if found.question is not None and found.tensors and found.question.path == found.path:
            instead = button(self.tr("Use only its tensors"), "tensorsOnly", "", "layers", theme)
            instead.setToolTip(self.tr("Runs no code of this file; you name the class that the tensors belong to."))
            buttons.addButton(instead, QDialogButtonBox.ButtonRole.ActionRole)
            instead.clicked.connect(self._take_tensors)
        if found.needs != inspection.CONSENT and found.tensors:
            loader = button(self.tr("Write a loader"), "writeLoader", "", "pencil", theme)
            loader.setToolTip(
                self.tr(
                    "A short Python file for this repository that builds the network; you finish it in your editor."
                )
            )
            buttons.addButton(loader, QDialogButtonBox.ButtonRole.ActionRole)
            loader.clicked.connect(lambda: self.done(LOADER))
        accept = button(self._accept_text(), "accept", "primary")
        buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = button(self.tr("Cancel"), "reject")
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        if found.needs == inspection.CONSENT:
            cancel.setDefault(True)
            cancel.setFocus()

    def _words(self) -> tuple[str, str]:
        """The question, in the window's words where the sentence from below speaks of the command line."""
        found, name = self._found, Path(self._found.path).name
        if found.needs == inspection.WEIGHTS:
            return (
                self.tr("The weights of {0} do not fit {1}.").format(name, self._source.code),
                self.tr("Choose another class, change its arguments, or load what fits."),
            )
        if found.needs == inspection.CLASS and not found.classes and not self._source.code and found.tensors:
            ways = (
                self.tr(
                    "A class found nearby has attributes with the tensors' names: open the file with it, or choose another one."
                )
                if found.candidates
                else self.tr("Choose its class, or rebuild the network from its tensors.")
                if found.chain
                else self.tr("Choose its class: its Python file, or the folder of its repository.")
            )
            return self.tr("{0} holds weights, but not the network that they belong to.").format(name), ways
        hint = phrase(found.hint)
        if found.needs == inspection.ARGUMENTS and found.arguments:
            hint = self.tr("Fill in the required arguments; empty fields keep their defaults.")
        elif found.needs == inspection.INTERPRETER or "--python" in found.hint:
            hint = self.tr("Choose an environment that has what it needs.")
        elif found.needs == inspection.CONSENT and "--trust" in found.hint:
            hint = self.tr("Look at the code that would run, and agree only if you trust it.")
        return phrase(found.sentence), hint

    def _accept_text(self) -> str:
        return self.tr("Run this code") if self._found.needs == inspection.CONSENT else self.tr("Open")

    def _ask_consent(self, column: QVBoxLayout) -> None:
        question = self._found.question
        assert question is not None
        column.addWidget(label(self.tr("File: {0}").format(question.path), wrap=True))
        column.addWidget(label(self.tr("SHA-256: {0}").format(question.sha256), "caption", wrap=True))
        if question.imports:
            column.addWidget(label(self.tr("It would import these names:"), "strong"))
            table = Table((self.tr("Name"), self.tr("Scanner's verdict")), "imports")
            order = ("dangerous", "suspicious", "innocuous")
            entries = sorted(question.imports, key=lambda e: order.index(e.safety) if e.safety in order else 0)
            table.fill([(f"{entry.module}.{entry.name}", entry.safety) for entry in entries])
            column.addWidget(table, 1)
        if question.code:
            heading = (
                self.tr("Its code:") if not question.imports else self.tr("Python files beside it that would run:")
            )
            column.addWidget(label(heading, "strong"))
            text = QPlainTextEdit(question.code)
            text.setReadOnly(True)
            text.setFont(fixed_font())
            column.addWidget(text, 1)
        column.addWidget(
            label(
                self.tr(
                    "Code in a model file can do whatever you can do on this machine. Agree only if you trust its "
                    "source. Your answer is remembered for exactly this content and can be revoked in the settings."
                ),
                "muted",
                wrap=True,
            )
        )

    def _ask_interpreter(self, column: QVBoxLayout) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(L)
        self._add_interpreter(form)
        column.addLayout(form)
        column.addStretch(1)

    def _add_interpreter(self, form: QFormLayout) -> None:
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        add_field(form, self.tr("Runs in"), self.interpreter)
        self.interpreter.show()

    def _ask_class(self, column: QVBoxLayout) -> None:
        found = self._found
        form = QFormLayout()
        form.setHorizontalSpacing(L)
        form.setVerticalSpacing(S)
        if len(found.weights) > 1:
            for place in found.weights:
                self._weights.addItem(place or self.tr("the file itself"), place)
            add_field(form, self.tr("Weights"), self._weights)
        row = QHBoxLayout()
        row.setSpacing(S)
        self._code.setObjectName("code")
        self._code.setPlaceholderText(self.tr("model.py, model.py:Class, torchvision.models:resnet18 or timm:NAME"))
        row.addWidget(self._code, 1)
        browse = button(self.tr("Python file"), "browseCode", "", "folder-open", self._theme)
        browse.clicked.connect(self._browse)
        row.addWidget(browse)
        folder = button(self.tr("Folder"), "browseFolder", "", "folder-open", self._theme)
        folder.clicked.connect(self._browse_folder)
        row.addWidget(folder)
        if found.kind != file_formats.NAMED:  # a name says it already
            add_field(form, self.tr("Class"), row)
        if found.candidates:
            self._offer_candidates(form)
        if found.classes:
            for choice in found.classes:
                self._class.addItem(self._class_words(choice), choice.name)
            self._class.setObjectName("classes")
            add_field(form, self.tr("In that file"), self._class)
            self._class.currentIndexChanged.connect(lambda index: self._show_form(found.classes[index].arguments))
        if found.chain and self._source.code != _CHAIN:
            made = button(
                self.tr("Rebuild it from its tensors: {0}").format(found.chain), "chain", "", "layers", self._theme
            )
            made.clicked.connect(self._use_chain)
            add_field(form, self.tr("Or"), made)
        self._add_interpreter(form)
        column.addLayout(form)
        area = QScrollArea()
        area.setWidgetResizable(True)
        self._area = area
        column.addWidget(area, 1)
        self._tensors = Table((self.tr("Tensor"), self.tr("Type"), self.tr("Shape")), "tensors")
        self._tensors.fill([(row.key, row.dtype, row.shape) for row in found.tensors])
        column.addWidget(self._tensors, 2)
        self._show_form(found.classes[0].arguments if found.classes else found.arguments)

    def _offer_candidates(self, form: QFormLayout) -> None:
        """The classes near the file that fit, the likeliest of them chosen."""
        choice = QComboBox()
        choice.setObjectName("candidates")
        choice.setAccessibleName(self.tr("Classes found nearby"))
        folder = Path(self._found.path).absolute().parent
        for near in self._found.candidates:
            shown = Path(near.code).as_posix().removeprefix(f"{folder.as_posix()}/")
            choice.addItem(self.tr("{0} (has {1} of the tensors' names)").format(shown, f"{near.fit:.0%}"), near.code)

        def use(index: int) -> None:
            self._code.setText(choice.itemData(index))
            self._form_for = self._code.text()
            self._show_form(())

        choice.currentIndexChanged.connect(use)
        add_field(form, self.tr("Nearby"), choice)
        self._code.setText(choice.itemData(0))
        self._form_for = self._code.text()

    def _class_words(self, choice: ClassChoice) -> str:
        words = {"function": self.tr("{0} (a function)"), "model": self.tr("{0} (a ready model)")}
        return words.get(choice.kind, "{0}").format(choice.name)

    def _show_form(self, arguments: tuple[Argument, ...]) -> None:
        # Another form for each class: ``QFormLayout.removeRow`` frees widgets that PySide6 frees again.
        before = self._area.takeWidget()
        if before is not None:
            before.hide()
            before.deleteLater()
        inner = QWidget()
        self._form = QFormLayout(inner)
        self._form.setHorizontalSpacing(L)
        self._area.setWidget(inner)
        self._fields = {}
        self._shown = arguments
        self._area.setVisible(bool(arguments))
        self._tensors.setVisible(not arguments and self._found.needs != inspection.WEIGHTS)
        given = dict(self._source.arguments)
        for argument in arguments:
            value = given.get(argument.name) or argument.proposal
            field: QLineEdit | QComboBox
            if argument.choices:
                field = QComboBox()
                field.addItems(list(argument.choices))
                field.setEditable(argument.annotation not in ("activation", "steps"))  # a class may know other texts
                field.setCurrentText(value or argument.default)
            else:
                # A default stays the class's own: it may be no literal, and an empty field leaves it alone.
                field = QLineEdit(value)
                field.setPlaceholderText(argument.default or argument.annotation or self.tr("a Python literal"))
            field.setObjectName(f"argument-{argument.name}")
            field.setAccessibleName(argument.name)
            field.setAccessibleDescription(argument.reason)
            self._fields[argument.name] = field
            row = QHBoxLayout()
            row.setSpacing(M)
            row.addWidget(field, 3)
            if argument.name == "activation" and isinstance(field, QComboBox):
                field.currentTextChanged.connect(self._use_activation)
            if not argument.choices:
                row.addWidget(label(argument.reason or argument.annotation, "caption", wrap=True), 2)
            add_field(self._form, argument.name + (" *" if argument.required else ""), row)

    def _ask_weights(self, column: QVBoxLayout) -> None:
        rows = [row for row in self._found.keys if row.state != "matched"]
        matched = len(self._found.keys) - len(rows)
        column.addWidget(label(self.tr("{0} keys match, {1} differ.").format(matched, len(rows)), "muted"))
        table = Table((self.tr("Key"), self.tr("State"), self.tr("In the file"), self.tr("In the class")), "keys")
        table.fill([(row.key, row.state, row.in_file, row.in_class) for row in rows])
        column.addWidget(table, 1)
        self._not_strict.setObjectName("notStrict")
        column.addWidget(self._not_strict)
        self._ask_class(column)

    def _browse_folder(self) -> None:
        start = str(Path(self._found.path).absolute().parent)
        path = QFileDialog.getExistingDirectory(self, self.tr("The folder of the repository"), start)
        if path:
            self._code.setText(path)
            self.accept()

    def _browse(self) -> None:
        start = str(Path(self._found.path).absolute().parent)
        path, _ = QFileDialog.getOpenFileName(self, self.tr("The file with the class"), start, self.tr("Python (*.py)"))
        if path:
            self._code.setText(path)
            self.accept()

    def _take_tensors(self) -> None:
        self.done(TENSORS_ONLY)

    def _use_chain(self) -> None:
        """Show what can be chosen of the chain; the user accepts it or names a class instead."""
        self._form_for = _CHAIN
        self._code.setText(_CHAIN)
        self._class.clear()
        self._show_form(self._found.chain_form)

    def _use_activation(self, name: str) -> None:
        """The choice for all layers, shown in the field of each that has an activation."""
        for field in self._fields.values():
            if isinstance(field, QComboBox):
                parts = field.currentText().split("+")
                rest = [part for part in parts if part not in ACTIVATIONS]
                if len(rest) < len(parts) and parts != ["none"]:
                    field.setCurrentText("+".join([name, *rest]))

    def answer(self) -> Source:
        """The source with what was answered."""
        found = self._found
        if found.needs == inspection.CONSENT:
            assert found.question is not None
            trust.agree(found.question.path, found.question.sha256)
            return dataclasses.replace(self._source)
        if found.needs == inspection.INTERPRETER:
            return dataclasses.replace(self._source, python=self.interpreter.python())
        code = self._code.text().strip()
        same = code == self._form_for
        if found.classes and same and self._class.count():
            code = f"{code}:{self._class.currentData()}"
        arguments = []
        told = {argument.name: argument for argument in self._shown}
        if same:
            for name, field in self._fields.items():
                if name == "activation" and len(self._fields) > 1 and code == _CHAIN:
                    continue  # it stands in the layers' own fields
                value = field.currentText() if isinstance(field, QComboBox) else field.text().strip()
                argument = told.get(name)
                if argument is not None and not argument.required and code != _CHAIN and value == argument.proposal:
                    continue  # a guess that was not changed: whoever makes the network tries the default first
                if value:
                    arguments.append((name, value))
        weights = self._weights.currentData() if self._weights.count() else self._source.weights
        return dataclasses.replace(
            self._source,
            code=code,
            arguments=tuple(arguments),
            strict=not self._not_strict.isChecked(),
            weights=weights or "",
            python=self.interpreter.python(),
        )
