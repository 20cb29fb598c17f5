"""Files that are dropped onto the window: which they are, and that they are only looked at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QDropEvent


def dropped_paths(event: QDropEvent) -> list[str]:
    """The files and folders of this computer that a drag carries."""
    return [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]


def accept_copy(event: QDropEvent) -> bool:
    """Take the files as copies, whatever the file manager proposes: after a move it would delete its own. False where it
    offers no copy."""
    if not dropped_paths(event) or not event.possibleActions() & Qt.DropAction.CopyAction:
        event.ignore()
        return False
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
    return True
