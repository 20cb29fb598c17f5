"""Runs ONNX's own node tests against the native converter, and says which pass and why the others do not.

``python tests/convert/conformance.py [--table FILE.md|FILE.tsv] [NAME ...]``; a NAME may be the beginning of several.
``node_cases.txt`` names the cases: plain tensors in and out, no random, training, string or sequence operator.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import onnx
import onnx.numpy_helper

CASES = Path(__file__).with_name("node_cases.txt")
RELATIVE, ABSOLUTE = 1e-3, 1e-5


@dataclass(frozen=True)
class Outcome:
    """What became of one case.

    Attributes:
        name: the case's name in ONNX.
        operator: the operator that it tests.
        reason: why it does not pass; empty where it does.
        frozen: whether it passes only with every input but the first as an initializer.
    """

    name: str
    operator: str
    reason: str = ""
    frozen: bool = False

    @property
    def passed(self) -> bool:
        return not self.reason


def case_names() -> list[str]:
    return CASES.read_text(encoding="utf-8").split()


def run(names: Sequence[str] | None = None) -> Iterator[Outcome]:
    """The outcomes of the named cases (all of ``node_cases.txt`` without names), in the file's order."""
    import keras
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        cases = {case.name: case for case in collect_testcases(None)}
        for number, name in enumerate(case_names() if names is None else names):
            yield _outcome(name, cases[name])
            if number % 100 == 99:
                keras.backend.clear_session()
                gc.collect()


def _outcome(name: str, case: Any) -> Outcome:
    operator = ", ".join(dict.fromkeys(node.op_type for node in case.model.graph.node))
    inputs, outputs = ([_array(value) for value in part] for part in case.data_sets[0])
    reason = _difference(case.model, inputs, outputs)
    if not reason:
        return Outcome(name, operator)
    if len(inputs) < 2:
        return Outcome(name, operator, reason)
    second = _difference(_frozen(case.model, inputs), inputs[:1], outputs)
    return Outcome(name, operator, second, frozen=not second)


def _array(value: Any) -> np.ndarray:
    return onnx.numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else np.asarray(value)


def _frozen(model: onnx.ModelProto, inputs: Sequence[np.ndarray]) -> onnx.ModelProto:
    """The model with every input but the first as an initializer, as real graphs have their weights and shapes."""
    frozen = onnx.ModelProto()
    frozen.CopyFrom(model)
    for info, array in zip(list(frozen.graph.input)[1:], inputs[1:], strict=True):
        frozen.graph.initializer.append(onnx.numpy_helper.from_array(array, info.name))
        frozen.graph.input.remove(info)
    return frozen


def _difference(model: onnx.ModelProto, inputs: Sequence[np.ndarray], outputs: Sequence[np.ndarray]) -> str:
    """Empty where the converted model gives the expected outputs, else what is wrong, in one line."""
    from pt2k_gui.convert import onnx_to_keras

    try:
        twin = onnx_to_keras(model, axis_order="onnx")
        results = twin(list(inputs) if len(inputs) != 1 else inputs[0])
    except Exception as error:  # whatever goes wrong is what this table is there to tell
        return f"{type(error).__name__}: {' '.join(str(error).split())}"[:400]
    results = [
        keras.ops.convert_to_numpy(value) for value in (results if isinstance(results, (list, tuple)) else [results])
    ]
    if len(results) != len(outputs):
        return f"{len(results)} outputs instead of {len(outputs)}"
    for got, expected in zip(results, outputs, strict=True):
        if got.shape != expected.shape:
            return f"shape {got.shape} instead of {expected.shape}"
        close = np.isclose(_wide(got), _wide(expected), RELATIVE, ABSOLUTE, equal_nan=True)
        if not close.all():
            return f"{int((~close).sum())} of {close.size} numbers differ"
    return ""


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def write_table(path: Path, outcomes: Sequence[Outcome]) -> None:
    """The cases that do not pass, with their reasons: Markdown, or tab-separated for a name that ends in .tsv."""
    rows = [(outcome.name, outcome.operator, outcome.reason) for outcome in outcomes if not outcome.passed]
    if path.suffix == ".tsv":
        lines = ["case\toperator\treason", *("\t".join(row) for row in rows)]
    else:
        lines = [
            f"{len(outcomes) - len(rows)} of {len(outcomes)} cases pass.",
            "",
            "| case | operator | reason |",
            "|---|---|---|",
            *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows),
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="cases, or how their names begin (default: all)")
    parser.add_argument("--table", type=Path, help="write the cases that do not pass to this .md or .tsv file")
    options = parser.parse_args(arguments)
    names = [name for name in case_names() if not options.names or name.startswith(tuple(options.names))]
    began = time.perf_counter()
    outcomes = []
    for outcome in run(names):
        outcomes.append(outcome)
        if not outcome.passed:
            print(f"FAILED  {outcome.name} ({outcome.operator}): {outcome.reason}", flush=True)
    passed = sum(outcome.passed for outcome in outcomes)
    frozen = sum(outcome.frozen for outcome in outcomes)
    print(
        f"{passed} of {len(outcomes)} passed, {frozen} of them with frozen inputs, in {time.perf_counter() - began:.0f} s"
    )
    if options.table:
        write_table(options.table, outcomes)
    return 0 if passed == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
