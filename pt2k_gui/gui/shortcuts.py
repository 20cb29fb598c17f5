"""The keys that the window listens to: one list, from which its shortcuts are made and its help is shown."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.theme import XL, L, M, dress
from pt2k_gui.gui.widgets.basics import button_box, label
from pt2k_gui.gui.widgets.table import Table


@dataclass(frozen=True)
class Shortcut:
    """One key and what it does; ``name`` is what the window calls it, empty for keys that a widget listens to."""

    name: str
    keys: str
    words: object  # a text of the context "Shortcuts"


SHORTCUTS = (
    Shortcut("open", "Ctrl+O", QT_TRANSLATE_NOOP("Shortcuts", "Open a model")),
    Shortcut("next", "Alt+Right", QT_TRANSLATE_NOOP("Shortcuts", "Next step")),
    Shortcut("back", "Alt+Left", QT_TRANSLATE_NOOP("Shortcuts", "Previous step")),
    Shortcut("steps", "Ctrl+1 … Ctrl+5", QT_TRANSLATE_NOOP("Shortcuts", "Go to a step")),
    Shortcut("run", "Ctrl+Return", QT_TRANSLATE_NOOP("Shortcuts", "Press the page's main button")),
    Shortcut("cancel", "Esc", QT_TRANSLATE_NOOP("Shortcuts", "Cancel the running job")),
    Shortcut("log", "Ctrl+L", QT_TRANSLATE_NOOP("Shortcuts", "Show or hide the log")),
    Shortcut("theme", "Ctrl+D", QT_TRANSLATE_NOOP("Shortcuts", "Light or dark theme")),
    Shortcut("settings", "Ctrl+,", QT_TRANSLATE_NOOP("Shortcuts", "Settings")),
    Shortcut("help", "F1", QT_TRANSLATE_NOOP("Shortcuts", "The guide's page for what is in front")),
    Shortcut("shortcuts", "Shift+F1", QT_TRANSLATE_NOOP("Shortcuts", "This list")),
    Shortcut("quit", "Ctrl+Q", QT_TRANSLATE_NOOP("Shortcuts", "Quit")),
    Shortcut("", "Tab, Shift+Tab", QT_TRANSLATE_NOOP("Shortcuts", "Go to the next field, or the previous one")),
    Shortcut("", "Enter", QT_TRANSLATE_NOOP("Shortcuts", "Activate what has the focus")),
    Shortcut("", "Ctrl+F", QT_TRANSLATE_NOOP("Shortcuts", "Tables: filter the rows")),
    Shortcut("", "Ctrl+A, Ctrl+C", QT_TRANSLATE_NOOP("Shortcuts", "Tables: select all rows, copy the selected ones")),
    Shortcut("", "←  →  ↑  ↓", QT_TRANSLATE_NOOP("Shortcuts", "Samples: go to the one next to it")),
    Shortcut("", "PgUp, PgDown", QT_TRANSLATE_NOOP("Shortcuts", "Samples: next or previous page")),
    Shortcut("", "Ctrl+A, Delete", QT_TRANSLATE_NOOP("Shortcuts", "Shapes: select all axes, remove the selected ones")),
    Shortcut("", "Ctrl+Wheel", QT_TRANSLATE_NOOP("Shortcuts", "Plots: zoom in or out")),
)


def keys_of(name: str) -> QKeySequence:
    """The keys of one of the window's shortcuts. Raises ``KeyError``."""
    return QKeySequence({entry.name: entry.keys for entry in SHORTCUTS}[name])


class ShortcutsDialog(QDialog):
    """All keys in a table."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutsDialog")
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.resize(560, 520)
        has_help(self, "settings-and-help#keys")
        dress(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, XL, XL, L)
        column.setSpacing(M)
        column.addWidget(label(self.tr("Keyboard shortcuts"), "title"))
        self.table = Table((self.tr("Keys"), self.tr("What they do")), "shortcuts", (), 1)
        self.table.fill(
            [(entry.keys, QCoreApplication.translate("Shortcuts", str(entry.words))) for entry in SHORTCUTS]
        )
        column.addWidget(self.table, 1)
        buttons = button_box(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()
