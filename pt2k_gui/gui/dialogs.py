"""The settings."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.language import LANGUAGES, SYSTEM, use_language
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.theme import FULL, REDUCED, XL, L, M, S, Theme, dress
from pt2k_gui.gui.widgets.basics import add_field, button, button_box, indented, label
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.jobs import limits
from pt2k_gui.sources import trust


class SettingsDialog(QDialog):
    """Theme, recent files, and the consents that were given. ``exec`` answers ``SPEAKS_ANEW`` where another language was
    chosen: the dialog is to be made again in it."""

    SPEAKS_ANEW = 2

    def __init__(self, parent: QWidget, theme: Theme, settings: Settings) -> None:
        super().__init__(parent)
        self.setObjectName("settingsDialog")
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumSize(660, 420)
        has_help(self, "settings-and-help")
        dress(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(XL, L, XL, M)
        column.setSpacing(S)
        form = QFormLayout()
        form.setHorizontalSpacing(L)
        add_field(form, self.tr("Theme"), self._theme_choice(theme, settings))
        add_field(form, self.tr("Motion"), self._motion(theme, settings))
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
        add_field(form, self.tr("Language"), language)
        add_field(form, self.tr("Another file that is opened"), self._one_window(settings))
        forget = button(self.tr("Forget recent files"), "forgetRecent", "", "trash-2", theme)
        forget.clicked.connect(settings.forget_recent)
        add_field(form, self.tr("Recent files"), forget)
        add_field(form, self.tr("Time limit for reading a file"), self._time_limit(settings))
        add_field(form, self.tr("Memory limit"), self._memory_limit(settings))
        add_field(form, self.tr("Notifications"), self._notify(settings))
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
        buttons = button_box(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self._fill()

    def _theme_choice(self, theme: Theme, settings: Settings) -> QComboBox:
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
        return choice

    def _motion(self, theme: Theme, settings: Settings) -> QComboBox:
        choice = QComboBox()
        choice.setObjectName("motionChoice")
        for text, name in (
            (self.tr("Same as the system"), SYSTEM),
            (self.tr("Reduced"), REDUCED),
            (self.tr("Full"), FULL),
        ):
            choice.addItem(text, name)
        choice.setCurrentIndex(max(choice.findData(theme.motion), 0))

        def use(_index: int) -> None:
            settings.motion = str(choice.currentData())
            theme.use_motion(settings.motion)

        choice.currentIndexChanged.connect(use)
        return choice

    def _notify(self, settings: Settings) -> QCheckBox:
        box = QCheckBox(self.tr("When a long job ends in the background"))
        box.setObjectName("notify")
        box.setChecked(settings.notify)

        def use(checked: bool) -> None:
            settings.notify = checked

        box.toggled.connect(use)
        return box

    def _one_window(self, settings: Settings) -> QComboBox:
        field = QComboBox()
        field.setObjectName("oneWindow")
        field.addItem(self.tr("In a window of its own"), False)
        field.addItem(self.tr("In the window that is open"), True)
        field.setCurrentIndex(int(settings.one_window))

        def use(_index: int) -> None:
            settings.one_window = bool(field.currentData())

        field.currentIndexChanged.connect(use)
        return field

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
