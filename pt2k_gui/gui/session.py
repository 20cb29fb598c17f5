"""Keeps the state on disk, so that after a crash the next start can go on. One folder a session; writes are atomic.

A lock in the folder says that its window still runs. Several windows, also of different versions of PT2K, share the folder
of sessions: nobody touches what another one holds, and a session is taken up again only by the version that wrote it.
"""

from __future__ import annotations

import contextlib
import pickle
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile

import pt2k_gui
from pt2k_gui.files import write_bytes
from pt2k_gui.gui.state import Snapshot
from pt2k_gui.paths import state_folder
from pt2k_gui.problem import Problem

_STATE = "state.pickle"
_VERSION = "version"
_LOCK = "lock"
_PATIENCE = 5000  # milliseconds for another window to be done with the list of sessions
_DAYS_KEPT = 14


@dataclass(frozen=True)
class Interrupted:
    """A session that was not closed in order."""

    folder: Path
    state: Snapshot
    when: float
    lock: QLockFile
    """Held, so that no other window offers the same session; whoever takes the session up takes the lock over."""

    @property
    def model(self) -> str:
        found = self.state
        return found.records[found.open].info.name if found.open is not None else ""


class Session:
    """The folder of one running window: its artefacts and its state."""

    def __init__(self, found: Interrupted | None = None) -> None:
        if found is not None:
            self.folder, self._lock = found.folder, found.lock
            return
        with _alone():
            self.folder = _sessions() / f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:6]}"
            self.folder.mkdir()
            self._lock = _lock(self.folder)
            self._lock.tryLock(0)
        (self.folder / _VERSION).write_text(pt2k_gui.__version__, encoding="utf-8")

    def save(self, state: Snapshot) -> None:
        """Write the state; a disk that is full costs the chance to resume, not the work."""
        with contextlib.suppress(Problem, OSError):
            write_bytes(self.folder / _STATE, pickle.dumps(state))

    def close(self) -> None:
        """The window was closed in order: nothing to resume."""
        _remove(self.folder, self._lock)


def interrupted() -> Interrupted | None:
    """The latest session whose process is gone without having closed it, if it has a finished step; older ones are
    removed after a while. The caller holds its lock."""
    with _alone():
        return _look()


def _look() -> Interrupted | None:
    found: Interrupted | None = None
    for folder in sorted(_sessions().iterdir(), reverse=True):
        lock = _lock(folder)
        if not lock.tryLock(0):
            continue
        when = _last_written(folder)
        if _of_another_version(folder) and time.time() - when < _DAYS_KEPT * 86400:
            lock.unlock()
            continue
        state = _read(folder / _STATE)
        if found is None and state is not None and state.records and time.time() - when < _DAYS_KEPT * 86400:
            found = Interrupted(folder, state, when, lock)
        else:
            _remove(folder, lock)
    return found


def _read(path: Path) -> Snapshot | None:
    """The state with what is still there of it; None where there is none."""
    # Our own file in our own folder: a pickle is as safe here as the program beside it.
    try:
        state = pickle.loads(path.read_bytes())
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError, IndexError):
        return None  # of another version, or not written to its end
    return state.without_missing() if isinstance(state, Snapshot) else None


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """No other window makes a session or looks for one meanwhile."""
    lock = QLockFile(str(state_folder() / "sessions.lock"))
    lock.tryLock(_PATIENCE)
    try:
        yield
    finally:
        lock.unlock()


def _of_another_version(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return (folder / _VERSION).read_text(encoding="utf-8") != pt2k_gui.__version__
    return False


def _last_written(folder: Path) -> float:
    for path in (folder / _STATE, folder):
        with contextlib.suppress(OSError):
            return path.stat().st_mtime
    return 0.0


def _lock(folder: Path) -> QLockFile:
    lock = QLockFile(str(folder / _LOCK))
    lock.setStaleLockTime(0)  # however long it is held: only the end of its process frees it
    return lock


def _remove(folder: Path, lock: QLockFile) -> None:
    """Remove a session that this process holds. The state goes first: without it nobody offers to go on."""
    with contextlib.suppress(OSError):
        (folder / _STATE).unlink()
    lock.unlock()
    shutil.rmtree(folder, ignore_errors=True)


def _sessions() -> Path:
    folder = state_folder() / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
