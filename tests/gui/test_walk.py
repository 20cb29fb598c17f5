"""The whole walk in the real window: what a user does and sees, with real work behind it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.state import Snapshot, Step, StepState
from pt2k_gui.resources import resource

Start = Callable[[Any], None]
CANCEL_SECONDS = 1.0


def test_a_stranger_trains_converts_checks_and_saves(driver: Any, qtbot: QtBot, tmp_path: Path) -> None:
    window = driver.window
    form = window.model_page.form
    form.fields["epochs"].setValue(2)
    qtbot.mouseClick(window.model_page.train_button, Qt.MouseButton.LeftButton)
    driver.until(Step.MODEL, StepState.DONE, StepState.FAILED)
    assert window.state.info.parameters == 101_770
    assert [epoch.number for epoch in window.state.record.trained.epochs] == [1, 2]
    qtbot.mouseClick(window.bottom.next_button, Qt.MouseButton.LeftButton)
    driver.until(Step.INPUT, StepState.DONE, StepState.FAILED)
    assert "goes in" in window.input_page.strip.sentence.text()
    assert window.state.dry_run.outputs[0].shape == ("batch", 10)
    qtbot.mouseClick(window.bottom.next_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.convert_page.convert_button, Qt.MouseButton.LeftButton)
    driver.until(Step.CONVERT, StepState.DONE, StepState.FAILED)
    assert window.convert_page.table.rows.rowCount() >= 2
    qtbot.mouseClick(window.bottom.next_button, Qt.MouseButton.LeftButton)
    driver.until(Step.CHECK, StepState.DONE, StepState.FAILED)
    verification = window.state.verification
    assert verification.verdict.same
    assert verification.samples == 10_000
    assert {row.agreeing for row in verification.comparisons} == {10_000}
    assert max(row.max_abs for row in verification.comparisons) <= 1e-4
    assert "10,000 of 10,000 digits agree" in window.check_page.sentence.text()
    assert "Dense" in window.check_page.summary.text.toPlainText()
    qtbot.mouseClick(window.bottom.next_button, Qt.MouseButton.LeftButton)
    window.save_page.folder.setText(str(tmp_path))
    window.save_page.name.setText("mine")
    qtbot.mouseClick(window.save_page.save_button, Qt.MouseButton.LeftButton)
    driver.until(Step.SAVE, StepState.DONE, StepState.FAILED)
    assert [(Path(f.path).name, f.same) for f in window.state.saved] == [("mine.keras", True)]
    assert (tmp_path / "mine.keras").is_file()
    assert driver.step(Step.SAVE) is StepState.DONE
    # Going back and changing something leaves no result silently valid.
    window.go(Step.INPUT)
    driver.until(Step.INPUT, StepState.DONE)
    window.input_page.enter_shape(0, "3, 784")
    qtbot.waitUntil(lambda: window.state.inputs[0].shape == (3, 784), timeout=5000)
    driver.until(Step.INPUT, StepState.DONE, StepState.FAILED)
    stale = {step for step in Step if driver.step(step) is StepState.STALE}
    assert stale == {Step.CONVERT, Step.CHECK, Step.SAVE}


def _train(driver: Any) -> None:
    driver.window.model_page.form.fields["epochs"].setValue(200)
    driver.window.model_page.train()


def _convert(driver: Any) -> None:
    driver.window.go(Step.CONVERT)
    driver.window.convert_page.convert()


def _save(folder: Path) -> Start:
    def start(driver: Any) -> None:
        driver.window.go(Step.SAVE)
        driver.window.save_page.folder.setText(str(folder))
        driver.window.save_page.save()

    return start


STEPS: dict[Step, Start] = {
    Step.MODEL: _train,
    Step.INPUT: lambda driver: driver.window.go(Step.INPUT),
    Step.CONVERT: _convert,
    Step.CHECK: lambda driver: driver.window.go(Step.CHECK),
}


@pytest.mark.parametrize("step", list(Step), ids=lambda step: step.name.lower())
def test_cancel_ends_each_running_step_within_a_second(
    at: Callable[[Step], Any], step: Step, tmp_path: Path, qtbot: QtBot
) -> None:
    driver = at(step)
    STEPS.get(step, _save(tmp_path))(driver)
    driver.running()
    assert driver.step(step) is StepState.RUNNING
    worker = driver.window.active
    began = time.monotonic()
    qtbot.mouseClick(driver.window.bottom.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: driver.window.active is None, timeout=10_000)
    assert time.monotonic() - began < CANCEL_SECONDS
    qtbot.waitUntil(lambda: not worker.running, timeout=10_000)
    assert driver.step(step) is StepState.TODO
    assert [path for path in tmp_path.iterdir() if path.suffix == ".keras"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("step", list(Step), ids=lambda step: step.name.lower())
def test_a_killed_child_is_told_in_words_and_the_window_lives(
    at: Callable[[Step], Any], step: Step, tmp_path: Path
) -> None:
    driver = at(step)
    STEPS.get(step, _save(tmp_path))(driver)
    driver.running()
    os.kill(driver.window.active.child_pid, signal.SIGKILL)
    driver.idle()
    page = driver.window.page(step)
    notice = page.strip if step is Step.INPUT else page.notice
    assert "killed" in notice.sentence.text()
    assert notice.isVisible()
    assert driver.step(step) is StepState.FAILED or step is Step.MODEL
    assert driver.window.isVisible()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_step_that_was_killed_can_be_run_again(at: Callable[[Step], Any]) -> None:
    driver = at(Step.CONVERT)
    _convert(driver)
    driver.running()
    os.kill(driver.window.active.child_pid, signal.SIGKILL)
    driver.idle()
    driver.window.convert_page.convert()
    driver.until(Step.CONVERT, StepState.DONE)
    assert driver.window.state.conversion.converted.report.layer_count > 0
    page = driver.window.convert_page
    assert page.table.rows.rowCount() > 0
    page.convert()
    assert page.table.rows.rowCount() == 0
    assert "layers" not in page._totals.text()  # nothing is said of the conversion before
    driver.window.cancel()
    driver.idle()


@pytest.mark.slow
def test_a_second_model_is_saved_as_itself_and_under_its_own_name(at: Callable[[Step], Any], tmp_path: Path) -> None:
    from pt2k_gui.convert import read_signature

    driver = at(Step.SAVE)
    window = driver.window
    window.open_path(str(resource("samples/digits-cnn.pt2")))
    driver.until(Step.MODEL, StepState.DONE, StepState.FAILED)
    window.go(Step.SAVE)  # by the rail, which leads nowhere yet
    assert window.current is Step.MODEL
    window.go(Step.INPUT)
    driver.until(Step.INPUT, StepState.DONE, StepState.FAILED)
    _convert(driver)
    driver.until(Step.CONVERT, StepState.DONE, StepState.FAILED)
    assert "digits-cnn" in window.state.conversion.converted.report.summary.splitlines()[0]
    window.go(Step.SAVE)  # without a check
    window.save_page.folder.setText(str(tmp_path))
    window.save_page.save()
    driver.until(Step.SAVE, StepState.DONE, StepState.FAILED)
    assert [(Path(file.path).name, file.same) for file in window.state.saved] == [("digits-cnn.keras", True)]
    signature = read_signature(tmp_path / "digits-cnn.keras")
    assert signature is not None and signature.inputs[0].onnx_shape[1:] == (1, 28, 28)


def test_changing_a_shape_makes_what_follows_stale_and_tries_the_model_again(at: Callable[[Step], Any]) -> None:
    driver = at(Step.SAVE)
    driver.window.go(Step.INPUT)
    driver.window.input_page.enter_shape(0, "3, 784")
    driver.qtbot.waitUntil(lambda: driver.window.state.inputs[0].shape == (3, 784), timeout=5000)
    driver.until(Step.INPUT, StepState.DONE, StepState.FAILED)
    assert driver.step(Step.INPUT) is StepState.DONE
    assert driver.step(Step.CONVERT) is StepState.STALE
    assert driver.step(Step.CHECK) is StepState.STALE
    assert "3 × 784 goes in, 3 × 10 comes out" in driver.window.input_page.strip.sentence.text()
    driver.window.go(Step.CHECK)
    page = driver.window.check_page
    for tab in (page.overview, page.samples_tab, page.outputs, page.numbers, page.layers, page.graph):
        assert tab.stale.isVisibleTo(tab)


def test_a_shape_that_does_not_fit_names_the_layer_that_refused(at: Callable[[Step], Any]) -> None:
    driver = at(Step.INPUT)
    driver.window.go(Step.INPUT)
    driver.until(Step.INPUT, StepState.DONE, StepState.FAILED)
    driver.window.input_page.enter_shape(0, "N, 100")
    driver.qtbot.waitUntil(lambda: driver.step(Step.INPUT) is StepState.FAILED, timeout=60_000)
    assert "hidden" in driver.window.input_page.strip.sentence.text()
    assert not driver.window.bottom.next_button.isEnabled()
    driver.window.input_page.enter_shape(0, "N, nonsense!")
    driver.qtbot.waitUntil(lambda: "is not a size" in driver.window.input_page.strip.sentence.text(), timeout=5000)


def test_bad_files_are_refused_in_words_and_the_window_lives(driver: Any, tmp_path: Path) -> None:
    good = tmp_path / "weights.pt"
    import torch

    torch.save({"weight": torch.zeros(3), "strange": torch.zeros(2, 2)}, good)
    (tmp_path / "empty.pt").write_bytes(b"")
    (tmp_path / "letter.onnx").write_text("Dear Sir or Madam,")
    (tmp_path / "cut.pt").write_bytes(good.read_bytes()[:300])
    for name in ("missing.pt2", "empty.pt", "letter.onnx", "cut.pt"):
        driver.window.open_path(str(tmp_path / name))
        driver.idle()
        notice = driver.window.model_page.notice
        assert notice.isVisible()
        assert name in notice.sentence.text()
        assert driver.step(Step.MODEL) is StepState.FAILED
        assert driver.window.isVisible()


def test_a_state_dict_asks_for_its_class(driver: Any, tmp_path: Path, qtbot: QtBot) -> None:
    import torch
    from PySide6.QtWidgets import QApplication, QComboBox

    from pt2k_gui.gui.needs import NeedsDialog

    path = tmp_path / "weights.pt"
    torch.save(
        torch.nn.Sequential(torch.nn.Linear(784, 32), torch.nn.Sigmoid(), torch.nn.Linear(32, 10)).state_dict(), path
    )
    asked: list[str] = []

    def answer() -> None:  # the dialog runs an event loop of its own, so it is answered from within
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, NeedsDialog):
            asked.append(dialog._found.needs)
            timer.stop()
            dialog._use_chain()
            every, first = dialog._fields["activation"], dialog._fields["after_0"]
            assert isinstance(every, QComboBox) and isinstance(first, QComboBox)
            every.setCurrentText("sigmoid")
            assert first.currentText() == "sigmoid"
            dialog.accept()

    timer = QTimer()
    timer.timeout.connect(answer)
    timer.start(50)
    driver.window.open_path(str(path))
    qtbot.waitUntil(lambda: bool(asked), timeout=60_000)
    assert asked == ["class"]
    driver.until(Step.MODEL, StepState.DONE, StepState.FAILED)
    assert driver.window.state.info.parameters == 784 * 32 + 32 + 32 * 10 + 10
    assert ("after_0", "sigmoid") in driver.window.state.source.arguments


def test_an_output_folder_that_can_not_be_written_is_told(at: Callable[[Step], Any], tmp_path: Path) -> None:
    driver = at(Step.SAVE)
    _save(tmp_path / "nowhere")(driver)
    driver.until(Step.SAVE, StepState.FAILED, StepState.DONE)
    assert "nowhere" in driver.window.save_page.notice.sentence.text()
    assert not (tmp_path / "nowhere").exists()


def test_the_keyboard_alone_goes_through_the_pages(at: Callable[[Step], Any], qtbot: QtBot) -> None:
    window = at(Step.SAVE).window
    window.activateWindow()
    window.go(Step.MODEL)
    for step in (Step.INPUT, Step.CONVERT, Step.CHECK):
        qtbot.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
        assert window.current is step
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.current is Step.CONVERT
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.log.isVisible()


def test_the_grid_pages_filters_and_tells_which_digit_was_clicked(at: Callable[[Step], Any], qtbot: QtBot) -> None:
    driver = at(Step.SAVE)
    page = driver.window.check_page
    driver.window.go(Step.CHECK)
    assert page.grid.where.text() == "1 to 10 of 300"
    qtbot.mouseClick(page.grid.next, Qt.MouseButton.LeftButton)
    assert page.grid.where.text() == "11 to 20 of 300"
    page.grid.select(12)
    assert "Sample 13, true label" in page.which.text()
    assert "PyTorch" in page.bars.accessibleName()
    assert not page.grid.only.isEnabled()  # there are none to filter


def test_a_disagreement_is_counted_and_shown_first(at: Callable[[Step], Any]) -> None:
    page = at(Step.SAVE).window.check_page
    arrays = {name: array.copy() for name, array in page.samples_tab._arrays.items()}
    best = int(arrays["keras"][7].argmax())
    arrays["keras"][7, (best + 1) % 10] = arrays["keras"][7].max() + 1
    page.grid.show_samples(arrays, [str(n) for n in range(10)])
    assert page.grid.disagreements() == 1
    page.grid.only.setChecked(True)
    assert page.grid.where.text() == "1 to 1 of 1"


def test_a_drawn_digit_is_read_by_the_three_backends(at: Callable[[Step], Any], qtbot: QtBot) -> None:
    driver = at(Step.SAVE)
    driver.window.go(Step.CHECK)
    pad = driver.window.check_page.pad
    from PySide6.QtCore import QPoint

    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(74, 20))
    for y in range(20, 130, 6):
        qtbot.mouseMove(pad, QPoint(74, y))
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(74, 130))
    bars = driver.window.check_page.bars
    qtbot.waitUntil(lambda: "Keras: 1 " in bars.accessibleName(), timeout=300_000)
    assert {name for name, _ in bars._values} == {"PyTorch", "ONNX Runtime", "Keras"}


def test_what_reaches_the_window_is_plain_data_of_ours(finished: Snapshot) -> None:
    """A framework's type in a result would import the framework into the window's process."""
    import io
    import pickle

    modules = set()

    class Watching(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            modules.add(module.split(".")[0])
            return super().find_class(module, name)

    Watching(io.BytesIO(pickle.dumps(finished))).load()
    assert modules == {"pt2k_gui"}


@pytest.mark.xvfb
@pytest.mark.skipif(not shutil.which("Xvfb") or sys.platform != "linux", reason="Xvfb is not installed")
def test_the_walk_goes_through_the_real_platform_plugin(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as stream:
            display = stream.readline().strip()
        environment = {**os.environ, "DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"}
        environment.pop("PYTEST_XDIST_WORKER", None)
        environment.pop("PYTEST_CURRENT_TEST", None)
        result = subprocess.run(
            [
                sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
                f"{__file__}::test_a_stranger_trains_converts_checks_and_saves",
            ],
            env=environment, capture_output=True, text=True, check=False, timeout=400,
        )  # fmt: skip
        assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
        assert "1 passed" in result.stdout
    finally:
        server.terminate()
        server.wait(10)
