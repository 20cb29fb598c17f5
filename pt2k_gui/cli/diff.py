"""``pt2k diff``: say what differs between two model files."""

from __future__ import annotations

import argparse

from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.jobs import diff
from pt2k_gui.jobs.pipeline import pipeline

_MOST_ROWS = 40


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    with pipeline(terminal) as steps:
        found: diff.Diff = steps.run(diff.Request(options.left, options.right, options.seed), 0.0, 1.0)
    if found.changes:
        shown = found.changes if options.verbose else found.changes[:_MOST_ROWS]
        terminal.table(
            ("left", "right", "what differs", "relative"),
            ((c.left, c.right, c.what, "" if c.largest is None else f"{c.largest:.1e}") for c in shown),
            numbers=(3,),
        )
        if len(shown) < len(found.changes):
            terminal.text(f"and {len(found.changes) - len(shown):,} more (-v lists all)")
    if found.outputs:
        terminal.table(
            ("output", "shape", "max diff", "relative"),
            (
                (str(row.number), " × ".join(map(str, row.shape)), f"{row.max_abs:.1e}", f"{row.max_rel:.1e}")
                for row in found.outputs
            ),
            numbers=(0, 2, 3),
        )
    if found.note:
        terminal.say(f"Note: {found.note}", style="yellow")
    terminal.say(found.sentence, style="green" if found.same else "red")
    terminal.answer("diff", ok=found.same, sentence=found.sentence, changes=found.changes, outputs=found.outputs)
    return 0 if found.same else 1
