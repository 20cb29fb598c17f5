"""The Check page's own parts: samples that are no digits, the form for images, plots that can be saved and looked at closely,
the tab for a step of training, and nothing computed again on paging."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QTextCursor
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.pages.check_samples import SamplesTab
from pt2k_gui.gui.pages.check_tabs import NumbersTab, TrainingTab
from pt2k_gui.gui.sample_dialog import ImageForm
from pt2k_gui.gui.state import Step
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.widgets.bars import ProbabilityBars
from pt2k_gui.gui.widgets.plot import Plot, plot_area
from pt2k_gui.gui.widgets.plot_frame import PlotFrame
from pt2k_gui.report.plots import draw_layers
from pt2k_gui.verify.result import (
    BackendRun,
    Comparison,
    LayerDifference,
    StepComparison,
    StepRow,
    TrainingCurve,
    Verdict,
    Verification,
)
from pt2k_gui.verify.samples.preprocessing import ImageSettings, preset


@pytest.fixture
def theme(qapp: Any) -> Theme:
    prepare(qapp)
    made = Theme(qapp)
    made.use("light")
    return made


def found(
    count: int, values: int, outputs: int = 1, *, scored: bool = True
) -> tuple[Verification, dict[str, np.ndarray]]:
    """A verification of that many samples whose first output has that many values, and its arrays."""
    rng = np.random.default_rng(0)
    scores = rng.standard_normal((count, values)).astype("f")
    differences = rng.random((outputs, count)).astype("f")
    arrays = {
        "pytorch": scores, "onnxruntime": scores, "keras": scores, "labels": np.full(count, -1),
        "differences": differences, "difference": differences.max(axis=0),
    }  # fmt: skip
    comparisons = tuple(
        Comparison(f"out{n}", "Keras", "PyTorch", count, count if scored else None, 1e-6, 1e-7, 1e-6, 1.0)
        for n in range(outputs)
    )
    backends = tuple(BackendRun(name, "1", 1.0) for name in ("PyTorch", "ONNX Runtime", "Keras"))
    verdict = Verdict(True, "Keras gives the same answers.", "", 1e-7, 1e-7, 1e-6)
    return Verification(count, "a test", False, (), backends, comparisons, verdict, 0, "", 1.0), arrays


def test_samples_that_are_no_pictures_are_rows_with_the_worst_first(qtbot: QtBot, theme: Theme) -> None:
    tab = SamplesTab(theme)
    qtbot.addWidget(tab)
    verification, arrays = found(50, 3, scored=False)
    tab.show_found(verification, arrays)
    assert not tab.table.isHidden()
    worst = int(arrays["difference"].argmax())
    rows = tab.table.model()
    assert rows.index(0, 0).data() == f"{worst + 1:,}"
    tab.table.selectRow(0)
    assert f"Sample {worst + 1}" in tab.which.text()
    assert tab.values.rows.rowCount() == 3
    assert tab.values.rows.row(1)[1] == f"{arrays['pytorch'][worst, 1]:.6g}"
    tab.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert rows.index(0, 0).data() == "1"


def test_of_ten_thousand_samples_only_the_visible_ones_become_text(qtbot: QtBot, theme: Theme) -> None:
    tab = SamplesTab(theme)
    qtbot.addWidget(tab)
    tab.resize(900, 500)
    tab.show()
    verification, arrays = found(10_000, 1, scored=False)
    asked: set[int] = set()
    data = tab.table.rows.data

    def counting(index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        asked.add(index.row())
        return data(index, role)

    tab.table.rows.data = counting  # type: ignore[method-assign]
    tab.show_found(verification, arrays)
    qtbot.wait(50)
    tab.table.scrollToBottom()
    qtbot.wait(50)
    assert 9_999 in asked
    assert len(asked) < 500


def test_paging_computes_nothing_again(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = SamplesTab(theme)
    qtbot.addWidget(tab)
    verification, arrays = found(10_000, 10)
    arrays["images"] = np.zeros((10_000, 28, 28), np.uint8)
    tab.show_found(verification, arrays)
    monkeypatch.setattr(tab.grid, "_disagreements", lambda: pytest.fail("the answers were compared again"))
    tab.grid.turn(1)
    tab.grid.turn(900)
    assert tab.grid.where.text().startswith("9,0")


def test_each_output_has_its_own_histogram_and_pairs_of_backends_can_be_chosen(qtbot: QtBot, theme: Theme) -> None:
    tab = NumbersTab(theme)
    qtbot.addWidget(tab)
    verification, arrays = found(30, 4, outputs=2)
    tab.show_found(verification, arrays)
    assert [tab.output.itemText(n) for n in range(tab.output.count())] == ["All outputs", "out0", "out1"]
    pairs = [tab.pair.itemText(n) for n in range(tab.pair.count())]
    assert pairs == ["PyTorch / Keras", "PyTorch / ONNX Runtime", "ONNX Runtime / Keras"]
    assert tab.samples.rows.rowCount() == 30


def test_the_form_for_images_knows_the_presets_and_refuses_what_makes_no_sense(qtbot: QtBot) -> None:
    form = ImageForm(None, ImageSettings(), 3, (64, None))  # type: ignore[arg-type]
    qtbot.addWidget(form)
    assert form.preset.currentText() == "ImageNet"
    form.preset.setCurrentIndex(form.preset.findData("clip"))
    form.preset.activated.emit(form.preset.currentIndex())
    form.order.setCurrentIndex(1)
    form.columns.setValue(80)
    assert not form.rows.isEnabled()
    chosen = form.settings()
    assert chosen.mean == preset("clip").mean
    assert (chosen.height, chosen.width, chosen.order) == (64, 80, "bgr")
    form.std.setText("0")
    form._accept()
    assert "above 0" in form.problem.text()
    form.mean.setText("0.1, 0.2")
    form._accept()
    assert "3 channels" in form.problem.text()
    assert form.result() == 0


def test_a_plot_is_looked_at_closely_and_saved_in_each_format(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    plot = Plot(theme, "aPlot", zoom=True)
    frame = PlotFrame(theme, "A plot", plot)
    qtbot.addWidget(frame)
    frame.resize(500, 400)
    frame.show()
    rows = [LayerDifference(f"layer{n}", "v", 1e-7, 1e-7) for n in range(200)]
    plot.show_plot(lambda figure, colours: draw_layers(plot_area(figure), rows, colours))
    qtbot.waitUntil(lambda: plot.drawn, timeout=60_000)
    assert not frame.tools.back.isVisible()
    assert frame.tools.save.isEnabled()
    middle = QPoint(plot.width() // 2, plot.height() // 2)
    with qtbot.waitSignal(plot.shown, timeout=60_000):
        qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=middle)
        qtbot.mouseMove(plot, middle + QPoint(60, 40))
        qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 40))
    assert plot._figure is not None
    left, right = plot._figure.axes[0].get_xlim()
    assert 60 < left < right < 180
    assert frame.tools.back.isVisible()
    for ending, begin in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
        path = tmp_path / f"plot{ending}"
        plot.save_to(str(path))
        qtbot.waitUntil(path.exists, timeout=60_000)
        assert path.read_bytes().startswith(begin)
    with qtbot.waitSignal(plot.shown, timeout=60_000):
        frame.tools.back.click()
    assert not plot.closer


def test_a_plot_that_can_not_be_saved_is_told(
    qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pt2k_gui.gui.widgets import plot as module

    said: list[str] = []
    monkeypatch.setattr(module, "tell_problem", lambda _parent, problem: said.append(problem.sentence))
    plot = Plot(theme, "aPlot")
    qtbot.addWidget(plot)
    plot.show_plot(lambda figure, _colours: None)
    plot.save_to(str(tmp_path / "gone" / "plot.png"))
    qtbot.waitUntil(lambda: bool(said), timeout=60_000)
    assert "the folder does not exist" in said[0]


def test_the_step_of_training_is_shown_worst_first_and_the_losses_as_curves(qtbot: QtBot, theme: Theme) -> None:
    tab = TrainingTab(theme)
    qtbot.addWidget(tab)
    rows = (StepRow("a.weight", "weight", ("a/kernel",), 3, 1e-3, 1e-2, 1e-4, 1e-3, 12.0),)
    step = StepComparison(False, "a.weight differs.", "training", "cross-entropy", 16, 0.1, 1.0, 1.1, rows)
    tab.show_step(step)
    assert tab.words.text() == "a.weight differs."
    assert tab.table.rows.row(0) == ("a.weight", "a/kernel", "1.0e-03", "1.0e-02", "1.0e-04", "1200%")
    assert not tab.frame.isVisibleTo(tab)
    curves = (TrainingCurve("Adam", (2.0, 1.5), (2.0, 1.5)), TrainingCurve("SGD", (2.0, 1.4), (2.0, 1.6), 1))
    tab.show_step(dataclasses.replace(step, curves=curves))
    assert tab.frame.isVisibleTo(tab)
    tab.show_step(None)
    assert not tab.frame.isVisibleTo(tab)


def test_wrong_answers_and_disagreements_are_filtered_and_counted_apart(qtbot: QtBot, theme: Theme) -> None:
    tab = SamplesTab(theme)
    qtbot.addWidget(tab)
    verification, arrays = found(30, 4)
    arrays["images"] = np.zeros((30, 28, 28), np.uint8)
    arrays["pytorch"] = np.eye(4, dtype=np.float32)[np.zeros(30, int)]
    arrays["onnxruntime"] = arrays["keras"] = arrays["pytorch"].copy()
    arrays["keras"][5] = (0, 1, 0, 0)  # a disagreement
    arrays["labels"] = np.zeros(30, np.int64)
    arrays["labels"][[7, 8]] = 3  # wrong on every side
    tab.show_found(dataclasses.replace(verification, labelled=True), arrays)
    assert (tab.grid.only.text(), tab.grid.wrong.text()) == ("Disagreements (1)", "Wrong (3)")
    assert tab.grid.only.isChecked()
    assert tab.grid._chosen.tolist() == [5]
    tab.grid.only.setChecked(False)
    tab.grid.wrong.setChecked(True)
    assert tab.grid._chosen.tolist() == [5, 7, 8]
    tab.show_found(verification, arrays)
    assert not tab.grid.wrong.isVisibleTo(tab)


def test_of_a_thousand_classes_the_five_likeliest_are_drawn_by_name(qtbot: QtBot, theme: Theme) -> None:
    bars = ProbabilityBars(theme)
    qtbot.addWidget(bars)
    shares = np.full(1000, 1e-4)
    shares[[3, 999, 40, 7, 500]] = (0.5, 0.2, 0.1, 0.05, 0.02)
    values = shares.tolist()
    names = [f"class {n}" for n in range(1000)]
    bars.show_values([("PyTorch", values), ("Keras", values)], names)
    assert bars.places == [3, 999, 40, 7, 500]
    assert "class 999: 20.0%, 20.0%" in bars.toolTip()
    bars.show_values([("PyTorch", values[:10])], names)
    assert bars.places == list(range(10))


def test_a_folders_pictures_are_named_by_their_files(qtbot: QtBot, theme: Theme) -> None:
    tab = SamplesTab(theme)
    qtbot.addWidget(tab)
    verification, arrays = found(12, 3, scored=False)
    arrays["files"] = np.array([f"cats/{n}.png" for n in range(12)])
    tab.show_found(verification, arrays)
    assert tab.table.tools.headings()[0] == "File"
    tab.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in tab.table.tools.rows(selected=False)] == [f"cats/{n}.png" for n in range(12)]


def test_a_picture_is_seen_large_on_a_click_and_by_keyboard(
    qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pt2k_gui.gui.widgets import picture_view

    opened: list[Any] = []
    monkeypatch.setattr(picture_view.PictureDialog, "exec", lambda dialog: opened.append(dialog))
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    image.save(str(tmp_path / "one.png"))
    view = picture_view.PictureView()
    qtbot.addWidget(view)
    view.show_file(str(tmp_path / "one.png"), "one.png")
    assert view.shown
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert len(opened) == 2
    assert "300 × 200" in [label.text() for label in opened[0].findChildren(QLabel)][-1]
    view.show_file(str(tmp_path / "gone.png"), "gone.png")
    assert not view.isVisible()


def test_the_form_for_images_takes_a_file_of_class_names_and_refuses_one_that_is_none(
    qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "names.json").write_text('["cat", "dog"]', encoding="utf-8")
    form = ImageForm(None, ImageSettings(), 3, (64, 64), str(tmp_path / "gone.json"))  # type: ignore[arg-type]
    qtbot.addWidget(form)
    form._accept()
    assert "gone.json" in form.problem.text()
    form.class_names.setText(str(tmp_path / "names.json"))
    form._accept()
    assert form.result() == 1


def test_the_summary_is_searched_and_a_click_marks_the_layer_everywhere(at: Any, qtbot: QtBot) -> None:
    window = at(Step.SAVE).window
    window.resize(1180, 780)
    window.go(Step.CHECK)
    page = window.check_page
    assert page.tabs.currentWidget() is page.overview
    summary = page.overview.summary
    layer = page.layers.table.rows.text(1, 0)
    line = next(n for n, text in enumerate(summary.toPlainText().splitlines()) if text.startswith(f"{layer} ("))
    place = summary.cursorRect(QTextCursor(summary.document().findBlockByNumber(line))).center()
    qtbot.mouseClick(summary.viewport(), Qt.MouseButton.LeftButton, pos=place + QPoint(8, 0))
    assert summary.marked == page.summary.text.marked == layer
    assert page.layers.table.selected_rows() == [1]
    qtbot.keyClick(summary, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(summary.field, "Dense")
    assert summary.textCursor().selectedText() == "Dense"
    first = summary.textCursor().blockNumber()
    qtbot.keyClick(summary.field, Qt.Key.Key_Return)
    assert summary.textCursor().blockNumber() != first
    qtbot.keyClick(summary.field, Qt.Key.Key_Escape)
    assert not summary.field.isVisible()


def test_the_overview_shows_summary_and_samples_without_scrolling(at: Any, qtbot: QtBot) -> None:
    window = at(Step.SAVE).window
    window.resize(1180, 780)
    window.go(Step.CHECK)
    page = window.check_page
    QApplication.processEvents()
    for bar in (page._area.verticalScrollBar(), page._area.horizontalScrollBar()):
        assert bar.maximum() == 0
    assert page.overview.summary.horizontalScrollBar().maximum() == 0
    page.overview.grid.select(3)
    assert page.overview.which.text().startswith("Sample 4")
    for tab in (page.samples_tab, page.outputs, page.graph, page.speed, page.summary):
        page.tabs.setCurrentWidget(tab)
        QApplication.processEvents()
        assert page._area.verticalScrollBar().maximum() == 0, tab
