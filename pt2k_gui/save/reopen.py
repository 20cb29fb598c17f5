"""Opens saved files in a process of its own, as somebody who never heard of PT2K would, and runs them on given inputs.

A script that stands alone: it imports nothing of PT2K but the formats' own files, and makes sure that nothing else can.
Called without arguments; reads a line with the modules that it will need, which it imports at once, and then lines that each
name a JSON file, until there are no more:
``{"inputs": NPZ, "batches": N, "single": BOOL, "files": [{"format", "module", "path", "config", "order", "output"}]}``.
Writes one ``.npz`` a file and prints one JSON line a file.
"""

from __future__ import annotations

import gc
import importlib
import json
import pathlib
import statistics
import sys
import time
import types
from collections.abc import Callable
from typing import Any

REOPEN = "--reopen"  # the argument with which the packaged application runs this file, in place of a Python

_MOST_RUNS = 50
_TIMING_SECONDS = 0.3
_FOLDER = "formats"  # the name of the package here


class _Blocker:
    """Refuses to import the package that wrote the files."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.split(".")[0] == "pt2k_gui":
            raise ImportError("pt2k_gui can't be imported here, on purpose")


def _open(entry: dict[str, Any]) -> Callable[[Any], Any]:
    """A function from a dictionary of arrays by input name to a list of arrays."""
    module = importlib.import_module(f"{_formats()}.{entry['module']}")
    form = next(form for form in module.FORMATS if form.name == entry["format"])
    reopening = importlib.import_module(f"{_formats()}.entry").Reopening
    run: Callable[[Any], Any] = form.reopen(reopening(entry["path"], entry["config"], tuple(entry["order"])))
    return run


def _formats() -> str:
    """The package that the formats' files are in: read from the folder beside this file, without the package around it.

    The packaged application has no such folder: there they are modules of PT2K that were imported before it was refused.
    """
    folder = pathlib.Path(__file__).with_name("formats")
    if not folder.is_dir():
        return "pt2k_gui.save.formats"
    if _FOLDER not in sys.modules:
        package = types.ModuleType(_FOLDER)
        package.__path__ = [str(folder)]
        sys.modules[_FOLDER] = package
    return _FOLDER


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


def main() -> None:
    """Read the two lines, open and run each file, and print what became of it."""
    if _formats() != _FOLDER:
        importlib.import_module(_formats())
    sys.meta_path.insert(0, _Blocker())
    sys.setrecursionlimit(100_000)  # Keras follows a graph by recursion; the report tells the user of a deep one
    sys.dont_write_bytecode = True  # nothing is left beside somebody's model.py
    import numpy as np

    gc.disable()  # nothing of what an import makes is in vain
    for name in sys.stdin.readline().split():
        importlib.import_module(name)
    gc.enable()
    for line in iter(sys.stdin.readline, ""):
        job = json.loads(pathlib.Path(line.strip()).read_text(encoding="utf-8"))
        with np.load(job["inputs"]) as stored:
            batches = [
                {name.split("/", 1)[1]: stored[name] for name in stored.files if name.startswith(f"{number}/")}
                for number in range(job["batches"])
            ]
        _work(job, batches)


def _work(job: dict[str, Any], batches: list[dict[str, Any]]) -> None:
    import numpy as np

    for entry in job["files"]:
        try:
            run = _open(entry)
            results = [run(batch) for batch in batches]
            np.savez(entry["output"], **{f"{b}/{k}": a for b, r in enumerate(results) for k, a in enumerate(r)})
            answer = {"path": entry["path"], "ok": True, "seconds": _one_sample(run, batches[0], job["single"])}
        except Exception as error:  # the answer is for the process that asked
            answer = {"path": entry["path"], "ok": False, "error": f"{type(error).__name__}: {error}"}
        print("PT2K " + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
