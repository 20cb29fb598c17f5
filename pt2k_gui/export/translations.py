"""Translations for what PyTorch's dynamo exporter can't write or writes wrong: one function an operator, in ONNX's operators.

A function has the signature of its ATen operator and gets ONNX values; it writes nodes through ``op``. It is registered
under the overloads that it serves, and ``translation_table`` hands all of them to the exporter. Recurrent networks and bags of
embeddings are in ``translations_sequence``, attention under masks in ``translations_attention``, pooling, stacks, windows of
signals and matrices in ``translations_windows``, losses in ``translations_losses``, rounding to whole numbers in
``translations_quantized``, what has no formula of its own but an approximation in ``translations_special``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import onnx_ir as ir
import torch
from onnxscript import opset20 as op

Translation = Callable[..., Any]
TABLE: dict[Any, Translation] = {}


def translates(*names: str, library: str = "aten") -> Callable[[Translation], Translation]:
    """Register a function for overloads such as ``hypot.default``; those that this PyTorch lacks are left out.

    Args:
        library: the namespace of ``torch.ops`` in which they are.
    """

    def register(function: Translation) -> Translation:
        for name in names:
            packet, overload = name.rsplit(".", 1)
            found = getattr(getattr(getattr(torch.ops, library), packet, None), overload, None)
            if found is not None:
                TABLE[found] = function
        return function

    return register


# ---- what the translations share ---------------------------------------------------------------------------------


def rank(value: ir.Value) -> int:
    """How many axes a value has."""
    assert value.shape is not None
    return len(value.shape)


def length(value: ir.Value, axis: int) -> int | None:
    """How long an axis is; None where that is known only when the model runs."""
    assert value.shape is not None
    size = value.shape[axis]
    return size if isinstance(size, int) else None


def is_float(value: ir.Value) -> bool:
    """Whether a value is known to hold floating-point numbers."""
    return value.dtype is not None and value.dtype.is_floating_point()


def number(value: float, like: ir.Value) -> ir.Value:
    """A number of the type of ``like``."""
    return op.Constant(value=ir.tensor(value, dtype=like.dtype))


def integers(*values: int) -> ir.Value:
    """A vector of whole numbers."""
    return op.Constant(value_ints=list(values))


def whole(value: int) -> ir.Value:
    """A whole number without axes."""
    return op.Constant(value_int=value)


def size_of(value: ir.Value, axis: int) -> ir.Value:
    """The length of an axis as a vector of one entry, measured where it is not known."""
    known = length(value, axis)
    return integers(known) if known is not None else op.Shape(value, start=axis, end=axis + 1)


def cut(value: ir.Value, axis: int, start: int, end: int) -> ir.Value:
    """The entries from ``start`` up to ``end`` of one axis."""
    return op.Slice(value, integers(start), integers(end), integers(axis))


def line(count: ir.Value) -> ir.Value:
    """0, 1, 2 ... up to a count, which is a vector of one entry."""
    return op.Range(whole(0), op.Squeeze(count, integers(0)), whole(1))


def along(values: ir.Value, axis: int, axes: int) -> ir.Value:
    """A vector laid along one of several axes, so that it can be broadcast."""
    return op.Reshape(values, integers(*(-1 if place == axis else 1 for place in range(axes))))


def sorted_by(
    value: ir.Value, axis: int, *, descending: bool, like: ir.Value | None = None
) -> tuple[ir.Value, ir.Value]:
    """The whole axis in order, and where each entry was; equal entries stay in their order, as TopK promises.

    Args:
        like: has the value's shape, where that is computed here and so has none yet.
    """
    return op.TopK(value, size_of(like or value, axis), axis=axis, largest=int(descending), sorted=1)


def positive(axis: int, value: ir.Value) -> int:
    """An axis counted from the front; that of a scalar is 0."""
    return axis % max(rank(value), 1)


# ---- element by element -------------------------------------------------------------------------------------------


@translates("hypot.default")
def hypot(self: ir.Value, other: ir.Value) -> ir.Value:
    """The root of the sum of two squares, scaled by the larger one so that no square leaves float32's range."""
    a, b = op.Abs(self), op.Abs(other)
    large, small = op.Max(a, b), op.Min(a, b)
    safe = op.Where(op.Equal(large, number(0.0, large)), number(1.0, large), large)
    ratio = op.Div(small, safe)
    return op.Mul(large, op.Sqrt(op.Add(op.Mul(ratio, ratio), number(1.0, large))))


@translates("rrelu.default", "rrelu_with_noise.default")
def rrelu(
    self: ir.Value,
    noise: Any = None,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    generator: Any = None,
) -> ir.Value:
    """In evaluation the slope is the middle of its range."""
    if isinstance(noise, float):  # rrelu.default has no noise: its arguments stand one place earlier
        lower, upper = noise, lower
    return op.LeakyRelu(self, alpha=(lower + upper) / 2)


@translates("log_sigmoid.default", "log_sigmoid_forward.default")
def log_sigmoid(self: ir.Value) -> ir.Value:
    """min(x, 0) - log(1 + exp(-|x|)): the logarithm of a sigmoid that was rounded to 0 is infinite."""
    tail = op.Log(op.Add(number(1.0, self), op.Exp(op.Neg(op.Abs(self)))))
    return op.Sub(op.Min(self, number(0.0, self)), tail)


@translates("copysign.Tensor", "copysign.Scalar")
def copysign(self: ir.Value, other: Any) -> ir.Value:
    """The magnitude of one with the sign of the other; a negative zero counts as positive."""
    if not isinstance(other, ir.Value):
        other = number(float(other), self)
    size = op.Abs(self)
    return op.Where(op.Less(other, number(0.0, other)), op.Neg(size), size)


@translates("copy.default")
def copy(self: ir.Value, src: ir.Value, non_blocking: bool = False) -> ir.Value:
    """``y[:, 1:] = x``: the numbers of one in the type and the shape of the other; the exporter's own keeps the shape."""
    value = op.CastLike(src, self)
    known = self.shape is not None and all(isinstance(size, int) for size in self.shape)
    return value if known and src.shape == self.shape else op.Expand(value, op.Shape(self))


# ---- order ----------------------------------------------------------------------------------------------------------


@translates("sort.default")
def sort(self: ir.Value, dim: int = -1, descending: bool = False) -> tuple[ir.Value, ir.Value]:
    return sorted_by(self, positive(dim, self), descending=descending)


@translates("sort.stable")
def sort_stable(
    self: ir.Value, stable: bool | None = None, dim: int = -1, descending: bool = False
) -> tuple[ir.Value, ir.Value]:
    return sorted_by(self, positive(dim, self), descending=descending)


@translates("argsort.default")
def argsort(self: ir.Value, dim: int = -1, descending: bool = False) -> ir.Value:
    return sorted_by(self, positive(dim, self), descending=descending)[1]


@translates("argsort.stable")
def argsort_stable(self: ir.Value, stable: bool, dim: int = -1, descending: bool = False) -> ir.Value:
    return sorted_by(self, positive(dim, self), descending=descending)[1]


@translates("kthvalue.default")
def kthvalue(self: ir.Value, k: int, dim: int = -1, keepdim: bool = False) -> tuple[ir.Value, ir.Value]:
    """The k-th smallest entry and where it is."""
    axis = positive(dim, self)
    found = [cut(part, axis, k - 1, k) for part in sorted_by(self, axis, descending=False)]
    values, places = found if keepdim else [op.Squeeze(part, integers(axis)) for part in found]
    return values, places


@translates("median.dim")
def median(self: ir.Value, dim: int, keepdim: bool = False) -> tuple[ir.Value, ir.Value]:
    """The lower of the two middle entries, as PyTorch takes it."""
    axis = positive(dim, self)
    middle = op.Div(op.Sub(size_of(self, axis), integers(1)), integers(2))
    found = [op.Gather(part, middle, axis=axis) for part in sorted_by(self, axis, descending=False)]
    values, places = found if keepdim else [op.Squeeze(part, integers(axis)) for part in found]
    return values, places


@translates("median.default")
def median_of_all(self: ir.Value) -> ir.Value:
    return median(op_flat(self), 0)[0]


@translates("nanmedian.dim")
def nanmedian(self: ir.Value, dim: int, keepdim: bool = False) -> tuple[ir.Value, ir.Value]:
    """The median of what is a number: the others are sorted to the end and not counted."""
    axis = positive(dim, self)
    missing = op.IsNaN(self)
    values, places = sorted_by(op.Where(missing, number(math.inf, self), self), axis, descending=False, like=self)
    count = op.ReduceSum(op.Cast(op.Not(missing), to=ir.DataType.INT64), integers(axis), keepdims=1)
    middle = op.Max(op.Div(op.Sub(count, integers(1)), integers(2)), integers(0))
    middle_value = op.GatherElements(values, middle, axis=axis)
    value = op.Where(op.Equal(count, integers(0)), number(math.nan, self), middle_value)
    place = op.GatherElements(places, middle, axis=axis)
    if keepdim:
        return value, place
    return op.Squeeze(value, integers(axis)), op.Squeeze(place, integers(axis))


@translates("nanmedian.default")
def nanmedian_of_all(self: ir.Value) -> ir.Value:
    return nanmedian(op_flat(self), 0)[0]


def op_flat(value: ir.Value) -> ir.Value:
    """The value with one axis."""
    known = math.prod(size for size in value.shape if isinstance(size, int)) if value.shape is not None else 0
    flat = op.Reshape(value, integers(-1))
    fixed = value.shape is not None and all(isinstance(size, int) for size in value.shape)
    flat.shape = ir.Shape([known if fixed else None])
    flat.dtype = value.dtype
    return flat


@translates("mode.default")
def mode(self: ir.Value, dim: int = -1, keepdim: bool = False) -> tuple[ir.Value, ir.Value]:
    """The entry that occurs most often, the smallest of several, and the last place that has it."""
    axis = positive(dim, self)
    axes = rank(self)
    ordered, _ = sorted_by(self, axis, descending=False)
    alike = op.Equal(op.Unsqueeze(ordered, integers(axis + 1)), op.Unsqueeze(ordered, integers(axis)))
    counts = op.ReduceSum(op.Cast(alike, to=ir.DataType.INT64), integers(axis + 1), keepdims=0)
    best = op.ArgMax(counts, axis=axis, keepdims=1)
    value = op.GatherElements(ordered, best, axis=axis)
    numbers = along(line(size_of(self, axis)), axis, axes)
    here = op.Where(op.Equal(self, value), numbers, whole(-1))
    place = op.ReduceMax(here, integers(axis), keepdims=1)
    if keepdim:
        return value, place
    return op.Squeeze(value, integers(axis)), op.Squeeze(place, integers(axis))


@translates("searchsorted.Tensor")
def searchsorted(
    sorted_sequence: ir.Value,
    self: ir.Value,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: ir.Value | None = None,
) -> ir.Value:
    """How many borders lie below each number (``right``: or are equal to it), counted in a comparison of all with all."""
    if sorter is not None:
        sorted_sequence = op.GatherElements(sorted_sequence, sorter, axis=-1)
    borders = sorted_sequence if rank(sorted_sequence) == 1 else op.Unsqueeze(sorted_sequence, integers(-2))
    numbers = op.Unsqueeze(self, integers(-1))
    below = op.LessOrEqual(borders, numbers) if right or side == "right" else op.Less(borders, numbers)
    kind = ir.DataType.INT32 if out_int32 else ir.DataType.INT64
    return op.ReduceSum(op.Cast(below, to=kind), integers(-1), keepdims=0)


@translates("bucketize.Tensor")
def bucketize(self: ir.Value, boundaries: ir.Value, out_int32: bool = False, right: bool = False) -> ir.Value:
    return searchsorted(boundaries, self, out_int32, right)


# ---- running products and extremes ------------------------------------------------------------------------------


def _running(
    parts: Sequence[ir.Value], axis: int, count: int, empty: Sequence[ir.Value], join: Callable[..., Any]
) -> Any:
    """Join every entry with all before it, in about log2(length) steps of doubled distance (Hillis and Steele, 1986).

    Args:
        parts: arrays that belong together, with ``count`` entries on the axis; ``empty``: for each, what changes nothing.
        join: gets the parts of the earlier entries and of the later ones.
    """
    axes = rank(parts[0])
    distance = 1
    while distance < count:
        earlier = []
        for part, nothing in zip(parts, empty, strict=True):
            pads = [0] * (2 * axes)
            pads[axis] = distance
            earlier.append(op.Pad(cut(part, axis, 0, count - distance), integers(*pads), nothing))
        parts = join(earlier, parts)
        distance *= 2
    return parts


def _all_so_far(value: ir.Value, like: ir.Value, axis: int, empty: ir.Value, *, lifted: bool = False) -> ir.Value:
    """For each entry of an axis of unknown length all up to it, on a new axis behind; ``empty`` in the place of later ones.

    Args:
        like: has the value's shape; ``lifted``: the value has the new axis.
    """
    axes, numbers = rank(like) + 1, line(op.Shape(like, start=axis, end=axis + 1))
    earlier = op.LessOrEqual(along(numbers, axis + 1, axes), along(numbers, axis, axes))
    return op.Where(earlier, value if lifted else op.Unsqueeze(value, integers(axis)), empty)


@translates("cumprod.default")
def cumprod(self: ir.Value, dim: int, dtype: int = -1) -> ir.Value:
    if rank(self) == 0:
        return self
    value = self if dtype in (-1, None) else op.Cast(self, to=dtype)
    value.shape, value.dtype = self.shape, value.dtype or self.dtype
    axis, one = positive(dim, self), number(1, value)
    count = length(self, axis)
    if count is None:
        return op.ReduceProd(_all_so_far(value, self, axis, one), integers(axis + 1), keepdims=0)
    (result,) = _running([value], axis, count, [one], lambda a, b: [op.Mul(a[0], b[0])])
    return result


def _running_extreme(self: ir.Value, dim: int, *, largest: bool, worst: float) -> Any:
    axis = positive(dim, self)
    count, nothing = length(self, axis), number(worst, self)
    if count is None:
        every = _all_so_far(self, self, axis, nothing)
        value = (op.ReduceMax if largest else op.ReduceMin)(every, integers(axis + 1), keepdims=0)
        numbers = along(line(op.Shape(self, start=axis, end=axis + 1)), axis, rank(self))
        alike = op.Equal(op.Unsqueeze(self, integers(axis)), op.Unsqueeze(value, integers(axis + 1)))
        here = op.Where(alike, op.Unsqueeze(numbers, integers(axis)), whole(-1))
        places = _all_so_far(here, self, axis, whole(-1), lifted=True)
        return value, op.ReduceMax(places, integers(axis + 1), keepdims=0)
    places = op.Expand(along(line(size_of(self, axis)), axis, rank(self)), op.Shape(self))

    def join(earlier: Sequence[ir.Value], later: Sequence[ir.Value]) -> list[ir.Value]:
        chosen = (op.GreaterOrEqual if largest else op.LessOrEqual)(later[0], earlier[0])
        return [op.Where(chosen, b, a) for a, b in zip(earlier, later, strict=True)]

    return tuple(_running([self, places], axis, count, [nothing, whole(0)], join))


@translates("cummax.default")
def cummax(self: ir.Value, dim: int) -> tuple[ir.Value, ir.Value]:
    """The largest entry so far and where it is, the last one of several."""
    lowest = -math.inf if is_float(self) else torch.iinfo(torch.int32).min
    return _running_extreme(self, dim, largest=True, worst=lowest)


@translates("cummin.default")
def cummin(self: ir.Value, dim: int) -> tuple[ir.Value, ir.Value]:
    highest = math.inf if is_float(self) else torch.iinfo(torch.int32).max
    return _running_extreme(self, dim, largest=False, worst=highest)


@translates("logcumsumexp.default")
def logcumsumexp(self: ir.Value, dim: int) -> ir.Value:
    """Pairs of the largest exponent so far and the sum over it."""

    def join(a: Sequence[ir.Value], b: Sequence[ir.Value]) -> list[ir.Value]:
        large, small = op.Max(a[0], b[0]), op.Min(a[0], b[0])
        apart = op.Where(op.Equal(large, small), number(0.0, self), op.Sub(small, large))
        return [op.Add(large, op.Log(op.Add(number(1.0, self), op.Exp(apart))))]

    axis, nothing = positive(dim, self), number(-math.inf, self)
    count = length(self, axis)
    if count is None:
        return op.ReduceLogSumExp(_all_so_far(self, self, axis, nothing), integers(axis + 1), keepdims=0)
    (result,) = _running([self], axis, count, [nothing], join)
    return result


# ---- masks and places -------------------------------------------------------------------------------------------


@translates("masked_scatter.default")
def masked_scatter(self: ir.Value, mask: ir.Value, source: ir.Value) -> ir.Value:
    """The source's numbers one after the other where the mask is set."""
    shape = op.Shape(self)
    chosen = op.Expand(mask, shape)
    flat = op.Cast(op.Reshape(chosen, integers(-1)), to=ir.DataType.INT64)
    places = op.Max(op.Sub(op.CumSum(flat, whole(0)), whole(1)), whole(0))
    taken = op.Gather(op.Reshape(source, integers(-1)), places)
    return op.Where(chosen, op.Reshape(taken, shape), self)


@translates("index_put.default", "_unsafe_index_put.default")
def index_put(
    self: ir.Value, indices: Sequence[ir.Value | None], values: ir.Value, accumulate: bool = False
) -> ir.Value:
    """``x[mask] = number`` is a choice by the mask; everything else is as PyTorch's own exporter writes it."""
    mask = indices[0]
    if (
        len(indices) == 1
        and mask is not None
        and mask.dtype == ir.DataType.BOOL
        and not accumulate
        and values.shape is not None
        and all(size == 1 for size in values.shape)
    ):
        missing = rank(self) - rank(mask)
        if missing:
            mask = op.Unsqueeze(mask, integers(*range(rank(mask), rank(self))))
        filling = values if rank(values) <= rank(self) else op.Reshape(values, integers(1))
        return op.Where(mask, filling, self)
    from onnxscript.function_libs.torch_lib.ops.core import aten_index_put

    wide = [
        op.Cast(index, to=ir.DataType.INT64) if index is not None and index.dtype == ir.DataType.INT32 else index
        for index in indices
    ]
    for index, given in zip(wide, indices, strict=True):
        if index is not None and given is not None and index is not given:
            index.shape, index.dtype = given.shape, ir.DataType.INT64
    return aten_index_put(self, wide, values, accumulate)
