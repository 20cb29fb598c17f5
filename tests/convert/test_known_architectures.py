"""Known architectures, as exported graphs in a folder outside of the project: the same numbers, stock Keras, idiomatic."""

from __future__ import annotations

import sys

import pytest
from known_architectures import BYTES_A_LAYER, TOLERANCE, Row, folder, measured, zoo

# A convolution network, a segmentation, a transformer over images, one over text, a recurrent network.
HANDFUL = ("tv_resnet18", "own_unet", "own_mha", "hf_bert", "own_lstm")
# Convolution networks whose channels are shuffled or whose pixels are (these move data), or that hold a transformer.
MOVING = ("tv_shufflenet", "own_sr", "timm_coatnet", "timm_efficientformer", "timm_mobilevit", "timm_crossvit")
# Networks of which a convolution is only the first layer, or that mix tokens by dense layers.
TOKENS = ("timm_levit", "timm_mixer", "timm_xcit", "timm_deit", "hf_", "tv_swin", "tv_vit", "own_mha")

present = pytest.mark.skipif(
    not (folder() / "zoo.py").exists(), reason=f"there are no graphs in {folder()} (PT2K_ZOO names another folder)"
)


def expect(row: Row) -> None:
    assert not row.problem, row.problem
    assert row.worst <= TOLERANCE, dict(row.errors)
    assert not row.foreign
    assert row.bytes_a_layer <= BYTES_A_LAYER
    if row.convolutions and not row.name.startswith(MOVING + TOKENS):
        assert row.transposes == 0


@present
@pytest.mark.slow
@pytest.mark.parametrize("name", HANDFUL)
def test_a_handful_gives_onnx_runtimes_numbers_at_several_batches(name: str) -> None:
    expect(measured(name, batches=(1, 3)))


@present
@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", zoo().names() if (folder() / "zoo.py").exists() else ())
def test_every_graph_gives_the_same_numbers_and_opens_under_another_backend(name: str) -> None:
    expect(measured(name, backends={"tensorflow": sys.executable, "torch": sys.executable}))
