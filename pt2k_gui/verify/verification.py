"""Runs the same samples through every backend, compares, and writes the arrays behind the numbers."""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.files import atomic_path
from pt2k_gui.progress import Context, stage
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify.comparison import Differences, Distance, class_scores, verdict
from pt2k_gui.verify.converted import open_converted
from pt2k_gui.verify.monte_carlo import TRIALS, DisturbedRunner
from pt2k_gui.verify.result import (
    FROM_SPACING,
    FROM_TRIALS,
    FROM_TRUTH,
    KEYS,
    ONNX_RUNTIME,
    BackendRun,
    FileHash,
    LayerDifference,
    SampleChoice,
    StepComparison,
    Verification,
)
from pt2k_gui.verify.runners import OnnxRuntimeRunner, PyTorchRunner, ReferenceRunner, Runner
from pt2k_gui.verify.samples.gather import Samples, gather

if TYPE_CHECKING:
    import numpy as np

ARRAYS = "verification.npz"
_TRUTH_ELEMENTS = 4096  # inputs up to this size run in float64 for every sample, larger ones for the first few only
_TRUTH_SAMPLES = 32
_REFERENCE_ELEMENTS = 20_000  # beyond it the reference evaluator, which is written in numpy, takes minutes
_STORED_VALUES = 20_000_000  # of a backend's first output that are kept for the window


def verify(
    loaded: LoadedModel,
    onnx: str,
    converted: str,
    choice: SampleChoice,
    folder: str,
    context: Context,
    *,
    layers: bool = False,
    training: bool = False,
    axis_order: str = "keras",
) -> Verification:
    """Compare a model with its ONNX file and its converted file.

    Args:
        loaded: the opened PyTorch model or ONNX graph.
        onnx: the file that was exported from it.
        converted: the Keras model, or what it was saved as (see ``open_converted``).
        choice: which samples.
        folder: takes ``verification.npz``.
        context: gets progress and stages.
        layers: compare layer by layer too, where the file says which layer computes what.
        training: compare one step of training too; the file is a twin that can be trained.
        axis_order: of the conversion, for files that don't say it.

    Raises:
        Problem: a file can't be opened, or the samples don't fit.
    """
    began = time.perf_counter()
    inputs = onnx_inputs(onnx, loaded)
    with stage(context, "Gather the samples") as result:
        samples = gather(choice, loaded.card, inputs)
        result.text = f"{samples.count:,} from {samples.source}"
    runners: list[Runner] = [*([PyTorchRunner(loaded)] if loaded.module is not None else []), OnnxRuntimeRunner(onnx)]
    candidate = open_converted(converted, onnx, axis_order=axis_order, trainable=training)
    runners.append(candidate)
    with contextlib.ExitStack() as opened:
        for runner in runners:
            context.progress(0.05, f"Opening {runner.backend}")
            runner.open()
            opened.callback(runner.close)
        truth = _truth(loaded, onnx, samples)
        if truth is not None:
            opened.callback(truth.close)
        trials = [] if truth is not None else _trials(onnx, samples)
        for trial in trials:
            opened.callback(trial.close)
        rounding = FROM_TRUTH if truth is not None else FROM_TRIALS if trials else FROM_SPACING
        context.log(f"Truth: {truth.backend if truth else f'none; the rounding is estimated ({rounding})'}")
        with stage(context, "Run the backends") as result:
            run = _Run(runners, truth, samples, output_names(onnx), trials)
            run.all(context)
            result.text = ", ".join(f"{r.backend} {run.seconds[r.backend]:.2f} s" for r in runners)
    reference = runners[0].backend
    answer = verdict(
        run.distances(reference),
        [run.differences[(candidate.backend, name)].result() for name in run.names],
        "digits" if choice.kind == "digits" else "samples",
        reference,
        candidate=candidate.backend,
        precision=candidate.precision,
        rounding=rounding,
    )
    found: tuple[LayerDifference, ...] = ()
    notes = [*samples.notes, *candidate.notes]
    if layers and not converted.endswith(".keras"):
        notes.append("Only a .keras file says which layer computes what, so the layers were not compared.")
    elif layers:
        from pt2k_gui.verify.layers import compare_layers, first_departure

        with stage(context, "Compare layer by layer") as result:
            found, note = compare_layers(onnx, converted, next(samples.batches()))
            result.text = f"{len(found)} layers" if found else note
            notes += [note] if note else []
        departed = first_departure(found)
        if departed is not None and answer.same:
            notes.append(
                f"The outputs agree, but {departed.layer} departs within the model; look at the layers, and check with "
                "samples that exercise it."
            )
    step: StepComparison | None = None
    if training and converted.endswith(".keras"):
        from pt2k_gui.verify.training import compare_training

        context.progress(0.9, "Comparing a step of training")
        with stage(context, "Compare a step of training") as result:
            step, note = compare_training(loaded, converted, samples, inputs)
            result.text = step.sentence if step is not None else note
            notes += [note] if note else []
    context.progress(0.95, "Writing the arrays")
    classes, truths, labelled = run.named()
    if truths:
        notes.append(
            f"The labels name {len(truths)} classes and the model tells {run.width:,} apart, so no accuracy was counted."
        )
    arrays = str(Path(folder) / ARRAYS)
    disagreements = _write_arrays(arrays, run, samples)
    context.log(f"{answer.headline} {answer.sentence}")
    files = tuple(
        file_hash(role, path)
        for role, path in (
            ("model", loaded.card.path),
            ("ONNX", onnx),
            ("converted", converted),
            ("samples", choice.path),
        )
        if path and Path(path).exists()
    )
    context.progress(1.0, "Compared")
    return Verification(
        samples=samples.count,
        sample_source=samples.source,
        labelled=labelled,
        classes=classes,
        backends=tuple(
            BackendRun(r.backend, r.version, run.seconds[r.backend], run.accuracy(r.backend)) for r in runners
        ),
        comparisons=tuple(run.differences[key].result() for key in run.differences),
        verdict=answer,
        disagreements=disagreements,
        arrays=arrays,
        seconds=time.perf_counter() - began,
        layers=found,
        notes=tuple(notes),
        choice=choice,
        truths=truths,
        candidate=candidate.backend,
        truth=truth.backend if truth else "",
        rounding=rounding,
        files=files,
        training=step,
        precision=candidate.precision,
    )


def file_hash(role: str, path: str) -> FileHash:
    """Size and SHA-256 of a file; of a folder, over its files in the order of their names."""
    place = Path(path)
    digest, size = hashlib.sha256(), 0
    parts = sorted(p for p in place.rglob("*") if p.is_file()) if place.is_dir() else [place]
    for part in parts:
        size += part.stat().st_size
        if place.is_dir():
            digest.update(str(part.relative_to(place)).encode())
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return FileHash(role, path, size, digest.hexdigest())


def onnx_inputs(path: str, loaded: LoadedModel) -> tuple[TensorSpec, ...]:
    """The inputs as they stand in the ONNX file, with the integer ranges that were chosen, else those of the card."""
    import onnx

    from pt2k_gui.sources.onnx_file import remembered

    model = onnx.load(path, load_external_data=False)
    graph = model.graph
    stored = {tensor.name for tensor in graph.initializer}
    ranges = {spec.name: (spec.low, spec.high) for spec in loaded.card.inputs}
    by_place = [(spec.low, spec.high) for spec in loaded.card.inputs]
    specs = []
    for number, value in enumerate(value for value in graph.input if value.name not in stored):
        kind = value.type.tensor_type
        shape = tuple(
            size.dim_value
            if size.HasField("dim_value")
            else ("batch" if axis == 0 else size.dim_param or f"dim_{axis}")
            for axis, size in enumerate(kind.shape.dim)
        )
        low, high = ranges.get(value.name) or (by_place[number] if number < len(by_place) else (None, None))
        specs.append(
            TensorSpec(value.name, str(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)), shape, low, high)
        )
    return remembered(model, specs)


def graph_inputs(path: str) -> list[str]:
    """The names of the inputs that have to be fed: older files list initializers among them."""
    import onnx

    graph = onnx.load(path, load_external_data=False).graph
    stored = {tensor.name for tensor in graph.initializer}
    return [value.name for value in graph.input if value.name not in stored]


def output_names(path: str) -> list[str]:
    """The ONNX graph's outputs."""
    import onnx

    return [value.name for value in onnx.load(path, load_external_data=False).graph.output]


def _truth(loaded: LoadedModel, onnx: str, samples: Samples) -> Runner | None:
    """A float64 runner that works on the first batch and agrees with itself in float32; None where there is none."""
    import numpy as np

    batch = next(samples.batches())
    candidates: list[tuple[Runner, Runner]] = [(OnnxRuntimeRunner(onnx, double=True), OnnxRuntimeRunner(onnx))]
    if samples.elements <= _REFERENCE_ELEMENTS:
        candidates.append((ReferenceRunner(onnx), OnnxRuntimeRunner(onnx)))
    if loaded.module is not None:
        candidates.insert(0, (PyTorchRunner(loaded, double=True), PyTorchRunner(loaded)))
    for truth, plain in candidates:
        try:
            truth.open()
            plain.open()
            exact, rounded = truth.run(batch), plain.run(batch)
        except Exception:  # a model that insists on float32 somewhere has no such run: whatever its operators raise
            truth.close()
            continue
        finally:
            plain.close()
        fits = all(
            a.shape == b.shape
            and (a.dtype == np.float64 or a.dtype.kind != "f")
            and np.allclose(a.astype(np.float64), b.astype(np.float64), rtol=0.05, atol=0.05, equal_nan=True)
            for a, b in zip(exact, rounded, strict=True)
        )
        if fits:
            return truth
        truth.close()
    return None


def _trials(onnx: str, samples: Samples) -> list[Runner]:
    """Disturbed runs that give what the plain one gives but for rounding; none where there are no such runs."""
    import numpy as np

    plain = OnnxRuntimeRunner(onnx)
    trials: list[Runner] = [DisturbedRunner(onnx, seed) for seed in range(TRIALS)]
    batch = next(samples.batches())
    try:
        plain.open()
        rounded = plain.run(batch)
        for trial in trials:
            trial.open()
            if not all(
                a.shape == b.shape and (b.dtype.kind != "f" or np.allclose(a, b, rtol=0.05, atol=0.05, equal_nan=True))
                for a, b in zip(trial.run(batch), rounded, strict=True)
            ):
                raise ArithmeticError("a disturbed run gives other answers")
    except Exception:  # whatever reading and running such a copy raises: there is no estimate then
        for trial in trials:
            trial.close()
        return []
    finally:
        plain.close()
    return trials


class _Run:
    """One pass over all samples; the differences add up batch by batch, so that no output has to be held whole."""

    def __init__(
        self,
        runners: Sequence[Runner],
        truth: Runner | None,
        samples: Samples,
        names: list[str],
        trials: Sequence[Runner] = (),
    ) -> None:
        self.names = names
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
        self._stored = 0
        self._counts: list[int] = []

    def all(self, context: Context) -> None:
        samples, done = self._samples, 0
        exact_until = samples.count if samples.elements <= _TRUTH_ELEMENTS else _TRUTH_SAMPLES
        for batch in samples.batches():
            count = min(samples.per_batch, samples.count - done)
            outputs: dict[str, list[np.ndarray]] = {}
            for runner in self._runners:
                if not done:
                    runner.run(batch)  # the first run builds and warms up; it is not part of the time
                began = time.perf_counter()
                outputs[runner.backend] = runner.run(batch)
                self.seconds[runner.backend] += time.perf_counter() - began
            reference = outputs[self._runners[0].backend]
            for (backend, name), differences in self.differences.items():
                place = self.names.index(name)
                differences.add(outputs[backend][place], reference[place], count)
            if self._truth is not None and done < exact_until:
                exact = self._truth.run(batch)
                for (backend, name), differences in self._exact.items():
                    place = self.names.index(name)
                    differences.add(outputs[backend][place], exact[place], count)
            for trial in self._trials if done < exact_until else ():
                for name, moved, plain in zip(self.names, trial.run(batch), outputs[ONNX_RUNTIME], strict=True):
                    self._moved[(trial.backend, name)].add(moved, plain, count)
            self._store(outputs, count)
            done += count
            context.progress(0.1 + 0.75 * done / samples.count, f"{done:,} of {samples.count:,} samples")

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

    def distances(self, reference: str) -> list[Distance]:
        found = []
        for name in self.names:
            direct = self.differences[(self.candidate, name)]
            if self._truth is None:
                moves = [self._moved[(trial.backend, name)].max_abs for trial in self._trials]
                floor = max((move for move in moves if math.isfinite(move)), default=0.0)
                found.append(Distance(name, floor, 0.0, direct.max_abs, direct.scale, direct.max_abs))
                continue
            own, keras = self._exact[(reference, name)], self._exact[(self.candidate, name)]
            other = self._exact[(ONNX_RUNTIME, name)]
            found.append(Distance(name, own.max_abs, other.max_abs, keras.max_abs, own.scale, direct.max_abs))
        return found

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
        labels, scores = self._samples.labels, self.scores(backend)
        if labels is None or scores is None or not self.named()[2]:
            return None
        known = labels[: len(scores)] >= 0
        return float((scores.argmax(1) == labels[: len(scores)])[known].mean()) if known.any() else None


def _are_numbers(names: Sequence[str]) -> bool:
    """Whether labels are called by the numbers of their classes."""
    return list(names) == [str(number) for number in range(len(names))]


def _write_arrays(path: str, run: _Run, samples: Samples) -> int:
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
    arrays["labels"] = samples.labels[:stored] if samples.labels is not None else np.full(stored, -1, np.int64)
    own = [difference for (backend, _), difference in run.differences.items() if backend == run.candidate]
    each = np.stack([np.concatenate(d.per_sample) for d in own])[:, :stored].astype(np.float32)
    arrays["differences"], arrays["difference"] = each, each.max(axis=0)
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **arrays)
    predictions = [arrays[key].argmax(1) for key in KEYS.values() if key in arrays]
    if len(predictions) < 2 or not run.scored:
        return 0
    return int(np.any([prediction != predictions[0] for prediction in predictions[1:]], axis=0).sum())
