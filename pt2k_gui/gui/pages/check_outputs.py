"""The tab of the Check page that shows outputs as what they are: images as images, masks as masks, sound as sound."""

from __future__ import annotations

import json
import tempfile
import wave
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.files import atomic_path
from pt2k_gui.gui.pages.check_samples import stale_mark
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.playing import Player
from pt2k_gui.gui.question import tell_problem
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.theme import M, S, Theme
from pt2k_gui.gui.widgets.basics import Card, ElidedLabel, button, indented, label
from pt2k_gui.gui.widgets.panels import PanelsView
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.problem import Problem
from pt2k_gui.verify.outputs.kinds import Kind, guess
from pt2k_gui.verify.outputs.pixels import as_image, image_range, span
from pt2k_gui.verify.outputs.shown import Shown
from pt2k_gui.verify.outputs.viewing import Sample, view
from pt2k_gui.verify.result import KEYS, Verification

_GAINED = (Kind.IMAGE, Kind.MAP, Kind.SOUND)
_RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
_USUAL_RATE = 16_000
_LEAST_PICTURE = 8  # pixels
_LEAST_TABLE = 112  # pixels: headings and three rows
_MOST_GAIN = 7  # a difference is amplified up to ten to the power of this


class OutputsTab(QWidget):
    """Which output, which sample, and what it is to be looked at as; the latter is remembered for the model."""

    kind_chosen = Signal()

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self._theme, self._settings = theme, settings
        self._found: Verification | None = None
        self._arrays: dict[str, np.ndarray] = {}
        self._model = ""
        self._words: tuple[str, ...] = ()  # of the tokenizer that the texts went through
        self._amplify = False  # whether the difference is to be amplified until it is seen, once
        self._shown: Shown | None = None
        self._heard = tempfile.TemporaryDirectory(prefix="pt2k-sound-", ignore_cleanup_errors=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, M, 0, 0)
        self.stale = stale_mark()
        column.addWidget(self.stale)
        card = Card(margin=M)
        card.body.addLayout(self._make_tools())
        card.body.addLayout(self._make_sound_tools())
        self.sentence = ElidedLabel("", "strong")
        self.sentence.setObjectName("outputSentence")
        card.body.addWidget(self.sentence)
        self.panels = PanelsView(theme)
        card.body.addWidget(self.panels, 3)
        self.table = Table((self.tr("Value"),), "outputTable", stretch=None)
        self.table.setAccessibleName(self.tr("The output in numbers"))
        self.table.setMinimumHeight(_LEAST_TABLE)
        card.body.addWidget(self.table, 2)
        column.addWidget(card, 1)
        theme.changed.connect(self._show)
        self.clear()

    def _make_tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S)
        self.output = QComboBox()
        self.output.setObjectName("outputChoice")
        self.output.setAccessibleName(self.tr("Output"))
        self.output.currentIndexChanged.connect(lambda _index: self._choose_output())
        self.kind = QComboBox()
        self.kind.setObjectName("outputKind")
        self.kind.setAccessibleName(self.tr("Look at it as"))
        for kind, words in self._kinds().items():
            self.kind.addItem(words, kind)
        self.kind.activated.connect(lambda _index: self._choose_kind())
        self.number = QSpinBox()
        self.number.setObjectName("outputSample")
        self.number.setAccessibleName(self.tr("Sample"))
        self.number.setPrefix(self.tr("Sample "))
        self.number.setMinimumWidth(120)
        indented(self.number)
        self.number.valueChanged.connect(lambda _value: self._show())
        self.gain = QSlider(Qt.Orientation.Horizontal)
        self.gain.setObjectName("outputGain")
        self.gain.setRange(0, _MOST_GAIN)
        self.gain.setPageStep(1)
        self.gain.setFixedWidth(120)
        self._gain_words = label(self.tr("Amplify"), "caption")
        self._gain_words.setBuddy(self.gain)
        self.gain.setAccessibleName(self.tr("Amplify the difference"))
        self.gain.setToolTip(self.tr("Amplify the difference"))
        self.gain.valueChanged.connect(lambda _value: self._show())
        self.wipe = QCheckBox(self.tr("Wipe"))
        self.wipe.setObjectName("outputWipe")
        self.wipe.setToolTip(self.tr("Lay both pictures over each other; the mouse or the arrows move the border"))
        self.wipe.toggled.connect(lambda _on: self._show())
        for part in (self.output, self.kind, self.number, self._gain_words, self.gain, self.wipe):
            row.addWidget(part)
        row.addStretch(1)
        return row

    def _make_sound_tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S)
        self.rate = QComboBox()
        self.rate.setAccessibleName(self.tr("Samples of sound a second"))
        for rate in _RATES:
            self.rate.addItem(f"{rate:,} Hz", rate)
        self.rate.setCurrentIndex(_RATES.index(_USUAL_RATE))
        self.save_wave = button(self.tr("Save as .wav"), "outputWave", "", "save", self._theme)
        self.save_wave.clicked.connect(self._ask_for_wave)
        self.player = Player(self)
        self.player.failed.connect(self._not_played)
        self.play = {backend: self._play_button(backend) for backend in KEYS}
        for part in (*self.play.values(), self.rate, self.save_wave):
            row.addWidget(part)
        row.addStretch(1)
        return row

    def _play_button(self, backend: str) -> QPushButton:
        made = button(backend, f"play-{KEYS[backend]}", "", "play", self._theme)
        made.setAccessibleName(self.tr("Play {0}'s sound").format(backend))
        made.setToolTip(made.accessibleName())
        made.clicked.connect(lambda: self.play_sound(backend))
        made.hide()
        return made

    def _kinds(self) -> dict[Kind, str]:
        return {
            Kind.SCORES: self.tr("Class scores"),
            Kind.IMAGE: self.tr("Image"),
            Kind.MASK: self.tr("Segmentation mask"),
            Kind.MAP: self.tr("Depth or heat map"),
            Kind.BOXES: self.tr("Boxes"),
            Kind.POINTS: self.tr("Key points"),
            Kind.SOUND: self.tr("Sound"),
            Kind.TOKENS: self.tr("Tokens"),
            Kind.EMBEDDING: self.tr("Embedding"),
            Kind.ARRAY: self.tr("Numbers"),
        }

    # Showing

    def clear(self) -> None:
        """Show that nothing was checked yet."""
        self._found, self._arrays, self._shown = None, {}, None
        self._say(self.tr("The outputs appear here once the model was checked."))

    def _say(self, words: str) -> None:
        self.sentence.setText(words)
        self.sentence.setToolTip(words)
        self._shown = None
        self.panels.hide()
        self.table.hide()
        there = self._found is not None and self.output.count() > 0
        for part in (self.output, self.kind, self.number):
            part.setVisible(there)
        for tool in (self._gain_words, self.gain, self.wipe, self.rate, *self.play.values(), self.save_wave):
            tool.hide()

    def show_found(self, found: Verification, arrays: dict[str, np.ndarray], model: str) -> None:
        """Show a verification's outputs; ``model`` tells the models apart for which a kind is remembered."""
        self._found, self._arrays, self._model = found, arrays, model
        self._words = _vocabulary(arrays)
        self._amplify = not found.same
        names = [c.output for c in found.comparisons if c.backend == found.candidate]
        there = [(place, name) for place, name in enumerate(names) if len(self._outputs(place)) > 1]
        self.output.blockSignals(True)
        self.output.clear()
        for place, name in there:
            self.output.addItem(name, place)
        self.output.blockSignals(False)
        if not there:
            self._say(self.tr("No outputs were kept: they are too large, or don't count the samples along an axis."))
            return
        self.output.setVisible(len(there) > 1)
        self._choose_output()

    def _outputs(self, place: int) -> dict[str, np.ndarray]:
        """An output of every backend, (samples, ...)."""
        assert self._found is not None
        keys = {b.backend: f"look_{place}_{KEYS[b.backend]}" for b in self._found.backends if b.backend in KEYS}
        return {backend: self._arrays[key] for backend, key in keys.items() if key in self._arrays}

    def _picture(self, number: int) -> np.ndarray | None:
        """The input of a sample, where it is an image."""
        images, given = self._arrays.get("images"), self._arrays.get("look_input_0")
        pictured = images is not None and images.dtype.kind == "u" and number < len(images)
        if pictured and images is not None and images.ndim == 3:
            return (255 - images[number])[..., None].repeat(3, -1)  # a digit, dark on light
        if given is not None and given.ndim == 4 and number < len(given) and given.dtype.kind == "f":
            one = given[number]  # in its own size, which is what boxes are measured in
            sizes = one.shape[1:] if one.shape[0] in (1, 3) else one.shape[:2] if one.shape[2] in (1, 3) else (0,)
            if min(sizes) >= _LEAST_PICTURE:
                return as_image(one, *image_range(*span([one])))
        return images[number] if pictured and images is not None else None

    def _choose_output(self) -> None:
        place = int(self.output.currentData())
        outputs = self._outputs(place)
        first = next(iter(outputs.values()))
        self.number.blockSignals(True)
        self.number.setRange(1, len(first))
        self.number.blockSignals(False)
        self.kind.setCurrentIndex(self.kind.findData(self._kind_of(self.output.currentIndex())))
        if self._amplify and self.kind.currentData() in _GAINED:
            self._amplify = False
            self.gain.blockSignals(True)
            self.gain.setValue(_visible_gain(list(outputs.values())))
            self.gain.blockSignals(False)
        self._show()

    def _kind_of(self, index: int) -> Kind:
        """The kind of an output, by its place in the list: as was chosen for this model before, else as guessed."""
        place = int(self.output.itemData(index))
        kept = self._settings.option(self._option(index), "")
        if kept in [kind.value for kind in Kind]:
            return Kind(kept)
        picture = self._picture(0)
        scored = place == 0 and self._found is not None and self._found.scored
        first = next(iter(self._outputs(place).values()))
        return guess(first[0], scored=scored, pictured=picture.shape[:2] if picture is not None else ())

    def _option(self, index: int) -> str:
        return f"output kind/{self._model[:16]}/{self.output.itemText(index)}"

    def _choose_kind(self) -> None:
        self._settings.set_option(self._option(self.output.currentIndex()), self.kind.currentData().value)
        self._show()
        self.kind_chosen.emit()

    def _show(self) -> None:
        if self._found is None or not self.output.count():
            return
        kind = self.kind.currentData()
        shown = self._look(self.output.currentIndex(), kind, self.number.value() - 1)
        if shown is None:
            self._say(self.tr("This output can't be looked at as that. Choose another kind."))
        else:
            self._draw(shown, kind)

    def look(self, number: int) -> Shown | None:
        """A sample of the first output as it is looked at here; None where it has no picture."""
        if self._found is None or not self.output.count():
            return None
        shown = self._look(0, self._kind_of(0), number)
        return shown if shown is not None and shown.panels else None

    def _look(self, index: int, kind: Kind, number: int) -> Shown | None:
        """A sample of an output as what it is said to be; None where it is no such thing."""
        place = int(self.output.itemData(index))
        outputs = self._outputs(place)
        others = [self._outputs(int(self.output.itemData(n))) for n in range(self.output.count()) if n != index]
        try:
            sample = Sample(
                {name: values[number] for name, values in outputs.items()},
                outputs,
                number,
                self._picture(number),
                self._found.classes if self._found is not None else (),
                {name: [other[name][number] for other in others if name in other] for name in outputs},
                self._words,
            )
            return view(kind, sample, self._theme.colours, gain=10.0 ** self.gain.value())
        except (ValueError, IndexError):
            return None

    def _draw(self, shown: Shown, kind: Kind) -> None:
        self._shown = shown
        self.sentence.setText(phrase(shown.sentence))
        self.sentence.setToolTip(self.sentence.text())
        for part in (self.kind, self.number):
            part.setVisible(True)
        self._gain_words.setVisible(kind in _GAINED)
        self.gain.setVisible(kind in _GAINED)
        self.wipe.setVisible(shown.wipe)
        self.rate.setVisible(bool(shown.sound))
        self.save_wave.setVisible(bool(shown.sound))
        heard = dict(shown.sound)
        for backend, made in self.play.items():
            made.setVisible(backend in heard)
        self.panels.setVisible(bool(shown.panels))
        self.panels.show_panels(shown.panels, wiping=shown.wipe and self.wipe.isChecked())
        self.panels.setAccessibleDescription(self.sentence.text())
        self.table.setVisible(bool(shown.rows))
        if shown.rows:
            marked = set(shown.differing)
            sign = ("≠", "")
            rows = [(sign[place not in marked], *row) for place, row in enumerate(shown.rows)]
            headings = ("", *map(phrase, shown.headings))
            self.table.show_columns(headings, rows, [column + 1 for column in shown.numbers])
            colours = [(row[1:], place) for place, row in enumerate(rows) if len(row) > 2 and row[2].startswith("#")]
            self.table.rows.set_swatches({place: QColor(row[1]) for row, place in colours}, 2)

    # Sound

    def play_sound(self, backend: str) -> None:
        """Let a backend's sound be heard, as loud beside the others as it is."""
        if self._shown is None:
            return
        file = Path(self._heard.name) / f"{KEYS[backend]}.wav"
        most = self._loudest()
        try:
            write_wave(file, dict(self._shown.sound)[backend] / most, int(self.rate.currentData()))
        except Problem as problem:
            tell_problem(self, problem)
            return
        self.sentence.setText(phrase(self._shown.sentence))
        self.player.play(file)

    def _loudest(self) -> float:
        """The number that all sounds are divided by, so that none is cut off."""
        assert self._shown is not None
        return max(1.0, *(float(np.abs(values).max(initial=0.0)) for _, values in self._shown.sound))

    def _not_played(self, reason: str) -> None:
        """Say it in the line above the pictures: a machine without a loudspeaker is no error of the model's."""
        words = self.tr("The sound can't be played here. Save it as .wav and play it elsewhere.")
        self.sentence.setText(words)
        self.sentence.setToolTip(f"{words}\n{reason}".strip())

    def _ask_for_wave(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder for the sounds"))
        if folder:
            self.save_waves(Path(folder))

    def save_waves(self, folder: Path) -> None:
        """Write each backend's sound and open the folder, where the system's player takes over."""
        if self._shown is None:
            return
        rate = int(self.rate.currentData())
        most = self._loudest()
        try:
            for name, values in self._shown.sound:
                write_wave(folder / f"sample-{self.number.value()}-{KEYS[name]}.wav", values / most, rate)
        except Problem as problem:
            tell_problem(self, problem)
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _visible_gain(arrays: list[np.ndarray]) -> int:
    """The power of ten that makes the largest difference between the first and the last backend's values seen."""
    low, high = span(arrays)
    largest = float(np.nanmax(np.abs(arrays[0].astype(np.float64) - arrays[-1]), initial=0.0))
    if not 0 < largest < np.inf:
        return 0
    return int(min(max(np.floor(np.log10((high - low) / largest)), 0), _MOST_GAIN))


def _vocabulary(arrays: dict[str, np.ndarray]) -> tuple[str, ...]:
    """The tokens of the tokenizer, by number, where texts went in."""
    if "vocabulary" not in arrays:
        return ()
    return tuple(json.loads(arrays["vocabulary"].tobytes()))


def write_wave(path: Path, values: np.ndarray, rate: int) -> None:
    """Write values from -1 to 1 as a .wav file of 16 bits, one channel.

    Raises:
        Problem: the file can't be written.
    """
    numbers = (np.clip(values, -1, 1) * 32767).round().astype("<i2")
    with atomic_path(path) as temporary, wave.open(str(temporary), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(numbers.tobytes())
