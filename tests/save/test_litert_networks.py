"""Whole networks of PyTorch and ONNX as LiteRT files: their numbers, at every batch and length that they take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from known_architectures import folder, zoo
from litert_architectures import measured
from litert_files import exported, operators, written
from torch import nn

from pt2k_gui.convert import convert


class Pyramid(nn.Module):
    """Adaptive means whose size does not divide the image's."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 3, 1)
        self.p = nn.AdaptiveAvgPool2d((4, 6))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.p(self.c(x))


class Response(nn.Module):
    """Local response normalisation, as in AlexNet."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 6, 1)
        self.n = nn.LocalResponseNorm(3, alpha=1e-2, k=1.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.n(self.c(x))


class Video(nn.Module):
    """Pooling over three axes."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv3d(1, 4, 3, padding=1)
        self.m = nn.MaxPool3d((1, 2, 2))
        self.a = nn.AvgPool3d(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.a(self.m(torch.relu(self.c(x))))


class Memory(nn.Module):
    """Two layers of both directions."""

    def __init__(self) -> None:
        super().__init__()
        self.r = nn.LSTM(6, 8, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        outputs, (h, c) = self.r(x)
        return outputs, h, c


class Everywhere(nn.Module):
    """Adaptive means and maxima over one and three axes, also to a single place, whose sizes divide or do not."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv3d(2, 3, 1)
        self.mean, self.most, self.all = (
            nn.AdaptiveAvgPool3d((2, 3, 4)),
            nn.AdaptiveMaxPool3d(2),
            nn.AdaptiveAvgPool3d(1),
        )
        self.line = nn.AdaptiveAvgPool1d(5)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = self.c(x)
        return self.mean(x), self.most(x), self.all(x), self.line(x.flatten(2))


class Sums(nn.Module):
    """Einstein sums of every form: products, traces, outer products, an ellipsis, three operands, a transposition."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(4, 5))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (
            torch.einsum("bij,jk->bik", x, self.w),
            torch.einsum("bij,bkj->bik", x, x),
            torch.einsum("bii->b", x),
            torch.einsum("bij,bkl->bijkl", x, x),
            torch.einsum("...ij->...ji", x),
            torch.einsum("bij,jk,bil->bkl", x, self.w, x),
            torch.einsum("bij->", x),
        )


class Scattered(nn.Module):
    """Maxima, minima, products, means of what falls on one place."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("places", torch.tensor([[0, 2, 2, 0, 3]]))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        places = self.places.expand(x.shape[0], -1)
        return tuple(
            torch.zeros_like(x).scatter_reduce(1, places, x, reduce, include_self=own)
            for reduce, own in (
                ("amax", False),
                ("amin", True),
                ("prod", True),
                ("sum", True),
                ("sum", False),
                ("mean", False),
            )
        )


BATCH = torch.export.Dim("batch", min=1, max=64)


class Statistics(nn.Module):
    """Normalised by numbers that the network computes: sums along the second of three axes."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv1d(3, 5, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shift = x.mean((0, 2)).sum() * torch.arange(1.0, 6.0)
        return torch.nn.functional.batch_norm(self.c(x).transpose(1, 2), shift[:4], shift[1:].abs() + 1)


NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], dict[int, Any]]] = {
    "adaptive mean": (Pyramid, (2, 3, 9, 11), {0: BATCH}),
    "local response": (Response, (2, 3, 4, 5), {0: BATCH}),
    "pooling over three axes": (Video, (2, 1, 4, 8, 8), {0: BATCH}),
    "recurrent": (Memory, (2, 9, 6), {0: BATCH}),
    "adaptive pooling over one and three axes": (Everywhere, (2, 2, 5, 6, 9), {0: BATCH}),
    "einstein sums": (Sums, (2, 4, 4), {}),  # PyTorch's export fixes their batch
    "computed statistics": (Statistics, (2, 3, 4), {}),
    "scattered": (Scattered, (2, 5), {0: BATCH}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_from_pytorch_gives_pytorchs_numbers(name: str, tmp_path: Path) -> None:
    kind, shape, dynamic = NETWORKS[name]
    torch.manual_seed(0)
    module = kind()
    conversion = convert(exported(module, (torch.randn(shape),), (dynamic,), tmp_path))
    run = written(conversion.model, tmp_path / "m.tflite")
    for count in (1, 3) if dynamic else shape[:1]:
        x = torch.randn(count, *shape[1:])
        with torch.no_grad():
            wanted = module(x)
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        given = x.numpy().transpose(conversion.report.signature.inputs[0].permutation)
        for actual, right, spec in zip(run([given]), wanted, conversion.report.signature.outputs, strict=True):
            np.testing.assert_allclose(actual, right.numpy().transpose(spec.permutation), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "direction"),
    [
        # Every day each kind and each direction once.
        pytest.param(kind, direction, marks=[] if place == number else [pytest.mark.full])
        for place, kind in enumerate(("RNN", "GRU", "LSTM"))
        for number, direction in enumerate(("forward", "reverse", "bidirectional"))
    ],
)
def test_lengths_states_and_directions_of_onnx_at_lengths_that_are_not_known(
    kind: str, direction: str, tmp_path: Path
) -> None:
    import onnxruntime
    from onnx import helper, numpy_helper

    gates, ways, size, hidden = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind], 2 if direction == "bidirectional" else 1, 3, 5
    rng = np.random.default_rng(0)
    weights = {"W": (ways, gates * hidden, size), "R": (ways, gates * hidden, hidden), "B": (ways, 2 * gates * hidden)}
    first = ["h", "c"] if kind == "LSTM" else ["h"]
    results = ["Y", "Y_h", "Y_c"] if kind == "LSTM" else ["Y", "Y_h"]
    graph = helper.make_graph(
        [helper.make_node(kind, ["x", *weights, "lengths", *first], results, hidden_size=hidden, direction=direction)],
        "g",
        [
            helper.make_tensor_value_info("x", 1, ["time", "batch", size]),
            helper.make_tensor_value_info("lengths", 6, ["batch"]),
            *(helper.make_tensor_value_info(name, 1, [ways, "batch", hidden]) for name in first),
        ],
        [helper.make_tensor_value_info(name, 1, None) for name in results],
        [numpy_helper.from_array(rng.standard_normal(s).astype("f") * 0.5, name) for name, s in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    run = written(convert(model, axis_order="onnx").model, tmp_path / "m.tflite")
    assert "WHILE" in operators(tmp_path / "m.tflite")
    truth = onnxruntime.InferenceSession(model.SerializeToString())
    for time, lengths in ((6, [6, 2, 4]), (75, [75, 33]), (6, [1, 6, 3])):
        given = [rng.standard_normal((time, len(lengths), size)).astype("f"), np.array(lengths, np.int32)]
        given += [rng.standard_normal((ways, len(lengths), hidden)).astype("f") for _ in first]
        wanted = truth.run(None, dict(zip(("x", "lengths", *first), given, strict=True)))
        for actual, right in zip(run(given), wanted, strict=True):
            np.testing.assert_allclose(actual, right, rtol=1e-4, atol=1e-5)


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", zoo().names() if (folder() / "zoo.py").exists() else ())
def test_every_known_architecture_is_right_in_built_in_operators(name: str) -> None:
    row = measured(name)
    assert row.passed, row
