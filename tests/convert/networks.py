"""Small PyTorch networks of every kind, and their ONNX exports."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """Two convolutions and a shortcut, as in a ResNet's basic block."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        inner = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(inner)) + self.shortcut(x))


class Inverted(nn.Module):
    """Expansion, depthwise convolution, squeeze-and-excitation, projection, as in a MobileNet."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        wide = channels * 3
        self.expand = nn.Sequential(nn.Conv2d(channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.Hardswish())
        self.depthwise = nn.Sequential(
            nn.Conv2d(wide, wide, 5, 1, 2, groups=wide, bias=False), nn.BatchNorm2d(wide), nn.Hardswish()
        )
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(wide, 4, 1), nn.ReLU(), nn.Conv2d(4, wide, 1))
        self.project = nn.Sequential(nn.Conv2d(wide, channels, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        inner = self.depthwise(self.expand(x))
        return x + self.project(inner * torch.nn.functional.hardsigmoid(self.squeeze(inner)))


class VisionTransformer(nn.Module):
    """Patches, a class token, a positional table, two transformer layers."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 24, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, 24) * 0.1)
        self.position = nn.Parameter(torch.randn(1, 17, 24) * 0.1)
        self.blocks = nn.ModuleList(Block(24, 3) for _ in range(2))
        self.norm = nn.LayerNorm(24)
        self.head = nn.Linear(24, 5)

    def forward(self, x: Tensor) -> Tensor:
        patches = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(x.shape[0], -1, -1), patches], 1) + self.position
        for block in self.blocks:
            tokens = block(tokens)
        return self.head(self.norm(tokens)[:, 0])


class Block(nn.Module):
    """Self-attention and a perceptron, each behind a LayerNorm."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = (
            self.qkv(self.norm1(x)).reshape(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        )
        mixed = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.out(mixed)
        return x + self.mlp(self.norm2(x))


class Recurrent(nn.Module):
    """A recurrent network over a sequence and a classifier on its last step."""

    def __init__(self, kind: str, bidirectional: bool, layers: int) -> None:
        super().__init__()
        self.rnn = getattr(nn, kind)(6, 8, layers, batch_first=True, bidirectional=bidirectional)
        self.head = nn.Linear(16 if bidirectional else 8, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.rnn(x)[0][:, -1])


class Shuffled(nn.Module):
    """Features picked by a long table of indices, behind a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.linear, self.head = nn.Linear(20, 48), nn.Linear(48, 5)
        self.register_buffer("order", torch.randperm(48))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.relu(self.linear(x))[:, self.order])


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 12), nn.Tanh(), nn.Linear(12, 5))


def cnn() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3), nn.BatchNorm2d(12), nn.LeakyReLU(0.1), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(108, 5),
    )  # fmt: skip


def resnet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), Residual(8, 8, 1), Residual(8, 16, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5),
    )  # fmt: skip


def mobilenet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish(), Inverted(8), Inverted(8),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5),
    )  # fmt: skip


def grouped() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.GroupNorm(4, 8), nn.SiLU(), nn.Conv2d(8, 6, 3), nn.GroupNorm(1, 6), nn.Flatten(),
        nn.Linear(1176, 5),
    )  # fmt: skip


# Name: how it is made, and the shape of its input without the batch.
NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "mlp": (mlp, (20,)),
    "shuffled": (Shuffled, (20,)),
    "cnn": (cnn, (3, 16, 16)),
    "resnet": (resnet, (3, 16, 16)),
    "mobilenet": (mobilenet, (3, 32, 32)),
    "grouped": (grouped, (3, 16, 16)),
    "vit": (VisionTransformer, (3, 16, 16)),
    "lstm": (lambda: Recurrent("LSTM", False, 1), (7, 6)),
    "deep_lstm": (lambda: Recurrent("LSTM", True, 2), (7, 6)),
    "gru": (lambda: Recurrent("GRU", True, 1), (7, 6)),
    "rnn": (lambda: Recurrent("RNN", False, 2), (7, 6)),
}


def made(name: str) -> tuple[nn.Module, Tensor]:
    """The network with weights and running statistics that are no default, and a batch for it."""
    torch.manual_seed(7)
    make, shape = NETWORKS[name]
    module = make()
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias, std=0.2)
            part.running_mean.normal_(std=0.1)
            part.running_var.uniform_(0.5, 1.5)
    return module.eval(), torch.randn(8, *shape)


def exported(module: nn.Module, x: Tensor, trainable: bool = False) -> onnx.ModelProto:
    """The ONNX graph with a dynamic batch; for a trainable twin without the exporter's optimisations.

    The exporter takes seconds for each, so the same network is exported once in a run of the tests, whichever process asks.
    """
    file = _EXPORTS / f"{_digest(module, x, trainable)}.onnx"
    if not file.exists():
        program: Any = torch.onnx.export(
            module,
            (x,),
            dynamo=True,
            optimize=not trainable,
            opset_version=20,
            verbose=False,
            input_names=["input"],
            output_names=["output"],
            dynamic_shapes=({0: torch.export.Dim.DYNAMIC},),
        )
        written = file.with_suffix(f".{os.getpid()}")
        written.write_bytes(program.model_proto.SerializeToString())
        written.replace(file)
    return onnx.load(file)


def _exports() -> Path:
    """The folder that packaging/dev.py gives to all processes of a run, or one of this process's own."""
    shared = os.environ.get("PT2K_TEST_SHARED")
    if shared:
        return Path(shared)
    own = tempfile.mkdtemp(prefix="pt2k-tests-exports-")
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return Path(own)


_EXPORTS = _exports()


def _digest(module: nn.Module, x: Tensor, trainable: bool) -> str:
    """Of all that decides on the graph: the structure, every plain attribute and number of the network, the example's shape."""
    digest = hashlib.sha256(repr((module, tuple(x.shape), x.dtype, trainable)).encode())
    for name, part in module.named_modules():
        plain = {key: value for key, value in vars(part).items() if isinstance(value, (int, float, str, tuple, list))}
        digest.update(repr((name, type(part).__qualname__, sorted(plain.items()))).encode())
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        digest.update(repr((name, tensor.shape, tensor.dtype)).encode() + tensor.detach().numpy().tobytes())
    return digest.hexdigest()
