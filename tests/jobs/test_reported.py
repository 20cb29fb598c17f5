"""Each model and repository that people reported, opened as they would, up to the Keras model and its numbers."""

from __future__ import annotations

import dataclasses
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

sys.path += [str(Path(__file__).parent.parent / "sources"), str(Path(__file__).parent)]
from reported_models import CASES, TRAINED, BoxesAndScores, Case, StreamBuffer, Tied, waves
from reported_repositories import EXITS, REPOSITORIES

from pt2k_gui.export.specification import parse_inputs
from pt2k_gui.jobs import convert, export, load, save, verify
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loading import load as opened
from pt2k_gui.verify.result import SampleChoice, Verification
from pt2k_gui.verify.runners import KerasRunner

LITERT = ("adaptive mean", "local response", "pooling over three axes")
"""Those of which the LiteRT file was reported too."""
ROUNDED = 2e-6  # PyTorch's numbers were printed to six places, and float32 rounds the sums
PIXELS = 1e-3  # of numbers up to 640, printed to four


def _walk(case: Case, folder: Path, trainable: bool = False) -> tuple[Source, Any]:
    """The file as people have it, exported and converted as the command line does it; what became of it."""
    source = case.save(folder)
    card = load.run(load.Request(source), SilentContext())
    inputs = parse_inputs(case.options[0], card, *case.options[1:]) if case.options[0] else card.inputs
    exported = export.run(
        export.Request(source, inputs, str(folder / "model.onnx"), trainable=trainable), SilentContext()
    )
    request = convert.Request(exported.path, str(folder / "model.keras"), axis_order="onnx", trainable=trainable)
    return source, convert.run(request, SilentContext()).report


def _checked(source: Source, folder: Path, training: bool = False) -> Verification:
    request = verify.Request(
        source, str(folder / "model.onnx"), str(folder / "model.keras"), str(folder), SampleChoice("random", count=16)
    )
    return verify.run(dataclasses.replace(request, training=training, axis_order="onnx"), SilentContext())


def _in_keras(folder: Path) -> KerasRunner:
    runner = KerasRunner(str(folder / "model.keras"))
    runner.open()
    return runner


def _weights(folder: Path) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in torch.load(folder / "model.pt").items()}


def _expect(case: Case, outputs: Any) -> None:
    right = np.asarray(case.right, np.float64)
    found = np.asarray(case.pick(outputs), np.float64)
    assert found.shape == right.shape
    np.testing.assert_allclose(found, right, rtol=0, atol=PIXELS if right.max() > 100 else ROUNDED)


@pytest.mark.parametrize("name", CASES)
def test_a_reported_model_gives_the_numbers_that_pytorch_printed(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    source, report = _walk(case, tmp_path)
    given = [tensor.numpy() for tensor in case.given]
    _expect(case, _in_keras(tmp_path).run(given))
    found = _checked(source, tmp_path)
    assert found.same, found.verdict.sentence
    if name in LITERT:
        (file,) = save.run(
            save.Request(
                str(tmp_path / "model.keras"), str(tmp_path / "model.onnx"), (("tflite", str(tmp_path / "m.tflite")),)
            ),
            SilentContext(),
        )
        assert file.same, file
        from pt2k_gui.save.formats.entry import Reopening
        from pt2k_gui.save.formats.litert import FORMATS

        (entry,) = report.signature.inputs
        _expect(case, FORMATS[0].reopen(Reopening(file.path, "", (entry.name,)))({entry.name: given[0]}))


@pytest.mark.parametrize("name", TRAINED)
def test_a_reported_model_that_is_to_be_trained_gives_them_and_learns_alike(name: str, tmp_path: Path) -> None:
    case = TRAINED[name]
    source, _ = _walk(case, tmp_path, trainable=True)
    _expect(case, _in_keras(tmp_path).run([tensor.numpy() for tensor in case.given]))
    found = _checked(source, tmp_path, training=True)
    assert found.same, found.verdict.sentence
    assert found.training is not None and found.training.same, found.training


def test_a_reported_tied_table_has_one_gradient(tmp_path: Path) -> None:
    import keras

    ids = torch.tensor([[1, 2, 3, 4, 5, 6]])
    options = (("ids=N,6",), (), ())
    case = Case(Tied, (), (ids,), lambda outputs: outputs, None, options=options)
    _walk(case, tmp_path, trainable=True)
    model = keras.saving.load_model(tmp_path / "model.keras")
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == 224
    # The slope of the mean square by row 1, by differences: every weight of it moves the loss from both places at once.
    (table,) = [weight for weight in model.trainable_weights if int(np.prod(weight.shape)) == 152]
    before, slopes, small = np.array(table.numpy()), [], 1e-2
    places = np.arange(152).reshape(19, 8)[1]
    if not np.allclose(before.ravel(), _weights(tmp_path)["e.weight"].ravel(), atol=1e-6):  # it holds the columns
        places = np.arange(152).reshape(8, 19)[:, 1]
    for place in places:
        losses = []
        for sign in (1, -1):
            moved = before.copy()
            moved.ravel()[place] += sign * small
            table.assign(moved)
            losses.append(float(np.square(np.asarray(model(ids.numpy()), np.float64)).mean()))
        slopes.append((losses[0] - losses[1]) / (2 * small))
    right = [-0.064018, -0.123513, 0.098468, -0.02449, 0.024663, 0.062485, 0.062063, -0.030821]
    np.testing.assert_allclose(slopes, right, atol=2e-4)  # the loss is a polynomial of the fourth degree in them


def test_a_reported_layer_that_keeps_its_last_frames_is_refused_by_its_buffers_name(tmp_path: Path) -> None:
    case = Case(StreamBuffer, (), (), lambda outputs: outputs, None, options=(("x=1,3,6",), (), ()))
    with pytest.raises(Problem) as caught:
        _walk(case, tmp_path)
    assert "forward changes the buffer cache" in caught.value.sentence


def test_reported_boxes_beside_scores_in_eight_bits_are_called_bad_by_their_columns(tmp_path: Path) -> None:
    """Columns 4 to 8 are shares of one: at a step of 640/255 nothing is left of them."""
    case = CASES["boxes beside scores"]
    assert case.make is BoxesAndScores
    source, _ = _walk(case, tmp_path)
    target = (("tflite_int8", str(tmp_path / "m.int8.tflite")),)
    request = save.Request(str(tmp_path / "model.keras"), str(tmp_path / "model.onnx"), target, source=source)
    (file,) = save.run(request, SilentContext())
    assert not file.same
    assert "4, 5, 6, 7" in str(file), file


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_reported_repository_becomes_a_keras_model_with_its_authors_numbers(name: str, tmp_path: Path) -> None:
    layout = REPOSITORIES[name]
    source = dataclasses.replace(layout.build(tmp_path), trusted=True)
    if name == "switch without a default":
        source = dataclasses.replace(source, values=(("inference", "False"),))
    x, y = torch.load(tmp_path / "expected.pt")
    loaded = opened(source, SilentContext())
    inputs = parse_inputs(["N," + ",".join(map(str, x[0].shape[1:]))], loaded.card)
    onnx, keras = str(tmp_path / "model.onnx"), str(tmp_path / "model.keras")
    export.run(export.Request(source, inputs, onnx), SilentContext())
    convert.run(convert.Request(onnx, keras, axis_order="onnx"), SilentContext())
    found = _in_keras(tmp_path).run([x[0].numpy()])
    np.testing.assert_allclose(found[0], y.numpy(), rtol=1e-4, atol=2e-6 * max(1.0, float(y.abs().max())))


def test_a_reported_switch_leaves_out_what_it_switches_off(tmp_path: Path) -> None:
    source = dataclasses.replace(
        REPOSITORIES["switch without a default"].build(tmp_path), trusted=True, values=(("inference", "True"),)
    )
    loaded = opened(source, SilentContext())
    assert [spec.name for spec in loaded.card.inputs] == ["img"]
    assert len(loaded.call([torch.rand(2, 3, 8, 8)])) == 1


def test_a_reported_constructor_that_exits_is_given_what_keeps_it_from_that(tmp_path: Path) -> None:
    source = dataclasses.replace(EXITS.build(tmp_path), trusted=True)
    loaded = opened(source, SilentContext())
    x, y = torch.load(tmp_path / "expected.pt")
    torch.testing.assert_close(loaded.call(list(x))[0], y)
    assert "Set so that nothing is downloaded: pretrained=False." in loaded.card.notes


def test_reported_matrices_without_biases_learn(tmp_path: Path) -> None:
    """Without ``--trainable`` too, every weight of a Linear layer is one that Keras trains."""
    from torch import nn

    class Matrices(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.norm = nn.Linear(8, 16, bias=False), nn.LayerNorm(16)
            self.b, self.c = nn.Linear(16, 8, bias=False), nn.Linear(8, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.c(self.b(self.norm(self.a(x)).relu()))

    torch.manual_seed(0)
    module = Matrices()
    case = Case(lambda: module, (torch.randn(2, 5, 8),), (waves(2, 5, 8),), lambda outputs: outputs[0], None)
    _, report = _walk(case, tmp_path)
    assert report.trainable_parameters == report.parameters == sum(map(torch.Tensor.numel, module.parameters()))
    with torch.no_grad():
        right = module(case.given[0]).numpy()
    (found,) = _in_keras(tmp_path).run([case.given[0].numpy()])
    assert math.isclose(float(np.abs(found - right).max()), 0, abs_tol=ROUNDED)
