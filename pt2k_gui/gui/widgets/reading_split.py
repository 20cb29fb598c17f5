"""A text beside something else: the text gets the width of its longest line, as long as that leaves the other enough.
One above the other where a page has no room for both."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from pt2k_gui.gui.theme import L
from pt2k_gui.gui.widgets.basics import AROUND_PAGE


class ReadingSplit(QSplitter):
    """Two views side by side; where the user drags the border, it stays.

    Args:
        text: which of the two holds the text, 0 or 1; least: pixels that the other one keeps.
    """

    def __init__(self, left: QWidget, right: QWidget, *, text: int, least: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setHandleWidth(L)
        self.setChildrenCollapsible(False)
        self._views = (left, right)
        self.addWidget(left)
        self.addWidget(right)
        self._text, self._least, self._wanted, self._by_hand = text, least, 0, False
        self.splitterMoved.connect(self._moved)

    def _moved(self, _place: int, _index: int) -> None:
        self._by_hand = True

    def keep(self, pixels: int) -> None:
        """How many pixels the side without the text keeps."""
        self._least = pixels
        self._share()

    def want(self, pixels: int) -> None:
        """How wide the side with the text should be."""
        self._wanted = pixels
        self._share()

    def adapt(self, width: int) -> None:
        """Told by the page how wide it is."""
        needed = (
            sum(max(view.minimumSizeHint().width(), view.minimumWidth()) for view in self._views) + self.handleWidth()
        )
        beside = needed <= width - AROUND_PAGE
        self.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        if self._wanted and not self._by_hand and self.orientation() is Qt.Orientation.Horizontal:
            whole = self.width() - L
            text = max(min(self._wanted, whole - self._least), 0)
            sizes = [text, whole - text]
            self.setSizes(sizes if self._text == 0 else sizes[::-1])
