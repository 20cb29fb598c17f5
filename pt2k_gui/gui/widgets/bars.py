"""The probabilities of the backends for one sample, as bars side by side. Painted by Qt: it follows each stroke."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pt2k_gui.gui.theme import CAPTION, XS, S, Theme

_MOST_CLASSES, _LIKELIEST = 12, 6
_MOST_CLASSES, _LIKELIEST = 12, 6
Probabilities = Sequence[tuple[str, Sequence[float]]]


class ProbabilityBars(QWidget):
    """One group of bars a class, one bar a backend, with the best class of each in words above."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("bars")
        self.setMinimumHeight(92)
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

    def _places(self) -> list[int]:
        """The classes that are drawn: all where they are few, else those that any backend thinks likeliest."""
        classes = len(self._values[0][1])
        if classes <= _MOST_CLASSES:
            return list(range(classes))
        likeliest = [max(values[n] for _, values in self._values) for n in range(classes)]
        return sorted(sorted(range(classes), key=likeliest.__getitem__, reverse=True)[:_LIKELIEST])

    def _short(self, painter: QPainter, number: int, width: float) -> str:
        return painter.fontMetrics().elidedText(self._name(number), Qt.TextElideMode.ElideRight, int(width))

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._values:
            painter.setPen(QColor(colours.muted))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                self.tr("Click a sample to see the backends' probabilities."),
            )  # fmt: skip
            painter.end()
            return
        font = painter.font()
        font.setPixelSize(CAPTION)
        painter.setFont(font)
        x = 0.0
        best = self._best()
        metrics = painter.fontMetrics()
        answers = [f"{self._name(number)}  {share:.1%}" for _, number, share in best]
        wanted = [
            max(metrics.horizontalAdvance(name), metrics.horizontalAdvance(answer)) + S
            for (name, _, _), answer in zip(best, answers, strict=True)
        ]
        room = self.width() / max(sum(wanted), 1)
        for (name, _, _), answer, least in zip(best, answers, wanted, strict=True):
            width = least * room
            painter.setPen(QColor(colours.backend(name)))
            for line, text in enumerate((name, answer)):
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(width) - XS)
                painter.drawText(QRectF(x, 16 * line, width, 16), Qt.AlignmentFlag.AlignLeft, shown)
            x += width
        places = self._places()
        count = len(places)
        top, bottom = 42.0, self.height() - 20.0
        group = self.width() / max(count, 1)
        width = max((group - S) / max(len(self._values), 1), 1.0)
        for place, class_number in enumerate(places):
            for number, (name, values) in enumerate(self._values):
                height = float(values[class_number]) * (bottom - top)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.backend(name)))
                left = place * group + S / 2 + number * width
                painter.drawRect(QRectF(left, bottom - max(height, 1.0), max(width - 1, 1), max(height, 1.0)))
            painter.setPen(QColor(colours.muted))
            name = self._short(painter, class_number, group)
            painter.drawText(QRectF(place * group, bottom, group, 20), Qt.AlignmentFlag.AlignCenter, name)
        painter.end()
