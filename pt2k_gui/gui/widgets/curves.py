"""The live curves of training: loss on the left axis, accuracy on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pt2k_gui.digits.history import Epoch
from pt2k_gui.gui.theme import Theme
from pt2k_gui.gui.widgets.plot import Plot, plot_area
from pt2k_gui.palette import Colours


class TrainingCurves(Plot):
    """Redrawn once an epoch."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "curves")
        self._epochs: list[Epoch] = []
        self.show_text(self.tr("The curves start with the first epoch."))

    @property
    def count(self) -> int:
        """How many epochs are shown."""
        return len(self._epochs)

    def clear(self) -> None:
        self._epochs = []
        self.show_text(self.tr("The curves start with the first epoch."))

    def add(self, epoch: Epoch) -> None:
        self._epochs.append(epoch)
        self.show_plot(self._drawing())

    def show_epochs(self, epochs: Sequence[Epoch]) -> None:
        self._epochs = list(epochs)
        if self._epochs:
            self.show_plot(self._drawing())

    def _drawing(self) -> Callable[[Any, Colours], None]:
        epochs = tuple(self._epochs)
        return lambda figure, colours: self._curves(figure, colours, epochs)

    def _curves(self, figure: Any, colours: Colours, epochs: Sequence[Epoch]) -> None:
        from matplotlib.ticker import MaxNLocator, PercentFormatter

        from pt2k_gui.report.plots import style

        numbers = [epoch.number for epoch in epochs]
        marker = "o" if len(numbers) < 30 else ""
        axes = plot_area(figure, right=64, top=34)
        style(axes, colours)
        right = axes.twinx()
        for series, text, shape in (
            ("training_loss", self.tr("training loss"), "--"),
            ("validation_loss", self.tr("validation loss"), "-"),
        ):
            axes.plot(
                numbers, [getattr(e, series) for e in epochs], shape, color=colours.pytorch, label=text,
                marker=marker, markersize=3, linewidth=1.6,
            )  # fmt: skip
        right.plot(
            numbers, [e.validation_accuracy for e in epochs], color=colours.onnxruntime, marker=marker, markersize=3,
            linewidth=1.6, label=self.tr("accuracy"),
        )  # fmt: skip
        axes.set_xlim(0.8, max(epochs[-1].epochs, 2) + 0.2)
        axes.set_ylim(0, None)
        low = min(e.validation_accuracy for e in epochs)
        right.set_ylim(max(0.0, low - 0.1), 1.0)
        style(right, colours)
        right.grid(False)
        axes.set_xlabel(self.tr("epoch"))
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.set_ylabel(self.tr("loss"), color=colours.pytorch)
        right.set_ylabel(self.tr("accuracy"), color=colours.onnxruntime)
        right.yaxis.set_major_formatter(PercentFormatter(1.0))  # as many decimals as tell the ticks apart
        lines = [*axes.get_lines(), *right.get_lines()]
        figure.legend(
            lines, [line.get_label() for line in lines], loc="upper center", ncols=3, frameon=False, fontsize=8,
            labelcolor=colours.muted, handlelength=2.4, columnspacing=1.2, handletextpad=0.5,
        )  # fmt: skip
