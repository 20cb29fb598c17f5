"""Several models in one list: all are converted with one choice of options, and one that fails stops no other."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pt2k_gui.gui import batch_dialog
from pt2k_gui.gui.batch import BatchOptions, BatchResult, BatchThread, Convert, file_names
from pt2k_gui.gui.batch_dialog import BatchDialog
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.theme import Theme
from pt2k_gui.problem import Problem

asked: list[tuple[str, tuple[tuple[str, str], ...]]] = []
hold = threading.Event()


class FakeThread(BatchThread):
    """Answers at once, but for ``slow``, which waits until it is cancelled."""

    @contextlib.contextmanager
    def _converter(self) -> Iterator[Convert]:
        self._close = hold.set

        def convert(model: str, targets: tuple[tuple[str, str], ...], start: float, end: float) -> BatchResult:
            asked.append((model, targets))
            if "broken" in model:
                raise Problem("broken.pt is damaged.", hint="Copy it again.")
            if "slow" in model:
                hold.wait(20)
            self.progress.emit(end, "done")
            return BatchResult(True, 1e-7, tuple(path for _, path in targets))

        yield convert


@pytest.fixture
def dialog(qtbot: QtBot, qapp: QApplication, own_home: Path, tmp_path: Path) -> Iterator[BatchDialog]:
    theme = Theme(qapp)
    theme.use("light")
    parent = QWidget()
    qtbot.addWidget(parent)
    made = BatchDialog(parent, theme, Settings(), [str(tmp_path / name) for name in ("a.pt2", "broken.pt", "c.onnx")])
    made.folder.setText(str(tmp_path / "out"))
    made.thread_for = lambda options: FakeThread(made.models, options, made)  # type: ignore[method-assign]
    asked.clear()
    hold.clear()
    made.show()
    yield made
    hold.set()
    if made._thread is not None:
        made._thread.wait()


def states(dialog: BatchDialog) -> list[str]:
    return [row[1] for row in dialog.table.tools.rows(selected=False)]


def test_all_models_are_converted_with_the_chosen_formats_and_one_that_fails_stops_no_other(
    dialog: BatchDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    assert states(dialog) == ["to do"] * 3
    dialog.boxes["tflite"].click()
    qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.busy and len(dialog._results) == 3, timeout=10_000)
    qtbot.waitUntil(lambda: states(dialog) == ["same answers", "broken.pt is damaged.", "same answers"], timeout=5000)
    out = tmp_path / "out"
    assert asked[0][1] == (("keras", str(out / "a.keras")), ("tflite", str(out / "a.tflite")))
    dialog.table.select_row(1)
    assert dialog.reason.text() == "broken.pt is damaged. Copy it again."
    qtbot.waitUntil(lambda: dialog._text.text() == "2 of 3 models give the same answers.", timeout=5000)


def test_cancel_ends_the_model_at_hand_and_begins_no_other(dialog: BatchDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog._models = [str(tmp_path / "slow.pt"), str(tmp_path / "next.pt")]
    dialog.start_button.click()
    qtbot.waitUntil(lambda: bool(asked), timeout=5000)
    dialog.start_button.click()
    qtbot.waitUntil(lambda: not dialog.busy, timeout=5000)
    assert [Path(model).name for model, _ in asked] == ["slow.pt"]


def test_files_that_are_there_are_replaced_only_after_a_question(
    dialog: BatchDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.keras").write_bytes(b"mine")
    answers: list[Any] = []
    monkeypatch.setattr(batch_dialog, "confirmed", lambda *words: answers.append(words))
    dialog.start_button.click()
    assert len(answers) == 1
    assert "a.keras" in answers[0][2]
    assert not dialog.busy
    assert not asked


def test_models_of_one_name_do_not_write_over_one_another() -> None:
    assert file_names(["/a/model.pt", "/b/model.pt", "/c/model.onnx", "/c/x.y.pt"]) == [
        "model", "model-2", "model-3", "x.y",
    ]  # fmt: skip


def test_a_folder_that_can_not_be_made_is_told_for_every_model(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    parent = QWidget()
    qtbot.addWidget(parent)
    thread = FakeThread(["a.pt", "b.pt"], BatchOptions(str(tmp_path / "file" / "out"), (("keras", ".keras"),)), parent)
    told: list[tuple[int, Any]] = []
    thread.done.connect(lambda number, result: told.append((number, result)))
    thread.start()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=5000)
    thread.wait()
    assert not told[0][1].ok
    assert "out" in told[0][1].reason
