"""Writes known architectures, whose ONNX graphs lie in a folder outside of the project, as LiteRT files and runs them.

``python tests/shared/litert_architectures.py [NAME ...] [--lines FILE]`` prints a row for each graph as it is done, and adds it
to a file; a NAME may be the beginning of several. The folder is that of ``tests/convert/known_architectures.py``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path[:0] = [str(Path(__file__).resolve().parent.parent / room) for room in ("convert", "shared")]

import numpy as np  # noqa: E402
from known_architectures import TOLERANCE, is_dynamic, zoo  # noqa: E402

BATCHES = (1, 3)


@dataclass(frozen=True)
class Row:
    """What one architecture gave as a LiteRT file.

    Attributes:
        name: of the graph.
        errors: for each batch, the largest absolute difference from ONNX Runtime over the largest absolute value there, the
            worst of all outputs; ``keras`` are those of the Keras model that was written.
        foreign: operators that are not built in.
        operators: how many the file holds.
        seconds: how long conversion and writing took together.
        problem: what went wrong, in one line; empty where nothing did.
    """

    name: str
    errors: dict[int, float] = field(default_factory=dict)
    keras: dict[int, float] = field(default_factory=dict)
    foreign: tuple[str, ...] = ()
    operators: int = 0
    seconds: float = 0.0
    problem: str = ""

    @property
    def worst(self) -> float:
        return max(self.errors.values(), default=float("inf"))

    @property
    def passed(self) -> bool:
        return not self.problem and self.worst <= TOLERANCE and not self.foreign

    def __str__(self) -> str:
        keras = max(self.keras.values(), default=float("inf"))
        built = "all built in" if not self.foreign else ", ".join(self.foreign)
        cells = (self.name, f"{self.worst:.1e}", f"{keras:.1e}", str(self.operators), built, f"{self.seconds:.1f} s")
        return "| " + " | ".join((*cells, self.problem.replace("|", "\\|"))) + " |"


def measured(name: str, batches: Sequence[int] = BATCHES) -> Row:
    """Convert one graph, write it as a LiteRT file and compare that at each batch size with ONNX Runtime."""
    from litert_files import operator_count, operators

    from pt2k_gui.convert import convert
    from pt2k_gui.save.formats.entry import Reopening
    from pt2k_gui.save.formats.litert import FORMATS
    from pt2k_gui.save.writing import write

    graph = zoo().restore(name)
    sizes = tuple(batches) if is_dynamic(graph) else (1,)
    errors: dict[int, float] = {}
    keras: dict[int, float] = {}
    facts: dict[str, Any] = {}
    try:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, "model.tflite")
            began = time.perf_counter()
            conversion = convert(graph)
            write("tflite", conversion.model, "", "", path, [])
            facts["seconds"] = time.perf_counter() - began
            kinds = operators(path)
            facts["foreign"] = tuple(
                sorted(kind for kind in kinds if kind in ("CUSTOM", "PLACEHOLDER_FOR_GREATER_OP_CODES"))
            )
            facts["operators"] = operator_count(path)
            signature = conversion.report.signature
            names = tuple(tensor.name for tensor in conversion.model.inputs)
            run = FORMATS[0].reopen(Reopening(str(path), "", names))
            for size in sizes:
                x = zoo().inputs(graph, size, seed=size)
                given = [x[spec.name].transpose(spec.permutation) for spec in signature.inputs]
                wanted = zoo().reference(graph, x)
                errors[size] = _error(run(dict(zip(names, given, strict=True))), wanted, signature)
                got = conversion.model(given if len(given) != 1 else given[0], training=False)
                keras[size] = _error(got if isinstance(got, list | tuple) else [got], wanted, signature)
    except Exception as error:  # whatever goes wrong is what the table is there to tell
        return Row(
            name, errors, keras, problem=f"{type(error).__name__}: {' '.join(str(error).split())}"[:600], **facts
        )
    return Row(name, errors, keras, **facts)


def _error(got: Sequence[Any], wanted: Sequence[np.ndarray], signature: Any) -> float:
    worst = 0.0
    for result, right, spec in zip(got, wanted, signature.outputs, strict=True):
        right = right.transpose(spec.permutation).astype(np.float64)
        result = np.asarray(result)
        assert result.shape == right.shape, f"{spec.name} has shape {result.shape} instead of {right.shape}"
        assert np.isfinite(result).all() == np.isfinite(right).all(), f"{spec.name} holds numbers that are none"
        apart = np.abs(result.astype(np.float64) - right).max(initial=0.0)
        worst = max(worst, float(apart) / max(float(np.abs(right).max(initial=0.0)), 1e-30))
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="graphs, or how their names begin (default: all)")
    parser.add_argument("--lines", type=Path, help="add the rows to this file too")
    options = parser.parse_args()
    import keras

    good = True
    chosen = [n for start in options.names or [""] for n in zoo().names() if n.startswith(start)]
    for name in dict.fromkeys(chosen):
        row = measured(name)
        good &= row.passed
        print("ok     " if row.passed else "FAILED ", row, flush=True)
        if options.lines:
            with options.lines.open("a", encoding="utf-8") as file:
                print(row, file=file)
        keras.backend.clear_session()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
