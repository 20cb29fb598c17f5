"""Many models on one page: one choice of options for all, a table that fills, and one that fails stops no other."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pt2k_gui.batch import running
from pt2k_gui.batch.reading import read_pipeline_file
from pt2k_gui.gui.batch import BatchList, BatchOptions, file_names, models_in
from pt2k_gui.gui.pages import batch as page_module
from pt2k_gui.gui.pages.batch import BatchPage
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.theme import Theme

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))

from made_up import MadeUp, made_up_pipeline


@pytest.fixture
def page(
    qtbot: QtBot, qapp: QApplication, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BatchPage]:
    monkeypatch.setattr(running, "pipeline", made_up_pipeline)
    MadeUp.done = []
    theme = Theme(qapp)
    theme.use("light")
    models = BatchList(BatchOptions(str(tmp_path / "out")))
    made = BatchPage(theme, Settings(), models)
    qtbot.addWidget(made)
    made.show()
    yield made
    models.shut_down()


def put(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).write_bytes(b"broken" if "broken" in name else name.encode())
    return [str(folder / name) for name in names]


def column(page: BatchPage, place: int = 1) -> list[str]:
    return [row[place] for row in page.table.tools.rows(selected=False)]


def run(page: BatchPage, qtbot: QtBot, button: Any = None) -> None:
    qtbot.mouseClick(button or page.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.models.busy and bool(page.models.results), timeout=10_000)
    qtbot.waitUntil(lambda: page.start_button.isVisible() and not page.cancel_button.isVisible(), timeout=5000)


def test_all_are_converted_with_the_chosen_formats_and_one_that_fails_stops_no_other(
    page: BatchPage, qtbot: QtBot, tmp_path: Path
) -> None:
    page.models.add(put(tmp_path, "a.pt2", "broken.pt", "other.onnx"))
    assert column(page) == ["to do"] * 3
    page.boxes["tflite"].click()
    run(page, qtbot)
    assert column(page) == ["same answers", "failed", "different answers"]
    assert column(page, 5) == ["", "broken is damaged.", "Measured."]
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_file()) == [
        "a.keras", "a.tflite", "other.keras", "other.tflite",
    ]  # fmt: skip
    page.table.select_row(1)
    assert page.reason.text() == "broken is damaged. Copy it again."
    assert page._text.text() == "1 of 3 models give the same answers. Different answers: 1. Failed: 1."


def test_what_failed_is_run_again_without_the_rest_and_without_a_question(
    page: BatchPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.models.add(put(tmp_path, "a.pt2", "broken.pt", "other.onnx"))
    assert not page.again_button.isVisible()
    run(page, qtbot)
    put(tmp_path, "broken.pt")
    (tmp_path / "broken.pt").write_bytes(b"mended")
    MadeUp.done.clear()
    monkeypatch.setattr(page_module, "confirmed", lambda *_: pytest.fail("asked about its own files"))
    assert page.again_button.isVisible()
    run(page, qtbot, page.again_button)
    assert sorted(MadeUp.done) == ["broken", "other"]
    assert column(page) == ["same answers", "same answers", "different answers"]


def test_cancel_ends_the_model_at_hand_and_begins_no_other(page: BatchPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.models.add(put(tmp_path, "slow.pt", "next.pt"))
    page.start_button.click()
    qtbot.waitUntil(lambda: MadeUp.done == ["slow"], timeout=5000)
    qtbot.waitUntil(lambda: column(page)[0].startswith("running"), timeout=5000)
    page.cancel_button.click()
    qtbot.waitUntil(lambda: not page.models.busy, timeout=5000)
    qtbot.waitUntil(lambda: column(page) == ["to do", "to do"], timeout=5000)
    assert MadeUp.done == ["slow"]


def test_files_that_are_there_are_replaced_only_after_a_question(
    page: BatchPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.keras").write_bytes(b"mine")
    page.models.add(put(tmp_path, "a.pt2"))
    asked: list[Any] = []
    monkeypatch.setattr(page_module, "confirmed", lambda *words: asked.append(words))
    page.start_button.click()
    assert len(asked) == 1 and "a.keras" in asked[0][2]
    assert not page.models.busy and not MadeUp.done


def test_a_folder_stands_for_the_models_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep" / ".cache").mkdir(parents=True)
    put(tmp_path / "deep", "b.pt", "readme.txt", "a.onnx")
    put(tmp_path / "deep" / ".cache", "hidden.pt")
    lone = put(tmp_path, "lone.pt2")
    found = models_in([str(tmp_path / "deep"), *lone, *lone])
    assert [Path(path).name for path in found] == ["a.onnx", "b.pt", "lone.pt2"]


def test_models_of_one_name_do_not_write_over_one_another() -> None:
    names: Sequence[str] = ["/a/model.pt", "/b/model.pt", "/c/model.onnx", "/c/x.y.pt", "/d/MODEL.pt"]
    assert file_names(names) == ["model", "model-2", "model-3", "x.y", "MODEL-4"]


def test_a_folder_that_can_not_be_made_is_told_for_every_model(page: BatchPage, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    page.folder.setText(str(tmp_path / "file" / "out"))
    page.models.add(put(tmp_path, "a.pt", "b.pt"))
    page.start_button.click()
    qtbot.waitUntil(lambda: column(page) == ["failed", "failed"], timeout=5000)
    assert all("out" in reason for reason in column(page, 5))


def test_what_is_chosen_is_saved_as_a_pipeline_file_that_does_the_same(page: BatchPage, tmp_path: Path) -> None:
    page.models.add(put(tmp_path, "a.pt2", "b.pt"))
    page.boxes["tflite_int8"].click()
    page.trainable.click()
    page.workers.setValue(3)
    page.save_pipeline_to(str(tmp_path / "pt2k.toml"))
    assert "pt2k.toml was written" in page.notice.sentence.text()
    assert read_pipeline_file(tmp_path) == page.models.pipeline_file()
    page.save_pipeline_to(str(tmp_path / "nowhere" / "pt2k.toml"))
    assert "can't be written" in page.notice.sentence.text()


def test_the_report_over_all_is_written_from_the_page(page: BatchPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.models.add(put(tmp_path, "a.pt2", "broken.pt"))
    assert not page.report_button.isEnabled()
    run(page, qtbot)
    page.write_report_to(str(tmp_path / "all.html"))
    assert "broken is damaged." in (tmp_path / "all.html").read_text(encoding="utf-8")
