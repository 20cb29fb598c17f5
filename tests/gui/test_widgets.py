"""The small widgets: what they accept, and what they show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.language import use_language
from pt2k_gui.gui.settings import Recent, Settings
from pt2k_gui.gui.state import Step
from pt2k_gui.gui.theme import Theme, dress, prepare
from pt2k_gui.gui.widgets.basics import Notice, Stack, indented, label
from pt2k_gui.gui.widgets.shape_field import ShapeField
from pt2k_gui.problem import Problem
from pt2k_gui.resources import resource


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    theme = Theme(qapp)
    theme.use("light")
    return theme


@pytest.fixture
def field(qtbot: QtBot, theme: Theme) -> ShapeField:
    field = ShapeField(theme, "image")
    qtbot.addWidget(field)
    field.setText("batch, 1, 28, 28")
    field.show()
    return field


def test_words_in_number_fields_stand_on_the_line_of_those_in_lists(qapp: QApplication, qtbot: QtBot) -> None:
    prepare(qapp)
    Theme(qapp).use("light")
    for language, words in (("en", "all samples"), ("zh_CN", "全部样本")):
        use_language(qapp, language)
        box, number = QComboBox(), QSpinBox()
        box.addItem(words)
        number.setSpecialValueText(words)
        indented(number)
        rows = []
        for widget in (number, box):
            qtbot.addWidget(widget)
            dress(widget)
            widget.resize(180, 32)
            widget.show()
            widget.clearFocus()
            image = widget.grab().toImage()
            dark = [y for y in range(4, 28) if any(image.pixelColor(x, y).lightness() < 100 for x in range(6, 140))]
            rows.append((min(dark), max(dark)))
        assert all(abs(one - other) <= 1 for one, other in zip(*rows, strict=True)), (language, rows)
    use_language(qapp, "en")


def test_a_shape_is_a_row_of_chips_and_the_dynamic_ones_are_marked(field: ShapeField) -> None:
    assert [chip.text() for chip in field.chips] == ["batch", "1", "28", "28"]
    assert [chip.property("dynamic") for chip in field.chips] == ["true", "false", "false", "false"]
    assert field.text() == "batch, 1, 28, 28"
    assert field.chips[2].accessibleName() == "Axis 3 of image"


def test_a_comma_begins_the_next_axis(field: ShapeField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.edited):
        qtbot.keyClicks(field.chips[3], ",")
    assert len(field.chips) == 5
    assert not field.chips[4].text()


def test_a_whole_shape_can_be_pasted_into_one_chip(field: ShapeField, qtbot: QtBot) -> None:
    field.setText("1")
    chip = field.chips[0]
    chip.selectAll()
    QApplication.clipboard().setText("(N, 3, 224, 224)")
    with qtbot.waitSignal(field.edited):
        chip.paste()
    assert field.text() == "N, 3, 224, 224"


def test_backspace_in_an_empty_chip_removes_its_axis(field: ShapeField, qtbot: QtBot) -> None:
    chip = field.chips[1]
    qtbot.keyClick(chip, Qt.Key.Key_Backspace)
    assert field.text() == "batch, , 28, 28"
    qtbot.keyClick(chip, Qt.Key.Key_Backspace)
    assert field.text() == "batch, 28, 28"


def test_an_axis_can_be_added_with_a_button(field: ShapeField, qtbot: QtBot) -> None:
    button = field.findChild(QPushButton, "addAxis")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert field.text() == "batch, 1, 28, 28, 1"


def test_a_click_on_an_axis_selects_it_so_that_typing_replaces_it(field: ShapeField, qtbot: QtBot) -> None:
    qtbot.mouseClick(field.chips[2], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: field.chips[2].selectedText() == "28", timeout=2000)
    qtbot.keyClicks(field.chips[2], "64")
    assert field.text() == "batch, 1, 64, 28"


def test_what_is_typed_replaces_the_selected_axes(field: ShapeField, qtbot: QtBot) -> None:
    qtbot.keyClick(field.chips[1], Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert list(field.selected_axes) == [0, 1, 2, 3]
    with qtbot.waitSignal(field.edited):
        qtbot.keyClicks(field.chips[3], "N")
    assert field.text() == "N"
    qtbot.keyClicks(field.chips[0], ",")
    qtbot.keyClicks(field.chips[1], "784")
    assert field.text() == "N, 784"


def test_axes_are_selected_with_shift_and_removed_or_replaced_together(field: ShapeField, qtbot: QtBot) -> None:
    field.chips[1].setFocus()
    qtbot.mouseClick(field.chips[3], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    assert list(field.selected_axes) == [1, 2, 3]
    qtbot.keyClick(field.chips[3], Qt.Key.Key_Delete)
    assert field.text() == "batch"
    field.setText("batch, 3, 8, 9")
    field.chips[3].selectAll()
    for chip in (3, 2):
        qtbot.keyClick(field.chips[chip], Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert list(field.selected_axes) == [1, 2, 3]
    qtbot.keyClick(field.chips[1], Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "3, 8, 9"
    QApplication.clipboard().setText("5, 6")
    qtbot.keyClick(field.chips[1], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "batch, 5, 6"


def test_an_axis_can_be_removed_by_mouse_and_one_always_stays(field: ShapeField, qtbot: QtBot) -> None:
    remove = field.findChild(QPushButton, "removeAxis")
    assert remove is not None
    qtbot.mouseClick(field.chips[1], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(field.edited):
        qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert field.text() == "batch, 28, 28"
    field.setText("784")
    assert not remove.isEnabled()


def test_arrows_walk_from_axis_to_axis(field: ShapeField, qtbot: QtBot) -> None:
    field.chips[0].setFocus()
    field.chips[0].end(False)
    qtbot.keyClick(field.chips[0], Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: field.chips[1].selectedText() == "1", timeout=2000)


def test_an_empty_axis_is_told_and_not_tried(at: Callable[[Step], Any], qtbot: QtBot) -> None:
    driver = at(Step.CONVERT)
    page = driver.window.input_page
    driver.window.go(Step.INPUT)
    driver.idle()
    chip = page.findChildren(ShapeField)[0].chips[0]
    chip.selectAll()
    qtbot.keyClick(chip, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: "is empty" in page.strip.sentence.text(), timeout=5000)
    assert not driver.window.bottom.next_button.isEnabled()


def test_a_stack_is_as_large_as_the_view_that_is_seen(qtbot: QtBot) -> None:
    small, large = label("small"), label("large")
    large.setMinimumHeight(900)
    stack = Stack(small, large)
    qtbot.addWidget(stack)
    assert stack.sizeHint().height() < 100
    stack.show_view(large)
    assert stack.sizeHint().height() >= 900
    assert not small.isVisibleTo(stack)


def test_a_problem_shows_what_why_and_what_to_do_and_can_be_copied(qtbot: QtBot, theme: Theme) -> None:
    notice = Notice(theme, "Model")
    qtbot.addWidget(notice)
    notice.problem(Problem("It does not fit.", hint="Make it fit.", details="by one"))
    assert (notice.sentence.text(), notice.hint.text()) == ("It does not fit.", "Make it fit.")
    button = notice.findChild(QPushButton, "copyDetails")
    assert button is not None
    button.click()
    assert QApplication.clipboard().text() == "It does not fit.\n\nMake it fit.\n\nby one"


def test_one_button_at_a_time_is_the_primary_one(at: Callable[[Step], Any]) -> None:
    window = at(Step.CONVERT).window
    window.go(Step.CONVERT)
    assert window.convert_page.convert_button.property("kind") == "primary"
    assert not window.bottom.next_button.property("kind")
    window = at(Step.CHECK).window
    window.go(Step.CONVERT)
    assert window.bottom.next_button.property("kind") == "primary"
    assert not window.convert_page.convert_button.property("kind")


def dropped(*paths: Path) -> QDropEvent:
    """A file manager's drop that proposes a move, as some do, and would take a copy."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    dropped.data = data  # type: ignore[attr-defined]  # the event does not own it
    actions = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    drop = QDropEvent(QPointF(300, 300), actions, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    drop.setDropAction(Qt.DropAction.MoveAction)
    return drop


def test_a_file_dropped_anywhere_on_the_window_is_opened_and_taken_as_a_copy(
    at: Callable[[Step], Any], qtbot: QtBot
) -> None:
    driver = at(Step.SAVE)
    driver.window.go(Step.INPUT)
    drop = dropped(resource("samples/digits-cnn.pt2"))
    driver.window.dropEvent(drop)
    assert drop.isAccepted()
    assert drop.dropAction() is Qt.DropAction.CopyAction
    qtbot.waitUntil(lambda: driver.window.current is Step.MODEL, timeout=5000)
    driver.idle()
    assert driver.window.state.info.name == "CNN"


def test_several_dropped_files_open_the_list_that_converts_them_all(driver: Any, qtbot: QtBot, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.pt", "b.onnx")]
    window = driver.window
    window.dropEvent(dropped(*paths))
    qtbot.waitUntil(lambda: window.in_batch, timeout=5000)
    assert window.models.models == [str(path) for path in paths]
    assert window.rail.many_button.isChecked()
    window.dropEvent(dropped(tmp_path / "c.pt"))
    qtbot.waitUntil(lambda: len(window.models.models) == 3, timeout=5000)
    assert not window.bottom.next_button.isVisible()
    window.go(Step.MODEL)
    assert not window.in_batch
    assert not window.rail.many_button.isChecked()


def test_recent_files_are_listed_the_latest_first_while_they_exist(driver: Any, qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings()
    for number in range(3):
        path = tmp_path / f"model-{number}.pt"
        path.write_bytes(b"x")
        settings.remember(Recent(str(path), "checkpoint", f"2026-01-0{number + 1}"))
    (tmp_path / "model-1.pt").unlink()
    settings.sync()
    driver.window.settings._store.sync()
    driver.window.model_page.show_recent()

    def listed() -> list[str]:
        rows = [row for row in driver.window.findChildren(QPushButton, "recent") if not row.isHidden()]
        return [row.accessibleName().split(",")[0] for row in rows]

    qtbot.waitUntil(lambda: listed() == ["model-2.pt", "model-0.pt"], timeout=5000)


def test_the_window_comes_back_where_it_was(open_window: Callable[[], Any]) -> None:
    first = open_window().window
    first.resize(first.width(), 701)
    first.shut_down()
    assert open_window().window.height() == 701


def test_two_windows_keep_their_sessions_apart(open_window: Callable[[], Any]) -> None:
    one, other = open_window().window, open_window().window
    assert one.session.folder != other.session.folder
    one.shut_down()
    assert not one.session.folder.exists()
    assert other.session.folder.is_dir()
