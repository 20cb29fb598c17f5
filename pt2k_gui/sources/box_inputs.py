"""Inputs that hold boxes: corners in pixels, with the number of their image before them where they have five columns. Random
numbers are none: a negative number of an image ends the operators that look into it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pt2k_gui.sources.card import TensorSpec

_NAMES = re.compile(r"(^|_)(b?box(es)?|bboxes|rois?|proposals|regions)(_|\d|$)", re.IGNORECASE)
_LEAST, _SPREAD = 0.1, 0.4  # of an image's side: the smallest box's, and what is added at random
_SIDE = 32  # pixels, where no other input is an image


def holds_boxes(spec: TensorSpec) -> bool:
    """Whether an input holds boxes, by its name and its four or five columns."""
    return (
        len(spec.shape) >= 2
        and spec.shape[-1] in (4, 5)
        and spec.dtype.startswith("float")
        and _NAMES.search(spec.name) is not None
    )


def place_boxes(inputs: Sequence[TensorSpec], values: Sequence[Any]) -> list[Any]:
    """The values with those of boxes moved onto the images, as x1, y1, x2, y2 in pixels with x1 < x2 and y1 < y2.

    Args:
        inputs: what each value is for.
        values: arrays or tensors; of numbers, whatever they are, a box has its place by what they have behind the point.
    """
    if not any(map(holds_boxes, inputs)):
        return list(values)
    images = [value for value in values if len(value.shape) == 4]
    count, height, width = (images[0].shape[0], *images[0].shape[2:]) if images else (1, _SIDE, _SIDE)
    return [
        _placed(value, count, float(height), float(width)) if holds_boxes(spec) else value
        for spec, value in zip(inputs, values, strict=True)
    ]


def _placed(value: Any, images: int, height: float, width: float) -> Any:
    share = value - value // 1
    first = value.shape[-1] - 4
    for axis, side in ((0, width), (1, height)):
        start = share[..., first + axis] * (1 - _LEAST - _SPREAD) * side
        share[..., first + axis + 2] = start + (_LEAST + _SPREAD * share[..., first + axis + 2]) * side
        share[..., first + axis] = start
    if first:
        share[..., 0] = share[..., 0] * images // 1
    return share
