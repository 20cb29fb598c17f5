"""``pt2k inspect``: tell what a model file is."""

from __future__ import annotations

import argparse

from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.cli.walk import source_of, walk


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    with walk(terminal, options.time_limit) as steps:
        card = steps.load(source_of(options))
    terminal.fields(
        [
            ("file", card.path),
            ("kind", card.kind),
            ("origin", card.origin),
            ("size", f"{card.size:,} bytes"),
            ("sha256", card.sha256),
            ("parameters", f"{card.parameters:,} ({card.trainable_parameters:,} trainable)"),
            *(("input", f"{spec.name}: {spec.dtype}, {spec.text()}") for spec in card.inputs),
            *(("output", f"{spec.name}: {spec.dtype}, {spec.text()}") for spec in card.outputs),
            *(("note", note) for note in card.notes),
        ]
    )
    if card.layers:
        rows = (
            ("  " * row.depth + (row.path.rsplit(".", 1)[-1] or card.name), row.type, row.detail, row.output_shape,
             f"{row.parameters:,}")
            for row in card.layers
        )  # fmt: skip
        terminal.table(("layer", "type", "settings", "output", "parameters"), rows, numbers=(4,))
    terminal.answer("inspect", ok=True, model=card)
    return 0
