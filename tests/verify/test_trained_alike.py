"""Models converted for training: each learned number is one variable that learns as PyTorch's does, and no other does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pt2k_gui.convert import convert, save_model
from pt2k_gui.export.exporting import export
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify.result import SampleChoice, StepComparison
from pt2k_gui.verify.samples.gather import gather
from pt2k_gui.verify.training import compare_training


class AffineFalse(nn.Module):
    """A BatchNorm that learns nothing before a LayerNorm that is still at its first values."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 6, 3)
        self.bn = nn.BatchNorm2d(6, affine=False)
        self.ln = nn.LayerNorm(6)
        self.f = nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.f(self.ln(self.bn(self.c(x)).amax((2, 3))))


class TwoDropouts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 6, 3)
        self.d2 = nn.Dropout2d(0.2)
        self.d = nn.Dropout(0.5)
        self.f = nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.f(self.d(self.d2(torch.relu(self.c(x))).mean((2, 3))))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.g = nn.GRU(5, 4, batch_first=True)
        self.l = nn.LSTM(4, 4, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.l(self.g(x)[0])[0]


class Tied(nn.Module):
    """A table that is also the output layer's matrix, with a row for padding."""

    def __init__(self, padding: int | None = None) -> None:
        super().__init__()
        self.e = nn.Embedding(19, 8, padding_idx=padding)
        self.f = nn.Linear(8, 8)
        self.out = nn.Linear(8, 19, bias=False)
        if padding is None:
            self.out.weight = self.e.weight

    def forward(self, ids: Tensor) -> Tensor:
        return self.out(torch.tanh(self.f(self.e(ids))))


class Frozen(nn.Module):
    """A trunk that is not trained, with a BatchNorm whose scale and shift are fixed, under a head that is."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU())
        nn.init.uniform_(self.trunk[1].weight, 0.5, 1.5)
        self.f = nn.Linear(6, 4)
        self.trunk.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        return self.f(self.trunk(x).mean((2, 3)))


IMAGE, IDS = ("batch", 3, 8, 8), ("batch", 6)


def twin(module: nn.Module, shape: tuple[Any, ...], folder: Path) -> tuple[Any, StepComparison]:
    """The Keras model that is to be trained, and its step beside PyTorch's."""
    spec = TensorSpec("x", "int64", shape, 0, 19) if shape == IDS else TensorSpec("x", "float32", shape)
    loaded = LoadedModel(ModelInfo("m", "", "", "", 0, "", 0, 0, (spec,)), module.eval())
    onnx, keras = str(folder / "m.onnx"), str(folder / "m.keras")
    export(loaded, (spec,), onnx, trainable=True, context=SilentContext())
    conversion = convert(onnx, trainable=True)
    save_model(conversion, keras)
    samples = gather(SampleChoice("random", count=32), loaded.card, (spec,))
    step, note = compare_training(loaded, keras, samples, (spec,))
    assert step is not None, note
    return conversion.model, step


def trained(model: Any) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def made(kind: type[nn.Module], *arguments: Any) -> nn.Module:
    torch.manual_seed(0)
    return kind(*arguments)


def test_a_batch_norm_that_learns_nothing_stays_without_scale_and_shift(tmp_path: Path) -> None:
    module = made(AffineFalse)
    model, step = twin(module, IMAGE, tmp_path)
    assert step.same, step.sentence
    norm = next(layer for layer in model.layers if type(layer).__name__ == "BatchNormalization")
    assert not norm.scale and not norm.center
    assert trained(model) == 208


def test_dropout_of_channels_and_of_numbers_are_both_there(tmp_path: Path) -> None:
    model, step = twin(made(TwoDropouts), IMAGE, tmp_path)
    rates = {type(layer).__name__: layer.rate for layer in model.layers if hasattr(layer, "rate")}
    assert rates == {"SpatialDropout2D": pytest.approx(0.2), "Dropout": pytest.approx(0.5)}
    assert step.same, step.sentence


def test_gru_and_lstm_are_layers_of_keras_that_learn_alike(tmp_path: Path) -> None:
    model, step = twin(made(Recurrent), ("batch", 12, 5), tmp_path)
    assert [type(layer).__name__ for layer in model.layers] == ["InputLayer", "GRU", "Bidirectional"]
    assert step.same, step.sentence


def test_a_tied_table_is_one_variable_that_learns_from_both_places(tmp_path: Path) -> None:
    model, step = twin(made(Tied), IDS, tmp_path)
    assert trained(model) == 224
    assert step.same, step.sentence


def test_the_padding_row_of_a_table_is_not_trained(tmp_path: Path) -> None:
    module = made(Tied, 0)
    model, step = twin(module, IDS, tmp_path)
    assert step.same, step.sentence
    x = torch.tensor([[0, 0, 1, 2, 3, 0]])
    np.testing.assert_allclose(np.asarray(model(x.numpy())), module(x).detach().numpy(), atol=1e-6)


def test_what_is_frozen_in_pytorch_is_frozen_in_keras(tmp_path: Path) -> None:
    module = made(Frozen)
    model, step = twin(module, IMAGE, tmp_path)
    assert step.same, step.sentence
    assert trained(model) == 28
    assert {row.name for row in step.rows if row.kind == "weight"} == {"f.weight", "f.bias"}
