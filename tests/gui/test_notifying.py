"""The end of a long job is told while the window is in the back, and what moves stands still where that is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QStyle, QWidget
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.notifying import LONG, Notifier
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.theme import Theme, dress, prepare
from pt2k_gui.gui.widgets.bottom import BottomBar


class Desktop:
    """Keeps the messages that it should show."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []

    def show(self, title: str, text: str) -> None:
        self.shown.append((title, text))


@pytest.mark.parametrize(
    ("seconds", "in_front", "wanted", "told"),
    [(LONG + 1, False, True, 1), (LONG - 1, False, True, 0), (LONG + 1, True, True, 0), (LONG + 1, False, False, 0)],
)
def test_the_end_of_a_long_job_is_told_to_who_is_elsewhere(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, seconds: float, in_front: bool, wanted: bool, told: int
) -> None:
    window, desktop, alerts = QWidget(), Desktop(), []
    qtbot.addWidget(window)
    window.setWindowTitle("net.pt2 – PT2K")
    monkeypatch.setattr(window, "isActiveWindow", lambda: in_front)
    monkeypatch.setattr(QApplication, "alert", lambda of: alerts.append(of))
    Notifier(window, lambda: wanted, desktop).job_ended(seconds, "Done: Converting")
    assert desktop.shown == [("net.pt2 – PT2K", "Done: Converting")] * told
    assert alerts == [window] * told


def test_the_settings_keep_motion_and_notifications(own_home: Path) -> None:
    settings = Settings()
    assert (settings.motion, settings.notify) == ("system", True)
    settings.motion, settings.notify = "reduced", False
    settings.sync()
    assert (Settings().motion, Settings().notify) == ("reduced", False)


def test_nothing_moves_where_motion_is_reduced(qtbot: QtBot, qapp: QApplication) -> None:
    prepare(qapp)
    theme = Theme(qapp)
    theme.use("light")
    bar = BottomBar(theme)
    dress(bar)  # as the window does
    qtbot.addWidget(bar)
    bar.show()
    moves = QStyle.StyleHint.SH_Widget_Animation_Duration
    theme.use_motion("full")
    bar.ensurePolished()
    bar.begin("Working")
    assert bar._bar.maximum() == 0  # runs to and fro
    assert bar.style().styleHint(moves, None, bar) > 0
    theme.use_motion("reduced")
    bar.ensurePolished()
    bar.begin("Working")
    assert bar._bar.maximum() == 1000 and bar._bar.value() == 0
    assert bar.style().styleHint(moves, None, bar) == 0
    theme.use_motion("full")


def test_motion_follows_the_desktop(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    theme = Theme(qapp)

    class Desktop:
        said = Qt.MotionPreference.NoPreference

        def motionPreference(self) -> Qt.MotionPreference:
            return self.said

    desktop = Desktop()
    monkeypatch.setattr(theme, "_accessibility", desktop)
    assert not theme.still
    desktop.said = Qt.MotionPreference.ReducedMotion
    assert theme.still
    theme.motion = "full"
    assert not theme.still


def test_a_qt_that_knows_no_motion_of_the_desktop_is_full_of_it(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pt2k_gui.gui.theme._desktop_motion", lambda _hints: None)
    theme = Theme(qapp)
    assert not theme.still
    theme.motion = "reduced"
    assert theme.still
