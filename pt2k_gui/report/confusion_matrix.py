"""One backend's answers counted against another's, cut to what a person can look at. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.report import messages

if TYPE_CHECKING:
    import numpy as np

MOST = 20


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts (rows, columns), the names of both, and a sentence where some classes stand together under "others"."""

    counts: np.ndarray
    names: tuple[str, ...]
    words: str = ""


def confusion(rows: np.ndarray, columns: np.ndarray, classes: int, names: Sequence[str]) -> Confusion:
    """Count the pairs of answers, for the classes that occur.

    Of more than ``MOST`` classes those are kept in which the two disagree most, then the most frequent ones; the others
    share a last row and column; where these two meet, equal and different answers are counted together.

    Args:
        rows, columns: int (samples,): the answers of the one and of the other; negative ones are left out.
        classes: how many there are; names: their names, where known.
    """
    import numpy as np

    known = (rows >= 0) & (columns >= 0)
    rows, columns = rows[known], columns[known]
    classes = max([classes, *(int(values.max()) + 1 for values in (rows, columns) if len(values))])
    occurs = np.bincount(rows, minlength=classes) + np.bincount(columns, minlength=classes)
    shown = np.flatnonzero(occurs)
    words = ""
    if len(shown) > MOST:
        apart = rows != columns
        wrong = np.bincount(rows[apart], minlength=classes) + np.bincount(columns[apart], minlength=classes)
        words = messages.MOST_CLASSES(shown=MOST, occurring=len(shown))
        shown = np.sort(np.lexsort((-occurs, -wrong))[:MOST])
    titles = tuple(names[number] if number < len(names) else str(number) for number in shown.tolist())
    place = np.full(classes, len(shown))
    place[shown] = np.arange(len(shown))
    size = len(shown) + bool(words)
    counts = np.zeros((size, size), np.int64)
    np.add.at(counts, (place[rows], place[columns]), 1)
    return Confusion(counts, (*titles, messages.OTHERS) if words else titles, words)
