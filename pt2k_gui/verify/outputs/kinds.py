"""Kinds of outputs, guessed from their shape and range; a person can say otherwise. Draws nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_LEAST_SIDE = 16  # pixels of what can be looked at as a picture
_LEAST_SOUND = 2_000  # samples of sound
_LEAST_VOCABULARY = 1_000
_LEAST_EMBEDDING = 64
_UNIT_SLACK = 1e-3
_BOX_WIDTHS = range(4, 8)  # a box and, with it, a score and a class
_STRIDES = (8, 16, 32)  # pixels of a cell in each of a detector's three grids
_ANCHORS = 3  # boxes that earlier detectors give for each cell
_CELLS = 21  # a detector's three grids, each of a quarter of the cells of the one before, have 16 + 4 + 1 parts
_MOST_MASKS = 256
_POINT_COUNTS = (17, 21, 68, 98)  # key points of a person, a hand, a face


class Kind(Enum):
    """How an output is looked at."""

    SCORES = "scores"
    IMAGE = "image"
    MASK = "mask"
    MAP = "map"
    BOXES = "boxes"
    POINTS = "points"
    SOUND = "sound"
    TOKENS = "tokens"
    EMBEDDING = "embedding"
    ARRAY = "array"


def guess(values: np.ndarray, *, scored: bool = False, pictured: Sequence[int] = ()) -> Kind:
    """The likeliest kind of an output.

    Args:
        values: of one sample, without the axis that counts the samples, in ONNX's axes.
        scored: whether it can be one score for each class: a vector of numbers a sample.
        pictured: height and width of the input, where that is an image.
    """
    shape = values.shape
    if scored and values.size == max(shape, default=0):
        return _of_scores(values.reshape(-1))
    if len(shape) == 1:
        return _of_vector(values)
    if len(shape) == 2:
        return _of_table(values, pictured)
    if len(shape) == 3:
        return _of_planes(values, pictured)
    if len(shape) == 4 and shape[0] == 1:
        return guess(values[0], pictured=pictured)
    return Kind.ARRAY


def are_scores(values: np.ndarray) -> bool:
    """Whether a vector of one sample can be a score for each class: its largest value then means an answer."""
    return _of_scores(values) is Kind.SCORES


def _of_scores(values: np.ndarray) -> Kind:
    """The kind of numbers that could be scores: sound where they swing smoothly, an embedding where they have length 1."""
    import numpy as np

    if values.shape[0] >= _LEAST_SOUND and _swings(values):
        return Kind.SOUND
    unit = abs(float(np.linalg.norm(values.astype(np.float64))) - 1) < _UNIT_SLACK and values.min() < 0
    return Kind.EMBEDDING if unit and values.shape[0] >= _LEAST_EMBEDDING else Kind.SCORES


def _of_vector(values: np.ndarray) -> Kind:
    count = values.shape[0]
    if count >= 8 * _LEAST_SOUND or (count >= _LEAST_SOUND and _swings(values)):
        return Kind.SOUND
    if _whole(values) and count > 1:
        return Kind.TOKENS
    return Kind.EMBEDDING if count >= _LEAST_EMBEDDING else Kind.ARRAY


def _of_table(values: np.ndarray, pictured: Sequence[int]) -> Kind:
    rows, columns = values.shape
    cells = sum(math.prod(side // stride for side in pictured) for stride in _STRIDES) if len(pictured) == 2 else 0
    if cells and ((columns == cells and rows > 4) or (rows in (cells, _ANCHORS * cells) and columns > 4)):
        return Kind.BOXES
    if rows <= 2 and columns >= _LEAST_SOUND:
        return Kind.SOUND
    if rows > 4 and columns >= _LEAST_VOCABULARY and columns % _CELLS == 0:
        return Kind.BOXES
    if columns >= _LEAST_VOCABULARY and columns > rows:
        return Kind.TOKENS
    if (
        (columns in _BOX_WIDTHS and are_corners(values))
        or (rows > 20 * columns and columns > 4)
        or (columns > 20 * rows and rows > 4)
    ):
        return Kind.BOXES
    if min(rows, columns) >= _LEAST_SIDE:
        return Kind.MASK if _whole(values) else Kind.MAP
    return Kind.ARRAY


def are_corners(values: np.ndarray) -> bool:
    """Whether rows begin with left, top, right and bottom, or with a number and these; rows that were filled up are equal."""
    corners = values[:, 1:5] if values.shape[1] == 7 else values[:, :4]
    return bool((corners[:, 2:] >= corners[:, :2]).all())


def _of_planes(values: np.ndarray, pictured: Sequence[int]) -> Kind:
    planes, height, width = values.shape
    if min(height, width) < _LEAST_SIDE:
        last = values.shape[-1]
        return Kind.IMAGE if last == 3 and min(planes, height) >= _LEAST_SIDE else Kind.ARRAY
    if planes == 3:
        return Kind.IMAGE
    if planes == 1:
        return Kind.MASK if _whole(values) else Kind.MAP
    smaller = len(pictured) == 2 and (height, width) != tuple(pictured)
    if planes in _POINT_COUNTS and (smaller or not len(pictured)):
        return Kind.POINTS
    return Kind.MASK if planes <= _MOST_MASKS else Kind.ARRAY


def _whole(values: np.ndarray) -> bool:
    import numpy as np

    return bool(np.isfinite(values).all() and (values == np.round(values)).all() and values.min() >= 0)


def _swings(values: np.ndarray) -> bool:
    """Whether numbers follow each other smoothly around nothing, as those of sound do."""
    import numpy as np

    rough = np.abs(np.diff(values)).mean()
    return bool(values.min() < 0 < values.max() and rough < 0.7 * np.abs(values - values.mean()).mean())
