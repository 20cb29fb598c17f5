"""Plays a file of sound through the player that the system has. Knows no window."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QUrl, Signal
from PySide6.QtGui import QDesktopServices

_PLAYERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "darwin": (("afplay",),),
    "win32": (("powershell", "-NoProfile", "-Command", "(New-Object Media.SoundPlayer $args[0]).PlaySync()"),),
    "linux": (("pw-play",), ("paplay",), ("aplay", "-q"), ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error")),
}
"""By the system, its commands that play a file and then end; the first one that is there is taken."""


class Player(QObject):
    """Plays one file at a time. ``failed`` carries what the system's player said, where it could not; ``stopped`` comes when a
    sound has ended, whichever way."""

    failed = Signal(str)
    stopped = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._not_started)
        self._asked_to_stop = False

    @property
    def playing(self) -> bool:
        """Whether a sound is heard."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def play(self, file: Path) -> None:
        """Play a file; without a command for that, open it with the program that the system has for such files."""
        self.stop()
        commands = (command for command in _PLAYERS.get(sys.platform, ()) if shutil.which(command[0]))
        command = next(commands, None)
        if command is None:
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(file))):
                self.failed.emit("")
            self.stopped.emit()
            return
        self._asked_to_stop = False
        self._process.start(command[0], [*command[1:], str(file)])

    def stop(self) -> None:
        """End what is heard."""
        if self.playing:
            self._asked_to_stop = True
            self._process.kill()
            self._process.waitForFinished(1000)

    def _finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        if code and not self._asked_to_stop:
            self.failed.emit(bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip())
        self.stopped.emit()

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self.failed.emit(self._process.errorString())
            self.stopped.emit()
