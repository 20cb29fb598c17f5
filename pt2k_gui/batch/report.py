"""The report over many models: one page, or one JSON object, with a row for each."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pt2k_gui
from pt2k_gui.batch.reading import require_report_name
from pt2k_gui.batch.running import counts
from pt2k_gui.batch.task import DIFFERENT, FAILED, SAME, Finished, TaskResult
from pt2k_gui.files import write_text
from pt2k_gui.json_data import plain
from pt2k_gui.palette import DARK, LIGHT
from pt2k_gui.report.document import Machine, machine

SCHEMA = "pt2k-batch-report-1"
WORDS = {SAME: "same answers", DIFFERENT: "different answers", FAILED: "can't be used"}


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
        parts = [f"{self.same} of {len(self.models)} models give the same answers"]
        parts += [f"{self.different} not"] if self.different else []
        parts += [f"{self.failed} can't be used"] if self.failed else []
        return f"{', '.join(parts)}."


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


def write_batch_report(output: str, results: Sequence[Finished]) -> None:
    """Write it as ``.html`` or ``.json``. Raises ``Problem`` for another ending, or where it can't be written."""
    require_report_name(output)
    report = batch_report(results)
    if output.lower().endswith(".json"):
        write_text(output, json.dumps(plain(report), indent=1, allow_nan=False, ensure_ascii=False))
    else:
        write_text(output, _html(report))


def _html(report: BatchReport) -> str:
    import jinja2

    from pt2k_gui import report as single

    places = [Path(__file__).parent, Path(single.__file__).parent]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(places), autoescape=True, undefined=jinja2.StrictUndefined
    )
    text: str = environment.get_template("batch.html.jinja").render(
        report=report,
        made=report.made.replace("T", " "),
        light=dataclasses.asdict(LIGHT),
        dark=dataclasses.asdict(DARK),
        words=WORDS,
        file_name=lambda path: Path(path).name,
    )
    return text
