"""``pt2k history``: what was converted and saved before."""

from __future__ import annotations

import argparse
from pathlib import Path

from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.history.entry import Entry, compared
from pt2k_gui.history.keeping import export
from pt2k_gui.history.store import History
from pt2k_gui.problem import Problem


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    store = History()
    actions = {"list": _list, "show": _show, "compare": _compare, "export": _export, "clean": _clean}
    actions[options.action](options, terminal, store)
    if store.aside is not None:
        terminal.say(
            f"Note: the history was damaged and begins anew; the old file is kept as {store.aside}.", style="yellow"
        )
    return 0


def _list(options: argparse.Namespace, terminal: Terminal, store: History) -> None:
    entries = store.find(" ".join(options.words), options.count)
    terminal.table(
        ("number", "made", "model", "same", "difference", "MB", "files"),
        [
            (str(entry.id), entry.made[:16].replace("T", " "), entry.model, _same(entry), _number(entry.difference),
             f"{entry.size / 1e6:.1f}", ", ".join(Path(file).name for file in entry.files))
            for entry in entries
        ],
        numbers=(0, 4, 5),
    )  # fmt: skip
    if not entries:
        terminal.say("Nothing found." if options.words else "Nothing was converted and saved yet.")
    terminal.answer("history", ok=True, conversions=entries)


def _show(options: argparse.Namespace, terminal: Terminal, store: History) -> None:
    entry = store.entry(options.number)
    terminal.fields(
        [
            ("made", entry.made),
            ("model", entry.model),
            ("file", entry.path),
            ("kind", entry.kind),
            ("parameters", f"{entry.parameters:,}"),
            ("options", entry.options),
            ("verdict", entry.verdict or "saved without a check"),
            ("difference", _number(entry.difference)),
            *(("written", f"{file}{'' if Path(file).exists() else ' (no longer there)'}") for file in entry.files),
            ("PT2K", entry.version),
        ]
    )
    terminal.answer("history", ok=True, conversion=entry, report=store.report(entry.id))


def _compare(options: argparse.Namespace, terminal: Terminal, store: History) -> None:
    rows = compared(store.report(options.number), store.report(options.other))
    different = [row for row in rows if row[1] != row[2]]
    terminal.table(("", str(options.number), str(options.other)), rows if options.all else different)
    if not different:
        terminal.say("They are the same.")
    answer = [{"what": name, "left": left, "right": right, "same": left == right} for name, left, right in rows]
    terminal.answer("history", ok=True, rows=answer)


def _export(options: argparse.Namespace, terminal: Terminal, store: History) -> None:
    export(options.number, options.output, options.language, store)
    terminal.say(f"{options.output} was written.")
    terminal.answer("history", ok=True, written=options.output)


def _clean(options: argparse.Namespace, terminal: Terminal, store: History) -> None:
    if options.days is None and options.megabytes is None and not options.number:
        raise Problem("Nothing says what to forget.", hint="Give --days, --megabytes or --number.")
    gone = store.remove(options.number) + store.clean(days=options.days, megabytes=options.megabytes)
    terminal.say(
        f"{gone} conversion{'' if gone == 1 else 's'} forgotten; the reports take {store.megabytes():.1f} MB now."
    )
    terminal.answer("history", ok=True, forgotten=gone, megabytes=store.megabytes())


def _same(entry: Entry) -> str:
    return "not checked" if entry.ok is None else "yes" if entry.ok else "no"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1e}"
