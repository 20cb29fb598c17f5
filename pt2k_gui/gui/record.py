"""Record of one model in the window: what was chosen for it and what was found. Plain picklable data; ``state`` says what
of it is current."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pt2k_gui.gui.keys import Stamp, code_files, content, digest, stamps
from pt2k_gui.problem import Problem
from pt2k_gui.sources.model_names import name_of, stem_of

if TYPE_CHECKING:
    from pt2k_gui.digits.history import Trained
    from pt2k_gui.export.result import DryRun, Exported
    from pt2k_gui.jobs.convert import Converted
    from pt2k_gui.progress import StageDone
    from pt2k_gui.save.result import SavedFile
    from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
    from pt2k_gui.sources.inspection import PartFile
    from pt2k_gui.verify.result import SampleChoice, SpeedRow, Verification

T = TypeVar("T")


class Work(Enum):
    """Purpose of a job."""

    OPEN = "open a model"
    TRAIN = "train a network"
    DRY_RUN = "try the inputs"
    CONVERT = "convert"
    CHECK = "check"
    SPEED = "measure the speed"
    SAVE = "save"
    REPORT = "write the report"


@dataclass(frozen=True)
class Options:
    """How to convert."""

    engine: str = "native"
    axis_order: str = "keras"
    trainable: bool = False


@dataclass(frozen=True)
class Result(Generic[T]):
    """A finding, and the key of all that it was made from."""

    key: str
    value: T


@dataclass(frozen=True)
class Failure:
    """Why a job failed that was begun for this key."""

    key: str
    problem: Problem


@dataclass(frozen=True)
class Conversion:
    """An export and what it became, the stages of both, and what they were made with."""

    exported: Exported
    converted: Converted
    stages: tuple[StageDone, ...]
    options: Options
    inputs: tuple[TensorSpec, ...]
    source: Source

    @property
    def axis_order_matters(self) -> bool:
        """Whether another axis order could give another model, as far as this one tells."""
        if self.options.axis_order != "keras" or self.options.engine != "native":
            return True
        signature = self.converted.report.signature
        return any(
            list(spec.permutation) != sorted(spec.permutation) for spec in (*signature.inputs, *signature.outputs)
        )


@dataclass(frozen=True)
class KeptFile:
    """A saved file: the key of the conversion in it, and its stamp when it was written."""

    key: str
    file: SavedFile
    stamps: tuple[Stamp, ...]

    def there(self) -> bool:
        """Whether the file is still as it was written."""
        return stamps(self.file.path) == self.stamps


@dataclass
class ModelRecord:
    """One model with everything that belongs to it.

    Args:
        source: with the chosen values of ``forward``.
        read: the stamps of its files when they were read; parts: of those besides the first, what they held.
        inputs: as chosen; ``entry_problem`` is there where what is entered makes no sense.
        samples: to check it with; None until the user chooses others than those that are proposed.
        results, failures, cancelled: by the work they come from.
        saved: the files that were written, of whichever of its conversions, the latest first.
        save_name: the name of files to save; None until the user changes what is proposed.
        formats: the names of the chosen formats.
        tab: the tab of the Check page.
        trained: for a network that was trained in this window; ``network_path`` is where the user saved it.
    """

    source: Source
    info: ModelInfo
    read: tuple[Stamp, ...]
    inputs: tuple[TensorSpec, ...]
    samples: SampleChoice | None = None
    entry_problem: Problem | None = None
    results: dict[Work, Result[Any]] = field(default_factory=dict)
    failures: dict[Work, Failure] = field(default_factory=dict)
    cancelled: dict[Work, str] = field(default_factory=dict)
    saved: tuple[KeptFile, ...] = ()
    save_name: str | None = None
    formats: tuple[str, ...] = ("keras",)
    tab: int = 0
    parts: tuple[PartFile, ...] = ()
    trained: Trained | None = None
    network_path: str = ""

    @cached_property
    def key(self) -> str:
        """Of the model: the content of its files and how they are read."""
        source = dataclasses.replace(self.source, values=(), trusted=False)
        held = tuple(part.sha256 for part in self.parts)
        return digest("model", source, self.info.sha256, held, content(*code_files(source.code)))

    @property
    def dry_run(self) -> Result[DryRun] | None:
        return self.results.get(Work.DRY_RUN)

    @property
    def conversion(self) -> Result[Conversion] | None:
        return self.results.get(Work.CONVERT)

    @property
    def verification(self) -> Result[Verification] | None:
        return self.results.get(Work.CHECK)

    @property
    def speed(self) -> Result[tuple[SpeedRow, ...]] | None:
        return self.results.get(Work.SPEED)

    @property
    def file_name(self) -> str:
        """The name of the model's file, or the name in place of one."""
        return name_of(self.source.path)

    @property
    def proposed_name(self) -> str:
        """A name for files of this model: its file's without the ending."""
        return stem_of(self.source.path)

    def folders(self) -> set[str]:
        """The folders in which files of its results lie."""
        paths = [self.source.path]
        if self.conversion is not None:
            paths += [self.conversion.value.exported.path, self.conversion.value.converted.path]
        if self.verification is not None:
            paths.append(self.verification.value.arrays)
        return {Path(path).parent.name for path in paths}

    def forget_missing(self) -> None:
        """Forget the results whose files are gone, and those that were made from them."""
        conversion = self.conversion
        if conversion is not None:
            files = conversion.value.exported.path, conversion.value.converted.path
            if not all(Path(path).exists() for path in files):
                for work in (Work.CONVERT, Work.CHECK, Work.SPEED):
                    self.results.pop(work, None)
        if self.verification is not None and not Path(self.verification.value.arrays).exists():
            del self.results[Work.CHECK]

    def network_unsaved(self) -> bool:
        """Whether it was trained here and is nowhere but in the folder of this window."""
        return self.trained is not None and not self.network_path

    def conversion_unsaved(self) -> bool:
        """Whether there is a conversion of which no file was saved."""
        return self.conversion is not None and not any(kept.key == self.conversion.key for kept in self.saved)


def files_read(source: Source) -> tuple[Stamp, ...]:
    """The stamps of the files that a source is read from."""
    return stamps(source.path, *code_files(source.code))


def proposed_samples(record: ModelRecord) -> SampleChoice:
    """The digits where the model takes them, else as many random values as its work allows."""
    from pt2k_gui.verify.result import SampleChoice
    from pt2k_gui.verify.samples.gather import takes_digits

    return SampleChoice("digits" if takes_digits(record.info, record.inputs) else "random")
