"""The plots of a report, each as a function of the colours. How a plot is drawn stands in ``plots``."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.message import sentences
from pt2k_gui.palette import Colours
from pt2k_gui.report import messages, plots
from pt2k_gui.report.confusion_matrix import confusion
from pt2k_gui.report.graph_figure import graph_figure
from pt2k_gui.report.plots import Say
from pt2k_gui.sources.training_step import OPTIMIZERS, Optimizer
from pt2k_gui.verify.result import KEYS

if TYPE_CHECKING:
    from pt2k_gui.graph.picture import Picture
    from pt2k_gui.report.document import Report
    from pt2k_gui.verify.result import Verification


@dataclass(frozen=True)
class ReportPlot:
    """A heading, what the plot shows in words (also for those who don't see it), and a function that makes its figure."""

    title: str
    words: str
    draw: Callable[[Colours, Say], Any]


def report_plots(report: Report) -> list[ReportPlot]:
    """All plots that the report's data allow, in the order in which a reader wants them."""
    arrays = _stored(report.verification)
    return [*_samples(report, arrays), *_differences(report, arrays), *_layers(report), *_graph(report), *_curves(report),
            *_confusion(report, arrays), *_speed(report)]  # fmt: skip


def _stored(verification: Verification) -> dict[str, Any]:
    """The arrays of a verification, but for the pictures' pixels; none where a report is read again after they went."""
    import numpy as np

    if not Path(verification.arrays).is_file():
        return {}
    with np.load(verification.arrays) as stored:
        return {name: None if name == "images" else stored[name] for name in stored.files}


def _samples(report: Report, arrays: dict[str, Any]) -> Iterator[ReportPlot]:
    verification = report.verification
    if "images" in arrays and verification.scored:
        words = messages.SAMPLES_WORDS(backends=[row.backend for row in verification.backends])

        def draw(colours: Colours, say: Say) -> Any:
            return plots.grid_figure(verification, rows=2, columns=10, colours=colours, say=say)

        yield ReportPlot(messages.SAMPLES_TITLE, words, draw)


def _differences(report: Report, arrays: dict[str, Any]) -> Iterator[ReportPlot]:
    allowed = report.verification.verdict.allowed
    if "difference" in arrays:
        yield ReportPlot(
            messages.DIFFERENCES_TITLE,
            messages.DIFFERENCES_WORDS(backend=report.verification.backends[0].backend),
            _figure(lambda axes, c, say: plots.draw_histogram(axes, arrays["difference"], allowed, c, say)),
        )


def _layers(report: Report) -> Iterator[ReportPlot]:
    layers = report.verification.layers
    if layers:
        draw = _figure(lambda axes, c, say: plots.draw_layers(axes, layers, c, say=say))
        yield ReportPlot(messages.LAYERS_TITLE, messages.LAYERS_WORDS, draw)


def _graph(report: Report) -> Iterator[ReportPlot]:
    if (picture := _picture(report)) is not None:
        words = messages.GRAPH_WORDS(side=picture.networks[0].side)
        yield ReportPlot(messages.GRAPH_TITLE, words, lambda c, _say: graph_figure(picture, c))


def _curves(report: Report) -> Iterator[ReportPlot]:
    training = report.verification.training
    if training is not None and training.curves:
        curves = training.curves
        settings = [settings_words(optimizer) for optimizer in OPTIMIZERS]
        yield ReportPlot(
            messages.CURVES_TITLE,
            messages.CURVES_WORDS(count=len(curves[0].pytorch), settings=settings),
            _figure(lambda axes, c, say: plots.draw_curves(axes, curves, c, say)),
        )


def _confusion(report: Report, arrays: dict[str, Any]) -> Iterator[ReportPlot]:
    verification = report.verification
    names = verification.backends[0].backend, verification.candidate
    ours, theirs = (arrays.get(KEYS[name]) for name in names)
    if verification.scored and ours is not None and theirs is not None:
        table = confusion(ours.argmax(1), theirs.argmax(1), ours.shape[1], verification.classes)
        yield ReportPlot(
            messages.CONFUSION_TITLE,
            sentences(messages.CONFUSION_WORDS(rows=names[0], columns=names[1]), table.words),
            _figure(
                lambda axes, c, say: plots.draw_confusion(axes, table.counts, table.names, names, c, say), 5.2, 5.0
            ),
        )


def _speed(report: Report) -> Iterator[ReportPlot]:
    rows = [(r.backend, r.batch, r.median, r.low, r.high) for r in report.speed]
    if rows:
        draw = _figure(lambda axes, c, say: plots.draw_speed(axes, rows, c, say))
        yield ReportPlot(messages.SPEED_TITLE, messages.SPEED_WORDS, draw)


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
    parts = [messages.LEARNING_RATE(value=optimizer.rate)]
    parts += [messages.MOMENTUM(value=optimizer.momentum)] if optimizer.momentum else []
    parts += [messages.WEIGHT_DECAY(value=optimizer.weight_decay)] if optimizer.weight_decay else []
    parts += [messages.EPSILON(value=optimizer.epsilon)] if optimizer.epsilon else []
    return messages.OPTIMIZER(name=optimizer.name, settings=parts)


def _figure(
    draw: Callable[[Any, Colours, Say], None], width: float = 9.0, height: float = 3.0
) -> Callable[[Colours, Say], Any]:
    def made(colours: Colours, say: Say) -> Any:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), layout="constrained", facecolor=colours.surface)
        FigureCanvasAgg(figure)
        draw(figure.add_subplot(), colours, say)
        return figure

    return made


def png(plot: ReportPlot, colours: Colours, say: Say = str) -> tuple[bytes, float]:
    """The plot as a PNG file, and its width in inches; English where the machine has no font for the reader's language."""
    import matplotlib

    from pt2k_gui.report.fonts import plot_fonts, plots_say_chinese

    with matplotlib.rc_context({"font.family": plot_fonts()}):
        figure = plot.draw(colours, say if plots_say_chinese() else str)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=150, facecolor=colours.surface)
    return buffer.getvalue(), figure.get_figwidth()
