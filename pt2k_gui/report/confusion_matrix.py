"""One backend's answers counted against another's, cut to what a person can look at. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MOST = 20


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts (rows, columns), the names of both, and a sentence where only some classes are shown."""

    counts: np.ndarray
    names: tuple[str, ...]
    words: str = ""


def confusion(rows: np.ndarray, columns: np.ndarray, classes: int, names: Sequence[str]) -> Confusion:
    """Count the pairs of answers.

    Of more than ``MOST`` classes those are kept in which the two disagree most, then the most frequent ones.

    Args:
        rows, columns: int (samples,): the answers of the one and of the other; negative ones are left out.
        classes: how many there are; names: their names, where known.
    """
    import numpy as np

    known = (rows >= 0) & (columns >= 0)
    rows, columns = rows[known], columns[known]
    shown = np.arange(classes)
    words = ""
    if classes > MOST:
        apart = rows != columns
        wrong = np.bincount(rows[apart], minlength=classes) + np.bincount(columns[apart], minlength=classes)
        often = np.bincount(rows, minlength=classes)
        shown = np.sort(np.lexsort((-often, -wrong))[:MOST])
        words = f"{MOST} of {classes:,} classes: those with disagreements first, then the most frequent."
    place = np.full(classes, -1)
    place[shown] = np.arange(len(shown))
    counts = np.zeros((len(shown), len(shown)), np.int64)
    inside = (place[rows] >= 0) & (place[columns] >= 0)
    np.add.at(counts, (place[rows[inside]], place[columns[inside]]), 1)
    titles = tuple(names[number] if number < len(names) else str(number) for number in shown.tolist())
    return Confusion(counts, titles, words)
