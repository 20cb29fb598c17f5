"""Twenty steps of Adam and of SGD with momentum and weight decay: the same loss curve on both sides, or a departure is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from networks import NETWORKS, exported, made
from torch import nn

from pt2k_gui.convert import convert, save_model
from pt2k_gui.export.exporting import export
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.training_step import OPTIMIZERS
from pt2k_gui.verify.result import TrainingCurve
from pt2k_gui.verify.runners import KerasRunner
from pt2k_gui.verify.training_curves import STEPS, compare_curves, departure, sentence

TEN = ("mlp", "shuffled", "cnn", "resnet", "mobilenet", "grouped", "vit", "gru", "lstm", "deep_lstm")
EVERYDAY = ("mlp", "resnet", "grouped", "vit", "gru")  # the others have the same layers


def curves(name: str, folder: Path, change: Callable[[Any], None] = lambda _model: None) -> tuple[TrainingCurve, ...]:
    module, _ = made(name)
    torch.manual_seed(3)
    batch = torch.randn(8, *NETWORKS[name][1])
    return curves_of(module, batch, exported(module, batch[:2], trainable=True), folder, change)


def curves_of(
    module: nn.Module,
    batch: torch.Tensor,
    graph: Any,
    folder: Path,
    change: Callable[[Any], None] = lambda _model: None,
) -> tuple[TrainingCurve, ...]:
    """Those of a module and of the Keras model of its ONNX graph, on one batch with five classes."""
    conversion = convert(graph, trainable=True)
    path = folder / "twin.keras"
    save_model(conversion, path)
    runner = KerasRunner(str(path))
    runner.open()
    change(runner.model)
    before = [np.array(variable.numpy()) for variable in runner.model.variables]
    loaded = LoadedModel(ModelInfo("", "", "", "", 0, "", 0, 0, ()), module=module)
    targets = {0: np.random.default_rng(0).integers(0, 5, 8)}
    found = compare_curves(loaded, runner, "training", [batch.numpy()], targets, math.inf)
    for variable, value in zip(runner.model.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
    return found


@pytest.mark.parametrize(
    "name", [name if name in EVERYDAY else pytest.param(name, marks=pytest.mark.full) for name in TEN]
)
def test_a_good_twin_trains_along_the_same_curve(name: str, tmp_path: Path) -> None:
    require_same(curves(name, tmp_path))


def require_same(found: tuple[TrainingCurve, ...]) -> None:
    assert [curve.optimizer for curve in found] == [optimizer.name for optimizer in OPTIMIZERS] == ["Adam", "SGD"]
    for curve in found:
        apart = max(abs(a - b) for a, b in zip(curve.pytorch, curve.keras, strict=True))
        assert curve.departs is None, (curve.optimizer, curve.departs, apart)
        assert len(curve.pytorch) == STEPS
        assert curve.pytorch[-1] < curve.pytorch[0] - 0.01
        assert apart < 1e-3 * curve.pytorch[0]
    assert "20 steps of Adam and SGD" in sentence(found)


class TwoWays(nn.Module):
    """Two layers of a bidirectional GRU, the last one's final states joined."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.head = nn.GRU(6, 8, num_layers=2, bidirectional=True, batch_first=True), nn.Linear(16, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.cat(list(self.rnn(x)[1][-2:]), 1))


class Projected(nn.Module):
    """An LSTM with a projection whose first states are computed from the input."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 4), nn.Linear(6, 9)
        self.rnn, self.head = nn.LSTM(6, 9, proj_size=4, batch_first=True), nn.Linear(4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states = self.first(x[:, 0]).unsqueeze(0), self.second(x[:, 0]).unsqueeze(0)
        return self.head(self.rnn(x, states)[0][:, -1])


class Looped(nn.Module):
    """Cells that a loop calls: an LSTM's, and a plain one on what it gives."""

    def __init__(self) -> None:
        super().__init__()
        self.low, self.high, self.head = nn.LSTMCell(6, 8), nn.RNNCell(8, 8), nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = c = g = x.new_zeros(x.shape[0], 8)
        for step in range(x.shape[1]):
            h, c = self.low(x[:, step], (h, c))
            g = self.high(h, g)
        return self.head(g)


@pytest.mark.parametrize("kind", [pytest.param(TwoWays, marks=pytest.mark.full), Projected, Looped])
def test_recurrent_networks_train_along_the_same_curve(kind: type[nn.Module], tmp_path: Path) -> None:
    torch.manual_seed(11)
    module, batch = kind().eval(), torch.randn(8, 7, 6)
    card = ModelInfo("model", "", "", "", 0, "", 0, 0, (TensorSpec("x", "float32", ("batch", 7, 6)),))
    path = str(tmp_path / "model.onnx")
    export(LoadedModel(card, module), card.inputs, path, trainable=True, context=SilentContext())
    require_same(curves_of(module, batch, path, tmp_path))


def _other_epsilon(model: Any) -> None:
    next(layer for layer in model.layers if "BatchNormalization" in type(layer).__name__).epsilon = 1e-3


def _one_weight_less(model: Any) -> None:
    next(layer for layer in model.layers if layer.weights).trainable = False


@pytest.mark.parametrize("change", [_other_epsilon, _one_weight_less])
def test_a_twin_that_trains_otherwise_is_told_with_the_step_at_which_it_departs(
    change: Callable[[Any], None], tmp_path: Path
) -> None:
    found = curves("cnn", tmp_path, change)
    assert all(curve.departs is not None for curve in found)
    first = found[0]
    assert first.departs is not None
    assert f"at step {first.departs + 1}: it is {first.keras[first.departs]:.6g} in Keras" in sentence(found)


def test_a_curve_departs_where_it_is_further_away_than_rounding_takes_pytorchs_own() -> None:
    truth = [2.0, 1.5, 1.2, 1.0]
    ours = [[2.0, 1.5, 1.2, 1.0], [2.0, 1.5 + 1e-4, 1.2, 1.0]]
    assert departure(ours, truth, [2.0, 1.5, 1.2 + 9e-4, 1.0]) is None
    assert departure(ours, truth, [2.0, 1.5, 1.2 + 2e-3, 1.0]) == 2
    assert departure(ours, truth, [2.0 + 1e-4, 1.5, 1.2, 1.0]) == 0
    assert departure([truth], truth, [2.0, math.nan, 1.2, 1.0]) == 1
    # Where the truth itself runs off, there is nothing to say.
    assert departure([[2.0, math.nan]], [2.0, math.inf], [2.0, 7.0]) is None
