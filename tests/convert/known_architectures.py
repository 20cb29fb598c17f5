"""Runs known architectures, whose ONNX graphs lie in a folder outside of the project, through the native converter.

``python tests/convert/known_architectures.py [--folder DIR] [--table FILE.md] [NAME ...] [--backends BACKEND[=PYTHON] ...]``
prints a table; a NAME may be the beginning of several. The folder (``PT2K_ZOO``, else ``shared/zoo`` beside the checkout) holds a
``zoo.py`` that restores the graphs, makes inputs for them and runs them with ONNX Runtime.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import onnx

BATCHES = (1, 2, 3, 5)
AXIS_ORDERS = ("onnx", "keras")
# Of the largest number of the reference: what is asked of every backend.
TOLERANCE = 1e-4
BYTES_A_LAYER = 4096

# Opens a file with Keras alone in a process that can't import PT2K, and runs it over the arrays of an .npz file.
ALONE = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "pt2k_gui":
            raise ImportError("pt2k_gui is not here")

sys.meta_path.insert(0, Blocker())
import keras
import numpy as np

model = keras.saving.load_model(sys.argv[1], safe_mode=True)
arrays = np.load(sys.argv[2])
inputs = [arrays[name] for name in arrays.files]
outputs = model(inputs if len(inputs) != 1 else inputs[0], training=False)
outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
np.savez(sys.argv[3], *[keras.ops.convert_to_numpy(output) for output in outputs])
"""


@dataclass(frozen=True)
class Row:
    """What one architecture gave.

    Attributes:
        name: of the graph.
        errors: for each (axis order, batch) or (backend, batch), the largest absolute difference from ONNX Runtime over the
            largest absolute value there, the worst of all outputs.
        transposes: how many the model with channels-last edges holds.
        convolutions: how many convolution layers it holds.
        layers: how many layers and operations it holds.
        config_bytes: the size of its configuration.
        foreign: layers that are no stock Keras layer, and Lambda layers.
        seconds: how long the conversion took.
        problem: what went wrong, in one line; empty where nothing did.
    """

    name: str
    errors: Mapping[tuple[str, int], float] = field(default_factory=dict)
    transposes: int = 0
    convolutions: int = 0
    layers: int = 0
    config_bytes: int = 0
    foreign: tuple[str, ...] = ()
    seconds: float = 0.0
    problem: str = ""

    @property
    def worst(self) -> float:
        return max(self.errors.values(), default=float("inf"))

    @property
    def bytes_a_layer(self) -> float:
        return self.config_bytes / max(self.layers, 1)

    @property
    def passed(self) -> bool:
        return not self.problem and self.worst <= TOLERANCE and not self.foreign and self.bytes_a_layer <= BYTES_A_LAYER


def folder() -> Path:
    """Where the graphs are looked for."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "zoo"
    return Path(os.environ.get("PT2K_ZOO", beside))


@functools.cache
def zoo(place: Path | None = None) -> Any:
    """The folder's module ``zoo``: ``names``, ``restore``, ``inputs``, ``reference``."""
    spec = importlib.util.spec_from_file_location("zoo", (place or folder()) / "zoo.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_dynamic(model: onnx.ModelProto) -> bool:
    """Whether the first axis of the first input may have any length."""
    return not model.graph.input[0].type.tensor_type.shape.dim[0].HasField("dim_value")


def measured(
    name: str,
    *,
    batches: Sequence[int] = BATCHES,
    axis_orders: Sequence[str] = AXIS_ORDERS,
    backends: Mapping[str, str] | None = None,
) -> Row:
    """Convert one graph in each axis order and compare it at each batch size, and once more from a file.

    Args:
        name: of the graph in the folder.
        batches: where the graph's batch is dynamic; otherwise its own.
        axis_orders: as ``convert`` has them.
        backends: for each Keras backend under which the file is to be opened again, the Python that has it.
    """
    from pt2k_gui.convert import convert, save_model

    model = zoo().restore(name)
    sizes = tuple(batches) if is_dynamic(model) else (1,)
    cases = [(size, zoo().inputs(model, size, seed=size)) for size in sizes]
    answers = [zoo().reference(model, x) for _, x in cases]
    errors: dict[tuple[str, int], float] = {}
    facts: dict[str, Any] = {}
    try:
        for axis_order in axis_orders:
            began = time.perf_counter()
            conversion = convert(model, axis_order=axis_order)
            facts["seconds"] = time.perf_counter() - began
            signature = conversion.report.signature
            for (size, x), expected in zip(cases, answers, strict=True):
                given = [x[spec.name].transpose(spec.permutation) for spec in signature.inputs]
                got = conversion.model(given if len(given) != 1 else given[0], training=False)
                errors[axis_order, size] = _error(got, expected, signature)
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, "model.keras")
            save_model(conversion, path)
            facts |= _facts(conversion, path)
            for backend, python in (backends or {}).items():
                size, x = cases[-1]
                given = [x[spec.name].transpose(spec.permutation) for spec in signature.inputs]
                errors[backend, size] = _error(_alone(path, given, backend, python), answers[-1], signature)
    except Exception as error:  # whatever goes wrong is what the table is there to tell
        return Row(name, errors, problem=f"{type(error).__name__}: {' '.join(str(error).split())}"[:600])
    return Row(name, errors, **facts)


def _facts(conversion: Any, path: Path) -> dict[str, Any]:
    import keras

    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    made = conversion.model
    modules = {layer["module"] for layer in json.loads(config)["config"]["layers"]}
    return {
        "transposes": conversion.report.transposes,
        "convolutions": sum(isinstance(layer, keras.layers.Layer) and "Conv" in type(layer).__name__ for layer in made.layers),
        "layers": len(made.operations),
        "config_bytes": len(config),
        "foreign": (*conversion.report.lambda_layers, *(m for m in modules if not str(m).startswith("keras"))),
    }  # fmt: skip


def _error(got: Any, expected: Sequence[np.ndarray], signature: Any) -> float:
    results = [np.asarray(value) for value in (got if isinstance(got, (list, tuple)) else [got])]
    worst = 0.0
    for result, want, spec in zip(results, expected, signature.outputs, strict=True):
        want = want.transpose(spec.permutation)
        if result.shape != want.shape:
            raise AssertionError(f"{spec.name} has shape {result.shape} instead of {want.shape}")
        difference = np.abs(result.astype(np.float64) - want.astype(np.float64)).max(initial=0.0)
        worst = max(worst, float(difference) / max(float(np.abs(want.astype(np.float64)).max(initial=0.0)), 1e-30))
        if np.isnan(result).any() != np.isnan(want).any():
            raise AssertionError(f"{spec.name} holds numbers that are none")
    return worst


def _alone(path: Path, inputs: Sequence[np.ndarray], backend: str, python: str) -> list[np.ndarray]:
    arrays, results = path.with_name("inputs.npz"), path.with_name("outputs.npz")
    np.savez(arrays, *inputs)
    done = subprocess.run(
        [python, "-c", ALONE, str(path), str(arrays), str(results)],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{backend}: {done.stderr[-500:]}")
    with np.load(results) as loaded:
        return [loaded[name] for name in loaded.files]


def write_table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    lines = [
        f"{sum(row.passed for row in rows)} of {len(rows)} architectures pass.",
        "",
        "| graph | worst error | transposes | convolutions | layers | bytes of config a layer | conversion | problem |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        problem = row.problem or ", ".join(f"{k}: {v:.1e}" for k, v in row.errors.items() if v > TOLERANCE)
        lines.append("| " + " | ".join(_cells(row, problem)) + " |")
    return "\n".join(lines) + "\n"


def _cells(row: Row, problem: str) -> list[str]:
    return [
        row.name,
        f"{row.worst:.1e}",
        str(row.transposes),
        str(row.convolutions),
        str(row.layers),
        f"{row.bytes_a_layer:.0f}",
        f"{row.seconds:.2f} s",
        (problem + ", ".join(row.foreign)).replace("|", "\\|"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="graphs, or how their names begin (default: all)")
    parser.add_argument("--folder", type=Path, help="where zoo.py and the graphs are")
    parser.add_argument(
        "--backends", nargs="*", default=[], help="also open the files under these: torch, jax=/path/python"
    )
    parser.add_argument("--table", type=Path, help="write the table to this file too")
    options = parser.parse_args(arguments)
    if options.folder:
        os.environ["PT2K_ZOO"] = str(options.folder)
    backends = {part.partition("=")[0]: part.partition("=")[2] or sys.executable for part in options.backends}
    import keras

    rows = []
    for name in zoo().names():
        if not options.names or name.startswith(tuple(options.names)):
            rows.append(measured(name, backends=backends))
            print("ok     " if rows[-1].passed else "FAILED ", " ".join(_cells(rows[-1], rows[-1].problem)), flush=True)
            keras.backend.clear_session()
    text = write_table(rows)
    print(text)
    if options.table:
        options.table.write_text(text, encoding="utf-8")
    return 0 if all(row.passed for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
