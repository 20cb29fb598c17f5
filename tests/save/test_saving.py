"""Every format is written, opened again where PT2K can't be imported, and compared; nothing is lost when it fails."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import nn

from pt2k_gui.context import SilentContext
from pt2k_gui.jobs import convert, export, load, save
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import FORMATS, QUANTIZED, format_of
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice

CONTEXT = SilentContext()


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.inner = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1))
        self.head = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.norm(self.stem(x)))
        x = torch.relu(x + self.inner(x))
        return self.head(x.mean((2, 3)))


class Transformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(50, 16)
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.norm = nn.LayerNorm(16)
        self.feed = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16))
        self.head = nn.Linear(16, 4)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.table(ids)
        x = self.norm(x + self.attention(x, x, x, need_weights=False)[0])
        return self.head((x + self.feed(x)).mean(1))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(6, 12, batch_first=True)
        self.head = nn.Linear(12, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(x)[0][:, -1])


MODELS: dict[str, tuple[type[nn.Module], torch.Tensor]] = {
    "residual": (Residual, torch.randn(2, 3, 32, 32)),
    "transformer": (Transformer, torch.randint(0, 50, (2, 12))),
    "recurrent": (Recurrent, torch.randn(2, 9, 6)),
}


@dataclasses.dataclass(frozen=True)
class Made:
    source: Source
    onnx: str
    keras: str


@pytest.fixture(scope="module", params=["mlp", "cnn", *MODELS])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    from pt2k_gui.resources import resource

    folder = tmp_path_factory.mktemp(request.param)
    if request.param in MODELS:
        torch.manual_seed(1)
        kind, example = MODELS[request.param]
        shapes = ({0: torch.export.Dim("batch")},)
        program = torch.export.export(kind().eval(), (example,), dynamic_shapes=shapes)
        torch.export.save(program, str(folder / "model.pt2"))
        source = Source(str(folder / "model.pt2"))
    else:
        source = Source(str(resource(f"samples/digits-{request.param}.pt2")))
    card = load.run(load.Request(source), CONTEXT)
    onnx, keras = str(folder / "model.onnx"), str(folder / "model.keras")
    export.run(export.Request(source, card.inputs, onnx), CONTEXT)
    convert.run(convert.Request(onnx, keras), CONTEXT)
    return Made(source, onnx, keras)


def test_every_format_opens_in_a_process_without_pt2k_and_agrees(made: Made, tmp_path: Path) -> None:
    digits = "digits-" in made.source.path
    choice = SampleChoice("digits" if digits else "random", count=64)
    unable = []
    for entry in FORMATS:
        target = ((entry.name, str(tmp_path / f"model{entry.suffix}")),)
        try:
            (file,) = save.run(save.Request(made.keras, made.onnx, target, False, made.source, choice), CONTEXT)
        except Problem as problem:
            unable.append((entry.name, problem.sentence))
            assert not Path(target[0][1]).exists()
            continue
        if entry.name == "h5" and not file.same:
            unable.append((entry.name, file.detail))  # Keras's legacy reader does not know every operation
            continue
        assert file.same, (entry.name, file.detail)
        assert file.size > 0
        assert file.difference is not None
        if entry.name not in QUANTIZED and entry.name != "tflite_float16":
            assert file.difference < 1e-3
    allowed = {"h5"} | (
        {"tflite", "tflite_float16", *QUANTIZED} if "LSTM" in Path(made.onnx).read_bytes().decode("latin1") else set()
    )
    assert {name for name, _ in unable} <= allowed, unable


def test_an_existing_file_is_not_replaced_unasked_and_stays_when_writing_fails(tmp_path: Path) -> None:
    target = tmp_path / "there.keras"
    target.write_text("precious")
    with pytest.raises(Problem, match="exists already"):
        save.run(save.Request("missing.keras", "missing.onnx", (("keras", str(target)),)), CONTEXT)
    with pytest.raises(Problem):
        save.run(save.Request("missing.keras", "missing.onnx", (("keras", str(target)),), True), CONTEXT)
    assert target.read_text() == "precious"


def test_a_files_ending_chooses_the_format() -> None:
    names = {entry.suffix: format_of(f"some/model{entry.suffix}").name for entry in FORMATS}
    assert names == {entry.suffix: entry.name for entry in FORMATS}
    for wrong in ("model.docx", "model", ".keras"):
        with pytest.raises(Problem, match="belongs to no format"):
            format_of(wrong)
