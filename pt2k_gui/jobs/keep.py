"""Keep a conversion that was saved in the history."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.jobs.job import Job
from pt2k_gui.jobs.pipeline import Outcome, Plan
from pt2k_gui.progress import Context
from pt2k_gui.report.document import Results, Settings
from pt2k_gui.verify.result import Verification


@dataclass(frozen=True)
class Request(Job[int]):
    """``verification``: None where the conversion was saved without a check. The answer is its number in the history."""

    results: Results
    verification: Verification | None


def run(request: Request, context: Context) -> int:
    """Raises ``Problem`` where the history can't be written."""
    from pt2k_gui.history.keeping import keep

    return keep(request.results, request.verification)


def results_of(plan: Plan, outcome: Outcome) -> Results:
    """Results of a pipeline, for a report or the history."""
    settings = Settings(plan.source, plan.engine, plan.axis_order, plan.trainable)
    return Results(settings, outcome.card, outcome.exported, outcome.report, saved=outcome.saved)


def keep_outcome(plan: Plan, outcome: Outcome) -> None:
    """Keep what a pipeline made, if it wrote files. Raises ``Problem`` where the history can't be written."""
    from pt2k_gui.history.keeping import keep

    if outcome.saved:
        keep(results_of(plan, outcome), outcome.verification)
