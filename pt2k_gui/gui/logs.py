"""Shows the crash log, and opens the folder that it lies in."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from pt2k_gui import crash_log
from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.theme import XL, L, M, Theme, dress, fixed_font
from pt2k_gui.gui.widgets.basics import Card, button, button_box, label
from pt2k_gui.paths import log_folder


def open_log_folder() -> None:
    """Show the folder of logs in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))


class CrashLogDialog(QDialog):
    """The entries of the crash log, the latest run first, to read and to copy into a bug report."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        has_help(self, "settings-and-help")
        dress(self)
        self.setObjectName("crashLogDialog")
        self.setWindowTitle(self.tr("Crash log"))
        self.resize(820, 520)
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, XL, XL, L)
        column.setSpacing(M)
        column.addWidget(label(self.tr("Crash log"), "title"))
        text = crash_log.read()
        column.addWidget(
            label(
                self.tr("Unexpected errors, the latest run first. The log stays on this computer.")
                if text
                else self.tr("Nothing has gone wrong so far: the crash log is empty."),
                "muted",
                wrap=True,
            )
        )
        self.text = QPlainTextEdit(text)
        self.text.setObjectName("crashLogText")
        self.text.setAccessibleName(self.tr("Crash log"))
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        card = Card(margin=M)
        card.body.addWidget(self.text)
        column.addWidget(card, 1)
        column.addWidget(label(str(log_folder()), "caption", wrap=True))
        buttons = button_box(QDialogButtonBox.StandardButton.Close)
        self.copy = button(self.tr("Copy"), "copyCrashLog", "", "copy", theme)
        self.copy.setEnabled(bool(text))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        folder = button(self.tr("Open the log folder"), "openLogFolder", "", "folder-open", theme)
        folder.clicked.connect(open_log_folder)
        for made in (self.copy, folder):
            buttons.addButton(made, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
