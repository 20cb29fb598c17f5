"""The first tab of the Check page: the samples as pictures or rows, and one of them looked at closely."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from pt2k_gui.gui.theme import M, S, Theme
from pt2k_gui.gui.widgets.bars import ProbabilityBars
from pt2k_gui.gui.widgets.basics import Card, Columns, button, label
from pt2k_gui.gui.widgets.digit_grid import DigitGrid
from pt2k_gui.gui.widgets.draw_pad import DrawPad
from pt2k_gui.gui.widgets.picture_view import PictureView
from pt2k_gui.gui.widgets.sample_table import SampleTable
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.verify.outputs.pixels import as_image, as_wave, image_range, span
from pt2k_gui.verify.predict import probabilities
from pt2k_gui.verify.result import KEYS, Prediction, SampleChoice, Verification
from pt2k_gui.verify.samples.sample_files import chosen_files

_MOST_VALUES = 1000
_BARS_WIDTH, _VALUES_WIDTH = 272, 408


def stale_mark() -> QLabel:
    """The words above what a tab shows, for when that is older than the last change."""
    text = QCoreApplication.translate("Tab", "These results are older than the last change.")
    made = label(text, "caption", wrap=True, name="staleMark")
    made.setProperty("state", "warn")
    made.hide()
    return made


class SamplesTab(QWidget):
    """``drawn`` carries a picture of 784 bytes when a stroke on the pad ends."""

    drawn = Signal(bytes)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._arrays: dict[str, np.ndarray] = {}
        self._found: Verification | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, M, 0, 0)
        self.stale = stale_mark()
        outer.addWidget(self.stale)
        columns = Columns(880)
        outer.addWidget(columns)
        card = Card(margin=M)
        self.grid = DigitGrid(theme)
        self.grid.selected.connect(self.select)
        self.table = SampleTable("sampleTable")
        self.table.setMinimumHeight(180)
        self.table.selected.connect(self.select)
        self._views = QStackedWidget()
        self._views.addWidget(self.grid)
        self._views.addWidget(self.table)
        card.body.addWidget(self._views, 1)
        columns.add(card, 1)
        columns.add(self._side(theme))
        self.clear()

    def clear(self) -> None:
        """Show that there are no samples yet."""
        self._found, self._arrays = None, {}
        self._views.setCurrentWidget(self.grid)
        self.grid.show_text(self.tr("The samples appear here with each backend's answer."))
        self.table.clear()
        self._looks.setCurrentWidget(self.bars)
        self.bars.show_values((), ())
        self.values.fill(())
        self.picture.show_file("", "")
        self.which.setText("")

    def _side(self, theme: Theme) -> QWidget:
        side = Card(self.tr("One sample"), margin=M)
        side.setMinimumWidth(_BARS_WIDTH)
        self._side_card = side
        self.which = label("", "caption", wrap=True)
        side.body.addWidget(self.which)
        self.picture = PictureView()
        side.body.addWidget(self.picture)
        self.bars = ProbabilityBars(theme)
        self.values = Table((self.tr("Value"),), "sampleValues")
        self._looks = QStackedWidget()
        self._looks.addWidget(self.bars)
        self._looks.addWidget(self.values)
        side.body.addWidget(self._looks, 1)
        self._pad_area = QFrame()
        row = QHBoxLayout(self._pad_area)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        self.pad = DrawPad(theme)
        self.pad.drawn.connect(self._on_drawn)
        row.addWidget(self.pad)
        self.clear_button = button("", "clearPad", "", "eraser", theme)
        self.clear_button.setFixedWidth(40)
        self.clear_button.setToolTip(self.tr("Clear the drawing"))
        self.clear_button.setAccessibleName(self.tr("Clear the drawing"))
        self.clear_button.clicked.connect(self._clear_pad)
        row.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        side.body.addWidget(self._pad_area)
        return side

    def take_drawings(self, yes: bool) -> None:
        """Whether the model reads digits, so that one can be drawn."""
        self._pad_area.setVisible(yes)

    def show_found(self, found: Verification, arrays: dict[str, np.ndarray]) -> None:
        """Show a verification's samples: pictures where they are some and have an answer, else rows."""
        self._found, self._arrays = found, arrays
        pictured = "images" in arrays and found.scored
        self._views.setCurrentWidget(self.grid if pictured else self.table)
        if pictured:
            self.grid.show_samples(arrays, found.classes, found.truths, labelled=found.labelled)
            if self.grid.disagreements():
                self.grid.only.setChecked(True)
        else:
            self.table.show_found(found, arrays)
        self._looks.setCurrentWidget(self.bars if found.scored else self.values)
        self._side_card.setMinimumWidth(_BARS_WIDTH if found.scored else _VALUES_WIDTH)
        self.which.setText("" if found.scored else self.tr("Choose a row to see each backend's values."))
        self.bars.show_values((), ())
        self.values.fill(())
        self.picture.show_file("", "")

    def select(self, number: int) -> None:
        """Look closely at one sample."""
        found = self._found
        if found is None or number >= len(self._arrays.get("labels", ())):
            return
        names = found.classes or found.truths
        true = int(self._arrays["labels"][number])
        text = self.tr("Sample {0}").format(f"{number + 1:,}")
        if true >= 0:
            text += self.tr(", true label {0}").format(names[true] if true < len(names) else true)
        text += self.tr(", largest difference {0}").format(f"{self._arrays['difference'][number]:.1e}")
        self.which.setText(self._show_picture(number, found) + text)
        backends = [(b.backend, self._arrays[KEYS[b.backend]][number]) for b in found.backends
                    if KEYS.get(b.backend) in self._arrays]  # fmt: skip
        if found.scored:
            self._looks.setCurrentWidget(self.bars)
            self.bars.show_values([(name, probabilities(values)) for name, values in backends], found.classes)
        else:
            self.values.show_columns(
                (self.tr("Value"), *(name for name, _ in backends)),
                [
                    (f"{place:,}", *(f"{float(values[place]):.6g}" for _, values in backends))
                    for place in range(min(len(backends[0][1]), _MOST_VALUES) if backends else 0)
                ],
                range(1, 1 + len(backends)),
            )

    def _show_picture(self, number: int, found: Verification) -> str:
        """Show the sample itself, where it is from a file; returns what it is called, as the beginning of what is said of it."""
        files, looks = self._arrays.get("files"), self._arrays.get("images")
        name = str(files[number]) if files is not None and number < len(files) else ""
        if looks is not None and looks.dtype.kind == "U":
            name = str(looks[number])
        pixels = self._input_pixels(number) if found.choice.kind in ("audio", "video") else None
        if pixels is not None:
            self.picture.show_pixels(pixels, name)
        else:
            self.picture.show_file(str(_root(found.choice) / name) if found.choice.kind == "folder" else "", name)
        return f"{name}\n" if name else ""

    def _input_pixels(self, number: int) -> np.ndarray | None:
        """A window of sound as a wave, a frame as a picture, where the model's input of the sample was kept."""
        given = self._arrays.get("look_input_0")
        if given is None or number >= len(given):
            return None
        one = given[number]
        if self._arrays["images"].dtype.kind == "f":
            sound = one.reshape(-1, max(one.shape))[0]
            colours = self._theme.colours
            return as_wave(sound, colours.accent, colours, max(float(np.abs(sound).max(initial=0.0)), 1e-9))
        return as_image(one, *image_range(*span([one]))) if one.ndim == 3 else None

    def _on_drawn(self, picture: bytes) -> None:
        self.which.setText(self.tr("Your drawing"))
        self.drawn.emit(picture)

    def show_prediction(self, prediction: Prediction) -> None:
        """Show what the backends read in a drawing."""
        self._looks.setCurrentWidget(self.bars)
        self.bars.show_values(prediction.probabilities, self._found.classes if self._found is not None else ())

    def _clear_pad(self) -> None:
        self.pad.clear()
        self.bars.show_values((), ())
        self.which.setText("")


def _root(choice: SampleChoice) -> Path:
    """The folder that the names of the samples are seen from."""
    place = Path(choice.path)
    return place if place.is_dir() and not choice.more else chosen_files(choice, ())[0]
