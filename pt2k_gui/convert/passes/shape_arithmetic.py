"""Integer arithmetic on partly known shape vectors: what Shape yields and exporters compute from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from pt2k_gui.convert.ir.dtypes import is_float, onnx_to_numpy
from pt2k_gui.convert.ir.graph import Node
from pt2k_gui.convert.ir.symbolic_dims import (
    Dim,
    SymbolicDim,
    at_least,
    divide_exactly,
    is_known,
    is_whole,
    largest,
    product,
    rounded_down,
    smallest,
)
from pt2k_gui.convert.ir.values import BroadcastConstant, Constant, ShapeVector, Value, partly_known, spread

Rule = Callable[..., Any]

# Scales that people write (0.7, 1.25, 1/3) are fractions of small numbers.
_LARGEST_DENOMINATOR = 4096


def evaluate(node: Node, inputs: Sequence[Value | None]) -> list[Value] | None:
    """The outputs of a node on partly known integers, or None where the rules don't reach."""
    if node.domain or any(isinstance(value, BroadcastConstant) for value in inputs):
        return None
    dtype = next((value.dtype for value in inputs if isinstance(value, ShapeVector)), np.dtype(np.int64))
    rule = (_FLOAT_RULES if is_float(dtype) else _RULES).get(node.operator)
    if rule is None:
        return None
    entries = [None if value is None else _entries(value) for value in inputs]
    if is_float(dtype):
        entries = [None if part is None else _exact(part) for part in entries]
        if any(part is None and value is not None for part, value in zip(entries, inputs, strict=True)):
            return None
    result = rule(node, dtype, *entries)
    if result is None:
        return None
    if isinstance(result, Constant | ShapeVector | BroadcastConstant):
        return [result]
    if isinstance(result, list):
        return [partly_known(np.asarray(item, object), dtype) for item in result]
    return [partly_known(np.asarray(result, object), dtype)]


def _entries(value: Value) -> np.ndarray:
    """Any constant or partly known value as an array of objects (ints and sizes; floats stay floats)."""
    if isinstance(value, ShapeVector):
        return value.entries
    assert isinstance(value, Constant)
    return value.array.astype(object)  # numpy gives Python's own numbers


def _exact(entries: np.ndarray) -> np.ndarray | None:
    """The entries with each float as the integer or the fraction that it stands for; None where it stands for none."""
    return _each(_fraction, entries)


def _fraction(entry: Any) -> Any:
    if not isinstance(entry, float):
        return entry
    if not np.isfinite(entry):
        return None
    fraction = Fraction(entry).limit_denominator(_LARGEST_DENOMINATOR)
    if np.float32(float(fraction)) != np.float32(entry):
        return None
    return int(fraction) if fraction.denominator == 1 else fraction


def _each(function: Callable[..., Any], *arrays: np.ndarray) -> np.ndarray | None:
    """The function of each entry, or of the entries of arrays that broadcast; None where one of its answers is None."""
    result = _box(np.frompyfunc(function, len(arrays), 1)(*arrays))
    return None if any(entry is None for entry in result.flat) else result


def _by_entry(function: Callable[..., Any]) -> Rule:
    def rule(node: Node, dtype: np.dtype, *arrays: np.ndarray) -> Any:
        return _each(function, *arrays)

    return rule


def _round_up(value: Any) -> Dim:
    return -rounded_down(-value)


def _truncated(value: Any) -> Dim:
    return rounded_down(value) if at_least(value, 0) else _round_up(value)


def _float_quotient(a: Any, b: Any) -> Any:
    if isinstance(b, SymbolicDim):
        return divide_exactly(a, b) if is_whole(a) and is_whole(b) else None
    return None if b == 0 else a * Fraction(1, b) if isinstance(b, int) else a * (1 / b)


def _box(array: Any) -> np.ndarray:
    return np.asarray(array, object)


def _folded(function: Callable[[Any, Any], Any]) -> Rule:
    """A rule for any number of inputs, from a function of two."""

    def rule(node: Node, dtype: np.dtype, *parts: np.ndarray) -> Any:
        result: np.ndarray | None = parts[0]
        for part in parts[1:]:
            result = None if result is None else _each(function, result, part)
        return result

    return rule


def _divide(a: Any, b: Any) -> Dim | None:
    """ONNX's division of integers, which rounds towards zero."""
    if isinstance(a, float) or isinstance(b, float) or (isinstance(b, int) and b == 0):
        return None
    if at_least(b, 1):
        if at_least(a, 0):
            return a // b
        if at_least(0, a):
            return -(-a // b)
    return a // b if isinstance(a, SymbolicDim) or isinstance(b, SymbolicDim) else _toward_zero(a, b)


def _toward_zero(a: int, b: int) -> int:
    return a // b if (a < 0) == (b < 0) else -(-a // b)


def _modulo(a: Any, b: Any) -> Dim | None:
    if isinstance(b, int) and b == 0:
        return None
    if at_least(a, 0) and at_least(b - 1, a):
        return a
    return a % b


def _equal(a: Any, b: Any) -> Any:
    if isinstance(a, SymbolicDim) or isinstance(b, SymbolicDim):
        if a == b:
            return True
        # An unknown length is neither negative nor, in any graph worth converting, zero.
        return False if at_least(a, b + 1) or at_least(b, a + 1) else None
    return a == b


def _less(a: Any, b: Any) -> Any:
    if isinstance(a, SymbolicDim) or isinstance(b, SymbolicDim):
        return True if at_least(b, a + 1) else False if at_least(a, b) else None
    return a < b


def _less_or_equal(a: Any, b: Any) -> Any:
    greater = _less(b, a)
    return None if greater is None else not greater


def _booleans(function: Callable[[Any, Any], Any]) -> Rule:

    def rule(node: Node, dtype: np.dtype, a: np.ndarray, b: np.ndarray) -> Any:
        result = _each(function, a, b)
        return None if result is None else Constant(result.astype(bool))

    return rule


def _gather(node: Node, dtype: np.dtype, data: np.ndarray, indices: np.ndarray) -> Any:
    if not all(is_known(entry) for entry in indices.flat):
        return None
    return _box(np.take(data, indices.astype(np.int64), axis=node.attributes.get("axis", 0)))


def _slice(node: Node, dtype: np.dtype, data: np.ndarray, *rest: np.ndarray | None) -> Any:
    starts, ends, axes, steps = (*rest, None, None, None, None)[:4]
    if starts is None or ends is None:
        return None
    for part in (starts, ends, axes, steps):
        if part is not None and not all(is_known(entry) for entry in part.flat):
            return None
    places = range(len(starts)) if axes is None else [int(axis) for axis in axes]
    index: list[slice] = [slice(None)] * data.ndim
    for number, axis in enumerate(places):
        step = 1 if steps is None else int(steps[number])
        start, end = int(starts[number]), int(ends[number])
        if step < 0 and end < -data.shape[axis]:
            index[axis] = slice(start, None, step)
        else:
            index[axis] = slice(start, end, step)
    return data[tuple(index)]


def _concat(node: Node, dtype: np.dtype, *parts: np.ndarray) -> Any:
    return np.concatenate(parts, axis=node.attributes["axis"])


def _unsqueeze(node: Node, dtype: np.dtype, data: np.ndarray, axes: np.ndarray) -> Any:
    return np.expand_dims(data, tuple(int(axis) for axis in axes.flat))


def _squeeze(node: Node, dtype: np.dtype, data: np.ndarray, axes: np.ndarray | None = None) -> Any:
    return _box(np.squeeze(data, None if axes is None else tuple(int(axis) for axis in axes.flat)))


def _reshape(node: Node, dtype: np.dtype, data: np.ndarray, shape: np.ndarray) -> Any:
    if not all(is_known(entry) for entry in shape.flat):
        return None
    return data.reshape([data.shape[i] if size == 0 else int(size) for i, size in enumerate(shape)])


def _cast(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    target = onnx_to_numpy(node.attributes["to"])
    if target.kind in "iu":
        return partly_known(_box(np.frompyfunc(_truncated, 1, 1)(data)), target)
    return partly_known(data, target) if target in (np.float32, np.float64) else None


def _keep(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    return data


def _where(node: Node, dtype: np.dtype, condition: np.ndarray, a: np.ndarray, b: np.ndarray) -> Any:
    if any(isinstance(entry, SymbolicDim) for entry in condition.flat):
        return None
    return np.where(condition.astype(bool), a, b)


def _reduced(function: Callable[[list[Any]], Any]) -> Rule:
    """A rule for a reduction of a whole vector."""

    def rule(node: Node, dtype: np.dtype, data: np.ndarray, axes: np.ndarray | None = None) -> Any:
        if data.ndim != 1:
            return None
        return np.full((1,) if node.attributes.get("keepdims", 1) else (), function(list(data)), object)

    return rule


def _constant_of_shape(node: Node, dtype: np.dtype, shape: np.ndarray) -> Any:
    value = np.asarray(node.attributes.get("value", np.zeros(1, np.float32))).reshape(-1)
    return spread(value.reshape((1,) * len(shape)), tuple(shape))


def _expand(node: Node, dtype: np.dtype, data: np.ndarray, shape: np.ndarray) -> Any:
    if not any(isinstance(entry, SymbolicDim) for entry in data.flat):
        return None  # the operator's own function keeps the name of a learned constant
    if not all(is_known(entry) for entry in shape.flat):
        return None
    return _box(np.broadcast_to(data, np.broadcast_shapes(data.shape, tuple(int(s) for s in shape))))


def _split(node: Node, dtype: np.dtype, data: np.ndarray, split: np.ndarray | None = None) -> Any:
    count = len(node.outputs)
    sizes = [int(s) for s in split] if split is not None else [-(-len(data) // count)] * count
    return [data[sum(sizes[:i]) : sum(sizes[: i + 1])] for i in range(count)]


def _size(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    return Constant(np.array(data.size, np.int64))


def _shape(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    return Constant(np.array(data.shape, np.int64))


_RULES: dict[str, Rule] = {
    "Add": _by_entry(lambda a, b: a + b),
    "Sub": _by_entry(lambda a, b: a - b),
    "Mul": _by_entry(lambda a, b: a * b),
    "Div": _by_entry(_divide),
    "Mod": _by_entry(_modulo),
    "Max": _folded(largest),
    "Min": _folded(smallest),
    "Equal": _booleans(_equal),
    "Less": _booleans(_less),
    "LessOrEqual": _booleans(_less_or_equal),
    "Greater": _booleans(lambda a, b: _less(b, a)),
    "GreaterOrEqual": _booleans(lambda a, b: _less_or_equal(b, a)),
    "Gather": _gather,
    "Slice": _slice,
    "Concat": _concat,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Reshape": _reshape,
    "Cast": _cast,
    "Identity": _keep,
    "Neg": _by_entry(lambda a: -a),
    "Where": _where,
    "ReduceProd": _reduced(product),
    "ReduceSum": _reduced(sum),
    "ConstantOfShape": _constant_of_shape,
    "Expand": _expand,
    "Split": _split,
    "Size": _size,
    "Shape": _shape,
}

# What is exact for lengths as floats, too; their products and quotients may have fractions until they are rounded.
_EXACT = (
    "Add", "Sub", "Mul", "Max", "Min", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Gather", "Slice", "Concat",
    "Split", "Unsqueeze", "Squeeze", "Reshape", "Cast", "Identity", "Neg", "Where",
)  # fmt: skip
_FLOAT_RULES: dict[str, Rule] = {
    **{name: _RULES[name] for name in _EXACT},
    "Floor": _by_entry(rounded_down),
    "Ceil": _by_entry(_round_up),
    "Round": lambda node, dtype, data: data if all(is_whole(entry) for entry in data.flat) else None,
    "Div": _by_entry(_float_quotient),
}
