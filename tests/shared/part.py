"""Runs pytest in a fork of the process that has imported the frameworks (``forked``), for packaging/dev.py.

python tests/shared/part.py ARGUMENTS     pytest's own
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from forked import SUPPORTED, ForkedContext


def _run(arguments: list[str], folder: str, output: str) -> None:
    os.chdir(folder)
    for number in (1, 2):
        os.dup2(os.open(output, os.O_WRONLY | os.O_APPEND), number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    sys.path.insert(0, folder)
    status = int(pytest.main(arguments))
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(status)


def main(arguments: list[str]) -> int:
    """The exit status of pytest with these arguments; 1 where its process was killed."""
    if not SUPPORTED or "PT2K_TEST_SERVER" not in os.environ:
        return int(pytest.main(arguments))
    place = f"/proc/{os.getpid()}/fd/1"
    process = ForkedContext().Process(target=_run, args=(arguments, str(Path.cwd()), place), name="pytest")
    process.start()
    process.join()
    status = process.exitcode
    if status is None or status < 0:
        print(f"The process of these tests ended by signal {-(status or 0)}.", flush=True)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
