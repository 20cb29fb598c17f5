"""From a conversion to the history, and from there to a report again."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pt2k_gui
from pt2k_gui.convert.report import ConversionReport
from pt2k_gui.digits.history import Trained
from pt2k_gui.export.result import Exported
from pt2k_gui.files import write_text
from pt2k_gui.history import messages
from pt2k_gui.history.store import History
from pt2k_gui.json_data import from_plain, plain
from pt2k_gui.problem import Problem
from pt2k_gui.report.document import SCHEMA, Report, Settings, machine
from pt2k_gui.report.writing import make_report, saved_row, write_made_report
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import ModelInfo
from pt2k_gui.verify.result import SpeedRow, Verification


def keep(
    verification: Verification | None,
    *,
    card: ModelInfo,
    exported: Exported,
    conversion: ConversionReport,
    saved: Sequence[SavedFile],
    settings: Settings,
    trained: Trained | None = None,
    speed: Sequence[SpeedRow] = (),
    history: History | None = None,
) -> int:
    """Keep a conversion whose files were saved; returns its number.

    Args:
        verification: None where it was saved without a check.

    Raises:
        Problem: the history can't be written; the files are there all the same.
    """
    store = history or History()
    if verification is not None:
        report = make_report(
            verification, card=card, trained=trained, exported=exported, conversion=conversion, saved=saved, speed=speed,
            settings=settings,
        )  # fmt: skip
        return store.add(plain(report))
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "pt2k": pt2k_gui.__version__,
        "made": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "same": all(file.same for file in saved),
        "machine": machine(),
        "settings": settings,
        "model": card,
        "training": trained,
        "export": exported,
        "conversion": conversion,
        "verification": None,
        "speed": tuple(speed),
        "saved": tuple(saved_row(file) for file in saved),
    }
    return store.add(plain(content))


def export(number: int, output: str, history: History | None = None) -> None:
    """Write the report of a conversion in the history as ``.html``, ``.pdf`` or ``.json``.

    Raises:
        Problem: there is none of that number, it was saved without a check (only ``.json`` then), or it can't be written.
    """
    import json

    content = (history or History()).report(number)
    if output.lower().endswith(".json"):
        write_text(output, json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False))
        return
    if content.get("verification") is None:
        raise Problem(messages.NOT_CHECKED(number=number), hint=messages.EXPORT_JSON())
    write_made_report(output, report_of(content))


def report_of(content: dict[str, Any]) -> Report:
    """The report that this JSON was made of."""
    return from_plain(Report, content)
