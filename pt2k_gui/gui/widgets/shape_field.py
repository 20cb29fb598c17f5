"""A shape as a row of chips, one an axis: numbers are fixed, words stay dynamic and have a colour of their own.

A comma begins the next axis and a whole shape can be pasted. Axes are selected by Ctrl+A, by Shift with a click or an arrow;
what is typed replaces them, and Delete, Backspace or the minus button removes them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from pt2k_gui.gui.theme import XS, Theme
from pt2k_gui.gui.widgets.basics import button, label, set_property

_SEPARATORS = re.compile(r"[,;×\s]+")
_LEAST_WIDTH = 34  # pixels: room for two digits and the caret
_AROUND = 20  # pixels: padding, border and caret of a chip


class ShapeField(QFrame):
    """``edited`` comes with every change by the user. ``text`` is the shape with commas."""

    edited = Signal()

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName("shape")
        self._name = name
        self._chips: list[QLineEdit] = []
        self._current = 0  # the axis that had the keyboard last
        self._before = 0  # the axis that had it before that one: a click moves the keyboard before it is told
        self._anchor: int | None = None  # where the selection of axes began; it reaches to the current one
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(XS, XS - 1, XS, XS - 1)
        self._row.setSpacing(XS)
        self._add = button("", "addAxis", "flat", "plus", theme)
        self._remove = button("", "removeAxis", "flat", "minus", theme)
        for made, words in ((self._add, self.tr("Add an axis")), (self._remove, self.tr("Remove the axis"))):
            made.setAccessibleName(words)
            made.setToolTip(words)
            made.setFixedWidth(32)
            self._row.addWidget(made)
        self._remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Delete does the same, and Tab follows the axes
        self._add.clicked.connect(self._append)
        self._remove.clicked.connect(self._remove_selected)
        self._row.addStretch(1)

    def text(self) -> str:
        return ", ".join(chip.text().strip() for chip in self._chips)

    def setText(self, text: str) -> None:
        self._build(_parts(text))

    def set_bad(self, bad: bool) -> None:
        """Mark the shape as one that makes no sense."""
        set_property(self, "state", "bad" if bad else "")

    @property
    def chips(self) -> Sequence[QLineEdit]:
        """The axes' fields in their order."""
        return tuple(self._chips)

    @property
    def selected_axes(self) -> range:
        """The selected axes; empty while at most one is, whose text has a selection of its own."""
        if self._anchor is None:
            return range(0)
        low, high = sorted((self._anchor, self._current))
        return range(low, high + 1)

    def _build(self, parts: Sequence[str], focus: int = -1) -> None:
        while self._row.count() > 3:
            item = self._row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._chips, self._anchor = [], None
        place = 0
        for number, part in enumerate(parts):
            if number:
                self._row.insertWidget(place, label("×", "muted"))
                place += 1
            chip = QLineEdit(part)
            chip.setProperty("kind", "axis")
            chip.setAccessibleName(self.tr("Axis {0} of {1}").format(number + 1, self._name))
            chip.setToolTip(self.tr("A number is a fixed size; a name, such as batch, is a size that stays dynamic."))
            chip.setAlignment(Qt.AlignmentFlag.AlignCenter)
            chip.textEdited.connect(lambda _text, chip=chip: self._typed(chip))
            chip.installEventFilter(self)
            self._chips.append(chip)
            self._row.insertWidget(place, chip)
            place += 1
            self._fit(chip)
        self._current = min(max(focus, 0), max(len(self._chips) - 1, 0))
        if focus >= 0 and self._chips:
            self._focus(self._current)
        self.setFocusProxy(self._chips[0] if self._chips else self._add)
        for before, following in itertools.pairwise([*self._chips, self._add]):
            self.setTabOrder(before, following)
        self._remove.setEnabled(len(self._chips) > 1)

    def _focus(self, number: int) -> None:
        self._chips[number].setFocus()
        self._chips[number].selectAll()

    def _fit(self, chip: QLineEdit) -> None:
        text = chip.text()
        set_property(chip, "dynamic", "true" if text.strip() and not text.strip().isdigit() else "false")
        chip.setFixedWidth(max(chip.fontMetrics().horizontalAdvance(text) + _AROUND, _LEAST_WIDTH))

    # Selected axes

    def _select_to(self, number: int, anchor: int | None) -> None:
        """Select the axes from ``anchor`` to one of them; None selects none but it."""
        self._anchor = anchor if anchor != number else None
        self._current = number
        self._focus(number)
        self._paint_selection()

    def select_all_axes(self) -> None:
        """Select the whole shape: what is typed next replaces it."""
        if self._chips:
            self._select_to(len(self._chips) - 1, 0)

    def _paint_selection(self) -> None:
        chosen = self.selected_axes
        for number, chip in enumerate(self._chips):
            set_property(chip, "selected", "true" if number in chosen else "false")

    def _replace_selected(self, text: str) -> None:
        """Put what was typed or pasted in the place of the selected axes."""
        chosen, parts = self.selected_axes, _parts(text)
        texts = [chip.text() for chip in self._chips]
        texts[chosen.start : chosen.stop] = parts or [""]
        last = chosen.start + max(len(parts) - 1, 0)
        self._build(texts, last)
        self._chips[last].deselect()
        self._chips[last].end(False)
        self.edited.emit()

    def _remove_selected(self) -> None:
        """Remove the selected axes, or the one that had the keyboard last; one always stays."""
        chosen = self.selected_axes or range(self._current, self._current + 1)
        kept = [chip.text() for number, chip in enumerate(self._chips) if number not in chosen]
        self._build(kept or [""], max(chosen.start - 1, 0))
        self.edited.emit()

    # What the user does

    def _typed(self, chip: QLineEdit) -> None:
        text = chip.text()
        if _SEPARATORS.search(text):
            number = self._chips.index(chip)
            parts = _SEPARATORS.split(text.strip("()[] "))
            texts = [other.text() for other in self._chips]
            texts[number : number + 1] = parts
            self._build(texts, number + len(parts) - 1)
        else:
            self._fit(chip)
        self.edited.emit()

    def _append(self) -> None:
        self._build([*(chip.text() for chip in self._chips), "1"], len(self._chips))
        self.edited.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched not in self._chips:
            return False
        number = self._chips.index(watched)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(number, event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self.selected_axes:
            if event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.Paste):
                event.accept()
        elif isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            return self._press(number, event)
        elif isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusIn:
            self._before, self._current = self._current, number
            if event.reason() is Qt.FocusReason.MouseFocusReason:
                # After the click itself, which puts the caret somewhere: what is typed replaces the axis.
                QTimer.singleShot(0, watched, self._chips[number].selectAll)
        elif event.type() == QEvent.Type.FocusOut and self._anchor is not None and not self._keeps_focus():
            self._anchor = None
            self._paint_selection()
        elif event.type() == QEvent.Type.FontChange:
            self._fit(self._chips[number])  # the style sheet's font comes with it
        return False

    def _keeps_focus(self) -> bool:
        return QGuiApplication.focusObject() in self._chips

    def _press(self, number: int, event: QMouseEvent) -> bool:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and len(self._chips) > 1:
            origin = self._before if number == self._current else self._current
            self._select_to(number, origin if self._anchor is None else self._anchor)
            return True
        self._anchor = None
        self._paint_selection()
        return False

    def _key(self, number: int, event: QKeyEvent) -> bool:
        chip, key = self._chips[number], event.key()
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all_axes()
            return True
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return self._arrow(number, event)
        if self.selected_axes:
            return self._key_on_selection(event)
        if key == Qt.Key.Key_Backspace and not chip.text() and len(self._chips) > 1:
            self._current = number
            self._remove_selected()
            return True
        return False

    def _key_on_selection(self, event: QKeyEvent) -> bool:
        chosen, text = self.selected_axes, event.text()
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(", ".join(self._chips[n].text() for n in chosen))
        elif event.matches(QKeySequence.StandardKey.Paste):
            self._replace_selected(QGuiApplication.clipboard().text())
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove_selected()
        elif text and text.isprintable() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._replace_selected(text)
        else:
            return False
        return True

    def _arrow(self, number: int, event: QKeyEvent) -> bool:
        """Go to the next axis from the end of one; with Shift, select it too."""
        chip, forward = self._chips[number], event.key() == Qt.Key.Key_Right
        other = number + (1 if forward else -1)
        whole = bool(chip.text()) and chip.selectedText() == chip.text()
        at_edge = chip.cursorPosition() == (len(chip.text()) if forward else 0)
        if not 0 <= other < len(self._chips):
            return False
        if event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            if not whole and not at_edge:
                return False
            self._select_to(other, number if self._anchor is None else self._anchor)
            return True
        if event.modifiers() or not (at_edge or whole):
            return False
        self._select_to(other, None)
        return True


def _parts(text: str) -> list[str]:
    """The axes of a shape as it is typed or pasted."""
    return [part for part in _SEPARATORS.split(text.strip("()[] \t\n")) if part]
