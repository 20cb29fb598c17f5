"""The graph of the Check page: search, folding, linked selection, keyboard, the first departing layer, and saving."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pt2k_gui.graph.layout import FOLDED_BOX, OPEN_BOX
from pt2k_gui.graph.network import FOLDED, LAYER, Network, NetworkPair, Node
from pt2k_gui.graph.picture import Picture, arrange_all, make_picture
from pt2k_gui.gui.graph.colouring import Colouring, Measure
from pt2k_gui.gui.graph.view import GraphView
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.worker import Watcher

BLOCKS = 40
WRONG = 25  # the block whose second convolution departs


def side(name: str, wrong: int) -> Network:
    nodes = [Node("input", "Input", kind="input")]
    edges: list[tuple[int, int]] = []
    for block in range(BLOCKS):
        for part in ("conv1", "conv2"):
            off = block > wrong or (block == wrong and part == "conv2")
            nodes.append(
                Node(f"layers_{block}_{part}", "Conv", f"layers.{block}.{part}", LAYER, parameters=block + 1,
                     difference=1e-2 if off else 1e-7)
            )  # fmt: skip
            edges.append((len(nodes) - 2, len(nodes) - 1))
    return Network(name, tuple(nodes), tuple(edges), {f"layers.{block}": "Block" for block in range(BLOCKS)})


@pytest.fixture(scope="module")
def picture() -> Picture:
    left, right = side("PyTorch", WRONG), side("Keras", WRONG)
    return make_picture(NetworkPair(left, right, tuple((n, n) for n in range(len(left.nodes)))))


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication, picture: Picture) -> GraphView:
    prepare(qapp)
    theme = Theme(qapp)
    theme.use("light")

    def at_once(shown: Picture, opened: frozenset[str], answer: Callable[..., None]) -> None:
        answer(arrange_all(shown.networks, shown.roots, opened))

    made = GraphView(theme, "graph", at_once, lambda _left, _right: None, timed=True)
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    made.show_picture(picture)
    return made


def shapes(view: GraphView, number: int = 0) -> set[str]:
    assert view.picture is not None
    return {box.shape for box in view.picture.drawings[number].boxes}


def chosen_names(view: GraphView) -> list[str]:
    assert view.picture is not None
    found = []
    for drawing, place in zip(view.picture.drawings, view.chosen, strict=True):
        found.append(drawing.boxes[place].name if place >= 0 else "")
    return found


def test_a_large_network_is_folded_and_unfolds_on_both_sides(view: GraphView) -> None:
    assert view.picture is not None
    assert shapes(view) == {"node", FOLDED_BOX}
    key = next(box.key for box in view.picture.drawings[0].boxes if box.shape == FOLDED_BOX)
    view.toggle(key)
    assert OPEN_BOX in shapes(view, 0)
    assert OPEN_BOX in shapes(view, 1)
    view.toggle(key)
    assert OPEN_BOX not in shapes(view, 0)
    view.unfold_all()
    assert FOLDED_BOX not in shapes(view, 1)
    view.fold_all()
    assert OPEN_BOX not in shapes(view, 1)


def test_a_folded_box_has_the_colour_of_its_worst_layer(view: GraphView) -> None:
    item = view.canvases[1].item
    assert item is not None
    (folded,) = (place for place, box in enumerate(item.drawing.boxes) if box.shape == FOLDED_BOX)
    assert item.paints[folded].marked
    view.unfold_all()
    item = view.canvases[1].item
    assert item is not None
    marked = [
        box.node for box, paint in zip(item.drawing.boxes, item.paints, strict=True) if paint.marked and box.node >= 0
    ]
    assert marked == list(range(2 * WRONG + 2, 2 * BLOCKS + 1))


def test_the_first_departing_layer_is_unfolded_chosen_and_seen_on_both_sides(view: GraphView) -> None:
    picked: list[str] = []
    view.picked.connect(picked.append)
    view.departing.click()
    assert chosen_names(view)[0] == "conv2"
    assert view.picture is not None
    box = view.picture.drawings[0].boxes[view.chosen[0]]
    assert view.picture.pair.left.nodes[box.node].module == f"layers.{WRONG}.conv2"
    for canvas in view.canvases:
        assert canvas.item is not None
    left, right = (canvas.item for canvas in view.canvases)
    assert left is not None
    assert right is not None
    assert view.canvases[0].seen().contains(left.rects[view.chosen[0]].center())
    linked = view._linked(0, view.chosen[0])
    assert [right.drawing.boxes[place].node for place in linked] == [box.node]
    assert view.canvases[1].seen().contains(right.rects[linked[0]].center())
    assert view.canvases[0].marked("chosen").contains(left.rects[view.chosen[0]])
    assert view.canvases[1].marked("linked").contains(right.rects[linked[0]])
    assert picked == [f"layers_{WRONG}_conv2"]
    assert "departs" in view.details.text.toPlainText()


def test_parameters_are_not_counted_where_modules_were_folded_before_the_file_was_written(view: GraphView) -> None:
    whole = side("PyTorch", WRONG)
    assert view._heading(whole).endswith(f"{whole.parameters():,} parameters")
    view.own_parameters = whole.parameters() + 5
    assert view._heading(whole) == f"PyTorch: {len(whole.nodes):,} parts"
    assert view._heading(side("Keras", WRONG)).endswith(f"{whole.parameters():,} parameters")
    view.own_parameters = whole.parameters()
    assert view._heading(whole).endswith(f"{whole.parameters():,} parameters")
    ghost = Node("bn", "BatchNorm2d", "bn", FOLDED)
    assert view._heading(Network("PyTorch", (*whole.nodes, ghost), whole.edges)) == (
        f"PyTorch: {len(whole.nodes):,} parts, 1 more folded into them"
    )


def test_where_no_layer_departs_the_button_says_so(view: GraphView, picture: Picture) -> None:
    good = side("PyTorch", BLOCKS), side("Keras", BLOCKS)
    view.show_picture(make_picture(NetworkPair(*good, picture.pair.links)))
    view.departing.click()
    assert view.words.text() == "No layer departs."


def test_search_counts_unfolds_and_goes_round(view: GraphView, qtbot: QtBot) -> None:
    qtbot.keyClicks(view.search, "layers.7. conv")
    assert view.hits.text() == "4 found"  # two convolutions on two sides
    for expected in ("conv1", "conv2", "conv1", "conv2", "conv1"):
        qtbot.keyClick(view.search, Qt.Key.Key_Return)
        assert expected in chosen_names(view)
    qtbot.keyClick(view.search, Qt.Key.Key_Escape)
    assert view.hits.text() == ""


def test_arrows_follow_edges_and_enter_unfolds(view: GraphView, qtbot: QtBot) -> None:
    canvas = view.canvases[0]
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    assert chosen_names(view)[0] == "input"
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert OPEN_BOX in shapes(view)
    view.unfold_all()
    view.show_node(0, 1)
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    assert chosen_names(view)[0] == "conv2"
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    assert chosen_names(view)[0] == "conv1"
    before = canvas.scale_now()
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.scale_now() > before
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.item is not None
    assert canvas.seen().contains(canvas.item.boundingRect().center())
    assert canvas.scale_now() < before
    qtbot.keyClick(canvas, Qt.Key.Key_Slash)
    assert QApplication.focusWidget() is view.search


def test_a_click_chooses_and_a_double_click_unfolds(view: GraphView, qtbot: QtBot) -> None:
    canvas = view.canvases[1]
    assert canvas.item is not None
    place = next(n for n, box in enumerate(canvas.item.drawing.boxes) if box.shape == FOLDED_BOX)
    point = canvas.mapFromScene(canvas.item.rects[place].center())
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert canvas.chosen_box == place
    assert view.chosen == (-1, place)
    assert canvas.marked("chosen").contains(canvas.item.rects[place])
    assert not view.canvases[0].marked("linked").isNull()
    qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert OPEN_BOX in shapes(view)


def test_dragging_moves_the_picture_and_chooses_nothing(view: GraphView, qtbot: QtBot) -> None:
    view.unfold_all()
    canvas = view.canvases[0]
    canvas.show_first()
    before, start = canvas.seen(), QPoint(60, 200)
    qtbot.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas.viewport(), start - QPoint(0, 90))
    qtbot.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start - QPoint(0, 90))
    assert canvas.seen().top() > before.top()
    assert view.chosen == (-1, -1)


def test_the_picture_is_saved_in_each_format_and_said_in_words(
    view: GraphView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pt2k_gui.gui.graph import view as module

    view.unfold_all()
    for ending, begin in ((".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        path = tmp_path / f"graph{ending}"
        view.save_to(str(path))
        assert path.read_bytes().startswith(begin)
        assert str(path) in view.words.text()
    assert "conv2" in (tmp_path / "graph.svg").read_text(encoding="utf-8")
    said: list[str] = []
    monkeypatch.setattr(module, "tell_problem", lambda _parent, problem: said.append(problem.sentence))
    view.save_to(str(tmp_path / "graph.gif"))
    assert len(said) == 1
    view.copy_text()
    text = QGuiApplication.clipboard().text()
    assert "PyTorch: 81 parts" in text
    assert "conv2, Conv, difference 1.0e-02" in text
    assert "conv2, Conv, difference" in view.canvases[1].accessibleDescription()


def test_other_measures_colour_by_themselves(picture: Picture, qapp: Any) -> None:
    from pt2k_gui.palette import LIGHT

    network = dataclasses.replace(picture.pair.left)
    colouring = Colouring(network, Measure.PARAMETERS, LIGHT)
    assert colouring.value((1, 2, 3)) == 1 + 1 + 2
    assert not colouring.paint((1,)).marked
    assert colouring.paint((1,)).fill != colouring.paint((2 * BLOCKS,)).fill
    assert Colouring(network, Measure.TIME, LIGHT).paint((1,)) == Colouring(network, Measure.TIME, LIGHT).paint((0,))


def test_an_answer_for_another_folding_is_not_drawn(qtbot: QtBot, qapp: QApplication, picture: Picture) -> None:
    prepare(qapp)
    theme = Theme(qapp)
    theme.use("light")
    waiting: list[tuple[frozenset[str], Callable[..., None]]] = []
    from pt2k_gui.gui.graph import view as module

    made = GraphView(theme, "graph", lambda _p, opened, answer: waiting.append((opened, answer)), lambda _l, _r: None)
    qtbot.addWidget(made)
    made.show_picture(picture)
    before = made.picture
    assert before is not None
    module_limit, module._AT_ONCE = module._AT_ONCE, 0
    try:
        made.unfold_all()
        made.fold_all()
    finally:
        module._AT_ONCE = module_limit
    (late_opened, late), (opened, answer) = waiting
    late(arrange_all(picture.networks, picture.roots, late_opened))
    assert made.picture is before
    answer(arrange_all(picture.networks, picture.roots, opened))
    assert made.picture is not before
    assert made.picture is not None
    assert made.picture.opened == frozenset()


class Runs:
    """In place of the window's jobs: keeps what was asked for, and whom to tell."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, Watcher]] = []

    def __call__(self, job: object, request: object, text: str, watcher: Watcher, **_: object) -> Any:
        self.asked.append((request, watcher))
        return self

    def cancel(self) -> None:
        self.asked.clear()


def services(theme: Theme, runs: Runs) -> Any:
    from types import SimpleNamespace

    return SimpleNamespace(theme=theme, run=runs)


@pytest.fixture
def light(qapp: QApplication) -> Theme:
    prepare(qapp)
    theme = Theme(qapp)
    theme.use("light")
    return theme


def test_two_files_are_compared_in_a_window_of_their_own(qtbot: QtBot, light: Theme, picture: Picture) -> None:
    from pt2k_gui.graph.diffing import Change
    from pt2k_gui.gui.graph.diff_dialog import DiffDialog
    from pt2k_gui.jobs import diff, weights
    from pt2k_gui.problem import Problem
    from pt2k_gui.verify.two_files import OutputDifference

    runs = Runs()
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = DiffDialog(parent, services(light, runs))
    dialog.show()
    assert not dialog.compare_button.isEnabled()
    dialog.fields[0].setText("old.keras")
    dialog.fields[1].setText("new.keras")
    dialog.compare_button.click()
    request, watcher = runs.asked.pop()
    assert request == diff.Request("old.keras", "new.keras")
    assert not dialog.compare_button.isEnabled()
    found = diff.Diff(
        False, "They differ.", (Change("a", "a", "weights differ", 0.5), Change("b", "", "only left")),
        (OutputDifference(0, (4, 10), 0.1, 0.2),), "", picture,
    )  # fmt: skip
    assert watcher.finished is not None
    assert watcher.ended is not None
    watcher.finished(found)
    watcher.ended()
    assert dialog.notice.sentence.text() == "They differ."
    assert dialog.changes.rows.total() == 2
    assert dialog.changes.rows.row(0)[3] == "5.0e-01"
    assert dialog.outputs.rows.row(0) == ("0", "4 × 10", "1.0e-01", "2.0e-01")
    assert dialog.view.picture is picture
    assert dialog.compare_button.isEnabled()
    dialog.view.show_node(0, 1)  # it has no weights in this picture, so nobody is asked for them
    assert not [request for request, _ in runs.asked if isinstance(request, weights.Request)]
    dialog.compare_button.click()
    _, watcher = runs.asked.pop()
    assert watcher.failed is not None
    watcher.failed(Problem("old.keras does not exist."))
    assert dialog.notice.sentence.text() == "old.keras does not exist."
    assert dialog.view.picture is None


def test_the_model_page_shows_the_graph_before_a_conversion(qtbot: QtBot, light: Theme, picture: Picture) -> None:
    from types import SimpleNamespace

    from pt2k_gui.gui.graph.dialog import GraphDialog
    from pt2k_gui.jobs import model_graph
    from pt2k_gui.sources.card import Source

    runs = Runs()
    record: Any = SimpleNamespace(
        source=Source("net.pt2"), inputs=(), conversion=None, file_name="net.pt2", info=SimpleNamespace(parameters=7)
    )
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = GraphDialog(parent, services(light, runs), record)
    dialog.show()
    request, watcher = runs.asked[0]
    assert isinstance(request, model_graph.Request)
    assert (request.source.path, request.exported) == ("net.pt2", False)
    assert watcher.finished is not None
    watcher.finished(make_picture(NetworkPair(picture.pair.left)))
    assert dialog.view.canvases[0].isVisible()
    assert not dialog.view.canvases[1].isVisible()
    assert "parameters" not in dialog.view.canvases[0].accessibleName()  # the file holds another number than the model
    assert dialog.view.measure.currentData() is Measure.PARAMETERS
    assert dialog.view.measure.findData(Measure.DIFFERENCE) < 0
    dialog.close()
    assert runs.asked == []  # closing ends the reading


def test_times_are_asked_for_once_and_colour_the_parts(view: GraphView) -> None:
    wanted: list[bool] = []
    view.times_wanted.connect(lambda: wanted.append(True))
    view.measure.setCurrentIndex(view.measure.findData(Measure.TIME))
    assert wanted == [True]
    assert view.picture is not None
    names = [{node.name: 1e-3 for node in network.nodes} for network in view.picture.networks]
    view.show_times(names)
    view.measure.setCurrentIndex(view.measure.findData(Measure.SIZE))
    view.measure.setCurrentIndex(view.measure.findData(Measure.TIME))
    assert wanted == [True]
    item = view.canvases[0].item
    assert item is not None
    assert len({paint.fill for paint in item.paints}) == 2  # a folded box takes the time of all its parts


def test_zooming_draws_plainly_and_what_comes_to_rest_is_drawn_as_before(view: GraphView, qtbot: QtBot) -> None:
    canvas = view.canvases[0]
    canvas.show_first()
    assert canvas.item is not None

    def seen() -> QImage:
        QApplication.processEvents()
        return canvas.viewport().grab().toImage()

    at_rest = seen()
    canvas.zoom(1.2)
    canvas.zoom(1 / 1.2)
    assert canvas.item.moving
    assert seen() != at_rest, "square corners and straight lines"
    qtbot.waitUntil(lambda: not canvas.item.moving, timeout=5_000)  # type: ignore[union-attr]
    assert seen() == at_rest


@pytest.mark.parametrize("top", [0, 150, 155, 163, 400])
def test_a_part_of_the_picture_looks_as_it_does_in_the_whole(view: GraphView, top: int) -> None:
    """Frames of modules are cut to what is seen, which must not show."""
    view.unfold_all()
    item = view.canvases[0].item
    assert item is not None
    area = item.boundingRect()
    size, seen = QSize(int(area.width()), 700), QRect(30, top, 120, 200)

    def drawn(asked: QRect) -> QImage:
        image = QImage(size, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        painter.setClipRect(asked)
        item.paint_area(painter, QRectF(asked), 1.0)
        painter.end()
        return image.copy(seen)

    assert OPEN_BOX in shapes(view)
    assert drawn(seen) == drawn(QRect(QPoint(0, 0), size))
