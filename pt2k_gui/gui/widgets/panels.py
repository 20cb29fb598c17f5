"""Pictures side by side with their titles and marks; two of them can be laid over each other and wiped between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.theme import CAPTION, S, Theme
from pt2k_gui.verify.outputs.shown import Mark, Panel

_TITLE = CAPTION + 8
_LEAST = 120  # pixels of a panel's width
_POINT = 4.0
_WIPE_STEP = 0.05


class PanelsView(QWidget):
    """With ``wiping``, the first and the last backend's pictures lie over each other: the mouse or the arrows move the
    border between them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("outputPanels")
        self._theme = theme
        self._panels: list[tuple[Panel, QImage]] = []
        self._wiping, self._border = False, 0.5
        self.setMinimumSize(200, 130)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(600, 170)

    @property
    def panels(self) -> list[Panel]:
        """The parts that are shown."""
        return [panel for panel, _ in self._panels]

    def show_panels(self, panels: Sequence[Panel], *, wiping: bool = False) -> None:
        """Replace the pictures."""
        backends = [panel for panel in panels if panel.backend]
        self._wiping = wiping and len(backends) > 1
        shown = [backends[0], backends[-1], *panels[len(backends) :]] if self._wiping else panels
        self._panels = [(panel, _image(panel.pixels)) for panel in shown]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._wiping else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(", ".join(phrase(panel.title) for panel in panels))
        self.update()

    def _areas(self) -> list[QRectF]:
        """One area for each picture; of two that are laid over each other, the same one."""
        count = len(self._panels) - (1 if self._wiping else 0)
        if count <= 0:
            return []
        across = max(range(1, count + 1), key=lambda columns: self._seen_area(columns, -(-count // columns)))
        down = -(-count // across)
        width, height = (self.width() - S * (across - 1)) / across, (self.height() - S * (down - 1)) / down
        areas = [QRectF((n % across) * (width + S), (n // across) * (height + S), width, height) for n in range(count)]
        return [areas[0], *areas] if self._wiping else areas

    def _seen_area(self, across: int, down: int) -> float:
        """How large, in all, the pictures would be in so many columns and rows."""
        width = (self.width() - S * (across - 1)) / across
        height = (self.height() - S * (down - 1)) / down - _TITLE
        if width < _LEAST and across > 1:
            return 0.0
        scales = [min(width / max(i.width(), 1), height / max(i.height(), 1)) for _, i in self._panels]
        return sum(
            max(scale, 0.0) ** 2 * i.width() * i.height() for scale, (_, i) in zip(scales, self._panels, strict=True)
        )

    def _fitted(self, area: QRectF, image: QImage) -> QRectF:
        inner = area.adjusted(0, _TITLE, 0, 0)
        scale = min(inner.width() / max(image.width(), 1), inner.height() / max(image.height(), 1))
        return QRectF(inner.left(), inner.top(), image.width() * scale, image.height() * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = painter.font()
        font.setPixelSize(CAPTION)
        painter.setFont(font)
        areas = self._areas()
        for number, ((panel, image), area) in enumerate(zip(self._panels, areas, strict=True)):
            place = self._fitted(area, image)
            over = self._wiping and number == 1
            self._title(
                painter,
                panel,
                QRectF(area.left(), area.top(), place.width(), area.height()) if over else area,
                right=over,
            )
            if over:
                painter.save()
                painter.setClipRect(place.adjusted(place.width() * self._border, 0, 0, 0))
            smooth = image.width() > place.width()  # enlarged pixels stay pixels
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(place, image)
            self._frame(painter, place)
            self._marks(painter, panel.marks, place, image)
            if over:
                painter.restore()
                x = place.left() + place.width() * self._border
                painter.setPen(QPen(QColor(self._theme.colours.accent), 3 if self.hasFocus() else 2))
                painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
        painter.end()

    def _title(self, painter: QPainter, panel: Panel, area: QRectF, *, right: bool) -> None:
        colours = self._theme.colours
        painter.setPen(QColor(colours.backend(panel.backend) if panel.backend else colours.muted))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        words = painter.fontMetrics().elidedText(phrase(panel.title), Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | side, words)

    def _frame(self, painter: QPainter, place: QRectF) -> None:
        """A picture that is all of the window's colour is still seen to be one."""
        painter.setPen(QPen(QColor(self._theme.colours.border), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))

    def _marks(self, painter: QPainter, marks: Sequence[Mark], place: QRectF, image: QImage) -> None:
        """Each over a broader line of the window's colour, so that it is seen on every picture; wrong ones are dashed, in
        the colour of what is bad, and have a sign."""
        colours = self._theme.colours
        across, down = place.width() / max(image.width(), 1), place.height() / max(image.height(), 1)
        painter.save()
        painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in marks:
            left, top = place.left() + mark.left * across, place.top() + mark.top * down
            outline = QPainterPath()
            if mark.left == mark.right:
                left, top = left + across / 2, top + down / 2  # the middle of the pixel
                outline.addEllipse(QPointF(left, top), _POINT, _POINT)
            else:
                outline.addRect(QRectF(left, top, (mark.right - mark.left) * across, (mark.bottom - mark.top) * down))
            style = Qt.PenStyle.DashLine if mark.wrong else Qt.PenStyle.SolidLine
            painter.strokePath(outline, QPen(QColor(colours.surface), 4))
            painter.strokePath(outline, QPen(QColor(colours.bad if mark.wrong else mark.colour), 2, style))
        for mark in marks:
            self._label(painter, mark, place, across, down)
        painter.restore()

    def _label(self, painter: QPainter, mark: Mark, place: QRectF, across: float, down: float) -> None:
        """A mark's words on a ground of the window's colour, inside of the picture; a box without room for them has none."""
        words = f"≠ {mark.label}".rstrip() if mark.wrong else mark.label
        if not words:
            return
        colours = self._theme.colours
        point = mark.left == mark.right
        size = painter.fontMetrics().size(Qt.TextFlag.TextSingleLine, words)
        left, top = place.left() + mark.left * across, place.top() + mark.top * down
        left, top = (left + across / 2 + _POINT + 2, top - size.height()) if point else (left, top - size.height() - 1)
        if not point and size.width() + 4 > (mark.right - mark.left) * across and not mark.wrong:
            return
        room = QRectF(left, top, size.width() + 4, size.height())
        room.moveLeft(min(max(room.left(), place.left()), max(place.right() - room.width(), place.left())))
        room.moveTop(min(max(room.top(), place.top()), place.bottom() - room.height()))
        painter.fillRect(room, QColor(colours.surface))
        painter.setPen(QColor(colours.bad if mark.wrong else mark.colour))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._wiping and event.buttons():
            self._wipe_to(event.position().x())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._wiping:
            self._wipe_to(event.position().x())

    def _wipe_to(self, x: float) -> None:
        place = self._fitted(self._areas()[0], self._panels[0][1])
        self._set_border((x - place.left()) / max(place.width(), 1))

    def _set_border(self, share: float) -> None:
        self._border = min(max(share, 0.0), 1.0)
        self.update()

    @property
    def border(self) -> float:
        """Where the one picture ends and the other begins, as a share of their width."""
        return self._border

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -_WIPE_STEP, Qt.Key.Key_Right: _WIPE_STEP}
        if self._wiping and event.key() in steps:
            self._set_border(self._border + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


def _image(pixels: np.ndarray) -> QImage:
    kept = np.ascontiguousarray(pixels)
    height, width = kept.shape[:2]
    return QImage(kept.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
