"""Configurations that repositories keep in files, and trainers as text in checkpoints: they are read as their authors mean
them, and none is taken where it is not certain which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.configuration_files import read_settings, settings_of_repository, with_texts_read
from pt2k_gui.sources.loading import load


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def test_a_python_file_of_settings_is_read_with_those_that_it_is_based_on(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "configs/_base_/net.py": "norm_cfg = dict(type='SyncBN')\n"
            "model = dict(type='Net', backbone=dict(type='A', depth=50, norm=norm_cfg),\n"
            "             head=dict(type='H', channels=[256, 512]))\n",
            "configs/_base_/schedule.py": "optimizer = dict(type='SGD', lr=0.1)\n",
            "configs/tiny.py": "_base_ = ['./_base_/net.py', './_base_/schedule.py']\nimport os\nwidth = 2 ** 3 if os else 4\n"
            "base = 16\nmodel = dict(backbone=dict(depth=18, width=base * 2), head=dict(_delete_=True, type='K'))\n"
            "pipeline = [dict(type='Load'), *os.listdir()]\n",
        },
    )
    found = read_settings(tmp_path / "configs" / "tiny.py")
    assert found["model"] == {
        "type": "Net",
        "backbone": {"type": "A", "depth": 18, "norm": {"type": "SyncBN"}, "width": 32},
        "head": {"type": "K"},
    }
    assert found["optimizer"] == {"type": "SGD", "lr": 0.1}
    assert "pipeline" not in found and "width" not in found, "what has to be run is not guessed"


def test_bases_that_lead_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {"a.py": "_base_ = 'b.py'\nmodel = dict(width=3)\n", "b.py": "_base_ = 'a.py'\nmodel = dict(depth=2)\n"},
    )
    assert read_settings(tmp_path / "a.py")["model"] == {"depth": 2, "width": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model = dict(type='Net', width=9)\nlr = 0.1\n", {"model": {"type": "Net", "width": 9}, "lr": 0.1}),
        ("MODEL:\n  WIDTH: 9\nSEED: 1\n", {"MODEL": {"WIDTH": 9}, "SEED": 1}),
        ('{"width": 9}', {"width": 9}),
    ],
    ids=["Python", "YAML", "JSON"],
)
def test_a_text_in_a_checkpoint_is_read_where_its_key_says_that_it_is_one(text: str, expected: dict[str, Any]) -> None:
    stored = with_texts_read({"meta": {"cfg": text}, "note": text, "model_config": text})
    assert stored == {"meta": {"cfg": expected}, "note": text, "model_config": expected}


@pytest.mark.parametrize(
    "text", ["just a name", "a = 1\n", "{broken", "a: &a [1]\nb: [*a, *a]\n", "x: [1\n"], ids=lambda text: text[:8]
)
def test_a_text_that_is_no_configuration_stays_what_it_is(text: str) -> None:
    assert with_texts_read({"config": text}) == {"config": text}


def test_of_several_files_only_the_one_that_is_named_like_the_weights_counts(tmp_path: Path) -> None:
    files = {f"configs/{name}.yaml": f"model: {{width: {width}}}\n" for name, width in (("tiny", 4), ("huge", 64))}
    _write(tmp_path, {"README.md": "", **files})
    assert settings_of_repository(tmp_path, tmp_path / "w.pt") == {}
    assert settings_of_repository(tmp_path, tmp_path / "tiny_best.pt") == {"tiny.yaml": {"model": {"width": 4}}}
    assert settings_of_repository(tmp_path, tmp_path / "runs" / "huge" / "w.pt") == {
        "huge.yaml": {"model": {"width": 64}}
    }
    (tmp_path / "configs" / "huge.yaml").unlink()
    assert settings_of_repository(tmp_path, tmp_path / "w.pt") == {"tiny.yaml": {"model": {"width": 4}}}


_NET = """
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 1)
    def forward(self, x):
        return self.head(self.conv(x))
"""


def _trained(tmp_path: Path, *left_out: str) -> Source:
    (tmp_path / "net.py").write_text(_NET)
    net = nn.ModuleDict({"conv": nn.Conv2d(3, 4, 3), "head": nn.Conv2d(4, 2, 1)})
    state = {f"model.{key}": value for key, value in net.state_dict().items() if key not in left_out}
    torch.save({"state_dict": {**state, "criterion.weight": torch.rand(2)}}, tmp_path / "w.ckpt")
    return Source(str(tmp_path / "w.ckpt"), f"{tmp_path / 'net.py'}:Net", trusted=True)


def test_what_was_trained_around_a_network_is_left_out_and_told(tmp_path: Path) -> None:
    notes = load(_trained(tmp_path), SilentContext()).card.notes
    assert (
        "1 tensor of the file belongs to what was trained around this network, and is left out: criterion.weight."
        in notes
    )


def test_nothing_is_left_out_of_a_file_that_lacks_a_part_of_the_network(tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        load(_trained(tmp_path, "head.bias"), SilentContext())
    assert "head.bias" in problem.value.sentence and "criterion.weight" in problem.value.sentence


_STRICT = """
from dataclasses import dataclass
from torch import nn
@dataclass
class Config:
    width: int = 3
    depth: int = 1
    def __post_init__(self):
        if self.width % 2:
            raise ValueError("width must be even")
class Net(nn.Module):
    def __init__(self, config: Config{default}):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(3 if i == 0 else config.width, config.width, 1) for i in range(config.depth))
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""


@pytest.mark.parametrize("default", ["", " = Config(4)"], ids=["required", "default"])
def test_a_stored_configuration_with_more_entries_than_the_class_has_is_no_obstacle(
    tmp_path: Path, default: str
) -> None:
    (tmp_path / "net.py").write_text(_STRICT.replace("{default}", default))
    layers = nn.ModuleList([nn.Conv2d(3, 6, 1), nn.Conv2d(6, 6, 1)])
    state = {f"layers.{key}": value for key, value in layers.state_dict().items()}
    torch.save(
        {"model": state, "config": {"width": 6, "depth": 2, "lr": 0.1, "data": {"root": "x"}}}, tmp_path / "w.pt"
    )
    source = Source(str(tmp_path / "w.pt"), f"{tmp_path / 'net.py'}:Net", trusted=True)
    assert load(source, SilentContext()).card.parameters == 24 + 42


def test_a_configuration_that_refuses_its_values_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(_STRICT.replace("{default}", ""))
    torch.save({"layers.0.weight": torch.zeros(5, 3, 1, 1), "layers.0.bias": torch.zeros(5)}, tmp_path / "w.pt")
    code = f"{tmp_path / 'net.py'}:Net"
    with pytest.raises(Problem) as problem:
        load(Source(str(tmp_path / "w.pt"), code, (("config.width", "5"),), trusted=True), SilentContext())
    assert "width must be even" in problem.value.sentence and "net.py, line" in problem.value.sentence
