"""Networks whose image size or sequence length is free give PyTorch's numbers at sizes that the export did not see."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import torch
from free_networks import NETWORKS, FreeNetwork, export

from pt2k_gui.convert import convert, save_model

# Rounding in float32 through ten layers stays below this share of the output's largest number; sampling at places that are
# computed (bicubic weights, grids) and normalised images round more.
TOLERANCE = 5e-6
ROUNDS_MORE = {
    "every_resize": 2e-5,
    "srcnn": 2e-5,
    "cyclegan": 2e-5,
    "spatial_transformer": 2e-4,
    "flow": 2e-4,
    "warp": 5e-5,
}
# A third of them: every mechanism of free sizes once.
EVERY_DAY = (
    "every_resize", "unet_pad", "unet_size", "pspnet", "yolo", "segnet", "flow", "conv_tasnet", "causal",
    "frames", "folded", "spectrogram", "crnn_full",
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
    # One graph for all sizes: whatever relied on a size that is known when the graph is made fails here.
    taken = tf.TensorSpec(converted.inputs[0].shape, converted.inputs[0].dtype)
    run = tf.function(lambda x: converted(x, training=False), input_signature=[taken])
    for given in inputs(network):
        with torch.no_grad():
            expected = module(given)
        actual = run(given.numpy())
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


# Run where PT2K can't be imported, with the backend that the environment names: arrays by "NUMBER", results by the same.
_ALONE = """
import sys
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1])
with np.load(sys.argv[2]) as given:
    results = {name: keras.ops.convert_to_numpy(model(given[name], training=False)) for name in given.files}
np.savez(sys.argv[3], **results)
"""


@pytest.mark.full
@pytest.mark.parametrize("backend", [name for name in ("torch", "jax") if importlib.util.find_spec(name)])
@pytest.mark.parametrize("name", ["unet_pad", "unet_size", "srcnn", "segnet", "causal"])
def test_keras_other_backends_give_the_same_at_every_size(name: str, backend: str, tmp_path: Path) -> None:
    network = NETWORKS[name]
    module, proto = export(network)
    save_model(convert(proto, axis_order="onnx"), tmp_path / "m.keras")
    given = inputs(network)
    np.savez(tmp_path / "given.npz", **{str(number): x.numpy() for number, x in enumerate(given)})
    subprocess.run(
        [sys.executable, "-c", _ALONE, *(str(tmp_path / file) for file in ("m.keras", "given.npz", "found.npz"))],
        env={**os.environ, "KERAS_BACKEND": backend},
        check=True,
        cwd=tmp_path,
    )
    with np.load(tmp_path / "found.npz") as found:
        for number, x in enumerate(given):
            want = module(x).detach().numpy()
            assert np.abs(found[str(number)] - want).max() <= ROUNDS_MORE.get(name, TOLERANCE) * np.abs(want).max()


@pytest.mark.full
@pytest.mark.parametrize("name", ["unet_pad", "fcn", "espcn", "edsr", "dncnn", "tcn", "hifigan"])
def test_litert_resizes_its_inputs_where_it_can(name: str, tmp_path: Path) -> None:
    from pt2k_gui.save.formats.entry import Reopening
    from pt2k_gui.save.formats.litert import FORMATS
    from pt2k_gui.save.writing import write

    network = NETWORKS[name]
    module, proto = export(network)
    model = convert(proto, axis_order="onnx").model
    write("tflite", model, "", "", tmp_path / "m.tflite", [])
    (entry,) = model.inputs
    run = FORMATS[0].reopen(Reopening(str(tmp_path / "m.tflite"), "", (entry.name,)))
    for x in inputs(network):
        want = module(x).detach().numpy()
        (found,) = run({entry.name: x.numpy()})
        assert found.shape == want.shape
        assert np.abs(found - want).max() <= 10 * TOLERANCE * np.abs(want).max()


def test_litert_keeps_positions_that_are_read_again_after_a_reshape(tmp_path: Path) -> None:
    """Adaptive pools compute where their windows begin and end; LiteRT reshapes positions in place."""
    from pt2k_gui.save.formats.entry import Reopening
    from pt2k_gui.save.formats.litert import FORMATS
    from pt2k_gui.save.writing import write

    network = NETWORKS["adaptive_pools"]
    module, proto = export(network)
    model = convert(proto, axis_order="onnx").model
    write("tflite", model, "", "", tmp_path / "m.tflite", [])
    (entry,) = model.inputs
    run = FORMATS[0].reopen(Reopening(str(tmp_path / "m.tflite"), "", (entry.name,)))
    for x in inputs(network)[:2]:
        for found, want in zip(run({entry.name: x.numpy()}), module(x), strict=True):
            assert found.shape == want.shape
            assert np.abs(found - want.numpy()).max() <= TOLERANCE * max(1.0, float(want.abs().max()))


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
