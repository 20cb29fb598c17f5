"""Time the backends at several batch sizes."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.context import Context
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SpeedRow


@dataclass(frozen=True)
class Request:
    source: Source
    onnx: str
    keras: str


def run(request: Request, context: Context) -> tuple[SpeedRow, ...]:
    """Raises ``Problem``."""
    from pt2k_gui.sources.loading import load
    from pt2k_gui.verify.speed import measure

    return measure(load(request.source, context), request.onnx, request.keras, context)
