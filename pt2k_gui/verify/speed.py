"""Times the backends at several batch sizes: median and spread after a warm-up, in turn, so that noise hits all alike."""

from __future__ import annotations

import statistics
import time

from pt2k_gui.context import Context
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify.converted import open_converted
from pt2k_gui.verify.result import SpeedRow
from pt2k_gui.verify.runners import OnnxRuntimeRunner, PyTorchRunner, Runner
from pt2k_gui.verify.samples import batch_size, random_array
from pt2k_gui.verify.verification import onnx_inputs

BATCHES = (1, 16, 256)
_RUNS = 9
_WARM = 2
_SECONDS = 3.0  # a backend and batch size gets no more than about this


def measure(
    loaded: LoadedModel, onnx: str, converted: str, context: Context, *, axis_order: str = "keras"
) -> tuple[SpeedRow, ...]:
    """Seconds a batch of random values takes in each backend. Raises ``Problem`` when a file can't be opened."""
    import numpy as np

    inputs = onnx_inputs(onnx, loaded)
    fixed = batch_size(inputs)
    runners: list[Runner] = [*([PyTorchRunner(loaded)] if loaded.module is not None else []), OnnxRuntimeRunner(onnx)]
    runners.append(open_converted(converted, onnx, axis_order=axis_order))
    for runner in runners:
        runner.open()
    rows: list[SpeedRow] = []
    sizes = (fixed,) if fixed else BATCHES
    for place, size in enumerate(sizes):
        context.progress(place / len(sizes), f"Timing a batch of {size}")
        generator = np.random.default_rng(size)
        batch = tuple(random_array(spec, size, generator) for spec in inputs)
        for runner in runners:
            for _ in range(_WARM):
                runner.run(batch)
        times: dict[str, list[float]] = {runner.backend: [] for runner in runners}
        began = time.perf_counter()
        for _ in range(_RUNS):
            for runner in runners:
                start = time.perf_counter()
                runner.run(batch)
                times[runner.backend].append(time.perf_counter() - start)
            if time.perf_counter() - began > _SECONDS * len(runners):
                break
        for backend, seconds in times.items():
            rows.append(SpeedRow(backend, size, statistics.median(seconds), min(seconds), max(seconds)))
    for runner in runners:
        runner.close()
    context.progress(1.0, "Timed")
    return tuple(rows)
