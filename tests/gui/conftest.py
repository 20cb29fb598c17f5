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
from pt2k_gui.gui.record import Conversion, Options, Work, files_read
from pt2k_gui.gui.session import Session
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.state import STEP_OF, ConversionState, Job, Snapshot, Step, StepState
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
def finished(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Every step of the sample MLP, run by the jobs themselves."""
    from pt2k_gui.jobs import convert, dry_run, export, load, verify

    folder = tmp_path_factory.mktemp("finished")
    context = SilentContext()
    source = Source(str(resource("samples/digits-mlp.pt2")))
    info = load.run(load.Request(source), context)
    onnx, keras = str(folder / "model.onnx"), str(folder / "model.keras")
    exported = export.run(export.Request(source, info.inputs, onnx), context)
    converted = convert.run(convert.Request(onnx, keras, name="digits-mlp"), context)
    samples = SampleChoice("digits", count=SAMPLES)
    verification = verify.run(verify.Request(source, onnx, keras, str(folder), samples, True), context)
    dry = dry_run.run(dry_run.Request(source, info.inputs), context)
    state = ConversionState(folder)
    record = state.open_model(source, info, files_read(source))
    state.choose_samples(samples)
    for work, value in (
        (Work.DRY_RUN, dry),
        (Work.CONVERT, Conversion(exported, converted, (), Options(), info.inputs, source)),
        (Work.CHECK, verification),
    ):
        state.answer(Job(work, state.key(work), record.key), value)
    return state.snapshot(Step.CHECK)


@pytest.fixture
def at(driver: Driver, finished: Snapshot) -> Callable[[Step], Driver]:
    """Puts the window at a step with everything before it done."""

    def put(step: Step) -> Driver:
        snapshot = copy.deepcopy(finished)
        (record,) = snapshot.records
        for work, of in STEP_OF.items():
            if of.value >= step.value:
                record.results.pop(work, None)
        driver.window.state.restore(snapshot if step is not Step.MODEL else Snapshot())
        for page in (driver.window.page(step) for step in Step):
            page.show_state()
        return driver

    return put
