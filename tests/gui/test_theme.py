"""Another theme: what is seen has it at once, what is hidden before it is seen, and nothing is forgotten."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

import pt2k_gui.gui
from pt2k_gui.gui.state import Step
from pt2k_gui.gui.theme import HOLDER_SHEET, Theme, dress
from pt2k_gui.gui.widgets.basics import button_box


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(qapp)
    made.use("light")
    return made


@pytest.fixture
def stack(theme: Theme, qtbot: QtBot) -> QStackedWidget:
    """Two parts, of which the first is seen."""
    made = QStackedWidget()
    qtbot.addWidget(made)
    for text in ("seen", "hidden"):
        part = QWidget()
        QLabel(text, part)
        dress(part)
        made.addWidget(part)
    made.show()
    return made


def _sheet(stack: QStackedWidget, number: int) -> str:
    part = stack.widget(number)
    assert part is not None
    return part.styleSheet()


def test_a_hidden_part_has_the_new_theme_once_it_is_shown(stack: QStackedWidget, theme: Theme) -> None:
    light = theme.sheet
    theme.use("dark")
    assert _sheet(stack, 0) == theme.sheet != light
    assert _sheet(stack, 1) == light  # which would hold the window
    stack.setCurrentIndex(1)
    assert _sheet(stack, 1) == theme.sheet


def test_a_hidden_part_is_not_behind_after_several_changes(stack: QStackedWidget, theme: Theme) -> None:
    for name in ("dark", "light", "dark"):
        theme.use(name)
    stack.setCurrentIndex(1)
    assert _sheet(stack, 1) == theme.sheet
    theme.use("light")
    assert _sheet(stack, 1) == theme.sheet
    stack.setCurrentIndex(0)
    assert _sheet(stack, 0) == theme.sheet


def _undressed(window: QWidget, theme: Theme, *, seen: bool = False) -> set[str]:
    """The widgets of which neither they nor any around them has the theme's style sheet."""

    def dressed(widget: QWidget | None) -> bool:
        while widget is not None:
            if widget.styleSheet() == theme.sheet:
                return True
            widget = widget.parentWidget()
        return False

    found = (made for made in window.findChildren(QWidget) if (made.isVisible() or not seen) and not dressed(made))
    return {f"{type(made).__name__} {made.objectName()}" for made in found}


def test_every_widget_of_the_window_follows_the_theme(open_window: Any) -> None:
    window = open_window().window
    for step in Step:
        window.page(step)
    window.open_batch()
    holders = {"QWidget ", "QStackedWidget ", "PageStack ", "CheckPage ", "QScrollArea ", "QTabWidget checkTabs",
               "Tabs checkTabs", "QWidget qt_scrollarea_viewport", "QWidget qt_scrollarea_hcontainer",
               "QWidget qt_scrollarea_vcontainer", "QStackedWidget qt_tabwidget_stackedwidget"}  # fmt: skip
    assert _undressed(window, window.theme) <= holders
    window.theme.use("dark")
    tabs = window.check_page.tabs
    for place in range(window._stack.count()):
        window._stack.setCurrentIndex(place)
        for tab in range(tabs.count()) if window._stack.currentWidget() is window.check_page else (0,):
            tabs.setCurrentIndex(tab)
            assert _undressed(window, window.theme, seen=True) <= holders
    for holder in window.findChildren(QWidget):
        own = holder.styleSheet()
        assert own in ("", HOLDER_SHEET) or "QMenu::item" in own or own.startswith("color: ")


def _dialogs() -> Iterator[type[QDialog]]:
    for found in pkgutil.walk_packages(pt2k_gui.gui.__path__, "pt2k_gui.gui."):
        module = importlib.import_module(found.name)
        for made in vars(module).values():
            if inspect.isclass(made) and issubclass(made, QDialog) and made.__module__ == found.name:
                yield made


def test_every_dialog_follows_the_theme() -> None:
    """A dialog is a part of its own: what it belongs to has no style sheet to hand down."""
    dialogs = list(_dialogs())
    assert len(dialogs) > 10
    for made in dialogs:
        calls = [node for node in ast.walk(ast.parse(inspect.getsource(made))) if isinstance(node, ast.Call)]
        assert any(ast.unparse(call) == "dress(self)" for call in calls), made.__name__


def test_the_application_has_no_style_sheet(qapp: QApplication, theme: Theme) -> None:
    """Qt restyles every widget once for each of its ancestors when that one changes."""
    theme.use("dark")
    assert qapp.styleSheet() == ""


def test_the_buttons_that_end_a_dialog_have_no_stock_icons(qapp: QApplication) -> None:
    """Those are black on a dark dialog, whose style sheet comes too late for them."""
    box = button_box(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Close)
    assert len(box.buttons()) == 2
    assert all(made.icon().isNull() for made in box.buttons())
    for source in Path(pt2k_gui.gui.__file__).parent.rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        assert "QDialogButtonBox(QDialogButtonBox" not in text, f"{source.name} makes a box with stock icons"
