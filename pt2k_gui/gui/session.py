"""Keeps the walk on disk, so that after a crash the next start can go on. One folder a session; writes are atomic."""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import psutil

from pt2k_gui.files import write_bytes
from pt2k_gui.gui.state import Step, StepState, Walk
from pt2k_gui.places import state_folder
from pt2k_gui.problem import Problem

_STATE = "walk.pickle"
_OWNER = "owner"
_DAYS_KEPT = 14


@dataclass(frozen=True)
class Interrupted:
    """A session that was not closed in order."""

    folder: Path
    walk: Walk
    when: float

    @property
    def model(self) -> str:
        return self.walk.card.name if self.walk.card is not None else ""


class Session:
    """The folder of one running window: its artefacts and the state of its walk."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or _sessions() / f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:6]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / _OWNER).write_text(_identity(os.getpid()), encoding="utf-8")

    def save(self, walk: Walk) -> None:
        """Write the state; a disk that is full costs the chance to resume, not the walk."""
        with contextlib.suppress(Problem, OSError):
            write_bytes(self.folder / _STATE, pickle.dumps(walk))

    def close(self) -> None:
        """The window was closed in order: nothing to resume."""
        shutil.rmtree(self.folder, ignore_errors=True)


def interrupted() -> Interrupted | None:
    """The latest session whose process is gone without having closed it, if it has a finished step; older ones are
    removed after a while."""
    found = []
    for folder in sorted(_sessions().iterdir(), reverse=True):
        if _owned(folder):
            continue
        walk = _read(folder / _STATE)
        if walk is None or walk.states[Step.MODEL] is not StepState.DONE or not _artefacts_there(walk):
            shutil.rmtree(folder, ignore_errors=True)
            continue
        when = (folder / _STATE).stat().st_mtime
        if time.time() - when > _DAYS_KEPT * 86400:
            shutil.rmtree(folder, ignore_errors=True)
            continue
        found.append(Interrupted(folder, walk, when))
    for other in found[1:]:
        shutil.rmtree(other.folder, ignore_errors=True)
    return found[0] if found else None


def _artefacts_there(walk: Walk) -> bool:
    paths = [walk.source.path] if walk.source is not None else []
    if walk.exported is not None:
        paths.append(walk.exported.path)
    if walk.converted is not None:
        paths.append(walk.converted.path)
    if walk.verification is not None:
        paths.append(walk.verification.arrays)
    return all(Path(path).exists() for path in paths)


def _read(path: Path) -> Walk | None:
    # Our own file in our own folder: a pickle is as safe here as the program beside it.
    try:
        walk = pickle.loads(path.read_bytes())
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError, IndexError):
        return None  # of another version, or not written to its end
    return walk if isinstance(walk, Walk) else None


def _owned(folder: Path) -> bool:
    """Whether the process that made it still runs."""
    try:
        text = (folder / _OWNER).read_text(encoding="utf-8")
        pid = int(text.split()[0])
    except (OSError, ValueError, IndexError):
        return False
    return _identity(pid) == text


def _identity(pid: int) -> str:
    try:
        return f"{pid} {psutil.Process(pid).create_time():.2f}"
    except psutil.Error:
        return ""


def _sessions() -> Path:
    folder = state_folder() / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
