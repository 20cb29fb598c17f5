"""The short way to an exporter's graph gives what PyTorch's decomposition gives, and is taken only where it can be."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from pt2k_gui.export.decomposition import decomposed_where_needed, rewritten
from pt2k_gui.export.pooling_translations import pooling_translations
from pt2k_gui.export.recording import OPSET
from pt2k_gui.export.torchlib import domains_known, library_kept


class Residual(nn.Module):
    """Convolution, BatchNormalization and writing in place, as torchvision has them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(4, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.relu(self.norm(self.conv(x)))
        out += x
        return self.relu(out)


class WrittenTwice(nn.Module):
    """The tensor under its first name is read after two writes under others."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = x * 2
        second = first.relu_()
        second.add_(x)
        return first + second


class ViewSeesWrite(nn.Module):
    """What is read after a write lies in the memory that was written into."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        whole = x * 2
        part = whole[:, :2]
        whole.relu_()
        return part + 1


class WritesIntoDropped(nn.Module):
    """Dropout gives its very input where nothing is trained, so that a write into its answer is one into both; PyTorch's own
    decomposition misses that, and the comparison with PyTorch refuses what it gives."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        whole = x * 2
        nn.functional.relu_(nn.functional.dropout(whole, training=False))
        return whole + 1


class Attention(nn.Module):
    """Free sizes in reshapes."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(8, 24), nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        parts = self.qkv(x).reshape(x.shape[0], x.shape[1], 3, 2, 4).permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2])
        return self.out(mixed.transpose(1, 2).reshape(x.shape))


class Half(nn.Module):
    """Two types in one sum written in place."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x * 2).add_(x.to(torch.float16))


def head() -> nn.Module:
    """The end of an image network."""
    return nn.Sequential(Residual(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(4, 3))


IMAGE, ROWS = (2, 4, 8, 8), (2, 5, 8)
SHORT: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "residual": (Residual, IMAGE),
    "image network": (head, IMAGE),
    "written twice": (WrittenTwice, IMAGE),
    "normalised output": (lambda: nn.BatchNorm1d(8), (2, 8)),
    "attention": (Attention, ROWS),
}
LONG: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "view sees a write": (ViewSeesWrite, IMAGE),
    "dropout shares its input": (WritesIntoDropped, IMAGE),
    "two types": (Half, IMAGE),
    "sums of sizes": (lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), ROWS),
}


def recorded(module: nn.Module, shape: tuple[int, ...], free: bool) -> torch.export.ExportedProgram:
    """A program of a module in evaluation mode."""
    shapes = ({0: torch.export.Dim.DYNAMIC},) if free else None
    return torch.export.export(module.eval(), (torch.randn(shape),), dynamic_shapes=shapes, strict=False)


def exported(program: torch.export.ExportedProgram, short: bool, optimize: bool) -> onnx.ModelProto:
    """What the exporter writes."""

    def write() -> Any:
        with domains_known(), library_kept():
            return torch.onnx.export(
                program,
                dynamo=True,
                optimize=optimize,
                opset_version=OPSET,
                verbose=False,
                output_names=["output"],
                custom_translation_table=pooling_translations(),
            )

    if not short:
        return write().model_proto
    with decomposed_where_needed():
        return write().model_proto


def described(model: onnx.ModelProto) -> list[tuple[Any, ...]]:
    """All of a graph but the names that are made up for its values."""
    kept = {value.name for value in (*model.graph.input, *model.graph.output)}
    weights = {tensor.name: onnx.numpy_helper.to_array(tensor).tobytes() for tensor in model.graph.initializer}
    names: dict[str, str] = {}

    def name(value: str) -> Any:
        return value if value in kept or not value else weights.get(value) or names.setdefault(value, f"v{len(names)}")

    rows: list[tuple[Any, ...]] = []
    for node in model.graph.node:
        metadata = {entry.key: entry.value for entry in node.metadata_props}
        *scopes, last = literal_eval(metadata["pkg.torch.onnx.name_scopes"])
        scopes.append(re.sub(r"_\d+\Z", "", last))
        attributes = [attribute.SerializeToString() for attribute in node.attribute]
        kinds = metadata["pkg.torch.onnx.class_hierarchy"]
        values = [name(value) for value in (*node.input, *node.output)]
        rows.append((node.op_type, values, attributes, scopes, kinds))
    return [*rows, *(value.SerializeToString() for value in model.graph.input)]


def goes_short(program: torch.export.ExportedProgram) -> bool:
    """Whether the graph is had without the decomposition."""
    from torch.onnx._internal.exporter import _decomp
    from torch.onnx._internal.exporter._registration import ONNXRegistry

    with library_kept():
        known = set(_decomp.get_onnx_implemented_overloads(ONNXRegistry.from_torchlib(opset_version=OPSET)))
    known |= pooling_translations().keys()
    return rewritten(program, _decomp.create_onnx_friendly_decomposition_table(known)) is not None


@pytest.mark.parametrize("optimize", [True, False], ids=["for use", "for training"])
@pytest.mark.parametrize("name", SHORT)
def test_short_way_writes_the_same_file(name: str, optimize: bool) -> None:
    make, shape = SHORT[name]
    program = recorded(make(), shape, free=True)
    before = str(program.graph)
    assert goes_short(program)
    assert described(exported(program, True, optimize)) == described(exported(program, False, optimize))
    assert str(program.graph) == before


@pytest.mark.parametrize("name", [*SHORT, "view sees a write", "two types"])
def test_numbers_are_those_of_pytorch(name: str) -> None:
    import onnxruntime

    make, shape = (SHORT | LONG)[name]
    module = make()
    for part in module.modules():
        if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.uniform_(part.running_mean, -1, 1)
            nn.init.uniform_(part.running_var, 0.5, 2)
    model = exported(recorded(module, shape, free=True), True, True)
    sample = torch.randn(3, *shape[1:])
    session = onnxruntime.InferenceSession(model.SerializeToString())
    actual = session.run(None, {model.graph.input[0].name: sample.numpy()})[0]
    np.testing.assert_allclose(actual, module(sample).detach().numpy(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", LONG)
def test_what_a_write_is_seen_through_goes_the_long_way(name: str) -> None:
    make, shape = LONG[name]
    assert not goes_short(recorded(make(), shape, free=True))
