"""Constructor arguments that only the tensors' shapes tell are found; those that no tensor tells are never made up."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.inspection import ARGUMENTS, NOTHING

_NETS = '''
import math
import torch
from torch import nn

class Switched(nn.Module):
    """U-Net's switch: other widths, and a layer more."""
    def __init__(self, n_channels, n_classes, bilinear=False):
        super().__init__()
        factor = 2 if bilinear else 1
        self.down = nn.Conv2d(n_channels, 16 // factor, 3)
        self.up = nn.Upsample(scale_factor=2) if bilinear else nn.ConvTranspose2d(16, 16, 2, 2)
        self.out = nn.Conv2d(16 // factor, n_classes, 1)
    def forward(self, x):
        return self.out(self.up(self.down(x)))

class Together(nn.Module):
    """facenet's two arguments that go together."""
    def __init__(self, pretrained=None, classify=False, num_classes=None, dropout_prob=0.6, device=None):
        super().__init__()
        if classify and num_classes is None:
            raise ValueError("num_classes must be given")
        self.body = nn.Linear(6, 4)
        if classify:
            self.logits = nn.Linear(4, num_classes)
        self.classify = classify
    def forward(self, x):
        return self.logits(self.body(x)) if self.classify else self.body(x)

class Widths(nn.Module):
    """A temporal network's list of widths, all of it required."""
    def __init__(self, input_size, output_size, num_channels, kernel_size, dropout):
        super().__init__()
        sizes = [input_size, *num_channels]
        self.network = nn.Sequential(*[
            nn.Sequential(nn.Conv1d(a, b, kernel_size, padding="same"), nn.Dropout(dropout))
            for a, b in zip(sizes, sizes[1:])])
        self.linear = nn.Linear(sizes[-1], output_size)
    def forward(self, x):
        return self.linear(self.network(x)[:, :, -1])

class Depths(nn.Module):
    def __init__(self, depths=(2, 2, 2), width=8):
        super().__init__()
        for number, depth in enumerate(depths):
            setattr(self, f"layer{number + 1}", nn.Sequential(*[nn.Conv2d(width, width, 3, padding=1) for _ in range(depth)]))
        self.count = len(depths)
    def forward(self, x):
        for number in range(self.count):
            x = getattr(self, f"layer{number + 1}")(x)
        return x

class Scaled(nn.Module):
    def __init__(self, scale_factor):
        super().__init__()
        self.up = nn.Sequential(nn.Conv2d(3, 3 * scale_factor ** 2, 3, padding=1), nn.PixelShuffle(scale_factor))
    def forward(self, x):
        return self.up(x)

class Chosen(nn.Module):
    """Texts that code names, as deep-text-recognition's options are."""
    def __init__(self, opt):
        super().__init__()
        if opt.kind == "conv":
            self.body = nn.Conv1d(4, opt.width, 3)
        elif opt.kind == "linear":
            self.body = nn.Linear(4, opt.width)
        else:
            raise ValueError(opt.kind)
        self.kind = opt.kind
    def forward(self, x):
        return self.body(x)

class Handed(nn.Module):
    def __init__(self, width, norm="batch"):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, width), norm_of(norm, width))
    def forward(self, x):
        return self.body(x)

def norm_of(kind, width):
    if kind == "batch":
        return nn.BatchNorm1d(width)
    elif kind == "layer":
        return nn.LayerNorm(width)
    elif kind == "none":
        return nn.Identity()
    raise ValueError(kind)

class Faces(nn.Module):
    """RetinaFace's configuration, which may be left out by its signature and not by its code."""
    def __init__(self, cfg=None, phase="train"):
        super().__init__()
        if cfg["name"] == "mobile":
            self.body = nn.Linear(4, cfg["width"])
            if cfg["pretrain"]:
                raise OSError("no backbone")
        elif cfg["name"] == "large":
            self.body = nn.Sequential(nn.Linear(4, cfg["width"]), nn.Linear(cfg["width"], 4))
    def forward(self, x):
        return self.body(x)

class Silent(nn.Module):
    """What it can't do without changes no tensor."""
    def __init__(self, width, heads, mode):
        super().__init__()
        self.body, self.heads, self.mode = nn.Linear(4, width), heads, mode
    def forward(self, x):
        return self.body(x) * self.heads
'''
_MADE: dict[str, tuple[dict[str, Any], ...]] = {
    "Switched": ({"n_channels": 3, "n_classes": 2, "bilinear": True}, {"n_channels": 1, "n_classes": 4}),
    "Together": ({"classify": True, "num_classes": 17}, {}),
    "Widths": ({"input_size": 1, "output_size": 10, "num_channels": [25] * 5, "kernel_size": 7, "dropout": 0.1},),
    "Depths": ({"depths": (3, 4, 6)}, {"depths": (2, 2, 2), "width": 12}),
    "Scaled": ({"scale_factor": 3}, {"scale_factor": 4}),
    "Handed": ({"width": 6, "norm": "layer"}, {"width": 6, "norm": "none"}),
}
_CASES = [pytest.param(name, made, id=f"{name}-{number}") for name in _MADE for number, made in enumerate(_MADE[name])]


def _weights(folder: Path, name: str, made: dict[str, Any]) -> Source:
    (folder / "nets.py").write_text(_NETS)
    namespace: dict[str, Any] = {}
    exec(_NETS, namespace)
    torch.save(namespace[name](**made).state_dict(), folder / "w.pt")
    return Source(str(folder / "w.pt"), f"{folder / 'nets.py'}:{name}", trusted=True)


@pytest.mark.parametrize(("name", "made"), _CASES)
def test_arguments_that_the_tensors_tell_are_found(tmp_path: Path, name: str, made: dict[str, Any]) -> None:
    found = inspect(_weights(tmp_path, name, made), SilentContext())
    assert found.needs == NOTHING and found.card is not None, found.sentence
    said = " ".join(found.card.notes)
    for argument, value in made.items():
        if argument != "dropout":
            assert f"{argument}={value!r}" in said or f"{argument}={list(value)!r}" in said if made else True, said


def test_texts_that_code_names_are_tried_and_offered(tmp_path: Path) -> None:
    from types import SimpleNamespace

    source = _weights(tmp_path, "Chosen", {"opt": SimpleNamespace(kind="linear", width=5)})
    found = inspect(source, SilentContext())
    assert found.needs == NOTHING and found.card is not None, found.sentence
    assert "opt.kind='linear'" in " ".join(found.card.notes)
    assert next(a.choices for a in found.arguments if a.name == "opt.kind") == ("'conv'", "'linear'")


def test_a_configuration_that_may_be_left_out_by_its_signature_alone_is_filled(tmp_path: Path) -> None:
    source = _weights(tmp_path, "Faces", {"cfg": {"name": "large", "width": 6, "pretrain": False}})
    found = inspect(source, SilentContext())
    assert found.needs == NOTHING and found.card is not None, found.sentence
    said = " ".join(found.card.notes)
    assert "cfg.name='large'" in said and "cfg.width=6" in said


def test_what_no_tensor_tells_is_asked_for_by_name_and_never_made_up(tmp_path: Path) -> None:
    source = _weights(tmp_path, "Silent", {"width": 5, "heads": 2, "mode": "a"})
    found = inspect(source, SilentContext())
    assert found.needs == ARGUMENTS
    assert "without heads, mode: the file does not record their values" in found.sentence
    assert "--arg NAME=VALUE" in found.hint
    told = {argument.name: argument.proposal for argument in found.arguments}
    assert told == {"width": "5", "heads": "", "mode": ""}


def test_defaults_of_which_the_file_says_nothing_are_told(tmp_path: Path) -> None:
    found = inspect(_weights(tmp_path, "Depths", {"width": 12}), SilentContext())
    assert found.card is not None
    assert any("left at the class's own defaults: depths=(2, 2, 2)" in note for note in found.card.notes)
