"""Time the backends at several batch sizes."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SpeedRow


@dataclass(frozen=True)
class Request(Job[tuple[SpeedRow, ...]]):
    """``converted`` is the Keras model or what it was saved as; ``axis_order`` is for files that don't say theirs."""

    source: Source
    onnx: str
    converted: str
    axis_order: str = "keras"


def run(request: Request, context: Context) -> tuple[SpeedRow, ...]:
    """Raises ``Problem``."""
    from pt2k_gui.sources.loading import load
    from pt2k_gui.verify.speed import measure

    loaded = load(request.source, context)
    return measure(loaded, request.onnx, request.converted, context, axis_order=request.axis_order)
