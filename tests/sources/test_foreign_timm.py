"""A user's virtual environment with timm and einops, over Debian's PyTorch: names of the one and code that uses the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from interpreters import DEBIAN, needs_debian

from pt2k_gui.export.exporting import export
from pt2k_gui.jobs import convert, verify
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loading import load
from pt2k_gui.verify.result import SampleChoice

pytestmark = [needs_debian, pytest.mark.full]
CONTEXT = SilentContext()
# The last ones that PyTorch 1.13 serves, and what they import.
_PACKAGES = ("timm==0.9.16", "einops==0.8.1", "huggingface_hub==0.23.5", "safetensors==0.4.5", "pyyaml", "tqdm", "filelock",
             "fsspec", "requests", "packaging", "urllib3", "certifi", "idna", "charset-normalizer")  # fmt: skip


@pytest.fixture(scope="module")
def with_timm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The environment's interpreter; skips where the packages can't be fetched."""
    folder = tmp_path_factory.mktemp("timm") / "venv"
    subprocess.run([DEBIAN, "-m", "venv", "--without-pip", "--system-site-packages", str(folder)], check=True)
    packages = next((folder / "lib").glob("python3.*")) / "site-packages"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--only-binary=:all:",
        "--target",
        str(packages),
    ]
    version = packages.parent.name.removeprefix("python")
    done = subprocess.run([*command, "--python-version", version, *_PACKAGES], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"timm and einops can't be installed: {done.stderr.strip()[-200:]}")
    return str(folder / "bin" / "python")


def _is_the_same(source: Source, side: int, folder: Path) -> None:
    """Export, convert and verify it with images of that side."""
    loaded = load(source, CONTEXT)
    inputs = (loaded.card.inputs[0].with_shape(("batch", 3, side, side)),)
    exported = export(loaded, inputs, str(folder / "model.onnx"), trainable=False, context=CONTEXT)
    converted = convert.run(convert.Request(exported.path, str(folder / "model.keras")), CONTEXT)
    choice = SampleChoice("random", count=4)
    found = verify.run(verify.Request(source, exported.path, converted.path, str(folder), choice), CONTEXT)
    assert found.verdict.same, found.verdict.sentence
    assert found.truth == "PyTorch float64"


_NET = """
import torch
from torch import nn
from einops import rearrange, reduce, repeat
from einops.layers.torch import Rearrange

class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.patches = nn.Sequential(Rearrange("b c (h p) (w q) -> b (h w) (p q c)", p=4, q=4), nn.Linear(48, width))
        self.first = nn.Parameter(torch.randn(1, 1, width))
        self.qkv, self.head = nn.Linear(width, 3 * width), nn.Linear(width, 5)

    def forward(self, x):
        tokens = self.patches(x)
        tokens = torch.cat([repeat(self.first, "() n d -> b n d", b=x.shape[0]), tokens], dim=1)
        q, k, v = rearrange(self.qkv(tokens), "b n (three h d) -> three b h n d", three=3, h=2)
        mixed = (q @ k.transpose(-1, -2) / 2).softmax(-1) @ v
        return self.head(reduce(rearrange(mixed, "b h n d -> b n (h d)"), "b n d -> b d", "mean"))
"""


def test_a_repository_that_computes_with_einops_is_opened_in_it(tmp_path: Path, with_timm: str) -> None:
    (tmp_path / "net.py").write_text(_NET)
    save = "import torch; from net import Net; torch.manual_seed(0); torch.save(Net().state_dict(), 'w.pt')"
    subprocess.run([with_timm, "-c", save], cwd=tmp_path, check=True)
    code = f"{tmp_path / 'net.py'}:Net"
    _is_the_same(Source(str(tmp_path / "w.pt"), code=code, trusted=True, python=with_timm), 16, tmp_path)


@pytest.mark.parametrize("name", ["resnet10t", "mobilenetv3_small_050", "mixer_s32_224"])
def test_a_network_of_timm_is_opened_by_its_name(tmp_path: Path, with_timm: str, name: str) -> None:
    side = 224 if name.endswith("224") else 64
    _is_the_same(Source(f"timm:{name}", trusted=True, python=with_timm), side, tmp_path)
