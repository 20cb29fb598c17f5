"""The command line, for scripts and tests: parses, dispatches, and turns every problem into a sentence and a status.

Exit status: 0 done; 1 done and the answer is no; 2 what was given can't be used; 130 interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from pt2k_gui.problem import Problem


def main(arguments: list[str] | None = None) -> int:
    """Run ``pt2k`` with these arguments (the process's own by default); returns the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        from pt2k_gui.app import main as open_window

        return open_window([])
    from pt2k_gui.cli.arguments import parser

    options = parser().parse_args(given)
    from pt2k_gui.cli.terminal import Terminal

    terminal = Terminal(as_json=options.json, verbose=options.verbose)
    # An end from outside tidies up like Ctrl+C does: no scratch file stays behind.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        status: int = options.run(options, terminal)
    except Problem as problem:
        terminal.problem(problem)
        terminal.answer(
            options.command,
            ok=False,
            problem={"sentence": problem.sentence, "hint": problem.hint, "details": problem.details},
        )
        return 2
    except KeyboardInterrupt:
        terminal.done()
        terminal.say("pt2k: interrupted; nothing was left half written.")
        return 130
    except BrokenPipeError:
        # The reader of stdout is gone (``pt2k inspect model.pt2 | head``): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        terminal.done()
    return status


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
