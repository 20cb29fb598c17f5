"""Read the graph of a model that was not converted yet: it is exported for it."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.graph.picture import Picture
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context, SpanContext
from pt2k_gui.sources.card import Source, TensorSpec


@dataclass(frozen=True)
class Request(Job[Picture]):
    """``onnx`` is the file to write and read; ``exported`` says that it is there already."""

    source: Source
    inputs: tuple[TensorSpec, ...]
    onnx: str
    exported: bool = False


def run(request: Request, context: Context) -> Picture:
    """Events: ``StageStarted``, ``StageDone``. Raises ``Problem`` when the model can't be exported."""
    from pt2k_gui.jobs import export, graph

    if not request.exported:
        wanted = export.Request(request.source, request.inputs, request.onnx)
        export.run(wanted, SpanContext(context, 0.0, 0.8))
    side = "ONNX" if request.source.path.endswith(".onnx") else "PyTorch"
    return graph.run(graph.Request(request.onnx, side=side), SpanContext(context, 0.8, 1.0))
