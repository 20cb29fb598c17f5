"""The verdict can be trusted on other architectures too: no false alarm, no miss, and a planted fault is named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from faults import FAULTS
from networks import NETWORKS, exported, made
from torch import nn

from pt2k_gui.convert import convert, save_model
from pt2k_gui.convert.report import Conversion
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import ModelInfo
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify.layers import first_departure
from pt2k_gui.verify.result import SampleChoice, Verification
from pt2k_gui.verify.verification import verify

SAMPLES = 4  # about as few as a check takes of a model that is slow
EVERYDAY = ("resnet", "vit", "lstm")


@dataclass
class Made:
    """A network, its ONNX file and its conversion."""

    module: nn.Module
    onnx: str
    conversion: Conversion
    folder: Path
    name: str

    def verify(self, conversion: Conversion) -> Verification:
        path = str(self.folder / "other.keras")
        save_model(conversion, path)
        loaded = LoadedModel(ModelInfo("", "", "", "", 0, "", 0, 0, ()), module=self.module)
        choice = SampleChoice("random", count=SAMPLES)
        return verify(loaded, self.onnx, path, choice, str(self.folder), SilentContext(), layers=True)

    def changed(self, change: Callable[[nn.Module], None]) -> Conversion:
        """The conversion of the network after a change to it: what a wrong converter would have made."""
        module = copy.deepcopy(self.module)
        change(module)
        return convert(exported(module, made(self.name)[1][:2]))


_cache: dict[str, Made] = {}


def network(name: str, folder: Path) -> Made:
    if name not in _cache:
        module, x = made(name)
        model = exported(module, x[:2])
        path = str(folder / f"{name}.onnx")
        onnx.save(model, path)
        _cache[name] = Made(module, path, convert(model), folder, name)
    return _cache[name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trust")


@pytest.mark.parametrize("name", EVERYDAY)
def test_a_good_conversion_raises_no_alarm(name: str, folder: Path) -> None:
    here = network(name, folder)
    found = here.verify(here.conversion)
    assert found.verdict.same, found.verdict.sentence
    assert first_departure(found.layers) is None
    assert not found.notes


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in EVERYDAY])
def test_a_good_conversion_of_any_network_raises_no_alarm(name: str, folder: Path) -> None:
    test_a_good_conversion_raises_no_alarm(name, folder)


@pytest.mark.parametrize(("name", "change"), FAULTS.values(), ids=FAULTS)
def test_a_subtle_fault_is_no_pass(name: str, change: Callable[[nn.Module], None], folder: Path) -> None:
    here = network(name, folder)
    found = here.verify(here.changed(change))
    assert not found.verdict.same, found.verdict.sentence
    assert found.verdict.distance > 10 * found.verdict.noise_floor


def _fault(here: Made, layer: Any) -> Verification:
    """Verify with the largest number of one of a layer's weights off by a hundredth."""
    weight = max(layer.weights, key=lambda weight: len(weight.shape))
    before = np.array(weight)
    wrong = before.copy()
    wrong.flat[int(np.abs(wrong).argmax())] *= 1.01
    weight.assign(wrong)
    try:
        return here.verify(here.conversion)
    finally:
        weight.assign(before)


def _traced(here: Made) -> list[Any]:
    known = {row.layer for row in here.conversion.report.values}
    return [layer for layer in here.conversion.model.layers if layer.weights and layer.name in known]


@pytest.mark.parametrize("name", EVERYDAY)
def test_a_fault_in_one_weight_of_one_layer_is_named(name: str, folder: Path) -> None:
    here = network(name, folder)
    layers = _traced(here)
    layer = layers[len(layers) // 2]
    departed = first_departure(_fault(here, layer).layers)
    assert departed is not None
    assert departed.layer == layer.name


@pytest.mark.full
@pytest.mark.parametrize("name", ["resnet", "vit", "deep_lstm", "gru", "grouped"])
def test_a_fault_in_any_layer_is_named_and_fails(name: str, folder: Path) -> None:
    here = network(name, folder)
    for layer in _traced(here):
        found = _fault(here, layer)
        departed = first_departure(found.layers)
        assert not found.verdict.same, layer.name
        assert departed is not None
        assert departed.layer == layer.name
