"""One step of training in PyTorch, as it is handed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class TorchStep:
    """Tensors by PyTorch's names.

    Args:
        before, gradients: of the floating-point parameters; of those without a gradient there is none.
        statistics_before, statistics: BatchNorm's running means and variances before and after.
        normalised: by BatchNorm's path: the values behind each statistic, and its momentum.
    """

    loss: float
    before: Mapping[str, torch.Tensor]
    gradients: Mapping[str, torch.Tensor]
    statistics_before: Mapping[str, torch.Tensor]
    statistics: Mapping[str, torch.Tensor]
    normalised: Mapping[str, tuple[int, float]]
