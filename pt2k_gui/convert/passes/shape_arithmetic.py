"""Integer arithmetic on partly known shape vectors: what Shape yields and exporters compute from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pt2k_gui.convert.ir.dtypes import is_float, onnx_to_numpy
from pt2k_gui.convert.ir.graph import Node
from pt2k_gui.convert.ir.symbolic_dims import Dim, SymbolicDim, divide_exactly, is_known, product
from pt2k_gui.convert.ir.values import BroadcastConstant, Constant, ShapeVector, Value, partly_known, spread

Rule = Callable[..., Any]


def evaluate(node: Node, inputs: Sequence[Value | None]) -> list[Value] | None:
    """The outputs of a node on partly known integers, or None where the rules don't reach."""
    rule = _RULES.get(node.operator) if node.domain == "" else None
    if rule is None or any(isinstance(value, BroadcastConstant) for value in inputs):
        return None
    entries = [None if value is None else _entries(value) for value in inputs]
    dtype = next((value.dtype for value in inputs if isinstance(value, ShapeVector)), np.dtype(np.int64))
    if is_float(dtype):
        rule = _FLOAT_RULES.get(node.operator)
        entries = [None if part is None else _whole(part) for part in entries]
        if rule is None or any(part is None and value is not None for part, value in zip(entries, inputs, strict=True)):
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
    array = value.array
    if is_float(array.dtype):
        return array.astype(object)
    result = np.empty(array.shape, object)
    for index, entry in np.ndenumerate(array):
        result[index] = bool(entry) if array.dtype == bool else int(entry)
    return result


def _whole(entries: np.ndarray) -> np.ndarray | None:
    """The entries with whole floats as integers, as lengths are; None where one is not whole."""
    result = np.empty(entries.shape, object)
    for index, entry in np.ndenumerate(entries):
        if isinstance(entry, float):
            if not entry.is_integer():
                return None
            entry = int(entry)
        result[index] = entry
    return result


def _box(array: Any) -> np.ndarray:
    return np.asarray(array, object)


def _arithmetic(function: Callable[[Any, Any], Any]) -> Rule:
    def rule(node: Node, dtype: np.dtype, a: np.ndarray, b: np.ndarray) -> Any:
        left, right = np.broadcast_arrays(a, b)
        result = np.empty(left.shape, object)
        for index in np.ndindex(left.shape):
            value = function(left[index], right[index])
            if value is None:
                return None
            result[index] = value
        return result

    return rule


def _divide(a: Any, b: Any) -> Dim | None:
    if isinstance(b, int) and b == 0:
        return None
    if isinstance(a, float) or isinstance(b, float):
        return None
    return a // b


def _modulo(a: Any, b: Any) -> Dim | None:
    if isinstance(a, int) and isinstance(b, int):
        return a % b if b else None
    return 0 if divide_exactly(a, b) is not None else None


def _largest(a: Any, b: Any) -> Dim | None:
    if a == b:
        return a
    if isinstance(a, int) and isinstance(b, int):
        return max(a, b)
    # A length is at least one.
    for known, other in ((a, b), (b, a)):
        if isinstance(known, int) and known <= 1 and isinstance(other, SymbolicDim) and _is_length(other):
            return other
    return None


def _smallest(a: Any, b: Any) -> Dim | None:
    if a == b:
        return a
    if isinstance(a, int) and isinstance(b, int):
        return min(a, b)
    for known, other in ((a, b), (b, a)):
        if isinstance(known, int) and known <= 1 and isinstance(other, SymbolicDim) and _is_length(other):
            return known
        if isinstance(known, int) and known >= 2**31 - 1:
            return other
    return None


def _is_length(size: SymbolicDim) -> bool:
    return all(factor > 0 for _, factor in size.terms)


def _equal(a: Any, b: Any) -> Any:
    if isinstance(a, SymbolicDim) or isinstance(b, SymbolicDim):
        if a == b:
            return True
        known = a if isinstance(a, int) else b if isinstance(b, int) else None
        # An unknown length is neither negative nor, in any graph worth converting, zero.
        return False if known is not None and known <= 0 else None
    return a == b


def _less(a: Any, b: Any) -> Any:
    if isinstance(a, SymbolicDim) or isinstance(b, SymbolicDim):
        if isinstance(a, SymbolicDim) and isinstance(b, int) and b <= 0 and _is_length(a):
            return False
        if isinstance(b, SymbolicDim) and isinstance(a, int) and a <= 0 and _is_length(b):
            return True
        return None
    return a < b


def _booleans(function: Callable[[Any, Any], Any]) -> Rule:
    inner = _arithmetic(function)

    def rule(node: Node, dtype: np.dtype, a: np.ndarray, b: np.ndarray) -> Any:
        result = inner(node, dtype, a, b)
        return None if result is None else Constant(np.asarray(result, bool))

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
    if target.kind not in "iu" and target not in (np.float32, np.float64):
        return None
    return partly_known(data, target)


def _keep(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    return data


def _negate(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    result = np.empty(data.shape, object)
    for index, entry in np.ndenumerate(data):
        result[index] = -entry
    return result


def _where(node: Node, dtype: np.dtype, condition: np.ndarray, a: np.ndarray, b: np.ndarray) -> Any:
    chosen, left, right = np.broadcast_arrays(condition, a, b)
    if any(isinstance(entry, SymbolicDim) for entry in chosen.flat):
        return None
    result = np.empty(chosen.shape, object)
    for index in np.ndindex(chosen.shape):
        result[index] = left[index] if chosen[index] else right[index]
    return result


def _reduce_prod(node: Node, dtype: np.dtype, data: np.ndarray, axes: np.ndarray | None = None) -> Any:
    if data.ndim != 1:
        return None
    value = product(list(data))
    return _box([value]) if node.attributes.get("keepdims", 1) else np.array(value, object)


def _reduce_sum(node: Node, dtype: np.dtype, data: np.ndarray, axes: np.ndarray | None = None) -> Any:
    if data.ndim != 1:
        return None
    value: Dim = 0
    for entry in data:
        value = value + entry
    return _box([value]) if node.attributes.get("keepdims", 1) else np.array(value, object)


def _constant_of_shape(node: Node, dtype: np.dtype, shape: np.ndarray) -> Any:
    value = np.asarray(node.attributes.get("value", np.zeros(1, np.float32))).reshape(-1)
    return spread(value.reshape((1,) * len(shape)), tuple(shape))


def _expand(node: Node, dtype: np.dtype, data: np.ndarray, shape: np.ndarray) -> Any:
    if any(isinstance(entry, SymbolicDim) for entry in data.flat):
        if all(is_known(entry) for entry in shape.flat):
            return _box(np.broadcast_to(data, np.broadcast_shapes(data.shape, tuple(int(s) for s in shape))))
        return None
    return None  # the operator's own function keeps the name of a learned constant


def _split(node: Node, dtype: np.dtype, data: np.ndarray, split: np.ndarray | None = None) -> Any:
    count = len(node.outputs)
    sizes = [int(s) for s in split] if split is not None else [-(-len(data) // count)] * count
    return [data[sum(sizes[:i]) : sum(sizes[: i + 1])] for i in range(count)]


def _size(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    return Constant(np.array(data.size, np.int64))


def _shape(node: Node, dtype: np.dtype, data: np.ndarray) -> Any:
    return Constant(np.array(data.shape, np.int64))


_RULES: dict[str, Rule] = {
    "Add": _arithmetic(lambda a, b: a + b),
    "Sub": _arithmetic(lambda a, b: a - b),
    "Mul": _arithmetic(lambda a, b: a * b),
    "Div": _arithmetic(_divide),
    "Mod": _arithmetic(_modulo),
    "Max": _arithmetic(_largest),
    "Min": _arithmetic(_smallest),
    "Equal": _booleans(_equal),
    "Less": _booleans(_less),
    "Greater": _booleans(lambda a, b: _less(b, a)),
    "Gather": _gather,
    "Slice": _slice,
    "Concat": _concat,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Reshape": _reshape,
    "Cast": _cast,
    "Identity": _keep,
    "Neg": _negate,
    "Where": _where,
    "ReduceProd": _reduce_prod,
    "ReduceSum": _reduce_sum,
    "ConstantOfShape": _constant_of_shape,
    "Expand": _expand,
    "Split": _split,
    "Size": _size,
    "Shape": _shape,
}

# What is exact for lengths as floats, too. Their division has a fraction, which no length has, unless it comes out even.
_FLOAT_RULES: dict[str, Rule] = {
    **{
        name: _RULES[name]
        for name in (
            "Add",
            "Sub",
            "Mul",
            "Max",
            "Min",
            "Equal",
            "Less",
            "Greater",
            "Gather",
            "Slice",
            "Concat",
            "Split",
        )
    },
    **{name: _RULES[name] for name in ("Unsqueeze", "Squeeze", "Reshape", "Cast", "Identity", "Neg", "Where")},
    **dict.fromkeys(("Floor", "Ceil", "Round"), _keep),
    "Div": _arithmetic(lambda a, b: divide_exactly(a, b)),
}
