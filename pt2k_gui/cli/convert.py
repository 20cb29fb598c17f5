"""``pt2k convert``: export, convert, check, write; one model, or many into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from pt2k_gui.cli.choices import samples_of, source_of
from pt2k_gui.cli.saved import show_saved
from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.cli.verify import show_training
from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.files import cannot_write, require_writable
from pt2k_gui.jobs.pipeline import Outcome, Plan, pipeline
from pt2k_gui.json_data import plain
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import format_named, format_of, refuse_existing
from pt2k_gui.sources.model_names import stem_of


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    folders = [output for output in options.output if _is_folder(output)]
    if folders or len(options.model) > 1:
        return _many(options, terminal, folders)
    if options.to:
        raise Problem("--to says what to write into a folder.", hint="Give a folder with -o, such as -o out/.")
    (model,) = options.model
    targets = _targets(options.output, force=options.force)
    with pipeline(terminal, options.time_limit, options.memory_limit) as steps:
        done = steps.whole(_plan(options, model, targets))
    show_conversion(done.report, terminal)
    show_training(done.verification, terminal)
    show_saved(done.saved, terminal)
    verdict = done.verification.verdict
    terminal.say(f"{verdict.headline} {verdict.sentence}", style="green" if done.ok else "red")
    terminal.answer("convert", ok=done.ok, **_values(done))
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
    for ending in endings:
        format_of(f"model{ending}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    names = _names(options.model)
    results: list[tuple[str, Outcome | Problem]] = []
    with pipeline(terminal, options.time_limit, options.memory_limit) as steps:
        for number, (model, name) in enumerate(zip(options.model, names, strict=True)):
            terminal.say(f"{number + 1} of {len(names)}: {model}")
            steps.span(number / len(names), (number + 1) / len(names))
            try:
                targets = _targets([str(folder / f"{name}{ending}") for ending in endings], force=options.force)
                results.append((model, steps.whole(_plan(options, model, targets))))
            except Problem as problem:
                terminal.problem(problem)
                results.append((model, problem))
    terminal.table(
        ("model", "verdict", "difference", "files agree"), [_row(*result) for result in results], numbers=(2, 3)
    )
    for model, result in results:
        if _reason(result):
            terminal.say(f"{model}: {_reason(result)}", style="red")
    problems = [result for _, result in results if isinstance(result, Problem)]
    other = [result for _, result in results if isinstance(result, Outcome) and not result.ok]
    status = 2 if problems else 1 if other else 0
    good = len(results) - len(problems) - len(other)
    terminal.say(
        f"{good} of {len(results)} models give the same answers"
        + (f", {len(other)} not" if other else "")
        + (f", {len(problems)} can't be used" if problems else "")
        + ".",
        style="red" if status else "green",
    )
    terminal.answer("convert", ok=status == 0, models=[_entry(*result) for result in results])
    return status


def _names(models: list[str]) -> list[str]:
    """Names for each model's files: its own without the ending, or with it where two would be called alike."""
    stems = [stem_of(model) for model in models]
    names = [stem if stems.count(stem) == 1 else Path(model).name for stem, model in zip(stems, models, strict=True)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Problem(
            f"Two of the models are called {twice[0]}, so their files would be too.",
            hint="Convert them into two folders.",
        )
    return names


def _row(model: str, result: Outcome | Problem) -> tuple[str, str, str, str]:
    if isinstance(result, Problem):
        return model, "can't be used", "", ""
    candidate = result.verification.candidate
    largest = max((row.max_abs for row in result.verification.comparisons if row.backend == candidate), default=0.0)
    agree = f"{sum(file.same for file in result.saved)} of {len(result.saved)}"
    verdict = (
        "same answers" if result.ok else "different answers" if not result.verification.same else "a file is not right"
    )
    return model, verdict, f"{largest:.1e}", agree


def _reason(result: Outcome | Problem) -> str:
    """Why a model is not as it should be; empty where it is."""
    if isinstance(result, Problem):
        return result.sentence
    training = result.verification.training
    if not result.verification.verdict.same:
        return result.verification.verdict.sentence
    if training is not None and not training.same:
        return training.sentence
    return next((f"{Path(file.path).name}: {file.detail}" for file in result.saved if not file.same), "")


def _entry(model: str, result: Outcome | Problem) -> dict[str, object]:
    if isinstance(result, Problem):
        problem = {"sentence": result.sentence, "hint": result.hint, "details": result.details}
        return {"path": model, "ok": False, "problem": problem}
    return {"path": model, "ok": result.ok, **{name: plain(value) for name, value in _values(result).items()}}


def _values(done: Outcome) -> dict[str, object]:
    return {
        "model": done.card,
        "exported": done.exported,
        "conversion": done.report,
        "verification": done.verification,
        "saved": done.saved,
    }


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
    return " x ".join(str(size) for size in shape) or "scalar"
