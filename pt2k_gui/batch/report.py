"""The report over many models: one page, or one JSON object, with a row for each."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pt2k_gui
from pt2k_gui.batch import messages
from pt2k_gui.batch.reading import require_report_name
from pt2k_gui.batch.running import counts
from pt2k_gui.batch.task import DIFFERENT, FAILED, SAME, Finished, TaskResult
from pt2k_gui.files import write_text
from pt2k_gui.json_data import plain
from pt2k_gui.languages import ENGLISH
from pt2k_gui.report.document import Machine, machine
from pt2k_gui.report.messages import MADE_BY
from pt2k_gui.report.writing import render_page

SCHEMA = "pt2k-batch-report-1"
WORDS = {SAME: messages.STATE_SAME, DIFFERENT: messages.STATE_DIFFERENT, FAILED: messages.STATE_FAILED}


@dataclass(frozen=True)
class BatchReport:
    """All that the report tells; the JSON holds these fields.

    Args:
        schema: the version of this structure.
        pt2k: the version of PT2K; made: date and time, ISO 8601.
        ok: whether every model gives the same answers.
        same, different, failed: how many.
        seconds: that the models took, added up.
        machine: where the report was made.
        models: one for each, in order.
    """

    schema: str
    pt2k: str
    made: str
    ok: bool
    same: int
    different: int
    failed: int
    seconds: float
    machine: Machine
    models: tuple[TaskResult, ...]

    @property
    def sentence(self) -> str:
        """The answer in words."""
        parts = [messages.SAME_OF(same=self.same, count=len(self.models))]
        parts += [messages.SOME_NOT(count=self.different)] if self.different else []
        parts += [messages.SOME_UNUSABLE(count=self.failed)] if self.failed else []
        return messages.ANSWER(parts=parts)


def batch_report(results: Sequence[Finished]) -> BatchReport:
    """The report on these results."""
    same, different, failed = counts(results)
    return BatchReport(
        schema=SCHEMA,
        pt2k=pt2k_gui.__version__,
        made=datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        ok=same == len(results),
        same=same,
        different=different,
        failed=failed,
        seconds=sum(done.result.seconds for done in results),
        machine=machine(),
        models=tuple(done.result for done in results),
    )


def write_batch_report(output: str, results: Sequence[Finished], language: str = ENGLISH) -> None:
    """Write it as ``.html``, in a language of ``LANGUAGES``, or ``.json``.

    Raises:
        Problem: another ending, or the file can't be written.
    """
    require_report_name(output)
    report = batch_report(results)
    if output.lower().endswith(".json"):
        write_text(output, json.dumps(plain(report), indent=1, allow_nan=False, ensure_ascii=False))
    else:
        write_text(output, _html(report, language))


def _html(report: BatchReport, language: str) -> str:
    return render_page(
        "batch.html.jinja",
        language,
        [Path(__file__).parent],
        report=report,
        title=messages.REPORT_TITLE(count=len(report.models)),
        made_by=MADE_BY(version=report.pt2k, made=report.made.replace("T", " ")),
        work=messages.WORK_SECONDS(seconds=report.seconds),
        cores=messages.PROCESSOR_CORES(processor=report.machine.processor, cores=report.machine.cores),
        batch=messages,
        words=WORDS,
        file_name=lambda path: Path(path).name,
    )
