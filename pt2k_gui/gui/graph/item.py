"""One network as one item of a scene: it draws only what is asked for, and less of it the smaller it is seen."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from pt2k_gui.graph.layout import FOLDED_BOX, NODE, OPEN_BOX, TITLE, Box, Drawing
from pt2k_gui.graph.network import FOLDED, INPUT, OUTPUT, Network
from pt2k_gui.gui.graph.colouring import Colouring, Paint, quantity
from pt2k_gui.gui.theme import CAPTION, RADIUS_CARD, RADIUS_FIELD, mixed

if TYPE_CHECKING:
    from pt2k_gui.palette import Colours

FAR = 0.32  # below this scale texts can't be read: parts are plain rectangles, edges straight lines
_TINY = 0.03  # below this one a part is about a pixel high
_MARGIN = 12.0
_CHEVRON = 18.0  # pixels at the left of a box's title that fold and unfold it


class GraphItem(QGraphicsItem):
    """The boxes and edges of a drawing."""

    def __init__(self, network: Network, drawing: Drawing, colouring: Colouring, colours: Colours, font: QFont) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.network, self.drawing, self._colours = network, drawing, colours
        self._strong, self._small = QFont(font), QFont(font)
        self._strong.setPixelSize(CAPTION)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._small.setPixelSize(CAPTION - 1)
        self._texts: dict[int, tuple[str, str]] = {}
        self.moving = False  # while it is zoomed: straight lines and square corners, which take half the time
        boxes = drawing.boxes
        self.rects = [QRectF(box.x, box.y, box.width, box.height) for box in boxes]
        self._corners = np.array([(b.x, b.y, b.x + b.width, b.y + b.height) for b in boxes]).reshape(-1, 4)
        self._open = np.array([box.shape == OPEN_BOX for box in boxes], bool)
        self._paths: dict[int, QPainterPath] = {}  # of edges that were seen from near
        self._lines: dict[int, list[QLineF]] = {}  # of those that were seen from afar
        self._bounds = np.array([_bounds(points) for _, _, points in drawing.routes]).reshape(-1, 4)
        self.recolour(colouring, colours)

    def recolour(self, colouring: Colouring, colours: Colours) -> None:
        """Draw by another measure, or in another theme."""
        self._colours, self.colouring = colours, colouring
        colouring.scale_to([box.members for box in self.drawing.boxes if box.shape != OPEN_BOX])
        self.paints = [
            Paint(mixed(colours.text, colours.window, 0.02), colours.border)
            if box.shape == OPEN_BOX
            else colouring.paint(box.members)
            for box in self.drawing.boxes
        ]
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.drawing.width, self.drawing.height).adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)

    def within(self, area: QRectF) -> np.ndarray:
        """Which boxes touch an area."""
        return _touching(self._corners, area)

    def box_at(self, point: QPointF) -> int | None:
        """The innermost box at a point."""
        found = self.within(QRectF(point.x(), point.y(), 0, 0))
        return int(found[-1]) if len(found) else None

    def on_chevron(self, place: int, point: QPointF) -> bool:
        """Whether a point of a box is where it folds and unfolds."""
        box, rect = self.drawing.boxes[place], self.rects[place]
        near = point.x() - rect.left() <= _CHEVRON
        return (box.shape == FOLDED_BOX and near) or (
            box.shape == OPEN_BOX and near and point.y() - rect.top() <= TITLE
        )

    # Drawing

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        self.paint_area(painter, option.exposedRect, scale)

    def paint_area(self, painter: QPainter, area: QRectF, scale: float) -> None:
        """Draw what touches an area, as it is seen at a scale."""
        shown = self.within(area)
        routes = _touching(self._bounds, area)
        if scale < FAR:
            self._paint_far(painter, shown, routes, scale)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not self.moving)
        opened = self._open[shown]
        around = 2 * RADIUS_CARD
        seen = area.adjusted(-around, -around, around, around)
        for place in shown[opened].tolist():
            self._paint_open(painter, place, seen)
        self._paint_routes(painter, routes)
        for place in shown[~opened].tolist():
            self._paint_part(painter, place)

    def _paint_routes(self, painter: QPainter, routes: np.ndarray) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._colours.muted), 1.2))
        if self.moving:
            painter.drawLines([line for place in routes.tolist() for line in self._line(place)])
            return
        for place in routes.tolist():
            painter.drawPath(self._path(place))
        self._paint_arrows(painter, routes)

    def _outline(self, painter: QPainter, rect: QRectF, radius: float) -> None:
        if self.moving:
            painter.drawRect(rect)
        else:
            painter.drawRoundedRect(rect, radius, radius)

    def _path(self, place: int) -> QPainterPath:
        if place not in self._paths:
            self._paths[place] = _smooth(self.drawing.routes[place][2])
        return self._paths[place]

    def _line(self, place: int) -> list[QLineF]:
        if place not in self._lines:
            points = self.drawing.routes[place][2]
            self._lines[place] = [QLineF(*start, *end) for start, end in itertools.pairwise(points)]
        return self._lines[place]

    def _paint_far(self, painter: QPainter, shown: np.ndarray, routes: np.ndarray, scale: float) -> None:
        """Rectangles by their colours, in few calls: thousands are seen at once, and where a part is about a pixel, no edges
        and no frames."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        colours = self._colours
        opened = self._open[shown]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(mixed(colours.text, colours.window, 0.05)))
        painter.drawRects([self.rects[place] for place in shown[opened].tolist()])
        tiny = scale < _TINY
        if not tiny:
            painter.setPen(QPen(QColor(mixed(colours.muted, colours.window, 0.6)), 0))
            lines = [line for place in routes.tolist() for line in self._line(place)]
            if lines:
                painter.drawLines(lines)
        groups: dict[Paint, list[QRectF]] = {}
        for place in shown[~opened].tolist():
            groups.setdefault(self.paints[place], []).append(self.rects[place])
        for paint, rects in sorted(groups.items(), key=lambda item: item[0].marked):
            painter.setPen(Qt.PenStyle.NoPen if tiny else QPen(QColor(paint.frame), 2 if paint.marked else 0))
            painter.setBrush(QColor(paint.frame if paint.marked else mixed(paint.frame, paint.fill, 0.6)))
            painter.drawRects(rects)

    def _paint_open(self, painter: QPainter, place: int, seen: QRectF) -> None:
        """A module's frame; what is farther outside of ``seen`` than its corners are round is not drawn."""
        box, rect, paint = self.drawing.boxes[place], self.rects[place], self.paints[place]
        painter.setPen(QPen(QColor(paint.frame), 1))
        painter.setBrush(QColor(paint.fill))
        self._outline(painter, rect.intersected(seen), RADIUS_CARD)
        if rect.top() + TITLE < seen.top():
            return
        self._chevron(painter, rect, opened=True)
        painter.setFont(self._small)
        painter.setPen(QColor(self._colours.muted))
        area = QRectF(rect.left() + _CHEVRON, rect.top(), rect.width() - _CHEVRON - 6, TITLE)
        words = f"{box.name}  {box.kind}" if box.kind else box.name
        if box.repeats:
            words = f"{box.name}  {box.repeats} × {box.kind}".rstrip()
        shown = QFontMetricsF(self._small).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _chevron(self, painter: QPainter, rect: QRectF, *, opened: bool) -> None:
        x, y = rect.left() + 10, rect.top() + (TITLE / 2 if opened else rect.height() / 2)
        points = [(-3, -2), (0, 2), (3, -2)] if opened else [(-2, -3), (2, 0), (-2, 3)]
        painter.setPen(QPen(QColor(self._colours.text), 1.5))
        painter.drawPolyline([QPointF(x + dx, y + dy) for dx, dy in points])

    def _paint_part(self, painter: QPainter, place: int) -> None:
        box, rect, paint = self.drawing.boxes[place], self.rects[place], self.paints[place]
        ghost = box.shape == NODE and self.network.nodes[box.node].kind == FOLDED
        style = Qt.PenStyle.DashLine if ghost else Qt.PenStyle.SolidLine
        if box.repeats:  # a pile of cards
            painter.setPen(QPen(QColor(paint.frame), 1))
            painter.setBrush(QColor(self._colours.surface))
            for step in (6.0, 3.0):
                self._outline(painter, rect.translated(step, step), RADIUS_FIELD)
        painter.setPen(QPen(QColor(paint.frame), 2 if paint.marked else 1, style))
        painter.setBrush(QColor(paint.fill))
        round_end = box.shape == NODE and self.network.nodes[box.node].kind in (INPUT, OUTPUT)
        radius = rect.height() / 2 if round_end else RADIUS_FIELD
        self._outline(painter, rect, radius)
        left = 10.0
        if box.shape == FOLDED_BOX:
            self._chevron(painter, rect, opened=False)
            left = _CHEVRON + 2
        area = rect.adjusted(left, 4, -8, -4)
        first, second = self._words(place, area.width())
        painter.setFont(self._strong)
        painter.setPen(QColor(self._colours.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, first)
        painter.setFont(self._small)
        painter.setPen(QColor(mixed(self._colours.text, self._colours.muted, 0.5)))
        painter.drawText(area, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, second)

    def _words(self, place: int, width: float) -> tuple[str, str]:
        """The two lines of a part, cut to its width once."""
        if place not in self._texts:
            box = self.drawing.boxes[place]
            first, second = self._two_lines(box)
            elide = Qt.TextElideMode.ElideRight
            self._texts[place] = (
                QFontMetricsF(self._strong).elidedText(first, Qt.TextElideMode.ElideMiddle, width),
                QFontMetricsF(self._small).elidedText(second, elide, width),
            )
        first, second = self._texts[place]
        if self.paints[place].marked:
            value = self.colouring.value(self.drawing.boxes[place].members)
            second = f"≠ {quantity(self.colouring.measure, value if value is not None else 0.0)}"
        return first, second

    def _two_lines(self, box: Box) -> tuple[str, str]:
        if box.shape == NODE:
            node = self.network.nodes[box.node]
            shape = (node.outputs or node.inputs or ("",))[0].removeprefix("batch × ")
            return box.name, shape if box.name == node.operator else f"{node.operator}  {shape}"
        count = len(box.members)
        parts = QCoreApplication.translate("Graph", "{0} parts").format(f"{count:,}")
        if box.repeats:
            return f"{box.name}", f"{box.repeats} × {box.kind}".rstrip() + f"  {parts}"
        return box.name, f"{box.kind}  {parts}".strip()

    def _paint_arrows(self, painter: QPainter, routes: np.ndarray) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours.muted))
        for place in routes:
            points = self.drawing.routes[place][2]
            (x, y), before = points[-1], points[-2][1]
            tip = 5.0 if before <= y else -5.0
            painter.drawPolygon([QPointF(x, y), QPointF(x - 3, y - tip), QPointF(x + 3, y - tip)])


def _bounds(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    across, down = [x for x, _ in points], [y for _, y in points]
    return min(across) - 4, min(down) - 4, max(across) + 4, max(down) + 4


def _touching(corners: np.ndarray, area: QRectF) -> np.ndarray:
    """The rows of (left, top, right, bottom) that touch an area."""
    if not len(corners):
        return np.zeros(0, int)
    return np.flatnonzero(
        (corners[:, 0] <= area.right())
        & (corners[:, 2] >= area.left())
        & (corners[:, 1] <= area.bottom())
        & (corners[:, 3] >= area.top())
    )


def _smooth(points: Sequence[tuple[float, float]]) -> QPainterPath:
    """A curve through the points that leaves and enters each of them upright."""
    path = QPainterPath(QPointF(*points[0]))
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if abs(x0 - x1) < 0.5:
            path.lineTo(x1, y1)
        else:
            half = (y1 - y0) / 2
            path.cubicTo(x0, y0 + half, x1, y1 - half, x1, y1)
    return path
