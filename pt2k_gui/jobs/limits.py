"""How much memory and time a child may take before it is ended: a damaged or hostile file must not take the machine."""

from __future__ import annotations

import contextlib
import time

from pt2k_gui.jobs import messages
from pt2k_gui.problem import Problem

MEMORY_SHARE = 0.85  # of the machine's memory; beyond it the system itself begins to kill processes
READING_SECONDS = 300.0
GIB = 2**30
_LOOK_EVERY = 0.2  # seconds


_ceiling = 0  # bytes; 0 for MEMORY_SHARE of the machine's


def set_ceiling(gib: float) -> None:
    """How much memory each child of this process may take from now on, in GiB; 0 for most of the machine's."""
    global _ceiling
    _ceiling = max(int(gib * GIB), 0)


def ceiling() -> float:
    """The memory ceiling in GiB."""
    import psutil

    return (_ceiling or int(psutil.virtual_memory().total * MEMORY_SHARE)) / GIB


def machine_share() -> float:
    """Most of the machine's memory, in GiB: what all of the work may take where nobody set a limit."""
    import psutil

    return float(psutil.virtual_memory().total * MEMORY_SHARE / GIB)


class TookTooLong(Problem):
    """The job was ended at its time limit; it can be run again with a larger one."""


class TookTooMuch(Problem):
    """The job was ended at the memory ceiling; it can be run again with a higher one."""


class Watch:
    """Watches one running job. A request with an attribute ``seconds`` has a time limit; all have the memory ceiling."""

    def __init__(self, pid: int, request: object, memory: int | None = None) -> None:
        self._pid = pid
        self._memory = memory or int(ceiling() * GIB)
        self._seconds = float(getattr(request, "seconds", 0.0))
        self._began = self._looked = time.monotonic()

    def problem(self) -> Problem | None:
        """The problem, or None; looks a few times a second at most."""
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY:
            return None
        self._looked = now
        if self._seconds and now - self._began > self._seconds:
            return TookTooLong(
                messages.TOO_LONG(seconds=self._seconds),
                hint=messages.LONGER_LIMIT(),
            )
        used = 0
        import psutil

        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self._pid)
            used = process.memory_info().rss
            for other in process.children(recursive=True):  # the user's own interpreter, where his code runs in one
                with contextlib.suppress(psutil.Error):
                    used += other.memory_info().rss
        if used > self._memory:
            return TookTooMuch(
                messages.TOO_MUCH(used=used / GIB, limit=self._memory / GIB),
                hint=messages.HIGHER_LIMIT(),
            )
        return None
