"""Keeps sizes free that torch.export would fix: functions of PyTorch that make a Python number of a size.

Runs in the user's interpreter too: torch alone is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def sizes_kept() -> Any:
    """A context for ``torch.export.export`` in which such functions are replaced by ones of the same result."""
    import torch

    class Kept(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func is torch.nn.functional.affine_grid:
                return _affine_grid(func, *args, **(kwargs or {}))
            return func(*args, **(kwargs or {}))

    return Kept()


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
