"""Keeps sizes free that torch.export would fix: functions of PyTorch that make a Python number of a size, and conditions that
hold for every size.

Runs in the user's interpreter too: torch alone is needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any


@contextlib.contextmanager
def sizes_kept() -> Iterator[None]:
    """A context for ``torch.export.export`` in which such functions are replaced by ones of the same result, and such
    conditions left out."""
    with _functions(), _identities_left_out():
        yield


def _functions() -> Any:
    import torch

    class Kept(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func is torch.nn.functional.affine_grid:
                return _affine_grid(func, *args, **(kwargs or {}))
            return func(*args, **(kwargs or {}))

    return Kept()


@contextlib.contextmanager
def _identities_left_out() -> Iterator[None]:
    """Without equations such as (s - 2)/(s/4 - 1/2) = 4 among what a model demands of its sizes.

    torch.export solves them for s, and fixes that size or fails, depending on the order in which Python's sets give them.
    """
    try:
        from torch.fx.experimental.symbolic_shapes import DimConstraints

        solve = DimConstraints.solve
    except (ImportError, AttributeError):  # an older PyTorch, which has no such step
        yield
        return

    def simplified(self: Any, *arguments: Any, **named: Any) -> Any:
        for symbol in list(getattr(self, "_symbols_with_equalities", ())):
            conditions = self._univariate_inequalities[symbol]
            conditions -= {condition for condition in conditions if _always_holds(condition)}
            if not any(condition.is_Relational and condition.rel_op == "==" for condition in conditions):
                self._symbols_with_equalities.discard(symbol)
        return solve(self, *arguments, **named)

    DimConstraints.solve = simplified
    try:
        yield
    finally:
        DimConstraints.solve = solve


def _always_holds(condition: Any) -> bool:
    if not condition.is_Relational or condition.rel_op != "==":
        return False
    return bool((condition.lhs - condition.rhs).simplify() == 0)


def _affine_grid(original: Any, theta: Any, size: Sequence[Any], align_corners: bool | None = None) -> Any:
    """The places of an image of ``size`` (batch, channels, space...) under affine maps (batch, axes, axes + 1)."""
    import torch

    space = list(size)[2:]
    if all(isinstance(length, int) for length in space):
        return original(theta, list(size), align_corners)
    count = len(space)
    result = theta[:, :, count].reshape(theta.shape[0], *(1,) * count, count)
    for axis, length in enumerate(space):
        line = torch.arange(length, dtype=theta.dtype, device=theta.device)
        place = line * 2 / (length - 1) - 1 if align_corners else (line * 2 + 1) / length - 1
        column = theta[:, :, count - 1 - axis].reshape(theta.shape[0], *(1,) * count, count)
        along = [1] * (count + 2)
        along[1 + axis] = -1
        result = result + place.reshape(along) * column
    return result
