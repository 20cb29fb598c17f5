"""One model of many: what is to be done, and what became of it, as plain data."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pt2k_gui.batch import messages
from pt2k_gui.batch.thresholds import Thresholds
from pt2k_gui.jobs.pipeline import Outcome, Plan
from pt2k_gui.json_data import plain
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import format_named
from pt2k_gui.sources.model_names import stem_of

SAME, DIFFERENT, FAILED = "same", "different", "failed"


@dataclass(frozen=True)
class Task:
    """A model, what its files are called, and what is to be done. ``name`` is unique among the tasks of one batch."""

    name: str
    plan: Plan
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def model(self) -> str:
        """The model's file, or its name in a package."""
        return self.plan.source.path


@dataclass(frozen=True)
class TaskResult:
    """Result of one model, as a table and a file can hold it.

    Args:
        name, model: the task's, and the path or name of its model.
        state: ``same`` (the same answers, every file is right and no threshold is exceeded), ``different``, ``failed``
            (nothing was written).
        reason: why it is not ``same``; hint: what to do; details: for a bug report.
        verdict: the verification's sentence.
        difference: the largest absolute difference of the converted model from PyTorch.
        parameters: of the model.
        files: (path, bytes) of what was written.
        seconds: that it took.
        finished: date and time, ISO 8601.
    """

    name: str
    model: str
    state: str
    reason: str = ""
    hint: str = ""
    details: str = ""
    verdict: str = ""
    difference: float | None = None
    parameters: int = 0
    files: tuple[tuple[str, int], ...] = ()
    seconds: float = 0.0
    finished: str = ""

    @property
    def ok(self) -> bool:
        """Whether the converted model and each file gives the same answers."""
        return self.state == SAME

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size in self.files)


@dataclass(frozen=True)
class Finished:
    """A task with its result; ``outcome`` is missing where it was done in an earlier run or elsewhere, or failed.

    ``full`` is the outcome as JSON knows it, also of a task that an earlier run did.
    """

    task: Task
    result: TaskResult
    outcome: Outcome | None = None
    full: dict[str, Any] = field(default_factory=dict)
    earlier: bool = False


def finished(task: Task, outcome: Outcome | Problem, seconds: float) -> Finished:
    """The result of a task that came to this outcome."""
    now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    if isinstance(outcome, Problem):
        failed = TaskResult(
            task.name,
            task.model,
            FAILED,
            outcome.sentence,
            outcome.hint,
            outcome.details,
            seconds=seconds,
            finished=now,
        )
        return Finished(task, failed)
    reason = why_not(outcome, task.thresholds)
    verification = outcome.verification
    rows = [row.max_abs for row in verification.comparisons if row.backend == verification.candidate]
    result = TaskResult(
        task.name,
        task.model,
        DIFFERENT if reason else SAME,
        reason,
        verdict=verification.verdict.sentence,
        difference=max(rows, default=0.0),
        parameters=outcome.card.parameters,
        files=tuple((path, Path(path).stat().st_size if Path(path).is_file() else file.size)
                    for file in outcome.saved for path in (file.path, file.beside) if path),
        seconds=seconds,
        finished=now,
    )  # fmt: skip
    return Finished(task, result, outcome, values(outcome))


def why_not(outcome: Outcome, thresholds: Thresholds) -> str:
    """Why a conversion is not as it should be; empty where it is."""
    verification = outcome.verification
    if not verification.verdict.same:
        return verification.verdict.sentence
    if verification.training is not None and not verification.training.same:
        return verification.training.sentence
    wrong = next((file for file in outcome.saved if not file.same), None)
    if wrong is not None:
        return messages.FILE_WRONG(file=Path(wrong.path).name, detail=wrong.detail)
    return next(iter(thresholds.shortfalls(outcome)), "")


def values(outcome: Outcome) -> dict[str, Any]:
    """An outcome as the command line's JSON has it."""
    return {
        "model": plain(outcome.card),
        "exported": plain(outcome.exported),
        "conversion": plain(outcome.report),
        "verification": plain(outcome.verification),
        "saved": plain(outcome.saved),
    }


def with_targets(plan: Plan, folder: Path, name: str, formats: Sequence[str]) -> Plan:
    """The plan with a file of that name in each of the formats, in that folder."""
    return dataclasses.replace(
        plan, targets=tuple((kind, str(folder / f"{name}{format_named(kind).suffix}")) for kind in formats)
    )


def names_of(models: Sequence[str]) -> list[str]:
    """Names for each model's files: its name without the ending, or with it where two would be called alike.

    Raises:
        Problem: two would be called alike still.
    """
    stems = [stem_of(model) for model in models]
    alike = Counter(map(str.casefold, stems))
    names = [
        stem if alike[stem.casefold()] == 1 else Path(model).name for stem, model in zip(stems, models, strict=True)
    ]
    require_different(names)
    return names


def require_different(names: Sequence[str]) -> None:
    """Raise ``Problem`` where two models' files would be called alike, also where only capitals tell them apart: there are
    disks that do not know these from small letters."""
    alike = Counter(map(str.casefold, names))
    twice = [name for name in names if alike[name.casefold()] > 1]
    if twice:
        raise Problem(messages.CALLED_ALIKE(name=twice[0]), hint=messages.NAME_THEM())
