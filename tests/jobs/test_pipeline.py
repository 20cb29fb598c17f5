"""The pipeline as a library user calls it: files that were checked, or none at all."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))
from forked import fork_children

from pt2k_gui import pipeline
from pt2k_gui.jobs.process import ChildDied
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext, StageDone
from pt2k_gui.resources import resource
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice

MODEL = str(resource("samples/digits-mlp.pt2"))


def small(folder: Path) -> Source:
    """A file that needs no export: one layer, as ONNX."""
    weights = onnx.numpy_helper.from_array(np.eye(4, 3, dtype=np.float32), "w")
    values = [onnx.helper.make_tensor_value_info(n, 1, ["batch", size]) for n, size in (("x", 4), ("y", 3))]
    nodes = [onnx.helper.make_node("MatMul", ["x", "w"], ["y"])]
    graph = onnx.helper.make_graph(nodes, "small", values[:1], values[1:], [weights])
    opset = onnx.helper.make_opsetid("", 20)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=10), folder / "small.onnx")
    return Source(str(folder / "small.onnx"))


def left(folder: Path) -> list[str]:
    """What is there, but for the test's own files."""
    return sorted(path.name for path in folder.iterdir() if path.name not in ("pt2k-home", "small.onnx"))


class Listening(SilentContext):
    """Remembers the stages and calls back at the end of one of them."""

    def __init__(self, name: str = "", then: object = None) -> None:
        self.stages: list[str] = []
        self.fractions: list[float] = []
        self._name, self._then = name, then

    def progress(self, fraction: float, text: str) -> None:
        self.fractions.append(fraction)

    def event(self, event: object) -> None:
        if isinstance(event, StageDone):
            self.stages.append(event.name)
            if event.name == self._name and callable(self._then):
                self._then()


def test_one_call_makes_files_that_were_compared_with_pytorch(tmp_path: Path) -> None:
    context = Listening()
    outputs = [tmp_path / "a.keras", tmp_path / "a.tflite"]
    outcome = pipeline.run(MODEL, outputs, samples=SampleChoice("digits", count=50), context=context)
    assert outcome.ok, outcome.verification.verdict.sentence
    assert [(file.path, file.same) for file in outcome.saved] == [(str(path), True) for path in outputs]
    assert [file.size for file in outcome.saved] == [path.stat().st_size for path in outputs]
    assert outcome.verification.samples == 50
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a.keras", "a.tflite"]
    assert {"Export to ONNX", "Build the Keras model", "Run the backends", "Reopen and compare"} <= set(context.stages)
    assert context.fractions == sorted(context.fractions), "the bar went back"


def test_nothing_is_written_where_the_comparison_can_not_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork_children(monkeypatch)
    wrong = SampleChoice("file", str(tmp_path / "missing.npz"))
    with pytest.raises(Problem, match=r"missing\.npz"):
        pipeline.run(small(tmp_path), [tmp_path / "a.keras"], samples=wrong)
    assert left(tmp_path) == []


def test_a_process_that_is_killed_while_it_writes_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork_children(monkeypatch)
    opened: list[pipeline.Pipeline] = []
    with pipeline.pipeline(Listening("Write Keras model", lambda: opened[0].close())) as steps:
        opened.append(steps)
        plan = pipeline.Plan(small(tmp_path), (("keras", str(tmp_path / "a.keras")),))
        with pytest.raises(ChildDied):
            steps.whole(plan)
    assert left(tmp_path) == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("beside")]


@pytest.mark.slow
def test_paths_of_every_kind_of_letters_go_through_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blanks, Chinese, an emoji, and what shells, URLs and formats give a meaning to."""
    fork_children(monkeypatch)
    folder = tmp_path / "模型 and 😀 100% #1 'it''s' {0} & é"
    folder.mkdir()
    source = small(folder)
    Path(source.path).rename(folder / "网络 😀 (1).onnx")
    names = [
        f"网络 😀 (1){ending}" for ending in (".keras", ".h5", ".weights.h5", ".py", ".tflite", ".savedmodel", "2.onnx")
    ]
    outcome = pipeline.run(Source(str(folder / "网络 😀 (1).onnx")), [folder / name for name in names])
    assert [(Path(file.path).name, file.same) for file in outcome.saved] == [(name, True) for name in names]
    assert outcome.ok, outcome.verification.verdict
    assert {path.name for path in folder.iterdir()} == {*names, "网络 😀 (1).onnx"}


def test_a_saved_model_that_tensorflow_could_not_find_again_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes brackets in a path for a pattern."""
    fork_children(monkeypatch)
    folder = tmp_path / "run [3]"
    folder.mkdir()
    with pytest.raises(Problem, match=r"TensorFlow finds no weights below a folder with \[ or \] in its path"):
        pipeline.run(small(tmp_path), [folder / "a.savedmodel"], samples=SampleChoice("random", count=8))
    assert list(folder.iterdir()) == []
