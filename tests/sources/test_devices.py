"""Programs and TorchScript that were saved on a graphics card, opened on a machine without one. The tests have none
either: they write the card's name where PyTorch would have written it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from pt2k_gui.export.exporting import export
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.devices import NOTE
from pt2k_gui.sources.loading import load


class _Positions(nn.Module):
    """Makes tensors while it runs, so that the device is part of its graph."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        places = torch.arange(4, device=values.device).to(torch.float32)
        return self.layer(values) + places + torch.ones(values.shape, device=values.device)


def _rewritten(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for member in source.infolist():
            target.writestr(member.filename, change(member.filename, source.read(member)))
    return stream.getvalue()


def _pickled_there(name: str, content: bytes) -> bytes:
    return (
        content.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0") if name.endswith("data.pkl") else content
    )


def _saved_there(name: str, content: bytes) -> bytes:
    """What a member says of devices, as PyTorch writes it with a card."""
    if name.endswith(".json"):
        return re.sub(rb'"type": "cpu", "index": null', b'"type": "cuda", "index": 0', content)
    if name.endswith(".py"):
        return content.replace(b'torch.device("cpu")', b'torch.device("cuda:0")')
    if name.endswith(".pt"):
        return _rewritten(content, _pickled_there)
    return _pickled_there(name, content)


def _program(module: nn.Module, path: Path) -> None:
    batch = torch.export.Dim("batch")
    torch.export.save(torch.export.export(module, (torch.zeros(2, 4),), dynamic_shapes=({0: batch},)), path)


MAKERS: dict[str, Callable[[nn.Module, Path], None]] = {
    "program": _program,
    "traced": lambda module, path: torch.jit.trace(module, torch.zeros(2, 4)).save(str(path)),
    "frozen": lambda module, path: torch.jit.freeze(torch.jit.trace(module, torch.zeros(2, 4))).save(str(path)),
}


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has the card that the test says is missing")
@pytest.mark.parametrize("kind", MAKERS)
def test_what_was_saved_on_a_graphics_card_gives_its_numbers_without_one(tmp_path: Path, kind: str) -> None:
    torch.manual_seed(0)
    module, path = _Positions().eval(), tmp_path / "model.pt"
    MAKERS[kind](module, path)
    sound = path.read_bytes()
    path.write_bytes(_rewritten(sound, _saved_there))
    with zipfile.ZipFile(path) as archive:
        assert any(b"cuda" in archive.read(name) for name in archive.namelist() if name.endswith((".json", ".py")))
    loaded = load(Source(str(path)), SilentContext())
    assert NOTE in loaded.card.notes
    inputs = [spec for spec in loaded.card.inputs if spec.name == "values"]
    value = torch.randn(3, 4)
    with torch.no_grad():
        expected = module(value)
    assert torch.equal(loaded.call([value])[0], expected)
    if kind == "frozen":
        return  # it keeps no layers to propose a shape from; the export below is the same as for the traced one
    export(loaded, inputs, str(tmp_path / "m.onnx"), trainable=False, context=SilentContext())
    session = onnxruntime.InferenceSession(str(tmp_path / "m.onnx"), providers=["CPUExecutionProvider"])
    actual = session.run(None, {inputs[0].name: value.numpy()})[0]
    np.testing.assert_allclose(actual, expected.numpy(), rtol=0, atol=1e-5)  # sums of four float32 products


@pytest.mark.parametrize("kind", MAKERS)
def test_what_was_saved_on_the_cpu_is_opened_as_it_is(tmp_path: Path, kind: str) -> None:
    MAKERS[kind](_Positions().eval(), tmp_path / "model.pt")
    assert NOTE not in load(Source(str(tmp_path / "model.pt")), SilentContext()).card.notes
