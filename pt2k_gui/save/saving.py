"""Writes a converted model in the chosen formats; each file is opened again in a fresh process and compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.context import Context, stage
from pt2k_gui.files import atomic_path
from pt2k_gui.frozen import REOPEN
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import DEFAULT_TOLERANCE, QUANTIZED, TOLERANCES, format_named
from pt2k_gui.save.result import SavedFile

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.sources.card import Source
    from pt2k_gui.verify.result import SampleChoice

_CHECK_SAMPLES = 128
# A quantised model passes if nearly all answers stay, or if the outputs do: eight bits leave an error of some percent of
# the scale, which turns answers that were nearly tied.
_LEAST_AGREEMENT = 0.97
_QUANTISED_ERROR = 0.15
_PATIENCE = 900.0  # seconds for opening and running all files


def save(
    keras: str,
    onnx: str,
    targets: Sequence[tuple[str, str]],
    context: Context,
    *,
    overwrite: bool = False,
    source: Source | None = None,
    samples: SampleChoice | None = None,
) -> tuple[SavedFile, ...]:
    """Write and check.

    Args:
        keras, onnx: the converted model and the file that it was made of.
        targets: (format name, path) pairs.
        overwrite: replace what is there.
        source, samples: the model and the samples to check and calibrate with; random ones where either is missing.

    Raises:
        Problem: a file is there already, can't be written, or its format can't hold this model. Files written before
            it stay.
    """
    import numpy as np

    from pt2k_gui.verify.runners import KerasRunner

    for _, path in targets:
        if Path(path).exists() and not overwrite:
            raise Problem(f"{path} exists already.", hint="Choose another name, or allow it to be replaced.")
    context.progress(0.0, "Opening the Keras model")
    runner = KerasRunner(keras)
    runner.open()
    batches = _check_batches(onnx, source, samples, context)
    arranged = [runner.arrange(batch) for batch in batches]
    expected = [runner.run(batch) for batch in batches]
    written: list[tuple[str, str, float]] = []
    for number, (name, path) in enumerate(targets):
        entry = format_named(name)
        context.progress(0.1 + 0.5 * number / len(targets), f"Writing {Path(path).name}")
        with stage(context, f"Write {entry.title}") as result:
            began = time.perf_counter()
            with atomic_path(path) as temporary:
                from pt2k_gui.save.writing import write

                write(name, runner.model, keras, onnx, temporary, arranged)
            written.append((name, path, time.perf_counter() - began))
            result.text = f"{_size(path) / 1e6:.2f} MB"
    context.progress(0.65, "Opening the files in a fresh process")
    with stage(context, "Open again and compare") as result:
        names = [tensor.name for tensor in runner.model.inputs]
        reopened = _reopen(written, runner.model, names, arranged, batches, onnx)
        saved = []
        for (name, path, seconds), answer in zip(written, reopened, strict=True):
            wanted = expected if name == "onnx" else [runner.rearranged(outputs) for outputs in expected]
            saved.append(_compared(name, path, seconds, answer, wanted))
        result.text = f"{sum(file.same for file in saved)} of {len(saved)} open and agree"
    runner.close()
    context.progress(1.0, "Saved")
    assert all(isinstance(array, np.ndarray) for outputs in expected for array in outputs)
    return tuple(saved)


def _check_batches(
    onnx: str, source: Source | None, choice: SampleChoice | None, context: Context
) -> list[tuple[np.ndarray, ...]]:
    """The first samples in batches, in ONNX's axes."""
    import dataclasses

    from pt2k_gui.sources.card import ModelCard
    from pt2k_gui.sources.loaded import LoadedModel
    from pt2k_gui.verify.result import SampleChoice
    from pt2k_gui.verify.samples import gather
    from pt2k_gui.verify.verification import onnx_inputs

    if source is not None and choice is not None:
        from pt2k_gui.sources.loading import load

        loaded = load(source, context)
        count = min(choice.count or _CHECK_SAMPLES, _CHECK_SAMPLES)
        samples = gather(dataclasses.replace(choice, count=count), loaded.card, onnx_inputs(onnx, loaded))
    else:
        card = ModelCard(onnx, "", "", "", 0, "", 0, 0, ())
        inputs = onnx_inputs(onnx, LoadedModel(card))
        samples = gather(SampleChoice("random", count=16), card, inputs)
    batches = list(samples.batches())
    sizes = {len(batch[0]) for batch in batches}
    return batches if len(sizes) == 1 else batches[:1]


def _reopen(
    written: Sequence[tuple[str, str, float]],
    model: Any,
    names: Sequence[str],
    arranged: Sequence[Sequence[np.ndarray]],
    batches: Sequence[Sequence[np.ndarray]],
    onnx: str,
) -> list[dict[str, Any]]:
    """What the fresh process says of each file; ``outputs`` are the arrays by batch, where it could run."""
    import numpy as np

    from pt2k_gui.verify.verification import graph_inputs

    with tempfile.TemporaryDirectory(prefix="pt2k-reopen-") as scratch:
        folder = Path(scratch)
        config = folder / "model.json"
        config.write_text(model.to_json(), encoding="utf-8")
        stored: dict[str, Any] = {}
        for number, (ours, theirs) in enumerate(zip(arranged, batches, strict=True)):
            stored |= {f"{number}/{name}": array for name, array in zip(names, ours, strict=True)}
            stored |= {f"{number}/onnx:{n}": a for n, a in zip(graph_inputs(onnx), theirs, strict=True)}
        np.savez(folder / "inputs.npz", **stored)
        job = {
            "inputs": str(folder / "inputs.npz"),
            "batches": len(batches),
            "files": [
                {
                    "format": name,
                    "path": str(Path(path).absolute()),
                    "config": str(config),
                    "order": list(names),
                    "output": str(folder / f"output-{number}.npz"),
                }
                for number, (name, path, _) in enumerate(written)
            ],
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        answers = _run_fresh(folder / "job.json")
        found = []
        for number, entry in enumerate(job["files"]):  # type: ignore[arg-type, var-annotated]
            answer = answers.get(entry["path"], {"ok": False, "error": "the process that opened it ended early"})
            if answer["ok"]:
                with np.load(folder / f"output-{number}.npz") as outputs:
                    keys = [key.split("/") for key in outputs.files]
                    answer["outputs"] = [
                        [outputs[f"{b}/{k}"] for k in range(1 + max(int(key[1]) for key in keys))]
                        for b in range(len(batches))
                    ]
            found.append(answer)
        return found


def _run_fresh(job: Path) -> dict[str, dict[str, Any]]:
    """Run the reopening script where PT2K can't be imported; its answers by path."""
    script = Path(__file__).with_name("reopen.py")
    packaged = bool(getattr(sys, "frozen", False))
    command = [sys.executable, REOPEN, str(job)] if packaged else [sys.executable, "-I", str(script), str(job)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    process = subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env=environment,
        timeout=_PATIENCE,
        stdin=subprocess.DEVNULL,
    )
    answers = [json.loads(line[5:]) for line in process.stdout.splitlines() if line.startswith("PT2K ")]
    if not answers:
        raise Problem(
            "The files were written, but the process that should open them again did not start.",
            hint="They may be right all the same; open them by hand.",
            details=process.stderr[-4000:],
        )
    return {answer["path"]: answer for answer in answers}


def _compared(
    name: str, path: str, seconds: float, answer: dict[str, Any], expected: Sequence[Sequence[np.ndarray]]
) -> SavedFile:
    """The verdict on one file."""
    import numpy as np

    size = _size(path)
    if not answer["ok"]:
        return SavedFile(
            name, path, size, None, False, seconds, f"It does not open again: {_first_line(answer['error'])}"
        )
    outputs: list[list[np.ndarray]] = answer["outputs"]
    largest, scale, agree, rows = 0.0, 0.0, 0, 0
    for actual, wanted in zip(outputs, expected, strict=True):
        for a, e in zip(actual, wanted, strict=True):
            if a.shape != e.shape:
                detail = f"It gives an output of shape {a.shape} where the Keras model gives {e.shape}."
                return SavedFile(name, path, size, None, False, seconds, detail)
            if not e.size:
                continue
            difference = np.abs(a.astype(np.float64) - e.astype(np.float64))
            largest = max(largest, float(np.nan_to_num(difference, nan=np.inf).max()))
            scale = max(scale, float(np.abs(e.astype(np.float64)).max()))
        a, e = actual[0], wanted[0]
        if e.ndim == 2 and e.shape[1] > 1 and e.dtype.kind == "f":
            agree += int((a.argmax(1) == e.argmax(1)).sum())
            rows += len(e)
    where = "opened in a fresh process"
    if name in QUANTIZED:
        same = bool(rows and agree >= _LEAST_AGREEMENT * rows) or largest <= _QUANTISED_ERROR * scale
    else:
        same = largest <= TOLERANCES.get(name, DEFAULT_TOLERANCE) * max(scale, 1e-6)
    said = f"{agree:,} of {rows:,} answers agree; " if rows else ""
    return SavedFile(
        name, path, size, largest, same, seconds, f"{said}{where}, {answer['seconds']:.2f} s for the samples"
    )


def _first_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[0][:300] if lines else "no reason given"


def _size(path: str) -> int:
    place = Path(path)
    if place.is_dir():
        return sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    return place.stat().st_size
