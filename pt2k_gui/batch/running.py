"""Converts many models on this machine: some at the same time, each in warm child processes of its own worker. A model that
fails stops no other."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pt2k_gui.batch.ledger import Ledger, task_key
from pt2k_gui.batch.task import Finished, Task, finished
from pt2k_gui.jobs import limits
from pt2k_gui.jobs.child import unexpected
from pt2k_gui.jobs.keep import keep_outcome
from pt2k_gui.jobs.pipeline import Outcome, Pipeline, Plan, pipeline
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import files_of

_KEPT = 0.25  # of what a child may take: one that holds more between two models is replaced by a new one


class Listener(Protocol):
    """Hears of a batch, from the threads that work on it; tasks are told by their place in the list."""

    def began(self, number: int) -> None:
        """Work on a task began."""

    def progress(self, number: int, fraction: float, text: str) -> None:
        """How far a task is, 0 to 1."""

    def log(self, number: int, line: str) -> None:
        """A line of the log."""

    def done(self, number: int, result: Finished) -> None:
        """A task ended, well or not."""


class Silent:
    """A listener that listens to nothing."""

    def began(self, number: int) -> None:
        return

    def progress(self, number: int, fraction: float, text: str) -> None:
        return

    def log(self, number: int, line: str) -> None:
        return

    def done(self, number: int, result: Finished) -> None:
        return


@dataclass(frozen=True)
class BatchSettings:
    """How a batch is run.

    Args:
        output: the folder whose ledger is kept; empty where none is.
        workers: how many models at the same time; each has two child processes.
        seconds: how long reading a model may take.
        memory: GiB that all of the work together may take; 0 for most of the machine's.
        only_failed: leave alone what an earlier run into the same folder did well, and replace what it wrote of the rest.
    """

    output: str = ""
    workers: int = 1
    seconds: float = limits.READING_SECONDS
    memory: float = 0.0
    only_failed: bool = False


Whole = Callable[[Plan, Callable[[], None] | None], Outcome]
"""Does one model: its plan, and what is asked before its files are put in place."""


class Batch:
    """One run over a list of tasks."""

    def __init__(self, tasks: Sequence[Task], settings: BatchSettings, listener: Listener | None = None) -> None:
        self.tasks, self.settings = tuple(tasks), settings
        self._listener: Listener = listener or Silent()
        self._results: dict[int, Finished] = {}
        self._waiting: deque[int] = deque()
        self._lock = threading.Lock()
        self._open: set[Pipeline] = set()
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End what runs and begin nothing more; ``run`` returns within a second or so. Files that are written stay."""
        self._cancelled.set()
        with self._lock:
            for steps in self._open:
                steps.close()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the batch to stop."""
        return self._cancelled.is_set()

    def run(self) -> tuple[Finished, ...]:
        """All of it; the results in the tasks' order, without those that a cancel kept from being begun.

        Raises:
            Problem: the output folder can't be made.
        """
        ledger = Ledger(self.settings.output) if self.settings.output else None
        keys = {}
        for number, task in enumerate(self.tasks):
            if ledger is not None:
                keys[number] = task_key(task)
            before = ledger.done_before(task, keys[number]) if ledger and self.settings.only_failed else None
            if before is not None:
                self._finish(number, before)
            else:
                self._waiting.append(number)
        workers = max(1, min(self.settings.workers, len(self._waiting)))
        memory = (self.settings.memory or limits.machine_share()) / workers
        threads = [
            threading.Thread(target=self._work, args=(ledger, keys, memory), name=f"batch {place}", daemon=True)
            for place in range(workers)
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.1)
        except KeyboardInterrupt:
            self.cancel()
            for thread in threads:
                thread.join(5)
            raise
        return tuple(self._results[number] for number in sorted(self._results))

    # In the threads

    def _work(self, ledger: Ledger | None, keys: dict[int, str], memory: float) -> None:
        context = _TaskContext(self._listener)
        with pipeline(context, self.settings.seconds, memory) as steps:
            with self._lock:
                self._open.add(steps)
            try:
                while not self.cancelled and (number := self._next()) is not None:
                    context.number = number
                    self._listener.began(number)
                    done = do_task(
                        self.tasks[number], steps.whole, ledger, keys.get(number, ""), self.settings.only_failed
                    )
                    if self.cancelled and not done.result.files:
                        return
                    self._finish(number, done)
                    steps.trim(int(_KEPT * memory * limits.GIB))
            finally:
                with self._lock:
                    self._open.discard(steps)

    def _next(self) -> int | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _finish(self, number: int, done: Finished) -> None:
        with self._lock:
            self._results[number] = done
        self._listener.done(number, done)


def do_task(
    task: Task, whole: Whole, ledger: Ledger | None, key: str, only_failed: bool = False, *, keep: bool = True
) -> Finished:
    """One task, whatever becomes of it, with its record in the ledger and, with ``keep``, a line in the history. Never raises
    for what the model does."""
    began = time.monotonic()
    claim = None
    try:
        plan = task.plan
        if ledger is not None:
            if only_failed and not plan.overwrite:
                plan = dataclasses.replace(plan, overwrite=_all_ours(task, ledger))
            claim = ledger.claim(task)
        outcome: Outcome | Problem = whole(plan, claim.require if claim is not None else None)
    except Problem as problem:
        outcome = problem
    except Exception as error:  # one model's surprise must not take the others' turn
        outcome = unexpected(error)
    done = finished(task, outcome, time.monotonic() - began)
    if keep and isinstance(outcome, Outcome):
        with contextlib.suppress(Problem):  # the history is beside the work
            keep_outcome(task.plan, outcome)
    if ledger is None or claim is None:
        return done
    with contextlib.suppress(Problem):  # a full disk costs the chance to go on later, not what was converted
        ledger.record(done, key, claim)
    return done


def _all_ours(task: Task, ledger: Ledger) -> bool:
    """Whether every file that is in the way was written by an earlier run into this folder."""
    there = [path for target in task.plan.targets for path in files_of(*target) if Path(path).exists()]
    return bool(there) and all(ledger.ours(task, path) for path in there)


class _TaskContext:
    """Passes on what the jobs of one worker report, as news of the task that it is at."""

    def __init__(self, listener: Listener) -> None:
        self.number = 0
        self._listener = listener

    def progress(self, fraction: float, text: str) -> None:
        self._listener.progress(self.number, fraction, text)

    def log(self, line: str) -> None:
        self._listener.log(self.number, line)

    def event(self, event: object) -> None:
        return

    def stopping(self) -> bool:
        return False


def counts(results: Iterable[Finished]) -> tuple[int, int, int]:
    """How many are the same, different, and failed."""
    states = [done.result.state for done in results]
    return states.count("same"), states.count("different"), states.count("failed")
