"""Measure how long each node of the ONNX graph and each layer of the Keras model takes."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context


@dataclass(frozen=True)
class Request(Job["Times"]):
    """``arrays`` is the file with the samples of a check; those that it kept are run as one batch."""

    onnx: str
    keras: str
    arrays: str


@dataclass(frozen=True)
class Times:
    """Seconds for the batch, by the names of the ONNX nodes and of the Keras layers."""

    onnx: dict[str, float]
    keras: dict[str, float]


def run(request: Request, context: Context) -> Times:
    """Raises ``Problem`` where no sample was kept, or a file can't be opened."""
    from pt2k_gui.jobs.activation import kept_inputs
    from pt2k_gui.verify.node_times import keras_times, onnx_times

    context.progress(0.0, messages.TIMING_NODES())
    batch = kept_inputs(request.arrays)
    onnx = onnx_times(request.onnx, batch)
    context.progress(0.5, messages.TIMING_NODES())
    return Times(onnx, keras_times(request.keras, batch))
