"""The one way in which PT2K makes an ONNX Runtime session: on the processor, without its warnings."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def onnx_session(
    model: str | Path | bytes,
    *,
    silent: bool = False,
    optimize: bool = True,
    spinning: bool = False,
    profile: str = "",
) -> Any:
    """An ``onnxruntime.InferenceSession`` on the processor.

    Args:
        model: the file, or a serialized model.
        silent: keep errors out of the log too: for models that may well not run.
        spinning: let threads wait for work by spinning, as they do in a program that has the machine for itself: for timing.
        optimize: False keeps every node's own output: fused nodes don't have the values in between.
        profile: how the name of the file begins that ``end_profiling`` writes with each node's time; empty for none.

    Raises:
        Exception: whatever ONNX Runtime raises; its exceptions share no base class of their own.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4 if silent else 3
    if not spinning:
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not optimize:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    if profile:
        options.enable_profiling, options.profile_file_prefix = True, profile
    content = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
