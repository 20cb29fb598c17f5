"""A user's code that exits, asks, waits, downloads or lacks a package: told as what it is, with what it printed."""

from __future__ import annotations

import copy
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources import guarded
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loading import load

_NET = """
{imports}
import os, sys, time
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, backbone=True):
        super().__init__()
        self.layer = nn.Linear(4, 3)
        {statement}

    def forward(self, x):
        return self.layer(x)
"""
_TOLD = {
    "exits": ("print('cannot find the backbone'); exit()", "ends the program with exit()", "cannot find the backbone"),
    "ends at once": ("print('no licence'); os._exit(3)", "ends the program with exit()", "no licence"),
    "asks": ("self.path = input('Where are the weights? ')", "asks something at a terminal", "Where are the weights?"),
    "waits": ("print('waiting for a licence'); time.sleep(60)", "did not finish within", "waiting for a licence"),
    "loops and hides it": (
        "print('trying')\n        while True:\n            try:\n                time.sleep(0.01)\n"
        "            except Exception:\n                pass",
        "did not finish within",
        "trying",
    ),
    "downloads": (
        "import urllib.request; urllib.request.urlopen('https://example.invalid/w.pth')",
        "tries to use the network (example.invalid)",
        "PT2K downloads nothing",
    ),
    "downloads and says so itself": (
        "import socket\n        try:\n            socket.create_connection(('example.invalid', 443))\n"
        "        except OSError:\n            raise RuntimeError('no luck')",
        "tries to use the network (example.invalid)",
        "PT2K downloads nothing",
    ),
    "needs a package": ("import nosuch_zoo; self.b = list(nosuch_zoo.resnet18().children())", "nosuch_zoo", "--python"),
    "computes with a package": (
        "import nosuch_zoo; self.b = nosuch_zoo.scale(torch.ones(3))",
        "nosuch_zoo.scale",
        "--python",
    ),
    "fails": ("raise ValueError('three heads, please')", "ValueError: three heads, please", "net.py, line"),
}


def _source(folder: Path, statement: str, imports: str = "") -> Source:
    (folder / "net.py").write_text(_NET.format(statement=statement, imports=imports))
    torch.save({"layer.weight": torch.ones(3, 4), "layer.bias": torch.zeros(3)}, folder / "w.pt")
    return Source(str(folder / "w.pt"), f"{folder / 'net.py'}:Net", trusted=True)


@pytest.mark.parametrize("kind", _TOLD)
def test_what_a_constructor_does_besides_its_work_is_told(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "_PATIENCE", 1.0)
    statement, *words = _TOLD[kind]
    with pytest.raises(Problem) as caught:
        load(_source(tmp_path, statement), SilentContext())
    for word in words:
        assert word in str(caught.value), caught.value
    assert "Traceback" not in str(caught.value)


def test_everything_is_as_it_was_afterwards(tmp_path: Path) -> None:
    before = (
        sys.stdout,
        sys.stdin,
        sys.argv,
        os._exit,
        socket.socket.connect,
        socket.getaddrinfo,
        torch.load,
        Path.cwd(),
    )
    handler, timer = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[0]
    with pytest.raises(Problem):
        load(_source(tmp_path, "exit()"), SilentContext())
    after = (
        sys.stdout,
        sys.stdin,
        sys.argv,
        os._exit,
        socket.socket.connect,
        socket.getaddrinfo,
        torch.load,
        Path.cwd(),
    )
    assert before == after and signal.getsignal(signal.SIGALRM) == handler
    assert signal.getitimer(signal.ITIMER_REAL)[0] == pytest.approx(timer, abs=60)  # the test's own limit of time


_FETCHES = (
    "self.load_state_dict(torch.hub.load_state_dict_from_url('https://example.invalid/w.pth'))",
    "mine = self.state_dict(); mine.update({k: v for k, v in zoo.load_url('https://example.invalid/w').items()}); "
    "self.load_state_dict(mine)",
    "w = torch.load('pretrained/missing.pth')['state_dict']; del w['fc']; self.load_state_dict(w, strict=False)",
)


@pytest.mark.parametrize("statement", _FETCHES)
def test_weights_that_a_constructor_fetches_are_not_needed(tmp_path: Path, statement: str) -> None:
    loaded = load(_source(tmp_path, statement, "import torch.utils.model_zoo as zoo"), SilentContext())
    assert any("nothing was downloaded, and the file's own weights are used" in note for note in loaded.card.notes)
    assert torch.equal(loaded.call([torch.ones(1, 4)])[0], torch.full((1, 3), 4.0))


@pytest.mark.parametrize("name", ["pretrained", "pretrained_backbone", "use_pretrained", "imagenet_weights"])
def test_an_argument_that_fetches_by_default_is_switched_off(tmp_path: Path, name: str) -> None:
    source = _source(tmp_path, f"exit() if {name} else None")
    file = tmp_path / "net.py"
    file.write_text(file.read_text().replace("backbone=True", f"{name}=True"))
    loaded = load(source, SilentContext())
    assert f"Set so that nothing is downloaded: {name}=False." in loaded.card.notes


def test_a_stand_in_fails_in_words_once_forward_uses_it(tmp_path: Path) -> None:
    source = _source(tmp_path, "self.more = nosuch_ops.Blur(3)", "import nosuch_ops")
    file = tmp_path / "net.py"
    file.write_text(file.read_text().replace("return self.layer(x)", "return self.more(self.layer(x))"))
    loaded = load(source, SilentContext())
    assert any("Not installed" in note and "nosuch_ops" in note for note in loaded.card.notes)
    with pytest.raises(ImportError, match=r"nosuch_ops\.Blur is needed"):
        loaded.call([torch.ones(1, 4)])


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has the card that the test says is missing")
def test_a_pickled_network_that_names_a_graphics_card_runs_on_the_processor(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.layer = nn.Linear(4, 3)\n    def forward(self, x):\n"
        "        return self.layer(x.to('cuda:0')) + torch.ones(3, device='cuda')\n"
    )
    save = "import torch; from net import Net; torch.manual_seed(1); torch.save(Net(), 'w.pt')"
    subprocess.run([sys.executable, "-c", save], cwd=tmp_path, check=True)
    loaded = load(Source(str(tmp_path / "w.pt"), trusted=True), SilentContext())
    x = torch.rand(2, 4)
    assert loaded.module is not None
    assert torch.equal(loaded.call([x])[0], loaded.module.layer(x) + 1)
    twice = copy.deepcopy(loaded.module).double()
    assert twice(x.double()).dtype == torch.float64
    program = torch.export.export(loaded.module, (x,), strict=False)
    assert torch.equal(program.module()(x), loaded.call([x])[0])
