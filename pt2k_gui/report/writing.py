"""Writes the report of a conversion as one self-contained HTML file, as PDF, or as JSON."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pt2k_gui
from pt2k_gui.files import write_bytes, write_text
from pt2k_gui.json_data import plain
from pt2k_gui.languages import ENGLISH, catalogue_of
from pt2k_gui.palette import DARK, LIGHT
from pt2k_gui.problem import Problem
from pt2k_gui.report import messages
from pt2k_gui.report.document import SCHEMA, Report, Results, SavedRow, machine
from pt2k_gui.save.result import SavedFile
from pt2k_gui.verify.result import FileHash, Verification

if TYPE_CHECKING:
    from pt2k_gui.report.figures import ReportPlot
    from pt2k_gui.report.plots import Say

ENDINGS = (".html", ".json", ".pdf")
_PIXELS = 103  # of an inch of a plot in the page, which is 930 wide


def make_report(verification: Verification, results: Results) -> Report:
    """The report on a walk, made now on this machine."""
    return Report(**made_here(results), same=verification.same and all_same(results.saved), verification=verification)


def made_here(results: Results) -> dict[str, Any]:
    """The fields of a report that any walk has, checked or not: the results, with date, machine and versions of now."""
    return {
        "schema": SCHEMA,
        "pt2k": pt2k_gui.__version__,
        "made": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "machine": machine(),
        "settings": results.settings,
        "model": results.model,
        "training": results.training,
        "export": results.export,
        "conversion": results.conversion,
        "speed": results.speed,
        "saved": tuple(map(_saved_row, results.saved)),
    }


def all_same(saved: Iterable[SavedFile]) -> bool:
    """Whether each file opens and agrees."""
    return all(file.same for file in saved)


def write_report(output: str, report: Report, language: str = ENGLISH) -> None:
    """Write a report; the ending of ``output`` chooses the format (.html, .pdf or .json).

    Args:
        language: a key of ``LANGUAGES``, for HTML and PDF; JSON is data, and the same in every language.

    Raises:
        Problem: another ending, or the file can't be written.
    """
    ending = _require_ending(output)
    if ending == ".json":
        write_text(output, json.dumps(plain(report), indent=1, allow_nan=False, ensure_ascii=False))
    elif ending == ".html":
        write_text(output, _html(report, language))
    else:
        from pt2k_gui.report.pdf import pdf

        write_bytes(output, pdf(report, catalogue_of(language).render))


def _require_ending(output: str) -> str:
    ending = Path(output).suffix.lower()
    if ending not in ENDINGS:
        raise Problem(messages.CANNOT_WRITE_AS(output=output), hint=messages.USE_ENDING(endings=list(ENDINGS)))
    return ending


def _saved_row(file: SavedFile) -> SavedRow:
    from pt2k_gui.verify.provenance import file_hash

    known = file_hash("", file.path) if Path(file.path).exists() else FileHash("", file.path, file.size, "")
    return SavedRow(file.format, file.path, known.size, known.sha256, file.difference, file.same, file.detail)


def _html(report: Report, language: str) -> str:
    from pt2k_gui.report.figures import report_plots
    from pt2k_gui.report.tables import floor_words, report_tables

    say = catalogue_of(language).render
    return render_page(
        "report.html.jinja",
        language,
        report=report,
        samples=messages.SAMPLES_FROM(count=report.verification.samples, source=report.verification.sample_source),
        floor=floor_words(report.verification),
        plots=[_shown(plot, say) for plot in report_plots(report)],
        tables=report_tables(report),
        summary=report.conversion.summary if report.conversion is not None else "",
    )


def render_page(name: str, language: str, folders: Iterable[Path] = (), **values: Any) -> str:
    """A page from its Jinja template, with our colours and all texts in a language.

    Args:
        name: of the template, in this folder or one of ``folders``.
        language: a key of ``LANGUAGES``; the template's filter ``say`` says a ``Message`` in it.
        values: for the template; ``messages`` and the colours are there already.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, Path(__file__).parent]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["say"] = catalogue_of(language).render
    colours = {"light": dataclasses.asdict(LIGHT), "dark": dataclasses.asdict(DARK)}
    language = language.replace("_", "-")
    text: str = environment.get_template(name).render(language=language, messages=messages, **colours, **values)
    return text


def _shown(plot: ReportPlot, say: Say) -> dict[str, Any]:
    """A plot as the page shows it, for the light and the dark theme."""
    from pt2k_gui.report.figures import png

    (light, width), (dark, _) = png(plot, LIGHT, say), png(plot, DARK, say)
    return {
        "title": plot.title,
        "words": plot.words,
        "light": base64.b64encode(light).decode(),
        "dark": base64.b64encode(dark).decode(),
        "width": round(width * _PIXELS),
    }
