"""Small repositories that people reported: what lies in them, what their author saved, and how a stranger opens them."""

from __future__ import annotations

from layouts import Layout

_PARTS = """from torch import nn
class Block(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.conv = nn.Conv2d(a, b, 3, padding=1)
    def forward(self, x):
        return self.conv(x).relu()
"""
_NET = """from torch import nn
%s
class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.block = Block(3, width)
    def forward(self, x):
        return self.block(x)
"""
_CONFIGURED = """from dataclasses import dataclass
from torch import nn
@dataclass
class Config:
    width: int = 8
class Net(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.conv = nn.Conv2d(3, config.width, 3)
    def forward(self, x):
        return self.conv(x)
"""
_VOCODER = """import torch
from torch import nn
class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.pre, self.up = nn.Conv1d(80, 16, 7, padding=3), nn.ConvTranspose1d(16, 8, 4, 2, 1)
        self.post = nn.Conv1d(8, 1, 7, padding=3)
    def forward(self, x):
        return torch.tanh(self.post(self.up(self.pre(x)).relu()))
class WithNorm(Plain):
    def __init__(self):
        super().__init__()
        for layer in (self.pre, self.up, self.post):
            nn.utils.weight_norm(layer)
"""
_FETCHES = """from torch import nn
import torch.utils.model_zoo as zoo
class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 8, 3), nn.Conv2d(8, classes, 1)
        mine = self.state_dict()
        mine.update({k: v for k, v in zoo.load_url("https://example.invalid/w.pth").items() if "fc" not in k})
        self.load_state_dict(mine)
    def forward(self, x):
        return self.head(self.conv(x).relu())
"""
_EXITS = """import os
from torch import nn
class Net(nn.Module):
    def __init__(self, pretrained=True):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        if pretrained and not os.path.exists("./pretrained/backbone.ckpt"):
            print("cannot find the pretrained backbone")
            exit()
    def forward(self, x):
        return self.conv(x)
"""
_SWITCHED = """from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.side = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 2, 1)
    def forward(self, img, inference):
        x = self.conv(img).relu()
        side = None if inference else self.side(x)
        return side, x
"""
_GROWS = """from torch import nn
class Base(nn.Module):
    mode, align = "bilinear", False
    def __init__(self):
        super().__init__()
        self.a, self.c = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 2, 1)
    def forward(self, x):
        return self.c(nn.functional.interpolate(self.a(x).relu(), scale_factor=2, mode=self.mode, align_corners=self.align))
class Bil(Base): pass
class BilAlign(Base): align = True
class Cubic(Base): mode = "bicubic"
class Near(Base): mode, align = "nearest", None
"""
_MISSING = """from torch import nn
import nosuchvision
from nosuchsr.utils.registry import REGISTRY
@REGISTRY.register()
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.conv(x)
"""
_WITHOUT_MISSING = """from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.conv(x)
net = Net(); torch.save({'params': net.state_dict()}, 'w.pt')"""
_YOLO_LIKE = """import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.SiLU(), nn.Conv2d(8, 6, 1))
        self.names = {0: "cat"}
    def forward(self, x):
        return self.model(x)
"""
_YOLO_SAVE = """from models.net import Net
import copy, os
os.makedirs('runs', exist_ok=True)
net = Net().eval().half()
rest = {"best_fitness": None, "ema": None, "updates": None, "optimizer": None, "date": "2024"}
torch.save({"epoch": -1, "model": net, **rest}, '%s')
net = copy.deepcopy(net)"""
_UNUSED = """from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 8, 3, padding=1), nn.Linear(8, 5)
    def forward(self, input, text, is_train=True):
        return self.head(self.conv(input).mean(2).permute(0, 2, 1))
"""
_WEIGHTS = "torch.save(net.state_dict(), 'w.pt')"


def _interpolated(name: str) -> Layout:
    return Layout({"net.py": _GROWS}, f"from net import {name}; net = {name}(); {_WEIGHTS}", f"net.py:{name}")


REPOSITORIES: dict[str, Layout] = {
    "relative imports": Layout(
        {"net/__init__.py": "", "net/parts.py": _PARTS, "net/model.py": _NET % "from .parts import Block"},
        f"from net.model import Net; net = Net(); {_WEIGHTS}",
        "net/model.py:Net",
    ),
    "imports from the root": Layout(
        {"models/__init__.py": "", "models/parts.py": _PARTS, "models/model.py": _NET % "from models.parts import Block"},
        f"from models.model import Net; net = Net(); {_WEIGHTS}",
        "models/model.py:Net",
    ),
    "one configuration object": Layout(
        {"net.py": _CONFIGURED},
        "from argparse import Namespace; from net import *; net = Net(Config(16)); torch.save("
        "{'model': net.state_dict(), 'model_args': {'width': 16}, 'args': Namespace(width=16)}, 'w.pt')",
        "net.py:Net",
    ),
    "its entries told": Layout(
        {"net.py": _CONFIGURED},
        f"from net import *; net = Net(Config(16)); {_WEIGHTS}",
        "net.py:Net",
        (("config", "{'width': 16}"),),
    ),
    "it made by an expression": Layout(
        {"net.py": _CONFIGURED},
        f"from net import *; net = Net(Config(16)); {_WEIGHTS}",
        "net.py:Net",
        (("config", "Config(width=16)"),),
    ),
    "vocoder": Layout(
        {"net.py": _VOCODER}, f"from net import Plain; net = Plain(); {_WEIGHTS}", "net.py:Plain", shape=(2, 80, 12)
    ),
    "vocoder with normed weights": Layout(
        {"net.py": _VOCODER}, f"from net import WithNorm; net = WithNorm(); {_WEIGHTS}", "net.py:WithNorm", shape=(2, 80, 12)
    ),
    "constructor that fetches weights": Layout(
        {"net.py": _FETCHES},
        f"import net as mine; mine.zoo.load_url = lambda u: {{}}; net = mine.Net(5); {_WEIGHTS}",
        "net.py:Net",
    ),
    "switch without a default": Layout(
        {"net.py": _SWITCHED},
        f"from net import Net; net = Net(); {_WEIGHTS}",
        "net.py:Net",
        inputs="(torch.rand(2, 3, 32, 32), False)",
    ),
    "grown bilinearly": _interpolated("Bil"),
    "grown bilinearly, corners aligned": _interpolated("BilAlign"),
    "grown bicubically": _interpolated("Cubic"),
    "grown by repetition": _interpolated("Near"),
    "packages that are missing": Layout({"net.py": _MISSING}, _WITHOUT_MISSING, "net.py:Net"),
    "whole module in a dictionary": Layout(
        {"models/__init__.py": "", "models/net.py": _YOLO_LIKE}, _YOLO_SAVE % "best.pt", weights="best.pt"
    ),
    "the same where training leaves it": Layout(
        {"models/__init__.py": "", "models/net.py": _YOLO_LIKE}, _YOLO_SAVE % "runs/best.pt", weights="runs/best.pt"
    ),
    "argument that is never read": Layout(
        {"net.py": _UNUSED},
        f"from net import Net; net = Net(); {_WEIGHTS}",
        "net.py:Net",
        inputs="(torch.rand(2, 1, 12, 20), None)",
    ),
}  # fmt: skip
"""Those that open as they are."""

EXITS = Layout({"net.py": _EXITS}, f"from net import Net; net = Net(False); {_WEIGHTS}", "net.py:Net")
