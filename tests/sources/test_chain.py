"""Networks made again from their tensors alone: the same numbers as the original's, or an honest no."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import nn

from pt2k_gui.digits.networks import CNN, MLP
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.chain import CODE, read_chain, with_choices
from pt2k_gui.sources.chain_module import build_chain
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.inspection import ARGUMENTS
from pt2k_gui.sources.loading import load


def _shapes(state: Mapping[str, torch.Tensor]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(tensor.shape) for key, tensor in state.items()}


def _again(module: nn.Module, **choices: str) -> nn.Module:
    chain = read_chain(_shapes(module.state_dict()))
    assert chain is not None
    made = build_chain(with_choices(chain, tuple(choices.items()))).eval()
    made.load_state_dict(module.state_dict(), strict=True)
    return made


def test_the_tutorials_mlp_is_made_again_with_the_activation_that_the_user_picks() -> None:
    network, value = MLP().eval(), torch.randn(5, 784)
    assert torch.equal(_again(network, activation="sigmoid")(value), network(value))
    assert not torch.allclose(_again(network)(value), network(value))  # the proposal is relu: the choice matters


def test_a_small_convolution_network_needs_no_choice_at_all() -> None:
    network, value = CNN().eval(), torch.randn(3, 1, 28, 28)
    assert torch.equal(_again(network)(value), network(value))


@pytest.mark.parametrize(
    ("network", "value"),
    [
        (nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2)), torch.randn(3, 4)),
        (nn.Sequential(nn.Linear(4, 5), nn.LayerNorm(5), nn.ReLU(), nn.Linear(5, 2, bias=False)), torch.randn(3, 4)),
        (nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2)), torch.randn(3, 4)),
        (nn.Sequential(nn.Embedding(100, 8), nn.Flatten(), nn.Linear(128, 2)), torch.randint(0, 100, (3, 16))),
        (
            nn.Sequential(
                nn.Conv1d(2, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 2)
            ),
            torch.randn(3, 2, 20),
        ),
    ],
    ids=["mlp", "layernorm", "batchnorm", "embedding", "conv1d"],
)
def test_other_chains_give_the_originals_numbers(network: nn.Module, value: torch.Tensor) -> None:
    network.eval()
    assert torch.equal(_again(network)(value), network(value))


@pytest.mark.parametrize(
    "network",
    [
        nn.LSTM(3, 4),
        nn.TransformerEncoderLayer(8, 2),
        nn.ModuleDict({"a": nn.Linear(3, 4), "b": nn.Linear(3, 4)}),
        nn.BatchNorm1d(4),
    ],
    ids=["recurrent", "transformer", "two branches", "no layer"],
)
def test_what_is_no_chain_is_not_taken_for_one(network: nn.Module) -> None:
    assert read_chain(_shapes(network.state_dict())) is None


def test_strides_padding_and_steps_of_one_layer_can_be_set() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 5, stride=2), nn.Tanh(), nn.Flatten(), nn.Linear(2 * 12 * 12, 3)).eval()
    made = _again(network, after_0="tanh+flatten", stride_0="2", padding_0="0")
    value = torch.randn(2, 1, 28, 28)
    assert torch.equal(made(value), network(value))


@pytest.mark.parametrize(
    "argument", [("activation", "swosh"), ("after_nothing", "relu"), ("stride_hidden", "1"), ("classes", "10")]
)
def test_a_choice_that_makes_no_sense_is_refused_with_what_there_is(argument: tuple[str, str]) -> None:
    chain = read_chain(_shapes(MLP().state_dict()))
    assert chain is not None
    with pytest.raises(Problem) as caught:
        with_choices(chain, (argument,))
    assert argument[0] in caught.value.sentence
    assert "relu" in caught.value.hint or "after_hidden" in caught.value.hint


_USUAL = {
    "LeNet": (
        nn.Sequential(
            nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 10)
        ),
        (1, 28, 28),
    ),
    "CIFAR tutorial": (
        nn.Sequential(
            nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 10)
        ),
        (3, 32, 32),
    ),
    "one pooling for two convolutions": (
        nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(9216, 10)
        ),
        (1, 28, 28),
    ),
    "strides in the place of poolings": (
        nn.Sequential(
            nn.Conv2d(3, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 4, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 10)
        ),
        (3, 32, 32),
    ),
    "sequence": (
        nn.Sequential(
            nn.Conv1d(1, 8, 5), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(8, 16, 5), nn.ReLU(), nn.MaxPool1d(2),
            nn.Flatten(), nn.Linear(464, 10)
        ),
        (1, 128),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", _USUAL)
def test_the_flattened_size_tells_image_and_poolings_and_the_proposal_runs(tmp_path: Path, name: str) -> None:
    network, shape = _USUAL[name]
    torch.save(network.state_dict(), tmp_path / "w.pt")
    loaded = load(Source(str(tmp_path / "w.pt"), CODE), SilentContext())
    assert loaded.card.inputs[0].shape == ("batch", *shape)
    assert loaded.card.notes[0].startswith("A guess:")
    value = torch.randn(2, *shape)
    assert torch.equal(loaded.call([value])[0], network.eval()(value))


def test_a_chain_that_no_common_size_fits_asks_for_its_steps(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4800, 10))
    torch.save(network.state_dict(), tmp_path / "w.pt")
    found = inspect(Source(str(tmp_path / "w.pt"), CODE), SilentContext())
    assert found.needs == ARGUMENTS and "No common image size fits" in found.sentence
    assert {"stride_0", "padding_0", "after_0"} <= {argument.name for argument in found.arguments}
