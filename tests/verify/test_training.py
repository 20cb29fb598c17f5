"""The step of training: a good twin passes, and each thing that could be wrong with one is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from networks import NETWORKS, exported, made
from torch import nn

from pt2k_gui.convert import convert, save_model
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify.result import StepComparison
from pt2k_gui.verify.samples.base import Samples
from pt2k_gui.verify.training import compare_training
from pt2k_gui.verify.weight_matching import match

CARD = ModelInfo("", "", "", "", 0, "", 0, 0, ())


def loaded(module: nn.Module | None) -> LoadedModel:
    return LoadedModel(CARD, module=module)


def samples(name: str, labelled: bool = True) -> Samples:
    torch.manual_seed(3)
    batch = torch.randn(96, *NETWORKS[name][1]).numpy()
    labels = np.random.default_rng(0).integers(0, 5, 96)
    return Samples(96, "test", lambda: iter([(batch,)]), 256, labels=labels if labelled else None)


def inputs(name: str) -> tuple[TensorSpec, ...]:
    return (TensorSpec("input", "float32", ("batch", *NETWORKS[name][1])),)


def twin(module: nn.Module, name: str, path: Path, change: Callable[[Any], None] = lambda _model: None) -> str:
    """The trainable twin as a file, after ``change`` has had its way with the model."""
    example = torch.randn(2, *NETWORKS[name][1])
    conversion = convert(exported(module, example, trainable=True), trainable=True)
    change(conversion.model)
    save_model(conversion, path)
    return str(path)


def compared(name: str, path: Path, change: Callable[[Any], None] = lambda _model: None) -> StepComparison:
    module, _ = made(name)
    step, note = compare_training(
        loaded(module), twin(module, name, path / "twin.keras", change), samples(name), inputs(name)
    )
    assert step is not None, note
    return step


# tests/convert compares a step of every network each day, without what is tested here.
@pytest.mark.parametrize(
    "name", ["mlp", "cnn", *(pytest.param(name, marks=pytest.mark.full) for name in ("mobilenet", "vit", "gru"))]
)
def test_a_good_twin_takes_the_same_step(name: str, tmp_path: Path) -> None:
    module, _ = made(name)
    step = compared(name, tmp_path)
    assert step.same, step.sentence
    assert step.loss == "cross-entropy"
    assert step.mode == "training"
    names = {row.name for row in step.rows}
    assert {n for n, _ in module.named_parameters()} <= names
    statistics = {n for n, _ in module.named_buffers() if n.endswith(("running_mean", "running_var"))}
    assert statistics == {row.name for row in step.rows if row.kind == "statistic"}
    assert all(row.values for row in step.rows)


def _other_momentum(model: Any) -> None:
    next(layer for layer in model.layers if "BatchNormalization" in type(layer).__name__).momentum = 0.99


def _other_epsilon(model: Any) -> None:
    next(layer for layer in model.layers if "BatchNormalization" in type(layer).__name__).epsilon = 1e-3


def _frozen_layer(model: Any) -> None:
    next(layer for layer in model.layers if layer.weights).trainable = False


def test_another_momentum_of_batch_norm_is_told(tmp_path: Path) -> None:
    step = compared("cnn", tmp_path, _other_momentum)
    assert not step.same
    worst = {row.name for row in step.rows if row.share > 1}
    assert worst == {"1.running_mean", "1.running_var"}


def test_another_epsilon_of_batch_norm_is_told(tmp_path: Path) -> None:
    assert not compared("cnn", tmp_path, _other_epsilon).same


def test_a_layer_that_is_not_trained_is_told_by_its_name(tmp_path: Path) -> None:
    step = compared("cnn", tmp_path, _frozen_layer)
    assert not step.same
    assert "0.weight" in step.sentence


def test_without_labels_the_targets_are_random_and_the_step_is_compared_all_the_same(tmp_path: Path) -> None:
    module, _ = made("mlp")
    step, _ = compare_training(
        loaded(module), twin(module, "mlp", tmp_path / "a.keras"), samples("mlp", labelled=False), inputs("mlp")
    )
    assert step is not None
    assert step.same
    assert "mean squared error" in step.loss


def test_an_onnx_file_has_no_step_to_compare_with(tmp_path: Path) -> None:
    module, _ = made("mlp")
    step, note = compare_training(
        loaded(None), twin(module, "mlp", tmp_path / "a.keras"), samples("mlp"), inputs("mlp")
    )
    assert step is None
    assert "ONNX file" in note


def test_dropout_is_switched_off_on_both_sides_and_said_so(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 5)).eval()
    step, _ = compare_training(loaded(module), twin(module, "mlp", tmp_path / "a.keras"), samples("mlp"), inputs("mlp"))
    assert step is not None
    assert step.same, step.sentence
    assert any("Dropout" in note for note in step.notes)
    assert module[2].p == 0.5


def test_weights_are_matched_by_value_through_transposes_cuts_and_joins() -> None:
    rng = np.random.default_rng(0)
    kernel, gates = rng.standard_normal((4, 3, 2, 2)).astype("f"), rng.standard_normal((8, 5)).astype("f")
    bias = np.zeros(4, "f")
    parameters = {"a.weight": kernel, "a.bias": bias, "b.weight": gates}
    joined = np.concatenate([gates[4:], gates[:4]]).T
    foreign = np.full((3,), 7, "f")
    found = match(parameters, [("a/kernel", kernel.transpose(2, 3, 1, 0)), ("b/kernel", joined), ("c/x", foreign)])
    for entry, keras in zip(found[:2], (kernel.transpose(2, 3, 1, 0), joined), strict=True):
        ((name, theirs, places),) = entry.parts
        assert np.array_equal(keras.ravel()[theirs], parameters[name].ravel()[places])
        assert len(theirs) == keras.size
    assert found[2].missing == 3


class Broken(nn.Module):
    """The square root of zero has no finite slope: the loss is a number, and the gradients are none."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(20, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sqrt(self.linear(x) * 0.0)


def test_a_step_that_is_no_number_in_pytorch_itself_shows_nothing(tmp_path: Path) -> None:
    module = Broken().eval()
    step, note = compare_training(
        loaded(module), twin(module, "mlp", tmp_path / "a.keras"), samples("mlp"), inputs("mlp")
    )
    assert step is None
    assert "not finite numbers" in note


def test_a_loss_that_is_no_number_in_keras_alone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from pt2k_gui.verify import training

    weight = np.ones((4, 3), np.float32)
    ours = training._Step(0.5, {"w": weight}, {"w": weight}, {"w": weight}, {}, {}, {})
    twin_step = training._Twin(float("nan"), [("a/kernel", weight, weight, weight)], [])
    monkeypatch.setattr(training, "_keras_step", lambda *_: twin_step)
    trial = training._Trial([np.zeros((2, 4))], {}, "", ours, ours, 0.0)
    step = training._compare(trial, SimpleNamespace(model=None), "training", ())  # type: ignore[arg-type]
    assert not step.same
    assert "nan in Keras" in step.sentence


def test_a_gradient_that_is_no_number_is_told() -> None:
    from pt2k_gui.verify.training import _Step, _Twin, _weight_rows

    weight = np.random.default_rng(0).standard_normal((4, 3)).astype("f")
    ours = _Step(0.0, {"a.weight": weight}, {"a.weight": weight}, {"a.weight": weight - 0.1 * weight}, {}, {}, {})
    for gradient, passes in ((weight, True), (np.full_like(weight, np.nan), False)):
        theirs = _Twin(0.0, [("a/kernel", weight, gradient, weight - 0.1 * gradient)], [])
        (row,) = _weight_rows(ours, ours, theirs, match({"a.weight": weight}, [("a/kernel", weight)]))
        assert (row.share <= 1) is passes
        assert row.values == 12
