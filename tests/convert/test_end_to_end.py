"""Whole networks: the Keras model gives PyTorch's numbers, holds nothing but Keras, and opens where PT2K is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from networks import NETWORKS, exported, made
from torch import Tensor, nn

from pt2k_gui.convert import convert, save_model

# Opens files with Keras alone, and fails if anything imports PT2K on the way.
ALONE = """
import pathlib
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "pt2k_gui":
            raise ImportError("pt2k_gui is not here")

sys.meta_path.insert(0, Blocker())
import keras
import numpy as np

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.keras")):
    x = np.load(path.with_suffix(".x.npy"))
    model = keras.saving.load_model(str(path), safe_mode=True)
    y = keras.ops.convert_to_numpy(model(x, training=False))
    np.save(path.with_suffix(f".{keras.backend.backend()}.npy"), y)
"""
ELSEWHERE = ("resnet", "vit", "deep_lstm", "shuffled")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_twin_gives_pytorchs_numbers_at_any_batch(name: str) -> None:
    module, x = made(name)
    twin = convert(exported(module, x[:2]), axis_order="onnx").model
    for batch in (1, 3, 8):
        want = module(x[:batch]).detach().numpy()
        got = np.asarray(twin(x[:batch].numpy(), training=False))
        # Float32 sums in another order: some units in the last place of the largest output.
        np.testing.assert_allclose(got, want, atol=2e-6 * max(1.0, float(np.abs(want).max())), rtol=1e-5)


@pytest.mark.parametrize("name", ["cnn", "resnet", "mobilenet", "grouped"])
def test_a_channels_last_convolution_network_holds_no_transpose(name: str) -> None:
    module, x = made(name)
    conversion = convert(exported(module, x[:2]), axis_order="keras")
    assert conversion.report.transposes == 0
    assert not conversion.report.lambda_layers
    want = module(x).detach().numpy()
    got = np.asarray(conversion.model(np.moveaxis(x.numpy(), 1, -1), training=False))
    np.testing.assert_allclose(got, want, atol=1e-5)


class TokenMixer(nn.Module):
    """A linear layer over the tokens and one over the channels, as in ResMLP and MLP-Mixer."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 12, 4, 4)
        self.tokens, self.channels = nn.Linear(16, 16), nn.Linear(12, 12)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = x + self.tokens(x.transpose(1, 2)).transpose(1, 2)
        return x + self.channels(x)


class TalkingHeads(nn.Module):
    """Attention whose heads are mixed before and behind the softmax, as in CaiT."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(12, 36), nn.Linear(12, 12)
        self.before, self.behind = nn.Linear(3, 3), nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = self.qkv(x).reshape(batch, length, 3, 3, 4).permute(2, 0, 3, 1, 4)
        share = q * 0.5 @ k.transpose(-2, -1)
        share = self.before(share.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).softmax(-1)
        share = self.behind(share.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return self.out((share @ v).transpose(1, 2).reshape(batch, length, width))


class Windows(nn.Module):
    """Attention within windows of an image, as in Swin."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(12, 36), nn.Linear(12, 12)

    def forward(self, x: Tensor) -> Tensor:
        batch, height, width, channels = x.shape
        cut = x.view(batch, height // 4, 4, width // 4, 4, channels).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, channels)
        q, k, v = self.qkv(cut).reshape(-1, 16, 3, 3, 4).permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(-1, 4, 4, channels)
        back = mixed.view(batch, height // 4, width // 4, 4, 4, channels).permute(0, 1, 3, 2, 4, 5)
        return self.out(back.reshape(batch, height, width, channels))


@pytest.mark.parametrize(
    ("kind", "shape", "most"),
    [(TokenMixer, (3, 16, 16), 0), (TalkingHeads, (5, 12), 0), (Windows, (8, 8, 12), 2)],
)
@pytest.mark.parametrize("trainable", [False, True])
def test_attention_and_mixing_move_no_axes_but_windows_do(
    kind: type[nn.Module], shape: tuple[int, ...], most: int, trainable: bool
) -> None:
    torch.manual_seed(0)
    module, x = kind().eval(), torch.randn(3, *shape)
    conversion = convert(exported(module, x[:2], trainable=trainable), axis_order="onnx", trainable=trainable)
    # An image that comes in with PyTorch's axes is turned once.
    assert conversion.report.transposes <= most + (kind is TokenMixer)
    np.testing.assert_allclose(np.asarray(conversion.model(x.numpy())), module(x).detach().numpy(), atol=2e-6)
    learned = sum(parameter.numel() for parameter in module.parameters())
    assert not trainable or conversion.report.trainable_parameters == learned


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of each network and its input."""
    folder = tmp_path_factory.mktemp("files")
    for name in ELSEWHERE:
        module, x = made(name)
        save_model(convert(exported(module, x[:2]), axis_order="onnx"), folder / f"{name}.keras")
        np.save(folder / f"{name}.x.npy", x.numpy())
    return folder


@pytest.fixture(scope="module", params=["tensorflow", "torch"])
def opened(request: pytest.FixtureRequest, files: Path) -> str:
    """A backend under which one process without PT2K has opened and run all of them."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(files)],
        env={**os.environ, "KERAS_BACKEND": request.param},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return str(request.param)


@pytest.mark.slow
@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_file_opens_in_a_process_that_does_not_have_pt2k(name: str, files: Path, opened: str) -> None:
    module, x = made(name)
    np.testing.assert_allclose(np.load(files / f"{name}.{opened}.npy"), module(x).detach().numpy(), atol=1e-5)


def test_layers_have_the_names_of_pytorchs_modules() -> None:
    module, x = made("resnet")
    twin = convert(exported(module, x[:2], trainable=True), trainable=True).model
    assert {"0", "1", "3_conv1", "3_bn1", "3_conv2", "4_shortcut_0", "7"} <= {layer.name for layer in twin.layers}


def test_a_convolution_that_was_fused_with_its_batchnorm_keeps_its_own_name() -> None:
    module, x = made("resnet")
    twin = convert(exported(module, x[:2])).model
    names = {layer.name for layer in twin.layers}
    assert {"0", "3_conv1", "3_conv2", "4_shortcut_0", "7"} <= names
    assert not {"1", "3_bn1", "3_bn2", "4_shortcut_1"} & names
