"""From a conversion to the history, and from there to a report again."""

from __future__ import annotations

from typing import Any

from pt2k_gui.files import write_text
from pt2k_gui.history import messages
from pt2k_gui.history.store import History
from pt2k_gui.json_data import from_plain, messages_in, plain
from pt2k_gui.languages import ENGLISH
from pt2k_gui.problem import Problem
from pt2k_gui.report.document import Report, Results
from pt2k_gui.report.writing import all_same, made_here, make_report, write_report
from pt2k_gui.verify.result import Verification


def keep(results: Results, verification: Verification | None, history: History | None = None) -> int:
    """Keep a conversion whose files were saved; returns its number.

    Args:
        verification: None where it was saved without a check.

    Raises:
        Problem: the history can't be written; the files are there all the same.
    """
    store = history or History()
    if verification is not None:
        report = make_report(verification, results)
        return store.add(plain(report), messages_in(report))
    return store.add(plain({**made_here(results), "same": all_same(results.saved), "verification": None}))


def export(number: int, output: str, language: str = ENGLISH, history: History | None = None) -> None:
    """Write the report of a conversion in the history as ``.html``, ``.pdf`` or ``.json``, in a language of ``LANGUAGES``.

    Raises:
        Problem: there is none of that number, it was saved without a check (only ``.json`` then), or it can't be written.
    """
    import json

    store = history or History()
    content = store.report(number)
    if output.lower().endswith(".json"):
        write_text(output, json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False))
        return
    if content.get("verification") is None:
        raise Problem(messages.NOT_CHECKED(number=number), hint=messages.EXPORT_JSON())
    write_report(output, report_of(content, store.texts(number)), language)


def report_of(content: dict[str, Any], texts: dict[str, Any] | None = None) -> Report:
    """The report that this JSON was made of; ``texts`` are the ``messages_in`` it, which any language can say."""
    return from_plain(Report, content, texts)
