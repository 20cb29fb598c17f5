"""The small parts that every page is made of: texts, cards, buttons, notices. No page logic."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QIcon, QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QBoxLayout,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui import icons
from pt2k_gui.gui.language import language_in_force
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.theme import CAPTION, TARGET, XL, XS, L, M, S, Theme, fixed_font
from pt2k_gui.languages import LANGUAGES
from pt2k_gui.message import Message
from pt2k_gui.problem import Problem


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


def field_label(text: str) -> QLabel:
    """The words beside a field of a form: as high as the field, so that they stand on one line."""
    made = label(text, "muted")
    made.setMinimumHeight(TARGET)
    return made


def add_field(form: QFormLayout, text: str, field: QWidget | QLayout) -> None:
    """A row of a form: the words, and the field, which has them as its name for who hears the window."""
    words = field_label(text)
    if isinstance(field, QWidget):
        words.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(text)
        form.addRow(words, field)
    else:
        for place in range(field.count()):
            inner = field.itemAt(place).widget()  # type: ignore[union-attr]
            if inner is not None and not inner.accessibleName():
                inner.setAccessibleName(text)
        form.addRow(words, field)


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where there is no room for it, and takes no room of its own."""

    _most = 0  # pixels; none where it takes all the room that there is

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if kind:
            self.setProperty("kind", kind)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def fit(self, most: int = 10_000) -> None:
        """Be no wider than the text, in whatever font the style sheet gives it, and than ``most`` pixels."""
        self._most = most
        self.setMaximumWidth(min(self.fontMetrics().horizontalAdvance(self.text()) + 2, most))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self._most:
            self.fit(self._most)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.end()


class Stack(QWidget):
    """Views of which one is seen. As large as that one needs, where Qt's own stack is as large as the largest."""

    def __init__(self, *views: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.current = views[0]
        for view in views:
            view.setVisible(view is self.current)
            column.addWidget(view)

    def show_view(self, view: QWidget) -> None:
        """Bring one of the views to the front."""
        self.current.hide()
        self.current = view
        view.show()


class Tabs(QTabWidget):
    """Tabs as large as the one that is seen needs, not as the largest."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setDocumentMode(True)
        self.setAccessibleName(QCoreApplication.translate("CheckPage", "Results"))
        self.currentChanged.connect(lambda _place: self.updateGeometry())

    def sizeHint(self) -> QSize:
        """As high as the tab must be: it grows into what is there, before the page scrolls."""
        if not self.count():
            return super().sizeHint()
        below = self.currentWidget()
        return _above(self.tabBar().sizeHint(), QSize(below.sizeHint().width(), below.minimumSizeHint().height()))

    def heightForWidth(self, width: int) -> int:
        """That of the tab that is seen, with the lines that its texts take in that width."""
        if not self.count():
            return super().heightForWidth(width)
        layout, least = self.currentWidget().layout(), self.minimumSizeHint().height()
        if layout is None or not layout.hasHeightForWidth():
            return least
        return max(least, self.tabBar().sizeHint().height() + layout.minimumHeightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Where the tabs have no room beside each other, the bar scrolls."""
        if not self.count():
            return super().minimumSizeHint()
        return _above(self.tabBar().minimumSizeHint(), self.currentWidget().minimumSizeHint())


def _above(bar: QSize, below: QSize) -> QSize:
    return QSize(max(bar.width(), below.width()), bar.height() + below.height())


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and have it looked at again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def button(text: str, name: str, kind: str = "", icon: str = "", theme: Theme | None = None) -> QPushButton:
    """A push button with an icon that follows the theme and the button's kind."""
    # The style knows no gap between icon and text.
    made = QPushButton(f" {text}" if text and icon else text)
    made.setAccessibleName(text.replace("&", ""))
    made.setObjectName(name)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if kind:
        made.setProperty("kind", kind)
    if icon and theme is not None:
        # Its methods are what the theme calls: Qt drops such a connection with the button, a function's it would keep.
        _ButtonIcon(made, icon, theme)
    return made


def button_box(standard: QDialogButtonBox.StandardButton) -> QDialogButtonBox:
    """The standard buttons at the end of a dialog, without the style's stock icons: those know no theme, and a box asks
    the style for them before it has the dialog's style sheet."""
    made = QDialogButtonBox(standard)
    for each in made.buttons():
        each.setIcon(QIcon())
    return made


class _ButtonIcon(QObject):
    """A button's icon, drawn again with the theme and when the button is enabled, disabled, or gets another kind."""

    def __init__(self, button: QPushButton, icon: str, theme: Theme) -> None:
        super().__init__(button)
        self._button, self._icon, self._theme = button, icon, theme
        theme.changed.connect(self._paint)
        button.installEventFilter(self)
        self._paint()

    def _paint(self) -> None:
        colours, made = self._theme.colours, self._button
        roles = {"primary": colours.on_accent, "link": colours.accent}
        role = roles.get(made.property("kind") or "", colours.text) if made.isEnabled() else colours.muted
        made.setIcon(icons.icon(self._icon, role))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.EnabledChange, QEvent.Type.DynamicPropertyChange):
            self._paint()
        return False


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


AROUND_PAGE = 2 * XL + 12  # pixels: a page's margins and its scroll bar


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
        items = (self._box.itemAt(number) for number in range(self._box.count()))
        parts = [item.widget() for item in items if item is not None]
        seen = [part for part in parts if part is not None and not part.isHidden()]
        needed = sum(max(part.minimumSizeHint().width(), part.minimumWidth()) for part in seen)
        needed += self._box.spacing() * max(len(seen) - 1, 0)
        beside = width >= self._least and needed <= width - AROUND_PAGE - self._card_margins()
        direction = QBoxLayout.Direction
        self._box.setDirection(direction.LeftToRight if beside else direction.TopToBottom)

    def _card_margins(self) -> int:
        """Pixels that the card around takes at both sides, where there is one."""
        card = self.parentWidget()
        if not isinstance(card, Card):
            return 0
        margins = card.body.contentsMargins()
        return margins.left() + margins.right() + 2


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
        buttons.setSpacing(L)
        self._details_button = button(self.tr("Details"), "details", "link")
        self._details_button.setCheckable(True)
        self._copy = button(self.tr("Copy details"), "copyDetails", "link", "copy", theme)
        self.way_out = button("", "wayOut")
        self._action: Callable[[], None] | None = None
        self.way_out.clicked.connect(self._act)
        buttons.addWidget(self.way_out)
        buttons.addWidget(self._details_button)
        buttons.addWidget(self._copy)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setAccessibleName(self.tr("Details"))
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
        sentence, hint = phrase(sentence), phrase(hint)
        self.setProperty("guide", "")
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
        self.way_out.hide()
        self.show()

    def problem(self, problem: Problem) -> None:
        """Show what went wrong, why, and what to do."""
        self.say("bad", problem.sentence, problem.hint, problem.details)
        if isinstance(problem.sentence, Message):
            self.setProperty("guide", f"errors#{problem.sentence.id}")  # what F1 opens from in here

    def offer(self, text: str, action: Callable[[], None]) -> None:
        """A button below the sentence that takes the way out; gone with the next sentence."""
        self.way_out.setText(text)
        self._action = action
        self.way_out.show()

    def _act(self) -> None:
        if self._action is not None:
            self._action()

    def clear(self) -> None:
        self.hide()

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self._full)


class Fold(QWidget):
    """Options behind a heading that folds out."""

    def __init__(self, theme: Theme, text: str, content: QWidget, name: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        self._theme = theme
        self.toggle = button(f" {text}", name, "link")
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
        self.toggle.setIcon(icons.icon(name, self._theme.colours.accent))


def flash(target: QPushButton, text: str) -> None:
    """Say for a moment on the button itself that it worked."""
    before = target.text()
    target.setText(f" {text}")
    QTimer.singleShot(1500, target, lambda: target.setText(before))


class ChoiceButton(QPushButton):
    """A pictured choice: a drawing, a title and one line of words below; checkable."""

    def __init__(self, title: str, words: str, name: str, picture: QWidget) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(f"{title}. {words}" if words else title)
        self.setProperty("kind", "choice")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, S, M, M)
        column.setSpacing(2)
        self._words = label(words, "caption", wrap=True)
        column.addWidget(picture)
        column.addSpacing(XS)
        for part in (label(title, "strong"), self._words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(part)
        column.addStretch(1)

    def say(self, words: str) -> None:
        """Put other words below the title."""
        self._words.setText(words)
        self.setAccessibleDescription(words)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        return layout.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def indented(field: QAbstractSpinBox) -> None:
    """Give a number field the room at its sides that text fields have, and put its text on the line of the lists beside it;
    the style sheet can't."""
    field.lineEdit().setTextMargins(S, 2 * _sinks(field.font()), S, 0)


def _sinks(font: QFont) -> int:
    """How many pixels lower a text of the window's language stands where Qt lays it out by the font that it takes its letters
    from, as it does in lists and labels but not in text fields."""
    layout = QTextLayout(LANGUAGES[language_in_force()], font)
    layout.beginLayout()
    line = layout.createLine()
    line.setNumColumns(len(layout.text()))
    layout.endLayout()
    return max(round(line.ascent() - QFontMetricsF(font).ascent()), 0)


__all__ = [
    "AROUND_PAGE",
    "CAPTION",
    "Card",
    "ChoiceButton",
    "Columns",
    "ElidedLabel",
    "Fold",
    "Icon",
    "Notice",
    "Stack",
    "Tabs",
    "add_field",
    "button",
    "button_box",
    "field_label",
    "flash",
    "indented",
    "label",
    "set_property",
]  # fmt: skip
