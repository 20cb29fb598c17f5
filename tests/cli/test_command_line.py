"""What a script relies on: cheap help, exit statuses, one JSON object, clear sentences, nothing half written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Pt2k = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def pt2k(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pt2k:
    monkeypatch.setenv("PT2K_HOME", str(tmp_path / "home"))

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pt2k_gui.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=tmp_path,
        )

    return run


def test_help_loads_no_heavy_framework() -> None:
    code = (
        "import sys; from pt2k_gui.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'tensorflow', 'keras', 'onnx', 'onnxruntime', 'PySide6', 'matplotlib', 'numpy', 'rich'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("command", ["train", "inspect", "convert", "verify", "demo"])
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
