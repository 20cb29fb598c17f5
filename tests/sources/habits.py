"""Habits of repositories that come between a stranger and the network: each in a repository of its own."""

from __future__ import annotations

from layouts import PARTS, Layout

_NET = """
class Net(nn.Module):
    def __init__(self, width=8, classes=3):
        super().__init__()
        self.block, self.head = Block(3, width), nn.Linear(width, classes)
    def forward(self, x):
        return self.head(self.block(x).mean((2, 3)))
"""
_SAVE = "net = Net(); torch.save(net.state_dict(), 'w.pt')"
_WALK = """
import importlib, pkgutil
KINDS = {}
def register(kind):
    KINDS[kind.__name__.lower()] = kind
    return kind
def build(name, **more):
    return KINDS[name](**more)
for entry in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{entry.name}")
"""
_ATTRIBUTES = """
class AttrDict(dict):
    def __getattr__(self, name):
        try:
            value = self[name]
        except KeyError:
            raise AttributeError(name)
        return AttrDict(value) if isinstance(value, dict) else value
"""
_BY_SETTINGS = (
    PARTS
    + """
class Net(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(a, b) for a, b in zip([3, *cfg.model.widths], cfg.model.widths)])
        self.head = nn.Linear(cfg.model.widths[-1], cfg["data"]["classes"])
        self.scale = cfg.model.get("scale", 1.0)
    def forward(self, x):
        return self.scale * self.head(self.blocks(x).mean((2, 3)))
"""
)
_CARD = (
    "import torch\ntorch.cuda.set_device(0)\nprint('running on', torch.cuda.get_device_name(0))\n"
    "torch.backends.cudnn.benchmark = True\nDEVICE = torch.device('cuda:0')\n"
    "SCALE = torch.ones(1, device='cuda')\n"
    + PARTS
    + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block(3, 4).to(DEVICE)
        self.register_buffer("mean", torch.zeros(1, 4, 1, 1).cuda())
        self.cuda()
        torch.cuda.synchronize()
    def forward(self, x):
        return self.block(x) - self.mean.to(x.device)
"""
)
_CARD_FORWARD = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block(3, 4)
    def forward(self, x):
        shift = torch.full((1,), 2.0, device='cuda')
        return self.block(x.to('cuda')) + shift.cuda()
"""
_ASSERTED = (
    "import torch\nassert torch.cuda.is_available(), 'a card is needed'\n"
    "DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'\n"
    + PARTS
    + _CARD_FORWARD.replace("'cuda')", "DEVICE)").replace("Block(3, 4)", "Block(3, 4).to(DEVICE)")
)
_LEAVES = (
    "import sys, torch\nif torch.cuda.device_count() < 1:\n    print('no card')\n    sys.exit(1)\n"
    + PARTS
    + _CARD_FORWARD
)
_WITHOUT_CARD = (
    PARTS + _CARD_FORWARD.replace(", device='cuda'", "").replace(".to('cuda')", "").replace(".cuda()", "") + _SAVE
)
_FETCH = (
    "import os, urllib.request\n"
    + PARTS
    + """
CACHE = os.path.expanduser('~/.cache/nosuch-net/backbone.pth')
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block, self.head = Block(3, 8), nn.Conv2d(8, 2, 1)
        if not os.path.exists(CACHE):
            os.makedirs(os.path.dirname(CACHE), exist_ok=True)
            urllib.request.urlretrieve('https://example.invalid/backbone.pth', CACHE)
        self.block.load_state_dict(torch.load(CACHE))
    def forward(self, x):
        return self.head(self.block(x))
"""
)
_STARS = PARTS + _NET.replace("def forward(self, x):", "def forward(self, *inputs, **options):\n        x = inputs[0]")
_NAMED = (
    "from typing import NamedTuple, Optional\nimport enum\n"
    + PARTS
    + """
class Size(enum.Enum):
    SMALL = 4
    LARGE = 8
class Answer(NamedTuple):
    scores: torch.Tensor
    features: Optional[torch.Tensor] = None
class Net(nn.Module):
    def __init__(self, size: Size, classes: int = 3):
        super().__init__()
        self.block, self.head = Block(3, size.value), nn.Linear(size.value, classes)
    def forward(self, x: torch.Tensor) -> Answer:
        features = self.block(x)
        return Answer(self.head(features.mean((2, 3))), features)
"""
)
_PARTS_ONLY = (
    PARTS
    + """
class Encoder(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.block = Block(a, b)
    def forward(self, x):
        return self.block(x)
class Decoder(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.last = nn.Conv2d(a, b, 1)
    def forward(self, x):
        return self.last(x)
if __name__ == "__main__":
    model = nn.Sequential(Encoder(3, 6), Decoder(6, 2))
    torch.save(model.state_dict(), "last.pt")
"""
)
_MIXED = (
    PARTS
    + """
class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.a = nn.utils.parametrizations.weight_norm(nn.Conv2d(3, width, 3, padding=1))
        self.b = nn.utils.spectral_norm(nn.Conv2d(width, 4, 1))
    def forward(self, x):
        return self.b(torch.relu(self.a(x)))
"""
)

HABITS: dict[str, Layout] = {
    "registry that a walk over its package fills": Layout(
        {
            "README.md": "",
            "zoo/__init__.py": _WALK,
            "zoo/small.py": PARTS + "from zoo import register\n" + _NET.replace("class", "@register\nclass", 1),
        },
        "from zoo import build; net = build('net', width=5); torch.save({'state_dict': net.state_dict()}, 'w.pt')",
        "zoo/__init__.py:build",
        (("name", "net"), ("width", "5")),
    ),
    "dictionary with attributes, from a YAML file that is named": Layout(
        {
            "README.md": "",
            "conf/base.yaml": "model:\n  widths: [4, 6]\n  scale: 0.5\ndata:\n  classes: 5\n",
            "lib/attributes.py": _ATTRIBUTES,
            "lib/net.py": "from .attributes import AttrDict\n" + _BY_SETTINGS,
        },
        "import yaml; from lib.net import Net, AttrDict\n"
        "net = Net(AttrDict(yaml.safe_load(open('conf/base.yaml')))); torch.save(net.state_dict(), 'w.pt')",
        "lib/net.py:Net",
        (("cfg", "conf/base.yaml"),),
    ),
    "command line read where the network is defined, with a value that it insists on": Layout(
        {
            "net.py": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--data', required=True)\n"
            "p.add_argument('--width', type=int, default=6)\np.add_argument('--lr', type=float)\nopt = p.parse_args()\n"
            "assert opt.width > 2\n" + PARTS + _NET.replace("width=8", "width=opt.width")
        },
        f"before, sys.argv = sys.argv, ['train.py', '--data', 'x']; from net import Net; {_SAVE}; sys.argv = before",
        "net.py:Net",
    ),
    "network that only a script puts together": Layout(
        {"train.py": _PARTS_ONLY},
        "from train import Encoder, Decoder; net = nn.Sequential(Encoder(3, 6), Decoder(6, 2))\n"
        "torch.save(net.state_dict(), 'last.pt')",
        "train.py:nn.Sequential(Encoder(3, 6), Decoder(6, 2))",
        weights="last.pt",
    ),
    "DataParallel around a compiled network, within a trainer": Layout(
        {"net.py": PARTS + _NET},
        "from net import Net; net = Net(5)\n"
        "state = {'module._orig_mod.' + k: v for k, v in net.state_dict().items()} | {'criterion.weight': torch.ones(3)}\n"
        "torch.save({'epoch': 3, 'state_dict': state, 'optimizer': {'state': {}, 'param_groups': [{'lr': 0.1}]}}, 'w.pt')",
        "net.py:Net",
    ),
    "averaged weights as a list of shadows beside the network": Layout(
        {"net.py": PARTS + _NET},
        "from net import Net; net = Net(5)\nema = {'decay': 0.99, 'num_updates': 7, 'shadow_params': "
        "[p.detach() + 1 for p in net.parameters()], 'collected_params': None}\n"
        "torch.save({'model': net.state_dict(), 'ema': ema, 'step': 7}, 'w.pt')",
        "net.py:Net",
    ),
    "pickled whole, under DataParallel": Layout(
        {"README.md": "", "models/net.py": PARTS + _NET},
        "from models.net import Net; net = Net(); torch.save(nn.DataParallel(net), 'w.pt')",
    ),
    "hub entry point that takes keywords only": Layout(
        {
            "hubconf.py": "dependencies = ['torch', 'nosuch_audio']\nfrom src.net import Net as _Net\n"
            "def tiny(*, pretrained=True, progress=True, **kwargs):\n    net = _Net(**kwargs)\n    if pretrained:\n"
            "        import torch\n        net.load_state_dict(torch.hub.load_state_dict_from_url('https://example.invalid/t.pt'))\n"
            "    return net\n",
            "src/net.py": PARTS + _NET,
        },
        "from src.net import Net; net = Net(width=6); torch.save(net.state_dict(), 'w.pt')",
        "hubconf.py:tiny",
        (("width", "6"),),
    ),
    "calls to a graphics card at import": Layout(
        {"net.py": _CARD},
        PARTS + "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.block = Block(3, 4)\n        self.register_buffer('mean', torch.rand(1, 4, 1, 1))\n"
        "    def forward(self, x):\n        return self.block(x) - self.mean\n" + _SAVE,
        "net.py:Net",
    ),
    "graphics card asserted at import and named in forward": Layout({"net.py": _ASSERTED}, _WITHOUT_CARD, "net.py:Net"),
    "script that leaves without a graphics card": Layout({"net.py": _LEAVES}, _WITHOUT_CARD, "net.py:Net"),
    "download to a cache, read again": Layout(
        {"net.py": _FETCH},
        PARTS + "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.block, self.head = Block(3, 8), nn.Conv2d(8, 2, 1)\n"
        "    def forward(self, x):\n        return self.head(self.block(x))\n" + _SAVE,
        "net.py:Net",
    ),
    "forward with stars": Layout({"net.py": _STARS}, f"from net import Net; {_SAVE}", "net.py:Net"),
    "enumeration as an argument, named tuple as the answer": Layout(
        {"net.py": _NAMED},
        "from net import Net, Size; net = Net(Size.LARGE, 4); torch.save(net.state_dict(), 'w.pt')",
        "net.py:Net",
        (("size", "LARGE"),),
    ),
    "two ways of normed weights": Layout(
        {"net.py": _MIXED}, "from net import Net; net = Net(); net(torch.rand(1, 3, 8, 8)); net.eval()\n"
        "torch.save(net.state_dict(), 'w.pt')", "net.py:Net",
    ),
}  # fmt: skip
