"""Well-known architectures as PyTorch modules with random weights: what the benchmark of the conversion runs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


def _conv(channels: int, out: int, size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, out, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(out)
    )


class Shortcut(nn.Module):
    """A residual branch beside its input, which is projected where the shape changes (He et al., 2016)."""

    def __init__(self, branch: nn.Module, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.branch = branch
        self.project = _conv(channels, out, 1, stride) if stride != 1 or channels != out else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.branch(x) + self.project(x))


def _basic(channels: int, width: int, stride: int, groups: int) -> tuple[nn.Module, int]:
    branch = nn.Sequential(_conv(channels, width, 3, stride), nn.ReLU(), _conv(width, width, 3))
    return Shortcut(branch, channels, width, stride), width


def _bottleneck(channels: int, width: int, stride: int, groups: int) -> tuple[nn.Module, int]:
    inner, out = width * (2 if groups > 1 else 1), width * 4
    branch = nn.Sequential(
        _conv(channels, inner, 1), nn.ReLU(), _conv(inner, inner, 3, stride, groups), nn.ReLU(), _conv(inner, out, 1)
    )
    return Shortcut(branch, channels, out, stride), out


def residual(block: Callable[..., tuple[nn.Module, int]], depths: Sequence[int], groups: int = 1) -> nn.Module:
    """ResNet and, with groups, ResNeXt (Xie et al., 2017) for 1,000 classes."""
    parts: list[nn.Module] = [_conv(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for stage, depth in enumerate(depths):
        for number in range(depth):
            made, channels = block(channels, 64 << stage, 2 if stage and not number else 1, groups)
            parts.append(made)
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


class Inverted(nn.Module):
    """Expansion, depthwise convolution, linear projection (Sandler et al., 2018)."""

    def __init__(self, channels: int, out: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = channels * expansion
        expand = [_conv(channels, wide, 1), nn.ReLU6()] if expansion != 1 else []
        self.body = nn.Sequential(*expand, _conv(wide, wide, 3, stride, wide), nn.ReLU6(), _conv(wide, out, 1))
        self.residual = stride == 1 and channels == out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.residual else self.body(x)


def mobilenet_v2() -> nn.Module:
    parts: list[nn.Module] = [_conv(3, 32, 3, 2), nn.ReLU6()]
    channels = 32
    for expansion, out, count, stride in (
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ):  # fmt: skip
        for number in range(count):
            parts.append(Inverted(channels, out, stride if not number else 1, expansion))
            channels = out
    head = [_conv(320, 1280, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 1000)]
    return nn.Sequential(*parts, *head)


class Growing(nn.Module):
    """A dense layer: its result is appended to its input (Huang et al., 2017)."""

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, 4 * growth, 1, bias=False),
            nn.BatchNorm2d(4 * growth), nn.ReLU(), nn.Conv2d(4 * growth, growth, 3, 1, 1, bias=False),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.body(x)], 1)


def densenet_121() -> nn.Module:
    parts: list[nn.Module] = [_conv(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for stage, depth in enumerate((6, 12, 24, 16)):
        if stage:
            half = channels // 2
            parts += [nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, half, 1, bias=False), nn.AvgPool2d(2)]
            channels = half
        for _ in range(depth):
            parts.append(Growing(channels, 32))
            channels += 32
    head = [nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000)]
    return nn.Sequential(*parts, *head)


class UNet(nn.Module):
    """Down and up again, with the features of the way down at its side (Ronneberger et al., 2015)."""

    def __init__(self, width: int = 32, levels: int = 3) -> None:
        super().__init__()
        widths = [width << level for level in range(levels + 1)]
        self.down = nn.ModuleList(self._twice(c, w) for c, w in zip([3, *widths], widths, strict=False))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, 2) for w in widths[:-1])
        self.join = nn.ModuleList(self._twice(2 * w, w) for w in widths[:-1])
        self.head = nn.Conv2d(width, 2, 1)

    @staticmethod
    def _twice(channels: int, out: int) -> nn.Module:
        return nn.Sequential(_conv(channels, out, 3), nn.ReLU(), _conv(out, out, 3), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for number, down in enumerate(self.down):
            x = down(functional.max_pool2d(x, 2) if number else x)
            kept.append(x)
        for up, join, side in zip(reversed(self.up), reversed(self.join), reversed(kept[:-1]), strict=True):
            x = join(torch.cat([side, up(x)], 1))
        return self.head(x)


class Transformer(nn.Module):
    """A pre-norm encoder block with scaled dot-product attention (Vaswani et al., 2017)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        split = self.qkv(self.norm1(x)).reshape(batch, length, 3, self.heads, width // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.out(mixed)
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    """Patches of 16 by 16 pixels, a class token, a positional table (Dosovitskiy et al., 2021); the tiny size of DeiT."""

    def __init__(self, width: int = 192, depth: int = 12, heads: int = 3) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, 16, 16)
        self.token = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.position = nn.Parameter(torch.randn(1, 197, width) * 0.02)
        self.blocks = nn.Sequential(*(Transformer(width, heads) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 1000)

    def forward(self, x: Tensor) -> Tensor:
        patches = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(x.shape[0], -1, -1), patches], 1) + self.position
        return self.head(self.norm(self.blocks(tokens))[:, 0])


class Excitation(nn.Module):
    """Channels scaled by what the whole image has in them (Hu et al., 2018)."""

    def __init__(self, channels: int, squeezed: int, inner: nn.Module, gate: nn.Module) -> None:
        super().__init__()
        self.gates = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, squeezed, 1), inner, nn.Conv2d(squeezed, channels, 1), gate
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gates(x)


class Excited(nn.Module):
    """An inverted block with any kernel and activation, and an excitation where its width is given."""

    def __init__(
        self, channels: int, wide: int, out: int, size: int, stride: int, act: type, squeezed: int, gate: type
    ) -> None:
        super().__init__()
        expand = [_conv(channels, wide, 1), act()] if wide != channels else []
        inner = nn.ReLU() if gate is nn.Hardsigmoid else act()
        excite = [Excitation(wide, squeezed, inner, gate())] if squeezed else []
        deep = [_conv(wide, wide, size, stride, wide), act(), *excite]
        self.body = nn.Sequential(*expand, *deep, _conv(wide, out, 1))
        self.residual = stride == 1 and channels == out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.residual else self.body(x)


def mobilenet_v3() -> nn.Module:
    """The small one (Howard et al., 2019)."""
    parts: list[nn.Module] = [_conv(3, 16, 3, 2), nn.Hardswish()]
    channels = 16
    for size, wide, out, squeezed, swish, stride in (
        (3, 16, 16, 8, False, 2), (3, 72, 24, 0, False, 2), (3, 88, 24, 0, False, 1), (5, 96, 40, 24, True, 2),
        (5, 240, 40, 64, True, 1), (5, 240, 40, 64, True, 1), (5, 120, 48, 32, True, 1), (5, 144, 48, 40, True, 1),
        (5, 288, 96, 72, True, 2), (5, 576, 96, 144, True, 1), (5, 576, 96, 144, True, 1),
    ):  # fmt: skip
        act = nn.Hardswish if swish else nn.ReLU
        parts.append(Excited(channels, wide, out, size, stride, act, squeezed, nn.Hardsigmoid))
        channels = out
    pooled = [_conv(96, 576, 1), nn.Hardswish(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*parts, *pooled, nn.Linear(576, 1024), nn.Hardswish(), nn.Linear(1024, 1000))


def efficientnet_b0() -> nn.Module:
    """Tan and Le, 2019."""
    parts: list[nn.Module] = [_conv(3, 32, 3, 2), nn.SiLU()]
    channels = 32
    for expansion, size, stride, out, count in (
        (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
        (6, 3, 1, 320, 1),
    ):  # fmt: skip
        for number in range(count):
            first = stride if not number else 1
            parts.append(Excited(channels, channels * expansion, out, size, first, nn.SiLU, channels // 4, nn.Sigmoid))
            channels = out
    head = [_conv(320, 1280, 1), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 1000)]
    return nn.Sequential(*parts, *head)


@dataclass(frozen=True)
class Architecture:
    """How a network is made, the shape of one sample, and whether it is a convolution network."""

    make: Callable[[], nn.Module]
    shape: tuple[int, ...]
    convolutional: bool


_IMAGE = (3, 224, 224)
ARCHITECTURES = {
    "resnet18": Architecture(lambda: residual(_basic, (2, 2, 2, 2)), _IMAGE, True),
    "resnet50": Architecture(lambda: residual(_bottleneck, (3, 4, 6, 3)), _IMAGE, True),
    "resnext50_32x4d": Architecture(lambda: residual(_bottleneck, (3, 4, 6, 3), groups=32), _IMAGE, True),
    "mobilenet_v2": Architecture(mobilenet_v2, _IMAGE, True),
    "mobilenet_v3": Architecture(mobilenet_v3, _IMAGE, True),
    "efficientnet_b0": Architecture(efficientnet_b0, _IMAGE, True),
    "densenet121": Architecture(densenet_121, _IMAGE, True),
    "unet": Architecture(UNet, (3, 128, 128), True),
    "vit_tiny": Architecture(VisionTransformer, _IMAGE, False),
}


def made(name: str) -> nn.Module:
    """The network in evaluation mode, with running statistics that are no default and keep the signal alive."""
    torch.manual_seed(0)
    module = ARCHITECTURES[name].make()
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.0)
            nn.init.normal_(part.bias, std=0.1)
            nn.init.normal_(part.running_mean, std=0.1)
            nn.init.uniform_(part.running_var, 0.5, 1.5)
    return module.eval()
