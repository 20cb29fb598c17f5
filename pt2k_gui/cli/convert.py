"""``pt2k convert``: export, convert, check, write; one model, or many into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from pt2k_gui.batch.task import Task, names_of, values, with_targets
from pt2k_gui.cli.choices import samples_of, source_of
from pt2k_gui.cli.many import convert_all, settings_of
from pt2k_gui.cli.saved import show_saved
from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.cli.verify import show_training
from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.files import require_writable
from pt2k_gui.jobs.keep import keep_outcome
from pt2k_gui.jobs.pipeline import Plan, pipeline
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import format_named, format_of, refuse_existing


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    folders = [output for output in options.output if _is_folder(output)]
    if folders or len(options.model) > 1:
        return _many(options, terminal, folders)
    for option, given in (
        ("--only-failed", options.only_failed),
        ("--report", options.report),
        ("--dask", options.dask),
    ):
        if given:
            raise Problem(
                f"{option} is for models that go into a folder.", hint="Give a folder with -o, such as -o out/."
            )
    if options.to:
        raise Problem("--to says what to write into a folder.", hint="Give a folder with -o, such as -o out/.")
    (model,) = options.model
    targets = _targets(options.output, force=options.force)
    plan = _plan(options, model, targets)
    with pipeline(terminal, options.time_limit, options.memory_limit) as steps:
        done = steps.whole(plan)
    try:
        keep_outcome(plan, done)
    except Problem as problem:  # the files are there: that the history can't be written is worth a word and no more
        terminal.say(f"Note: {problem}", style="yellow")
    show_conversion(done.report, terminal)
    show_training(done.verification, terminal)
    show_saved(done.saved, terminal)
    verdict = done.verification.verdict
    terminal.say(f"{verdict.headline} {verdict.sentence}", style="green" if done.ok else "red")
    terminal.answer("convert", ok=done.ok, **values(done))
    return 0 if done.ok else 1


def _is_folder(output: str) -> bool:
    return output.endswith(("/", "\\")) or (Path(output).is_dir() and not (Path(output) / "saved_model.pb").exists())


def _targets(outputs: list[str], *, force: bool) -> tuple[tuple[str, str], ...]:
    targets = tuple((format_of(output).name, output) for output in outputs)
    if not force:
        refuse_existing(targets)
    for name, output in targets:
        require_writable(output, folder=format_named(name).folder)
    return targets


def _plan(options: argparse.Namespace, model: str, targets: tuple[tuple[str, str], ...]) -> Plan:
    return Plan(
        source_of(options, model),
        targets,
        tuple(options.input_shape),
        tuple(options.input_type),
        tuple(options.input_range),
        samples_of(options),
        options.engine,
        options.axis_order,
        options.trainable,
        options.layers,
        options.force,
    )


def _many(options: argparse.Namespace, terminal: Terminal, folders: list[str]) -> int:
    """Convert each model into the folder; one that fails does not stop the others."""
    if len(folders) != 1 or len(options.output) != 1:
        raise Problem(
            "Several models are written into one folder.", hint="Give one folder with -o, and its formats with --to."
        )
    folder = Path(folders[0])
    endings = [ending if ending.startswith(".") else f".{ending}" for ending in options.to] or [".keras"]
    formats = [format_of(f"model{ending}").name for ending in endings]
    tasks = [
        Task(name, with_targets(_plan(options, model, ()), folder, name, formats))
        for model, name in zip(options.model, names_of(options.model), strict=True)
    ]
    return convert_all("convert", tasks, settings_of(options, str(folder)), options, terminal)


def show_conversion(report: ConversionReport, terminal: Terminal) -> None:
    """The operator table and the notes."""
    terminal.table(
        ("operator", "count", "becomes", "state"),
        ((row.operator, str(row.count), ", ".join(row.becomes), row.state) for row in report.operators),
        numbers=(1,),
    )
    specs = (*report.signature.inputs, *report.signature.outputs)
    terminal.fields(
        [
            ("layers", f"{report.layer_count}"),
            ("parameters", f"{report.parameters:,} ({report.trainable_parameters:,} trainable)"),
            ("transposes", f"{report.transposes}"),
            *((f"{spec.name}", f"{_shape(spec.onnx_shape)} in ONNX, {_shape(spec.keras_shape)} in Keras")
              for spec in specs),
            *(("note", note) for note in report.notes),
        ]
    )  # fmt: skip


def _shape(shape: tuple[int | str, ...]) -> str:
    return " × ".join(str(size) for size in shape) or "scalar"
