"""The graphs of both sides as a figure for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pt2k_gui.graph.layout import NODE, OPEN_BOX, TITLE, Box, Drawing
from pt2k_gui.graph.network import FOLDED, Network
from pt2k_gui.verify.layers import DEPARTS

if TYPE_CHECKING:
    from pt2k_gui.graph.picture import Picture
    from pt2k_gui.palette import Colours

_SCALE = 96 * 1.45  # units of the picture in an inch
_GAP = 60.0
_HEADING = 36.0
_MOST_INCHES = (9.0, 13.0)  # of the page
_LETTERS = 26  # of a name that fit into a node


def graph_figure(picture: Picture, colours: Colours) -> Any:
    """Draw both sides, each under its name."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width = sum(drawing.width for drawing in picture.drawings) + _GAP * (len(picture.drawings) + 1)
    height = max(drawing.height for drawing in picture.drawings) + _HEADING + _GAP
    scale = max(_SCALE, width / _MOST_INCHES[0], height / _MOST_INCHES[1])
    figure = Figure(figsize=(width / scale, height / scale), facecolor=colours.surface)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    points = 72 / scale  # of a letter for a unit of the picture
    left = _GAP
    for network, drawing in zip(picture.networks, picture.drawings, strict=True):
        axes.text(left, _HEADING / 2, network.side, color=colours.backend(network.side), fontsize=15 * points,
                  fontweight="bold", va="center")  # fmt: skip
        _draw(axes, network, drawing, left, _HEADING, points, colours)
        left += drawing.width + _GAP
    return figure


def _draw(
    axes: Any, network: Network, drawing: Drawing, left: float, top: float, points: float, colours: Colours
) -> None:
    from matplotlib.patches import FancyBboxPatch

    for _, _, way in drawing.routes:
        axes.plot([left + x for x, _ in way], [top + y for _, y in way], color=colours.muted, linewidth=0.9, zorder=2)
    for box in drawing.boxes:
        opened = box.shape == OPEN_BOX
        value = max((d for n in box.members if (d := network.nodes[n].difference) is not None), default=None)
        fill, frame, line = _colours(value if not opened else None, colours)
        ghost = box.shape == NODE and network.nodes[box.node].kind == FOLDED
        axes.add_patch(
            FancyBboxPatch(
                (left + box.x, top + box.y),
                box.width,
                box.height,
                boxstyle="round,pad=0,rounding_size=6",
                facecolor=colours.window if opened else fill,
                edgecolor=frame,
                linewidth=line,
                linestyle="--" if ghost else "-",
                zorder=1 if opened else 3,
            )
        )
        middle = top + box.y + (TITLE / 2 if opened else box.height / 2)
        words = _words(network, box)
        axes.text(left + box.x + 8, middle, words, color=colours.muted if opened else colours.text, fontsize=11 * points,
                  va="center", zorder=4, linespacing=1.25, parse_math=False)  # fmt: skip


def _colours(value: float | None, colours: Colours) -> tuple[str, str, float]:
    """Fill, frame and the frame's width by a relative difference."""
    from matplotlib.colors import to_hex, to_rgb

    def mixed(one: str, share: float) -> str:
        pairs = zip(to_rgb(one), to_rgb(colours.surface), strict=True)
        red, green, blue = (a * share + b * (1 - share) for a, b in pairs)
        return str(to_hex((red, green, blue)))

    if value is None:
        return colours.surface, colours.border, 0.8
    if not value <= DEPARTS:
        return mixed(colours.bad, 0.4), colours.bad, 2.0
    return mixed(colours.good, 0.18), mixed(colours.good, 0.6), 0.8


def _words(network: Network, box: Box) -> str:
    if box.shape == NODE:
        node = network.nodes[box.node]
        shape = (node.outputs or node.inputs or ("",))[0].removeprefix("batch × ")
        lines = [box.name, f"{node.operator}  {shape}" if node.operator != box.name else shape]
    elif box.shape == OPEN_BOX:
        return f"{box.name}  {box.kind}".strip()
    else:
        lines = [
            box.name,
            f"{box.repeats} × {box.kind}" if box.repeats else f"{box.kind}  {len(box.members):,}".strip(),
        ]
    return "\n".join(line if len(line) <= _LETTERS else f"{line[: _LETTERS - 1]}…" for line in lines)
