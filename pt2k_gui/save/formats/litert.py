"""LiteRT (``.tflite``): in float32 and in seven coarser precisions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .entry import Format, Outputs, Reopening, RunFile, Writing
from .examples import keras_examples, named
from .words import messages

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature

_NUMBERED = re.compile(r"output_\d+")
_MODULES = ("ai_edge_litert.interpreter",)


def _write(writing: Writing) -> None:
    """Raises ``Problem`` where an operation of the model has no form in LiteRT's operators."""
    from pt2k_gui.save.litert.writing import write

    write(writing)


def _reopen(written: Reopening) -> RunFile:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=written.path)
    key, names = next(iter(interpreter.get_signature_list().items()))
    runner = interpreter.get_signature_runner(key)
    inputs = in_file_order(runner.get_input_details(), interpreter.get_input_details())
    outputs = in_file_order(runner.get_output_details(), interpreter.get_output_details())
    given = {
        name: name if name in written.inputs else keras for keras, name in zip(written.inputs, inputs, strict=True)
    }

    def run(arrays: Mapping[str, Any]) -> Outputs:
        found = runner(**{name: arrays[given[name]] for name in names["inputs"]})
        return [found[name] for name in outputs]

    return run


def in_file_order(by_name: Mapping[str, Any], of_file: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of a signature's inputs or outputs in the order of the file's own, which is that of the model.

    Args:
        by_name: what the signature says of each, by its name.
        of_file: what the file says of each, in its order.
    """
    if by_name and all(_NUMBERED.fullmatch(name) for name in by_name):  # files of before: their order is the number's
        return sorted(by_name, key=lambda name: int(name.rsplit("_", 1)[-1]))
    order = [entry["index"] for entry in of_file]
    return sorted(by_name, key=lambda name: order.index(by_name[name]["index"]))


def _snippet(path: str, signature: Signature) -> str:
    lines = [
        "import numpy as np",
        "from ai_edge_litert.interpreter import Interpreter",
        "",
        f"interpreter = Interpreter({path!r})",
    ]
    arrays = [(spec.name, zeros) for spec, (_, zeros) in zip(signature.inputs, keras_examples(signature), strict=True)]
    return "\n".join([*lines, f"outputs = run(**{named(arrays)})"])


def _coarse(name: str, title: str, purpose: str, size: float, *, integer: bool = False) -> Format:
    return Format(
        f"tflite_{name}", title, f".{name}.tflite", purpose, _write, _reopen, _snippet,
        size=size, runs_with=_MODULES, quantised=True, integer_outputs=integer,
    )  # fmt: skip


FORMATS = (
    Format(
        "tflite", messages.LITERT_FLOAT32(), ".tflite", messages.FLOAT32_PURPOSE(), _write, _reopen, _snippet,
        runs_with=_MODULES, tolerance=1e-4,
    ),
    Format(
        "tflite_float16", messages.LITERT_FLOAT16(), ".float16.tflite", messages.FLOAT16_PURPOSE(), _write, _reopen, _snippet,
        size=0.5, runs_with=_MODULES, tolerance=2e-2,  # float16 keeps 11 bits
    ),
    _coarse("weights8", messages.LITERT_WEIGHTS8(), messages.WEIGHTS8_PURPOSE(), 0.26),
    _coarse("weights4", messages.LITERT_WEIGHTS4(), messages.WEIGHTS4_PURPOSE(), 0.14),
    _coarse("dynamic", messages.LITERT_DYNAMIC(), messages.DYNAMIC_PURPOSE(), 0.26),
    _coarse("int8", messages.LITERT_INT8(), messages.INT8_PURPOSE(), 0.26, integer=True),
    _coarse("mixed", messages.LITERT_MIXED(), messages.MIXED_PURPOSE(), 0.35, integer=True),
    _coarse("int16", messages.LITERT_INT16(), messages.INT16_PURPOSE(), 0.26, integer=True),
)  # fmt: skip
