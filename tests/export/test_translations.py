"""Operators that PyTorch's exporter has no ONNX form for: the Keras model gives the numbers that PyTorch gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from through_export import AfterLinear, converted
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from pt2k_gui.sources.card import TensorSpec


@pytest.mark.parametrize(
    ("call", "right"),
    [
        (nn.functional.rrelu, [0.909486, 0.06847, -0.017912, -0.11701]),
        (lambda x: torch.sort(x, dim=1, stable=True).values, [-0.51059, -0.078162, 0.06847, 0.909486]),
        (lambda x: x.median(1).values, [-0.078162]),
        (lambda x: x.cumprod(1), [0.909486, 0.062272, -0.004867, 0.002485]),
        (lambda x: torch.hypot(x, x + 1), [2.115018, 1.070661, 0.925146, 0.707265]),
        (
            lambda x: torch.searchsorted(torch.tensor([-1.0, 0.0, 0.5, 2.0]), x).float(),
            [3.0, 2.0, 1.0, 1.0],
        ),
        (lambda x: x.cummax(1).values, [0.909486, 0.909486, 0.909486, 0.909486]),
        (torch.erfinv, []),
        (lambda x: (((x * 100).long() >> 3) + ((x * 9).int() << 2)).float(), []),
    ],
    ids=["rrelu", "stable sort", "median", "cumprod", "hypot", "searchsorted", "cummax", "erfinv", "shifts"],
)
def test_an_operator_without_an_onnx_form_is_written_in_those_that_have_one(
    call: Callable[[torch.Tensor], torch.Tensor], right: list[float], tmp_path: Path
) -> None:
    module = AfterLinear(call)
    model = converted(module, tmp_path, TensorSpec("x", "float32", ("batch", 4)))
    x = torch.sin(torch.arange(4.0) * 1.7)[None]
    found = np.asarray(model(x.numpy())).reshape(-1)
    if right:
        np.testing.assert_allclose(found, right, atol=2e-6)
    for batch in (1, 5):
        x = torch.randn(batch, 4) * 0.5
        np.testing.assert_allclose(np.asarray(model(x.numpy())), module(x).detach().numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0, 3.0, float("inf")])
def test_distances_between_all_rows_are_those_of_pytorch(power: float, tmp_path: Path) -> None:
    module = AfterLinear(lambda x: torch.cdist(x.unflatten(1, (2, 3)), x.unflatten(1, (2, 3)).flip(2), p=power), 4, 6)
    model = converted(module, tmp_path, TensorSpec("x", "float32", ("batch", 4)))
    x = torch.randn(3, 4)
    np.testing.assert_allclose(np.asarray(model(x.numpy())), module(x).detach().numpy(), rtol=1e-4, atol=1e-5)


def test_numbers_put_where_a_mask_is_set_are_a_choice_by_the_mask(tmp_path: Path) -> None:
    def put(y: torch.Tensor) -> torch.Tensor:
        y[y > 0.5] = -1.0
        return y

    module = AfterLinear(put, 4, 6)
    model = converted(module, tmp_path, TensorSpec("x", "float32", ("batch", 4)))
    x = torch.arange(12.0).reshape(3, 4) / 6 - 1
    np.testing.assert_allclose(np.asarray(model(x.numpy())), module(x).detach().numpy(), atol=1e-6)
    assert (np.asarray(model(x.numpy())) == -1).any()


class Bag(nn.Module):
    def __init__(self, mode: str, **options: Any) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.bag = nn.EmbeddingBag(15, 4, mode=mode, **options)
        self.f = nn.Linear(4, 3)

    def forward(self, ids: torch.Tensor, offsets: torch.Tensor | None = None) -> torch.Tensor:
        return self.f(self.bag(ids, offsets))


def test_the_text_classifier_of_the_tutorials_averages_the_rows_of_its_table(tmp_path: Path) -> None:
    model = converted(Bag("mean"), tmp_path, TensorSpec("ids", "int64", ("batch", 6), 0, 15))
    found = np.asarray(model(np.array([[1, 5, 5, 9, 0, 14]])))
    np.testing.assert_allclose(found, [[0.41264, -0.732269, 0.208388]], atol=2e-6)
    assert any(type(layer).__name__ == "Embedding" for layer in model.layers)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_bags_with_padding_and_bags_of_several_lengths(mode: str, tmp_path: Path) -> None:
    module = Bag(mode, padding_idx=2)
    model = converted(module, tmp_path, TensorSpec("ids", "int64", ("batch", 3), 0, 15))
    ids = torch.tensor([[2, 1, 2], [2, 2, 2], [4, 5, 2]])
    np.testing.assert_allclose(np.asarray(model(ids.numpy())), module(ids).detach().numpy(), atol=1e-6)

    class Uneven(Bag):
        def forward(self, ids: torch.Tensor, offsets: torch.Tensor | None = None) -> torch.Tensor:
            return super().forward(ids, torch.tensor([0, 1, 5]))

    uneven = Uneven(mode)
    model = converted(uneven, tmp_path, TensorSpec("ids", "int64", (8,), 0, 15))
    ids = torch.arange(8)
    np.testing.assert_allclose(np.asarray(model(ids.numpy())), uneven(ids).detach().numpy(), atol=1e-6)


class Projected(nn.Module):
    def __init__(self, bidirectional: bool = False) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.rnn = nn.LSTM(4, 6, proj_size=3, batch_first=True, bidirectional=bidirectional)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.rnn(x)[0]


@pytest.mark.parametrize("bidirectional", [False, True])
def test_an_lstm_with_a_projection_is_a_keras_lstm_and_a_matrix(bidirectional: bool, tmp_path: Path) -> None:
    module = Projected(bidirectional)
    model = converted(module, tmp_path, TensorSpec("x", "float32", ("batch", 7, 4)))
    for x in (torch.arange(28.0).reshape(1, 7, 4) / 14 - 1, torch.randn(3, 7, 4)):
        np.testing.assert_allclose(np.asarray(model(x.numpy())), module(x).detach().numpy(), atol=1e-6)
    assert any(type(layer).__name__ == "LSTM" for layer in model.layers)


def test_a_first_state_of_a_projected_lstm_that_is_not_zero_counts(tmp_path: Path) -> None:
    class WithState(Projected):
        def forward(self, x: torch.Tensor, h: torch.Tensor, c: torch.Tensor) -> Any:  # type: ignore[override]
            return self.rnn(x, (h, c))

    module = WithState()
    specs = [TensorSpec(n, "float32", s) for n, s in (("x", (2, 7, 4)), ("h", (1, 2, 3)), ("c", (1, 2, 6)))]
    model = converted(module, tmp_path, *specs)
    given = [torch.randn(*spec.sizes(1)) for spec in specs]
    y, (h, c) = module(*given)
    for have, want in zip(model([tensor.numpy() for tensor in given]), (y, h, c), strict=True):
        np.testing.assert_allclose(np.asarray(have), want.detach().numpy(), atol=1e-6)


class Packed(nn.Module):
    """An LSTM over sequences of several lengths."""

    def __init__(self, enforce_sorted: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.rnn = nn.LSTM(4, 3, batch_first=True, bidirectional=not enforce_sorted)
        self.enforce_sorted = enforce_sorted

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=self.enforce_sorted)
        return pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=7)[0]


@pytest.mark.parametrize("enforce_sorted", [True, False])
def test_packed_sequences_are_a_mask_of_their_lengths(enforce_sorted: bool, tmp_path: Path) -> None:
    """Random lengths are tried longest first, as PyTorch's packing wants them."""
    module = Packed(enforce_sorted)
    specs = TensorSpec("x", "float32", ("batch", 7, 4)), TensorSpec("lengths", "int64", ("batch",), 1, 8)
    model = converted(module, tmp_path, *specs)
    x = torch.randn(3, 7, 4)
    lengths = torch.tensor([7, 3, 1] if enforce_sorted else [3, 7, 1])
    found = np.asarray(model([x.numpy(), lengths.numpy()]))
    np.testing.assert_allclose(found, module(x, lengths).detach().numpy(), atol=1e-6)


class AlongFree(nn.Module):
    """One operation along an axis of free length."""

    def __init__(self, call: Callable[[torch.Tensor], Any]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.l = nn.Linear(3, 3)
        self.call = call

    def forward(self, x: torch.Tensor) -> Any:
        return self.call(self.l(x))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.cumprod(1),
        lambda x: tuple(x.cummax(1)),
        lambda x: tuple(x.cummin(1)),
        lambda x: x.logcumsumexp(1),
        lambda x: tuple(x.median(1)),
        lambda x: x.sort(dim=1, stable=True, descending=True).values,
    ],
    ids=["cumprod", "cummax", "cummin", "logcumsumexp", "median", "stable sort"],
)
def test_running_products_extremes_and_orders_along_an_axis_of_free_length(
    call: Callable[[torch.Tensor], Any], tmp_path: Path
) -> None:
    module = AlongFree(call)
    model = converted(module, tmp_path, TensorSpec("x", "float32", ("batch", "T", 3), example=(2, 6, 3)))
    for batch, steps in ((1, 1), (3, 7), (2, 12)):
        x = torch.randn(batch, steps, 3)
        want, have = module(x), model(x.numpy())
        pairs = zip(want, have, strict=True) if isinstance(want, tuple) else [(want, have)]
        for a, b in pairs:
            np.testing.assert_allclose(np.asarray(b), a.detach().numpy(), rtol=1e-5, atol=1e-5)
