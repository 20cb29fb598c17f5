"""Writes a converted model in the chosen formats; each file is then opened again and compared (see ``checking``)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.files import atomic_paths, file_size
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context, stage
from pt2k_gui.save import messages
from pt2k_gui.save.formats import files_of, format_named, refuse_existing
from pt2k_gui.save.result import SavedFile

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.save.checking import Expected, Reopening, Written
    from pt2k_gui.save.formats.entry import Usage
    from pt2k_gui.sources.card import ModelInfo, Source
    from pt2k_gui.verify.result import SampleChoice
    from pt2k_gui.verify.runners import KerasRunner

_KEPT_ELEMENTS = 64_000_000  # of the outputs that written files are compared with: 256 MB
_CHECK_SAMPLES = 128  # at most; as many for a format whose answers are counted


def save(
    keras: str,
    onnx: str,
    targets: Sequence[tuple[str, str]],
    context: Context,
    *,
    overwrite: bool = False,
    source: Source | None = None,
    samples: SampleChoice | None = None,
    card: ModelInfo | None = None,
    ready: Callable[[], None] | None = None,
) -> tuple[SavedFile, ...]:
    """Write and check.

    Args:
        keras, onnx: the converted model and the file that it was made of.
        targets: (format name, path) pairs.
        overwrite: replace what is there.
        source, samples: the model and the samples to check and calibrate with; random ones where either is missing.
        card: the model's, where it is known already: ``source`` is not opened then.
        ready: called when all files are written and checked, before they are put in place.

    Raises:
        Problem: a file is there already, can't be written, or its format can't hold this model. Files written before
            it stay.
    """
    from pt2k_gui.save.checking import Reopening
    from pt2k_gui.save.fresh_process import take
    from pt2k_gui.verify.recorded import opened_keras

    if not overwrite:
        refuse_existing(targets)
    modules = dict.fromkeys(module for name, _ in targets for module in format_named(name).runs_with)
    with contextlib.ExitStack() as closing:
        fresh = take(modules)
        closing.callback(fresh.close)
        context.progress(0.0, messages.OPENING_KERAS())
        runner = opened_keras(keras)
        closing.callback(runner.close)
        expected = _expected(runner, onnx, targets, source, samples, card, context)
        held = closing.enter_context(contextlib.ExitStack())
        reopening = closing.enter_context(Reopening(expected, fresh))
        usage = _usage(source, samples, card)
        problem = _write_all(runner.model, keras, onnx, targets, expected.arranged, usage, held, reopening, context)
        if problem is None:
            context.progress(0.65, messages.OPENING_FILES())
            with stage(context, messages.STAGE_REOPEN()) as result:
                saved = _with_cards(reopening.written, reopening.compared(), usage)
                result.text = messages.REOPENED(same=sum(file.same for file in saved), count=len(saved))
            if ready is not None:
                ready()
    if problem is not None:
        raise problem
    context.progress(1.0, messages.SAVED())
    return saved


def _write_all(
    model: Any,
    keras: str,
    onnx: str,
    targets: Sequence[tuple[str, str]],
    batches: Sequence[Sequence[np.ndarray]],
    usage: Usage,
    held: contextlib.ExitStack,
    reopening: Reopening,
    context: Context,
) -> Problem | None:
    """Write each file under a temporary name, which ``held`` turns into its own, and have it opened again; what stopped the
    writing, if something did."""
    from pt2k_gui.save.checking import Written
    from pt2k_gui.save.writing import write

    shared: dict[str, Any] = {}
    for number, (name, path) in enumerate(targets):
        entry = format_named(name)
        context.progress(0.1 + 0.5 * number / len(targets), messages.WRITING(file=Path(path).name))
        try:
            with stage(context, messages.STAGE_WRITE(format=entry.title)) as result, contextlib.ExitStack() as writing:
                began = time.perf_counter()
                temporary, *_ = writing.enter_context(atomic_paths(*files_of(name, path), folder=entry.folder))
                write(name, model, keras, onnx, temporary, batches, usage, shared)
                result.text = messages.FILE_SIZE(size=file_size(_size_of(temporary.parent)))
                held.push(writing.pop_all())
            took = time.perf_counter() - began
            reopening.begin(Written(name, path, took, str(temporary), shared.get(f"told.{name}", "")))
        except Problem as problem:
            return problem
    return None


def _with_cards(written: Sequence[Written], saved: Sequence[SavedFile], usage: Usage) -> tuple[SavedFile, ...]:
    """Leave in each LiteRT file what its check found; the files with the sizes that they have then."""
    from pt2k_gui.save.checking import size_of
    from pt2k_gui.save.formats import module_of
    from pt2k_gui.save.litert.model_card import add_card

    def finished(file: Written, found: SavedFile) -> SavedFile:
        if module_of(file.format) != "litert":
            return found
        add_card(file.place, found, usage)
        return replace(found, size=size_of(file))

    return tuple(finished(file, found) for file, found in zip(written, saved, strict=True))


def _usage(source: Source | None, choice: SampleChoice | None, card: ModelInfo | None) -> Usage:
    """Hints that the samples give of how the model is used."""
    from pt2k_gui.save.formats.entry import Usage
    from pt2k_gui.verify.samples.class_names import read_class_names
    from pt2k_gui.verify.samples.gather import normalisation
    from pt2k_gui.verify.samples.preprocessing import NORMALIZE, Step, usual

    name = "" if source is None else Path(source.path).stem
    if choice is None:
        return Usage(name)
    names = read_class_names(choice.class_names).names if choice.class_names else ()
    if choice.kind == "digits":
        mean, std = ((), ()) if card is None else tuple((value,) for value in normalisation(card))
        return Usage(name, mean, std, tuple(map(str, range(10))))
    if choice.kind not in ("folder", "video"):
        return Usage(name, class_names=names)
    images = choice.images
    if images.steps:
        last = next((step for step in reversed(images.steps) if step.name == NORMALIZE), Step(NORMALIZE))
        return Usage(name, last.mean or (0.0,), last.std or (1.0,), names)
    given = usual(3)
    return Usage(name, images.mean or given.mean, images.std or given.std, names)


def _expected(
    runner: KerasRunner,
    onnx: str,
    targets: Sequence[tuple[str, str]],
    source: Source | None,
    samples: SampleChoice | None,
    card: ModelInfo | None,
    context: Context,
) -> Expected:
    """Inputs and expected outputs: those of the opened Keras model for the samples."""
    from pt2k_gui.save.checking import Expected
    from pt2k_gui.save.own_rounding import own_rounding
    from pt2k_gui.verify.onnx_signature import graph_inputs

    counted = any(format_named(name).quantised for name, _ in targets)
    batches, labels = _check_batches(onnx, source, samples, card, context, counted, runner)
    outputs, kept = [], 0
    for batch in batches:  # no more than fit into memory beside what every file gives
        outputs.append(runner.run(batch))
        kept += sum(array.size for array in outputs[-1])
        if kept > _KEPT_ELEMENTS:
            break
    batches = batches[: len(outputs)]
    labels = None if labels is None else labels[: sum(len(batch[0]) for batch in batches)]
    return Expected(
        names=tuple(tensor.name for tensor in runner.model.inputs),
        onnx_names=tuple(graph_inputs(onnx)),
        arranged=[runner.arrange(batch) for batch in batches],
        given=batches,
        wanted=[runner.rearranged(batch) for batch in outputs],
        wanted_onnx=outputs,
        labels=labels,
        free_batch=all(tensor.shape and tensor.shape[0] is None for tensor in runner.model.inputs),
        config=runner.model.to_json(),
        rounding=partial(own_rounding, runner, batches, outputs),
    )


def _size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _check_batches(
    onnx: str,
    source: Source | None,
    choice: SampleChoice | None,
    card: ModelInfo | None,
    context: Context,
    counted: bool,
    runner: KerasRunner,
) -> tuple[list[tuple[np.ndarray, ...]], np.ndarray | None]:
    """The first samples in batches of one size, in ONNX's axes, and their labels where they are known.

    Args:
        counted: take as many as a share of answers needs, also of a slow model.
    """
    import dataclasses

    from pt2k_gui.export.work import sample_work
    from pt2k_gui.sources.card import ModelInfo
    from pt2k_gui.sources.loaded import LoadedModel
    from pt2k_gui.verify.onnx_signature import onnx_inputs
    from pt2k_gui.verify.result import SampleChoice
    from pt2k_gui.verify.samples.base import bounded
    from pt2k_gui.verify.samples.gather import gather, random_count, settled

    if card is None and source is not None and choice is not None:
        from pt2k_gui.sources.loading import load

        card = load(source, context).card
    if choice is not None and card is not None:
        inputs = onnx_inputs(onnx, LoadedModel(card))
        choice = settled(choice, card, inputs)
        work = sample_work(onnx, inputs)
        most = (
            _CHECK_SAMPLES
            if counted or choice.kind != "random"
            else max(2, min(random_count(work) // 4, _CHECK_SAMPLES))
        )
        count = min(choice.count or most, most)
        samples = gather(dataclasses.replace(choice, count=count), card, inputs, work)
    else:
        nobody = ModelInfo(onnx, "", "", "", 0, "", 0, 0, ())
        samples = gather(SampleChoice("random", count=16), nobody, onnx_inputs(onnx, LoadedModel(nobody)))
    samples = bounded(samples, runner)
    batches = list(samples.batches())
    whole = [batch for batch in batches if len(batch[0]) == len(batches[0][0])]
    labels = None if samples.labels is None else samples.labels[: sum(len(batch[0]) for batch in whole)]
    return whole, labels
