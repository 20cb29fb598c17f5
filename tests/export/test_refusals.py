"""A model that can't be exported is told as what it is: the module, the line of the user's code, the reason, a way out."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
import torch

from pt2k_gui.export.exporting import export
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.loading import load

_NETS = """
import dataclasses
import torch
from torch import nn

class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

class Branch(Base):
    def forward(self, x):
        y = self.layer(x)
        if y.sum() > 0:  # HERE Branch
            return y
        return -y

class Size(Base):
    def forward(self, x):
        return self.layer(x)[:, : int(x.abs().max().item()) + 1]  # HERE Size

class Loop(Base):
    def forward(self, x):
        steps = 0
        while x.norm() > 1 and steps < 20:  # HERE Loop
            x, steps = self.layer(x) * 0.5, steps + 1
        return x

class Noise(nn.Module):
    def forward(self, x):
        return x + torch.randn_like(x)  # HERE Random

class Random(Base):
    def __init__(self):
        super().__init__()
        self.noise = Noise()
    def forward(self, x):
        return self.noise(self.layer(x))

class Memory(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("cache", torch.zeros(1, 4))
    def forward(self, x):
        full = x + self.cache
        self.cache.copy_(full[-1:].detach())
        return full

class Stream(Base):
    def __init__(self):
        super().__init__()
        self.memory = Memory()
    def forward(self, x):
        return self.memory(self.layer(x))

class Spectrum(nn.Module):
    def forward(self, x):
        return torch.linalg.svd(x)[1]  # HERE NoForm

class NoForm(Base):
    def __init__(self):
        super().__init__()
        self.block = nn.Sequential(nn.Identity(), Spectrum())
    def forward(self, x):
        return self.block(self.layer(x))

class Outside(Base):
    def forward(self, x):
        return self.layer(x) * torch.from_numpy(x.detach().numpy()).sum()  # HERE Outside

@dataclasses.dataclass
class Found:
    scores: torch.Tensor
    count: int

class Data(Base):
    def forward(self, x):
        return Found(self.layer(x), 3)

class Plain(Base):
    def forward(self, x):
        return self.layer(x), None, 3
"""
_REASONS = {
    "Branch": ("depends on the values of its input", "torch.cond"),
    "Size": ("depends on the values of its input", "torch.where"),
    "Loop": ("depends on the values of its input", "fixed number of steps"),
    "Random": ("draws new random numbers in the layer noise (Noise;", "argument of forward"),
    "NoForm": (
        "no equivalent of the operator aten._linalg_svd, which is used in the layer block.1 (Spectrum;",
        "differently",
    ),
    "Outside": ("with NumPy", "torch's functions"),
}


def _source(folder: Path, name: str, kind: str = "state dict") -> Source:
    file = folder / "nets.py"
    file.write_text(_NETS)
    namespace: dict[str, type[torch.nn.Module]] = {}
    exec(compile(_NETS, str(file), "exec"), namespace)
    torch.manual_seed(0)
    module = namespace[name]().eval()
    if kind == "export program":
        sizes = ({0: torch.export.Dim.DYNAMIC},)
        torch.export.save(torch.export.export(module, (torch.randn(3, 4),), dynamic_shapes=sizes), folder / "m.pt2")
        return Source(str(folder / "m.pt2"))
    torch.save(module.state_dict(), folder / "w.pt")
    return Source(str(folder / "w.pt"), f"{file}:{name}", trusted=True, strict=False)


def _refusal(folder: Path, source: Source) -> Problem:
    loaded = load(source, SilentContext())
    with pytest.raises(Problem) as caught:
        export(loaded, loaded.card.inputs, str(folder / "m.onnx"), trainable=False, context=SilentContext())
    assert not (folder / "m.onnx").exists()
    return caught.value


@pytest.mark.parametrize("name", _REASONS)
def test_the_reason_the_line_and_a_way_out_are_told(tmp_path: Path, name: str) -> None:
    problem = _refusal(tmp_path, _source(tmp_path, name))
    reason, way_out = _REASONS[name]
    line = next(n for n, text in enumerate(_NETS.splitlines(), 1) if text.endswith(f"# HERE {name}"))
    assert reason in problem.sentence
    assert re.search(rf"nets\.py, line {line}\b", problem.sentence), problem.sentence
    assert way_out in problem.hint


@pytest.mark.parametrize("name", ["Random", "NoForm"])
def test_an_export_program_tells_the_same(tmp_path: Path, name: str) -> None:
    problem = _refusal(tmp_path, _source(tmp_path, name, "export program"))
    assert _REASONS[name][0] in problem.sentence
    assert "train()" not in problem.sentence  # what the second exporter says of every such file


def test_a_buffer_that_forward_changes_is_named(tmp_path: Path) -> None:
    problem = _refusal(tmp_path, _source(tmp_path, "Stream"))
    assert "forward changes the buffer memory.cache of the layer memory (Memory)" in problem.sentence
    assert "an argument and an output" in problem.hint


@pytest.mark.parametrize(("name", "note"), [("Data", "count (3)"), ("Plain", "output 1 (None), output 2 (3)")])
def test_what_is_no_tensor_is_left_out_of_the_outputs_and_told(tmp_path: Path, name: str, note: str) -> None:
    loaded = load(_source(tmp_path, name), SilentContext())
    assert f"Left out of the outputs, because they are not tensors: {note}." in loaded.card.notes
    done = export(loaded, loaded.card.inputs, str(tmp_path / "m.onnx"), trainable=False, context=SilentContext())
    assert [spec.shape for spec in done.outputs] == [("batch", 4)]


def test_a_projected_lstm_whose_file_does_not_hold_is_named() -> None:
    from pt2k_gui.export.refusals import projection

    module = torch.nn.ModuleDict({"rnn": torch.nn.LSTM(4, 6, proj_size=3)})
    card = dataclasses.make_dataclass("Card", [("path", str)])("m.pt")

    class Loaded:
        def __init__(self, module: torch.nn.Module) -> None:
            self.module, self.card, self.program = module, card, None

    found = projection(Loaded(module))  # type: ignore[arg-type]
    assert found is not None and "the layer rnn is an nn.LSTM with proj_size" in found.sentence
    assert projection(Loaded(torch.nn.LSTM(4, 6))) is None  # type: ignore[arg-type]


def test_two_calls_tell_that_a_model_draws_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large model may take a minute a call."""
    from pt2k_gui.export.recording import export_program
    from pt2k_gui.export.refusals import answers_change

    class Noise(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + torch.rand_like(x)

    spec = TensorSpec("x", "float32", ("batch", 4))
    loaded = LoadedModel(ModelInfo("noise.pt", "noise", "module", "", 0, "", 0, 0, (spec,)), Noise().eval())
    program = export_program(loaded, (spec,))
    called: list[int] = []
    call = LoadedModel.call

    def counted(self: LoadedModel, tensors: list[torch.Tensor]) -> list[torch.Tensor]:
        called.append(1)
        return call(self, tensors)

    monkeypatch.setattr(LoadedModel, "call", counted)
    found = answers_change(loaded, program, (spec,))
    assert found is not None and "draws new random numbers" in found.sentence
    assert len(called) == 2
