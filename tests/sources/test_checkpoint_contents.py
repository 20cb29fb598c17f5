"""What training scripts put beside the weights: read without running it, or asked about and then opened."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import datetime
import enum
import functools
import pathlib
import random
import sys
import types
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parent))
from model_files import KINDS

from pt2k_gui.digits.networks import MLP
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.inspection import CONSENT, NOTHING
from pt2k_gui.sources.loading import load
from pt2k_gui.sources.trust import NeedsTrust, agree

_MLP = "pt2k_gui.digits.networks:MLP"
_LIBRARY = "library_of_the_user"


@pytest.fixture
def library() -> Iterator[types.ModuleType]:
    """A library that is there while the file is written, and gone when it is read."""
    module = types.ModuleType(_LIBRARY)
    sys.modules[_LIBRARY] = module
    yield module
    sys.modules.pop(_LIBRARY, None)


def _classes(module: Any) -> dict[str, Any]:
    """Objects of the library's classes, one of each make."""

    def make(name: str, *bases: type, **members: Any) -> Any:
        made = type(name, bases, {"__module__": _LIBRARY, **members})
        setattr(module, name, made)
        return made

    config = dataclasses.dataclass(make("Config", __annotations__={"rate": float}))
    Mode = enum.Enum("Mode", "FAST SLOW", module=_LIBRARY)
    module.Mode = Mode
    Point = collections.namedtuple("Point", "x y", module=_LIBRARY)
    module.Point = Point
    slotted = make("Slotted", __slots__=("a",))()
    slotted.a = 1
    return {
        "a data class": config(0.1),
        "an enumeration": Mode.FAST,
        "a named tuple": Point(1, 2),
        "a kind of dictionary": make("Box", dict)(a=1),
        "a kind of list": make("Rows", list)([1, 2]),
        "a kind of text": make("Word", str)("x"),
        "an object with slots": slotted,
        "a class": config,
        "nested": {"a": [config(1), {Mode.SLOW: Point(1, config(2))}]},
    }


_OPTIMIZER = torch.optim.SGD([nn.Parameter(torch.zeros(2))], 0.1)
BESIDE: dict[str, Any] = {
    "numpy's numbers": {"best": np.float64(0.9), "step": np.int64(3), "flag": np.bool_(True)},
    "numpy's arrays": {"numbers": np.arange(3), "words": np.array(["a", "b"]), "objects": np.array([{}, None], object)},
    "numpy's random state": np.random.RandomState(0).get_state(),
    "python's random state": random.getstate(),
    "torch's random state": torch.get_rng_state(),
    "a date": datetime.datetime(2020, 1, 1),
    "a path": pathlib.PurePosixPath("runs/1"),
    "a counter": collections.Counter("aab"),
    "a default dictionary": collections.defaultdict(list, {1: [2]}),
    "a queue": collections.deque([1, 2], maxlen=5),
    "a range": range(3),
    "a set": {1, 2},
    "a complex number and bytes": (1j, b"ab"),
    "an identifier": uuid.UUID(int=5),
    "arguments": argparse.Namespace(lr=0.1, betas=(0.9, 0.999)),
    "a simple namespace": types.SimpleNamespace(a=1),
    "a type and a device": (torch.float16, torch.device("cuda:0"), torch.Size([1, 2])),
    "a scheduler": torch.optim.lr_scheduler.MultiStepLR(_OPTIMIZER, [1, 2]),
    "a scheduler's state": torch.optim.lr_scheduler.CosineAnnealingLR(_OPTIMIZER, 5).state_dict(),
    "an optimizer": _OPTIMIZER,
    "a function": nn.functional.relu,
    "a sparse tensor": torch.eye(3).to_sparse(),
    "a tensor without data": torch.zeros(2, device="meta"),
}
ONLY_IN_ARCHIVES: dict[str, Any] = {
    "a partial function": functools.partial(nn.Linear, 3),
    "a loss": nn.CrossEntropyLoss(torch.ones(3)),
    "a float8 tensor": torch.zeros(2).to(torch.float8_e4m3fn),
}


def _opens(path: Path, content: Any, **options: Any) -> None:
    network = MLP().eval()
    torch.save({"epoch": 1, "model": network.state_dict(), "beside": content}, path, **options)
    sys.modules.pop(_LIBRARY, None)
    loaded = load(Source(str(path), _MLP), SilentContext())
    assert loaded.module is not None
    assert torch.equal(loaded.module.state_dict()["output.weight"], network.output.weight)
    assert inspect(Source(str(path), _MLP), SilentContext()).needs == NOTHING


@pytest.mark.parametrize("archive", [True, False], ids=["archive", "legacy"])
@pytest.mark.parametrize("what", BESIDE)
def test_what_lies_beside_the_weights_is_no_obstacle(tmp_path: Path, what: str, archive: bool) -> None:
    _opens(tmp_path / "checkpoint.pt", BESIDE[what], _use_new_zipfile_serialization=archive)


@pytest.mark.parametrize("what", ONLY_IN_ARCHIVES)
def test_nor_is_what_legacy_files_can_not_hold(tmp_path: Path, what: str) -> None:
    _opens(tmp_path / "checkpoint.pt", ONLY_IN_ARCHIVES[what])


@pytest.mark.parametrize("archive", [True, False], ids=["archive", "legacy"])
def test_objects_of_classes_that_are_not_installed_are_no_obstacle(
    tmp_path: Path, library: types.ModuleType, archive: bool
) -> None:
    for what, content in _classes(library).items():
        sys.modules[_LIBRARY] = library
        _opens(tmp_path / f"{what}.pt", content, _use_new_zipfile_serialization=archive)


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_a_newer_pickle_protocol_is_asked_about_and_then_opened(tmp_path: Path, protocol: int) -> None:
    network = MLP().eval()
    source = Source(str(tmp_path / "weights.pt"), _MLP)
    torch.save({"model": network.state_dict(), "note": b"bytes"}, source.path, pickle_protocol=protocol)
    with pytest.raises(NeedsTrust) as caught:
        load(source, SilentContext())
    assert "pickled with a newer protocol" in caught.value.sentence and source.path in caught.value.sentence
    assert inspect(source, SilentContext()).needs == CONSENT
    agree(source.path, caught.value.sha256)
    found = inspect(source, SilentContext())
    assert found.needs == NOTHING and found.card is not None
    assert any("running its pickle" in note for note in found.card.notes)
    loaded = load(source, SilentContext())
    assert loaded.module is not None
    assert torch.equal(loaded.module.state_dict()["hidden.bias"], network.hidden.bias)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "whole" in kind])
def test_a_question_is_asked_once_by_the_card_and_the_page_alike(tmp_path: Path, kind: str) -> None:
    source = KINDS[kind](tmp_path).source
    assert load(source, SilentContext()).card == inspect(source, SilentContext()).card


def test_a_model_of_torchs_layers_with_a_foreign_one_among_them_asks_first(
    tmp_path: Path, library: types.ModuleType
) -> None:
    """Read as data it gives its tensors; run, with the user's yes, the whole model."""

    class Scale(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.factor = nn.Parameter(torch.full((3,), 2.0))

        def forward(self, values: torch.Tensor) -> torch.Tensor:
            return values * self.factor

    Scale.__module__, Scale.__qualname__ = _LIBRARY, "Scale"
    library.Scale = Scale  # type: ignore[attr-defined]
    network = nn.Sequential(nn.Linear(4, 3), Scale()).eval()
    source = Source(str(tmp_path / "whole.pt"))
    torch.save(network, source.path)
    found = inspect(source, SilentContext())
    assert found.needs == CONSENT
    assert [row.key for row in found.tensors] == ["0.weight", "0.bias", "1.factor"]
    loaded = load(dataclasses.replace(source, trusted=True), SilentContext())
    value = torch.randn(2, 4)
    assert torch.equal(loaded.call([value])[0], network(value))


def test_scores_and_optimizers_are_not_offered_as_weights(tmp_path: Path) -> None:
    source = KINDS["Lightning checkpoint"](tmp_path).source
    assert inspect(source, SilentContext()).weights == ("state_dict",)
