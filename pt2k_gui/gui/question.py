"""A question whose two answers say what they do."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from pt2k_gui.gui.theme import XL, L, S
from pt2k_gui.gui.widgets.basics import button, label

_WIDTH = 420


class QuestionDialog(QDialog):
    """The sentence, and a button for each answer; Escape is the second one."""

    def __init__(self, parent: QWidget, title: str, sentence: str, yes: str, no: str) -> None:
        super().__init__(parent)
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
        self.no_button, self.yes_button = button(no, "no"), button(yes, "yes", "primary")
        self.no_button.clicked.connect(self.reject)
        self.yes_button.clicked.connect(self.accept)
        row.addWidget(self.no_button)
        row.addWidget(self.yes_button)
        column.addLayout(row)
        self.yes_button.setDefault(True)
        self.yes_button.setFocus()


def confirmed(parent: QWidget, title: str, sentence: str, yes: str, no: str) -> bool:
    """Ask, and wait for the answer."""
    return QuestionDialog(parent, title, sentence, yes, no).exec() == QDialog.DialogCode.Accepted
