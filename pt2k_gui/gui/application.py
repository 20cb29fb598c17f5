"""The Qt application: opens the files that the system hands to it while it runs, as macOS does where others start a process."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """``file_asked`` carries a path; ``early`` keeps the one that came before anybody listened."""

    file_asked = Signal(str)

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.early = ""
        self.setApplicationName("PT2K")
        self.setApplicationDisplayName("PT2K")
        self.setDesktopFileName("pt2k")

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.early = event.file()
            self.file_asked.emit(event.file())
            return True
        return super().event(event)
