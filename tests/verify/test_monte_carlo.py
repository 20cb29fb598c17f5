"""Where no float64 run of a model works, the noise floor is found by turning its roundings: no false alarm, no miss."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from faults import FAULTS
from networks import exported, made
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from pt2k_gui.convert import convert, save_model
from pt2k_gui.progress import SilentContext
from pt2k_gui.report.tables import floor_words
from pt2k_gui.sources.card import ModelInfo
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify import verification
from pt2k_gui.verify.monte_carlo import DisturbedRunner, moved
from pt2k_gui.verify.result import SampleChoice, Verification
from pt2k_gui.verify.runners import OnnxRuntimeRunner

CARD = ModelInfo("", "", "", "", 0, "", 0, 0, ())


def verified(
    onnx_file: str, changed: onnx.ModelProto | None, folder: Path, module: nn.Module | None = None
) -> Verification:
    """The ONNX file held against the conversion of itself, or of a changed copy as a wrong converter would make it."""
    loaded = LoadedModel(CARD, module=module)
    path = str(folder / "candidate.keras")
    save_model(convert(onnx_file if changed is None else changed), path)
    return verification.verify(loaded, onnx_file, path, SampleChoice("random", count=48), str(folder), SilentContext())


@pytest.fixture
def without_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "find_truth", lambda *_: None)


@pytest.mark.parametrize("name", ["resnet", *(pytest.param(name, marks=pytest.mark.full) for name in ("vit", "lstm"))])
def test_the_estimate_is_near_the_rounding_that_a_float64_run_tells(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, x = made(name)
    path = str(tmp_path / "model.onnx")
    onnx.save(exported(module, x[:2]), path)
    true = verified(path, None, tmp_path, module)
    monkeypatch.setattr(verification, "find_truth", lambda *_: None)
    estimated = verified(path, None, tmp_path)
    assert (true.rounding, estimated.rounding) == ("float64", "disturbed")
    assert true.verdict.same
    assert estimated.verdict.same, estimated.verdict.sentence
    # Both are largest values of random quantities; a factor of ten either way is what one can ask of them.
    assert 0.1 < estimated.verdict.noise_floor / true.verdict.noise_floor < 10


@pytest.mark.parametrize(("name", "change"), FAULTS.values(), ids=FAULTS)
def test_a_subtle_fault_is_no_pass(
    name: str, change: Callable[[nn.Module], None], tmp_path: Path, without_float64: None
) -> None:
    module, x = made(name)
    path = str(tmp_path / "model.onnx")
    onnx.save(exported(module, x[:2]), path)
    change(module)
    found = verified(path, exported(module, x[:2]), tmp_path)
    assert found.rounding == "disturbed"
    assert not found.verdict.same, found.verdict.sentence


def cancelling(gain: float = 1.0) -> onnx.ModelProto:
    """A convolution whose large offset is taken away again, which leaves few bits; ``gain`` is a fault of its kernel.

    ONNX Runtime has no convolution in float64, and the input is too large for the reference evaluator.
    """
    rng = np.random.default_rng(5)
    kernel = (rng.standard_normal((4, 3, 3, 3)) * gain).astype("f")
    weights = {"kernel": kernel, "bias": np.full(4, 3000, "f"), "offset": np.full((4, 1, 1), 3000.5, "f")}
    nodes = [
        helper.make_node("Conv", ["x", "kernel", "bias"], ["raised"], pads=[1, 1, 1, 1]),
        helper.make_node("Tanh", ["x"], ["t"]),
        helper.make_node("ReduceMean", ["t"], ["m"], axes=[1], keepdims=1),
        helper.make_node("Add", ["raised", "m"], ["sum"]),
        helper.make_node("Sub", ["sum", "offset"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "cancelling",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 90, 90])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 4, 90, 90])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def test_rounding_that_the_model_itself_enlarges_is_no_alarm_and_a_fault_beside_it_is(tmp_path: Path) -> None:
    path = str(tmp_path / "model.onnx")
    onnx.save(cancelling(), path)
    good = verified(path, None, tmp_path)
    assert good.truth == ""
    assert good.rounding == "disturbed"
    assert good.verdict.same, good.verdict.sentence
    assert (
        good.verdict.noise_floor > 1e-4
    )  # the spacing of float32 at 3000; at the outputs' scale it is a tenth of 1e-6
    assert "when every rounding is perturbed at random" in good.verdict.sentence
    assert "distance from ONNX Runtime in float32" in floor_words(good)
    wrong = verified(path, cancelling(1.001), tmp_path)
    assert not wrong.verdict.same, wrong.verdict.sentence


def test_numbers_move_by_half_a_spacing_in_the_mean_and_nothing_else_does() -> None:
    generator = np.random.default_rng(0)
    ones = np.full(40_000, 1.5, np.float32)  # the spacing is the same above and below
    steps = (moved(ones, generator).astype(np.float64) - 1.5) / 2.0**-23
    assert set(np.unique(steps)) == {-1.0, 0.0, 1.0}
    assert abs(steps.mean()) < 0.02
    assert np.abs(steps).mean() == pytest.approx(0.5, abs=0.02)
    special = np.array([0, np.inf, -np.inf], np.float32)
    assert np.array_equal(moved(special, generator), special)
    whole = np.arange(5)
    assert moved(whole, generator) is whole


def test_lengths_that_are_computed_in_floats_stay_as_they_are(tmp_path: Path) -> None:
    """A size that is a third of the input's would come out one smaller if its rounding were turned."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Cast", ["shape"], ["lengths"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["lengths", "scales"], ["scaled"]),
        helper.make_node("Floor", ["scaled"], ["floored"]),
        helper.make_node("Cast", ["floored"], ["sizes"], to=TensorProto.INT64),
        helper.make_node("Exp", ["x"], ["e"]),
        helper.make_node("Resize", ["e", "", "", "sizes"], ["y"], mode="linear"),
    ]
    graph = helper.make_graph(
        nodes,
        "lengths",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 9, 9])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.array([1, 1, 2, 2], "f"), "scales")],
    )
    path = str(tmp_path / "lengths.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    batch = [np.random.default_rng(1).standard_normal((2, 3, 9, 9)).astype("f")]
    answers = []
    for runner in (OnnxRuntimeRunner(path), DisturbedRunner(path, 0)):
        runner.open()
        answers.append(runner.run(batch)[0])
    plain, disturbed = answers
    assert disturbed.shape == plain.shape == (2, 3, 18, 18)
    assert 0 < np.abs(disturbed - plain).max() < 1e-5
