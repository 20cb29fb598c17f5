"""The tabs of the Check page beside the samples: numbers, layers, speed, summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.gui.folded import became
from pt2k_gui.gui.pages.check_overview import keras_layers
from pt2k_gui.gui.pages.check_samples import stale_mark
from pt2k_gui.gui.phrases import counted, phrase
from pt2k_gui.gui.theme import L, M, Theme
from pt2k_gui.gui.widgets.basics import Card, button, label
from pt2k_gui.gui.widgets.plot import Plot, plot_area
from pt2k_gui.gui.widgets.plot_frame import PlotFrame
from pt2k_gui.gui.widgets.reading_split import ReadingSplit
from pt2k_gui.gui.widgets.sample_table import SampleTable
from pt2k_gui.gui.widgets.summary_view import SummaryView
from pt2k_gui.gui.widgets.table import Table
from pt2k_gui.palette import Colours
from pt2k_gui.report.confusion_matrix import confusion
from pt2k_gui.report.tables import number
from pt2k_gui.sources.card import ModelInfo
from pt2k_gui.verify.result import KEYS, SpeedRow, StepComparison, Verification

_MOST_ROWS = 6
_LEAST_TABLE = 380  # pixels of the table beside the summary, in which its headings can be read
_AROUND_SUMMARY = 40  # pixels: margins and a scroll bar


class Tab(QWidget):
    """Base of these tabs: a column, and the words that they are out of date."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, M, 0, 0)
        self.column.setSpacing(L)
        self.stale = stale_mark()
        self.column.addWidget(self.stale)


class NumbersTab(Tab):
    """Differences of every output, the histogram, one backend's answers against another's, and every sample. Taller than
    the page, so that it scrolls by itself."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a stop of Tab that nobody would see
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        content = QWidget()
        area.setWidget(content)
        self.column.addWidget(area)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(L)
        card = Card(margin=M)
        self._floor = label("", "muted", wrap=True)
        card.body.addWidget(self._floor)
        self.table = Table(
            (
                self.tr("Output"), self.tr("Backend"), self.tr("Against"), self.tr("Same answer"), self.tr("Largest"),
                self.tr("Mean"), self.tr("Relative"), self.tr("Cosine"),
            ),
            "numbers", (3, 4, 5, 6, 7),
        )  # fmt: skip
        self.backends = Table(
            (self.tr("Backend"), self.tr("Version"), self.tr("All samples"), self.tr("Accuracy")), "backends", (2, 3), 1
        )
        card.body.addWidget(self.table)
        card.body.addWidget(self.backends)
        column.addWidget(card)
        row = QHBoxLayout()
        row.setSpacing(L)
        self.histogram = Plot(theme, "histogram", minimum=(220, 200), zoom=True)
        self.confusion = Plot(theme, "confusion", minimum=(220, 200))
        self.output = QComboBox()
        self.output.setObjectName("histogramOutput")
        self.output.setAccessibleName(self.tr("Output"))
        self.output.currentIndexChanged.connect(lambda _index: self._show_histogram())
        self.pair = QComboBox()
        self.pair.setObjectName("confusionPair")
        self.pair.setAccessibleName(self.tr("Which samples"))
        self.pair.currentIndexChanged.connect(lambda _index: self._show_confusion())
        for text, plot, control in (
            (self.tr("Largest difference of each sample"), self.histogram, self.output),
            (self.tr("Answers compared"), self.confusion, self.pair),
        ):
            frame = PlotFrame(theme, text, plot)
            frame.add_control(control)
            control.hide()
            row.addWidget(frame, 1)
        column.addLayout(row, 1)
        worst = Card(margin=M)
        worst.body.addWidget(label(self.tr("Every sample, worst first"), "strong"))
        self.samples = SampleTable("worstSamples")
        self.samples.setMinimumHeight(220)
        worst.body.addWidget(self.samples, 1)
        column.addWidget(worst, 1)
        self._found: Verification | None = None
        self._arrays: dict[str, np.ndarray] = {}

    def clear(self) -> None:
        """Show that nothing was measured yet."""
        self._found, self._arrays = None, {}
        self._floor.setText(self.tr("Not compared yet."))
        for table in (self.table, self.backends):
            table.fill(())
            table.show_at_most(_MOST_ROWS)
        self.samples.clear()
        for box in (self.output, self.pair):
            _refill(box, ())
            box.hide()
        for plot in (self.histogram, self.confusion):
            plot.show_text(self.tr("Not compared yet."))
            plot.setToolTip("")

    def show_found(self, found: Verification, arrays: dict[str, np.ndarray]) -> None:
        verdict = found.verdict
        words = (
            self.tr("Noise floor {0}, Keras's distance from float64 {1}; tolerance {2}.")
            if found.truth
            else self.tr("Noise floor {0} (estimated), Keras's distance from float32 {1}; tolerance {2}.")
        )
        self._floor.setText(
            words.format(f"{verdict.noise_floor:.1e}", f"{verdict.distance:.1e}", f"{verdict.allowed:.1e}")
        )
        self.table.fill(
            [
                (c.output, c.backend, c.reference, "" if c.agreeing is None else f"{c.agreeing:,} / {c.samples:,}",
                 f"{c.max_abs:.1e}", f"{c.mean_abs:.1e}", f"{c.max_rel:.1e}", f"{c.cosine:.9f}")
                for c in found.comparisons
            ]
        )  # fmt: skip
        self.backends.fill(
            [
                (b.backend, b.version, f"{b.seconds:.2f} s", "" if b.accuracy is None else f"{b.accuracy:.2%}")
                for b in found.backends
            ]
        )
        for table in (self.table, self.backends):
            table.show_at_most(_MOST_ROWS)
        self._found, self._arrays = found, arrays
        self.samples.show_found(found, arrays)
        outputs = [c.output for c in found.comparisons if c.backend == found.candidate]
        _refill(self.output, [(self.tr("All outputs"), -1), *((name, n) for n, name in enumerate(outputs))])
        self.output.setVisible(len(outputs) > 1)
        there = [b.backend for b in found.backends if KEYS.get(b.backend) in arrays]
        pairs = [(f"{a} / {b}", (a, b)) for n, a in enumerate(there) for b in there[n + 1 :]]
        wanted = (there[0], there[-1]) if there else ("", "")
        pairs.sort(key=lambda pair: pair[1] != wanted)
        if found.labelled:
            pairs += [(self.tr("True label / {0}").format(name), ("", name)) for name in there]
        _refill(self.pair, pairs)
        self.pair.setVisible(found.scored)
        self._show_histogram()
        self._show_confusion()

    def _show_histogram(self) -> None:
        if self._found is None or "differences" not in self._arrays:
            return
        allowed, output = self._found.verdict.allowed, self.output.currentData()
        each = self._arrays["differences"]
        differences = each.max(axis=0) if output is None or output < 0 else each[output]

        def histogram(figure: Any, colours: Colours) -> None:
            from pt2k_gui.report.plots import draw_histogram

            draw_histogram(plot_area(figure), differences, allowed, colours, phrase)

        self.histogram.show_plot(histogram)

    def _show_confusion(self) -> None:
        found, arrays, pair = self._found, self._arrays, self.pair.currentData()
        if found is None or not found.scored or pair is None:
            self.confusion.show_text(self.tr("There are no classes to compare."))
            return
        first, second = pair
        ours = arrays["labels"] if not first else arrays[KEYS[first]].argmax(1)
        scores = arrays[KEYS[second]]
        table = confusion(ours, scores.argmax(1), scores.shape[1], found.classes)
        names = (first or self.tr("True label"), second)
        self.confusion.setToolTip(phrase(table.words))

        def draw(figure: Any, colours: Colours) -> None:
            from pt2k_gui.report.plots import draw_confusion

            long = max((len(name) for name in table.names), default=1)
            margin = 40 + 6 * min(long, 14)  # pixels for the axis' heading and the longest name
            area = plot_area(figure, margin, margin if long > 3 else 40, 8, 8)
            draw_confusion(area, table.counts, table.names, names, colours, phrase)

        self.confusion.show_plot(draw)


def _refill(box: QComboBox, entries: Sequence[tuple[str, object]]) -> None:
    """Other entries, without telling anybody."""
    box.blockSignals(True)
    box.clear()
    for text, data in entries:
        box.addItem(text, data)
    box.blockSignals(False)


class TrainingTab(Tab):
    """Steps of training on both sides, for a twin that can be trained: one in numbers, some more as curves of the loss."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.plot = Plot(theme, "curvesPlot", minimum=(300, 150))
        self.frame = PlotFrame(theme, self.tr("Loss before each step, on one batch"), self.plot)
        self.frame.setVisible(False)
        card = Card(margin=M)
        self.words = label("", "strong", wrap=True)
        self.notes = label("", "muted", wrap=True)
        card.body.addWidget(self.words)
        card.body.addWidget(self.notes)
        self.table = Table(
            (
                self.tr("PyTorch"), self.tr("Keras"), self.tr("Gradient differs"), self.tr("Relative"),
                self.tr("New value differs"), self.tr("Of the tolerance"),
            ),
            "trainingTable", (2, 3, 4, 5), 1,
        )  # fmt: skip
        self.table.setMinimumHeight(120)
        card.body.addWidget(self.table, 1)
        self.column.addWidget(card, 1)
        self.column.addWidget(self.frame, 1)

    def show_step(self, step: StepComparison | None) -> None:
        curves = step.curves if step is not None else ()
        self.frame.setVisible(bool(curves))

        def draw(figure: Any, colours: Colours) -> None:
            from pt2k_gui.report.plots import draw_curves

            draw_curves(plot_area(figure, bottom=44, top=30), curves, colours, say=phrase)

        if curves:
            self.plot.show_plot(draw)
        if step is None:
            self.table.fill(())
            self.words.setText("")
            self.notes.setText("")
            return
        self.words.setText(phrase(step.sentence))
        self.notes.setText(
            " ".join(
                (
                    self.tr("{0}, {1}, learning rate {2}.").format(
                        counted(step.samples, self.tr("1 sample"), self.tr("{0} samples")),
                        step.loss,
                        f"{step.learning_rate:g}",
                    ),
                    *(phrase(note) for note in step.notes),
                )
            )
        )
        self.table.fill(
            [
                (
                    row.name,
                    ", ".join(row.weights) or "—",
                    number(row.gradient),
                    number(row.gradient_rel),
                    number(row.new),
                    f"{row.share:.0%}",
                )
                for row in step.rows
            ]
        )


class SpeedTab(Tab):
    """Time a batch of each backend; measured when asked for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.plot = Plot(theme, "speedPlot", minimum=(300, 130))
        card = PlotFrame(
            theme,
            self.tr("Batches of 1, 16 and 256 random samples; median of several interleaved runs after a warm-up"),
            self.plot,
        )
        self.measure = button(self.tr("Measure"), "measure", "", "play", theme)
        card.add_control(self.measure)
        self.plot.show_text(self.tr("Not measured yet."))
        self.table = Table(
            (self.tr("Backend"), self.tr("Batch"), self.tr("Median"), self.tr("Shortest"), self.tr("Longest")),
            "speedTable", (1, 2, 3, 4),
        )  # fmt: skip
        self.table.setMinimumHeight(90)
        card.body.addWidget(self.table, 1)
        self.column.addWidget(card, 1)

    def show_rows(self, rows: Sequence[SpeedRow]) -> None:
        if not rows:
            self.table.fill(())
            self.plot.show_text(self.tr("Not measured yet."))
            return
        self.table.fill(
            [
                (
                    r.backend,
                    f"{r.batch:,}",
                    f"{r.median * 1e3:.2f} ms",
                    f"{r.low * 1e3:.2f} ms",
                    f"{r.high * 1e3:.2f} ms",
                )
                for r in rows
            ]
        )
        plain = [(r.backend, r.batch, r.median, r.low, r.high) for r in rows]

        def draw(figure: Any, colours: Colours) -> None:
            from pt2k_gui.report.plots import draw_speed

            draw_speed(plot_area(figure, bottom=28, top=34), plain, colours, phrase)

        self.plot.show_plot(draw)


class SummaryTab(Tab):
    """Keras's own summary beside PyTorch's layers, matched by the module that each node came from."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        left, right = Card(self.tr("PyTorch beside Keras"), margin=M), Card(self.tr("Keras summary"), margin=M)
        self.table = Table(
            (self.tr("PyTorch layer"), self.tr("Type"), self.tr("Keras layers"), self.tr("Parameters")),
            "matched",
            (3,),
            2,
        )
        left.body.addWidget(self.table, 1)
        self.text = SummaryView(theme)
        right.body.addWidget(self.text, 1)
        left.setMinimumWidth(_LEAST_TABLE)
        self._split = ReadingSplit(left, right, text=1, least=_LEAST_TABLE)
        self.column.addWidget(self._split, 1)

    def clear(self) -> None:
        """Show that nothing was converted yet."""
        self.text.show_summary("", ())
        self._became: list[list[str]] = []
        self.table.fill(())

    def show_report(self, report: ConversionReport, card: ModelInfo) -> None:
        self.text.show_summary(report.summary, keras_layers(report))
        layers = [layer for layer in card.layers if layer.path]
        words = became(report, layers)
        self.table.fill(
            [(layer.path, layer.type, text, f"{layer.parameters:,}") for layer, text in zip(layers, words, strict=True)]
        )
        self._became = [text.split(", ") for text in words]
        self._split.want(self.text.widest_line() + _AROUND_SUMMARY)

    def mark(self, layer: str) -> None:
        """Mark a Keras layer in the summary and the PyTorch layer that it came from."""
        self.text.mark(layer)
        row = next((number for number, names in enumerate(self._became) if layer in names), None)
        if row is not None:
            self.table.select_row(row)
