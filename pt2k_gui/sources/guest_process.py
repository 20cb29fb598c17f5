"""Starts PT2K's guest in the interpreter that the user chose, and asks it. What runs there is in ``pt2k_gui/guest``."""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pt2k_gui
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context, SilentContext
from pt2k_gui.sources import interpreter_messages, wire
from pt2k_gui.sources.interpreters import LEAST_PYTHON, LEAST_TORCH

if TYPE_CHECKING:
    import torch

_TOO_OLD = 38  # exit status
# Python before 3.8 reads no further than this. The folder where PT2K was started holds no modules for it.
_BEGIN = f"""
import sys
if sys.version_info < {LEAST_PYTHON}:
    sys.stderr.write(sys.version.split()[0])
    sys.exit({_TOO_OLD})
if sys.path and sys.path[0] == "":
    del sys.path[0]
import runpy
runpy.run_path(sys.argv[1], run_name="__main__")
"""
_TAIL = 4000  # characters of what it printed that go into a problem's details
_GRACE = 1.0  # seconds in which a process that closed its pipes may end


class GuestDied(Problem):
    """The process in the user's interpreter ended without an answer."""


class Guest:
    """One process in the user's interpreter. It ends with this one."""

    def __init__(self, python: str) -> None:
        """Start it. Raises ``Problem`` where it can't be, or where no PyTorch that will do is there."""
        self.python = python
        self._printed: collections.deque[str] = collections.deque(maxlen=200)
        self._died: GuestDied | None = None
        program = Path(pt2k_gui.__file__).parent / "guest" / "start.py"
        try:
            self._process = subprocess.Popen(
                [python, "-c", _BEGIN, str(program), str(program.parent.parent)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(python),
            )
        except OSError as error:
            raise Problem(
                interpreter_messages.GUEST_NOT_STARTED(python=python, error=error.strerror or error),
                hint=interpreter_messages.CHOOSE_ANOTHER_INTERPRETER(),
                details=repr(error),
            ) from error
        self._listener = threading.Thread(target=self._listen, name="what the guest prints", daemon=True)
        self._listener.start()
        try:
            hello = self._greeting()
        except Problem:
            self.end()
            raise
        self.torch = str(hello["torch"])
        self.version = str(hello["python"])

    def _greeting(self) -> Mapping[str, Any]:
        assert self._process.stdout is not None
        try:
            hello, _ = wire.receive(self._process.stdout)
        except wire.BrokenOff as error:
            if self._wait() == _TOO_OLD:
                raise Problem(
                    interpreter_messages.PYTHON_TOO_OLD(
                        python=self.python, version=self._tail(), least=".".join(map(str, LEAST_PYTHON))
                    ),
                    hint=interpreter_messages.CHOOSE_ANOTHER_INTERPRETER(),
                ) from error
            raise self._death(interpreter_messages.IT_WAS_STARTING()) from error
        if not isinstance(hello, dict) or "torch" not in hello:
            raise Problem(
                interpreter_messages.NO_WORKING_TORCH(python=self.python, error=dict(hello).get("error", "")),
                hint=interpreter_messages.INSTALL_TORCH(python=self.python),
                details=self._tail(),
            )
        numbers = tuple(int(part) for part in str(hello["torch"]).split(".")[:2] if part.isdigit())
        if numbers < LEAST_TORCH:
            raise Problem(
                interpreter_messages.TORCH_TOO_OLD(
                    python=self.python, version=hello["torch"], least=".".join(map(str, LEAST_TORCH))
                ),
                hint=interpreter_messages.UPDATE_TORCH(),
            )
        return hello

    def ask(
        self, what: str, doing: str, tensors: Sequence[torch.Tensor] = (), context: Context | None = None, **given: Any
    ) -> tuple[Any, list[torch.Tensor]]:
        """Its answer, and the tensors that go with it.

        Args:
            what: one of the names in ``pt2k_gui.guest.serving``.
            doing: in words, for the sentence if it dies of it.
            context: gets what the work reports.

        Raises:
            Problem: what the work there raised.
            GuestDied: the process is gone.
        """
        if self._died is not None:
            raise self._died  # whoever met it first may have gone on without what was asked
        context = context or SilentContext()
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            wire.send(self._process.stdin, {"do": what, **given}, tensors)
            while True:
                message, made = wire.receive(self._process.stdout)
                kind, value = next(iter(message.items()))
                if kind == "done":
                    return value, made
                if kind == "failed":
                    raise value
                if kind == "progress":
                    context.progress(*value)
                elif kind == "log":
                    context.log(value)
        except (wire.BrokenOff, OSError, AttributeError, StopIteration, TypeError) as error:
            raise self._death(doing) from error

    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._listener.join(_GRACE)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _wait(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        if self._process.poll() is not None:
            self._listener.join(_GRACE)
        return self._process.poll()

    def _death(self, doing: str) -> GuestDied:
        code = self._wait()
        self.end()
        printed = self._tail()
        told = {"python": self.python, "doing": doing}
        if code is None:
            sentence = interpreter_messages.GUEST_NOT_UNDERSTOOD(**told)
        elif code in (-signal.SIGTERM, -9):
            sentence = interpreter_messages.GUEST_WAS_KILLED(**told)
        elif code < 0:
            known = {item.value: item.name for item in signal.Signals}
            sentence = interpreter_messages.GUEST_CRASHED(**told, signal=known.get(-code, -code))
        else:
            sentence = interpreter_messages.GUEST_ENDED(**told, status=code)
        self._died = GuestDied(sentence, hint=interpreter_messages.TRY_STEP_AGAIN(), details=printed)
        return self._died

    def _listen(self) -> None:
        """Send what the user's code prints to this process's log, and its end into problems."""
        assert self._process.stderr is not None
        with contextlib.suppress(ValueError, OSError):
            for line in self._process.stderr:
                text = line.decode(errors="replace").rstrip("\n")
                self._printed.append(text)
                if sys.stderr is not None:
                    print(text, file=sys.stderr)

    def _tail(self) -> str:
        return "\n".join(self._printed)[-_TAIL:]


def _environment(python: str) -> dict[str, str]:
    """That of this process, less what is meant for this Python; with the libraries of a conda environment on Windows."""
    ours = ("PYTHONHOME", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__", "KERAS_HOME", "KERAS_BACKEND")
    environment = {
        name: value for name, value in os.environ.items() if name not in ours and not name.startswith(("_PYI_", "_MEI"))
    }
    home = Path(python).parent
    if sys.platform == "win32" and (home / "conda-meta").is_dir():
        places = [home, home / "Library" / "bin", home / "Scripts"]
        environment["PATH"] = os.pathsep.join([*map(str, places), environment.get("PATH", "")])
    return environment


_running: Guest | None = None


def guest_in(python: str) -> Guest:
    """The guest in that interpreter: the one that is running, or a new one in its place. Raises ``Problem``."""
    global _running
    if _running is not None and (_running.python != python or not _running.alive()):
        _running.end()
        _running = None
    if _running is None:
        _running = Guest(python)
    return _running
