"""The list of many models in a window: which they are, what is done to all of them, and what became of each. The work is done
in a thread that drives child processes. No widgets; see ``pages.batch``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QThread, QTimer, Signal

from pt2k_gui.batch.reading import PipelineFile
from pt2k_gui.batch.running import Batch, BatchSettings
from pt2k_gui.batch.task import FAILED, Finished, Task, finished, with_targets
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.jobs.pipeline import Plan
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import files_of
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.folder import ENDINGS
from pt2k_gui.sources.hugging_face_folder import is_folder
from pt2k_gui.sources.model_names import is_name, stem_of

_DRAW_EVERY = 200  # milliseconds; progress comes more often than anybody reads it
_MOST_IN_FOLDER = 5000


@dataclass(frozen=True)
class BatchOptions:
    """Options for every model.

    Args:
        folder: where the files go; formats: the names of formats.
        axis_order, trainable: of the conversion.
        workers: how many models at the same time.
        overwrite: replace files that are there.
        seconds: how long reading a model may take; memory: GiB for all of the work, 0 for most of the machine's.
    """

    folder: str
    formats: tuple[str, ...] = ("keras",)
    axis_order: str = "keras"
    trainable: bool = False
    workers: int = 1
    overwrite: bool = False
    seconds: float = READING_SECONDS
    memory: float = 0.0


def file_names(models: Sequence[str]) -> list[str]:
    """Names for each model's files: its name without the ending; with a number where two would be called alike."""
    found: list[str] = []
    taken: set[str] = set()  # without capitals, which some disks do not tell apart
    for model in models:
        stem = stem_of(model)
        name, number = stem, 2
        while name.casefold() in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name.casefold())
        found.append(name)
    return found


def models_in(paths: Iterable[str]) -> list[str]:
    """The models that files and folders stand for: a folder for every model file in it, a Hugging Face folder for itself."""
    found: list[str] = []
    for path in paths:
        place = Path(path).absolute()
        if is_name(path):
            found.append(path)
        elif not place.is_dir() or is_folder(place):
            found.append(str(place))
        else:
            inside = (file for file in place.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file())
            hidden = (file for file in inside if not any(part[0] == "." for part in file.relative_to(place).parts))
            found += [str(file) for file in sorted(hidden)[:_MOST_IN_FOLDER]]
    return list(dict.fromkeys(found))


class BatchThread(QThread):
    """Signals carry a task's number: ``began``; ``progress`` with its share and words; ``done`` with its ``Finished``."""

    began = Signal(int)
    progress = Signal(int, float, str)
    done = Signal(int, object)
    log = Signal(str)

    def __init__(self, tasks: Sequence[Task], settings: BatchSettings, parent: QObject) -> None:
        super().__init__(parent)
        self.tasks = tuple(tasks)
        self._batch = Batch(tasks, settings, _Listener(self))

    def cancel(self) -> None:
        """End the models that are being converted and begin no other one."""
        self._batch.cancel()

    def run(self) -> None:
        try:
            self._batch.run()
        except Problem as problem:
            for number, task in enumerate(self.tasks):
                self.done.emit(number, finished(task, problem, 0.0))


class _Listener:
    """Passes on to the thread's signals."""

    def __init__(self, thread: BatchThread) -> None:
        self._thread = thread

    def began(self, number: int) -> None:
        self._thread.began.emit(number)

    def progress(self, number: int, fraction: float, text: str) -> None:
        self._thread.progress.emit(number, fraction, text)

    def log(self, number: int, line: str) -> None:
        self._thread.log.emit(line)

    def done(self, number: int, result: Finished) -> None:
        self._thread.done.emit(number, result)


class BatchList(QObject):
    """The models and their results. ``changed`` has the page drawn; it lives as long as the window, the page does not."""

    changed = Signal()
    log = Signal(str)

    def __init__(self, options: BatchOptions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.models: list[str] = []
        self.options = options
        self.results: dict[str, Finished] = {}
        self.running: dict[str, float] = {}  # the share that is done
        self.text = ""
        self.began_at = 0.0
        self._thread: BatchThread | None = None
        self._numbers: list[str] = []  # the model of each of the thread's tasks
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_DRAW_EVERY)
        self._soon.timeout.connect(self.changed)
        self.make_thread: Callable[[Sequence[Task], BatchSettings], BatchThread] = lambda tasks, settings: BatchThread(
            tasks, settings, self
        )

    # The list

    def add(self, paths: Iterable[str]) -> None:
        self.models = list(dict.fromkeys((*self.models, *models_in(paths))))
        self.changed.emit()

    def remove(self, numbers: Iterable[int]) -> None:
        for model in [self.models[number] for number in numbers]:
            self.models.remove(model)
            self.results.pop(model, None)
        self.changed.emit()

    def choose(self, options: BatchOptions) -> None:
        self.options = options

    # What there is to do

    def tasks(self) -> list[Task]:
        """One for each model, with the options that are chosen."""
        options, folder = self.options, Path(self.options.folder)
        made = []
        for model, name in zip(self.models, file_names(self.models), strict=True):
            plan = Plan(
                Source(model), axis_order=options.axis_order, trainable=options.trainable, overwrite=options.overwrite
            )
            made.append(Task(name, with_targets(plan, folder, name, options.formats)))
        return made

    def pipeline_file(self) -> PipelineFile:
        """The same as a file that repeats it."""
        options = self.options
        return PipelineFile(
            tuple(self.tasks()), Path(options.folder), options.workers, (), options.seconds, options.memory
        )

    def failed(self) -> list[str]:
        """The models that are not as they should be."""
        return [model for model in self.models if model in self.results and not self.results[model].result.ok]

    def in_the_way(self) -> list[str]:
        """Files that are there already, and would be replaced."""
        targets = [target for task in self.tasks() for target in task.plan.targets]
        return [path for target in targets for path in files_of(*target) if Path(path).exists()]

    # The work

    @property
    def busy(self) -> bool:
        return self._thread is not None and self._thread.isRunning()

    @property
    def share(self) -> float:
        """How much of the whole run is done, 0 to 1."""
        done = sum(model in self.results for model in self._numbers)
        return (done + sum(self.running.values())) / max(len(self._numbers), 1)

    def start(self, *, only_failed: bool = False) -> None:
        """Convert all, or only what is not as it should be."""
        if self.busy or not self.models:
            return
        again = set(self.failed())
        chosen = [
            (model, task)
            for model, task in zip(self.models, self.tasks(), strict=True)
            if not only_failed or model in again or model not in self.results
        ]
        self._numbers = [model for model, _ in chosen]
        for model in self._numbers:
            self.results.pop(model, None)
        self.running, self.text, self.began_at = {}, "", time.monotonic()
        options = self.options
        settings = BatchSettings(options.folder, options.workers, options.seconds, options.memory, only_failed)
        thread = self.make_thread([task for _, task in chosen], settings)
        self._thread = thread
        thread.began.connect(self._on_began)
        thread.progress.connect(self._on_progress)
        thread.done.connect(self._on_done)
        thread.log.connect(self.log)
        thread.finished.connect(self._on_finished)
        thread.start()
        self.changed.emit()

    def cancel(self) -> None:
        if self._thread is not None:
            self._thread.cancel()

    def shut_down(self) -> None:
        """End the work; returns when the thread has ended."""
        self.cancel()
        if self._thread is not None:
            self._thread.wait(10_000)

    def _on_began(self, number: int) -> None:
        self.running[self._numbers[number]] = 0.0
        self.changed.emit()

    def _on_progress(self, number: int, share: float, text: str) -> None:
        self.running[self._numbers[number]] = share
        self.text = text
        if not self._soon.isActive():
            self._soon.start()

    def _on_done(self, number: int, result: Finished) -> None:
        model = self._numbers[number]
        self.running.pop(model, None)
        self.results[model] = result
        self.changed.emit()

    def _on_finished(self) -> None:
        self.running = {}
        self.changed.emit()

    def finished_results(self) -> list[Finished]:
        """Results of the models, in the list's order; those that were not begun are missing."""
        return [self.results[model] for model in self.models if model in self.results]

    def counts(self) -> tuple[int, int, int]:
        """How many give the same answers, different ones, and can't be used."""
        states = [done.result.state for done in self.finished_results()]
        failed = states.count(FAILED)
        good = sum(done.result.ok for done in self.finished_results())
        return good, len(states) - good - failed, failed
