"""Converts several models one after another, in a thread that drives child processes. No widgets; see ``batch_dialog``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from pt2k_gui.files import cannot_write
from pt2k_gui.problem import Problem
from pt2k_gui.sources.model_names import stem_of


@dataclass(frozen=True)
class BatchOptions:
    """What is done to every model.

    Args:
        folder: where the files go; formats: (format name, ending) pairs.
        axis_order, trainable: of the conversion.
        overwrite: replace files that are there.
        seconds: how long reading a model may take; memory: GiB for each process, 0 for most of the machine's.
    """

    folder: str
    formats: tuple[tuple[str, str], ...]
    axis_order: str = "keras"
    trainable: bool = False
    overwrite: bool = False
    seconds: float = 600.0
    memory: float = 0.0


@dataclass(frozen=True)
class BatchResult:
    """What became of one model: whether all is right, the largest difference, files written, and what is wrong."""

    ok: bool
    difference: float | None = None
    files: tuple[str, ...] = ()
    reason: str = ""
    hint: str = ""


Convert = Callable[[str, tuple[tuple[str, str], ...], float, float], BatchResult]
"""Converts one model: its path, (format, path) targets, and the span of all progress that it takes."""


def file_names(models: Sequence[str]) -> list[str]:
    """What each model's files are called: its name without the ending; with a number where two would be called alike."""
    found: list[str] = []
    for model in models:
        stem = stem_of(model)
        name, number = stem, 2
        while name in found:
            name, number = f"{stem}-{number}", number + 1
        found.append(name)
    return found


class BatchThread(QThread):
    """``progress`` carries the share done and words; ``began`` and ``done`` a model's number, ``done`` its result too."""

    progress = Signal(float, str)
    began = Signal(int)
    done = Signal(int, object)
    log = Signal(str)

    def __init__(self, models: Sequence[str], options: BatchOptions, parent: QObject) -> None:
        super().__init__(parent)
        self._models, self._options = tuple(models), options
        self._cancelled = False
        self._close: Callable[[], None] = lambda: None

    def cancel(self) -> None:
        """End the model that is being converted and begin no other one."""
        self._cancelled = True
        self._close()

    def run(self) -> None:
        options = self._options
        try:
            Path(options.folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._refuse_all(cannot_write(Path(options.folder), error))
            return
        try:
            with self._converter() as convert:
                for number, (model, name) in enumerate(zip(self._models, file_names(self._models), strict=True)):
                    if self._cancelled:
                        return
                    self.began.emit(number)
                    targets = tuple(
                        (kind, str(Path(options.folder) / f"{name}{ending}")) for kind, ending in options.formats
                    )
                    count = len(self._models)
                    self._one(number, lambda: convert(model, targets, number / count, (number + 1) / count))  # noqa: B023
        except Problem as problem:
            self._refuse_all(problem)

    def _one(self, number: int, convert: Callable[[], BatchResult]) -> None:
        from pt2k_gui.jobs.child import unexpected

        try:
            result = convert()
        except Problem as problem:
            result = _refused(problem)
        except Exception as error:  # one model's surprise must not take the others' turn
            result = _refused(unexpected(error))
        if not self._cancelled:
            self.done.emit(number, result)

    def _refuse_all(self, problem: Problem) -> None:
        for number in range(len(self._models)):
            self.done.emit(number, _refused(problem))

    @contextlib.contextmanager
    def _converter(self) -> Iterator[Convert]:
        """The command line's way through a model, in child processes that end with the block."""
        from pt2k_gui.jobs.pipeline import Outcome, Plan, pipeline
        from pt2k_gui.sources.card import Source

        options = self._options
        with pipeline(_Listener(self), options.seconds, options.memory) as steps:
            self._close = steps.close

            def convert(model: str, targets: tuple[tuple[str, str], ...], start: float, end: float) -> BatchResult:
                steps.span(start, end)
                plan = Plan(
                    Source(model), targets, axis_order=options.axis_order, trainable=options.trainable,
                    overwrite=options.overwrite,
                )  # fmt: skip
                return result_of(steps.whole(plan))

            def result_of(outcome: Outcome) -> BatchResult:
                verification = outcome.verification
                rows = [row.max_abs for row in verification.comparisons if row.backend == verification.candidate]
                wrong = next((f"{Path(file.path).name}: {file.detail}" for file in outcome.saved if not file.same), "")
                reason = verification.verdict.sentence if not verification.same else wrong
                files = tuple(file.path for file in outcome.saved)
                return BatchResult(outcome.ok, max(rows, default=0.0), files, reason)

            yield convert


class _Listener:
    """The context of the pipeline: passes on to the thread's signals."""

    def __init__(self, thread: BatchThread) -> None:
        self._thread = thread

    def progress(self, fraction: float, text: str) -> None:
        self._thread.progress.emit(fraction, text)

    def log(self, line: str) -> None:
        self._thread.log.emit(line)

    def event(self, event: object) -> None:
        return

    def stopping(self) -> bool:
        return False


def _refused(problem: Problem) -> BatchResult:
    return BatchResult(False, reason=problem.sentence, hint=problem.hint)
