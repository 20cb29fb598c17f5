"""Export programs and TorchScript whose graphs, names, sizes or pickles hide code: none of it runs, shown by a canary
file. PyTorch's own reader evaluates sizes as Python and writes names into the source text of the module that it makes."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pt2k_gui.digits.networks import MLP
from pt2k_gui.export.exporting import export
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loading import load
from pt2k_gui.sources.trust import NeedsTrust

Change = Callable[[Any], None]


class _Touch:
    """Pickles as a call that writes the canary."""

    def __init__(self, canary: Path) -> None:
        self._text = f"open({str(canary)!r}, 'w').close()"

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, (self._text,)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A sound program with a dynamic batch, so that its graph holds sizes as text."""
    path = tmp_path / "model.pt2"
    shapes = ({0: torch.export.Dim("batch")},)
    torch.export.save(torch.export.export(MLP().eval(), (torch.zeros(2, 784),), dynamic_shapes=shapes), path)
    return path


def _rewritten(path: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> None:
    data = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            target.writestr(member.filename, change(member.filename, source.read(member)))
        for name, content in (extra or {}).items():
            target.writestr(f"model/{name}", content)


def _with_graph(path: Path, change: Change) -> None:
    """Rewrite the serialised graph; something has to change."""

    def rewrite(name: str, data: bytes) -> bytes:
        if not name.endswith("models/model.json"):
            return data
        content = json.loads(data)
        before = json.dumps(content)
        change(content)
        assert json.dumps(content) != before
        return json.dumps(content).encode()

    _rewritten(path, rewrite)


def _everywhere(value: Any, replace: Callable[[str, str], str], key: str = "") -> Any:
    """Every text in a JSON value as ``replace(its key, text)`` gives it, names of fields too."""
    if isinstance(value, dict):
        return {replace("", k): _everywhere(v, replace, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_everywhere(item, replace, key) for item in value]
    return replace(key, value) if isinstance(value, str) else value


def _renaming(old: str, new: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        changed = _everywhere(content, lambda key, text: text if key == "metadata" else text.replace(old, new))
        content.clear()
        content.update(changed)

    return change


def _sizes(text: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        changed = _everywhere(content, lambda key, old: text if key == "expr_str" else old)
        content.clear()
        content.update(changed)

    return change


def _call(canary: Path) -> str:
    return f"__import__('pathlib').Path({str(canary)!r}).touch()"


def _spelled(canary: Path) -> str:
    """The same without a quote, a dot or an underscore."""
    return "eval(" + "+".join(f"chr({ord(letter)})" for letter in _call(canary)) + ")"


def _argument_names(canary: Path) -> Change:
    def change(content: dict[str, Any]) -> None:
        calls = content["graph_module"]["module_call_graph"]
        next(call for call in calls if call["fqn"] == "")["signature"]["forward_arg_names"] = [f"input={_call(canary)}"]

    return change


def _operator_argument(content: dict[str, Any]) -> None:
    node = content["graph_module"]["graph"]["nodes"][0]
    node["target"] = "torch.ops.higher_order.wrap"
    node["inputs"] = [
        {"name": "", "arg": {"as_operator": "torch.os.system"}, "kind": 1},
        {"name": "", "arg": {"as_string": "touch canary"}, "kind": 1},
    ]


def _spec(context: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        kind = "collections.defaultdict" if "default_factory" in context else "builtins.dict"
        leaf: dict[str, Any] = {"type": None, "context": None, "children_spec": []}
        inner = {"type": kind, "context": context, "children_spec": [leaf]}
        outer = {"type": "builtins.tuple", "context": "null", "children_spec": [inner]}
        for call in content["graph_module"]["module_call_graph"]:
            if call["signature"]:
                call["signature"]["out_spec"] = json.dumps([1, outer])

    return change


_ENUM = json.dumps([{"__enum__": True, "fqn": "evil_local_module:Kind", "name": "A"}])
_FACTORY = json.dumps(
    {
        "default_factory_module": "evil_local_module",
        "default_factory_name": "anything",
        "dict_context": ["a"],
    }
)
DOCTORED: dict[str, Callable[[Path], Change]] = {
    "a size that is code": lambda canary: _sizes(_call(canary)),
    "a size that spells its code in numbers": lambda canary: _sizes(_spelled(canary)),
    "a size with an attribute": lambda canary: _sizes("Symbol('s1', integer=True).__class__"),
    "an input's name": lambda canary: _renaming("input", f"input={_call(canary)}"),
    "a node's name": lambda canary: _renaming("sigmoid", f"sigmoid = {_call(canary)}; s"),
    "a weight's name": lambda canary: _renaming("hidden.", f'h"), {_call(canary)}, ("'.replace(".", "\x2e")),
    "the names of forward's arguments": _argument_names,
    "an operator among the arguments": lambda canary: _operator_argument,
    "a library to be loaded": lambda canary: _renaming("torch.ops.aten.sigmoid.default", "torch.ops.load_library"),
    "a file to be read": lambda canary: _renaming(
        "torch.ops.aten.sigmoid.default", "torch.ops.debugprims.load_tensor.default"
    ),
    "an enumeration of a local module": lambda canary: _spec(_ENUM),
    "a dictionary's factory of a local module": lambda canary: _spec(_FACTORY),
}


def _used(path: Path, folder: Path) -> None:
    """What a user would do next, as far as it gets."""
    loaded = load(Source(str(path)), SilentContext())
    export(loaded, loaded.card.inputs, str(folder / "m.onnx"), trainable=False, context=SilentContext())


def _with_local_module(canary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (canary.parent / "evil_local_module.py").write_text(_call(canary))
    monkeypatch.chdir(canary.parent)
    monkeypatch.syspath_prepend(str(canary.parent))


@pytest.mark.parametrize("what", DOCTORED)
def test_code_hidden_in_a_programs_graph_is_not_run(
    tmp_path: Path, program: Path, canary: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    _with_local_module(canary, monkeypatch)
    _with_graph(program, DOCTORED[what](canary))
    with pytest.raises(NeedsTrust) as caught:
        _used(program, tmp_path)
    assert not canary.exists()
    assert str(program) in caught.value.sentence and caught.value.code


def test_guards_of_a_program_are_never_run(tmp_path: Path, program: Path, canary: Path) -> None:
    """They are Python text, which PyTorch runs to check inputs. Every program has some, so that it is no reason to ask."""

    def change(content: dict[str, Any]) -> None:
        content["guards_code"] = [f"{_call(canary)} is None"]

    _with_graph(program, change)
    _used(program, tmp_path)
    assert not canary.exists()


def test_a_size_that_is_code_would_run(program: Path, canary: Path) -> None:
    """The same file does run its code in PyTorch's own reader: the tests above can fail."""
    _with_graph(program, _sizes(_call(canary)))
    try:
        torch.export.load(program)
    except Exception as error:  # what follows the code may fail
        print(error)
    assert canary.exists()


def _pickled_weight(path: Path, content: bytes) -> None:
    def change(name: str, data: bytes) -> bytes:
        if name.endswith("weights_config.json"):
            config = json.loads(data)
            next(iter(config["config"].values()))["use_pickle"] = True
            return json.dumps(config).encode()
        return content if name.endswith("data/weights/weight_0") else data

    _rewritten(path, change)


def test_a_weight_that_is_a_pickle_is_not_run(tmp_path: Path, program: Path, canary: Path) -> None:
    stream = io.BytesIO()
    torch.save(_Touch(canary), stream)
    for content in (stream.getvalue(), pickle.dumps(_Touch(canary), protocol=2)):
        _pickled_weight(program, content)
        with pytest.raises(NeedsTrust) as caught:
            _used(program, tmp_path)
        assert not canary.exists()
        assert any(entry.name == "exec" for entry in caught.value.imports)


def test_a_weight_that_is_a_pickled_tensor_is_no_reason_to_ask(tmp_path: Path, program: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(program) as archive:
        config = json.loads(next(archive.read(n) for n in archive.namelist() if n.endswith("weights_config.json")))
    sizes = [size["as_int"] for size in next(iter(config["config"].values()))["tensor_meta"]["sizes"]]
    torch.save(nn.Parameter(torch.ones(sizes)), stream)
    _pickled_weight(program, stream.getvalue())
    _used(program, tmp_path)


def test_a_compiled_library_in_a_program_is_not_loaded(tmp_path: Path, program: Path) -> None:
    _rewritten(program, lambda _, data: data, {"data/aotinductor/model/wrapper.bin": b"\x7fELF"})
    with pytest.raises(NeedsTrust) as caught:
        _used(program, tmp_path)
    assert "aotinductor" in caught.value.sentence


def test_members_that_only_pytorch_would_find_are_not_read(tmp_path: Path, program: Path, canary: Path) -> None:
    """PyTorch's reader of archives takes the first of two members of one name, and does not heed capitals."""
    with zipfile.ZipFile(program) as archive:
        sound = {member.filename: archive.read(member) for member in archive.infolist()}
    name = next(name for name in sound if name.endswith("models/model.json"))
    evil = json.loads(sound[name])
    _sizes(_call(canary))(evil)
    for first in (name, name.upper()):
        with zipfile.ZipFile(program, "w") as archive:
            archive.writestr(first, json.dumps(evil))
            for member, content in sound.items():
                archive.writestr(member, content)
        try:
            _used(program, tmp_path)
        except Problem as problem:
            print(problem)
        assert not canary.exists()


# --- weights and modules whose names are code -----------------------------------------------------------------------


def _evil_name(canary: Path) -> str:
    text = "".join(f"chr({ord(letter)})+" for letter in _call(canary))[:-1]
    return f'x", eval({text})), ("'


@pytest.mark.parametrize("kind", ["chain", "whole"])
def test_names_of_weights_that_are_code_do_not_run_at_the_export(tmp_path: Path, canary: Path, kind: str) -> None:
    """PyTorch writes a module's names into the source text of its graph."""
    network = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)).eval()
    network._modules[_evil_name(canary)] = network._modules.pop("2")
    path = tmp_path / "weights.pt"
    torch.save(network if kind == "whole" else network.state_dict(), path)
    try:
        loaded = load(Source(str(path), "tensors:chain" if kind == "chain" else ""), SilentContext())
        export(loaded, loaded.card.inputs, str(tmp_path / "m.onnx"), trainable=False, context=SilentContext())
    except Problem as problem:
        assert str(path) in problem.sentence
    assert not canary.exists()


# --- TorchScript ----------------------------------------------------------------------------------------------------


class _Saving(nn.Module):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.save(x, self.path)
        return x + 1


@pytest.mark.parametrize(
    "written", ["torch.save(", "torch.save (", "torch . save(", "torch. \\\n  save(", "torch.save\t("]
)
def test_torchscript_that_writes_files_is_not_run_however_it_is_spelled(
    tmp_path: Path, canary: Path, written: str
) -> None:
    path = tmp_path / "model.pt"
    torch.jit.script(_Saving(str(canary))).save(path)

    def change(name: str, data: bytes) -> bytes:
        if name.endswith(".py"):
            assert b"torch.save(" in data
            return data.replace(b"torch.save(", written.encode())
        return data.replace(b"save", b"wave")  # the original's source text lies beside

    _rewritten(path, change)
    with pytest.raises(Problem) as caught:
        load(Source(str(path)), SilentContext())
    assert not canary.exists()
    assert isinstance(caught.value, NeedsTrust) and "save" in caught.value.sentence


# --- what a yes would cover -----------------------------------------------------------------------------------------


def test_the_names_that_are_shown_are_those_of_the_pickle_that_would_run(tmp_path: Path, canary: Path) -> None:
    """A sound archive hung behind a pickle: torch's reader takes the pickle, and so does the scan."""
    stream, archive = io.BytesIO(), io.BytesIO()
    torch.save({"w": _Touch(canary)}, stream, _use_new_zipfile_serialization=False)
    torch.save(MLP().state_dict(), archive)
    path = tmp_path / "both.pt"
    path.write_bytes(stream.getvalue() + archive.getvalue())
    assert zipfile.is_zipfile(path)
    with pytest.raises(NeedsTrust) as caught:
        load(Source(str(path)), SilentContext())
    assert any(entry.name == "exec" for entry in caught.value.imports)
    assert not canary.exists()


def test_capitals_hide_no_pickle_from_the_scan(tmp_path: Path, canary: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save({"w": _Touch(canary)}, path)
    evil = path.read_bytes()
    torch.save(MLP().state_dict(), path)
    with zipfile.ZipFile(io.BytesIO(evil)) as archive:
        payload = next(archive.read(name) for name in archive.namelist() if name.endswith("data.pkl"))
    data = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(path, "w") as target:
        target.writestr("archive/DATA.PKL", payload)
        for member in source.infolist():
            target.writestr(f"archive/{member.filename.split('/', 1)[1]}", source.read(member))
    with pytest.raises(NeedsTrust) as caught:
        load(Source(str(path)), SilentContext())
    assert any(entry.name == "exec" for entry in caught.value.imports)
    assert not canary.exists()
