"""The verdict: right on a good conversion, on subtly wrong ones, and on half precision; the planted fault is named."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from pt2k_gui.convert import read_values
from pt2k_gui.jobs import convert, export, load
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source, TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.loading import load as open_model
from pt2k_gui.verify.layers import first_departure
from pt2k_gui.verify.result import KERAS, SampleChoice, Verification
from pt2k_gui.verify.samples.gather import gather
from pt2k_gui.verify.verification import verify

CONTEXT = SilentContext()


class Network(nn.Module):
    """Convolution, BatchNorm with statistics of its own, GELU, a padded convolution, a linear layer."""

    def __init__(self, epsilon: float = 1e-5, padding: int = 1, approximate: str = "none") -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6, eps=epsilon)
        self.gelu = nn.GELU(approximate=approximate)
        self.second = nn.Conv2d(6, 4, 3, padding=padding)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(4, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.gelu(self.norm(self.first(x)))
        return self.head(self.pool(self.second(x)).flatten(1))


def weights() -> dict[str, torch.Tensor]:
    """One set of weights for every variant. The variances are small, so that epsilon has a say."""
    torch.manual_seed(0)
    network = Network()
    network.norm.running_var.uniform_(0.01, 0.05)
    network.norm.running_mean.normal_(0, 0.1)
    return network.state_dict()


def program(path: Path, network: nn.Module, example: torch.Tensor) -> Source:
    network.eval()
    shapes = ({0: torch.export.Dim("batch")},)
    torch.export.save(torch.export.export(network, (example,), dynamic_shapes=shapes), str(path))
    return Source(str(path))


def build(folder: Path, name: str, **variant: object) -> tuple[LoadedModel, str, str]:
    network = Network(**variant)  # type: ignore[arg-type]
    network.load_state_dict(weights())
    source = program(folder / f"{name}.pt2", network, torch.zeros(2, 1, 28, 28))
    card = load.run(load.Request(source), CONTEXT)
    onnx, keras = str(folder / f"{name}.onnx"), str(folder / f"{name}.keras")
    export.run(export.Request(source, card.inputs, onnx), CONTEXT)
    convert.run(convert.Request(onnx, keras), CONTEXT)
    return open_model(source, CONTEXT), onnx, keras


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadedModel, str, str]:
    return build(tmp_path_factory.mktemp("good"), "good")


def check(good: tuple[LoadedModel, str, str], keras: str, folder: Path, **options: object) -> Verification:
    choice = SampleChoice("digits", count=200)
    return verify(good[0], good[1], keras, choice, str(folder), CONTEXT, **options)  # type: ignore[arg-type]


def test_a_good_conversion_is_within_a_few_noise_floors(good: tuple[LoadedModel, str, str], tmp_path: Path) -> None:
    found = check(good, good[2], tmp_path)
    assert found.verdict.same
    assert 0 < found.verdict.noise_floor < 1e-5
    assert found.verdict.distance <= found.verdict.allowed
    assert {row.backend for row in found.backends} == {"PyTorch", "ONNX Runtime", "Keras"}
    with np.load(found.arrays) as arrays:
        assert arrays["images"].shape == (200, 28, 28)
        assert arrays["keras"].shape == (200, 10)
        assert arrays["difference"].max() == pytest.approx(
            np.abs(arrays["keras"].astype(np.float64) - arrays["pytorch"]).max(), rel=1e-5
        )


@pytest.mark.parametrize(
    "variant",
    [{"epsilon": 1e-3}, {"padding": 0}, {"approximate": "tanh"}],
    ids=["epsilon of BatchNorm", "padding off by one", "tanh GELU for erf GELU"],
)
def test_a_subtly_wrong_conversion_fails(
    good: tuple[LoadedModel, str, str], tmp_path: Path, variant: dict[str, object]
) -> None:
    _, _, wrong = build(tmp_path, "wrong", **variant)
    found = check(good, wrong, tmp_path)
    assert not found.verdict.same
    assert found.verdict.headline == "Keras gives different answers."
    assert "times PyTorch's own rounding" in found.verdict.sentence


def test_weights_rounded_to_half_precision_are_told_from_the_float_model(
    good: tuple[LoadedModel, str, str], tmp_path: Path
) -> None:
    import keras

    model = keras.saving.load_model(good[2])
    for weight in model.weights:
        weight.assign(np.asarray(weight).astype(np.float16).astype(np.float32))
    rounded = str(tmp_path / "half.keras")
    _with_member(model, good[2], rounded)
    assert not check(good, rounded, tmp_path).verdict.same


def _with_member(model: object, original: str, path: str) -> None:
    """Save a changed model with the description of the axes that the original file holds."""
    import zipfile

    model.save(path)  # type: ignore[attr-defined]
    with zipfile.ZipFile(original) as archive, zipfile.ZipFile(path, "a") as target:
        target.writestr("pt2k.json", archive.read("pt2k.json"))


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "middle", "last"])
def test_a_planted_fault_is_named(good: tuple[LoadedModel, str, str], tmp_path: Path, place: int) -> None:
    import keras

    model = keras.saving.load_model(good[2])
    layers = [layer for layer in model.layers if layer.weights]
    kernel = layers[place].kernel
    kernel.assign(kernel * 1.01)
    broken = str(tmp_path / "broken.keras")
    _with_member(model, good[2], broken)
    found = check(good, broken, tmp_path, layers=True)
    departed = first_departure(found.layers)
    assert departed is not None
    assert departed.layer == layers[place].name
    assert not found.verdict.same


def test_no_layer_of_a_good_conversion_departs(good: tuple[LoadedModel, str, str], tmp_path: Path) -> None:
    found = check(good, good[2], tmp_path, layers=True)
    assert len(found.layers) >= 4
    assert {row.layer for row in found.layers} == {row.layer for row in read_values(good[2])}
    assert first_departure(found.layers) is None


def test_random_samples_repeat_with_their_seed_and_keep_an_integers_range() -> None:
    specs = (TensorSpec("ids", "int64", ("batch", 7), 3, 9), TensorSpec("x", "float32", ("batch", 2)))
    from pt2k_gui.sources.card import ModelInfo

    card = ModelInfo("", "", "", "", 0, "", 0, 0, specs)
    one, again = (list(gather(SampleChoice("random", count=10, seed=4), card, specs).batches()) for _ in range(2))
    other = list(gather(SampleChoice("random", count=10, seed=5), card, specs).batches())
    assert np.array_equal(one[0][1], again[0][1])
    assert not np.array_equal(one[0][1], other[0][1])
    assert set(np.unique(one[0][0])) <= set(range(3, 9))


def test_a_file_of_samples_with_labels_gives_the_accuracy_of_each_backend(
    good: tuple[LoadedModel, str, str], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((50, 1, 28, 28)).astype(np.float32)
    with torch.no_grad():
        labels = good[0].call([torch.from_numpy(values)])[0].argmax(1).numpy()
    np.savez(tmp_path / "mine.npz", input=values, labels=labels)
    found = verify(good[0], good[1], good[2], SampleChoice("file", str(tmp_path / "mine.npz")), str(tmp_path), CONTEXT)
    assert {row.accuracy for row in found.backends} == {1.0}
    np.save(tmp_path / "wrong.npy", values[:, :, :20])
    with pytest.raises(Problem, match="has the shape 50 × 1 × 20 × 28"):
        verify(good[0], good[1], good[2], SampleChoice("file", str(tmp_path / "wrong.npy")), str(tmp_path), CONTEXT)


def test_a_folder_of_images_is_read_and_a_broken_one_is_skipped_and_told(
    good: tuple[LoadedModel, str, str], tmp_path: Path
) -> None:
    from PIL import Image

    rng = np.random.default_rng(1)
    for name in ("cat", "dog"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(3):
            pixels = rng.integers(0, 256, (40, 30), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{number}.png")
    (tmp_path / "images" / "cat" / "broken.png").write_bytes(b"no picture")
    found = verify(good[0], good[1], good[2], SampleChoice("folder", str(tmp_path / "images")), str(tmp_path), CONTEXT)
    assert found.samples == 6
    assert any("broken.png" in note for note in found.notes)
    assert found.verdict.same
    # Two sub-folders are not the model's ten classes: an accuracy would be made up.
    assert found.truths == ("cat", "dog")
    assert found.classes == ()
    assert {row.accuracy for row in found.backends} == {None}
    assert any("2 classes" in note for note in found.notes)


def test_an_onnx_source_has_a_truth_too(good: tuple[LoadedModel, str, str], tmp_path: Path) -> None:
    loaded = open_model(Source(good[1]), CONTEXT)
    found = verify(loaded, good[1], good[2], SampleChoice("random", count=20), str(tmp_path), CONTEXT)
    assert [row.backend for row in found.backends] == ["ONNX Runtime", KERAS]
    assert found.verdict.same
    assert found.verdict.noise_floor > 0
    assert os.path.exists(found.arrays)  # noqa: PTH110


def test_samples_that_a_model_can_not_take_are_told_with_their_shape(
    good: tuple[LoadedModel, str, str], tmp_path: Path
) -> None:
    from pt2k_gui.verify.runners import KerasRunner, OnnxRuntimeRunner

    for runner, backend in ((KerasRunner(good[2]), "Keras"), (OnnxRuntimeRunner(good[1]), "ONNX Runtime")):
        runner.open()
        with pytest.raises(Problem, match=rf"{backend} can't run .* on samples of the shape 2 × .*: .*\w") as caught:
            runner.run([np.zeros((2, 3, 28, 28), np.float32)])
        assert "in user code" not in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "--input-shape" in caught.value.hint


def test_outputs_that_are_no_numbers_show_nothing_and_do_not_pass(tmp_path: Path) -> None:
    network = Network()
    network.load_state_dict(weights())
    nn.init.constant_(network.head.bias, float("nan"))
    source = program(tmp_path / "nan.pt2", network, torch.zeros(2, 1, 28, 28))
    onnx, keras = str(tmp_path / "nan.onnx"), str(tmp_path / "nan.keras")
    export.run(export.Request(source, load.run(load.Request(source), CONTEXT).inputs, onnx), CONTEXT)
    convert.run(convert.Request(onnx, keras), CONTEXT)
    found = verify(open_model(source, CONTEXT), onnx, keras, SampleChoice("digits", count=20), str(tmp_path), CONTEXT)
    assert not found.verdict.same
    assert "not a finite number" in found.verdict.sentence
