"""OpenVINO's intermediate representation, where OpenVINO is installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .entry import Format, Outputs, Reopening, RunFile, Writing
from .examples import keras_examples, named
from .words import messages

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature


def _write(writing: Writing) -> None:
    writing.model.export(str(writing.target), format="openvino", verbose=False)


def _reopen(written: Reopening) -> RunFile:
    import openvino

    # Some processors would compute in bfloat16, which says nothing of the file.
    compiled = openvino.Core().compile_model(written.path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def run(arrays: Mapping[str, Any]) -> Outputs:
        results = compiled({name: arrays[name] for name in written.inputs})
        return [results[port] for port in compiled.outputs]

    return run


def _snippet(path: str, signature: Signature) -> str:
    lines = ["import numpy as np", "import openvino", "", f"model = openvino.compile_model({path!r})"]
    return "\n".join([*lines, f"outputs = model({named(keras_examples(signature))})"])


FORMATS = (
    Format(
        "openvino", "OpenVINO", ".xml", messages.OPENVINO_PURPOSE(), _write, _reopen, _snippet, beside=".bin",
        needs=("openvino", "scipy"), runs_with=("openvino",), tolerance=1e-4,
    ),
)  # fmt: skip
