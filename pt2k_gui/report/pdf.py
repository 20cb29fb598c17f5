"""The report as A4 pages, drawn by matplotlib: the verdict, the plots, the tables, one after the other."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pt2k_gui.palette import LIGHT
from pt2k_gui.report.figures import png, report_plots
from pt2k_gui.report.tables import Table, floor_words, report_tables

if TYPE_CHECKING:
    from pt2k_gui.report.writing import Report

_WIDTH, _HEIGHT = 595.0, 842.0  # points of an A4 page
_MARGIN = 46.0
_BODY, _CELL, _HEADING = 9.0, 6.8, 12.0
_CHARACTER = 0.53  # of the font's size: how wide a character is on average
_LINE = 1.4  # of the font's size


def pdf(report: Report) -> bytes:
    """The file's bytes."""
    from matplotlib.backends.backend_pdf import PdfPages

    pages = _Pages(report)
    verdict = report.verification.verdict
    pages.text(report.title, 18, bold=True)
    pages.text(f"Made by PT2K {report.pt2k} on {report.made.replace('T', ' ')}", _BODY, LIGHT.muted)
    pages.space(8)
    mark = LIGHT.good if verdict.same else LIGHT.bad
    pages.text(f"{'✓' if verdict.same else '✗'} {verdict.headline}", 14, mark, bold=True)
    pages.text(verdict.sentence, _BODY)
    pages.text(floor_words(report.verification), _BODY, LIGHT.muted)
    if report.verification.training is not None:
        step = report.verification.training
        pages.text(f"{'✓' if step.same else '✗'} {step.sentence}", _BODY, LIGHT.good if step.same else LIGHT.bad)
    for plot in report_plots(report):
        pages.picture(plot.title, plot.words, png(plot.draw(LIGHT), LIGHT))
    for table in report_tables(report):
        pages.table(table)
    buffer = io.BytesIO()
    with PdfPages(buffer, metadata={"Title": report.title, "Creator": f"PT2K {report.pt2k}"}) as written:
        for page in pages.finished():
            written.savefig(page)
    return buffer.getvalue()


class _Pages:
    """A cursor that goes down the page and turns it. Lengths are in points, from the top."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._pages: list[Any] = []
        self._turn()

    def _turn(self) -> None:
        from matplotlib.figure import Figure

        self._page = Figure(figsize=(_WIDTH / 72, _HEIGHT / 72), facecolor="white")
        self._pages.append(self._page)
        self._y = _MARGIN

    def finished(self) -> list[Any]:
        """All pages, numbered."""
        for count, page in enumerate(self._pages, 1):
            page.text(
                1 - _MARGIN / _WIDTH, 24 / _HEIGHT, f"{count} of {len(self._pages)}", fontsize=7, color=LIGHT.muted,
                ha="right",
            )  # fmt: skip
            page.text(_MARGIN / _WIDTH, 24 / _HEIGHT, self._report.title, fontsize=7, color=LIGHT.muted)
        return self._pages

    def _room(self, height: float) -> bool:
        """Turn the page where that much is not left; whether it was turned."""
        if self._y + height > _HEIGHT - _MARGIN and self._y > _MARGIN:
            self._turn()
            return True
        return False

    def space(self, height: float) -> None:
        self._y += height

    def _put(self, x: float, y: float, text: str, size: float, colour: str, *, bold: bool, right: bool = False) -> None:
        self._page.text(
            x / _WIDTH, 1 - y / _HEIGHT, text, fontsize=size, color=colour, va="top", ha="right" if right else "left",
            fontweight="bold" if bold else "normal", linespacing=_LINE * 0.86, parse_math=False,
        )  # fmt: skip

    def text(self, text: str, size: float, colour: str = LIGHT.text, *, bold: bool = False) -> None:
        """A paragraph over the whole width."""
        lines = textwrap.wrap(text, int((_WIDTH - 2 * _MARGIN) / (size * _CHARACTER))) or [""]
        height = len(lines) * size * _LINE
        self._room(height)
        self._put(_MARGIN, self._y, "\n".join(lines), size, colour, bold=bold)
        self._y += height + 3

    def picture(self, title: str, words: str, content: bytes) -> None:
        """A plot with its heading, as wide as the page but not taller than a third of it."""
        from PIL import Image

        image = Image.open(io.BytesIO(content))
        width = min(_WIDTH - 2 * _MARGIN, image.width * 0.36)
        height = width * image.height / image.width
        self.space(10)
        self._room(height + 2 * _HEADING * _LINE)
        self.text(title, _HEADING, bold=True)
        self.text(words, 8, LIGHT.muted)
        axes = self._page.add_axes(
            (_MARGIN / _WIDTH, 1 - (self._y + height) / _HEIGHT, width / _WIDTH, height / _HEIGHT)
        )
        axes.imshow(image, aspect="auto", interpolation="antialiased")
        axes.set_axis_off()
        self._y += height + 6

    def table(self, table: Table) -> None:
        """A table; it goes on over pages, with its headings again."""
        self.space(12)
        self._room(10 * _CELL * _LINE + 2 * _HEADING)
        self.text(table.title, _HEADING, bold=True)
        if table.words:
            self.text(table.words, 8, LIGHT.muted)
        widths = _widths(table)
        if table.headings:
            self._row(table, widths, table.headings, heading=True)
        for row in table.rows:
            self._row(table, widths, row)

    def _row(self, table: Table, widths: Sequence[int], row: Sequence[str], *, heading: bool = False) -> None:
        from matplotlib.lines import Line2D

        character = _CELL * _CHARACTER
        cells = [textwrap.wrap(cell, max(width, 4)) or [""] for cell, width in zip(row, widths, strict=True)]
        height = max(len(lines) for lines in cells) * _CELL * _LINE + 4
        if self._room(height) and not heading and table.headings:
            self._row(table, widths, table.headings, heading=True)
        colour = LIGHT.muted if heading else LIGHT.text
        x = _MARGIN
        for place, (lines, width) in enumerate(zip(cells, widths, strict=True)):
            right = place in table.numbers
            at = x + width * character if right else x
            self._put(at, self._y + 2, "\n".join(lines), _CELL, colour, bold=heading, right=right)
            x += (width + 3) * character
        self._y += height
        line = 1 - self._y / _HEIGHT
        self._page.add_artist(
            Line2D([_MARGIN / _WIDTH, 1 - _MARGIN / _WIDTH], [line, line], color=LIGHT.border, linewidth=0.4)
        )


def _widths(table: Table) -> list[int]:
    """Characters of each column: what its widest cell needs, the widest ones cut until all fit beside each other."""
    rows = [*([table.headings] if table.headings else []), *table.rows]
    columns = max((len(row) for row in rows), default=0)
    # Bold headings run wider than the average character.
    widths = [max((len(row[c]) + (row is table.headings) for row in rows), default=0) + 1 for c in range(columns)]
    room = int((_WIDTH - 2 * _MARGIN) / (_CELL * _CHARACTER)) - 3 * columns
    while sum(widths) > room and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    return widths
