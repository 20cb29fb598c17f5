"""Write a converted model in the chosen formats, open each again in a fresh process and compare."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.progress import Context
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice


@dataclass(frozen=True)
class Request:
    """``targets`` are (format name, path) pairs; existing files are replaced only with ``overwrite``.

    ``source`` and ``samples`` say what to check and calibrate with; random values where they are missing.
    """

    keras: str
    onnx: str
    targets: tuple[tuple[str, str], ...]
    overwrite: bool = False
    source: Source | None = None
    samples: SampleChoice | None = None


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
    )
