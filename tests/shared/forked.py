"""New processes for tests, in which the frameworks are imported already.

To import PyTorch and TensorFlow takes seven seconds of a processor, and most tests that need a process are about what it does
then. Here one process of a test session imports them, once, and every other is a fork of it: as new as a started one, with
the environment that the test has at that moment, in a tenth of a second. What is about the start itself (``tests/jobs``, the
packaged application, the commands on a machine without a network) starts processes as the application does.
"""

from __future__ import annotations

import functools
import importlib
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

SUPPORTED = "forkserver" in multiprocessing.get_all_start_methods() and sys.platform == "linux"


@functools.cache
def _server() -> Any:
    """The context whose processes are forks of one that has imported ``preloaded``; that one is started here."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["preloaded"])
    path = os.environ.get("PYTHONPATH", "")
    with (
        pytest.MonkeyPatch.context() as patch
    ):  # the server does not take over sys.path, and ignores what it can't import
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *([path] if path else [])]))
        forkserver.ensure_running()
    return context


def _in_environment(
    address: str, environment: dict[str, str], target: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    server: Any = forkserver._forkserver
    server._forkserver_address = address  # this process's own children come from the same server
    server.ensure_running = lambda: None
    os.environ.clear()
    os.environ.update(environment)
    target(*arguments)


class ForkedContext:
    """What ``pt2k_gui.jobs.process`` uses of a context of multiprocessing."""

    def Pipe(self) -> tuple[Connection, Connection]:
        return multiprocessing.Pipe()

    def Process(self, *, target: Callable[..., object], args: tuple[object, ...], name: str) -> BaseProcess:
        context = _server()
        server: Any = forkserver._forkserver
        arguments = (server._forkserver_address, dict(os.environ), target, args)
        process: BaseProcess = context.Process(target=_in_environment, args=arguments, name=name)
        return process


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
