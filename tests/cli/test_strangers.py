"""Small repositories of strangers, each with a habit that used to need a wrapper: it opens as it is, and what is written gives
what its author got."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "sources"))
sys.path.insert(0, str(Path(__file__).parent.parent / "jobs"))
sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))
from forked import pt2k
from layouts import Layout
from strangers import CASES, IMAGE, YOLO

from pt2k_gui.export.exporting import export
from pt2k_gui.export.specification import parse_inputs
from pt2k_gui.jobs import convert
from pt2k_gui.jobs.convert import Converted
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loading import load
from pt2k_gui.verify.runners import KerasRunner

CONTEXT = SilentContext()


def _written(source: Source, target: Path, shapes: Sequence[str] = ()) -> Converted:
    """Open, export, convert, as the commands do it."""
    loaded = load(source, CONTEXT)
    inputs = parse_inputs(shapes, loaded.card, (), ())
    onnx = str(target.with_suffix(".onnx"))
    export(loaded, inputs, onnx, trainable=False, context=CONTEXT)
    return convert.run(convert.Request(onnx, str(target)), CONTEXT)


def _keras(file: Path, inputs: Sequence[torch.Tensor]) -> list[np.ndarray]:
    """What a file gives, in PyTorch's axes."""
    runner = KerasRunner(str(file))
    runner.open()
    return runner.run([tensor.numpy() for tensor in inputs])


def _is_what_the_author_got(folder: Path, target: Path) -> None:
    x, y = torch.load(folder / "expected.pt", weights_only=True)
    outputs = _keras(target, [tensor for tensor in x if isinstance(tensor, torch.Tensor)])
    # Sums of some hundred float32 products in another order.
    np.testing.assert_allclose(outputs[0], y.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_it_is_converted_to_what_its_author_got(tmp_path: Path, name: str) -> None:
    layout, shape, values = CASES[name]
    source = dataclasses.replace(layout.build(tmp_path), trusted=True, values=values)
    target = tmp_path / "out.keras"
    report = _written(source, target, (shape,)).report
    _is_what_the_author_got(tmp_path, target)
    if name == "layers without bias":
        assert (report.parameters, report.trainable_parameters) == (324, 324)


def test_one_command_does_all_of_it(tmp_path: Path, own_home: Path) -> None:
    layout, shape, _ = CASES["a switch of forward without a default"]
    source = layout.build(tmp_path)
    command = ["convert", source.path, "--code", source.code, "--trust", "-o", "out.keras", "--json"]
    done = pt2k([*command, "--value", "inference=False", "--input-shape", shape], tmp_path, 300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout)["verification"]["verdict"]["same"]
    _is_what_the_author_got(tmp_path, tmp_path / "out.keras")


@pytest.mark.parametrize(
    "arguments",
    [(), (("config", "{'width': 16}"),), (("config", "Config(width=16)"),), (("config.width", "16"),)],
    ids=["stored", "dictionary", "expression", "entry"],
)
def test_a_configuration_is_stored_or_given_in_any_form(tmp_path: Path, arguments: tuple[tuple[str, str], ...]) -> None:
    source = CASES["a configuration object"][0].build(tmp_path)
    card = load(dataclasses.replace(source, arguments=arguments, trusted=True), CONTEXT).card
    assert card.parameters == 16 * 27 + 16


@pytest.mark.parametrize("place", ["best.pt", "runs/best.pt"])
def test_a_pickled_module_in_a_dictionary_opens_where_training_left_it(tmp_path: Path, place: str) -> None:
    layout = Layout(
        {"models/__init__.py": "", "models/net.py": YOLO, "runs/log.txt": ""},
        "from models.net import Net; net = Net().eval()\n"
        "c = {'epoch': -1, 'best_fitness': None, 'model': net.half(), 'ema': None, 'updates': None, 'date': '2024'}\n"
        "torch.save(c, 'best.pt')",
        weights="best.pt",
    )
    layout.build(tmp_path)
    if place != "best.pt":
        shutil.move(tmp_path / "best.pt", tmp_path / place)
    target = tmp_path / "out.keras"
    _written(Source(str(tmp_path / place), trusted=True), target, (IMAGE,))
    _is_what_the_author_got(tmp_path, target)


@pytest.mark.parametrize(("name", "axes"), [("Conv1d under weight_norm", 3), ("an input that is not used", 4)])
def test_what_is_proposed_runs_and_is_no_image_where_it_is_a_sequence(tmp_path: Path, name: str, axes: int) -> None:
    inputs = load(dataclasses.replace(CASES[name][0].build(tmp_path), trusted=True), CONTEXT).card.inputs
    assert [len(spec.shape) for spec in inputs] == [axes]


_OPERATORS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "rrelu": lambda x: torch.nn.functional.rrelu(x),
    "stable_sort": lambda x: torch.sort(x, dim=1, stable=True).values,
    "median": lambda x: x.median(1).values,
    "cumprod": lambda x: x.cumprod(1),
    "hypot": lambda x: torch.hypot(x, x + 1),
    "searchsorted": lambda x: torch.searchsorted(torch.tensor([-1.0, 0.0, 0.5, 2.0]), x),
    "cummax": lambda x: x.cummax(1).values,
}


class _Operator(torch.nn.Module):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 4)
        self.name = name

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return _OPERATORS[self.name](self.layer(x))


class _Projected(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = torch.nn.LSTM(4, 6, proj_size=3, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.rnn(x)[0]
        return out


@pytest.mark.parametrize("name", [*_OPERATORS, "lstm_proj"])
def test_what_the_exporters_library_has_no_function_for_keeps_its_values(tmp_path: Path, name: str) -> None:
    torch.manual_seed(0)
    net: torch.nn.Module = _Projected().eval() if name == "lstm_proj" else _Operator(name).eval()
    x = torch.randn(3, 7, 4) if name == "lstm_proj" else torch.randn(3, 4)
    sizes = ({0: torch.export.Dim("batch", min=1, max=512)},)
    torch.export.save(torch.export.export(net, (x,), dynamic_shapes=sizes), tmp_path / "net.pt2")
    target = tmp_path / "out.keras"
    _written(Source(str(tmp_path / "net.pt2")), target)
    np.testing.assert_allclose(_keras(target, [x])[0], net(x).detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.full
def test_outputs_of_many_megabytes_are_compared_within_the_memory_that_the_work_may_take(tmp_path: Path) -> None:
    """120 outputs of 19 MB from three backends are 7 GB; a batch of all of them needs several times as much."""
    from reported_models import BigOutputs

    torch.save(BigOutputs().state_dict(), tmp_path / "weights.pt")
    code = Path(__file__).parent.parent / "jobs" / "reported_models.py"
    command = ["convert", "weights.pt", "--code", f"{code}:BigOutputs", "--trust", "-o", "out.keras", "--json"]
    done = pt2k([*command, "--memory-limit", "5", "-n", "120"], tmp_path, 600)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)["verification"]
    assert found["verdict"]["same"]
    assert found["comparisons"][0]["samples"] == 120
