"""Small drawings beside choices: the two digit networks, the two axis orders, a strip of digits. Painted in the theme's
colours; they take no part in the mouse or the keyboard."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pt2k_gui.gui.theme import CAPTION, XS, Theme, mixed
from pt2k_gui.resources import resource

_HEIGHT = 68
_AXES_HEIGHT = 36
_DIGITS_HEIGHT = 36


class _Picture(QWidget):
    def __init__(self, theme: Theme, height: int) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        painter.end()

    def draw(self, painter: QPainter) -> None:
        raise NotImplementedError


class DensePicture(_Picture):
    """Columns of units, each joined with each of the next."""

    _UNITS = (6, 5, 3)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _HEIGHT)

    def draw(self, painter: QPainter) -> None:
        colours = self._theme.colours
        middle, gap = QPointF(self.width() / 2, self.height() / 2), min(self.width() / 4, 64.0)
        columns = [
            [middle + QPointF((place - 1) * gap, (unit - (count - 1) / 2) * 11) for unit in range(count)]
            for place, count in enumerate(self._UNITS)
        ]
        painter.setPen(QPen(QColor(mixed(colours.accent, colours.surface, 0.35)), 0.8))
        for left, right in itertools.pairwise(columns):
            for start in left:
                for end in right:
                    painter.drawLine(start, end)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        for column in columns:
            for unit in column:
                painter.drawEllipse(unit, 3.5, 3.5)


class ConvolutionPicture(_Picture):
    """An image, two stacks of ever smaller maps, and a column of units."""

    _WIDTH = 154.0

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _HEIGHT)

    def draw(self, painter: QPainter) -> None:
        colours = self._theme.colours
        scale = min(self.width() / self._WIDTH, 1.0)
        painter.scale(scale, scale)
        left, middle = (self.width() / scale - self._WIDTH) / 2 + 1, self.height() / scale / 2
        painter.setPen(QPen(QColor(colours.accent), 1))
        for x, side, count in ((0.0, 38.0, 1), (50.0, 28.0, 3), (98.0, 17.0, 4)):
            for number in range(count):
                painter.setBrush(QColor(mixed(colours.accent, colours.surface, 0.12 + 0.1 * number)))
                shift = (number - (count - 1) / 2) * 5
                painter.drawRoundedRect(QRectF(left + x + shift, middle - side / 2 + shift, side, side), XS / 2, XS / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        for unit in range(5):
            painter.drawEllipse(QPointF(left + 148, middle + (unit - 2) * 12), 3.5, 3.5)


class AxesPicture(_Picture):
    """The names of an image's axes in their order; the one that moves is filled."""

    def __init__(self, theme: Theme, names: Sequence[str], filled: int) -> None:
        super().__init__(theme, _AXES_HEIGHT)
        self._names, self._filled = names, filled

    def draw(self, painter: QPainter) -> None:
        colours = self._theme.colours
        font = painter.font()
        font.setPixelSize(CAPTION)
        painter.setFont(font)
        x = 0.5
        for number, name in enumerate(self._names):
            width = painter.fontMetrics().horizontalAdvance(name) + 20
            filled = number == self._filled
            painter.setPen(QPen(QColor(colours.accent if filled else colours.border), 1))
            painter.setBrush(QColor(colours.accent if filled else colours.surface))
            box = QRectF(x, 4.5, width, self.height() - 9)
            painter.drawRoundedRect(box, XS, XS)
            painter.setPen(QColor(colours.on_accent if filled else colours.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
            x += width + XS


class DigitStrip(_Picture):
    """The first digits of MNIST in a row, in the text's colour; as many as fit."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _DIGITS_HEIGHT)
        self._ink = QImage(str(resource("mnist/first-digits.png"))).convertToFormat(QImage.Format.Format_Grayscale8)

    def sizeHint(self) -> QSize:
        return QSize(_DIGITS_HEIGHT * 4, _DIGITS_HEIGHT)

    def draw(self, painter: QPainter) -> None:
        side = self._ink.height()
        inked = QImage(self._ink.size(), QImage.Format.Format_ARGB32)
        inked.fill(QColor(self._theme.colours.text))
        inked.setAlphaChannel(self._ink)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        count = min(self.width() // self.height(), self._ink.width() // side)
        step = (self.width() - self.height()) / max(count - 1, 1)
        for number in range(count):
            place = QRectF(number * step, 0, self.height(), self.height())
            painter.drawImage(place, inked, QRectF(number * side, 0, side, side))
