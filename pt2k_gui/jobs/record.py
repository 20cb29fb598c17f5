"""Run the converted model on the samples, for a comparison that goes on in another process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import ModelInfo
from pt2k_gui.verify.result import SampleChoice


@dataclass(frozen=True)
class Request(Job[None]):
    """``keras`` was made of ``onnx``, and that of the model that ``card`` describes; ``folder`` is where ``verify.Request``
    finds what it gives."""

    onnx: str
    keras: str
    card: ModelInfo
    samples: SampleChoice
    folder: str


def run(request: Request, context: Context) -> None:
    """Raises ``Problem`` when the model can't be opened or run."""
    from pt2k_gui.verify.recorded import record

    record(request.onnx, request.keras, request.card, request.samples, Path(request.folder), context)
