"""The state of the conversions in a window, and the rule that keeps the window from saying anything untrue.

**The rule.** Whatever was found (a ``Result``: a dry run, a conversion, a verification, a speed) carries the *key* of all
that it was made from: the content of the model's files, its class and arguments, the inputs and values, the options, the
samples, and the key of the result before it. A result is *current* when its key is the one that the present choices have;
otherwise it is *stale*. Both are worked out whenever somebody asks. Nothing marks anything as done, stale or running:

- A page holds no result. ``render`` draws it from this state; drawing it twice changes nothing.
- A job is begun for a key and answers with that key (``begin``, ``answer``). What was chosen otherwise meanwhile makes its
  answer stale, not wrong. ``running`` is said of a step while its job runs, ``failed`` of a key whose job failed.
- No action runs on a stale or missing predecessor: ``obstacle`` says what is in the way of one, and the page shows the
  reason beside a disabled button.
- What belongs to one model (its inputs, results, samples, file name, tab) is its ``ModelRecord`` and goes and comes with it.
- Files that a result rests on lie in a folder named after its key (``folder_for``), so that no later result overwrites them.
  Folders whose key no record holds are removed.

The session on disk is this same state (``Snapshot``). This module knows no widget.
"""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from pt2k_gui.gui.keys import Stamp, digest, stamps
from pt2k_gui.gui.phrases import counted
from pt2k_gui.gui.record import Conversion, Failure, KeptFile, ModelRecord, Options, Result, Work, proposed_samples
from pt2k_gui.gui.steps import STEP_OF, Job, Obstacle, Snapshot, Step, StepState
from pt2k_gui.problem import Problem

if TYPE_CHECKING:
    from pt2k_gui.digits.history import Trained
    from pt2k_gui.export.result import DryRun
    from pt2k_gui.progress import StageDone, StageStarted
    from pt2k_gui.save.result import SavedFile
    from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
    from pt2k_gui.sources.inspection import PartFile
    from pt2k_gui.verify.result import SampleChoice, SpeedRow, Verification

_MOST_MODELS = 3


class ConversionState(QObject):
    """The records of the models that were opened here, the options, and the job that runs. ``changed`` has pages drawn."""

    changed = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.options = Options()
        self.records: list[ModelRecord] = []
        self.record: ModelRecord | None = None
        self.job: Job | None = None
        self.stages: tuple[StageStarted | StageDone, ...] = ()  # of the conversion that was begun last
        self.refusal: Problem | None = None  # why a file could not be opened
        self.refused: Source | None = None
        self._changed_on_disk = False

    # The keys of the present choices

    def dry_run_key(self) -> str:
        record = self.record
        if record is None or record.entry_problem is not None or self._changed_on_disk:
            return ""
        return digest("dry run", record.key, record.source.values, record.inputs)

    def conversion_key(self, *, axis_order: str | None = None) -> str:
        """Empty where there is nothing to convert."""
        record = self.record
        if record is None or record.entry_problem is not None or self._changed_on_disk:
            return ""
        made = self.options.trainable, self.options.engine, axis_order or self.axis_order()
        return digest("conversion", record.key, record.source.values, record.inputs, made)

    def axis_order(self) -> str:
        """The axis order in effect: where no input or output has the axes of an image, the choice changes nothing."""
        record = self.record
        if record is None:
            return self.options.axis_order
        outputs = record.info.outputs
        if record.dry_run is not None:
            outputs = record.dry_run.value.outputs
        flat = bool(outputs) and all(0 < len(spec.shape) < 3 for spec in (*record.inputs, *outputs))
        return "keras" if flat else self.options.axis_order

    def _conversion_keys(self) -> tuple[str, str]:
        """The key of the present choices, and the one that a conversion has for which every axis order is the same."""
        return self.conversion_key(), self.conversion_key(axis_order="any")

    def verification_key(self) -> str:
        record, conversion = self.record, self.conversion
        if record is None or conversion is None:
            return ""
        choice = self.samples
        return digest("verification", self._key_of_conversion(), choice, stamps(*choice.paths))

    def speed_key(self) -> str:
        return digest("speed", self._key_of_conversion()) if self.conversion is not None else ""

    def _key_of_conversion(self) -> str:
        assert self.record is not None and self.record.conversion is not None
        return self.record.conversion.key

    # What is current

    @property
    def source(self) -> Source | None:
        return self.record.source if self.record is not None else None

    @property
    def info(self) -> ModelInfo | None:
        return self.record.info if self.record is not None else None

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        return self.record.inputs if self.record is not None else ()

    @property
    def samples(self) -> SampleChoice:
        """Samples to check the model with: as chosen, or else as proposed for the present inputs."""
        assert self.record is not None
        return self.record.samples or proposed_samples(self.record)

    @property
    def dry_run(self) -> DryRun | None:
        """The dry run of the present inputs."""
        found = self.record.dry_run if self.record is not None else None
        return found.value if found is not None and found.key == self.dry_run_key() else None

    @property
    def conversion(self) -> Conversion | None:
        """The conversion that the present choices give."""
        found = self.record.conversion if self.record is not None else None
        return found.value if found is not None and found.key in self._conversion_keys() else None

    @property
    def verification(self) -> Verification | None:
        """The verification of the current conversion on the chosen samples."""
        found = self.record.verification if self.record is not None else None
        key = self.verification_key()
        return found.value if found is not None and key and found.key == key else None

    @property
    def speed(self) -> tuple[SpeedRow, ...]:
        found = self.record.speed if self.record is not None else None
        return found.value if found is not None and found.key == self.speed_key() else ()

    @property
    def saved(self) -> tuple[SavedFile, ...]:
        """The files of the current conversion that are still as they were written."""
        if self.record is None or self.conversion is None:
            return ()
        key = self._key_of_conversion()
        return tuple(kept.file for kept in self.record.saved if kept.key == key and kept.there())

    @property
    def model_changed(self) -> bool:
        """Whether the model's files were changed since they were read, as ``look_at_disk`` last saw it."""
        return self._changed_on_disk

    # What a step looks like

    def state(self, step: Step) -> StepState:
        if self.job is not None and STEP_OF.get(self.job.work) is step:
            return StepState.RUNNING
        if self.record is None:
            return StepState.FAILED if step is Step.MODEL and self.refusal is not None else StepState.TODO
        return _STATES[step](self, self.record)

    def line(self, step: Step) -> str:
        """The step's one-line result; empty where there is none that is current."""
        record = self.record
        if record is None or any(of is step and self.failure(work) is not None for work, of in STEP_OF.items()):
            return ""
        if step is Step.MODEL:
            return counted(record.info.parameters, self.tr("1 parameter"), self.tr("{0} parameters"))
        if step is Step.INPUT and self.dry_run is not None:
            return ", ".join(spec.text() for spec in record.inputs)
        if step is Step.CONVERT and self.conversion is not None:
            count = self.conversion.converted.report.layer_count
            return counted(count, self.tr("1 layer"), self.tr("{0} layers"))
        if step is Step.CHECK and (found := self.verification) is not None:
            if found.same:
                return self.tr("the same answers")
            return self.tr("trains differently") if found.verdict.same else self.tr("different answers")
        if step is Step.SAVE and self.saved:
            return counted(len(self.saved), self.tr("1 file"), self.tr("{0} files"))
        return ""

    def reachable(self, step: Step) -> bool:
        """Whether there is something to do or to see on the step's page."""
        if step is Step.MODEL or self.record is None:
            return step is Step.MODEL
        if step is Step.INPUT or self.record.conversion is not None:
            return True
        return step is Step.CONVERT and self.state(Step.INPUT) is StepState.DONE

    def obstacle(self, work: Work) -> Obstacle | None:
        """The obstacle to this work; None where it can begin."""
        if self.job is not None and not (work is Work.OPEN and self.job.work is Work.DRY_RUN):
            return Obstacle.BUSY
        if work in (Work.OPEN, Work.TRAIN):
            return None
        if self.record is None:
            return Obstacle.NO_MODEL
        if self._changed_on_disk:
            return Obstacle.MODEL_CHANGED
        if work is Work.DRY_RUN:
            return Obstacle.INPUT_REFUSED if self.record.entry_problem is not None else None
        if work is Work.CONVERT:
            state = self.state(Step.INPUT)
            if state is StepState.DONE:
                return None
            return Obstacle.INPUT_REFUSED if state is StepState.FAILED else Obstacle.INPUT_NOT_TRIED
        if self.conversion is None:
            return Obstacle.NOT_CONVERTED if self.record.conversion is None else Obstacle.CONVERSION_STALE
        choice = self.samples
        if work is Work.CHECK and choice.from_files and not choice.path:
            return Obstacle.NO_SAMPLES
        if work is Work.REPORT and self.verification is None:
            return Obstacle.NOT_CHECKED if self.record.verification is None else Obstacle.CHECK_STALE
        return None

    def failure(self, work: Work) -> Problem | None:
        """Why the work failed, where it was begun for what is chosen now."""
        if self.record is None:
            return None
        failed = self.record.failures.get(work)
        return failed.problem if failed is not None and failed.key == self.key(work) else None

    def was_cancelled(self, work: Work) -> bool:
        """Whether the work was cancelled, and was begun for what is chosen now."""
        key = self.key(work)
        return self.record is not None and bool(key) and self.record.cancelled.get(work) == key

    def key(self, work: Work) -> str:
        """The key that the work's result would have now."""
        if work in (Work.OPEN, Work.TRAIN):
            return ""
        keys = {
            Work.DRY_RUN: self.dry_run_key, Work.CONVERT: self.conversion_key, Work.CHECK: self.verification_key,
            Work.SPEED: self.speed_key, Work.REPORT: self.verification_key,
        }  # fmt: skip
        if work in keys:
            return keys[work]()
        return self._key_of_conversion() if self.conversion is not None else ""

    # Choices

    def choose_inputs(self, inputs: tuple[TensorSpec, ...], values: tuple[tuple[str, str], ...]) -> None:
        record = self.record
        assert record is not None
        if (inputs, values, None) != (record.inputs, record.source.values, record.entry_problem):
            record.inputs, record.entry_problem = inputs, None
            record.source = dataclasses.replace(record.source, values=values)
            self.changed.emit()

    def refuse_inputs(self, problem: Problem) -> None:
        """Take note that what is entered makes no sense, so that there are no inputs."""
        assert self.record is not None
        self.record.entry_problem = problem
        self.changed.emit()

    def choose_options(self, options: Options) -> None:
        if options != self.options:
            self.options = options
            self.changed.emit()

    def choose_samples(self, choice: SampleChoice) -> None:
        if self.record is not None and choice != self.samples:
            self.record.samples = choice
            self.changed.emit()

    # Jobs

    def begin(self, job: Job) -> None:
        """A job runs from now on. What was said of the one before with the same work is over."""
        self.job = job
        if self.record is not None:
            self.record.failures.pop(job.work, None)
            self.record.cancelled.pop(job.work, None)
        if job.work in (Work.OPEN, Work.TRAIN):
            self.refusal = self.refused = None
        if job.work is Work.CONVERT:
            self.stages = ()
        self.changed.emit()

    def hear_stage(self, event: StageStarted | StageDone) -> None:
        """A stage of the running conversion began or ended."""
        self.stages = (*self.stages, event)
        self.changed.emit()

    def end(self, job: Job) -> None:
        """The job runs no more, however it ended."""
        if self.job is job:
            self.job = None
            self.changed.emit()

    def _record_of(self, job: Job) -> ModelRecord | None:
        return next((record for record in self.records if record.key == job.model), None)

    def fail(self, job: Job, problem: Problem) -> None:
        record = self._record_of(job)
        if record is not None:
            record.failures[job.work] = Failure(job.key, problem)
        self.changed.emit()

    def cancel(self, job: Job) -> None:
        record = self._record_of(job)
        if record is not None:
            record.cancelled[job.work] = job.key
        self.changed.emit()

    def answer(self, job: Job, value: object) -> None:
        """Keep what a job found under the key that it was begun for, at the model that it was begun for."""
        record = self._record_of(job)
        if record is None:
            return
        if isinstance(value, Conversion) and not value.axis_order_matters and job.key == self.conversion_key():
            job = dataclasses.replace(job, key=self.conversion_key(axis_order="any"))
        record.results[job.work] = Result(job.key, value)
        self._tidy()
        self.changed.emit()

    def keep_saved(self, job: Job, files: tuple[SavedFile, ...]) -> None:
        record = self._record_of(job)
        if record is not None:
            new = tuple(KeptFile(job.key, file, stamps(file.path)) for file in files)
            paths = {file.path for file in files}
            record.saved = (*new, *(kept for kept in record.saved if kept.file.path not in paths))
            self.changed.emit()

    def refuse(self, source: Source | None, problem: Problem) -> None:
        """A file could not be opened; the model that is open stays."""
        self.refusal, self.refused = problem, source
        self.changed.emit()

    # Models

    def open_model(
        self,
        source: Source,
        info: ModelInfo,
        read: tuple[Stamp, ...],
        trained: Trained | None = None,
        parts: tuple[PartFile, ...] = (),
    ) -> ModelRecord:
        """Another model; one that was open in this window before comes back with all that was found.

        Args:
            read: the stamps of its files, taken before they were read.
            parts: the files besides them that reading it has shown to belong to it.
        """
        read = (*read, *(Stamp(part.path, part.size, part.written) for part in parts))
        record = ModelRecord(source, info, read, info.inputs, trained=trained, parts=parts)
        known = next((other for other in self.records if other.key == record.key), None)
        if known is not None:
            known.read = read
            record = known
        return self.show_model(record)

    def show_model(self, record: ModelRecord) -> ModelRecord:
        """Bring a model to the front."""
        record.entry_problem = None
        self.record = record
        self.records = [*(other for other in self.records if other is not record), record]
        self.refusal = self.refused = None
        self.look_at_disk()
        self._tidy()
        self.changed.emit()
        return record

    def look_at_disk(self) -> bool:
        """See whether the model's files are still those that were read; true if that is new."""
        before = self._changed_on_disk
        record = self.record
        self._changed_on_disk = record is not None and stamps(*(stamp.path for stamp in record.read)) != record.read
        return before is not self._changed_on_disk

    # Files

    def folder_for(self, key: str) -> Path:
        """Where the files of the result with this key lie; made if it is not there."""
        folder = self.folder / "results" / key
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _tidy(self) -> None:
        """Forget the models that were not looked at for longest, but for those with something that was not saved, and
        remove the files of results that nobody holds."""
        while len(self.records) > _MOST_MODELS:
            others = self.records[:-1]
            spare = next((one for one in others if not (one.network_unsaved() or one.conversion_unsaved())), None)
            if spare is None:
                break
            self.records.remove(spare)
        held = {folder for record in self.records for folder in record.folders()}
        if self.job is not None:
            held.add(self.job.key)
        for folder in (self.folder / "results").glob("*"):
            if folder.name not in held:
                shutil.rmtree(folder, ignore_errors=True)

    # The session

    def snapshot(self, step: Step) -> Snapshot:
        number = self.records.index(self.record) if self.record is not None else None
        running = STEP_OF.get(self.job.work) if self.job is not None else None
        return Snapshot(self.records, number, self.options, step, running)

    def restore(self, found: Snapshot, folder: Path | None = None) -> None:
        """Take over a session that was saved."""
        if folder is not None:
            self.folder = folder
        self.records, self.options = found.records, found.options
        self.record = self.records[found.open] if found.open is not None else None
        self.refusal = self.refused = None
        self.look_at_disk()
        self.changed.emit()


def _model_state(state: ConversionState, _record: ModelRecord) -> StepState:
    return StepState.STALE if state.model_changed else StepState.DONE


def _input_state(state: ConversionState, record: ModelRecord) -> StepState:
    if record.entry_problem is not None or state.failure(Work.DRY_RUN) is not None:
        return StepState.FAILED
    if state.dry_run is not None:
        return StepState.DONE
    return StepState.TODO if record.dry_run is None else StepState.STALE


def _convert_state(state: ConversionState, record: ModelRecord) -> StepState:
    if state.failure(Work.CONVERT) is not None:
        return StepState.FAILED
    if state.conversion is not None:
        return StepState.DONE
    return StepState.TODO if record.conversion is None else StepState.STALE


def _check_state(state: ConversionState, record: ModelRecord) -> StepState:
    if state.failure(Work.CHECK) is not None:
        return StepState.FAILED
    if (found := state.verification) is not None:
        return StepState.DONE if found.same else StepState.FAILED
    return StepState.TODO if record.verification is None else StepState.STALE


def _save_state(state: ConversionState, record: ModelRecord) -> StepState:
    if state.failure(Work.SAVE) is not None:
        return StepState.FAILED
    if state.saved:
        return StepState.DONE if all(file.same for file in state.saved) else StepState.FAILED
    return StepState.TODO if not record.saved else StepState.STALE


_STATES = {
    Step.MODEL: _model_state, Step.INPUT: _input_state, Step.CONVERT: _convert_state, Step.CHECK: _check_state,
    Step.SAVE: _save_state,
}  # fmt: skip
