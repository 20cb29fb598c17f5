"""Models that a coarse file can't stand in for, each in its own way, though every one of its errors is small beside the largest
value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn


class _Affine(nn.Module):
    """A linear layer and a shift: what its outputs are is in their weights."""

    def __init__(self, scale: list[float], shift: list[float]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(8, 32), nn.Linear(32, len(scale))
        with torch.no_grad():
            self.second.weight.mul_(torch.tensor(scale)[:, None])
            self.second.bias.copy_(torch.tensor(shift))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.second(torch.tanh(self.first(x)))
        return result


class _Silenced(nn.Module):
    """One output channel has a weight so large that eight bits leave nothing of its others, for an input that is always zero."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(8, 32), nn.Linear(32, 4)
        with torch.no_grad():
            self.first.weight[31], self.first.bias[31] = 0.0, 0.0
            self.second.weight[2, 31] = 1000.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.second(torch.relu(self.first(x)))
        return result


BAD: dict[str, tuple[Callable[[], nn.Module], str, str]] = {
    "several ranges in one output": (
        lambda: _Affine([500.0, 500.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]), "tflite_int8", "no longer carry any information",
    ),
    "a dead column": (_Silenced, "tflite_weights8", "numbers 2 of axis 1"),
    "a flipped ranking": (
        lambda: _Affine([1.0, 1.0, 1.0, 1.0], [300.0, 300.0, 300.0, 300.0]), "tflite_int8", "",
    ),
}  # fmt: skip
"""What makes each model, the format that is too coarse for it, and words of what is said then."""


def write_model(name: str, folder: Path) -> Path:
    """The model as an exported program with a free batch."""
    path = folder / "net.pt2"
    batch = torch.export.Dim("batch", min=1, max=1024)
    program = torch.export.export(BAD[name][0]().eval(), (torch.randn(2, 8),), dynamic_shapes=({0: batch},))
    torch.export.save(program, str(path))
    return path
