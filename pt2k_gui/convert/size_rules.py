"""Rules for lengths: what an operator makes of integers that are known only while the model runs.

A rule takes the node, the element type and an array of objects for each input (integers, ``SymbolicDim``s; fractions where the
type is a float), and gives an array, a value, a list of them for several outputs, or None where it does not reach. An operator
names its rule where it is registered: ``@operator(..., sizes=rule)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pt2k_gui.convert.ir.graph import Node
from pt2k_gui.convert.ir.values import Constant

Rule = Callable[..., Any]


def each(function: Callable[..., Any], *arrays: np.ndarray) -> np.ndarray | None:
    """The function of each entry, or of the entries of arrays that broadcast; None where one of its answers is None."""
    result = box(np.frompyfunc(function, len(arrays), 1)(*arrays))
    return None if any(entry is None for entry in result.flat) else result


def box(array: Any) -> np.ndarray:
    """An array of objects, also of one that numpy gave as a bare object."""
    return np.asarray(array, object)


def by_entry(function: Callable[..., Any]) -> Rule:
    """A rule that takes each entry by itself."""

    def rule(node: Node, dtype: np.dtype, *arrays: np.ndarray) -> Any:
        return each(function, *arrays)

    return rule


def folded(function: Callable[[Any, Any], Any]) -> Rule:
    """A rule for any number of inputs, from a function of two."""

    def rule(node: Node, dtype: np.dtype, *parts: np.ndarray) -> Any:
        result: np.ndarray | None = parts[0]
        for part in parts[1:]:
            result = None if result is None else each(function, result, part)
        return result

    return rule


def booleans(function: Callable[[Any, Any], Any]) -> Rule:
    """A rule for a comparison."""

    def rule(node: Node, dtype: np.dtype, a: np.ndarray, b: np.ndarray) -> Any:
        result = each(function, a, b)
        return None if result is None else Constant(result.astype(bool))

    return rule


def over_vector(function: Callable[[list[Any]], Any]) -> Rule:
    """A rule for a reduction of a whole vector."""

    def rule(node: Node, dtype: np.dtype, data: np.ndarray, axes: np.ndarray | None = None) -> Any:
        if data.ndim != 1:
            return None
        return np.full((1,) if node.attributes.get("keepdims", 1) else (), function(list(data)), object)

    return rule
