"""One side of the picture: wheel and keys zoom, the mouse drags, arrows follow edges; says what was chosen or hovered over."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsPathItem, QGraphicsScene, QGraphicsView

from pt2k_gui.graph.layout import FOLDED_BOX, NODE, Drawing
from pt2k_gui.graph.network import Network
from pt2k_gui.gui.graph.colouring import Colouring
from pt2k_gui.gui.graph.item import GraphItem
from pt2k_gui.gui.graph.minimap import WIDTH, Minimap
from pt2k_gui.gui.theme import RADIUS_FIELD, S, Theme

_LEAST_SCALE, _MOST_SCALE, _STEP = 0.002, 3.0, 1.2
_CLICK = 4  # pixels that the mouse may move between press and release
_DWELL = 250  # milliseconds over a node until the other side scrolls to its counterpart
_REST = 120  # milliseconds after the last step of a zoom until all is drawn as it should be
_AROUND = 40.0
_READABLE = 0.55  # the scale below which a graph is not shown whole at first, but from its top

_MARKS = {"hover": 1.5, "linked": 2.5, "chosen": 3.0}
"""Frames around boxes, and how wide their lines are."""

ARROWS = {
    Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
}  # fmt: skip


class GraphCanvas(QGraphicsView):
    """``chosen`` and ``hovered`` carry a box's position in the drawing (-1 for none), ``toggled`` the key of a box to fold or
    unfold, ``rested`` a box over which the mouse stays; ``searched`` comes when the keyboard asks for the search field."""

    chosen = Signal(int)
    hovered = Signal(int)
    rested = Signal(int)
    toggled = Signal(str)
    searched = Signal()

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._theme = theme
        self._item: GraphItem | None = None
        self._chosen = self._hovered = -1
        self._pressed: QPoint | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setScene(QGraphicsScene(self))
        # The item finds what to draw by itself.
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.setMinimumSize(160, 160)
        self._frames: dict[str, QGraphicsPathItem] = {}  # while there is a picture
        self.setViewportMargins(0, 0, WIDTH + 2 * S, 0)
        self.minimap = Minimap(self, self.seen, theme)
        self.minimap.wanted.connect(self.show_point)
        self._dwell = QTimer(self)
        self._dwell.setSingleShot(True)
        self._dwell.setInterval(_DWELL)
        self._dwell.timeout.connect(lambda: self.rested.emit(self._hovered))
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self._come_to_rest)
        theme.changed.connect(self._follow_theme)
        self._follow_theme()

    # What is shown

    @property
    def item(self) -> GraphItem | None:
        """The network that is drawn."""
        return self._item

    def show_drawing(self, network: Network, drawing: Drawing, colouring: Colouring) -> None:
        """Replace the picture; the view stays where it is."""
        scene = self.scene()
        for frame in self._frames.values():
            if frame.scene() is not None:
                scene.removeItem(frame)
        scene.clear()
        self._chosen = self._hovered = -1
        self._item = GraphItem(network, drawing, colouring, self._theme.colours, self.font())
        scene.addItem(self._item)
        self._frames = {role: QGraphicsPathItem() for role in _MARKS}
        for role, frame in self._frames.items():
            frame.setZValue(1)
            frame.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            frame.setPen(self._pen(role))
            scene.addItem(frame)
        around = max(self.viewport().width(), self.viewport().height()) / 2
        self.setSceneRect(self._item.boundingRect().adjusted(-around, -around, around, around))
        self.minimap.show_item(self._item)

    def clear_drawing(self) -> None:
        """Show nothing."""
        self.scene().clear()
        self._frames = {}
        self._item = None
        self._chosen = self._hovered = -1
        self.minimap.show_item(None)

    def recolour(self, colouring: Colouring) -> None:
        """Draw by another measure."""
        if self._item is not None:
            self._item.recolour(colouring, self._theme.colours)
            self.minimap.show_item(self._item)

    def _follow_theme(self) -> None:
        self.setBackgroundBrush(QColor(self._theme.colours.window))
        for role, frame in self._frames.items():
            frame.setPen(self._pen(role))

    def _pen(self, role: str) -> QPen:
        pen = QPen(QColor(self._theme.colours.accent), _MARKS[role])
        pen.setCosmetic(True)
        if role == "linked":
            pen.setStyle(Qt.PenStyle.DashLine)
        return pen

    # Marks

    def mark(self, role: str, boxes: Iterable[int]) -> None:
        """Frame boxes as ``chosen``, ``linked`` (the counterparts of what is chosen on the other side) or ``hover``."""
        path = QPainterPath()
        if self._item is not None:
            for place in boxes:
                path.addRoundedRect(self._item.rects[place].adjusted(-3, -3, 3, 3), RADIUS_FIELD + 3, RADIUS_FIELD + 3)
        if role in self._frames:
            self._frames[role].setPath(path)

    def marked(self, role: str) -> QRectF:
        """Where the frames of a role are; nowhere where there are none."""
        return self._frames[role].path().boundingRect() if role in self._frames else QRectF()

    def choose(self, place: int, *, tell: bool = True) -> None:
        """Select a box and scroll to it; -1 selects none."""
        self._chosen = place
        self.mark("chosen", [place] if place >= 0 else [])
        if place >= 0:
            self.scroll_to([place])
        if tell:
            self.chosen.emit(place)

    @property
    def chosen_box(self) -> int:
        """The selected box; -1 for none."""
        return self._chosen

    def scroll_to(self, boxes: Iterable[int]) -> None:
        """Bring boxes into view, if they are not."""
        if self._item is None:
            return
        area = QRectF()
        for place in boxes:
            area = area.united(self._item.rects[place])
        if area.isNull() or self.seen().contains(area):
            return
        self.centerOn(area.center())
        self.minimap.follow()

    # The view

    def sizeHint(self) -> QSize:
        return QSize(320, 320)  # not the picture's own

    def seen(self) -> QRectF:
        """The part of the picture that is visible."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def scale_now(self) -> float:
        """How large the picture is seen."""
        return float(self.transform().m11())

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Look closer (above 1) or from farther away, with a point of the viewport staying where it is."""
        scale = min(max(self.scale_now() * factor, _LEAST_SCALE), _MOST_SCALE)
        point = around or QPointF(self.viewport().rect().center())
        before = self.mapToScene(point.toPoint())
        if self._item is not None:
            self._item.moving = True
            self._rest.start()
        self.resetTransform()
        self.scale(scale, scale)
        moved = self.mapFromScene(before) - point.toPoint()
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + moved.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + moved.y())
        self.minimap.follow()

    def _come_to_rest(self) -> None:
        if self._item is not None:
            self._item.moving = False
            self._item.update()

    def fit(self) -> None:
        """Show everything."""
        if self._item is not None:
            self._look_at(self._item.boundingRect())

    def show_first(self) -> None:
        """Show everything where that can be read, else the upper end."""
        if self._item is None:
            return
        area, port = self._item.boundingRect(), self.viewport().rect()
        whole = min(port.width() / max(area.width(), 1), port.height() / max(area.height(), 1))
        if whole >= _READABLE:
            self._look_at(area)
            return
        scale = max(min(port.width() / max(area.width(), 1), 1.0), _READABLE)
        self.resetTransform()
        self.scale(scale, scale)
        self.centerOn(area.center().x(), area.top() + port.height() / scale / 2)
        self.minimap.follow()

    def _look_at(self, area: QRectF) -> None:
        port = self.viewport().rect()
        scale = min(port.width() / max(area.width(), 1), port.height() / max(area.height(), 1), 1.0)
        self.resetTransform()
        self.scale(max(scale, _LEAST_SCALE), max(scale, _LEAST_SCALE))
        self.centerOn(area.center())
        self.minimap.follow()

    def show_point(self, point: QPointF) -> None:
        """Bring a point of the picture into the middle."""
        self.centerOn(point)
        self.minimap.follow()

    # Events

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(_STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons():
            self.minimap.follow()
            return
        place = self._box_under(event.position().toPoint())
        if place != self._hovered:
            self._hovered = place
            self.mark("hover", [place] if place >= 0 else [])
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)
            self.hovered.emit(place)
            self._dwell.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        point = event.position().toPoint()
        if self._pressed is not None and (point - self._pressed).manhattanLength() <= _CLICK and self._item is not None:
            place = self._box_under(point)
            if place >= 0 and self._item.on_chevron(place, self.mapToScene(point)):
                self.toggled.emit(self._item.drawing.boxes[place].key)
            else:
                self.choose(place)
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self._box_under(event.position().toPoint())
        if place >= 0 and self._item is not None and self._item.drawing.boxes[place].key:
            self.toggled.emit(self._item.drawing.boxes[place].key)

    def leaveEvent(self, event: object) -> None:
        self._hovered = -1
        self._dwell.stop()
        self.mark("hover", [])
        self.hovered.emit(-1)

    def _box_under(self, point: QPoint) -> int:
        found = self._item.box_at(self.mapToScene(point)) if self._item is not None else None
        return -1 if found is None else found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS:
            self._step(*ARROWS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._item is not None and self._chosen >= 0 and self._item.drawing.boxes[self._chosen].key:
                self.toggled.emit(self._item.drawing.boxes[self._chosen].key)
        elif key == Qt.Key.Key_Slash:
            self.searched.emit()
        else:
            event.ignore()

    def _step(self, across: int, down: int) -> None:
        """Go along an edge, or to the nearest part beside the chosen one."""
        if self._item is None or not self._item.drawing.boxes:
            return
        drawing = self._item.drawing
        if self._chosen < 0:
            self.choose(next(n for n, box in enumerate(drawing.boxes) if box.shape in (NODE, FOLDED_BOX)))
            return
        if down:
            ends = [(one, other)[::down] for one, other, _ in drawing.routes]
            found = [other for one, other in ends if one == self._chosen]
        else:
            here = self._item.rects[self._chosen]
            found = [
                place
                for place, rect in enumerate(self._item.rects)
                if drawing.boxes[place].shape in (NODE, FOLDED_BOX)
                and rect.top() < here.bottom()
                and rect.bottom() > here.top()
                and (rect.center().x() - here.center().x()) * across > 1
            ]
            found.sort(key=lambda place: abs(self._item.rects[place].center().x() - here.center().x()))  # type: ignore[union-attr]
        if found:
            self.choose(found[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.minimap.place()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(self._theme.colours.accent), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
            painter.end()
