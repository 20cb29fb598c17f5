"""Reductions over axes, positions of extremes, running sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import getitem
from typing import Any

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.dtypes import keras_dtype
from pt2k_gui.convert.ir.symbolic_dims import is_known, product
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.registry import operator
from pt2k_gui.convert.size_rules import over_vector

Function = Callable[..., Any]


def reduced(build: Build, tensor: Tensor, data: Any, axes: Sequence[int], keepdims: bool) -> Tensor:
    """The result of a reduction over ONNX axes, with what is left of the axis order."""
    gone = set(axes)
    if keepdims:
        shape = tuple(1 if axis in gone else length for axis, length in enumerate(tensor.shape))
        return build.tensor(data, tensor.order, shape)
    kept = [axis for axis in tensor.order if axis not in gone]
    ranks = {axis: number for number, axis in enumerate(sorted(kept))}
    return build.tensor(data, [ranks[axis] for axis in kept], tuple(tensor.shape[axis] for axis in sorted(kept)))


def reduce_by(build: Build, function: Function, data: Value, axes: Sequence[int] | None, keepdims: int) -> Tensor:
    """A reduction by a function of ``keras.ops``, over ONNX axes (all where ``axes`` is None), in whatever order they are
    stored.

    Returns:
        In the type of ``data``; without axes to reduce, ``data`` itself.
    """
    tensor = build.plain(data)
    places = tuple(range(tensor.rank)) if axes is None else tuple(sorted({axis % tensor.rank for axis in axes}))
    if not places:
        return tensor
    stored = tuple(tensor.stored_axis(axis) for axis in places)
    result = build.call(function, tensor.keras, axis=stored if len(stored) > 1 else stored[0], keepdims=bool(keepdims))
    output = reduced(build, tensor, result, places, bool(keepdims))
    if output.dtype != tensor.dtype and tensor.dtype != bool:
        return build.unary(ops.cast, output, dtype=keras_dtype(tensor.dtype), name="cast")
    return output


def _square(build: Build, value: Value) -> Tensor:
    return build.unary(ops.square, value, name="square")


def _extreme(function: Function) -> Function:
    def reduce(build: Build, data: Value, axes: Sequence[int] | None, keepdims: int) -> Tensor:
        tensor = build.plain(data)
        if tensor.dtype == bool:
            whole = function is ops.max
            return reduce_by(build, ops.any if whole else ops.all, tensor, axes, keepdims)
        if any(length == 0 for length in tensor.shape):
            return _of_empty(build, tensor, axes, keepdims, function is ops.max)
        return reduce_by(build, function, tensor, axes, keepdims)

    return reduce


def _of_empty(build: Build, tensor: Tensor, axes: Sequence[int] | None, keepdims: int, largest: bool) -> Tensor:
    """The extreme of nothing: the least number of the type for a maximum, the greatest for a minimum."""
    gone = set(range(tensor.rank)) if axes is None else {axis % tensor.rank for axis in axes}
    lengths = [
        1 if axis in gone else length for axis, length in enumerate(tensor.shape) if keepdims or axis not in gone
    ]
    known = [length for length in lengths if isinstance(length, int)]
    if len(known) != len(lengths):
        build.refuse(messages.EMPTY_AXIS())
    if tensor.dtype.kind == "f":
        value: float = -np.inf if largest else np.inf
    else:
        value = np.iinfo(tensor.dtype).min if largest else np.iinfo(tensor.dtype).max
    return build.as_tensor(Constant(np.full(known, value, tensor.dtype)))


def _kinds() -> dict[str, Callable[[Build, Value, Sequence[int] | None, int], Tensor]]:
    def plain(function: Function) -> Callable[[Build, Value, Sequence[int] | None, int], Tensor]:
        return lambda build, data, axes, keepdims: reduce_by(build, function, data, axes, keepdims)

    def l1(build: Build, data: Value, axes: Sequence[int] | None, keepdims: int) -> Tensor:
        return reduce_by(build, ops.sum, build.unary(ops.absolute, data, name="abs"), axes, keepdims)

    def l2(build: Build, data: Value, axes: Sequence[int] | None, keepdims: int) -> Tensor:
        return build.unary(ops.sqrt, reduce_by(build, ops.sum, _square(build, data), axes, keepdims), name="sqrt")

    def sum_square(build: Build, data: Value, axes: Sequence[int] | None, keepdims: int) -> Tensor:
        return reduce_by(build, ops.sum, _square(build, data), axes, keepdims)

    def log_sum(build: Build, data: Value, axes: Sequence[int] | None, keepdims: int) -> Tensor:
        return build.unary(ops.log, reduce_by(build, ops.sum, data, axes, keepdims), name="log")

    return {
        "ReduceSum": plain(ops.sum),
        "ReduceMean": plain(ops.mean),
        "ReduceProd": plain(ops.prod),
        "ReduceMax": _extreme(ops.max),
        "ReduceMin": _extreme(ops.min),
        "ReduceLogSumExp": plain(ops.logsumexp),
        "ReduceL1": l1,
        "ReduceL2": l2,
        "ReduceSumSquare": sum_square,
        "ReduceLogSum": log_sum,
    }


_AXES_ARE_AN_INPUT = {"ReduceSum": 13}
_SIZES = {"ReduceSum": over_vector(sum), "ReduceProd": over_vector(product)}


def _register(name: str, kind: Callable[[Build, Value, Sequence[int] | None, int], Tensor]) -> None:
    since, exact = _AXES_ARE_AN_INPUT.get(name, 18), name in ("ReduceMax", "ReduceMin")

    @operator(name, since, exact=exact, sizes=_SIZES.get(name))
    def convert(
        build: Build, data: Value, axes: Value | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0
    ) -> Tensor:
        """A reduction over some or all axes."""
        places = None if axes is None else build.integers(axes, "axes")
        if not places:
            if noop_with_empty_axes:
                return _of_nothing(build, name, data)
            places = None
        return kind(build, data, places, keepdims)


def _of_nothing(build: Build, name: str, data: Value) -> Tensor:
    """Each element is reduced by itself."""
    tensor = build.as_tensor(data)
    functions: dict[str, Function] = {
        "ReduceL1": ops.absolute,
        "ReduceL2": ops.absolute,
        "ReduceSumSquare": ops.square,
        "ReduceLogSum": ops.log,
    }
    return build.unary(functions[name], tensor) if name in functions else tensor


for _name, _kind in _kinds().items():
    _register(_name, _kind)


def _position(name: str, function: Function) -> None:
    @operator(name, 1)
    def convert(build: Build, data: Value, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Tensor:
        """The place of the first or last extreme value along an axis."""
        tensor = build.plain(data)
        axis = axis % tensor.rank
        place = tensor.stored_axis(axis)
        source = tensor.keras
        length = tensor.shape[axis]
        if select_last_index:
            if not isinstance(length, int):
                build.refuse(messages.LAST_EXTREME())
            source = build.call(ops.flip, source, axis=place, name="flip")
        result = build.call(function, source, axis=place, keepdims=bool(keepdims))
        result = build.call(ops.cast, result, "int64", name="cast")
        if select_last_index:
            assert isinstance(length, int)
            result = build.call(ops.subtract, length - 1, result, name="position")
        return reduced(build, tensor, result, (axis,), bool(keepdims))


_position("ArgMax", ops.argmax)
_position("ArgMin", ops.argmin)


@operator("CumSum", 11)
def cumulative_sum(build: Build, x: Value, axis: Value, *, exclusive: int = 0, reverse: int = 0) -> Tensor:
    """Reversed by turning the axis round, exclusive by a shift. https://onnx.ai/onnx/operators/onnx__CumSum.html"""
    tensor = build.plain(x)
    place = tensor.stored_axis(int(build.known(axis, "axis").reshape(())))
    data = tensor.keras
    if reverse:
        data = build.call(ops.flip, data, axis=place, name="flip")
    result = build.call(ops.cumsum, data, axis=place)
    if exclusive:
        result = build.call(ops.subtract, result, data, name="exclusive")
    if reverse:
        result = build.call(ops.flip, result, axis=place, name="flip")
    return build.tensor(result, tensor.order, tensor.shape)


@operator("CumProd", 26)
def cumulative_product(build: Build, x: Value, axis: Value, *, exclusive: int = 0, reverse: int = 0) -> Tensor:
    """The length has to be known; the exclusive form is a shift that begins with one.

    https://onnx.ai/onnx/operators/onnx__CumProd.html
    """
    tensor = build.plain(x)
    onnx_axis = int(build.known(axis, "axis").reshape(())) % tensor.rank
    place = tensor.stored_axis(onnx_axis)
    length = tensor.shape[onnx_axis]
    if not is_known(length):
        build.refuse(messages.UNKNOWN_LENGTH())
    data = tensor.keras
    if reverse:
        data = build.call(ops.flip, data, axis=place, name="flip")
    if exclusive:
        index = [slice(None)] * tensor.rank
        index[place] = slice(0, -1)
        amounts = [(0, 0)] * tensor.rank
        amounts[place] = (1, 0)
        cut = build.call(getitem, data, tuple(index), name="cut")
        data = build.call(ops.pad, cut, tuple(amounts), constant_values=1, name="pad")
    result = build.call(ops.cumprod, data, axis=place)
    if reverse:
        result = build.call(ops.flip, result, axis=place, name="flip")
    return build.tensor(result, tensor.order, tensor.shape)
