"""Larger repositories, each of a field of its own: detection from a YAML file, diffusion, speech, image synthesis, a registry
of backbones, forecasting; with the small ones of ``layouts``, all of them."""

from __future__ import annotations

from habits import HABITS
from layouts import LAYOUTS as SMALL
from layouts import Layout
from published import PUBLISHED

_YOLO_COMMON = """
import torch
from torch import nn
def autopad(k, p=None):
    return k // 2 if p is None else p
class Conv(nn.Module):
    def __init__(self, c1, c2, k=1, s=1, p=None, act=True):
        super().__init__()
        self.conv = nn.Conv2d(c1, c2, k, s, autopad(k, p), bias=False)
        self.bn = nn.BatchNorm2d(c2)
        self.act = nn.SiLU() if act is True else nn.Identity()
    def forward(self, x):
        return self.act(self.bn(self.conv(x)))
class C3(nn.Module):
    def __init__(self, c1, c2, n=1):
        super().__init__()
        self.cv1, self.cv2, self.cv3 = Conv(c1, c2 // 2), Conv(c1, c2 // 2), Conv(c2, c2)
        self.m = nn.Sequential(*(Conv(c2 // 2, c2 // 2, 3) for _ in range(n)))
    def forward(self, x):
        return self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), 1))
class Concat(nn.Module):
    def __init__(self, dimension=1):
        super().__init__()
        self.d = dimension
    def forward(self, x):
        return torch.cat(x, self.d)
"""
_YOLO = """
import argparse
import contextlib
import sys
from copy import deepcopy
from pathlib import Path
import torch
from torch import nn
FILE = Path(__file__).resolve()
ROOT = FILE.parents[1]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))
from models.common import *
from utils.general import make_divisible, LOGGER
try:
    import nosuch_thop
except ImportError:
    nosuch_thop = None

class Detect(nn.Module):
    stride = None
    def __init__(self, nc=80, anchors=(), ch=()):
        super().__init__()
        self.nc, self.no, self.nl, self.na = nc, nc + 5, len(anchors), len(anchors[0]) // 2
        self.register_buffer("anchors", torch.tensor(anchors).float().view(self.nl, -1, 2))
        self.m = nn.ModuleList(nn.Conv2d(x, self.no * self.na, 1) for x in ch)
    def forward(self, x):
        z = []
        for i in range(self.nl):
            x[i] = self.m[i](x[i])
            bs, _, ny, nx = x[i].shape
            x[i] = x[i].view(bs, self.na, self.no, ny, nx).permute(0, 1, 3, 4, 2).contiguous()
            if not self.training:
                z.append(x[i].sigmoid().view(bs, self.na * nx * ny, self.no))
        return x if self.training else (torch.cat(z, 1), x)

class Model(nn.Module):
    def __init__(self, cfg="models/tiny.yaml", ch=3, nc=None, anchors=None):
        super().__init__()
        if isinstance(cfg, dict):
            self.yaml = cfg
        else:
            import yaml
            self.yaml_file = Path(cfg).name
            with open(cfg, encoding="ascii", errors="ignore") as f:
                self.yaml = yaml.safe_load(f)
        ch = self.yaml["ch"] = self.yaml.get("ch", ch)
        if nc and nc != self.yaml["nc"]:
            LOGGER.info(f"Overriding model.yaml nc={self.yaml['nc']} with nc={nc}")
            self.yaml["nc"] = nc
        self.model, self.save = parse_model(deepcopy(self.yaml), ch=[ch])
        self.names = [str(i) for i in range(self.yaml["nc"])]
    def forward(self, x, augment=False, profile=False, visualize=False):
        if augment:
            return self._forward_augment(x)
        return self._forward_once(x, profile, visualize)
    def _forward_once(self, x, profile=False, visualize=False):
        y = []
        for m in self.model:
            if m.f != -1:
                x = y[m.f] if isinstance(m.f, int) else [x if j == -1 else y[j] for j in m.f]
            x = m(x)
            y.append(x if m.i in self.save else None)
        return x

def parse_model(d, ch):
    anchors, nc, gd, gw = d["anchors"], d["nc"], d["depth_multiple"], d["width_multiple"]
    layers, save, c2 = [], [], ch[-1]
    for i, (f, n, m, args) in enumerate(d["backbone"] + d["head"]):
        m = eval(m) if isinstance(m, str) else m
        for j, a in enumerate(args):
            with contextlib.suppress(NameError):
                args[j] = eval(a) if isinstance(a, str) else a
        n = max(round(n * gd), 1) if n > 1 else n
        if m in {Conv, C3}:
            c1, c2 = ch[f], make_divisible(args[0] * gw, 8)
            args = [c1, c2, *args[1:]]
            if m is C3:
                args.insert(2, n)
                n = 1
        elif m is Concat:
            c2 = sum(ch[x] for x in f)
        elif m is Detect:
            args.append([ch[x] for x in f])
        else:
            c2 = ch[f]
        m_ = nn.Sequential(*(m(*args) for _ in range(n))) if n > 1 else m(*args)
        m_.i, m_.f = i, f
        save.extend(x % i for x in ([f] if isinstance(f, int) else f) if x != -1)
        layers.append(m_)
        if i == 0:
            ch = []
        ch.append(c2)
    return nn.Sequential(*layers), sorted(save)

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cfg", required=True)
    Model(parser.parse_args().cfg)
"""
_YOLO_FILES = {
    "README.md": "",
    "train.py": "import argparse\nfrom models.yolo import Model\n",
    "models/__init__.py": "",
    "models/common.py": _YOLO_COMMON,
    "models/yolo.py": _YOLO,
    "models/tiny.yaml": "nc: 80\ndepth_multiple: 0.33\nwidth_multiple: 0.25\n"
    "anchors:\n  - [10, 13, 16, 30]\n  - [30, 61, 62, 45]\n"
    "backbone:\n  - [-1, 1, Conv, [32, 6, 2, 2]]\n  - [-1, 1, Conv, [64, 3, 2]]\n  - [-1, 3, C3, [64]]\n"
    "  - [-1, 1, Conv, [96, 3, 2]]\nhead:\n  - [-1, 1, Conv, [64, 1, 1]]\n"
    "  - [-1, 1, nn.Upsample, [None, 2, 'nearest']]\n  - [[-1, 2], 1, Concat, [1]]\n  - [-1, 1, C3, [64]]\n"
    "  - [[7, 3], 1, Detect, [nc, anchors]]\n",
    "utils/__init__.py": "",
    "utils/general.py": "import logging, math\nLOGGER = logging.getLogger('tiny')\n"
    "def make_divisible(x, divisor):\n    return math.ceil(x / divisor) * divisor\n",
}
_UNET = """
import math
import torch
from torch import nn
from .config import UNetConfig

def timestep_embedding(t, dim, max_period=10000):
    half = dim // 2
    freqs = torch.exp(-math.log(max_period) * torch.arange(half, dtype=torch.float32, device=t.device) / half)
    args = t[:, None].float() * freqs[None]
    return torch.cat([torch.cos(args), torch.sin(args)], -1)

class ResBlock(nn.Module):
    def __init__(self, a, b, emb):
        super().__init__()
        self.in_layers = nn.Sequential(nn.GroupNorm(4, a), nn.SiLU(), nn.Conv2d(a, b, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(emb, b))
        self.skip = nn.Conv2d(a, b, 1) if a != b else nn.Identity()
    def forward(self, x, emb):
        return self.skip(x) + self.in_layers(x) + self.emb_layers(emb)[..., None, None]

class UNet(nn.Module):
    def __init__(self, cfg: UNetConfig = UNetConfig()):
        super().__init__()
        self.cfg = cfg
        emb = cfg.model_channels * 4
        self.time_embed = nn.Sequential(nn.Linear(cfg.model_channels, emb), nn.SiLU(), nn.Linear(emb, emb))
        widths = [cfg.model_channels * m for m in cfg.channel_mult]
        self.stem = nn.Conv2d(cfg.in_channels, widths[0], 3, padding=1)
        self.down = nn.ModuleList(ResBlock(a, b, emb) for a, b in zip(widths, widths[1:]))
        self.up = nn.ModuleList(ResBlock(2 * b, a, emb) for a, b in reversed(list(zip(widths, widths[1:]))))
        self.out = nn.Sequential(nn.GroupNorm(4, widths[0]), nn.SiLU(), nn.Conv2d(widths[0], cfg.out_channels, 3, padding=1))
    def forward(self, x, timesteps, y=None):
        emb = self.time_embed(timestep_embedding(timesteps, self.cfg.model_channels))
        h, kept = self.stem(x), []
        for block in self.down:
            h = block(h, emb)
            kept.append(h)
            h = nn.functional.avg_pool2d(h, 2)
        for block in self.up:
            h = nn.functional.interpolate(h, scale_factor=2.0, mode="nearest")
            h = block(torch.cat([h, kept.pop()], 1), emb)
        return self.out(h)
"""
_UNET_FILES = {
    "pyproject.toml": "",
    "diffusion/__init__.py": "from .unet import UNet\nfrom .config import UNetConfig\n",
    "diffusion/config.py": "from dataclasses import dataclass, field\nfrom typing import Tuple\n@dataclass(frozen=True)\n"
    "class UNetConfig:\n    in_channels: int = 3\n    out_channels: int = 3\n    model_channels: int = 16\n"
    "    channel_mult: Tuple[int, ...] = (1, 2, 4)\n    dropout: float = 0.0\n",
    "diffusion/unet.py": _UNET,
    "scripts/sample.py": "raise SystemExit('usage: sample.py CHECKPOINT')",
}
_SPEECH = """
import torch
from torch import nn
from nosuch_omegaconf import DictConfig, OmegaConf
import nosuch_hydra
from asr.modules import ConvModule

class CTCModel(nn.Module):
    def __init__(self, cfg: DictConfig, trainer=None):
        super().__init__()
        self._cfg = cfg
        enc = cfg.encoder
        self.pre = nn.Conv1d(cfg.preprocessor.features, enc.d_model, 3, stride=2, padding=1)
        self.layers = nn.ModuleList([ConvModule(enc.d_model, enc.conv_kernel_size) for _ in range(enc.n_layers)])
        self.decoder = nn.Linear(enc.d_model, len(cfg.labels) + 1)
    def forward(self, input_signal, input_signal_length=None):
        x = self.pre(input_signal)
        for layer in self.layers:
            x = layer(x)
        return self.decoder(x.transpose(1, 2)).log_softmax(-1)

@nosuch_hydra.main(config_path="conf", config_name="config")
def main(cfg):
    print(OmegaConf.to_yaml(cfg))

if __name__ == "__main__":
    main()
"""
_SPEECH_FILES = {
    "README.md": "",
    "asr/__init__.py": "",
    "asr/modules/__init__.py": "from .conv import ConvModule",
    "asr/modules/conv.py": "from torch import nn\nclass ConvModule(nn.Module):\n    def __init__(self, d_model, kernel_size):\n"
    "        super().__init__()\n        assert (kernel_size - 1) % 2 == 0\n"
    "        self.depthwise = nn.Conv1d(d_model, d_model, kernel_size, padding=(kernel_size - 1) // 2, groups=d_model)\n"
    "        self.norm, self.point = nn.BatchNorm1d(d_model), nn.Conv1d(d_model, d_model, 1)\n    def forward(self, x):\n"
    "        return x + self.point(nn.functional.silu(self.norm(self.depthwise(x))))\n",
    "asr/ctc.py": _SPEECH,
    "conf/config.yaml": "defaults: [model]\ntrainer: {epochs: 3}\n",
}
_SPEECH_SAVE = (
    "import types\nfor n in ('nosuch_omegaconf', 'nosuch_hydra'):\n    sys.modules[n] = types.ModuleType(n)\n"
    "sys.modules['nosuch_omegaconf'].DictConfig = dict; sys.modules['nosuch_omegaconf'].OmegaConf = None\n"
    "sys.modules['nosuch_hydra'].main = lambda **k: lambda f: f\n"
    "from asr.ctc import CTCModel\n"
    "cfg = {'encoder': {'d_model': 12, 'n_layers': 3, 'conv_kernel_size': 5}, 'preprocessor': {'features': 40},\n"
    "       'labels': list('abcde'), 'optim': {'lr': 0.1}}\n"
    "wrap = lambda v: types.SimpleNamespace(**{k: wrap(x) for k, x in v.items()}) if isinstance(v, dict) else v\n"
    "net = CTCModel(wrap(cfg)); del sys.modules['nosuch_omegaconf'], sys.modules['nosuch_hydra']\n"
)
_GAN = """
import torch
from torch import nn
from torch.nn.utils import spectral_norm
from .layers import PixelNorm, UpBlock

class Generator(nn.Module):
    def __init__(self, z_dim=128, ngf=64, n_blocks=4, img_channels=3):
        super().__init__()
        self.z_dim, self.ngf = z_dim, ngf
        self.norm, self.fc = PixelNorm(), nn.Linear(z_dim, ngf * 4 * 4)
        self.blocks = nn.ModuleList([UpBlock(ngf // 2 ** i, ngf // 2 ** (i + 1)) for i in range(n_blocks)])
        self.to_rgb = nn.Conv2d(ngf // 2 ** n_blocks, img_channels, 1)
    def forward(self, z):
        x = self.fc(self.norm(z)).view(-1, self.ngf, 4, 4)
        for block in self.blocks:
            x = block(x)
        return torch.tanh(self.to_rgb(x))

class Discriminator(nn.Module):
    def __init__(self, ndf=8):
        super().__init__()
        self.conv, self.fc = spectral_norm(nn.Conv2d(3, ndf, 4, 2, 1)), nn.Linear(ndf, 1)
    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).mean((2, 3)))
"""
_GAN_FILES = {
    "README.md": "",
    "models/__init__.py": "",
    "models/layers.py": "import torch\nfrom torch import nn\nclass PixelNorm(nn.Module):\n    def forward(self, x):\n"
    "        return x * torch.rsqrt(x.pow(2).mean(1, keepdim=True) + 1e-8)\nclass UpBlock(nn.Module):\n"
    "    def __init__(self, a, b):\n        super().__init__()\n"
    "        self.conv, self.act = nn.Conv2d(a, b, 3, padding=1), nn.LeakyReLU(0.2)\n    def forward(self, x):\n"
    "        return self.act(self.conv(nn.functional.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False)))\n",
    "models/networks.py": _GAN,
    "train.py": "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--data', required=True)\n"
    "opt = parser.parse_args()\n",
}
_REGISTRY_FILES = {
    "setup.py": "raise SystemExit",
    "vision/__init__.py": "from .backbones import build_backbone\n",
    "vision/utils/registry.py": "class Registry:\n    def __init__(self, name):\n        self._name, self._modules = name, {}\n"
    "    def register_module(self, name=None):\n        def add(kind):\n            self._modules[name or kind.__name__] = kind\n"
    "            return kind\n        return add\n    def build(self, cfg):\n        cfg = dict(cfg)\n"
    "        return self._modules[cfg.pop('type')](**cfg)\nBACKBONES = Registry('backbone')\nHEADS = Registry('head')\n",
    "vision/utils/__init__.py": "",
    "vision/backbones/__init__.py": "from ..utils.registry import BACKBONES, HEADS\nfrom .plain import PlainNet\n"
    "from .heads import ClsHead\nfrom .classifier import Classifier\ndef build_backbone(cfg):\n    return BACKBONES.build(cfg)\n",
    "vision/backbones/plain.py": "from torch import nn\nfrom ..utils.registry import BACKBONES\n@BACKBONES.register_module()\n"
    "class PlainNet(nn.Module):\n    arch = {10: (1, 1), 18: (2, 2)}\n    def __init__(self, depth=18, base_channels=16):\n"
    "        super().__init__()\n        layers, a = [], 3\n        for stage, count in enumerate(self.arch[depth]):\n"
    "            for _ in range(count):\n                b = base_channels * 2 ** stage\n"
    "                layers += [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU()]\n                a = b\n"
    "        self.features, self.out_channels = nn.Sequential(*layers), a\n    def forward(self, x):\n"
    "        return self.features(x)\n",
    "vision/backbones/heads.py": "from torch import nn\nfrom ..utils.registry import HEADS\n@HEADS.register_module()\n"
    "class ClsHead(nn.Module):\n    def __init__(self, in_channels, num_classes):\n        super().__init__()\n"
    "        self.fc = nn.Linear(in_channels, num_classes)\n    def forward(self, x):\n        return self.fc(x.mean((2, 3)))\n",
    "vision/backbones/classifier.py": "from torch import nn\nfrom ..utils.registry import BACKBONES, HEADS\n"
    "class Classifier(nn.Module):\n    def __init__(self, backbone, head):\n        super().__init__()\n"
    "        self.backbone, self.head = BACKBONES.build(backbone), HEADS.build(head)\n    def forward(self, x):\n"
    "        return self.head(self.backbone(x))\n",
}
_PRETRAINED = """
import json
from pathlib import Path
import torch
from torch import nn

class TaggerConfig:
    def __init__(self, vocab_size=1000, hidden_size=64, num_labels=9, num_hidden_layers=2, **kwargs):
        self.vocab_size, self.hidden_size = vocab_size, hidden_size
        self.num_labels, self.num_hidden_layers = num_labels, num_hidden_layers
    @classmethod
    def from_json_file(cls, path):
        return cls(**json.loads(Path(path).read_text()))

class PreTrained(nn.Module):
    def __init__(self, config, *inputs, **kwargs):
        super().__init__()
        if not isinstance(config, TaggerConfig):
            raise ValueError("Parameter config should be an instance of class `TaggerConfig`")
        self.config = config
    @classmethod
    def from_pretrained(cls, folder, state_dict=None):
        model = cls(TaggerConfig.from_json_file(Path(folder) / "config.json"))
        model.load_state_dict(state_dict or torch.load(Path(folder) / "weights.bin"))
        return model

class Tagger(PreTrained):
    def __init__(self, config):
        super().__init__(config)
        self.embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.encoder = nn.GRU(config.hidden_size, config.hidden_size, config.num_hidden_layers, batch_first=True)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)
    def forward(self, input_ids):
        return self.classifier(self.encoder(self.embeddings(input_ids))[0])
"""
_DEFAULT_CONFIG = """
from torch import nn
{head}
class Net(nn.Module):
    def __init__(self, cfg=DEFAULT):
        super().__init__()
        self.conv = nn.Conv2d({inp}, {width}, 3)
        self.more = nn.Sequential(*[nn.Conv2d({width}, {width}, 1) for _ in range({depth})])
    def forward(self, x):
        return self.more(self.conv(x))
"""
_READ = {"inp": "cfg.inp", "width": "cfg.width", "depth": "cfg.depth"}
_ITEMS = {"inp": "cfg['inp']", "width": "cfg['model']['width']", "depth": "cfg['model']['depth']"}
_INFORMER = """
import math
import torch
from torch import nn

class PositionalEmbedding(nn.Module):
    def __init__(self, d_model, max_len=200):
        super().__init__()
        pe = torch.zeros(max_len, d_model)
        position = torch.arange(0, max_len).float().unsqueeze(1)
        div_term = (torch.arange(0, d_model, 2).float() * -(math.log(10000.0) / d_model)).exp()
        pe[:, 0::2], pe[:, 1::2] = torch.sin(position * div_term), torch.cos(position * div_term)
        self.register_buffer("pe", pe.unsqueeze(0))
    def forward(self, x):
        return self.pe[:, :x.size(1)]

class DataEmbedding(nn.Module):
    def __init__(self, c_in, d_model, freq="h", dropout=0.1):
        super().__init__()
        self.value_embedding = nn.Conv1d(c_in, d_model, 3, padding=1, padding_mode="circular")
        self.position_embedding = PositionalEmbedding(d_model)
        self.temporal_embedding = nn.Linear({"h": 4, "t": 5, "d": 3}[freq], d_model)
        self.dropout = nn.Dropout(dropout)
    def forward(self, x, x_mark):
        v = self.value_embedding(x.permute(0, 2, 1)).transpose(1, 2)
        return self.dropout(v + self.position_embedding(x) + self.temporal_embedding(x_mark))

class Informer(nn.Module):
    def __init__(self, enc_in, dec_in, c_out, seq_len, label_len, out_len, d_model=32, n_heads=2, e_layers=1, d_layers=1,
                 d_ff=64, dropout=0.0, freq="h", device=torch.device("cuda:0")):
        super().__init__()
        self.pred_len = out_len
        self.enc_embedding = DataEmbedding(enc_in, d_model, freq, dropout)
        self.dec_embedding = DataEmbedding(dec_in, d_model, freq, dropout)
        self.encoder = nn.ModuleList(
            nn.TransformerEncoderLayer(d_model, n_heads, d_ff, dropout, batch_first=True) for _ in range(e_layers))
        self.decoder = nn.ModuleList(
            nn.TransformerDecoderLayer(d_model, n_heads, d_ff, dropout, batch_first=True) for _ in range(d_layers))
        self.projection = nn.Linear(d_model, c_out, bias=True)
    def forward(self, x_enc, x_mark_enc, x_dec, x_mark_dec, enc_self_mask=None, dec_self_mask=None, dec_enc_mask=None):
        enc_out = self.enc_embedding(x_enc, x_mark_enc)
        for layer in self.encoder:
            enc_out = layer(enc_out)
        dec_out = self.dec_embedding(x_dec, x_mark_dec)
        for layer in self.decoder:
            dec_out = layer(dec_out, enc_out)
        return self.projection(dec_out)[:, -self.pred_len:, :]
"""

LARGER: dict[str, Layout] = {
    "detector from a YAML file": Layout(
        _YOLO_FILES,
        "from models.yolo import Model; net = Model(nc=5); torch.save({'model': net.state_dict(), 'epoch': 3}, 'last.pt')",
        "models/yolo.py:Model",
        weights="last.pt",
        shape=(2, 3, 64, 64),
    ),
    "detector pickled by its trainer": Layout(
        _YOLO_FILES,
        "from copy import deepcopy\nfrom models.yolo import Model; net = Model('models/tiny.yaml', nc=7)\n"
        "import os; os.makedirs('runs/exp')\n"
        "torch.save({'epoch': -1, 'best_fitness': 0.3, 'model': deepcopy(net).half(), 'ema': deepcopy(net).half(),\n"
        "            'updates': 9, 'optimizer': None, 'opt': {'cfg': 'x'}}, 'runs/exp/best.pt'); net = net.half()",
        weights="runs/exp/best.pt",
        shape=(2, 3, 64, 64),
    ),
    "diffusion U-Net with a data class": Layout(
        _UNET_FILES,
        "from diffusion import UNet, UNetConfig; net = UNet(UNetConfig(model_channels=8, channel_mult=(1, 2)))\n"
        "torch.save({'ema': net.state_dict(), 'step': 100}, 'ema.ckpt')",
        "diffusion/unet.py:UNet",
        weights="ema.ckpt",
        inputs="(torch.randn(2, 3, 32, 32), torch.randint(0, 1000, (2,)))",
    ),
    "speech with nested settings in the checkpoint": Layout(
        _SPEECH_FILES,
        _SPEECH_SAVE + "torch.save({'state_dict': net.state_dict(), 'hyper_parameters': {'cfg': cfg}}, 'asr.ckpt')",
        "asr/ctc.py:CTCModel",
        weights="asr.ckpt",
        shape=(2, 40, 50),
    ),
    "generator in a trainer's checkpoint": Layout(
        _GAN_FILES,
        "from models.networks import Generator, Discriminator; net, d = Generator(32, 32, 3), Discriminator()\n"
        "wrap = lambda m: {'module.' + k: v for k, v in m.state_dict().items()}\n"
        "opt = torch.optim.Adam(net.parameters()); net(torch.rand(2, 32)).mean().backward(); opt.step()\n"
        "torch.save({'epoch': 9, 'G': wrap(net), 'D': wrap(d), 'opt_G': opt.state_dict(), 'fid': 12.5}, 'ckpt_9.pth')",
        "models/networks.py:Generator",
        weights="ckpt_9.pth",
        shape=(2, 32),
    ),
    "classifier from two registries": Layout(
        _REGISTRY_FILES,
        "from vision.backbones import Classifier\nb, h = dict(type='PlainNet', depth=10), dict(type='ClsHead', in_channels=32,\n"
        "            num_classes=6)\nnet = Classifier(b, h)\n"
        "torch.save({'meta': {'epoch': 3}, 'state_dict': net.state_dict()}, 'epoch_3.pth')",
        "vision/backbones/classifier.py:Classifier",
        (("backbone", "dict(type='PlainNet', depth=10)"), ("head", "dict(type='ClsHead', in_channels=32, num_classes=6)")),
        weights="epoch_3.pth",
    ),
    "backbone built by its registry": Layout(
        _REGISTRY_FILES,
        "from vision import build_backbone; net = build_backbone(dict(type='PlainNet', depth=10, base_channels=8))\n"
        "torch.save(net.state_dict(), 'backbone.pth')",
        "vision/backbones/__init__.py:build_backbone(dict(type='PlainNet', depth=10, base_channels=8))",
        weights="backbone.pth",
    ),
    "from_pretrained with a JSON file": Layout(
        {"modeling.py": _PRETRAINED, "tagger/config.json": '{"vocab_size": 50, "hidden_size": 8, "num_labels": 4, '
         '"num_hidden_layers": 1, "model_type": "tagger"}'},
        "from modeling import Tagger, TaggerConfig; net = Tagger(TaggerConfig.from_json_file('tagger/config.json'))\n"
        "torch.save(net.state_dict(), 'tagger/weights.bin')",
        "modeling.py:Tagger",
        weights="tagger/weights.bin",
        shape=(2, 12),
        dtype="int64",
    ),
    "the class's own from_pretrained": Layout(
        {"modeling.py": _PRETRAINED, "tagger/config.json": '{"vocab_size": 50, "hidden_size": 8, "num_labels": 4}'},
        "from modeling import Tagger, TaggerConfig; net = Tagger(TaggerConfig.from_json_file('tagger/config.json'))\n"
        "torch.save(net.state_dict(), 'tagger/weights.bin')",
        "modeling.py:Tagger.from_pretrained('tagger')",
        weights="tagger/weights.bin",
        shape=(2, 12),
        dtype="int64",
    ),
    "data class as a default": Layout(
        {"net.py": _DEFAULT_CONFIG.format(
            head="from dataclasses import dataclass\n@dataclass\nclass Cfg:\n    inp: int = 3\n    width: int = 16\n"
            "    depth: int = 1\nDEFAULT = Cfg(width=8)", **_READ)},
        "from net import Net, Cfg; net = Net(Cfg(width=9, depth=3)); torch.save(net.state_dict(), 'w.pt')",
        "net.py:Net",
    ),
    "Namespace as a default": Layout(
        {"net.py": _DEFAULT_CONFIG.format(
            head="from argparse import Namespace\nDEFAULT = Namespace(inp=3, width=16, depth=1)", **_READ)},
        "from net import Net, Namespace; net = Net(Namespace(inp=3, width=12, depth=2)); torch.save(net.state_dict(), 'w.pt')",
        "net.py:Net",
    ),
    "nested dictionary as a default": Layout(
        {"net.py": _DEFAULT_CONFIG.format(
            head="DEFAULT = {'inp': 3, 'model': {'width': 16, 'depth': 1}, 'lr': 0.1}", **_ITEMS)},
        "from net import Net; net = Net({'inp': 3, 'model': {'width': 6, 'depth': 4}}); torch.save(net.state_dict(), 'w.pt')",
        "net.py:Net",
    ),
    "object of a class of its own as a default": Layout(
        {"net.py": _DEFAULT_CONFIG.format(
            head="class Cfg:\n    inp, width, depth = 3, 16, 1\nDEFAULT = Cfg()", **_READ)},
        "from net import Net, Cfg; c = Cfg(); c.width = 10; net = Net(c); torch.save(net.state_dict(), 'w.pt')",
        "net.py:Net",
    ),
    "forecasting with four inputs": Layout(
        {"README.md": "", "models/__init__.py": "", "models/model.py": _INFORMER},
        "from models.model import Informer; net = Informer(7, 7, 5, 96, 48, 24); torch.save(net.state_dict(), 'checkpoint.pth')",
        "models/model.py:Informer",
        (("seq_len", "96"), ("label_len", "48"), ("out_len", "24")),
        weights="checkpoint.pth",
        inputs="(torch.rand(2, 96, 7), torch.rand(2, 96, 4), torch.rand(2, 72, 7), torch.rand(2, 72, 4))",
    ),
    "script whose command line wants a value": Layout(
        {"train.py": "import argparse\nimport torch\nfrom torch import nn\nparser = argparse.ArgumentParser('training')\n"
         "parser.add_argument('--data', required=True)\nparser.add_argument('out')\n"
         "parser.add_argument('--width', type=int, default=7)\n"
         "opt = parser.parse_args()\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
         "        self.conv = nn.Conv2d(3, opt.width, 3)\n    def forward(self, x):\n        return self.conv(x)\n"},
        "before, sys.argv = sys.argv, ['train.py', '--data', 'd', 'o']; from train import Net; net = Net(); sys.argv = before\n"
        "torch.save(net.state_dict(), 'w.pt')",
        "train.py:Net",
    ),
}  # fmt: skip

LAYOUTS: dict[str, Layout] = {**SMALL, **LARGER, **PUBLISHED, **HABITS}
