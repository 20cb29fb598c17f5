"""PyTorch's module paths, which layers are named after, out of the names that the older exporter gives its nodes."""

from __future__ import annotations

import onnx
import pytest

from pt2k_gui.convert.ir.onnx_reader import read_node


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("/conv1/Conv", "conv1"),
        ("/layer1/layer1.0/conv1/Conv", "layer1.0.conv1"),
        ("/layer2/layer2.0/downsample/downsample.0/Conv", "layer2.0.downsample.0"),
        ("/features/features.0/features.0.0/Conv", "features.0.0"),
        ("/features/features.1/conv/conv.0/conv.0.1/BatchNormalization", "features.1.conv.0.1"),
        ("/backbone/layer1/layer1.1/relu_1/Relu", "backbone.layer1.1.relu_1"),
        ("/block/block.0/block/block.0/Conv", "block.0.block.0"),
        ("/Flatten", ""),
        ("Conv_0", ""),
    ],
)
def test_a_scope_is_the_modules_path(name: str, module: str) -> None:
    node = onnx.helper.make_node("Conv", ["x", "w"], ["y"], name=name)
    assert read_node(node, {"": 17}, ()).module == module
