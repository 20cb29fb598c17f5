"""Every format that is written can be held against the PyTorch model, and a file of another model is told from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from forked import fork_reopening
from torch import nn

from pt2k_gui.jobs import convert, export, load, save, verify
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice, Verification

CONTEXT = SilentContext()
FORMATS = {
    "keras": ("a.keras", "Keras", "float32"),
    "weights": ("a.weights.h5", "Keras", "float32"),
    "h5": ("a.h5", "Keras", "float32"),
    "savedmodel": ("a.savedmodel", "SavedModel", "float32"),
    "tflite": ("a.tflite", "LiteRT", "float32"),
    "tflite_float16": ("a.float16.tflite", "LiteRT", "float16"),
    "tflite_int8": ("a.int8.tflite", "LiteRT", "int8"),
    "onnx": ("a.onnx", "ONNX file", "float32"),
}


class Network(nn.Module):
    """Two inputs, an output for each class and a picture: axis orders and the order of names matter."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, padding=1)
        self.second = nn.Conv2d(16, 4, 3, padding=1)
        self.head = nn.Linear(16 + 6, 5)

    def forward(self, image: torch.Tensor, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = torch.relu(self.first(image))
        return self.head(torch.cat([x.mean((2, 3)), features], 1)), self.second(x)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Source]:
    folder = tmp_path_factory.mktemp("formats")
    torch.manual_seed(0)
    batch = torch.export.Dim("batch")
    example = torch.randn(2, 3, 8, 12), torch.randn(2, 6)
    program = torch.export.export(Network().eval(), example, dynamic_shapes=({0: batch}, {0: batch}))
    torch.export.save(program, str(folder / "model.pt2"))
    source = Source(str(folder / "model.pt2"))
    card = load.run(load.Request(source), CONTEXT)
    onnx, keras = str(folder / "model.onnx"), str(folder / "model.keras")
    export.run(export.Request(source, card.inputs, onnx), CONTEXT)
    convert.run(convert.Request(onnx, keras), CONTEXT)
    targets = tuple((name, str(folder / path)) for name, (path, _, _) in FORMATS.items())
    with pytest.MonkeyPatch.context() as patch:
        fork_reopening(patch)
        save.run(save.Request(keras, onnx, targets), CONTEXT)
    return folder, source


def check(made: tuple[Path, Source], path: str, folder: Path) -> Verification:
    place, source = made
    request = verify.Request(
        source, str(place / "model.onnx"), path, str(folder), SampleChoice("random", count=40), layers=True
    )
    return verify.run(request, CONTEXT)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_of_each_format_is_verified_against_pytorch(
    made: tuple[Path, Source], tmp_path: Path, name: str
) -> None:
    path, backend, precision = FORMATS[name]
    found = check(made, str(made[0] / path), tmp_path)
    assert found.verdict.same, found.verdict.sentence
    assert found.candidate == backend
    assert found.precision == precision
    assert {row.backend for row in found.comparisons} == {"ONNX Runtime", backend}
    assert len([row for row in found.comparisons if row.backend == backend]) == 2
    assert bool(found.layers) == (name == "keras")
    assert {file.role for file in found.files} == {"model", "ONNX", "converted"}
    with np.load(found.arrays) as arrays:
        assert arrays["differences"].shape == (2, 40)


def test_half_precision_is_said_and_held_against_what_it_can_give(made: tuple[Path, Source], tmp_path: Path) -> None:
    found = check(made, str(made[0] / "a.float16.tflite"), tmp_path)
    assert "within the limits of half precision" in found.verdict.headline
    assert found.verdict.distance > found.verdict.allowed


def test_a_litert_file_of_other_weights_is_told(made: tuple[Path, Source], tmp_path: Path) -> None:
    import keras

    from pt2k_gui.save.writing import write

    model = keras.saving.load_model(made[0] / "model.keras")
    kernel = next(layer for layer in model.layers if layer.weights).kernel
    kernel.assign(kernel * 1.001)
    write("tflite", model, "", "", tmp_path / "other.tflite", [])
    found = check(made, str(tmp_path / "other.tflite"), tmp_path)
    assert not found.verdict.same
    assert found.verdict.headline == "LiteRT gives different answers."


def test_a_file_that_is_no_model_is_refused_in_words(made: tuple[Path, Source], tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(b"no model at all")
    with pytest.raises(Problem, match="LiteRT can't open"):
        check(made, str(tmp_path / "a.tflite"), tmp_path)
    with pytest.raises(Problem, match="does not exist"):
        check(made, str(tmp_path / "gone.h5"), tmp_path)
    with pytest.raises(Problem, match="not a converted model"):
        check(made, str(tmp_path), tmp_path)


def _no_conversion(*_: object, **__: object) -> None:
    raise AssertionError("the ONNX file was converted again")


@pytest.mark.parametrize("name", ["h5", "savedmodel", "tflite", "tflite_int8"])
def test_a_file_says_its_axis_order_itself(
    made: tuple[Path, Source], tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pt2k_gui.convert.convert", _no_conversion)
    found = check(made, str(made[0] / FORMATS[name][0]), tmp_path)
    assert found.verdict.same, found.verdict.sentence


def test_a_file_that_does_not_say_it_gets_the_axis_order_that_fits(made: tuple[Path, Source], tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "other.savedmodel"
    shutil.copytree(made[0] / "a.savedmodel", folder)
    shutil.rmtree(folder / "assets.extra")
    assert check(made, str(folder), tmp_path).verdict.same


def test_a_damaged_description_is_told_in_words(made: tuple[Path, Source], tmp_path: Path) -> None:
    import shutil
    import zipfile

    shutil.copy(made[0] / "a.float16.tflite", tmp_path / "a.tflite")
    with zipfile.ZipFile(tmp_path / "a.tflite", "a") as archive:
        archive.writestr("pt2k.json", "{")
    with pytest.raises(Problem, match="description of inputs and outputs"):
        check(made, str(tmp_path / "a.tflite"), tmp_path)
