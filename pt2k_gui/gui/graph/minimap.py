"""The whole network in a narrow strip, with what is seen of it; departing layers stand out however large it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsView, QWidget

from pt2k_gui.graph.layout import OPEN_BOX
from pt2k_gui.gui.graph.item import GraphItem
from pt2k_gui.gui.theme import S, Theme, mixed

WIDTH = 44
_LEAST = 3.0  # pixels that a departing layer is high


class Minimap(QWidget):
    """Sits beside the right border of a canvas; ``wanted`` carries the point of the picture that was pressed."""

    wanted = Signal(QPointF)

    def __init__(self, canvas: QGraphicsView, seen: Callable[[], QRectF], theme: Theme) -> None:
        """``seen``: tells the part of the picture that the canvas shows, in the picture's units."""
        super().__init__(canvas)
        self._canvas, self._seen, self._theme = canvas, seen, theme
        self._item: GraphItem | None = None
        self._picture: QPixmap | None = None
        self.setAccessibleName(self.tr("The whole graph"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def show_item(self, item: GraphItem | None) -> None:
        """Show another network, or the same one in other colours."""
        self._item, self._picture = item, None
        self.place()

    def place(self) -> None:
        """Keep to the border of the canvas."""
        height = self._canvas.viewport().height() - 2 * S
        self.setGeometry(self._canvas.viewport().geometry().right() + S, S, WIDTH, max(height, 40))
        self._picture = None
        self.follow()

    def follow(self) -> None:
        """Show what the canvas sees; not needed where it sees everything."""
        item = self._item
        self.setVisible(item is not None and not self._seen().contains(item.boundingRect()))
        self.update()

    def _scales(self) -> tuple[float, float]:
        """Pixels for a unit of the picture, across and down: the strip is filled, so they differ."""
        assert self._item is not None
        area = self._item.boundingRect()
        return self.width() / max(area.width(), 1.0), self.height() / max(area.height(), 1.0)

    def _drawn(self) -> QPixmap:
        assert self._item is not None
        ratio = self.devicePixelRatioF()
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(QColor(self._theme.colours.surface))
        painter = QPainter(made)
        painter.setPen(Qt.PenStyle.NoPen)
        area, (across, down) = self._item.boundingRect(), self._scales()
        order = sorted(range(len(self._item.rects)), key=lambda place: self._item.paints[place].marked)  # type: ignore[union-attr]
        for place in order:
            if self._item.drawing.boxes[place].shape == OPEN_BOX:
                continue
            rect, paint = self._item.rects[place], self._item.paints[place]
            height = max(rect.height() * down, _LEAST if paint.marked else 1.0)
            painter.setBrush(QColor(paint.frame if paint.marked else mixed(paint.frame, paint.fill, 0.5)))
            top = (rect.center().y() - area.top()) * down - height / 2
            left, width = (rect.left() - area.left()) * across, rect.width() * across
            if paint.marked:
                left, width = 0.0, float(self.width())
            painter.drawRect(QRectF(left, top, width, height))
        painter.end()
        return made

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._item is None:
            return
        if self._picture is None:
            self._picture = self._drawn()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        area, seen, (across, down) = self._item.boundingRect(), self._seen(), self._scales()
        frame = QRectF(
            (seen.left() - area.left()) * across,
            (seen.top() - area.top()) * down,
            seen.width() * across,
            max(seen.height() * down, 4.0),
        ).intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.setPen(QPen(QColor(self._theme.colours.accent), 2))
        painter.setBrush(QColor(mixed(self._theme.colours.accent, self._theme.colours.surface, 0.1)))
        painter.setOpacity(0.9)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame)
        painter.setOpacity(1.0)
        painter.setPen(QColor(self._theme.colours.border))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons():
            self._go(event.position())

    def _go(self, point: QPointF) -> None:
        if self._item is not None:
            area, (across, down) = self._item.boundingRect(), self._scales()
            self.wanted.emit(QPointF(area.left() + point.x() / across, area.top() + point.y() / down))
