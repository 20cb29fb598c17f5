"""A plot of what coarser files keep of a model against their size; the choice is the reader's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.palette import LIGHT, Colours
from pt2k_gui.report import messages
from pt2k_gui.report.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pt2k_gui.save.result import SavedFile

Say = Callable[[Any], str]


def candidates(files: Sequence[SavedFile]) -> list[SavedFile]:
    """The LiteRT files among those saved that were opened and compared."""
    return [file for file in files if file.format.startswith("tflite") and file.relative is not None]


def kept(file: SavedFile, kind: str) -> float:
    """The share that a file keeps, 1 for all: its accuracy, the share of answers that stay, or one less its largest error."""
    if kind == "accuracy":
        return file.accuracy or 0.0
    if kind == "agreement":
        return file.agreement or 0.0
    return max(0.0, 1.0 - (file.relative or 0.0))


def measure(files: Sequence[SavedFile]) -> str:
    """The measure that all of the files can be held against: ``accuracy``, ``agreement`` or ``error``."""
    if all(file.accuracy is not None for file in files):
        return "accuracy"
    return "agreement" if all(file.agreement is not None for file in files) else "error"


def draw_tradeoff(axes: Axes, files: Sequence[SavedFile], colours: Colours = LIGHT, say: Say = str) -> None:
    """Each file as a point: megabytes to the right, what it keeps upwards; a file that failed its check is crossed out."""
    style(axes, colours)
    kind = measure(files)
    for file in files:
        x, y = file.size / 1e6, kept(file, kind)
        colour, mark = (colours.litert, "o") if file.same else (colours.bad, "x")
        axes.plot([x], [y], mark, color=colour, markersize=7, markeredgewidth=2)
    _name_points(axes, files, kind, colours)
    low = min(kept(file, kind) for file in files)
    room = max(1.0 - low, 0.01)
    axes.set_ylim(max(low - 0.25 * room, -0.05), 1.0 + 0.15 * room)
    axes.set_xlim(0, max(file.size for file in files) / 1e6 * 1.22)
    axes.yaxis.set_major_formatter(lambda value, _place: f"{value:.4g}" if kind == "error" else f"{value:.1%}")
    axes.set_xlabel(say(messages.FILE_SIZE))
    names = {"accuracy": messages.ACCURACY, "agreement": messages.SAME_ANSWERS, "error": messages.KEPT}
    axes.set_ylabel(say(names[kind]))


def _name_points(axes: Axes, files: Sequence[SavedFile], kind: str, colours: Colours) -> None:
    """The precision beside each point, to the left where it would cover another one; where points lie close together the names
    stand below each other, with lines to them."""
    placed: list[tuple[float, float]] = []
    most = max(file.size for file in files)
    span = max(1.0 - min(kept(file, kind) for file in files), 0.01)
    for file in sorted(files, key=lambda file: (-kept(file, kind), -file.size)):
        x, y = file.size / most, kept(file, kind) / span
        near = sum(abs(x - other) < 0.12 and abs(y - level) < 0.2 for other, level in placed)
        placed.append((x, y))
        covers = any(0 < other.size / most - x < 0.16 and abs(kept(other, kind) / span - y) < 0.06 for other in files)
        beside = (-9, -3) if covers and not near else (16 if near else 9, -3 - 13 * near)
        axes.annotate(
            precision(file), (file.size / 1e6, kept(file, kind)), beside, ha="right" if beside[0] < 0 else "left",
            textcoords="offset points", fontsize=8, color=colours.text if file.same else colours.bad,
            arrowprops={"arrowstyle": "-", "color": colours.muted, "linewidth": 0.6, "relpos": (0, 0.5)} if near else None,
        )  # fmt: skip


def precision(file: SavedFile) -> str:
    """The precision as the file's name says it."""
    parts = Path(file.path).name.split(".")
    return "float32" if file.format == "tflite" else parts[-2]
