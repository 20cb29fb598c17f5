"""Compute what one layer gives for one sample that a check kept, on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Request(Job["Activation"]):
    """``arrays`` is the file with the samples of a check, ``number`` one of those that it kept in their shapes, from 0."""

    onnx: str
    keras: str
    arrays: str
    layer: str
    number: int = 0


@dataclass(frozen=True)
class Activation:
    """The ONNX graph's value and the Keras layer's, of one sample, in ONNX's axes."""

    layer: str
    expected: np.ndarray
    actual: np.ndarray


def run(request: Request, context: Context) -> Activation:
    """Raises ``Problem`` where the sample was not kept, or the layer computes no value of the ONNX graph."""
    from pt2k_gui.verify.layers import layer_values

    context.progress(0.0, messages.COMPUTING_LAYER(layer=request.layer))
    batch = [array[request.number : request.number + 1] for array in kept_inputs(request.arrays)]
    if not len(batch[0]):
        raise Problem(messages.NO_KEPT_SAMPLE(), hint=messages.CHECK_AGAIN())
    found = layer_values(request.onnx, request.keras, request.layer, batch)
    if found is None:
        raise Problem(messages.NO_LAYER_VALUE(layer=request.layer), hint=messages.NATIVE_ENGINE())
    return Activation(request.layer, *found)


def kept_inputs(path: str) -> list[np.ndarray]:
    """The inputs of the samples that a check kept, one array an input, in ONNX's axes.

    Raises:
        Problem: it kept none.
    """
    import numpy as np

    with np.load(path) as stored:
        names = [name for name in stored.files if name.startswith("look_input_")]
        batch = [stored[name] for name in sorted(names, key=lambda name: int(name.rpartition("_")[2]))]
    if not batch:
        raise Problem(messages.NO_KEPT_SAMPLE(), hint=messages.CHECK_AGAIN())
    return batch
