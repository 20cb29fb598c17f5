"""Draws samples as they look within the cells of a grid: pictures, waves of sound, tokens of text. Opens no window."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from pt2k_gui.palette import Colours

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

SIDE = 28.0  # one picture's side, in the grid's own units
WIDTH = 36.0  # of a cell
HEIGHT = 46.0
TOP = 8.0  # above the picture, for the true label
_TEXT_LINES, _TEXT_CHARACTERS = 8, 16  # of tokens in a cell
_TEXT_HEIGHT = 3.6  # of a line, in the grid's own units


def draw_samples(axes: Axes, images: np.ndarray, rows: int, columns: int, colours: Colours) -> None:
    """Draw each sample at its place, by what the array holds (see ``Samples.images``)."""
    draw = {"U": _tokens, "f": _waves}.get(images.dtype.kind, _mosaic)
    draw(axes, images, rows, columns, colours)


def _mosaic(axes: Axes, images: np.ndarray, rows: int, columns: int, colours: Colours) -> None:
    """One RGBA picture of the whole grid: pictures at their places, transparent between them."""
    import numpy as np

    tall, wide = images.shape[1:3]
    scale = tall / SIDE
    high, broad = round(rows * HEIGHT * scale), round(columns * WIDTH * scale)
    rgba = np.zeros((high, broad, 4), np.uint8)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        top, left = round((row * HEIGHT + TOP) * scale), round((column * WIDTH + (WIDTH - SIDE) / 2) * scale)
        ink = image.ndim == 2  # digits are ink on paper in the light theme, pictures stay as they are
        shown = 255 - image if ink and colours.name == "light" else image
        rgba[top : top + tall, left : left + wide, :3] = shown[:, :, None] if ink else shown
        rgba[top : top + tall, left : left + wide, 3] = 255
    axes.imshow(rgba, extent=(0, columns * WIDTH, rows * HEIGHT, 0), interpolation="nearest", aspect="equal", zorder=1)


def _waves(axes: Axes, waves: np.ndarray, rows: int, columns: int, colours: Colours) -> None:
    """The range of the values in each column, each sample on a scale of its own."""
    import numpy as np
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Rectangle

    polygons: list[Any] = []
    across = np.linspace(0, SIDE, waves.shape[2])
    for index, (low, high) in enumerate(waves):
        left, top = _corner(index, columns)
        axes.add_patch(Rectangle((left, top), SIDE, SIDE, facecolor=colours.window, edgecolor="none"))
        scale = SIDE / 2 * 0.92 / max(float(np.abs(waves[index]).max()), 1e-9)
        middle = top + SIDE / 2
        upper, lower = middle - high * scale - 0.15, middle - low * scale + 0.15  # silence is a line
        x = np.concatenate([left + across, left + across[::-1]])
        polygons.append(np.stack([x, np.concatenate([upper, lower[::-1]])], 1))
    axes.add_collection(PolyCollection(polygons, facecolors=colours.accent, edgecolors="none", zorder=2))


def _tokens(axes: Axes, texts: np.ndarray, rows: int, columns: int, colours: Colours) -> None:
    """The first tokens, as many as there is room for."""
    from matplotlib.patches import Rectangle

    points = _points_of(axes, _TEXT_HEIGHT) * 0.8
    for index, text in enumerate(texts):
        left, top = _corner(index, columns)
        axes.add_patch(Rectangle((left, top), SIDE, SIDE, facecolor=colours.window, edgecolor="none"))
        lines = textwrap.wrap(str(text), _TEXT_CHARACTERS)
        if len(lines) > _TEXT_LINES:
            lines = [*lines[: _TEXT_LINES - 1], f"{lines[_TEXT_LINES - 1][: _TEXT_CHARACTERS - 1]}…"]
        axes.text(
            left + 0.8, top + 0.8, "\n".join(lines), fontsize=points, va="top", ha="left", color=colours.text,
            linespacing=1.15, zorder=2, parse_math=False,
        )  # fmt: skip


def _corner(index: int, columns: int) -> tuple[float, float]:
    row, column = divmod(index, columns)
    return column * WIDTH + (WIDTH - SIDE) / 2, row * HEIGHT + TOP


def _points_of(axes: Axes, height: float) -> float:
    """A height in the grid's own units as points of a font."""
    box = axes.get_window_extent()
    figure = axes.get_figure()
    assert figure is not None
    low, high = axes.get_ylim()
    wide = abs(axes.get_xlim()[1] - axes.get_xlim()[0])
    scale = min(box.width / wide, box.height / abs(high - low))  # both axes have the same
    return max(height * scale * 72 / figure.dpi, 1.0)
