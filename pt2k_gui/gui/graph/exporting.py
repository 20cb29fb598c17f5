"""Saves the picture of a graph as SVG, PNG or PDF, and says it in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMarginsF, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from pt2k_gui.files import atomic_path
from pt2k_gui.graph.layout import NODE, OPEN_BOX, Drawing
from pt2k_gui.graph.network import Network
from pt2k_gui.gui.graph.item import GraphItem
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.theme import SECTION, XL
from pt2k_gui.palette import Colours
from pt2k_gui.problem import Problem
from pt2k_gui.report import messages

ENDINGS = (".svg", ".png", ".pdf")
_GAP, _TITLE = 48.0, 40.0
_MOST_PIXELS = 16_000  # of a side of a PNG
_MOST_POINTS = 14_400.0  # of a side of a PDF page, which is what readers take
_SHARP = 2.0  # pixels of a PNG for one of the picture
_DOTS = 96


def save_picture(path: str, items: Sequence[GraphItem], titles: Sequence[str], colours: Colours) -> None:
    """Save networks side by side as they are folded now; the file's ending chooses the format.

    Raises:
        Problem: another ending, or the file can't be written.
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise Problem(messages.CANNOT_WRITE_AS(output=path), hint=messages.USE_ENDING(endings=list(ENDINGS)))
    size = _size(items)
    with atomic_path(path) as temporary:
        if ending == ".svg":
            _save_svg(str(temporary), size, items, titles, colours)
        elif ending == ".png":
            _save_png(str(temporary), size, items, titles, colours)
        else:
            _save_pdf(str(temporary), size, items, titles, colours)


def _size(items: Sequence[GraphItem]) -> QSizeF:
    bounds = [item.boundingRect() for item in items]
    width = sum(area.width() for area in bounds) + _GAP * max(len(bounds) - 1, 0)
    return QSizeF(width + 2 * XL, max(area.height() for area in bounds) + _TITLE + 2 * XL)


def _draw(painter: QPainter, size: QSizeF, items: Sequence[GraphItem], titles: Sequence[str], colours: Colours) -> None:
    painter.fillRect(QRectF(QPointF(0, 0), size), QColor(colours.window))
    x = float(XL)
    for item, title in zip(items, titles, strict=True):
        area = item.boundingRect()
        font = QFont(QGuiApplication.font())
        font.setPixelSize(SECTION)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        painter.drawText(QRectF(x, XL, max(area.width(), 400.0), _TITLE), Qt.AlignmentFlag.AlignTop, title)
        painter.save()
        painter.translate(x - area.left(), XL + _TITLE - area.top())
        item.paint_area(painter, area, 1.0)
        painter.restore()
        x += area.width() + _GAP


def _save_svg(path: str, size: QSizeF, items: Sequence[GraphItem], titles: Sequence[str], colours: Colours) -> None:
    generator = QSvgGenerator()
    generator.setFileName(path)
    generator.setSize(size.toSize())
    generator.setViewBox(QRectF(QPointF(0, 0), size))
    generator.setTitle(" / ".join(titles))
    painter = QPainter(generator)
    _draw(painter, size, items, titles, colours)
    painter.end()


def _save_png(path: str, size: QSizeF, items: Sequence[GraphItem], titles: Sequence[str], colours: Colours) -> None:
    scale = min(_SHARP, _MOST_PIXELS / max(size.width(), size.height()))
    image = QImage(QSize(round(size.width() * scale), round(size.height() * scale)), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(scale, scale)
    _draw(painter, size, items, titles, colours)
    painter.end()
    image.save(path, "PNG")  # type: ignore[call-overload]


def _save_pdf(path: str, size: QSizeF, items: Sequence[GraphItem], titles: Sequence[str], colours: Colours) -> None:
    scale = min(0.75, _MOST_POINTS / max(size.width(), size.height()))  # points for a pixel
    writer = QPdfWriter(path)
    writer.setTitle(" / ".join(titles))
    writer.setResolution(_DOTS)
    writer.setPageSize(QPageSize(size * scale, QPageSize.Unit.Point))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    painter.scale(scale / 0.75, scale / 0.75)
    _draw(painter, size, items, titles, colours)
    painter.end()


def describe(network: Network, drawing: Drawing) -> str:
    """A drawing in words, a line a part from top to bottom, those in open boxes indented."""
    after: dict[int, list[int]] = {}
    for one, other, _ in drawing.routes:
        after.setdefault(one, []).append(other)
    translate = QCoreApplication.translate
    lines = []
    for place, box in enumerate(drawing.boxes):
        words = [box.name]
        if box.shape == NODE:
            node = network.nodes[box.node]
            words += [node.operator, *node.outputs[:1]]
            if node.difference is not None:
                words.append(translate("Graph", "difference {0}").format(f"{node.difference:.1e}"))
            if node.note:
                words.append(phrase(node.note))
        elif box.shape == OPEN_BOX:
            words.append(box.kind)
        else:
            words += [box.kind, translate("Graph", "{0} parts").format(f"{len(box.members):,}")]
        goes = ", ".join(drawing.boxes[other].name for other in after.get(place, ()))
        if goes:
            words.append(f"→ {goes}")
        lines.append("  " * box.depth + ", ".join(word for word in words if word))
    return "\n".join(lines)
