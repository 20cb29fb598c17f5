"""PT2K as a library: a model's file in, checked files out, as ``pt2k convert`` does it.

    from pt2k_gui import pipeline

    if __name__ == "__main__":
        outcome = pipeline.run("resnet18.pt2", ["resnet18.keras", "resnet18.tflite"])
        print(outcome.verification.verdict.sentence)

The work is done in child processes, which import the file that started them: hence the line before the call.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.jobs.pipeline import Outcome, Pipeline, Plan, pipeline
from pt2k_gui.progress import Context, SilentContext
from pt2k_gui.save.formats import format_of
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice

__all__ = ["Outcome", "Pipeline", "Plan", "pipeline", "run"]


def run(
    model: str | Path | Source,
    outputs: Sequence[str | Path] = (),
    *,
    input_shapes: Sequence[str] = (),
    input_types: Sequence[str] = (),
    input_ranges: Sequence[str] = (),
    samples: SampleChoice | None = None,
    engine: str = "native",
    axis_order: str = "keras",
    trainable: bool = False,
    layers: bool = False,
    overwrite: bool = False,
    context: Context | None = None,
    seconds: float = READING_SECONDS,
    memory: float = 0.0,
) -> Outcome:
    """Open, export, convert, compare, and write.

    Args:
        model: the file, or a ``Source`` where more has to be said of it (a class, arguments, consent).
        outputs: the files to write, each in the format of its ending; none to convert and compare only.
        input_shapes, input_types, input_ranges: as on the command line, such as ``"x=N,3,224,224"``.
        samples: what to compare with; without it, the digits where the model takes them, else random values.
        engine, axis_order, trainable: of the conversion.
        layers: compare layer by layer too.
        overwrite: replace files that are there.
        context: is told of progress, log lines and stages.
        seconds: how long reading the model may take.
        memory: GiB that each of the processes may take; 0 for most of the machine's.

    Raises:
        Problem: the model can't be used or converted, or a file can't be written. Converted files that give other answers are
            no problem but an outcome: see ``Outcome.ok``.
    """
    plan = Plan(
        source=model if isinstance(model, Source) else Source(str(model)),
        targets=tuple((format_of(str(output)).name, str(output)) for output in outputs),
        shapes=tuple(input_shapes),
        types=tuple(input_types),
        ranges=tuple(input_ranges),
        samples=samples or SampleChoice(""),
        engine=engine,
        axis_order=axis_order,
        trainable=trainable,
        layers=layers,
        overwrite=overwrite,
    )
    with pipeline(context or SilentContext(), seconds, memory) as steps:
        return steps.whole(plan)
