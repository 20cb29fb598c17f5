"""One image through the three backends: for a digit drawn with the mouse. The child keeps the opened models."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import Prediction


@dataclass(frozen=True)
class Request(Job[Prediction]):
    """``image`` holds 28 x 28 grey values row by row, 0 (background) to 255."""

    source: Source
    onnx: str
    keras: str
    image: bytes


def run(request: Request, context: Context) -> Prediction:
    """Raises ``Problem`` if the model does not take digits."""
    from pt2k_gui.verify.predict import predict

    return predict(request.source, request.onnx, request.keras, request.image, context)
