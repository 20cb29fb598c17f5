"""Programs that ``convert_pt2e`` made: whole numbers between a quantization and its inverse, which the Keras model keeps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.ao.quantization.fx._decomposed
from through_export import AfterLinear, converted
from torch import nn

from pt2k_gui.sources.card import TensorSpec

Q = torch.ops.quantized_decomposed
SCALES, ZEROS = torch.tensor([0.02, 0.05, 0.011, 0.4]), torch.tensor([0, 3, -7, 1])
GROUP_SCALES, GROUP_ZEROS = torch.tensor([[0.02, 0.05]]), torch.tensor([[2.0, -3.0]])
INT8 = (-128, 127, torch.int8)


def per_tensor(x: torch.Tensor) -> torch.Tensor:
    return Q.dequantize_per_tensor(Q.quantize_per_tensor(x, 0.013, 5, *INT8), 0.013, 5, *INT8)


def unsigned(x: torch.Tensor) -> torch.Tensor:
    kind = (0, 255, torch.uint8)
    return Q.dequantize_per_tensor(Q.quantize_per_tensor(x, 0.004, 117, *kind), 0.004, 117, *kind)


def by_tensors(x: torch.Tensor) -> torch.Tensor:
    by = (torch.tensor(0.013), torch.tensor(5))
    return Q.dequantize_per_tensor.tensor(Q.quantize_per_tensor.tensor(x, *by, *INT8), *by, *INT8)


def by_limits_as_tensors(x: torch.Tensor) -> torch.Tensor:
    by = (torch.tensor(0.013), torch.tensor(5), torch.tensor(-20), torch.tensor(90), torch.int8)
    return Q.dequantize_per_tensor.tensor2(Q.quantize_per_tensor.tensor2(x, *by), *by)


def by_channel(x: torch.Tensor) -> torch.Tensor:
    return Q.dequantize_per_channel(Q.quantize_per_channel(x, SCALES, ZEROS, 1, *INT8), SCALES, ZEROS, 1, *INT8)


def by_channel_without_zero(x: torch.Tensor) -> torch.Tensor:
    whole = Q.quantize_per_channel(x, SCALES, torch.zeros_like(ZEROS), 1, *INT8)
    return Q.dequantize_per_channel(whole, SCALES, None, 1, *INT8)


def by_token(x: torch.Tensor) -> torch.Tensor:
    scales, zeros = Q.choose_qparams_per_token(x, torch.int8)
    return Q.dequantize_per_token(Q.quantize_per_token(x, scales, zeros, *INT8), scales, zeros, *INT8, torch.float32)


def by_token_off_centre(x: torch.Tensor) -> torch.Tensor:
    scales, zeros = Q.choose_qparams_per_token_asymmetric(x, torch.int8)
    return Q.dequantize_per_token(Q.quantize_per_token(x, scales, zeros, *INT8), scales, zeros, *INT8, torch.float32)


def by_its_own_range(x: torch.Tensor) -> torch.Tensor:
    scale, zero = Q.choose_qparams.tensor(x, -128, 127, 1e-6, torch.int8)
    return Q.dequantize_per_tensor.tensor(Q.quantize_per_tensor.tensor(x, scale, zero, *INT8), scale, zero, *INT8)


def by_its_own_symmetric_range(x: torch.Tensor) -> torch.Tensor:
    scale, zero = Q.choose_qparams_symmetric.tensor(x, -127, 127, 1e-6, torch.int8)
    return Q.dequantize_per_tensor.tensor(Q.quantize_per_tensor.tensor(x, scale, zero, *INT8), scale, zero, *INT8)


def weights_by_group(x: torch.Tensor) -> torch.Tensor:
    weight = torch.linspace(-1, 1, 4)[None]
    whole = Q.quantize_per_channel_group(weight, GROUP_SCALES, GROUP_ZEROS, *INT8, 2)
    return x * Q.dequantize_per_channel_group(whole, GROUP_SCALES, GROUP_ZEROS, *INT8, 2, torch.float32)


def joined_in_between(x: torch.Tensor) -> torch.Tensor:
    whole = Q.quantize_per_tensor(x, 0.013, 5, *INT8)
    joined = torch.cat([whole, whole.flip(1)], 1)[:, 2:6]
    return Q.dequantize_per_tensor(joined, 0.013, 5, *INT8)


def fake_by_channel(x: torch.Tensor) -> torch.Tensor:
    return Q.fake_quant_per_channel(x, SCALES, ZEROS, 1, -128, 127)


@pytest.mark.parametrize(
    "call",
    [
        per_tensor,
        unsigned,
        by_tensors,
        by_limits_as_tensors,
        by_channel,
        by_channel_without_zero,
        by_token,
        by_token_off_centre,
        by_its_own_range,
        by_its_own_symmetric_range,
        weights_by_group,
        fake_by_channel,
        joined_in_between,
    ],
    ids=lambda call: call.__name__,
)
def test_whole_numbers_in_between_are_kept(call: Callable[[torch.Tensor], torch.Tensor], tmp_path: Path) -> None:
    module = AfterLinear(call)
    model = converted(module, tmp_path, TensorSpec("x", "float32", ("batch", 4)))
    for batch in (1, 5):
        x = torch.from_numpy(np.random.default_rng(batch).normal(size=(batch, 4)).astype("float32"))
        want = module(x).detach().numpy()
        np.testing.assert_allclose(np.asarray(model(x.numpy())), want, atol=2e-6)
        assert np.abs(want - module.l(x).detach().numpy()).max() > 1e-4  # it does round


def test_a_file_with_such_operators_is_opened_where_nobody_defined_them(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(AfterLinear(by_channel), nn.ReLU())
    file = tmp_path / "quantized.pt2"
    torch.export.save(torch.export.export(network, (torch.zeros(1, 4),)), file)
    code = (
        "import sys\n"
        "from pt2k_gui.progress import SilentContext\n"
        "from pt2k_gui.sources.card import Source\n"
        "from pt2k_gui.sources.exported_program import read_program\n"
        "print(read_program(Source(sys.argv[1]), SilentContext()).card.inputs[0].shape)"
    )
    found = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=False)
    assert found.stdout.strip() == "(1, 4)", found.stderr
