"""The child processes: what a window or a script relies on when it hands work over."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from pt2k_gui.jobs.process import Child, ChildDied, Children
from pt2k_gui.problem import Problem
from pt2k_gui.progress import StageDone, StageStarted


@pytest.fixture
def request_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type:
    monkeypatch.setenv("PT2K_HOME", str(tmp_path / "home"))
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import sample_job

    return sample_job.Request


@pytest.fixture
def child(request_type: type) -> Iterator[Child]:
    child = Child(warm=False)
    yield child
    if child.alive():
        child.kill()


def _until(child: Child, kind: str, seconds: float = 30) -> list[tuple]:
    """All messages up to the first one of that kind."""
    messages = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        message = child.receive(0.1)
        if message is not None:
            messages.append(message)
            if message[0] == kind:
                return messages
    raise AssertionError(f"no {kind} within {seconds} s, only {messages}")


def _answer(child: Child, request: Any) -> Any:
    child.submit(request)
    return _until(child, "finished")[-1][1]


def test_a_job_runs_elsewhere_and_reports_in_order(child: Child, request_type: type) -> None:
    child.submit(request_type("echo"))
    messages = _until(child, "finished")
    assert [m[0] for m in messages] == ["progress", "log", "event", "event", "log", "progress", "finished"]
    assert messages[2][1] == StageStarted("One stage")
    done = messages[3][1]
    assert isinstance(done, StageDone)
    assert done.result == "went well"
    pid, _ = messages[-1][1]
    assert pid == child.pid != os.getpid()


def test_a_child_loads_no_framework_that_its_job_does_not_need(child: Child, request_type: type) -> None:
    _, modules = _answer(child, request_type("echo"))
    assert not {"torch", "tensorflow", "keras", "onnxruntime", "PySide6"} & set(modules)


def test_a_child_serves_one_job_after_another(child: Child, request_type: type) -> None:
    assert _answer(child, request_type("echo"))[0] == _answer(child, request_type("echo"))[0]


def test_a_child_killed_while_files_are_opened_again_leaves_none_of_its_own(
    request_type: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    child = Child(warm=False)
    child.submit(request_type("reopening"))
    _until(child, "log")
    assert len(list(scratch.glob("pt2k-*"))) == 1
    child.kill()
    assert not list(scratch.glob("pt2k-*"))


def test_a_problem_arrives_with_its_hint_and_details_and_the_child_lives_on(child: Child, request_type: type) -> None:
    child.submit(request_type("problem"))
    problem = _until(child, "failed")[-1][1]
    assert (problem.sentence, problem.hint, problem.details) == ("It does not fit.", "Make it fit.", "by one")
    assert _answer(child, request_type("echo"))


@pytest.mark.parametrize(
    ("what", "word"), [("error", "ZeroDivisionError"), ("memory", "memory"), ("unpicklable", "pickle")]
)
def test_an_unforeseen_error_becomes_words_and_keeps_its_traceback(
    child: Child, request_type: type, what: str, word: str
) -> None:
    child.submit(request_type(what))
    problem = _until(child, "failed")[-1][1]
    assert isinstance(problem, Problem)
    assert word in problem.sentence
    assert _answer(child, request_type("echo"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("what", "word"), [("kill", "killed"), ("segfault", "SIGSEGV"), ("exit", "without an answer")])
def test_a_child_that_dies_is_told_in_words(child: Child, request_type: type, what: str, word: str) -> None:
    child.submit(request_type(what))
    with pytest.raises(ChildDied, match=word) as caught:
        _until(child, "finished")
    assert caught.value.hint


def test_a_crash_in_native_code_leaves_its_trace_in_the_details(child: Child, request_type: type) -> None:
    child.submit(request_type("segfault"))
    with pytest.raises(ChildDied) as caught:
        _until(child, "finished")
    assert "sample_job.py" in caught.value.details


def test_ending_a_child_takes_less_than_a_second_and_leaves_nothing_half_written(
    child: Child, request_type: type, tmp_path: Path
) -> None:
    target = tmp_path / "out" / "model.keras"
    target.parent.mkdir()
    target.write_text("what was there before")
    child.submit(request_type("half write", str(target)))
    _until(child, "log")
    began = time.monotonic()
    child.kill()
    assert time.monotonic() - began < 1
    assert [p.name for p in target.parent.iterdir()] == ["model.keras"]
    assert target.read_text() == "what was there before"


def test_ending_a_child_ends_the_processes_it_started(child: Child, request_type: type, tmp_path: Path) -> None:
    child.submit(request_type("grandchild", str(tmp_path / "pid")))
    _until(child, "log")
    grandchild = int((tmp_path / "pid").read_text())
    assert psutil.pid_exists(grandchild)
    child.kill()
    end = time.monotonic() + 5
    while psutil.pid_exists(grandchild) and psutil.Process(grandchild).status() != "zombie":
        assert time.monotonic() < end
        time.sleep(0.05)


def test_asking_to_stop_keeps_what_the_job_has(child: Child, request_type: type) -> None:
    child.submit(request_type("until stopped"))
    _until(child, "log")
    child.stop()
    assert _until(child, "finished")[-1][1] == "kept"


def test_a_child_ends_with_its_parent_even_in_the_middle_of_a_job(request_type: type, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, sys, time\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import sample_job\n"
        "from pt2k_gui.jobs.process import Child\n"
        "if __name__ == '__main__':\n"
        "    child = Child(warm=False)\n"
        "    child.submit(sample_job.Request('sleep'))\n"
        "    while child.receive(0.1) is None: pass\n"
        "    print(child.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    answer = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    pid = int(answer.stdout)
    end = time.monotonic() + 5
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie":
        assert time.monotonic() < end, "the child outlived its parent"
        time.sleep(0.05)


def test_children_are_used_again_and_replaced_when_they_die(request_type: type) -> None:
    children = Children(warm=False)
    try:
        first = children.take()
        children.give_back(first)
        assert children.take() is first
        second = children.take()
        assert second is not first
        first.kill()
        children.give_back(first)
        children.give_back(second)
        assert children.take() is second
        children.give_back(second)
    finally:
        children.shutdown()
    assert not second.alive()


def test_a_script_that_forgets_to_end_its_children_still_exits(tmp_path: Path) -> None:
    script = tmp_path / "forgets.py"
    script.write_text(
        "from pt2k_gui.jobs.process import Children\n"
        "if __name__ == '__main__':\n"
        "    children = Children(warm=False)\n"
        "    children.give_back(children.take())\n"
    )
    subprocess.run(
        [sys.executable, str(script)], timeout=30, check=True, env={**os.environ, "PT2K_HOME": str(tmp_path / "home")}
    )


def test_a_system_that_starts_no_process_is_told_in_words_and_asked_again(
    request_type: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    import multiprocessing.context

    children = Children(warm=False, most=1)

    def refuse(*_arguments: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as patched:
        patched.setattr(multiprocessing.context.SpawnProcess, "start", refuse)
        children.warm()  # nobody waits for this one
        with pytest.raises(ChildDied, match="could not be started"):
            children.take()
    child = children.take()  # the place was given back
    child.submit(request_type("echo"))
    _until(child, "finished")
    children.shutdown()


@pytest.mark.parametrize("number", range(12))
def test_a_child_that_is_ended_while_another_thread_hears_it_is_an_end_and_no_garbled_message(
    child: Child, request_type: type, number: int
) -> None:
    ends: list[BaseException] = []

    def hear() -> None:
        try:
            while True:
                child.receive(0.1)
        except BaseException as error:
            ends.append(error)

    child.submit(request_type("flood"))
    _until(child, "log")
    thread = threading.Thread(target=hear)
    thread.start()
    time.sleep(0.02 + 0.01 * number)
    child.kill()
    thread.join(10)
    assert not thread.is_alive()
    assert [type(end) for end in ends] == [ChildDied]
