"""What can be done with every table and tree: sort, filter, copy, save, and read all of a text where there is room."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.question import TellDialog
from pt2k_gui.gui.theme import Theme, dress
from pt2k_gui.gui.widgets.layer_tree import LayerTree
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.gui.widgets.table_tools import shared_widths
from pt2k_gui.sources.card import LayerRow

ROWS = (
    ("Conv10", "1,200", "3.1e-06"),
    ("Conv2", "98", "2.0e-07"),
    ("Relu", "7", "—"),
)


@pytest.fixture
def table(qtbot: QtBot) -> Table:
    table = Table(("Layer", "Count", "Difference"), "layers", (1, 2))
    qtbot.addWidget(table)
    table.resize(500, 200)
    table.fill(ROWS)
    table.show()
    qtbot.waitExposed(table)
    return table


def shown(table: Table) -> list[str]:
    return [str(table.model().index(row, 0).data()) for row in range(table.model().rowCount())]


def click_heading(table: Table, column: int, qtbot: QtBot) -> None:
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_heading_sorts_numbers_as_numbers_and_a_third_click_gives_the_order_back(table: Table, qtbot: QtBot) -> None:
    click_heading(table, 1, qtbot)
    assert shown(table) == ["Relu", "Conv2", "Conv10"]
    click_heading(table, 1, qtbot)
    assert shown(table) == ["Conv10", "Conv2", "Relu"]
    click_heading(table, 1, qtbot)
    assert shown(table) == [row[0] for row in ROWS]
    for _ in range(2):
        click_heading(table, 2, qtbot)
        assert shown(table)[-1] == "Relu"  # a cell without a number is last both ways
    click_heading(table, 0, qtbot)
    assert shown(table) == ["Conv2", "Conv10", "Relu"]


def test_the_selected_row_stays_the_selected_one_when_the_table_is_sorted(table: Table, qtbot: QtBot) -> None:
    table.select_row(1)
    click_heading(table, 1, qtbot)
    click_heading(table, 1, qtbot)
    assert table.selected_rows() == [1]


def test_a_click_selects_the_whole_row(table: Table, qtbot: QtBot) -> None:
    place = table.visualRect(table.model().index(1, 2)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert {(i.row(), i.column()) for i in table.selectedIndexes()} == {(1, 0), (1, 1), (1, 2)}


def test_rows_are_copied_as_tab_separated_text_in_the_order_that_is_seen(table: Table, qtbot: QtBot) -> None:
    click_heading(table, 1, qtbot)
    qtbot.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "Relu\t7\t—\nConv2\t98\t2.0e-07\nConv10\t1,200\t3.1e-06"
    table.select_row(0)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "Conv10\t1,200\t3.1e-06"


def test_the_filter_opens_by_key_keeps_rows_with_each_word_and_escape_shows_all_again(
    table: Table, qtbot: QtBot
) -> None:
    qtbot.keyClick(table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    field = table.tools.field
    assert field.isVisible()
    assert field.hasFocus() or field is table.window().focusWidget()
    qtbot.keyClicks(field, "CONV e-07")
    qtbot.waitUntil(lambda: shown(table) == ["Conv2"], timeout=3000)
    click_heading(table, 1, qtbot)
    assert shown(table) == ["Conv2"]
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()
    assert len(shown(table)) == 3


def test_the_menu_offers_copy_filter_and_csv(table: Table) -> None:
    menu = table.tools.menu()
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Copy", "Select all", "Filter…", "Save as CSV…",
    ]  # fmt: skip
    assert not menu.actions()[0].isEnabled()
    table.select_row(0)
    assert table.tools.menu().actions()[0].isEnabled()


def test_the_rows_that_are_shown_are_saved_as_csv_with_their_headings(table: Table, tmp_path: Path) -> None:
    table.tools.filter("conv")
    table.tools.save_to(str(tmp_path / "rows.csv"))
    with (tmp_path / "rows.csv").open(newline="", encoding="utf-8-sig") as file:
        assert list(csv.reader(file)) == [["Layer", "Count", "Difference"], *map(list, ROWS[:2])]


def test_a_csv_file_that_can_not_be_written_is_told(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[TellDialog] = []
    monkeypatch.setattr(TellDialog, "exec", lambda dialog: told.append(dialog))
    table.tools.save_to(str(tmp_path / "gone" / "rows.csv"))
    assert len(told) == 1


def test_no_text_is_cut_while_there_is_room_and_numbers_never_are(table: Table, qtbot: QtBot) -> None:
    long = "a name of a layer that is quite long, " * 2
    table.fill([(long, "1,000", "3.1e-06")])
    table.resize(900, 200)
    header = table.horizontalHeader()
    for column in range(3):
        assert header.sectionSize(column) >= table.sizeHintForColumn(column)
    assert header.length() == table.viewport().width()
    table.resize(300, 200)
    assert header.sectionSize(0) < table.sizeHintForColumn(0)
    for column in (1, 2):
        assert header.sectionSize(column) >= table.sizeHintForColumn(column)


def test_the_mark_of_the_sorted_column_takes_no_room_beside_the_headings(
    table: Table, qapp: QApplication, qtbot: QtBot
) -> None:
    """It is drawn above them; beside each, it would cut texts in windows that have room for them."""
    Theme(qapp).use("light")
    dress(table)
    table.fill([("a", "1", "2")])
    header = table.horizontalHeader()
    reserved = sum(header.sectionSizeHint(column) for column in range(3))
    header.setSortIndicatorShown(False)
    bare = [header.sectionSizeHint(column) for column in range(3)]
    header.setSortIndicatorShown(True)
    table.resize(table.tools.wanted_width() + 2 * table.frameWidth(), 200)
    assert sum(bare) <= table.tools.wanted_width() < reserved
    assert all(header.sectionSize(column) >= bare[column] for column in range(3))


def test_the_widest_texts_give_way_first() -> None:
    assert shared_widths([100, 200, 50], 500, [False] * 3, 1) == [100, 350, 50]
    assert shared_widths([100, 100, 100], 307, [True] * 3, 0) == [103, 102, 102]  # numbers stay beside one another
    assert shared_widths([20, 100, 100], 340, [False] * 3, None, [0]) == [20, 160, 160]  # a sign needs no more room
    assert shared_widths([100, 300, 80], 340, [False, False, True], 0) == [100, 160, 80]
    assert shared_widths([400, 300, 80], 340, [False, False, True], 0) == [130, 130, 80]
    assert shared_widths([400, 300, 80], 100, [False, False, True], 0) == [72, 72, 80]


@pytest.fixture
def tree(qtbot: QtBot) -> LayerTree:
    tree = LayerTree()
    qtbot.addWidget(tree)
    rows = (
        LayerRow("", "Net", 0, "batch × 10", 1000),
        LayerRow("blocks.0", "Block", 2, "batch × 4", 20),
        LayerRow("blocks.0.fc", "Linear", 3, "batch × 4", 20),
        LayerRow("blocks.10", "Block", 2, "batch × 4", 500),
        LayerRow("blocks.2", "Block", 2, "batch × 4", 30),
        LayerRow("head", "Linear", 1, "batch × 10", 450),
    )
    tree.show_layers(rows, "net")
    tree.resize(500, 300)
    tree.show()
    qtbot.waitExposed(tree)
    return tree


def names(tree: LayerTree, *path: int) -> list[str]:
    model, parent = tree.model(), QModelIndex()
    for row in path:
        parent = model.index(row, 0, parent)  # below the last one
    return [str(model.index(row, 0, parent).data()) for row in range(model.rowCount(parent))]


def test_layers_nest_by_path_also_in_a_container_that_has_no_row(tree: LayerTree) -> None:
    assert names(tree) == ["net"]
    assert names(tree, 0) == ["blocks", "head"]
    assert names(tree, 0, 0) == ["0", "10", "2"]
    assert names(tree, 0, 0, 0) == ["fc"]


def test_a_tree_sorts_each_level_filters_and_copies_whole_paths(tree: LayerTree, qtbot: QtBot) -> None:
    tree.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert names(tree, 0, 0) == ["0", "2", "10"]
    tree.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert names(tree, 0, names(tree, 0).index("blocks")) == ["10", "2", "0"]
    tree.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    tree.tools.filter("linear blocks")
    assert names(tree, 0) == ["blocks"]
    assert names(tree, 0, 0) == ["0"]
    tree.tools.filter("")
    tree.setCurrentIndex(tree.model().index(1, 0, tree.model().index(0, 0)))
    qtbot.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "head\tLinear\tbatch × 10\t450"
    assert ["blocks.0.fc", "Linear", "batch × 4", "20"] in tree.tools.rows(selected=False)


def test_the_filter_leaves_the_other_tables_of_a_window_alone(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    one, other = Table(("A",), "one"), Table(("A",), "other")
    for table in (one, other):
        table.setParent(window)
        table.fill([("x",), ("y",)])
    window.show()
    one.tools.filter("x")
    assert (shown(one), shown(other)) == (["x"], ["x", "y"])
