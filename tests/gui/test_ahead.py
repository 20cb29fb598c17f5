"""The pages are made ahead in pieces, and are whole whenever somebody asks for one."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.state import Step

TABS = ["Overview", "Samples", "Outputs", "Numbers", "Layers", "Graph", "Training", "Speed", "Summary"]


def _tabs(window: Any) -> list[str]:
    tabs = window.check_page.tabs
    return [tabs.tabText(place) for place in range(tabs.count())]


def test_all_pages_are_there_after_a_while_without_being_asked_for(driver: Any, qtbot: QtBot) -> None:
    window = driver.window
    assert set(window._stack.made) == {Step.MODEL}
    window._ahead.begin()
    qtbot.waitUntil(lambda: set(window._stack.made) == set(Step) and window._stack.unfinished is None, timeout=60_000)
    assert _tabs(window) == TABS
    assert window._stack.count() == len(Step)
    assert not window._stack.make_a_piece()
    assert window._stack.count() == len(Step)


@pytest.mark.parametrize("pieces", range(17))
def test_a_page_that_is_asked_for_meanwhile_is_whole(driver: Any, pieces: int) -> None:
    window = driver.window
    for _ in range(pieces):
        window._stack.make_a_piece()
    assert (
        window._stack.unfinished not in window._stack.made.values()
    )  # what goes through the pages meets whole ones only
    for page in window._stack.made.values():
        page.show_state()
    assert _tabs(window) == TABS
    assert window.save_page is window.page(Step.SAVE)
    assert window._stack.count() == len(window._stack.made)
    assert {window._stack.indexOf(page) for page in window._stack.made.values()} == set(range(len(window._stack.made)))
