"""The table of the files that a command wrote: size, difference, speed, and what quantising changed."""

from __future__ import annotations

from collections.abc import Sequence

from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.save.result import SavedFile


def show_saved(saved: Sequence[SavedFile], terminal: Terminal) -> None:
    """One row a file; the columns about answers only where some file has them.

    ``ms`` is the time for one sample alone, ``same`` the share of answers that are the converted model's.
    """
    classifies = any(file.agreement is not None for file in saved)
    labelled = any(file.accuracy is not None for file in saved)
    head = ["written", "bytes", "difference", "ms"]
    head += ["same"] if classifies else []
    head += ["accuracy"] if labelled else []
    rows = []
    for file in saved:
        row = [
            f"{file.path}\n{file.beside}" if file.beside else file.path,
            f"{file.size:,}",
            "" if file.difference is None else f"{file.difference:.1e}",
            "" if file.milliseconds is None else f"{file.milliseconds:.2f}",
        ]
        row += ["" if file.agreement is None else f"{file.agreement:.1%}"] if classifies else []
        row += [_accuracy(file)] if labelled else []
        verdict = "yes" if file.same else f"no: {file.detail}"
        rows.append((*row, f"{verdict}\n{file.note}" if file.note else verdict))
    terminal.table((*head, "agrees"), rows, numbers=tuple(range(1, len(head))))


def _accuracy(file: SavedFile) -> str:
    if file.accuracy is None or file.accuracy_before is None:
        return ""
    if file.accuracy == file.accuracy_before:
        return f"{file.accuracy:.1%}"
    return f"{file.accuracy:.1%} (was {file.accuracy_before:.1%})"
