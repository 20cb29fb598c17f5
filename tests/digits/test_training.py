"""Training: repeatable, stoppable, and as accurate as the tutorial says."""

from __future__ import annotations

import dataclasses
import gzip
from pathlib import Path

import numpy as np
import pytest

from pt2k_gui.digits.dataset import load_digits
from pt2k_gui.digits.history import Epoch, TrainingSettings, TrainingStep
from pt2k_gui.digits.metadata import read_metadata
from pt2k_gui.digits.samples import fit_to_shape, fits, normalised
from pt2k_gui.digits.training import train_to_file
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.resources import resource


class Recorder(SilentContext):
    def __init__(self, stop_after: float = float("inf")) -> None:
        self.events: list[object] = []
        self.fraction = 0.0
        self._stop_after = stop_after

    def event(self, event: object) -> None:
        self.events.append(event)

    def progress(self, fraction: float, text: str) -> None:
        assert fraction >= self.fraction
        self.fraction = fraction

    def stopping(self) -> bool:
        return self.fraction >= self._stop_after


def test_the_tutorials_network_learns_as_the_tutorial_says_and_its_file_works(tmp_path: Path) -> None:
    import torch

    recorder = Recorder()
    trained = train_to_file(TrainingSettings(), "", str(tmp_path / "digits.pt2"), recorder)
    epochs = [event for event in recorder.events if isinstance(event, Epoch)]
    assert len(epochs) == 10 and epochs[-1].validation_accuracy >= 0.92
    assert any(isinstance(event, TrainingStep) for event in recorder.events)
    assert recorder.fraction == 1.0

    test = load_digits(split="test")
    program = torch.export.load(tmp_path / "digits.pt2").module()
    logits = program(torch.from_numpy(normalised(test.images).reshape(-1, 784)))
    right = float((logits.argmax(1).numpy() == test.labels).mean())
    assert right == pytest.approx(trained.test_accuracy, abs=1e-9) and right > 0.92
    metadata = read_metadata(tmp_path / "digits.pt2")
    assert metadata is not None and metadata.settings == TrainingSettings() and metadata.epochs == trained.epochs


@pytest.fixture
def few_digits(tmp_path: Path) -> Path:
    folder = tmp_path / "few"
    folder.mkdir()
    for prefix, count in (("train", 2500), ("t10k", 500)):
        for name, head, item in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
            raw = gzip.decompress((resource("mnist") / f"{prefix}-{name}-ubyte.gz").read_bytes())
            cut = raw[:4] + count.to_bytes(4, "big") + raw[8 : head + count * item]
            (folder / f"{prefix}-{name}-ubyte").write_bytes(cut)
    return folder


@pytest.mark.parametrize("network", ["mlp", "cnn"])
def test_the_same_seed_gives_the_same_weights(tmp_path: Path, few_digits: Path, network: str) -> None:
    import torch

    states = []
    for seed, name in ((3, "a"), (3, "b"), (4, "c")):
        settings = TrainingSettings(network=network, epochs=2, seed=seed)
        train_to_file(settings, str(few_digits), str(tmp_path / f"{name}.pt2"), SilentContext())
        states.append(torch.export.load(tmp_path / f"{name}.pt2").state_dict)
    a, b, c = states
    assert all(torch.equal(a[key], b[key]) for key in a)
    assert not all(torch.equal(a[key], c[key]) for key in a)


def test_stop_keeps_the_best_epoch_and_writes_the_file(tmp_path: Path) -> None:
    trained = train_to_file(TrainingSettings(), "", str(tmp_path / "d.pt2"), Recorder(stop_after=0.4))
    assert trained.stopped and 1 <= len(trained.epochs) < 10
    best = max(trained.epochs, key=lambda epoch: epoch.validation_accuracy)
    assert trained.best_epoch == best.number and (tmp_path / "d.pt2").exists()


def test_stop_within_the_first_epoch_keeps_what_was_learned(tmp_path: Path) -> None:
    trained = train_to_file(TrainingSettings(), "", str(tmp_path / "d.pt2"), Recorder(stop_after=0.08))
    assert trained.stopped and trained.best_epoch == 1 and trained.test_accuracy > 0.3


@pytest.mark.parametrize(
    "change",
    [{"epochs": 0}, {"batch_size": 0}, {"learning_rate": 0.0}, {"momentum": 0.0}, {"train_share": 1.0}, {"std": 0.0}],
)
def test_a_setting_that_makes_no_sense_is_refused_in_words(tmp_path: Path, change: dict[str, float]) -> None:
    with pytest.raises(Problem):
        train_to_file(
            dataclasses.replace(TrainingSettings(), **change),  # type: ignore[arg-type]
            "",
            str(tmp_path / "d.pt2"),
            SilentContext(),
        )
    assert not list(tmp_path.glob("*.pt2"))


def test_a_learning_rate_that_blows_up_is_told_and_leaves_no_file(tmp_path: Path, few_digits: Path) -> None:
    with pytest.raises(Problem, match="finite"):
        settings = TrainingSettings(learning_rate=1e30, epochs=3)
        train_to_file(settings, str(few_digits), str(tmp_path / "d.pt2"), SilentContext())
    assert not (tmp_path / "d.pt2").exists()


@pytest.mark.parametrize(
    ("shape", "result"),
    [
        (("batch", 784), (6, 784)),
        (("batch", 1, 28, 28), (6, 1, 28, 28)),
        (("n", 28, 28), (6, 28, 28)),
        (("n", 28, 28, 1), (6, 28, 28, 1)),
        ((1, 1, 6, 784), (1, 1, 6, 784)),
        ((2, 3, 784), (2, 3, 784)),
    ],
)
def test_digits_take_the_shape_that_a_model_asks_for(shape: tuple, result: tuple[int, ...]) -> None:
    images = np.arange(6 * 784, dtype=np.float32).reshape(6, 28, 28)
    fitted = fit_to_shape(images, shape)
    assert fits(shape) and fitted.shape == result and np.array_equal(fitted.ravel(), images.ravel())


NO_DIGITS = [("batch", 3, 224, 224), ("batch", 28), (784,), ("batch", "c", 28, 28), ("b", 3, 28, 28), ("n", "t", 784)]


@pytest.mark.parametrize("shape", NO_DIGITS)
def test_other_inputs_are_not_taken_for_digits(shape: tuple) -> None:
    assert not fits(shape)
