"""What a converted model gives, worked out in one process and compared in another: the same verdict, and never other samples'."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import onnx
import pytest

from pt2k_gui.jobs import convert
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.loading import load
from pt2k_gui.verify.recorded import RecordedRunner, opened_keras, record, will_not_come
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.verification import verify

CONTEXT = SilentContext()
CHOICE = SampleChoice("random", count=1500, seed=4)  # six batches: more than may lie unread


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadedModel, str, str]:
    folder = tmp_path_factory.mktemp("made")
    weights = onnx.numpy_helper.from_array(np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32), "w")
    values = [onnx.helper.make_tensor_value_info(n, 1, ["batch", size]) for n, size in (("x", 4), ("y", 3))]
    nodes = [onnx.helper.make_node("MatMul", ["x", "w"], ["z"]), onnx.helper.make_node("Sigmoid", ["z"], ["y"])]
    graph = onnx.helper.make_graph(nodes, "small", values[:1], values[1:], [weights])
    file = folder / "small.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=10), file)
    convert.run(convert.Request(str(file), str(folder / "small.keras")), CONTEXT)
    return load(Source(str(file)), CONTEXT), str(file), str(folder / "small.keras")


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "outputs"
    folder.mkdir()
    return folder


def test_the_comparison_is_the_one_that_is_made_in_one_process(
    made: tuple[LoadedModel, str, str], tmp_path: Path
) -> None:
    loaded, file, keras = made
    here = verify(loaded, file, keras, CHOICE, str(tmp_path), CONTEXT)
    folder = _folder(tmp_path)
    other = threading.Thread(target=record, args=(file, keras, loaded.card, CHOICE, folder, CONTEXT))
    other.start()
    there = verify(loaded, file, keras, CHOICE, str(tmp_path), CONTEXT, recorded=str(folder))
    other.join()
    assert there.comparisons == here.comparisons
    assert there.verdict == here.verdict
    assert [(run.backend, run.version) for run in there.backends] == [
        (run.backend, run.version) for run in here.backends
    ]
    assert all(run.seconds > 0 for run in there.backends)
    assert not list(folder.glob("batch-*")), "what was read is taken away"
    kept = opened_keras(keras)
    assert kept.model is not None, "it is still open for what comes next"
    assert opened_keras(keras) is not kept


def test_outputs_of_other_samples_are_never_taken_for_these(made: tuple[LoadedModel, str, str], tmp_path: Path) -> None:
    loaded, file, keras = made
    folder = _folder(tmp_path)
    record(file, keras, loaded.card, SampleChoice("random", count=8, seed=1), folder, CONTEXT)
    runner = RecordedRunner(folder)
    with pytest.raises(ValueError, match="other samples"):
        runner.run([np.zeros((8, 4), np.float32)])


def test_a_process_that_ended_is_told_at_once(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    runner = RecordedRunner(folder)
    runner.open()
    threading.Timer(0.1, will_not_come, (folder,)).start()
    with pytest.raises(Problem, match="ended before"):
        runner.run([np.zeros((8, 4), np.float32)])


def test_a_model_that_was_compared_is_still_open_when_it_is_saved_until_its_file_changes(
    made: tuple[LoadedModel, str, str], tmp_path: Path
) -> None:
    loaded, file, keras = made
    verify(loaded, file, keras, CHOICE, str(tmp_path), CONTEXT)
    sample = np.ones((2, 4), np.float32)
    kept = opened_keras(keras)
    assert kept.run([sample])[0].shape == (2, 3), "its runner was closed, the model was not"
    assert opened_keras(keras) is not kept, "who takes it has it alone"

    verify(loaded, file, keras, CHOICE, str(tmp_path), CONTEXT)
    changed = opened_keras(keras)
    changed.model.set_weights([array + 1 for array in changed.model.get_weights()])
    verify(loaded, file, keras, CHOICE, str(tmp_path), CONTEXT)
    changed.model.save(keras)
    np.testing.assert_array_equal(opened_keras(keras).run([sample])[0], changed.run([sample])[0])
