"""Runs the same samples through every backend, compares, and writes the arrays behind the numbers."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from pt2k_gui.export.work import sample_work
from pt2k_gui.message import sentences
from pt2k_gui.progress import Context, stage
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify import messages
from pt2k_gui.verify.comparison import CHAOTIC, Distance, verdict
from pt2k_gui.verify.converted import Candidate, open_converted
from pt2k_gui.verify.noise_floor import disturbed_trials, find_truth
from pt2k_gui.verify.onnx_signature import onnx_inputs, output_batch_axes, output_names
from pt2k_gui.verify.provenance import file_hash
from pt2k_gui.verify.recorded import RecordedRunner, keep_open
from pt2k_gui.verify.result import (
    FROM_SPACING,
    FROM_TRIALS,
    FROM_TRUTH,
    BackendRun,
    FileHash,
    LayerDifference,
    SampleChoice,
    StepComparison,
    Verdict,
    Verification,
)
from pt2k_gui.verify.run import Found, Run, write_arrays
from pt2k_gui.verify.runners import KerasRunner, Runner, opened, originals
from pt2k_gui.verify.samples.base import Samples, bounded, part_of
from pt2k_gui.verify.samples.gather import gather

ARRAYS = "verification.npz"


def _judged(run: Run, reference: Runner, candidate: Candidate, choice: SampleChoice, rounding: str) -> Verdict:
    """The verdict. Where the outputs differ, the noise floor takes in what one rounding of the input costs: a network that
    makes much of little is not a conversion that went wrong."""
    distances = run.distances(reference.backend)
    results = [run.differences[(candidate.backend, name)].result() for name in run.names]
    things = messages.DIGITS() if choice.kind == "digits" else messages.SAMPLES()

    def formed(distances: list[Distance], chaos: float = 0.0) -> Verdict:
        return verdict(
            distances,
            results,
            things,
            reference.backend,
            candidate=candidate.backend,
            precision=candidate.precision,
            rounding=rounding,
            lost=run.lost(),
            chaos=chaos,
        )

    answer = formed(distances)
    noisy = any(d.floor > CHAOTIC * d.scale for d in distances)
    if (answer.same and not noisy) or candidate.precision != "float32":
        return answer
    if not all(math.isfinite(d.direct) for d in distances):
        return answer
    moves = run.input_rounding(reference)
    raised = [replace(d, floor=max(d.floor, move)) for d, move in zip(distances, moves, strict=True)]
    chaos = max((move / d.scale for d, move in zip(distances, moves, strict=True) if d.scale), default=0.0)
    return formed(raised, chaos if chaos > CHAOTIC else 0.0)


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
    recorded: str = "",
    parts: int = 1,
    others: Callable[[], Iterable[Found]] = tuple,
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
        recorded: the folder to which another process writes what the converted file gives (see ``record``); empty to run
            it here.
        parts: into how many the samples are split; the first one is run here (see ``parts`` for the others).
        others: gives what was found over the other parts, in their order, once that is known.

    Raises:
        Problem: a file can't be opened, or the samples don't fit.
    """
    began = time.perf_counter()
    inputs = onnx_inputs(onnx, loaded)
    with stage(context, messages.STAGE_GATHER()) as result:
        work = sample_work(onnx, inputs)
        samples = gather(choice, loaded.card, inputs, work)
        result.text = messages.SAMPLES_FROM(count=samples.count, source=samples.source)
    candidate: Candidate = (
        RecordedRunner(Path(recorded))
        if recorded
        else open_converted(converted, onnx, axis_order=axis_order, trainable=training)
    )
    runners = [*originals(loaded, onnx), candidate]
    with contextlib.ExitStack() as closing:
        closing.enter_context(
            opened(runners, lambda runner: context.progress(0.05, messages.OPENING(backend=runner.backend)))
        )
        samples = bounded(samples, runners[-2])
        own = part_of(samples, 0, parts) if parts > 1 else samples
        truth = find_truth(loaded, onnx, samples)
        if truth is not None:
            closing.callback(truth.close)
        trials = [] if truth is not None else disturbed_trials(onnx, samples)
        for trial in trials:
            closing.callback(trial.close)
        rounding = FROM_TRUTH if truth is not None else FROM_TRIALS if trials else FROM_SPACING
        context.log(messages.TRUTH(backend=truth.backend) if truth else messages.NO_TRUTH(rounding=rounding))
        with stage(context, messages.STAGE_RUN()) as result:
            run = Run(runners, truth, own, output_names(onnx), trials, work, output_batch_axes(onnx))
            run.all(context)
            for found_elsewhere in others():
                run.take_in(found_elsewhere)
            run.cover(samples)
            result.text = messages.SECONDS(
                parts=[messages.BACKEND_SECONDS(backend=r.backend, seconds=run.seconds[r.backend]) for r in runners]
            )
        answer = _judged(run, runners[0], candidate, choice, rounding)
        if isinstance(candidate, KerasRunner) and converted.endswith(".keras"):
            keep_open(converted, candidate)  # it is saved next, most often
    notes = [*samples.notes, *candidate.notes]
    found = _by_layer(onnx, converted, samples, answer, notes, context) if layers else ()
    step = (
        _step(loaded, converted, samples, inputs, notes, context) if training and converted.endswith(".keras") else None
    )
    context.progress(0.95, messages.WRITING_ARRAYS())
    classes, truths, labelled = _class_names(run, samples, choice, notes)
    arrays = str(Path(folder) / ARRAYS)
    disagreements = write_arrays(arrays, run, samples)
    context.log(sentences(answer.headline, answer.sentence))
    context.progress(1.0, messages.COMPARED())
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
        files=_files(loaded, onnx, converted, choice),
        training=step,
        precision=candidate.precision,
    )


def _by_layer(
    onnx: str, converted: str, samples: Samples, answer: Verdict, notes: list[str], context: Context
) -> tuple[LayerDifference, ...]:
    """The differences layer by layer, of a file that says which layer computes what; ``notes`` gets what there is to say."""
    if not converted.endswith(".keras"):
        notes.append(messages.LAYERS_KERAS_ONLY())
        return ()
    from pt2k_gui.verify.layers import compare_layers, first_departure

    with stage(context, messages.STAGE_LAYERS()) as result:
        found, note = compare_layers(onnx, converted, next(samples.batches()))
        result.text = messages.LAYERS(count=len(found)) if found else note
        notes += [note] if note else []
    departed = first_departure(found)
    if departed is not None and answer.same:
        notes.append(messages.LAYER_DEPARTS(layer=departed.layer))
    return found


def _step(
    loaded: LoadedModel,
    converted: str,
    samples: Samples,
    inputs: tuple[TensorSpec, ...],
    notes: list[str],
    context: Context,
) -> StepComparison | None:
    """One step of training on both sides; None where there is nothing to train. ``notes`` gets what there is to say."""
    from pt2k_gui.verify.training import compare_training

    context.progress(0.9, messages.COMPARING_STEP())
    with stage(context, messages.STAGE_STEP()) as result:
        step, note = compare_training(loaded, converted, samples, inputs)
        result.text = step.sentence if step is not None else note
        notes += [note] if note else []
    return step


def _class_names(
    run: Run, samples: Samples, choice: SampleChoice, notes: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """As ``Run.named``, without names that do not fit: they would put the wrong word to an answer."""
    classes, truths, labelled = run.named()
    if choice.class_names and run.width and len(samples.classes) != run.width:
        notes.append(
            messages.NAMES_IGNORED(file=Path(choice.class_names).name, named=len(samples.classes), told=run.width)
        )
        return (), samples.classes if samples.labels is not None else (), False
    if truths:
        notes.append(messages.NO_ACCURACY(named=len(truths), told=run.width))
    return classes, truths, labelled


def _files(loaded: LoadedModel, onnx: str, converted: str, choice: SampleChoice) -> tuple[FileHash, ...]:
    """The hashes of all files that took part and are still there."""
    roles = (
        ("model", loaded.card.path),
        ("ONNX", onnx),
        ("converted", converted),
        *(("samples", path) for path in (choice.path, *choice.more)),
        ("tokenizer", choice.text.tokenizer),
        ("class names", choice.class_names),
    )
    return tuple(file_hash(role, path) for role, path in roles if path and Path(path).exists())
