"""Open, export, convert, verify, save: the one way from a model's file to files that were checked.

Two child processes share the work, and neither imports the other's framework. One has PyTorch: it opens and exports the model
and compares what was made of it. The other one imports TensorFlow meanwhile, converts as soon as the ONNX file is there, runs the
converted model on the samples, and writes the files while the first one compares. What was written is put in place when the
comparison is through.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.export.result import Exported, FileChecked
from pt2k_gui.export.specification import parse_inputs
from pt2k_gui.jobs import convert, export, load, messages, record, save, verify, warm
from pt2k_gui.jobs.job import Job, Result
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.jobs.process import Child, ChildDied
from pt2k_gui.jobs.running import run_in_child
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context, SpanContext
from pt2k_gui.save.formats import format_named, refuse_existing
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
from pt2k_gui.verify.recorded import will_not_come
from pt2k_gui.verify.result import SampleChoice, Verification
from pt2k_gui.verify.samples.gather import settled

_KERAS = ("numpy", "onnx", "tensorflow", "keras")


@dataclass(frozen=True)
class Plan:
    """A model and what to make of it.

    Args:
        source: the model's file, and what is needed to open it.
        targets: (format name, path) pairs; empty to convert and compare only.
        shapes, types, ranges: of the inputs, as ``--input-shape``, ``--input-type`` and ``--input-range`` take them; without
            them the inputs are those that the file proposes.
        samples: what to compare with.
        engine, axis_order, trainable: of the conversion (see ``convert``).
        layers: compare layer by layer too.
        overwrite: replace files that are there.
    """

    source: Source
    targets: tuple[tuple[str, str], ...] = ()
    shapes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    samples: SampleChoice = field(default_factory=lambda: SampleChoice(""))
    engine: str = "native"
    axis_order: str = "keras"
    trainable: bool = False
    layers: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class Outcome:
    """One model, converted, compared and written."""

    card: ModelInfo
    exported: Exported
    report: ConversionReport
    verification: Verification
    saved: tuple[SavedFile, ...]

    @property
    def ok(self) -> bool:
        """Whether the converted model and each file gives the same answers."""
        return self.verification.same and all(file.same for file in self.saved)


class Pipeline:
    """Child processes, a scratch folder, and the jobs in their order. Made by ``pipeline``; closed with its block.

    Attributes:
        folder: scratch; gone at the end.
    """

    def __init__(self, context: Context, folder: Path, seconds: float, memory: float = 0.0) -> None:
        self.folder = folder
        self._context = context
        self._seconds, self._memory = seconds, memory
        self._closed = False
        self._start, self._share = 0.0, 1.0
        self._torch = Child(warm=False, memory=memory)
        self._keras: Child | None = None

    def run(
        self,
        request: Job[Result],
        start: float = 0.0,
        end: float = 1.0,
        around: Callable[[Context], Context] = lambda context: context,
    ) -> Result:
        """Run one job in the process that has PyTorch; it takes the span from ``start`` to ``end`` of all progress, and
        reports to what ``around`` makes of it."""
        if not self._torch.alive():
            self._torch = self._another()  # the one before was ended by a file; the next file gets another one
        return run_in_child(self._torch, request, around(self._part(start, end)))

    def _another(self) -> Child:
        if self._closed:
            raise ChildDied(messages.CLOSING())
        return Child(warm=False, memory=self._memory)

    def span(self, start: float, end: float) -> None:
        """Give this part of all progress to what is run from now on."""
        self._start, self._share = start, end - start

    def _part(self, start: float, end: float) -> Context:
        return SpanContext(self._context, self._start + self._share * start, self._start + self._share * end)

    def load(self, source: Source, start: float = 0.0, end: float = 1.0) -> ModelInfo:
        """Open a model."""
        return self.run(load.Request(source, self._seconds), start, end)

    def whole(self, plan: Plan, may_write: Callable[[], None] | None = None) -> Outcome:
        """All of it. Raises ``Problem``; nothing is written then.

        Args:
            may_write: is called before the files are put in place; what it raises keeps them from it.
        """
        if not plan.overwrite:
            refuse_existing(plan.targets)
        if self._keras is None or not self._keras.alive():
            self._keras = self._another()
        done = self.folder / "compared"
        done.unlink(missing_ok=True)
        onnx, keras = str(self.folder / "model.onnx"), str(self.folder / "model.keras")
        with _Beside(self._keras) as beside:
            modules = dict.fromkeys(name for target in plan.targets for name in format_named(target[0]).runs_with)
            ready = beside.run(warm.Request(_KERAS, tuple(modules)), _WithoutProgress(self._context))
            card = self.load(plan.source, 0.0, 0.2)
            inputs = parse_inputs(plan.shapes, card, plan.types, plan.ranges)
            exported, converting = self._exported_and_converting(plan, inputs, onnx, keras, beside)
            ready.result()
            choice = settled(plan.samples, card, exported.inputs)
            recorded = self._fresh_folder("outputs")
            recording = beside.run(
                record.Request(onnx, keras, card, choice, str(recorded)), _WithoutProgress(self._context)
            )
            for work in (converting, recording):
                work.add_done_callback(lambda work: will_not_come(recorded) if _has_failed(work) else None)
            saving = None
            if plan.targets:
                writing = save.Request(
                    keras, onnx, plan.targets, plan.overwrite, plan.source, choice, card, str(done)
                )  # fmt: skip
                saving = beside.run(writing, _WithoutProgress(self._context))
            if plan.layers or plan.trainable:  # which are compared where PyTorch is
                self.run(warm.Request(_KERAS))
                converting.result()
            question = verify.Request(
                plan.source, onnx, keras, str(self.folder), choice, plan.layers, plan.trainable, recorded=str(recorded)
            )  # fmt: skip
            try:
                verification = self.run(question, 0.5, 0.9)
            except Problem:
                for work in (converting, recording):
                    if _has_failed(work):
                        work.result()
                raise
            converted = converting.result()
            if may_write is not None:
                may_write()
            done.touch()
            self._part(0.9, 1.0).progress(0.0, messages.SAVING())
            saved = () if saving is None else saving.result()
        return Outcome(card, exported, converted.report, verification, saved)

    def _exported_and_converting(
        self, plan: Plan, inputs: tuple[TensorSpec, ...], onnx: str, keras: str, beside: _Beside
    ) -> tuple[Exported, Future[convert.Converted]]:
        """The export, and the conversion, which begins once onnx.checker accepted the file and goes on while the export is
        compared with PyTorch."""
        begun: list[Future[convert.Converted]] = []

        def begin(path: str) -> None:
            conversion = convert.Request(path, keras, plan.engine, plan.axis_order, plan.trainable)
            begun.append(beside.run(conversion, _WithoutProgress(self._context)))

        ahead = self.folder / "ahead.onnx"
        ahead.unlink(missing_ok=True)
        question = export.Request(plan.source, inputs, onnx, plan.trainable, str(ahead))
        exported = self.run(question, 0.2, 0.5, lambda context: _Listening(context, begin))
        if not begun:
            begin(onnx)
        return exported, begun[0]

    def _fresh_folder(self, name: str) -> Path:
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def trim(self, most: int) -> None:
        """End the child processes that hold more than ``most`` bytes between two models; new ones follow when needed."""
        for child in (self._torch, self._keras):
            if child is not None and child.memory() > most:
                child.kill()

    def close(self) -> None:
        """End the child processes, whatever they do; no other ones follow."""
        self._closed = True
        for child in (self._torch, self._keras):
            if child is not None:
                child.kill()


class _Beside:
    """Jobs in a child process while this thread works with another one; it is ended if the block fails."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._thread = ThreadPoolExecutor(1, "beside")

    def run(self, request: Job[Result], context: Context) -> Future[Result]:
        """Begin a job, after those that were begun before it."""
        return self._thread.submit(run_in_child, self._child, request, context)

    def __enter__(self) -> _Beside:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._child.kill()
        self._thread.shutdown(cancel_futures=True)


def _has_failed(work: Future[Any]) -> bool:
    return work.done() and (work.cancelled() or work.exception() is not None)


class _WithoutProgress(SpanContext):
    """Passes on everything but progress: another job has the bar."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, 0.0, 1.0)

    def progress(self, fraction: float, text: str) -> None:
        return

    def stopping(self) -> bool:
        return False


class _Listening(SpanContext):
    """Calls ``begin`` with the file that an export has ready, and passes on everything else."""

    def __init__(self, context: Context, begin: Callable[[str], None]) -> None:
        super().__init__(context, 0.0, 1.0)
        self._begin = begin

    def event(self, event: object) -> None:
        if isinstance(event, FileChecked):
            self._begin(event.path)
        else:
            super().event(event)


@contextlib.contextmanager
def pipeline(context: Context, seconds: float = READING_SECONDS, memory: float = 0.0) -> Iterator[Pipeline]:
    """A pipeline whose child processes and scratch folder are gone at the end, however it ends.

    Args:
        seconds: how long reading a model may take.
        memory: GiB that each child process may take; 0 for most of the machine's.
    """
    with tempfile.TemporaryDirectory(prefix="pt2k-", ignore_cleanup_errors=True) as folder:
        steps = Pipeline(context, Path(folder), seconds, memory)
        try:
            yield steps
        finally:
            steps.close()
