"""Networks whose image size or sequence length is free give PyTorch's numbers at sizes that the export did not see."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from free_networks import NETWORKS, FreeNetwork, export

from pt2k_gui.convert import convert

# Rounding in float32 through ten layers stays below this share of the output's largest number; sampling at places that are
# computed (bicubic weights, grids) and normalised images round more.
TOLERANCE = 5e-6
ROUNDS_MORE = {"every_resize": 2e-5, "srcnn": 2e-5, "cyclegan": 2e-5, "spatial_transformer": 2e-4, "flow": 2e-4}
# A third of them: every mechanism of free sizes once.
EVERY_DAY = (
    "every_resize", "unet_pad", "unet_size", "u2net", "pspnet", "srcnn", "yolo", "segnet", "flow", "conv_tasnet", "causal",
)  # fmt: skip


def inputs(network: FreeNetwork) -> list[torch.Tensor]:
    """One input at each size, with batches of 1, 2 and 3."""
    found = []
    for number, lengths in enumerate(network.sizes):
        shape = list(network.example)
        shape[0] = 1 + number % 3
        for axis, length in zip(network.free, lengths, strict=True):
            shape[axis] = length
        found.append(torch.sin(torch.arange(float(np.prod(shape))) * 1.7).reshape(shape))
    return found


def expect_the_same_at_every_size(name: str) -> None:
    network = NETWORKS[name]
    module, proto = export(network)
    converted = convert(proto, axis_order="onnx").model
    for given in inputs(network):
        with torch.no_grad():
            expected = module(given)
        actual = converted.predict(given.numpy(), verbose=0)
        many = isinstance(expected, (list, tuple))
        for want, have in zip(expected if many else [expected], actual if many else [actual], strict=True):
            assert tuple(want.shape) == tuple(have.shape), tuple(given.shape)
            error = np.abs(want.numpy() - np.asarray(have)).max() / np.abs(want.numpy()).max()
            assert error <= ROUNDS_MORE.get(name, TOLERANCE), (tuple(given.shape), float(error))


@pytest.mark.parametrize("name", EVERY_DAY)
def test_a_network_of_each_mechanism_is_right_at_four_sizes(name: str) -> None:
    expect_the_same_at_every_size(name)


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in EVERY_DAY])
def test_every_other_network_is_right_at_four_sizes(name: str) -> None:
    expect_the_same_at_every_size(name)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_corners_meet_where_scale_times_length_is_not_whole(mode: str) -> None:
    """9 x 1.5 is 13.5: PyTorch spreads 13 places over the 9, from the first to the last."""
    network = FreeNetwork(
        lambda: torch.nn.Upsample(scale_factor=1.5, mode=mode, align_corners=True), (2, 1, 9, 9), (), ()
    )
    module, proto = export(network)
    given = torch.sin(torch.arange(162.0) * 1.7).reshape(2, 1, 9, 9)
    actual = np.asarray(convert(proto, axis_order="onnx").model(given.numpy()))
    np.testing.assert_allclose(actual, module(given).numpy(), atol=1e-5)


def test_adaptive_pools_of_fixed_images_take_windows_of_unequal_size() -> None:
    class Pools(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
            maxima, places = torch.nn.functional.adaptive_max_pool2d(x, (4, 5), return_indices=True)
            return torch.nn.functional.adaptive_avg_pool2d(x, (4, 6)), maxima, places

    module, proto = export(FreeNetwork(Pools, (2, 3, 10, 13), (), ()))
    given = torch.sin(torch.arange(780.0) * 1.7).reshape(2, 3, 10, 13)
    actual = convert(proto, axis_order="onnx").model(given.numpy())
    for want, have in zip(module(given), actual, strict=True):
        np.testing.assert_allclose(np.asarray(have), want.numpy(), atol=1e-6)
