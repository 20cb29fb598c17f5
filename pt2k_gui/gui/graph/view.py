"""One network, or two side by side, with search, folding, colours, a legend and a panel of details; knows no page."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMenu,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.graph.hierarchy import holders
from pt2k_gui.graph.layout import NODE, OPEN_BOX, Drawing
from pt2k_gui.graph.network import FOLDED, Network, Node
from pt2k_gui.graph.picture import Picture, arrange_all, parts_shown
from pt2k_gui.gui.graph.canvas import GraphCanvas
from pt2k_gui.gui.graph.colouring import Colouring, Measure
from pt2k_gui.gui.graph.details import DetailsPanel
from pt2k_gui.gui.graph.exporting import describe, save_picture
from pt2k_gui.gui.graph.legend import Legend
from pt2k_gui.gui.graph.tools import GraphTools
from pt2k_gui.gui.question import tell_problem
from pt2k_gui.gui.theme import S, Theme
from pt2k_gui.gui.widgets.basics import label
from pt2k_gui.problem import Problem
from pt2k_gui.verify.layers import DEPARTS

_AT_ONCE = 400  # parts that are laid out without a pause that anybody sees; more are left to a child process

Arrange = Callable[[Picture, frozenset[str], Callable[[tuple[Drawing, ...]], None]], None]
Weights = Callable[[Sequence[Node], Sequence[Node]], None]


class GraphView(QWidget):
    """``picked`` carries the name of a Keras layer that was chosen; ``times_wanted`` comes when the parts are to be coloured by
    times that were not measured yet.

    Args:
        name: of the widget, for tests and style.
        arrange: lays a large picture out elsewhere and answers later; weights: reads the weights of nodes of the left and
            the right side and answers with ``show_spreads``.
        timed: whether times are offered; whoever makes the view then answers ``times_wanted`` with ``show_times``.
    """

    picked = Signal(str)
    times_wanted = Signal()

    def __init__(self, theme: Theme, name: str, arrange: Arrange, weights: Weights, *, timed: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self._theme, self._arrange, self._weights, self._timed = theme, arrange, weights, timed
        self.picture: Picture | None = None
        self.own_parameters: int | None = None
        """How many the PyTorch model has, where that is known: an exporter may have folded some away before the file."""
        self._holders: list[dict[int, tuple[str, ...]]] = []
        self._counterparts: list[dict[int, tuple[int, ...]]] = []
        self._boxes_of: list[dict[int, int]] = []  # for each side, the visible box of each node
        self._wanted: frozenset[str] | None = None  # what is being laid out elsewhere
        self._then: Callable[[], None] | None = None
        self._found: list[tuple[int, int]] = []
        self._first_time = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        self.tools = GraphTools(theme)
        column.addWidget(self.tools)
        self._connect_tools()
        self.words = label("", "muted", wrap=True, name="graphWords")
        column.addWidget(self.words)
        self._headings: list[QLabel] = []
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(S)
        self._sides = [self._make_side(number) for number in (0, 1)]
        self.details = DetailsPanel(theme)
        self.details.setMinimumWidth(200)
        self._split.addWidget(self.details)
        for number, share in enumerate((4, 4, 3)):
            self._split.setStretchFactor(number, share)
        column.addWidget(self._split, 1)
        self.legend = Legend(theme)
        column.addWidget(self.legend)
        theme.changed.connect(self._recolour)
        self.clear("")

    # Making

    def _connect_tools(self) -> None:
        tools = self.tools
        self.search, self.hits, self.measure, self.departing = tools.search, tools.hits, tools.measure, tools.departing
        tools.search.textChanged.connect(self._look_for)
        tools.entered.connect(self.find_next)
        tools.measure.currentIndexChanged.connect(lambda _index: self._recolour())
        for tool, action in (
            (tools.departing, self.show_first_departing),
            (tools.fold, self.fold_all),
            (tools.unfold, self.unfold_all),
            (tools.whole, self.fit),
            (tools.export, self._export_menu),
        ):
            tool.clicked.connect(lambda _checked=False, action=action: action())

    def _make_side(self, number: int) -> tuple[QWidget, GraphCanvas]:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        heading = label("", "strong", name=f"graphHeading{number}")
        self._headings.append(heading)
        canvas = GraphCanvas(self._theme, f"graphCanvas{number}")
        canvas.chosen.connect(lambda place: self._on_chosen(number, place))
        canvas.hovered.connect(lambda place: self._on_hovered(number, place, scroll=False))
        canvas.rested.connect(lambda place: self._on_hovered(number, place, scroll=True))
        canvas.toggled.connect(self.toggle)
        canvas.searched.connect(self.search.setFocus)
        column.addWidget(heading)
        column.addWidget(canvas, 1)
        self._split.addWidget(holder)
        return holder, canvas

    @property
    def canvases(self) -> tuple[GraphCanvas, GraphCanvas]:
        """The left and the right side."""
        return self._sides[0][1], self._sides[1][1]

    # Showing

    def clear(self, words: str) -> None:
        """Show nothing but a sentence."""
        self.picture, self._wanted, self._found = None, None, []
        for _, canvas in self._sides:
            canvas.clear_drawing()
        for holder, _ in self._sides:
            holder.setVisible(False)
        self.say(words)
        self.details.hide()
        self.legend.hide()
        self._enable(False)

    def say(self, words: str) -> None:
        """Show a sentence above the picture; an empty one takes it away."""
        self.words.setText(words)
        self.words.setVisible(bool(words))

    def _enable(self, there: bool) -> None:
        for part in self.tools.operated():
            part.setEnabled(there)
        self.hits.setText("")

    def show_picture(self, picture: Picture) -> None:
        """Show networks as they were laid out first."""
        self.picture = picture
        self._holders = [holders(root) for root in picture.roots]
        self._counterparts = [picture.pair.counterparts(0), picture.pair.counterparts(1)]
        self._first_time = True
        self.say("")
        self.details.show()
        self.legend.show()
        self._enable(True)
        two = picture.pair.right is not None
        self._sides[0][0].setVisible(True)
        self._sides[1][0].setVisible(two)
        self.departing.setVisible(two)
        measures = [*([Measure.DIFFERENCE] if two else []), *([Measure.TIME] if self._timed else [])]
        self.tools.offer([*measures, Measure.PARAMETERS, Measure.SIZE])
        for number, network in enumerate(picture.networks):
            self._headings[number].setText(self._heading(network))
            self.canvases[number].setAccessibleName(self._heading(network))
        self.details.show_hint()
        self._draw()

    def _heading(self, network: Network) -> str:
        count = sum(node.kind != FOLDED for node in network.nodes)
        if count < len(network.nodes):  # what was folded had parameters that the file no longer holds
            return self.tr("{0}: {1} parts, {2} more folded into them").format(
                network.side, f"{count:,}", f"{len(network.nodes) - count:,}"
            )
        parameters = network.parameters()
        if network.side == "PyTorch" and self.own_parameters not in (None, parameters):
            return self.tr("{0}: {1} parts").format(network.side, f"{count:,}")
        return self.tr("{0}: {1} parts, {2} parameters").format(network.side, f"{count:,}", f"{parameters:,}")

    def _draw(self) -> None:
        picture = self.picture
        assert picture is not None
        measure = self.measure.currentData()
        self._boxes_of = [_visible_boxes(drawing) for drawing in picture.drawings]
        for network, drawing, canvas in zip(picture.networks, picture.drawings, self.canvases, strict=False):
            canvas.show_drawing(network, drawing, Colouring(network, measure, self._theme.colours))
            told = len(drawing.boxes) <= _AT_ONCE  # nobody listens to thousands of lines; "Copy as text" has them
            canvas.setAccessibleDescription(describe(network, drawing) if told else "")
        if self._first_time:
            QTimer.singleShot(0, self, self._show_first)  # once the canvases have their sizes
        self._show_legend()

    def _show_first(self) -> None:
        """Begin at the upper end; where nobody sees the view yet, once it is seen."""
        if self._first_time and self.isVisible():
            self._first_time = False
            for canvas in self.canvases:
                canvas.show_first()

    def showEvent(self, event: object) -> None:
        if self.picture is not None:
            for canvas in self.canvases:
                canvas.minimap.place()
            QTimer.singleShot(0, self, self._show_first)

    def _recolour(self) -> None:
        if self.picture is None:
            return
        measure = self.measure.currentData()
        if measure is Measure.TIME and all(node.seconds is None for n in self.picture.networks for node in n.nodes):
            self.times_wanted.emit()
        for network, canvas in zip(self.picture.networks, self.canvases, strict=False):
            canvas.recolour(Colouring(network, measure, self._theme.colours))
        self._show_legend()

    def show_times(self, times: Sequence[Mapping[str, float]]) -> None:
        """Take the seconds of each side's nodes by their names."""
        picture = self.picture
        if picture is None:
            return
        networks = [
            dataclasses.replace(
                network,
                nodes=tuple(
                    dataclasses.replace(node, seconds=own.get(node.name, node.seconds)) for node in network.nodes
                ),
            )
            for network, own in zip(picture.networks, times, strict=True)
        ]
        pair = dataclasses.replace(picture.pair, left=networks[0], right=networks[1] if len(networks) > 1 else None)
        self.picture = dataclasses.replace(picture, pair=pair)
        self._draw()

    def _show_legend(self) -> None:
        items = [canvas.item for canvas in self.canvases if canvas.item is not None]
        self.legend.show_entries(items[-1].colouring.legend() if items else [])

    # Folding

    def toggle(self, key: str) -> None:
        """Fold or unfold a box on both sides."""
        if self.picture is not None:
            opened = self.picture.opened
            self.open_boxes(opened - {key} if key in opened else opened | {key}, lambda: self._choose_box(key))

    def _choose_box(self, key: str) -> None:
        assert self.picture is not None
        for drawing, canvas in zip(self.picture.drawings, self.canvases, strict=False):
            for place, box in enumerate(drawing.boxes):
                if box.key == key:
                    canvas.scroll_to([place])
                    if canvas.hasFocus():
                        canvas.choose(place)

    def fold_all(self) -> None:
        """Fold every box."""
        self.open_boxes(frozenset())

    def unfold_all(self) -> None:
        """Unfold every box."""
        if self.picture is not None:
            self.open_boxes(frozenset(module.key for root in self.picture.roots for module in root.modules()))

    def open_boxes(self, opened: frozenset[str], then: Callable[[], None] | None = None) -> None:
        """Lay out anew with these boxes open; ``then`` follows when that is drawn."""
        picture = self.picture
        if picture is None:
            return
        self._wanted, self._then = opened, then
        if max(parts_shown(root, opened) for root in picture.roots) <= _AT_ONCE:
            self._take(picture, opened, arrange_all(picture.networks, picture.roots, opened))
        else:
            self.say(self.tr("Arranging the graph"))
            self._arrange(picture, opened, lambda drawings: self._take(picture, opened, drawings))

    def _take(self, picture: Picture, opened: frozenset[str], drawings: tuple[Drawing, ...]) -> None:
        if self.picture is not picture or self._wanted != opened:
            return  # another picture, or another folding, was asked for meanwhile
        self.say("")
        anchors = [(canvas, self._anchor(side)) for side, canvas in enumerate(self.canvases[: len(drawings)])]
        self.picture = Picture(picture.pair, picture.roots, opened, drawings)
        self._draw()
        for side, (canvas, anchor) in enumerate(anchors):
            if anchor is not None:
                node, offset = anchor
                assert canvas.item is not None
                canvas.show_point(canvas.item.rects[self._boxes_of[side][node]].center() + offset)
        if self._then is not None:
            self._then()

    def _anchor(self, side: int) -> tuple[int, QPointF] | None:
        """A node near the middle of what is seen, and where that is from it: it stays where it is."""
        canvas = self.canvases[side]
        if canvas.item is None:
            return None
        seen = canvas.seen()
        shown = [
            place for place in canvas.item.within(seen).tolist() if canvas.item.drawing.boxes[place].shape != OPEN_BOX
        ]
        if not shown:
            return None
        middle = seen.center()
        rects = canvas.item.rects
        place = min(shown, key=lambda number: (rects[number].center() - middle).manhattanLength())
        return canvas.item.drawing.boxes[place].members[0], middle - rects[place].center()

    # Choosing

    def show_node(self, side: int, node: int) -> None:
        """Unfold what a node lies in, choose it, and scroll to it and its counterpart."""
        if self.picture is None:
            return
        keys = set(self._holders[side].get(node, ()))
        others = self._counterparts[side].get(node, ())
        if len(self.picture.networks) > 1:
            for other in others:
                keys.update(self._holders[1 - side].get(other, ()))

        def choose() -> None:
            self.canvases[side].choose(self._boxes_of[side][node])

        if keys <= self.picture.opened:
            choose()
        else:
            self.open_boxes(self.picture.opened | keys, choose)

    def show_layer(self, layer: str) -> None:
        """Choose a Keras layer by its name, without telling anybody."""
        if self.picture is None or self.picture.pair.right is None:
            return
        place = next((n for n, node in enumerate(self.picture.pair.right.nodes) if node.name == layer), None)
        if place is not None:
            self.blockSignals(True)
            self.show_node(1, place)
            self.blockSignals(False)

    def _first_departing(self) -> tuple[int, int] | None:
        if self.picture is None or self.picture.pair.right is None:
            return None
        nodes = self.picture.pair.left.nodes
        place = next(
            (n for n, node in enumerate(nodes) if node.difference is not None and not node.difference <= DEPARTS), None
        )
        if place is not None:
            return 0, place
        others = self.picture.pair.right.nodes
        place = next(
            (n for n, node in enumerate(others) if node.difference is not None and not node.difference <= DEPARTS), None
        )
        return None if place is None else (1, place)

    def show_first_departing(self) -> None:
        """Choose the first layer in the order of the graph whose values depart."""
        found = self._first_departing()
        if found is None:
            self.say(self.tr("No layer departs."))
        else:
            self.measure.setCurrentIndex(self.measure.findData(Measure.DIFFERENCE))
            self.show_node(*found)

    def _linked(self, side: int, place: int) -> list[int]:
        """The boxes of the other side that stand for what a box of this side holds."""
        if self.picture is None or len(self.picture.networks) < 2 or place < 0:
            return []
        boxes = self.picture.drawings[side].boxes
        box = boxes[place]
        other = self.picture.drawings[1 - side].boxes
        if box.key:
            same = [number for number, candidate in enumerate(other) if candidate.key == box.key]
            if same:
                return same
        nodes = [node for member in box.members for node in self._counterparts[side].get(member, ())]
        return list(dict.fromkeys(self._boxes_of[1 - side][node] for node in nodes))

    def _on_hovered(self, side: int, place: int, *, scroll: bool) -> None:
        canvas, linked = self.canvases[1 - side], self._linked(side, place)
        canvas.mark("hover", linked)
        if scroll and linked:
            canvas.scroll_to(linked)

    def _on_chosen(self, side: int, place: int) -> None:
        if self.picture is None:
            return
        canvas, other = self.canvases[side], self.canvases[1 - side]
        linked = self._linked(side, place)
        canvas.mark("linked", [])
        other.choose(-1, tell=False)
        other.mark("linked", linked)
        other.scroll_to(linked)
        if place < 0:
            self.details.show_hint()
            return
        box = self.picture.drawings[side].boxes[place]
        networks = self.picture.networks
        counterparts: list[Node] = []
        if box.shape == NODE and len(networks) > 1:
            counterparts = [networks[1 - side].nodes[node] for node in self._counterparts[side].get(box.node, ())]
        self.details.show_box(networks[side], box, [(networks[1 - side], node) for node in counterparts])
        if box.shape == NODE:
            own = [networks[side].nodes[box.node]]
            self._weights(own if side == 0 else counterparts, counterparts if side == 0 else own)
            if side == 1:
                self.picked.emit(own[0].name)
            elif counterparts:
                self.picked.emit(counterparts[-1].name)

    @property
    def chosen(self) -> tuple[int, int]:
        """The boxes that are chosen on either side; -1 for none."""
        return self.canvases[0].chosen_box, self.canvases[1].chosen_box

    # Searching

    def _look_for(self, text: str) -> None:
        words = text.casefold().split()
        self._found = []
        if self.picture is not None and words:
            for side, network in enumerate(self.picture.networks):
                for number, node in enumerate(network.nodes):
                    said = f"{node.name} {node.operator} {node.module}".casefold()
                    if all(word in said for word in words):
                        self._found.append((side, number))
        self.hits.setText(self.tr("{0} found").format(f"{len(self._found):,}") if words else "")

    def find_next(self) -> None:
        """Choose the next part that the search finds, from the first one again after the last."""
        if self._found:
            self.show_node(*self._found[0])
            self._found.append(self._found.pop(0))

    def fit(self) -> None:
        """Show everything on both sides."""
        for canvas in self.canvases:
            canvas.fit()

    # Saving

    def _export_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("Save as SVG, PNG or PDF"), self.save)
        menu.addAction(self.tr("Copy as text"), self.copy_text)
        menu.popup(self.tools.export.mapToGlobal(self.tools.export.rect().bottomLeft()))

    def text(self) -> str:
        """Both sides in words."""
        if self.picture is None:
            return ""
        return "\n\n".join(
            f"{self._heading(network)}\n{describe(network, drawing)}"
            for network, drawing in zip(self.picture.networks, self.picture.drawings, strict=True)
        )

    def copy_text(self) -> None:
        """Put both sides in words on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())

    def save(self) -> None:
        """Ask for a file and save the picture."""
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the graph"), "graph.svg", self.tr("Pictures (*.svg *.png *.pdf)")
        )
        if path:
            self.save_to(path)

    def save_to(self, path: str) -> None:
        """Save the picture; the file's ending chooses the format."""
        items = [canvas.item for canvas in self.canvases if canvas.item is not None]
        try:
            save_picture(path, items, [self._heading(item.network) for item in items], self._theme.colours)
        except Problem as problem:
            tell_problem(self, problem)
        else:
            self.say(self.tr("Saved: {0}").format(path))

    def show_spreads(self, spreads: object) -> None:
        """Take the answer about the weights of what is chosen."""
        assert isinstance(spreads, tuple)
        self.details.spreads.show_spreads(spreads)


def _visible_boxes(drawing: Drawing) -> dict[int, int]:
    """The box that stands for each node."""
    return {node: place for place, box in enumerate(drawing.boxes) if box.shape != OPEN_BOX for node in box.members}
