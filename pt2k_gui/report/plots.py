"""The plots, drawn onto matplotlib axes that are given: the window and the reports share them. Opens no window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pt2k_gui.files import atomic_path
from pt2k_gui.palette import LIGHT, Colours
from pt2k_gui.problem import Problem
from pt2k_gui.report import messages
from pt2k_gui.report.cells import HEIGHT, SIDE, TOP, WIDTH, draw_samples
from pt2k_gui.verify.result import KEYS, LayerDifference, TrainingCurve, Verification

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

Say = Callable[[str], str]
"""Says a text of ours in the reader's language; ``str`` leaves it English."""

_CHIP, _CHIP_FONT = 9.0, 8  # the height of a chip in the grid's units, and the points of its letters
_LEVEL_NAMES, _SHORT_NAME = 8, 14  # layers whose names stand level below the bars: how many, of how many characters


def grid_extent(rows: int, columns: int) -> tuple[float, float]:
    """Width and height of a grid in its own units."""
    return columns * WIDTH, rows * HEIGHT


def cell_at(x: float, y: float, rows: int, columns: int) -> int | None:
    """Which cell a point of the grid lies in, counted row by row; None outside."""
    column, row = int(x // WIDTH), int(y // HEIGHT)
    return row * columns + column if 0 <= column < columns and 0 <= row < rows and x >= 0 and y >= 0 else None


def draw_grid(
    axes: Axes,
    images: np.ndarray,
    labels: Sequence[str],
    predictions: Sequence[tuple[str, Sequence[str]]],
    *,
    rows: int = 2,
    columns: int = 5,
    colours: Colours = LIGHT,
    selected: int | None = None,
    wrong: Sequence[bool] = (),
) -> None:
    """Draw pictures in one pair of axes, each with its true label above and one chip a backend below.

    Where a backend differs from the first one, its chip is filled and the cell gets a thick frame. Where the answer is not
    the true label, the frame is thin and dashed, in another colour: the network errs, and the conversion is right.

    Args:
        images: up to ``rows * columns``, as ``Samples.images``: digits, drawn dark on light in the light theme, pictures,
            waves, or tokens.
        labels: the true label of each, empty where it is not known.
        predictions: (backend, one answer a picture).
        selected: the cell that is drawn as chosen.
        wrong: for each picture, whether an answer differs from its true label; empty where labels are not known.
    """
    from matplotlib.patches import Rectangle

    width, height = grid_extent(rows, columns)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_aspect("equal")
    axes.set_axis_off()
    count = min(len(images), rows * columns)
    if not count:
        return
    # One picture for all: the gaps are in the background's colour. Separate axes would take ten times as long.
    draw_samples(axes, images[:count], rows, columns, colours)
    area = axes.get_window_extent()
    unit = min(area.width / width, area.height / height) * 72 / axes.figure.dpi  # points
    marks = _Marks(axes, colours, (SIDE + 4) / max(len(predictions), 1), unit)
    for index in range(count):
        row, column = divmod(index, columns)
        answers = [(backend, answer[index]) for backend, answer in predictions]
        marks.cell(column * WIDTH, row * HEIGHT, labels[index], answers, errs=bool(wrong) and wrong[index])
    marks.draw()
    if selected is not None and selected < count:
        row, column = divmod(selected, columns)
        axes.add_patch(
            Rectangle(
                (column * WIDTH + (WIDTH - SIDE) / 2 - 1, row * HEIGHT + TOP - 1), SIDE + 2, SIDE + 2,
                fill=False, edgecolor=colours.accent, linewidth=2,
            )
        )  # fmt: skip


class _Marks:
    """Labels, chips and frames of a grid's cells. Patches are collected and drawn together: one by one takes far longer."""

    def __init__(self, axes: Axes, colours: Colours, share: float, unit: float) -> None:
        """``share``: how wide a chip is, with its gap, in the grid's units; ``unit``: one of these in points."""
        self._axes, self._colours, self._share = axes, colours, share
        self._letters = max(int((share * unit - 5) / (0.66 * _CHIP_FONT)), 2)  # that a chip has room for
        self._plain: list[tuple[Any, str]] = []
        self._filled: list[tuple[Any, str]] = []
        self._frames: list[Any] = []
        self._errors: list[Any] = []

    def cell(self, left: float, top: float, label: str, answers: Sequence[tuple[str, str]], *, errs: bool) -> None:
        """Mark one cell; ``errs``: an answer is not the true label."""
        from matplotlib.patches import Rectangle

        if label:
            self._axes.text(
                left + WIDTH / 2, top + TOP / 2 + 0.6, _cut(label, 12), ha="center", va="center",
                color=self._colours.warn if errs else self._colours.text, fontsize=9, fontweight="bold",
            )  # fmt: skip
        differs = [answer != answers[0][1] for _, answer in answers]
        if errs:
            inset = 2.2 if any(differs) else 0.8  # inside of the other frame
            self._errors.append(Rectangle((left + inset, top + inset), WIDTH - 2 * inset, HEIGHT - 2 * inset))
        if any(differs):
            self._frames.append(Rectangle((left + 0.8, top + 0.8), WIDTH - 1.6, HEIGHT - 1.6))
        for number, (backend, answer) in enumerate(answers):
            x, y = left + 2 + number * self._share + 0.6, top + TOP + SIDE + 1.2
            self._chip(x, y, backend, answer, differs[number])

    def _chip(self, x: float, y: float, backend: str, answer: str, differs: bool) -> None:
        from matplotlib.patches import FancyBboxPatch

        colours, share = self._colours, self._share
        box = FancyBboxPatch((x + 1, y + 1), share - 3.2, _CHIP - 3.4, boxstyle="round,pad=1,rounding_size=1.6")
        (self._filled if differs else self._plain).append((box, colours.bad if differs else colours.backend(backend)))
        self._axes.text(
            x + share / 2 - 0.6, y + _CHIP / 2 - 0.5, _cut(answer, self._letters), ha="center", va="center",
            fontsize=_CHIP_FONT, color=colours.surface if differs else colours.backend_words(backend), fontweight="bold",
            clip_on=True,
        )  # fmt: skip

    def draw(self) -> None:
        """Draw what was collected: frames lie above chips."""
        from matplotlib.collections import PatchCollection

        colours, collections = self._colours, []
        if self._plain:
            boxes, edges = zip(*self._plain, strict=True)
            collections.append(PatchCollection(boxes, facecolors="none", edgecolors=edges, linewidths=1))
        if self._filled:
            boxes, fills = zip(*self._filled, strict=True)
            collections.append(PatchCollection(boxes, facecolors=fills, edgecolors=fills))
        if self._errors:
            dashes = [(0, (4, 3))]
            collections.append(
                PatchCollection(
                    self._errors, facecolors="none", edgecolors=colours.warn, linewidths=1.2, linestyles=dashes
                )
            )
        if self._frames:
            collections.append(PatchCollection(self._frames, facecolors="none", edgecolors=colours.bad, linewidths=2.6))
        for collection in collections:
            self._axes.add_collection(collection)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def predictions_of(arrays: Any, chosen: Any, classes: Sequence[str] = ()) -> list[tuple[str, list[str]]]:
    """Each backend's answer for the samples ``chosen`` (an index array), as text.

    Args:
        arrays: the verification's ``.npz``, opened or as a dictionary.
    """
    found = []
    for backend, key in KEYS.items():
        if key in arrays and arrays[key].ndim == 2 and arrays[key].shape[1] > 1:
            answers = arrays[key][chosen].argmax(1)
            found.append((backend, [classes[a] if a < len(classes) else str(a) for a in answers]))
    return found


def label_texts(labels: Any, classes: Sequence[str]) -> list[str]:
    """The true labels as text; empty where one is not known."""
    return ["" if n < 0 else classes[n] if n < len(classes) else str(n) for n in labels.tolist()]


def wrong_answers(arrays: Any) -> np.ndarray:
    """For each sample, whether an answer of any backend differs from its true label; bool (samples,)."""
    import numpy as np

    labels = arrays["labels"]
    wrong = np.zeros(len(labels), bool)
    for key in KEYS.values():
        if key in arrays and arrays[key].ndim == 2 and arrays[key].shape[1] > 1:
            wrong |= arrays[key].argmax(1) != labels
    return wrong & (labels >= 0)


def legend_entries(backends: Sequence[str], colours: Colours) -> list[tuple[str, str]]:
    """(name, colour) of each backend, in the order of the chips."""
    return [(backend, colours.backend_words(backend)) for backend in backends]


def save_grid(
    verification: Verification,
    output: str,
    *,
    rows: int = 2,
    columns: int = 5,
    first: int = 0,
    colours: Colours = LIGHT,
) -> None:
    """Draw the grid into a ``.png`` or ``.svg`` file.

    Raises:
        Problem: the samples are no pictures, or the file can't be written.
    """
    with atomic_path(output) as temporary:
        figure = grid_figure(verification, rows=rows, columns=columns, first=first, colours=colours)
        if figure is None:
            raise Problem(messages.NO_PICTURES(), hint=messages.USE_IMAGES())
        figure.savefig(temporary, dpi=160, facecolor=colours.surface)


def grid_figure(
    verification: Verification,
    *,
    rows: int = 2,
    columns: int = 5,
    first: int = 0,
    colours: Colours = LIGHT,
    say: Say = str,
) -> Any | None:
    """A figure with the grid, a heading and the legend of the chips; None where the samples are no pictures."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with np.load(verification.arrays) as stored:
        if "images" not in stored.files:
            return None
        arrays = {name: stored[name] for name in stored.files}
    chosen = np.arange(first, min(first + rows * columns, len(arrays["images"])))
    width, height = grid_extent(rows, columns)
    figure = Figure(figsize=(width / 26, height / 26 + 0.55), layout=None)
    FigureCanvasAgg(figure)
    share = 0.45 / figure.get_figheight()
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98 - share))
    predictions = predictions_of(arrays, chosen, verification.classes)
    wrong = wrong_answers(arrays)[chosen].tolist() if verification.labelled else ()
    draw_grid(
        axes, arrays["images"][chosen], label_texts(arrays["labels"][chosen], verification.classes or verification.truths),
        predictions,
        rows=rows, columns=columns, colours=colours, wrong=wrong,
    )  # fmt: skip
    x = 0.025
    entries = [
        (say(messages.LEGEND), colours.muted),
        *legend_entries([b for b, _ in predictions], colours),
        *([(say(messages.WRONG_ANSWER), colours.warn)] if any(wrong) else []),
    ]
    for text, colour in entries:
        shown = figure.text(x, 1 - share / 2, text, color=colour, fontsize=9, va="center", fontweight="bold")
        x = shown.get_window_extent().x1 / figure.bbox.width + 0.02
    return figure


def style(axes: Axes, colours: Colours) -> None:
    """Our look for a plot with scales: no box, a light grid, muted labels."""
    axes.set_facecolor(colours.surface)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(colours.border)
    axes.grid(True, axis="y", color=colours.border, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", colors=colours.muted, labelsize=8, length=0)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(colours.muted)
        label.set_fontsize(9)


def _count_axis(axis: Any) -> None:
    """Ticks of an axis that counts: whole numbers, with separators."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def draw_histogram(
    axes: Axes, differences: np.ndarray, allowed: float, colours: Colours = LIGHT, say: Say = str
) -> None:
    """How many samples differ by how much: largest absolute difference of each, on a logarithmic axis."""
    import numpy as np

    style(axes, colours)
    finite = differences[np.isfinite(differences) & (differences > 0)]
    if not len(finite):
        axes.text(
            0.5, 0.5, say(messages.ALL_EQUAL), ha="center", transform=axes.transAxes, color=colours.muted, wrap=True
        )
        axes.set_axis_off()
        return
    low, high = np.log10(finite.min()), np.log10(max(finite.max(), allowed or 0))
    axes.hist(finite, bins=np.logspace(low - 0.1, high + 0.1, 40).tolist(), color=colours.keras)
    axes.set_xscale("log")
    axes.set_xlabel(say(messages.LARGEST_DIFFERENCE))
    axes.set_ylabel(say(messages.SAMPLES))
    _count_axis(axes.yaxis)
    if allowed:
        axes.axvline(allowed, color=colours.bad, linewidth=1.2, linestyle="--")
        axes.text(
            allowed, 0.97, f"{say(messages.ALLOWED)} ", color=colours.bad, fontsize=8, ha="right", va="top",
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip


def names_are_level(rows: Sequence[LayerDifference]) -> bool:
    """Whether the layers' names stand level below their bars; slanted ones need more room."""
    return len(rows) <= _LEVEL_NAMES and all(len(name) <= _SHORT_NAME for name in _bar_names(rows))


def _bar_names(rows: Sequence[LayerDifference]) -> list[str]:
    return [row.layer if len(row.layer) <= 22 else "…" + row.layer[-21:] for row in rows]


def draw_layers(
    axes: Axes,
    rows: Sequence[LayerDifference],
    colours: Colours = LIGHT,
    departs: float = 1e-4,
    say: Say = str,
    chosen: int | None = None,
) -> None:
    """Relative difference of each layer in graph order, on a logarithmic axis; departed ones in the bad colour, and a band
    behind the ``chosen`` one."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    style(axes, colours)
    floor = 1e-9
    values = [min(max(row.max_rel, floor), 1e3) for row in rows]
    bad = [not row.max_rel <= departs for row in rows]
    axes.bar(range(len(rows)), values, color=[colours.bad if b else colours.keras for b in bad], width=0.8)
    if chosen is not None:
        axes.axvspan(chosen - 0.5, chosen + 0.5, color=colours.accent, alpha=0.25, linewidth=0)
    axes.set_yscale("log")
    axes.set_ylim(floor, max(1e-3, *values, 0) * 3 if values else 1)
    axes.axhline(departs, color=colours.bad, linewidth=1, linestyle="--")
    axes.set_ylabel(say(messages.RELATIVE_DIFFERENCE), fontsize=8)
    names = _bar_names(rows)

    def name(place: float, _tick: object) -> str:
        return names[int(place)] if place == int(place) and 0 <= place < len(names) else ""

    # As many names as there is room for, also when a part of the plot is looked at.
    axes.xaxis.set_major_locator(MaxNLocator(24, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(name))
    level = names_are_level(rows)
    for text in axes.get_xticklabels():
        text.set(rotation=0 if level else 45, ha="center" if level else "right", fontsize=7)


def draw_curves(axes: Axes, curves: Sequence[TrainingCurve], colours: Colours = LIGHT, say: Say = str) -> None:
    """The loss before each step, PyTorch's as a line and Keras's as points on it; a ring where the two depart."""
    from matplotlib.ticker import MaxNLocator

    style(axes, colours)
    for curve, line in zip(curves, ("-", "--"), strict=False):
        steps = range(1, len(curve.pytorch) + 1)
        axes.plot(steps, curve.pytorch, line, color=colours.pytorch, label=f"PyTorch, {curve.optimizer}")
        axes.plot(
            steps, curve.keras, "o" if line == "-" else "s", color=colours.keras, markersize=4,
            label=f"Keras, {curve.optimizer}",
        )  # fmt: skip
        if curve.departs is not None:
            axes.plot(
                [curve.departs + 1], [curve.keras[curve.departs]], "o", markersize=12, markerfacecolor="none",
                markeredgecolor=colours.bad, markeredgewidth=1.5,
            )  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    axes.set_xlabel(say(messages.STEP))
    axes.set_ylabel(say(messages.LOSS))
    axes.legend(
        frameon=False, fontsize=8, labelcolor=colours.text, ncols=4, loc="lower left", bbox_to_anchor=(0, 1),
        borderaxespad=0.3,
    )  # fmt: skip


def draw_speed(
    axes: Axes, rows: Sequence[tuple[str, int, float, float, float]], colours: Colours = LIGHT, say: Say = str
) -> None:
    """Milliseconds a batch of each backend: (backend, batch, median, low, high) in seconds."""
    style(axes, colours)
    batches = sorted({row[1] for row in rows})
    backends = list(dict.fromkeys(row[0] for row in rows))
    width = 0.8 / max(len(backends), 1)
    for number, backend in enumerate(backends):
        mine = {row[1]: row for row in rows if row[0] == backend}
        places = [index + (number - (len(backends) - 1) / 2) * width for index in range(len(batches))]
        medians = [mine[b][2] * 1e3 for b in batches]
        errors = [
            [(mine[b][2] - mine[b][3]) * 1e3 for b in batches],
            [(mine[b][4] - mine[b][2]) * 1e3 for b in batches],
        ]
        axes.bar(places, medians, width * 0.92, color=colours.backend(backend), label=backend)
        axes.errorbar(places, medians, yerr=errors, fmt="none", ecolor=colours.text, linewidth=1, capsize=2)
    axes.set_yscale("log")
    _plain_logarithm(axes)
    axes.set_xticks(range(len(batches)), [say(messages.BATCH(size=batch)) for batch in batches])
    axes.set_ylabel(say(messages.MILLISECONDS))
    axes.legend(
        frameon=False, fontsize=8, labelcolor=colours.text, ncols=len(backends), loc="lower left",
        bbox_to_anchor=(0, 1), borderaxespad=0.3,
    )  # fmt: skip


def _plain_logarithm(axes: Axes) -> None:
    """Ticks such as 0.5, 2 and 100 on a logarithmic axis, between the powers of ten too where it shows few of them."""
    import math

    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axes.get_ylim()
    decades = math.log10(high / low)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 2.5 else (1,)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def draw_confusion(
    axes: Axes, counts: np.ndarray, classes: Sequence[str], names: tuple[str, str], colours: Colours, say: Say = str
) -> None:
    """One backend's answers (rows) against another's (columns); everything off the diagonal is a disagreement.

    Args:
        counts: int (n, n); classes: their n names; names: of the one backend and the other.
    """
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap

    axes.set_facecolor(colours.surface)
    size = len(counts)
    if not size:
        axes.set_axis_off()
        return
    shown = np.where(counts > 0, np.log10(np.maximum(counts, 1)) + 1, 0)
    axes.imshow(shown, cmap=LinearSegmentedColormap.from_list("answers", [colours.surface, colours.keras]))
    axes.set_xticks(np.arange(size + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(size + 1) - 0.5, minor=True)
    axes.grid(True, which="minor", color=colours.border, linewidth=0.5)
    texts = [_cut(say(name), 14) for name in classes]
    crowded = sum(len(text) + 1 for text in texts) > 44
    axes.set_xticks(range(size), texts, rotation=60 if crowded else 0, ha="right" if crowded else "center")
    axes.set_yticks(range(size), texts)
    axes.tick_params(which="both", colors=colours.muted, labelsize=8 if size <= 12 else 7, length=0)
    axes.set_ylabel(names[0], color=colours.backend_words(names[0]), fontsize=9)
    axes.set_xlabel(names[1], color=colours.backend_words(names[1]), fontsize=9)
    for spine in axes.spines.values():
        spine.set_visible(False)
    _write_counts(axes, counts, colours)


_LEAST_FONT, _LARGEST_FONT = 4.5, 9.0  # points


def _write_counts(axes: Axes, counts: np.ndarray, colours: Colours) -> None:
    """The numbers in the cells, as large as fit; shortened (12k) where they would not, and left out below that."""
    size = len(counts)
    axes.apply_aspect()
    figure: Any = axes.figure
    box = axes.get_position()
    width, height = figure.get_size_inches()
    points = min(box.width * width, box.height * height) * 72 / max(size, 1)  # of one cell's side
    longest = max((len(f"{count:,}") for count in counts[counts > 0].tolist()), default=1)
    font = _font_for(points, longest)
    short = font < _LEAST_FONT
    if short:
        longest = max((len(_shortened(count)) for count in counts[counts > 0].tolist()), default=1)
        font = _font_for(points, longest)
    if font < _LEAST_FONT:
        return
    for row in range(size):
        for column in range(size):
            count = int(counts[row, column])
            if count:
                wrong = row != column
                axes.text(
                    column, row, _shortened(count) if short else f"{count:,}", ha="center", va="center", fontsize=font,
                    color=colours.bad if wrong else colours.text, fontweight="bold" if wrong else "normal",
                )  # fmt: skip


def _font_for(points: float, characters: int) -> float:
    """The font, in points, in which so many characters fill most of a cell of this side."""
    return min(_LARGEST_FONT, 0.9 * points / (0.74 * characters), 0.62 * points)


def _shortened(count: int) -> str:
    return f"{count:,}" if count < 1000 else f"{count / 1e3:.0f}k" if count < 1_000_000 else f"{count / 1e6:.0f}M"
