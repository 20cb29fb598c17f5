"""``pt2k convert``: export, convert, check, write."""

from __future__ import annotations

import argparse
from pathlib import Path

from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.cli.walk import inputs_of, samples_of, source_of, walk
from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.jobs import convert, save, verify
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import format_of


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    source = source_of(options)
    targets = tuple((format_of(output).name, output) for output in options.output)
    for _, output in targets:
        if Path(output).exists() and not options.force:
            raise Problem(f"{output} exists already.", hint="Choose another name, or replace it with --force.")
    with walk(terminal, options.time_limit) as steps:
        card = steps.load(source, 0.0, 0.2)
        inputs = inputs_of(options, card)
        onnx = steps.folder / "model.onnx"
        exported = steps.export(source, inputs, onnx, 0.2, 0.4, trainable=options.trainable)
        request = convert.Request(
            str(onnx), str(steps.folder / "model.keras"), options.engine, options.axis_order, options.trainable
        )
        converted = steps.convert(request, 0.4, 0.6)
        choice = samples_of(options, card, exported.inputs)
        verification = steps.verify(
            verify.Request(source, str(onnx), converted.path, str(steps.folder), choice, options.layers), 0.6, 0.8
        )
        saved = steps.run(save.Request(converted.path, str(onnx), targets, options.force, source, choice), 0.8, 1.0)
    show_conversion(converted.report, terminal)
    terminal.table(
        ("written", "size", "difference", "opens and agrees"),
        (
            (file.path, f"{file.size:,}", "" if file.difference is None else f"{file.difference:.1e}",
             "yes" if file.same else f"no: {file.detail}")
            for file in saved
        ),
        numbers=(1, 2),
    )  # fmt: skip
    ok = verification.verdict.same and all(file.same for file in saved)
    terminal.say(f"{verification.verdict.headline} {verification.verdict.sentence}", style="green" if ok else "red")
    terminal.answer(
        "convert",
        ok=ok,
        model=card,
        exported=exported,
        conversion=converted.report,
        verification=verification,
        saved=saved,
    )
    return 0 if ok else 1


def show_conversion(report: ConversionReport, terminal: Terminal) -> None:
    """The operator table and the notes."""
    terminal.table(
        ("operator", "count", "becomes", "state"),
        ((row.operator, str(row.count), ", ".join(row.becomes), row.state) for row in report.operators),
        numbers=(1,),
    )
    edges = (*report.edges.inputs, *report.edges.outputs)
    terminal.fields(
        [
            ("layers", f"{report.layer_count}"),
            ("parameters", f"{report.parameters:,} ({report.trainable_parameters:,} trainable)"),
            ("transposes", f"{report.transposes}"),
            *((f"edge {edge.name}", f"{_shape(edge.onnx_shape)} in ONNX, {_shape(edge.keras_shape)} in Keras")
              for edge in edges),
            *(("note", note) for note in report.notes),
        ]
    )  # fmt: skip


def _shape(shape: tuple[int | str, ...]) -> str:
    return " x ".join(str(size) for size in shape) or "scalar"
