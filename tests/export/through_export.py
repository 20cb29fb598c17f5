"""A module through the whole export and conversion, as tests of operators want it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from pt2k_gui.convert import convert
from pt2k_gui.export.exporting import export
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.sources.loaded import LoadedModel


class AfterLinear(nn.Module):
    """A linear layer, and one operation on what it gives."""

    def __init__(self, call: Callable[[torch.Tensor], torch.Tensor], features: int = 4, out: int = 4) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.l = nn.Linear(features, out)
        self.call = call

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.call(self.l(x))


def converted(module: nn.Module, folder: Path, *specs: TensorSpec, trainable: bool = False) -> Any:
    """The Keras model of a module through the whole export, in PyTorch's axes."""
    card = ModelInfo("model", "", "", "", 0, "", 0, 0, specs)
    path = str(folder / "model.onnx")
    export(LoadedModel(card, module.eval()), specs, path, trainable=trainable, context=SilentContext())
    return convert(path, axis_order="onnx", trainable=trainable).model
