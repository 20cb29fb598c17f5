"""Legend of a graph's colours."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from pt2k_gui.gui.graph.colouring import Paint
from pt2k_gui.gui.theme import CAPTION, L, S, Theme


class Legend(QWidget):
    """Samples of colours with their words."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: list[tuple[Paint, str]] = []
        self.setFixedHeight(CAPTION + 2 * S)

    def show_entries(self, entries: list[tuple[Paint, str]]) -> None:
        self._entries = entries
        self.setAccessibleName(self.tr("Legend"))
        self.setAccessibleDescription(", ".join(words for _, words in entries))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = painter.font()
        font.setPixelSize(CAPTION)
        painter.setFont(font)
        x = 1
        for paint, words in self._entries:
            painter.setPen(QPen(QColor(paint.frame), 2 if paint.marked else 1))
            painter.setBrush(QColor(paint.fill))
            painter.drawRoundedRect(x, S - 1, 18, CAPTION, 3, 3)
            said = f"≠ {words}" if paint.marked else words
            painter.setPen(QColor(self._theme.colours.muted))
            painter.drawText(x + 18 + S, S + CAPTION - 3, said)
            x += 18 + S + painter.fontMetrics().horizontalAdvance(said) + L
        painter.end()
