"""The process that the tests' processes are forks of."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "shared"))
import forked

pytestmark = pytest.mark.skipif(not forked.SUPPORTED, reason="needs Linux")


def test_the_server_outlives_whoever_is_killed_while_asking_for_a_process() -> None:
    for status in (3, 4):
        process = forked.ForkedContext().Process(target=sys.exit, args=(status,), name="a fork")
        process.start()
        process.join(30)
        assert process.exitcode == status
        with socket.socket(socket.AF_UNIX) as broken_off:
            broken_off.connect(forked.address())
