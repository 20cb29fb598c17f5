"""The QThread workers: what every page relies on when it asks for work."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.worker import Watcher, Workers
from pt2k_gui.problem import Problem


@pytest.fixture
def request_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type:
    monkeypatch.setenv("PT2K_HOME", str(tmp_path / "home"))
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "jobs"))
    import sample_job

    return sample_job.Request


@pytest.fixture
def workers(request_type: type, qapp: object) -> Iterator[Workers]:
    workers = Workers(warm=False)
    yield workers
    workers.shutdown()


class Heard:
    """A watcher that keeps every word: (name, thread, values ...)."""

    def __init__(self, workers: Workers, request: Any) -> None:
        self.said: list[tuple] = []
        names = [field.name for field in dataclasses.fields(Watcher)]
        self.worker = workers.run(request, Watcher(**{name: self._hear(name) for name in names}))

    def _hear(self, name: str) -> Callable[..., None]:
        return lambda *values: self.said.append((name, QThread.currentThread(), *values))

    def names(self) -> list[str]:
        return [entry[0] for entry in self.said]

    def until(self, qtbot: QtBot, name: str, milliseconds: int = 20000) -> tuple:
        """Wait for this word; what came with it."""
        qtbot.waitUntil(lambda: name in self.names(), timeout=milliseconds)
        return next(entry[2:] for entry in self.said if entry[0] == name)


def test_signals_arrive_in_order_in_the_windows_thread(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    heard = Heard(workers, request_type("echo"))
    heard.until(qtbot, "ended")
    assert heard.names() == [
        "started",
        "progress",
        "log",
        "notice",
        "notice",
        "log",
        "progress",
        "finished",
        "ended",
    ]
    assert {entry[1] for entry in heard.said} == {QThread.currentThread()}


@pytest.mark.parametrize("error", [OSError("no memory"), RuntimeError("too many processes")])
def test_a_process_that_can_not_be_started_is_told(
    qtbot: QtBot, workers: Workers, request_type: type, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    from pt2k_gui.jobs.process import Child

    def refuse(self: object, **_keywords: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(Child, "__init__", refuse)
        heard = Heard(workers, request_type("echo"))
        (problem,) = heard.until(qtbot, "failed")
        assert isinstance(problem, Problem)
        heard.until(qtbot, "ended")
    Heard(workers, request_type("echo")).until(qtbot, "finished")


def test_cancel_takes_less_than_a_second_and_the_next_job_runs(
    qtbot: QtBot, workers: Workers, request_type: type
) -> None:
    heard = Heard(workers, request_type("sleep"))
    heard.until(qtbot, "log", 20000)
    began = time.monotonic()
    heard.worker.cancel()
    heard.until(qtbot, "ended", 5000)
    assert time.monotonic() - began < 1
    assert heard.names()[-2:] == ["cancelled", "ended"]
    again = Heard(workers, request_type("echo"))
    again.until(qtbot, "finished", 20000)


def test_cancel_before_the_child_is_up_is_heard_too(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    heard = Heard(workers, request_type("sleep"))
    heard.worker.cancel()
    heard.until(qtbot, "ended", 5000)
    assert heard.names()[-2:] == ["cancelled", "ended"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_child_becomes_words_and_the_next_job_runs(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    heard = Heard(workers, request_type("sleep"))
    heard.until(qtbot, "log", 20000)
    os.kill(heard.worker.child_pid, signal.SIGKILL)
    (failed,) = heard.until(qtbot, "failed", 10000)
    problem = failed
    assert isinstance(problem, Problem)
    assert "killed" in problem.sentence
    again = Heard(workers, request_type("echo"))
    again.until(qtbot, "finished", 20000)


def test_an_answer_that_can_not_be_read_is_told_and_the_next_job_runs(
    qtbot: QtBot, workers: Workers, request_type: type
) -> None:
    heard = Heard(workers, request_type("unreadable"))
    (failed,) = heard.until(qtbot, "failed", 20000)
    assert "did not expect" in failed.sentence
    again = Heard(workers, request_type("echo"))
    again.until(qtbot, "finished", 20000)


def test_stop_and_keep_ends_with_a_result(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    heard = Heard(workers, request_type("until stopped"))
    heard.until(qtbot, "log", 20000)
    heard.worker.stop_and_keep()
    (finished,) = heard.until(qtbot, "finished", 10000)
    assert finished == "kept"


def test_a_small_job_does_not_wait_for_a_long_one(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    long = Heard(workers, request_type("sleep"))
    long.until(qtbot, "log", 20000)
    small = Heard(workers, request_type("echo"))
    small.until(qtbot, "finished", 20000)
    assert long.worker.running


def test_closing_ends_what_runs(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    heard = Heard(workers, request_type("sleep"))
    heard.until(qtbot, "log", 20000)
    pid = heard.worker.child_pid
    workers.shutdown()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.fixture
def loaded_machine() -> Iterator[None]:
    """More busy processes than cores, so that any thread may have to wait for its turn at any place."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    yield
    for process in busy:
        process.kill()
    for process in busy:
        process.wait()


def test_of_two_thousand_jobs_that_answer_at_once_none_is_lost(
    qtbot: QtBot, workers: Workers, request_type: type, loaded_machine: None
) -> None:
    heard: list[Heard] = []
    for number in range(2000):
        heard.append(Heard(workers, request_type("problem" if number % 2 else "at once")))
        if number % 3 == 0:
            time.sleep(0.001)  # the answer may be there before this thread goes on
        qtbot.waitUntil(lambda: sum(job.worker.running for job in heard[-8:]) < 8, timeout=60_000)
    qtbot.waitUntil(lambda: not any(job.worker.running for job in heard[-8:]), timeout=60_000)
    assert {tuple(job.names()) for job in heard[::2]} == {("started", "finished", "ended")}
    assert {tuple(job.names()) for job in heard[1::2]} == {("started", "failed", "ended")}


_RUN_AND_EXIT = """
import sys
sys.path.insert(0, sys.argv[1])
import sample_job
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication
from pt2k_gui.gui.worker import Watcher, Workers

class Sender(QObject):
    nothing = Signal()

if __name__ == "__main__":
    application, sender, ended = QApplication([]), Sender(), []
    workers = Workers(warm=False)
    for _ in range(30):
        workers.run(sample_job.Request("problem"), Watcher(ended=lambda: ended.append(1)))
    while len(ended) < 30:
        application.processEvents()
    timer = QTimer()
    for _ in range(30_000):
        sender.nothing.emit()  # returns True
        timer.setSingleShot(True)  # returns None
    if len(sys.argv) > 2:
        workers.shutdown()
    print("done", flush=True)
"""


@pytest.mark.parametrize("ending", [[], ["shut down"]], ids=["as it is", "shut down"])
def test_a_process_that_ran_jobs_ends_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: list[str]
) -> None:
    monkeypatch.setenv("PT2K_HOME", str(tmp_path / "home"))
    program = tmp_path / "program.py"
    program.write_text(_RUN_AND_EXIT, encoding="utf-8")
    command = [sys.executable, str(program), str(Path(__file__).parent.parent / "jobs"), *ending]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (answer.stdout.strip(), answer.stderr, answer.returncode) == ("done", "", 0)
