"""What can't be exported is told from the recorded program, before an exporter works on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from through_export import converted
from torch import nn

from pt2k_gui.export import exporting
from pt2k_gui.export.missing_forms import without_form
from pt2k_gui.export.translation_table import table
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec

IMAGES = TensorSpec("x", "float32", ("batch", 3, 16, 16))


def test_an_orthogonal_weight_is_what_it_is_in_evaluation(tmp_path: Path) -> None:
    torch.manual_seed(2)
    module = nn.Sequential(nn.utils.parametrizations.orthogonal(nn.Linear(6, 6)), nn.Tanh()).eval()
    with torch.no_grad():
        module[0].parametrizations.weight.original.normal_()
    model = converted(module, tmp_path, TensorSpec("x", "float32", ("batch", 6)))
    x = torch.randn(4, 6)
    torch.testing.assert_close(torch.from_numpy(np.array(model(x.numpy()))), module(x).detach(), rtol=1e-5, atol=1e-5)
    assert "forward" not in vars(module[0].parametrizations.weight)


class Last(nn.Module):
    def __init__(self, call: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.call = call

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.call(x)


def network(call: Callable[[torch.Tensor], torch.Tensor]) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(784, 9), Last(call))


def program(call: Callable[[torch.Tensor], torch.Tensor]) -> torch.export.ExportedProgram:
    sizes = ({0: torch.export.Dim.DYNAMIC},)
    return torch.export.export(network(call).eval(), (torch.randn(3, 3, 16, 16),), dynamic_shapes=sizes)


def noise(x: torch.Tensor) -> torch.Tensor:
    return x + torch.randn_like(x)


def singular_values(x: torch.Tensor) -> torch.Tensor:
    return torch.linalg.svdvals(x.unflatten(1, (3, 3)))


@pytest.mark.parametrize(
    ("call", "reason", "place"),
    [
        (singular_values, "no equivalent of the operator aten._linalg_svd", "layer 5 (Last;"),
        (lambda x: torch.linalg.matrix_exp(x.unflatten(1, (3, 3))), "the operator aten.linalg_matrix_exp", "layer 5"),
        (noise, "draws new random numbers", "layer 5 (Last;"),
    ],
    ids=["in its parts", "as it is", "random"],
)
def test_it_is_told_before_any_exporter_works(
    call: Callable[[torch.Tensor], torch.Tensor],
    reason: str,
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("an exporter was started")

    monkeypatch.setattr(exporting, "dynamo", never)
    monkeypatch.setattr(exporting, "torchscript", never)
    with pytest.raises(Problem) as caught:
        converted(network(call), tmp_path, IMAGES)
    assert reason in caught.value.sentence
    assert place in caught.value.sentence
    assert Path(__file__).name in caught.value.sentence


@pytest.mark.parametrize(
    "call",
    [
        lambda x: nn.functional.instance_norm(x.unflatten(1, (3, 3))),  # of parts that have forms
        lambda x: torch.cdist(x, x).std(1),
        lambda x: x.kthvalue(2).values,  # a translation of ours
        lambda x: torch.fft.irfft(torch.fft.rfft(x), n=9),
        lambda x: nn.functional.dropout(x, training=False).clone().relu_(),
    ],
)
def test_what_has_a_form_or_parts_that_have_one_is_left_to_the_exporters(
    call: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    assert without_form(program(call), table().keys()) == []


def test_a_translation_of_ours_is_what_gives_an_operator_its_form() -> None:
    recorded = program(lambda x: x.kthvalue(2).values)
    assert [name for name, _ in without_form(recorded, ())] == ["aten.kthvalue"]


def test_several_operators_are_found_at_once_in_the_order_of_the_program() -> None:
    recorded = program(lambda x: torch.linalg.matrix_exp(x.unflatten(1, (3, 3))) + singular_values(x)[:, None])
    assert [name for name, _ in without_form(recorded, table().keys())] == [
        "aten.linalg_matrix_exp",
        "aten._linalg_svd",
    ]
