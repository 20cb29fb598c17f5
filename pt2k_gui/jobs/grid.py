"""Draw the grid of sample digits with each backend's prediction into a picture file."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context
from pt2k_gui.verify.result import Verification


@dataclass(frozen=True)
class Request(Job[str]):
    """``output`` is a ``.png``; ``rows`` x ``columns`` samples from ``first`` on."""

    verification: Verification
    output: str
    rows: int = 2
    columns: int = 5
    first: int = 0


def run(request: Request, context: Context) -> str:
    """The path written. Raises ``Problem`` when it can't be, or when the samples are no images."""
    from pt2k_gui.report.plots import save_grid

    save_grid(request.verification, request.output, rows=request.rows, columns=request.columns, first=request.first)
    return request.output
