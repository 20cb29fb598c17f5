"""The text of a Keras summary: whole lines, one of which can be chosen by its layer, and a field to search it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit

from pt2k_gui.gui.theme import SMALL, Theme, fixed_font, mixed

_FIELD = 220  # pixels


class SummaryView(QPlainTextEdit):
    """``chosen`` carries the layer of the line that was clicked. Ctrl+F searches."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("summaryText")
        self.setAccessibleName(self.tr("Keras summary"))
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._theme = theme
        self._layers: frozenset[str] = frozenset()
        self._marked = ""
        theme.changed.connect(self._paint_mark)
        self.field = QLineEdit(self)
        self.field.setObjectName("summarySearch")
        self.field.setAccessibleName(self.tr("Search the summary"))
        self.field.setPlaceholderText(self.tr("Search; Enter finds the next"))
        self.field.setProperty("kind", "filter")
        self.field.hide()
        self.field.textEdited.connect(lambda _text: self.find_next(anew=True))
        self.field.installEventFilter(self)
        self.setFont(fixed_font(SMALL))  # its event is filtered in here

    def show_summary(self, text: str, layers: Iterable[str]) -> None:
        """Replace the text; ``layers`` are the names of the Keras layers in it."""
        self._layers, self._marked = frozenset(layers), ""
        self.setPlainText(text)
        self._paint_mark()

    def widest_line(self) -> int:
        """Pixels of the longest line."""
        self.ensurePolished()  # the style sheet's font
        lines = self.toPlainText().splitlines()
        return self.fontMetrics().horizontalAdvance("0") * max(map(len, lines), default=0)

    @property
    def marked(self) -> str:
        """The layer whose line is marked; empty where none is."""
        return self._marked

    def mark(self, layer: str) -> None:
        """Mark a layer's line and scroll to it."""
        self._marked = layer if layer in self._layers else ""
        self._paint_mark()

    def _layer_of(self, text: str) -> str:
        """The layer that a line begins with."""
        name = text.partition(" (")[0]
        return name if name in self._layers else ""

    def _paint_mark(self) -> None:
        selections = []
        block = self.document().begin()
        while self._marked and block.isValid():
            if self._layer_of(block.text()) == self._marked:
                line = QTextEdit.ExtraSelection()
                line.cursor = QTextCursor(block)
                colours = self._theme.colours
                line.format.setBackground(QColor(mixed(colours.accent, colours.surface, 0.16)))
                line.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
                selections.append(line)
                cursor = QTextCursor(block)
                self.setTextCursor(cursor)
                self.ensureCursorVisible()
                break
            block = block.next()
        self.setExtraSelections(selections)

    def find_next(self, *, anew: bool = False) -> None:
        """Select where the text of the field stands next, from the beginning again after the end."""
        text = self.field.text()
        if anew:
            self.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        if text and not self.find(text):
            self.moveCursor(QTextCursor.MoveOperation.Start)
            self.find(text)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.textCursor().hasSelection():
            layer = self._layer_of(self.cursorForPosition(event.position().toPoint()).block().text())
            if layer:
                self.mark(layer)
                self.chosen.emit(layer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_field()

    def _place_field(self) -> None:
        width = min(_FIELD, self.viewport().width())
        self.field.setGeometry(self.viewport().width() - width, 0, width, self.field.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        wanted = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Find)
        if wanted and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self._place_field()
            self.field.show()
            self.field.setFocus()
            self.field.selectAll()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter or event.key() == Qt.Key.Key_Escape:
                if event.type() == QEvent.Type.KeyPress:
                    if enter:
                        self.find_next()
                    else:
                        self.field.hide()
                        self.setFocus()
                event.accept()
                return True
        return super().eventFilter(watched, event)
