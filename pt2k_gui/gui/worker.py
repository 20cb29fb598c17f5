"""QThread workers: all that the pages know of running work. The work itself happens in a child process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal, Slot

from pt2k_gui.problem import Problem

if TYPE_CHECKING:
    from pt2k_gui.jobs.process import Child, Children

_POLL = 0.05  # seconds; how soon a cancel is noticed


class Worker(QObject):
    """One running job.

    Signals arrive in the window's thread. Exactly one of ``finished``, ``failed`` and ``cancelled`` comes, then
    ``ended``.
    """

    started = Signal()
    progress = Signal(float, str)
    log = Signal(str)
    notice = Signal(object)  # what a job sends with context.event(); QObject has an event() of its own
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, request: object, children: Children, parent: QObject) -> None:
        super().__init__(parent)
        self.request = request
        self.running = True
        self.child_pid = 0
        self._cancel = threading.Event()
        self._stop = threading.Event()
        self._thread = _Thread(self, children)
        self._thread.setObjectName(f"worker {type(request).__module__.rsplit('.', 1)[-1]}")
        self._thread.finished.connect(self._on_thread_finished)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """End the job by ending its process; ``cancelled`` follows within a second."""
        self._cancel.set()

    def stop_and_keep(self) -> None:
        """Ask the job to end early with what it has (training keeps its best epoch)."""
        self._stop.set()

    def wait(self, milliseconds: int = 5000) -> bool:
        """Block until the thread has ended; for closing the application and for tests."""
        return self._thread.wait(milliseconds)

    def _on_thread_finished(self) -> None:
        self.running = False
        self.ended.emit()


class _Thread(QThread):
    def __init__(self, worker: Worker, children: Children) -> None:
        # Owned by the worker in C++: Python's garbage collector, which may run in any thread, must not delete it.
        super().__init__(worker)
        self._worker = worker
        self._children = children

    def run(self) -> None:
        worker = self._worker
        try:
            child = self._children.take()
        except Problem as problem:
            worker.failed.emit(problem)
            return
        worker.child_pid = child.pid
        try:
            self._drive(child)
        except Problem as problem:  # the child died, or was ended at a limit
            if worker._cancel.is_set():
                worker.cancelled.emit()
            else:
                worker.failed.emit(problem)
        except Exception as error:  # an answer that can't be read; without a word the page would wait for ever
            from pt2k_gui.jobs.child import unexpected

            child.kill()
            worker.failed.emit(unexpected(error))
        finally:
            self._children.give_back(child)

    def _drive(self, child: Child) -> None:
        worker = self._worker
        if worker._cancel.is_set():
            worker.cancelled.emit()
            return
        child.submit(worker.request)
        worker.started.emit()
        stop_sent = False
        while True:
            if worker._cancel.is_set():
                child.kill()
                worker.cancelled.emit()
                return
            if worker._stop.is_set() and not stop_sent:
                child.stop()
                stop_sent = True
            message = child.receive(_POLL)
            if message is None:
                continue
            kind, *values = message
            if kind == "progress":
                worker.progress.emit(*values)
            elif kind == "log":
                worker.log.emit(*values)
            elif kind == "event":
                worker.notice.emit(*values)
            elif kind == "finished":
                worker.finished.emit(values[0])
                return
            elif kind == "failed":
                worker.failed.emit(values[0])
                return


class Workers(QObject):
    """Starts workers and keeps the children that they use. One per window."""

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

    def run(self, request: object) -> Worker:
        """Start a job. Connect to the worker's signals in the same turn of the event loop: they come queued."""
        worker = Worker(request, self._children(), self)
        self._running.append(worker)
        # A bound method, which Qt's side holds weakly: a lambda would own this object from within its own child.
        worker.ended.connect(self._forget_ended)
        worker.start()
        return worker

    @Slot()
    def _forget_ended(self) -> None:
        for worker in [worker for worker in self._running if not worker.running]:
            self._running.remove(worker)
            worker.deleteLater()

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
