"""Runs pytest in a fork of the server's process, which has imported the frameworks: seven seconds less for each part of the
suite.

python tests/shared/part.py PYTEST ARGUMENTS
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import forked


def _pytest(arguments: list[str], folder: str, streams: list[str]) -> None:
    os.chdir(folder)
    sys.path[0] = folder
    for name, number, path in zip(("stdout", "stderr"), (1, 2), streams, strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), number)
        setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))
    sys.argv = ["pytest", *arguments]
    try:
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def main(arguments: list[str]) -> int:
    """Run pytest with these arguments in this folder, and wait for it; returns its exit status."""
    streams = [f"/proc/{os.getpid()}/fd/{number}" for number in (1, 2)]
    process = forked.ForkedContext().Process(target=_pytest, args=(arguments, str(Path.cwd()), streams), name="pytest")
    process.start()
    process.join()
    return process.exitcode if process.exitcode is not None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
