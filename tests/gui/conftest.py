"""A real window for each test, and a walk that is finished, so that a test can begin at any step."""

from __future__ import annotations

import copy
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))
from forked import fork_children

from pt2k_gui.gui.question import QuestionDialog
from pt2k_gui.gui.record import Conversion, Options, Work, files_read
from pt2k_gui.gui.session import Session
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.state import STEP_OF, ConversionState, Job, Snapshot, Step, StepState
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.window import MainWindow
from pt2k_gui.jobs import convert, dry_run, export, verify
from pt2k_gui.jobs.pipeline import pipeline
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


@pytest.fixture(autouse=True)
def nothing_stays(qapp: QApplication) -> Iterator[None]:
    """Windows of earlier tests are gone. ``deleteLater`` alone waits for an event loop that no test runs, and every theme
    that is set would style each of them again."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The jobs' processes are forks of one that has the frameworks; in the long runs, and where a test says so, they are
    started as the application does."""
    started = any(request.node.get_closest_marker(name) for name in ("full", "started"))
    if request.module.__name__.rpartition(".")[2] != "test_worker" and not started:
        fork_children(monkeypatch)


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
    """Every step of the sample MLP, run by the jobs themselves: once in a run of the tests, whichever process asks."""
    shared = os.environ.get("PT2K_TEST_SHARED")
    kept = (Path(shared) if shared else tmp_path_factory.mktemp("shared")) / "finished.pickle"
    if not kept.exists():
        folder = kept.with_name(f"finished-{os.getpid()}")
        folder.mkdir()
        written = folder / "snapshot.pickle"
        written.write_bytes(pickle.dumps(_walk(folder)))
        written.replace(kept)
    snapshot: Snapshot = pickle.loads(kept.read_bytes())
    return snapshot


def _walk(folder: Path) -> Snapshot:
    source = Source(str(resource("samples/digits-mlp.pt2")))
    onnx, keras = str(folder / "model.onnx"), str(folder / "model.keras")
    samples = SampleChoice("digits", count=SAMPLES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PT2K_HOME", str(folder / "home"))
        fork_children(patch)
        with pipeline(SilentContext()) as steps:
            info = steps.load(source)
            exported = steps.run(export.Request(source, info.inputs, onnx))
            converted = steps.run(convert.Request(onnx, keras, name="digits-mlp"))
            verification = steps.run(verify.Request(source, onnx, keras, str(folder), samples, True))
            dry = steps.run(dry_run.Request(source, info.inputs))
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
