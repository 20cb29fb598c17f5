"""Every format is written, opened again where PT2K can't be imported, and compared; nothing is lost when it fails."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import zoo
from forked import fork_reopening
from torch import nn

from pt2k_gui.jobs import convert, export, load, save
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.save.checking import Expected, Written, compared
from pt2k_gui.save.formats import FORMATS, available, files_of, format_named, format_of
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice

CONTEXT = SilentContext()

# (the module, one batch for it); the digits' MLP and CNN come from the samples that PT2K brings.
MODELS: dict[str, tuple[Callable[[], nn.Module], Callable[[], torch.Tensor]]] = {
    "resnet": (lambda: zoo.ResNet(8, 5), lambda: torch.randn(2, 3, 64, 64)),
    "transformer": (zoo.Transformer, lambda: torch.randint(0, 50, (2, 12))),
    "lstm": (zoo.Recurrent, lambda: torch.randn(2, 9, 6)),
}


@dataclasses.dataclass(frozen=True)
class Made:
    source: Source
    onnx: str
    keras: str


def _made(name: str, folder: Path) -> Made:
    from pt2k_gui.resources import resource

    if name in MODELS:
        torch.manual_seed(1)
        kind, example = MODELS[name]
        shapes = ({0: torch.export.Dim("batch")},)
        program = torch.export.export(zoo.lively(kind()), (example(),), dynamic_shapes=shapes)
        torch.export.save(program, str(folder / "model.pt2"))
        source = Source(str(folder / "model.pt2"))
    else:
        source = Source(str(resource(f"samples/digits-{name}.pt2")))
    card = load.run(load.Request(source), CONTEXT)
    onnx, keras = str(folder / "model.onnx"), str(folder / "model.keras")
    export.run(export.Request(source, card.inputs, onnx), CONTEXT)
    convert.run(convert.Request(onnx, keras), CONTEXT)
    return Made(source, onnx, keras)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return _made("mlp", tmp_path_factory.mktemp("mlp"))


# Four bits are too few for the untrained residual network's three logits: the check says so, and is right.
TOO_COARSE = {("resnet", "tflite_weights4")}


# Every day the CNN has every format, the LSTM all but these, and the others the two below.
CALIBRATED = {"tflite_mixed", "tflite_int16"}
TWO_FORMATS = {entry.name for entry in available()} - {"keras", "tflite_int8"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "left"),
    [("cnn", set[str]()), ("lstm", CALIBRATED), ("resnet", TWO_FORMATS), ("transformer", TWO_FORMATS),
     *(pytest.param(name, set[str](), marks=pytest.mark.full) for name in ("mlp", *MODELS))],
)  # fmt: skip
def test_every_format_opens_in_a_process_without_pt2k_and_agrees(
    name: str, left: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if left:
        fork_reopening(monkeypatch)  # the others' process is one that was started anew
    made = _made(name, tmp_path)
    folder = tmp_path / "saved"
    folder.mkdir()
    entries = [entry for entry in available() if entry.name not in left]
    targets = tuple((entry.name, str(folder / f"network{entry.suffix}")) for entry in entries)
    choice = SampleChoice("random" if name in MODELS else "digits", count=64)
    saved = save.run(save.Request(made.keras, made.onnx, targets, False, made.source, choice), CONTEXT)
    assert [file.format for file in saved] == [entry.name for entry in entries]
    for file in saved:
        if (name, file.format) in TOO_COARSE:
            assert not file.same and "Choose a finer precision" in file.detail, file.detail
        else:
            assert file.same, (file.format, file.detail)
        _has_its_figures(file, labelled=name not in MODELS)
    expected = {Path(path).name for target in targets for path in files_of(*target)}
    assert {path.name for path in folder.iterdir()} == expected, "something else was left in the folder"


def _has_its_figures(file: SavedFile, labelled: bool) -> None:
    assert file.size > 0
    assert file.samples > 0
    assert file.difference is not None
    assert file.relative is not None
    assert file.milliseconds is not None
    assert file.milliseconds > 0
    assert file.agreement is not None
    if not format_named(file.format).quantised and file.format != "tflite_float16":
        assert file.relative < 1e-4  # float32 kernels of another runtime
    if labelled:
        assert file.accuracy is not None
        assert file.accuracy_before is not None
        assert file.accuracy_before > 0.9
        assert abs(file.accuracy - file.accuracy_before) < 0.05  # three digits of 64
    else:
        assert file.accuracy is None


def _expected(wanted: np.ndarray, labels: np.ndarray | None) -> Expected:
    batch = [[np.zeros((len(wanted), 3))]]
    return Expected(("x",), ("x",), batch, batch, [[wanted]], [[wanted]], labels, True, "")


def test_what_quantising_changed_is_told_and_judged_by_the_answers(tmp_path: Path) -> None:
    path = tmp_path / "model.int8.tflite"
    path.write_bytes(b"12345")
    wanted = np.eye(4, dtype=np.float32)[[0, 1, 2, 3] * 25]
    labels = np.array([0, 1, 2, 3] * 25)
    for wrong, same in ((2, True), (4, False)):
        given = wanted.copy()
        given[:wrong] = np.roll(given[:wrong], 1, axis=1)
        answer = {"ok": True, "outputs": [[given]], "seconds": 0.002}
        file = compared(Written("tflite_int8", str(path), 1.0), answer, _expected(wanted, labels))
        assert file.same is same
        assert file.agreement == pytest.approx(1 - wrong / 100)
        assert file.accuracy == pytest.approx(1 - wrong / 100)
        assert (file.accuracy_before, file.size, file.milliseconds) == (1.0, 5, 2.0)


@pytest.mark.parametrize("name", ["keras", "python", "tflite", "onnx"])
def test_a_file_with_other_numbers_other_shapes_or_too_few_outputs_is_not_the_same(name: str, tmp_path: Path) -> None:
    entry = next(entry for entry in FORMATS if entry.name == name)
    path = str(tmp_path / f"model{entry.suffix}")
    for file in files_of(name, path):
        Path(file).write_bytes(b"x")
    wanted = np.linspace(-1, 1, 20, dtype=np.float32).reshape(4, 5)
    nan = wanted.copy()
    nan[0, 0] = np.nan
    for outputs in ([wanted * 1.001], [wanted[:, :4]], [], [nan]):
        answer = {"ok": True, "outputs": [outputs], "seconds": 0.1}
        assert not compared(Written(name, path, 1.0), answer, _expected(wanted, None)).same
    answer = {"ok": True, "outputs": [[wanted]], "seconds": 0.1}
    assert compared(Written(name, path, 1.0), answer, _expected(wanted, None)).same
    assert not compared(Written(name, path, 1.0), {"ok": False, "error": "no"}, _expected(wanted, None)).same


def test_what_rounding_alone_may_do_in_this_model_is_no_difference(tmp_path: Path) -> None:
    """Small outputs behind large sums: kernels in another order leave more than a share of the outputs' scale."""
    path = tmp_path / "model.keras"
    path.write_bytes(b"x")
    wanted = np.linspace(-1e-3, 1e-3, 20, dtype=np.float32).reshape(4, 5)
    answer = {"ok": True, "outputs": [[wanted + np.float32(5e-6)]], "seconds": 0.1}
    written, expected = Written("keras", str(path), 1.0), _expected(wanted, None)
    assert not compared(written, answer, expected).same
    for rounding, same in ((1e-6, True), (4e-7, False)):
        found = compared(written, answer, dataclasses.replace(expected, rounding=partial(list, [rounding])))
        assert found.same is same
    nan = {"ok": True, "outputs": [[wanted * np.nan]], "seconds": 0.1}
    assert not compared(written, nan, dataclasses.replace(expected, rounding=lambda: [1.0])).same


def test_a_models_own_rounding_is_measured_and_its_weights_are_as_before(digits: Made) -> None:
    from pt2k_gui.save.own_rounding import own_rounding
    from pt2k_gui.verify.runners import KerasRunner

    runner = KerasRunner(digits.keras)
    runner.open()
    shape = [size or 3 for size in runner.model.inputs[0].shape]
    batch = [np.random.default_rng(0).random(shape, np.float32)]
    outputs, weights = runner.run(batch), [np.array(variable.numpy()) for variable in runner.model.variables]
    (found,) = own_rounding(runner, [batch], [outputs])
    assert 0 < found < 1e-4 * np.abs(outputs[0]).max()
    for variable, before in zip(runner.model.variables, weights, strict=True):
        np.testing.assert_array_equal(variable.numpy(), before)


def test_an_existing_file_is_not_replaced_unasked_and_stays_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork_reopening(monkeypatch)
    target = tmp_path / "there.keras"
    target.write_text("precious")
    with pytest.raises(Problem, match="already exists"):
        save.run(save.Request("missing.keras", "missing.onnx", (("keras", str(target)),)), CONTEXT)
    with pytest.raises(Problem):
        save.run(save.Request("missing.keras", "missing.onnx", (("keras", str(target)),), True), CONTEXT)
    assert target.read_text() == "precious"


def test_weights_that_belong_to_another_module_are_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "net.weights.h5").write_text("precious")
    with pytest.raises(Problem, match=r"net\.weights\.h5 already exists"):
        save.run(save.Request("a.keras", "a.onnx", (("python", str(tmp_path / "net.py")),)), CONTEXT)


def test_files_and_folders_are_replaced_when_asked(
    digits: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork_reopening(monkeypatch)
    targets = tuple(
        (name, str(tmp_path / f"net{suffix}")) for name, suffix in (("savedmodel", ".savedmodel"), ("python", ".py"))
    )
    for name, path in targets:
        for file in files_of(name, path):
            if name == "savedmodel":
                Path(file).mkdir()
                (Path(file) / "old").write_text("old")
            else:
                Path(file).write_text("old")
    saved = save.run(save.Request(digits.keras, digits.onnx, targets, True), CONTEXT)
    assert all(file.same for file in saved)
    assert not (tmp_path / "net.savedmodel" / "old").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.py", "net.savedmodel", "net.weights.h5"]


# Writes each format with room for only so many bytes in one file, as on a disk that is full. No file comes to be opened again.
FULL = """
import json, resource, signal, sys, types
from pt2k_gui.save import fresh_process, writing
from pathlib import Path
from pt2k_gui.progress import SilentContext
from pt2k_gui.problem import Problem
from pt2k_gui.save.saving import save
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
writes = writing.write

def write(*arguments):
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
    try:
        writes(*arguments)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

writing.write = write
fresh_process.take = lambda modules: types.SimpleNamespace(close=lambda: None)
said = {}
for name, path in json.loads(sys.argv[3]):
    try:
        save(sys.argv[1], sys.argv[2], [(name, path)], SilentContext(), overwrite=True)
    except Problem as problem:
        said[name] = problem.sentence
print("SAID " + json.dumps(said))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_full_disk_is_told_in_words_and_leaves_what_was_there(digits: Made, tmp_path: Path) -> None:
    import json

    targets = [(entry.name, str(tmp_path / entry.name / f"net{entry.suffix}")) for entry in FORMATS if not entry.needs]
    before = {}
    for name, path in targets:
        Path(path).parent.mkdir()
        for file in files_of(name, path):
            if name == "savedmodel":
                Path(file).mkdir()
                file = str(Path(file) / "kept")
            Path(file).write_text(f"the old {file}")
            before[file] = f"the old {file}"
    process = subprocess.run(
        [sys.executable, "-c", FULL, digits.keras, digits.onnx, json.dumps(targets)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    line = next((line for line in process.stdout.splitlines() if line.startswith("SAID ")), None)
    assert line is not None, process.stderr[-3000:]
    said = json.loads(line[5:])
    assert set(said) == {name for name, _ in targets}, "a file that does not fit was taken for written"
    assert all("can't be written" in sentence for sentence in said.values()), said
    left = {str(path): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == before


def test_a_files_ending_chooses_the_format() -> None:
    names = {entry.suffix: format_of(f"some/model{entry.suffix}").name for entry in available()}
    assert names == {entry.suffix: entry.name for entry in available()}
    for wrong in ("model.docx", "model", ".keras"):
        with pytest.raises(Problem, match="belongs to no format"):
            format_of(wrong)


def test_a_format_whose_package_is_missing_is_not_offered_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import importlib.util

    found: dict[str, object] = {}
    monkeypatch.setattr(importlib.util, "find_spec", found.get)
    assert "openvino" not in [entry.name for entry in available()]
    with pytest.raises(Problem, match="needs openvino and scipy"):
        format_of("model.xml")
    found |= {"openvino": object(), "scipy": object()}
    assert format_of("model.xml").name == "openvino"


def test_purposes_are_said_in_six_words() -> None:
    assert all(1 <= len(entry.purpose.split()) <= 6 for entry in FORMATS)


def test_a_model_of_a_fixed_batch_is_timed_with_its_inputs_whole() -> None:
    """The state of a recurrent model has its layers in front, and a rate is a number: neither counts samples."""
    from pt2k_gui.save.reopen import _one_sample

    batch = {"x": np.zeros((1, 4), np.float32), "state": np.zeros((2, 1, 3), np.float32), "rate": np.array(8000)}
    seen: list[dict[str, tuple[int, ...]]] = []
    _one_sample(lambda arrays: seen.append({name: array.shape for name, array in arrays.items()}), batch, False)
    assert seen[0] == {"x": (1, 4), "state": (2, 1, 3), "rate": ()}
    free = {"x": np.zeros((5, 4), np.float32)}
    _one_sample(lambda arrays: seen.append({name: array.shape for name, array in arrays.items()}), free, True)
    assert seen[-1] == {"x": (1, 4)}


LONELY = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
import reopen
sys.meta_path.insert(0, reopen._Blocker())
for name in sys.argv[2:]:
    module = importlib.import_module(f"{reopen._formats()}.{name}")
    assert all(callable(form.reopen) for form in module.FORMATS)
assert not [name for name in sys.modules if name.startswith("pt2k_gui")]
"""


def test_every_formats_file_can_be_read_where_pt2k_is_not() -> None:
    from pt2k_gui.save import saving
    from pt2k_gui.save.formats import module_of

    folder = str(Path(saving.__file__).parent)
    names = sorted({module_of(entry.name) for entry in FORMATS})
    subprocess.run([sys.executable, "-I", "-B", "-c", LONELY, folder, *names], check=True)
