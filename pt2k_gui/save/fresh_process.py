"""The process that opens saved files again: one for all files of a save, where PT2K can't be imported (see ``reopen``)."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.save import messages
from pt2k_gui.save.reopen import REOPEN

_PATIENCE = 900.0  # seconds for opening and running all files
_TAIL = 4000  # characters of what it printed that go into a problem's details

_ahead: FreshProcess | None = None


class FreshProcess:
    """Starts at once and imports what it will need, while the files are still being written.

    Args:
        modules: to import ahead.
    """

    def __init__(self, modules: Iterable[str]) -> None:
        script = Path(__file__).with_name("reopen.py")
        packaged = bool(getattr(sys, "frozen", False))
        command = [sys.executable, REOPEN] if packaged else [sys.executable, "-I", str(script)]
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"},
        )
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it died already: said when its answers are asked for
            self._process.stdin.write(" ".join(modules) + "\n")
            self._process.stdin.flush()

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def begin(self, job: Path) -> None:
        """Hand over a job, which is worked on while other files are still being written."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it died already: said when its answers are asked for
            self._process.stdin.write(f"{job}\n")
            self._process.stdin.flush()

    def answers(self) -> dict[str, dict[str, Any]]:
        """Answers for each file of its jobs, by path. It ends with that.

        Raises:
            Problem: it did not start, or took longer than a quarter of an hour.
        """
        said = ""
        with contextlib.suppress(subprocess.TimeoutExpired, OSError):
            said, _ = self._process.communicate(timeout=_PATIENCE)
        answers = [json.loads(line[5:]) for line in said.splitlines() if line.startswith("PT2K ")]
        if not answers:
            self._errors.seek(0)
            raise Problem(
                messages.CHECK_NOT_STARTED(),
                hint=messages.OPEN_BY_HAND(),
                details=self._errors.read()[-_TAIL:],
            )
        return {answer["path"]: answer for answer in answers}

    def close(self) -> None:
        """End it, whether it was used or not."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def start_ahead(modules: Iterable[str]) -> None:
    """Start the process for the next save of this process now, while something else is being worked on."""
    global _ahead
    if _ahead is None:
        _ahead = FreshProcess(modules)


def take(modules: Iterable[str]) -> FreshProcess:
    """The process that was started ahead, or a new one."""
    global _ahead
    ready, _ahead = _ahead, None
    if ready is not None and ready.alive():
        return ready
    if ready is not None:
        ready.close()
    return FreshProcess(modules)
