"""Write the report of a whole walk as HTML, PDF or JSON, by its ending."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.languages import ENGLISH
from pt2k_gui.progress import Context
from pt2k_gui.report.document import Results
from pt2k_gui.verify.result import Verification


@dataclass(frozen=True)
class Request(Job[tuple[str, ...]]):
    """``outputs``: the ``.html``, ``.pdf`` and ``.json`` files to write; ``language``: a key of ``LANGUAGES``."""

    outputs: tuple[str, ...]
    verification: Verification
    results: Results
    language: str = ENGLISH


def run(request: Request, context: Context) -> tuple[str, ...]:
    """The paths written. Raises ``Problem`` when one can't be."""
    from pt2k_gui.report.writing import make_report, write_report

    report = make_report(request.verification, request.results)
    for number, output in enumerate(request.outputs):
        context.progress(number / len(request.outputs), messages.WRITING(file=output))
        write_report(output, report, request.language)
    context.progress(1.0, messages.REPORT_WRITTEN())
    return request.outputs
