"""Messages from running work to whoever runs it: progress, log lines, events. Knows nothing of windows or terminals."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from pt2k_gui.message import template

_STAGE_DONE = template("progress.stage_done", "{stage}: {result} ({seconds:.2f} s)")
_DONE = template("progress.done", "done")


class Context(Protocol):
    """How work reports to its runner (a window's worker, a terminal, a test)."""

    def progress(self, fraction: float, text: str) -> None:
        """Say how far the work is (0 to 1) and what it is doing: a ``Message``."""

    def log(self, line: str) -> None:
        """Add one line to the log: a ``Message``, or a library's own words."""

    def event(self, event: object) -> None:
        """Pass on a picklable frozen dataclass that the runner may show (an epoch's numbers, a finished stage)."""

    def stopping(self) -> bool:
        """Whether the user asked to end early and keep what there is (unlike cancel, which ends the process)."""


class SilentContext:
    """A context that listens to nothing, for library use."""

    def progress(self, fraction: float, text: str) -> None:
        return

    def log(self, line: str) -> None:
        return

    def event(self, event: object) -> None:
        return

    def stopping(self) -> bool:
        return False


class SpanContext:
    """Maps a part's own 0..1 onto a span of a larger piece of work; everything else is passed through."""

    def __init__(self, parent: Context, start: float, end: float) -> None:
        self._parent, self._start, self._end = parent, start, end

    def progress(self, fraction: float, text: str) -> None:
        self._parent.progress(self._start + (self._end - self._start) * fraction, text)

    def log(self, line: str) -> None:
        self._parent.log(line)

    def event(self, event: object) -> None:
        self._parent.event(event)

    def stopping(self) -> bool:
        return self._parent.stopping()


@dataclass(frozen=True)
class StageStarted:
    """A named stage of a job began."""

    name: str


@dataclass(frozen=True)
class StageDone:
    """A named stage of a job ended: its time in seconds and its result in one short line, both ``Message``s."""

    name: str
    seconds: float
    result: str


class StageResult:
    """Yielded by ``stage``: set ``text`` to the stage's one-line result."""

    def __init__(self) -> None:
        self.text = ""


@contextlib.contextmanager
def stage(context: Context, name: str) -> Iterator[StageResult]:
    """Time a stage and announce its start and its end; a stage that raises is announced as started only."""
    context.event(StageStarted(name))
    began = time.perf_counter()
    result = StageResult()
    yield result
    seconds = time.perf_counter() - began
    context.event(StageDone(name, seconds, result.text))
    context.log(_STAGE_DONE(stage=name, result=result.text or _DONE(), seconds=seconds))
