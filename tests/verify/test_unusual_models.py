"""Models that are unlike most: chaotic ones, outputs much larger than inputs, a batch on another axis, named outputs, values of
several sizes in eight bits."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from pt2k_gui.convert import convert, save_model
from pt2k_gui.export.exporting import export
from pt2k_gui.export.own_rounding import unexplained
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify.lost_information import LostChannels, OutputErrors
from pt2k_gui.verify.result import SampleChoice, Verification
from pt2k_gui.verify.samples.base import Samples, bounded
from pt2k_gui.verify.samples.gather import random_array
from pt2k_gui.verify.verification import verify

BATCHED = TensorSpec("x", "float32", ("batch", 6))


def walked(module: nn.Module, folder: Path, *specs: TensorSpec, count: int = 24) -> tuple[Verification, Any]:
    """A module through export, conversion and check; and its Keras model."""
    loaded = LoadedModel(ModelInfo("model", "", "", "", 0, "", 0, 0, specs), module.eval())
    onnx, keras = str(folder / "model.onnx"), str(folder / "model.keras")
    export(loaded, specs, onnx, trainable=False, context=SilentContext())
    conversion = convert(onnx)
    save_model(conversion, keras)
    choice = SampleChoice("random", count=count)
    return verify(loaded, onnx, keras, choice, str(folder), SilentContext()), conversion.model


class Logistic(nn.Module):
    """The logistic map, some times over: what rounds in its last place at first is another number at last."""

    def __init__(self, turns: int) -> None:
        super().__init__()
        self.turns, self.linear = turns, nn.Linear(6, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.sigmoid(self.linear(x))
        for _ in range(self.turns):
            x = 3.9 * x * (1 - x)
        return x


@pytest.mark.parametrize(("turns", "chaotic"), [(2, False), (28, True)])
def test_a_chaotic_network_is_called_that_whatever_the_verdict(turns: int, chaotic: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    found, _ = walked(Logistic(turns), tmp_path, BATCHED)
    assert ("ill-conditioned" in found.verdict.sentence) is chaotic
    assert found.verdict.same
    if chaotic:
        assert "limits that rounding sets" in found.verdict.headline


class Untrained(nn.Module):
    """A head that begins with zeros, as timm makes them: whatever is before it, its output is zero."""

    def __init__(self, head: float) -> None:
        super().__init__()
        self.first, self.head = nn.Linear(6, 8), nn.Linear(8, 3)
        nn.init.constant_(self.head.weight, head)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.first(x))


@pytest.mark.parametrize("head", [0.0, 0.1])
def test_agreement_on_nothing_but_zeros_is_told(head: float, tmp_path: Path) -> None:
    found, _ = walked(Untrained(head), tmp_path, BATCHED)
    assert found.verdict.same
    assert ("zero for every sample" in found.verdict.sentence) is (head == 0.0)
    assert "nan" not in found.verdict.sentence.lower()


class Streamed(nn.Module):
    """A GRU whose state is an input with the batch on its second axis, as PyTorch has it."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(3, 2, batch_first=True)

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.gru(x, h)


def test_a_state_whose_batch_is_its_second_axis_is_sampled_and_compared_by_that_axis(tmp_path: Path) -> None:
    torch.manual_seed(0)
    specs = TensorSpec("x", "float32", ("batch", 9, 3)), TensorSpec("h", "float32", (1, "batch", 2))
    found, _ = walked(Streamed(), tmp_path, *specs)
    assert found.verdict.same, found.verdict.sentence
    assert {row.samples for row in found.comparisons} == {24}


class Named(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(6, 5)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        y = self.linear(x)
        return {"logits": y, "probabilities": y.softmax(-1)}


def test_the_keys_of_a_dictionary_are_the_names_of_keras_outputs(tmp_path: Path) -> None:
    found, model = walked(Named(), tmp_path, BATCHED)
    assert model.output_names == ["logits", "probabilities"]
    assert [row.output for row in found.comparisons if row.backend == "Keras"] == ["logits", "probabilities"]


class _Decoder:
    """A backend that makes 5,000,000 numbers of one sample, and says how many samples it got at a time."""

    backend, version = "decoder", ""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def run(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        self.sizes.append(len(batch[0]))
        return [np.broadcast_to(np.float32(0), (len(batch[0]), 5_000_000))]


def test_batches_are_as_small_as_their_outputs_are_large() -> None:
    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        yield (np.arange(256, dtype=np.float32).reshape(256, 1),)
        yield (np.arange(256, 300, dtype=np.float32).reshape(44, 1),)

    samples, decoder = Samples(300, "a test", batches, 256), _Decoder()
    cut = bounded(samples, decoder)
    parts = [batch[0] for batch in cut.batches()]
    # A batch's outputs hold at most 16 million numbers (64 MB), three samples of this decoder; 256 is no multiple of 3.
    assert cut.per_batch == 2
    assert {len(part) for part in parts} == {2}
    np.testing.assert_array_equal(np.concatenate(parts).ravel(), np.arange(300))
    assert decoder.sizes == [1]
    assert bounded(dataclasses.replace(samples, free_batch=False), decoder).per_batch == 256


def test_probabilities_beside_pixels_in_eight_bits_are_lost_and_their_columns_named() -> None:
    rng = np.random.default_rng(0)
    right = np.concatenate([rng.uniform(0, 640, (4, 64, 4)), rng.uniform(0, 1, (4, 64, 5))], axis=2).astype(np.float32)
    scale = 640 / 255
    for coarse, lost in ((np.round(right / scale) * scale, (4, 5, 6, 7, 8)), (right * 1.01, ())):
        errors = OutputErrors()
        errors.add(coarse.astype(np.float32), right)
        found = errors.lost()
        assert (found.channels if isinstance(found, LostChannels) else ()) == lost
    assert "4, 5, 6, 7 ..." in (_of(right, scale) or "")


def _of(right: np.ndarray, scale: float) -> str | None:
    errors = OutputErrors()
    errors.add((np.round(right / scale) * scale).astype(np.float32), right)
    found = errors.lost()
    return None if found is None else found.sentence("boxes")


class Masked(nn.Module):
    """Fused attention under a mask that is an input."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(6, 18)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        q, k, v = self.qkv(x)[:, None].chunk(3, -1)
        return nn.functional.scaled_dot_product_attention(q, k, v, mask)


def test_random_masks_leave_every_query_a_key_and_the_twin_is_right_under_them(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = Masked()
    specs = TensorSpec("x", "float32", ("batch", 3, 6)), TensorSpec("mask", "bool", ("batch", 1, 3, 3))
    found, model = walked(module, tmp_path, *specs)
    assert found.verdict.same, found.verdict.sentence
    generator = np.random.default_rng(0)
    masks = random_array(specs[1], 200, generator)
    assert masks.any(-1).all()
    assert not masks.all(-1).any()
    x, mask = torch.randn(2, 3, 6), torch.ones(2, 1, 3, 3, dtype=torch.bool)
    mask[:, :, :, 1] = False
    got = np.asarray(model([x.numpy(), mask.numpy()]))
    np.testing.assert_allclose(got, module(x, mask).detach().numpy(), atol=1e-6)


def test_an_export_is_held_against_the_models_own_rounding_not_a_percent() -> None:
    torch.manual_seed(0)
    x = [torch.randn(4, 6)]
    for module, explained in ((Logistic(2), False), (Logistic(28), True)):
        loaded = LoadedModel(ModelInfo("", "", "", "", 0, "", 0, 0, ()), module.eval())
        batches = [(x, [output.numpy() for output in loaded.call(x)])]
        # Two thousandths, as a window of Hamming's with rounded coefficients differs by.
        assert unexplained(loaded, batches, [2e-3], 1.0) is not explained
        assert not unexplained(loaded, batches, [5e-4], 1.0)
    half = LoadedModel(ModelInfo("", "", "", "", 0, "", 0, 0, ()), nn.Linear(6, 2).half())
    assert not unexplained(half, [(x, [np.zeros(2, np.float16)])], [5e-3], 1.0)


class Picks(nn.Module):
    """The places with the largest scores, as the head of a detector: of an empty picture all are equal."""

    def __init__(self) -> None:
        super().__init__()
        layers = [(3, 16, 3), (16, 32, 3), (32, 1, 1)]
        parts = [part for i, o, k in layers for part in (nn.Conv2d(i, o, k, padding=k // 2), nn.SiLU())]
        self.score, self.box = nn.Sequential(*parts[:-1]), nn.Conv2d(3, 4, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        scores = self.score(x).sigmoid().flatten(1)
        places = torch.arange(scores.shape[1], dtype=torch.float32) + 0 * scores
        boxes = self.box(x).flatten(2).transpose(1, 2) + places[..., None]
        best, at = scores.topk(7, dim=1)
        return boxes.gather(1, at[..., None].expand(-1, -1, 4)), best


def test_what_is_picked_of_an_empty_picture_is_no_difference_and_hides_none(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = Picks().eval()
    loaded = LoadedModel(ModelInfo("", "", "", "", 0, "", 0, 0, ()), module)
    batches = [
        ([x], [output.detach().numpy() for output in module(x)])
        for x in (torch.randn(2, 3, 9, 9), torch.zeros(2, 3, 9, 9))
    ]
    assert not unexplained(loaded, batches, [1e-6, 7.0], 80.0)
    assert unexplained(loaded, batches, [7.0, 7.0], 80.0)
    assert unexplained(loaded, batches, [7.0, 0.0], 80.0)
    found, _ = walked(module, tmp_path, TensorSpec("x", "float32", ("batch", 3, 9, 9)))
    assert found.verdict.same, found.verdict.sentence


def test_weights_in_float64_stay_so_or_their_change_is_told(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv1d(3, 4, 3), nn.BatchNorm1d(4), nn.ReLU(), nn.LayerNorm(6), nn.Flatten(), nn.Linear(24, 2)
    )
    module = module.double().eval()
    path = tmp_path / "model.onnx"
    torch.onnx.export(module, (torch.randn(2, 3, 8).double(),), str(path), dynamo=True, verbose=False)
    conversion = convert(str(path), axis_order="onnx")
    kinds = {str(weight.dtype) for weight in conversion.model.weights}
    assert kinds == {"float64"} or any("float64" in note for note in conversion.report.notes)
    x = torch.randn(2, 3, 8).double()
    got = np.asarray(conversion.model(x.numpy()))
    assert got.dtype == np.float64
    np.testing.assert_allclose(
        got, module(x).detach().numpy(), rtol=1e-8 if kinds == {"float64"} else 1e-5
    )  # epsilon is a float32 in ONNX
