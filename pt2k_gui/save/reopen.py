"""Opens saved files in a process of its own, as somebody who never heard of PT2K would, and runs them on given inputs.

A script that stands alone: it imports nothing of PT2K and makes sure that nothing else can.
Called with one argument, a JSON file: ``{"inputs": NPZ, "batches": N, "single": BOOL, "files": [{"format", "path", "config",
"order", "output"}]}``; writes one ``.npz`` a file and prints one JSON line a file.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

_MOST_RUNS = 50
_TIMING_SECONDS = 0.5


class _Blocker:
    """Refuses to import the package that wrote the files."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.split(".")[0] == "pt2k_gui":
            raise ImportError("pt2k_gui can't be imported here, on purpose")


def _open_keras(kind: str, entry: dict[str, Any]) -> Any:
    import keras

    if kind == "python":
        specification = importlib.util.spec_from_file_location("model", entry["path"])
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module.build_model()
    if kind == "weights":
        with open(entry["config"], encoding="utf-8") as stream:  # noqa: PTH123
            model = keras.models.model_from_json(stream.read())
        model.load_weights(entry["path"])
        return model
    return keras.saving.load_model(entry["path"], compile=False)


def _open(kind: str, entry: dict[str, Any]) -> Callable[[Any], Any]:
    """A function from a dictionary of arrays by input name to a list of arrays."""
    path = entry["path"]
    order = entry["order"]
    if kind in ("keras", "h5", "weights", "python"):
        model = _open_keras(kind, entry)

        def run_keras(arrays: Any) -> Any:
            values = [arrays[name] for name in order]
            outputs = model.predict_on_batch(values if len(values) > 1 else values[0])
            return list(outputs) if isinstance(outputs, list | tuple) else [outputs]

        return run_keras
    if kind == "openvino":
        import openvino

        # Some processors would compute in bfloat16, which says nothing of the file.
        compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

        def run_openvino(arrays: Any) -> Any:
            results = compiled({name: arrays[name] for name in order})
            return [results[port] for port in compiled.outputs]

        return run_openvino
    if kind == "savedmodel":
        import tensorflow as tf

        loaded = tf.saved_model.load(path)
        signature = loaded.signatures["serving_default"]

        def run_saved(arrays: Any, owner: Any = loaded) -> Any:  # the signature does not own its variables
            outputs = signature(**{name: tf.constant(arrays[name]) for name in order})
            return [outputs[name].numpy() for name in sorted(outputs, key=lambda n: int(n.rsplit("_", 1)[-1]))]

        return run_saved
    if kind == "onnx":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        names = [value.name for value in session.get_inputs()]
        return lambda arrays: session.run(None, {name: arrays["onnx:" + name] for name in names})
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_path=path)
    runner_names = next(iter(interpreter.get_signature_list().values()))["inputs"]

    def run_lite(arrays: Any) -> Any:
        runner = interpreter.get_signature_runner(next(iter(interpreter.get_signature_list())))
        outputs = runner(**{name: arrays[name] for name in runner_names})
        return [outputs[name] for name in sorted(outputs, key=lambda n: int(n.rsplit("_", 1)[-1]))]

    return run_lite


def _one_sample(run: Callable[[Any], Any], batch: dict[str, Any], single: bool) -> float:
    """Median seconds for one sample: alone where the batch is free, else its share of a batch."""
    rows = 1 if single else len(next(iter(batch.values())))
    arrays = {name: array[:1] for name, array in batch.items()} if single else batch
    run(arrays)  # what is done once for a batch of this size
    times: list[float] = []
    while sum(times) < _TIMING_SECONDS and len(times) < _MOST_RUNS:
        began = time.perf_counter()
        run(arrays)
        times.append(time.perf_counter() - began)
    return statistics.median(times) / rows


def main(job_path: str) -> None:
    sys.meta_path.insert(0, _Blocker())
    sys.setrecursionlimit(100_000)  # Keras follows a graph by recursion; the report tells the user of a deep one
    sys.dont_write_bytecode = True  # nothing is left beside somebody's model.py
    import numpy as np

    with open(job_path, encoding="utf-8") as stream:  # noqa: PTH123
        job = json.load(stream)
    with np.load(job["inputs"]) as stored:
        batches = [
            {name.split("/", 1)[1]: stored[name] for name in stored.files if name.startswith(f"{number}/")}
            for number in range(job["batches"])
        ]
    for entry in job["files"]:
        try:
            run = _open(entry["format"], entry)
            results = [run(batch) for batch in batches]
            np.savez(entry["output"], **{f"{b}/{k}": a for b, r in enumerate(results) for k, a in enumerate(r)})
            answer = {"path": entry["path"], "ok": True, "seconds": _one_sample(run, batches[0], job["single"])}
        except Exception as error:  # the answer is for the process that asked
            answer = {"path": entry["path"], "ok": False, "error": f"{type(error).__name__}: {error}"}
        print("PT2K " + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
