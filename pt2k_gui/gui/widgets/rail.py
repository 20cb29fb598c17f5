"""The step rail at the left: where the walk is, what each step found, and the model at hand."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout

from pt2k_gui.gui import icons
from pt2k_gui.gui.phrases import counted
from pt2k_gui.gui.shortcuts import keys_of
from pt2k_gui.gui.state import ConversionState, Step, StepState
from pt2k_gui.gui.theme import XS, L, M, S, Theme
from pt2k_gui.gui.widgets.basics import Icon, button, label, set_property
from pt2k_gui.resources import resource

_WIDTH, _FOLDED_WIDTH = 204, 60
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
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(S, XS, S, XS)
        row.setSpacing(M)
        self._folded, self._words = False, ""
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

    def fold(self, folded: bool) -> None:
        """Show the icon alone; what it stands for is in the tooltip."""
        self._folded = folded
        side = M if folded else S
        self._row.setContentsMargins(side, XS, side, XS)
        self._name.setVisible(not folded)
        self._line.setVisible(not folded and bool(self._line.text()))
        self._show_tip()

    def _show_tip(self) -> None:
        """All of the text where it is cut or folded away, and the key that leads here."""
        keys = QKeySequence(f"Ctrl+{self.step.value + 1}").toString(QKeySequence.SequenceFormat.NativeText)
        cut = self._folded or self._words != self._line.text()
        words = " – ".join(text for text in (self._title if self._folded else "", self._words) if text) if cut else ""
        self.setToolTip(f"{words} ({keys})" if words else keys)

    def show_state(self, state: StepState, words: str, line: str, current: bool, reachable: bool) -> None:
        name, role = _ICONS[state]
        if current and state is StepState.TODO:
            name, role = "circle-dot", "accent"
        self._icon.show_icon(name, role)
        text = words if state in (StepState.RUNNING, StepState.STALE) or not line else line
        shown = self._line.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, _WIDTH - 76)
        self._line.setText(shown)
        self._line.setVisible(bool(shown) and not self._folded)
        self._words = text
        self._show_tip()
        self.setAccessibleName(f"{self._title}: {words}. {line}")
        self.setChecked(current)
        self.setEnabled(reachable or current)


class Rail(QFrame):
    """The five steps; asks for another page with ``chosen``."""

    chosen = Signal(object)

    def __init__(self, state: ConversionState, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setFixedWidth(_WIDTH)
        self._state = state
        self._current: Step | None = Step.MODEL  # None while the page for many models is in front
        self._folded = False
        column = QVBoxLayout(self)
        column.setContentsMargins(M, L, M, M)
        column.setSpacing(XS)
        column.addLayout(self._brand_row())
        column.addSpacing(L)
        self._buttons: dict[Step, StepButton] = {}
        for step, title in self._titles().items():
            made = StepButton(step, title, theme)
            made.clicked.connect(lambda _=False, step=step: self.chosen.emit(step))
            self._buttons[step] = made
            column.addWidget(made)
        column.addSpacing(S)
        self.many_button = button(self.tr("Many models"), "manyModels", "flat", "layers", theme)
        self.many_button.setCheckable(True)
        column.addWidget(self.many_button)
        self.history_button = button(self.tr("History"), "history", "flat", "list", theme)
        column.addWidget(self.history_button)
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
        self.help_button.setMenu(self._help_menu())
        for made_button in (self.theme_button, self.settings_button, self.help_button):
            column.addWidget(made_button)
        self._theme = theme
        theme.changed.connect(self._name_theme)
        self._name_theme()
        self.refresh()

    def _brand_row(self) -> QHBoxLayout:
        """The logo and the name, which folds away."""
        brand = QHBoxLayout()
        brand.setSpacing(S)
        logo = label()
        logo.setPixmap(icons.pixmap("app", "#000000", 24))
        logo.setAccessibleName("PT2K")
        self._brand = label("PT2K", "section")
        brand.addSpacing(XS)
        brand.addWidget(logo)
        brand.addWidget(self._brand)
        brand.addStretch(1)
        return brand

    def _help_menu(self) -> QMenu:
        menu = QMenu(self.help_button)
        self.guide = menu.addAction(self.tr("Guide"))
        self.whats_new = menu.addAction(self.tr("What is new"))
        self.shortcuts = menu.addAction(self.tr("Keyboard shortcuts"))
        for action, name in ((self.guide, "help"), (self.shortcuts, "shortcuts")):
            action.setShortcut(keys_of(name))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)  # the window listens to the key itself
        menu.addSeparator()
        self.diagnostics = menu.addAction(self.tr("Copy diagnostics…"))
        self.crash_log = menu.addAction(self.tr("Show the crash log"))
        self.log_folder = menu.addAction(self.tr("Open the log folder"))
        menu.addSeparator()
        self.licences = menu.addAction(self.tr("Licenses"))
        self.about = menu.addAction(self.tr("About PT2K"))
        return menu

    def _name_theme(self) -> None:
        """The button says what it leads to."""
        theme = self._theme
        dark = theme.colours.name == "dark"
        text = self.tr("Light theme") if dark else self.tr("Dark theme")
        self.theme_button.setAccessibleName(text)
        self._name_buttons()
        self.theme_button.setIcon(icons.icon("sun" if dark else "moon", theme.colours.text))

    def fold(self, folded: bool) -> None:
        """Show icons only, where the window is too narrow for words."""
        if folded == self._folded:
            return
        self._folded = folded
        self.setFixedWidth(_FOLDED_WIDTH if folded else _WIDTH)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(S if folded else M, L, S if folded else M, M)
        for made in self._buttons.values():
            made.fold(folded)
        for part in (self._brand, self._model, self._count):
            part.setVisible(not folded)
        self._name_buttons()

    def _name_buttons(self) -> None:
        """The words beside the icons below, or their tooltips."""
        for made in (self.many_button, self.history_button, self.theme_button, self.settings_button, self.help_button):
            words = made.accessibleName()
            made.setText("" if self._folded else f" {words}")
            made.setToolTip(words if self._folded else "")
        set_property(self.help_button, "folded", self._folded)

    def _titles(self) -> dict[Step, str]:
        return {
            Step.MODEL: self.tr("Model"),
            Step.INPUT: self.tr("Input"),
            Step.CONVERT: self.tr("Convert"),
            Step.CHECK: self.tr("Check"),
            Step.SAVE: self.tr("Save"),
        }

    def show_current(self, step: Step | None) -> None:
        """Mark the step whose page is in front; None for the page for many models."""
        self._current = step
        self.many_button.setChecked(step is None)
        self.refresh()

    def refresh(self) -> None:
        words = {
            StepState.TODO: self.tr("to do"),
            StepState.RUNNING: self.tr("running"),
            StepState.DONE: self.tr("done"),
            StepState.FAILED: self.tr("failed"),
            StepState.STALE: self.tr("out of date"),
        }
        for step, made in self._buttons.items():
            state = self._state.state(step)
            line = self._state.line(step) if state in (StepState.DONE, StepState.FAILED) else ""
            shown = words[state] if state is not StepState.TODO else ""
            if state is StepState.STALE and step is Step.MODEL:
                shown = self.tr("changed: open it again")
            made.show_state(state, shown, line, step is self._current, self._state.reachable(step))
        card = self._state.info
        width = _WIDTH - 3 * M
        name = Path(card.path).name if card else ""
        self._model.setText(self._model.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, width))
        self._model.setToolTip(card.path if card else "")
        count = card.parameters if card else 0
        said = counted(count, self.tr("1 parameter"), self.tr("{0} parameters"))
        self._count.setText(said if card else "")


def logo_path() -> str:
    """The application's icon."""
    return str(resource("icons/app.svg"))


__all__ = ["Rail", "StepButton", "logo_path"]
