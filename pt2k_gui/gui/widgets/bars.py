"""The probabilities of the three backends for one digit, as bars side by side. Painted by Qt: it follows each stroke."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pt2k_gui.gui.theme import CAPTION, S, Theme

Probabilities = Sequence[tuple[str, Sequence[float]]]


class ProbabilityBars(QWidget):
    """One group of bars a class, one bar a backend, with the best class of each in words above."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("bars")
        self.setMinimumHeight(120)
        self.setMinimumWidth(220)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._theme = theme
        theme.changed.connect(self.update)
        self._values: Probabilities = ()
        self._classes: Sequence[str] = ()

    def show_values(self, values: Probabilities, classes: Sequence[str]) -> None:
        self._values, self._classes = values, classes
        words = [f"{name}: {self._name(best)} {share:.1%}" for name, best, share in self._best()]
        self.setAccessibleName(". ".join(words))
        self.setToolTip("\n".join(words))
        self.update()

    def _best(self) -> list[tuple[str, int, float]]:
        return [(name, max(range(len(v)), key=v.__getitem__), max(v)) for name, v in self._values if len(v)]

    def _name(self, number: int) -> str:
        return self._classes[number] if number < len(self._classes) else str(number)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._values:
            painter.setPen(QColor(colours.muted))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                self.tr("Click a digit, or draw one, to see the three backends' probabilities."),
            )  # fmt: skip
            painter.end()
            return
        font = painter.font()
        font.setPixelSize(CAPTION)
        painter.setFont(font)
        x = 0.0
        best = self._best()
        share_of_width = self.width() / max(len(best), 1)
        for name, number, share in best:
            painter.setPen(QColor(colours.backend(name)))
            painter.drawText(
                QRectF(x, 0, share_of_width, 32), Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap,
                f"{name}\n{self._name(number)}  {share:.1%}",
            )  # fmt: skip
            x += share_of_width
        count = min(len(self._values[0][1]), 20)
        top, bottom = 42.0, self.height() - 20.0
        group = self.width() / max(count, 1)
        width = max((group - S) / max(len(self._values), 1), 1.0)
        for place in range(count):
            for number, (name, values) in enumerate(self._values):
                height = float(values[place]) * (bottom - top)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.backend(name)))
                left = place * group + S / 2 + number * width
                painter.drawRect(QRectF(left, bottom - max(height, 1.0), max(width - 1, 1), max(height, 1.0)))
            painter.setPen(QColor(colours.muted))
            painter.drawText(QRectF(place * group, bottom, group, 20), Qt.AlignmentFlag.AlignCenter, self._name(place))
        painter.end()
