"""A stranger's repository on the command line: one command, no environment variable, no wrapper."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "sources"))
sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))
from forked import fork_children
from repositories import LAYOUTS

from pt2k_gui.cli import main


@pytest.fixture(autouse=True)
def forked_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes of commands that are called here; the real command starts its own."""
    fork_children(monkeypatch)


def _run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_the_real_command_opens_a_package_and_says_what_it_is(tmp_path: Path) -> None:
    source = LAYOUTS["src layout"].build(tmp_path)
    command = [sys.executable, "-m", "pt2k_gui.cli", "inspect", source.path, "--code", source.code, "--trust", "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["model"]["name"] == "Net"


def test_what_is_asked_for_comes_first_and_tables_are_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    torch.save({f"layer.{number}.weight": torch.zeros(2, 2) for number in range(40)}, tmp_path / "w.pt")
    (tmp_path / "net.py").write_text(
        "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        self.layer = 1\n"
    )
    assert _run("inspect", tmp_path / "w.pt") == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"pt2k: {tmp_path / 'w.pt'} holds 40 tensors")
    assert f"--code {tmp_path / 'net.py'}:Net" in said.err
    assert len(said.out.splitlines()) < 30 and "and 28 more" in said.out


def test_a_call_a_folder_and_a_loader_each_lead_to_the_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    source = LAYOUTS["expression with a Namespace"].build(tmp_path)
    file = tmp_path / "net.py"
    assert _run("inspect", source.path, "--code", file, "--call", "Net(Namespace(inp=3, n=9))", "--trust") == 0
    assert _run("inspect", source.path, "--call", "Net(3)") == 2
    assert "--call says how the class is called, but not where it is" in capsys.readouterr().err
    (tmp_path / "expected.pt").unlink()
    assert _run("inspect", tmp_path, "--trust") == 2  # the folder: its weights, and its class by name
    assert f"--code {file}:Net" in capsys.readouterr().err

    loader = tmp_path / "load_model.py"
    assert _run("loader", source.path, "--code", f"{file}:Net", "-o", loader) == 0
    text = loader.read_text()
    assert "from net import Net" in text and "args = SimpleNamespace(" in text
    loader.write_text(text.replace("inp=...", "inp=3").replace("n=...", "n=9"))
    assert _run("inspect", source.path, "--code", f"{loader}:load_model", "--trust") == 0
    assert "3 × 224 × 224" in capsys.readouterr().out
    assert _run("loader", source.path, "--code", f"{file}:Net", "-o", loader) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_folder_with_several_models_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    for name in ("a.pth", "b.ckpt"):
        torch.save({"w": torch.zeros(2)}, tmp_path / name)
    assert _run("inspect", tmp_path) == 2
    assert "2 files, any of which may be the model: a.pth, b.ckpt" in capsys.readouterr().err
