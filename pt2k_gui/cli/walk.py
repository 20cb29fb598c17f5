"""The steps that the commands share: a child process, a scratch folder, and the jobs in their order."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pt2k_gui.cli.arguments import SAMPLE_COUNT
from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.export.result import Exported
from pt2k_gui.export.specification import parse_inputs
from pt2k_gui.jobs import convert, export, limits, load, verify
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.jobs.process import Child
from pt2k_gui.jobs.running import run_in_child
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context, SpanContext
from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
from pt2k_gui.sources.interpreters import resolve
from pt2k_gui.verify.result import SampleChoice, Verification
from pt2k_gui.verify.samples.preprocessing import ImageSettings, preset


class Walk:
    """One command's way through the jobs. ``folder`` is scratch and goes away at the end."""

    def __init__(self, terminal: Terminal, child: Child, folder: Path, seconds: float) -> None:
        self.terminal = terminal
        self.folder = folder
        self.seconds = seconds
        self._child = child
        self._start, self._share = 0.0, 1.0

    def run(self, request: object, start: float = 0.0, end: float = 1.0) -> Any:
        """Run a job that takes the span from ``start`` to ``end`` of the command's progress bar."""
        if not self._child.alive():
            self._child = Child(warm=False)  # the one before was ended by a file; the next file gets another one
        context: Context = SpanContext(
            self.terminal, self._start + self._share * start, self._start + self._share * end
        )
        return run_in_child(self._child, request, context)

    def span(self, start: float, end: float) -> None:
        """What is run from now on takes this part of the command's progress bar."""
        self._start, self._share = start, end - start

    def end(self) -> None:
        """End the child process."""
        self._child.kill()

    def load(self, source: Source, start: float = 0.0, end: float = 1.0) -> ModelInfo:
        card: ModelInfo = self.run(load.Request(source, self.seconds), start, end)
        return card

    def export(
        self,
        source: Source,
        inputs: tuple[TensorSpec, ...],
        output: Path,
        start: float,
        end: float,
        *,
        trainable: bool = False,
    ) -> Exported:
        request = export.Request(source, inputs, str(output), trainable)
        exported: Exported = self.run(request, start, end)
        return exported

    def convert(self, request: convert.Request, start: float, end: float) -> convert.Converted:
        converted: convert.Converted = self.run(request, start, end)
        return converted

    def verify(self, request: verify.Request, start: float, end: float) -> Verification:
        verification: Verification = self.run(request, start, end)
        return verification


@contextlib.contextmanager
def walk(terminal: Terminal, seconds: float = READING_SECONDS, memory: float = 0.0) -> Iterator[Walk]:
    """A walk with a child of its own; both child and scratch folder are gone at the end, however it ends.

    Args:
        seconds: how long reading a model may take.
        memory: GiB that the child may take; 0 for most of the machine's.
    """
    limits.set_ceiling(memory)
    with tempfile.TemporaryDirectory(prefix="pt2k-", ignore_cleanup_errors=True) as folder:
        steps = Walk(terminal, Child(warm=False), Path(folder), seconds)
        try:
            yield steps
        finally:
            terminal.done()
            steps.end()


def source_of(options: argparse.Namespace, model: str = "") -> Source:
    """What the options say about MODEL, or about ``model``. Raises ``Problem`` for an ``--arg`` without a name."""
    if options.call and not options.code:
        raise Problem(
            "--call says how the class is called, but not where it is.", hint="Give its file too: --code FILE.py."
        )
    return Source(
        model or options.model,
        f"{options.code}:{options.call}" if options.call else options.code,
        _pairs("--arg", options.arg, "classes=10"),
        not options.no_strict,
        options.trust,
        options.weights,
        _pairs("--value", options.value, "sr=16000"),
        resolve(options.python) if options.python else "",
    )


def _pairs(option: str, texts: list[str], example: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not all(part.isidentifier() for part in name.split(".")):
            raise Problem(f"{option} {text} is not of the form NAME=VALUE.", hint=f"For example {option} {example}.")
        pairs.append((name, value))
    return tuple(pairs)


def inputs_of(options: argparse.Namespace, card: ModelInfo) -> tuple[TensorSpec, ...]:
    """The card's proposed inputs, as changed by ``--input-shape``, ``--input-type`` and ``--input-range``."""
    return parse_inputs(options.input_shape, card, options.input_type, options.input_range)


def samples_of(options: argparse.Namespace, card: ModelInfo, inputs: tuple[TensorSpec, ...]) -> SampleChoice:
    """What ``--samples`` names; without it the digits where the model takes them, else random values."""
    from pt2k_gui.verify.samples.gather import takes_digits

    given = options.samples
    if not given:
        given = "digits" if takes_digits(card, inputs) else "random"
    count = options.count
    if count is None:
        count = 0 if given == "random" else SAMPLE_COUNT  # 0: as many random ones as the model's size allows
    if given in ("digits", "random"):
        return SampleChoice(given, count=count, seed=options.seed, class_names=options.class_names)
    kind = "folder" if Path(given).is_dir() else "file"
    return SampleChoice(kind, given, count, options.seed, _images_of(options), options.class_names)


def _images_of(options: argparse.Namespace) -> ImageSettings:
    chosen = preset(options.image_preset) if options.image_preset else None
    return ImageSettings(
        options.image_mean or (chosen.mean if chosen else ()),
        options.image_std or (chosen.std if chosen else ()),
        options.image_size[0],
        options.image_size[1],
        options.image_order,
        options.image_fit,
    )
