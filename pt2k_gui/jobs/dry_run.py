"""Run the model once on random input of the chosen shapes: what comes out, or which layer refuses and why."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.export.result import DryRun
from pt2k_gui.jobs.job import Job
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import Source, TensorSpec


@dataclass(frozen=True)
class Request(Job[DryRun]):
    """``seconds`` is how long it may take."""

    source: Source
    inputs: tuple[TensorSpec, ...]
    seconds: float = READING_SECONDS


def run(request: Request, context: Context) -> DryRun:
    """Raises ``Problem`` naming the layer that refused."""
    from pt2k_gui.export.dry_run import dry_run
    from pt2k_gui.sources.loading import load

    return dry_run(load(request.source, context), request.inputs)
