"""A quantised file that is bad is called bad by the window, beside one that is right."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))
from coarse_models import BAD, write_model

from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.sources.card import Source


@pytest.mark.slow
def test_the_save_page_names_the_bad_file_and_what_it_lost(driver: Any, tmp_path: Path) -> None:
    kind = "several ranges in one output"
    form, words = BAD[kind][1:]
    window = driver.window
    window.model_page.open_source(Source(str(write_model(kind, tmp_path))))
    driver.until(Step.MODEL, StepState.DONE)
    window.go(Step.INPUT)
    driver.until(Step.INPUT, StepState.DONE)
    window.go(Step.CONVERT)
    driver.qtbot.mouseClick(window.convert_page.convert_button, Qt.MouseButton.LeftButton)
    driver.until(Step.CONVERT, StepState.DONE)
    window.go(Step.SAVE)
    page = window.save_page
    rows = {row.format.name: row for row in page.rows}
    for name, row in rows.items():
        row.box.setChecked(name in ("tflite", form))
    page.folder.setText(str(tmp_path))
    page.save()
    driver.until(Step.SAVE, StepState.FAILED)
    assert page.notice.property("state") == "bad"
    assert Path(rows[form].file.path).name in page.notice.sentence.text()
    assert words in rows[form].note.text()
    assert rows["tflite"].file.same
    assert not rows[form].file.same
