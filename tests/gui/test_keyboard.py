"""The window by keyboard: Enter presses, Tab goes as the eye does, and the keys are told."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.keyboard import order_tabs, press, reading_order
from pt2k_gui.gui.shortcuts import SHORTCUTS, ShortcutsDialog, keys_of
from pt2k_gui.gui.state import Step
from pt2k_gui.gui.widgets.rail import Rail


def test_tab_goes_as_the_eye_does_through_layouts_made_in_another_order(qtbot: QtBot) -> None:
    window, card = QWidget(), QWidget()
    qtbot.addWidget(window)
    grid = QGridLayout(card)
    named = {name: QLineEdit(name) for name in ("d", "c", "b", "a")}
    for name, place in (("d", (1, 1)), ("b", (0, 1)), ("c", (1, 0)), ("a", (0, 0))):
        grid.addWidget(named[name], *place)
    tabs = QTabWidget()
    tabs.addTab(QCheckBox("e"), "one")
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    inner = QWidget()
    QHBoxLayout(inner).addWidget(tabs)
    area.setWidget(inner)
    below = QPushButton("f")
    column = QVBoxLayout(window)
    for part in (card, area, below):
        column.addWidget(part)
    found = [getattr(field, "text", lambda: "tabs")() for field in reading_order(window)]
    assert found == ["a", "b", "c", "d", "tabs", "e", "f"]
    order_tabs(window)
    window.show()
    walked, field = [], named["a"]
    for _ in range(4):
        walked.append(field.text())
        field = field.nextInFocusChain()  # type: ignore[assignment]
    assert walked == ["a", "b", "c", "d"]


def test_enter_presses_buttons_and_boxes_that_are_enabled(qtbot: QtBot) -> None:
    box, button = QCheckBox("x"), QPushButton("y")
    for widget in (box, button):
        qtbot.addWidget(widget)
    assert press(box)
    assert box.isChecked()
    button.setEnabled(False)
    assert not press(button)
    assert not press(None)


def test_every_shortcut_of_the_window_is_in_the_list_with_its_words(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ShortcutsDialog(parent)
    listed = {row[0]: row[1] for row in dialog.table.tools.rows(selected=False)}
    assert listed["Ctrl+O"] == "Open a model"
    assert listed["Ctrl+F"].startswith("Tables")
    assert len(listed) == len(SHORTCUTS)
    for entry in SHORTCUTS:
        if entry.name and "…" not in entry.keys:
            assert not keys_of(entry.name).isEmpty()


def test_a_folded_rail_shows_icons_and_says_in_tooltips_what_they_are(open_window: Any) -> None:
    rail: Rail = open_window().window.rail
    wide = rail.width()
    rail.fold(True)
    button = rail._buttons[Step.MODEL]
    assert rail.width() < wide / 2
    assert not button._name.isVisibleTo(rail)
    assert "Model" in button.toolTip()
    assert rail.settings_button.text() == ""
    assert rail.settings_button.toolTip() == "Settings"
    rail.fold(False)
    assert button._name.isVisibleTo(rail)
    assert rail.settings_button.text().strip() == "Settings"
