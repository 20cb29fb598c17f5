"""The report as A4 pages, laid out by ReportLab: the verdict, the plots, the tables, one after the other."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from pt2k_gui.palette import LIGHT
from pt2k_gui.report.figures import ReportPlot, png, report_plots
from pt2k_gui.report.plots import Say
from pt2k_gui.report.tables import Table, floor_words, report_tables

if TYPE_CHECKING:
    from pt2k_gui.report.document import Report

_MARGIN = 46.0  # points
_PICTURE_SCALE = 0.36  # points a pixel
_TALLEST = 0.4  # of the page's text area: how tall a picture may be
_REGULAR, _BOLD, _CHINESE = "PT2K", "PT2K-Bold", "STSong-Light"
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]+")


def pdf(report: Report, say: Say = str) -> bytes:
    """The file's bytes, in the reader's language."""
    _register_fonts()
    parts: list[ReportPlot | Table] = [*report_plots(report), *(table.said(say) for table in report_tables(report))]
    return document(say(report.title), _opening(report, say), parts, f"PT2K {report.pt2k}", say)


def document(
    title: str, opening: Sequence[Any], parts: Sequence[ReportPlot | Table], creator: str = "PT2K", say: Say = str
) -> bytes:
    """A PDF of plots and tables below an opening (ReportLab's flowables); each page has the title and its number below."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    _register_fonts()
    buffer = io.BytesIO()
    made = SimpleDocTemplate(
        buffer, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title=title, author=creator, creator=creator,
    )  # fmt: skip
    story = list(opening)
    for part in parts:
        story += _table(part, made.width) if isinstance(part, Table) else [_picture(part, made.width, made.height, say)]

    def footer(canvas: Any, page: Any) -> None:
        canvas.setFont(_CHINESE if _CJK.search(title) else _REGULAR, 7)
        canvas.setFillColor(LIGHT.muted)
        canvas.drawString(_MARGIN, 24, title)
        canvas.drawRightString(A4[0] - _MARGIN, 24, f"{page.page}")

    made.build(story, onFirstPage=footer, onLaterPages=footer)
    return buffer.getvalue()


@cache
def _register_fonts() -> None:
    """Use the fonts of the plots, which have the marks that a verdict needs; Chinese comes from the reader's own."""
    import matplotlib
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    registerFont(TTFont(_REGULAR, str(folder / "DejaVuSans.ttf")))
    registerFont(TTFont(_BOLD, str(folder / "DejaVuSans-Bold.ttf")))
    registerFontFamily(_REGULAR, normal=_REGULAR, bold=_BOLD, italic=_REGULAR, boldItalic=_BOLD)
    registerFont(UnicodeCIDFont(_CHINESE))


def _paragraph(text: str, size: float, colour: str = LIGHT.text, *, bold: bool = False, right: bool = False) -> Any:
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    chinese = sum(map(len, _CJK.findall(text))) > len(text) / 3
    style = ParagraphStyle(
        "text", fontName=_BOLD if bold else _REGULAR, fontSize=size, leading=size * 1.4, textColor=colour,
        splitLongWords=True, spaceAfter=3, wordWrap="CJK" if chinese else None,
    )  # fmt: skip
    if right:
        style.alignment = TA_RIGHT
    return Paragraph(_CJK.sub(rf'<font name="{_CHINESE}">\g<0></font>', escape(text)), style)


def _opening(report: Report, say: Say) -> list[Any]:
    """The title, the verdict and what it rests on."""
    from reportlab.platypus import Spacer

    verdict = report.verification.verdict
    parts = [
        _paragraph(say(report.title), 18, bold=True),
        _paragraph(say(report.made_by), 9, LIGHT.muted),
        Spacer(1, 8),
        _marked(verdict.same, say(verdict.headline), 14, bold=True),
        _paragraph(say(verdict.sentence), 9),
        _paragraph(say(floor_words(report.verification)), 9, LIGHT.muted),
    ]
    step = report.verification.training
    return parts if step is None else [*parts, _marked(step.same, say(step.sentence), 9)]


def _marked(good: bool, text: str, size: float, *, bold: bool = False) -> Any:
    return _paragraph(f"{'✓' if good else '✗'} {text}", size, LIGHT.good if good else LIGHT.bad, bold=bold)


def _picture(plot: ReportPlot, width: float, height: float, say: Say) -> Any:
    """A plot with its heading, as wide as the page but not taller than a part of it."""
    from reportlab.lib.utils import ImageReader
    from reportlab.platypus import Image, KeepTogether, Spacer

    content, _ = png(plot, LIGHT, say)
    across, down = ImageReader(io.BytesIO(content)).getSize()
    scale = min(width / across, _TALLEST * height / down, _PICTURE_SCALE)
    image = Image(io.BytesIO(content), across * scale, down * scale, hAlign="LEFT")
    return KeepTogether(
        [Spacer(1, 10), _paragraph(say(plot.title), 12, bold=True), _paragraph(say(plot.words), 8, LIGHT.muted), image]
    )


def _table(table: Table, width: float) -> list[Any]:
    """A table with its heading; it goes on over pages with its column headings repeated."""
    from reportlab.platypus import CondPageBreak, LongTable, Spacer, TableStyle

    heading = [Spacer(1, 12), CondPageBreak(110), _paragraph(table.title, 12, bold=True)]
    if table.words:
        heading.append(_paragraph(table.words, 8, LIGHT.muted))
    rows = [
        [_paragraph(cell, 6.8, right=place in table.numbers) for place, cell in enumerate(row)] for row in table.rows
    ]
    if table.headings:
        first = [
            _paragraph(cell, 6.8, LIGHT.muted, bold=True, right=place in table.numbers)
            for place, cell in enumerate(table.headings)
        ]
        rows.insert(0, first)
    if not rows:
        return heading
    style = TableStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LIGHT.border),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 8),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ]
    )
    made = LongTable(rows, colWidths=_widths(table, width), repeatRows=1 if table.headings else 0, hAlign="LEFT")
    made.setStyle(style)
    return [*heading, made]


def _widths(table: Table, width: float) -> list[float]:
    """Points of each column: what its widest cell needs, the widest ones cut until all fit beside each other."""
    rows = [*([table.headings] if table.headings else []), *table.rows]
    widths = [max(_width(cell) for cell in column) + 14 for column in zip(*rows, strict=True)]
    while sum(widths) > width and max(widths) > 40:
        widest = max(range(len(widths)), key=widths.__getitem__)
        widths[widest] = max(40.0, widths[widest] - max(4.0, (sum(widths) - width) / len(widths)))
    return widths


def _width(cell: str) -> float:
    """Points that a cell's text takes, each part of it in the font that it is written in."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    chinese = "".join(_CJK.findall(cell))
    return float(stringWidth(_CJK.sub("", cell), _BOLD, 6.8) + stringWidth(chinese, _CHINESE, 6.8))
