"""The plot of LiteRT files by size and by what they keep."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from pt2k_gui.palette import LIGHT
from pt2k_gui.report.tradeoff import candidates, draw_tradeoff, kept, measure
from pt2k_gui.save.result import SavedFile


def file(name: str, size: int, same: bool, agreement: float | None, relative: float | None = 0.1) -> SavedFile:
    ending = "tflite" if name == "float32" else f"{name}.tflite"
    kind = "tflite" if name == "float32" else f"tflite_{name}"
    return SavedFile(kind, f"/a/net.{ending}", size, 0.1, same, 1.0, relative=relative, agreement=agreement)


FILES = [
    file("float32", 4_000_000, True, 1.0),
    file("int8", 1_000_000, True, 0.99),
    file("weights4", 600_000, False, 0.4),
]


def test_each_file_is_a_point_with_its_precision_and_a_bad_one_is_crossed_out() -> None:
    axes = Figure().add_subplot()
    draw_tradeoff(axes, FILES)
    places = [np.asarray(line.get_xydata())[0].round(3).tolist() for line in axes.lines]
    assert sorted(places) == [[0.6, 0.4], [1.0, 0.99], [4.0, 1.0]]
    points = {place[0]: line for place, line in zip(places, axes.lines, strict=True)}
    assert {text.get_text() for text in axes.texts} == {"float32", "int8", "weights4"}
    assert points[0.6].get_marker() == "x"
    assert to_hex(points[0.6].get_color()) == LIGHT.bad.lower()
    assert points[1.0].get_marker() == "o"
    assert axes.get_ylabel() == "answers that stay"


def test_files_that_do_not_classify_are_held_against_their_error() -> None:
    files = [file("float32", 10, True, None, 1e-6), file("int8", 5, True, None, 0.25)]
    assert measure(files) == "error"
    assert kept(files[1], "error") == 0.75


def test_only_litert_files_that_ran_are_candidates() -> None:
    keras = SavedFile("keras", "/a/net.keras", 9, 0.0, True, 1.0, relative=0.0)
    broken = file("int16", 9, False, None, None)
    assert candidates([keras, broken, *FILES]) == FILES
