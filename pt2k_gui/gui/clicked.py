"""Writes what was clicked in the window as a pipeline file that repeats it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.jobs.pipeline import Plan

if TYPE_CHECKING:
    from pt2k_gui.batch.reading import PipelineFile
    from pt2k_gui.gui.record import Conversion
    from pt2k_gui.gui.settings import Settings
    from pt2k_gui.sources.card import TensorSpec
    from pt2k_gui.verify.result import SampleChoice


def pipeline_of(
    conversion: Conversion,
    proposed: Sequence[TensorSpec],
    samples: SampleChoice,
    folder: str,
    name: str,
    formats: Sequence[str],
    settings: Settings,
) -> PipelineFile:
    """The file that makes this conversion again, with files of that name in that folder.

    Args:
        proposed: the inputs that the model's own file proposes; what is as there is not said again.
    """
    from pt2k_gui.batch.reading import PipelineFile
    from pt2k_gui.batch.task import Task, with_targets

    shapes, types, ranges = _texts(conversion.inputs, {spec.name: spec for spec in proposed})
    options = conversion.options
    plan = Plan(
        conversion.source,
        (),
        shapes,
        types,
        ranges,
        samples,
        options.engine,
        options.axis_order,
        options.trainable,
    )
    task = Task(name, with_targets(plan, Path(folder), name, formats))
    return PipelineFile(
        (task,), Path(folder), time_limit=settings.reading_seconds, memory_limit=settings.memory_gib
    )  # fmt: skip


def _texts(
    inputs: Sequence[TensorSpec], proposed: dict[str, TensorSpec]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Shapes, types and ranges as ``parse_inputs`` reads them, where they are not those that are proposed."""
    shapes, types, ranges = [], [], []
    for spec in inputs:
        usual = proposed.get(spec.name)
        if usual is None or spec.shape != usual.shape:
            text = ",".join("N" if size == "batch" else str(size) for size in spec.shape) or "scalar"
            shapes.append(f"{spec.name}={text}")
        if usual is None or spec.dtype != usual.dtype:
            types.append(f"{spec.name}={spec.dtype}")
        if (
            spec.low is not None
            and spec.high is not None
            and (usual is None or (spec.low, spec.high) != (usual.low, usual.high))
        ):
            ranges.append(f"{spec.name}={spec.low}..{spec.high - 1}")
    return tuple(shapes), tuple(types), tuple(ranges)
