"""The texts of ``history`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

NO_ENTRY = template("history.no_entry", "There is no conversion {number} in the history.")
LIST_THEM = template("history.list_them", "pt2k history list shows them.")
CANNOT_USE = template("history.cannot_use", "The history in {file} can't be used: {reason}.")
TRY_LATER = template("history.try_later", "Your files are saved all the same. Try again later, or move that file away.")
NOT_CHECKED = template(
    "history.not_checked", "Conversion {number} was saved without a check, so there is no report on it."
)
EXPORT_JSON = template("history.export_json", "Export it as .json instead.")
