"""The history in the window, and what was clicked as a pipeline file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pt2k_gui.batch.reading import read_pipeline_file
from pt2k_gui.gui import history_dialog
from pt2k_gui.gui.history_dialog import HistoryDialog
from pt2k_gui.gui.state import Step
from pt2k_gui.gui.theme import Theme
from pt2k_gui.history.keeping import export, keep
from pt2k_gui.history.store import History
from pt2k_gui.jobs.keep import results_of
from pt2k_gui.jobs.pipeline import Plan
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))

from made_up import outcome


def put(folder: Path, name: str, **options: Any) -> None:
    (folder / f"{name}.pt2").write_bytes(b"model")
    target = folder / f"{name}.keras"
    target.write_bytes(name.encode())
    plan = Plan(Source(str(folder / f"{name}.pt2")), (("keras", str(target)),), **options)
    done = outcome(plan)
    keep(results_of(plan, done), done.verification)


@pytest.fixture
def make(qtbot: QtBot, qapp: QApplication) -> Callable[[], HistoryDialog]:
    def exported(number: int, path: str, done: Callable[[], None], failed: Callable[[Problem], None]) -> None:
        try:
            export(number, path)
        except Problem as problem:
            failed(problem)
        else:
            done()

    def made() -> HistoryDialog:
        theme = Theme(qapp)
        theme.use("light")
        dialog = HistoryDialog(None, theme, exported)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return made


def models(dialog: HistoryDialog) -> list[str]:
    return [row[1] for row in dialog.table.tools.rows(selected=False)]


def test_what_was_saved_is_searched_opened_again_and_forgotten(
    make: Callable[[], HistoryDialog], tmp_path: Path, qtbot: QtBot
) -> None:
    for name in ("alpha", "beta", "gamma"):
        put(tmp_path, name)
    dialog = make()
    assert models(dialog) == ["gamma", "beta", "alpha"]
    assert not dialog.open_button.isEnabled()
    dialog.search.setText("BETA")
    qtbot.waitUntil(lambda: models(dialog) == ["beta"], timeout=5000)
    dialog.table.select_row(0)
    dialog.remove_button.click()
    assert dialog.empty.text() == "Nothing found."
    dialog.search.clear()
    qtbot.waitUntil(lambda: models(dialog) == ["gamma", "alpha"], timeout=5000)
    dialog.table.select_row(1)
    dialog.open_button.click()
    assert dialog.chosen == str(tmp_path / "alpha.pt2")


def test_two_lines_are_compared_and_one_is_exported(make: Callable[[], HistoryDialog], tmp_path: Path) -> None:
    put(tmp_path, "one")
    put(tmp_path, "two", axis_order="onnx")
    dialog = make()
    dialog.table.selectAll()
    dialog.compare_button.click()
    rows = dialog.comparison.tools.rows(selected=False)
    assert ["axis order", "keras", "onnx"] in rows
    assert all(left != right for _, left, right in rows)
    dialog.table.select_row(0)
    dialog.export_to(str(tmp_path / "r.html"))
    assert "r.html" in dialog.notice.sentence.text()
    assert (tmp_path / "r.html").stat().st_size > 2000
    dialog.export_to(str(tmp_path / "nowhere" / "r.html"))
    assert "can't be written" in dialog.notice.sentence.text()


def test_a_line_that_another_window_has_forgotten_meanwhile_is_told(
    make: Callable[[], HistoryDialog], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        put(tmp_path, name)
    dialog = make()
    dialog.table.selectAll()
    History().remove([1])
    dialog.compare_button.click()
    assert "no conversion 1" in dialog.notice.sentence.text()


def test_a_damaged_history_is_told_and_an_empty_one_says_so(make: Callable[[], HistoryDialog], tmp_path: Path) -> None:
    assert make().empty.text() == "Nothing was saved yet."
    put(tmp_path, "a")
    History().file.write_bytes(b"no database " * 100)
    dialog = make()
    assert "kept as" in dialog.notice.sentence.text()
    assert dialog.empty.isVisible()


def test_cleaning_up_asks_first_and_leaves_the_files(
    make: Callable[[], HistoryDialog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a")
    dialog = make()
    monkeypatch.setattr(history_dialog, "MOST_MEGABYTES", 0.0)
    monkeypatch.setattr(history_dialog, "confirmed", lambda *_: False)
    dialog.clean_button.click()
    assert models(dialog) == ["a"]
    monkeypatch.setattr(history_dialog, "confirmed", lambda *_: True)
    dialog.clean_button.click()
    assert models(dialog) == []
    assert (tmp_path / "a.keras").exists()


def test_a_saved_conversion_is_in_the_history_and_its_clicks_make_a_pipeline_file(
    at: Callable[[Step], Any], qtbot: QtBot, tmp_path: Path
) -> None:
    driver = at(Step.SAVE)
    window = driver.window
    window.go(Step.SAVE)
    page = window.save_page
    page.folder.setText(str(tmp_path))
    page.name.setText("mine")
    next(row for row in page.rows if row.format.name == "onnx").box.setChecked(True)
    page.save()
    driver.idle()
    qtbot.waitUntil(lambda: len(History().find()) == 1, timeout=120_000)
    (entry,) = History().find()
    assert entry.ok is True
    assert [Path(file).name for file in entry.files] == ["mine.keras", "mine.onnx"]
    page.save_pipeline_to(str(tmp_path / "pt2k.toml"))
    assert "pt2k run" in page.notice.hint.text()
    (task,) = read_pipeline_file(tmp_path).tasks
    assert task.plan.source.path == driver.state.source.path
    assert task.plan.samples == SampleChoice("digits", count=300)
    assert [kind for kind, _ in task.plan.targets] == ["keras", "onnx"]
    assert task.plan.shapes == ()
