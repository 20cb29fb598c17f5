"""``pt2k worker``: one machine of a cluster."""

from __future__ import annotations

import argparse

from pt2k_gui.batch.cluster import serve
from pt2k_gui.cli.terminal import Terminal


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    terminal.say(f"Working for {options.address}; Ctrl+C ends it.")
    serve(options.address, options.name)
    terminal.answer("worker", ok=True)
    return 0
