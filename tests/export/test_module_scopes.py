"""Module paths and classes of the older exporter's nodes: the layers of Keras are named after them."""

from __future__ import annotations

import io

import onnx
import pytest
import torch
from torch import nn

from pt2k_gui.convert.ir.onnx_reader import read_node
from pt2k_gui.export.module_scopes import scopes_of, write_scopes
from pt2k_gui.sources.layers import module_rows


class Inner(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU())
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.relu(self.relu(self.block(x)) - 0.5)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(Inner(), Inner())
        self.parts = nn.ModuleDict({"a": nn.Conv2d(3, 3, 1), "b": nn.Sequential(nn.Sequential(nn.Conv2d(3, 3, 1)))})
        self.several = nn.ModuleList([nn.Conv2d(3, 3, 1)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.block(x)
        for part in (*self.parts.values(), *self.several):
            x = part(x)
        return x


def test_every_convolution_and_second_call_is_found_by_the_path_and_class_of_its_module() -> None:
    network, buffer = Net().eval(), io.BytesIO()
    torch.onnx.export(network, (torch.zeros(1, 3, 4, 4),), buffer, dynamo=False)
    model = onnx.load_from_string(buffer.getvalue())
    write_scopes(model, module_rows(network))
    nodes = [read_node(node, {"": 17}, ()) for node in model.graph.node]
    found = {(node.module, node.module_class) for node in nodes if node.operator in ("Conv", "Relu")}
    assert found == {
        *((f"block.{n}.block.0", "Conv2d") for n in range(2)),
        *((f"block.{n}.block.1", "ReLU") for n in range(2)),
        *((f"block.{n}.relu", "ReLU") for n in range(2)),
        ("parts.a", "Conv2d"),
        ("parts.b.0.0", "Conv2d"),
        ("several.0", "Conv2d"),
    }


@pytest.mark.parametrize("name", ["Conv_0", "", "/unknown/Conv", "/x/Conv"])
def test_a_name_that_tells_no_module_for_sure_is_left_alone(name: str) -> None:
    known = dict.fromkeys(("", "a", "a.x", "b", "b.x"), "Module")
    assert scopes_of(name, known) == []
