"""The packaged application itself: both executables, as someone without Python would start them. PT2K_BUNDLE names its
folder (``packaging/dev.py bundle --quick`` builds it and runs this file); without it there is nothing to test."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

import pt2k_gui

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = Path(os.environ.get("PT2K_BUNDLE", ROOT / "dist" / "pt2k"))
SAMPLES = ROOT / "resources" / "samples"
ENDING = ".exe" if sys.platform == "win32" else ""
DEVELOPMENT = ("pytest", "hypothesis", "mypy", "ruff", "xdist", "pip", "setuptools", "PyInstaller")
FORMATS = (
    "keras",
    "weights.h5",
    "savedmodel",
    "tflite",
    "float16.tflite",
    "weights8.tflite",
    "weights4.tflite",
    "dynamic.tflite",
    "int8.tflite",
    "mixed.tflite",
    "int16.tflite",
    "onnx",
    "h5",
)
PATIENCE = 900.0  # seconds for one command

pytestmark = [
    pytest.mark.skipif("PT2K_BUNDLE" not in os.environ, reason="PT2K_BUNDLE names no packaged application"),
    pytest.mark.timeout(1900),
]

NETWORK = """
import torch

class Net(torch.nn.Module):
    def __init__(self, width=6):
        super().__init__()
        self.first = torch.nn.Linear(4, width)
        self.second = torch.nn.Linear(width, 3)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))
"""


def _environment(home: Path) -> dict[str, str]:
    """What a person's session has, and nothing of this Python's. HOME does not move the places of Windows."""
    kept = ("SYSTEMROOT", "TEMP", "TMP", "OMP_NUM_THREADS")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **({"PT2K_HOME": str(home / "pt2k")} if sys.platform == "win32" else {}),
        "HOME": str(home),
        "PATH": os.environ["PATH"] if sys.platform == "win32" else "/usr/bin:/bin",
        "QT_QPA_PLATFORM": "offscreen",
    }


def _nothing_outside(home: Path, *made: str) -> None:
    """No file is below ``home`` but in the platform's own places and in the folders that the test made there. ONNX Runtime's
    telemetry would keep an identifier and a database below .cache/Microsoft."""
    ours = {".config/pt2k", ".cache/pt2k", ".local/state/pt2k"}
    if sys.platform == "darwin":
        ours = {"Library/Application Support/pt2k", "Library/Caches/pt2k"}
    elif sys.platform == "win32":
        ours = {"pt2k"}
    files = [path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()]
    assert [file for file in sorted(files) if not file.startswith(tuple(f"{place}/" for place in (*ours, *made)))] == []


def _pt2k(home: Path, *arguments: object) -> dict[str, Any]:
    """The JSON answer of one command of the packaged ``pt2k``, which has to succeed."""
    done = subprocess.run(
        [BUNDLE / f"pt2k{ENDING}", *map(str, arguments), "--json"],
        env=_environment(home),
        cwd=home,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def _make(home: Path, code: str) -> None:
    """Files for the tests come from this environment's PyTorch, in a process of its own."""
    (home / "net.py").write_text(NETWORK, encoding="utf-8")
    subprocess.run([sys.executable, "-c", f"import torch\nfrom net import Net\n{code}"], cwd=home, check=True)


@pytest.mark.parametrize("name", ["pt2k", "pt2k-gui"])
def test_both_commands_tell_the_version(home: Path, name: str) -> None:
    done = subprocess.run(
        [BUNDLE / f"{name}{ENDING}", "--version"], env=_environment(home), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [name, pt2k_gui.__version__]


def test_the_whole_tutorial_runs_and_its_keras_file_opens_elsewhere(home: Path) -> None:
    answer = _pt2k(home, "demo", home / "out", "--epochs", 1)
    assert answer["ok"] is True
    for name in ("digits.pt2", "model.onnx", "model.keras", "grid.png", "report.html", "report.json"):
        assert (home / "out" / name).stat().st_size > 10_000 or name == "report.json"
    opened = (
        "import sys; sys.modules['pt2k_gui'] = None\nimport keras, numpy\n"
        f"model = keras.saving.load_model({str(home / 'out' / 'model.keras')!r})\n"
        "print(model(numpy.zeros((3, *model.input_shape[1:]), 'float32')).shape)"
    )
    done = subprocess.run([sys.executable, "-c", opened], capture_output=True, text=True, check=True, cwd=home)
    assert "(3, 10)" in done.stdout
    _nothing_outside(home, "out")


def test_every_format_is_written_and_opens_again_in_the_packaged_application(home: Path) -> None:
    (home / "written").mkdir()
    targets = [part for ending in FORMATS for part in ("-o", home / "written" / f"digits.{ending}")]
    answer = _pt2k(home, "convert", SAMPLES / "digits-cnn.pt2", *targets)
    assert answer["ok"] is True
    assert [entry["same"] for entry in answer["saved"]] == [True] * len(FORMATS)
    _nothing_outside(home, "written")


def test_the_window_opens_and_takes_its_children_with_it(home: Path) -> None:
    log = home / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [BUNDLE / f"pt2k-gui{ENDING}"], env=_environment(home), stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        window = psutil.Process(process.pid)
        end = time.monotonic() + PATIENCE
        while not any("--multiprocessing-fork" in child.cmdline() for child in window.children(recursive=True)):
            assert process.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < end
            time.sleep(0.2)
        children = window.children(recursive=True)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        _gone, alive = psutil.wait_procs(children, timeout=30)
        assert not alive
    finally:
        process.kill()
    assert "Traceback" not in log.read_text(errors="replace")


@pytest.mark.skipif(os.name != "posix", reason="the other interpreter is made of links")
def test_code_runs_in_an_interpreter_of_the_users_own(home: Path) -> None:
    sys.path.insert(0, str(ROOT / "tests" / "sources"))
    from interpreters import make_stand_in, write_network

    python = make_stand_in(home / "venv")
    code, weights = write_network(home / "repository")
    answer = _pt2k(
        home, "inspect", weights, "--code", f"{code}:Network", "--python", python, "--trust", "--input-shape", "N,3,8,8"
    )
    assert python in answer["model"]["notes"][0]
    assert answer["dry_run"]["outputs"][0]["shape"] == ["batch", 5]
    _nothing_outside(home, "venv", "repository")


def test_nothing_of_the_development_environment_is_inside() -> None:
    inside = {path.name.split("-")[0].split(".")[0] for path in (BUNDLE / "_internal").iterdir()}
    assert not inside & set(DEVELOPMENT)
    assert {"torch", "tensorflow", "keras", "onnxruntime", "PySide6"} <= inside
    assert not list((BUNDLE / "_internal").glob("tensorflow/include")) + list(BUNDLE.rglob("libQt6Qml*"))


def test_each_package_brings_its_licence() -> None:
    packages = [path for path in (BUNDLE / "_internal").iterdir() if path.name.endswith(".dist-info")]
    assert len(packages) > 40
    for package in packages:
        text = (package / "METADATA").read_text(encoding="utf-8")
        has_file = any(re.match(r"(?i)licen[cs]e|copying|notice", path.name) for path in package.rglob("*"))
        assert has_file or re.search(r"(?im)^(License|License-Expression|Classifier: License)\b", text), package.name


@pytest.mark.skipif(not Path("/usr/bin/dpkg-query").exists(), reason="the system's libraries are asked for by dpkg")
def test_each_library_of_the_system_brings_its_licence_and_none_is_under_the_gpl() -> None:
    inside = BUNDLE / "_internal"
    told = {path.parent.name.split(" ")[0] for path in inside.glob("licences/system/*/copyright")}
    names = [
        path.name for path in inside.glob("lib*.so*") if not re.match(r"lib(python|Qt6|pyside|shiboken|icu)", path.name)
    ]
    assert "libssl.so.3" in names and not [name for name in names if re.match(r"lib(readline|gdbm)", name)]
    cache = subprocess.run(["/sbin/ldconfig", "-p"], check=True, capture_output=True, text=True).stdout
    for name in names:
        place = next(line.split(" => ")[1] for line in cache.splitlines() if line.split()[0] == name)
        places = {place, f"/usr{place}", str(Path(place).resolve())}
        found = subprocess.run(["dpkg-query", "--search", *places], capture_output=True, text=True).stdout
        assert {line.split(":")[0] for line in found.splitlines()} & told, name


@pytest.mark.full
@pytest.mark.parametrize(
    ("make", "options"),
    [
        ("torch.jit.script(Net()).save('model.pt')", ["model.pt", "--input-shape", "N,4"]),
        ("torch.jit.trace(Net(), torch.zeros(2, 4)).save('model.pt')", ["model.pt", "--input-shape", "N,4"]),
        (
            "torch.save(Net(7).state_dict(), 'model.pth')",
            ["model.pth", "--code", "net.py:Net", "--arg", "width=7", "--trust", "--input-shape", "N,4"],
        ),
        (
            "from safetensors.torch import save_file; save_file(Net().state_dict(), 'model.safetensors')",
            ["model.safetensors", "--code", "net.py:Net", "--trust", "--input-shape", "N,4"],
        ),
        (
            "torch.onnx.export(Net(), (torch.zeros(2, 4),), 'model.onnx', dynamo=False)",
            ["model.onnx"],
        ),
        (
            "torch.save(torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.GELU(), torch.nn.Linear(5, 2)), 'model.pt')",
            ["model.pt", "--trust", "--input-shape", "N,4"],
        ),
        (
            "torch.export.save(torch.export.export(Net(), (torch.zeros(2, 4),)), 'model.pt2')",
            ["model.pt2"],
        ),
    ],
    ids=["script", "trace", "state dict", "safetensors", "onnx", "pickled module", "program"],
)
def test_every_kind_of_file_is_opened_converted_and_compared(home: Path, make: str, options: list[str]) -> None:
    _make(home, make)
    assert _pt2k(home, "convert", *options, "-o", "out.keras", "-o", "out.tflite")["ok"] is True
    assert _pt2k(home, "verify", options[0], "out.keras", *options[1:], "--samples", "random", "-n", 64)["ok"] is True


@pytest.mark.full
def test_the_commands_of_the_walk_run_one_by_one_with_both_engines_and_a_report(home: Path) -> None:
    assert _pt2k(home, "train", "--network", "cnn", "--epochs", 1, "-o", "digits.pt2")["ok"] is True
    assert _pt2k(home, "inspect", "digits.pt2")["ok"] is True
    for engine in ("native", "onnx2keras"):
        assert _pt2k(home, "convert", "digits.pt2", "-o", f"{engine}.keras", "--engine", engine)["ok"] is True
    assert (
        _pt2k(home, "convert", "digits.pt2", "-o", "train.keras", "--trainable", "--axis-order", "onnx")["ok"] is True
    )
    for ending in ("html", "pdf", "json"):
        report = home / f"report.{ending}"
        assert _pt2k(home, "verify", "digits.pt2", "native.keras", "--layers", "--report", report)["ok"] is True
        assert report.stat().st_size > 1_000
