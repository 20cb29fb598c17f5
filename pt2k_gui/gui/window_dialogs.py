"""The dialogs of the rail and its Help menu. Each is imported when it is opened, so that the window is there sooner."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from pt2k_gui.gui.question import answer_of
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.theme import Theme


def open_settings(window: QWidget, theme: Theme, settings: Settings) -> None:
    """Show the settings, in the language that they choose, until they are closed."""
    from pt2k_gui.gui.dialogs import SettingsDialog

    while answer_of(SettingsDialog(window, theme, settings)) == SettingsDialog.SPEAKS_ANEW:
        pass  # it is shown again in the language that was chosen


def open_shortcuts(window: QWidget) -> None:
    """Show the keys."""
    from pt2k_gui.gui.shortcuts import ShortcutsDialog

    answer_of(ShortcutsDialog(window))


def open_diagnostics(window: QWidget, theme: Theme, log: Callable[[], list[str]]) -> None:
    """Show what a report of an error needs."""
    from pt2k_gui.gui.about import DiagnosticsDialog

    answer_of(DiagnosticsDialog(window, theme, log))


def open_licences(window: QWidget, theme: Theme) -> None:
    """Show the licences of all that PT2K is made of."""
    from pt2k_gui.gui.about import LicencesDialog

    answer_of(LicencesDialog(window, theme))


def open_about(window: QWidget, theme: Theme) -> None:
    """Show the version."""
    from pt2k_gui.gui.about import AboutDialog

    answer_of(AboutDialog(window, theme))


def open_crash_log(window: QWidget, theme: Theme) -> None:
    """Show the errors that were written down."""
    from pt2k_gui.gui.logs import CrashLogDialog

    answer_of(CrashLogDialog(window, theme))
