"""A monkey in the window: random but possible actions from a seed, and after each of them the window says the truth."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPushButton, QWidget

sys.path.insert(0, str(Path(__file__).parent / "doubles"))
from fake_jobs import FakeWorkers, write_model
from truth import untruths

from pt2k_gui.gui.question import QuestionDialog
from pt2k_gui.gui.record import Work
from pt2k_gui.gui.session import Session, interrupted
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.state import Step
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.window import MainWindow
from pt2k_gui.gui.worker import Workers
from pt2k_gui.resources import resource

LONGEST = 0.25  # seconds that the window's thread computes for one action
SHAPES = (
    "batch, 784", "3, 784", "N, 100", "batch, 1, 28, 28", "batch, 9", "7, 9", "", "nonsense!", "1, 1, 256, 784", "-4, 9",
)  # fmt: skip
NAMES = ("mine", "", "a/b", "model two", ".hidden", "x" * 250, "数字")
KEYS = (
    (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier),
    (Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier),
    (Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier),
    *((key, Qt.KeyboardModifier.ControlModifier) for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4)),
    (Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier),
)


class Monkey:
    """Acts on a window.

    Args:
        make: makes a window, for the first time and after a crash.
        files: what can be opened; the last one is no model.
    """

    def __init__(self, seed: int, make: Callable[[], Any], files: list[Path], folder: Path) -> None:
        self.chance = random.Random(seed)
        self.make, self.files, self.folder = make, files, folder
        self.window: Any = make()
        self.asked = 0
        self.done: list[str] = []
        self.longest = 0.0

    def act(self) -> None:
        """One action, and what follows from it; raises ``AssertionError`` where the window says something untrue."""
        actions = self._possible()
        name = self.chance.choice(list(actions))
        self.done.append(f"{name} on {self.window.current.name}")
        began = time.thread_time()
        actions[name]()
        QApplication.processEvents()
        took = time.thread_time() - began
        if name != "crash and resume":  # which makes another window
            self.longest = max(self.longest, took)
        wrong = untruths(self.window)
        assert not wrong, f"after {len(self.done)} actions, {self.done[-6:]}: {wrong}"
        assert self.longest < LONGEST, f"{self.done[-3:]} held the window for {took:.2f} s"
        if self.chance.random() < 0.3:
            QTest.qWait(self.chance.choice((1, 4, 20)))
            wrong = untruths(self.window)
            assert not wrong, f"some time after {len(self.done)} actions, {self.done[-6:]}: {wrong}"

    def _possible(self) -> dict[str, Callable[[], object]]:
        window, chance = self.window, self.chance
        actions: dict[str, Callable[[], object]] = {
            "open": lambda: window.open_path(str(chance.choice(self.files))),
            "drop": self._drop,
            "browse": self._browse,
            "rail": lambda: self._press(chance.choice(list(window.rail._buttons.values()))),
            "theme": lambda: self._press(window.rail.theme_button),
            "resize": lambda: window.resize(chance.randint(1024, 1700), chance.randint(640, 1000)),
            "log": lambda: self._press(window.bottom.log_button),
            "key": lambda: QTest.keyClick(QApplication.focusWidget() or window, *chance.choice(KEYS)),
            "next": lambda: self._press(window.bottom.next_button),
            "back": lambda: self._press(window.bottom.back_button),
            "wait": lambda: QTest.qWait(chance.choice((1, 10, 40))),
            "touch": self._touch,
            "close and stay": self._close_and_stay,
        }
        if chance.random() < 0.1:
            actions["crash and resume"] = self._crash
        if window.active is not None:
            actions["cancel"] = lambda: self._press(window.bottom.cancel_button)
        actions.update(self._on_page())
        return actions

    def _on_page(self) -> dict[str, Callable[[], object]]:
        window, chance = self.window, self.chance
        page = window.page(window.current)
        match window.current:
            case Step.MODEL:
                rows = [row for row in page.findChildren(QPushButton) if row.property("kind") == "flat"]
                return {
                    "choose again": page.choose_again,
                    "train": lambda: self._work(page.train_button, Work.TRAIN),
                    "stop": lambda: self._press(page.stop_button),
                    "row": lambda: self._press(chance.choice(rows)),
                    "save network": lambda: self._press(page.save_network_button),
                    "way out": lambda: self._press(page.notice.way_out),
                }
            case Step.INPUT:
                presets = [made for made in page.findChildren(QPushButton) if made.objectName().startswith("preset")]
                return {
                    "shape": lambda: page.enter_shape(0, chance.choice(SHAPES)) if page._fields else None,
                    "shape again": lambda: page.enter_shape(0, chance.choice(SHAPES[:3])) if page._fields else None,
                    "preset": lambda: self._press(chance.choice(presets)),
                    "as proposed": lambda: self._press(page.findChild(QPushButton, "proposed")),
                    "axis order": lambda: self._press(chance.choice((page.keras_order, page.onnx_order))),
                    "try now": page._timer.timeout.emit,
                }
            case Step.CONVERT:
                return {
                    "convert": lambda: self._work(page.convert_button, Work.CONVERT),
                    "convert too": lambda: self._work(page.convert_button, Work.CONVERT),
                    "trainable": page.trainable.click,
                    "engine": lambda: page.engine.setCurrentIndex(chance.randint(0, 1)),
                }
            case Step.CHECK:
                return {
                    "check": lambda: self._work(page.check_button, Work.CHECK),
                    "samples": lambda: self._choose(page.samples, chance.randint(0, 3)),
                    "count": lambda: page.count.setValue(chance.choice((0, 5, 12))),
                    "tab": lambda: page.tabs.setCurrentIndex(chance.randrange(page.tabs.count())),
                    "measure": lambda: self._work(page.speed.measure, Work.SPEED),
                    "grid": lambda: self._press(page.grid.next),
                    "select": lambda: page.samples_tab.select(chance.randint(0, 12)),
                    "draw": lambda: page.samples_tab.drawn.emit(bytes(784)),
                }
        return {
            "save": lambda: self._work(page.save_button, Work.SAVE),
            "name": lambda: page.name.setText(chance.choice(NAMES)),
            "folder": lambda: page.folder.setText(chance.choice((str(self.folder), str(self.folder), "", "/nowhere"))),
            "format": lambda: chance.choice(page.rows).box.click(),
            "report": lambda: self._press(chance.choice(page.report_buttons)),
            "another": lambda: self._press(page.another_button),
            "copy": lambda: self._press(page.copy),
        }

    # The actions

    def _press(self, button: Any) -> None:
        if button is not None and button.isEnabled() and button.isVisible():
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def _work(self, button: Any, work: Work) -> None:
        """A button that begins work: where it is enabled, work begins or something is asked."""
        if not (button.isEnabled() and button.isVisible()):
            return
        asked = self.asked
        begun: list[object] = []
        original = self.window.state.begin

        def begin(job: Any) -> None:
            begun.append(job.work)
            original(job)

        self.window.state.begin = begin
        button.click()
        self.window.state.begin = original
        assert begun == [work] or self.asked > asked, f"{button.objectName()} is enabled and does nothing"

    def _choose(self, box: Any, place: int) -> None:
        box.setCurrentIndex(place)
        box.activated.emit(place)

    def _drop(self) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self.chance.choice(self.files)))])
        none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
        self.window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, none))

    def _browse(self) -> None:
        QTest.keyClick(self.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)

    def _touch(self) -> None:
        """Another program writes one of the files, or writes it as it is."""
        path = self.chance.choice(self.files[:-1])
        if self.chance.random() < 0.2 and "samples" not in path.parts:
            write_model(path, features=self.chance.choice((784, 9, 28)), seed=self.chance.randint(0, 9))
            self.window.state.look_at_disk()
            self.window.render_state()

    def _close_and_stay(self) -> None:
        asked = self.asked
        loss = self.window._would_lose()
        if loss:
            self.window.close()
            assert self.asked > asked and self.window.isVisible(), "it closed without a question"

    def _crash(self) -> None:
        """The process is gone; the next window takes its session up."""
        crashed = self.window
        crashed._closing = True
        crashed.workers.shutdown()
        crashed.session._lock.unlock()
        crashed.hide()
        found = interrupted()
        self.window = self.make()
        crashed.deleteLater()
        QCoreApplication.sendPostedEvents(crashed, QEvent.Type.DeferredDelete.value)  # or a theme styles it too
        if found is not None:
            self.window.resume(found)


@pytest.fixture
def cage(
    qapp: QApplication, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Monkey]]:
    """Makes monkeys whose questions and file dialogs are answered at random."""
    prepare(qapp)
    theme = Theme(qapp)
    theme.use("light")
    opened: list[MainWindow] = []
    monkeys: list[Monkey] = []
    (tmp_path / "out").mkdir()
    files = [
        write_model(tmp_path / "one.pt2", seed=1),
        write_model(tmp_path / "two.pt2", features=9, classes=3, seed=2),
        write_model(tmp_path / "three.pt2", features=28, seed=3),
        write_model(tmp_path / "large.pt2", parameters=9_000_000, seed=4),
        resource("samples/digits-mlp.pt2"),  # which the jobs of this test can't read
    ]

    def answer(_dialog: QuestionDialog) -> int:
        monkey = monkeys[-1]
        monkey.asked += 1
        closing = _dialog.windowTitle() == "Close PT2K?"
        yes = not closing and monkey.chance.random() < 0.5
        return (QDialog.DialogCode.Accepted if yes else QDialog.DialogCode.Rejected).value

    def looks_ours(parent: QWidget | None) -> None:
        while parent is not None and parent.styleSheet() != theme.sheet:
            parent = parent.parentWidget()
        assert parent is not None, "a file dialog without the style sheet"

    def file(parent: QWidget, *_: object) -> tuple[str, str]:
        looks_ours(parent)
        monkey = monkeys[-1]
        return monkey.chance.choice(("", str(monkey.chance.choice(files)))), ""

    def written(parent: QWidget, _title: str, suggested: str, *_: object) -> tuple[str, str]:
        looks_ours(parent)
        path = tmp_path / "out" / Path(suggested).name
        return monkeys[-1].chance.choice(("", str(path))), ""

    def folder(parent: QWidget, *_: object) -> str:
        looks_ours(parent)
        return monkeys[-1].chance.choice(("", str(tmp_path)))

    monkeypatch.setattr(QuestionDialog, "exec", answer)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", file)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", written)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", folder)
    monkeypatch.setattr("pt2k_gui.gui.sample_dialog.ImageForm.exec", lambda _form: QDialog.DialogCode.Rejected.value)

    def release(seed: int, *, real: bool = False) -> Monkey:
        def make() -> MainWindow:
            window = (
                MainWindow(theme, Settings(), Session(), warm=False)
                if real
                else MainWindow(
                    theme,
                    Settings(),
                    Session(),
                    workers=lambda parent: cast("Workers", FakeWorkers(parent, random.Random(seed))),
                )
            )
            for step in Step:
                window.page(step)  # which the application has made ahead, in pieces
            window.show()
            window.activateWindow()
            opened.append(window)
            return window

        models = [resource("samples/digits-mlp.pt2"), resource("samples/digits-cnn.pt2"), files[0]]
        monkeys.append(Monkey(seed, make, models if real else files, tmp_path / "out"))
        return monkeys[-1]

    yield release
    last = monkeys[-1].window
    last.shut_down()
    last.close()
    last.deleteLater()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_monkey_finds_nothing_untrue(cage: Callable[..., Monkey], seed: int) -> None:
    monkey = cage(seed)
    for _ in range(150):
        monkey.act()
    assert not _zombies()


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(10, 14))
def test_a_patient_monkey_finds_nothing_untrue(cage: Callable[..., Monkey], seed: int) -> None:
    """Five thousand actions in all, and some. Another seed and number of actions can be given, to share the work among
    processes."""
    actions = int(os.environ.get("PT2K_MONKEY_ACTIONS", "1300"))
    monkey = cage(int(os.environ.get("PT2K_MONKEY_SEED", seed)))
    for _ in range(actions):
        monkey.act()
    assert not _zombies()
    assert len({name.split(" on ")[0] for name in monkey.done}) >= 25  # it did a bit of everything
    print(f"{actions} actions, the longest held the window for {monkey.longest:.3f} s")


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_a_monkey_with_real_jobs_finds_nothing_untrue_and_leaves_no_process(cage: Callable[..., Monkey]) -> None:
    monkey = cage(5, real=True)
    for _ in range(200):
        monkey.act()
        if monkey.chance.random() < 0.2:
            QTest.qWait(monkey.chance.randint(100, 4000))
            assert not untruths(monkey.window)
    monkey.window.shut_down()
    assert [
        child for child in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(child.cmdline())
    ] == []


def _zombies() -> list[int]:
    children = psutil.Process().children(recursive=True)
    return [child.pid for child in children if child.status() == psutil.STATUS_ZOMBIE]
