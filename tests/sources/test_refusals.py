"""What can't be opened is refused in a sentence that names the file, the reason and the way out."""

from __future__ import annotations

import dataclasses
import io
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
import torch
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).parent))
from model_files import KINDS

from pt2k_gui.digits.networks import CNN, MLP
from pt2k_gui.export.exporting import export
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.inspection import ARGUMENTS, CLASS, WEIGHTS
from pt2k_gui.sources.loading import load
from pt2k_gui.sources.state_dicts import WeightsDontFit
from pt2k_gui.sources.trust import NeedsTrust

_CNN = "pt2k_gui.digits.networks:CNN"
_OWN = torch.__version__.split("+")[0]


def _refusal(source: Source) -> Problem:
    """The Problem, which names the file; of that very type or of one made for the Model page."""
    with pytest.raises(Problem) as caught:
        load(source, SilentContext())
    assert source.path in caught.value.sentence
    assert caught.value.sentence.endswith(".") and caught.value.hint
    assert "Traceback" not in caught.value.sentence and "\n" not in caught.value.sentence
    return caught.value


def _made(folder: Path, kind: str) -> Source:
    return KINDS[kind](folder).source


def _cut(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def _zeroed(path: Path, start: float, size: int) -> None:
    content = bytearray(path.read_bytes())
    where = int(len(content) * start)
    content[where : where + size] = bytes(size)
    path.write_bytes(content)


def _with_members(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    """Rewrite an archive member by member; at least one has to change."""
    content = path.read_bytes()
    changed = False
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            former = source.read(member)
            new = change(member.filename.split("/", 1)[-1], former)
            changed |= new != former
            target.writestr(member.filename, new)
    assert changed


FORMATS = (
    "exported program",
    "TorchScript, traced",
    "TorchScript, scripted",
    "state dict",
    "Lightning checkpoint",
    "whole pickled model of torch's own layers",
    "legacy state dict",
    "safetensors",
    "ONNX",
)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
@pytest.mark.parametrize("kind", FORMATS)
def test_a_truncated_file_says_so(tmp_path: Path, kind: str, share: float) -> None:
    source = _made(tmp_path, kind)
    _cut(Path(source.path), share)
    problem = _refusal(source)
    assert "truncated" in problem.sentence or "damaged" in problem.sentence
    assert "again" in problem.hint


@pytest.mark.parametrize("kind", FORMATS)
def test_a_corrupted_file_says_so(tmp_path: Path, kind: str) -> None:
    """Zeros where a bad disk or a broken copy leaves them: over the beginning of what describes the tensors."""
    source = _made(tmp_path, kind)
    path = Path(source.path)
    content = path.read_bytes()
    marks = (b"data.pkl", b"models/model.json", b'":{"dtype"', b"__torch__", b"_rebuild", b"conv1.weight")
    where = min(content.index(mark) for mark in marks if mark in content)
    _zeroed(path, (where + 40) / len(content), 200)
    problem = _refusal(source)
    assert "damaged" in problem.sentence or "not a valid ONNX model" in problem.sentence
    assert "again" in problem.hint


def test_an_empty_file_a_folder_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.pt").write_bytes(b"")
    assert "is empty" in _refusal(Source(str(tmp_path / "empty.pt"))).sentence
    assert "is a folder" in _refusal(Source(str(tmp_path))).sentence
    assert "does not exist" in _refusal(Source(str(tmp_path / "no.pt"))).sentence


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    source = _made(tmp_path, "state dict")
    Path(source.path).chmod(0)
    assert "permission" in _refusal(source).sentence


def test_bytes_of_no_known_format_are_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(bytes(range(200, 256)) * 20)
    assert "no known format" in _refusal(Source(str(path))).sentence


def test_onnx_weights_that_are_not_beside_the_file_are_named(tmp_path: Path) -> None:
    source = _made(tmp_path, "ONNX with external data")
    data = tmp_path / "model.onnx.data"
    _cut(data, 0.9)
    assert "model.onnx.data, which holds its weights, is truncated" in _refusal(source).sentence
    data.unlink()
    problem = _refusal(source)
    assert "its weights are in model.onnx.data, which is not in the same folder" in problem.sentence
    assert "Copy model.onnx.data into the same folder" in problem.hint


# --- too new --------------------------------------------------------------------------------------------------------


def test_a_program_of_a_newer_pytorch_names_both_versions(tmp_path: Path) -> None:
    source = _made(tmp_path, "exported program")

    def newer(name: str, content: bytes) -> bytes:
        if name != "models/model.json":
            return content
        content = content.replace(torch.__version__.encode(), b"9.1.0")
        return content.replace(b'"major": 8', b'"major": 99')

    _with_members(Path(source.path), newer)
    problem = _refusal(source)
    assert f"written by PyTorch 9.1.0, which is newer than this PyTorch ({_OWN})" in problem.sentence
    assert f"Save it again with PyTorch {_OWN}" in problem.hint


@pytest.mark.parametrize("kind", ["TorchScript, traced", "state dict"])
def test_an_archive_of_a_newer_pytorch_names_both_formats(tmp_path: Path, kind: str) -> None:
    source = _made(tmp_path, kind)
    _with_members(Path(source.path), lambda name, content: b"99\n" if name in ("version", ".data/version") else content)
    problem = _refusal(source)
    assert f"written by a newer PyTorch than {_OWN} (archive format 99" in problem.sentence
    assert f"Save it again with PyTorch {_OWN}" in problem.hint


def _graph(opset: int, *nodes: onnx.NodeProto, ir: int = 10, kind: int = TensorProto.FLOAT) -> bytes:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(list(nodes), "g", [value("x", kind, ["N", 3])], [value("y", kind, ["N", 3])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = ir
    return bytes(model.SerializeToString())


_RELU = helper.make_node("Relu", ["x"], ["y"])


def test_an_onnx_file_with_a_newer_opset_names_both(tmp_path: Path) -> None:
    path = tmp_path / "new.onnx"
    newest = onnx.defs.onnx_opset_version()
    path.write_bytes(_graph(newest + 5, _RELU))
    problem = _refusal(Source(str(path)))
    assert f"opset {newest + 5}" in problem.sentence and f"up to {newest}" in problem.sentence
    assert "lower opset" in problem.hint


def test_an_onnx_file_of_a_newer_format_names_both(tmp_path: Path) -> None:
    path = tmp_path / "new.onnx"
    path.write_bytes(_graph(17, _RELU, ir=onnx.IR_VERSION + 2))
    problem = _refusal(Source(str(path)))
    assert (
        f"format version {onnx.IR_VERSION + 2}" in problem.sentence and f"up to {onnx.IR_VERSION}" in problem.sentence
    )


# --- operators ------------------------------------------------------------------------------------------------------


def test_a_program_with_operators_that_are_not_here_names_them(tmp_path: Path) -> None:
    source = _made(tmp_path, "exported program")
    _with_members(
        Path(source.path), lambda _, content: content.replace(b"ops.aten.relu.default", b"ops.mylib.bend.default")
    )
    problem = _refusal(source)
    assert "operators that this PyTorch" in problem.sentence and "mylib::bend" in problem.sentence
    assert "Install the library" in problem.hint


def test_torchscript_with_operators_that_are_not_here_names_them(tmp_path: Path) -> None:
    source = _made(tmp_path, "TorchScript, traced")
    _with_members(
        Path(source.path),
        lambda name, content: (
            content.replace(b"torch.relu(", b"ops.mylib.bend(") if name.startswith("code/") else content
        ),
    )
    problem = _refusal(source)
    assert "the operator mylib::bend, which this PyTorch lacks" in problem.sentence
    assert "Install the library" in problem.hint


def test_an_onnx_file_with_an_operator_of_no_opset_names_it(tmp_path: Path) -> None:
    path = tmp_path / "odd.onnx"
    path.write_bytes(_graph(17, helper.make_node("Bend", ["x"], ["y"])))
    problem = _refusal(Source(str(path)))
    assert "the operator Bend, which opset 17 of ONNX does not have" in problem.sentence


def test_an_onnx_file_of_texts_says_that_numbers_are_converted_alone(tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    path.write_bytes(_graph(17, helper.make_node("Identity", ["x"], ["y"]), kind=TensorProto.STRING))
    assert "its x holds text" in _refusal(Source(str(path))).sentence


# --- weights --------------------------------------------------------------------------------------------------------


def _weights(folder: Path, module: torch.nn.Module, change: Callable[[dict[str, torch.Tensor]], None]) -> str:
    state = dict(module.state_dict())
    change(state)
    torch.save(state, folder / "weights.pt")
    return str(folder / "weights.pt")


def test_weights_that_do_not_fit_are_told_key_by_key_before_anything_goes_on(tmp_path: Path) -> None:
    def change(state: dict[str, torch.Tensor]) -> None:
        state["fc2.weight"] = torch.zeros(7, 128)
        state["fc3.weight"] = torch.zeros(2, 2)
        del state["conv1.bias"]

    source = Source(_weights(tmp_path, CNN(), change), _CNN)
    problem = _refusal(source)
    assert isinstance(problem, WeightsDontFit)
    assert "1 missing from the file: conv1.bias" in problem.sentence
    assert "fc2.weight (7 × 128 in the file, 10 × 128 in the class)" in problem.sentence
    assert "1 not in the class: fc3.weight" in problem.sentence
    assert "--no-strict" in problem.hint
    states = {row.key: row.state for row in problem.rows if row.state != "matched"}
    assert states == {"conv1.bias": "missing", "fc2.weight": "mismatched", "fc3.weight": "unexpected"}
    found = inspect(source, SilentContext())
    assert (found.needs, found.keys) == (WEIGHTS, problem.rows)


def test_what_fits_is_taken_once_the_user_says_so_and_the_rest_is_told(tmp_path: Path) -> None:
    module = CNN().eval()
    path = _weights(tmp_path, module, lambda state: state.pop("fc2.bias"))
    loaded = load(Source(path, _CNN, strict=False), SilentContext())
    assert loaded.module is not None
    assert torch.equal(loaded.module.state_dict()["fc2.weight"], module.state_dict()["fc2.weight"])
    assert any("1 key does not match" in note and "random values" in note for note in loaded.card.notes)


def test_weights_of_another_network_altogether_are_not_taken_even_then(tmp_path: Path) -> None:
    path = _weights(tmp_path, MLP(), lambda state: None)
    assert "do not fit" in _refusal(Source(path, _CNN, strict=False)).sentence


def test_a_state_dict_without_its_class_asks_for_it_and_offers_the_chain(tmp_path: Path) -> None:
    source = Source(_weights(tmp_path, MLP(), lambda state: None))
    problem = _refusal(source)
    assert type(problem) is Problem
    assert "4 tensors with 101,770 numbers (a state dict), but not the network" in problem.sentence
    assert "--code FILE.py:Class" in problem.hint and "784 → 128 → 10" in problem.hint
    found = inspect(source, SilentContext())
    assert (found.needs, found.chain, len(found.tensors)) == (CLASS, "784 → 128 → 10", 4)


def test_a_state_dict_that_is_no_chain_asks_for_its_class_alone(tmp_path: Path) -> None:
    problem = _refusal(Source(_weights(tmp_path, torch.nn.LSTM(3, 4), lambda state: None)))
    assert type(problem) is Problem
    assert "tensors:chain" not in problem.hint and "--code FILE.py:Class" in problem.hint


def test_a_class_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    path = _weights(tmp_path, MLP(), lambda state: None)
    with pytest.raises(Problem) as caught:
        load(Source(path, "pt2k_gui.digits.networks:Perceptron"), SilentContext())
    assert "no class Perceptron" in caught.value.sentence and "MLP" in caught.value.hint
    with pytest.raises(Problem) as caught:
        load(Source(path, "no_such_package.models:Net"), SilentContext())
    assert (
        "no_such_package" in caught.value.sentence
        and "--python" in caught.value.hint
        and "install it" in caught.value.hint
    )


def test_an_argument_that_the_class_needs_is_asked_for_by_name(tmp_path: Path) -> None:
    path = _weights(tmp_path, MLP(), lambda state: None)
    code = tmp_path / "net.py"
    code.write_text(
        "import torch\nclass Net(torch.nn.Module):\n    def __init__(self, taste):\n        super().__init__()\n"
    )
    source = Source(path, f"{code}:Net", trusted=True)
    with pytest.raises(Problem) as caught:
        load(source, SilentContext())
    assert "taste" in caught.value.sentence and "--arg NAME=VALUE" in caught.value.hint
    found = inspect(source, SilentContext())
    assert found.needs == ARGUMENTS and [argument.name for argument in found.arguments] == ["taste"]


def test_a_checkpoint_without_weights_says_what_to_save(tmp_path: Path) -> None:
    torch.save({"epoch": 3, "loss": [0.1]}, tmp_path / "log.pt")
    problem = _refusal(Source(str(tmp_path / "log.pt"), _CNN))
    assert "holds no weights" in problem.sentence and "state_dict()" in problem.hint


def test_weights_that_are_asked_for_by_a_wrong_name_are_listed(tmp_path: Path) -> None:
    torch.save({"model": CNN().state_dict(), "ema": CNN().state_dict()}, tmp_path / "both.pt")
    problem = _refusal(Source(str(tmp_path / "both.pt"), _CNN, weights="average"))
    assert "no weights under average" in problem.sentence and "model, ema" in problem.hint


def test_a_whole_model_whose_class_is_gone_says_which_and_what_to_do(tmp_path: Path) -> None:
    source = _made(tmp_path, "whole pickled model with its .py file beside it")
    (tmp_path / "pt2k_test_network.py").unlink()
    problem = _refusal(source)
    assert "pt2k_test_network.Net" in problem.sentence and "can't be imported" in problem.sentence
    assert "Put its .py file in the same folder" in problem.hint
    question = _refusal(dataclasses.replace(source, trusted=False))
    assert isinstance(question, NeedsTrust) and "--trust" in question.hint
    assert any(entry.module == "pt2k_test_network" for entry in question.imports)


def test_quantized_weights_are_declined_by_name(tmp_path: Path) -> None:
    torch.save({"w": torch.quantize_per_tensor(torch.randn(4, 4), 0.1, 0, torch.qint8)}, tmp_path / "q.pt")
    assert "quantized" in _refusal(Source(str(tmp_path / "q.pt"), _CNN)).sentence


def test_torchscript_that_can_not_be_called_says_so(tmp_path: Path) -> None:
    class Parts(torch.nn.Module):
        @torch.jit.export
        def encode(self, x: torch.Tensor) -> torch.Tensor:
            return x + 1

    torch.jit.script(Parts()).save(str(tmp_path / "parts.pt"))
    assert "has no forward method" in _refusal(Source(str(tmp_path / "parts.pt"))).sentence


def test_an_onnx_file_with_a_name_that_is_no_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "name.onnx"
    node = helper.make_node("Relu", ["x"], ["y"], name="LAYERNAME")
    path.write_bytes(_graph(17, node).replace(b"LAYERNAME", b"LAYER\xffAME"))
    assert "is damaged" in _refusal(Source(str(path))).sentence


def _with_external(folder: Path, location: str, *, in_attribute: bool) -> Source:
    """A sum with weights kept elsewhere: those of an initializer, or of a Constant node within a branch."""
    tensor = onnx.TensorProto(name="w", dims=[4], data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", "0"), ("length", "16")):
        tensor.external_data.add(key=key, value=value)
    info = helper.make_tensor_value_info
    nodes = [helper.make_node("Add", ["x", "w"], ["y"])]
    if in_attribute:
        nodes.insert(0, helper.make_node("Constant", [], ["w"], value=tensor))
    stored = [] if in_attribute else [tensor]
    graph = helper.make_graph(nodes, "g", [info("x", 1, [4])], [info("y", 1, [4])], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    path = folder / "external.onnx"
    path.write_bytes(model.SerializeToString())
    return Source(str(path))


@pytest.mark.parametrize("in_attribute", [False, True], ids=["initializer", "attribute"])
@pytest.mark.parametrize("way", ["up", "absolute", "link"])
def test_an_onnx_file_reads_no_weights_from_another_folder(tmp_path: Path, way: str, in_attribute: bool) -> None:
    (tmp_path / "secret").write_bytes(bytes(64))
    folder = tmp_path / "models"
    folder.mkdir()
    location = {"up": "../secret", "absolute": str(tmp_path / "secret"), "link": "link"}[way]
    if way == "link":
        (folder / "link").symlink_to(tmp_path / "secret")
    problem = _refusal(_with_external(folder, location, in_attribute=in_attribute))
    assert ("is a link to another location" if way == "link" else "outside its own folder") in problem.sentence


def test_an_onnx_file_may_name_its_weights_in_a_roundabout_way(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(16))
    source = _with_external(tmp_path, "./w.bin", in_attribute=False)
    assert "kept in separate files in the same folder" in load(source, SilentContext()).card.notes[0]
    (tmp_path / "w.bin").write_bytes(bytes(8))
    assert "is truncated" in _refusal(source).sentence


def test_a_split_checkpoint_names_the_parts_that_are_missing(tmp_path: Path) -> None:
    source = _made(tmp_path, "safetensors in several files")
    assert any("Combined from 2 files" in note for note in load(source, SilentContext()).card.notes)
    (tmp_path / "model-00002-of-00002.safetensors").unlink()
    problem = _refusal(source)
    assert "2 weight files, and 1 of them is missing from its folder: model-00002-of-00002" in problem.sentence


def test_a_split_checkpoint_reads_no_weights_from_another_folder(tmp_path: Path) -> None:
    source = _made(tmp_path, "safetensors in several files")
    index = Path(source.path)
    index.write_text(index.read_text().replace("model-00002", "../model-00002"))
    assert "outside its own folder" in _refusal(source).sentence


@pytest.mark.parametrize("ending", ["json", "textproto", "bin"])
def test_an_onnx_file_is_told_by_its_content_whatever_its_name_ends_in(tmp_path: Path, ending: str) -> None:
    """onnx itself takes such endings for other notations of a graph."""
    path = tmp_path / f"model.{ending}"
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    path.write_bytes(model.SerializeToString())
    loaded = load(Source(str(path)), SilentContext())
    out = str(tmp_path / "out.onnx")
    exported = export(loaded, loaded.card.inputs, out, trainable=False, context=SilentContext())
    assert Path(exported.path).exists()
