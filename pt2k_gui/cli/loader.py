"""``pt2k loader``: write a short Python file that makes the network, for the user to finish."""

from __future__ import annotations

import argparse
from pathlib import Path

from pt2k_gui.cli.choices import source_of
from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.jobs import loader
from pt2k_gui.jobs.pipeline import pipeline


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    source = source_of(options)
    output = str(Path(options.output).absolute())
    with pipeline(terminal, options.time_limit, options.memory_limit) as steps:
        steps.run(loader.Request(source, output, options.time_limit))
    terminal.say(f"{options.output} is written. Change what is marked in it, then:", style="green")
    terminal.say(f"pt2k inspect {source.path} --code {options.output}:load_model --trust")
    terminal.answer("loader", ok=True, path=output)
    return 0
