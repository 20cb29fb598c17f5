"""What a script relies on: cheap help, exit statuses, one JSON object, clear sentences, nothing half written."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pt2k_gui.cli.terminal import Terminal

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))
import forked

Pt2k = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def pt2k(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pt2k:
    monkeypatch.setenv("PT2K_HOME", str(tmp_path / "home"))

    return lambda *arguments: forked.pt2k([str(argument) for argument in arguments], tmp_path, timeout=300)


def test_help_loads_no_heavy_framework() -> None:
    code = (
        "import sys; from pt2k_gui.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'tensorflow', 'keras', 'onnx', 'onnxruntime', 'PySide6', 'matplotlib', 'numpy', 'rich'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("command", ["train", "inspect", "loader", "convert", "verify", "demo"])
def test_every_command_explains_itself(pt2k: Pt2k, command: str) -> None:
    answer = pt2k(command, "--help")
    assert answer.returncode == 0
    assert "--json" in answer.stdout


def test_an_unknown_command_or_option_is_status_2_without_a_traceback(pt2k: Pt2k) -> None:
    for arguments in (["frobnicate"], ["inspect"], ["convert", "x.pt2", "-o", "y.keras", "--engine", "magic"]):
        answer = pt2k(*arguments)
        assert answer.returncode == 2
        assert "Traceback" not in answer.stderr


def _refused(answer: subprocess.CompletedProcess[str], *words: str) -> None:
    assert answer.returncode == 2, answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""
    for word in words:
        assert word in answer.stderr


def test_a_file_that_is_not_a_model_is_refused_in_one_clear_sentence(pt2k: Pt2k, tmp_path: Path) -> None:
    (tmp_path / "empty.pt").write_bytes(b"")
    (tmp_path / "letter.pt").write_text("Dear Sir or Madam,")
    (tmp_path / "folder").mkdir()
    _refused(pt2k("inspect", "missing.pt2"), "missing.pt2", "does not exist")
    _refused(pt2k("inspect", "empty.pt"), "empty.pt", "is empty")
    _refused(pt2k("inspect", "folder"), "folder", "is a folder")
    _refused(pt2k("inspect", "letter.pt"), "letter.pt")
    _refused(pt2k("convert", "letter.pt", "-o", "out.keras"), "letter.pt")
    assert not (tmp_path / "out.keras").exists()


def test_json_reports_a_problem_as_one_object(pt2k: Pt2k) -> None:
    answer = pt2k("inspect", "missing.pt2", "--json")
    assert answer.returncode == 2
    found = json.loads(answer.stdout)
    assert found["ok"] is False
    assert "missing.pt2 does not exist" in found["problem"]["sentence"]


def test_an_output_that_can_not_be_is_refused_before_the_work_begins(pt2k: Pt2k, tmp_path: Path) -> None:
    _refused(pt2k("convert", "model.pt2", "-o", "model.docx"), "model.docx")
    (tmp_path / "there.keras").write_text("precious")
    _refused(pt2k("convert", "model.pt2", "-o", "there.keras"), "there.keras", "--force")
    assert (tmp_path / "there.keras").read_text() == "precious"
    _refused(pt2k("train", "--epochs", 1, "-o", "nowhere/digits.pt2"), "nowhere", "folder")
    _refused(pt2k("demo", tmp_path / "there.keras" / "out"), "there.keras")


def test_numbers_that_make_no_sense_are_refused(pt2k: Pt2k, tmp_path: Path) -> None:
    _refused(pt2k("train", "--epochs", 0, "-o", "digits.pt2"), "epoch")
    _refused(pt2k("train", "--learning-rate", -1, "-o", "digits.pt2"), "learning rate")
    assert not (tmp_path / "digits.pt2").exists()


# Runs at the start of every Python process that finds it: writes down and refuses whatever wants to reach the network.
_NETWORK_WATCH = """
import os, sys
def watch(event, arguments):
    if event not in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        return
    if event == "socket.connect" and isinstance(arguments[1], (str, bytes)):
        return  # a socket file on this machine
    with open(os.environ["PT2K_TEST_NETWORK_LOG"], "a") as log:
        print(event, arguments, file=log)
    raise OSError("there is no network in this test")
sys.addaudithook(watch)
"""


def _without_network(folder: Path) -> tuple[list[str], dict[str, str]]:
    """What goes before a command, and its environment: a home that is empty, and no network where the system can do so."""
    (folder / "sitecustomize.py").write_text(_NETWORK_WATCH)
    home = folder / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PT2K_", "MPL"))}
    environment |= {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]), "HOME": str(home)}
    environment["PT2K_TEST_NETWORK_LOG"] = str(folder / "network.log")
    if sys.platform != "linux":
        environment["PT2K_HOME"] = str(home / "pt2k")  # the system's folders do not follow the environment
    apart = ["unshare", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*apart, "true"], capture_output=True, check=False).returncode:
        apart = []
    return apart, environment


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """The whole tutorial with fewer epochs, as on a new machine that has no network: its folder, and the object that
    ``--json`` printed."""
    folder = tmp_path_factory.mktemp("demo")
    apart, environment = _without_network(folder)
    answer = subprocess.run(
        [*apart, sys.executable, "-m", "pt2k_gui.cli", "demo", str(folder / "out"), "--epochs", "2", "--json"],
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
        env=environment,
    )
    assert answer.returncode == 0, answer.stderr
    return folder / "out", json.loads(answer.stdout)


def test_nothing_in_the_whole_tutorial_reaches_for_the_network(demo: tuple[Path, dict]) -> None:
    assert not (demo[0].parent / "network.log").exists()


def test_the_watch_would_have_seen_it(tmp_path: Path) -> None:
    _, environment = _without_network(tmp_path)
    code = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')"
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    assert answer.returncode != 0
    assert "127.0.0.1" in (tmp_path / "network.log").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="the places of the XDG specification")
def test_the_tutorial_leaves_nothing_in_the_home_folder_outside_of_pt2ks_own_places(demo: tuple[Path, dict]) -> None:
    home = demo[0].parent / "home"
    own = (".config/pt2k", ".local/state/pt2k", ".cache/pt2k")
    files = [path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()]
    assert files
    # ONNX Runtime would leave a device's number and events to send; Keras and matplotlib settings of their own.
    assert [name for name in files if not name.startswith(own)] == []


def test_the_demo_shows_that_all_three_backends_agree_on_every_digit(demo: tuple[Path, dict]) -> None:
    folder, found = demo
    names = {"digits.pt2", "model.onnx", "model.keras", "grid.png", "report.html", "report.json"}
    assert {path.name for path in folder.iterdir()} == names
    report = json.loads((folder / "report.json").read_text())
    for comparisons in (found["verification"]["comparisons"], report["verification"]["comparisons"]):
        assert {row["backend"] for row in comparisons} == {"ONNX Runtime", "Keras"}
        for row in comparisons:
            assert row["samples"] == row["agreeing"] == 10_000
            assert 0 <= row["mean_abs"] <= row["max_abs"] <= 1e-4
    assert found["ok"] is True
    assert report["verification"]["verdict"]["same"] is True
    assert report["saved"][0]["sha256"]


def test_the_report_stands_alone_and_the_grid_is_a_picture(demo: tuple[Path, dict]) -> None:
    from PIL import Image

    text = (demo[0] / "report.html").read_text(encoding="utf-8")
    assert "Keras gives the same answers." in text
    assert 'src="data:image/png;base64,' in text
    assert "http://" not in text
    assert "https://" not in text
    with Image.open(demo[0] / "grid.png") as picture:
        assert min(picture.size) > 300


_STRANGER = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "pt2k_gui":
            raise ImportError(name)
sys.meta_path.insert(0, Blocker())
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1], safe_mode=True)
assert not [layer for layer in model.layers if type(layer).__name__ == "Lambda"]
np.save(sys.argv[3], np.asarray(keras.ops.convert_to_numpy(model(np.load(sys.argv[2]), training=False))))
"""


@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_a_stranger_opens_the_keras_file_and_gets_the_same_logits(
    demo: tuple[Path, dict], tmp_path: Path, backend: str
) -> None:
    import numpy as np
    import onnxruntime

    from pt2k_gui.digits.dataset import load_digits
    from pt2k_gui.digits.samples import normalised

    images = normalised(load_digits("", "test").images[:500]).reshape(500, 784)
    np.save(tmp_path / "in.npy", images)
    subprocess.run(
        [sys.executable, "-c", _STRANGER, demo[0] / "model.keras", tmp_path / "in.npy", tmp_path / "out.npy"],
        check=True,
        timeout=200,
        env={**os.environ, "KERAS_BACKEND": backend},
        cwd=tmp_path,
    )
    session = onnxruntime.InferenceSession(str(demo[0] / "model.onnx"), providers=["CPUExecutionProvider"])
    expected = session.run(None, {session.get_inputs()[0].name: images})[0]
    assert np.abs(np.load(tmp_path / "out.npy") - expected).max() <= 1e-4


def test_convert_writes_what_was_asked_for_and_verify_agrees(
    demo: tuple[Path, dict], pt2k: Pt2k, tmp_path: Path
) -> None:
    model = demo[0] / "digits.pt2"
    answer = pt2k("convert", model, "-o", "a.keras", "-o", "a.tflite", "--json", "-n", "300")
    assert answer.returncode == 0, answer.stderr
    assert "Warning" not in answer.stderr  # Python's own, such as those about what an ended process left
    found = json.loads(answer.stdout)
    assert [(file["format"], file["same"]) for file in found["saved"]] == [("keras", True), ("tflite", True)]
    assert found["verification"]["verdict"]["same"] is True
    assert found["conversion"]["transposes"] == 0
    checked = pt2k("verify", model, "a.keras", "--layers", "--report", "r.pdf", "--json")
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["verification"]["layers"]
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_a_converted_file_that_is_not_the_model_is_status_1(
    demo: tuple[Path, dict], pt2k: Pt2k, tmp_path: Path
) -> None:
    import keras

    model = keras.saving.load_model(demo[0] / "model.keras")
    kernel = model.layers[1].kernel
    kernel.assign(kernel + 0.001)
    model.save(tmp_path / "other.keras")
    answer = pt2k("verify", demo[0] / "digits.pt2", "other.keras", "--json")
    assert answer.returncode == 1, answer.stderr
    found = json.loads(answer.stdout)
    assert found["ok"] is False
    assert "different answers" in found["verification"]["verdict"]["headline"]


def test_the_tutorials_frozen_shape_can_be_asked_for(demo: tuple[Path, dict], pt2k: Pt2k) -> None:
    answer = pt2k(
        "convert", demo[0] / "digits.pt2", "-o", "fixed.keras", "--input-shape", "1,1,256,784", "--json", "-n", "512"
    )
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["exported"]["inputs"][0]["shape"] == [1, 1, 256, 784]
    assert found["verification"]["samples"] == 512


def test_a_shape_that_does_not_fit_names_the_layer(demo: tuple[Path, dict], pt2k: Pt2k, tmp_path: Path) -> None:
    _refused(pt2k("convert", demo[0] / "digits.pt2", "-o", "x.keras", "--input-shape", "N,100"), "hidden")
    assert not (tmp_path / "x.keras").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="uses /dev/full")
def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path: Path) -> None:
    from pt2k_gui.files import atomic_path
    from pt2k_gui.problem import Problem

    target = tmp_path / "model.keras"
    target.write_text("precious")

    def fill() -> None:
        with atomic_path(target) as temporary:
            temporary.symlink_to("/dev/full")
            temporary.write_bytes(b"x" * 4096)

    with pytest.raises(Problem, match="no space left"):
        fill()
    assert target.read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == [
        "model.keras",
        *(["pt2k-home"] if (tmp_path / "pt2k-home").exists() else []),
    ]


def test_many_models_go_into_a_folder_and_one_that_fails_does_not_stop_the_rest(
    demo: tuple[Path, dict], pt2k: Pt2k, tmp_path: Path
) -> None:
    (tmp_path / "letter.pt").write_text("Dear Sir or Madam,")
    answer = pt2k("convert", "letter.pt", demo[0] / "digits.pt2", "-o", "out/", "--to", "keras", "--json", "-n", "200")
    assert answer.returncode == 2, answer.stderr
    found = json.loads(answer.stdout)
    assert [entry["ok"] for entry in found["models"]] == [False, True]
    assert "letter.pt" in found["models"][0]["problem"]["sentence"]
    assert found["models"][1]["verification"]["verdict"]["same"] is True
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".pt2k", "digits.keras"]
    assert "Traceback" not in answer.stderr


def test_a_pipeline_file_is_run_with_two_workers_and_what_failed_is_run_again(pt2k: Pt2k, tmp_path: Path) -> None:
    from pt2k_gui.resources import resource

    shutil.copy(resource("samples/digits-mlp.pt2"), tmp_path / "a.pt2")
    (tmp_path / "c.pt2").write_text("not yet")
    (tmp_path / "pt2k.toml").write_text(
        'output = "out"\nworkers = 2\nreport = ["all.html"]\n[samples]\nkind = "digits"\ncount = 50\n'
        '[[model]]\npath = "*.pt2"\nthresholds = { min_agreement = 1 }\n'
        '[[model]]\npath = "a.pt2"\nname = "limited"\nthresholds = { max_difference = 1e-12 }\n'
    )
    answer = pt2k("run", "--json")
    assert answer.returncode == 2, answer.stderr
    models = json.loads(answer.stdout)["models"]
    assert [model["state"] for model in models] == ["same", "failed", "different"]
    assert "more than the threshold of 1.0e-12" in models[2]["reason"]
    assert "1 of 3 models give the same answers" in (tmp_path / "all.html").read_text(encoding="utf-8")
    written = (tmp_path / "out" / "a.keras").stat().st_mtime_ns
    again = pt2k("run", "--only-failed", "--json", "--report", "again.json")
    models = json.loads(again.stdout)["models"]
    assert again.returncode == 2, again.stderr
    assert [(model["state"], model["earlier"]) for model in models] == [
        ("same", True), ("failed", False), ("different", False)
    ]  # fmt: skip
    assert models[0]["verification"]["verdict"]["same"] is True, "the earlier result is told whole"
    assert (tmp_path / "out" / "a.keras").stat().st_mtime_ns == written
    assert json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))["same"] == 1
    listed = json.loads(pt2k("history", "list", "limited", "--json").stdout)["conversions"]
    assert [Path(entry["files"][0]).name for entry in listed] == ["limited.keras", "limited.keras"]


def test_several_models_need_one_folder_and_names_of_their_own(pt2k: Pt2k) -> None:
    _refused(pt2k("convert", "a.pt2", "b.pt2", "-o", "a.keras"), "one folder")
    _refused(pt2k("convert", "x/a.pt2", "y/a.pt2", "-o", "out/"), "a.pt2")
    _refused(pt2k("convert", "a.pt2", "b.pt2", "-o", "out/", "--to", "docx"), "docx")
    _refused(pt2k("convert", "a.pt2", "-o", "a.keras", "--to", "tflite"), "--to")


def test_options_about_images_are_checked_before_the_work_begins(pt2k: Pt2k) -> None:
    for option, value in (("--image-mean", "a,b"), ("--image-size", "0x3"), ("--image-preset", "mine")):
        answer = pt2k("verify", "a.pt2", "a.keras", option, value)
        assert answer.returncode == 2
        assert value in answer.stderr


def test_inspect_tries_the_model_on_inputs_that_are_given(pt2k: Pt2k) -> None:
    from pt2k_gui.resources import resource

    sample = resource("samples/digits-mlp.pt2")
    answer = pt2k("inspect", sample, "--input-shape", "N,784", "--json")
    tried = json.loads(answer.stdout)["dry_run"]
    assert answer.returncode == 0 and tried["outputs"][0]["shape"] == ["batch", 10]
    _refused(pt2k("inspect", sample, "--input-shape", "3x224x224"), "the layer hidden (Linear) was given")


_ROW = ("scores", "ONNX Runtime", "9,998 of 10,000", "6.7e-06", "a_long.module_path.of_a.network" * 3)
_HEADINGS = ("output", "backend", "same\nargmax", "largest difference", "layer")


@pytest.mark.parametrize("width", [80, 60])
def test_a_table_in_a_narrow_terminal_breaks_no_number_and_no_heading(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    Terminal(as_json=False, verbose=False).table(_HEADINGS, [_ROW], numbers=(2, 3))
    printed = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    words = printed.split()
    assert {"6.7e-06", "9,998", "10,000", "difference", "largest", "argmax"} <= set(words)
    assert max(len(line) for line in printed.splitlines()) <= width
    assert sum(map(len, words)) >= sum(map(len, " ".join((*_HEADINGS, *_ROW)).split()))


def test_a_table_that_is_piped_keeps_each_row_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal(as_json=False, verbose=False).table(_HEADINGS, [_ROW], numbers=(2, 3))
    row = capsys.readouterr().out.splitlines()[-2]
    assert all(cell in row for cell in _ROW)
    assert not row.endswith(" ")
