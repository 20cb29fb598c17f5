"""Tools of every table and tree: copy rows, save them as CSV, filter, and share the width among the columns. One
mechanism, put onto a view; knows no page."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, QTimer, SignalInstance, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QHeaderView, QLineEdit, QMenu, QTableView, QTreeView

from pt2k_gui.files import atomic_path
from pt2k_gui.gui.question import tell_problem
from pt2k_gui.problem import Problem

_Index = QModelIndex | QPersistentModelIndex
COPY_ROLE = Qt.ItemDataRole.UserRole + 1
"""Role of a cell's words for copying where these are more than it shows, such as a layer's whole path."""

_LEAST = 72  # pixels that a column of texts keeps when the table is narrow
_MEASURED = 200  # rows whose texts decide a column's width
_FILTER_WIDTH = 240
_PAUSE = 120  # milliseconds of no typing before the rows are filtered
_SEQUENCES = (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.SelectAll, QKeySequence.StandardKey.Find)


class Filterable(Protocol):
    """A model that can be cut down to rows that hold a text."""

    def set_filter(self, text: str) -> None:
        """Show only rows in which each word of the text stands."""


def shared_widths(
    wanted: Sequence[int], room: int, fixed: Sequence[bool], stretch: int | None, narrow: Sequence[int] = ()
) -> list[int]:
    """The width of each column.

    Where there is room for every text, none is cut and one column takes what is left; if there is none for that, or it may
    not be cut, all but the ``narrow`` ones share it, since its numbers would stand far from the rest. Where there is not, the
    widest columns give way first, but for the ``fixed`` ones; all have a least width, below which the table scrolls.

    Args:
        wanted: pixels for the longest text of each column; room: pixels of the view.
        fixed: which columns may not be cut; stretch: which one takes the rest, None for all of them alike.
        narrow: columns that hold a sign and never get more room than it needs.
    """
    spare = room - sum(wanted)
    if spare >= 0 and (stretch is None or fixed[stretch]):
        wide = [column for column in range(len(wanted)) if column not in narrow] or list(range(len(wanted)))
        share, odd = divmod(spare, len(wide))
        more = {column: share + (place < odd) for place, column in enumerate(wide)}
        return [width + more.get(column, 0) for column, width in enumerate(wanted)]
    if spare >= 0:
        return [width + (spare if column == stretch else 0) for column, width in enumerate(wanted)]
    flexible = sorted(width for width, never in zip(wanted, fixed, strict=True) if not never)
    left = room - sum(width for width, never in zip(wanted, fixed, strict=True) if never)
    most = 0
    for place, width in enumerate(flexible):
        most = left // (len(flexible) - place)
        if width > most:
            break
        left -= width
    most = max(most, _LEAST)
    return [width if never else min(width, most) for width, never in zip(wanted, fixed, strict=True)]


class TableTools(QObject):
    """Keys, context menu, filter field and column widths of one view.

    Ctrl+C copies the selected rows as tab-separated text, Ctrl+A selects all, Ctrl+F filters, a heading sorts.

    Args:
        view: its model implements ``Filterable``.
        stretch: the column that takes the room that is left; None for all alike.
    """

    def __init__(self, view: QTableView | QTreeView, model: Filterable, stretch: int | None = 0) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self.stretch = stretch
        self._by_hand = self._fitting = False
        self._headings: list[str] = []
        self._widest: dict[int, int] = {}  # pixels of each column's longest text, until the texts or their font change
        self._mark_room: int | None = None
        for change in _changes_of_texts(view):
            change.connect(self.forget_widths)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open_menu)
        view.setAccessibleDescription(
            self.tr("Ctrl+F filters, Ctrl+C copies the selected rows, the menu key offers more.")
        )
        header = self._header
        header.setSectionsClickable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        header.setStretchLastSection(False)
        header.setResizeContentsPrecision(_MEASURED)
        header.sectionResized.connect(self._on_resized)
        view.setSortingEnabled(True)
        self.field = self._filter_field()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE)
        self._later.timeout.connect(lambda: self.filter(self.field.text()))
        view.installEventFilter(self)
        view.viewport().installEventFilter(self)

    @property
    def _header(self) -> QHeaderView:
        return self._view.header() if isinstance(self._view, QTreeView) else self._view.horizontalHeader()

    # Rows as texts

    def _children(self, parent: _Index) -> Iterator[QModelIndex]:
        """All rows in the view's order; a tree's also inside of what is folded."""
        model = self._view.model()
        for row in range(model.rowCount(parent)):
            index = model.index(row, 0, parent)
            yield index
            if isinstance(self._view, QTreeView):
                yield from self._children(index)

    def _columns(self) -> list[int]:
        header = self._header
        return [
            column
            for column in (header.logicalIndex(place) for place in range(header.count()))
            if not header.isSectionHidden(column)
        ]

    def _texts(self, index: QModelIndex) -> list[str]:
        cells = (index.siblingAtColumn(column) for column in self._columns())
        return [str(cell.data(COPY_ROLE) or cell.data() or "") for cell in cells]

    def rows(self, *, selected: bool) -> list[list[str]]:
        """The texts of the rows, or of the selected ones, as they stand in the view."""
        found = self._children(QModelIndex())
        if selected:
            chosen = self._view.selectionModel()
            found = (index for index in found if chosen.isSelected(index))
        return [self._texts(index) for index in found]

    def headings(self) -> list[str]:
        """The visible columns' headings."""
        model = self._view.model()
        return [str(model.headerData(column, Qt.Orientation.Horizontal) or "") for column in self._columns()]

    # What can be done

    def copy(self) -> None:
        """Put the selected rows on the clipboard, tab-separated, one a line."""
        rows = self.rows(selected=True)
        if rows:
            QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in rows))

    def save(self) -> None:
        """Ask for a file and write the table there."""
        suggested = f"{self._view.objectName() or 'table'}.csv"
        path, _ = QFileDialog.getSaveFileName(self._view, self.tr("Save as CSV"), suggested, "CSV (*.csv)")
        if path:
            self.save_to(path if path.lower().endswith(".csv") else f"{path}.csv")

    def save_to(self, path: str) -> None:
        """Write all rows that are shown, with the headings, as comma-separated values."""
        try:
            # The byte order mark tells spreadsheets that the text is UTF-8.
            with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8-sig") as file:
                writer = csv.writer(file)
                writer.writerow(self.headings())
                writer.writerows(self.rows(selected=False))
        except Problem as problem:
            tell_problem(self._view, problem)

    def _open_menu(self, position: QPoint) -> None:
        menu = self.menu()
        menu.exec(self._view.viewport().mapToGlobal(position))
        menu.deleteLater()

    def menu(self) -> QMenu:
        """The context menu."""
        menu = QMenu(self._view)
        copy = menu.addAction(self.tr("Copy"), self.copy)
        copy.setEnabled(self._view.selectionModel().hasSelection())
        every = menu.addAction(self.tr("Select all"), self._view.selectAll)
        menu.addSeparator()
        find = menu.addAction(self.tr("Filter…"), self.open_filter)
        menu.addAction(self.tr("Save as CSV…"), self.save)
        # Shown beside the words; the view itself listens to the keys.
        for action, keys in zip((copy, every, find), _SEQUENCES, strict=True):
            action.setShortcut(QKeySequence(keys))
        return menu

    # The filter

    def _filter_field(self) -> QLineEdit:
        field = QLineEdit(self._view)
        field.setObjectName("tableFilter")
        field.setAccessibleName(self.tr("Filter the rows"))
        field.setPlaceholderText(self.tr("Filter; Esc shows all rows"))
        field.setProperty("kind", "filter")
        field.hide()
        field.textChanged.connect(lambda _text: self._later.start())
        field.installEventFilter(self)
        return field

    def open_filter(self) -> None:
        """Show the field, over the headings at the right."""
        self._place_field()
        self.field.show()
        self.field.raise_()
        self.field.setFocus()
        self.field.selectAll()

    def close_filter(self) -> None:
        """Show all rows again."""
        self.field.hide()
        self.field.clear()
        self.filter("")
        self._view.setFocus()

    def filter(self, text: str) -> None:
        """Show only rows that hold the text."""
        self._later.stop()
        self._model.set_filter(text)
        if isinstance(self._view, QTreeView) and text:
            self._view.expandAll()

    def _place_field(self) -> None:
        height = max(self._header.height(), self.field.sizeHint().height())
        width = min(_FILTER_WIDTH, self._view.width())
        self.field.setGeometry(self._view.width() - width, 0, width, height)

    # Column widths

    def fit_columns(self, *, anew: bool = False) -> None:
        """Share the view's width among the columns; ``anew`` also where the user dragged them to a width."""
        header, model = self._header, self._view.model()
        columns = self._columns()
        if anew:
            self._by_hand = False
        if self._by_hand or not columns or not self._view.isVisible():  # a hidden one is fitted when it is shown
            return
        wanted = [self._width_of(column) for column in columns]
        numbers = [bool(_is_number(model, column)) for column in columns]
        stretch = columns.index(self.stretch) if self.stretch in columns else None if self.stretch is None else 0
        signs = [place for place, heading in enumerate(self.headings()) if not heading]
        widths = shared_widths(wanted, self._view.viewport().width(), numbers, stretch, signs)
        self._fitting = True
        for column, width in zip(columns, widths, strict=True):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width)
        self._fitting = False

    def wanted_width(self) -> int:
        """Pixels that all visible columns need for their longest texts and their headings."""
        return sum(map(self._width_of, self._columns()))

    def _width_of(self, column: int) -> int:
        """Measured once: Qt asks for a hundred texts a column, and a table is fitted several times while a page is laid out."""
        if column not in self._widest:
            heading = self._header.sectionSizeHint(column) - self._beside_headings()
            self._widest[column] = max(self._view.sizeHintForColumn(column), heading)
        return self._widest[column]

    def _beside_headings(self) -> int:
        """Pixels that Qt keeps beside each heading for the mark of the sorted column, which is drawn above the words."""
        if self._mark_room is None:
            with_mark = self._header.sectionSizeHint(0)
            shown = self._header.isSortIndicatorShown()
            self._header.setSortIndicatorShown(False)
            self._mark_room = with_mark - self._header.sectionSizeHint(0)
            self._header.setSortIndicatorShown(shown)
        return self._mark_room

    @Slot()
    def forget_widths(self) -> None:
        """Have the columns measured anew: other texts are shown."""
        self._widest.clear()

    def _on_resized(self, _column: int, _before: int, _after: int) -> None:
        # Only a hand on the border counts: Qt tells of columns that come and go, too.
        if not self._fitting and QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._by_hand = True

    # Events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            self.forget_widths()
            self._mark_room = None
        elif kind == QEvent.Type.Show and watched is self._view:
            self.fit_columns()
        elif kind == QEvent.Type.Resize and watched is self._view.viewport():
            self.fit_columns()
            if self.field.isVisible():
                self._place_field()
        elif isinstance(event, QKeyEvent) and kind in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return self._key(watched, event)
        return False

    def _key(self, watched: QObject, event: QKeyEvent) -> bool:
        if watched is self.field:
            leaves = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)
            if event.key() != Qt.Key.Key_Escape and not leaves:
                return False
            if event.type() == QEvent.Type.KeyPress:
                if leaves:
                    self.filter(self.field.text())
                    self._view.setFocus()
                else:
                    self.close_filter()
            event.accept()
            return True
        if watched is not self._view:
            return False
        actions = zip(_SEQUENCES, (self.copy, self._view.selectAll, self.open_filter), strict=True)
        action = next((action for keys, action in actions if event.matches(keys)), None)
        if action is None and event.key() == Qt.Key.Key_Escape and self.field.isVisible():
            action = self.close_filter
        if action is None:
            return False
        event.accept()  # a window's shortcut of the same keys stays out of it
        if event.type() == QEvent.Type.KeyPress:
            action()
        return True


def _changes_of_texts(view: QTableView | QTreeView) -> list[SignalInstance]:
    """The signals after which another text of a column may be the longest that is shown."""
    model = view.model()
    signals = [
        model.modelReset, model.dataChanged, model.layoutChanged, model.headerDataChanged, model.rowsInserted,
        model.rowsRemoved, model.columnsInserted, model.columnsRemoved,
    ]  # fmt: skip
    return [*signals, view.expanded, view.collapsed] if isinstance(view, QTreeView) else signals


def _is_number(model: object, column: int) -> bool:
    asks = getattr(model, "is_number", None)
    return bool(asks is not None and asks(column))
