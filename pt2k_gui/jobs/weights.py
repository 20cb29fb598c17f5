"""Read how the weights of a node are spread on both sides."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.graph.weights import WeightSpread
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context


@dataclass(frozen=True)
class Request(Job[tuple[WeightSpread, ...]]):
    """``files`` are the left and the right one, ``left`` and ``right`` names of weights in them."""

    files: tuple[str, str]
    left: tuple[str, ...]
    right: tuple[str, ...]
    sides: tuple[str, str] = ("PyTorch", "Keras")


def run(request: Request, context: Context) -> tuple[WeightSpread, ...]:
    """One entry an array, the left side's first."""
    from pt2k_gui.graph.weights import read_spreads

    return read_spreads(request.files, request.left, request.right, request.sides)
