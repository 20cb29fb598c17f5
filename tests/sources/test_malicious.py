"""Files made to run code when they are opened: none does, shown by a canary file that such code would write."""

from __future__ import annotations

import io
import json
import marshal
import pickle
import struct
import types
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from pt2k_gui.digits.networks import CNN, MLP
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.inspecting import inspect
from pt2k_gui.sources.inspection import CONSENT
from pt2k_gui.sources.loading import load
from pt2k_gui.sources.trust import NeedsTrust, agree, consents, revoke, sha256_of


class Call:
    """Pickles as a call of a function with arguments."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._reduced = (function, arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        return self._reduced


def _named(module: str, name: str, *arguments: Any) -> bytes:
    """A pickle that calls a function by its name; it need not exist here. Protocol 2, as torch writes."""
    body = pickle.dumps(arguments, protocol=2)[2:-1]
    return b"\x80\x02" + f"c{module}\n{name}\n".encode() + body + b"R."


def _canary(folder: Path) -> Path:
    return folder / "canary"


def _touch(folder: Path) -> str:
    return f"open({str(_canary(folder))!r}, 'w').close()"


def _lambda(folder: Path) -> Call:
    code = marshal.dumps(compile(_touch(folder), "x", "exec"))
    return Call(exec, Call(marshal.loads, code))


def _nested(folder: Path) -> Call:
    return Call(getattr, Call(__import__, "os"), "system")


# What the pickle calls; each of these has run code on somebody's machine.
PAYLOADS: dict[str, Callable[[Path], bytes]] = {
    "os.system": lambda folder: _named("os", "system", f"touch {_canary(folder)}"),
    "posix.system": lambda folder: _named("posix", "system", f"touch {_canary(folder)}"),
    "builtins.eval": lambda folder: _named("builtins", "eval", _touch(folder)),
    "builtins.exec": lambda folder: _named("builtins", "exec", _touch(folder)),
    "__builtin__.eval": lambda folder: _named("__builtin__", "eval", _touch(folder)),
    "subprocess.Popen": lambda folder: _named("subprocess", "Popen", ["touch", str(_canary(folder))]),
    "nested reduce": lambda folder: pickle.dumps(_nested(folder), protocol=2),
    "marshalled lambda": lambda folder: pickle.dumps(_lambda(folder), protocol=2),
    "runpy": lambda folder: _named("runpy", "_run_code", _touch(folder), {}),
    "timeit": lambda folder: _named("timeit", "timeit", "1", _touch(folder)),
    "local module": lambda folder: _named("evil_local_module", "anything", 1),
    "torch.load": lambda folder: _named("torch.serialization", "load", str(folder / "second.pt")),
    "torch hub": lambda folder: _named("torch.hub", "load", "x", "y"),
    "exec through torch": lambda folder: _named(
        "torch.jit.unsupported_tensor_ops", "execWrapper", _touch(folder), {}, {}
    ),
    "importlib": lambda folder: _named("importlib", "import_module", "evil_local_module"),
    "pip": lambda folder: _named("pip", "main", ["install", "evil"]),
    "stack global": lambda folder: (
        b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93" + pickle.dumps((_touch(folder),), protocol=4)[2:-1] + b"R."
    ),
}


def _setup(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "evil_local_module.py").write_text(_touch(folder))
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))


def _doctored(payload: bytes, *, compress: bool = False) -> bytes:
    """A torch archive of a good state dict, with its pickle replaced."""
    good = io.BytesIO()
    torch.save(MLP().state_dict(), good)
    made = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(made, "w", kind) as target:
        for member in source.infolist():
            target.writestr(member.filename, payload if member.filename.endswith("data.pkl") else source.read(member))
    return made.getvalue()


def _legacy(payload: bytes) -> bytes:
    """The file format of before 2020: magic number, version and system information, then the pickle."""
    first = b"".join(
        pickle.dumps(part, protocol=2)
        for part in (
            0x1950A86A20F9469CFC6C,
            1001,
            {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}},
        )
    )
    return first + payload + pickle.dumps([], protocol=2)


WRAPPINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "archive": ("model.pt", _doctored),
    "compressed archive": ("model.pth", lambda payload: _doctored(payload, compress=True)),
    "legacy": ("model.pt", _legacy),
    "bare pickle": ("model.ckpt", lambda payload: payload),
    "zip named as image": ("photo.png", _doctored),
}


def _assert_refused(path: Path, folder: Path, **said: Any) -> Problem:
    for attempt in (load, inspect):
        try:
            result = attempt(Source(str(path), **said), SilentContext())
        except Problem as problem:
            caught = problem
        else:
            assert getattr(result, "needs", "") == CONSENT, f"{path.name} was opened"
            caught = Problem(result.sentence)  # type: ignore[union-attr]
        assert not _canary(folder).exists(), f"opening {path.name} ran its code"
        assert str(path) in caught.sentence
    return caught


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_pickle_that_calls_something_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, payload: str, wrapping: str
) -> None:
    _setup(tmp_path, monkeypatch)
    name, wrap = WRAPPINGS[wrapping]
    path = tmp_path / name
    path.write_bytes(wrap(PAYLOADS[payload](tmp_path)))
    _assert_refused(path, tmp_path)


@pytest.mark.parametrize("payload", ["builtins.eval", "os.system", "local module", "stack global"])
def test_the_canary_would_sing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, payload: str) -> None:
    """The same files do run their code in a reader that trusts them: the tests above can fail."""
    _setup(tmp_path, monkeypatch)
    path = tmp_path / "model.pt"
    path.write_bytes(_doctored(PAYLOADS[payload](tmp_path)))
    try:
        torch.load(path, weights_only=False)
    except Exception as error:  # what follows the payload may fail
        print(error)
    assert _canary(tmp_path).exists()


def test_a_lightning_checkpoint_with_code_among_its_settings_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _setup(tmp_path, monkeypatch)
    path = tmp_path / "last.ckpt"
    content = {"state_dict": MLP().state_dict(), "pytorch-lightning_version": "2.1", "callbacks": _lambda(tmp_path)}
    torch.save(content, path)
    problem = _assert_refused(path, tmp_path)
    assert "marshal" in problem.sentence or "exec" in problem.sentence


def test_foreign_classes_among_the_settings_are_no_reason_to_run_or_to_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _setup(tmp_path, monkeypatch)
    module = types.ModuleType("evil_local_module")
    settings = type("Settings", (), {"__module__": "evil_local_module"})
    module.Settings = settings  # type: ignore[attr-defined]
    path = tmp_path / "last.ckpt"
    with monkeypatch.context() as patch:
        patch.setitem(__import__("sys").modules, "evil_local_module", module)
        made = settings()
        made.rate = 0.1
        torch.save({"state_dict": MLP().state_dict(), "config": made}, path)
    loaded = load(Source(str(path), "pt2k_gui.digits.networks:MLP"), SilentContext())
    assert loaded.card.parameters == 101_770
    assert not _canary(tmp_path).exists()


def _rewritten(path: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> None:
    data = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            target.writestr(member.filename, change(member.filename, source.read(member)))
        for name, content in (extra or {}).items():
            target.writestr(f"{source.namelist()[0].split('/')[0]}/{name}", content)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "model.pt2"
    torch.export.save(torch.export.export(MLP().eval(), (torch.zeros(2, 784),)), path)
    return path


@pytest.mark.parametrize(
    "target", ["torch.os.system", "torch.serialization.load", "builtins.eval", "os.system", "_operator.call"]
)
def test_a_program_whose_graph_calls_outside_torchs_operators_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Path, target: str
) -> None:
    _setup(tmp_path, monkeypatch)
    _rewritten(program, lambda _, data: data.replace(b"torch.ops.aten.sigmoid.default", target.encode()))
    problem = _assert_refused(program, tmp_path)
    assert target in problem.sentence


class _Writer(torch.nn.Module):
    """Writes a file whenever it runs; TorchScript can do that without Python."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.from_file(self.path, True, 10)[0]


def test_torchscript_that_writes_files_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.jit.script(_Writer(str(_canary(tmp_path)))).save(path)
    problem = _assert_refused(path, tmp_path)
    assert "from_file" in problem.sentence
    load(Source(str(path), trusted=True), SilentContext())
    assert _canary(tmp_path).exists()  # the trial run of the proposed inputs would have written it


@pytest.mark.parametrize("member", ["data/sample_inputs/model.pt", "data/weights/weight_0", "data/constants/extra.pt"])
def test_a_program_with_a_doctored_pickle_within_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Path, member: str
) -> None:
    _setup(tmp_path, monkeypatch)
    payload = _doctored(PAYLOADS["builtins.eval"](tmp_path))
    with zipfile.ZipFile(program) as archive:
        there = any(name.endswith(member) for name in archive.namelist())
    if there:
        _rewritten(program, lambda name, data: payload if name.endswith(member) else data)
    else:
        _rewritten(program, lambda _, data: data, {member: payload})
    try:
        load(Source(str(program)), SilentContext())
    except Problem as problem:
        assert str(program) in problem.sentence
    assert not _canary(tmp_path).exists()


def test_python_code_runs_only_after_a_yes_for_this_very_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _setup(tmp_path, monkeypatch)
    weights, code = tmp_path / "w.pt", tmp_path / "net.py"
    torch.save(CNN().state_dict(), weights)
    code.write_text(f"{_touch(tmp_path)}\nfrom pt2k_gui.digits.networks import CNN as Net\n")
    source = Source(str(weights), f"{code}:Net")
    with pytest.raises(NeedsTrust) as caught:
        load(source, SilentContext())
    assert not _canary(tmp_path).exists()
    assert caught.value.code == code.read_text() and caught.value.path == str(code)

    agree(caught.value.path, caught.value.sha256)
    assert load(source, SilentContext()).card.name == "CNN"
    assert _canary(tmp_path).exists()

    _canary(tmp_path).unlink()
    code.write_text(code.read_text() + "# changed\n")
    with pytest.raises(NeedsTrust):
        load(source, SilentContext())
    agree(str(code), sha256_of(code))
    revoke(sha256_of(code))
    with pytest.raises(NeedsTrust):
        load(source, SilentContext())
    assert not _canary(tmp_path).exists()
    assert [consent.sha256 for consent in consents()] == [caught.value.sha256]


def test_a_damaged_list_of_consents_is_kept_aside_and_the_question_is_asked_again(own_home: Path) -> None:
    agree("/models/a.pt", "00" * 32)
    file = own_home / "settings" / "consents.json"
    file.write_text(file.read_text()[:-20])
    damaged = file.read_text()
    assert consents() == ()
    agree("/models/b.pt", "11" * 32)
    assert [consent.path for consent in consents()] == ["/models/b.pt"]
    (aside,) = file.parent.glob("consents.damaged-*.json")
    assert aside.read_text() == damaged


def _bomb(folder: Path) -> Path:
    path = folder / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}." + b"\0" * (300 << 20))
    return path


def _bomb_of_tensors(folder: Path) -> Path:
    path = folder / "tensors.pt"
    torch.save({"weight": torch.zeros(4)}, path)
    _rewritten(path, lambda name, data: data)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"tensors/data/{number + 1}", b"\0" * (100 << 20))
    return path


def _long_string(folder: Path) -> Path:
    path = folder / "long.pt"
    path.write_bytes(_doctored(b"\x80\x04\x8d" + struct.pack("<Q", 1 << 60) + b"x."))
    return path


def _huge_header(folder: Path) -> Path:
    path = folder / "huge.safetensors"
    path.write_bytes(struct.pack("<Q", 1 << 62) + b'{"a":1}')
    return path


def _false_offsets(folder: Path) -> Path:
    path = folder / "offsets.safetensors"
    header = json.dumps({"w": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 64)
    return path


def _deep(folder: Path) -> Path:
    path = folder / "deep.safetensors"
    header = b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    return path


def _huge_tensor(folder: Path) -> Path:
    path = folder / "strides.pt"
    torch.save({"w": torch.zeros(2)}, path)
    _rewritten(
        path, lambda name, data: data.replace(b"K\x02\x85", b"J\xff\xff\xff\x7f\x85") if "data.pkl" in name else data
    )
    return path


@pytest.mark.parametrize(
    "make", [_bomb, _bomb_of_tensors, _long_string, _huge_header, _false_offsets, _deep, _huge_tensor]
)
def test_a_file_made_to_fill_the_memory_is_refused_in_words(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    _assert_refused(make(tmp_path), tmp_path)


def test_an_onnx_file_may_not_read_weights_from_elsewhere(tmp_path: Path) -> None:
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    secret = tmp_path / "secret"
    secret.write_bytes(b"\0" * 64)
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "../secret"), ("offset", "0"), ("length", "16")):
        tensor.external_data.add(key=key, value=value)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])],
        "g",
        [value("x", TensorProto.FLOAT, [4])],
        [value("y", TensorProto.FLOAT, [4])],
        [tensor],
    )
    folder = tmp_path / "models"
    folder.mkdir()
    path = folder / "m.onnx"
    path.write_bytes(helper.make_model(graph).SerializeToString())
    assert onnx.load(str(path), load_external_data=False).graph.node
    problem = _assert_refused(path, tmp_path)
    assert "outside" in problem.sentence
