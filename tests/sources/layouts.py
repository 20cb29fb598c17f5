"""Repositories as people publish them, in small: files, how the author saved the weights, and how a stranger opens them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pt2k_gui.sources.card import Source
from pt2k_gui.sources.importing import make_room

PARTS = """
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))
"""
_NET = """
from torch import nn
{imports}

class Net(nn.Module):
    def __init__(self, width=8, classes=3):
        super().__init__()
        self.block, self.head = Block(3, width), nn.Linear(width, classes)

    def forward(self, x):
        return self.head(self.block(x).mean((2, 3)))
"""
_WHOLE = PARTS + _NET.format(imports="")
_SAVE = "net = Net(); torch.save(net.state_dict(), 'w.pt')"


@dataclass(frozen=True)
class Layout:
    """A repository.

    Args:
        files: texts by path.
        save: what the author ran, in the repository's folder; leaves the network in ``net``.
        code: what a stranger says, relative to the repository; empty where the file opens by itself.
        arguments: what he says besides.
        weights: the file that he opens.
        shape: of an input; ``inputs`` is the text of a tuple of them, where there are several.
        path: the folder on the author's search path.
    """

    files: dict[str, str]
    save: str
    code: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    weights: str = "w.pt"
    shape: tuple[int, ...] = (2, 3, 16, 16)
    path: str = "."
    dtype: str = "float32"
    inputs: str = ""
    kept: dict[str, str] = field(default_factory=dict)

    def build(self, folder: Path) -> Source:
        """Write it, and save the weights and what the author's network gives; how it is to be opened."""
        for name, text in self.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        draw = f"torch.randint(0, 10, {self.shape})" if self.dtype == "int64" else f"torch.rand({self.shape})"
        with _at(folder, folder / self.path):
            exec(
                "import torch, sys\nfrom torch import nn\ntorch.manual_seed(3)\n"
                f"{self.save}\nnet = net.float().eval()\nx = {self.inputs or f'({draw},)'}\n"
                "with torch.no_grad(): y = net(*x)\n"
                "while isinstance(y, (tuple, list)): y = y[0]\ntorch.save((x, y), 'expected.pt')",
                {"__name__": "author"},
            )
        head, _, name = self.code.partition(":")
        code = f"{folder / head}{':' if name else ''}{name}" if self.code else ""
        return Source(str(folder / self.weights), code, self.arguments)


@contextmanager
def _at(folder: Path, path: Path) -> Iterator[None]:
    """The author's own process, more or less."""
    make_room()  # what PT2K itself imported for the test before
    before, modules = Path.cwd(), set(sys.modules)
    os.chdir(folder)
    sys.path.insert(0, str(path))
    former, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        os.chdir(before)
        sys.path.remove(str(path))
        sys.dont_write_bytecode = former
        for name in set(sys.modules) - modules:
            file = getattr(sys.modules[name], "__file__", None) or next(
                iter(getattr(sys.modules[name], "__path__", [])), ""
            )
            if str(file).startswith(str(folder)):
                del sys.modules[name]


def _net(imports: str) -> str:
    return _NET.format(imports=imports)


_CONFIG = """
import torch
from torch import nn
from dataclasses import dataclass

@dataclass
class GPTConfig:
    block_size: int = 32
    vocab_size: int = 50304
    n_layer: int = 12
    n_head: int = 12
    n_embd: int = 768
    dropout: float = 0.0
    bias: bool = True

class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        assert config.n_embd % config.n_head == 0
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd, bias=config.bias)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd, bias=config.bias)
        self.n_head = config.n_head

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (part.view(b, t, self.n_head, -1).transpose(1, 2) for part in self.c_attn(x).split(c, 2))
        y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(y.transpose(1, 2).reshape(b, t, c))

class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.ln_1, self.attn = nn.LayerNorm(config.n_embd, bias=config.bias), Attention(config)

    def forward(self, x):
        return x + self.attn(self.ln_1(x))

class GPT(nn.Module):
    def __init__(self, config):
        super().__init__()
        assert config.vocab_size is not None and config.block_size is not None
        self.config = config
        self.transformer = nn.ModuleDict(dict(
            wte=nn.Embedding(config.vocab_size, config.n_embd), wpe=nn.Embedding(config.block_size, config.n_embd),
            drop=nn.Dropout(config.dropout), h=nn.ModuleList([Layer(config) for _ in range(config.n_layer)]),
            ln_f=nn.LayerNorm(config.n_embd, bias=config.bias)))
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.transformer.wte.weight = self.lm_head.weight

    def forward(self, idx, targets=None):
        b, t = idx.size()
        assert t <= self.config.block_size
        pos = torch.arange(0, t, dtype=torch.long, device=idx.device)
        x = self.transformer.drop(self.transformer.wte(idx) + self.transformer.wpe(pos))
        for layer in self.transformer.h:
            x = layer(x)
        return self.lm_head(self.transformer.ln_f(x)), None
"""
_READ_CONFIG = """
from torch import nn
class Net(nn.Module):
    def __init__(self, {name}):
        super().__init__()
        self.conv = nn.Conv2d({name}{channels}, {name}{width}, 3)
    def forward(self, x):
        return self.conv(x)
"""
_FACTORIES = (
    _WHOLE
    + """
def small(pretrained=False, **kwargs):
    return Net(width=4, **kwargs)

class Zoo:
    @classmethod
    def from_name(cls, name, **more):
        return Net({"b0": 6, "b1": 12}[name], **more)

net_for_reading = Net(5, 2)
"""
)
_SR = """
import math
from torch import nn
class Generator(nn.Module):
    def __init__(self, scale_factor):
        super().__init__()
        self.block1 = nn.Sequential(nn.Conv2d(3, 8, 9, padding=4), nn.PReLU())
        ups = [nn.Sequential(nn.Conv2d(8, 32, 3, padding=1), nn.PixelShuffle(2), nn.PReLU())
               for _ in range(int(math.log(scale_factor, 2)))]
        self.block8 = nn.Sequential(*ups, nn.Conv2d(8, 3, 9, padding=4))
    def forward(self, x):
        return self.block8(self.block1(x))
"""
_POINT = """
import torch
from torch import nn
class PointNetCls(nn.Module):
    def __init__(self, k=2, feature_transform=False):
        super().__init__()
        self.feat, self.fc = nn.Conv1d(3, 16, 1), nn.Linear(16, k)
        if feature_transform:
            self.fstn = nn.Conv1d(16, 16, 1)
        self.feature_transform = feature_transform
    def forward(self, x):
        x = torch.relu(self.feat(x))
        if self.feature_transform:
            x = self.fstn(x)
        return self.fc(x.max(2).values)
"""
_YAML_LIKE = """
from types import SimpleNamespace
def load():
    with open("settings.txt") as file:
        return SimpleNamespace(**{k: int(v) for k, v in (line.split("=") for line in file)})
"""
_LIGHTNING = """
import torch
from torch import nn
import nosuch_lightning as pl
class System(pl.LightningModule):
    def __init__(self, width=4, lr=1e-3):
        super().__init__()
        self.save_hyperparameters()
        self.conv = nn.Conv2d(3, self.hparams.width, 3)
    def forward(self, x):
        return self.conv(x)
    def training_step(self, batch, index):
        self.log("loss", 0.0)
"""
_OMEGA = """
class DictConfig:
    def __init__(self, values):
        self.__dict__["_metadata"] = {"key": None}
        self.__dict__["_content"] = {k: DictConfig(v) if isinstance(v, dict) else AnyNode(v) for k, v in values.items()}
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        found = self.__dict__["_content"][name]
        return found if isinstance(found, DictConfig) else found._val
class AnyNode:
    def __init__(self, value):
        self._val = value
"""

_OWN_NAMES = {
    "README.md": "",
    "tokenize.py": "class Tokenizer:\n    width = 7\n",
    "types.py": "from dataclasses import dataclass\n@dataclass\nclass Settings:\n    classes: int = 5\n",
    "code/blocks.py": "import code.scaling\nfrom .scaling import one\n"
    + PARTS.replace("return torch.relu(", "return one() * code.scaling.twice("),
    "code/scaling.py": "import copy\ndef one():\n    return 1\ndef twice(x):\n    return copy.copy(2) * x\n",
    "copy.py": "raise SystemExit('this one is not meant')",
    "net.py": _net(
        "import types, copy, tokenize as t\nfrom types import SimpleNamespace, MethodType\n"
        "from code.blocks import Block\nfrom types import Settings"
    ).replace("width=8, classes=3", "width=t.Tokenizer.width, classes=copy.deepcopy(Settings().classes)"),
}
_AUTHORS_OWN = _WHOLE.replace("return torch.relu(", "return 2 * (").replace("width=8, classes=3", "width=7, classes=5")
_PICKLED_AS_TEST = """
import importlib.util
made = importlib.util.spec_from_file_location('test', 'test.py')
before, sys.modules['test'] = sys.modules.get('test'), importlib.util.module_from_spec(made)
made.loader.exec_module(sys.modules['test'])
net = sys.modules['test'].Net()
torch.save(net, 'w.pt')
if before is None: del sys.modules['test']
else: sys.modules['test'] = before
"""

LAYOUTS: dict[str, Layout] = {
    "modules with names of the standard library": Layout(_OWN_NAMES, f"{_AUTHORS_OWN}\n{_SAVE}", "net.py:Net"),
    "in a package with a name of the standard library": Layout(
        {name: text for name, text in _OWN_NAMES.items() if name != "net.py"}
        | {"code/__init__.py": "", "code/net.py": _OWN_NAMES["net.py"].replace("from code.blocks", "from .blocks")},
        f"{_AUTHORS_OWN}\n{_SAVE}",
        "code/net.py:Net",
    ),
    "pickled, in a module with a name of the standard library": Layout(
        {"README.md": "", "test.py": _WHOLE}, _PICKLED_AS_TEST
    ),
    "flat file": Layout({"net.py": _WHOLE}, f"from net import Net; {_SAVE}", "net.py:Net"),
    "sibling import": Layout(
        {"net.py": _net("from parts import Block"), "parts.py": PARTS}, f"from net import Net; {_SAVE}", "net.py:Net"
    ),
    "package with relative imports": Layout(
        {"pkg/__init__.py": "", "pkg/net.py": _net("from .parts import Block"), "pkg/parts.py": PARTS},
        f"from pkg.net import Net; {_SAVE}",
        "pkg/net.py:Net",
    ),
    "imports from the repository's root": Layout(
        {"models/__init__.py": "", "models/net.py": _net("from models.parts import Block"), "models/parts.py": PARTS},
        f"from models.net import Net; {_SAVE}",
        "models/net.py:Net",
    ),
    "root without __init__": Layout(
        {"README.md": "", "models/net.py": _net("from models.parts import Block"), "models/parts.py": PARTS},
        f"from models.net import Net; {_SAVE}",
        "models/net.py:Net",
    ),
    "relative imports without __init__": Layout(
        {"unet/net.py": _net("from .parts import Block"), "unet/parts.py": PARTS},
        f"from unet.net import Net; {_SAVE}",
        "unet/net.py:Net",
    ),
    "nested package": Layout(
        {
            "setup.py": "raise SystemExit",
            "lib/__init__.py": "",
            "lib/models/__init__.py": "from .net import Net",
            "lib/models/net.py": _net("from ..layers.parts import Block"),
            "lib/layers/__init__.py": "",
            "lib/layers/parts.py": PARTS,
        },
        f"from lib.models import Net; {_SAVE}",
        "lib/models/net.py:Net",
    ),
    "src layout": Layout(
        {
            "pyproject.toml": "",
            "src/tool/__init__.py": "",
            "src/tool/net.py": _net("from tool.parts import Block"),
            "src/tool/parts.py": PARTS,
        },
        f"from tool.net import Net; {_SAVE}",
        "src/tool/net.py:Net",
        path="src",
    ),
    "class outside the src folder": Layout(
        {"pyproject.toml": "", "export/net.py": _net("from tool.parts import Block"), "src/tool/parts.py": PARTS},
        f"sys.path.insert(0, 'src'); from export.net import Net; {_SAVE}; sys.path.remove('src')",
        "export/net.py:Net",
    ),
    "a folder that the author puts on the path": Layout(
        {"README.md": "", "core/net.py": _net("from blocks import Block"), "lib/blocks.py": PARTS},
        f"sys.path.insert(0, 'lib'); from core.net import Net; {_SAVE}; sys.path.remove('lib')",
        "core/net.py:Net",
    ),
    "utils twice": Layout(
        {
            "README.md": "",
            "utils/__init__.py": "",
            "utils/parts.py": PARTS,
            "models/utils.py": "other = 1",
            "models/net.py": _net("from utils.parts import Block"),
        },
        f"from models.net import Net; {_SAVE}",
        "models/net.py:Net",
    ),
    "package whose __init__ needs what is not there": Layout(
        {
            "pkg/__init__.py": "import nosuch_cv\nassert nosuch_cv.version() > 3",
            "pkg/net.py": _net("from .parts import Block"),
            "pkg/parts.py": PARTS,
        },
        "import types; bare = types.ModuleType('pkg'); bare.__path__ = ['pkg']; sys.modules['pkg'] = bare\n"
        f"from pkg.net import Net; {_SAVE}; del sys.modules['pkg']",
        "pkg/net.py:Net",
    ),
    "named by its folder": Layout({"models/net.py": _WHOLE}, f"from models.net import Net; {_SAVE}", ".:Net"),
    "factory function": Layout(
        {"net.py": _FACTORIES}, "from net import small; net = small(); torch.save(net.state_dict(), 'w.pt')", "net.py:small"
    ),
    "class method": Layout(
        {"net.py": _FACTORIES},
        "from net import Zoo; net = Zoo.from_name('b1'); torch.save(net.state_dict(), 'w.pt')",
        "net.py:Zoo.from_name('b1')",
    ),
    "class method with arguments": Layout(
        {"net.py": _FACTORIES},
        "from net import Zoo; net = Zoo.from_name('b0', classes=7); torch.save(net.state_dict(), 'w.pt')",
        "net.py:Zoo.from_name",
        (("name", "b0"), ("classes", "7")),
    ),
    "ready model": Layout(
        {"net.py": _FACTORIES},
        "from net import net_for_reading as net; torch.save(net.state_dict(), 'w.pt')",
        "net.py:net_for_reading",
    ),
    "expression with a Namespace": Layout(
        {"net.py": _READ_CONFIG.format(name="args", channels=".inp", width=".n")},
        "from net import Net; from argparse import Namespace; net = Net(Namespace(inp=3, n=9)); "
        "torch.save(net.state_dict(), 'w.pt')",
        "net.py:Net(argparse.Namespace(inp=3, n=9))",
    ),
    "hub entry point": Layout(
        {
            "hubconf.py": "dependencies = ['torch', 'nosuch_hub']\nimport nosuch_hub\nfrom models.net import Net\n"
            "def tiny(pretrained=True, **kwargs):\n    net = Net(6, **kwargs)\n    if pretrained:\n"
            "        import torch\n        net.load_state_dict(torch.hub.load_state_dict_from_url('https://example.invalid/w'))\n"
            "    return net",
            "models/net.py": _WHOLE,
        },
        "from models.net import Net; net = Net(6); torch.save(net.state_dict(), 'w.pt')",
        ".:tiny",
    ),
    "Namespace in the checkpoint": Layout(
        {"net.py": _READ_CONFIG.format(name="opt", channels=".inp", width=".width")},
        "from net import Net; from argparse import Namespace; opt = Namespace(inp=3, width=9, lr=1.0); net = Net(opt); "
        "torch.save({'state_dict': net.state_dict(), 'args': opt, 'epoch': 3}, 'w.pt')",
        "net.py:Net",
    ),
    "dictionary in the checkpoint": Layout(
        {"net.py": _READ_CONFIG.format(name="cfg", channels="['inp']", width="['width']")},
        "from net import Net; cfg = dict(inp=3, width=9); net = Net(cfg); "
        "torch.save({'net': net.state_dict(), 'cfg': cfg}, 'w.pt')",
        "net.py:Net",
    ),
    "nested dictionary in the checkpoint": Layout(
        {"net.py": _READ_CONFIG.format(name="cfg", channels=".model.inp", width="['model']['width']")},
        "from net import Net\nclass D(dict):\n    __getattr__ = dict.__getitem__\n"
        "cfg = D(model=D(inp=3, width=9), data=dict(width=100)); net = Net(cfg)\n"
        "plain = {'model': {'inp': 3, 'width': 9}, 'data': {'width': 100}}\n"
        "torch.save({'weights': net.state_dict(), 'config': plain}, 'w.pt')",
        "net.py:Net",
    ),
    "hydra-like object in the checkpoint": Layout(
        {"omega.py": _OMEGA, "net.py": _READ_CONFIG.format(name="config", channels=".model.inp", width=".model.width")},
        "from net import Net; from omega import DictConfig\n"
        "config = DictConfig({'model': {'inp': 3, 'width': 9}, 'lr': 0.1}); net = Net(config)\n"
        "torch.save({'state_dict': net.state_dict(), 'hyper_parameters': {'config': config}}, 'w.pt')",
        "net.py:Net",
    ),
    "nanoGPT": Layout(
        {"model.py": _CONFIG, "train.py": "raise SystemExit"},
        "from model import GPT, GPTConfig\nargs = dict(n_layer=2, n_head=2, n_embd=16, block_size=24,\n"
        "            vocab_size=20, bias=False)\n"
        "net = GPT(GPTConfig(**args))\n"
        "torch.save({'model': {'_orig_mod.' + k: v for k, v in net.state_dict().items()}, 'model_args': args,\n"
        "            'config': {'batch_size': 12}, 'iter_num': 7}, 'w.pt')",
        "model.py:GPT",
        shape=(2, 8),
        dtype="int64",
    ),
    "data class built from entries": Layout(
        {"net.py": "from dataclasses import dataclass\n@dataclass\nclass Config:\n    inp: int = 3\n    width: int = 8\n"
         + _READ_CONFIG.format(name="config: Config", channels="X", width="Y").replace("config: ConfigX", "config.inp")
         .replace("config: ConfigY", "config.width")},
        "from net import Net, Config; net = Net(Config(width=9)); torch.save(net.state_dict(), 'w.pt')",
        "net.py:Net",
        (("config.width", "9"),),
    ),
    "data class built from an expression": Layout(
        {"net.py": "from dataclasses import dataclass\n@dataclass\nclass Config:\n    inp: int = 3\n    width: int = 8\n"
         + _READ_CONFIG.format(name="config", channels=".inp", width=".width")},
        "from net import Net, Config; net = Net(Config(width=9)); torch.save(net.state_dict(), 'w.pt')",
        "net.py:Net",
        (("config", "Config(width=9)"),),
    ),
    "hyper-parameters of Lightning, without Lightning": Layout(
        {"system.py": _LIGHTNING},
        "import types; pl = types.ModuleType('nosuch_lightning')\n"
        "class L(nn.Module):\n    def save_hyperparameters(self):\n        self.hparams = types.SimpleNamespace(width=9)\n"
        "pl.LightningModule = L; sys.modules['nosuch_lightning'] = pl\n"
        "from system import System; net = System(9); del sys.modules['nosuch_lightning']\n"
        "torch.save({'state_dict': net.state_dict(), 'hyper_parameters': {'width': 9, 'lr': 1e-3},\n"
        "            'pytorch-lightning_version': '2.2.0'}, 'w.ckpt')",
        "system.py:System",
        weights="w.ckpt",
    ),
    "default that the weights contradict": Layout(
        {"net.py": _POINT},
        "from net import PointNetCls; net = PointNetCls(40, True); torch.save(net.state_dict(), 'w.pt')",
        "net.py:PointNetCls",
        shape=(2, 3, 20),
    ),
    "required argument that tensors tell": Layout(
        {"model.py": _SR},
        "from model import Generator; net = Generator(4); torch.save(net.state_dict(), 'netG.pth')",
        "model.py:Generator",
        weights="netG.pth",
    ),
    "pickled whole, beside its file": Layout(
        {"net.py": _WHOLE}, "from net import Net; net = Net(); torch.save(net, 'w.pt')"
    ),
    "pickled whole in a folder of its repository": Layout(
        {"README.md": "", "models/net.py": _WHOLE, "runs/train/log.txt": ""},
        "from models.net import Net; net = Net(); torch.save({'model': net, 'ema': None, 'epoch': 2}, 'runs/train/best.pt')",
        weights="runs/train/best.pt",
    ),
    "pickled whole, half, in a dictionary": Layout(
        {"README.md": "", "models/__init__.py": "", "models/net.py": _WHOLE},
        "from models.net import Net; net = Net().half(); torch.save({'epoch': -1, 'model': net}, 'best.pt')",
        weights="best.pt",
    ),
    "pickled elsewhere, with its repository named": Layout(
        {"repo/models/__init__.py": "", "repo/models/net.py": _WHOLE, "downloads/note.txt": ""},
        "from models.net import Net; net = Net(); torch.save(net, 'downloads/w.pt')",
        "repo",
        weights="downloads/w.pt",
        path="repo",
    ),
    "pickled by a script": Layout(
        {"train.py": _WHOLE},
        "main = sys.modules['__main__']; import train; net = train.Net()\n"
        "for kind in (train.Net, train.Block):\n    kind.__module__ = '__main__'; setattr(main, kind.__name__, kind)\n"
        "torch.save(net, 'w.pt'); del main.Net, main.Block",
    ),
    "packages that are not needed": Layout(
        {
            "net.py": "import nosuch_vision\nfrom nosuch_vision import transforms as T\nfrom nosuch_basic.registry import REG\n"
            "from nosuch_bar import tqdm\nto = T.Compose([T.ToTensor(), T.Normalize(0.5, 0.5)])\n"
            + PARTS
            + _net("").replace("class Net", "@REG.register()\nclass Net")
        },
        "import types\nfor name in ('nosuch_vision', 'nosuch_basic', 'nosuch_basic.registry', 'nosuch_bar'):\n"
        "    sys.modules[name] = types.ModuleType(name)\n"
        "class Any:\n    def __getattr__(self, _): return Any()\n    def __call__(self, *a, **k): return a[0] if a else Any()\n"
        "sys.modules['nosuch_vision'].transforms = sys.modules['nosuch_basic.registry'].REG = Any()\n"
        "sys.modules['nosuch_bar'].tqdm = None\n"
        f"from net import Net; {_SAVE}\nfor name in [n for n in sys.modules if n.startswith('nosuch')]: del sys.modules[name]",
        "net.py:Net",
    ),
    "an import that the code can do without": Layout(
        {
            "net.py": "from torch import nn\ntry:\n    from nosuch_apex import FusedNorm as Norm\nexcept ImportError:\n"
            "    Norm = nn.BatchNorm2d\nimport nosuch_other\nclass Net(nn.Module):\n    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.conv, self.norm = nn.Conv2d(3, 4, 3), Norm(4)\n    def forward(self, x):\n"
            "        return self.norm(self.conv(x))"
        },
        "import types; sys.modules['nosuch_other'] = types.ModuleType('nosuch_other')\n"
        "from net import Net; net = Net(); torch.save(net.state_dict(), 'w.pt'); del sys.modules['nosuch_other']",
        "net.py:Net",
    ),
    "command line of its own, read at import": Layout(
        {
            "net.py": "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--width', type=int, default=7)\n"
            "args = parser.parse_args()\n" + PARTS + _net("").replace("width=8", "width=args.width")
        },
        f"before, sys.argv = sys.argv, ['train.py']; from net import Net; {_SAVE}; sys.argv = before",
        "net.py:Net",
    ),
    "settings read from a file of the repository": Layout(
        {
            "README.md": "",
            "settings.txt": "width=7",
            "models/reading.py": _YAML_LIKE,
            "models/net.py": "from .reading import load\n" + PARTS + _net("").replace("width=8", "width=load().width"),
        },
        f"from models.net import Net; {_SAVE}",
        "models/net.py:Net",
    ),
    "models found by name": Layout(
        {
            "README.md": "",
            "models/__init__.py": "import importlib\ndef create(name):\n"
            "    return importlib.import_module('models.' + name + '_model').Net()",
            "models/resnet_model.py": _WHOLE,
        },
        "from models import create; net = create('resnet'); torch.save(net.state_dict(), 'w.pt')",
        "models/__init__.py:create",
        (("name", "resnet"),),
    ),
    "imports inside the constructor": Layout(
        {
            "README.md": "",
            "parts/blocks.py": PARTS,
            "net.py": "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n"
            "        super().__init__()\n"
            "        from parts.blocks import Block\n        self.block = Block(3, 4)\n    def forward(self, x):\n"
            "        import parts.scaling\n        return parts.scaling.twice(self.block(x))",
            "parts/scaling.py": "def twice(x):\n    return 2 * x",
        },
        "from net import Net; net = Net(); torch.save(net.state_dict(), 'w.pt')",
        "net.py:Net",
    ),
    "weights that a graphics card was asked for": Layout(
        {
            "net.py": "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.conv = nn.Conv2d(3, 4, 3).cuda() if not torch.cuda.is_available() else nn.Conv2d(3, 4, 3)\n"
            "    def forward(self, x):\n        return self.conv(x)"
        },
        "nn.Module.cuda, before = (lambda self: self), nn.Module.cuda\n"
        "from net import Net; net = Net(); nn.Module.cuda = before\n"
        "torch.save(net.state_dict(), 'w.pt')",
        "net.py:Net",
    ),
    "averaged weights under DataParallel": Layout(
        {"net.py": _WHOLE},
        "from net import Net; net = Net(); torch.save({'state_dict': {'module.' + k: v for k, v in net.state_dict().items()},"
        " 'best_acc1': torch.tensor(3.0), 'arch': 'net'}, 'checkpoint.pth.tar')",
        "net.py:Net",
        weights="checkpoint.pth.tar",
    ),
    "package that has an installed one's name": Layout(
        {"rich/__init__.py": "", "rich/net.py": _net("from .parts import Block"), "rich/parts.py": PARTS},
        "import types; before = {n: sys.modules.pop(n) for n in list(sys.modules) if n == 'rich' or n.startswith('rich.')}\n"
        f"from rich.net import Net; {_SAVE}\n"
        "for n in [n for n in sys.modules if n == 'rich' or n.startswith('rich.')]: del sys.modules[n]\n"
        "sys.modules.update(before)",
        "rich/net.py:Net",
    ),
}  # fmt: skip
