"""Dialogs of Help about the application itself: its versions, the licences of all that it consists of, and the diagnostics for a
bug report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

import pt2k_gui
from pt2k_gui import crash_log, diagnostics
from pt2k_gui.gui import icons
from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.logs import CrashLogDialog
from pt2k_gui.gui.question import answer_of
from pt2k_gui.gui.theme import XL, L, M, Theme, dress, fixed_font
from pt2k_gui.gui.widgets.basics import Card, button, button_box, flash, label
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.licences import Component, components


class AboutDialog(QDialog):
    """Tell what this is, which versions take part, and the ways to its licences and the crash log."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("aboutDialog")
        self.setWindowTitle(self.tr("About PT2K"))
        has_help(self, "settings-and-help")
        dress(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, XL, XL, L)
        column.setSpacing(M)
        head = QHBoxLayout()
        head.setSpacing(L)
        logo = label()
        logo.setPixmap(icons.pixmap("app", "#000000", 48))
        logo.setAccessibleName("PT2K")
        head.addWidget(logo)
        title = QVBoxLayout()
        title.addWidget(label(f"PT2K {pt2k_gui.__version__}", "title"))
        words = self.tr("Turns a PyTorch model into a Keras model and proves that the two are the same.")
        title.addWidget(label(words, "muted", wrap=True))
        head.addLayout(title, 1)
        column.addLayout(head)
        versions = Table((self.tr("Component"), self.tr("Version")), "versions")
        versions.setAccessibleName(self.tr("Versions"))
        versions.fill(diagnostics.versions())
        versions.setMinimumHeight(160)
        column.addWidget(versions)
        column.addWidget(
            label(
                self.tr(
                    "MIT license. MNIST by Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0. Icons: Lucide, ISC license. "
                    "PT2K sends nothing, and downloads only published weights that you ask for."
                ),
                "caption",
                wrap=True,
            )
        )
        buttons = button_box(QDialogButtonBox.StandardButton.Close)
        for text, name, icon, dialog in (
            (self.tr("Licenses"), "showLicences", "list", LicencesDialog),
            (self.tr("Show the crash log"), "showCrashLog", "file-text", CrashLogDialog),
        ):
            made = button(text, name, "", icon, theme)
            made.clicked.connect(lambda _=False, dialog=dialog: answer_of(dialog(self, theme)))
            buttons.addButton(made, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.setMinimumWidth(560)
        self.resize(560, 500)
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()


class LicencesDialog(QDialog):
    """Every component that PT2K consists of or runs on, with its licence in full."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("licencesDialog")
        self.setWindowTitle(self.tr("Licenses"))
        self.resize(940, 600)
        has_help(self, "settings-and-help")
        dress(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, XL, XL, L)
        column.setSpacing(M)
        column.addWidget(label(self.tr("Licenses"), "title"))
        column.addWidget(
            label(self.tr("All that PT2K consists of and runs on. Choose a row to read its license."), "muted")
        )
        self._components: Sequence[Component] = components()
        self.table = Table((self.tr("Component"), self.tr("Version"), self.tr("License")), "licences", (), 2)
        self.table.setAccessibleName(self.tr("Components"))
        self.table.fill([(entry.name, entry.version, entry.licence) for entry in self._components])
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show())
        self.text = QPlainTextEdit()
        self.text.setObjectName("licenceText")
        self.text.setAccessibleName(self.tr("Text of the license"))
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font())
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        for part in (self.table, self.text):
            card = Card(margin=M)
            card.body.addWidget(part)
            split.addWidget(card)
        split.setSizes([510, 390])
        column.addWidget(split, 1)
        buttons = button_box(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.table.select_row(0)
        self._show()
        self.table.setFocus()

    def _show(self) -> None:
        rows = self.table.selected_rows()
        entry = self._components[rows[0]] if rows else None
        text = entry.read() if entry is not None else ""
        self.text.setPlainText(text or (entry.licence if entry is not None else ""))


class DiagnosticsDialog(QDialog):
    """The diagnostics as they would be copied: nothing goes to the clipboard that was not shown."""

    def __init__(self, parent: QWidget, theme: Theme, log: Callable[[], Sequence[str]]) -> None:
        """Args: log: tells the lines of the window's log."""
        super().__init__(parent)
        self.setObjectName("diagnosticsDialog")
        self.setWindowTitle(self.tr("Diagnostics"))
        self.resize(820, 560)
        has_help(self, "settings-and-help")
        dress(self)
        self._log = log
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, XL, XL, L)
        column.setSpacing(M)
        column.addWidget(label(self.tr("Diagnostics"), "title"))
        words = self.tr("Versions, system and the last lines of the logs, for a bug report. Only this text is copied.")
        column.addWidget(label(words, "muted", wrap=True))
        self.text = QPlainTextEdit()
        self.text.setObjectName("diagnosticsText")
        self.text.setAccessibleName(self.tr("Diagnostics"))
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        card = Card(margin=M)
        card.body.addWidget(self.text)
        column.addWidget(card, 1)
        self.paths = QCheckBox(self.tr("Include folders and the user's name"))
        self.paths.setObjectName("includePaths")
        self.paths.toggled.connect(self._show)
        column.addWidget(self.paths)
        buttons = button_box(QDialogButtonBox.StandardButton.Close)
        self.copy = button(self.tr("Copy"), "copyDiagnostics", "primary", "copy", theme)
        self.copy.clicked.connect(self._copy)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self._show()
        self.copy.setFocus()

    def _show(self) -> None:
        self.text.setPlainText(diagnostics.report(self._log(), crash_log.read(), paths=self.paths.isChecked()))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        flash(self.copy, self.tr("Copied"))
