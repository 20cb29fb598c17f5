"""Whole networks: the Keras model gives PyTorch's numbers, holds nothing but Keras, and opens where PT2K is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from networks import NETWORKS, exported, made

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
