"""Networks with spectral layers, complex weights, fake quantization, unpooling and inverses, at a free batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from operator_networks import NETWORKS, aware_of_quantization, build, sample
from through_export import converted
from torch import nn

from pt2k_gui.export.module_forms import recordable
from pt2k_gui.sources.quantization_ranges import freeze_ranges


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_gives_pytorchs_numbers_at_several_batches(name: str, tmp_path: Path) -> None:
    module, specs = build(name), NETWORKS[name].inputs
    model = converted(module, tmp_path, *specs)
    for batch in (1, 3, 4):
        tensors = sample(specs, batch, batch)
        with torch.no_grad():
            want = module(*tensors)
        want = want if isinstance(want, tuple) else (want,)
        have = model([tensor.numpy() for tensor in tensors] if len(tensors) > 1 else tensors[0].numpy())
        have = have if isinstance(have, list | tuple) else [have]
        for a, b in zip(want, have, strict=True):
            scale = max(1.0, float(a.abs().max()))
            np.testing.assert_allclose(np.asarray(b), a.numpy(), rtol=2e-5, atol=2e-5 * scale)


def test_fake_quantization_rounds_in_the_keras_model_too(tmp_path: Path) -> None:
    """Without it the answers are others: the test of its numbers would not pass by chance."""
    name = "quantization-aware, per channel"
    module, specs = build(name), NETWORKS[name].inputs
    (x,) = sample(specs, 4, 7)
    rounded = module(x).detach()
    module.apply(torch.ao.quantization.disable_fake_quant)
    assert (module(x).detach() - rounded).abs().max() > 1e-3


def test_observers_at_work_would_change_every_answer_and_are_stopped() -> None:
    torch.manual_seed(0)
    module = aware_of_quantization()
    x = 40 * torch.randn(4, 1, 8, 8)
    first = module(x)
    assert not torch.equal(first, module(x))
    assert freeze_ranges(module)
    assert torch.equal(module(x), module(x))
    assert not freeze_ranges(module)


def test_modules_are_recordable_only_while_they_are_recorded() -> None:
    torch.manual_seed(0)
    modules = nn.ModuleDict(
        {"lrn": nn.CrossMapLRN2d(3, alpha=0.5), "softmax": nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5, 10])}
    )
    maps, features = torch.randn(2, 6, 8, 8), torch.randn(9, 16)
    targets = torch.randint(0, 20, (9,))
    before = modules["lrn"](maps), modules["softmax"](features, targets)
    with recordable(modules):
        assert "forward" in vars(modules["lrn"])
        torch.testing.assert_close(modules["lrn"](maps), before[0])
        torch.testing.assert_close(modules["softmax"](features, targets), before[1])
    assert "forward" not in vars(modules["lrn"]) and "forward" not in vars(modules["softmax"])
