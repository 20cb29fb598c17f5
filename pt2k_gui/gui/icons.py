"""Line icons drawn in the colour that is asked for, from the SVG files that ship with the application."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from pt2k_gui.resources import resource

_SCALE = 3  # drawn this much larger, so that it stays sharp on dense screens


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int = 20) -> QPixmap:
    """The icon ``name`` as a pixmap of ``size`` logical pixels."""
    text = resource(f"icons/{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(text.encode()))
    made = QPixmap(QSize(size, size) * _SCALE)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, size * _SCALE, size * _SCALE))
    painter.end()
    made.setDevicePixelRatio(_SCALE)
    return made


@lru_cache(maxsize=512)
def icon(name: str, colour: str) -> QIcon:
    """The icon ``name`` for buttons and lists."""
    return QIcon(pixmap(name, colour))
