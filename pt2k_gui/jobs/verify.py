"""Run the same samples through PyTorch, ONNX Runtime and Keras and compare what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field

from pt2k_gui.context import Context
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice, Verification


@dataclass(frozen=True)
class Request:
    """``folder`` takes the ``.npz`` with the samples and outputs; ``layers`` asks for the layer-by-layer comparison."""

    source: Source
    onnx: str
    keras: str
    folder: str
    samples: SampleChoice = field(default_factory=SampleChoice)
    layers: bool = False


def run(request: Request, context: Context) -> Verification:
    """Events: ``StageStarted``, ``StageDone``. Raises ``Problem``."""
    from pt2k_gui.sources.loading import load
    from pt2k_gui.verify.verification import verify

    context.progress(0.0, "Opening the models")
    return verify(
        load(request.source, context),
        request.onnx,
        request.keras,
        request.samples,
        request.folder,
        context,
        layers=request.layers,
    )
