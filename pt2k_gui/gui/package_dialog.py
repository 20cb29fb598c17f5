"""The dialog "From a package": the models that the packages of an interpreter have, to search and to open by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.theme import L, M, S, Theme, dress
from pt2k_gui.gui.widgets.basics import Notice, add_field, button, label
from pt2k_gui.gui.widgets.interpreter_field import InterpreterField
from pt2k_gui.jobs import list_models
from pt2k_gui.problem import Problem
from pt2k_gui.sources import trust
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.model_names import is_name
from pt2k_gui.sources.trust import NeedsTrust

Lister = Callable[
    [list_models.Request, Callable[[tuple[str, ...]], None], Callable[[Problem], None]], Callable[[], None]
]
"""Runs the request and tells one of the two; what it returns cancels it."""


class PackageDialog(QDialog):
    """A name is typed or chosen; ``source`` is then what to open.

    Args:
        lists: has an interpreter's packages looked through, in the background.
        recent: interpreters that were used before.
        chosen: the interpreter to begin with.
    """

    def __init__(self, parent: QWidget, theme: Theme, lists: Lister, recent: Sequence[str], chosen: str = "") -> None:
        super().__init__(parent)
        has_help(self, "page-model#from-a-package")
        dress(self)
        self.setObjectName("packageDialog")
        self.setWindowTitle(self.tr("A model from a package"))
        self.setMinimumSize(620, 420)
        self.resize(620, 560)
        self._lists = lists
        self._cancel: Callable[[], None] | None = None
        self._names: tuple[str, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        words = self.tr("timm, torchvision and other packages create models by name, where they are installed.")
        column.addWidget(label(words, "muted", wrap=True))
        form = QFormLayout()
        form.setHorizontalSpacing(L)
        form.setVerticalSpacing(S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.interpreter = InterpreterField(theme, (), recent, chosen)
        self.interpreter.changed.connect(self._list)
        add_field(form, self.tr("Runs in"), self.interpreter)
        self.search = QLineEdit()
        self.search.setObjectName("modelName")
        self.search.setAccessibleName(self.tr("Model"))
        self.search.setPlaceholderText(self.tr("part of the name, or a full one such as timm:resnet18"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        add_field(form, self.tr("Model"), self.search)
        column.addLayout(form)
        self.notice = Notice(theme, self.tr("Models"))
        column.addWidget(self.notice)
        self.found = QListWidget()
        self.found.setObjectName("modelNames")
        self.found.setAccessibleName(self.tr("Models"))
        self.found.setUniformItemSizes(True)
        self.found.currentTextChanged.connect(lambda _text: self._offer())
        self.found.itemActivated.connect(lambda _item: self.accept())
        column.addWidget(self.found, 1)
        self.count = label("", "caption", name="modelCount")
        column.addWidget(self.count)
        self.pretrained = QCheckBox(self.tr("With its published weights, which the package downloads if necessary"))
        self.pretrained.setObjectName("pretrained")
        column.addWidget(self.pretrained)
        buttons = QDialogButtonBox()
        self.open_button = button(self.tr("Open"), "openName", "primary")
        self.open_button.setDefault(True)
        buttons.addButton(self.open_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(button(self.tr("Cancel"), "reject"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.finished.connect(lambda _result: self._stop())
        self.search.setFocus()
        QTimer.singleShot(0, self, self._list)

    def name(self) -> str:
        """The model: the chosen one of the list, or a whole name that was typed."""
        item = self.found.currentItem()
        typed = self.search.text().strip()
        if item is not None and not item.isHidden():
            return item.text()
        return typed if is_name(typed) else ""

    def source(self) -> Source:
        """The source to open."""
        weights = "pretrained" if self.pretrained.isChecked() else ""
        return Source(self.name(), weights=weights, python=self.interpreter.python())

    def accept(self) -> None:
        if self.name():
            super().accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Up and down choose in the list while the name is being typed.
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step and self.search.hasFocus():
            self._move(step)
        else:
            super().keyPressEvent(event)

    def _move(self, step: int) -> None:
        rows = [row for row in range(self.found.count()) if not self.found.item(row).isHidden()]
        if rows:
            at = rows.index(self.found.currentRow()) if self.found.currentRow() in rows else -1 if step > 0 else 0
            self.found.setCurrentRow(rows[max(0, min(at + step, len(rows) - 1))])

    def _list(self) -> None:
        """Have the chosen interpreter's packages looked through."""
        self._stop()
        self._fill(())
        self.notice.say("muted", self.tr("Looking for models"))
        request = list_models.Request(self.interpreter.python())
        self._cancel = self._lists(request, self._listed, self._refused)

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _listed(self, names: tuple[str, ...]) -> None:
        self._cancel = None
        self._fill(names)
        if names:
            self.notice.clear()
        else:
            self.notice.say(
                "muted",
                self.tr("This environment has no package of models that PT2K knows."),
                self.tr("Choose another environment, or type a full name, such as package.module:name."),
            )

    def _refused(self, problem: Problem) -> None:
        self._cancel = None
        self._fill(())
        if not isinstance(problem, NeedsTrust):
            self.notice.problem(problem)
            return
        # In the window's words, where the sentence from below speaks of the command line.
        self.notice.say(
            "warn",
            self.tr("{0} must be started to list its models.").format(self.interpreter.python()),
            self.tr("An interpreter is a program and can do whatever you can do. Start it only if you trust it."),
        )

        def agree() -> None:
            trust.agree(problem.path, problem.sha256)
            self._list()

        self.notice.offer(self.tr("Start it"), agree)

    def _fill(self, names: tuple[str, ...]) -> None:
        self._names = names
        self.found.clear()
        self.found.addItems(list(names))
        self._filter()

    def _filter(self) -> None:
        """Show the names that hold every word that was typed."""
        words = self.search.text().lower().split()
        shown = 0
        for row in range(self.found.count()):
            item = self.found.item(row)
            fits = all(word in item.text().lower() for word in words)
            item.setHidden(not fits)
            shown += fits
        current = self.found.currentItem()
        if current is None or current.isHidden():
            self.found.setCurrentRow(-1)
            if words:
                self._move(1)
        self.count.setText(self.tr("{0} of {1} models").format(f"{shown:,}", f"{len(self._names):,}"))
        self.count.setVisible(bool(self._names))
        self._offer()

    def _offer(self) -> None:
        self.open_button.setEnabled(bool(self.name()))
