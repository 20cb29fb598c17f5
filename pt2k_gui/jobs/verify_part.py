"""Run one part of a verification's samples; see ``verify``, which takes in what the parts found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice

if TYPE_CHECKING:
    from pt2k_gui.verify.run import Found


@dataclass(frozen=True)
class Request(Job["Found"]):
    """The samples are split into ``parts``; ``number``, from 0, is this one's."""

    source: Source
    onnx: str
    converted: str
    samples: SampleChoice
    number: int
    parts: int
    axis_order: str = "keras"


def run(request: Request, context: Context) -> Found:
    """Raises ``Problem``."""
    from pt2k_gui.sources.loading import load
    from pt2k_gui.verify.parts import measure_part

    context.progress(0.0, messages.OPENING_MODELS())
    return measure_part(
        load(request.source, context),
        request.onnx,
        request.converted,
        request.samples,
        request.number,
        request.parts,
        context,
        request.axis_order,
    )
