"""A real window for each test, and a walk that is finished, so that a test can begin at any step."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.question import QuestionDialog
from pt2k_gui.gui.session import Session
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.state import Step, StepState, Walk
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.window import MainWindow
from pt2k_gui.progress import SilentContext
from pt2k_gui.resources import resource
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice

PATIENCE = 300_000  # milliseconds; a child imports torch and TensorFlow first, beside the children of other tests
SAMPLES = 300


@pytest.fixture(autouse=True)
def no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that nobody answers would hold the test for ever."""

    def asked(dialog: QuestionDialog) -> None:
        raise AssertionError(f"the window asked: {dialog.windowTitle()}")

    monkeypatch.setattr(QuestionDialog, "exec", asked)


@dataclass
class Driver:
    """The window and the words to drive it with."""

    window: MainWindow
    qtbot: QtBot

    @property
    def state(self) -> object:
        return self.window.state

    def step(self, step: Step) -> StepState:
        return self.window.state.state(step)

    def idle(self) -> None:
        """Wait until no job runs."""
        self.qtbot.waitUntil(lambda: self.window.active is None, timeout=PATIENCE)

    def until(self, step: Step, *states: StepState) -> None:
        self.qtbot.waitUntil(lambda: self.step(step) in states and self.window.active is None, timeout=PATIENCE)

    def running(self) -> None:
        """Wait until a job's child process works."""
        self.qtbot.waitUntil(
            lambda: self.window.active is not None and self.window.active.child_pid != 0, timeout=PATIENCE
        )


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, own_home: Path) -> Iterator[Callable[[], Driver]]:
    """Opens windows as the application does; all are closed in the end."""
    prepare(qapp)
    theme = Theme(qapp)
    theme.use("light")
    opened: list[MainWindow] = []

    def make() -> Driver:
        window = MainWindow(theme, Settings(), Session(), warm=False)
        opened.append(window)
        window.show()
        return Driver(window, qtbot)

    yield make
    for window in opened:
        window.shut_down()
        window.close()
        window.deleteLater()


@pytest.fixture
def driver(open_window: Callable[[], Driver]) -> Driver:
    return open_window()


@pytest.fixture(scope="session")
def finished_walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Every step of the sample MLP, run by the jobs themselves."""
    from pt2k_gui.jobs import convert, dry_run, export, load, verify

    folder = tmp_path_factory.mktemp("walk")
    context = SilentContext()
    walk = Walk(source=Source(str(resource("samples/digits-mlp.pt2"))))
    assert walk.source is not None
    walk.card = load.run(load.Request(walk.source), context)
    walk.inputs = walk.card.inputs
    walk.dry_run = dry_run.run(dry_run.Request(walk.source, walk.inputs), context)
    onnx, keras = str(folder / "model.onnx"), str(folder / "model.keras")
    walk.exported = export.run(export.Request(walk.source, walk.inputs, onnx), context)
    walk.converted = convert.run(convert.Request(onnx, keras), context)
    walk.samples = SampleChoice("digits", count=SAMPLES)
    request = verify.Request(walk.source, onnx, keras, str(folder), walk.samples, True)
    walk.verification = verify.run(request, context)
    for step in (Step.MODEL, Step.INPUT, Step.CONVERT, Step.CHECK):
        walk.states[step] = StepState.DONE
    return walk


@pytest.fixture
def at(driver: Driver, finished_walk: Walk) -> Callable[[Step], Driver]:
    """Puts the window at a step with everything before it done."""

    def put(step: Step) -> Driver:
        walk = copy.copy(finished_walk) if step is not Step.MODEL else Walk()
        walk.states = {other: StepState.DONE if other.value < step.value else StepState.TODO for other in Step}
        walk.lines = {}
        if step.value <= Step.INPUT.value:
            walk.dry_run = None
        if step.value <= Step.CONVERT.value:
            walk.exported = walk.converted = None
        if step.value <= Step.CHECK.value:
            walk.verification = None
        driver.window.state.restore(walk)
        for page in (driver.window.page(step) for step in Step):
            page.restore()
        return driver

    return put
