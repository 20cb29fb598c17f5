"""The ONNX file that the Keras model was made of."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from .entry import Format, Reopening, RunFile, Writing
from .examples import named, onnx_examples
from .words import messages

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature


def _write(writing: Writing) -> None:
    """With its weights in one file where they were beside it, if that is small enough."""
    import onnx

    from pt2k_gui.problem import Problem
    from pt2k_gui.sources.onnx_structure import onnx_structure

    source = Path(writing.onnx)
    weights = onnx_structure(source).graph.initializer
    if not any(onnx.external_data_helper.uses_external_data(tensor) for tensor in weights):
        shutil.copyfile(source, writing.target)
        return
    model = onnx.load(str(source))
    try:
        writing.target.write_bytes(model.SerializeToString())
    except ValueError as error:
        raise Problem(messages.ONNX_TOO_LARGE(), hint=messages.SAVE_OTHERWISE()) from error


def _reopen(written: Reopening) -> RunFile:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(written.path, options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    return lambda arrays: list(session.run(None, {name: arrays["onnx:" + name] for name in names}))


def _snippet(path: str, signature: Signature) -> str:
    lines = ["import numpy as np", "import onnxruntime", "", f"session = onnxruntime.InferenceSession({path!r})"]
    return "\n".join([*lines, f"outputs = session.run(None, {named(onnx_examples(signature))})"])


FORMATS = (
    Format(
        "onnx", "ONNX", ".onnx", messages.ONNX_PURPOSE(), _write, _reopen, _snippet, tolerance=1e-4,
        onnx_axes=True, runs_with=("onnxruntime",),
    ),
)  # fmt: skip
