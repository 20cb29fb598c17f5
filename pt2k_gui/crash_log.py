"""The crash log: what the window's process did not foresee, written down so that it can go into a bug report.

Each process writes a file of its own, so that two windows never mix their lines; one that has nothing to tell is removed
when the process ends in order. Traces of crashes in native code come from ``faulthandler``.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TextIO

import pt2k_gui
from pt2k_gui.paths import log_folder

listener: Callable[[str], None] | None = None
"""Told of each entry's first line, in whatever thread it happened."""

_PATTERN = "crash-*.log"
_KEPT = 20
_LONGEST = 200_000  # characters that ``read`` returns
_file: TextIO | None = None
_empty_size = 0


def begin() -> None:
    """Catch what nobody catches from now on. Without a folder to write to there is no crash log, and no error either."""
    global _file, _empty_size
    with contextlib.suppress(OSError):
        _remove_old()
        path = log_folder() / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
        _file = path.open("a", encoding="utf-8", errors="replace", buffering=1)
        _file.write(
            f"PT2K {pt2k_gui.__version__}, Python {platform.python_version()}, {platform.platform()}, "
            f"started {time.strftime('%Y-%m-%d %H:%M:%S')}\n"
        )
        _empty_size = path.stat().st_size
        faulthandler.enable(_file, all_threads=True)
        sys.excepthook = _log_exception
        threading.excepthook = _log_thread_exception


def add(sentence: str, details: str = "") -> None:
    """Write an entry: one line, and what belongs to it."""
    if _file is not None:
        with contextlib.suppress(OSError):
            _file.write(f"\n{time.strftime('%Y-%m-%d %H:%M:%S')}  {sentence}\n")
            _file.write(f"{details.rstrip()}\n" if details else "")
    if listener is not None:
        listener(sentence)


def end() -> None:
    """The process ends in order: a log without an entry goes."""
    global _file
    if _file is None:
        return
    path = Path(_file.name)
    faulthandler.disable()
    sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
    _file.close()
    _file = None
    with contextlib.suppress(OSError):
        if path.stat().st_size == _empty_size:
            path.unlink()


def read() -> str:
    """All entries of all processes, the latest process first; empty if there is none."""
    parts = []
    for path in reversed(_files()):
        with contextlib.suppress(OSError):
            text = path.read_text(encoding="utf-8", errors="replace")
            if len(text.splitlines()) > 1:
                parts.append(text.rstrip())
    return "\n\n".join(parts)[:_LONGEST]


def _log_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        add(f"{kind.__name__}: {error}", "".join(traceback.format_exception(kind, error, trace)))
    sys.__excepthook__(kind, error, trace)


def _log_thread_exception(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        name = arguments.thread.name if arguments.thread is not None else "?"
        trace = traceback.format_exception(arguments.exc_value)
        add(f"{arguments.exc_type.__name__} in the thread {name}: {arguments.exc_value}", "".join(trace))
    threading.__excepthook__(arguments)


def _files() -> list[Path]:
    return sorted(log_folder().glob(_PATTERN))


def _remove_old() -> None:
    for old in _files()[:-_KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
