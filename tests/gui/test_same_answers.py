"""The window and the command line say the same of the same files: what they are, what goes in, what they become, whether
it is right, and why a file is refused."""

from __future__ import annotations

import dataclasses
import json
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
import pytest
from PySide6.QtCore import Qt

sys.path.insert(0, str(Path(__file__).parent.parent / "sources"))
from model_files import KINDS

from pt2k_gui.cli import main
from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.json_data import plain
from pt2k_gui.sources.card import Source

_CNN, _MLP = "pt2k_gui.digits.networks:CNN", "pt2k_gui.digits.networks:MLP"
# One of each way of reading: a program, TorchScript, tensors with a class.
_CONVERTED = ("exported program", "TorchScript, scripted", "safetensors")
# What differs from one of these in nothing but how it is read.
_OPENED = (
    pytest.param("TorchScript, traced", "", marks=pytest.mark.full),
    pytest.param("ONNX", "", marks=pytest.mark.full),
    pytest.param("state dict", _CNN, marks=pytest.mark.full),
    ("Lightning checkpoint", _MLP),
)
_SAMPLES = 64


@dataclass(frozen=True)
class Answers:
    """The files, by what they are called, and what the command line said of each."""

    sources: dict[str, Source]
    said: dict[str, Any]
    folder: Path


def _refused(folder: Path) -> dict[str, Source]:
    folder.mkdir()
    with zipfile.ZipFile(folder / "network.keras", "w") as archive:
        for member in ("metadata.json", "config.json"):
            archive.writestr(member, "{}")
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n")
    whole = Path(KINDS["exported program"](folder).source.path)
    (folder / "cut.pt2").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return {name: Source(str(folder / file)) for name, file in (("Keras", "network.keras"), ("truncated", "cut.pt2"))}


def _asked(arguments: list[str], capsys: pytest.CaptureFixture[str], status: int) -> dict[str, Any]:
    assert main(arguments) == status
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


@pytest.fixture
def answers(tmp_path: Path, capsys: pytest.CaptureFixture[str], own_home: Path) -> Answers:
    """All files in one call, as a user would: those that can't be used stop none of the others."""
    sources = {}
    for number, kind in enumerate(_CONVERTED):
        (tmp_path / str(number)).mkdir()
        source = KINDS[kind](tmp_path / str(number)).source
        # In the folder of what is written, files are called as their models.
        named = Path(source.path).rename(Path(source.path).with_stem(f"model{number}"))
        sources[kind] = Source(str(named), source.code)
    sources |= _refused(tmp_path / "refused")
    options = ["--code", _CNN, "-o", f"{tmp_path / 'out'}/", "--to", "onnx"]
    samples = ["--samples", "random", "-n", str(_SAMPLES), "--json"]
    found = _asked(["convert", *(source.path for source in sources.values()), *options, *samples], capsys, 2)
    return Answers(sources, dict(zip(sources, found["models"], strict=True)), tmp_path / "out")


def _walked(driver: Any, source: Source) -> Any:
    """The file through every page up to the verdict; stops where a page refuses."""
    window = driver.window
    window.go(Step.MODEL)
    window.model_page.open_source(source)
    driver.idle()
    if window.model_page.notice.isVisible():
        return window.state
    driver.until(Step.MODEL, StepState.DONE)
    window.go(Step.INPUT)
    driver.until(Step.INPUT, StepState.DONE, StepState.FAILED)
    window.go(Step.CONVERT)
    driver.qtbot.mouseClick(window.convert_page.convert_button, Qt.MouseButton.LeftButton)
    driver.until(Step.CONVERT, StepState.DONE, StepState.FAILED)
    # A choice that the program makes is none of the user's: the page hears only what is picked in the list.
    samples = window.check_page.samples
    samples.setCurrentIndex(samples.findData("random"))
    samples.activated.emit(samples.currentIndex())
    window.check_page.count.setValue(_SAMPLES)
    window.check_page.check()
    driver.until(Step.CHECK, StepState.DONE, StepState.FAILED)
    return window.state


def _graph(path: Path) -> tuple[list[Any], list[Any], dict[str, bytes]]:
    """What an ONNX file computes: its nodes, its edges, and its weights, without who wrote it when."""
    graph = onnx.load(str(path)).graph
    nodes = [
        (node.op_type, list(node.input), list(node.output), sorted(a.SerializeToString() for a in node.attribute))
        for node in graph.node
    ]
    signature = [value.SerializeToString(deterministic=True) for value in (*graph.input, *graph.output)]
    return nodes, signature, {t.name: onnx.numpy_helper.to_array(t).tobytes() for t in graph.initializer}


def test_the_window_and_the_command_line_give_the_same_answers(driver: Any, answers: Answers) -> None:
    for number, kind in enumerate(_CONVERTED):
        said = answers.said[kind]
        walk = _walked(driver, answers.sources[kind])
        assert plain(walk.info) == said["model"], kind
        assert plain(walk.conversion.exported.inputs) == said["exported"]["inputs"], kind
        assert plain(walk.conversion.exported.outputs) == said["exported"]["outputs"], kind
        assert plain(walk.conversion.converted.report.operators) == said["conversion"]["operators"], kind
        assert plain(walk.conversion.converted.report.signature) == said["conversion"]["signature"], kind
        assert plain(walk.verification.verdict) == said["verification"]["verdict"], kind
        assert walk.verification.same and said["ok"], kind
        assert walk.verification.samples == said["verification"]["samples"] == _SAMPLES, kind
        assert _graph(Path(walk.conversion.exported.path)) == _graph(answers.folder / f"model{number}.onnx"), kind
    for kind in ("Keras", "truncated"):
        _walked(driver, answers.sources[kind])
        problem, notice = answers.said[kind]["problem"], driver.window.model_page.notice
        assert notice.isVisible()
        assert problem["sentence"] in notice.sentence.text(), kind


@pytest.mark.parametrize(("kind", "code"), _OPENED)
def test_what_a_file_is_said_to_be_is_the_same_on_both_sides(
    driver: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, code: str
) -> None:
    source = dataclasses.replace(KINDS[kind](tmp_path).source, code=code)
    said = _asked(["inspect", source.path, "--code", code, "--json"], capsys, 0)
    driver.window.model_page.open_source(source)
    driver.until(Step.MODEL, StepState.DONE, StepState.FAILED)
    assert plain(driver.window.state.info) == said["model"]
