"""Small repositories of strangers, each with a habit that used to need a wrapper: it opens as it is, and what is written gives
what its author got."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "sources"))
sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))
from forked import pt2k
from layouts import Layout

from pt2k_gui.export.exporting import export
from pt2k_gui.export.specification import parse_inputs
from pt2k_gui.jobs import convert
from pt2k_gui.jobs.convert import Converted
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.loading import load
from pt2k_gui.verify.runners import KerasRunner

CONTEXT = SilentContext()

_BLOCK = (
    "from torch import nn\nclass Block(nn.Module):\n    def __init__(self, a, b):\n        super().__init__()\n"
    "        self.conv = nn.Conv2d(a, b, 3, padding=1)\n    def forward(self, x):\n        return self.conv(x).relu()\n"
)
_OF_BLOCK = (
    "from torch import nn\n{}\nclass Net(nn.Module):\n    def __init__(self, width=8):\n        super().__init__()\n"
    "        self.block = Block(3, width)\n    def forward(self, x):\n        return self.block(x)\n"
)
_CONFIG = (
    "from dataclasses import dataclass\nfrom torch import nn\n@dataclass\nclass Config:\n    width: int = 8\n"
    "class Net(nn.Module):\n    def __init__(self, config: Config):\n        super().__init__()\n"
    "        self.conv = nn.Conv2d(3, config.width, 3)\n    def forward(self, x):\n        return self.conv(x)\n"
)
_VOCODER = (
    "import torch\nfrom torch import nn\nclass Plain(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.pre, self.up = nn.Conv1d(80, 16, 7, padding=3), nn.ConvTranspose1d(16, 8, 4, 2, 1)\n"
    "        self.post = nn.Conv1d(8, 1, 7, padding=3)\n    def forward(self, x):\n"
    "        return torch.tanh(self.post(self.up(self.pre(x)).relu()))\nclass WithNorm(Plain):\n    def __init__(self):\n"
    "        super().__init__()\n        for layer in (self.pre, self.up, self.post):\n            nn.utils.weight_norm(layer)\n"
)
_DOWNLOAD = (
    "from torch import nn\nimport torch.utils.model_zoo as zoo\nclass Net(nn.Module):\n    def __init__(self, classes):\n"
    "        super().__init__()\n        self.conv, self.head = nn.Conv2d(3, 8, 3), nn.Conv2d(8, classes, 1)\n"
    "        mine = self.state_dict()\n"
    "        mine.update({k: v for k, v in zoo.load_url('https://example.invalid/w.pth').items() if 'fc' not in k})\n"
    "        self.load_state_dict(mine)\n    def forward(self, x):\n        return self.head(self.conv(x).relu())\n"
)
_EXIT = (
    "import os\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self, pretrained=True):\n"
    "        super().__init__()\n        self.conv = nn.Conv2d(3, 8, 3)\n"
    "        if pretrained and not os.path.exists('./pretrained/backbone.ckpt'):\n"
    "            print('cannot find the pretrained backbone')\n            exit()\n    def forward(self, x):\n"
    "        return self.conv(x)\n"
)
_FLAG = (
    "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.conv, self.side = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 2, 1)\n    def forward(self, img, inference):\n"
    "        x = self.conv(img).relu()\n        side = None if inference else self.side(x)\n        return side, x\n"
)
_RESIZED = (
    "from torch import nn\nclass Base(nn.Module):\n    mode, align = 'bilinear', False\n    def __init__(self):\n"
    "        super().__init__()\n        self.a, self.c = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 2, 1)\n"
    "    def forward(self, x):\n        x = nn.functional.interpolate(self.a(x).relu(), scale_factor=2, mode=self.mode,\n"
    "                                      align_corners=self.align)\n        return self.c(x)\nclass Bil(Base): pass\n"
    "class BilAlign(Base): align = True\nclass Cubic(Base): mode = 'bicubic'\nclass Near(Base): mode, align = 'nearest', None\n"
)
_MISSING = (
    "from torch import nn\nimport nosuchvision\nfrom nosuchsr.utils.registry import REGISTRY\n@REGISTRY.register()\n"
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(3, 8, 3)\n"
    "    def forward(self, x):\n        return self.conv(x)\n"
)
_YOLO = (
    "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.model = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.SiLU(), nn.Conv2d(8, 6, 1))\n"
    "        self.names = {0: 'cat'}\n    def forward(self, x):\n        return self.model(x)\n"
)
_UNUSED = (
    "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.conv, self.head = nn.Conv2d(1, 8, 3, padding=1), nn.Linear(8, 5)\n"
    "    def forward(self, input, text, is_train=True):\n"
    "        return self.head(self.conv(input).mean(2).permute(0, 2, 1))\n"
)
_NO_BIAS = (
    "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.a, self.norm = nn.Linear(8, 16, bias=False), nn.LayerNorm(16)\n"
    "        self.b, self.c = nn.Linear(16, 8, bias=False), nn.Linear(8, 4)\n    def forward(self, x):\n"
    "        return self.c(self.b(self.norm(self.a(x)).relu()))\n"
)


def _saved(name: str = "Net", arguments: str = "") -> str:
    return f"from net import {name}; net = {name}({arguments}); torch.save(net.state_dict(), 'w.pt')"


def _case(text: str, save: str = "", code: str = "net.py:Net", **more: Any) -> Layout:
    return Layout({"net.py": text}, save or _saved(), code, **more)


_IMAGE = "N,3,16,16"
CASES: dict[str, tuple[Layout, str, tuple[tuple[str, str], ...]]] = {
    "relative imports": (
        Layout(
            {"net/__init__.py": "", "net/parts.py": _BLOCK, "net/model.py": _OF_BLOCK.format("from .parts import Block")},
            "from net.model import Net; net = Net(); torch.save(net.state_dict(), 'w.pt')",
            "net/model.py:Net",
        ),
        _IMAGE,
        (),
    ),
    "imports from the root": (
        Layout(
            {
                "models/__init__.py": "",
                "models/parts.py": _BLOCK,
                "models/model.py": _OF_BLOCK.format("from models.parts import Block"),
            },
            "from models.model import Net; net = Net(); torch.save(net.state_dict(), 'w.pt')",
            "models/model.py:Net",
        ),
        _IMAGE,
        (),
    ),
    "a configuration object": (
        _case(
            _CONFIG,
            "from net import Net, Config; from argparse import Namespace; net = Net(Config(16))\n"
            "torch.save({'model': net.state_dict(), 'model_args': {'width': 16}, 'args': Namespace(width=16)}, 'w.pt')",
        ),
        _IMAGE,
        (),
    ),
    "Conv1d under weight_norm": (
        _case(_VOCODER, _saved("WithNorm"), "net.py:WithNorm", shape=(2, 80, 20)),
        "N,80,20",
        (),
    ),
    "a constructor that downloads": (_case(_DOWNLOAD, "import net as n; n.zoo.load_url = lambda _: {}; net = n.Net(5)\n"
                                           "torch.save(net.state_dict(), 'w.pt')"), _IMAGE, ()),
    "a constructor that exits": (_case(_EXIT, _saved(arguments="False")), _IMAGE, ()),
    "a switch of forward without a default": (
        _case(_FLAG, inputs="(torch.rand(2, 3, 16, 16), False)"),
        "img=N,3,16,16",
        (("inference", "False"),),
    ),
    **{
        f"resized by a factor: {name}": (_case(_RESIZED, _saved(name), f"net.py:{name}", shape=(2, 3, 10, 14)),
                                         "N,3,H,W", ())
        for name in ("Bil", "BilAlign", "Cubic", "Near")
    },
    "imports that are not needed": (
        _case(
            _MISSING,
            "net = nn.ModuleDict({'conv': nn.Conv2d(3, 8, 3)}); torch.save({'params': net.state_dict()}, 'w.pt')\n"
            "net = net['conv']",
        ),
        _IMAGE,
        (),
    ),
    "an input that is not used": (
        _case(_UNUSED, inputs="(torch.rand(2, 1, 8, 12), None)"),
        "input=N,1,8,12",
        (),
    ),
    "layers without bias": (_case(_NO_BIAS, shape=(2, 5, 8)), "N,5,8", ()),
}  # fmt: skip


def _written(source: Source, target: Path, shapes: Sequence[str] = ()) -> Converted:
    """Open, export, convert, as the commands do it."""
    loaded = load(source, CONTEXT)
    inputs = parse_inputs(shapes, loaded.card, (), ())
    onnx = str(target.with_suffix(".onnx"))
    export(loaded, inputs, onnx, trainable=False, context=CONTEXT)
    return convert.run(convert.Request(onnx, str(target)), CONTEXT)


def _keras(file: Path, inputs: Sequence[torch.Tensor]) -> list[np.ndarray]:
    """What a file gives, in PyTorch's axes."""
    runner = KerasRunner(str(file))
    runner.open()
    return runner.run([tensor.numpy() for tensor in inputs])


def _is_what_the_author_got(folder: Path, target: Path) -> None:
    x, y = torch.load(folder / "expected.pt", weights_only=True)
    outputs = _keras(target, [tensor for tensor in x if isinstance(tensor, torch.Tensor)])
    # Sums of some hundred float32 products in another order.
    np.testing.assert_allclose(outputs[0], y.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_it_is_converted_to_what_its_author_got(tmp_path: Path, name: str) -> None:
    layout, shape, values = CASES[name]
    source = dataclasses.replace(layout.build(tmp_path), trusted=True, values=values)
    target = tmp_path / "out.keras"
    report = _written(source, target, (shape,)).report
    _is_what_the_author_got(tmp_path, target)
    if name == "layers without bias":
        assert (report.parameters, report.trainable_parameters) == (324, 324)


def test_one_command_does_all_of_it(tmp_path: Path, own_home: Path) -> None:
    layout, shape, _ = CASES["a switch of forward without a default"]
    source = layout.build(tmp_path)
    command = ["convert", source.path, "--code", source.code, "--trust", "-o", "out.keras", "--json"]
    done = pt2k([*command, "--value", "inference=False", "--input-shape", shape], tmp_path, 300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout)["verification"]["verdict"]["same"]
    _is_what_the_author_got(tmp_path, tmp_path / "out.keras")


@pytest.mark.parametrize(
    "arguments",
    [(), (("config", "{'width': 16}"),), (("config", "Config(width=16)"),), (("config.width", "16"),)],
    ids=["stored", "dictionary", "expression", "entry"],
)
def test_a_configuration_is_stored_or_given_in_any_form(tmp_path: Path, arguments: tuple[tuple[str, str], ...]) -> None:
    source = CASES["a configuration object"][0].build(tmp_path)
    card = load(dataclasses.replace(source, arguments=arguments, trusted=True), CONTEXT).card
    assert card.parameters == 16 * 27 + 16


@pytest.mark.parametrize("place", ["best.pt", "runs/best.pt"])
def test_a_pickled_module_in_a_dictionary_opens_where_training_left_it(tmp_path: Path, place: str) -> None:
    layout = Layout(
        {"models/__init__.py": "", "models/net.py": _YOLO, "runs/log.txt": ""},
        "from models.net import Net; net = Net().eval()\n"
        "c = {'epoch': -1, 'best_fitness': None, 'model': net.half(), 'ema': None, 'updates': None, 'date': '2024'}\n"
        "torch.save(c, 'best.pt')",
        weights="best.pt",
    )
    layout.build(tmp_path)
    if place != "best.pt":
        shutil.move(tmp_path / "best.pt", tmp_path / place)
    target = tmp_path / "out.keras"
    _written(Source(str(tmp_path / place), trusted=True), target, (_IMAGE,))
    _is_what_the_author_got(tmp_path, target)


@pytest.mark.parametrize(("name", "axes"), [("Conv1d under weight_norm", 3), ("an input that is not used", 4)])
def test_what_is_proposed_runs_and_is_no_image_where_it_is_a_sequence(tmp_path: Path, name: str, axes: int) -> None:
    inputs = load(dataclasses.replace(CASES[name][0].build(tmp_path), trusted=True), CONTEXT).card.inputs
    assert [len(spec.shape) for spec in inputs] == [axes]


_OPERATORS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "rrelu": lambda x: torch.nn.functional.rrelu(x),
    "stable_sort": lambda x: torch.sort(x, dim=1, stable=True).values,
    "median": lambda x: x.median(1).values,
    "cumprod": lambda x: x.cumprod(1),
    "hypot": lambda x: torch.hypot(x, x + 1),
    "searchsorted": lambda x: torch.searchsorted(torch.tensor([-1.0, 0.0, 0.5, 2.0]), x),
    "cummax": lambda x: x.cummax(1).values,
}


class _Operator(torch.nn.Module):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 4)
        self.name = name

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return _OPERATORS[self.name](self.layer(x))


class _Projected(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = torch.nn.LSTM(4, 6, proj_size=3, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.rnn(x)[0]
        return out


@pytest.mark.parametrize("name", [*_OPERATORS, "lstm_proj"])
def test_what_the_exporters_library_has_no_function_for_keeps_its_values(tmp_path: Path, name: str) -> None:
    torch.manual_seed(0)
    net: torch.nn.Module = _Projected().eval() if name == "lstm_proj" else _Operator(name).eval()
    x = torch.randn(3, 7, 4) if name == "lstm_proj" else torch.randn(3, 4)
    sizes = ({0: torch.export.Dim("batch", min=1, max=512)},)
    torch.export.save(torch.export.export(net, (x,), dynamic_shapes=sizes), tmp_path / "net.pt2")
    target = tmp_path / "out.keras"
    _written(Source(str(tmp_path / "net.pt2")), target)
    np.testing.assert_allclose(_keras(target, [x])[0], net(x).detach().numpy(), rtol=1e-5, atol=1e-6)
