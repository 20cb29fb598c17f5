"""``pt2k verify``: compare a model with a conversion of it that is on disk."""

from __future__ import annotations

import argparse
from pathlib import Path

from pt2k_gui.batch.verifying import verify_here, verify_on_cluster
from pt2k_gui.cli.choices import inputs_of, samples_of, source_of
from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.jobs import export, report, speed, verify
from pt2k_gui.jobs.pipeline import Pipeline, pipeline
from pt2k_gui.problem import Problem
from pt2k_gui.report.document import Results, Settings
from pt2k_gui.report.writing import ENDINGS
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import Comparison, SpeedRow, Verification
from pt2k_gui.verify.samples.gather import settled

_MOST_ROWS = 12  # of the step of training


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    source = source_of(options)
    for output in options.report:
        if not output.lower().endswith(ENDINGS):
            raise Problem(
                f"The report can't be written as {output}.", hint="Give a name ending in .html, .pdf or .json."
            )
    if not Path(options.converted).exists():  # before the model is opened and exported
        raise Problem(messages.NOT_FOUND(path=options.converted), hint=messages.CHECK_NAME())
    with pipeline(terminal, options.time_limit, options.memory_limit) as steps:
        card = steps.load(source, 0.0, 0.2)
        inputs = inputs_of(options, card)
        onnx = str(steps.folder / "model.onnx")
        exported = steps.run(export.Request(source, inputs, onnx, options.trainable), 0.2, 0.4)
        choice = settled(samples_of(options), card, exported.inputs)
        request = verify.Request(
            source, onnx, options.converted, str(steps.folder), choice, options.layers, options.trainable,
            options.axis_order,
        )  # fmt: skip
        verification = _verified(steps, request, options)
        rows: tuple[SpeedRow, ...] = ()
        if options.speed:
            rows = steps.run(speed.Request(source, onnx, options.converted, options.axis_order), 0.85, 0.95)
        if options.report:
            settings = Settings(source, options.engine, options.axis_order, options.trainable)
            results = Results(settings, card, exported, speed=rows)
            steps.run(report.Request(tuple(options.report), verification, results, options.language), 0.95, 1.0)
    show_verification(verification, terminal)
    if rows:
        terminal.table(
            ("backend", "batch", "median", "shortest", "longest"),
            (
                (r.backend, f"{r.batch:,}", *(f"{seconds * 1e3:.2f} ms" for seconds in (r.median, r.low, r.high)))
                for r in rows
            ),
            numbers=(1, 2, 3, 4),
        )
    same = verification.same
    terminal.answer("verify", ok=same, model=card, verification=verification, speed=rows, report=options.report)
    return 0 if same else 1


def _verified(steps: Pipeline, request: verify.Request, options: argparse.Namespace) -> Verification:
    """The verification, its samples split as the options say."""
    span = (0.4, 0.85)
    if options.dask:
        return verify_on_cluster(steps, request, options.dask, span, options.files)
    if options.workers > 1:
        return verify_here(steps, request, options.workers, span, options.memory_limit / options.workers)
    return steps.run(request, *span)


def show_verification(verification: Verification, terminal: Terminal) -> None:
    """The numbers of each backend and the verdict."""
    terminal.table(
        ("output", "backend", "against", "same\nargmax", "max\ndiff", "mean\ndiff", "relative", "cosine"),
        (
            (row.output, row.backend, row.reference,
             _agreement(row),
             f"{row.max_abs:.1e}", f"{row.mean_abs:.1e}", f"{row.max_rel:.1e}", f"{row.cosine:.9f}")
            for row in verification.comparisons
        ),
        numbers=(3, 4, 5, 6, 7),
    )  # fmt: skip
    if verification.layers:
        terminal.table(
            ("Keras layer", "ONNX value", "max diff", "relative"),
            ((r.layer, r.onnx_value, f"{r.max_abs:.1e}", f"{r.max_rel:.1e}") for r in verification.layers),
            numbers=(2, 3),
        )
    show_training(verification, terminal)
    verdict = verification.verdict
    for note in verification.notes:
        terminal.say(f"Note: {note}", style="yellow")
    terminal.say(f"{verdict.headline} {verdict.sentence}", style="green" if verdict.same else "red")


def _agreement(row: Comparison) -> str:
    if row.agreeing is None:
        return ""
    return f"{'all' if row.agreeing == row.samples else f'{row.agreeing:,} of'} {row.samples:,}"


def show_training(verification: Verification, terminal: Terminal) -> None:
    """The step of training, where one was compared."""
    step = verification.training
    if step is None:
        return
    terminal.table(
        ("PyTorch", "Keras", "gradient differs", "new value differs", "of what passes"),
        (
            (row.name, ", ".join(row.weights) or "none", "" if row.gradient is None else f"{row.gradient:.1e}",
             f"{row.new:.1e}", f"{row.share:.0%}")
            for row in step.rows[:_MOST_ROWS]
        ),
        numbers=(2, 3, 4),
    )  # fmt: skip
    if len(step.rows) > _MOST_ROWS:
        terminal.say(f"These are the {_MOST_ROWS} that differ most of {len(step.rows)}; --json has all.")
    for note in step.notes:
        terminal.say(f"Note: {note}", style="yellow")
    terminal.say(step.sentence, style="green" if step.same else "red")
