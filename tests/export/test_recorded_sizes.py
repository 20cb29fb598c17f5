"""What a recording takes for granted at the size of the example does not decide silently for other sizes: the file is right
there, or it is said where it is not."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent.parent / "convert"))
from free_unseen import MaskedMean

from pt2k_gui.convert import convert
from pt2k_gui.export.exporting import export
from pt2k_gui.export.result import Exported
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.sources.loaded import LoadedModel


class Chunks(nn.Module):
    """Softmax within chunks of ten: one chunk at the example's length of 10."""

    def forward(self, x: Tensor) -> Tensor:
        b, t, c = x.shape
        rest = (-t) % 10
        y = F.pad(x, (0, 0, 0, rest)).reshape(b * ((t + rest) // 10), 10, c).softmax(1)
        return y.reshape(b, t + rest, c)[:, :t].mean(1)


class PadOfNothing(nn.Module):
    """A pad to a multiple of four, which is none for the example's 12."""

    def forward(self, x: Tensor) -> Tensor:
        rest = (-x.shape[1]) % 4
        if rest:
            x = F.pad(x, (0, 0, 0, rest), value=1.0)
        return x.mean(1)


class AtLeastOne(nn.Module):
    """A number of steps that is at least one, and one at the example's length."""

    def forward(self, x: Tensor) -> Tensor:
        return x.cumsum(1) / max(1, x.shape[1] // 16)


class Rounded(nn.Module):
    """A number of windows rounded up, which is one for the example."""

    def forward(self, x: Tensor) -> Tensor:
        return x.sum(1) * math.ceil(x.shape[1] / 16)


class AtMost(nn.Module):
    """The first 32 steps: all of the example's."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, : min(x.shape[1], 32)].mean(1)


class Loop(nn.Module):
    """A loop whose steps are counted by the length: one for the example."""

    def forward(self, x: Tensor) -> Tensor:
        total = x
        for step in range(x.shape[1] // 16):
            total = total + x * (step + 1)
        return total


class Branch(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2 if x.shape[1] > 50 else x


class FarBranch(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2 if x.shape[1] > 300 else x


class Remainder(nn.Module):
    """Pads an even length by two, an odd one by one."""

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x, (0, 0, 0, 2 - x.shape[1] % 2) if x.shape[1] % 2 else (0, 0, 0, 4)).mean(1)


class Alone(nn.Module):
    """A length of one is doubled."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 2 if x.shape[1] == 1 else x


class Square(nn.Module):
    """Squares are transposed: the example is one."""

    def forward(self, x: Tensor) -> Tensor:
        return (x.transpose(1, 2) if x.shape[1] == x.shape[2] else x).flatten(1).cumsum(1)[:, :8]


def exported(folder: Path, module: nn.Module, *shape: int | str, example: tuple[int, ...]) -> Exported:
    spec = TensorSpec("x", "float32", ("batch", *shape), example=(3, *example))
    card = ModelInfo("net.pt", "net", "module", "", 0, "", 0, 0, (spec,))
    loaded = LoadedModel(card, module.eval())
    return export(loaded, (spec,), str(folder / "m.onnx"), trainable=False, context=SilentContext())


def expect_right(module: nn.Module, file: str, *shapes: tuple[int, ...]) -> None:
    """ONNX Runtime and Keras give PyTorch's numbers at these shapes."""
    session = onnxruntime.InferenceSession(file)
    keras = convert(file, axis_order="onnx").model
    for shape in shapes:
        x = torch.sin(torch.arange(float(np.prod(shape))) * 1.7).reshape(shape)
        want = module(x).numpy()
        np.testing.assert_allclose(
            session.run(None, {"x": x.numpy()})[0], want, rtol=1e-4, atol=1e-5, err_msg=str(shape)
        )
        np.testing.assert_allclose(np.asarray(keras(x.numpy())), want, rtol=1e-4, atol=1e-5, err_msg=str(shape))


@pytest.mark.parametrize(
    ("make", "length"), [(Chunks, 10), (PadOfNothing, 12), (AtLeastOne, 10), (Rounded, 10), (AtMost, 20)]
)
def test_a_number_that_was_one_or_nothing_at_the_example_is_computed(
    make: type[nn.Module], length: int, tmp_path: Path
) -> None:
    module = make()
    result = exported(tmp_path, module, "T", 5, example=(length, 5))
    assert not result.notes
    expect_right(module, result.path, *((2, n, 5) for n in (3, 7, 10, 12, 13, 32, 51, 160)))


def test_attention_within_chunks_is_right_though_the_example_was_one_chunk(tmp_path: Path) -> None:
    torch.manual_seed(1)
    module = MaskedMean()
    result = exported(tmp_path, module, "T", 5, example=(10, 5))
    assert not result.notes
    with torch.no_grad():
        expect_right(module.eval(), result.path, *((2, n, 5) for n in (7, 10, 13, 51)))


def test_a_loop_counted_by_the_length_is_refused_with_the_length(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"The size floor\(T/16\) can't stay free.*keeps 1"):
        exported(tmp_path, Loop(), "T", 5, example=(20, 5))
    assert not (tmp_path / "m.onnx").exists()


@pytest.mark.parametrize(
    ("make", "length", "told", "right"),
    [
        (Branch, 20, "T ≤ 50", (7, 33, 50)),
        (Branch, 60, "T > 50", (51, 97)),
        (FarBranch, 20, "T ≤ 300", (7, 300)),
        (Remainder, 12, "T % 2 = 0", (4, 12, 30)),
        (Alone, 12, "T > 1", (2, 30)),
    ],
)
def test_a_branch_on_the_length_is_told_with_where_it_holds(
    make: type[nn.Module], length: int, told: str, right: tuple[int, ...], tmp_path: Path
) -> None:
    module = make()
    result = exported(tmp_path, module, "T", 5, example=(length, 5))
    (note,) = result.notes
    assert f"only where {told};" in note
    expect_right(module, result.path, *((2, n, 5) for n in right))


def test_a_branch_on_two_sizes_that_were_equal_takes_the_way_of_those_that_differ(tmp_path: Path) -> None:
    module = Square()
    result = exported(tmp_path, module, "H", "W", example=(8, 8))
    (note,) = result.notes
    assert "only where H = W;" in note or "only where H ≠ W;" in note
    expect_right(module, result.path, (2, 8, 8) if "=" in note else (2, 8, 9))
