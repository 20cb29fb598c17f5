"""Export a model to ONNX and check the file."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.export.result import Exported
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import Source, TensorSpec


@dataclass(frozen=True)
class Request(Job[Exported]):
    """``inputs`` as chosen on the Input page; ``output`` is the ``.onnx`` to write, ``ahead`` takes a copy before it is
    compared with PyTorch."""

    source: Source
    inputs: tuple[TensorSpec, ...]
    output: str
    trainable: bool = False
    ahead: str = ""


def run(request: Request, context: Context) -> Exported:
    """Events: ``StageStarted``, ``StageDone``, ``FileChecked``. Raises ``Problem``."""
    from pt2k_gui.export.exporting import export
    from pt2k_gui.sources.loading import load

    return export(
        load(request.source, context),
        request.inputs,
        request.output,
        trainable=request.trainable,
        context=context,
        ahead=request.ahead,
    )
