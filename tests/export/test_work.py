"""The estimate of a model's work: if it were far off, a check of a large model would take minutes, or compare nothing."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch import nn

from pt2k_gui.export.work import sample_work
from pt2k_gui.sources.card import TensorSpec


def _work(module: nn.Module, shape: tuple[int, ...], folder: Path, *, batch: int | str = "batch") -> int:
    axes = {"x": {0: "batch"}} if batch == "batch" else {}
    example = torch.zeros(2 if batch == "batch" else int(batch), *shape)
    torch.onnx.export(
        module.eval(), (example,), str(folder / "m.onnx"), dynamo=False, input_names=["x"], dynamic_axes=axes
    )
    return sample_work(folder / "m.onnx", [TensorSpec("x", "float32", (batch, *shape))])


@pytest.mark.parametrize(
    ("module", "shape", "multiply_adds"),
    [
        (nn.Linear(256, 512), (256,), 256 * 512),
        (nn.Conv2d(16, 32, 3, padding=1), (16, 40, 40), 40 * 40 * 32 * 16 * 9),
        (nn.Conv2d(32, 32, 3, padding=1, groups=32), (32, 40, 40), 40 * 40 * 32 * 9),
        (nn.ConvTranspose2d(16, 8, 2, 2), (16, 20, 20), 20 * 20 * 16 * 8 * 4),
        (nn.LSTM(32, 64, batch_first=True), (50, 32), 50 * 4 * 64 * (32 + 64)),
    ],
    ids=["linear", "convolution", "depthwise", "transposed", "lstm"],
)
def test_multiply_adds_are_those_of_the_layer(
    module: nn.Module, shape: tuple[int, ...], multiply_adds: int, tmp_path: Path
) -> None:
    assert multiply_adds <= _work(module, shape, tmp_path) <= 5 * multiply_adds + 1


def test_a_fixed_batch_is_not_counted_as_one_sample(tmp_path: Path) -> None:
    one = _work(nn.Linear(256, 512), (256,), tmp_path)
    assert _work(nn.Linear(256, 512), (256,), tmp_path, batch=8) == pytest.approx(one, rel=0.05)


def test_sizes_that_nobody_knows_do_no_harm(tmp_path: Path) -> None:
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Foreign", ["x"], ["y"], domain="nobody")], "g", values[:1], values[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("nobody", 1)]), tmp_path / "m.onnx")
    assert sample_work(tmp_path / "m.onnx", [TensorSpec("x", "float32", ())]) >= 0
