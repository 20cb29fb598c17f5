"""The files that samples are read from, and the labels that their sub-folders give them."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.verify import messages
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.class_names import read_class_names

if TYPE_CHECKING:
    import numpy as np

_MOST_NAMED = 5


def chosen_files(choice: SampleChoice, endings: Collection[str]) -> tuple[Path, list[Path]]:
    """The folder that all chosen files lie below, and the files: those that were named, and of folders all with one of the
    endings, in the order of their names."""
    files: list[Path] = []
    for place in map(Path, (choice.path, *choice.more)):
        inside = sorted(file for file in place.rglob("*") if file.suffix.lower() in endings and file.is_file())
        files += inside if place.is_dir() else [place]
    root = Path(choice.path)
    if choice.more or not root.is_dir():
        root = Path(os.path.commonpath([file.absolute().parent for file in files])) if files else root.parent
        files = [file.absolute() for file in files]
    return root, files


def labels_of(files: Sequence[Path], class_names: str = "") -> tuple[np.ndarray | None, tuple[str, ...]]:
    """The number of each file's label, and the labels' names in their order; -1 for a file beside the sub-folders.

    Args:
        files: their paths below the folder; the first sub-folder is the label.
        class_names: a file with the names of the model's classes, of which the sub-folders name some; empty where there is
            none.
    """
    return _named(files, class_names) if class_names else _labels(files)


def _labels(files: Sequence[Path]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    import numpy as np

    names = sorted({path.parts[0] for path in files if len(path.parts) > 1})
    if not names:
        return None, ()
    if all(name.isascii() and name.isdigit() for name in names):
        names.sort(key=int)  # folders named 0, 1, ... 10 are the classes of those numbers
        numbers = {name: int(name) for name in names}
        titles = [str(number) for number in range(max(numbers.values()) + 1)]
    else:
        numbers, titles = {name: place for place, name in enumerate(names)}, names
    found = [numbers[path.parts[0]] if len(path.parts) > 1 else -1 for path in files]
    return np.array(found, np.int64), tuple(titles)


def _named(files: Sequence[Path], class_names: str) -> tuple[np.ndarray | None, tuple[str, ...]]:
    import numpy as np

    known = read_class_names(class_names)
    numbers = {name: known.number(name) for name in {path.parts[0] for path in files if len(path.parts) > 1}}
    found = np.array([numbers[path.parts[0]] if len(path.parts) > 1 else -1 for path in files], np.int64)
    return (found if (found >= 0).any() else None), known.names


def skipped(broken: Sequence[str]) -> tuple[str, ...]:
    """The note on files that could not be read; none where all could."""
    if not broken:
        return ()
    shown: object = list(broken[:_MOST_NAMED])
    if len(broken) > _MOST_NAMED:
        shown = messages.AND_MORE(names=shown, more=len(broken) - _MOST_NAMED)
    return (messages.SKIPPED(names=shown),)
