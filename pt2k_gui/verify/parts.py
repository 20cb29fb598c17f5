"""One part of the samples of a verification, run in another process or on another machine; ``verify`` takes in what it found."""

from __future__ import annotations

import contextlib

from pt2k_gui.export.work import sample_work
from pt2k_gui.progress import Context
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify.converted import open_converted
from pt2k_gui.verify.noise_floor import disturbed_trials, find_truth
from pt2k_gui.verify.onnx_signature import onnx_inputs, output_batch_axes, output_names
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.run import Found, Run
from pt2k_gui.verify.runners import opened, originals
from pt2k_gui.verify.samples.base import bounded, part_of
from pt2k_gui.verify.samples.gather import gather


def measure_part(
    loaded: LoadedModel,
    onnx: str,
    converted: str,
    choice: SampleChoice,
    number: int,
    parts: int,
    context: Context,
    axis_order: str = "keras",
) -> Found:
    """Run part ``number`` (from 0) of ``parts`` through every backend, as ``verify`` does with its own.

    Raises:
        Problem: as ``verify`` does.
    """
    inputs = onnx_inputs(onnx, loaded)
    work = sample_work(onnx, inputs)
    samples = gather(choice, loaded.card, inputs, work)
    runners = [*originals(loaded, onnx), open_converted(converted, onnx, axis_order=axis_order)]
    with contextlib.ExitStack() as closing:
        closing.enter_context(opened(runners))
        part = part_of(bounded(samples, runners[-2]), number, parts)
        truth = find_truth(loaded, onnx, samples)
        if truth is not None:
            closing.callback(truth.close)
        trials = [] if truth is not None else disturbed_trials(onnx, samples)
        for trial in trials:
            closing.callback(trial.close)
        run = Run(runners, truth, part, output_names(onnx), trials, work, output_batch_axes(onnx))
        run.all(context)
        return run.found()
