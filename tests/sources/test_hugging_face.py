"""Folders as Hugging Face keeps models. A stand-in for ``transformers`` takes the calls; the suite does not install that."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources import file_formats, inspection
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.loading import load


class _Config(types.SimpleNamespace):
    use_cache = True
    return_dict = False


class _Output(dict[str, Any]):
    """What a model gives: tensors by name, and a cache that is none."""


class _Text(nn.Module):
    main_input_name = "input_ids"

    def __init__(self, config: _Config) -> None:
        super().__init__()
        self.config = config
        self.embeddings = nn.Embedding(config.vocab_size, 8)
        self.positions = nn.Embedding(config.max_position_embeddings, 8)
        self.head = nn.Linear(8, 3)

    @classmethod
    def from_pretrained(cls, folder: str, **options: Any) -> _Text:
        assert options["local_files_only"]
        model = cls(_config(folder))
        model.load_state_dict(torch.load(Path(folder) / "pytorch_model.bin", weights_only=True))
        return model

    def forward(self, input_ids: Any = None, attention_mask: Any = None, labels: Any = None) -> _Output:
        x = self.embeddings(input_ids) + self.positions(torch.arange(input_ids.shape[1]))
        weight = attention_mask.to(x.dtype)[..., None]
        hidden = (x * weight).sum(1) / (weight.sum(1) + 1)
        return _Output(logits=self.head(hidden), past_key_values=object() if self.config.use_cache else None)


class _PictureModel(nn.Module):
    main_input_name = "pixel_values"

    def __init__(self, config: _Config) -> None:
        super().__init__()
        self.config = config
        self.patches = nn.Conv2d(config.num_channels, 4, 5, stride=5)
        self.positions = nn.Parameter(torch.zeros(4, config.image_size // 5, config.image_size // 5))

    def forward(self, pixel_values: Any = None, interpolate: bool = False) -> _Output:
        return _Output(last_hidden_state=self.patches(pixel_values) + self.positions)


def _config(folder: str) -> _Config:
    return _Config(**json.loads((Path(folder) / "config.json").read_text()))


@pytest.fixture
def transformers(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    made: Any = types.ModuleType("transformers")
    made.__version__ = "9.9"
    made.TextForClassification, made.PictureModel = _Text, _PictureModel
    made.AutoConfig = types.SimpleNamespace(from_pretrained=lambda folder, **options: _config(folder))
    made.AutoModel = types.SimpleNamespace()
    monkeypatch.setitem(sys.modules, "transformers", made)
    module: types.ModuleType = made
    return module


def _folder(place: Path, **settings: Any) -> Path:
    place.mkdir()
    (place / "config.json").write_text(json.dumps(settings))
    return place


@pytest.fixture
def text(tmp_path: Path) -> Path:
    folder = _folder(
        tmp_path / "text",
        model_type="text",
        architectures=["TextForClassification"],
        vocab_size=30,
        max_position_embeddings=12,
    )
    torch.manual_seed(4)
    torch.save(_Text(_config(str(folder))).state_dict(), folder / "pytorch_model.bin")
    return folder


def _open(folder: Path, **options: Any) -> LoadedModel:
    return load(Source(str(folder), **options), SilentContext())


def test_a_folder_is_opened_with_its_class_and_the_inputs_that_its_configuration_tells(
    text: Path, transformers: types.ModuleType
) -> None:
    loaded = _open(text)
    assert loaded.card.kind == file_formats.HUGGING_FACE
    assert [(spec.name, spec.shape, spec.low, spec.high) for spec in loaded.card.inputs] == [
        ("input_ids", ("batch", 12), 0, 30),
        ("attention_mask", ("batch", 12), 0, 2),
    ]
    assert loaded.card.origin == "transformers 9.9"
    assert loaded.card.size == sum(path.stat().st_size for path in text.iterdir())
    ids, mask = torch.randint(0, 30, (2, 12)), torch.ones(2, 12, dtype=torch.int64)
    model = _Text.from_pretrained(str(text), local_files_only=True)
    torch.testing.assert_close(loaded.call([ids, mask])[0], model(ids, mask)["logits"])


def test_an_image_model_without_weights_takes_its_own_image_size_and_is_the_same_each_time(
    tmp_path: Path, transformers: types.ModuleType
) -> None:
    folder = _folder(
        tmp_path / "picture", model_type="picture", architectures=["PictureModel"], image_size=35, num_channels=2
    )
    loaded = _open(folder)
    assert loaded.card.inputs[0].shape == ("batch", 2, 35, 35)
    assert "random" in " ".join(loaded.card.notes)
    x = torch.randn(1, 2, 35, 35)
    before = loaded.call([x])[0]
    (folder / "notes.txt").touch()  # the folder changes: the model is opened again
    torch.testing.assert_close(_open(folder).call([x])[0], before)


def test_without_transformers_an_interpreter_is_asked_for(text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    found = inspect(Source(str(text)), SilentContext())
    assert found.needs == inspection.INTERPRETER
    assert "transformers" in found.sentence
    assert "--python" in found.hint


def test_weights_of_such_a_folder_name_the_folder_as_the_way_out(text: Path) -> None:
    found = inspect(Source(str(text / "pytorch_model.bin")), SilentContext())
    assert found.needs == inspection.CLASS
    assert str(text) in found.hint


def test_a_class_that_transformers_does_not_know_and_damaged_files_are_told(
    text: Path, tmp_path: Path, transformers: types.ModuleType
) -> None:
    unknown = _folder(tmp_path / "unknown", architectures=["FutureModel"])
    with pytest.raises(Problem, match=r"FutureModel, which transformers 9\.9 does not know"):
        _open(unknown)
    (text / "pytorch_model.bin").write_bytes(b"damaged")
    with pytest.raises(Problem, match=r"can't be opened by transformers 9\.9"):
        _open(text)
    other = _folder(tmp_path / "settings", width=3)  # a config.json of something else
    with pytest.raises(Problem, match="folder"):
        _open(other)
