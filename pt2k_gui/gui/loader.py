"""Writes a loader where the user wants it, opens it in the editor of the desktop, and tells when it was saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from pt2k_gui.problem import Problem
from pt2k_gui.sources import trust
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.code import question_of
from pt2k_gui.sources.inspection import Inspection
from pt2k_gui.sources.loader import NAME, loader_of, write_loader
from pt2k_gui.sources.repository import repository_of
from pt2k_gui.sources.sibling_modules import digest_with, files_with

_PAUSE = 400  # milliseconds; an editor may write a file in several steps


class LoaderWatch(QObject):
    """Watches one loader at a time."""

    saved = Signal(object)
    """The source to open, with the loader as its code."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._files = QFileSystemWatcher(self)
        self._files.fileChanged.connect(self._changed)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._tell)
        self._source: Source | None = None
        self._loader = Path()
        self._agreed_beside = ""

    def begin(self, source: Source, found: Inspection) -> Path | None:
        """Ask for a place, write the loader there, open it and watch it; None where the user gave up.

        Raises:
            Problem: it can't be written.
        """
        place = str(Path(found.path).absolute().parent / NAME)
        path, _ = QFileDialog.getSaveFileName(self._window, self.tr("Write a loader"), place, self.tr("Python (*.py)"))
        if not path:
            return None
        loader = Path(path)
        if loader.exists():
            loader.unlink()  # the dialog has asked
        write_loader(source, found, loader)
        self.watch(loader_of(source, loader), loader)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(loader)))
        return loader

    def watch(self, source: Source, loader: Path) -> None:
        """Tell from now on whenever this loader was saved."""
        self.end()
        self._source, self._loader = source, loader
        self._files.addPath(str(loader))

    def end(self) -> None:
        """Watch no longer."""
        self._pause.stop()
        if self._files.files():
            self._files.removePaths(self._files.files())
        self._source, self._agreed_beside = None, ""

    def watches(self, source: Source) -> bool:
        """Whether this is the loader's model."""
        return self._source is not None and source.code == self._source.code

    def _changed(self, _path: str) -> None:
        self._pause.start()

    def _tell(self) -> None:
        if self._source is None or not self._loader.is_file():
            return
        if str(self._loader) not in self._files.files():
            self._files.addPath(str(self._loader))  # the editor has put a new file in its place
        self._agree_again()
        self.saved.emit(self._source)

    def _agree_again(self) -> None:
        """A yes goes on for the loader itself, which the user is writing; not for other files that have changed."""
        try:
            question = question_of(self._loader)
            others = files_with(repository_of(self._loader), self._loader)
        except Problem:
            return  # half written, or no Python; opening it says so
        beside = digest_with("loader", others)
        if trust.agreed(question.sha256) or beside == self._agreed_beside:
            self._agreed_beside = beside
            trust.agree(question.path, question.sha256)

    def was_agreed(self) -> None:
        """The user has agreed to what the loader runs at present."""
        try:
            self._agreed_beside = digest_with("loader", files_with(repository_of(self._loader), self._loader))
        except (Problem, OSError):
            self._agreed_beside = ""
