"""Writes a converted model in the chosen formats; each file is then opened again and compared (see ``checking``)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.files import atomic_paths
from pt2k_gui.progress import Context, stage
from pt2k_gui.save.formats import QUANTIZED, files_of, format_named, refuse_existing
from pt2k_gui.save.result import SavedFile

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.sources.card import Source
    from pt2k_gui.verify.result import SampleChoice

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
    from pt2k_gui.save.checking import Expected, Written, check
    from pt2k_gui.save.writing import write
    from pt2k_gui.verify.onnx_signature import graph_inputs
    from pt2k_gui.verify.runners import KerasRunner

    if not overwrite:
        refuse_existing(targets)
    context.progress(0.0, "Opening the Keras model")
    runner = KerasRunner(keras)
    runner.open()
    batches, labels = _check_batches(onnx, source, samples, context, any(name in QUANTIZED for name, _ in targets))
    arranged = [runner.arrange(batch) for batch in batches]
    outputs = [runner.run(batch) for batch in batches]
    expected = Expected(
        names=tuple(tensor.name for tensor in runner.model.inputs),
        onnx_names=tuple(graph_inputs(onnx)),
        arranged=arranged,
        given=batches,
        wanted=[runner.rearranged(batch) for batch in outputs],
        wanted_onnx=outputs,
        labels=labels,
        free_batch=all(tensor.shape and tensor.shape[0] is None for tensor in runner.model.inputs),
        config=runner.model.to_json(),
    )
    written: list[Written] = []
    for number, (name, path) in enumerate(targets):
        entry = format_named(name)
        context.progress(0.1 + 0.5 * number / len(targets), f"Writing {Path(path).name}")
        with stage(context, f"Write {entry.title}") as result:
            began = time.perf_counter()
            with atomic_paths(*files_of(name, path), folder=entry.folder) as (temporary, *_):
                write(name, runner.model, keras, onnx, temporary, arranged)
                result.text = f"{_megabytes(temporary.parent):.2f} MB"
            written.append(Written(name, path, time.perf_counter() - began))
    context.progress(0.65, "Opening the files in a fresh process")
    with stage(context, "Open again and compare") as result:
        saved = check(written, expected)
        result.text = f"{sum(file.same for file in saved)} of {len(saved)} open and agree"
    runner.close()
    context.progress(1.0, "Saved")
    return saved


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def _check_batches(
    onnx: str, source: Source | None, choice: SampleChoice | None, context: Context, counted: bool
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
    from pt2k_gui.verify.samples.gather import gather, random_count

    if source is not None and choice is not None:
        from pt2k_gui.sources.loading import load

        loaded = load(source, context)
        inputs = onnx_inputs(onnx, loaded)
        work = sample_work(onnx, inputs)
        most = _CHECK_SAMPLES if counted or choice.kind != "random" else min(random_count(work), _CHECK_SAMPLES)
        count = min(choice.count or most, most)
        samples = gather(dataclasses.replace(choice, count=count), loaded.card, inputs, work)
    else:
        card = ModelInfo(onnx, "", "", "", 0, "", 0, 0, ())
        inputs = onnx_inputs(onnx, LoadedModel(card))
        samples = gather(SampleChoice("random", count=16), card, inputs)
    batches = list(samples.batches())
    whole = [batch for batch in batches if len(batch[0]) == len(batches[0][0])]
    labels = None if samples.labels is None else samples.labels[: sum(len(batch[0]) for batch in whole)]
    return whole, labels
