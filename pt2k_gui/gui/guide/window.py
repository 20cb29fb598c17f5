"""The guide: contents and search at the left, the page at the right, back and forward as in a browser."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.gui.guide.reader import Reader
from pt2k_gui.gui.language import language_of
from pt2k_gui.gui.phrases import counted
from pt2k_gui.gui.screen_room import fit_to_screen
from pt2k_gui.gui.theme import M, S, Theme, dress
from pt2k_gui.gui.widgets.basics import button, label
from pt2k_gui.guide.contents import FIRST, contents, pages
from pt2k_gui.guide.search import search

_SIZE = (1040, 720)
_PAUSE = 150  # milliseconds without a key before the search begins


class GuideWindow(QDialog):
    """A window of its own, beside the main one; one that belongs to a dialog can be read while the dialog waits."""

    def __init__(self, parent: QWidget, theme: Theme, language: str) -> None:
        """Args: language: the choice in the settings."""
        super().__init__(parent, Qt.WindowType.Window)
        dress(self)
        self.setObjectName("guideWindow")
        self.setWindowTitle(self.tr("Guide"))
        self.resize(*_SIZE)
        fit_to_screen(self)
        self.language = language
        self._language = language_of(language)
        self._pages = pages(self._language)
        self._past: list[tuple[str, str, int]] = []
        self._coming: list[tuple[str, str, int]] = []
        self.current = ""
        self._anchor = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self._left())
        split.addWidget(self._right(theme))
        split.setStretchFactor(1, 1)
        split.setSizes([270, _SIZE[0] - 270])
        row.addWidget(split)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._soon.timeout.connect(self._search)
        for keys, action in (
            ("Ctrl+F", self._to_search),
            ("Alt+Left", self.go_back),
            ("Alt+Right", self.go_forward),
            ("Alt+Home", lambda: self.show_page(FIRST)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(action)
        self.show_page(FIRST)

    def _left(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(M, M, 0, M)
        column.setSpacing(S)
        self.question = QLineEdit()
        self.question.setObjectName("guideSearch")
        self.question.setPlaceholderText(self.tr("Search the guide (Ctrl+F)"))
        self.question.setAccessibleName(self.tr("Search the guide"))
        self.question.setClearButtonEnabled(True)
        self.question.textChanged.connect(lambda _text: self._soon.start())
        self.question.returnPressed.connect(self._open_best)
        column.addWidget(self.question)
        self.tree = QTreeWidget()
        self.tree.setObjectName("guideContents")
        self.tree.setAccessibleName(self.tr("Contents"))
        self.tree.setHeaderHidden(True)
        self._items: dict[str, QTreeWidgetItem] = {}
        for part in contents(self._language):
            top = QTreeWidgetItem([part.title])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.tree.addTopLevelItem(top)
            for page in part.pages:
                item = QTreeWidgetItem([page.title])
                item.setToolTip(0, page.title)
                item.setData(0, Qt.ItemDataRole.UserRole, page.name)
                top.addChild(item)
                self._items[page.name] = item
        self.tree.expandAll()
        self.tree.currentItemChanged.connect(self._choose)
        self.results = QListWidget()
        self.results.setObjectName("guideResults")
        self.results.setAccessibleName(self.tr("Results of the search"))
        self.results.setWordWrap(True)
        self.results.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.results.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.results.currentItemChanged.connect(self._show_result)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.tree)
        self._stack.addWidget(self.results)
        column.addWidget(self._stack, 1)
        self._count = label("", "caption", name="guideCount")
        self._count.hide()
        column.addWidget(self._count)
        return side

    def _right(self, theme: Theme) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, M, 0, 0)
        column.setSpacing(S)
        bar = QHBoxLayout()
        bar.setContentsMargins(M, 0, M, 0)
        bar.setSpacing(S)
        self.back = button(self.tr("Back"), "guideBack", "flat", "arrow-left", theme)
        self.forward = button(self.tr("Forward"), "guideForward", "flat", "arrow-right", theme)
        for made, keys, action in (
            (self.back, "Alt+Left", self.go_back),
            (self.forward, "Alt+Right", self.go_forward),
        ):
            made.setToolTip(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))
            made.clicked.connect(action)
            bar.addWidget(made)
        bar.addStretch(1)
        column.addLayout(bar)
        self.reader = Reader(theme)
        self.reader.followed.connect(self._follow)
        column.addWidget(self.reader, 1)
        return side

    # Going through the pages

    def show_page(self, name: str = FIRST, anchor: str = "", words: str = "") -> None:
        """Show a page, from an anchor on; ``words`` are marked in it. An unknown name leads to the first page."""
        name = name if name in self._pages else FIRST
        if self.current and (name, anchor) != (self.current, self._anchor):
            self._past.append(self._here())
            self._coming.clear()
        self._show(name, anchor, words)

    def go_back(self) -> None:
        """Show the page before."""
        self._move(self._past, self._coming)

    def go_forward(self) -> None:
        """Show the page that ``go_back`` left."""
        self._move(self._coming, self._past)

    def _move(self, source: list[tuple[str, str, int]], target: list[tuple[str, str, int]]) -> None:
        if source:
            target.append(self._here())
            name, anchor, place = source.pop()
            self._show(name, anchor)
            self.reader.verticalScrollBar().setValue(place)

    def _here(self) -> tuple[str, str, int]:
        return self.current, self._anchor, self.reader.verticalScrollBar().value()

    def _show(self, name: str, anchor: str, words: str = "") -> None:
        self.current, self._anchor = name, anchor
        page = self._pages[name]
        self.reader.verticalScrollBar().setValue(0)
        self.reader.show_page(page, anchor, words)
        self.setWindowTitle(f"{page.title} – {self.tr('Guide')}")
        self.tree.blockSignals(True)
        self.tree.setCurrentItem(self._items[name])
        self.tree.blockSignals(False)
        for made, left in ((self.back, self._past), (self.forward, self._coming)):
            made.setEnabled(bool(left))

    def _choose(self, item: QTreeWidgetItem | None, _before: object = None) -> None:
        name = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        if name:
            self.show_page(str(name))

    def _follow(self, target: str) -> None:
        """A link of the page: to another one, ``errors.md#x``, or within it, ``#x``."""
        file, _, anchor = target.partition("#")
        name = file.rpartition("/")[2].removesuffix(".md") if file else self.current
        self.show_page(name, anchor)

    # Search

    def _to_search(self) -> None:
        self.question.setFocus()
        self.question.selectAll()

    def _search(self) -> None:
        question = self.question.text()
        self._stack.setCurrentWidget(self.results if question.strip() else self.tree)
        self.results.blockSignals(True)
        self.results.clear()
        found = search(question, self._language)
        for hit in found:
            section = hit.section
            head = (
                section.page.title
                if section.heading == section.page.title
                else f"{section.page.title}: {section.heading}"
            )
            item = QListWidgetItem(f"{head}\n{hit.excerpt}")
            item.setData(Qt.ItemDataRole.UserRole, (section.page.name, section.anchor))
            self.results.addItem(item)
        self.results.blockSignals(False)
        self._count.setVisible(bool(question.strip()))
        places = counted(len(found), self.tr("1 place"), self.tr("{0} places"))
        self._count.setText(places if found else self.tr("Nothing was found."))

    def _show_result(self, item: QListWidgetItem | None, _before: object = None) -> None:
        if item is not None:
            name, anchor = item.data(Qt.ItemDataRole.UserRole)
            self.show_page(name, anchor, self.question.text())

    def _open_best(self) -> None:
        self._soon.stop()
        self._search()
        if self.results.count():
            self.results.setCurrentRow(0)
            self.results.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc ends the search, then closes the guide; Enter presses nothing by itself."""
        if event.key() == Qt.Key.Key_Escape and self.question.text():
            self.question.clear()
            self._search()
            self.tree.setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._soon.stop()
        super().closeEvent(event)
