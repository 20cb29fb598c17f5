"""The grid of samples: pages through all of them, shows disagreements only, tells which one was clicked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from pt2k_gui.gui.theme import S, Theme
from pt2k_gui.gui.widgets.basics import button, label
from pt2k_gui.gui.widgets.plot import Plot
from pt2k_gui.palette import Colours

_SHAPES = ((2, 5), (3, 8), (4, 10), (5, 12))


class DigitGrid(QWidget):
    """``selected`` carries the number of the sample that was clicked."""

    selected = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._arrays: dict[str, np.ndarray] = {}
        self._classes: Sequence[str] = ()
        self._truths: Sequence[str] = ()
        self._chosen = np.arange(0)
        self._apart = np.arange(0)
        self._wrong = np.zeros(0, bool)
        self._first = 0
        self._selected: int | None = None
        self._theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        self.plot = Plot(theme, "digitGrid", minimum=(320, 160))
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plot.setAccessibleName(self.tr("Samples with each backend's answer; the arrow keys choose one"))
        self.plot.pressed.connect(self._pressed)
        self.plot.installEventFilter(self)
        column.addLayout(self._legend_row())
        column.addLayout(self._filter_row())
        column.addWidget(self.plot, 1)
        column.addLayout(self._paging_row(theme))
        theme.changed.connect(self._show_legend)
        self.show_text("")

    def _paging_row(self, theme: Theme) -> QHBoxLayout:
        """Buttons to turn the pages, and how many samples a page has."""
        row = QHBoxLayout()
        row.setSpacing(S)
        self.previous = button("", "previousSamples", "", "chevron-left", theme)
        self.previous.setAccessibleName(self.tr("Previous samples"))
        self.next = button("", "nextSamples", "", "chevron-right", theme)
        self.next.setAccessibleName(self.tr("Next samples"))
        for made in (self.previous, self.next):
            made.setFixedWidth(40)
        self.previous.clicked.connect(lambda: self.turn(-1))
        self.next.clicked.connect(lambda: self.turn(1))
        self.where = label("", "caption")
        self.shape = QComboBox()
        self.shape.setObjectName("gridShape")
        self.shape.setAccessibleName(self.tr("Rows and columns"))
        for rows, columns in _SHAPES:
            self.shape.addItem(f"{rows} × {columns}", (rows, columns))
        self.shape.currentIndexChanged.connect(lambda _index: self._show())
        for part in (self.previous, self.next, self.where):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.shape)
        return row

    def _filter_row(self) -> QHBoxLayout:
        """Which samples are shown, and in which order."""
        self.only = QCheckBox()
        self.only.setObjectName("disagreementsOnly")
        self.only.setToolTip(
            self.tr("Show only samples for which a backend gives a different answer than the first one.")
        )
        self.only.toggled.connect(lambda _on: self._refilter())
        self.wrong = QCheckBox()
        self.wrong.setObjectName("wrongOnly")
        self.wrong.setToolTip(
            self.tr("Show only samples whose answer is not the true label; the conversion may still be right.")
        )
        self.wrong.toggled.connect(lambda _on: self._refilter())
        self.worst = QCheckBox(self.tr("Worst first"))
        self.worst.setObjectName("worstFirst")
        self.worst.toggled.connect(lambda _on: self._refilter())
        filters = QHBoxLayout()
        filters.setSpacing(S)
        for box in (self.wrong, self.only, self.worst):
            filters.addWidget(box)
        filters.addStretch(1)
        return filters

    def _legend_row(self) -> QHBoxLayout:
        legend = QHBoxLayout()
        legend.setSpacing(S)
        self._legend = [label("", "caption") for _ in range(4)]
        for part in self._legend:
            legend.addWidget(part)
        legend.addStretch(1)
        return legend

    def show_text(self, text: str) -> None:
        """No samples to show: say why."""
        self._arrays, self._selected = {}, None
        self._chosen, self._first = np.arange(0), 0
        self._apart, self._wrong = np.arange(0), np.zeros(0, bool)
        self.plot.show_text(text)
        self.where.setText("")
        for part in (self.previous, self.next, self.only, self.wrong):
            part.setEnabled(False)
        self._show_legend()

    def show_samples(
        self,
        arrays: dict[str, np.ndarray],
        classes: Sequence[str],
        truths: Sequence[str] = (),
        *,
        labelled: bool = False,
    ) -> None:
        """The arrays of a verification's ``.npz``.

        Args:
            truths: the names of the labels where they are not the model's classes.
            labelled: whether the labels tell which answers are right.
        """
        from pt2k_gui.report.plots import wrong_answers

        self._arrays, self._classes, self._truths = arrays, classes, truths or classes
        self._selected = None
        self._apart = self._disagreements()
        self._wrong = wrong_answers(arrays) if labelled else np.zeros(len(arrays["labels"]), bool)
        for box, count in ((self.only, len(self._apart)), (self.wrong, int(self._wrong.sum()))):
            box.setEnabled(bool(count))
            box.setChecked(False)
        self.wrong.setVisible(labelled)
        self._show_legend()
        self._refilter()

    def disagreements(self) -> int:
        return len(self._apart)

    def _disagreements(self) -> np.ndarray:
        from pt2k_gui.verify.result import KEYS

        answers = [a.argmax(1) for k, a in self._arrays.items() if k in KEYS.values() and a.ndim == 2]
        if len(answers) < 2:
            return np.arange(0)
        return np.flatnonzero(np.any([a != answers[0] for a in answers[1:]], axis=0))

    def _refilter(self) -> None:
        if not self._arrays:
            return
        chosen = np.arange(len(self._arrays["labels"]))
        if self.only.isChecked() or self.wrong.isChecked():
            kept = self._wrong.copy() if self.wrong.isChecked() else np.zeros(len(chosen), bool)
            if self.only.isChecked():
                kept[self._apart] = True
            chosen = chosen[kept]
        if self.worst.isChecked() and "difference" in self._arrays:
            chosen = chosen[np.argsort(-self._arrays["difference"][chosen], kind="stable")]
        self._chosen, self._first = chosen, 0
        self._show()

    def turn(self, pages: int) -> None:
        """Go some pages on or back."""
        rows, columns = self.shape.currentData()
        size = rows * columns
        last = max((len(self._chosen) - 1) // size * size, 0)
        self._first = min(max(self._first + pages * size, 0), last)
        self._show()

    def _show(self) -> None:
        rows, columns = self.shape.currentData()
        size = rows * columns
        total = len(self._chosen)
        self._first = self._first // size * size
        last = min(self._first + size, total)
        self.previous.setEnabled(self._first > 0)
        self.next.setEnabled(last < total)
        self.where.setText(
            self.tr("{0} to {1} of {2}").format(f"{min(self._first + 1, total):,}", f"{last:,}", f"{total:,}")
        )
        if self._arrays and "images" in self._arrays:
            self.plot.show_plot(self._drawing(rows, columns))

    def _drawing(self, rows: int, columns: int) -> Callable[[Any, Colours], None]:
        """The present page as a function that touches no widget."""
        from pt2k_gui.report.plots import draw_grid, label_texts, predictions_of

        chosen = self._chosen[self._first : self._first + rows * columns]
        place = np.flatnonzero(chosen == (-1 if self._selected is None else self._selected))
        images, labels = self._arrays["images"][chosen], label_texts(self._arrays["labels"][chosen], self._truths)
        if "files" in self._arrays and not (self._arrays["labels"] >= 0).any():
            labels = [Path(str(name)).stem for name in self._arrays["files"][chosen]]  # no labels: say which it is
        predictions = predictions_of(self._arrays, chosen, self._classes)
        selected = int(place[0]) if len(place) else None
        wrong = self._wrong[chosen].tolist()

        def draw(figure: Any, colours: Colours) -> None:
            draw_grid(
                figure.add_axes((0, 0, 1, 1)), images, labels, predictions, rows=rows, columns=columns,
                colours=colours, selected=selected, wrong=wrong,
            )  # fmt: skip

        return draw

    def _show_legend(self) -> None:
        from pt2k_gui.verify.result import KEYS

        shown = [(self.tr("Answers:"), self._theme.colours.muted)]
        shown += [(b, self._theme.colours.backend_words(b)) for b, key in KEYS.items() if key in self._arrays]
        for part, entry in zip(self._legend, [*shown, *[("", "")] * 4], strict=False):
            part.setText(entry[0] if self._arrays else "")
            part.setStyleSheet(f"color: {entry[1]}; font-weight: 600;" if entry[1] else "")
        # The filters say how a cell of theirs is framed, and how many there are.
        colours = self._theme.colours
        self.only.setText(self.tr("Disagreements ({0})").format(f"{len(self._apart):,}"))
        self.only.setIcon(_frame(colours.bad, dashed=False))
        self.wrong.setText(self.tr("Wrong ({0})").format(f"{int(self._wrong.sum()):,}"))
        self.wrong.setIcon(_frame(colours.warn, dashed=True))

    def _pressed(self, x: float, y: float) -> None:
        from pt2k_gui.report.plots import cell_at

        rows, columns = self.shape.currentData()
        cell = cell_at(x, y, rows, columns)
        if cell is not None:
            self.select(self._first + cell)

    def select(self, place: int) -> None:
        """Choose the sample at a place of the present order."""
        if 0 <= place < len(self._chosen):
            self._selected = int(self._chosen[place])
            rows, columns = self.shape.currentData()
            self._first = place // (rows * columns) * (rows * columns)
            self._show()
            self.selected.emit(self._selected)

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if watched is self.plot and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            _rows, columns = self.shape.currentData()
            steps = {
                Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: columns, Qt.Key.Key_Up: -columns,
            }  # fmt: skip
            key = Qt.Key(event.key())
            if key in steps and len(self._chosen):
                found = np.flatnonzero(self._chosen == (-1 if self._selected is None else self._selected))
                self.select(int(found[0]) + steps[key] if len(found) else self._first)
                return True
            if key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                self.turn(1 if key is Qt.Key.Key_PageDown else -1)
                return True
        return False


def _frame(colour: str, *, dashed: bool) -> QIcon:
    """A small frame as the plot draws it around a cell."""
    side, scale = 14, 3
    picture = QPixmap(side * scale, side * scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.scale(scale, scale)
    pen = QPen(QColor(colour), 1.4 if dashed else 2.6)
    if dashed:
        pen.setDashPattern([2.2, 1.4])
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.drawRect(QRectF(2, 2, side - 4, side - 4))
    painter.end()
    picture.setDevicePixelRatio(scale)
    return QIcon(picture)
