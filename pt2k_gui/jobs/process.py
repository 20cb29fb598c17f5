"""The parent's side of the child processes: start, warm, talk, end. Knows nothing of Qt; imports no framework."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import multiprocessing.util
import pickle
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from pt2k_gui.jobs import messages
from pt2k_gui.jobs.child import serve
from pt2k_gui.jobs.job import Job
from pt2k_gui.jobs.limits import GIB, Watch
from pt2k_gui.paths import log_folder
from pt2k_gui.problem import Problem

CONTEXT = multiprocessing.get_context("spawn")  # a fork of a process with Qt's threads in it could hang
_numbers = itertools.count(1)
_LOGS_KEPT = 20
_TAIL = 4000  # characters of the child's log that go into a problem's details


class ChildDied(Problem):
    """The child process ended without an answer."""


class Child:
    """One spawned process that runs one job at a time. Raises ``ChildDied`` if the system starts no other process."""

    def __init__(self, *, warm: bool = True, memory: float = 0.0) -> None:
        """``memory``: GiB that its jobs may take; 0 for the ceiling of this process."""
        self._log = log_folder() / f"child-{multiprocessing.current_process().pid}-{next(_numbers)}.log"
        self._log.write_bytes(b"")
        self._scratch: set[str] = set()
        # One thread may end the process while another waits for its answer: two that read at once would each get a part
        # of a message.
        self._reading = threading.RLock()
        self._watch: Watch | None = None
        self._most = int(memory * GIB)
        self._connection, theirs = CONTEXT.Pipe()
        # Not a daemon: the reload check of saved files starts a process of its own.
        self._process = CONTEXT.Process(target=serve, args=(theirs, str(self._log), warm), name="PT2K work")
        try:
            self._process.start()
        except OSError as error:
            self._connection.close()
            raise ChildDied(
                messages.NOT_STARTED(),
                hint=messages.CLOSE_PROGRAMS(),
                details=repr(error),
            ) from error
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """The number of its process; 0 before it has one."""
        return self._process.pid or 0

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.is_alive()

    def memory(self) -> int:
        """Bytes of the machine's memory that the process holds; 0 where it is gone."""
        import psutil

        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def submit(self, request: Job[Any]) -> None:
        """Hand over a job's request. Raises ``ChildDied`` if the process is gone."""
        self._watch = Watch(self.pid, request, self._most)
        self._send(("run", request))

    def stop(self) -> None:
        """Ask the running job to end early and keep what it has."""
        self._send(("stop",))

    def _send(self, message: tuple[object, ...]) -> None:
        try:
            self._connection.send(message)
        except OSError as error:
            raise self._death() from error

    def receive(self, timeout: float) -> tuple[Any, ...] | None:
        """The next message, or None after ``timeout`` seconds.

        Raises:
            ChildDied: the process is gone.
            TookTooLong, TookTooMuch: the job went over its limits, and its process was ended for it.
        """
        over = self._watch.problem() if self._watch is not None else None
        if over is not None:
            self.kill()
            raise over
        try:
            with self._reading:
                if not self._connection.poll(timeout):
                    return None
                message = self._read()
        except (EOFError, OSError) as error:
            raise self._death() from error
        if message[0] in ("finished", "failed"):
            self._watch = None
        return message

    def _read(self) -> tuple[Any, ...]:
        message: tuple[Any, ...] = self._connection.recv()
        if message[0] == "scratch":
            (self._scratch.add if message[2] else self._scratch.discard)(str(message[1]))
        return message

    def _drain(self) -> None:
        with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):  # its last message may have no end
            while self._connection.poll():
                self._read()

    def _death(self) -> ChildDied:
        self._process.join(2)
        code = self._process.exitcode
        self.kill()
        return ChildDied(_words(code), hint=_HINT, details=f"exit code {code}\n{self.log_tail()}")

    def log_tail(self) -> str:
        """The end of what the process printed."""
        with contextlib.suppress(OSError):
            return self._log.read_text(encoding="utf-8", errors="replace")[-_TAIL:]
        return ""

    def kill(self) -> None:
        """End the process, its own children, and whatever it had half written. Returns within a second or so."""
        import psutil

        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(self.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    process.kill()
        self._process.kill()
        self._process.join(5)
        with self._reading:
            self._drain()
            for scratch in self._scratch:
                shutil.rmtree(scratch, ignore_errors=True)
            self._scratch.clear()
            self._connection.close()


_HINT = messages.TRY_AGAIN()


def _words(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in {s.value for s in signal.Signals} else f"signal {-code}"
        if name == "SIGKILL":
            return messages.KILLED()
        if name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT"):
            return messages.CRASHED(signal=name)
        return messages.ENDED_FROM_OUTSIDE(signal=name)
    if sys.platform == "win32" and code not in (None, 0, 1):
        return messages.CRASHED_WINDOWS(code=f"{code:#010x}")
    return messages.ENDED_WITHOUT_ANSWER()


class Children:
    """Keeps a warm child ready; at most two at once, so that a small job need not wait for a long one."""

    def __init__(self, *, warm: bool = True, most: int = 2) -> None:
        self._warm = warm
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(most)
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._closed = False
        _remove_old_logs()
        # Before multiprocessing's own clean-up, which would wait for the children for ever.
        multiprocessing.util.Finalize(None, self.shutdown, exitpriority=100)

    def warm(self) -> None:
        """Have an idle child import the frameworks, if none is there."""
        with self._lock:
            if not self._closed and not self._idle and not self._busy:
                with contextlib.suppress(ChildDied):  # the next job tries again, and tells its user
                    self._idle.append(Child(warm=self._warm))

    def take(self) -> Child:
        """An idle child (the last one used first: it has the models still open) or a new one."""
        self._places.acquire()
        with self._lock:
            if self._closed:
                self._places.release()
                raise ChildDied(messages.CLOSING())
            while self._idle:
                child = self._idle.pop()
                if child.alive():
                    break
                child.kill()
            else:
                try:
                    child = Child(warm=False)
                except ChildDied:
                    self._places.release()
                    raise
            self._busy.add(child)
            return child

    def give_back(self, child: Child) -> None:
        """Return a child whose job ended; one that is dead is replaced by a new one, which warms up."""
        with self._lock:
            self._busy.discard(child)
            if self._closed or not child.alive():
                child.kill()
            else:
                self._idle.append(child)
        self._places.release()
        self.warm()

    def shutdown(self) -> None:
        """End all children."""
        with self._lock:
            self._closed = True
            children = [*self._idle, *self._busy]
            self._idle.clear()
        for child in children:
            child.kill()


def _remove_old_logs() -> None:
    def age(path: Path) -> float:
        with contextlib.suppress(OSError):
            return path.stat().st_mtime
        return 0.0

    for old in sorted(log_folder().glob("child-*.log"), key=age)[:-_LOGS_KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
