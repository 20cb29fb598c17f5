"""The child process: imports the frameworks ahead of need, then runs one job after another until its parent is gone."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import os
import sys
import threading
import time
import traceback
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from pt2k_gui import files
from pt2k_gui.environment import settle
from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.problem import Problem

# In the order in which the steps of the walk need them.
FRAMEWORKS = ("numpy", "torch", "torch.export", "onnx", "onnxruntime", "torch.onnx", "tensorflow", "keras")

# Objects between two searches for unreachable ones. Frameworks make millions that stay while they are imported and export: with
# Python's own 700, every tenth second of that goes into searching them.
_COLLECT_EVERY = (20_000, 20, 50)
_PROGRESS_INTERVAL = 1 / 30  # seconds; more is not seen and only fills the pipe


class ChildContext:
    """Sends what a job reports through the pipe to the parent process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stopping = False
        self._last = 0.0

    def progress(self, fraction: float, text: str) -> None:
        """Send a fraction from 0 to 1 and what is being done, some thirty times a second at most."""
        now = time.monotonic()
        if now - self._last >= _PROGRESS_INTERVAL or fraction in (0.0, 1.0):
            self._last = now
            self._connection.send(("progress", fraction, text))

    def log(self, line: str) -> None:
        """Send a line for the log."""
        self._connection.send(("log", line))

    def event(self, event: object) -> None:
        """Send something that pickles, such as the end of a stage."""
        self._connection.send(("event", event))

    def stopping(self) -> bool:
        """Whether the parent asked to end early and to keep what there is."""
        while self._connection.poll():
            if self._connection.recv() == ("stop",):
                self._stopping = True
        return self._stopping


def serve(connection: Connection, log_path: str, warm: bool) -> None:
    """The child's main function.

    Args:
        connection: carries ("run", request) and ("stop",) in, and ("progress" | "log" | "event" | "scratch" |
            "finished" | "failed" | "warm", ...) out.
        log_path: takes whatever the frameworks print, and the traces of a crash in native code.
        warm: import the frameworks while no request is waiting.
    """
    _redirect_output(log_path)
    _end_with_parent()
    _lower_priority()
    gc.set_threshold(*_COLLECT_EVERY)
    settle()
    _share_no_lock()
    files.scratch_listener = lambda path, begins: connection.send(("scratch", path, begins))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        if warm:
            _import_frameworks(connection)
        while True:
            message = connection.recv()
            if message[0] == "run":
                _run(message[1], connection)


def _share_no_lock() -> None:
    """Progress bars, which PyTorch draws while it exports, share a lock between processes: a semaphore of the system, of which
    Python complains on the parent's standard error when this process is ended."""
    try:
        from tqdm import tqdm
    except ImportError:
        return
    tqdm.set_lock(threading.RLock())


def _import_frameworks(connection: Connection) -> None:
    for name in FRAMEWORKS:
        if connection.poll():
            return
        importlib.import_module(name)
        connection.send(("warm", name))


def _run(request: Job[Any], connection: Connection) -> None:
    context = ChildContext(connection)
    try:
        result = importlib.import_module(type(request).__module__).run(request, context)
        connection.send(("finished", result))
    except Problem as problem:
        connection.send(("failed", problem))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except MemoryError:
        connection.send(("failed", Problem(messages.NO_MEMORY(), hint=messages.CLOSE_PROGRAMS())))
    except Exception as error:
        connection.send(("failed", unexpected(error)))


class Unexpected(Problem):
    """An error that PT2K did not foresee."""


_EXTRAS = {"torch": "torch", "tensorflow": "tensorflow", "onnx2keras": "compare"}
"""Packages that the library does not bring along, and the extra that does."""


def unexpected(error: BaseException) -> Problem:
    """The words for an error that PT2K did not foresee; the traceback goes into the details."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, ModuleNotFoundError) and error.name in _EXTRAS:
        hint = messages.INSTALL_EXTRA(extra=_EXTRAS[error.name])
        return Problem(messages.PACKAGE_MISSING(package=error.name), hint=hint, details=details)
    return Unexpected(
        messages.UNEXPECTED(type=type(error).__name__, reason=_first_line(error)),
        hint=messages.COPY_DETAILS(),
        details=details,
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "no message."


def _redirect_output(log_path: str) -> None:
    # File descriptors, not sys.stdout alone: the frameworks' native code prints too.
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream, number in ((sys.stdout, 1), (sys.stderr, 2)):
        if stream is not None:
            stream.flush()
        os.dup2(log, number)
    os.close(log)
    for name, number in (("stdout", 1), ("stderr", 2)):
        # A windowed frozen application has no streams at all; libraries that print need some.
        setattr(sys, name, os.fdopen(os.dup(number), "w", buffering=1, encoding="utf-8", errors="replace"))
    faulthandler.enable(file=sys.stderr)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()


def _lower_priority() -> None:
    # The window comes first where cores are few.
    if hasattr(os, "nice"):
        os.nice(5)
