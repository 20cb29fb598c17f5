"""The one way in which PT2K makes an ONNX Runtime session: on the processor, without its warnings."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def onnx_session(model: str | Path | bytes, *, silent: bool = False, optimize: bool = True) -> Any:
    """An ``onnxruntime.InferenceSession`` on the processor.

    Args:
        model: the file, or a serialized model.
        silent: keep errors out of the log too: for models that may well not run.
        optimize: False keeps every node's own output: fused nodes don't have the values in between.

    Raises:
        Exception: whatever ONNX Runtime raises; its exceptions share no base class of their own.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4 if silent else 3
    if not optimize:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    content = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
