"""Convert an ONNX file to a Keras model and write it as a ``.keras`` file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context, stage

if TYPE_CHECKING:
    from pt2k_gui.convert.report import ConversionReport


@dataclass(frozen=True)
class Request(Job["Converted"]):
    """``onnx`` is what an export wrote; ``output`` is the ``.keras`` to write."""

    onnx: str
    output: str
    engine: str = "native"
    axis_order: str = "keras"
    trainable: bool = False


@dataclass(frozen=True)
class Converted:
    """The ``.keras`` file, its size in bytes, what became of each ONNX node, and the seconds it took."""

    path: str
    size: int
    report: ConversionReport
    seconds: float


def run(request: Request, context: Context) -> Converted:
    """Events: ``StageStarted``, ``StageDone``. Raises ``Problem`` (``UnsupportedOperators``, all at once)."""
    import time

    from pt2k_gui.convert import convert, save_model

    began = time.perf_counter()
    context.progress(0.0, "Building the Keras model")
    with stage(context, "Build the Keras model") as result:
        conversion = convert(
            request.onnx,
            engine=request.engine,
            axis_order=request.axis_order,
            trainable=request.trainable,
            progress=lambda fraction, text: context.progress(0.8 * fraction, text),
        )
        report = conversion.report
        result.text = f"{report.layer_count} layers, {report.parameters:,} parameters"
    context.progress(0.85, "Writing the .keras file")
    with stage(context, "Write the .keras file") as result:
        save_model(conversion, request.output)
        size = Path(request.output).stat().st_size
        result.text = f"{size / 1e6:.1f} MB"
    for note in report.notes:
        context.log(note)
    context.progress(1.0, "Converted")
    return Converted(request.output, size, report, time.perf_counter() - began)
