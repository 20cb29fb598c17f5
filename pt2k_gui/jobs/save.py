"""Write a converted model in the chosen formats, open each again in a fresh process and compare."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import ModelInfo, Source
from pt2k_gui.verify.result import SampleChoice


@dataclass(frozen=True)
class Request(Job[tuple[SavedFile, ...]]):
    """``targets`` are (format name, path) pairs; existing files are replaced only with ``overwrite``.

    ``source`` and ``samples`` say what to check and calibrate with; random values where they are missing. Where ``card`` is
    given, the source is not opened for it. ``after`` is a file: what was written and checked is put in place when it is there.
    """

    keras: str
    onnx: str
    targets: tuple[tuple[str, str], ...]
    overwrite: bool = False
    source: Source | None = None
    samples: SampleChoice | None = None
    card: ModelInfo | None = None
    after: str = ""


def run(request: Request, context: Context) -> tuple[SavedFile, ...]:
    """Raises ``Problem`` when a file can't be written; files already written stay, what was there before stays."""
    from pt2k_gui.save.saving import save

    return save(
        request.keras,
        request.onnx,
        request.targets,
        context,
        overwrite=request.overwrite,
        source=request.source,
        samples=request.samples,
        card=request.card,
        ready=(lambda: wait_for(Path(request.after))) if request.after else None,
    )


def wait_for(file: Path) -> None:
    """Return once the file is there, which another process puts in place whole."""
    while not file.exists():  # whoever asked for it ends this process otherwise
        time.sleep(0.02)
