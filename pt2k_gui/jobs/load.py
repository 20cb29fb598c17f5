"""Open a model file and tell what it is."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.jobs.job import Job
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import ModelInfo, Source


@dataclass(frozen=True)
class Request(Job[ModelInfo]):
    """``seconds`` is how long reading may take."""

    source: Source
    seconds: float = READING_SECONDS


def run(request: Request, context: Context) -> ModelInfo:
    """The model's card. Raises ``Problem`` for anything that can't be used."""
    from pt2k_gui.sources.loading import load

    return load(request.source, context).card
