"""The tab of the Check page that compares layer by layer: a plot and a table that are linked, and what the chosen layer gives for
one sample as images of its channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QSpinBox, QSplitter

from pt2k_gui.gui.pages.check_tabs import Tab
from pt2k_gui.gui.phrases import counted, phrase
from pt2k_gui.gui.theme import L, M, S, Theme
from pt2k_gui.gui.widgets.basics import Card, ElidedLabel, indented
from pt2k_gui.gui.widgets.panels import PanelsView
from pt2k_gui.gui.widgets.plot import Plot, plot_area
from pt2k_gui.gui.widgets.plot_frame import PlotFrame
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.jobs.activation import Activation
from pt2k_gui.palette import Colours
from pt2k_gui.problem import Problem
from pt2k_gui.report.tables import number
from pt2k_gui.verify.layers import DEPARTS, first_departure
from pt2k_gui.verify.outputs.activations import view_activation
from pt2k_gui.verify.result import LayerDifference
from pt2k_gui.verify.run import LOOKED_SAMPLES

_LEVEL_ROOM, _SLANTED_ROOM = 28, 84  # pixels below a plot for the layers' names
_MOST_GAIN = 7  # a difference is amplified up to ten to the power of this

Compute = Callable[[str, int], None]


class LayersTab(Tab):
    """ONNX values against Keras layers in graph order. ``picked`` carries the layer that was chosen.

    Args:
        compute: asked for a layer's values for a sample; answers with ``show_activation`` or ``refuse_activation``.
    """

    picked = Signal(str)

    def __init__(self, theme: Theme, compute: Compute) -> None:
        super().__init__()
        self._theme, self._compute = theme, compute
        self._all: list[LayerDifference] = []
        self._rows: list[LayerDifference] = []  # those that are shown
        self._layer = ""
        self._activation: Activation | None = None
        self.plot = Plot(theme, "layerPlot", minimum=(300, 180), zoom=True)
        self.plot.pressed.connect(self._pressed)
        frame = PlotFrame(theme, self.tr("Not compared yet."), self.plot)
        self.words = frame.heading
        self.only = QCheckBox(self.tr("Only what departs"))
        self.only.setObjectName("onlyDeparting")
        self.only.toggled.connect(lambda _on: self._fill())
        frame.add_control(self.only)
        self.column.addWidget(frame, 3)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(L)
        split.setChildrenCollapsible(False)
        holder = Card(margin=M)
        self.table = Table(
            (self.tr("Keras layer"), self.tr("ONNX value"), self.tr("Largest difference"), self.tr("Relative")),
            "layerTable", (2, 3),
        )  # fmt: skip
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.table.setMinimumHeight(90)
        holder.body.addWidget(self.table, 1)
        split.addWidget(holder)
        split.addWidget(self._make_values())
        split.setSizes([500, 400])
        split.setStretchFactor(0, 4)
        split.setStretchFactor(1, 3)
        self.column.addWidget(split, 4)
        theme.changed.connect(self._draw_activation)
        self.show_rows(None)

    def _make_values(self) -> Card:
        card = Card(margin=M)
        row = QHBoxLayout()
        row.setSpacing(S)
        self.values_words = ElidedLabel("", "caption")
        self.values_words.setObjectName("activationWords")
        self.sample = QSpinBox()
        self.sample.setObjectName("activationSample")
        self.sample.setRange(1, LOOKED_SAMPLES)
        indented(self.sample)
        self.sample.setPrefix(self.tr("Sample "))
        self.sample.setAccessibleName(self.tr("Sample"))
        self.sample.valueChanged.connect(lambda _value: self._ask())
        self.gain = QSlider(Qt.Orientation.Horizontal)
        self.gain.setObjectName("activationGain")
        self.gain.setRange(0, _MOST_GAIN)
        self.gain.setPageStep(1)
        self.gain.setFixedWidth(100)
        self.gain.setToolTip(self.tr("Amplify the difference"))
        self.gain.setAccessibleName(self.tr("Amplify the difference"))
        self.gain.valueChanged.connect(lambda _value: self._draw_activation())
        row.addWidget(self.values_words, 1)
        row.addWidget(self.sample)
        row.addWidget(self.gain)
        card.body.addLayout(row)
        self.panels = PanelsView(self._theme)
        self.panels.setMinimumHeight(84)
        card.body.addWidget(self.panels, 1)
        return card

    # The comparison

    def show_rows(self, rows: Sequence[LayerDifference] | None) -> None:
        """Show the comparison; None where nothing was compared yet."""
        self._all, self._layer = list(rows or ()), ""
        self._forget_activation(self.tr("Choose a layer to see what it gives on both sides."))
        departed = first_departure(self._all)
        self.only.setVisible(departed is not None)
        if rows is None:
            self.words.setText(self.tr("Not compared yet."))
        elif not rows:
            self.words.setText(self.tr("Only files from the native engine say which layer computes which ONNX value."))
        elif departed is not None:
            self.words.setText(
                self.tr("{0} is the first layer that departs: {1} relative.").format(
                    departed.layer, f"{departed.max_rel:.1e}"
                )
            )
        else:
            one = self.tr("The only layer that was compared does not depart.")
            several = self.tr("No layer departs: {0} layers were compared.")
            self.words.setText(counted(len(rows), one, several))
        self._empty = self.tr("Not compared yet.") if rows is None else self.tr("No layers to compare.")
        self._fill()

    def _fill(self) -> None:
        only = self.only.isChecked() and not self.only.isHidden()
        self._rows = [row for row in self._all if not (only and row.max_rel <= DEPARTS)]
        self.table.fill([(r.layer, r.onnx_value, number(r.max_abs), number(r.max_rel)) for r in self._rows])
        self._draw(None)

    def _draw(self, chosen: int | None) -> None:
        rows = self._rows
        if not rows:
            self.plot.show_text(self._empty)
            return

        def draw(figure: Any, colours: Colours) -> None:
            from pt2k_gui.report.plots import draw_layers, names_are_level

            below = _LEVEL_ROOM if names_are_level(rows) else _SLANTED_ROOM
            draw_layers(plot_area(figure, bottom=below), rows, colours, say=phrase, chosen=chosen)

        self.plot.show_plot(draw)

    # Choosing

    def _pressed(self, x: float, _y: float) -> None:
        """A bar that is clicked is the row that is chosen."""
        self.table.select_row(round(x))

    def _on_row(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not index.isValid():
            return
        place = self.table.rows.row_at(index.row())
        layer = self._rows[place].layer
        if layer != self._layer:
            self._layer = layer
            self._draw(place)
            self._ask()
            self.picked.emit(layer)

    def mark(self, layer: str) -> None:
        """Select a Keras layer's row."""
        place = next((place for place, row in enumerate(self._rows) if row.layer == layer), None)
        if place is not None and layer != self._layer:
            self.table.select_row(place)

    # What a layer gives

    def showEvent(self, event: object) -> None:
        self._ask()

    def _ask(self) -> None:
        """Have the values computed, once the tab is seen."""
        if self._layer and self.isVisible():
            self._forget_activation(self.tr("Computing"))
            self._compute(self._layer, self.sample.value() - 1)

    def _forget_activation(self, words: str) -> None:
        self._activation = None
        self.values_words.setText(words)
        self.panels.show_panels(())
        for part in (self.sample, self.gain):
            part.setVisible(bool(self._layer))

    def show_activation(self, found: Activation) -> None:
        """Take the values of a layer, unless another one is chosen by now."""
        if found.layer == self._layer:
            self._activation = found
            self._draw_activation()

    def refuse_activation(self, layer: str, problem: Problem) -> None:
        """Take that they can't be computed."""
        if layer == self._layer:
            self.values_words.setText(phrase(problem.sentence))

    def _draw_activation(self) -> None:
        if self._activation is not None:
            found = self._activation
            shown = view_activation(found.expected, found.actual, gain=10.0 ** self.gain.value())
            self.values_words.setText(f"{found.layer}: {phrase(shown.sentence)}")
            self.panels.show_panels(shown.panels)
            self.panels.setAccessibleDescription(self.values_words.text())
