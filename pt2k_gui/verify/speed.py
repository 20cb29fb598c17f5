"""Times the backends at several batch sizes: median and spread, in turn, so that noise hits all alike."""

from __future__ import annotations

import statistics
from functools import partial

from pt2k_gui.progress import Context
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify import messages
from pt2k_gui.verify.benchmark import in_turn
from pt2k_gui.verify.converted import open_converted
from pt2k_gui.verify.onnx_signature import onnx_inputs
from pt2k_gui.verify.result import SpeedRow
from pt2k_gui.verify.runners import opened, originals
from pt2k_gui.verify.samples.base import batch_size
from pt2k_gui.verify.samples.gather import random_array

BATCHES = (1, 16, 256)
_ROUNDS = 5
_CALLS = 3
_SECONDS = 3.0  # a backend and batch size gets no more than about this


def measure(
    loaded: LoadedModel, onnx: str, converted: str, context: Context, *, axis_order: str = "keras"
) -> tuple[SpeedRow, ...]:
    """Seconds a batch of random values takes in each backend. Raises ``Problem`` when a file can't be opened."""
    import numpy as np

    inputs = onnx_inputs(onnx, loaded)
    fixed = batch_size(inputs)
    runners = [*originals(loaded, onnx, spinning=True), open_converted(converted, onnx, axis_order=axis_order)]
    rows: list[SpeedRow] = []
    sizes = (fixed,) if fixed else BATCHES
    with opened(runners):
        for place, size in enumerate(sizes):
            context.progress(place / len(sizes), messages.TIMING(size=size))
            generator = np.random.default_rng(size)
            batch = tuple(random_array(spec, size, generator) for spec in inputs)
            calls = {runner.backend: partial(runner.run, batch) for runner in runners}
            for call in calls.values():
                call()  # what is done once for a batch of this size
            times = in_turn(calls, _ROUNDS, calls=_CALLS, patience=_SECONDS)
            for backend, seconds in times.items():
                rows.append(SpeedRow(backend, size, statistics.median(seconds), min(seconds), max(seconds)))
    context.progress(1.0, messages.TIMED())
    return tuple(rows)
