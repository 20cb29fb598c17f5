"""Compare two model files: structure, weights, and what they answer on the same inputs."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.graph.diffing import Change
from pt2k_gui.graph.picture import Picture
from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context
from pt2k_gui.verify.two_files import OutputDifference


@dataclass(frozen=True)
class Request(Job["Diff"]):
    """Two files that have a graph; ``seed`` is of the random inputs."""

    left: str
    right: str
    seed: int = 0


@dataclass(frozen=True)
class Diff:
    """Findings of a comparison.

    Attributes:
        same: whether all outputs agree within rounding.
        sentence: that in words, a ``Message``.
        changes: of structure and weights.
        outputs: the differences of the outputs; empty where the files could not be run on the same inputs.
        note: why they could not.
        picture: both graphs.
    """

    same: bool
    sentence: str
    changes: tuple[Change, ...]
    outputs: tuple[OutputDifference, ...]
    note: str
    picture: Picture


def run(request: Request, context: Context) -> Diff:
    """Raises ``Problem`` when a file can't be read."""
    from pt2k_gui.graph.diffing import compare_files
    from pt2k_gui.graph.picture import make_picture
    from pt2k_gui.problem import Problem
    from pt2k_gui.verify.layers import DEPARTS
    from pt2k_gui.verify.two_files import compare_outputs

    context.progress(0.0, messages.READING_GRAPH())
    pair, changes = compare_files(request.left, request.right)
    picture = make_picture(pair)
    context.progress(0.4, messages.RUNNING_BOTH())
    outputs: tuple[OutputDifference, ...] = ()
    note = ""
    try:
        outputs = compare_outputs(request.left, request.right, request.seed)
    except Problem as problem:  # the structure can be looked at all the same
        note = problem.sentence
    same = bool(outputs) and all(row.max_rel <= DEPARTS for row in outputs)
    if not outputs:
        sentence = messages.NOT_RUN(changes=len(changes))
    else:
        say = messages.SAME_ANSWERS if same else messages.OTHER_ANSWERS
        sentence = say(largest=max(row.max_rel for row in outputs), changes=len(changes))
    context.progress(1.0, messages.COMPARED_FILES())
    return Diff(same, sentence, changes, outputs, note, picture)
