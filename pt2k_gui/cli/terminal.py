"""Prints for the commands: progress and words on stderr, tables or one JSON object on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pt2k_gui.digits.history import Epoch
from pt2k_gui.json_data import plain
from pt2k_gui.problem import Problem
from pt2k_gui.progress import StageDone

if TYPE_CHECKING:
    from rich.progress import Progress

_UNBROKEN = 1000
"""Columns of a table that goes to a file or another program: rich takes no more of them than the table needs."""


class Terminal:
    """The context of the command line: a progress bar where stderr is a terminal, lines where it is not.

    Args:
        as_json: keep stdout for one JSON object and print tables nowhere.
        verbose: print log lines too.
    """

    def __init__(self, *, as_json: bool, verbose: bool) -> None:
        from rich.console import Console

        self.as_json = as_json
        self._verbose = verbose
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)
        self._out = Console(highlight=False, soft_wrap=True)
        if not self._out.is_terminal:
            self._out.width = _UNBROKEN
        self._progress: Progress | None = None
        self._task = None

    # What a job reports

    def progress(self, fraction: float, text: str) -> None:
        if not self._err.is_terminal:
            return
        if self._progress is None:
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TimeElapsedColumn(),
                console=self._err,
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task(text, total=1.0)  # type: ignore[assignment]
        assert self._task is not None
        self._progress.update(self._task, completed=fraction, description=text)

    def log(self, line: str) -> None:
        if self._verbose:
            self._err.print(line, style="dim", markup=False)

    def event(self, event: object) -> None:
        if isinstance(event, Epoch):
            self.say(
                f"epoch {event.number:>2} of {event.epochs}: training loss {event.training_loss:.4f}, "
                f"validation loss {event.validation_loss:.4f}, accuracy {event.validation_accuracy:.2%}"
            )
        elif isinstance(event, StageDone) and not self._verbose:
            self.say(f"{event.name}: {event.result or 'done'} ({event.seconds:.2f} s)")

    def stopping(self) -> bool:
        return False

    # What a command says

    def done(self) -> None:
        """Take the progress bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def say(self, sentence: str, style: str = "") -> None:
        """One line for a person, on stderr."""
        self._err.print(sentence, style=style, markup=False)

    def problem(self, problem: Problem) -> None:
        """The sentence and the way out, on stderr; with ``--verbose`` the details too."""
        self.done()
        self.say(f"pt2k: {problem}", style="red")
        if self._verbose and problem.details:
            self.say(problem.details, style="dim")

    def fields(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names and values, one a line, on stdout."""
        if self.as_json:
            return
        rows = list(rows)
        width = max(len(name) for name, _ in rows)
        for name, value in rows:
            self._out.print(f"{name:<{width}}  {value}", markup=False)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> None:
        """A table on stdout; the columns in ``numbers`` are right-aligned.

        Numbers and headings are never broken within a word. Where stdout is no terminal, each row is one line.
        """
        if self.as_json:
            return
        from rich import box
        from rich.markup import escape
        from rich.table import Table

        rows = list(rows)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
        for index, heading in enumerate(headings):
            is_number = index in numbers
            whole = " ".join([heading, *(row[index] for row in rows if is_number)])
            table.add_column(
                heading,
                justify="right" if is_number else "left",
                overflow="fold",
                min_width=max(map(len, whole.split()), default=0),
            )
        for row in rows:
            table.add_row(*(escape(cell) for cell in row))
        self._out.print()
        self._out.print(table)
        self._out.print()

    def text(self, text: str) -> None:
        """Plain text on stdout."""
        if not self.as_json:
            self._out.print(text, markup=False)

    def answer(self, command: str, *, ok: bool, **values: object) -> None:
        """With ``--json``: the one object on stdout."""
        if self.as_json:
            print(json.dumps({"command": command, "ok": ok, **{k: plain(v) for k, v in values.items()}}, indent=2))
            sys.stdout.flush()
