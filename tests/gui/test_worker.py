"""The QThread workers: what every page relies on when it asks for work."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.worker import Worker, Workers
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


def _record(worker: Worker) -> list[tuple]:
    seen: list[tuple] = []
    for name in ("started", "progress", "log", "notice", "finished", "failed", "cancelled", "ended"):
        getattr(worker, name).connect(lambda *values, name=name: seen.append((name, QThread.currentThread(), *values)))
    return seen


def _names(seen: list[tuple]) -> list[str]:
    return [entry[0] for entry in seen]


def test_signals_arrive_in_order_in_the_windows_thread(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    worker = workers.run(request_type("echo"))
    seen = _record(worker)
    with qtbot.waitSignal(worker.ended, timeout=20000):
        pass
    assert _names(seen) == [
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
    assert {entry[1] for entry in seen} == {QThread.currentThread()}


def test_cancel_takes_less_than_a_second_and_the_next_job_runs(
    qtbot: QtBot, workers: Workers, request_type: type
) -> None:
    worker = workers.run(request_type("sleep"))
    seen = _record(worker)
    with qtbot.waitSignal(worker.log, timeout=20000):
        pass
    began = time.monotonic()
    with qtbot.waitSignal(worker.ended, timeout=5000):
        worker.cancel()
    assert time.monotonic() - began < 1
    assert _names(seen)[-2:] == ["cancelled", "ended"]
    again = workers.run(request_type("echo"))
    with qtbot.waitSignal(again.finished, timeout=20000):
        pass


def test_cancel_before_the_child_is_up_is_heard_too(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    worker = workers.run(request_type("sleep"))
    seen = _record(worker)
    with qtbot.waitSignal(worker.ended, timeout=5000):
        worker.cancel()
    assert _names(seen)[-2:] == ["cancelled", "ended"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_child_becomes_words_and_the_next_job_runs(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    worker = workers.run(request_type("sleep"))
    with qtbot.waitSignal(worker.log, timeout=20000):
        pass
    with qtbot.waitSignal(worker.failed, timeout=10000) as failed:
        os.kill(worker.child_pid, signal.SIGKILL)
    problem = failed.args[0]
    assert isinstance(problem, Problem)
    assert "killed" in problem.sentence
    again = workers.run(request_type("echo"))
    with qtbot.waitSignal(again.finished, timeout=20000):
        pass


def test_an_answer_that_can_not_be_read_is_told_and_the_next_job_runs(
    qtbot: QtBot, workers: Workers, request_type: type
) -> None:
    worker = workers.run(request_type("unreadable"))
    with qtbot.waitSignal(worker.failed, timeout=20000) as failed:
        pass
    assert "did not foresee" in failed.args[0].sentence
    again = workers.run(request_type("echo"))
    with qtbot.waitSignal(again.finished, timeout=20000):
        pass


def test_stop_and_keep_ends_with_a_result(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    worker = workers.run(request_type("until stopped"))
    with qtbot.waitSignal(worker.log, timeout=20000):
        pass
    with qtbot.waitSignal(worker.finished, timeout=10000) as finished:
        worker.stop_and_keep()
    assert finished.args == ["kept"]


def test_a_small_job_does_not_wait_for_a_long_one(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    long = workers.run(request_type("sleep"))
    with qtbot.waitSignal(long.log, timeout=20000):
        pass
    small = workers.run(request_type("echo"))
    with qtbot.waitSignal(small.finished, timeout=20000):
        pass
    assert long.running


def test_closing_ends_what_runs(qtbot: QtBot, workers: Workers, request_type: type) -> None:
    worker = workers.run(request_type("sleep"))
    with qtbot.waitSignal(worker.log, timeout=20000):
        pass
    pid = worker.child_pid
    workers.shutdown()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
