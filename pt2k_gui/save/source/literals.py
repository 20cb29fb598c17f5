"""Constants as Python source: numbers, tuples, small arrays."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from pt2k_gui.problem import Problem
from pt2k_gui.save import messages
from pt2k_gui.save.source.layout import Bracket, Doc, Invocation, Keyword, Text

_RANGE = 5


def literal(value: Any, single: bool = False) -> Doc:
    """The constant as source.

    Args:
        single: write floats with the digits that tell float32 numbers apart, as they are used in single precision.

    Raises:
        Problem: it is nothing that source can hold.
    """
    if value is None or isinstance(value, bool | int):
        return Text(repr(value))
    if isinstance(value, float):
        return Text(_float(value, single))
    if isinstance(value, str):
        return Text(json.dumps(value))
    if isinstance(value, np.ndarray):
        numbers = [float(str(entry)) for entry in value.flat] if value.dtype == np.float32 else value.ravel().tolist()
        nested = np.empty(value.shape, object)
        nested.reshape(-1)[:] = numbers
        items = _lists(nested.tolist())
        return Invocation(Text("np.array"), (items, Keyword("dtype", Text(f'"{value.dtype}"'))))
    if isinstance(value, np.generic):
        return literal(value.item(), single)
    if isinstance(value, list | tuple):
        if _is_range(value):
            start = f"{value[0]}, " if value[0] else ""
            return Text(f"tuple(range({start}{value[-1] + 1}))")
        return Bracket("(", tuple(literal(item, single) for item in value), ")")
    raise Problem(
        messages.HOLDS_ARGUMENT(type=type(value).__name__),
        hint=messages.OTHER_FORMAT(),
    )


def _is_range(value: list[Any] | tuple[Any, ...]) -> bool:
    return (
        len(value) > _RANGE
        and all(type(item) is int for item in value)
        and list(value) == list(range(value[0], value[0] + len(value)))
    )


def _lists(value: Any) -> Doc:
    return Bracket("[", tuple(map(_lists, value)), "]") if isinstance(value, list) else literal(value)


def _float(value: float, single: bool) -> str:
    if not math.isfinite(value):
        return f'float("{value}")'
    if single and abs(value) < 3e38 and (value == 0 or abs(value) > 1e-37):
        value = float(str(np.float32(value)))
    return repr(value).replace("e+", "e")


def subscript(key: Any) -> str:
    """Source for the brackets of ``x[...]``."""
    parts = tuple(key) if isinstance(key, list | tuple) else (key,)
    if len(parts) == 1 and isinstance(parts[0], slice):
        parts = (*parts, Ellipsis)  # Keras takes a slice as an element of a tuple only
    return ", ".join(map(_subscript_part, parts))


def _subscript_part(part: Any) -> str:
    if isinstance(part, slice):
        start, stop = ("" if edge is None else str(int(edge)) for edge in (part.start, part.stop))
        step = "" if part.step in (None, 1) else f":{int(part.step)}"
        return f"{start}:{stop}{step}"
    if part is Ellipsis:
        return "..."
    if part is None or isinstance(part, int | np.integer):
        return str(part)
    raise Problem(
        messages.PICKS_BY(type=type(part).__name__),
        hint=messages.OTHER_FORMAT(),
    )
