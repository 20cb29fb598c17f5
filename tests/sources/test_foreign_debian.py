"""A real foreign environment: Debian's own PyTorch 1.13 with torchvision 0.14, which has neither onnx nor onnxscript."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from interpreters import DEBIAN, needs_debian

from pt2k_gui.convert import convert as keras_model
from pt2k_gui.export.exporting import export
from pt2k_gui.jobs import convert, verify
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources import guest
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inputs import random_tensors
from pt2k_gui.sources.loading import load
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.runners import OnnxRuntimeRunner

pytestmark = needs_debian
CONTEXT = SilentContext()


@dataclass(frozen=True)
class Network:
    """A model of torchvision, the arguments that it takes besides, and the side of its images in the test."""

    name: str
    arguments: str = ""
    side: int = 64

    @property
    def id(self) -> str:
        return self.name.rpartition(":")[2]


EVERY_DAY = [Network("torchvision.models:resnet18"), Network("torchvision.models:mobilenet_v3_small")]
NETWORKS = [
    *EVERY_DAY,
    Network("torchvision.models:inception_v3", "init_weights=False", 139),
    Network("torchvision.models.segmentation:lraspp_mobilenet_v3_large", "weights_backbone=None"),
    Network("torchvision.models.segmentation:fcn_resnet50", "weights_backbone=None"),
    Network("torchvision.models.detection.backbone_utils:resnet_fpn_backbone", "backbone_name='resnet18', weights=None"),
]  # fmt: skip


def _state_dict(network: Network, folder: Path) -> tuple[Path, torch.Tensor, list[torch.Tensor]]:
    """The weights of a seeded model, an input, and what the model gives for it, written by that Python alone."""
    place, _, name = network.name.partition(":")
    script = (
        f"import torch, {place} as place\n"
        "torch.manual_seed(5)\n"
        f"model = place.{name}({network.arguments}).eval()\n"
        "for part in model.modules():\n"
        "    if isinstance(part, torch.nn.BatchNorm2d):\n"
        "        part.running_mean.normal_(0, 0.1); part.running_var.uniform_(0.5, 1.5)\n"
        f"x = torch.randn(2, 3, {network.side}, {network.side})\n"
        "with torch.no_grad(): y = model(x)\n"
        "outputs = list(y.values()) if isinstance(y, dict) else [y]\n"
        f"torch.save(model.state_dict(), {str(folder / 'weights.pth')!r})\n"
        f"torch.save({{'x': x, 'outputs': outputs}}, {str(folder / 'numbers.pt')!r})\n"
    )
    subprocess.run([DEBIAN, "-W", "ignore", "-c", script], check=True)
    numbers = torch.load(folder / "numbers.pt", weights_only=True)
    return folder / "weights.pth", numbers["x"], numbers["outputs"]


def _source(network: Network, weights: Path) -> Source:
    pairs = [tuple(pair.split("=")) for pair in network.arguments.split(", ") if pair]
    return Source(str(weights), network.name, tuple((n, v) for n, v in pairs), trusted=True, python=DEBIAN)


@pytest.mark.slow
@pytest.mark.parametrize(
    "network",
    [EVERY_DAY[0], pytest.param(EVERY_DAY[1], marks=pytest.mark.full)],
    ids=lambda network: network.id,
)
def test_a_network_of_torchvision_is_opened_and_exported_with_an_old_pytorch_and_keeps_its_numbers(
    network: Network, tmp_path: Path
) -> None:
    weights, x, outputs = _state_dict(network, tmp_path)
    loaded = load(_source(network, weights), CONTEXT)
    assert "with PyTorch 1." in loaded.card.notes[0]
    torch.testing.assert_close(loaded.call([x]), outputs)
    inputs = [loaded.card.inputs[0].with_shape(("batch", 3, network.side, network.side))]
    exported = export(loaded, inputs, str(tmp_path / "model.onnx"), trainable=False, context=CONTEXT)
    assert exported.exporter == "torchscript"
    runner = OnnxRuntimeRunner(exported.path)
    runner.open()
    for actual, expected in zip(runner.run([x.numpy()]), outputs, strict=True):
        scale = float(expected.abs().max())
        # Float32 sums of some thousand products in another order, layer after layer.
        np.testing.assert_allclose(actual, expected.numpy(), rtol=0, atol=2e-5 * scale)


@pytest.mark.full
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.id)
def test_a_network_of_torchvision_becomes_a_verified_keras_model_with_pytorchs_names(
    network: Network, tmp_path: Path
) -> None:
    weights, _, _ = _state_dict(network, tmp_path)
    source = _source(network, weights)
    loaded = load(source, CONTEXT)
    inputs = (loaded.card.inputs[0].with_shape(("batch", 3, network.side, network.side)),)
    exported = export(loaded, inputs, str(tmp_path / "model.onnx"), trainable=False, context=CONTEXT)
    converted = convert.run(convert.Request(exported.path, str(tmp_path / "model.keras")), CONTEXT)
    choice = SampleChoice("random", count=4)
    request = verify.Request(source, exported.path, converted.path, str(tmp_path), choice, layers=True)
    found = verify.run(request, CONTEXT)
    assert found.verdict.same, found.verdict.sentence
    assert found.truth == "PyTorch float64"
    assert found.layers
    # Layers are called after PyTorch's modules.
    modules = {row.path.replace(".", "_") for row in loaded.card.layers if row.type in ("Conv2d", "Linear")}
    named = {layer for row in converted.report.nodes for layer in row.layers}
    assert len([name for name in modules if name in named]) > 0.9 * len(modules)


@pytest.mark.slow
def test_the_names_that_torchvision_has_are_listed_and_one_of_them_opens() -> None:
    names = guest.names_in_guest(DEBIAN, "", "", trusted=True)
    assert {"torchvision.models:resnet18", "torchvision.models.segmentation:fcn_resnet50"} <= set(names)
    assert guest.names_in_guest(DEBIAN, "torchvision.models", "*net18", trusted=True) == (
        "torchvision.models:resnet18",
    )
    loaded = load(Source("torchvision.models:squeezenet1_1", trusted=True, python=DEBIAN), CONTEXT)
    assert loaded.card.name == "squeezenet1_1"
    assert loaded.card.origin.startswith("torchvision 0.")


REGIONS = """
import torch, torchvision
class Regions(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.features, self.head = torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.Linear(72, 5)
    def forward(self, x, boxes):
        return self.head(torchvision.ops.roi_align(self.features(x), boxes, 3, 0.5, 2, True).flatten(1))
class Displaced(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.moves, self.share = torch.nn.Conv2d(4, 36, 3, padding=1, stride=2), torch.nn.Conv2d(4, 18, 3, padding=1, stride=2)
        self.taps = torchvision.ops.DeformConv2d(4, 6, 3, padding=1, stride=2, groups=2)
    def forward(self, x):
        return self.taps(x, self.moves(x), self.share(x).sigmoid()).relu()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "shapes"),
    [("Regions", ((2, 3, 32, 32), (6, 5))), ("Displaced", (("batch", 4, 17, 14),))],
)
def test_torchvisions_own_operators_convert(
    name: str, shapes: tuple[tuple[int | str, ...], ...], tmp_path: Path
) -> None:
    code, weights = tmp_path / "net.py", tmp_path / "net.pth"
    code.write_text(REGIONS)
    script = f"import torch, net; torch.manual_seed(4); torch.save(net.{name}().state_dict(), {str(weights)!r})"
    subprocess.run([DEBIAN, "-W", "ignore", "-c", script], check=True, cwd=tmp_path)
    loaded = load(Source(str(weights), f"{code}:{name}", trusted=True, python=DEBIAN), CONTEXT)
    inputs = tuple(spec.with_shape(shape) for spec, shape in zip(loaded.card.inputs, shapes, strict=True))
    path = tmp_path / "net.onnx"
    exported = export(loaded, inputs, str(path), trainable=False, context=CONTEXT)
    assert exported.difference is not None and exported.difference < 1e-4
    model = keras_model(str(path), axis_order="onnx").model
    tensors = random_tensors(inputs, 2, 30)
    arrays = [tensor.numpy() for tensor in tensors]
    have = np.asarray(model(arrays if len(arrays) > 1 else arrays[0]))
    want = loaded.call(tensors)[0].numpy()
    assert np.abs(want).max() > 0.1
    np.testing.assert_allclose(have, want, rtol=1e-4, atol=1e-4)
