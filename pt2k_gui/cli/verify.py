"""``pt2k verify``: compare a model with a conversion of it that is on disk."""

from __future__ import annotations

import argparse

from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.cli.walk import inputs_of, samples_of, source_of, walk
from pt2k_gui.jobs import report, verify
from pt2k_gui.problem import Problem
from pt2k_gui.verify.result import Verification


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    source = source_of(options)
    if options.report and not options.report.lower().endswith((".html", ".json", ".pdf")):
        raise Problem(
            f"The report can't be written as {options.report}.", hint="Give a name ending in .html, .pdf or .json."
        )
    with walk(terminal, options.time_limit) as steps:
        card = steps.load(source, 0.0, 0.2)
        inputs = inputs_of(options, card)
        onnx = steps.folder / "model.onnx"
        exported = steps.export(source, inputs, onnx, 0.2, 0.4, trainable=options.trainable)
        choice = samples_of(options, card, exported.inputs)
        request = verify.Request(
            source, str(onnx), options.converted, str(steps.folder), choice, options.layers, options.trainable,
            options.axis_order,
        )  # fmt: skip
        verification = steps.verify(request, 0.4, 0.9)
        if options.report:
            steps.run(report.Request((options.report,), verification, card, exported=exported), 0.9, 1.0)
    show_verification(verification, terminal)
    same = verification.same
    terminal.answer("verify", ok=same, model=card, verification=verification, report=options.report)
    return 0 if same else 1


def show_verification(verification: Verification, terminal: Terminal) -> None:
    """The numbers of each backend and the verdict."""
    terminal.table(
        ("output", "backend", "against", "same argmax", "max difference", "mean difference", "relative", "cosine"),
        (
            (row.output, row.backend, row.reference,
             "" if row.agreeing is None else f"{row.agreeing:,} of {row.samples:,}",
             f"{row.max_abs:.1e}", f"{row.mean_abs:.1e}", f"{row.max_rel:.1e}", f"{row.cosine:.9f}")
            for row in verification.comparisons
        ),
        numbers=(3, 4, 5, 6, 7),
    )  # fmt: skip
    if verification.layers:
        terminal.table(
            ("Keras layer", "ONNX value", "max difference", "relative"),
            ((r.layer, r.onnx_value, f"{r.max_abs:.1e}", f"{r.max_rel:.1e}") for r in verification.layers),
            numbers=(2, 3),
        )
    show_training(verification, terminal)
    verdict = verification.verdict
    for note in verification.notes:
        terminal.say(f"Note: {note}", style="yellow")
    terminal.say(f"{verdict.headline} {verdict.sentence}", style="green" if verdict.same else "red")


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
            for row in step.rows
        ),
        numbers=(2, 3, 4),
    )  # fmt: skip
    for note in step.notes:
        terminal.say(f"Note: {note}", style="yellow")
    terminal.say(step.sentence, style="green" if step.same else "red")
