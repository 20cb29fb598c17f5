"""A file to open, as a line to press."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from pt2k_gui.gui.theme import S, Theme
from pt2k_gui.gui.widgets.basics import ElidedLabel, Icon, button

_MOST_TITLE = 200  # pixels of a file's name


def file_row(title: str, words: str, name: str, theme: Theme, path: str = "") -> QPushButton:
    """Its name, the folder that it lies in, and what it is at the right (``words``)."""
    made = button("", name, "flat")
    place = _folder_words(path) if path else ""
    made.setAccessibleName(", ".join(text for text in (title, words, place) if text))
    made.setToolTip("\n".join(text for text in (path, words) if text))
    row = QHBoxLayout(made)
    row.setContentsMargins(S, 0, S, 0)
    row.setSpacing(S)
    shown, said = ElidedLabel(title), ElidedLabel(words, "caption")
    # No part is wider than its text; where all have no room, the name keeps most of it.
    said.fit()
    if place:
        shown.fit(_MOST_TITLE)
    else:
        shown.fit()
    parts: list[tuple[QWidget, int]] = [(Icon(theme, "file-box", "muted", 16), 0), (shown, 6)]
    parts.append((ElidedLabel(place, "caption"), 2) if place else (QWidget(), 1))
    for part, stretch in (*parts, (said, 4)):
        part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row.addWidget(part, stretch)
    return made


def _folder_words(path: str) -> str:
    """The folder of a file, as short as a person would write it."""
    folder = Path(path).parent
    home = Path.home()
    return f"~/{folder.relative_to(home).as_posix()}" if folder.is_relative_to(home) else str(folder)
