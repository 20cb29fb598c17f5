"""Networks made again from their tensors alone: the same numbers as the original's, or an honest no."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import nn

from pt2k_gui.digits.networks import CNN, MLP
from pt2k_gui.problem import Problem
from pt2k_gui.sources.chain import build_chain, read_chain, with_choices


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
