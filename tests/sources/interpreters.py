"""Other interpreters for the tests: one made of links to the PyTorch at hand, where nothing else of PT2K's is; Debian's; and
code that only runs there."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from pt2k_gui.sources.card import Source

DEBIAN = "/usr/bin/python3"
_NEEDED_BY_TORCH = ("filelock", "fsspec", "jinja2", "MarkupSafe", "mpmath", "networkx", "numpy", "setuptools", "sympy",
                    "torch", "typing-extensions")  # fmt: skip


def make_stand_in(folder: Path) -> str:
    """A virtual environment that has PyTorch and a package ``speciality``, and neither PT2K nor any other of its
    packages; returns its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = next((folder / "lib").glob("python3.*")) / "site-packages"
    tops: set[Path] = set()
    for name in _NEEDED_BY_TORCH:
        distribution = importlib.metadata.distribution(name)
        root = Path(str(distribution.locate_file("")))
        tops |= {
            root / file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")
        }
    for top in tops:
        if top.exists() and top.suffix != ".pth":
            (packages / top.name).symlink_to(top)
    (packages / "speciality.py").write_text(
        "import sys, torch\n"
        "class Scale(torch.nn.Module):\n"
        "    def forward(self, x): return x * 3\n"
        "def tiny(pretrained=False, classes=4):\n"
        "    if pretrained: raise OSError('no network')\n"
        "    return torch.nn.Sequential(torch.nn.Linear(6, classes), Scale())\n"
    )
    return str(folder / "bin" / "python")


def debian_has_torchvision() -> bool:
    """Whether Debian's own PyTorch is installed (``apt-get install python3-torch python3-torchvision``)."""
    place = Path("/usr/lib/python3/dist-packages")
    return Path(DEBIAN).exists() and all((place / name).is_dir() for name in ("torch", "torchvision"))


needs_debian = pytest.mark.skipif(
    not debian_has_torchvision(), reason="needs Debian's python3-torch and python3-torchvision"
)
needs_links = pytest.mark.skipif(os.name != "posix", reason="the other interpreter is made of links")


def write_network(folder: Path) -> tuple[Path, Path]:
    """A repository whose class needs ``speciality``, and its weights; returns the class's file and the weights'."""
    folder.mkdir(parents=True, exist_ok=True)
    code = folder / "network.py"
    code.write_text(
        "import torch\n"
        "from blocks import block\n"
        "from speciality import Scale\n"
        "class Network(torch.nn.Module):\n"
        "    def __init__(self, width=8):\n"
        "        super().__init__()\n"
        "        self.features = block(width)\n"
        "        self.scale = Scale()\n"
        "        self.head = torch.nn.Linear(width, 5)\n"
        "    def forward(self, x):\n"
        "        return self.head(self.scale(self.features(x)).mean((2, 3)))\n"
    )
    (folder / "blocks.py").write_text(
        "import torch\n"
        "def block(width):\n"
        "    return torch.nn.Sequential(torch.nn.Conv2d(3, width, 3, padding=1), torch.nn.BatchNorm2d(width), torch.nn.ReLU())\n"
    )
    torch.manual_seed(3)
    state = {
        "features.0.weight": torch.randn(8, 3, 3, 3) / 5,
        "features.0.bias": torch.randn(8),
        "features.1.weight": torch.rand(8) + 0.5,
        "features.1.bias": torch.randn(8),
        "features.1.running_mean": torch.randn(8) / 5,
        "features.1.running_var": torch.rand(8) + 0.5,
        "features.1.num_batches_tracked": torch.tensor(7),
        "head.weight": torch.randn(5, 8),
        "head.bias": torch.randn(5),
    }
    weights = folder / "network.pth"
    torch.save(state, weights)
    return code, weights


def computed(weights: Path, x: torch.Tensor) -> torch.Tensor:
    """What ``Network`` gives, computed from its weights without its class."""
    state = torch.load(weights, weights_only=True)
    y = torch.nn.functional.conv2d(x, state["features.0.weight"], state["features.0.bias"], padding=1)
    names = ("running_mean", "running_var", "weight", "bias")
    y = torch.nn.functional.batch_norm(y, *(state[f"features.1.{name}"] for name in names)).relu() * 3
    return y.mean((2, 3)) @ state["head.weight"].T + state["head.bias"]


@dataclass(frozen=True)
class Held:
    """A model whose constructor and ``forward`` wait while the file ``hold`` is there, and say so by ``waiting``."""

    source: Source
    folder: Path

    def hold(self) -> None:
        (self.folder / "hold").touch()

    def let_go(self) -> None:
        (self.folder / "hold").unlink(missing_ok=True)
        (self.folder / "waiting").unlink(missing_ok=True)

    def waits(self) -> bool:
        return (self.folder / "waiting").exists()


def make_held(python: str, tmp_path: Path) -> Held:
    """Such a model in ``tmp_path``."""
    code, weights = write_network(tmp_path / "repository")
    wait = "        while os.path.exists(HOLD):\n            open(WAITING, 'w').close(); time.sleep(0.02)\n"
    text = code.read_text().replace("super().__init__()\n", f"super().__init__()\n{wait}")
    text = text.replace("def forward(self, x):\n", f"def forward(self, x):\n{wait}")
    code.write_text(
        f"import os, time\nHOLD, WAITING = {str(tmp_path / 'hold')!r}, {str(tmp_path / 'waiting')!r}\n{text}"
    )
    return Held(Source(str(weights), f"{code}:Network", trusted=True, python=python), tmp_path)
