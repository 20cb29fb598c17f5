"""New processes for tests, in which the frameworks are imported already.

To import PyTorch and TensorFlow takes seven seconds of a processor, and most tests that need a process are about what it does
then. Here one process imports them, once in a session (or once in a run of packaging/dev.py, which starts it by ``server``),
and every other is a fork of it: as new as a started one, with the environment that the test has at that moment, in a tenth of
a second. What is about the start itself (``tests/jobs``, the packaged application, the commands on a machine without a
network) starts processes as the application does.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest

_PATIENCE = 120.0  # seconds until the server that was announced is there
SUPPORTED = "forkserver" in multiprocessing.get_all_start_methods() and sys.platform == "linux"


_reached = False  # whether this process was told of a server, as every fork of one is


@functools.cache
def _server() -> Any:
    """The context whose processes are forks of one that has imported ``preloaded``."""
    if _reached:
        return multiprocessing.get_context("forkserver")
    given = os.environ.get("PT2K_TEST_SERVER")
    if not given:
        return start_server()
    end = time.monotonic() + _PATIENCE
    while not Path(given).exists():
        if time.monotonic() > end:
            return start_server()
        time.sleep(0.05)
    _reach(Path(given).read_text(encoding="utf-8"))
    return multiprocessing.get_context("forkserver")


def start_server() -> Any:
    """Start the process that all others are forks of."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["preloaded"])
    path = os.environ.get("PYTHONPATH", "")
    # The server does not take over sys.path, and ignores what it can't import.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *([path] if path else [])]))
        forkserver.ensure_running()
    return context


def address() -> str:
    """Of the server that this process uses."""
    server: Any = forkserver._forkserver
    return str(server._forkserver_address)


def _reach(address: str) -> None:
    """Have this process use the server of that address."""
    global _reached
    _reached = True
    server: Any = forkserver._forkserver
    server._forkserver_address = address
    server.ensure_running = lambda: None
    if server._forkserver_alive_fd is None:
        server._forkserver_alive_fd = os.open(os.devnull, os.O_RDONLY)  # whoever started it keeps it alive


def _in_environment(
    address: str, environment: dict[str, str], target: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    _reach(address)  # this process's own children come from the same server
    os.environ.clear()
    os.environ.update(environment)
    target(*arguments)


class ForkedContext:
    """What ``pt2k_gui.jobs.process`` uses of a context of multiprocessing."""

    def Pipe(self) -> tuple[Connection, Connection]:
        return multiprocessing.Pipe()

    def Process(self, *, target: Callable[..., object], args: tuple[object, ...], name: str) -> BaseProcess:
        context = _server()
        arguments = (address(), dict(os.environ), target, args)
        process: BaseProcess = context.Process(target=_in_environment, args=arguments, name=name)
        return process


class _ForkedReopening:
    """What ``pt2k_gui.save.fresh_process`` uses of ``subprocess.Popen``: the script runs in a fork of the server."""

    def __init__(self, command: list[str], *, stderr: IO[str], **_: object) -> None:
        given, give = _server().Pipe(duplex=False)
        told, tell = _server().Pipe(duplex=False)
        errors = f"/proc/{os.getpid()}/fd/{stderr.fileno()}"
        self._process = ForkedContext().Process(target=_reopen, args=(command[-1], given, tell, errors), name="reopen")
        self._process.start()
        self.stdin = os.fdopen(os.dup(give.fileno()), "w", encoding="utf-8")
        self.stdout = os.fdopen(os.dup(told.fileno()), encoding="utf-8", errors="replace")
        for end in (given, give, told, tell):
            end.close()

    def poll(self) -> int | None:
        return self._process.exitcode

    def communicate(self, timeout: float) -> tuple[str, None]:
        with contextlib.suppress(OSError):  # it died
            self.stdin.close()
        said = self.stdout.read()
        self._process.join(timeout)
        return said, None

    def kill(self) -> None:
        self._process.kill()

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode


def _reopen(script: str, given: Connection, tell: Connection, errors: str) -> None:
    os.dup2(given.fileno(), 0)
    os.dup2(tell.fileno(), 1)
    os.dup2(os.open(errors, os.O_WRONLY | os.O_APPEND), 2)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False) for number, mode in enumerate("rww")
    )
    tell.close()
    for name in [name for name in sys.modules if name.split(".")[0] == "pt2k_gui"]:
        del sys.modules[name]  # the script refuses to import it again
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


_POPEN = SimpleNamespace(Popen=_ForkedReopening, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired)


def fork_reopening(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the process that opens saved files again come from the server, for a test that saves in its own process.

    The jobs' children start theirs: many are killed, and the server ends when one is killed as it asks for a fork.
    """
    if SUPPORTED:
        monkeypatch.setattr("pt2k_gui.save.fresh_process.subprocess", _POPEN)


def fork_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the children of the jobs come from the server."""
    if SUPPORTED:
        monkeypatch.setattr("pt2k_gui.jobs.process.CONTEXT", ForkedContext())


def _command(arguments: list[str], folder: str, out: str, errors: str) -> None:
    os.chdir(folder)
    for stream, number, path in (("stdout", 1, out), ("stderr", 2, errors)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        setattr(sys, stream, os.fdopen(number, "w", encoding="utf-8", closefd=False))
    sys.argv = ["pt2k", *arguments]
    vars(importlib.import_module("pt2k_gui.jobs.process"))["CONTEXT"] = ForkedContext()
    try:
        runpy.run_module("pt2k_gui.cli", run_name="__main__", alter_sys=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def pt2k(arguments: list[str], folder: Path, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run ``pt2k`` with these arguments in that folder, and wait for it.

    Raises:
        subprocess.TimeoutExpired: it took more than ``timeout`` seconds, and was ended.
    """
    if not SUPPORTED:
        return subprocess.run(
            [sys.executable, "-m", "pt2k_gui.cli", *arguments],
            capture_output=True, text=True, encoding="utf-8", timeout=timeout, check=False, cwd=folder,
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        printed = [str(Path(place) / name) for name in ("stdout", "stderr")]
        process = ForkedContext().Process(target=_command, args=(arguments, str(folder), *printed), name="pt2k")
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(["pt2k", *arguments], timeout)
        out, errors = (Path(path).read_text(encoding="utf-8") for path in printed)
        return subprocess.CompletedProcess(["pt2k", *arguments], process.exitcode, out, errors)
