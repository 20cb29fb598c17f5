"""Fused attention under masks that are inputs: PyTorch's numbers for every mask, also one that hides every key of a query."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from pt2k_gui.convert import convert
from pt2k_gui.export.exporting import export
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.sources.loaded import LoadedModel


class Masked(nn.Module):
    """``heads``: with an axis for them, as the operator's four; ``kind``: of the mask that the operator gets."""

    def __init__(self, heads: bool, kind: str) -> None:
        super().__init__()
        self.qkv, self.heads, self.kind = nn.Linear(6, 18), heads, kind

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        q, k, v = self.qkv(x).chunk(3, -1)
        if self.heads:
            q, k, v, mask = q[:, None], k[:, None], v[:, None], mask[:, None]
        if self.kind == "float":
            mask = torch.zeros_like(mask, dtype=x.dtype).masked_fill(~mask, -torch.inf)
        return nn.functional.scaled_dot_product_attention(q, k, v, mask)


class Padded(nn.Module):
    """A layer of PyTorch's encoder; texts of which nothing is left are common in padded batches."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)

    def forward(self, x: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        return self.layer(x, src_key_padding_mask=padding)


class Causal(nn.Module):
    """The same operator under a mask that no input decides."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(6, 18)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.qkv(x)[:, None].chunk(3, -1)
        later = torch.full((x.shape[1], x.shape[1]), -torch.inf).triu(1)
        return nn.functional.scaled_dot_product_attention(q, k, v, later)


def converted(module: nn.Module, folder: Path, *specs: TensorSpec) -> tuple[Any, set[str]]:
    """The Keras model, and the operators of the ONNX file that it comes from."""
    torch.manual_seed(0)
    card = ModelInfo("model", "", "", "", 0, "", 0, 0, specs)
    path = str(folder / "model.onnx")
    done = export(LoadedModel(card, module.eval()), specs, path, trainable=False, context=SilentContext())
    assert done.exporter == "dynamo"
    conversion = convert(path, axis_order="onnx")
    return conversion.model, {row.operator for row in conversion.report.operators}


@pytest.mark.parametrize("heads", [True, False])
@pytest.mark.parametrize("kind", ["bool", "float"])
def test_a_query_that_sees_no_key_gives_zeros_as_in_pytorch(heads: bool, kind: str, tmp_path: Path) -> None:
    module = Masked(heads, kind)
    model, _ = converted(
        module, tmp_path, TensorSpec("x", "float32", ("batch", 3, 6)), TensorSpec("mask", "bool", ("batch", 3, 3))
    )
    x, mask = torch.randn(2, 3, 6), torch.rand(2, 3, 3) > 0.4
    mask[0, 1] = False
    right = module(x, mask).detach().numpy()
    assert not right.reshape(2, 3, 6)[0, 1].any()
    np.testing.assert_allclose(np.asarray(model([x.numpy(), mask.numpy()])), right, atol=1e-6)


def test_a_text_of_padding_alone_is_finite_in_pytorchs_encoder(tmp_path: Path) -> None:
    module = Padded()
    model, _ = converted(
        module, tmp_path, TensorSpec("x", "float32", ("batch", 3, 8)), TensorSpec("padding", "bool", ("batch", 3))
    )
    x, padding = torch.randn(2, 3, 8), torch.tensor([[True, True, True], [False, False, True]])
    right = module(x, padding).detach().numpy()
    assert np.isfinite(right).all()
    np.testing.assert_allclose(np.asarray(model([x.numpy(), padding.numpy()])), right, atol=1e-5)


def test_a_mask_that_no_input_decides_costs_nothing(tmp_path: Path) -> None:
    module = Causal()
    model, operators = converted(module, tmp_path, TensorSpec("x", "float32", ("batch", 5, 6)))
    assert not operators & {"ReduceMax", "Greater", "Where"}
    x = torch.randn(2, 5, 6)
    np.testing.assert_allclose(np.asarray(model(x.numpy())), module(x).detach().numpy(), atol=1e-6)
