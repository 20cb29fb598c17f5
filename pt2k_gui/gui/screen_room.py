"""Keeps windows and dialogs on the screen: none is larger than the screen has room for."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

_TITLE_BAR = 40  # pixels that the frame takes of the screen


def fit_to_screen(window: QWidget) -> None:
    """Make a window that is about to be shown no larger than its screen, with its title bar."""
    room = window.screen().availableSize() - QSize(0, _TITLE_BAR)
    wanted = window.size() if window.testAttribute(Qt.WidgetAttribute.WA_Resized) else window.sizeHint()
    if wanted.width() > room.width() or wanted.height() > room.height():
        window.resize(wanted.boundedTo(room))
