"""Small repositories of strangers, each with a habit that used to need a wrapper; with what is said of an input's shape, and
the values that ``forward`` gets."""

from __future__ import annotations

from typing import Any

from layouts import Layout

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
YOLO = (
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


IMAGE = "N,3,16,16"
CASES: dict[str, tuple[Layout, str, tuple[tuple[str, str], ...]]] = {
    "relative imports": (
        Layout(
            {"net/__init__.py": "", "net/parts.py": _BLOCK, "net/model.py": _OF_BLOCK.format("from .parts import Block")},
            "from net.model import Net; net = Net(); torch.save(net.state_dict(), 'w.pt')",
            "net/model.py:Net",
        ),
        IMAGE,
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
        IMAGE,
        (),
    ),
    "a configuration object": (
        _case(
            _CONFIG,
            "from net import Net, Config; from argparse import Namespace; net = Net(Config(16))\n"
            "torch.save({'model': net.state_dict(), 'model_args': {'width': 16}, 'args': Namespace(width=16)}, 'w.pt')",
        ),
        IMAGE,
        (),
    ),
    "Conv1d under weight_norm": (
        _case(_VOCODER, _saved("WithNorm"), "net.py:WithNorm", shape=(2, 80, 20)),
        "N,80,20",
        (),
    ),
    "a constructor that downloads": (_case(_DOWNLOAD, "import net as n; n.zoo.load_url = lambda _: {}; net = n.Net(5)\n"
                                           "torch.save(net.state_dict(), 'w.pt')"), IMAGE, ()),
    "a constructor that exits": (_case(_EXIT, _saved(arguments="False")), IMAGE, ()),
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
        IMAGE,
        (),
    ),
    "an input that is not used": (
        _case(_UNUSED, inputs="(torch.rand(2, 1, 8, 12), None)"),
        "input=N,1,8,12",
        (),
    ),
    "layers without bias": (_case(_NO_BIAS, shape=(2, 5, 8)), "N,5,8", ()),
}  # fmt: skip
