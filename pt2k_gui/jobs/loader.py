"""Write a loader for a file of weights whose network PT2K can't make by itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import Source


@dataclass(frozen=True)
class Request(Job[str]):
    """``output`` is the ``.py`` file to write; ``seconds`` is how long reading may take."""

    source: Source
    output: str
    seconds: float = READING_SECONDS


def run(request: Request, context: Context) -> str:
    """The path written. Raises ``Problem`` where the weights can't be read or the file can't be written."""
    from pt2k_gui.sources.inspecting import look_at
    from pt2k_gui.sources.loader import write_loader

    write_loader(request.source, look_at(request.source), Path(request.output))
    context.progress(1.0, messages.WRITTEN())
    return request.output
