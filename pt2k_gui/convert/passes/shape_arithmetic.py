"""Integer arithmetic on partly known shape vectors: what Shape yields and exporters compute from it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from pt2k_gui.convert.ir.dtypes import is_float
from pt2k_gui.convert.ir.graph import Node
from pt2k_gui.convert.ir.values import BroadcastConstant, Constant, ShapeVector, Value, partly_known
from pt2k_gui.convert.registry import traits_of
from pt2k_gui.convert.size_rules import each

# Scales that people write (0.7, 1.25, 1/3) are fractions of small numbers.
_LARGEST_DENOMINATOR = 4096


def evaluate(node: Node, inputs: Sequence[Value | None]) -> list[Value] | None:
    """The outputs of a node on partly known integers, or None where the rules don't reach."""
    if node.domain or any(isinstance(value, BroadcastConstant) for value in inputs):
        return None
    dtype = next((value.dtype for value in inputs if isinstance(value, ShapeVector)), np.dtype(np.int64))
    traits = traits_of(node.operator)
    rule = traits.float_sizes if is_float(dtype) else traits.sizes
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
    return each(_fraction, entries)


def _fraction(entry: Any) -> Any:
    if not isinstance(entry, float):
        return entry
    if not np.isfinite(entry):
        return None
    fraction = Fraction(entry).limit_denominator(_LARGEST_DENOMINATOR)
    if np.float32(float(fraction)) != np.float32(entry):
        return None
    return int(fraction) if fraction.denominator == 1 else fraction
