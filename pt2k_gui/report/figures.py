"""The plots of a report, each as a function of the colours. How a plot is drawn stands in ``plots``."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.palette import Colours
from pt2k_gui.report import plots
from pt2k_gui.report.confusion_matrix import confusion
from pt2k_gui.report.graph_figure import graph_figure
from pt2k_gui.sources.training_step import OPTIMIZERS, Optimizer
from pt2k_gui.verify.result import KEYS

if TYPE_CHECKING:
    from pt2k_gui.graph.picture import Picture
    from pt2k_gui.report.document import Report


@dataclass(frozen=True)
class ReportPlot:
    """A heading, what the plot shows in words (also for those who don't see it), and a function that makes its figure."""

    title: str
    words: str
    draw: Callable[[Colours], Any]


def report_plots(report: Report) -> list[ReportPlot]:
    """All plots that the report's data allow, in the order in which a reader wants them."""
    import numpy as np

    verification = report.verification
    arrays: dict[str, Any] = {}
    pictured = False
    if Path(
        verification.arrays
    ).is_file():  # gone where the report is read again later: it says what the numbers say then
        with np.load(verification.arrays) as stored:
            arrays = {name: stored[name] for name in stored.files if name != "images"}
            pictured = "images" in stored.files
    backends = [row.backend for row in verification.backends]
    found = []
    if pictured and verification.scored:
        words = f"True label above, the answers of {', '.join(backends)} below; a disagreement has a thick frame."
        found.append(
            ReportPlot("Samples", words, lambda c: plots.grid_figure(verification, rows=2, columns=10, colours=c))
        )
    allowed = verification.verdict.allowed
    if "difference" in arrays:
        found.append(
            ReportPlot(
                "Differences",
                f"How many samples differ by how much from {backends[0]}.",
                _figure(lambda axes, c: plots.draw_histogram(axes, arrays["difference"], allowed, c)),
            )
        )
    if verification.layers:
        found.append(
            ReportPlot(
                "Layer by layer",
                "Relative difference of each layer's output from the ONNX graph's.",
                _figure(lambda axes, c: plots.draw_layers(axes, verification.layers, c)),
            )
        )
    if (picture := _picture(report)) is not None:
        words = (
            f"{picture.networks[0].side}'s graph at the left, the Keras model's at the right, large parts folded. Green: the "
            "same within rounding; red with a thick frame: departs; without colour: not measured."
        )
        found.append(ReportPlot("Graph", words, lambda c: graph_figure(picture, c)))
    curves = verification.training.curves if verification.training is not None else ()
    if curves:
        settings = "; ".join(settings_words(optimizer) for optimizer in OPTIMIZERS)
        found.append(
            ReportPlot(
                "Loss over steps of training",
                f"Before each of {len(curves[0].pytorch)} steps on one batch, on both sides from the same weights. {settings}.",
                _figure(lambda axes, c: plots.draw_curves(axes, curves, c)),
            )
        )
    ours, theirs = KEYS[backends[0]], KEYS[verification.candidate]
    if verification.scored and ours in arrays and theirs in arrays:
        table = confusion(arrays[ours].argmax(1), arrays[theirs].argmax(1), arrays[ours].shape[1], verification.classes)
        names = backends[0], verification.candidate
        found.append(
            ReportPlot(
                "Answer against answer",
                f"{names[0]}'s answers (rows) against {names[1]}'s (columns). {table.words}".strip(),
                _figure(lambda axes, c: plots.draw_confusion(axes, table.counts, table.names, names, c), 5.2, 5.0),
            )
        )
    if report.speed:
        rows = [(r.backend, r.batch, r.median, r.low, r.high) for r in report.speed]
        found.append(
            ReportPlot(
                "Speed",
                "Milliseconds a batch: median of several runs after a warm-up, with the shortest and the longest.",
                _figure(lambda axes, c: plots.draw_speed(axes, rows, c)),
            )
        )
    return found


_MOST_PARTS = 24  # of a graph that fits onto a page


def _picture(report: Report) -> Picture | None:
    """The graphs of both sides, where their files are still there."""
    from pt2k_gui.graph.hierarchy import build_tree, first_open
    from pt2k_gui.graph.pairing import read_pair
    from pt2k_gui.graph.picture import Picture, arrange_all, sides

    keras = next((file.path for file in report.verification.files if file.role == "converted"), "")
    if (
        report.conversion is None
        or report.export is None
        or not report.conversion.values
        or not keras.endswith(".keras")
    ):
        return None
    if not (Path(keras).is_file() and Path(report.export.path).is_file()):
        return None
    side = "ONNX" if report.model is not None and report.model.path.endswith(".onnx") else "PyTorch"
    pair = read_pair(report.export.path, keras, report.conversion, report.verification.layers, side)
    roots = tuple(map(build_tree, sides(pair)))
    opened = first_open(roots, _MOST_PARTS)
    return Picture(pair, roots, opened, arrange_all(sides(pair), roots, opened))


def settings_words(optimizer: Optimizer) -> str:
    """An optimizer's settings in the field's words."""
    parts = [f"learning rate {optimizer.rate:g}"]
    parts += [f"momentum {optimizer.momentum:g}"] if optimizer.momentum else []
    parts += [f"weight decay {optimizer.weight_decay:g}"] if optimizer.weight_decay else []
    parts += [f"epsilon {optimizer.epsilon:g}"] if optimizer.epsilon else []
    return f"{optimizer.name}: {', '.join(parts)}"


def _figure(draw: Callable[[Any, Colours], None], width: float = 9.0, height: float = 3.0) -> Callable[[Colours], Any]:
    def made(colours: Colours) -> Any:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), layout="constrained", facecolor=colours.surface)
        FigureCanvasAgg(figure)
        draw(figure.add_subplot(), colours)
        return figure

    return made


def png(figure: Any, colours: Colours) -> bytes:
    """The figure's pixels."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150, facecolor=colours.surface)
    return buffer.getvalue()
