"""The plots: numbers can be read, axes that count count in whole numbers, and an error of the network is not taken for one of
the conversion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from pt2k_gui.palette import LIGHT
from pt2k_gui.report.confusion_matrix import MOST, confusion
from pt2k_gui.report.messages import OTHERS
from pt2k_gui.report.plots import draw_confusion, draw_curves, draw_grid, draw_histogram, draw_speed, wrong_answers
from pt2k_gui.verify.result import TrainingCurve


@pytest.fixture
def axes() -> Any:
    figure = Figure(figsize=(4, 4), dpi=96)
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def drawn(axes: Any) -> None:
    axes.figure.canvas.draw()


def test_only_classes_that_occur_are_in_the_matrix() -> None:
    table = confusion(np.array([2, 2, 7]), np.array([2, 7, 7]), 1000, [f"class {n}" for n in range(1000)])
    assert table.names == ("class 2", "class 7")
    assert table.counts.tolist() == [[1, 1], [0, 1]]
    assert not table.words


def test_of_many_classes_twenty_are_shown_and_no_sample_is_lost_from_the_count() -> None:
    rng = np.random.default_rng(0)
    ours = rng.integers(0, 300, 5000)
    theirs = ours.copy()
    theirs[:3] = (ours[:3] + 1) % 300
    table = confusion(ours, theirs, 300, ())
    assert len(table.names) == MOST + 1
    assert table.names[-1] == OTHERS
    assert table.counts.sum() == 5000
    assert {str(n) for n in (*ours[:3], *theirs[:3])} <= set(table.names)
    assert f"{MOST} of 300 classes" in table.words


@pytest.mark.parametrize(("size", "count"), [(2, 987_654), (10, 1135), (10, 60_000), (21, 10_000), (21, 7)])
def test_the_numbers_of_the_matrix_fit_into_their_cells(axes: Any, size: int, count: int) -> None:
    draw_confusion(axes, np.full((size, size), count), [str(n) for n in range(size)], ("PyTorch", "Keras"), LIGHT)
    drawn(axes)
    cell = axes.get_window_extent().width / size
    assert all(text.get_window_extent().width <= cell for text in axes.texts)
    if count < 1000:
        assert len(axes.texts) == size * size


def test_counts_have_ticks_at_whole_numbers(axes: Any) -> None:
    draw_histogram(axes, np.array([1e-7, 2e-7, 3e-7]), 1e-5)
    drawn(axes)
    ticks = [text.get_text() for text in axes.get_yticklabels()]
    assert ticks == [f"{int(text)}" for text in ticks]
    assert len(set(ticks)) == len(ticks)


def test_times_have_plain_numbers_at_their_ticks_also_within_a_decade(axes: Any) -> None:
    draw_speed(axes, [("PyTorch", 1, 2.1e-3, 2e-3, 3e-3), ("Keras", 1, 6e-3, 5e-3, 7e-3)])
    drawn(axes)
    low, high = axes.get_ylim()
    inside = [text.get_text() for text in axes.get_yticklabels() if low <= float(text.get_text()) <= high]
    assert len(inside) >= 1
    assert all("^" not in text for text in inside)


def test_a_wrong_answer_is_framed_otherwise_than_a_disagreement(axes: Any) -> None:
    images = np.zeros((3, 28, 28), np.uint8)
    answers = [("PyTorch", ["1", "2", "3"]), ("Keras", ["1", "2", "8"])]
    draw_grid(axes, images, ["1", "7", "3"], answers, rows=1, columns=3, wrong=[False, True, True])
    collections: list[Any] = [found for found in axes.collections if isinstance(found, PatchCollection)]
    frames = {
        to_hex(found.get_edgecolor()[0]).upper(): (len(found.get_paths()), found.get_linestyle()[0][1] is not None)
        for found in collections
        if not len(found.get_facecolor())
    }
    assert frames[LIGHT.warn] == (2, True)
    assert frames[LIGHT.bad] == (1, False)


def test_long_answers_are_cut_to_their_chips_however_small_the_grid_is() -> None:
    from matplotlib.collections import PatchCollection as Patches

    for size in (5, 9, 16):
        figure = Figure(figsize=(size, size / 2), dpi=96)
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        answers = [(backend, ["blue thing with a name"] * 10) for backend in ("PyTorch", "ONNX Runtime", "Keras")]
        draw_grid(axes, np.zeros((10, 28, 28), np.uint8), [""] * 10, answers)
        drawn(axes)
        chips = next(c for c in axes.collections if isinstance(c, Patches))
        room = axes.transData.transform_path(chips.get_paths()[0]).get_extents().width
        assert all(text.get_window_extent().width <= room + 1 for text in axes.texts)


def test_an_answer_is_wrong_where_the_label_is_known_and_another_one() -> None:
    scores = np.eye(4, dtype=np.float32)
    arrays = {"labels": np.array([0, 2, -1, 3]), "pytorch": scores, "keras": scores}
    assert wrong_answers(arrays).tolist() == [False, True, False, False]


def test_losses_of_both_sides_are_drawn_with_a_ring_where_they_depart(axes: Any) -> None:
    curves = (TrainingCurve("Adam", (2.0, 1.5), (2.0, 1.5)), TrainingCurve("SGD", (2.0, 1.4), (2.0, 1.6), 1))
    draw_curves(axes, curves)
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert lines["PyTorch, Adam"] == lines["Keras, Adam"] == [2.0, 1.5]
    assert lines["Keras, SGD"] == [2.0, 1.6]
    ring = axes.lines[-1]
    assert (list(ring.get_xdata()), list(ring.get_ydata())) == ([2], [1.6])
