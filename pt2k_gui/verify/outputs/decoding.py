"""Numbers of detectors as boxes and points, by the simplest rules that fit what exporters write; no network's own decoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.verify.outputs.kinds import are_corners

if TYPE_CHECKING:
    import numpy as np

_LEAST_SCORE = 0.25
_MOST_OVERLAP = 0.5
_MOST_BOXES = 50


@dataclass(frozen=True)
class Box:
    """A box in parts of the picture's width and height, or in its pixels; with a score and a class, -1 where there is none."""

    left: float
    top: float
    right: float
    bottom: float
    score: float
    kind: int


def joined(table: np.ndarray, others: Sequence[np.ndarray]) -> np.ndarray:
    """A table of four columns with the scores and classes that a detector gives as outputs of their own.

    Corners stand beside scores with the background as first class (SSD), beside a score a row and its class (what was sorted
    out already), and middle and size beside scores with no object as last class (DETR). Scores that are no shares become some.

    Args:
        table: (rows, 4).
        others: the other outputs of the same sample.

    Returns:
        (rows, 6), or the table itself where no other output has a row for each of its rows.
    """
    import numpy as np

    beside = [_without_ones(other) for other in others]
    scores = next((o for o in beside if o.ndim == 2 and len(o) == len(table) and o.shape[1] not in (1, 4)), None)
    corners = are_corners(table)
    if scores is not None:
        first = 1 if corners else 0
        shares = _shares(scores)[:, first : scores.shape[1] - 1 + first]
        best, kinds = shares.max(1), shares.argmax(1) + first
    else:
        flat = [other.reshape(-1) for other in beside if other.size == len(table)]
        each = next((o for o in flat if o.dtype.kind == "f" and o.min(initial=0) >= 0 and o.max(initial=0) <= 1), None)
        if each is None:
            return table
        numbers = next((o for o in flat if o is not each and (o == np.round(o)).all()), np.full(len(table), -1))
        best, kinds = each, numbers
    middle, half = table[:, :2], table[:, 2:] / 2
    ends = table if corners else np.concatenate([middle - half, middle + half], 1)
    return np.column_stack([ends, best, kinds])


def _without_ones(values: np.ndarray) -> np.ndarray:
    while values.ndim > 2 and values.shape[0] == 1:
        values = values[0]
    return values


def _shares(scores: np.ndarray) -> np.ndarray:
    """Scores from 0 to 1 as they are, others through softmax over each row."""
    import numpy as np

    if scores.min(initial=0) >= 0 and scores.max(initial=0) <= 1:
        return scores
    powers = np.exp(scores - scores.max(1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(1, keepdims=True)
    return shares


def boxes(values: np.ndarray) -> list[Box]:
    """The likeliest boxes of a table, best first, without those that cover a better one.

    Rows of 4 are corners; 5 add a score, 6 and 7 a score and a class (of 7, the first column counts pictures). More columns
    are middle, size and scores: of YOLO's first versions with a column for the object before those of the classes, of its
    later ones without; a table that is wider than high is turned first.
    """
    import numpy as np

    turned = 4 < values.shape[0] < values.shape[1]  # so does no list of finished boxes stand
    table = values.T if turned else values
    table = np.nan_to_num(table.astype(np.float64))
    width = table.shape[1]
    if width == 7 and not turned:
        table, width = table[:, 1:], 6
    if width <= 6 and not turned:
        scores = table[:, 4] if width > 4 else np.ones(len(table))
        kinds = table[:, 5].astype(int) if width > 5 else np.full(len(table), -1)
        if width == 6 and scores.max(initial=0) > 1 >= table[:, 5].max(initial=0):  # class before score
            scores, kinds = table[:, 5], table[:, 4].astype(int)
        corners = table[:, :4]
    else:
        classes = table[:, 5:] if width > 5 and width % 5 == 0 else table[:, 4:]  # 85 = 4 + object + 80 classes
        scores = classes.max(1) * (table[:, 4] if classes.shape[1] == width - 5 else 1.0)
        kinds = classes.argmax(1)
        middle, half = table[:, :2], table[:, 2:4] / 2
        corners = np.concatenate([middle - half, middle + half], 1)
    return _best(corners, scores, kinds)


def _best(corners: np.ndarray, scores: np.ndarray, kinds: np.ndarray) -> list[Box]:
    found: list[Box] = []
    for place in (-scores).argsort(kind="stable")[: 20 * _MOST_BOXES].tolist():
        if scores[place] < _LEAST_SCORE or len(found) >= _MOST_BOXES:
            break
        left, top, right, bottom = (float(value) for value in corners[place])
        candidate = Box(left, top, right, bottom, float(scores[place]), int(kinds[place]))
        if right > left and bottom > top and all(overlap(candidate, other) <= _MOST_OVERLAP for other in found):
            found.append(candidate)
    return found


def overlap(one: Box, other: Box) -> float:
    """The common area over the joint one."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across <= 0 or down <= 0:
        return 0.0
    common = across * down
    areas = sum((box.right - box.left) * (box.bottom - box.top) for box in (one, other))
    return common / (areas - common) if areas > common else 1.0


def points(planes: np.ndarray) -> list[tuple[float, float, float]]:
    """Of each plane the place (column, row) of its largest value, and that value."""
    import numpy as np

    rows = planes.reshape(len(planes), -1)
    best = rows.argmax(1)
    width = planes.shape[-1]
    return [(float(b % width), float(b // width), float(np.take(row, b))) for row, b in zip(rows, best, strict=True)]
