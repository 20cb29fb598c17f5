"""``pt2k convert --python``: the user's own interpreter killed, and the command interrupted, in each step of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "sources"))
from interpreters import Held, make_held, make_stand_in, needs_links

pytestmark = [needs_links, pytest.mark.slow]
PATIENCE = 240.0  # seconds for one step on a busy machine
# After which line of the command's the model is held: it waits in the step that follows.
STEPS = {
    "opening": "",
    "comparing the ONNX file": "Check the ONNX file",
    "comparing the Keras model": "Gather the samples",
}


def _everyday(chosen: str) -> list[object]:
    """One step that is always tried; the long runs try all of them."""
    return [step if step == chosen else pytest.param(step, marks=pytest.mark.full) for step in STEPS]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_stand_in(tmp_path_factory.mktemp("environment") / "venv")


class _Command:
    """The command, which goes on until it waits in the step that was named."""

    def __init__(self, held: Held, step: str) -> None:
        self._said = held.folder / "said.txt"
        self.output = held.folder / "out" / "model.keras"
        if not STEPS[step]:
            held.hold()
        source = held.source
        words = [source.path, "--code", source.code, "--python", source.python, "--trust", "--input-shape", "N,3,8,8"]
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pt2k_gui.cli", "convert", *words, "-o", str(self.output)],
                stdout=subprocess.DEVNULL, stderr=said, env={**os.environ, "TMPDIR": str(held.folder / "scratch")},
            )  # fmt: skip
        if STEPS[step]:
            self._until(lambda: STEPS[step] in self.said())
            held.hold()
        self._until(held.waits)

    def said(self) -> str:
        return self._said.read_text(encoding="utf-8", errors="replace")

    def _until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.01)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def held(python: str, tmp_path: Path) -> Held:
    for name in ("out", "scratch"):
        (tmp_path / name).mkdir()
    return make_held(python, tmp_path)


@pytest.mark.parametrize("step", _everyday("comparing the ONNX file"))
def test_an_interpreter_that_is_killed_is_told_and_nothing_is_written(held: Held, python: str, step: str) -> None:
    command = _Command(held, step)
    try:
        next(process for process in command.family() if process.cmdline()[:1] == [python]).kill()
        assert command.process.wait(PATIENCE) == 2, command.said()
    finally:
        command.process.kill()
    words = " ".join(command.said().split())
    assert "The interpreter" in words and "was killed" in words and "Traceback" not in words, command.said()
    assert list(command.output.parent.iterdir()) == []


@pytest.mark.parametrize("step", _everyday("opening"))
def test_an_interrupted_command_ends_all_its_processes_and_leaves_nothing(held: Held, step: str) -> None:
    command = _Command(held, step)
    try:
        family = command.family()
        command.process.send_signal(signal.SIGINT)
        assert command.process.wait(10) != 0
    finally:
        command.process.kill()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive, [process.cmdline() for process in alive]
    assert "Traceback" not in command.said(), command.said()
    assert list(command.output.parent.iterdir()) == []
    assert [path for path in (held.folder / "scratch").iterdir() if path.name.startswith("pt2k-")] == []
