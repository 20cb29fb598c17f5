"""The probabilities of the backends for one sample, as bars side by side. Painted by Qt: it follows each stroke."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pt2k_gui.gui.theme import CAPTION, XS, S, Theme

_MOST_CLASSES, _LIKELIEST = 12, 5
_LINE = 16  # pixels of a line of text
_TOP = 42  # pixels above the bars
_LEAST_HEIGHT = 92
Probabilities = Sequence[tuple[str, Sequence[float]]]


class ProbabilityBars(QWidget):
    """The best class of each backend in words, and below it the probabilities: of few classes all, as groups of bars side by
    side; of many the likeliest five, a line each."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("bars")
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.setMinimumWidth(220)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._theme = theme
        theme.changed.connect(self.update)
        self._values: Probabilities = ()
        self._many = False
        self._classes: Sequence[str] = ()
        self._best: list[tuple[str, int, float]] = []
        self.places: list[int] = []
        """The classes that are drawn."""

    def show_values(self, values: Probabilities, classes: Sequence[str]) -> None:
        """Show a sample's probabilities by backend; ``classes`` are the names, where known."""
        self._values, self._classes = values, classes
        self._best = [(name, max(range(len(v)), key=v.__getitem__), max(v)) for name, v in values if len(v)]
        count = len(values[0][1]) if values else 0
        self._many = count > _MOST_CLASSES
        self.places = list(range(count))
        if self._many:
            likeliest = [max(shares[n] for _, shares in values) for n in range(count)]
            self.places = sorted(self.places, key=likeliest.__getitem__, reverse=True)[:_LIKELIEST]
        self.setMinimumHeight(_TOP + _LIKELIEST * (_LINE + 6 * len(values) + 4) if self._many else _LEAST_HEIGHT)
        words = [f"{name}: {self._name(best)} {share:.1%}" for name, best, share in self._best]
        shown = [f"{self._name(n)}: {', '.join(f'{v[n]:.1%}' for _, v in values)}" for n in self.places]
        self.setAccessibleName(". ".join(words))
        self.setToolTip("\n".join([*words, "", *shown] if self._many else words))
        self.update()

    def _name(self, number: int) -> str:
        return self._classes[number] if number < len(self._classes) else str(number)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._values:
            painter.setPen(QColor(self._theme.colours.muted))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                self.tr("Click a sample to see the backends' probabilities."),
            )  # fmt: skip
        else:
            font = painter.font()
            font.setPixelSize(CAPTION)
            painter.setFont(font)
            self._draw_best(painter)
            (self._draw_lines if self._many else self._draw_groups)(painter)
        painter.end()

    def _draw_best(self, painter: QPainter) -> None:
        """Each backend's name and answer, in its colour."""
        metrics = painter.fontMetrics()
        shares = [f"  {share:.1%}" for _, _, share in self._best]
        answers = [f"{self._name(number)}{share}" for (_, number, _), share in zip(self._best, shares, strict=True)]
        wanted = [
            max(metrics.horizontalAdvance(name), metrics.horizontalAdvance(answer)) + S
            for (name, _, _), answer in zip(self._best, answers, strict=True)
        ]
        room = self.width() / max(sum(wanted), 1)
        x = 0.0
        for (name, number, _), share, least in zip(self._best, shares, wanted, strict=True):
            width = least * room
            painter.setPen(QColor(self._theme.colours.backend_words(name)))
            for line, (text, end) in enumerate(((name, ""), (self._name(number), share))):  # the number is never cut
                left = int(width) - XS - metrics.horizontalAdvance(end)
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, left) + end
                painter.drawText(QRectF(x, _LINE * line, width, _LINE), Qt.AlignmentFlag.AlignLeft, shown)
            x += width

    def _bar(self, painter: QPainter, name: str, box: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.backend(name)))
        painter.drawRect(box)

    def _draw_groups(self, painter: QPainter) -> None:
        """One group of upright bars a class, one bar a backend."""
        top, bottom = float(_TOP), self.height() - 20.0
        group = self.width() / max(len(self.places), 1)
        width = max((group - S) / max(len(self._values), 1), 1.0)
        for place, class_number in enumerate(self.places):
            for number, (name, values) in enumerate(self._values):
                height = max(float(values[class_number]) * (bottom - top), 1.0)
                left = place * group + S / 2 + number * width
                self._bar(painter, name, QRectF(left, bottom - height, max(width - 1, 1), height))
            painter.setPen(QColor(self._theme.colours.muted))
            text = painter.fontMetrics().elidedText(self._name(class_number), Qt.TextElideMode.ElideRight, int(group))
            painter.drawText(QRectF(place * group, bottom, group, 20), Qt.AlignmentFlag.AlignCenter, text)

    def _draw_lines(self, painter: QPainter) -> None:
        """A line a class, the likeliest first: its name and share, and a bar a backend below."""
        colours, metrics = self._theme.colours, painter.fontMetrics()
        height = (self.height() - _TOP) / max(len(self.places), 1)
        bar = max(min((height - _LINE - XS) / max(len(self._values), 1), 9.0), 2.0)
        for place, class_number in enumerate(self.places):
            y = _TOP + place * height
            share = f"{float(self._values[0][1][class_number]):.1%}"
            room = self.width() - metrics.horizontalAdvance(share) - S
            text = metrics.elidedText(self._name(class_number), Qt.TextElideMode.ElideRight, int(room))
            painter.setPen(QColor(colours.text))
            painter.drawText(QRectF(0, y, room, _LINE), Qt.AlignmentFlag.AlignLeft, text)
            painter.setPen(QColor(colours.muted))
            painter.drawText(QRectF(0, y, self.width(), _LINE), Qt.AlignmentFlag.AlignRight, share)
            for number, (name, values) in enumerate(self._values):
                width = max(float(values[class_number]) * self.width(), 1.0)
                self._bar(painter, name, QRectF(0, y + _LINE + number * bar, width, max(bar - 1, 1)))
