"""How long each part of a model takes: ONNX Runtime's own profile, and Keras layer by layer. For a comparison of parts with each
other: what the backends fuse when they run the whole is apart here, so the sum is more than the model takes."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.files import scratch_folder
from pt2k_gui.sources.onnx_session import onnx_session
from pt2k_gui.verify.runners import KerasRunner

if TYPE_CHECKING:
    import numpy as np

_RUNS = 4  # the first one warms up and does not count
_KERNEL = "_kernel_time"


def onnx_times(path: str, batch: Sequence[np.ndarray]) -> dict[str, float]:
    """Median seconds of each node by its name, with the graph as it is in the file."""
    with scratch_folder() as folder:
        session = onnx_session(path, optimize=False, spinning=True, profile=str(folder / "profile"))
        feeds = {value.name: array for value, array in zip(session.get_inputs(), batch, strict=True)}
        for _ in range(_RUNS):
            session.run(None, feeds)
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    found: dict[str, list[float]] = {}
    for event in events:
        name = str(event.get("name", ""))
        if event.get("cat") == "Node" and name.endswith(_KERNEL):
            found.setdefault(name.removesuffix(_KERNEL), []).append(event["dur"] / 1e6)
    # A node in a loop is called several times a run.
    return {name: sum(took) / len(took) if len(took) != _RUNS else _settled(took) for name, took in found.items()}


def keras_times(path: str, batch: Sequence[np.ndarray]) -> dict[str, float]:
    """Median seconds of each layer by its name, one after another without a compiled graph."""
    import keras

    runner = KerasRunner(path)
    runner.open()
    model = runner.model
    arrays = [keras.ops.convert_to_tensor(array) for array in runner.arrange(batch)]
    found: dict[str, list[float]] = {}

    def timed(operation: Any) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            began = time.perf_counter()
            result = operation(*arguments, **keywords)
            found.setdefault(operation.name, []).append(time.perf_counter() - began)
            return result

        return call

    if not hasattr(model, "_run_through_graph"):
        return {}
    for _ in range(_RUNS):
        model._run_through_graph(arrays, operation_fn=timed)
    return {name: _settled(took) for name, took in found.items()}


def _settled(took: Sequence[float]) -> float:
    return statistics.median(took[1:] or took)
