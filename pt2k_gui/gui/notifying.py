"""Tells that a long job is over, while the window is in the back: the desktop marks the window, and shows a message where it
has a place for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

LONG = 10.0  # seconds of a job; whoever waits for a shorter one is still there
_SHOWN = 15_000  # milliseconds that the message stays, and the icon in the tray with it


class Messenger(Protocol):
    """Shows a message on the desktop."""

    def show(self, title: str, text: str) -> None:
        """Show it; nothing happens where the desktop shows none."""


class Notifier(QObject):
    """Watches when the window's jobs end."""

    def __init__(self, window: QWidget, wanted: Callable[[], bool], messenger: Messenger | None = None) -> None:
        """Args: wanted: tells whether the user wants to be told; messenger: for tests."""
        super().__init__(window)
        self._window, self._wanted = window, wanted
        self.messenger = _Tray(window) if messenger is None else messenger

    def job_ended(self, seconds: float, text: str) -> None:
        """A job is over that ran for so long; ``text`` says how it ended."""
        if not self._wanted() or seconds < LONG or self._window.isActiveWindow() or QApplication.activeModalWidget():
            return
        QApplication.alert(self._window)
        self.messenger.show(self._window.windowTitle(), text)


class _Tray(QObject):
    """A message by an icon in the tray, which is there as long as the message."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None
        self._over = QTimer(self)
        self._over.setSingleShot(True)
        self._over.timeout.connect(self._hide)

    def show(self, title: str, text: str) -> None:
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(QIcon(self._window.windowIcon()), self)
            self._icon.setToolTip("PT2K")
            self._icon.messageClicked.connect(self._to_front)
            self._icon.activated.connect(lambda _reason: self._to_front())
        self._icon.show()
        self._icon.showMessage(title, text, self._window.windowIcon(), _SHOWN)
        self._over.start(_SHOWN)

    def _to_front(self) -> None:
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        self._hide()

    def _hide(self) -> None:
        if self._icon is not None:
            self._icon.hide()
