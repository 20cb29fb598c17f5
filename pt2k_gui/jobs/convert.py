"""Convert an ONNX file to a Keras model and write it as a ``.keras`` file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.files import file_size
from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context, stage

if TYPE_CHECKING:
    from pt2k_gui.convert.report import ConversionReport


@dataclass(frozen=True)
class Request(Job["Converted"]):
    """``onnx`` is what an export wrote; ``output`` is the ``.keras`` to write; ``name`` is the model's in Keras, where it is
    not that of the ONNX graph. With ``to_be_saved`` the process that will open saved files again starts when the model is
    converted: it imports the frameworks while the model is being compared."""

    onnx: str
    output: str
    engine: str = "native"
    axis_order: str = "keras"
    trainable: bool = False
    name: str = ""
    to_be_saved: bool = False


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
    context.progress(0.0, messages.BUILDING())
    with stage(context, messages.STAGE_BUILD()) as result:
        conversion = convert(
            request.onnx,
            engine=request.engine,
            axis_order=request.axis_order,
            trainable=request.trainable,
            name=request.name,
            progress=lambda fraction, text: context.progress(0.8 * fraction, text),
        )
        report = conversion.report
        result.text = messages.LAYERS_PARAMETERS(layers=report.layer_count, parameters=report.parameters)
    context.progress(0.85, messages.WRITING_KERAS())
    with stage(context, messages.STAGE_WRITE()) as result:
        save_model(conversion, request.output)
        size = Path(request.output).stat().st_size
        result.text = messages.FILE_SIZE(size=file_size(size))
    if request.to_be_saved:
        from pt2k_gui.save.formats import format_named
        from pt2k_gui.save.fresh_process import start_ahead

        start_ahead(dict.fromkeys((*format_named("keras").runs_with, *format_named("tflite").runs_with)))
    for note in report.notes:
        context.log(note)
    context.progress(1.0, messages.CONVERTED())
    return Converted(request.output, size, report, time.perf_counter() - began)
