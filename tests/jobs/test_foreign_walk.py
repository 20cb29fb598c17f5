"""The jobs of a walk with a model in the user's own interpreter: that interpreter killed, and the job cancelled, in each step."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "sources"))
from interpreters import Held, make_held, make_stand_in, needs_links

from pt2k_gui.jobs import dry_run, export, limits, load, verify
from pt2k_gui.jobs.job import Job
from pt2k_gui.jobs.process import Child
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.verify.result import SampleChoice

pytestmark = needs_links
PATIENCE = 120.0  # seconds for one step on a busy machine


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_stand_in(tmp_path_factory.mktemp("environment") / "venv")


@pytest.fixture
def held(python: str, tmp_path: Path) -> Held:
    return make_held(python, tmp_path)


@pytest.fixture
def child() -> Iterator[Child]:
    child = Child(warm=False)
    yield child
    if child.alive():
        child.kill()


def _requests(held: Held, inputs: tuple[TensorSpec, ...]) -> dict[str, Job[Any]]:
    onnx = str(held.folder / "model.onnx")
    return {
        "dry run": dry_run.Request(held.source, inputs),
        "export": export.Request(held.source, inputs, onnx),
        # The ONNX file stands for what was converted from it: nothing of Keras is in question here.
        "verify": verify.Request(held.source, onnx, onnx, str(held.folder), SampleChoice("random", count=4)),
    }


def _answer(child: Child, request: Job[Any], until: Callable[[], bool] = lambda: False) -> Any:
    """The job's result; None where ``until`` came true before it."""
    child.submit(request)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if until():
            return None
        message = child.receive(0.02)
        if message is not None and message[0] == "finished":
            return message[1]
        if message is not None and message[0] == "failed":
            assert isinstance(message[1], Problem)
            raise message[1]
    raise AssertionError(f"no answer within {PATIENCE} s")


def _next(child: Child) -> Problem:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        message = child.receive(0.02)
        if message is not None and message[0] == "failed":
            assert isinstance(message[1], Problem)
            return message[1]
    raise AssertionError("the job did not fail")


def _guest(child: Child, python: str) -> psutil.Process:
    return next(p for p in psutil.Process(child.pid).children(recursive=True) if p.cmdline()[0] == python)


def _small(card: ModelInfo) -> tuple[TensorSpec, ...]:
    return (card.inputs[0].with_shape(("batch", 3, 8, 8)),)


@pytest.mark.slow
def test_an_interpreter_killed_in_any_step_is_told_in_words_and_the_step_can_be_done_again(
    child: Child, held: Held, python: str
) -> None:
    def kill_in(request: Job[Any]) -> None:
        held.hold()
        assert _answer(child, request, held.waits) is None
        _guest(child, python).kill()
        problem = _next(child)
        assert python in problem.sentence
        assert "was killed" in problem.sentence
        held.let_go()

    loading = load.Request(held.source)
    kill_in(loading)
    card: ModelInfo = _answer(child, loading)
    assert card.parameters
    for request in _requests(held, _small(card)).values():
        kill_in(request)
        assert _answer(child, request) is not None
    assert child.alive()


@pytest.mark.slow
@pytest.mark.parametrize(
    "step",
    ["load", "export", *(pytest.param(step, marks=pytest.mark.full) for step in ("dry run", "verify"))],
)
def test_cancelling_any_step_ends_the_other_interpreter_within_a_second(held: Held, python: str, step: str) -> None:
    child = Child(warm=False)
    try:
        request: Job[Any] = load.Request(held.source)
        if step != "load":
            card: ModelInfo = _answer(child, request)
            requests = _requests(held, _small(card))
            if step == "verify":
                _answer(child, requests["export"])
            request = requests[step]
        held.hold()
        assert _answer(child, request, held.waits) is None
        process = _guest(child, python)
    except BaseException:
        child.kill()
        raise
    began = time.monotonic()
    child.kill()
    assert time.monotonic() - began < 1
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() - began < 1
        time.sleep(0.01)
    assert not list(held.folder.glob(".*")), "something half written is left"


@pytest.mark.slow
def test_time_and_memory_limits_hold_for_the_other_interpreter(
    held: Held, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = Child(warm=False)
    held.hold()
    with pytest.raises(limits.TookTooLong):
        _answer(child, load.Request(held.source, seconds=4.0))
    assert not child.alive()
    held.let_go()
    code = Path(held.source.code.rpartition(":")[0])
    code.write_text(
        code.read_text().replace("super().__init__()\n", "super().__init__()\n        torch.ones(3 << 28).sum()\n", 1)
    )
    monkeypatch.setattr(limits, "_ceiling", 2 * limits.GIB)
    child = Child(warm=False)
    with pytest.raises(limits.TookTooMuch, match=r"more than the limit of 2\.0 GiB"):
        _answer(child, load.Request(held.source))
