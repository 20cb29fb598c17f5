"""QThread workers: all that the pages know of running work. The work itself happens in a child process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot

from pt2k_gui.jobs.job import Job
from pt2k_gui.problem import Problem

if TYPE_CHECKING:
    from pt2k_gui.jobs.process import Child, Children

Answer = TypeVar("Answer")

_POLL = 0.05  # seconds; how soon a cancel is noticed


@dataclass(frozen=True)
class Watcher(Generic[Answer]):
    """Who is told of a job, in the window's thread; all may be missing.

    Exactly one of ``finished``, ``failed`` and ``cancelled`` comes, then ``ended``. ``notice`` is what the job sends with
    ``context.event()``.
    """

    finished: Callable[[Answer], None] | None = None
    failed: Callable[[Problem], None] | None = None
    cancelled: Callable[[], None] | None = None
    notice: Callable[[object], None] | None = None
    started: Callable[[], None] | None = None
    progress: Callable[[float, str], None] | None = None
    log: Callable[[str], None] | None = None
    ended: Callable[[], None] | None = None


class Worker(QObject):
    """One running job. Whoever is to hear of it is named when it is made (``Workers.run``), so that no answer can come
    before somebody listens."""

    _said = Signal(object)  # (one of Watcher's fields, its arguments), from the thread

    def __init__(self, request: Job[Any], watcher: Watcher[Any], children: Children, parent: QObject) -> None:
        super().__init__(parent)
        self.request = request
        self.running = True
        self.child_pid = 0
        self._watcher = watcher
        self._cancel = threading.Event()
        self._stop = threading.Event()
        self._thread = _Thread(self, children)
        self._thread.setObjectName(f"worker {type(request).__module__.rsplit('.', 1)[-1]}")
        self._said.connect(self._pass_on)
        self._thread.finished.connect(self._on_thread_finished)

    def cancel(self) -> None:
        """End the job by ending its process; ``cancelled`` follows within a second."""
        self._cancel.set()

    def stop_and_keep(self) -> None:
        """Ask the job to end early with what it has (training keeps its best epoch)."""
        self._stop.set()

    def wait(self, milliseconds: int = 5000) -> bool:
        """Block until the thread has ended; for closing the application and for tests."""
        return self._thread.wait(milliseconds)

    def say(self, kind: str, *values: object) -> None:
        """Called in the thread: have the watcher told."""
        self._said.emit((kind, values))

    @Slot(object)
    def _pass_on(self, said: tuple[str, tuple[object, ...]]) -> None:
        kind, values = said
        told = getattr(self._watcher, kind)
        if told is not None:
            told(*values)

    @Slot()
    def _on_thread_finished(self) -> None:
        self.running = False
        self._pass_on(("ended", ()))


class _Thread(QThread):
    def __init__(self, worker: Worker, children: Children) -> None:
        # Owned by the worker in C++: Python's garbage collector, which may run in any thread, must not delete it.
        super().__init__(worker)
        self._worker = worker
        self._children = children

    def run(self) -> None:
        worker = self._worker
        from pt2k_gui.jobs.child import unexpected

        try:
            child = self._children.take()
        except Exception as error:  # without a word the page would wait for ever
            worker.say("failed", error if isinstance(error, Problem) else unexpected(error))
            return
        worker.child_pid = child.pid
        try:
            self._drive(child)
        except Problem as problem:  # the child died, or was ended at a limit
            if worker._cancel.is_set():
                worker.say("cancelled")
            else:
                worker.say("failed", problem)
        except Exception as error:  # an answer that can't be read
            child.kill()
            worker.say("failed", unexpected(error))
        finally:
            self._children.give_back(child)

    def _drive(self, child: Child) -> None:
        worker = self._worker
        if worker._cancel.is_set():
            worker.say("cancelled")
            return
        child.submit(worker.request)
        worker.say("started")
        stop_sent = False
        while True:
            if worker._cancel.is_set():
                child.kill()
                worker.say("cancelled")
                return
            if worker._stop.is_set() and not stop_sent:
                child.stop()
                stop_sent = True
            message = child.receive(_POLL)
            if message is None:
                continue
            kind, *values = message
            if kind in ("finished", "failed"):
                worker.say(str(kind), values[0])
                return
            if kind in ("progress", "log", "event"):
                worker.say("notice" if kind == "event" else str(kind), *values)


class Workers(QObject):
    """Starts workers and keeps the children that they use. One per window."""

    idle = Signal()  # the last job has ended

    def __init__(self, parent: QObject | None = None, *, warm: bool = True) -> None:
        super().__init__(parent)
        self._warm = warm
        self._lock = threading.Lock()
        self._kept: Children | None = None
        self._running: list[Worker] = []
        self._warming: threading.Thread | None = None

    def _children(self) -> Children:
        """Made when first asked for: what it imports would only delay the first picture."""
        from pt2k_gui.jobs.process import Children

        with self._lock:
            if self._kept is None:
                self._kept = Children(warm=self._warm)
            return self._kept

    def warm(self) -> None:
        """Start importing the frameworks in a child, in the background."""
        self._warming = threading.Thread(target=lambda: self._children().warm(), name="start a child", daemon=True)
        self._warming.start()

    @property
    def busy(self) -> bool:
        """Whether a job runs, or its answer is on the way."""
        return bool(self._running)

    def run(self, request: Job[Answer], watcher: Watcher[Answer]) -> Worker:
        """Start a job whose every word goes to the watcher."""
        worker = Worker(request, watcher, self._children(), self)
        self._running.append(worker)
        # A bound method, which Qt's side holds weakly: a lambda would own this object from within its own child.
        worker._thread.finished.connect(self._forget_ended)
        worker._thread.start()
        return worker

    @Slot()
    def _forget_ended(self) -> None:
        for worker in [worker for worker in self._running if not worker.running]:
            self._running.remove(worker)
            worker.deleteLater()
        if not self._running:
            self.idle.emit()

    def shutdown(self) -> None:
        """Cancel what runs and end the children; returns when the threads have ended."""
        for worker in self._running:
            worker.cancel()
        for worker in self._running:
            worker.wait()
        if self._warming is not None:
            self._warming.join()
        if self._kept is not None:
            self._kept.shutdown()
