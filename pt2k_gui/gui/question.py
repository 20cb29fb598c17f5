"""Small dialogs: a question whose two answers say what they do, and a problem to read."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.screen_room import fit_to_screen
from pt2k_gui.gui.theme import XL, L, S, dress
from pt2k_gui.gui.widgets.basics import button, label
from pt2k_gui.problem import Problem

_WIDTH = 420


class QuestionDialog(QDialog):
    """The sentence, and a button for each answer. Enter and Escape are the one that loses nothing: ``no``, or with
    ``yes_is_safe`` the other one."""

    def __init__(
        self, parent: QWidget, title: str, sentence: str, yes: str, no: str, *, yes_is_safe: bool = False
    ) -> None:
        super().__init__(parent)
        has_help(self, "")
        dress(self)
        self.setObjectName("question")
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, XL, XL, L)
        column.setSpacing(L)
        column.addWidget(label(title, "section"))
        column.addWidget(label(sentence, wrap=True))
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addStretch(1)
        self.no_button = button(no, "no", "" if yes_is_safe else "primary")
        self.yes_button = button(yes, "yes", "primary" if yes_is_safe else "")
        self.no_button.clicked.connect(lambda: self.done(QDialog.DialogCode.Rejected))
        self.yes_button.clicked.connect(self.accept)
        self._yes_is_safe = yes_is_safe
        row.addWidget(self.no_button)
        row.addWidget(self.yes_button)
        column.addLayout(row)
        safe = self.yes_button if yes_is_safe else self.no_button
        safe.setDefault(True)
        safe.setFocus()

    def reject(self) -> None:
        """Escape, or the dialog was closed."""
        self.done(QDialog.DialogCode.Accepted if self._yes_is_safe else QDialog.DialogCode.Rejected)


def answer_of(dialog: QDialog) -> int:
    """Show a dialog, no larger than the screen, wait for its end, and free it once the present turn is over: a dialog with
    a parent lives as long as that one otherwise, and is restyled with every theme."""
    fit_to_screen(dialog)
    try:
        return dialog.exec()
    finally:
        dialog.deleteLater()


def confirmed(parent: QWidget, title: str, sentence: str, yes: str, no: str, *, yes_is_safe: bool = False) -> bool:
    """Ask, and wait for the answer; see ``QuestionDialog``."""
    dialog = QuestionDialog(parent, title, sentence, yes, no, yes_is_safe=yes_is_safe)
    return answer_of(dialog) == QDialog.DialogCode.Accepted


class TellDialog(QDialog):
    """Tell what went wrong and what to do; one button, which closes it."""

    def __init__(self, parent: QWidget | None, sentence: str, hint: str) -> None:
        super().__init__(parent)
        has_help(self, "errors")
        dress(self)
        self.setObjectName("tell")
        self.setWindowTitle("PT2K")
        self.setMinimumWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, XL, XL, L)
        column.setSpacing(L)
        column.addWidget(label(sentence, "strong", wrap=True))
        if hint:
            column.addWidget(label(hint, "muted", wrap=True))
        row = QHBoxLayout()
        row.addStretch(1)
        self.close_button = button(self.tr("Close"), "closeTell", "primary")
        self.close_button.clicked.connect(self.accept)
        self.close_button.setDefault(True)
        row.addWidget(self.close_button)
        column.addLayout(row)
        self.close_button.setFocus()


def tell_problem(parent: QWidget | None, problem: Problem) -> None:
    """Show a problem that no page has a place for, and wait until it was read."""
    answer_of(TellDialog(parent, phrase(problem.sentence), phrase(problem.hint)))
