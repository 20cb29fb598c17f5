"""What the window makes and throws away leaves nothing behind that is still told of a theme, a language or a change."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).parent / "doubles"))
from fake_jobs import FakeWorkers, write_model

import pt2k_gui.gui
from pt2k_gui.gui.about import AboutDialog, DiagnosticsDialog, LicencesDialog
from pt2k_gui.gui.dialogs import SettingsDialog
from pt2k_gui.gui.guide.window import GuideWindow
from pt2k_gui.gui.language import use_language
from pt2k_gui.gui.logs import CrashLogDialog
from pt2k_gui.gui.needs import NeedsDialog
from pt2k_gui.gui.question import QuestionDialog, TellDialog
from pt2k_gui.gui.reply import Reply
from pt2k_gui.gui.sample_dialog import ImageForm
from pt2k_gui.gui.session import Session
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.shortcuts import ShortcutsDialog
from pt2k_gui.gui.source_dialog import SourceForm
from pt2k_gui.gui.state import Step
from pt2k_gui.gui.steps_dialog import StepsDialog
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.widgets.basics import Icon, button
from pt2k_gui.gui.widgets.plot import Plot, PlottingImport
from pt2k_gui.gui.window import MainWindow
from pt2k_gui.gui.worker import Workers
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspection import CLASS, Inspection
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.preprocessing import ImageSettings, parse_steps


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    prepare(qapp)
    made = Theme(qapp)
    made.use("light")
    yield made
    use_language(qapp, "en")


@pytest.fixture
def window(theme: Theme, own_home: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[Any]:
    made = MainWindow(theme, Settings(), Session(), workers=lambda parent: cast("Workers", FakeWorkers(parent)))
    made.show()
    made.open_path(str(write_model(tmp_path / "one.pt2")))
    qtbot.waitUntil(lambda: made.active is None, timeout=20_000)
    yield made
    _destroy(made)


def _destroy(widget: QObject) -> None:
    if isinstance(widget, MainWindow):
        widget.shut_down()
        widget.hide()
    elif isinstance(widget, QWidget):
        widget.close()
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()


def _switch(qapp: QApplication, theme: Theme) -> None:
    for name, language in (("dark", "zh_CN"), ("light", "en"), ("dark", "en")):
        theme.use(name)
        use_language(qapp, language)
        PlottingImport.instance().ready.emit()
        QApplication.processEvents()


DIALOGS: dict[str, Callable[[Any, Theme], QDialog]] = {
    "about": AboutDialog,
    "settings": lambda window, theme: SettingsDialog(window, theme, window.settings),
    "licences": LicencesDialog,
    "diagnostics": lambda window, theme: DiagnosticsDialog(window, theme, lambda: ["a line"]),
    "guide": lambda window, theme: GuideWindow(window, theme, "en"),
    "crash log": CrashLogDialog,
    "question": lambda window, theme: QuestionDialog(window, "Why?", "Because.", "Yes", "No"),
    "tell": lambda window, theme: TellDialog(window, "It is so.", "Do this."),
    "shortcuts": lambda window, theme: ShortcutsDialog(window),
    "images": lambda window, theme: ImageForm(window, ImageSettings(), 3, (64, 64)),
    "steps": lambda window, theme: StepsDialog(
        window, parse_steps(["resize 24; grayscale; to_float; normalize 0.5 1"]), 1
    ),
    **{
        kind: lambda window, theme, kind=kind: SourceForm(window, SampleChoice(kind, "a"))  # type: ignore[misc]
        for kind in ("audio", "text", "file", "video")
    },
    "needs": lambda window, theme: NeedsDialog(
        window, theme, Source("a.pt"), Inspection("a.pt", "state dict", 1, "", needs=CLASS, sentence="Which class?")
    ),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_that_is_gone_is_told_nothing(window: Any, theme: Theme, qapp: QApplication, name: str) -> None:
    dialog = DIALOGS[name](window, theme)
    dialog.show()
    _switch(qapp, theme)
    _destroy(dialog)
    _switch(qapp, theme)  # an exception in a slot fails the test


def test_a_window_that_is_gone_is_told_nothing(theme: Theme, own_home: Path, tmp_path: Path, qtbot: QtBot) -> None:
    for number in range(2):
        made: Any = MainWindow(
            theme, Settings(), Session(), workers=lambda parent: cast("Workers", FakeWorkers(parent))
        )
        made.show()
        made.after_first_paint()
        made.open_path(str(write_model(tmp_path / f"model{number}.pt2")))
        qtbot.wait(100)
        for step in Step:
            made.page(step)
            made.go(step)
        _destroy(made)
    _switch(cast("QApplication", QApplication.instance()), theme)


def test_a_list_that_is_filled_anew_leaves_nothing_behind(window: Any, theme: Theme, qapp: QApplication) -> None:
    window.settings.remember(_recent(window))
    for _ in range(5):
        window.model_page.show_recent()
        window.convert_page._plan()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    _switch(qapp, theme)


def _recent(window: Any) -> Any:
    from pt2k_gui.gui.settings import Recent

    return Recent(window.state.source.path, "export program", "2026-01-01")


_MANY_TREES = """
from PySide6.QtWidgets import QApplication
from pt2k_gui.gui.widgets.layer_tree import LayerTree
from pt2k_gui.sources.card import LayerRow

application = QApplication([])
tree = LayerTree()
for number in range(2000):
    tree.show_layers((LayerRow("", "Net", 0), LayerRow("a.b", "Linear", 1)), f"model {number}")
print("done")
"""


def test_a_layer_tree_that_is_filled_for_the_thousandth_model_does_not_crash() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _MANY_TREES], capture_output=True, text=True, timeout=120, check=False
    )
    assert (answer.stdout.strip(), answer.returncode) == ("done", 0), answer.stderr


def test_qt_drops_a_connection_to_a_method_with_its_widget(theme: Theme, qtbot: QtBot) -> None:
    """On this the rule of the next test rests."""
    widgets: list[QWidget] = [QPushButton(), button("Save", "save", "", "save", theme), Icon(theme, "info")]
    widgets.append(Plot(theme, "aPlot"))
    for widget in widgets:
        _destroy(widget)
    theme.use("dark")


_DELETED_MEANWHILE = """
import os, random, sys, threading, time
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pt2k_gui.gui.reply import Reply

application, loop = QApplication([]), QEventLoop()
sys.setswitchinterval(0.0005)
replies, heard, end = [], [], time.monotonic() + 6

class Plot(QWidget):
    def take(self, number):
        heard.append(number)

def draw():
    while time.monotonic() < end:
        if replies:
            random.choice(replies)(1)
        time.sleep(0)

def make_and_delete():
    if time.monotonic() > end:
        loop.quit()
        return
    window = QWidget()
    column = QVBoxLayout(window)
    plots = [Plot() for _ in range(30)]
    for plot in plots:
        column.addWidget(plot)
    replies[:] = [Reply(plot.take) for plot in plots]
    QTimer.singleShot(random.choice((0, 0, 1)), window, window.deleteLater)
    QTimer.singleShot(0, make_and_delete)

threads = [threading.Thread(target=draw, daemon=True) for _ in range(2)]
for thread in threads:
    thread.start()
QTimer.singleShot(0, make_and_delete)
loop.exec()
print("done", len(heard) > 0, flush=True)
os._exit(0)
"""


def test_threads_that_answer_to_widgets_while_these_are_deleted_do_not_crash() -> None:
    """With a signal of the widget in the place of ``Reply`` this crashed in Qt within two seconds."""
    answer = subprocess.run(
        [sys.executable, "-c", _DELETED_MEANWHILE], capture_output=True, text=True, timeout=120, check=False
    )
    assert (answer.stdout.strip(), answer.returncode) == ("done True", 0), answer.stderr


def test_a_widget_that_is_gone_gets_no_answer_and_one_that_is_there_does(qtbot: QtBot) -> None:
    heard: list[int] = []

    class Receiver(QWidget):
        def take(self, number: int) -> None:
            heard.append(number)

    gone, there = Receiver(), Receiver()
    replies = [Reply(receiver.take) for receiver in (gone, there)]
    qtbot.addWidget(there)
    _destroy(gone)
    for number, reply in enumerate(replies):
        threading.Thread(target=reply, args=(number,)).start()
    qtbot.waitUntil(lambda: heard == [1])


def test_a_thread_gets_a_reply_and_no_method_of_a_widget() -> None:
    wrong = []
    for path in Path(pt2k_gui.gui.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("().submit"):
                wrong += [f"{path.name}:{call.lineno}" for part in call.args[:1] if not isinstance(part, ast.Name)]
    assert wrong == []


def test_no_qt_object_is_left_to_the_garbage_collector_which_runs_in_any_thread(
    theme: Theme, own_home: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    gc.collect()
    settings = Settings()  # which lives as long as the program
    made: Any = MainWindow(theme, settings, Session(), workers=lambda parent: cast("Workers", FakeWorkers(parent)))
    made.show()
    for step in Step:
        made.page(step)
    for make in DIALOGS.values():
        dialog = make(made, theme)
        dialog.show()
        _destroy(dialog)
        del dialog
    _destroy(made)
    del made
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        left = [
            type(thing).__name__
            for thing in gc.garbage
            if isinstance(thing, QObject) and shiboken6.isValid(thing) and shiboken6.ownedByPython(thing)
        ]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    assert left == []


LONG_LIVED = ("theme.changed", "_theme.changed", "state.changed", "ready", "styleHints().colorSchemeChanged")


def test_what_lives_long_is_never_connected_to_a_function_that_holds_a_widget() -> None:
    """Qt drops a connection with its receiver; a lambda or an inner function has none, and is called for ever."""
    wrong = []
    folder = Path(pt2k_gui.gui.__file__).parent
    for path in folder.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if not (
                isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "connect"
            ):
                continue
            sender = ast.unparse(call.func.value)
            if sender.endswith(LONG_LIVED) and not isinstance(call.args[0], ast.Attribute):
                wrong.append(f"{path.name}:{call.lineno}: {ast.unparse(call)}")
    assert wrong == []


def test_garbage_is_collected_in_the_windows_thread_alone(theme: Theme, qtbot: QtBot) -> None:
    """``theme`` prepares the application as the program does."""
    collected_in = []

    class Cycle:
        def __init__(self) -> None:
            self.itself = self
            self.others = [[self] for _ in range(10)]

        def __del__(self) -> None:
            collected_in.append(threading.current_thread())

    def allocate() -> None:
        for _ in range(20_000):
            Cycle()

    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert collected_in == []
    qtbot.waitUntil(lambda: len(collected_in) == 20_000, timeout=10_000)
    assert set(collected_in) == {threading.main_thread()}
