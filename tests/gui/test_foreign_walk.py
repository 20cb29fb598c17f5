"""A model whose code runs in the user's own interpreter, in the window: asked for, opened, walked with, killed, cancelled."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).parent.parent / "sources"))
from interpreters import Held, make_held, make_stand_in, needs_links

from pt2k_gui.gui.needs import NeedsDialog
from pt2k_gui.gui.package_dialog import PackageDialog
from pt2k_gui.gui.record import Work
from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.widgets.interpreter_field import InterpreterField
from pt2k_gui.problem import Problem
from pt2k_gui.sources import trust
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.interpreters import look_at
from pt2k_gui.sources.trust import NeedsTrust

pytestmark = needs_links


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_stand_in(tmp_path_factory.mktemp("environment") / "venv")


@pytest.fixture
def held(python: str, tmp_path: Path) -> Held:
    return make_held(python, tmp_path)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    prepare(qapp)
    return Theme(qapp)


@pytest.fixture
def answering(qtbot: QtBot) -> Iterator[Callable[[Callable[[QDialog], None]], None]]:
    """Has each dialog that appears answered from within the event loop that it runs."""
    timer = QTimer()

    def begin(answer: Callable[[QDialog], None]) -> None:
        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, QDialog):
                answer(dialog)

        timer.timeout.connect(look)
        timer.start(50)

    yield begin
    timer.stop()


def test_environments_beside_the_repository_are_offered_with_their_pytorch_and_none_is_started(
    python: str, tmp_path: Path, theme: Theme, qtbot: QtBot
) -> None:
    repository = tmp_path / "repository"
    (repository / "models").mkdir(parents=True)
    environment = repository / ".venv"
    packages = environment / "lib" / "python3.9" / "site-packages" / "torch"
    packages.mkdir(parents=True)
    (environment / "bin").mkdir()
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.9.18\n")
    (packages / "version.py").write_text("__version__ = '1.12.1+cpu'\n")
    started = tmp_path / "started"
    program = environment / "bin" / "python"
    program.write_text(f"#!/bin/sh\ntouch {started}\n")
    program.chmod(0o755)
    field = InterpreterField(theme, [str(repository / "models" / "net.pth")], [python])
    qtbot.addWidget(field)
    texts = [field.choice.itemText(place) for place in range(field.choice.count())]
    assert field.python() == ""
    assert texts[1].startswith("repository/.venv, Python 3.9.18, PyTorch 1.12.1+cpu")
    assert any(text.startswith("environment0/venv") and "PyTorch" in text for text in texts)
    field.choice.setCurrentIndex(1)
    assert field.python() == str(program)
    assert "1.13" in field.words.text()  # older than what is needed
    field.use(str(tmp_path))
    assert "no Python interpreter in the folder" in field.words.text()
    assert field.python() == str(program)
    field.use(str(Path(python).parent.parent))
    assert field.python() == python
    assert look_at(python).torch in field.words.text()
    assert not started.exists()


def test_a_name_is_found_by_parts_of_it_after_the_interpreter_was_agreed_to(
    python: str, theme: Theme, qtbot: QtBot, own_home: Path
) -> None:
    asked: list[str] = []

    def lists(
        request: Any, found: Callable[[tuple[str, ...]], None], refused: Callable[[Problem], None]
    ) -> Callable[[], None]:
        asked.append(request.python)
        names = ("timm:resnet18", "timm:resnet50", "torchvision.models:resnet18", "timm:vit_tiny")
        if request.python and not trust.agreed("1" * 64):
            refused(NeedsTrust("start it?", path=request.python, sha256="1" * 64))
        else:
            found(names if request.python else ())
        return lambda: None

    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = PackageDialog(parent, theme, lists, [python])
    dialog.show()
    qtbot.waitUntil(lambda: bool(asked))
    assert not dialog.open_button.isEnabled()
    dialog.interpreter.use(python)
    assert python in dialog.notice.sentence.text()
    dialog.notice.way_out.click()
    assert trust.agreed("1" * 64)
    assert dialog.found.count() == 4
    dialog.search.setText("resnet 18")
    assert dialog.name() == "timm:resnet18"
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    assert dialog.name() == "torchvision.models:resnet18"
    assert dialog.count.text() == "2 of 4 models"
    dialog.pretrained.setChecked(True)
    assert dialog.source() == Source("torchvision.models:resnet18", weights="pretrained", python=python)
    dialog.search.setText("mine.models:Net")  # a whole name that no list has
    assert dialog.source().path == "mine.models:Net"
    dialog.search.setText("nothing of the kind")
    assert not dialog.open_button.isEnabled()


@pytest.mark.slow
def test_a_model_by_name_asks_for_its_interpreter_and_opens_there(
    driver: Any, python: str, answering: Callable[[Callable[[QDialog], None]], None]
) -> None:
    asked: list[str] = []

    def answer(dialog: QDialog) -> None:
        if isinstance(dialog, NeedsDialog):
            asked.append(dialog._found.needs)
            if dialog._found.needs == "interpreter":
                dialog.interpreter.use(python)
            dialog.accept()

    answering(answer)
    driver.window.open_path("speciality:tiny")
    driver.until(Step.MODEL, StepState.DONE)
    assert asked == ["interpreter", "consent"]
    assert driver.window.state.record.file_name == "speciality:tiny"
    assert driver.window.state.record.proposed_name == "tiny"
    assert driver.window.state.source.python == python
    assert driver.window.model_page.services.settings.interpreters == [python]


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_whole_walk_with_the_interpreter_killed_and_the_work_cancelled_in_each_step(
    driver: Any, held: Held, qtbot: QtBot, answering: Callable[[Callable[[QDialog], None]], None]
) -> None:
    window, python = driver.window, held.source.python
    code = held.source.code

    def answer(dialog: QDialog) -> None:
        if isinstance(dialog, NeedsDialog):
            if dialog._found.needs != "consent":
                dialog._code.setText(code)
                dialog.interpreter.use(python)
            dialog.accept()

    def process() -> psutil.Process:
        children = psutil.Process(window.active.child_pid).children(recursive=True)
        return next(child for child in children if child.cmdline()[0] == python)

    def disturbed(step: Step, begin: Callable[[], None]) -> None:
        """Begin the step's work, cancel it; begin it again, kill the interpreter; both are told, and nothing hangs."""
        held.hold()
        begin()
        qtbot.waitUntil(held.waits, timeout=120_000)
        other, began = process(), time.monotonic()
        window.bottom.cancel_button.click()
        driver.idle()
        qtbot.waitUntil(lambda: not other.is_running() or other.status() == psutil.STATUS_ZOMBIE, timeout=3000)
        assert time.monotonic() - began < 3  # a second, and what a busy machine adds
        (held.folder / "waiting").unlink()
        begin()
        qtbot.waitUntil(held.waits, timeout=120_000)
        process().kill()
        driver.idle()
        assert driver.step(step) is StepState.FAILED
        held.let_go()

    answering(answer)
    opening = [held.source.path]
    disturbed(Step.MODEL, lambda: window.open_path(opening[0]))
    assert python in window.model_page.notice.sentence.text()
    window.open_path(held.source.path)
    driver.until(Step.MODEL, StepState.DONE)
    assert window.state.source.python == python
    assert window.state.info.layers[0].type == "Network"

    def try_inputs() -> None:
        if window.current is not Step.INPUT:
            window.go(Step.INPUT)
        else:
            window.input_page.strip.way_out.click()

    disturbed(Step.INPUT, try_inputs)
    assert "was killed" in window.input_page.strip.sentence.text()
    window.input_page.enter_shape(0, "N,3,8,8")
    driver.until(Step.INPUT, StepState.DONE)
    assert window.state.dry_run.outputs[0].shape == ("batch", 5)
    window.go(Step.CONVERT)
    disturbed(Step.CONVERT, window.convert_page.convert_button.click)
    assert python in window.convert_page.notice.sentence.text()
    window.convert_page.convert_button.click()
    driver.until(Step.CONVERT, StepState.DONE)
    held.hold()
    window.go(Step.CHECK)
    if window.active is None:
        window.check_page.check_button.click()
    assert window.active is not None, (window.current, window.state.obstacle(Work.CHECK), window.state.verification)
    qtbot.waitUntil(held.waits, timeout=120_000)
    process().kill()
    driver.idle()
    assert driver.step(Step.CHECK) is StepState.FAILED
    held.let_go()
    window.check_page.check_button.click()
    driver.until(Step.CHECK, StepState.DONE)
    verification = window.state.verification
    assert verification.verdict.same
    assert verification.truth == "PyTorch float64"
    layers = {node.layers[0] for node in window.state.conversion.converted.report.nodes if node.layers}
    assert {"features_0", "head"} <= layers
