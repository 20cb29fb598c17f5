"""A shape as a row of chips, one an axis: numbers are fixed, words stay dynamic and have a colour of their own. A comma
begins the next axis, Backspace in an empty one removes it, and a whole shape can be pasted."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
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
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(XS, XS - 1, XS, XS - 1)
        self._row.setSpacing(XS)
        self._add = button("", "addAxis", "flat", "plus", theme)
        self._add.setAccessibleName(self.tr("Add an axis"))
        self._add.setToolTip(self.tr("Add an axis"))
        self._add.setFixedWidth(32)
        self._add.clicked.connect(self._append)
        self._row.addWidget(self._add)
        self._row.addStretch(1)

    def text(self) -> str:
        return ", ".join(chip.text().strip() for chip in self._chips)

    def setText(self, text: str) -> None:
        self._build([part for part in _SEPARATORS.split(text.strip("()[] ")) if part])

    def set_bad(self, bad: bool) -> None:
        """Mark the shape as one that makes no sense."""
        set_property(self, "state", "bad" if bad else "")

    @property
    def chips(self) -> Sequence[QLineEdit]:
        """The axes' fields in their order."""
        return tuple(self._chips)

    def _build(self, parts: Sequence[str], focus: int = -1) -> None:
        while self._row.count() > 2:
            item = self._row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._chips = []
        place = 0
        for number, part in enumerate(parts):
            if number:
                self._row.insertWidget(place, label("×", "muted"))
                place += 1
            chip = QLineEdit(part)
            chip.setProperty("kind", "axis")
            chip.setAccessibleName(self.tr("Axis {0} of {1}").format(number + 1, self._name))
            chip.setAlignment(Qt.AlignmentFlag.AlignCenter)
            chip.textEdited.connect(lambda _text, chip=chip: self._typed(chip))
            chip.installEventFilter(self)
            self._chips.append(chip)
            self._row.insertWidget(place, chip)
            place += 1
            self._fit(chip)
        if focus >= 0 and self._chips:
            chosen = self._chips[min(focus, len(self._chips) - 1)]
            chosen.setFocus()
            chosen.selectAll()
        self.setFocusProxy(self._chips[0] if self._chips else self._add)
        before = self._chips[-1] if self._chips else None
        for chip, following in itertools.pairwise(self._chips):
            self.setTabOrder(chip, following)
        if before is not None:
            self.setTabOrder(before, self._add)

    def _fit(self, chip: QLineEdit) -> None:
        text = chip.text()
        set_property(chip, "dynamic", "true" if text.strip() and not text.strip().isdigit() else "false")
        chip.setFixedWidth(max(chip.fontMetrics().horizontalAdvance(text) + _AROUND, _LEAST_WIDTH))

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
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched in self._chips:
            chip = self._chips[self._chips.index(watched)]
            if event.key() == Qt.Key.Key_Backspace and not chip.text() and len(self._chips) > 1:
                number = self._chips.index(chip)
                self._build([other.text() for other in self._chips if other is not chip], max(number - 1, 0))
                self.edited.emit()
                return True
        return False
