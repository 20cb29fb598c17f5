"""Conversion and its result: against onnx2keras, PyTorch eager and ONNX Runtime, in turn, in one run.

    python tests/benchmarks/bench_convert.py [--zoo DIR] [--only NAME ...] [--rounds 7] [--busy] [--markdown]

The networks are those of ``well_known.py``, exported by PyTorch, and graphs of a zoo where one is given: a folder with
``zoo.py`` (``restore(name)``, ``inputs(model, batch)``), by ``--zoo`` or the variable ``PT2K_ZOO``. For each of them:

- the seconds of a conversion, from the ONNX model in memory to the Keras model and our report, against those of
  ``onnx2keras.onnx_to_keras`` (without its log);
- the milliseconds of one call at batch 1 and 16: our Keras model and onnx2keras's, each in a ``tf.function``, the PyTorch
  module in inference mode, and ONNX Runtime, all with as many threads as there are processors. Before each call the others'
  threads get a moment to fall asleep.

Every figure is the median of several rounds in which the candidates take turns, each in its own steady state (one call
before those that count); a ratio above 1 says that we are faster.
On a machine that has other work, threads wait for each other and wall time says little: ``--busy`` gives each candidate one
thread and counts processor time. A candidate whose numbers are not ONNX Runtime's (1e-3 of the largest) is left out. Then,
in processes of their own: how the time of a conversion grows from 500 to 5,000 nodes, and how much memory it takes beyond
what the imports take, in multiples of the weights.

Targets: conversion no slower than onnx2keras; convolution networks 1.25 times as fast as onnx2keras's models (geometric
mean; none below 0.95) and 1.3 times as fast as PyTorch; at most 11 times the time for 10 times the nodes; at most 3 times
the memory of the weights. The mark is ONNX Runtime.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "convert"))

import numpy as np
import onnx
import onnxruntime
import tensorflow as tf
import torch
from well_known import ARCHITECTURES, made

from pt2k_gui.convert import convert
from pt2k_gui.verify.benchmark import in_turn

ZOO = (
    *("tv_alexnet", "tv_densenet121", "tv_efficientnet_b0", "tv_googlenet", "tv_mobilenet_v2", "tv_mobilenet_v3_small"),
    *("tv_regnet_y_400mf", "tv_resnet18", "tv_shufflenet_v2_x1_0", "tv_convnext_tiny", "timm_repvgg_a0"),
    *("timm_res2net50_14w_8s", "timm_ghostnet_100", "timm_mobilenetv4_conv_small", "timm_deit_tiny_patch16_224"),
)
TRANSFORMERS = ("timm_deit_tiny_patch16_224",)
BATCHES = (1, 16)
THREADS = os.cpu_count() or 1
CLOCK = time.perf_counter

Run = Callable[[], Sequence[np.ndarray]]


@dataclass
class Row:
    """What was measured of one network: seconds by candidate, of the conversion and of a call at each batch."""

    name: str
    convolutional: bool
    conversion: dict[str, float] = field(default_factory=dict)
    calls: dict[int, dict[str, float]] = field(default_factory=dict)

    def ratio(self, batch: int, other: str) -> float | None:
        times = self.calls.get(batch, {})
        return times[other] / times["ours"] if other in times and "ours" in times else None


def medians(candidates: Mapping[str, Callable[[], object]], rounds: int, calls: int = 1) -> dict[str, float]:
    """The median seconds of each."""
    seconds = in_turn(candidates, rounds, calls=calls, clock=CLOCK)
    return {name: statistics.median(values) for name, values in seconds.items()}


# ---- the candidates -----------------------------------------------------------------------------------------------


def by_onnx2keras(model: onnx.ModelProto) -> Any:
    import onnx2keras

    from pt2k_gui.convert.process_settings import image_data_format

    weights = {tensor.name for tensor in model.graph.initializer}
    names = [value.name for value in model.graph.input if value.name not in weights]
    with image_data_format("channels_first"), redirect_stdout(io.StringIO()):
        return onnx2keras.onnx_to_keras(model, names, name_policy="renumerate", verbose=False)


def keras_run(model: Any, arrays: Sequence[np.ndarray]) -> Run:
    tensors = [tf.constant(array) for array in arrays]
    function = tf.function(lambda *values: model(list(values) if len(values) > 1 else values[0], training=False))
    return lambda: [output.numpy() for output in tf.nest.flatten(function(*tensors))]


def onnx_run(model: onnx.ModelProto, inputs: dict[str, np.ndarray]) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, inputs)


def torch_run(module: torch.nn.Module, arrays: Sequence[np.ndarray]) -> Run:
    tensors = [torch.from_numpy(array) for array in arrays]

    def run() -> Sequence[np.ndarray]:
        with torch.inference_mode():
            return [module(*tensors).numpy()]

    return run


def is_right(got: Sequence[np.ndarray], expected: Sequence[np.ndarray], orders: Sequence[Sequence[int]]) -> bool:
    """Whether the outputs are the expected ones; ``orders``: which ONNX axis each axis of ``got`` holds."""
    for mine, theirs, order in zip(got, expected, orders, strict=True):
        if mine.shape != theirs.transpose(order).shape:
            return False
        if not np.abs(mine - theirs.transpose(order)).max() <= 1e-3 * np.abs(theirs).max():
            return False
    return True


# ---- one network --------------------------------------------------------------------------------------------------


def measure(
    row: Row,
    model: onnx.ModelProto,
    inputs: Callable[[int], dict[str, np.ndarray]],
    module: torch.nn.Module | None,
    rounds: int,
) -> None:
    conversion = convert(model)
    engines: dict[str, Callable[[], object]] = {"ours": lambda: convert(model)}
    try:
        theirs = by_onnx2keras(model)
    except Exception:  # the library raises whatever its handlers meet
        theirs = None
    signature = conversion.report.signature
    plain = [tuple(range(len(spec.onnx_shape))) for spec in signature.outputs]
    dynamic = isinstance(signature.inputs[0].onnx_shape[0], str)
    for batch in BATCHES if dynamic else (int(signature.inputs[0].onnx_shape[0]),):
        feeds = inputs(batch)
        arrays = [feeds[spec.name] for spec in signature.inputs]
        runs: dict[str, Run] = {"onnxruntime": onnx_run(model, feeds)}
        expected = runs["onnxruntime"]()
        arranged = [a.transpose(spec.permutation) for a, spec in zip(arrays, signature.inputs, strict=True)]
        candidates = {"ours": (keras_run(conversion.model, arranged), [spec.permutation for spec in signature.outputs])}
        if theirs is not None:
            candidates["onnx2keras"] = (keras_run(theirs, arrays), plain)
        if module is not None:
            candidates["pytorch"] = (torch_run(module, arrays), plain)
        for name, (run, orders) in candidates.items():
            try:
                if is_right(run(), expected, orders):
                    runs[name] = run
            except Exception as error:  # a model of onnx2keras that fails when it runs
                print(f"{row.name}: {name} at batch {batch}: {type(error).__name__}", file=sys.stderr)
        row.calls[batch] = medians(runs, rounds, calls=3)
        if "onnx2keras" in runs:
            engines["onnx2keras"] = lambda: by_onnx2keras(model)
    row.conversion = medians(engines, 3)


def own_network(name: str, rounds: int) -> Row:
    architecture = ARCHITECTURES[name]
    module = made(name)
    program: Any = torch.onnx.export(
        module,
        (torch.randn(2, *architecture.shape),),
        dynamo=True,
        verbose=False,
        input_names=["input"],
        dynamic_shapes=({0: torch.export.Dim.DYNAMIC},),
    )
    rng = np.random.default_rng(0)
    row = Row(name, architecture.convolutional)
    measure(
        row,
        onnx.load_from_string(program.model_proto.SerializeToString()),
        lambda batch: {"input": rng.standard_normal((batch, *architecture.shape), dtype=np.float32)},
        module,
        rounds,
    )
    return row


def zoo_graph(zoo: Any, name: str, rounds: int) -> Row:
    model = zoo.restore(name)
    row = Row(name, name not in TRANSFORMERS)
    measure(row, model, lambda batch: zoo.inputs(model, batch), None, rounds)
    return row


def load_zoo(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location("zoo", folder / "zoo.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"{folder} holds no zoo.py.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- growth and memory --------------------------------------------------------------------------------------------

FOLDER = Path(__file__).parent.parent / "convert"
GROWTH = """
import sys, time
sys.path.insert(0, {folder!r})
from graphs import residual_chain
from pt2k_gui.convert import convert

small, large = residual_chain(100), residual_chain(1000)
convert(small)
for _ in range({rounds}):
    for graph in (small, large):
        began = time.perf_counter()
        convert(graph)
        print(len(graph.graph.node), time.perf_counter() - began, flush=True)
"""
PEAK = """
import sys
sys.path.insert(0, {folder!r})
import keras, numpy, onnx, onnx.reference
from memory import held_bytes, peak_bytes
from pt2k_gui.convert import convert

before = held_bytes()
convert(sys.argv[1])
print(peak_bytes() - before)
"""


def _lines(code: str, *arguments: str) -> list[list[float]]:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]


def growth(rounds: int) -> tuple[float, float]:
    """The median seconds for 500 and for 5,000 nodes."""
    rows = _lines(GROWTH.format(folder=str(FOLDER), rounds=rounds))
    small, large = (statistics.median(row[1] for row in rows if row[0] == count) for count in (500, 5000))
    return small, large


def peak() -> tuple[int, float]:
    """The weights' bytes of a model with external data, and the memory of its conversion in multiples of them."""
    from graphs import write_large_perceptron

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        weights = write_large_perceptron(path, 4096, 8)
        ((bytes_,),) = _lines(PEAK.format(folder=str(FOLDER)), str(path))
    return weights, bytes_ / weights


# ---- the tables ---------------------------------------------------------------------------------------------------


def cell(value: float | None, unit: float = 1.0, digits: int = 2) -> str:
    return "-" if value is None else f"{value * unit:.{digits}f}"


def print_row(row: Row, header: bool) -> None:
    names = ["converts in s", "onnx2keras"]
    cells = [cell(row.conversion.get("ours"))]
    theirs = row.conversion.get("onnx2keras")
    cells.append(cell(theirs / row.conversion["ours"] if theirs else None))
    for batch in BATCHES:
        names += [f"ms at {batch}", "onnx2keras", "PyTorch", "ONNX Runtime"]
        cells.append(cell(row.calls.get(batch, {}).get("ours"), 1000, 1))
        cells += [cell(row.ratio(batch, other)) for other in ("onnx2keras", "pytorch", "onnxruntime")]
    if header:
        print(f"{'network':28s}" + "".join(f"{name:>14s}" for name in names))
    print(f"{row.name:28s}" + "".join(f"{text:>14s}" for text in cells), flush=True)


def summary(rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """What was measured, the figure, the target."""
    lines = []
    ratios = [r.conversion["onnx2keras"] / r.conversion["ours"] for r in rows if "onnx2keras" in r.conversion]
    if ratios:
        figure = (
            f"{statistics.geometric_mean(ratios):.2f} times as fast, least {min(ratios):.2f} ({len(ratios)} networks)"
        )
        lines.append(("Conversion against onnx2keras", figure, "at least 1"))
    for other, label, target in (
        ("onnx2keras", "onnx2keras's models", "mean 1.25, least 0.95"),
        ("pytorch", "PyTorch", "mean 1.3"),
        ("onnxruntime", "ONNX Runtime", "the mark"),
    ):
        for convolutional in (True, False):
            found = [
                (ratio, f"{row.name} at batch {batch}")
                for row in rows
                if row.convolutional == convolutional
                for batch in row.calls
                if (ratio := row.ratio(batch, other)) is not None
            ]
            if not found:
                continue
            mean = statistics.geometric_mean(ratio for ratio, _ in found)
            least, where = min(found)
            kind = "Convolution networks" if convolutional else "Transformers"
            figure = f"{mean:.2f} times as fast, least {least:.2f} ({where})"
            lines.append((f"{kind} against {label}", figure, target if convolutional else "-"))
    return lines


def be_busy() -> None:
    """One thread for each candidate, and processor time instead of wall time."""
    global THREADS, CLOCK
    THREADS, CLOCK = 1, time.process_time
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zoo", type=Path, default=os.environ.get("PT2K_ZOO"), help="a folder with zoo.py")
    parser.add_argument("--only", nargs="+", default=[], help="names of networks")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--busy", action="store_true", help="processor time of one thread, for a machine at work")
    parser.add_argument("--no-scale", action="store_true", help="without growth and memory")
    parser.add_argument("--markdown", action="store_true", help="the summary as a table for README.md")
    options = parser.parse_args()
    if options.busy:
        be_busy()
    torch.set_num_threads(THREADS)
    zoo = load_zoo(Path(options.zoo)) if options.zoo else None
    names = [*ARCHITECTURES, *(ZOO if zoo is not None else ())]
    rows: list[Row] = []
    for name in [name for name in names if not options.only or name in options.only]:
        row = own_network(name, options.rounds) if name in ARCHITECTURES else zoo_graph(zoo, name, options.rounds)
        print_row(row, header=not rows)
        rows.append(row)
    lines = summary(rows)
    if not options.no_scale:
        small, large = growth(3)
        lines.append(("From 500 to 5,000 nodes", f"{large / small:.1f} times the time ({large:.1f} s)", "at most 11"))
        weights, multiple = peak()
        figure = f"{multiple:.2f} times the weights ({weights / 2**20:.0f} MB)"
        lines.append(("Memory of a conversion at its peak", figure, "at most 3"))
    print()
    if options.markdown:
        print("| Measured | Figure | Target |\n|---|---|---|")
    for line in lines:
        print(f"| {' | '.join(line)} |" if options.markdown else f"{line[0]:52s} {line[1]:60s} target: {line[2]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
