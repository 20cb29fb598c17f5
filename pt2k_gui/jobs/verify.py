"""Run the same samples through PyTorch, ONNX Runtime and the converted model and compare what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.jobs.save import wait_for
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice, Verification

if TYPE_CHECKING:
    from pt2k_gui.verify.run import Found


@dataclass(frozen=True)
class Request(Job[Verification]):
    """``folder`` takes the ``.npz`` with the samples and outputs; ``layers`` asks for the layer-by-layer comparison.

    ``converted`` is the Keras model or what it was saved as; ``training`` asks for the comparison of one step of training,
    ``axis_order`` is that of the conversion, for files that don't say it. ``recorded`` is the folder that a
    ``record.Request`` writes to in another process; empty to run the converted file in this one. ``found`` are files that other
    processes write: what they found over the other parts of the samples, of which the first is run here.
    """

    source: Source
    onnx: str
    converted: str
    folder: str
    samples: SampleChoice = field(default_factory=SampleChoice)
    layers: bool = False
    training: bool = False
    axis_order: str = "keras"
    recorded: str = ""
    found: tuple[str, ...] = ()


def run(request: Request, context: Context) -> Verification:
    """Events: ``StageStarted``, ``StageDone``. Raises ``Problem``."""
    from pt2k_gui.sources.loading import load
    from pt2k_gui.verify.verification import verify

    context.progress(0.0, messages.OPENING_MODELS())
    return verify(
        load(request.source, context),
        request.onnx,
        request.converted,
        request.samples,
        request.folder,
        context,
        layers=request.layers,
        training=request.training,
        axis_order=request.axis_order,
        recorded=request.recorded,
        parts=len(request.found) + 1,
        others=lambda: map(_found, request.found),
    )


def _found(file: str) -> Found:
    import pickle

    wait_for(Path(file))
    found: Found = pickle.loads(Path(file).read_bytes())  # our own, written by the process that started this one
    return found
