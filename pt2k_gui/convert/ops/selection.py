"""Operators whose number of results the data decides: NonZero, Unique, Compress, NonMaxSuppression.

Their results are exactly as long as ONNX's. A backend that needs every shape beforehand, as JAX under ``jit`` does, can't
compile such a model; it runs there operation by operation.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import getitem
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.dtypes import keras_dtype
from pt2k_gui.convert.ir.symbolic_dims import Dim, product
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.ops.indexing import gather
from pt2k_gui.convert.registry import operator

# Each box that NonMaxSuppression picks is laid out in the model: more would not make a usable one.
_MOST_PICKS = 512


def places_of(build: Build, chosen: Any) -> Any:
    """Where a Keras vector is not zero, as a Keras vector of int32 whose length the data decides."""
    note = messages.LENGTH_FROM_DATA()
    if note not in build.notes:
        build.notes.append(note)
    (found,) = build.call(ops.nonzero, chosen, name="places")
    return build.call(ops.reshape, found, (-1,), name="places")  # (1, n) under PyTorch


@operator("NonZero", 9, exact=True)
def non_zero(build: Build, X: Value) -> Tensor:
    """The index tuples of the elements that are not zero: (rank, their number)."""
    tensor = build.as_tensor(X)
    rest = places_of(build, build.onnx_order(build.reshaped(tensor, (product(list(tensor.shape)),))))
    rows = []
    for length in reversed(tensor.shape):
        measured = length if isinstance(length, int) else build.measured(length, "int32")
        rows.append(build.call(ops.mod, rest, measured, name="index"))
        rest = build.call(ops.floor_divide, rest, measured, name="rest")
    stacked = build.call(ops.stack, rows[::-1], axis=0, name="indices")
    return build.tensor(build.call(ops.cast, stacked, "int64", name="cast"))


@operator("Compress", 9)
def compress(build: Build, input: Value, condition: Value, *, axis: int | None = None) -> Value:
    """The places of a mask, gathered. https://onnx.ai/onnx/operators/onnx__Compress.html"""
    data = build.reshaped(input, (product(list(input.shape)),)) if axis is None else input
    if isinstance(condition, Constant):
        chosen: Value = Constant(np.flatnonzero(condition.array))
    else:
        chosen = build.tensor(places_of(build, build.onnx_order(condition)))
    return gather(build, data, chosen, axis=axis or 0)


@operator("Unique", 11)
def unique(build: Build, X: Value, *, axis: int | None = None, sorted: int = 1) -> list[Value | None]:
    """The different elements (slices along ``axis``), where each comes first, which one each element is, and how often."""
    tensor = build.as_tensor(X)
    place = 0 if axis is None else axis % tensor.rank
    if axis is None:
        tensor = build.reshaped(tensor, (product(list(tensor.shape)),))
    rows = build.onnx_order(build.transposed(tensor, (place, *(a for a in range(tensor.rank) if a != place))))
    order = build.call(ops.argsort, rows, name="order") if tensor.rank == 1 else _lexicographic(build, tensor, place)
    lined_up = build.call(ops.take, rows, order, axis=0, name="sorted")
    new = build.call(
        ops.not_equal,
        build.call(getitem, lined_up, (slice(1, None),), name="next"),
        build.call(getitem, lined_up, (slice(None, -1),), name="previous"),
        name="new",
    )
    if tensor.rank > 1:
        new = build.call(ops.any, new, axis=tuple(range(1, tensor.rank)), name="new")
    new = build.call(ops.cast, new, "int32", name="new")
    new = build.call(ops.pad, new, ((1, 0),), constant_values=1, name="new")
    starts = places_of(build, new)
    firsts = build.call(ops.take, order, starts, axis=0, name="first")
    found = _Groups(build, order, new, starts, firsts, tensor.shape[place])
    if not sorted:
        found.by_appearance()
    wanted = [bool(name) for name in build.node.outputs] + [False] * 4
    picked = gather(build, tensor, build.tensor(found.firsts), axis=place)
    rest = (lambda: found.firsts, found.inverse, found.counts)
    return [picked, *(_wide(build, make()) if asked else None for make, asked in zip(rest, wanted[1:4], strict=True))]


class _Groups:
    """Equal elements of a sorted vector: ``order`` sorts it, ``new`` marks where another element begins."""

    def __init__(self, build: Build, order: Any, new: Any, starts: Any, firsts: Any, length: Dim) -> None:
        self._build, self._order, self._new, self._starts = build, order, new, starts
        self.firsts, self._length, self._shuffle = firsts, length, None

    def by_appearance(self) -> None:
        """The groups in the order in which they first come."""
        self._shuffle = self._build.call(ops.argsort, self.firsts, name="appearance")
        self.firsts = self._shuffled(self.firsts)

    def _shuffled(self, groups: Any) -> Any:
        return (
            groups
            if self._shuffle is None
            else self._build.call(ops.take, groups, self._shuffle, axis=0, name="by_appearance")
        )

    def inverse(self) -> Any:
        """The group of each element."""
        build = self._build
        count = build.call(ops.cumsum, self._new, axis=0, name="group")
        group = build.call(ops.subtract, count, 1, name="group")
        back = build.call(ops.argsort, self._order, name="back")
        group = build.call(ops.take, group, back, axis=0, name="inverse")
        if self._shuffle is None:
            return group
        return build.call(ops.take, build.call(ops.argsort, self._shuffle, name="back"), group, axis=0, name="inverse")

    def counts(self) -> Any:
        """How many elements each group has."""
        build = self._build
        length = build.call(ops.reshape, build.measured(self._length, "int32"), (1,), name="end")
        ends = build.call(getitem, self._starts, (slice(1, None),), name="end")
        ends = build.call(ops.concatenate, [ends, length], axis=0, name="end")
        return self._shuffled(build.call(ops.subtract, ends, self._starts, name="counts"))


def _wide(build: Build, keras_vector: Any) -> Tensor:
    return build.tensor(build.call(ops.cast, keras_vector, "int64", name="cast"))


def _lexicographic(build: Build, tensor: Tensor, axis: int) -> Any:
    """The order of the slices along ``axis``, the first number that differs decides; equal slices stay as they are.

    Every pair is compared: memory grows with the square of the number of slices.
    """
    others = [place for place in range(tensor.rank) if place != axis]
    flat = build.reshaped(
        build.transposed(tensor, (axis, *others)), (tensor.shape[axis], product([tensor.shape[a] for a in others]))
    )
    rows = build.onnx_order(flat)
    mine = build.call(ops.expand_dims, rows, 1, name="pairs")
    theirs = build.call(ops.expand_dims, rows, 0, name="pairs")
    differ = build.call(ops.cast, build.call(ops.not_equal, mine, theirs, name="differ"), "int32", name="differ")
    at = build.call(ops.argmax, differ, axis=-1, keepdims=True, name="where_differ")
    less = build.call(ops.cast, build.call(ops.less, theirs, mine, name="before"), "int32", name="before")
    before = build.call(ops.take_along_axis, less, at, axis=-1, name="before")
    rank = build.call(ops.sum, before, axis=(1, 2), name="rank")
    return build.call(ops.argsort, rank, name="order")


# ---- boxes --------------------------------------------------------------------------------------------------------


@operator("NonMaxSuppression", 10, settings=(2, 3, 4))
def non_max_suppression(
    build: Build,
    boxes: Value,
    scores: Value,
    max_output_boxes_per_class: Value | None = None,
    iou_threshold: Value | None = None,
    score_threshold: Value | None = None,
    *,
    center_point_box: int = 0,
) -> Value:
    """The best boxes of each class that do not overlap a better one: rows of (batch, class, box).

    ``boxes`` is (batch, boxes, 4) and ``scores`` (batch, classes, boxes). Each turn picks the best box that is left and
    strikes out those that overlap it by more than the threshold.
    """
    count = (
        0
        if max_output_boxes_per_class is None
        else _number(build, max_output_boxes_per_class, "max_output_boxes_per_class")
    )
    least = None if score_threshold is None else float(_number(build, score_threshold, "score_threshold"))
    overlap = 0.0 if iou_threshold is None else float(_number(build, iou_threshold, "iou_threshold"))
    table, left = build.as_tensor(boxes), build.as_tensor(scores)
    length = left.shape[2]
    turns = min(int(count), length) if isinstance(length, int) else int(count)
    if turns <= 0:
        return Constant(np.zeros((0, 3), np.int64))
    if turns > _MOST_PICKS:
        build.refuse(messages.TOO_MANY_PICKS(picks=turns, most=_MOST_PICKS))
    corners = _corners(build, build.onnx_order(table), bool(center_point_box))
    places, alive = _picks(build, corners, build.onnx_order(left), length, turns, overlap, least)
    return _rows(build, places, alive, left.shape[1], turns)


def _number(build: Build, value: Value, what: str) -> Any:
    return build.known(value, what).reshape(-1)[0]


def _corners(build: Build, boxes: Any, centred: bool) -> tuple[Any, Any]:
    """The lower and the upper corner of each box, (batch, 1, boxes, 2), whichever diagonal says them."""
    first, second = (
        build.call(ops.expand_dims, build.call(getitem, boxes, (..., part), name="corner"), 1, name="corner")
        for part in (slice(0, 2), slice(2, 4))
    )
    if centred:
        half = build.call(ops.multiply, second, 0.5, name="half")
        return build.call(ops.subtract, first, half, name="low"), build.call(ops.add, first, half, name="high")
    return build.call(ops.minimum, first, second, name="low"), build.call(ops.maximum, first, second, name="high")


def _area(build: Build, low: Any, high: Any) -> Any:
    sides = build.call(ops.relu, build.call(ops.subtract, high, low, name="sides"), name="sides")
    return build.call(ops.prod, sides, axis=-1, name="area")


def _picks(
    build: Build, corners: tuple[Any, Any], left: Any, length: Dim, turns: int, overlap: float, least: float | None
) -> tuple[list[Any], list[Any]]:
    """For each turn the box that it picks and whether one was left, (batch, classes, 1)."""
    gone = float(np.finfo(keras_dtype(np.dtype(left.dtype))).min)
    if least is not None:
        left = build.call(ops.where, build.call(ops.greater, left, least, name="good"), left, gone, name="left")
    low, high = corners
    areas = _area(build, low, high)
    numbers = build.counted(length)
    places, alive = [], []
    for _ in range(turns):
        best = build.call(ops.argmax, left, axis=-1, keepdims=True, name="best")
        top = build.call(ops.max, left, axis=-1, keepdims=True, name="top")
        places.append(best)
        alive.append(build.call(ops.greater, top, gone, name="alive"))
        if len(places) == turns:
            break
        wide = build.call(ops.expand_dims, best, -1, name="best")
        own_low, own_high = (build.call(ops.take_along_axis, part, wide, axis=2, name="box") for part in (low, high))
        shared = _area(
            build,
            build.call(ops.maximum, low, own_low, name="low"),
            build.call(ops.minimum, high, own_high, name="high"),
        )
        own = _area(build, own_low, own_high)
        union = build.call(ops.subtract, build.call(ops.add, areas, own, name="union"), shared, name="union")
        union = build.call(ops.maximum, union, 1e-30, name="union")
        ratio = build.call(ops.divide, shared, union, name="overlap")
        struck = build.call(ops.greater, ratio, overlap, name="struck")
        struck = build.call(ops.logical_or, struck, build.call(ops.equal, numbers, best, name="itself"), name="struck")
        left = build.call(ops.where, struck, gone, left, name="left")
    return places, alive


def _rows(build: Build, places: Sequence[Any], alive: Sequence[Any], classes: Dim, turns: int) -> Tensor:
    """(batch, class, box) of each pick for which a box was left."""

    def flat(parts: Sequence[Any]) -> Any:
        joined = build.call(ops.concatenate, list(parts), axis=-1, name="picks") if turns > 1 else parts[0]
        return build.call(ops.reshape, joined, (-1,), name="picks")

    chosen = places_of(build, flat(alive))
    row = build.call(ops.floor_divide, chosen, turns, name="row")
    many = classes if isinstance(classes, int) else build.measured(classes, "int32")
    columns = [
        build.call(ops.floor_divide, row, many, name="batch"),
        build.call(ops.mod, row, many, name="class"),
        build.call(ops.take, flat(places), chosen, axis=0, name="box"),
    ]
    stacked = build.call(
        ops.stack, [build.call(ops.cast, column, "int64", name="cast") for column in columns], axis=1, name="rows"
    )
    return build.tensor(stacked)
