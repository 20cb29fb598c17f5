"""A text beside something else: the text gets the width of its longest line, as long as that leaves the other enough."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from pt2k_gui.gui.theme import L


class ReadingSplit(QSplitter):
    """Two views side by side; where the user drags the border, it stays.

    Args:
        text: which of the two holds the text, 0 or 1; least: pixels that the other one keeps.
    """

    def __init__(self, left: QWidget, right: QWidget, *, text: int, least: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setHandleWidth(L)
        self.setChildrenCollapsible(False)
        self.addWidget(left)
        self.addWidget(right)
        self._text, self._least, self._wanted, self._by_hand = text, least, 0, False
        self.splitterMoved.connect(self._moved)

    def _moved(self, _place: int, _index: int) -> None:
        self._by_hand = True

    def want(self, pixels: int) -> None:
        """How wide the side with the text should be."""
        self._wanted = pixels
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        if self._wanted and not self._by_hand:
            whole = self.width() - L
            text = max(min(self._wanted, whole - self._least), 0)
            sizes = [text, whole - text]
            self.setSizes(sizes if self._text == 0 else sizes[::-1])
