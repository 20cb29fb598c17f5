"""``pt2k inspect``: tell what a model file is, and what it takes to open it; try it on given inputs."""

from __future__ import annotations

import argparse

from pt2k_gui.cli.choices import inputs_of, source_of
from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.export.result import DryRun
from pt2k_gui.jobs import dry_run, inspect, list_models
from pt2k_gui.jobs.pipeline import pipeline
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, Source
from pt2k_gui.sources.inspection import ConsentQuestion, Inspection
from pt2k_gui.sources.model_names import lists_names

_ROWS = 12  # of a table of tensors
_LINES = 400  # of code that is asked about


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    source = source_of(options)
    if lists_names(source.path):
        return _list(source, options, terminal)
    tried: DryRun | None = None
    with pipeline(terminal, options.time_limit, options.memory_limit) as steps:
        found: Inspection = steps.run(inspect.Request(source, options.time_limit), 0.0, 0.7)
        if found.card is not None and (options.input_shape or options.input_type or options.input_range):
            inputs = inputs_of(options, found.card)
            tried = steps.run(dry_run.Request(source, inputs, options.time_limit), 0.7, 1.0)
    if found.card is not None:
        _show_card(found.card, terminal)
        if tried is not None:
            shapes = [", ".join(spec.text() for spec in specs) for specs in (tried.inputs, tried.outputs)]
            terminal.say("{} goes in, {} comes out.".format(*shapes), style="green")
        terminal.answer("inspect", ok=True, model=found.card, inspection=found, dry_run=tried)
        return 0
    terminal.problem(Problem(found.sentence, hint=found.hint))
    _show_needs(found, terminal, everything=options.verbose)
    problem = {"sentence": found.sentence, "hint": found.hint, "details": ""}
    terminal.answer("inspect", ok=False, problem=problem, inspection=found)
    return 2


def _list(source: Source, options: argparse.Namespace, terminal: Terminal) -> int:
    """``pt2k inspect timm:*resnet*``: the models of that name which a package has."""
    package, _, pattern = source.path.rpartition(":")
    request = list_models.Request(source.python, package, pattern, source.trusted, options.time_limit)
    with pipeline(terminal, options.time_limit, options.memory_limit) as steps:
        names: tuple[str, ...] = steps.run(request)
    terminal.table(("model",), ((name,) for name in names))
    terminal.answer("inspect", ok=bool(names), names=names)
    if not names:
        terminal.problem(
            Problem(f"{package} has no model {pattern}.", hint=f"All that it has: pt2k inspect {package}:")
        )
    return 0 if names else 2


def _show_card(card: ModelInfo, terminal: Terminal) -> None:
    terminal.fields(
        [
            ("file", card.path),
            ("kind", card.kind),
            ("origin", card.origin),
            ("size", f"{card.size:,} bytes"),
            ("sha256", card.sha256),
            ("parameters", f"{card.parameters:,} ({card.trainable_parameters:,} trainable)"),
            *(("input", f"{spec.name}: {spec.dtype}, {spec.text()}") for spec in card.inputs),
            *(("value", f"{value.name}: {value.type}, {value.value}") for value in card.values),
            *(("output", f"{spec.name}: {spec.dtype}, {spec.text()}") for spec in card.outputs),
            *(("note", note) for note in card.notes),
        ]
    )
    if card.layers:
        rows = (
            ("  " * row.depth + (row.path.rsplit(".", 1)[-1] or card.name), row.type, row.detail, row.output_shape,
             f"{row.parameters:,}")
            for row in card.layers
        )  # fmt: skip
        terminal.table(("layer", "type", "settings", "output", "parameters"), rows, numbers=(4,))


def _show_needs(found: Inspection, terminal: Terminal, *, everything: bool) -> None:
    """Tell of a file that can't be opened yet, with what is asked for first."""
    if found.arguments:
        terminal.table(
            ("argument", "type", "default", "proposed", "why"),
            ((a.name, a.annotation, a.default, a.proposal, a.reason) for a in found.arguments),
        )
    for choice in found.classes:
        terminal.fields([(choice.name, ", ".join(argument.name for argument in choice.arguments) or "no arguments")])
    for near in found.candidates:
        terminal.fields([(near.code, f"has {near.fit:.0%} of the tensors' outermost names")])
    terminal.fields(
        [
            ("file", found.path),
            ("kind", found.kind),
            ("size", f"{found.size:,} bytes"),
            ("sha256", found.sha256),
            *(("weights", place) for place in found.weights if place),
            *([("chain", found.chain)] if found.chain else []),
            *([("class", found.pickled_class)] if found.pickled_class else []),
        ]
    )
    if found.question is not None:
        _show_question(found.question, terminal, everything=everything)
    if found.keys:
        differ = [row for row in found.keys if row.state != "matched"]
        terminal.table(
            ("key", "state", "in the file", "in the class"),
            ((row.key, row.state, row.in_file, row.in_class) for row in (differ if everything else differ[:_ROWS])),
        )
        _tell_rest(len(differ), terminal, everything=everything)
    elif found.tensors:
        shown = found.tensors if everything else found.tensors[:_ROWS]
        terminal.table(("tensor", "type", "shape"), ((row.key, row.dtype, row.shape) for row in shown))
        _tell_rest(len(found.tensors), terminal, everything=everything)


def _tell_rest(count: int, terminal: Terminal, *, everything: bool) -> None:
    if count > _ROWS and not everything:
        terminal.text(f"and {count - _ROWS} more (-v lists all)")


def _show_question(question: ConsentQuestion, terminal: Terminal, *, everything: bool) -> None:
    if question.imports:
        terminal.table(("would be imported", "scanner"), ((f"{i.module}.{i.name}", i.safety) for i in question.imports))
    lines = question.code.splitlines()
    if lines:
        shown = lines if everything else lines[:_LINES]
        terminal.say("\n".join([f"The code in {question.path}:", *shown]))
        if len(lines) > len(shown):
            terminal.say(f"and {len(lines) - len(shown):,} more lines (-v prints all)")
