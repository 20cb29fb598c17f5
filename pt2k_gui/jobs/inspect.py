"""Tell what a file is and what is needed to open it: consent, a class, its arguments, or nothing more."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.jobs.job import Job
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspection import Inspection


@dataclass(frozen=True)
class Request(Job[Inspection]):
    """``seconds`` is how long reading may take."""

    source: Source
    seconds: float = READING_SECONDS


def run(request: Request, context: Context) -> Inspection:
    """Raises ``Problem`` for a file that can't be used at all."""
    from pt2k_gui.sources.inspecting import inspect

    return inspect(request.source, context)
