"""Three models in one window: whatever was reached with one of them and whatever is changed then, nothing that the window
shows, says or writes is of another model or of another choice."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).parent / "doubles"))
from fake_jobs import FakeWorkers, mark_of_conversion, write_model
from truth import untruths

from pt2k_gui.gui.question import QuestionDialog
from pt2k_gui.gui.session import Session, interrupted
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.window import MainWindow
from pt2k_gui.sources.card import Source

PATIENCE = 20_000


@dataclass
class Walker:
    """The window, driven as a user drives it."""

    window: Any
    workers: FakeWorkers
    qtbot: QtBot
    folder: Path

    def settled(self) -> None:
        self.qtbot.waitUntil(lambda: self.window.active is None and not self._input_waits(), timeout=PATIENCE)

    def _input_waits(self) -> bool:
        made = self.window._stack.made.get(Step.INPUT)
        return made is not None and made._timer.isActive()

    def true(self) -> None:
        """Nothing is untrue, on any page."""
        self.settled()
        current = self.window.current
        for step in Step:
            if self.window.state.reachable(step):
                self.window.current = step  # looked at without entering, which would begin work
                self.window._stack.setCurrentWidget(self.window.page(step))
                self.window.render_state()
                assert untruths(self.window) == [], step
        self.window.current = current
        self.window._stack.setCurrentWidget(self.window.page(current))
        self.window.render_state()

    def click(self, button: QPushButton) -> None:
        assert button.isEnabled() and button.isVisible(), button.objectName()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def open(self, path: Path) -> None:
        self.window.open_path(str(path))
        self.settled()

    def reach(self, step: Step) -> None:
        """Go on to the step and do its work."""
        window = self.window
        for at in list(Step)[1 : step.value + 1]:
            window.go(at)
            assert window.current is at
            if at is Step.CONVERT:
                self.click(window.convert_page.convert_button)
            if at is Step.SAVE:
                window.save_page.folder.setText(str(self.folder))
                for _, path in window.save_page.targets():
                    Path(path).unlink(missing_ok=True)  # or it would ask
                self.click(window.save_page.save_button)
            self.settled()

    def shown(self, step: Step) -> StepState:
        state: StepState = self.window.state.state(step)
        return state


@pytest.fixture
def models(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "models"
    folder.mkdir()
    return [
        write_model(folder / "digits-mlp.pt2"),
        write_model(folder / "wall.pt2", features=9, classes=3, seed=1),
        write_model(folder / "digits-cnn.pt2", features=28, seed=2),
    ]


@pytest.fixture
def walker(qtbot: QtBot, qapp: QApplication, own_home: Path, tmp_path: Path) -> Iterator[Walker]:
    prepare(qapp)
    theme = Theme(qapp)
    theme.use("light")
    workers: list[FakeWorkers] = []

    def make(parent: Any) -> Any:
        workers.append(FakeWorkers(parent))
        return workers[0]

    window = MainWindow(theme, Settings(), Session(), workers=make)
    window.show()
    (tmp_path / "out").mkdir()
    yield Walker(window, workers[0], qtbot, tmp_path / "out")
    window.shut_down()
    window.close()
    window.deleteLater()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[str]]:
    """Answers questions; the list fills with what was asked."""

    def give(yes: bool) -> list[str]:
        asked: list[str] = []

        def reply(dialog: QuestionDialog) -> int:
            asked.append(" ".join(shown.text() for shown in dialog.findChildren(QLabel)))
            return (QDialog.DialogCode.Accepted if yes else QDialog.DialogCode.Rejected).value

        monkeypatch.setattr(QuestionDialog, "exec", reply)
        return asked

    return give


def _another_model(walker: Walker, models: list[Path]) -> set[Step]:
    walker.open(models[1])
    return set()


def _another_shape(walker: Walker, _models: list[Path]) -> set[Step]:
    walker.window.go(Step.INPUT)
    shape = walker.window.input_page.specs()[0].shape
    walker.window.input_page.enter_shape(0, ", ".join(map(str, (3, *shape[1:]))))
    return {Step.CONVERT, Step.CHECK, Step.SAVE}


def _other_options(walker: Walker, _models: list[Path]) -> set[Step]:
    if not walker.window.state.reachable(Step.CONVERT):
        return set()
    walker.window.go(Step.CONVERT)
    walker.window.convert_page.trainable.click()
    return {Step.CONVERT, Step.CHECK, Step.SAVE}


CHANGES = {"model": _another_model, "shape": _another_shape, "options": _other_options}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("reached", list(Step), ids=lambda step: step.name.lower())
def test_nothing_is_untrue_after_a_change_at_any_step(
    walker: Walker, models: list[Path], reached: Step, change: str
) -> None:
    window = walker.window
    # A first model all the way, so that there is something to leak.
    walker.open(models[2])
    walker.reach(Step.SAVE)
    walker.true()
    walker.open(models[0])
    assert {walker.shown(step) for step in list(Step)[2:]} == {StepState.TODO}
    walker.true()
    walker.reach(reached)
    walker.true()
    there = {step for step in Step if walker.shown(step) in (StepState.DONE, StepState.FAILED)}
    stale = CHANGES[change](walker, models)
    walker.settled()
    if change == "model":
        assert {walker.shown(step) for step in list(Step)[1:]} == {StepState.TODO}
    else:
        assert {step for step in Step if walker.shown(step) is StepState.STALE} == there & stale
    walker.true()
    # A third model, all the way: every file is its own.
    walker.open(models[1])
    walker.reach(Step.SAVE)
    walker.true()
    assert (walker.folder / "wall.keras").read_text() == _mark(walker, models[1])
    # Back to the one before, whose results are still there and still its own.
    window.open_path(str(models[0]))
    walker.true()


def _mark(walker: Walker, model: Path) -> str:
    state = walker.window.state
    options = state.options
    return mark_of_conversion(Source(str(model)), state.inputs, options.engine, state.axis_order(), options.trainable)


def test_saving_a_second_model_by_the_rail_never_writes_the_first_ones_network(
    walker: Walker, models: list[Path]
) -> None:
    walker.open(models[0])
    walker.reach(Step.SAVE)
    assert (walker.folder / "digits-mlp.keras").exists()
    walker.open(models[1])
    rail = walker.window.rail._buttons
    assert not rail[Step.SAVE].isEnabled() and not rail[Step.CHECK].isEnabled()
    walker.window.go(Step.SAVE)
    assert walker.window.current is Step.MODEL
    walker.window.save_page.save()
    walker.settled()
    assert not (walker.folder / "wall.keras").exists()
    walker.reach(Step.SAVE)
    assert (walker.folder / "wall.keras").read_text() == _mark(walker, models[1])


def test_the_name_the_files_and_the_ticks_of_one_model_are_not_the_next_ones(
    walker: Walker, models: list[Path]
) -> None:
    walker.open(models[0])
    walker.reach(Step.SAVE)
    page = walker.window.save_page
    page.name.setText("mine")
    walker.open(models[1])
    walker.reach(Step.CHECK)
    walker.window.go(Step.SAVE)
    assert page.name.text() == "wall"
    assert [row.file for row in page.rows if row.file is not None] == []
    walker.open(models[0])
    walker.window.go(Step.SAVE)
    assert page.name.text() == "mine"
    assert [Path(row.file.path).name for row in page.rows if row.file is not None] == ["digits-mlp.keras"]


def test_a_second_model_is_checked_on_samples_of_its_own_and_shows_nothing_of_the_first(
    walker: Walker, models: list[Path]
) -> None:
    walker.open(models[0])
    walker.reach(Step.CHECK)
    page = walker.window.check_page
    page.tabs.setCurrentWidget(page.speed)
    walker.click(page.speed.measure)
    walker.settled()
    assert page.samples.currentData() == "digits" and page.speed.table.rows.rowCount() == 2
    walker.open(models[1])
    walker.reach(Step.CONVERT)
    walker.window.go(Step.CHECK)
    assert walker.window.active is not None  # it compares
    assert page.headline.text() == "Comparing"
    assert page.samples.currentData() == "random"
    assert page.tabs.currentWidget() is page.overview
    for table in (
        page.speed.table,
        page.numbers.table,
        page.layers.table,
        page.samples_tab.table,
        page.numbers.samples,
    ):
        assert table.rows.rowCount() == 0
    assert page.grid.plot._draw is None and not page.grid.plot.drawn
    walker.true()
    assert walker.window.state.verification is not None


@pytest.mark.parametrize("how", ["key", "drop"])
def test_opening_from_any_page_leads_to_the_model_page(
    walker: Walker, models: list[Path], how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    walker.open(models[0])
    walker.reach(Step.SAVE)
    broken = models[0].with_name("broken.pt2")
    broken.write_text("no model")
    window = walker.window
    for number, step in enumerate(Step):
        path = models[1 + number % 2] if number < 4 else broken
        window.go(step)
        if how == "key":
            monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, path=path: (str(path), ""))
            window.activateWindow()
            walker.qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        else:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(str(path))])
            window.dropEvent(
                QDropEvent(
                    QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                    Qt.KeyboardModifier.NoModifier,
                )
            )  # fmt: skip
            QApplication.processEvents()  # opened after the drop, which the file manager waits for
        assert window.current is Step.MODEL
        assert window.state.job is None or path.name in window.model_page.notice.sentence.text()
        walker.settled()
        if path is broken:
            sentence, hint = window.model_page.notice.sentence.text(), window.model_page.notice.hint.text()
            assert "broken.pt2" in sentence and "is still open" in hint
        else:
            assert window.state.info.path == str(path)
            walker.reach(Step.SAVE)
        walker.true()


def test_a_button_that_can_do_nothing_says_why(walker: Walker, models: list[Path]) -> None:
    walker.open(models[0])
    walker.reach(Step.SAVE)
    window = walker.window
    window.go(Step.CONVERT)
    window.convert_page.trainable.click()
    window.go(Step.CHECK)
    page = window.check_page
    assert window.active is None
    assert not page.check_button.isEnabled() and "Convert again" in page._reason.text()
    assert page._reason.isVisible()
    assert page.headline.text() == "Out of date"
    window.go(Step.SAVE)
    assert not window.save_page.save_button.isEnabled() and "Convert again" in window.save_page._reason.text()
    walker.true()
    window.go(Step.CONVERT)
    window.convert_page.trainable.click()
    window.go(Step.CHECK)
    assert walker.shown(Step.CHECK) in (StepState.DONE, StepState.FAILED)  # the old choice: all is current again
    assert page.check_button.isEnabled()
    walker.true()


@pytest.mark.parametrize("step", [Step.INPUT, Step.CONVERT, Step.CHECK, Step.SAVE], ids=lambda step: step.name.lower())
def test_resuming_lands_on_the_step_that_was_interrupted(walker: Walker, models: list[Path], step: Step) -> None:
    window = walker.window
    walker.open(models[0])
    walker.reach(Step.SAVE)
    walker.window.go(step)
    if step is Step.INPUT:
        window.input_page.enter_shape(0, "3, 784")
        window.input_page._timer.stop()
        window.input_page._try()
    elif step is Step.CONVERT:
        walker.click(window.convert_page.convert_button)
    elif step is Step.CHECK:
        walker.click(window.check_page.check_button)
    else:
        window.save_page.name.setText("again")
        walker.click(window.save_page.save_button)
    assert walker.shown(step) is StepState.RUNNING
    window._closing = True  # killed: nothing is written any more
    window.session._lock.unlock()
    found = interrupted()
    assert found is not None and found.state.interrupted is step
    window._closing = False
    window.session = Session()
    window.resume(found)
    assert window.current is step
    walker.true()


def test_closing_asks_about_every_loss(
    walker: Walker, models: list[Path], answers: Callable[[bool], list[str]], qtbot: QtBot
) -> None:
    window = walker.window
    walker.open(models[0])
    walker.reach(Step.SAVE)
    walker.open(models[1])
    walker.reach(Step.CONVERT)
    asked = answers(False)
    window.close()
    assert len(asked) == 1 and "wall.pt2" in asked[0] and "digits-mlp" not in asked[0]
    window.go(Step.MODEL)
    window.model_page.choose_again()
    walker.click(window.model_page.train_button)
    walker.settled()
    asked = answers(False)
    window.close()
    assert "digits-mlp.pt2 that was trained here" in asked[0] and "wall.pt2" in asked[0]
    # Another model is opened: the trained network is still there, and can still be saved.
    walker.open(models[2])
    window.close()
    assert "trained here" in asked[1]
    window.model_page.choose_again()
    qtbot.wait(20)  # the list is laid out
    rows = [row for row in window.model_page.findChildren(QPushButton, "openedHere") if row.isVisible()]
    walker.click(next(row for row in rows if "trained here" in row.accessibleName()))
    page = window.model_page
    page.save_network_to(str(walker.folder / "network.pt2"))
    assert (walker.folder / "network.pt2").read_bytes() == Path(window.state.source.path).read_bytes()
    assert "network.pt2" in page.notice.sentence.text()
    asked = answers(False)
    window.close()
    assert "trained here" not in asked[0] and "wall.pt2" in asked[0]
    walker.true()


def test_enter_and_escape_lose_nothing(walker: Walker, qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        for safe in (False, True):
            dialog = QuestionDialog(walker.window, "Close?", "Something is lost.", "Close", "Stay", yes_is_safe=safe)
            qtbot.addWidget(dialog)
            dialog.setModal(True)  # as a question that is waited for, which the window's own keys don't reach
            dialog.show()
            qtbot.keyClick(dialog, key)
            assert (dialog.result() == QDialog.DialogCode.Accepted) is safe
            assert not dialog.isVisible()


@pytest.mark.parametrize("name", ["", "  ", ".hidden", "a/b", "a\\b", "con", "what?", "end.", "x" * 300, "tab\there"])
def test_a_name_that_can_not_be_is_refused_with_a_reason(walker: Walker, models: list[Path], name: str) -> None:
    walker.open(models[0])
    walker.reach(Step.CHECK)
    walker.window.go(Step.SAVE)
    page = walker.window.save_page
    page.folder.setText(str(walker.folder))
    page.name.setText(name)
    assert not page.save_button.isEnabled()
    assert page._reason.isVisible() and page._reason.text()
    page.save()
    walker.settled()
    assert list(walker.folder.iterdir()) == []
    page.name.setText("good")
    assert page.save_button.isEnabled() and not page._reason.isVisible()


def test_an_axis_order_that_changes_nothing_makes_nothing_stale(walker: Walker, models: list[Path]) -> None:
    walker.open(models[0])
    walker.reach(Step.SAVE)
    window = walker.window
    before = {step: walker.shown(step) for step in Step}
    window.go(Step.INPUT)
    walker.click(window.input_page.onnx_order)
    walker.settled()
    assert {step: walker.shown(step) for step in Step} == before
    walker.true()
    # Of an image it changes everything.
    walker.open(models[2])
    walker.reach(Step.CHECK)
    window.go(Step.INPUT)
    walker.click(window.input_page.keras_order)
    walker.settled()
    assert walker.shown(Step.CONVERT) is StepState.STALE
    walker.true()


def test_an_answer_to_a_choice_that_was_changed_meanwhile_is_stale(walker: Walker, models: list[Path]) -> None:
    walker.open(models[0])
    walker.reach(Step.INPUT)
    window = walker.window
    window.go(Step.CONVERT)
    walker.click(window.convert_page.convert_button)
    window.convert_page.trainable.click()
    walker.settled()
    assert walker.shown(Step.CONVERT) is StepState.STALE
    walker.true()
    window.convert_page.trainable.click()
    assert walker.shown(Step.CONVERT) is StepState.DONE
    walker.true()


def test_a_model_file_that_was_changed_on_disk_is_told_and_not_converted(walker: Walker, models: list[Path]) -> None:
    walker.open(models[0])
    walker.reach(Step.SAVE)
    write_model(models[0], seed=77)
    os.utime(models[0], ns=(1, 1))
    window = walker.window
    window.go(Step.CONVERT)
    assert walker.shown(Step.MODEL) is StepState.STALE
    assert not window.convert_page.convert_button.isEnabled()
    assert "changed" in window.convert_page._reason.text()
    rail = window.rail._buttons
    assert "changed" in rail[Step.MODEL].accessibleName() and "changed" not in rail[Step.CONVERT].accessibleName()
    window.go(Step.MODEL)
    assert "was changed" in window.model_page.notice.sentence.text()
    walker.click(window.model_page.notice.way_out)
    walker.settled()
    assert walker.shown(Step.MODEL) is StepState.DONE
    assert walker.shown(Step.CONVERT) is StepState.TODO
    walker.true()


def test_typing_during_a_dry_run_never_says_cancelled(walker: Walker, models: list[Path], qtbot: QtBot) -> None:
    walker.open(models[0])
    window = walker.window
    window.go(Step.INPUT)
    said = []
    for size in ("2", "20", "204", "2, 784", "3, 784"):
        window.input_page.enter_shape(0, size if "," in size else f"{size}, 784")
        window.input_page._timer.stop()
        window.input_page._try()
        assert window.active is not None
        said.append(window.input_page.strip.sentence.text())
        qtbot.wait(1)
        said.append(window.input_page.strip.sentence.text())
    assert not any("cancelled" in sentence for sentence in said)
    walker.true()
    assert walker.shown(Step.INPUT) is StepState.DONE


def test_the_check_of_a_large_model_waits_and_saving_needs_none(walker: Walker, models: list[Path]) -> None:
    large = write_model(models[0].with_name("large.pt2"), parameters=90_000_000)
    walker.open(large)
    walker.reach(Step.CONVERT)
    window = walker.window
    window.go(Step.CHECK)
    assert window.active is None and "90,000,000" in window.check_page.sentence.text()
    assert window.bottom.next_button.isEnabled()
    walker.reach(Step.SAVE)
    assert walker.shown(Step.SAVE) is StepState.DONE
    assert not window.save_page.report_buttons[0].isEnabled()
    assert "Check the model first" in window.save_page._report_reason.text()
    walker.true()


def test_a_stale_summary_says_so_where_nothing_was_checked_too(walker: Walker, models: list[Path]) -> None:
    walker.open(models[0])
    walker.reach(Step.CONVERT)
    window = walker.window
    window.convert_page.trainable.click()
    window.go(Step.CHECK)
    page = window.check_page
    for tab in (page.overview, page.summary):
        assert tab.stale.isVisibleTo(tab)
        assert not page.tabs.tabIcon(page.tabs.indexOf(tab)).isNull()
    walker.true()


def test_saving_ends_with_a_way_on(walker: Walker, models: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    walker.open(models[0])
    walker.reach(Step.SAVE)
    page = walker.window.save_page
    assert not page.open_report_button.isVisible()
    page.write_report_to(str(walker.folder / "report.html"))
    walker.settled()
    assert page.open_report_button.isVisible()
    walker.true()
    walker.click(page.another_button)
    assert walker.window.current is Step.MODEL
    assert walker.window.model_page.drop.browse.isVisible()


def test_the_files_of_results_are_bounded_in_number(walker: Walker, models: list[Path]) -> None:
    folder = walker.window.session.folder / "results"
    for seed in range(6):
        walker.open(write_model(models[0].with_name(f"model{seed}.pt2"), seed=seed + 50))
        walker.reach(Step.SAVE)
        walker.window.go(Step.CONVERT)
        walker.window.convert_page.trainable.click()
        walker.reach(Step.SAVE)
    assert len(list(folder.iterdir())) <= 6
    walker.true()


def test_a_failed_or_cancelled_job_changes_nothing_that_was_there(walker: Walker, models: list[Path]) -> None:
    walker.open(models[0])
    walker.reach(Step.SAVE)
    window = walker.window
    window.go(Step.CONVERT)
    window.convert_page.trainable.click()
    walker.workers.fail_next = True
    walker.click(window.convert_page.convert_button)
    walker.settled()
    assert walker.shown(Step.CONVERT) is StepState.FAILED
    walker.true()
    walker.click(window.convert_page.convert_button)
    walker.click(window.bottom.cancel_button)
    walker.settled()
    assert walker.shown(Step.CONVERT) is StepState.STALE
    walker.true()
    window.convert_page.trainable.click()
    assert walker.shown(Step.CONVERT) is StepState.DONE
    walker.true()


def test_the_window_is_titled_after_its_model(walker: Walker, models: list[Path]) -> None:
    assert walker.window.windowTitle() == "PT2K"
    walker.open(models[1])
    assert walker.window.windowTitle() == "wall.pt2 – PT2K"


def _opened_here(page: Any) -> list[QPushButton]:
    """The rows of other models of the window."""
    rows = [page._recent.itemAt(number).widget() for number in range(page._recent.count())]
    return [row for row in rows if row.objectName() == "openedHere"]


def test_a_model_with_a_conversion_that_was_not_saved_is_kept_however_many_are_opened_after_it(
    walker: Walker, tmp_path: Path
) -> None:
    models = [write_model(tmp_path / f"model{number}.pt2", features=9, seed=number) for number in range(6)]
    for model in models[:5]:
        walker.open(model)
        walker.reach(Step.CONVERT)
    walker.open(models[5])
    walker.window.model_page.choose_again()
    rows = _opened_here(walker.window.model_page)
    listed = [row.accessibleName().split(",")[0] for row in rows]
    assert listed == [f"model{number}.pt2" for number in (4, 3, 2, 1, 0)]
    QApplication.processEvents()  # rows are shown once they are laid out
    walker.click(rows[-1])
    assert walker.window.state.record.file_name == "model0.pt2"
    assert walker.window.state.conversion is not None
    walker.true()


def test_no_way_to_another_model_is_offered_while_a_job_runs_and_the_reason_stands_there(
    walker: Walker, models: list[Path]
) -> None:
    window, page = walker.window, walker.window.model_page
    walker.open(models[1])
    walker.open(models[0])
    walker.reach(Step.INPUT)
    window.go(Step.CONVERT)
    window.convert_page.convert_button.click()
    assert window.active is not None
    window.go(Step.MODEL)
    page.choose_again()
    rows = _opened_here(page)
    ways = [page.drop.browse, page.drop.package, *page._samples, *rows]
    assert len(ways) == 5
    assert not any(way.isEnabled() for way in ways)
    assert page._open_reason.text() == "Another job is running."
    page.show_recent()  # as after the settings were closed
    assert not any(row.isEnabled() for row in _opened_here(page))
    walker.settled()
    assert all(way.isEnabled() for way in ways[:4])
    assert page._open_reason.isHidden()


def test_the_weights_beside_an_onnx_file_are_part_of_the_model(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    from pt2k_gui.gui.record import files_read
    from pt2k_gui.gui.state import ConversionState
    from pt2k_gui.jobs import inspect
    from pt2k_gui.progress import SilentContext

    helper = onnx.helper
    weight = onnx.numpy_helper.from_array(np.ones((300, 300), np.float32), "w")
    ends = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", 300]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "net", ends[:1], ends[1:], [weight])
    path, beside = tmp_path / "net.onnx", tmp_path / "net.bin"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.save_model(model, str(path), save_as_external_data=True, location=beside.name, size_threshold=0)
    state, source = ConversionState(tmp_path / "session"), Source(str(path))
    keys: list[str] = []
    for number in (0x3F800000, 0x40000000):  # 1.0 and 2.0: the file's size stays
        beside.write_bytes(np.full(beside.stat().st_size // 4, number, np.uint32).tobytes())
        if keys:
            assert state.look_at_disk()
            assert state.state(Step.MODEL) is StepState.STALE
        read = files_read(source)
        found = inspect.run(inspect.Request(source, 60), SilentContext())
        assert found.card is not None
        keys.append(state.open_model(source, found.card, read, parts=found.parts).key)
        assert state.state(Step.MODEL) is StepState.DONE
    assert len(state.records) == len(set(keys)) == 2


def test_the_keyboard_is_back_on_save_once_it_has_saved(walker: Walker, models: list[Path]) -> None:
    """Save is disabled while it runs, and Qt moves the focus on; Enter would press what happens to be next."""
    walker.open(models[0])
    walker.reach(Step.CONVERT)
    walker.window.activateWindow()
    walker.reach(Step.SAVE)
    assert walker.window.state.saved
    assert walker.window.focusWidget() is walker.window.save_page.save_button


def test_the_main_action_is_in_sight_in_a_small_window(walker: Walker, models: list[Path]) -> None:
    walker.window.resize(960, 440)
    walker.open(models[0])
    walker.reach(Step.INPUT)
    walker.window.go(Step.CONVERT)
    button = walker.window.convert_page.convert_button
    walker.qtbot.waitUntil(lambda: button.visibleRegion().boundingRect().height() == button.height(), timeout=2000)
