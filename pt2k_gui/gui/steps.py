"""The five steps, what the rail shows of one, what may be in the way of an action, and the state as plain picklable data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from pt2k_gui.gui.record import ModelRecord, Options, Work
from pt2k_gui.sources.model_names import is_name


class Step(Enum):
    """The five pages in their order."""

    MODEL = 0
    INPUT = 1
    CONVERT = 2
    CHECK = 3
    SAVE = 4


class StepState(Enum):
    """State of a step, as the rail shows it."""

    TODO = "to do"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STALE = "stale"


class Obstacle(Enum):
    """Obstacle to an action."""

    BUSY = "another job runs"
    NO_MODEL = "no model is open"
    MODEL_CHANGED = "the model's file was changed since it was opened"
    INPUT_REFUSED = "the inputs do not fit"
    INPUT_NOT_TRIED = "the inputs were not tried"
    NOT_CONVERTED = "there is no conversion"
    CONVERSION_STALE = "the conversion was made from something else"
    NO_SAMPLES = "no samples were chosen"
    NOT_CHECKED = "there is no verification"
    CHECK_STALE = "the verification was made from something else"


STEP_OF = {
    Work.OPEN: Step.MODEL, Work.TRAIN: Step.MODEL, Work.DRY_RUN: Step.INPUT, Work.CONVERT: Step.CONVERT,
    Work.CHECK: Step.CHECK, Work.SAVE: Step.SAVE,
}  # fmt: skip
"""The step that a job is the work of; other jobs (a speed, a report) are beside it."""


@dataclass(frozen=True)
class Job:
    """A running job: the work, the key it was begun for, and the key of its model (empty where it opens one)."""

    work: Work
    key: str
    model: str = ""


@dataclass
class Snapshot:
    """The state as plain picklable data."""

    records: list[ModelRecord] = field(default_factory=list)
    open: int | None = None  # which of them
    options: Options = field(default_factory=Options)
    step: Step = Step.MODEL  # the page in front
    interrupted: Step | None = None  # the step whose job ran

    def without_missing(self) -> Snapshot:
        """The same without the models and results whose files are gone."""
        kept = [r for r in self.records if Path(r.source.path).exists() or is_name(r.source.path)]
        for record in kept:
            record.forget_missing()
        front = self.records[self.open] if self.open is not None else None
        number = kept.index(front) if front in kept else len(kept) - 1 if kept else None
        return Snapshot(kept, number, self.options, self.step, self.interrupted)
