"""A pad to draw a digit on with the mouse; gives a 28 x 28 grey picture laid out as MNIST's are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pt2k_gui.gui.theme import RADIUS_FIELD, Theme

_GRID = 280  # the pad's own resolution
_PEN = 24.0
_SIDE, _BOX = 28, 20


class DrawPad(QWidget):
    """``drawn`` carries 784 bytes when a stroke ends."""

    drawn = Signal(bytes)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("drawPad")
        self.setAccessibleName(self.tr("Draw a digit"))
        self.setFixedSize(116, 116)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._theme = theme
        theme.changed.connect(self.update)
        self._ink = QImage(_GRID, _GRID, QImage.Format.Format_Grayscale8)
        self._ink.fill(0)
        self._last: QPointF | None = None
        self._used = False

    def clear(self) -> None:
        self._ink.fill(0)
        self._used = False
        self.update()

    def _point(self, event: QMouseEvent) -> QPointF:
        return QPointF(event.position().x() / self.width() * _GRID, event.position().y() / self.height() * _GRID)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._last = self._point(event)
            self._stroke(self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            self._stroke(self._point(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            self._last = None
            self.drawn.emit(self.picture())

    def _stroke(self, point: QPointF) -> None:
        painter = QPainter(self._ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("white"), _PEN, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(self._last or point, point)
        painter.end()
        self._last = point
        self._used = True
        self.update()

    def picture(self) -> bytes:
        """The drawing as MNIST's digits lie: fitted into 20 x 20 and centred by its mass in 28 x 28."""
        ink = np.frombuffer(self._ink.constBits(), np.uint8).reshape(_GRID, self._ink.bytesPerLine())[:, :_GRID]
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        if not len(rows):
            return bytes(_SIDE * _SIDE)
        top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        part = self._ink.copy(int(left), int(top), int(right - left), int(bottom - top))
        scaled = part.scaled(
            _BOX, _BOX, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        ).convertToFormat(QImage.Format.Format_Grayscale8)
        small = np.frombuffer(scaled.constBits(), np.uint8).reshape(scaled.height(), scaled.bytesPerLine())
        small = small[:, : scaled.width()].astype(np.float64)
        total = small.sum() or 1.0
        down = round(_SIDE / 2 - float((small.sum(1) * (np.arange(len(small)) + 0.5)).sum()) / total)
        across = round(_SIDE / 2 - float((small.sum(0) * (np.arange(small.shape[1]) + 0.5)).sum()) / total)
        down = min(max(down, 0), _SIDE - small.shape[0])
        across = min(max(across, 0), _SIDE - small.shape[1])
        picture = np.zeros((_SIDE, _SIDE), np.uint8)
        picture[down : down + small.shape[0], across : across + small.shape[1]] = small
        return picture.tobytes()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.window))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, RADIUS_FIELD, RADIUS_FIELD)
        if self._used:
            shown = self._ink.copy()
            mask = QImage(shown.size(), QImage.Format.Format_ARGB32)
            mask.fill(QColor(colours.text))
            mask.setAlphaChannel(shown)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), mask)
        else:
            painter.setPen(QColor(colours.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Draw a digit here"))
        painter.end()
