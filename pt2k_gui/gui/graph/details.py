"""Facts of a chosen part, on both sides: operator, shapes, attributes, how far it departs, and how its weights are
spread."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QTextBrowser, QVBoxLayout, QWidget

from pt2k_gui.graph.layout import NODE, Box
from pt2k_gui.graph.network import Network, Node, parameters_of
from pt2k_gui.graph.weights import WeightSpread
from pt2k_gui.gui.graph.colouring import Measure, quantity
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.theme import CAPTION, SMALL, M, S, Theme
from pt2k_gui.verify.layers import DEPARTS

_MOST_NAMES = 6
_ROW = 66  # pixels of a histogram with its words


class DetailsPanel(QWidget):
    """The text, and below it the histograms."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        self.text = QTextBrowser()
        self.text.setObjectName("graphDetails")
        self.text.setAccessibleName(self.tr("The chosen part"))
        self.text.setOpenLinks(False)
        self.text.document().setDocumentMargin(S)
        self.spreads = SpreadView(theme)
        column.addWidget(self.text, 1)
        column.addWidget(self.spreads)

    def show_hint(self) -> None:
        """Nothing is chosen."""
        self.text.setHtml(
            "<p>"
            + escape(self.tr("Choose a part to see its shapes, attributes and weights on both sides."))
            + "</p><p>"
            + escape(
                self.tr(
                    "Arrows follow the edges, Enter expands and collapses, + and - zoom, 0 shows everything, / searches."
                )
            )
            + "</p>"
        )
        self.spreads.show_spreads(())

    def show_box(self, network: Network, box: Box, others: Sequence[tuple[Network, Node]]) -> None:
        """Tell of a part and of its counterparts on the other side."""
        self.spreads.show_spreads(())
        parts = [self._node(network, network.nodes[box.node])] if box.shape == NODE else [self._module(network, box)]
        parts += [self._node(other, node) for other, node in others[:_MOST_NAMES]]
        if len(others) > _MOST_NAMES:
            parts.append(f"<p>{escape(self.tr('and {0} more').format(len(others) - _MOST_NAMES))}</p>")
        self.text.setHtml("<hr>".join(parts))

    def _module(self, network: Network, box: Box) -> str:
        nodes = [network.nodes[place] for place in box.members]
        measured = [node.difference for node in nodes if node.difference is not None]
        rows = [
            (self.tr("Class"), box.kind),
            (self.tr("Alike blocks"), f"{box.repeats}" if box.repeats else ""),
            (self.tr("Parts"), f"{len(nodes):,}"),
            (self.tr("Parameters"), f"{parameters_of(nodes):,}"),
            (self.tr("Largest difference"), f"{max(measured):.1e}" if measured else self.tr("not measured")),
        ]
        return _heading(box.name, network.side) + _table(rows)

    def _node(self, network: Network, node: Node) -> str:
        departs = node.difference is not None and not node.difference <= DEPARTS
        difference = self.tr("not measured")
        if node.difference is not None:
            words = self.tr("{0} relative, departs") if departs else self.tr("{0} relative")
            difference = words.format(f"{node.difference:.1e}")
        rows = [
            (self.tr("Operator"), node.operator),
            (self.tr("Module"), node.module),
            (self.tr("Goes in"), "\n".join(node.inputs)),
            (self.tr("Comes out"), "\n".join(node.outputs)),
            (self.tr("Parameters"), f"{node.parameters:,}" if node.parameters else ""),
            (self.tr("Difference"), difference if network.side == "Keras" or node.difference is not None else ""),
            (self.tr("Time"), quantity(Measure.TIME, node.seconds) if node.seconds is not None else ""),
            *node.attributes,
        ]
        note = f"<p>{escape(phrase(node.note))}</p>" if node.note else ""
        return _heading(node.name, network.side) + note + _table(rows)


def _heading(name: str, side: str) -> str:
    return f'<p style="margin:0 0 6px 0"><b>{escape(name)}</b><br><small>{escape(side)}</small></p>'


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(
        f'<tr><td style="padding-right:8px">{escape(name)}</td><td>{_lines(value)}</td></tr>'
        for name, value in rows
        if value
    )
    return f"<table>{cells}</table>"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


class SpreadView(QWidget):
    """Histograms of weights: both sides over each other, each as a line in its colour."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._groups: list[list[WeightSpread]] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(0)
        theme.changed.connect(self.update)

    def show_spreads(self, spreads: Sequence[WeightSpread]) -> None:
        """Show these; arrays of both sides that hold equally many values are one picture."""
        groups: dict[int, list[WeightSpread]] = {}
        for spread in spreads:
            groups.setdefault(sum(spread.counts), []).append(spread)
        self._groups = list(groups.values())[:3]
        self.setFixedHeight(_ROW * len(self._groups))
        self.setAccessibleName(self.tr("Weights"))
        self.setAccessibleDescription("; ".join(self._words(group) for group in self._groups))
        self.setToolTip("\n".join(f"{s.side}: {s.name}" for group in self._groups for s in group))
        self.update()

    def _words(self, group: Sequence[WeightSpread]) -> str:
        shape = " × ".join(map(str, group[0].shape))
        sides = ", ".join(f"{s.side} {s.mean:.3g} ± {s.deviation:.3g}" for s in group)
        return f"{shape}: {sides}"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = painter.font()
        font.setPixelSize(SMALL if SMALL < CAPTION else CAPTION)
        painter.setFont(font)
        for number, group in enumerate(self._groups):
            area = QRectF(0, number * _ROW, self.width(), _ROW - M)
            self._paint_group(painter, area, group)
        painter.end()

    def _paint_group(self, painter: QPainter, area: QRectF, group: Sequence[WeightSpread]) -> None:
        colours = self._theme.colours
        painter.setPen(QColor(colours.muted))
        words = painter.fontMetrics().elidedText(self._words(group), Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, words)
        plot = area.adjusted(0, 18, 0, 0)
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        most = max(max(spread.counts) for spread in group) or 1
        for place, spread in enumerate(group):
            colour = QColor(colours.backend(spread.side))
            bar = plot.width() / len(spread.counts)
            if place == 0:
                colour.setAlphaF(0.35)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                heights = [plot.height() * count / most for count in spread.counts]
                painter.drawRects(
                    [QRectF(plot.left() + n * bar, plot.bottom() - h, bar, h) for n, h in enumerate(heights)]
                )
                continue
            painter.setPen(QPen(colour, 1.5))
            for n, c in enumerate(spread.counts):
                x, y = plot.left() + n * bar, plot.bottom() - plot.height() * c / most
                painter.drawLine(QPointF(x, y), QPointF(x + bar, y))
