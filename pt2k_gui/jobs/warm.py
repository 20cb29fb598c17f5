"""Import what the next job needs while nothing else can be done yet."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context


@dataclass(frozen=True)
class Request(Job[None]):
    """``modules`` are imported here; ``reopening`` are what the process that opens saved files again will need: where there
    are some, it is started too."""

    modules: tuple[str, ...]
    reopening: tuple[str, ...] = ()


def run(request: Request, context: Context) -> None:
    """Raises ``ImportError`` for a module that is not there."""
    for name in request.modules:
        importlib.import_module(name)
    if request.reopening:
        from pt2k_gui.save.fresh_process import start_ahead

        start_ahead(request.reopening)
