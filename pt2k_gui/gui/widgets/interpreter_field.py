"""The field "Runs in": PT2K's own Python, or an interpreter of the user's with the packages that his code needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.theme import XS, S, Theme
from pt2k_gui.gui.widgets.basics import button, label, set_property
from pt2k_gui.problem import Problem
from pt2k_gui.sources.interpreters import Interpreter, find, look_at, resolve


class InterpreterField(QWidget):
    """A choice of interpreters, with what their files tell of them; none of them is started here.

    Args:
        near: a model, its code: environments beside them and in the folders above come first.
        recent: interpreters that were used before.
        chosen: the one in effect; empty for PT2K's own.
    """

    changed = Signal()

    def __init__(self, theme: Theme, near: Sequence[str], recent: Sequence[str], chosen: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        row = QHBoxLayout()
        row.setSpacing(S)
        self.choice = QComboBox()
        self.choice.setObjectName("runsIn")
        self.choice.setAccessibleName(self.tr("Runs in"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        row.addWidget(self.choice, 1)
        self.browse_button = button(self.tr("Interpreter"), "browseInterpreter", "", "folder-open", theme)
        self.browse_button.setToolTip(self.tr("The Python program of an environment, such as venv/bin/python"))
        self.browse_button.clicked.connect(self._browse)
        row.addWidget(self.browse_button)
        column.addLayout(row)
        self.words = label("", "caption", wrap=True, name="interpreterWords")
        column.addWidget(self.words)
        self.choice.addItem(self.tr("PT2K's own Python"), None)
        for interpreter in find(near, recent):
            self._add(interpreter)
        if chosen:
            self.use(chosen)
        self.choice.currentIndexChanged.connect(self._was_changed)
        self._say()

    def python(self) -> str:
        """The chosen interpreter's path; empty for PT2K's own."""
        chosen = self.choice.currentData()
        return chosen.path if isinstance(chosen, Interpreter) else ""

    def use(self, program: str) -> None:
        """Choose an interpreter, or the one of an environment's folder; one that is none is told below the field."""
        try:
            path = resolve(program)
        except Problem as problem:
            self._show(f"{phrase(problem.sentence)} {phrase(problem.hint)}", bad=True)
            return
        paths = [data.path if (data := self.choice.itemData(place)) else "" for place in range(self.choice.count())]
        if path not in paths:
            paths.append(path)
            self._add(look_at(path))
        self.choice.setCurrentIndex(paths.index(path))

    def _add(self, interpreter: Interpreter) -> None:
        self.choice.addItem(interpreter.text(), interpreter)
        self.choice.setItemData(self.choice.count() - 1, interpreter.path, 3)  # Qt's role of a tool tip

    def _browse(self) -> None:
        start = str(Path(self.python()).parent) if self.python() else str(Path.home())
        path, _ = QFileDialog.getOpenFileName(self, self.tr("The interpreter that runs the model's code"), start)
        if path:
            self.use(path)

    def _was_changed(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        chosen = self.choice.currentData()
        if not isinstance(chosen, Interpreter):
            self._show(self.tr("It has PyTorch and NumPy. For other packages, choose an environment that has them."))
        elif chosen.note:
            self._show(self.tr("{0}: {1}").format(chosen.path, phrase(chosen.note)), bad=True)
        elif chosen.torch:
            words = self.tr("{0}, with PyTorch {1}").format(chosen.path, chosen.torch)
            self._show(words)
        else:
            self._show(self.tr("{0}: its PyTorch is checked when it is started.").format(chosen.path))

    def _show(self, text: str, *, bad: bool = False) -> None:
        self.words.setText(text)
        set_property(self.words, "state", "bad" if bad else "")
        self.choice.setAccessibleDescription(text)
