"""One pass of the samples through every backend, and the arrays behind its numbers."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pt2k_gui.files import atomic_path
from pt2k_gui.progress import Context
from pt2k_gui.verify import messages
from pt2k_gui.verify.comparison import Differences, Distance, class_scores
from pt2k_gui.verify.lost_information import OutputErrors
from pt2k_gui.verify.noise_floor import input_rounding
from pt2k_gui.verify.recorded import SHORT, RecordedRunner
from pt2k_gui.verify.result import KEYS, ONNX_RUNTIME
from pt2k_gui.verify.runners import Runner
from pt2k_gui.verify.samples.base import Samples

if TYPE_CHECKING:
    import numpy as np

_TRUTH_ELEMENTS = 4096  # inputs up to this size run in float64 for every sample, larger ones for the first few only
_TRUTH_SAMPLES = 32
_TRUTH_WORK = 4_000_000_000  # multiply-adds in float64, which take several times as long as in float32
_STORED_VALUES = 20_000_000  # of a backend's first output that are kept for the window
LOOKED_SAMPLES = 16  # whose outputs are kept in their shapes, all of them, to be looked at as what they are
_LOOKED_VALUES = 4_000_000  # of a backend, in all of these
_LOOKED_ONE = 16_000_000  # of a backend, in one sample, which is kept where it is the only one


@dataclass
class Found:
    """Sums of a run over its samples, to be taken in by another run over other samples of the same model.

    Attributes:
        first: the first outputs of the samples that were stored; ``whole`` says whether these are all of them.
    """

    differences: dict[tuple[str, str], Differences]
    exact: dict[tuple[str, str], Differences]
    moved: dict[tuple[str, str], Differences]
    losses: list[OutputErrors]
    seconds: dict[str, float]
    first: dict[str, list[np.ndarray]]
    whole: bool


class Run:
    """One pass over all samples; the differences add up batch by batch, so that no output has to be held whole."""

    def __init__(
        self,
        runners: Sequence[Runner],
        truth: Runner | None,
        samples: Samples,
        names: list[str],
        trials: Sequence[Runner] = (),
        work: int = 0,
        axes: Sequence[int] = (),
    ) -> None:
        self.names = names
        self._losses = [OutputErrors() for _ in names] if getattr(runners[-1], "precision", "float32") == "int8" else []
        self._axes = tuple(axes) or (0,) * len(names)  # of each output, the one that counts the samples
        self.candidate = runners[-1].backend
        self.seconds = {runner.backend: 0.0 for runner in runners}
        reference = runners[0].backend
        self.differences = {
            (runner.backend, name): Differences(name, runner.backend, reference)
            for runner in runners[1:]
            for name in names
        }
        self.first: dict[str, list[np.ndarray]] = {runner.backend: [] for runner in runners}
        self._exact: dict[tuple[str, str], Differences] = {}
        if truth is not None:
            for runner in runners:
                for name in names:
                    self._exact[(runner.backend, name)] = Differences(name, runner.backend, truth.backend)
        self._moved = {
            (trial.backend, name): Differences(name, trial.backend, ONNX_RUNTIME) for trial in trials for name in names
        }
        self._trials = trials
        self._runners, self._truth, self._samples = runners, truth, samples
        self._exact_until = samples.count
        if samples.elements > _TRUTH_ELEMENTS:
            self._exact_until = max(1, min(_TRUTH_SAMPLES, _TRUTH_WORK // max(work, 1)))
        self.looked: dict[tuple[str, int], list[np.ndarray]] = {}  # by backend and output
        self.looked_inputs: dict[int, list[np.ndarray]] = {}
        self._looked_samples = self._looked_values = 0
        self._stored = 0
        self._counts: list[int] = []
        self._first = 0  # samples in the first batch
        self._whole = True  # whether the outputs of all samples are stored

    def all(self, context: Context) -> None:
        """Run every batch through every backend and add up the differences."""
        samples, done = self._samples, 0
        for batch in samples.batches():
            count = min(samples.per_batch, samples.count - done)
            outputs: dict[str, list[np.ndarray]] = {}
            for runner in self._runners:
                began = time.perf_counter()
                outputs[runner.backend] = self._by_sample(runner.run(batch))
                self._time(runner, batch, count, done, time.perf_counter() - began)
            reference = outputs[self._runners[0].backend]
            for (backend, name), differences in self.differences.items():
                place = self.names.index(name)
                differences.add(outputs[backend][place], reference[place], count)
            for errors, actual, right in zip(self._losses, outputs[self.candidate], reference, strict=False):
                errors.add(actual, right)
            if self._truth is not None and done < self._exact_until:
                exact = self._by_sample(self._truth.run(batch))
                for (backend, name), differences in self._exact.items():
                    place = self.names.index(name)
                    differences.add(outputs[backend][place], exact[place], count)
            for trial in self._trials if done < self._exact_until else ():
                for name, moved, plain in zip(
                    self.names, self._by_sample(trial.run(batch)), outputs[ONNX_RUNTIME], strict=True
                ):
                    self._moved[(trial.backend, name)].add(moved, plain, count)
            self._store(outputs, count)
            self._look(outputs, batch, count)
            done += count
            self._whole = sum(self._counts) == done
            context.progress(0.1 + 0.75 * done / samples.count, messages.SAMPLES_DONE(done=done, count=samples.count))

    def found(self) -> Found:
        """The sums so far."""
        whole = sum(self._counts) == self._samples.count
        return Found(
            self.differences, self._exact, self._moved, self._losses, self.seconds, self.first, whole
        )  # fmt: skip

    def take_in(self, other: Found) -> None:
        """Add what another run found over the samples that follow these."""
        for own, theirs in (
            (self.differences, other.differences), (self._exact, other.exact), (self._moved, other.moved)
        ):  # fmt: skip
            for key, differences in theirs.items():
                if key in own:
                    own[key].merge(differences)
        for errors, more in zip(self._losses, other.losses, strict=False):
            errors.merge(more)
        for backend, seconds in other.seconds.items():
            self.seconds[backend] = self.seconds.get(backend, 0.0) + seconds
        if self._whole:  # those at the front are kept; no gaps
            for backend, values in other.first.items():
                self.first[backend] += values
            self._whole = other.whole

    def cover(self, samples: Samples) -> None:
        """Say which samples the numbers are of, once those of the other parts were taken in."""
        self._samples = samples

    def _by_sample(self, outputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The outputs with the axis that counts the samples in front, whichever it is."""
        import numpy as np

        return [
            np.moveaxis(array, axis, 0) if 0 < axis < array.ndim else array
            for array, axis in zip(outputs, self._axes, strict=True)
        ]

    def _time(self, runner: Runner, batch: tuple[np.ndarray, ...], count: int, done: int, seconds: float) -> None:
        """Add what a batch took. The first one builds and warms up: it counts as the others take, or is run once more."""
        left = self._samples.count - count
        elsewhere = isinstance(runner, RecordedRunner)
        seconds = runner.seconds if isinstance(runner, RecordedRunner) else seconds
        if done:
            self.seconds[runner.backend] += seconds * (1 + self._first / max(self._samples.count - self._first, 1))
            return
        self._first = count
        if not left:
            if seconds < SHORT and not elsewhere:
                began = time.perf_counter()
                runner.run(batch)
                seconds = time.perf_counter() - began
            self.seconds[runner.backend] = seconds

    def _store(self, outputs: dict[str, list[np.ndarray]], count: int) -> None:
        size = next(iter(outputs.values()))[0].size
        if self._stored + size > _STORED_VALUES:
            self._stored = _STORED_VALUES  # those at the front are kept; no gaps
            return
        self._stored += size
        self._counts.append(count)
        for backend, values in outputs.items():
            rows = class_scores(values[0], count)
            self.first[backend].append(
                rows
                if rows is not None
                else values[0].reshape(count, -1)
                if values[0].size % count == 0
                else values[0].reshape(1, -1).repeat(count, 0)
            )

    def _look(self, outputs: dict[str, list[np.ndarray]], batch: Sequence[np.ndarray], count: int) -> None:
        """Keep the first samples as they are."""
        keep = min(count, LOOKED_SAMPLES - self._looked_samples)
        first = next(iter(outputs.values()))
        if keep <= 0 or any(not array.ndim or array.shape[0] != count for array in first):
            return
        size = sum(array[:1].size for array in first)
        room = (_LOOKED_VALUES - self._looked_values) // max(size, 1)
        keep = min(keep, room if room or self._looked_samples or size > _LOOKED_ONE else 1)
        if keep <= 0:
            self._looked_samples = LOOKED_SAMPLES  # those at the front are kept; no gaps
            return
        self._looked_samples += keep
        self._looked_values += keep * size
        for backend, arrays in outputs.items():
            for place, array in enumerate(arrays):
                self.looked.setdefault((backend, place), []).append(array[:keep].copy())
        for place, given in enumerate(batch):
            if given.ndim and given.shape[0] == count and given[:1].size <= _LOOKED_VALUES // LOOKED_SAMPLES:
                self.looked_inputs.setdefault(place, []).append(given[:keep].copy())

    def distances(self, reference: str) -> list[Distance]:
        """For each output how far the reference and the converted model are from the truth, and from each other."""
        found = []
        for name in self.names:
            direct = self.differences[(self.candidate, name)]
            if self._truth is None:
                moves = [self._moved[(trial.backend, name)].max_abs for trial in self._trials]
                floor = max((move for move in moves if math.isfinite(move)), default=0.0)
                found.append(Distance(name, floor, 0.0, direct.max_abs, direct.scale, direct.max_abs, direct.finite))
                continue
            own, keras = self._exact[(reference, name)], self._exact[(self.candidate, name)]
            other = self._exact[(ONNX_RUNTIME, name)]
            found.append(
                Distance(name, own.max_abs, other.max_abs, keras.max_abs, own.scale, direct.max_abs, direct.finite)
            )
        return found

    def input_rounding(self, runner: Runner) -> list[float]:
        """How far each output moves with the input's own rounding."""
        return input_rounding(runner, self._samples, self._axes)

    def lost(self) -> str:
        """The loss of a file in eight bits, in words; empty where it lost nothing."""
        for name, errors in zip(self.names, self._losses, strict=False):
            if (found := errors.lost()) is not None:
                return found.sentence(name)
        return ""

    def scores(self, backend: str) -> np.ndarray | None:
        """The first output of the stored samples, (samples, values)."""
        import numpy as np

        parts = self.first[backend]
        return np.concatenate(parts) if parts and len({part.shape[1] for part in parts}) == 1 else None

    @property
    def width(self) -> int:
        """How many classes the model tells apart; 0 where its first output is no score for each class."""
        parts = self.first[self.candidate]
        return int(parts[0].shape[1]) if parts and self.scored else 0

    @property
    def scored(self) -> bool:
        """Whether the first output is a score for each class."""
        return self.differences[(self.candidate, self.names[0])].scored

    def named(self) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """The classes' names, the labels' names where these are others, and whether the labels tell what is right."""
        names, labels = self._samples.classes, self._samples.labels
        if labels is None:
            return names, (), False
        if names and (len(names) != self.width and not _are_numbers(names)):
            return (), names, False
        return names, (), bool(self.width) and int(labels.max(initial=-1)) < self.width

    def accuracy(self, backend: str) -> float | None:
        """The share of samples that a backend labels rightly; None without labels that fit."""
        labels, scores = self._samples.labels, self.scores(backend)
        if labels is None or scores is None or not self.named()[2]:
            return None
        known = labels[: len(scores)] >= 0
        return float((scores.argmax(1) == labels[: len(scores)])[known].mean()) if known.any() else None


def _looked_arrays(run: Run) -> dict[str, Any]:
    """The first samples in their shapes: ``look_0_keras`` is Keras's first output; ``look_input_0`` its first input."""
    import numpy as np

    def joined(parts: list[np.ndarray]) -> np.ndarray | None:
        return np.concatenate(parts) if parts and len({part.shape[1:] for part in parts}) == 1 else None

    found = {f"look_{place}_{KEYS[backend]}": joined(parts) for (backend, place), parts in run.looked.items()}
    found |= {f"look_input_{place}": joined(parts) for place, parts in run.looked_inputs.items()}
    return {name: array for name, array in found.items() if array is not None and array.dtype.kind in "fiub"}


def _are_numbers(names: Sequence[str]) -> bool:
    """Whether labels are called by the numbers of their classes."""
    return list(names) == [str(number) for number in range(len(names))]


def write_arrays(path: str, run: Run, samples: Samples) -> int:
    """Write the samples and first outputs; returns how many samples have backends that disagree."""
    import numpy as np

    arrays: dict[str, Any] = {}
    for backend, key in KEYS.items():
        scores = run.scores(backend) if backend in run.first else None
        if scores is not None:
            arrays[key] = scores.astype(np.float32)
    stored = len(next(iter(arrays.values()))) if arrays else 0
    if samples.images is not None:
        arrays["images"] = samples.images[:stored]
    if samples.files:
        arrays["files"] = np.array(samples.files[:stored])
    arrays["labels"] = samples.labels[:stored] if samples.labels is not None else np.full(stored, -1, np.int64)
    arrays.update(_looked_arrays(run))
    if samples.words:  # as bytes: an array of texts gives each the room of the longest
        arrays["vocabulary"] = np.frombuffer(json.dumps(samples.words).encode(), np.uint8)
    own = [difference for (backend, _), difference in run.differences.items() if backend == run.candidate]
    each = np.stack([np.concatenate(d.per_sample) for d in own])[:, :stored].astype(np.float32)
    arrays["differences"], arrays["difference"] = each, each.max(axis=0)
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **arrays)
    predictions = [arrays[key].argmax(1) for key in KEYS.values() if key in arrays]
    if len(predictions) < 2 or not run.scored:
        return 0
    return int(np.any([prediction != predictions[0] for prediction in predictions[1:]], axis=0).sum())
