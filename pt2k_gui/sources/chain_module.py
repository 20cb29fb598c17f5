"""The module that stands for a reconstructed chain of layers. Imports torch."""

from __future__ import annotations

import torch
from torch import nn

from pt2k_gui.sources.chain import Chain, ChainLayer

_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "elu": nn.ELU,
    "leaky_relu": nn.LeakyReLU,
    "softplus": nn.Softplus,
    "hardswish": nn.Hardswish,
}
_POOLS: dict[str, tuple[type[nn.Module], ...]] = {
    "maxpool2": (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d),
    "avgpool2": (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d),
}
_GLOBAL_POOLS: tuple[type[nn.Module], ...] = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
_CONVOLUTIONS: tuple[type[nn.Module], ...] = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_BATCH_NORMS: tuple[type[nn.Module], ...] = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def build_chain(chain: Chain) -> nn.Module:
    """The chain as a module whose state dict has the file's names; weights are random still."""
    return ChainModule(chain)


class ChainModule(nn.Module):
    """One layer after another. Input (batch, features), (batch, channels, *sizes) or (batch, length) of indices."""

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self._order: list[str] = []
        axes = 0
        for layer in chain.layers:
            axes = len(layer.kernel) or axes
            self._put(layer.path, _made(layer, axes))
            for number, step in enumerate(part for part in layer.after.split("+") if part != "none"):
                self._put(self._free(layer.path, step, number), _step(step, axes))
                axes = 0 if step in ("flatten", "globalpool") else axes

    def _put(self, path: str, module: nn.Module) -> None:
        parent: nn.Module = self
        *folders, name = path.split(".")
        for folder in folders:
            if folder not in parent._modules:
                parent.add_module(folder, nn.Module())
            parent = parent.get_submodule(folder)
        parent.add_module(name, module)
        self._order.append(path)

    def _free(self, path: str, step: str, number: int) -> str:
        """A name behind the layer's own, so that no key of the state dict can mean the step."""
        return f"{path}_{step}" if f"{path}_{step}" not in self._order else f"{path}_{step}_{number}"

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """The layers one after another."""
        value = input
        for path in self._order:
            value = self.get_submodule(path)(value)
        return value


def _made(layer: ChainLayer, axes: int) -> nn.Module:
    if layer.kind == "linear":
        return nn.Linear(layer.taken, layer.given, bias=layer.bias)
    if layer.kind == "embedding":
        return nn.Embedding(layer.taken, layer.given)
    if layer.kind == "layernorm":
        return nn.LayerNorm(layer.taken)
    if layer.kind == "batchnorm":
        return _BATCH_NORMS[max(axes - 1, 0)](layer.taken)
    kind = _CONVOLUTIONS[len(layer.kernel) - 1]
    return kind(layer.taken, layer.given, layer.kernel, stride=layer.stride, padding=layer.padding, bias=layer.bias)


def _step(name: str, axes: int) -> nn.Module:
    if name == "flatten":
        return nn.Flatten()
    if name == "softmax":
        return nn.Softmax(dim=-1)
    if name == "globalpool":
        return nn.Sequential(_GLOBAL_POOLS[max(axes - 1, 0)](1), nn.Flatten())
    if name in _POOLS:
        return _POOLS[name][max(axes - 1, 0)](2)
    return _ACTIVATIONS[name]()
