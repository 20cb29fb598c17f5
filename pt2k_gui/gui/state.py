"""The wizard's state: what each step has found, and which steps are stale. Pages listen to it and change it; it knows no
widget."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from pt2k_gui.convert.report import ConversionReport
    from pt2k_gui.digits.history import Trained
    from pt2k_gui.export.result import DryRun, Exported
    from pt2k_gui.jobs.convert import Converted
    from pt2k_gui.progress import StageDone
    from pt2k_gui.save.result import SavedFile
    from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
    from pt2k_gui.verify.result import SampleChoice, SpeedRow, Verification


class Step(Enum):
    """The five pages in their order."""

    MODEL = 0
    INPUT = 1
    CONVERT = 2
    CHECK = 3
    SAVE = 4


class StepState(Enum):
    """What the rail shows of a step."""

    TODO = "to do"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STALE = "stale"


@dataclass(frozen=True)
class Options:
    """How to convert."""

    engine: str = "native"
    axis_order: str = "keras"
    trainable: bool = False


@dataclass
class Walk:
    """All results of one walk, as plain picklable data."""

    source: Source | None = None
    card: ModelInfo | None = None
    trained: Trained | None = None
    inputs: tuple[TensorSpec, ...] = ()
    dry_run: DryRun | None = None
    options: Options = field(default_factory=Options)
    exported: Exported | None = None
    converted: Converted | None = None
    stages: tuple[StageDone, ...] = ()  # of the export and the conversion
    samples: SampleChoice | None = None
    verification: Verification | None = None
    speed: tuple[SpeedRow, ...] = ()
    saved: tuple[SavedFile, ...] = ()
    states: dict[Step, StepState] = field(default_factory=lambda: dict.fromkeys(Step, StepState.TODO))
    lines: dict[Step, str] = field(default_factory=dict)

    @property
    def report(self) -> ConversionReport | None:
        return self.converted.report if self.converted is not None else None


class WizardState(QObject):
    """The walk, with signals. ``changed`` says which step's data or state is new."""

    changed = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.walk = Walk()

    def state(self, step: Step) -> StepState:
        return self.walk.states[step]

    def line(self, step: Step) -> str:
        """The step's one-line result."""
        return self.walk.lines.get(step, "")

    def reachable(self, step: Step) -> bool:
        """Whether everything before it is done (stale results can be looked at)."""
        seen = (StepState.DONE, StepState.STALE)
        if self.state(step) in seen:
            return True
        return all(self.state(other) in seen for other in Step if other.value < step.value)

    def set_state(self, step: Step, state: StepState, line: str | None = None) -> None:
        self.walk.states[step] = state
        if line is not None:
            self.walk.lines[step] = line
        self.changed.emit(step)

    # What the steps found

    def set_model(self, source: Source, card: ModelInfo, trained: Trained | None = None) -> None:
        """A new model: everything after it is stale."""
        same = self.walk.card is not None and self.walk.card.sha256 == card.sha256 and self.walk.source == source
        self.walk.source, self.walk.card, self.walk.trained = source, card, trained
        if not same:
            self.walk.inputs, self.walk.dry_run = card.inputs, None
            self._outdate(Step.MODEL)
        self.set_state(Step.MODEL, StepState.DONE, self.tr("{0} parameters").format(f"{card.parameters:,}"))

    def set_inputs(self, inputs: tuple[TensorSpec, ...]) -> None:
        """Other shapes: what was tried and made with the former ones is stale."""
        if inputs != self.walk.inputs:
            self.walk.inputs, self.walk.dry_run = inputs, None
            self._outdate(Step.INPUT, itself=True)

    def set_values(self, values: tuple[tuple[str, str], ...]) -> None:
        """Other plain values for ``forward``: what was tried and made with the former ones is stale."""
        if self.walk.source is not None and values != self.walk.source.values:
            self.walk.source, self.walk.dry_run = dataclasses.replace(self.walk.source, values=values), None
            self._outdate(Step.INPUT, itself=True)

    def set_dry_run(self, result: DryRun) -> None:
        self.walk.dry_run = result
        self.set_state(Step.INPUT, StepState.DONE, ", ".join(spec.text() for spec in self.walk.inputs))

    def set_options(self, options: Options) -> None:
        """Another way to convert: the conversion and what follows is stale."""
        if options != self.walk.options:
            self.walk.options = options
            self._outdate(Step.INPUT)

    def set_converted(self, exported: Exported, converted: Converted) -> None:
        self.walk.exported, self.walk.converted, self.walk.speed = exported, converted, ()
        self._outdate(Step.CONVERT)
        self.set_state(Step.CONVERT, StepState.DONE, self.tr("{0} layers").format(converted.report.layer_count))

    def set_verification(self, samples: SampleChoice, verification: Verification) -> None:
        self.walk.samples, self.walk.verification = samples, verification
        line = self.tr("the same answers") if verification.verdict.same else self.tr("other answers")
        if verification.verdict.same and not verification.same:
            line = self.tr("trains otherwise")
        self.set_state(Step.CHECK, StepState.DONE if verification.same else StepState.FAILED, line)

    def set_saved(self, saved: tuple[SavedFile, ...]) -> None:
        kept = {file.path: file for file in self.walk.saved if Path(file.path).exists()}
        kept.update({file.path: file for file in saved})
        self.walk.saved = tuple(kept.values())
        good = all(file.same for file in saved)
        line = self.tr("1 file") if len(saved) == 1 else self.tr("{0} files").format(len(saved))
        self.set_state(Step.SAVE, StepState.DONE if good else StepState.FAILED, line)

    def restore(self, walk: Walk) -> None:
        """Take over a session that was saved."""
        self.walk = walk
        for step in Step:
            if walk.states[step] is StepState.RUNNING:
                walk.states[step] = StepState.TODO
        for step in Step:
            self.changed.emit(step)

    def _outdate(self, after: Step, *, itself: bool = False) -> None:
        for step in Step:
            later = step.value > after.value or (itself and step is after)
            if later and self.state(step) in (StepState.DONE, StepState.FAILED):
                self.set_state(step, StepState.STALE)
