"""About and settings."""

from __future__ import annotations

import contextlib
import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

import pt2k_gui
from pt2k_gui.gui import icons
from pt2k_gui.gui.language import LANGUAGES, SYSTEM, use_language
from pt2k_gui.gui.logs import CrashLogDialog
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.theme import XL, L, M, Theme
from pt2k_gui.gui.widgets.basics import button, field_label, indented, label
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.jobs import limits
from pt2k_gui.sources import trust


class AboutDialog(QDialog):
    """What this is, which versions take part, where the crash log is."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("aboutDialog")
        self.setWindowTitle(self.tr("About PT2K"))
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, XL, XL, L)
        column.setSpacing(M)
        head = QHBoxLayout()
        head.setSpacing(L)
        logo = label()
        logo.setPixmap(icons.pixmap("app", "#000000", 48))
        head.addWidget(logo)
        title = QVBoxLayout()
        title.addWidget(label(f"PT2K {pt2k_gui.__version__}", "title"))
        words = self.tr("Turns a PyTorch model into a Keras model and proves that the two are the same.")
        title.addWidget(label(words, "muted", wrap=True))
        head.addLayout(title, 1)
        column.addLayout(head)
        versions = Table((self.tr("Component"), self.tr("Version")), "versions")
        versions.fill(_versions())
        versions.setMinimumHeight(250)
        column.addWidget(versions)
        column.addWidget(
            label(
                self.tr(
                    "MIT license. MNIST by Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0. Icons: Lucide, ISC license. "
                    "PT2K sends nothing anywhere and downloads nothing."
                ),
                "caption",
                wrap=True,
            )
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        log = button(self.tr("Show the crash log"), "showCrashLog", "", "file-text", theme)
        log.clicked.connect(lambda: CrashLogDialog(self, theme).exec())
        buttons.addButton(log, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.setMinimumWidth(560)
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()


def _versions() -> list[tuple[str, str]]:
    from importlib.metadata import PackageNotFoundError, version

    rows = []
    for package in (
        "torch",
        "tensorflow-cpu",
        "tensorflow",  # its name on macOS and on ARM
        "keras",
        "onnx",
        "onnxruntime",
        "onnxscript",
        "onnx2keras",
        "PySide6-Essentials",
        "matplotlib",
    ):
        with contextlib.suppress(PackageNotFoundError):
            rows.append((package, version(package)))
    return rows


class SettingsDialog(QDialog):
    """Theme, recent files, and the consents that were given. ``exec`` answers ``SPEAKS_ANEW`` where another language was
    chosen: the dialog is to be made again in it."""

    SPEAKS_ANEW = 2

    def __init__(self, parent: QWidget, theme: Theme, settings: Settings) -> None:
        super().__init__(parent)
        self.setObjectName("settingsDialog")
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumSize(620, 420)
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, XL, XL, L)
        column.setSpacing(M)
        form = QFormLayout()
        form.setHorizontalSpacing(L)
        choice = QComboBox()
        choice.setObjectName("themeChoice")
        for text, name in (
            (self.tr("Same as the system"), "system"),
            (self.tr("Light"), "light"),
            (self.tr("Dark"), "dark"),
        ):
            choice.addItem(text, name)
        choice.setCurrentIndex(max(choice.findData(theme.choice), 0))

        def use(_index: int) -> None:
            settings.theme = str(choice.currentData())
            theme.use(settings.theme)

        choice.currentIndexChanged.connect(use)
        form.addRow(field_label(self.tr("Theme")), choice)
        language = QComboBox()
        language.setObjectName("languageChoice")
        for text, name in ((self.tr("Same as the system"), SYSTEM), *((own, key) for key, own in LANGUAGES.items())):
            language.addItem(text, name)
        language.setCurrentIndex(max(language.findData(settings.language), 0))

        def speak(_index: int) -> None:
            settings.language = str(language.currentData())
            application = QApplication.instance()
            assert application is not None
            use_language(application, settings.language)
            self.done(self.SPEAKS_ANEW)

        language.currentIndexChanged.connect(speak)
        form.addRow(field_label(self.tr("Language")), language)
        forget = button(self.tr("Forget recent files"), "forgetRecent", "", "trash-2", theme)
        forget.clicked.connect(settings.forget_recent)
        form.addRow(field_label(self.tr("Recent files")), forget)
        form.addRow(field_label(self.tr("Time limit for reading a file")), self._time_limit(settings))
        form.addRow(field_label(self.tr("Memory limit")), self._memory_limit(settings))
        column.addLayout(form)
        column.addWidget(label(self.tr("Files whose code you have allowed to run"), "section"))
        self._consents = trust.consents()
        self._table = Table((self.tr("File"), self.tr("Content (SHA-256)"), self.tr("Since")), "consents")
        column.addWidget(self._table, 1)
        self._none = label(
            self.tr("None. Before opening a file whose code would run, PT2K shows that code and asks."),
            "muted",
            wrap=True,
        )
        column.addWidget(self._none)
        self._revoke_button = button(self.tr("Revoke"), "revoke", "", "shield-alert", theme)
        self._revoke_button.clicked.connect(self._revoke)
        column.addWidget(self._revoke_button, 0, Qt.AlignmentFlag.AlignLeft)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self._fill()

    def _time_limit(self, settings: Settings) -> QSpinBox:
        field = QSpinBox()
        field.setObjectName("timeLimit")
        field.setRange(10, 24 * 3600)
        field.setSingleStep(60)
        field.setSuffix(self.tr(" seconds at most"))
        indented(field)
        field.setValue(round(settings.reading_seconds))

        def use(value: int) -> None:
            settings.reading_seconds = value

        field.valueChanged.connect(use)
        return field

    def _memory_limit(self, settings: Settings) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setObjectName("memoryLimit")
        field.setRange(0.5, 4096)
        field.setDecimals(1)
        field.setSuffix(self.tr(" GiB at most"))
        indented(field)
        field.setValue(limits.ceiling())

        def use(value: float) -> None:
            settings.memory_gib = value
            limits.set_ceiling(value)

        field.valueChanged.connect(use)
        return field

    def _fill(self) -> None:
        self._consents = trust.consents()
        self._table.fill(
            [(c.path, c.sha256[:16], time.strftime("%Y-%m-%d %H:%M", time.localtime(c.when))) for c in self._consents]
        )
        for part in (self._table, self._revoke_button):
            part.setVisible(bool(self._consents))
        self._none.setVisible(not self._consents)

    def _revoke(self) -> None:
        for row in self._table.selected_rows():
            trust.revoke(self._consents[row].sha256)
        self._fill()
