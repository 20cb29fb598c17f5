"""The guide in the window: F1 opens the page for what is in front, links and history lead about, and a search marks what it
found."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).parent / "doubles"))
from fake_jobs import FakeWorkers

from pt2k_gui.gui.about import DiagnosticsDialog, LicencesDialog
from pt2k_gui.gui.dialogs import SettingsDialog
from pt2k_gui.gui.guide.help_key import PROPERTY, page_of
from pt2k_gui.gui.guide.window import GuideWindow
from pt2k_gui.gui.session import Session
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.state import Step
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.window import MainWindow
from pt2k_gui.gui.worker import Workers
from pt2k_gui.guide.contents import FIRST, pages


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, own_home: Path) -> Iterator[Any]:
    prepare(qapp)
    theme = Theme(qapp)
    theme.use("light")
    made = MainWindow(theme, Settings(), Session(), workers=lambda parent: cast("Workers", FakeWorkers(parent)))
    made.show()
    yield made
    made.shut_down()
    made.close()
    made.deleteLater()


@pytest.fixture
def guide(qtbot: QtBot, qapp: QApplication) -> Iterator[GuideWindow]:
    prepare(qapp)
    theme, parent = Theme(qapp), QWidget()
    theme.use("light")
    qtbot.addWidget(parent)
    found = GuideWindow(parent, theme, "en")
    found.show()
    yield found


def test_f1_opens_the_page_for_the_step_in_front(window: Any, qtbot: QtBot) -> None:
    for step in Step:
        page = window.page(step)
        window._stack.setCurrentWidget(page)
        name = page_of(page)
        assert name == f"page-{step.name.lower()}"
        assert name in pages("en") and name in pages("zh_CN")
        window._open_guide()
        assert window.help._guide.current == name
    assert window.help._guide.isVisible()


def test_every_dialog_listens_to_f1_and_names_a_page_that_is_there(window: Any, qtbot: QtBot) -> None:
    for dialog in (
        SettingsDialog(window, window.theme, window.settings),
        LicencesDialog(window, window.theme),
    ):
        qtbot.addWidget(dialog)
        page = str(dialog.property(PROPERTY)).partition("#")[0]
        assert page in pages("en")
        keys = [shortcut for shortcut in dialog.findChildren(QShortcut) if shortcut.key().toString() == "F1"]
        assert len(keys) == 1
        keys[0].activated.emit()
        assert window.help._guide.current == page


def test_every_page_that_the_source_names_is_in_the_guide() -> None:
    source = Path(__file__).resolve().parents[2] / "pt2k_gui" / "gui"
    named = {
        match
        for path in source.rglob("*.py")
        for match in re.findall(r'has_help\(self, "([^"]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert len(named) >= 5
    assert {name.partition("#")[0] for name in named} <= set(pages("en"))
    classes = [
        (path.name, line)
        for path in source.rglob("*.py")
        for line in re.findall(r"class (\w+)\(QDialog\)", path.read_text(encoding="utf-8"))
        if "has_help(self" not in path.read_text(encoding="utf-8")
    ]
    assert classes == [("window.py", "GuideWindow")]


def test_links_lead_to_pages_and_back_leads_where_one_was(guide: GuideWindow) -> None:
    assert guide.current == FIRST
    guide.reader.anchorClicked.emit(QUrl("verdict.md#the-noise-floor"))
    assert guide.current == "verdict" and guide.reader.verticalScrollBar().value() > 0
    assert guide.back.isEnabled() and not guide.forward.isEnabled()
    guide.go_back()
    assert guide.current == FIRST
    guide.go_forward()
    assert guide.current == "verdict"
    guide.show_page("formats")
    assert not guide.forward.isEnabled()


def test_a_link_to_the_web_is_opened_by_the_system_and_not_by_the_guide(
    guide: GuideWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("pt2k_gui.gui.guide.reader.QDesktopServices.openUrl", lambda url: opened.append(url.toString()))
    guide.reader.anchorClicked.emit(QUrl("https://keras.io/"))
    assert opened == ["https://keras.io/"] and guide.current == FIRST


def test_a_search_marks_its_words_on_the_page_that_it_leads_to(guide: GuideWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(guide.question, "noise floor")
    qtbot.keyClick(guide.question, Qt.Key.Key_Return)
    assert guide.results.count() >= 3
    assert guide.current == "verdict"
    marked = {str(mark.cursor.selectedText()).lower() for mark in guide.reader.extraSelections()}
    assert marked == {"noise", "floor"}
    qtbot.keyClick(guide, Qt.Key.Key_Escape)
    assert guide.question.text() == ""
    qtbot.keyClicks(guide.question, "qqqqq")
    guide._search()
    assert guide.results.count() == 0 and "Nothing" in guide._count.text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_drawn_with_all_its_pictures(guide: GuideWindow, theme: str) -> None:
    guide.reader._theme.use(theme)
    for language in ("en", "zh_CN"):
        for page in pages(language).values():
            pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.text)
            if pictures:
                guide.reader.show_page(page)
            for name in pictures:
                image = guide.reader.loadResource(2, QUrl(name))
                assert not image.isNull() and image.width() <= 720, (page.name, name)  # type: ignore[attr-defined]


def test_the_guide_speaks_the_language_of_the_settings(window: Any) -> None:
    window.settings.language = "zh_CN"
    found = window.help.open(FIRST)
    assert "首次转换" in found.reader.toPlainText() or "第一次" in found.reader.toPlainText()


def test_what_is_new_is_the_changelog(window: Any) -> None:
    window.rail.whats_new.trigger()
    assert window.help._guide.current == "whats-new"
    assert "0.1.0" in window.help._guide.reader.toPlainText()


def test_help_in_a_dialog_belongs_to_the_dialog(window: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = SettingsDialog(window, window.theme, window.settings)
    monkeypatch.setattr(QApplication, "activeModalWidget", lambda: dialog)
    found = window.help.open(dialog)
    assert found.parentWidget() is dialog and found.current == "settings-and-help"
    monkeypatch.undo()
    dialog.deleteLater()
    QApplication.processEvents()
    qtbot.waitUntil(lambda: window.help._guide is None or window.help.open(FIRST).parentWidget() is window)


def test_diagnostics_copy_what_they_show_and_no_private_folder(
    qtbot: QtBot, window: Any, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "12:00:00  Opened /home/anna/secret models/net.pt2 and C:\\Users\\Anna\\net.pt2"
    dialog = DiagnosticsDialog(window, window.theme, lambda: [line])
    qtbot.addWidget(dialog)
    dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied == dialog.text.toPlainText()
    assert "torch " in copied and "net.pt2" in copied
    assert "anna" not in copied.lower() and "secret" not in copied and str(Path.home()) not in copied
    dialog.paths.setChecked(True)
    assert line in dialog.text.toPlainText()


def test_licences_name_every_component_and_show_its_text(qtbot: QtBot, window: Any) -> None:
    dialog = LicencesDialog(window, window.theme)
    qtbot.addWidget(dialog)
    rows = {row[0]: row[2] for row in dialog.table.tools.rows(selected=False)}
    assert {"PT2K", "MNIST", "Lucide icons", "torch", "keras", "onnx", "numpy", "PySide6_Essentials"} <= set(rows)
    assert [name for name, licence in rows.items() if not licence and name != "namex"] == []
    for number, entry in enumerate(dialog._components):
        if entry.name in ("PT2K", "torch", "PySide6_Essentials", "tensorflow_cpu", "MNIST"):
            dialog.table.select_row(number)
            assert len(dialog.text.toPlainText()) > 400, entry.name


def test_a_widget_has_the_page_of_what_it_is_in(qtbot: QtBot) -> None:
    outer, dialog = QWidget(), QDialog()
    inner = QWidget(outer)
    qtbot.addWidget(outer)
    qtbot.addWidget(dialog)
    assert page_of(inner) == ""
    outer.setProperty(PROPERTY, "verdict#x")
    assert page_of(inner) == "verdict#x"


def test_f1_in_a_problem_opens_its_way_out(qtbot: QtBot, qapp: QApplication) -> None:
    from pt2k_gui.gui.widgets.basics import Notice
    from pt2k_gui.guide.rendering import anchors
    from pt2k_gui.problem import Problem
    from pt2k_gui.verify import messages

    notice = Notice(Theme(qapp), "Problem")
    qtbot.addWidget(notice)
    notice.problem(Problem(messages.NO_ROWS(path="a.csv"), hint=messages.ROW_PER_SAMPLE()))
    page, _, anchor = page_of(notice.sentence).partition("#")
    assert page == "errors" and anchor in anchors(pages("en")["errors"])
    notice.say("good", "Done.")
    assert page_of(notice.sentence) == ""
