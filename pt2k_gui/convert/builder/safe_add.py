"""Guards sums against a shortcut of Keras's TensorFlow backend, which takes some second terms for a bias.

``keras.ops.add(x, y)`` becomes TensorFlow's ``bias_add`` where ``y`` has one axis that is not 1 and that axis is as long as
``x``'s last or second axis, wherever in ``y`` it lies (Keras 3.15). So (3, 4, 4) + (4, 1) would be added along the wrong axis,
and (batch, 4) + (batch, 1) for a batch of 4 only. No arithmetic here: only which way of writing a sum is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Shape = Sequence[int | None]


def is_right(x: Shape, y: Shape) -> bool:
    """Whether ``keras.ops.add`` adds shapes ``x`` and ``y`` as broadcasting demands, whatever the unknown lengths are."""
    wide = [axis for axis, length in enumerate(y) if length is not None and length != 1]
    if len(wide) > 1 or len(x) < 2 or 0 in y:
        return True
    axes = wide or [axis for axis, length in enumerate(y) if length is None]
    return all(_is_right_along(x, y, axis) for axis in axes)


def _is_right_along(x: Shape, y: Shape, axis: int) -> bool:
    """The same for a ``y`` whose only axis that is not 1 is ``axis``."""
    length = y[axis]
    place = axis - len(y) + len(x)  # of x's axis that it meets
    fits = len(x) >= len(y)
    last = _may_be(x[-1], length)
    if last and not (fits and place == len(x) - 1):
        return False
    surely_last = length is not None and x[-1] == length
    return surely_last or not _may_be(x[1], length) or (fits and place == 1)


def _may_be(a: int | None, b: int | None) -> bool:
    return a is None or b is None or a == b


def written(x: Any, y: Any) -> tuple[str, Any, Any]:
    """How to write x + y: ``("add", x, y)``, ``("add", y, x)``, or ``("subtract", x, y)`` with y's sign turned."""
    shapes = [getattr(value, "shape", None) for value in (x, y)]
    if shapes[0] is None or shapes[1] is None:
        return "add", x, y
    first, second = (tuple(shape) for shape in shapes if shape is not None)
    whole = "int" in str(x.dtype)
    for one, other, way in ((first, second, ("add", x, y)), (second, first, ("add", y, x))):
        if is_right(one, other) and not _is_foreign_to_litert(one, other, whole):
            return way
    return "subtract", x, y


def _is_foreign_to_litert(x: Shape, y: Shape, whole: bool) -> bool:
    """Whether the sum becomes a ``bias_add`` that LiteRT has not: it has it for floating point and the last axis only.

    Along the second axis its converter puts transposes around the sum, and fails where there are not four axes.
    """
    wide = [length for length in y if length != 1]
    if len(x) < 2 or len(wide) != 1 or wide[0] is None or wide[0] not in (x[1], x[-1]):
        return False
    return whole or wide[0] != x[-1]
