"""The small parts that every page is made of: texts, cards, buttons, notices, tables. No page logic."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui import icons
from pt2k_gui.gui.theme import CAPTION, L, M, S, Theme, fixed_font
from pt2k_gui.problem import Problem

_Index = QModelIndex | QPersistentModelIndex


def label(text: str = "", kind: str = "", *, wrap: bool = False, name: str = "") -> QLabel:
    """A text; ``kind`` is one of the style sheet's (title, section, muted, caption, strong, verdict)."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if kind:
        made.setProperty("kind", kind)
    if wrap:
        made.setWordWrap(True)
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    if name:
        made.setObjectName(name)
    return made


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and have it looked at again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def button(text: str, name: str, kind: str = "", icon: str = "", theme: Theme | None = None) -> QPushButton:
    """A push button with an icon that follows the theme."""
    # The style knows no gap between icon and text.
    made = QPushButton(f" {text}" if text and icon else text)
    made.setAccessibleName(text)
    made.setObjectName(name)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if kind:
        made.setProperty("kind", kind)
    if icon and theme is not None:

        def paint() -> None:
            colours = theme.colours
            made.setIcon(icons.icon(icon, colours.on_accent if kind == "primary" else colours.text))

        paint()
        theme.changed.connect(paint)
    return made


class Icon(QLabel):
    """An icon that follows the theme; ``role`` is a colour's name, such as ``muted`` or ``good``."""

    def __init__(self, theme: Theme, name: str, role: str = "muted", size: int = 20) -> None:
        super().__init__()
        self._theme, self._name, self._role, self._size = theme, name, role, size
        self.setFixedSize(size, size)
        theme.changed.connect(self._paint)
        self._paint()

    def show_icon(self, name: str, role: str) -> None:
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self._paint()

    def _paint(self) -> None:
        self.setPixmap(icons.pixmap(self._name, getattr(self._theme.colours, self._role), self._size))


class Card(QFrame):
    """A framed surface with an optional heading; add to ``body``."""

    def __init__(self, heading: str = "", *, margin: int = L) -> None:
        super().__init__()
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(M)
        self.heading = label(heading, "section")
        self.body.addWidget(self.heading)
        self.heading.setVisible(bool(heading))


class Columns(QWidget):
    """Widgets side by side, or one below the other where the page is narrower than ``least`` pixels."""

    def __init__(self, least: int, *, spacing: int = L) -> None:
        super().__init__()
        self._least = least
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        self._box.addWidget(widget, stretch)

    def adapt(self, width: int) -> None:
        """Told by the page how wide it is."""
        direction = QBoxLayout.Direction
        self._box.setDirection(direction.LeftToRight if width >= self._least else direction.TopToBottom)


class Notice(QFrame):
    """One result or problem in words: an icon, a sentence, a way out, and details behind a fold."""

    _ICONS = {"good": "circle-check", "warn": "triangle-alert", "bad": "circle-x", "muted": "info"}  # noqa: RUF012

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(M, M, M, M)
        row.setSpacing(M)
        self._icon = Icon(theme, "info")
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(S)
        row.addLayout(column, 1)
        self.sentence = label(wrap=True, kind="strong")
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hint = label(wrap=True, kind="muted")
        column.addWidget(self.sentence)
        column.addWidget(self.hint)
        buttons = QHBoxLayout()
        self._details_button = button(self.tr("Details"), "details", "flat")
        self._details_button.setCheckable(True)
        self._copy = button(self.tr("Copy details"), "copyDetails", "flat", "copy", theme)
        buttons.addWidget(self._details_button)
        buttons.addWidget(self._copy)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setFont(fixed_font())
        self._details.setMaximumHeight(180)
        self._details.hide()
        column.addWidget(self._details)
        self._details_button.toggled.connect(self._details.setVisible)
        self._copy.clicked.connect(self._copy_details)
        self._full = ""
        self.hide()

    def say(self, state: str, sentence: str, hint: str = "", details: str = "") -> None:
        """Show a sentence; ``state`` is good, warn, bad or muted."""
        set_property(self, "state", state)
        self._icon.show_icon(self._ICONS[state], state)
        self.sentence.setText(sentence)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self._full = "\n\n".join(part for part in (sentence, hint, details) if part)
        self._details.setPlainText(details)
        self._details_button.setChecked(False)
        self._details_button.setVisible(bool(details))
        self._copy.setVisible(state == "bad")
        self.show()

    def problem(self, problem: Problem) -> None:
        """Show what went wrong, why, and what to do."""
        self.say("bad", problem.sentence, problem.hint, problem.details)

    def clear(self) -> None:
        self.hide()

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self._full)


class Rows(QAbstractTableModel):
    """Rows of texts; columns in ``numbers`` are right-aligned. ``marks`` gives a row a colour by (row) -> role or None."""

    def __init__(self, headings: Sequence[str], numbers: Sequence[int] = ()) -> None:
        super().__init__()
        self._headings, self._numbers = list(headings), set(numbers)
        self._rows: list[tuple[str, ...]] = []

    def fill(self, rows: Sequence[Sequence[str]]) -> None:
        self.beginResetModel()
        self._rows = [tuple(row) for row in rows]
        self.endResetModel()

    def row(self, number: int) -> tuple[str, ...]:
        return self._rows[number]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self._numbers:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in self._numbers else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class Table(QTableView):
    """A read-only table over ``Rows``: no grid, whole rows, the first column takes what is left."""

    def __init__(self, headings: Sequence[str], name: str, numbers: Sequence[int] = (), stretch: int = 0) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(name)
        self.rows = Rows(headings, numbers)
        self.setModel(self.rows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        self._stretch = stretch

    def fill(self, rows: Sequence[Sequence[str]]) -> None:
        """Replace all rows; column widths follow the first few hundred."""
        self.rows.fill(rows)
        header = self.horizontalHeader()
        header.setResizeContentsPrecision(200)
        for column in range(self.rows.columnCount()):
            header.setSectionResizeMode(
                column,
                QHeaderView.ResizeMode.Stretch if column == self._stretch else QHeaderView.ResizeMode.ResizeToContents,
            )


class Fold(QWidget):
    """Options behind a heading that folds out."""

    def __init__(self, theme: Theme, text: str, content: QWidget, name: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        self._theme = theme
        self.toggle = button(text, name, "flat")
        self.toggle.setCheckable(True)
        column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(content)
        content.hide()
        self.toggle.toggled.connect(content.setVisible)
        self.toggle.toggled.connect(self._paint)
        theme.changed.connect(self._paint)
        self._paint()

    def _paint(self) -> None:
        name = "chevron-down" if self.toggle.isChecked() else "chevron-right"
        self.toggle.setIcon(icons.icon(name, self._theme.colours.text))


def flash(target: QPushButton, text: str) -> None:
    """Say for a moment on the button itself that it worked."""
    before = target.text()
    target.setText(f" {text}")
    QTimer.singleShot(1500, target, lambda: target.setText(before))


def choice_button(
    title: str, sub: str, name: str, icon: str, theme: Theme, on_click: Callable[[], None]
) -> QPushButton:
    """A pictured choice: an icon, a title and one line below; checkable."""
    made = QPushButton()
    made.setObjectName(name)
    made.setAccessibleName(f"{title}. {sub}")
    made.setProperty("kind", "choice")
    made.setCheckable(True)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    row = QHBoxLayout(made)
    row.setContentsMargins(M, S, M, S)
    row.setSpacing(M)
    row.addWidget(Icon(theme, icon, "accent"))
    column = QVBoxLayout()
    column.setSpacing(2)
    heading, text = label(title, "strong"), label(sub, "caption")
    text.setWordWrap(True)
    text.setObjectName(f"{name}Sub")
    for part in (heading, text):
        part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column.addWidget(part)
    row.addLayout(column, 1)
    made.setMinimumHeight(62)
    made.clicked.connect(on_click)
    return made


__all__ = [
    "CAPTION", "Card", "Columns", "Fold", "Icon", "Notice", "Rows", "Table", "button", "choice_button", "flash", "label",
    "set_property",
]  # fmt: skip
