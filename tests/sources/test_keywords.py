"""Constructors that hand their ``**kwargs`` on: what the file's shapes tell of the arguments further in is proposed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.code import find_maker
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.inspection import WEIGHTS
from pt2k_gui.sources.keywords import received_by_keyword
from pt2k_gui.sources.signatures import Argument, arguments_of, with_proposals

_PACKAGE = {
    "__init__.py": "from kwargs_zoo.small import cut, small, wide, written, Tuned, stray\n",
    "base.py": """
from torch import nn

class Net(nn.Module):
    def __init__(self, block, widths, num_classes=1000, in_chans=3, act_layer=nn.ReLU):
        super().__init__()
        self.token = nn.Parameter(nn.init.zeros_(nn.Linear(1, 1).weight)[None])
        self.stem = nn.Conv2d(in_chans, widths[0], 3)
        self.body = block(widths[0], widths[1])
        self.act = act_layer()
        self.fc = nn.Linear(widths[1], num_classes)

    def forward(self, picture):
        return self.fc(self.act(self.body(self.stem(picture)).mean((2, 3))))

def build(model_cls, variant, pretrained, **kwargs):
    return model_cls(**kwargs)
""",
    "small.py": """
from torch import nn
from kwargs_zoo import base
from kwargs_zoo.base import Net, build

def _block(a, b):
    return nn.Conv2d(a, b, 1)

def _net(block, widths, weights, progress, **kwargs):
    return Net(block, widths, **kwargs)

def small(*, weights=None, progress=True, **kwargs):
    return _net(_block, [4, 8], weights, progress, **kwargs)

def wide(pretrained=False, **kwargs):
    return base.build(Net, "wide", pretrained, **dict(dict(block=_block, widths=[6, 9]), **kwargs))

def written(**kwargs):
    return build(Net, "written", False, **{"block": _block, "widths": (5, 7), **kwargs})

def cut(**kwargs):
    return Net(_block, [4, 8], num_classes=2, **kwargs)

class Tuned(Net):
    def __init__(self, drop=0.0, **kwargs):
        super().__init__(_block, [4, 8], **kwargs)

def stray(**kwargs):
    return nn.Linear(kwargs["a"], kwargs["b"])
""",
}


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "kwargs_zoo"
    folder.mkdir()
    for name, text in _PACKAGE.items():
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "kwargs_zoo"]:
        del sys.modules[name]


@pytest.mark.parametrize("name", ["small", "wide", "written", "Tuned"])
def test_what_the_shapes_tell_reaches_the_class_behind_the_keywords(zoo: Path, name: str) -> None:
    kwargs_zoo = importlib.import_module("kwargs_zoo")
    torch.save(getattr(kwargs_zoo, name)(num_classes=7, in_chans=1).state_dict(), zoo / "w.pt")
    found = inspect(Source(str(zoo / "w.pt"), f"kwargs_zoo:{name}", trusted=True), SilentContext())
    assert found.card is not None, found.sentence
    assert found.card.inputs[0].shape[:2] == ("batch", 1)
    told = {argument.name: argument.proposal for argument in found.arguments if argument.proposal}
    assert (told["num_classes"], told["in_chans"]) == ("7", "1")


def test_what_the_caller_fixes_is_not_asked_for(zoo: Path) -> None:
    kwargs_zoo = importlib.import_module("kwargs_zoo")
    source = Source(str(zoo / "w.pt"), "kwargs_zoo:cut", trusted=True)
    assert [argument.name for argument in find_maker(source).form] == ["in_chans", "act_layer"]
    assert received_by_keyword(kwargs_zoo.stray) == ()
    torch.save(kwargs_zoo.small(num_classes=7).state_dict(), zoo / "w.pt")
    assert inspect(source, SilentContext()).needs == WEIGHTS  # two classes, whatever the file says


def test_the_channels_are_a_layers_and_not_a_class_tokens() -> None:
    shapes = {"cls_token": (1, 1, 192), "pos_embed": (1, 197, 192), "patch_embed.proj.weight": (192, 3, 16, 16)}
    (argument,) = with_proposals([Argument("in_chans")], shapes)
    assert argument.proposal == "3"


def test_a_default_that_is_a_class_or_function_is_shown_by_the_name_that_one_writes() -> None:
    precise = partial(torch.nn.LayerNorm, eps=1e-6)

    def make(
        act: type = torch.nn.ReLU,
        norm: Callable[..., Any] = precise,
        pool: Callable[..., Any] = torch.nn.functional.softmax,
        squash: Callable[..., Any] = torch.relu,
        size: type = int,
        rate: float = 0.1,
        mode: str = "same",
    ) -> None: ...

    assert [argument.default for argument in arguments_of(make)] == [
        "torch.nn.ReLU", "partial(torch.nn.LayerNorm, eps=1e-06)", "torch.nn.functional.softmax", "torch.relu",
        "int", "0.1", "'same'",
    ]  # fmt: skip
