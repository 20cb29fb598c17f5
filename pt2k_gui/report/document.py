"""Contents of a report, as plain data that turns into JSON; writing and drawing it is done elsewhere."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.digits.history import Trained
from pt2k_gui.export.result import Exported
from pt2k_gui.report import messages
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import ModelInfo, Source
from pt2k_gui.verify.result import SpeedRow, Verification

SCHEMA = "pt2k-report-2"
_PACKAGES = ("torch", "onnx", "onnxruntime", "onnxscript", "keras", "tensorflow-cpu", "tensorflow", "numpy")


@dataclass(frozen=True)
class Machine:
    """Where the report was made.

    Args:
        system: operating system with its version; architecture: such as ``x86_64``.
        processor: its name, where the system tells it.
        cores: logical ones; memory: in bytes.
        versions: of Python and of each library that took part.
    """

    system: str
    architecture: str
    processor: str
    cores: int
    memory: int
    versions: dict[str, str]


@dataclass(frozen=True)
class Settings:
    """Settings of the walk that is reported.

    Args:
        source: the model file and what was said about it.
        engine: ``native`` or ``onnx2keras``; axis_order: ``keras`` or ``onnx``.
        trainable: whether a twin that can be trained was asked for.
    """

    source: Source
    engine: str = "native"
    axis_order: str = "keras"
    trainable: bool = False


@dataclass(frozen=True)
class Results:
    """Results of a walk besides its verification: what a report tells of it, and what the history keeps.

    Args:
        settings: what was asked for; model: what was opened; export: the ONNX file.
        conversion: what became of each operator; training: how the model was trained, if it was here.
        saved: the files that were written; speed: how long a batch takes each backend.
    """

    settings: Settings
    model: ModelInfo
    export: Exported
    conversion: ConversionReport | None = None
    training: Trained | None = None
    saved: tuple[SavedFile, ...] = ()
    speed: tuple[SpeedRow, ...] = ()


@dataclass(frozen=True)
class SavedRow:
    """A file that was written.

    Args:
        format: its name; path: where it is; size: in bytes; sha256: of its content.
        difference: largest absolute difference from the converted model when it was opened again in a fresh process; None
            where the format is not run.
        same: whether it opens and agrees; detail: what was compared, or why it is not the same.
    """

    format: str
    path: str
    size: int
    sha256: str
    difference: float | None
    same: bool
    detail: str


@dataclass(frozen=True)
class Report:
    """All that a report tells; the JSON holds these fields. What is not known is null or empty.

    Args:
        schema: the version of this structure.
        pt2k: the version of PT2K; made: date and time with the offset from UTC, as ISO 8601 writes them.
        same: the answer: whether the converted model gives the same outputs and, where it was tried, trains alike.
        machine: where the report was made.
        settings: what was asked for.
        model: the PyTorch model; training: how it was trained, if it was here.
        export: the ONNX file; conversion: what became of each operator.
        verification: the comparison and its verdict.
        speed: how long a batch takes each backend.
        saved: the files that were written.
    """

    schema: str
    pt2k: str
    made: str
    same: bool
    machine: Machine
    settings: Settings | None
    model: ModelInfo | None
    training: Trained | None
    export: Exported | None
    conversion: ConversionReport | None
    verification: Verification
    speed: tuple[SpeedRow, ...]
    saved: tuple[SavedRow, ...]

    @property
    def made_by(self) -> str:
        """With what the report was made, and when."""
        return messages.MADE_BY(version=self.pt2k, made=self.made.replace("T", " "))

    @property
    def title(self) -> str:
        """The heading of the report."""
        return messages.TITLE(model=self.model.name) if self.model is not None else messages.TITLE_UNNAMED


def machine() -> Machine:
    """This machine, and the versions of what takes part."""
    from importlib.metadata import PackageNotFoundError, version

    import psutil

    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return Machine(
        platform.platform(),
        platform.machine(),
        _processor(),
        os.cpu_count() or 1,
        int(psutil.virtual_memory().total),
        versions,
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
