"""The report of a walk as one self-contained HTML file, as PDF, or as JSON: what it holds, and the HTML and JSON of it."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pt2k_gui
from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.digits.history import Trained
from pt2k_gui.export.result import Exported
from pt2k_gui.files import write_bytes, write_text
from pt2k_gui.json_data import plain
from pt2k_gui.palette import DARK, LIGHT
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, Source
from pt2k_gui.verify.result import FileHash, SpeedRow, Verification

SCHEMA = "pt2k-report-2"
ENDINGS = (".html", ".json", ".pdf")
_PIXELS = 103  # of an inch of a plot in the page, which is 930 wide
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
    """What was asked for.

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
    def title(self) -> str:
        return f"Report on {self.model.name}" if self.model is not None else "Report on a conversion"


def write_report(
    output: str,
    verification: Verification,
    *,
    card: ModelInfo | None = None,
    trained: Trained | None = None,
    exported: Exported | None = None,
    conversion: ConversionReport | None = None,
    saved: Sequence[Any] = (),
    speed: Sequence[SpeedRow] = (),
    settings: Settings | None = None,
) -> None:
    """Write the report; the ending of ``output`` chooses the format (.html, .pdf or .json).

    Args:
        saved: the files that were written, each with ``format``, ``path``, ``size``, ``difference``, ``same``, ``detail``.

    Raises:
        Problem: another ending, or the file can't be written.
    """
    ending = Path(output).suffix.lower()
    if ending not in ENDINGS:
        raise Problem(f"The report can't be written as {output}.", hint=f"Use one of {', '.join(ENDINGS)}.")
    report = Report(
        schema=SCHEMA,
        pt2k=pt2k_gui.__version__,
        made=datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        same=verification.same and all(file.same for file in saved),
        machine=machine(),
        settings=settings,
        model=card,
        training=trained,
        export=exported,
        conversion=conversion,
        verification=verification,
        speed=tuple(speed),
        saved=tuple(_saved(file) for file in saved),
    )
    if ending == ".json":
        write_text(output, json.dumps(plain(report), indent=1, allow_nan=False, ensure_ascii=False))
    elif ending == ".html":
        write_text(output, _html(report))
    else:
        from pt2k_gui.report.pdf import pdf

        write_bytes(output, pdf(report))


def _saved(file: Any) -> SavedRow:
    from pt2k_gui.verify.provenance import file_hash

    known = file_hash("", file.path) if Path(file.path).exists() else FileHash("", file.path, file.size, "")
    return SavedRow(file.format, file.path, known.size, known.sha256, file.difference, file.same, file.detail)


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


def _html(report: Report) -> str:
    import jinja2

    from pt2k_gui.report.figures import png, report_plots
    from pt2k_gui.report.tables import floor_words, number, report_tables

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
    )
    pictures = []
    for plot in report_plots(report):
        light, dark = ((plot.draw(colours), colours) for colours in (LIGHT, DARK))
        pictures.append(
            {
                "title": plot.title,
                "words": plot.words,
                "light": base64.b64encode(png(*light)).decode(),
                "dark": base64.b64encode(png(*dark)).decode(),
                "width": round(light[0].get_figwidth() * _PIXELS),
            }
        )
    text: str = environment.get_template("report.html.jinja").render(
        report=report,
        made=report.made.replace("T", " "),
        light=dataclasses.asdict(LIGHT),
        dark=dataclasses.asdict(DARK),
        verification=report.verification,
        number=number,
        floor=floor_words(report.verification),
        plots=pictures,
        tables=report_tables(report),
        summary=report.conversion.summary if report.conversion is not None else "",
    )
    return text
