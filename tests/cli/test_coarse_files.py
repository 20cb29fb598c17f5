"""A quantised file that is bad is called bad by the exit status, whatever is wrong with its outputs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))
from coarse_models import BAD, write_model

from pt2k_gui.cli import main


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    # tests/verify judges every kind each day; here one stands for the way from the verdict to the exit status.
    [pytest.param(kind, marks=[] if number == 0 else [pytest.mark.full]) for number, kind in enumerate(BAD)],
)
def test_a_bad_quantised_file_is_status_1_when_it_is_written_and_when_it_is_verified(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PT2K_HOME", str(tmp_path / "home"))
    _, form, words = BAD[kind]
    model, whole = write_model(kind, tmp_path), str(tmp_path / "net.tflite")
    coarse = str(tmp_path / f"net.{form.removeprefix('tflite_')}.tflite")
    samples = ["--samples", "random", "-n", "64", "--json"]
    assert main(["convert", str(model), "-o", whole, "-o", coarse, *samples]) == 1
    saved = {file["path"]: file for file in json.loads(capsys.readouterr().out)["saved"]}
    assert saved[whole]["same"]
    assert not saved[coarse]["same"]
    assert words in saved[coarse]["detail"]
    assert main(["verify", str(model), coarse, *samples]) == 1
    verdict = json.loads(capsys.readouterr().out)["verification"]["verdict"]
    assert not verdict["same"]
    assert words in verdict["sentence"]
    assert main(["verify", str(model), whole, *samples]) == 0
