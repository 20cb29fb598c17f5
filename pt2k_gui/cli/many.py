"""Many models on the command line, for ``pt2k convert`` and ``pt2k run``: progress, one table, the report, the status."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence
from pathlib import Path

from pt2k_gui.batch.reading import require_report_name
from pt2k_gui.batch.report import WORDS, batch_report, write_batch_report
from pt2k_gui.batch.running import Batch, BatchSettings
from pt2k_gui.batch.task import FAILED, Finished, Task, TaskResult
from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.problem import Problem


def settings_of(options: argparse.Namespace, output: str) -> BatchSettings:
    """Settings for running many models, by the options."""
    for name in options.report:
        require_report_name(name)
    return BatchSettings(
        output, options.workers, options.time_limit, options.memory_limit, options.only_failed
    )  # fmt: skip


def convert_all(
    command: str, tasks: Sequence[Task], settings: BatchSettings, options: argparse.Namespace, terminal: Terminal
) -> int:
    """Convert all, say what became of each, and write the reports; returns the exit status."""
    teller = _Teller(tasks, terminal)
    if options.dask:
        from pt2k_gui.batch.cluster import run_on_cluster

        results = run_on_cluster(tasks, settings, options.dask, options.files, teller)
    else:
        results = Batch(tasks, settings, teller).run()
    terminal.done()
    terminal.table(
        ("model", "verdict", "difference", "MB", "s", "files agree"),
        [_row(done) for done in results],
        numbers=(2, 3, 4, 5),
    )
    for done in results:
        if done.result.reason:
            terminal.say(f"{done.result.model}: {done.result.reason}", style="red")
    earlier = sum(done.earlier for done in results)
    if earlier:
        terminal.say(f"{earlier} of them were done in an earlier run and were left alone.")
    report = batch_report(results)
    for output in options.report:
        write_batch_report(output, results, options.language)
    status = 2 if report.failed else 0 if report.ok else 1
    terminal.say(report.sentence, style="red" if status else "green")
    terminal.answer(command, ok=status == 0, models=[_entry(done) for done in results])
    return status


class _Teller:
    """The listener of the terminal: one bar for all, a line for each that begins or ends. Called from several threads."""

    def __init__(self, tasks: Sequence[Task], terminal: Terminal) -> None:
        self._tasks, self._terminal = tasks, terminal
        self._shares = [0.0] * len(tasks)
        self._lock = threading.Lock()

    def began(self, number: int) -> None:
        with self._lock:
            self._terminal.say(f"{number + 1} of {len(self._tasks)}: {self._tasks[number].model}")

    def progress(self, number: int, fraction: float, text: str) -> None:
        with self._lock:
            self._shares[number] = fraction
            self._terminal.progress(sum(self._shares) / len(self._shares), f"{self._tasks[number].name}: {text}")

    def log(self, number: int, line: str) -> None:
        with self._lock:
            self._terminal.log(f"{self._tasks[number].name}: {line}")

    def done(self, number: int, result: Finished) -> None:
        found = result.result
        with self._lock:
            self._shares[number] = 1.0
            if result.earlier:
                return
            if found.state == FAILED:
                self._terminal.problem(Problem(found.reason, hint=found.hint, details=found.details))
            else:
                style = "green" if found.ok else "red"
                self._terminal.say(f"{found.name}: {WORDS[found.state]} ({found.seconds:.1f} s)", style=style)


def _row(done: Finished) -> tuple[str, str, str, str, str, str]:
    result = done.result
    if result.state == FAILED:
        return result.model, WORDS[result.state], "", "", f"{result.seconds:.1f}", ""
    difference = "" if result.difference is None else f"{result.difference:.1e}"
    return (
        result.model,
        WORDS[result.state],
        difference,
        f"{result.size / 1e6:.1f}",
        f"{result.seconds:.1f}",
        _agree(done),
    )


def _agree(done: Finished) -> str:
    saved = done.full.get("saved", [])
    return f"{sum(file['same'] for file in saved)} of {len(saved)}"


def _entry(done: Finished) -> dict[str, object]:
    result: TaskResult = done.result
    entry: dict[str, object] = {
        "path": result.model,
        "ok": result.ok,
        "state": result.state,
        "seconds": result.seconds,
        "earlier": done.earlier,
        "files": [str(Path(path)) for path, _ in result.files],
    }
    if result.state == FAILED:
        entry["problem"] = {"sentence": result.reason, "hint": result.hint, "details": result.details}
    elif result.reason:
        entry["reason"] = result.reason
    return {**entry, **done.full}
