"""Write the report of a whole walk as HTML, PDF or JSON, by its ending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.digits.history import Trained
from pt2k_gui.export.result import Exported
from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context
from pt2k_gui.report.document import Settings
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import ModelInfo
from pt2k_gui.verify.result import SpeedRow, Verification

if TYPE_CHECKING:
    from pt2k_gui.convert.report import ConversionReport


@dataclass(frozen=True)
class Request(Job[tuple[str, ...]]):
    """``outputs``: the ``.html``, ``.pdf`` and ``.json`` files to write. All but the verification may be missing."""

    outputs: tuple[str, ...]
    verification: Verification
    card: ModelInfo | None = None
    trained: Trained | None = None
    exported: Exported | None = None
    conversion: ConversionReport | None = None
    saved: tuple[SavedFile, ...] = ()
    speed: tuple[SpeedRow, ...] = ()
    settings: Settings | None = None


def run(request: Request, context: Context) -> tuple[str, ...]:
    """The paths written. Raises ``Problem`` when one can't be."""
    from pt2k_gui.report.writing import write_report

    for number, output in enumerate(request.outputs):
        context.progress(number / len(request.outputs), messages.WRITING(file=output))
        write_report(
            output,
            request.verification,
            card=request.card,
            trained=request.trained,
            exported=request.exported,
            conversion=request.conversion,
            saved=request.saved,
            speed=request.speed,
            settings=request.settings,
        )
    context.progress(1.0, messages.REPORT_WRITTEN())
    return request.outputs
