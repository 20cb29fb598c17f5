"""Adaptive pooling in ONNX's operators, for images of any size and outputs that divide no size.

The exporter's own decomposition takes the windows' lengths from the example and is wrong at every other size, and it has
none for the maximum. Along each axis, element i pools from floor(i * length / n) up to ceil((i + 1) * length / n).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

Translation = Callable[..., Any]
_LETTERS = "nabcdefg"


@cache
def pooling_translations() -> dict[Any, Translation]:
    """The translations by ATen operator, for ``torch.onnx.export(custom_translation_table=...)``."""
    import torch

    aten = torch.ops.aten
    means: list[Any] = [aten.adaptive_avg_pool1d, aten.adaptive_avg_pool2d, aten._adaptive_avg_pool2d]
    means += [aten.adaptive_avg_pool3d, aten._adaptive_avg_pool3d]
    maxima: list[Any] = [aten.adaptive_max_pool1d, aten.adaptive_max_pool2d, aten.adaptive_max_pool3d]
    return {packet.default: _mean for packet in means} | {packet.default: _maximum for packet in maxima}


def _mean(self: Any, output_size: Sequence[Any]) -> Any:
    """Means over windows: along each axis the product with a matrix of the windows' shares."""
    from onnxscript import opset20 as op

    first = len(self.shape) - len(output_size)
    if all(isinstance(size, int) and size == 1 for size in output_size):
        axes = op.Constant(value_ints=list(range(first, len(self.shape))))
        return op.ReduceMean(self, axes, keepdims=1)
    even = _even_windows(self, output_size)
    if even is not None:
        return op.AveragePool(self, kernel_shape=even, strides=even)
    result = self
    letters = _LETTERS[: len(self.shape)]
    for place, size in enumerate(output_size):
        axis = first + place
        if not isinstance(size, int) or size != self.shape[axis]:
            target = letters.replace(letters[axis], "z")
            shares = _shares(self, axis, size)
            result = op.Einsum(result, shares, equation=f"{letters},z{letters[axis]}->{target}")
    return result


def _even_windows(self: Any, output_size: Sequence[Any]) -> list[int] | None:
    """The windows' lengths where all are equal: ordinary pooling."""
    if len(output_size) != len(self.shape) - 2:
        return None
    kernel = []
    for have, size in zip(self.shape[2:], output_size, strict=True):
        if not isinstance(have, int) or not isinstance(size, int) or have % size:
            return None
        kernel.append(have // size)
    return kernel


def _shares(self: Any, axis: int, size: Any) -> Any:
    """The matrix (n, length) of the share that each element has in each window's mean; constant where both are known."""
    import numpy as np
    import onnx_ir as ir
    from onnxscript import opset20 as op

    have = self.shape[axis]
    if isinstance(have, int) and isinstance(size, int):
        matrix = np.zeros((size, have), self.dtype.numpy())
        for number, (begin, end) in enumerate(_windows(have, size)):
            matrix[number, begin:end] = 1 / (end - begin)
        return op.Constant(value=ir.tensor(matrix))
    inside, lengths = _inside(self, axis, size)
    return op.Div(op.CastLike(inside, self), op.CastLike(lengths, self))


def _windows(have: int, size: int) -> list[tuple[int, int]]:
    return [(number * have // size, -(-(number + 1) * have // size)) for number in range(size)]


def _inside(self: Any, axis: int, size: Any) -> tuple[Any, Any]:
    """Whether each element (columns) lies in each window (rows), and the windows' lengths as a column; while it runs."""
    import numpy as np
    import onnx_ir as ir
    from onnxscript import opset20 as op

    # In 32 bits, in which LiteRT divides whole numbers.
    none, one = (op.Constant(value=ir.tensor(np.array(value, np.int32))) for value in (0, 1))
    if isinstance(size, int):
        count = op.Constant(value=ir.tensor(np.array(size, np.int32)))
    else:
        count = op.Cast(op.Reshape(size, op.Constant(value_ints=[])), to=ir.DataType.INT32)
    length = op.Squeeze(op.Shape(self, start=axis, end=axis + 1), op.Constant(value_ints=[0]))
    length = op.Cast(length, to=ir.DataType.INT32)
    number = op.Unsqueeze(op.Range(none, count, one), op.Constant(value_ints=[1]))
    begin = op.Div(op.Mul(number, length), count)
    end = op.Div(op.Add(op.Mul(op.Add(number, one), length), op.Sub(count, one)), count)
    place = op.Unsqueeze(op.Range(none, length, one), op.Constant(value_ints=[0]))
    return op.And(op.GreaterOrEqual(place, begin), op.Less(place, end)), op.Sub(end, begin)


def _maximum(self: Any, output_size: Sequence[Any]) -> tuple[Any, Any]:
    """Maxima over windows, one axis after the other from the last on, and where in space (flattened) they stood."""
    from onnxscript import opset20 as op

    first = len(self.shape) - len(output_size)
    result, place = self, None
    for axis in range(len(self.shape) - 1, first - 1, -1):
        size, have = output_size[axis - first], self.shape[axis]
        if isinstance(have, int) and isinstance(size, int):
            maxima, here = _cut_maxima(result, axis, _windows(have, size))
        else:
            maxima, here = _masked_maxima(self, result, axis, size)
        if place is None:
            place = here
        else:  # so many elements lie between two neighbours of this axis
            step = op.ReduceProd(op.Shape(self, start=axis + 1), keepdims=0)
            place = op.Add(op.Mul(here, step), op.GatherElements(place, here, axis=axis))
        result = maxima
    return result, place


def _cut_maxima(value: Any, axis: int, windows: Sequence[tuple[int, int]]) -> tuple[Any, Any]:
    """The maxima over windows whose ends are known, and their places along the axis: slices."""
    from onnxscript import opset20 as op

    axes = op.Constant(value_ints=[axis])
    maxima, places = [], []
    for begin, end in windows:
        part = op.Slice(value, op.Constant(value_ints=[begin]), op.Constant(value_ints=[end]), axes)
        maxima.append(op.ReduceMax(part, axes, keepdims=1))
        places.append(op.Add(op.ArgMax(part, axis=axis, keepdims=1), op.Constant(value_int=begin)))
    if len(windows) == 1:
        return maxima[0], places[0]
    return op.Concat(*maxima, axis=axis), op.Concat(*places, axis=axis)


def _masked_maxima(self: Any, value: Any, axis: int, size: Any) -> tuple[Any, Any]:
    """The same for windows that are only known while the model runs: every window looks at the whole axis."""
    import numpy as np
    import onnx_ir as ir
    from onnxscript import opset20 as op

    inside, _ = _inside(self, axis, size)
    behind = list(range(2, 1 + len(self.shape) - axis))
    mask = op.Unsqueeze(inside, op.Constant(value_ints=behind)) if behind else inside
    lowest = op.Constant(value=ir.tensor(np.array(np.finfo(self.dtype.numpy()).min)))
    seen = op.Where(mask, op.Unsqueeze(value, op.Constant(value_ints=[axis])), lowest)
    axes = op.Constant(value_ints=[axis + 1])
    return op.ReduceMax(seen, axes, keepdims=0), op.ArgMax(seen, axis=axis + 1, keepdims=0)
