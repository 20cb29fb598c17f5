"""A coarse file that can't stand in for the model is called bad on the Save page: in the notice, in its row, in the plot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))
from coarse_models import BAD, write_model

from pt2k_gui.gui.state import Step, StepState

NAME = "several ranges in one output"


@pytest.mark.slow
def test_a_file_of_eight_bits_that_lost_outputs_is_called_bad_beside_a_good_one(
    driver: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    window = driver.window
    window.resize(1280, 720)
    window.open_path(str(write_model(NAME, tmp_path)))
    driver.until(Step.MODEL, StepState.DONE, StepState.FAILED)
    window.go(Step.INPUT)
    driver.until(Step.INPUT, StepState.DONE, StepState.FAILED)
    window.go(Step.CONVERT)
    qtbot.mouseClick(window.convert_page.convert_button, Qt.MouseButton.LeftButton)
    driver.until(Step.CONVERT, StepState.DONE, StepState.FAILED)
    window.go(Step.CHECK)
    driver.until(Step.CHECK, StepState.DONE, StepState.FAILED)
    window.go(Step.SAVE)
    page = window.save_page
    page.folder.setText(str(tmp_path))
    for row in page.rows:
        row.box.setChecked(row.format.name in ("tflite", "tflite_int8"))
    qtbot.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    driver.until(Step.SAVE, StepState.DONE, StepState.FAILED)
    good, bad = window.state.saved
    assert (good.format, good.same, bad.format, bad.same) == ("tflite", True, "tflite_int8", False)
    lost = BAD[NAME][2]
    rows = {row.format.name: row for row in page.rows}
    assert lost in rows["tflite_int8"].note.text()
    assert rows["tflite_int8"].note.isVisible() and not rows["tflite"].note.isVisible()
    said = " ".join(shown.text() for shown in page.notice.findChildren(QLabel))
    assert "net.int8.tflite" in said and lost in said
    assert "gives the same answers" not in said
    qtbot.waitUntil(lambda: page.tradeoff._figure is not None, timeout=30_000)
    (axes,) = page.tradeoff._figure.axes
    assert sorted(line.get_marker() for line in axes.lines) == ["o", "x"]
