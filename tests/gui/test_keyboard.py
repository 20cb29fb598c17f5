"""The window by keyboard: Enter presses, Tab goes as the eye does, and the keys are told."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
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
from pt2k_gui.gui.screen_room import fit_to_screen
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


def test_in_a_narrow_window_the_rail_is_icons_that_say_in_tooltips_what_they_are(open_window: Any) -> None:
    window = open_window().window
    rail: Rail = window.rail
    window.resize(1180, 780)
    wide, button = rail.width(), rail._buttons[Step.MODEL]
    assert button._name.isVisibleTo(rail)
    window.resize(960, 540)
    assert rail.width() < wide / 2
    assert not button._name.isVisibleTo(rail)
    assert "Model" in button.toolTip()
    assert rail.settings_button.text() == ""
    assert rail.settings_button.toolTip() == "Settings"
    window.resize(1180, 780)
    assert rail.settings_button.text().strip() == "Settings"


@pytest.mark.parametrize("size", [(960, 540), (640, 700), (683, 768)])
def test_on_a_small_screen_the_bottom_bar_stays_and_every_page_can_be_scrolled(at: Any, size: tuple[int, int]) -> None:
    window = at(Step.SAVE).window
    window.resize(*size)
    for step in Step:
        window.go(step)
        QApplication.processEvents()
        assert (window.width(), window.height()) == size
        assert window.bottom.geometry().bottom() <= window.height()
        for made in (window.bottom.log_button, window.bottom.back_button, window.bottom.next_button):
            if made.isVisible():
                assert made.visibleRegion().boundingRect().size() == made.size()
        area = window.page(step)._area
        content = area.widget()
        assert content.width() <= area.viewport().width() + area.horizontalScrollBar().maximum()
        assert content.height() <= area.viewport().height() + area.verticalScrollBar().maximum()


@pytest.mark.parametrize("size", [(960, 540), (683, 768)])
def test_on_a_small_screen_nothing_is_wider_than_the_page_that_needs_not_be(at: Any, size: tuple[int, int]) -> None:
    window = at(Step.SAVE).window
    window.resize(*size)
    for step in Step:
        window.go(step)
        for tab in range(window.check_page.tabs.count()) if step is Step.CHECK else (0,):
            window.check_page.tabs.setCurrentIndex(tab)
            QApplication.processEvents()
            wider = window.page(step)._area.horizontalScrollBar().maximum()
            assert wider == 0, f"{step.name}, tab {tab}: {wider} pixels"
    window.open_batch()
    QApplication.processEvents()
    (area,) = (made for made in window._batch_page.findChildren(QScrollArea) if made.isVisible())
    assert area.horizontalScrollBar().maximum() == 0


def test_a_dialog_fits_a_screen_of_960_by_540(open_window: Any) -> None:
    from pt2k_gui.gui.about import AboutDialog
    from pt2k_gui.gui.dialogs import SettingsDialog
    from pt2k_gui.gui.logs import CrashLogDialog
    from pt2k_gui.gui.package_dialog import PackageDialog

    window = open_window().window
    theme, settings = window.theme, window.settings
    for dialog in (
        AboutDialog(window, theme),
        SettingsDialog(window, theme, settings),
        CrashLogDialog(window, theme),
        ShortcutsDialog(window),
        PackageDialog(window, theme, lambda *_: lambda: None, ()),
    ):
        least = dialog.minimumSizeHint().expandedTo(dialog.minimumSize())
        assert least.width() <= 960, dialog
        assert least.height() <= 500, dialog


def test_a_window_beside_the_main_one_fits_the_screen(open_window: Any) -> None:
    """However small the screen is; the off-screen one has 800 by 800 pixels, less than these windows want."""
    from pt2k_gui.gui.graph.diff_dialog import DiffDialog
    from pt2k_gui.gui.history_dialog import HistoryDialog

    window = open_window().window
    room = window.screen().availableSize()
    for beside in (
        window.help.open("first-conversion"),
        DiffDialog(window, window._services),
        HistoryDialog(window, window.theme, window._export_from_history),
    ):
        fit_to_screen(beside)  # as whoever shows a dialog does; the others have done it themselves
        least = beside.minimumSizeHint().expandedTo(beside.minimumSize())
        assert least.width() <= 960 and least.height() <= 500, beside
        assert beside.width() <= room.width() and beside.height() < room.height(), beside


def test_the_texts_of_a_recent_row_do_not_overlap_where_they_have_no_room(open_window: Any) -> None:
    from pt2k_gui.gui.widgets.basics import ElidedLabel
    from pt2k_gui.gui.widgets.file_row import file_row

    window = open_window().window
    row = file_row("a-rather-long-model-name.pt2", "export program, 2026-11-20", "recent", window.theme, "/a/b/c.pt2")
    row.setParent(window)
    for width in (260, 420, 700):
        row.resize(width, 44)
        row.show()
        QApplication.processEvents()
        texts = sorted(row.findChildren(ElidedLabel), key=lambda text: text.x())
        assert len(texts) == 3
        assert all(one.geometry().right() < other.x() for one, other in itertools.pairwise(texts))
        assert texts[-1].geometry().right() <= width
    assert all(text.width() >= text.fontMetrics().horizontalAdvance(text.text()) for text in (texts[0], texts[2]))


def test_the_first_window_fits_the_screen(open_window: Any) -> None:
    window = open_window().window
    room = window.screen().availableSize()
    assert window.width() <= room.width()
    assert window.height() <= room.height()


def test_enter_presses_the_button_that_has_the_focus(at: Any, qtbot: QtBot) -> None:
    window = at(Step.CONVERT).window
    window.go(Step.CONVERT)
    fold = window.convert_page.findChild(QPushButton, "options")
    fold.setFocus()
    qtbot.keyClick(fold, Qt.Key.Key_Return)
    assert fold.isChecked()


def test_tab_meets_only_what_is_seen_from_the_rail_through_the_page_to_the_bottom(at: Any, qtbot: QtBot) -> None:
    window = at(Step.SAVE).window
    window.resize(1180, 780)
    window.activateWindow()
    window.go(Step.CONVERT)
    start = window.rail._buttons[Step.MODEL]
    start.setFocus()
    met = []
    for _ in range(40):
        focused = QApplication.focusWidget()
        assert focused is not None
        met.append(focused)
        window.focusNextChild()
        if QApplication.focusWidget() is start:
            break
    assert all(widget.isVisible() and not isinstance(widget, QScrollArea) for widget in met)
    places = [
        0 if window.rail.isAncestorOf(widget) else 1 if window.convert_page.isAncestorOf(widget) else 2
        for widget in met
    ]
    assert places == sorted(places)
    assert set(places) == {0, 1, 2}


def test_escape_asks_before_it_ends_a_job_that_has_taken_a_while(
    at: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pt2k_gui.gui import window as module

    window = at(Step.SAVE).window
    cancelled: list[bool] = []

    class Job:
        def cancel(self) -> None:
            cancelled.append(True)

    asked: list[str] = []
    monkeypatch.setattr(module, "confirmed", lambda *words: asked.append(words[1]))
    monkeypatch.setattr(window, "_active", Job())
    window.bottom.begin("x")
    window._cancel_by_key()
    assert (cancelled, asked) == ([True], [])
    window.bottom.begin("x")
    window.bottom._began -= 10
    window._cancel_by_key()
    assert cancelled == [True]
    assert asked == ["Cancel the running job?"]
    monkeypatch.setattr(window, "_active", None)


def test_the_progress_moves_and_says_how_long_it_will_take(at: Any) -> None:
    window = at(Step.MODEL).window
    window.resize(1180, 780)
    bottom = window.bottom
    bottom.begin("Converting")
    assert bottom._bar.maximum() == 0  # to and fro
    bottom._began -= 30
    bottom.progress(0.25, "Converting")
    assert bottom._bar.value() == 250
    assert bottom._time.text() == "0:30 · about 1:30 left"
    bottom.finish()
