"""The step rail at the left: where the walk is, what each step found, and the model at hand."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout

from pt2k_gui.gui import icons
from pt2k_gui.gui.state import Step, StepState, WizardState
from pt2k_gui.gui.theme import XS, L, M, S, Theme
from pt2k_gui.gui.widgets.basics import Icon, button, label
from pt2k_gui.resources import resource

_WIDTH = 204
_ICONS = {
    StepState.TODO: ("circle", "muted"),
    StepState.RUNNING: ("loader-circle", "accent"),
    StepState.DONE: ("circle-check", "good"),
    StepState.FAILED: ("circle-x", "bad"),
    StepState.STALE: ("rotate-ccw", "warn"),
}


class StepButton(QPushButton):
    """One step: its state's icon, its name, and its one-line result."""

    def __init__(self, step: Step, title: str, theme: Theme) -> None:
        super().__init__()
        self.step = step
        self._title = title
        self.setObjectName(f"step{step.name.title()}")
        self.setProperty("kind", "step")
        self.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(S, XS, S, XS)
        row.setSpacing(M)
        self._icon = Icon(theme, "circle")
        row.addWidget(self._icon)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addStretch(1)
        self._name = label(title, "strong")
        self._line = label("", "caption")
        for part in (self._name, self._line):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(part)
        column.addStretch(1)
        row.addLayout(column, 1)

    def show_state(self, state: StepState, words: str, line: str, current: bool, reachable: bool) -> None:
        name, role = _ICONS[state]
        if current and state is StepState.TODO:
            name, role = "circle-dot", "accent"
        self._icon.show_icon(name, role)
        text = words if state in (StepState.RUNNING, StepState.STALE) or not line else line
        shown = self._line.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, _WIDTH - 76)
        self._line.setText(shown)
        self._line.setVisible(bool(shown))
        self.setToolTip(text if shown != text else "")
        self.setAccessibleName(f"{self._title}: {words}. {line}")
        self.setChecked(current)
        self.setEnabled(reachable or current)


class Rail(QFrame):
    """The five steps; asks for another page with ``chosen``."""

    chosen = Signal(object)

    def __init__(self, state: WizardState, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setFixedWidth(_WIDTH)
        self._state, self._current = state, Step.MODEL
        column = QVBoxLayout(self)
        column.setContentsMargins(M, L, M, M)
        column.setSpacing(XS)
        brand = QHBoxLayout()
        brand.setSpacing(S)
        logo = label()
        logo.setPixmap(icons.pixmap("app", "#000000", 24))
        brand.addSpacing(XS)
        brand.addWidget(logo)
        brand.addWidget(label("PT2K", "section"))
        brand.addStretch(1)
        column.addLayout(brand)
        column.addSpacing(L)
        self._buttons: dict[Step, StepButton] = {}
        for step, title in self._titles().items():
            made = StepButton(step, title, theme)
            made.clicked.connect(lambda _=False, step=step: self.chosen.emit(step))
            self._buttons[step] = made
            column.addWidget(made)
        column.addStretch(1)
        self._model = label("", "strong")
        self._count = label("", "caption")
        for text in (self._model, self._count):
            text.setContentsMargins(M, 0, 0, 0)
            column.addWidget(text)
        column.addSpacing(S)
        self.theme_button = button(self.tr("Dark theme"), "theme", "flat")
        self.settings_button = button(self.tr("Settings"), "settings", "flat", "settings", theme)
        self.help_button = button(self.tr("Help"), "help", "flat", "circle-help", theme)
        menu = QMenu(self.help_button)
        self.crash_log = menu.addAction(self.tr("Show the crash log"))
        self.log_folder = menu.addAction(self.tr("Open the log folder"))
        menu.addSeparator()
        self.about = menu.addAction(self.tr("About PT2K"))
        self.help_button.setMenu(menu)
        for made_button in (self.theme_button, self.settings_button, self.help_button):
            column.addWidget(made_button)
        theme.changed.connect(lambda: self._name_theme(theme))
        self._name_theme(theme)
        state.changed.connect(lambda _step: self.refresh())
        self.refresh()

    def _name_theme(self, theme: Theme) -> None:
        """The button says what it leads to."""
        dark = theme.colours.name == "dark"
        text = self.tr("Light theme") if dark else self.tr("Dark theme")
        self.theme_button.setText(f" {text}")
        self.theme_button.setAccessibleName(text)
        self.theme_button.setIcon(icons.icon("sun" if dark else "moon", theme.colours.text))

    def _titles(self) -> dict[Step, str]:
        return {
            Step.MODEL: self.tr("Model"),
            Step.INPUT: self.tr("Input"),
            Step.CONVERT: self.tr("Convert"),
            Step.CHECK: self.tr("Check"),
            Step.SAVE: self.tr("Save"),
        }

    def show_current(self, step: Step) -> None:
        self._current = step
        self.refresh()

    def refresh(self) -> None:
        words = {
            StepState.TODO: self.tr("to do"),
            StepState.RUNNING: self.tr("running"),
            StepState.DONE: self.tr("done"),
            StepState.FAILED: self.tr("failed"),
            StepState.STALE: self.tr("stale: run it again"),
        }
        for step, made in self._buttons.items():
            state = self._state.state(step)
            line = self._state.line(step) if state in (StepState.DONE, StepState.FAILED) else ""
            shown = words[state] if state is not StepState.TODO else ""
            made.show_state(state, shown, line, step is self._current, self._state.reachable(step))
        card = self._state.walk.card
        width = _WIDTH - 3 * M
        name = Path(card.path).name if card else ""
        self._model.setText(self._model.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, width))
        self._model.setToolTip(card.path if card else "")
        self._count.setText(self.tr("{0} parameters").format(f"{card.parameters:,}") if card else "")


def logo_path() -> str:
    """The application's icon."""
    return str(resource("icons/app.svg"))


__all__ = ["Rail", "StepButton", "logo_path"]
