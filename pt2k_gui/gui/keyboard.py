"""The window by keyboard: its shortcuts, Enter for what has the focus, and a Tab order that follows the eye."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QGridLayout,
    QLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QWidget,
)

from pt2k_gui.gui.shortcuts import keys_of


def listen(window: QWidget, actions: Mapping[str, Callable[[], object]], steps: list[Callable[[], object]]) -> None:
    """Make the window's shortcuts.

    Args:
        actions: by the names in ``shortcuts.SHORTCUTS``; steps: what Ctrl+1, Ctrl+2 ... do.
    """
    for name, action in actions.items():
        QShortcut(keys_of(name), window).activated.connect(action)
    for number, action in enumerate(steps, 1):
        QShortcut(QKeySequence(f"Ctrl+{number}"), window).activated.connect(action)


def press(focused: QWidget | None) -> bool:
    """Do what Enter does with the widget that has the focus; whether it did anything."""
    if isinstance(focused, QAbstractButton) and focused.isEnabled():
        focused.click()
        return True
    if isinstance(focused, QComboBox) and focused.isEnabled():
        focused.showPopup()
        return True
    return False


def order_tabs(*parts: QWidget) -> None:
    """Have Tab go through these parts of the window one after another, and in each of them as it is read."""
    fields = [field for part in parts for field in reading_order(part)]
    for before, after in itertools.pairwise(fields):
        QWidget.setTabOrder(before, after)


def reading_order(widget: QWidget) -> Iterator[QWidget]:
    """All that takes the focus by Tab in a widget, in the order of its layouts; seen or not, since Qt passes over what is
    hidden."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    for part in _parts(widget):
        if part is not None:
            yield from reading_order(part)


def _parts(widget: QWidget) -> Iterator[QWidget | None]:
    if isinstance(widget, QScrollArea):
        yield widget.widget()
    elif isinstance(widget, QTabWidget):
        yield widget.tabBar()
        yield from (widget.widget(number) for number in range(widget.count()))
    elif isinstance(widget, QStackedWidget | QSplitter):
        yield from (widget.widget(number) for number in range(widget.count()))
    elif (layout := widget.layout()) is not None:
        yield from _of_layout(layout)


def _of_layout(layout: QLayout) -> Iterator[QWidget]:
    places = list(range(layout.count()))
    if isinstance(layout, QGridLayout):
        places.sort(key=lambda place: layout.getItemPosition(place)[:2])  # type: ignore[index]
    for place in places:
        item = layout.itemAt(place)
        inner, widget = (item.layout(), item.widget()) if item is not None else (None, None)
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _of_layout(inner)
