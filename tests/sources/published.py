"""More repositories as they are published: factories and registries, trainers' checkpoints, names that are taken, places that
are unusual, packages that are half there."""

from __future__ import annotations

from layouts import Layout

_BLOCK = """
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
_WHOLE = _BLOCK + _NET.format(imports="")
_FAMILY = {
    "README.md": "",
    "tinymm/__init__.py": "from .factory import create_model, list_models\nfrom .registry import register_model\n"
    "from . import nets\n",
    "tinymm/registry.py": "_entrypoints = {}\n_defaults = {}\ndef register_model(fn):\n    _entrypoints[fn.__name__] = fn\n"
    "    import sys\n    module = sys.modules[fn.__module__]\n"
    "    module.__all__ = [*getattr(module, '__all__', ()), fn.__name__]\n"
    "    _defaults[fn.__name__] = module.default_cfgs[fn.__name__]\n    return fn\n"
    "def model_entrypoint(name):\n    return _entrypoints[name]\n",
    "tinymm/factory.py": "import os\nfrom typing import Optional, Union\nfrom .registry import model_entrypoint\n"
    "def create_model(model_name: str, pretrained: bool = False, checkpoint_path: Optional[Union[str, os.PathLike]] = None,\n"
    "                 cache_dir=None, **kwargs):\n    kwargs = {k: v for k, v in kwargs.items() if v is not None}\n"
    "    model_name = model_name.partition('.')[0]\n    model = model_entrypoint(model_name)(pretrained=pretrained, **kwargs)\n"
    "    if checkpoint_path:\n        raise RuntimeError('no checkpoint')\n    return model\n"
    "def list_models(filter=''):\n    return []\n",
    "tinymm/nets.py": "from functools import partial\n" + _WHOLE + "\ndef _cfg(url='', **kwargs):\n"
    "    return {'url': url, 'num_classes': 1000, 'input_size': (3, 224, 224), **kwargs}\n"
    "default_cfgs = {'tiny_a': _cfg(url='https://example.invalid/a.pth'), 'tiny_b': _cfg()}\n"
    "from .registry import register_model\n"
    "def _create(variant, pretrained=False, **kwargs):\n    net = Net(**kwargs)\n    net.default_cfg = default_cfgs[variant]\n"
    "    if pretrained:\n        import torch\n"
    "        net.load_state_dict(torch.hub.load_state_dict_from_url(default_cfgs[variant]['url'], progress=True))\n"
    "    return net\n"
    "@register_model\ndef tiny_a(pretrained=False, **kwargs):\n"
    "    return _create('tiny_a', pretrained, **dict(dict(width=6), **kwargs))\n"
    "@register_model\ndef tiny_b(pretrained=False, **kwargs):\n    return _create('tiny_b', pretrained, width=12, **kwargs)\n",
}
_REGISTERED = {
    "README.md": "",
    "configs/tiny.yaml": "MODEL:\n  NAME: TinyNet\n  WIDTH: 9\n  CLASSES: 5\nSOLVER:\n  LR: 0.1\n",
    "models/__init__.py": "from .build import build_model, MODEL_REGISTRY\nfrom .tiny import TinyNet\n",
    "models/build.py": "MODEL_REGISTRY = {}\ndef register(kind):\n    MODEL_REGISTRY[kind.__name__] = kind\n    return kind\n"
    "def build_model(cfg):\n    return MODEL_REGISTRY[cfg.MODEL.NAME](cfg)\n",
    "models/tiny.py": _BLOCK + "\nfrom .build import register\n@register\nclass TinyNet(nn.Module):\n"
    "    def __init__(self, cfg):\n        super().__init__()\n"
    "        self.block, self.head = Block(3, cfg.MODEL.WIDTH), nn.Linear(cfg.MODEL.WIDTH, cfg.MODEL.CLASSES)\n"
    "    def forward(self, x):\n        return self.head(self.block(x).mean((2, 3)))\n",
}
_REGISTERED_SAVE = (
    "import yaml\nfrom types import SimpleNamespace as S\nfrom models import build_model\n"
    "wrap = lambda v: S(**{k: wrap(x) for k, x in v.items()}) if isinstance(v, dict) else v\n"
    "net = build_model(wrap(yaml.safe_load(open('configs/tiny.yaml'))))\n"
    "torch.save({'model': net.state_dict(), 'epoch': 3}, 'model_final.pth')"
)
_LIT = """
import nosuch_lightning.pytorch as L
import nosuch_metrics
from torch import nn
from nosuch_metrics.classification import MulticlassAccuracy
from backbone import Net

class LitNet(L.LightningModule):
    def __init__(self, backbone_width: int, n_classes: int, lr: float = 1e-3, class_names=None):
        super().__init__()
        self.save_hyperparameters(ignore=["class_names"])
        self.model = Net(backbone_width, n_classes)
        self.criterion = nn.CrossEntropyLoss()
        self.train_acc = MulticlassAccuracy(num_classes=n_classes)
        self.valid_acc = nosuch_metrics.Accuracy(task="multiclass", num_classes=self.hparams.n_classes)

    def forward(self, x):
        return self.model(x)

    def training_step(self, batch, batch_idx):
        x, y = batch
        self.train_acc(self(x), y)
        return self.criterion(self(x), y)
"""
_LIT_SAVE = (
    "from backbone import Net; net = Net(7, 4)\n"
    "torch.save({'epoch': 2, 'global_step': 9, 'pytorch-lightning_version': '2.1.0', 'loops': {}, 'callbacks': {},\n"
    "  'state_dict': {**{'model.' + k: v for k, v in net.state_dict().items()}}, 'hparams_name': 'kwargs',\n"
    "  'hyper_parameters': {'backbone_width': 7, 'n_classes': 4, 'lr': 0.01}}, 'last.ckpt')"
)
_ENGINE = {
    "setup.py": "raise SystemExit",
    "seg/__init__.py": "from .models import MODELS, build\n",
    "seg/registry.py": "class Registry(dict):\n    def register_module(self, name=None, force=False, module=None):\n"
    "        def add(kind):\n            self[name or kind.__name__] = kind\n            return kind\n"
    "        return add(module) if module else add\n    def build(self, cfg):\n        cfg = dict(cfg)\n"
    "        return self[cfg.pop('type')](**cfg)\nMODELS = Registry()\n",
    "seg/models/__init__.py": "from ..registry import MODELS\nfrom .parts import Backbone, Head\n"
    "from .segmentor import Segmentor\n"
    "def build(cfg):\n    return MODELS.build(cfg)\n",
    "seg/models/parts.py": "from torch import nn\nfrom seg.registry import MODELS\n@MODELS.register_module()\n"
    "class Backbone(nn.Module):\n    def __init__(self, depth, base=8, norm_cfg=dict(type='BN')):\n        super().__init__()\n"
    "        self.layers = nn.Sequential(*[nn.Conv2d(3 if i == 0 else base, base, 3, padding=1) for i in range(depth)])\n"
    "    def forward(self, x):\n        return self.layers(x)\n@MODELS.register_module()\nclass Head(nn.Module):\n"
    "    def __init__(self, in_channels, num_classes, loss_decode=None):\n        super().__init__()\n"
    "        self.conv_seg = nn.Conv2d(in_channels, num_classes, 1)\n    def forward(self, x):\n"
    "        return self.conv_seg(x)\n",
    "seg/models/segmentor.py": "from torch import nn\nfrom seg.registry import MODELS\n@MODELS.register_module()\n"
    "class Segmentor(nn.Module):\n    def __init__(self, backbone, decode_head, train_cfg=None, test_cfg=None):\n"
    "        super().__init__()\n        self.backbone = MODELS.build(backbone)\n"
    "        self.decode_head = MODELS.build(decode_head)\n"
    "    def forward(self, inputs, data_samples=None, mode='tensor'):\n        return self.decode_head(self.backbone(inputs))\n",
    "configs/tiny.py": "norm_cfg = dict(type='BN', requires_grad=True)\nmodel = dict(\n    type='Segmentor',\n"
    "    backbone=dict(type='Backbone', depth=3, base=6, norm_cfg=norm_cfg),\n"
    "    decode_head=dict(type='Head', in_channels=6, num_classes=4, loss_decode=dict(type='CrossEntropyLoss')),\n"
    "    train_cfg=dict(), test_cfg=dict(mode='whole'))\noptimizer = dict(type='SGD', lr=0.01)\n",
}
_ENGINE_NET = (
    "import runpy; cfg = runpy.run_path('configs/tiny.py')\nfrom seg import build; net = build(cfg['model'])\n"
    "text = open('configs/tiny.py').read().replace('norm_cfg=norm_cfg', \"norm_cfg=dict(type='BN', requires_grad=True)\")\n"
)
_FAIR = {
    "setup.py": "raise SystemExit",
    "fair/__init__.py": "",
    "fair/models/__init__.py": "MODELS = {}\ndef register_model(name):\n    def add(kind):\n        MODELS[name] = kind\n"
    "        return kind\n    return add\n",
    "fair/models/tiny.py": "from torch import nn\nfrom fair.models import register_model\n@register_model('tiny')\n"
    "class TinyModel(nn.Module):\n    def __init__(self, embed, rnn, out):\n        super().__init__()\n"
    "        self.embed, self.rnn, self.out = embed, rnn, out\n    @classmethod\n    def build_model(cls, args, task=None):\n"
    "        return cls(nn.Embedding(args.vocab, args.dim), nn.GRU(args.dim, args.dim, args.layers, batch_first=True),\n"
    "                   nn.Linear(args.dim, args.vocab))\n    def forward(self, src_tokens):\n"
    "        return self.out(self.rnn(self.embed(src_tokens))[0])\n",
}
_GLOBAL_OPTIONS = {
    "README.md": "",
    "options.py": "import argparse\nparser = argparse.ArgumentParser(description='EDSR')\n"
    "parser.add_argument('--data_root', type=str, required=True, choices=['a', 'b'])\n"
    "parser.add_argument('--n_feats', type=int, default=7)\nparser.add_argument('--gpu_ids', type=int, nargs='+', default=[0])\n"
    "args = parser.parse_args()\nif args.n_feats < 1:\n    parser.error('n_feats')\n",
    "model/__init__.py": "from importlib import import_module\n",
    "model/net.py": "from options import args\n"
    + _BLOCK
    + _NET.format(imports="").replace("width=8", "width=args.n_feats"),
}
_ONLINE = (
    "from diffusion import Unet; net = Unet(6)\n"
    "ema = {'initted': torch.tensor(True), 'step': torch.tensor(7)}\n"
    "ema |= {'online_model.model.' + k: v + 1 for k, v in net.state_dict().items() if v.is_floating_point()}\n"
    "ema |= {'ema_model.model.' + k: v for k, v in net.state_dict().items()}\n"
    "ema |= {'ema_model.betas': torch.rand(9), 'online_model.betas': torch.rand(9)}\n"
    "torch.save({'step': 700, 'model': {'betas': torch.rand(9), **{'model.' + k: v for k, v in net.state_dict().items()}},\n"
    "            'opt': {}, 'ema': ema, 'scaler': None, 'version': '1.0'}, 'model-7.pt')"
)

PUBLISHED: dict[str, Layout] = {
    "src layout whose version is written at installation": Layout(
        {
            "pyproject.toml": "[tool.setuptools_scm]\nwrite_to = 'src/tool/_version.py'\n",
            "src/tool/__init__.py": "from ._version import version as __version__\nfrom .net import Net\n__all__ = ['Net']\n",
            "src/tool/net.py": _NET.format(imports="from tool.parts import Block"),
            "src/tool/parts.py": _BLOCK,
        },
        "import types; v = types.ModuleType('tool._version'); v.version = '1.0'; sys.modules['tool._version'] = v\n"
        "from tool import Net; net = Net(); torch.save(net.state_dict(), 'w.pt'); del sys.modules['tool._version']",
        "src/tool/net.py:Net",
        path="src",
    ),
    "package that asks for its own installed version": Layout(
        {
            "pyproject.toml": "[project]\nname = 'nosuch-tool'\n",
            "tool/__init__.py": "from .version import __version__\nfrom .net import Net\n",
            "tool/version.py": "from importlib.metadata import version\n__version__ = version('nosuch-tool')\n",
            "tool/net.py": _NET.format(imports="from .parts import Block"),
            "tool/parts.py": _BLOCK,
        },
        "import types; v = types.ModuleType('tool.version'); v.__version__ = '1.0'; sys.modules['tool.version'] = v\n"
        "from tool import Net; net = Net(); torch.save(net.state_dict(), 'w.pt'); del sys.modules['tool.version']",
        "tool:Net",
    ),
    "factory of registered models, by name": Layout(
        _FAMILY,
        "from tinymm import create_model; net = create_model('tiny_a', classes=4)\n"
        "torch.save({'arch': 'tiny_a', 'state_dict': net.state_dict(), 'version': 2}, 'model_best.pth.tar')",
        "tinymm:create_model",
        (("model_name", "tiny_a"), ("classes", "4")),
        weights="model_best.pth.tar",
    ),
    "registered entry point with keywords only": Layout(
        _FAMILY,
        "from tinymm import create_model; net = create_model('tiny_b', classes=5); torch.save(net.state_dict(), 'b.pth')",
        "tinymm/nets.py:tiny_b",
        (("classes", "5"),),
        weights="b.pth",
    ),
    "registry with a YAML file": Layout(
        _REGISTERED, _REGISTERED_SAVE, "models/tiny.py:TinyNet", weights="model_final.pth"
    ),
    "builder with a YAML file": Layout(
        _REGISTERED, _REGISTERED_SAVE, "models:build_model", weights="model_final.pth"
    ),
    "Lightning module with metrics": Layout(
        {"backbone.py": _WHOLE, "lit.py": _LIT}, _LIT_SAVE, "lit.py:LitNet", weights="last.ckpt"
    ),
    "configuration as text in the checkpoint": Layout(
        _ENGINE,
        _ENGINE_NET + "torch.save({'meta': {'epoch': 3, 'cfg': text, 'CLASSES': ('a',)}, 'state_dict': net.state_dict(),\n"
        "  'message_hub': {}}, 'iter_4.pth')",
        "seg/models/segmentor.py:Segmentor",
        weights="iter_4.pth",
    ),
    "configuration in a Python file": Layout(
        _ENGINE,
        _ENGINE_NET + "torch.save({'meta': {}, 'state_dict': net.state_dict()}, 'iter_4.pth')",
        "seg/models/segmentor.py:Segmentor",
        weights="iter_4.pth",
    ),
    "build_model with the Namespace of the checkpoint": Layout(
        _FAIR,
        "from fair.models.tiny import TinyModel; from argparse import Namespace\n"
        "args = Namespace(arch='tiny', vocab=20, dim=8, layers=2, lr=[0.1], task='translation')\n"
        "net = TinyModel.build_model(args); torch.save({'args': args, 'model': net.state_dict(), 'optimizer_history': [],\n"
        "  'extra_state': {'epoch': 3}, 'last_optimizer_state': None}, 'checkpoint_best.pt')",
        "fair/models/tiny.py:TinyModel.build_model",
        weights="checkpoint_best.pt",
        shape=(2, 9),
        dtype="int64",
    ),
    "DistributedDataParallel, nested in 'model'": Layout(
        {"net.py": _WHOLE},
        "from net import Net; net = Net(6); wrap = lambda d, p='module.': {p + k: v for k, v in d.items()}\n"
        "torch.save({'model': {'epoch': 3, 'state_dict': wrap(net.state_dict()), 'arch': 'x'},\n"
        "            'optimizer': {'state': {}, 'param_groups': []}, 'args': {'lr': 0.1}}, 'checkpoint-3.pth')",
        "net.py:Net",
        weights="checkpoint-3.pth",
    ),
    "network within a diffusion trainer's checkpoint": Layout(
        {
            "README.md": "",
            "diffusion/__init__.py": "from .unet import Unet\n",
            "diffusion/unet.py": _WHOLE.replace("class Net", "class Unet"),
        },
        _ONLINE,
        "diffusion:Unet",
        weights="model-7.pt",
    ),
    "hub entry points over a src folder": Layout(
        {
            "hubconf.py": "dependencies = ['torch', 'nosuch_vision', 'numpy']\nimport os, sys\n"
            "sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'src'))\n"
            "import torch\nfrom tool.net import Net as _Net\n_urls = {'tiny': 'https://example.invalid/tiny.pth'}\n"
            "def tiny(pretrained: bool = True, progress: bool = True, **kwargs) -> torch.nn.Module:\n"
            "    model = _Net(width=5, **kwargs)\n    if pretrained:\n"
            "        state = torch.hub.load_state_dict_from_url(_urls['tiny'], progress=progress, map_location='cpu')\n"
            "        model.load_state_dict(state['model'], strict=True)\n    return model\n",
            "src/tool/__init__.py": "",
            "src/tool/net.py": _NET.format(imports="from tool.parts import Block"),
            "src/tool/parts.py": _BLOCK,
        },
        "from tool.net import Net; net = Net(5); torch.save({'model': net.state_dict()}, 'tiny.pth')",
        "hubconf.py:tiny",
        weights="tiny.pth",
        path="src",
    ),
    "class with a hub's mixin, beside its config.json": Layout(
        {
            "README.md": "---\nlibrary_name: tool\n---\n",
            "tool/__init__.py": "",
            "tool/net.py": "from nosuch_hub import PyTorchModelHubMixin\n" + _BLOCK
            + _NET.format(imports="").replace(
                "class Net(nn.Module)",
                "class Net(nn.Module, PyTorchModelHubMixin, repo_url='https://example.invalid', tags=['image'])",
            ),
            "weights/config.json": '{"width": 9, "classes": 4}',
        },
        "import types; hub = types.ModuleType('nosuch_hub')\nclass M:\n    def __init_subclass__(cls, **k):\n        pass\n"
        "hub.PyTorchModelHubMixin = M; sys.modules['nosuch_hub'] = hub\n"
        "from tool.net import Net; net = Net(9, 4); del sys.modules['nosuch_hub']\n"
        "from safetensors.torch import save_file; save_file(net.state_dict(), 'weights/model.safetensors')",
        "tool/net.py:Net",
        weights="weights/model.safetensors",
    ),
    "command line read by another module": Layout(
        _GLOBAL_OPTIONS,
        "before, sys.argv = sys.argv, ['main.py', '--data_root', 'a']\n"
        "from model.net import Net; net = Net(); sys.argv = before; torch.save(net.state_dict(), 'w.pt')",
        "model/net.py:Net",
    ),
    "DataParallel pickled by a script": Layout(
        {"main.py": _WHOLE + "\nif __name__ == '__main__':\n    raise SystemExit('train')\n"},
        "main = sys.modules['__main__']; import main as script; net = script.Net()\n"
        "for kind in (script.Net, script.Block):\n    kind.__module__ = '__main__'; setattr(main, kind.__name__, kind)\n"
        "torch.save(nn.DataParallel(net), 'w.pkl'); del main.Net, main.Block",
        weights="w.pkl",
    ),
    "weights in two files": Layout(
        {
            "README.md": "",
            "networks/__init__.py": "from .encoder import Encoder\nfrom .decoder import Decoder\n",
            "networks/encoder.py": _BLOCK + "\nclass Encoder(nn.Module):\n    def __init__(self, num_layers, pretrained):\n"
            "        super().__init__()\n        if num_layers not in {18, 50}:\n"
            "            raise ValueError(f'{num_layers} is not a valid number of layers')\n"
            "        self.num_ch_enc, self.encoder = [4, 8], nn.ModuleList([Block(3, 4), Block(4, 8)])\n"
            "        if num_layers > 34:\n            self.extra = Block(8, 8)\n"
            "    def forward(self, input_image):\n        self.features = []\n"
            "        x = (input_image - 0.45) / 0.225\n        for block in self.encoder:\n            x = block(x)\n"
            "            self.features.append(x)\n        return self.features\n",
            "networks/decoder.py": "from torch import nn\nclass Decoder(nn.Module):\n"
            "    def __init__(self, num_ch_enc, scales=range(4)):\n        super().__init__()\n"
            "        self.conv = nn.Conv2d(num_ch_enc[-1], 1, 3)\n    def forward(self, input_features):\n"
            "        return self.conv(input_features[-1])\n",
        },
        "from networks import Encoder, Decoder; net, d = Encoder(18, False), Decoder([4, 8])\n"
        "torch.save({**net.state_dict(), 'height': 192, 'width': 640, 'use_stereo': True}, 'encoder.pth')\n"
        "torch.save(d.state_dict(), 'depth.pth')",
        "networks:Encoder(18, False)",
        weights="encoder.pth",
    ),
    "weights in numbered files with an index": Layout(
        {"net.py": _WHOLE},
        "from net import Net; import json; net = Net(6); state = net.state_dict(); names = list(state)\n"
        "parts = {f'pytorch_model-0000{i + 1}-of-00002.bin': names[i::2] for i in range(2)}\n"
        "for file, held in parts.items():\n    torch.save({n: state[n] for n in held}, file)\n"
        "json.dump({'metadata': {'total_size': 1}, 'weight_map': {n: f for f, held in parts.items() for n in held}},\n"
        "          open('pytorch_model.bin.index.json', 'w'))",
        "net.py:Net",
        weights="pytorch_model.bin.index.json",
    ),
    "path with spaces, quotes and Chinese letters": Layout(
        {
            "我的 模型/it's a repo (v2)/README.md": "",
            "我的 模型/it's a repo (v2)/模型/__init__.py": "",
            "我的 模型/it's a repo (v2)/模型/网络.py": _NET.format(imports="from 模型.零件 import Block").replace("Net", "网络"),
            "我的 模型/it's a repo (v2)/模型/零件.py": _BLOCK,
        },
        "from 模型.网络 import 网络; net = 网络(); torch.save(net.state_dict(), \"我的 模型/it's a repo (v2)/权重 1.pt\")",
        "我的 模型/it's a repo (v2)/模型/网络.py:网络",
        weights="我的 模型/it's a repo (v2)/权重 1.pt",
        path="我的 模型/it's a repo (v2)",
    ),
    "folders with the names of installed packages": Layout(
        {
            "README.md": "",
            "onnx/export.py": "raise SystemExit",
            "utils/__init__.py": "",
            "utils/blocks.py": _BLOCK,
            "models/__init__.py": "from models.net import Net\n",
            "models/net.py": "import numpy as np\nimport yaml\n" + _NET.format(imports="from utils.blocks import Block"),
            "yaml/notes.txt": "",
            "tests/__init__.py": "",
            "datasets/__init__.py": "raise ImportError('no data here')\n",
        },
        "sys.path.append(sys.path.pop(0)); from models import Net; net = Net(); torch.save(net.state_dict(), 'w.pt'); "
        "sys.path.insert(0, sys.path.pop())",
        "models:Net",
    ),
    "code in a folder called code": Layout(
        {
            "README.md": "",
            "code/train.py": "raise SystemExit",
            "code/models/net.py": _NET.format(imports="from utils.blocks import Block\nfrom config import WIDTH").replace(
                "width=8", "width=WIDTH"),
            "code/utils/blocks.py": _BLOCK,
            "code/config.py": "WIDTH = 7\n",
            "data/models/note.txt": "",
            "checkpoints/log.txt": "",
        },
        "from models.net import Net; net = Net(); torch.save(net.state_dict(), 'checkpoints/w.pt')",
        "code:Net",
        weights="checkpoints/w.pt",
        path="code",
    ),
    "loss weights beside the network of a trainer": Layout(
        {"net.py": _WHOLE},
        "from net import Net; net = Net(6)\n"
        "torch.save({'state_dict': {**{'model.' + k: v for k, v in net.state_dict().items()}, 'criterion.weight':\n"
        "            torch.rand(3), 'fid.mean': torch.rand(4)}, 'pytorch-lightning_version': '2.0.0'}, 'epoch=3.ckpt')",
        "net.py:Net",
        weights="epoch=3.ckpt",
    ),
    "Hugging Face's folder with its own code, without transformers": Layout(
        {
            "config.json": '{"architectures": ["TinyModel"], "auto_map": {"AutoModel": "modeling_tiny.TinyModel"}, '
            '"model_type": "tiny", "vocab_size": 30, "hidden_size": 6, "transformers_version": "4.40.0"}',
            "configuration_tiny.py": "from nosuch_transformers import PretrainedConfig\nclass TinyConfig(PretrainedConfig):\n"
            "    model_type = 'tiny'\n    def __init__(self, vocab_size=100, hidden_size=8, num_layers=2, **kwargs):\n"
            "        self.vocab_size, self.hidden_size, self.num_layers = vocab_size, hidden_size, num_layers\n"
            "        super().__init__(**kwargs)\n",
            "modeling_tiny.py": "from torch import nn\nfrom nosuch_transformers import PreTrainedModel\n"
            "from .configuration_tiny import TinyConfig\nclass TinyPreTrainedModel(PreTrainedModel):\n"
            "    config_class = TinyConfig\n    base_model_prefix = 'tiny'\n    def _init_weights(self, module):\n"
            "        module.weight.data.normal_()\nclass TinyModel(TinyPreTrainedModel):\n"
            "    def __init__(self, config: TinyConfig):\n        super().__init__(config)\n"
            "        self.embed = nn.Embedding(config.vocab_size, config.hidden_size)\n"
            "        self.layers = nn.ModuleList(nn.Linear(config.hidden_size, config.hidden_size)\n"
            "            for _ in range(config.num_layers))\n"
            "        self.post_init()\n    def forward(self, input_ids, return_dict=None):\n"
            "        return_dict = self.config.use_return_dict if return_dict is None else return_dict\n"
            "        x = self.embed(input_ids)\n        for layer in self.layers:\n            x = layer(x).relu()\n"
            "        return (x,)\n",
        },
        "import types; hub = types.ModuleType('nosuch_transformers')\nclass C:\n    use_return_dict = False\n"
        "    def __init__(self, **k):\n        pass\nclass M(nn.Module):\n    def __init__(self, config):\n"
        "        super().__init__(); self.config = config\n    def post_init(self):\n        pass\n"
        "hub.PretrainedConfig, hub.PreTrainedModel = C, M; sys.modules['nosuch_transformers'] = hub\n"
        "sys.path.insert(0, '..'); import os, importlib; here = os.path.basename(os.getcwd())\n"
        "TinyModel = importlib.import_module(here + '.modeling_tiny').TinyModel\n"
        "TinyConfig = importlib.import_module(here + '.configuration_tiny').TinyConfig; sys.path.remove('..')\n"
        "net = TinyModel(TinyConfig(vocab_size=30, hidden_size=6)); del sys.modules['nosuch_transformers']\n"
        "from safetensors.torch import save_file; save_file(net.state_dict(), 'model.safetensors')",
        "modeling_tiny.py:TinyModel",
        weights="model.safetensors",
        shape=(2, 7),
        dtype="int64",
    ),
    "compiled extension that was not built": Layout(
        {
            "setup.py": "raise SystemExit",
            "ops/__init__.py": "from .deform import DeformConv\nfrom .fused import fused_relu\n",
            "ops/deform.py": "import torch\nfrom torch import nn\nfrom . import _ext as native\nclass DeformConv(nn.Module):\n"
            "    def forward(self, x):\n        return native.forward(x)\n",
            "ops/fused.py": "import os\nfrom torch.utils.cpp_extension import load\n"
            "here = os.path.dirname(__file__)\nfused = load('fused', sources=[os.path.join(here, 'fused.cpp'),\n"
            "             os.path.join(here, 'fused_kernel.cu')])\ndef fused_relu(x):\n    return fused.relu(x)\n",
            "models/__init__.py": "",
            "models/net.py": "from ops import DeformConv, fused_relu\n" + _BLOCK + _NET.format(imports="").replace(
                "width=8, classes=3):\n        super().__init__()",
                "width=8, classes=3, deform=False):\n        super().__init__()\n"
                "        if deform:\n            self.deform = DeformConv()"),
        },
        "import types; ops = types.ModuleType('ops'); ops.DeformConv = ops.fused_relu = None; sys.modules['ops'] = ops\n"
        "from models.net import Net; net = Net(); torch.save(net.state_dict(), 'w.pt'); del sys.modules['ops']",
        "models/net.py:Net",
    ),
    "trained and averaged weights of a super-resolution trainer": Layout(
        {
            "setup.py": "raise SystemExit",
            "archs/__init__.py": "import importlib\nfrom os import path as osp, listdir\n"
            "folder = osp.dirname(osp.abspath(__file__))\nfiles = [f[:-3] for f in listdir(folder) if f.endswith('_arch.py')]\n"
            "_modules = [importlib.import_module(f'archs.{name}') for name in files]\n",
            "archs/tiny_arch.py": "from nosuch_basicsr.utils.registry import ARCH_REGISTRY\nfrom torch import nn\n"
            "from nosuch_basicsr.archs.arch_util import default_init_weights\n@ARCH_REGISTRY.register()\n"
            "class TinySR(nn.Module):\n    def __init__(self, num_in_ch=3, num_feat=16, num_block=2, scale=4):\n"
            "        super().__init__()\n        self.conv_first = nn.Conv2d(num_in_ch, num_feat, 3, 1, 1)\n"
            "        self.body = nn.Sequential(*[nn.Conv2d(num_feat, num_feat, 3, 1, 1) for _ in range(num_block)])\n"
            "        self.up, self.shuffle = nn.Conv2d(num_feat, 3 * scale ** 2, 3, 1, 1), nn.PixelShuffle(scale)\n"
            "        default_init_weights([self.up], 0.1)\n    def forward(self, x):\n"
            "        x = self.conv_first(x)\n        return self.shuffle(self.up(self.body(x) + x))\n",
        },
        "import types\nfor n in ('nosuch_basicsr', 'nosuch_basicsr.utils', 'nosuch_basicsr.utils.registry',\n"
        "          'nosuch_basicsr.archs', 'nosuch_basicsr.archs.arch_util'):\n    sys.modules[n] = types.ModuleType(n)\n"
        "class R:\n    def register(self):\n        return lambda kind: kind\n"
        "sys.modules['nosuch_basicsr.utils.registry'].ARCH_REGISTRY = R()\n"
        "sys.modules['nosuch_basicsr.archs.arch_util'].default_init_weights = lambda *a: None\n"
        "from archs.tiny_arch import TinySR; net = TinySR(num_feat=6, num_block=3, scale=2)\n"
        "for n in [n for n in sys.modules if n.startswith('nosuch')]: del sys.modules[n]\n"
        "torch.save({'params': net.state_dict(), 'params_ema': {k: v + 1 for k, v in net.state_dict().items()}}, 'net_g.pth')",
        "archs/tiny_arch.py:TinySR",
        weights="net_g.pth",
    ),
}  # fmt: skip
