"""Opens written files again in a fresh process and compares what they give with what the converted model gave."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.difference import largest_difference, magnitude
from pt2k_gui.files import scratch_folder
from pt2k_gui.save import messages
from pt2k_gui.save.formats import files_of, format_named, module_of
from pt2k_gui.save.fresh_process import FreshProcess
from pt2k_gui.save.result import SavedFile

if TYPE_CHECKING:
    import numpy as np

# A quantised model passes if nearly all answers stay, or if the outputs do: eight bits leave an error of some percent of
# the scale, which turns answers that were nearly tied.
_LEAST_AGREEMENT = 0.97
_QUANTIZED_ERROR = 0.15


@dataclass(frozen=True)
class Written:
    """A file that was written: its format, its path, and the seconds that it took; ``at`` is where it is until it is put
    in place, and ``told`` what its format tells of how it was made."""

    format: str
    path: str
    seconds: float
    at: str = ""
    told: str = ""

    @property
    def place(self) -> str:
        """Where the file is now."""
        return self.at or self.path


@dataclass(frozen=True, eq=False)
class Expected:
    """Data that the files are checked with.

    Attributes:
        names: of the Keras model's inputs, in its order; ``onnx_names`` those of the ONNX graph.
        arranged, given: the samples by batch, one array an input, in the axes of Keras and of ONNX.
        wanted, wanted_onnx: the converted model's outputs by batch, in the axes of Keras and of ONNX.
        labels: the right answers in the order of the samples, where they are known.
        free_batch: whether the model takes any number of samples.
        config: the Keras model's architecture as JSON, for files that hold weights alone.
        rounding: computes how far rounding alone moves each output of the converted model.
    """

    names: tuple[str, ...]
    onnx_names: tuple[str, ...]
    arranged: Sequence[Sequence[np.ndarray]]
    given: Sequence[Sequence[np.ndarray]]
    wanted: Sequence[Sequence[np.ndarray]]
    wanted_onnx: Sequence[Sequence[np.ndarray]]
    labels: np.ndarray | None
    free_batch: bool
    config: str
    rounding: Callable[[], Sequence[float]] | None = None


class Reopening:
    """Files opened again where PT2K can't be imported, each from when it is written, and run on the samples.

    Args:
        fresh: the process that opens them; it ends with ``compared``.
    """

    def __init__(self, expected: Expected, fresh: FreshProcess) -> None:
        self._expected, self._fresh = expected, fresh
        self._closing = contextlib.ExitStack()
        self._scratch = self._closing.enter_context(scratch_folder())
        self._begun: list[tuple[Written, dict[str, Any]]] = []

    def __enter__(self) -> Reopening:
        return self

    def __exit__(self, *_: object) -> None:
        self._fresh.close()
        self._closing.close()

    @property
    def written(self) -> list[Written]:
        """The files that were begun."""
        return [file for file, _ in self._begun]

    def begin(self, file: Written) -> None:
        """Have a file opened, which stays where it is until ``compared``."""
        folder, number = self._scratch, len(self._begun)
        if not number:
            self._write_inputs(folder)
        entry: dict[str, Any] = {
            "format": file.format,
            "module": module_of(file.format),
            "path": str(Path(file.place).absolute()),
            "config": str(folder / "model.json"),
            "order": list(self._expected.names),
            "output": str(folder / f"output-{number}.npz"),
        }
        job = {
            "inputs": str(folder / "inputs.npz"),
            "batches": len(self._expected.arranged),
            "single": self._expected.free_batch,
            "files": [entry],
        }
        (folder / f"job-{number}.json").write_text(json.dumps(job), encoding="utf-8")
        self._fresh.begin(folder / f"job-{number}.json")
        self._begun.append((file, entry))

    def _write_inputs(self, folder: Path) -> None:
        import numpy as np

        expected = self._expected
        (folder / "model.json").write_text(expected.config, encoding="utf-8")
        stored: dict[str, Any] = {}
        for number, (ours, theirs) in enumerate(zip(expected.arranged, expected.given, strict=True)):
            stored |= {f"{number}/{name}": array for name, array in zip(expected.names, ours, strict=True)}
            stored |= {f"{number}/onnx:{n}": a for n, a in zip(expected.onnx_names, theirs, strict=True)}
        np.savez(folder / "inputs.npz", **stored)

    def compared(self) -> tuple[SavedFile, ...]:
        """The verdict on each file, in the order in which they were begun.

        Raises:
            Problem: the fresh process did not start. A file that does not open or differs is an answer, not a problem.
        """
        import numpy as np

        answers = self._fresh.answers()
        found = []
        for file, entry in self._begun:
            answer = answers.get(str(entry["path"]), {"ok": False, "error": messages.PROCESS_ENDED()})
            if answer["ok"]:
                with np.load(str(entry["output"])) as outputs:
                    keys = [key.split("/") for key in outputs.files]
                    count = 1 + max(int(key[1]) for key in keys)
                    answer["outputs"] = [
                        [outputs[f"{batch}/{k}"] for k in range(count)] for batch in range(len(self._expected.arranged))
                    ]
            found.append(compared(file, answer, self._expected))
        return tuple(found)


def compared(file: Written, answer: dict[str, Any], expected: Expected) -> SavedFile:
    """The verdict on one file, from what the fresh process says of it."""
    import numpy as np

    entry = format_named(file.format)
    beside = (*files_of(file.format, file.path), "")[1]
    size = size_of(file)

    def failed(detail: str) -> SavedFile:
        return SavedFile(file.format, file.path, size, None, False, file.seconds, detail, beside)

    if not answer["ok"]:
        return failed(messages.NOT_REOPENED(reason=_first_line(answer["error"])))
    outputs: list[list[np.ndarray]] = answer["outputs"]
    wanted = expected.wanted_onnx if entry.onnx_axes else expected.wanted
    if any(len(actual) != len(right) for actual, right in zip(outputs, wanted, strict=True)):
        return failed(messages.OUTPUT_COUNT(count=len(outputs[0]), expected=len(wanted[0])))
    largest, scale, relative = 0.0, 0.0, 0.0
    distances = []
    for number in range(len(wanted[0])):
        actual, right = (np.concatenate([batch[number] for batch in part]) for part in (outputs, wanted))
        if actual.shape != right.shape:
            return failed(messages.OUTPUT_SHAPE(shape=str(actual.shape), expected=str(right.shape)))
        if not right.size:
            distances.append(0.0)
            continue
        apart, high = largest_difference(actual, right), magnitude(right)
        largest, scale = max(largest, apart), max(scale, high)
        relative = max(relative, apart / max(high, 1e-6))
        distances.append(apart)
    agreement = _share(outputs, wanted)
    lost = _lost(outputs, wanted, entry.integer_outputs) if entry.quantised else ""
    if entry.quantised:
        kept = agreement is not None and agreement >= _LEAST_AGREEMENT
        same = not lost and (kept or largest <= _QUANTIZED_ERROR * scale)
    else:
        same = relative <= entry.tolerance or _is_rounding(distances, expected)
    samples = sum(len(batch[0]) for batch in expected.given)
    detail = lost or messages.OPENED_AND_RUN(samples=samples)
    if not same and not lost and entry.quantised:
        detail = _too_coarse(agreement, largest / max(scale, 1e-6))
    return SavedFile(
        format=file.format,
        path=file.path,
        size=size,
        difference=largest,
        same=same,
        seconds=file.seconds,
        detail=detail,
        note=file.told,
        beside=beside,
        relative=relative,
        samples=samples,
        agreement=agreement,
        accuracy=_accuracy(outputs, expected.labels),
        accuracy_before=_accuracy(wanted, expected.labels),
        milliseconds=1000.0 * answer["seconds"],
    )


def _too_coarse(agreement: float | None, error: float) -> str:
    """Why a quantised file is no stand-in for the model."""
    if agreement is None:
        return messages.TOO_COARSE(error=error)
    return messages.TOO_COARSE_ANSWERS(agreement=agreement, error=error)


def _lost(outputs: Sequence[Sequence[np.ndarray]], wanted: Sequence[Sequence[np.ndarray]], one_scale: bool) -> str:
    """The loss of the first output of a coarse file that lost something, in words."""
    from pt2k_gui.verify.lost_information import OutputErrors

    for number in range(len(wanted[0])):
        errors = OutputErrors()
        for actual, right in zip(outputs, wanted, strict=True):
            errors.add(actual[number], right[number])
        if (lost := errors.lost()) is not None:
            return lost.sentence(str(number), one_scale=one_scale)
    return ""


def _answers(outputs: Sequence[Sequence[np.ndarray]]) -> np.ndarray | None:
    """The class that the first output names for each sample; None where it is not scores of classes."""
    import numpy as np

    scores = [batch[0] for batch in outputs]
    if any(array.ndim != 2 or array.shape[1] < 2 or array.dtype.kind != "f" for array in scores):
        return None
    return np.concatenate([array.argmax(1) for array in scores])


def _is_rounding(distances: Sequence[float], expected: Expected) -> bool:
    """Whether each output is no further away than rounding takes the converted model's own, by the verdict's factor."""
    from pt2k_gui.verify.comparison import FACTOR

    if expected.rounding is None or not all(map(math.isfinite, distances)):
        return False
    moves = expected.rounding()
    return all(apart <= FACTOR * move for apart, move in zip(distances, moves, strict=True))


def _share(outputs: Sequence[Sequence[np.ndarray]], wanted: Sequence[Sequence[np.ndarray]]) -> float | None:
    answers, right = _answers(outputs), _answers(wanted)
    if answers is None or right is None or not len(right):
        return None
    return float((answers == right).mean())


def _accuracy(outputs: Sequence[Sequence[np.ndarray]], labels: np.ndarray | None) -> float | None:
    answers = _answers(outputs)
    if answers is None or labels is None or len(labels) != len(answers) or not len(labels):
        return None
    return float((answers == labels).mean())


def _first_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[0][:300] if lines else messages.NO_REASON()


def size_of(file: Written) -> int:
    """Bytes of all that was written for one format."""
    return sum(_size(path) for path in files_of(file.format, file.place))


def _size(path: str) -> int:
    place = Path(path)
    if place.is_dir():
        return sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    return place.stat().st_size
