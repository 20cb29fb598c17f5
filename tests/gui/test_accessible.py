"""Whoever hears the window instead of seeing it: every part of every page and dialog that can be reached or read has a name and
a role in the accessibility tree."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QDialog, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).parent / "doubles"))
from fake_jobs import FakeWorkers, write_model

from pt2k_gui.gui.about import AboutDialog, DiagnosticsDialog, LicencesDialog
from pt2k_gui.gui.dialogs import SettingsDialog
from pt2k_gui.gui.graph.canvas import GraphCanvas
from pt2k_gui.gui.graph.diff_dialog import DiffDialog
from pt2k_gui.gui.guide.window import GuideWindow
from pt2k_gui.gui.history_dialog import HistoryDialog
from pt2k_gui.gui.logs import CrashLogDialog
from pt2k_gui.gui.needs import NeedsDialog
from pt2k_gui.gui.package_dialog import PackageDialog
from pt2k_gui.gui.question import QuestionDialog, TellDialog
from pt2k_gui.gui.sample_dialog import ImageForm
from pt2k_gui.gui.session import Session
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.shortcuts import ShortcutsDialog
from pt2k_gui.gui.source_dialog import SourceForm
from pt2k_gui.gui.state import Step
from pt2k_gui.gui.steps_dialog import StepsDialog
from pt2k_gui.gui.theme import Theme, prepare
from pt2k_gui.gui.widgets.basics import Icon, Tabs
from pt2k_gui.gui.widgets.panels import PanelsView
from pt2k_gui.gui.widgets.plot import Plot
from pt2k_gui.gui.window import MainWindow
from pt2k_gui.gui.worker import Workers
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspection import CLASS, Inspection
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.preprocessing import ImageSettings, parse_steps

ROLES = QAccessible.Role
OPERATED = {
    ROLES.Button, ROLES.PushButton, ROLES.ButtonMenu, ROLES.CheckBox, ROLES.RadioButton, ROLES.ComboBox, ROLES.EditableText,
    ROLES.SpinBox, ROLES.Slider, ROLES.Table, ROLES.Tree, ROLES.List, ROLES.PageTab, ROLES.PageTabList, ROLES.ProgressBar,
    ROLES.MenuItem, ROLES.Link, ROLES.Graphic,
}  # fmt: skip
"""What is operated, or stands for something that is seen: each needs a name."""


def _tree(
    interface: QAccessibleInterface, path: str = "", depth: int = 0
) -> Iterator[tuple[str, QAccessibleInterface]]:
    if interface is None or not interface.isValid() or depth > 30:
        return
    thing = interface.object()
    here = f"{path}/{type(thing).__name__}" + (
        f"#{thing.objectName()}" if thing is not None and thing.objectName() else ""
    )
    yield here, interface
    if interface.role() in (ROLES.Table, ROLES.Tree, ROLES.List):
        return  # its cells have their texts
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is not None:
            yield from _tree(child, here, depth + 1)


def nameless(widget: QWidget) -> list[str]:
    """Paths of what is operated, or takes the focus, and has no name; and of what takes the focus and has no role."""
    found = []
    for path, interface in _tree(QAccessible.queryAccessibleInterface(widget)):
        state, thing = interface.state(), interface.object()
        if state.invisible or (isinstance(thing, QWidget) and not thing.isVisibleTo(widget)):
            continue
        if isinstance(thing, QWidget) and thing.objectName().startswith("qt_"):
            continue  # Qt's own parts of a widget, such as the field in a number field, are named by it
        if isinstance(thing, Icon):
            continue  # says the same as the words beside it, and would say it twice
        name = interface.text(QAccessible.Text.Name).strip()
        focusable = bool(state.focusable) and isinstance(thing, QWidget) and thing is not widget
        if (interface.role() in OPERATED or focusable or isinstance(thing, Plot)) and not name:
            found.append(f"{path} ({interface.role().name})")
        elif name and thing is not None and name == thing.objectName():
            found.append(f"{path}: its name is the program's own")
        elif (
            focusable
            and interface.role() in (ROLES.NoRole, ROLES.Client)
            and not isinstance(thing, Plot | GraphCanvas | PanelsView | QTabWidget)  # pictures have no role in Qt
        ):
            found.append(f"{path}: no role")
    return found


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


def test_every_part_of_every_page_has_a_name(window: Any, qtbot: QtBot, tmp_path: Path) -> None:
    found = {"empty": nameless(window)}
    window.open_path(str(write_model(tmp_path / "net.pt2")))
    qtbot.waitUntil(lambda: window.active is None and window.state.record is not None)
    window.bottom.log_button.setChecked(True)
    for step in Step:
        page = window.page(step)
        page.complete()
        window.current = step
        window._stack.setCurrentWidget(page)
        window.render_state()
        QApplication.processEvents()
        found[step.name] = nameless(window)
        tabs = page.findChild(Tabs)
        for number in range(tabs.count() if tabs is not None else 0):
            tabs.setCurrentIndex(number)
            QApplication.processEvents()
            found[f"{step.name}, tab {number}"] = nameless(window)
    assert {place: parts for place, parts in found.items() if parts} == {}


@pytest.mark.slow
def test_every_part_has_a_name_where_there_are_results(at: Callable[[Step], Any], qtbot: QtBot) -> None:
    found = {}
    for step in Step:
        window = at(step).window
        window.page(step).complete()
        window.go(step)
        tabs = window.page(step).findChild(Tabs)
        for number in range(max(tabs.count(), 1) if tabs is not None else 1):
            if tabs is not None:
                tabs.setCurrentIndex(number)
            QApplication.processEvents()
            found[f"{step.name}, {number}"] = nameless(window)
    window.open_batch()
    QApplication.processEvents()
    found["many models"] = nameless(window)
    assert {place: parts for place, parts in found.items() if parts} == {}


DIALOGS: dict[str, Callable[[Any], QDialog]] = {
    "about": lambda window: AboutDialog(window, window.theme),
    "licences": lambda window: LicencesDialog(window, window.theme),
    "diagnostics": lambda window: DiagnosticsDialog(window, window.theme, lambda: ["a line"]),
    "settings": lambda window: SettingsDialog(window, window.theme, window.settings),
    "guide": lambda window: GuideWindow(window, window.theme, "en"),
    "crash log": lambda window: CrashLogDialog(window, window.theme),
    "history": lambda window: HistoryDialog(window, window.theme, lambda *_: None),
    "difference": lambda window: DiffDialog(window, window._services),
    "shortcuts": ShortcutsDialog,
    "question": lambda window: QuestionDialog(window, "Why?", "Because.", "Yes", "No"),
    "tell": lambda window: TellDialog(window, "It is so.", "Do this."),
    "images": lambda window: ImageForm(window, ImageSettings(), 3, (64, 64)),
    "steps": lambda window: StepsDialog(window, parse_steps(["resize 24; grayscale; to_float; normalize 0.5 1"]), 1),
    **{
        kind: lambda window, kind=kind: SourceForm(window, SampleChoice(kind, "a"))  # type: ignore[misc]
        for kind in ("audio", "text", "file", "video")
    },
    "package": lambda window: PackageDialog(window, window.theme, lambda *_: lambda: None, []),
    "needs": lambda window: NeedsDialog(
        window,
        window.theme,
        Source("a.pt"),
        Inspection("a.pt", "state dict", 1, "", needs=CLASS, sentence="Which class?"),
    ),
}


def test_every_part_of_every_dialog_has_a_name(window: Any, qtbot: QtBot) -> None:
    found = {}
    for name, make in DIALOGS.items():
        dialog = make(window)
        dialog.show()
        QApplication.processEvents()
        found[name] = nameless(dialog)
        assert QAccessible.queryAccessibleInterface(dialog).text(QAccessible.Text.Name).strip(), name
        dialog.close()
        dialog.deleteLater()
    assert {name: parts for name, parts in found.items() if parts} == {}


def test_a_part_without_a_name_is_found(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout

    outer = QWidget()
    qtbot.addWidget(outer)
    column = QVBoxLayout(outer)
    field, named, button = QLineEdit(), QLineEdit(), QPushButton("Press")
    named.setAccessibleName("Folder")
    for part in (field, named, button):
        column.addWidget(part)
    outer.show()
    assert len(nameless(outer)) == 1 and "QLineEdit" in nameless(outer)[0]
