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

from pt2k_gui.convert import convert, save_model
from pt2k_gui.sources.card import ModelInfo
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
    conversion = convert(exported(module, batch[:2], trainable=True), trainable=True)
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
    found = curves(name, tmp_path)
    assert [curve.optimizer for curve in found] == [optimizer.name for optimizer in OPTIMIZERS] == ["Adam", "SGD"]
    for curve in found:
        apart = max(abs(a - b) for a, b in zip(curve.pytorch, curve.keras, strict=True))
        assert curve.departs is None, (curve.optimizer, curve.departs, apart)
        assert len(curve.pytorch) == STEPS
        assert curve.pytorch[-1] < curve.pytorch[0] - 0.01
        assert apart < 1e-3 * curve.pytorch[0]
    assert "20 steps of Adam and SGD" in sentence(found)


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
