"""F1: opens the guide at the page for what is in front. A widget names its page in the property ``guide``, ``page`` or
``page#anchor``; what names none has its parent's. A dialog listens to the key itself, since it keeps keys from the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from pt2k_gui.gui.theme import Theme

if TYPE_CHECKING:
    from pt2k_gui.gui.guide.window import GuideWindow

PROPERTY = "guide"


class Help(QObject):
    """Keeps the guide's window, which is made when it is first asked for."""

    def __init__(self, window: QWidget, theme: Theme, language: Callable[[], str]) -> None:
        """Args: window: the main one; language: tells the choice in the settings."""
        super().__init__(window)
        self._window, self._theme, self._language = window, theme, language
        self._guide: GuideWindow | None = None

    def open(self, about: QWidget | str) -> GuideWindow:
        """Show the guide's page for a widget, or the page named ``page`` or ``page#anchor``."""
        from pt2k_gui.gui.guide.window import GuideWindow

        name = about if isinstance(about, str) else page_of(about)
        modal = QApplication.activeModalWidget()
        parent = modal if isinstance(modal, QDialog) else self._window
        if self._guide is None or self._guide.parentWidget() is not parent or self._guide.language != self._language():
            if self._guide is not None:
                self._guide.close()
                self._guide.deleteLater()
            self._guide = GuideWindow(parent, self._theme, self._language())
            self._guide.destroyed.connect(self._forget)
        page, _, anchor = name.partition("#")
        self._guide.show_page(page, anchor)
        self._guide.show()
        self._guide.raise_()
        self._guide.activateWindow()
        return self._guide

    def _forget(self, gone: QObject) -> None:
        """A dialog took the guide with it that was opened from it."""
        if self._guide is gone:
            self._guide = None


def has_help(dialog: QDialog, page: str) -> None:
    """Name a dialog's page of the guide, and have F1 open it."""
    dialog.setProperty(PROPERTY, page)
    QShortcut(QKeySequence("F1"), dialog).activated.connect(lambda: _open(dialog))


def page_of(widget: QWidget) -> str:
    """The page that a widget or the nearest one around it names; empty if none does."""
    around: QWidget | None = widget
    while around is not None:
        name = around.property(PROPERTY)
        if name:
            return str(name)
        around = around.parentWidget()
    return ""


def _open(dialog: QDialog) -> None:
    around: QWidget | None = dialog
    while around is not None:
        found = getattr(around, "help", None)
        if isinstance(found, Help):
            found.open(dialog.focusWidget() or dialog)
            return
        around = around.parentWidget()
