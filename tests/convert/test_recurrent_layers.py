"""Recurrent networks are Keras's recurrent layers: from files of old exporters, and from cells that a loop calls."""

from __future__ import annotations

import io
import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from pt2k_gui.convert import convert
from pt2k_gui.export.translation_table import table

KERAS = {"LSTM": "LSTM", "GRU": "GRU", "RNN": "SimpleRNN"}


def old(module: nn.Module, opset: int, *inputs: Tensor) -> onnx.ModelProto:
    """The file of the TorchScript exporter, with a free batch."""
    stream = io.BytesIO()
    names = [f"x{place}" for place in range(len(inputs))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(), inputs, stream, opset_version=opset, dynamo=False, input_names=names, output_names=["y"],
            dynamic_axes={name: {0: "batch"} for name in (*names, "y")},
        )  # fmt: skip
    return onnx.load_from_string(stream.getvalue())


def exported(module: nn.Module, x: Tensor, trainable: bool = False) -> onnx.ModelProto:
    """What the dynamo exporter writes with PT2K's translations, with a free batch."""
    sizes = ({0: torch.export.Dim.DYNAMIC},)
    program = torch.export.export(module, (x,), dynamic_shapes=sizes, strict=False)
    written: Any = torch.onnx.export(
        program, dynamo=True, optimize=not trainable, opset_version=20, verbose=False, custom_translation_table=table()
    )
    proto: onnx.ModelProto = written.model_proto
    return proto


def layers_of(model: Any, kind: str) -> list[Any]:
    """The recurrent layers of a kind; one for both directions counts once."""
    inner = [layer.forward_layer if type(layer).__name__ == "Bidirectional" else layer for layer in model.layers]
    return [layer for layer in inner if type(layer).__name__ == KERAS[kind]]


def agree(model: Any, module: nn.Module, *inputs: Tensor) -> None:
    with torch.no_grad():
        want = module(*inputs)
    have = model([tensor.numpy() for tensor in inputs] if len(inputs) > 1 else inputs[0].numpy())
    have = have if isinstance(have, list | tuple) else [have]
    for a, b in zip(want if isinstance(want, tuple) else (want,), have, strict=True):
        np.testing.assert_allclose(np.asarray(b), a.numpy(), atol=2e-6)


class Tagger(nn.Module):
    def __init__(self, kind: str, layers: int, bidirectional: bool) -> None:
        super().__init__()
        self.rnn = getattr(nn, kind)(5, 6, layers, batch_first=True, bidirectional=bidirectional)
        self.head = nn.Linear(12 if bidirectional else 6, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.rnn(x)[0])


@pytest.mark.parametrize("opset", [9, 11, 13, 15, 17])
@pytest.mark.parametrize("kind", KERAS)
def test_files_of_old_exporters_have_a_layer_for_each_of_pytorchs(kind: str, opset: int) -> None:
    for layers, bidirectional in ((1, False), (2, True)):
        torch.manual_seed(0)
        module = Tagger(kind, layers, bidirectional).eval()
        model = convert(old(module, opset, torch.randn(2, 7, 5)), axis_order="onnx").model
        assert len(layers_of(model, kind)) == layers
        agree(model, module, torch.randn(1, 7, 5))
        agree(model, module, torch.randn(4, 7, 5))


class Loop(nn.Module):
    """A cell over the entries of a sequence, in Python."""

    def __init__(self, kind: str, join: Callable[[list[Tensor]], Tensor], second: bool = False) -> None:
        super().__init__()
        self.kind, self.join = kind, join
        self.cell = getattr(nn, f"{kind}Cell")(5, 6)
        self.upper = getattr(nn, f"{kind}Cell")(6, 4) if second else None
        self.head = nn.Linear(4 if second else 6, 3)

    def start(self, x: Tensor, cell: nn.Module) -> Any:
        zeros = x.new_zeros(x.shape[0], cell.hidden_size)
        return (zeros, zeros) if self.kind == "LSTM" else zeros

    def forward(self, x: Tensor) -> Tensor:
        state = self.start(x, self.cell)
        above = self.start(x, self.upper) if self.upper is not None else None
        found = []
        for step in range(x.shape[1]):
            state = self.cell(x[:, step], state)
            answer = state[0] if self.kind == "LSTM" else state
            if self.upper is not None:
                above = self.upper(answer, above)
                answer = above[0] if self.kind == "LSTM" else above
            found.append(answer)
        return self.head(self.join(found))


JOINS: dict[str, Callable[[list[Tensor]], Tensor]] = {
    "stacked": lambda found: torch.stack(found, 1),
    "time first": lambda found: torch.stack(found, 0),
    "the last": lambda found: found[-1],
    "summed": lambda found: found[0] + found[2] * 2 + found[-1],
}


@pytest.mark.parametrize(("kind", "join"), list(itertools.product(KERAS, JOINS)))
def test_a_cell_that_a_loop_calls_is_one_layer(kind: str, join: str) -> None:
    torch.manual_seed(0)
    module = Loop(kind, JOINS[join]).eval()
    conversion = convert(exported(module, torch.randn(2, 6, 5)), axis_order="onnx")
    assert len(layers_of(conversion.model, kind)) == 1
    agree(conversion.model, module, torch.randn(1, 6, 5))
    agree(conversion.model, module, torch.randn(4, 6, 5))
    if join == "stacked":
        assert conversion.report.transposes == 0
        assert len(conversion.model.layers) <= 6  # input, states of zeros, the layer, the head


@pytest.mark.parametrize("kind", KERAS)
def test_cells_above_each_other_are_a_layer_each_with_pytorchs_weights(kind: str) -> None:
    torch.manual_seed(0)
    module = Loop(kind, JOINS["stacked"], second=True).eval()
    conversion = convert(exported(module, torch.randn(2, 6, 5), trainable=True), axis_order="onnx", trainable=True)
    assert len(layers_of(conversion.model, kind)) == 2
    agree(conversion.model, module, torch.randn(3, 6, 5))
    assert conversion.report.trainable_parameters == sum(weight.numel() for weight in module.parameters())


class Writer(nn.Module):
    """A cell whose input is its own last answer."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.head = nn.GRUCell(4, 6), nn.Linear(6, 4)

    def forward(self, h: Tensor) -> Tensor:
        x, found = h[:, :4], []
        for _ in range(3):
            h = self.cell(x, h)
            x = self.head(h)
            found.append(x)
        return torch.stack(found, 1)


class Watched(nn.Module):
    """An LSTM cell of which more than the answer is looked at, and one whose weights change on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.LSTMCell(5, 6), nn.LSTMCell(5, 6)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = c = x.new_zeros(x.shape[0], 6)
        memory = c
        for step in range(3):
            h, c = self.one(x[:, step], (h, c))
            memory = memory + c
        for step in range(2):
            h, c = (self.other if step else self.one)(x[:, step], (h, c))
        return h, memory


@pytest.mark.parametrize(("module", "shape"), [(Writer, (6,)), (Watched, (4, 5))])
def test_cells_that_are_no_layer_keep_their_numbers(module: type[nn.Module], shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    network = module().eval()
    model = convert(exported(network, torch.randn(2, *shape)), axis_order="onnx").model
    agree(model, network, torch.randn(3, *shape))
