"""Keep a conversion that was saved in the history, and write a report from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.digits.history import Trained
from pt2k_gui.export.result import Exported
from pt2k_gui.jobs.job import Job
from pt2k_gui.jobs.pipeline import Outcome, Plan
from pt2k_gui.progress import Context
from pt2k_gui.report.document import Settings
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import ModelInfo
from pt2k_gui.verify.result import SpeedRow, Verification

if TYPE_CHECKING:
    from pt2k_gui.convert.report import ConversionReport


@dataclass(frozen=True)
class Request(Job[int]):
    """``export``: the number of a conversion in the history whose report is written to ``output``; else the rest is what to
    keep, and the answer its number."""

    verification: Verification | None = None
    card: ModelInfo | None = None
    exported: Exported | None = None
    conversion: ConversionReport | None = None
    saved: tuple[SavedFile, ...] = ()
    settings: Settings | None = None
    trained: Trained | None = None
    speed: tuple[SpeedRow, ...] = ()
    export: int = 0
    output: str = ""


def run(request: Request, context: Context) -> int:
    """Raises ``Problem`` where the history or the report can't be written."""
    from pt2k_gui.history.keeping import export, keep

    if request.export:
        export(request.export, request.output)
        return request.export
    assert request.card is not None and request.exported is not None
    assert request.conversion is not None and request.settings is not None
    return keep(
        request.verification,
        card=request.card,
        exported=request.exported,
        conversion=request.conversion,
        saved=request.saved,
        settings=request.settings,
        trained=request.trained,
        speed=request.speed,
    )


def keep_outcome(plan: Plan, outcome: Outcome) -> None:
    """Keep what a pipeline made, if it wrote files. Raises ``Problem`` where the history can't be written."""
    from pt2k_gui.history.keeping import keep

    if outcome.saved:
        keep(
            outcome.verification,
            card=outcome.card,
            exported=outcome.exported,
            conversion=outcome.report,
            saved=outcome.saved,
            settings=Settings(plan.source, plan.engine, plan.axis_order, plan.trainable),
        )
