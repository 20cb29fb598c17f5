"""What a person keeps: settings over upgrades and damage, the walk over a crash, and a word about what went wrong."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication

from pt2k_gui import crash_log
from pt2k_gui.gui.logs import CrashLogDialog
from pt2k_gui.gui.session import Session, interrupted
from pt2k_gui.gui.settings import VERSION, Recent, Settings
from pt2k_gui.gui.state import Snapshot, Step, StepState
from pt2k_gui.jobs.process import ChildDied


def _run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Another process of PT2K, with the same home."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


# Settings


def _ini(home: Path) -> Path:
    return home / "settings" / "pt2k.ini"


def test_settings_of_an_older_version_are_kept_by_an_upgrade(own_home: Path) -> None:
    older = QSettings(str(_ini(own_home)), QSettings.Format.IniFormat)
    older.setValue("version", VERSION - 1)
    older.setValue("theme", "dark")
    older.setValue("forgotten/key", "still there")
    older.sync()
    upgraded = Settings()
    upgraded.language = "zh_CN"
    upgraded.sync()
    assert (upgraded.theme, upgraded.version, upgraded.set_aside) == ("dark", VERSION, None)
    assert "key=still there" in _ini(own_home).read_text(encoding="utf-8")


def test_settings_of_a_newer_version_survive_an_older_one(own_home: Path) -> None:
    Settings().theme = "dark"
    newer = QSettings(str(_ini(own_home)), QSettings.Format.IniFormat)
    newer.setValue("version", VERSION + 5)
    newer.setValue("future/key", "precious")
    newer.sync()
    older = Settings()
    assert older.theme == "dark"
    older.theme = "light"
    older.sync()
    text = _ini(own_home).read_text(encoding="utf-8")
    assert f"version={VERSION + 5}" in text
    assert "key=precious" in text
    assert older.set_aside is None


@pytest.mark.parametrize(
    "damage",
    [b"\x00" * 400, b"theme=dark\n[opti", b"<html>not settings</html>", b'[General]\nrecent="[[\\"a'],
    ids=["zeros", "cut off", "another file", "cut in a value"],
)
def test_damaged_settings_are_set_aside_and_the_window_says_so(
    own_home: Path, damage: bytes, open_window: Callable[[], Any]
) -> None:
    _ini(own_home).parent.mkdir(parents=True)
    _ini(own_home).write_bytes(damage)
    window = open_window().window
    aside = window.settings.set_aside
    assert aside is not None
    assert aside.read_bytes() == damage
    window.after_first_paint()
    assert str(aside) in window.log.toPlainText()
    window.settings.theme = "dark"
    window.settings.sync()
    assert Settings().theme == "dark"
    assert Settings().set_aside is None


def test_two_windows_remember_the_files_of_both(own_home: Path) -> None:
    one, other = Settings(), Settings()
    one.remember(Recent("/a.pt2", "exported program", "2026-01-01"))
    one.sync()
    other.remember(Recent("/b.pt2", "exported program", "2026-01-02"))
    assert [row.path for row in other.recent] == ["/b.pt2", "/a.pt2"]


# Sessions

_CRASH = """
import os, pickle, sys
from pathlib import Path
from pt2k_gui.gui.session import Session
session = Session()
session.save(pickle.loads(Path(sys.argv[1]).read_bytes()))
if len(sys.argv) > 2:
    (session.folder / "version").write_text(sys.argv[2])
print(session.folder, flush=True)
os._exit(9)
"""


@pytest.fixture
def crash(finished: Snapshot, tmp_path: Path) -> Callable[..., Path]:
    """A window of another process that ends without closing its session; its folder."""
    file = tmp_path / "walk"
    file.write_bytes(pickle.dumps(finished))

    def run(*version: str) -> Path:
        answer = _run(_CRASH, file, *version)
        assert answer.returncode == 9, answer.stderr
        return Path(answer.stdout.strip())

    return run


def test_a_session_that_crashed_can_be_resumed_with_every_finished_step(
    crash: Callable[..., Path], open_window: Callable[[], Any], finished: Snapshot
) -> None:
    folder = crash()
    found = interrupted()
    assert found is not None
    assert found.folder == folder
    assert found.model == finished.records[0].info.name
    driver = open_window()
    driver.window.resume(found)
    assert [driver.step(step) for step in Step][:4] == [StepState.DONE] * 4
    assert driver.window.current is Step.CHECK
    assert driver.window.check_page.headline.text() == "Keras gives the same answers."
    assert driver.window.model_page.tree.model().rowCount() == 1
    driver.window.shut_down()
    assert not folder.exists()
    assert interrupted() is None


def test_a_window_leaves_the_session_of_a_running_one_alone(finished: Snapshot) -> None:
    new, walking = Session(), Session()
    walking.save(finished)
    assert interrupted() is None
    assert new.folder.is_dir() and walking.folder.is_dir()
    answer = _run("from pt2k_gui.gui.session import interrupted; print(interrupted())")
    assert answer.stdout.strip() == "None", answer.stderr
    assert new.folder.is_dir() and walking.folder.is_dir()


def test_of_two_windows_that_start_after_a_crash_only_one_offers_to_go_on(crash: Callable[..., Path]) -> None:
    folder = crash()
    found = interrupted()
    assert found is not None
    answer = _run("from pt2k_gui.gui.session import interrupted; print(interrupted())")
    assert answer.stdout.strip() == "None", answer.stderr
    assert (folder / "state.pickle").is_file()
    Session(found).close()
    assert not folder.exists()


def test_a_session_of_another_version_waits_for_that_version(crash: Callable[..., Path]) -> None:
    folder = crash("99.0.0")
    assert interrupted() is None
    assert (folder / "state.pickle").is_file()


# The crash log


def _begin_and(code: str) -> str:
    return f"from pt2k_gui import crash_log\ncrash_log.begin()\n{code}\n"


def test_an_exception_that_nobody_catches_is_in_the_crash_log(own_home: Path) -> None:
    _run(_begin_and("def deep(): raise ValueError('the cat sat on the cable')\ndeep()"))
    text = crash_log.read()
    assert "ValueError: the cat sat on the cable" in text
    assert "in deep" in text
    assert "PT2K 0." in text


def test_an_exception_in_a_thread_is_in_the_crash_log(own_home: Path) -> None:
    _run(_begin_and("import threading\nt = threading.Thread(target=lambda: 1 / 0, name='adder')\nt.start(); t.join()"))
    assert "ZeroDivisionError in the thread adder" in crash_log.read()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_crash_in_native_code_is_in_the_crash_log(own_home: Path) -> None:
    answer = _run(_begin_and("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"))
    assert answer.returncode < 0
    assert "Segmentation fault" in crash_log.read()


def test_a_run_without_an_error_leaves_no_crash_log(own_home: Path) -> None:
    _run(_begin_and("crash_log.end()"))
    assert crash_log.read() == ""
    assert list((own_home / "state" / "logs").iterdir()) == []


def test_a_home_that_can_not_be_written_to_costs_the_log_and_not_the_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PT2K_HOME", str(tmp_path / "file"))
    answer = _run(_begin_and("print('on')"))
    assert (answer.stdout.strip(), answer.returncode) == ("on", 0), answer.stderr


def test_a_child_that_died_is_in_the_crash_log_and_the_window_says_where(driver: Any, own_home: Path) -> None:
    crash_log.begin()
    try:
        driver.window._log_problem(ChildDied("The process crashed in native code.", details="exit code -11"))
        driver.qtbot.waitUntil(lambda: "crash log" in driver.window.bottom._text.text(), timeout=5000)
        assert "exit code -11" in crash_log.read()
    finally:
        crash_log.end()


def test_an_error_in_a_thread_reaches_the_window(driver: Any) -> None:
    thread = threading.Thread(target=lambda: crash_log.add("A thread stumbled."))
    thread.start()
    thread.join()
    driver.qtbot.waitUntil(lambda: "A thread stumbled." in driver.window.log.toPlainText(), timeout=5000)


def test_the_crash_log_can_be_found_in_the_help_menu_and_copied(
    driver: Any, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(_begin_and("raise ValueError('the cat sat on the cable')"))
    shown: list[CrashLogDialog] = []
    monkeypatch.setattr(CrashLogDialog, "exec", lambda self: shown.append(self))
    menu = driver.window.rail.help_button.menu()
    next(action for action in menu.actions() if action.text() == "Show the crash log").trigger()
    assert "the cat sat on the cable" in shown[0].text.toPlainText()
    shown[0].copy.click()
    assert "the cat sat on the cable" in QGuiApplication.clipboard().text()


# Starting


def test_the_window_command_answers_questions_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "there is none")
    for option, words in (("--version", "pt2k-gui 0."), ("--help", "FILE")):
        answer = subprocess.run([sys.executable, "-m", "pt2k_gui", option], capture_output=True, text=True, check=True)
        assert words in answer.stdout


def test_a_home_that_can_not_be_written_to_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PT2K_HOME", str(tmp_path / "file"))
    answer = _run(
        "import sys\nfrom PySide6.QtWidgets import QMessageBox\n"
        "QMessageBox.critical = staticmethod(lambda parent, title, text: print(text))\n"
        "from pt2k_gui.app import main\nsys.exit(main([]))"
    )
    assert answer.returncode == 2, answer.stderr
    assert str(tmp_path / "file") in answer.stdout
    assert "PT2K_HOME" in answer.stdout


def test_a_file_that_the_system_hands_over_is_opened() -> None:
    code = (
        "from PySide6.QtGui import QFileOpenEvent\nfrom PySide6.QtCore import QCoreApplication\n"
        "from pt2k_gui.gui.application import Application\n"
        "application = Application(['pt2k-gui'])\n"
        "application.file_asked.connect(lambda path: print('asked for', path))\n"
        "QCoreApplication.sendEvent(application, QFileOpenEvent('/models/a.pt2'))\n"
        "print('early', application.early)\n"
    )
    answer = _run(code)
    assert answer.stdout.split("\n")[:2] == ["asked for /models/a.pt2", "early /models/a.pt2"], answer.stderr
