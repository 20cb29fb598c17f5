"""Subtle faults, as a wrong converter would make them: changes to a network before it is converted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn


def epsilon(kind: type[nn.BatchNorm2d] | type[nn.LayerNorm]) -> Callable[[nn.Module], None]:
    def change(module: nn.Module) -> None:
        for part in module.modules():
            if isinstance(part, kind):
                part.eps = 1e-3

    return change


def tanh_gelu(module: nn.Module) -> None:
    for part in module.modules():
        if isinstance(part, nn.GELU):
            part.approximate = "tanh"


def half(module: nn.Module) -> None:
    for parameter in module.parameters():
        parameter.data = parameter.data.half().float()


def gates(module: Any) -> None:
    module.rnn.bias_hh_l0.data += 1e-3


FAULTS: dict[str, tuple[str, Callable[[nn.Module], None]]] = {
    "epsilon of BatchNorm": ("resnet", epsilon(nn.BatchNorm2d)),
    "epsilon of LayerNorm": ("vit", epsilon(nn.LayerNorm)),
    "tanh GELU": ("vit", tanh_gelu),
    "biases of gates": ("lstm", gates),
    "half precision": ("lstm", half),
}
"""By name: the network of ``networks`` and the change to it."""
