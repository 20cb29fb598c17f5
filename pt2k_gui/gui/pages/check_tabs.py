"""The tabs of the Check page beside the samples: numbers, layers, speed, summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.gui.theme import L, M, Theme, fixed_font
from pt2k_gui.gui.widgets.basics import Card, Table, button, label
from pt2k_gui.gui.widgets.plot import Plot, plot_area
from pt2k_gui.look import Colours
from pt2k_gui.sources.card import ModelCard
from pt2k_gui.verify.layers import first_departure
from pt2k_gui.verify.result import LayerDifference, SpeedRow, Verification

_MOST_CLASSES = 40


class _Tab(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, M, 0, 0)
        self.column.setSpacing(L)


class NumbersTab(_Tab):
    """Differences of every output, the histogram, and one backend's answers against another's."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
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
        self.table.setFixedHeight(106)
        self.backends = Table(
            (self.tr("Backend"), self.tr("Version"), self.tr("All samples"), self.tr("Accuracy")), "backends", (2, 3), 1
        )
        self.backends.setFixedHeight(134)
        card.body.addWidget(self.table)
        card.body.addWidget(self.backends)
        self.column.addWidget(card)
        row = QHBoxLayout()
        row.setSpacing(L)
        self.histogram = Plot(theme, "histogram")
        self.confusion = Plot(theme, "confusion")
        for text, plot in (
            (self.tr("Largest difference of each sample"), self.histogram),
            (self.tr("Keras's answers against the reference's"), self.confusion),
        ):
            holder = Card(margin=M)
            holder.body.addWidget(label(text, "strong"))
            holder.body.addWidget(plot, 1)
            row.addWidget(holder, 1)
        self.column.addLayout(row, 1)

    def show_found(self, found: Verification, arrays: dict[str, np.ndarray]) -> None:
        verdict = found.verdict
        self._floor.setText(
            self.tr("Noise floor {0}, Keras's distance from float64 {1}; up to {2} passes.").format(
                f"{verdict.noise_floor:.1e}", f"{verdict.distance:.1e}", f"{verdict.allowed:.1e}"
            )
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
        if "difference" in arrays:
            differences = arrays["difference"]

            def histogram(figure: Any, colours: Colours) -> None:
                from pt2k_gui.verify.plots import draw_histogram

                draw_histogram(plot_area(figure), differences, verdict.allowed, colours)

            self.histogram.show_plot(histogram)
        self._show_confusion(found, arrays)

    def _show_confusion(self, found: Verification, arrays: dict[str, np.ndarray]) -> None:
        first = next((key for key in ("pytorch", "onnxruntime") if key in arrays), "")
        scores = arrays.get("keras")
        if not first or scores is None or scores.ndim != 2 or not 2 <= scores.shape[1] <= _MOST_CLASSES:
            self.confusion.show_text(self.tr("There are no classes to compare."))
            return
        size = scores.shape[1]
        counts = np.zeros((size, size), np.int64)
        np.add.at(counts, (arrays[first].argmax(1), scores.argmax(1)), 1)
        names = ("PyTorch" if first == "pytorch" else "ONNX Runtime", "Keras")

        def confusion(figure: Any, colours: Colours) -> None:
            from pt2k_gui.verify.plots import draw_confusion

            draw_confusion(plot_area(figure, 48, 40, 8, 8), counts, found.classes, names, colours)

        self.confusion.show_plot(confusion)


class LayersTab(_Tab):
    """ONNX values against Keras layers in graph order."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        card = Card(margin=M)
        self.words = label(self.tr("Not compared yet."), "strong", wrap=True)
        card.body.addWidget(self.words)
        self.plot = Plot(theme, "layerPlot", minimum=(300, 180))
        card.body.addWidget(self.plot, 1)
        self.column.addWidget(card, 3)
        holder = Card(margin=M)
        self.table = Table(
            (self.tr("Keras layer"), self.tr("ONNX value"), self.tr("Largest difference"), self.tr("Relative")),
            "layerTable", (2, 3),
        )  # fmt: skip
        self.table.setMinimumHeight(120)
        holder.body.addWidget(self.table, 1)
        self.column.addWidget(holder, 2)

    def show_rows(self, rows: Sequence[LayerDifference]) -> None:
        self.table.fill([(r.layer, r.onnx_value, f"{r.max_abs:.1e}", f"{r.max_rel:.1e}") for r in rows])
        if not rows:
            self.words.setText(self.tr("Only files of the native engine say which layer computes which ONNX value."))
            self.plot.show_text(self.tr("No layers to compare."))
            return
        departed = first_departure(rows)
        self.words.setText(
            self.tr("{0} is the first layer that departs: {1} relative.").format(
                departed.layer, f"{departed.max_rel:.1e}"
            )
            if departed is not None
            else self.tr("No layer departs: {0} layers were compared.").format(f"{len(rows):,}")
        )

        def draw(figure: Any, colours: Colours) -> None:
            from pt2k_gui.verify.plots import draw_layers

            draw_layers(plot_area(figure, bottom=78 if len(rows) <= 24 else 40), rows, colours)

        self.plot.show_plot(draw)


class SpeedTab(_Tab):
    """Time a batch of each backend; measured when asked for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        card = Card(margin=M)
        head = QHBoxLayout()
        head.addWidget(
            label(
                self.tr("Batches of 1, 16 and 256 random samples, median of several runs in turn."), "muted", wrap=True
            ),
            1,
        )
        self.measure = button(self.tr("Measure"), "measure", "", "play", theme)
        head.addWidget(self.measure)
        card.body.addLayout(head)
        self.plot = Plot(theme, "speedPlot", minimum=(300, 180))
        self.plot.show_text(self.tr("Not measured yet."))
        card.body.addWidget(self.plot, 2)
        self.table = Table(
            (self.tr("Backend"), self.tr("Batch"), self.tr("Median"), self.tr("Shortest"), self.tr("Longest")),
            "speedTable", (1, 2, 3, 4),
        )  # fmt: skip
        self.table.setMinimumHeight(120)
        card.body.addWidget(self.table, 1)
        self.column.addWidget(card, 1)

    def show_rows(self, rows: Sequence[SpeedRow]) -> None:
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
            from pt2k_gui.verify.plots import draw_speed

            draw_speed(plot_area(figure, bottom=28, top=34), plain, colours)

        self.plot.show_plot(draw)


class SummaryTab(_Tab):
    """Keras's own summary beside PyTorch's layers, matched by the module that each node came from."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(L)
        split.setChildrenCollapsible(False)
        left, right = Card(self.tr("PyTorch beside Keras"), margin=M), Card(self.tr("Keras summary"), margin=M)
        self.table = Table(
            (self.tr("PyTorch layer"), self.tr("Type"), self.tr("Keras layers"), self.tr("Parameters")),
            "matched",
            (3,),
            2,
        )
        left.body.addWidget(self.table, 1)
        self.text = QPlainTextEdit()
        self.text.setObjectName("summaryText")
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font(11))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        right.body.addWidget(self.text, 1)
        split.addWidget(left)
        split.addWidget(right)
        left.setMinimumWidth(340)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        self.column.addWidget(split, 1)

    def show_report(self, report: ConversionReport, card: ModelCard) -> None:
        self.text.setPlainText(report.summary)
        made: dict[str, list[str]] = {}
        for node in report.nodes:
            made.setdefault(node.module, []).extend(node.layers)
        rows = [
            (layer.path, layer.type, ", ".join(dict.fromkeys(made.get(layer.path, ()))) or "—", f"{layer.parameters:,}")
            for layer in card.layers
            if layer.path
        ]
        self.table.fill(rows)
