"""The container file and the example for continuous integration: what they say exists, and a bad verdict fails the job."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from pt2k_gui.cli import arguments

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packaging" / "container"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
KNOWN = {"FROM", "ARG", "COPY", "RUN", "ENV", "USER", "WORKDIR", "ENTRYPOINT", "CMD"}


def _instructions() -> list[tuple[str, str]]:
    text = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in joined.splitlines()]


def test_the_container_file_says_what_there_is() -> None:
    steps = _instructions()
    assert {name for name, _ in steps} <= KNOWN
    images = [value.split() for name, value in steps if name == "FROM"]
    assert all(":" in image[0].rpartition("/")[2] and not image[0].endswith(":latest") for image in images)
    stages = {image[2] for image in images if len(image) == 3}
    for name, value in steps:
        if name == "COPY" and value.startswith("--from="):
            assert value.partition("=")[2].split()[0] in stages
        if name in ("ENTRYPOINT", "CMD"):
            words = json.loads(value)
            assert name == "CMD" or words == ["pt2k"]
    assert PROJECT["scripts"].keys() == {"pt2k"}
    assert [value for name, value in steps if name == "USER"][-1] != "root"
    assert max(place for place, step in enumerate(steps) if step[0] == "RUN") < len(steps) - 4, "as its own user"


def test_the_image_gets_the_pinned_versions_and_no_window() -> None:
    (install,) = [value for name, value in _instructions() if name == "RUN" and "pip install" in value]
    assert "--no-cache-dir" in install and "-c /source/packaging/constraints.txt" in install
    found = re.search(r'"/source\[([a-z,]+)\]"', install)
    assert found is not None
    extras = set(found[1].split(","))
    assert extras <= PROJECT["optional-dependencies"].keys()
    assert "cluster" in extras and extras & {"app", "window"} == set()


def test_what_goes_into_the_image_is_enough_to_build_the_wheel_and_no_more(tmp_path: Path) -> None:
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    taken = [line.removeprefix("!") for line in patterns if line.startswith("!")]
    assert "*" in patterns and "**/__pycache__" in patterns and ".git" not in taken and ".venv" not in taken
    source = tmp_path / "source"
    source.mkdir()
    for name in taken:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(place, source)
    for place in (source, ROOT):
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / place.name)]
        subprocess.run(command, cwd=place, check=True, capture_output=True)
    names = []
    for place in (source, ROOT):
        (wheel,) = (tmp_path / place.name).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            names.append(sorted(archive.namelist()))
    assert names[0] == names[1]


def _steps() -> list[dict[str, Any]]:
    yaml = pytest.importorskip("yaml")
    job = yaml.safe_load((FOLDER / "convert.yml").read_text(encoding="utf-8"))["jobs"]["convert"]
    steps: list[dict[str, Any]] = job["steps"]
    return steps


def test_the_job_installs_what_there_is_and_runs_a_command_that_there_is() -> None:
    runs = [step["run"] for step in _steps() if "run" in step]
    install = re.fullmatch(r'pip install "pt2k\[([a-z,]+)\]"', runs[0])
    assert install is not None and set(install[1].split(",")) <= PROJECT["optional-dependencies"].keys()
    options = arguments.parser().parse_args(runs[1].split()[1:])
    kept = next(step for step in _steps() if "upload-artifact" in step.get("uses", ""))
    assert kept["if"] == "always()", "the report of a bad verdict is kept too"
    assert set(options.report) <= set(kept["with"]["path"].split())


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("bash"), reason="steps of a job run in bash")
@pytest.mark.parametrize(("threshold", "status"), [("1", 0), ("0", 1)])
def test_the_job_fails_on_a_bad_verdict_and_only_then(tmp_path: Path, threshold: str, status: int) -> None:
    """As GitHub runs a step: bash that stops at the first failure."""
    weights = onnx.numpy_helper.from_array(np.random.default_rng(0).standard_normal((64, 3)).astype(np.float32), "w")
    values = [onnx.helper.make_tensor_value_info(n, 1, ["batch", size]) for n, size in (("x", 64), ("y", 3))]
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("MatMul", ["x", "w"], ["h"]), onnx.helper.make_node("Tanh", ["h"], ["y"])],
        "small", values[:1], values[1:], [weights],
    )  # fmt: skip
    opset = onnx.helper.make_opsetid("", 20)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=10), tmp_path / "small.onnx")
    (tmp_path / "pt2k.toml").write_text(
        'version = 1\noutput = "converted"\nformats = ["keras"]\n[thresholds]\nmax_difference = '
        f'{threshold}\n[[model]]\npath = "small.onnx"\n'
    )
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "pt2k"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "import sys; from pt2k_gui.cli import main; '
                       'sys.exit(main())" "$@"\n')  # fmt: skip
    command.chmod(0o755)
    script = tmp_path / "step.sh"
    script.write_text(next(step["run"] for step in _steps() if step.get("run", "").startswith("pt2k")))
    environment = {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert (tmp_path / "report.html").is_file()
    (told,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["models"]
    assert (told["state"] == "same") == (status == 0)
    assert (tmp_path / "converted" / "small.keras").exists()
