"""Small faithful networks for images of any size: fully convolutional ones, transformers, warps."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def block(inside: int, outside: int, stride: int = 1, kernel: int = 3, dilation: int = 1) -> nn.Sequential:
    """Convolution, normalisation, ReLU."""
    padding = dilation * (kernel // 2)
    conv = nn.Conv2d(inside, outside, kernel, stride, padding, dilation, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outside), nn.ReLU())


class UNet(nn.Module):
    """Ronneberger's U-Net; ``up`` is how the decoder grows, ``fit`` how its halves are made to meet."""

    def __init__(self, up: str, fit: str) -> None:
        super().__init__()
        self.up, self.fit = up, fit
        self.down = nn.ModuleList([block(3, 6), block(6, 8), block(8, 10)])
        self.grow = nn.ModuleList(
            nn.ConvTranspose2d(a, b, 2, 2) if up == "transposed" else nn.Conv2d(a, b, 1) for a, b in ((10, 8), (8, 6))
        )
        self.join = nn.ModuleList([block(16, 8), block(12, 6)])
        self.head = nn.Conv2d(6, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for number, part in enumerate(self.down):
            x = part(x if number == 0 else F.max_pool2d(x, 2))
            kept.append(x)
        for grow, join, skip in zip(self.grow, self.join, kept[-2::-1], strict=True):
            if self.up == "transposed":
                x = grow(x)
            elif self.fit == "size":
                x = grow(F.interpolate(x, size=skip.shape[2:], mode="bilinear", align_corners=True))
            else:
                x = grow(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=self.fit == "crop"))
            if self.fit == "pad":
                high, wide = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
                x = F.pad(x, [wide // 2, wide - wide // 2, high // 2, high - high // 2])
            if self.fit == "crop":
                high, wide = min(skip.shape[2], x.shape[2]), min(skip.shape[3], x.shape[3])
                x, skip = x[:, :, :high, :wide], skip[:, :, :high, :wide]
            x = join(torch.cat([skip, x], 1))
        return self.head(x)


class FCN(nn.Module):
    """Long's FCN-8s: scores at three depths, grown bilinearly to the image."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = block(3, 6, 2), block(6, 8, 2), block(8, 10, 2)
        self.scores = nn.ModuleList(nn.Conv2d(width, 3, 1) for width in (6, 8, 10))

    def forward(self, x: Tensor) -> Tensor:
        a = self.a(x)
        b = self.b(a)
        c = self.c(b)
        total = self.scores[2](c)
        for value, score in ((b, self.scores[1]), (a, self.scores[0])):
            total = F.interpolate(total, size=value.shape[-2:], mode="bilinear", align_corners=False) + score(value)
        return F.interpolate(total, size=x.shape[-2:], mode="bilinear", align_corners=False)


class DeepLab(nn.Module):
    """DeepLabV3+: atrous pyramid with the image's mean as a branch, decoder from an early feature."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.body = block(3, 6, 2), nn.Sequential(block(6, 8, 2), block(8, 8))
        self.rates = nn.ModuleList([block(8, 4, kernel=1), block(8, 4, dilation=2), block(8, 4, dilation=4)])
        self.mean = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 4, 1), nn.ReLU())
        self.project, self.early, self.head = block(16, 6, kernel=1), block(6, 4, kernel=1), nn.Conv2d(10, 3, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        early = self.stem(x)
        deep = self.body(early)
        mean = F.interpolate(self.mean(deep), size=deep.shape[-2:], mode="bilinear", align_corners=False)
        deep = self.project(torch.cat([*(rate(deep) for rate in self.rates), mean], 1))
        deep = F.interpolate(deep, size=early.shape[-2:], mode="bilinear", align_corners=False)
        out = self.head(torch.cat([deep, self.early(early)], 1))
        return F.interpolate(out, size=x.shape[-2:], mode="bilinear", align_corners=False)


class FPN(nn.Module):
    """Feature pyramid: levels from the deepest down, each grown (nearest) to the size of the next; one output a level."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList([block(3, 6, 2), block(6, 8, 2), block(8, 10, 2)])
        self.lateral = nn.ModuleList(nn.Conv2d(width, 5, 1) for width in (6, 8, 10))
        self.smooth = nn.ModuleList(nn.Conv2d(5, 5, 3, 1, 1) for _ in range(3))

    def forward(self, x: Tensor) -> list[Tensor]:
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        total = self.lateral[2](levels[2])
        outputs = [self.smooth[2](total)]
        for number in (1, 0):
            total = F.interpolate(total, size=levels[number].shape[-2:], mode="nearest")
            total = total + self.lateral[number](levels[number])
            outputs.insert(0, self.smooth[number](total))
        return outputs


class U2Net(nn.Module):
    """Two nested U blocks with ceil-mode pools, side outputs grown to the image, and their fusion."""

    class Block(nn.Module):
        def __init__(self, inside: int, outside: int) -> None:
            super().__init__()
            self.first, self.a, self.b, self.deep = (
                block(inside, outside),
                block(outside, 4),
                block(4, 4),
                block(4, 4, dilation=2),
            )
            self.up_b, self.up_a = block(8, 4), block(8, outside)

        def forward(self, x: Tensor) -> Tensor:
            first = self.first(x)
            a = self.a(first)
            b = self.b(F.max_pool2d(a, 2, 2, ceil_mode=True))
            deep = self.deep(b)
            up = self.up_b(torch.cat([deep, b], 1))
            up = F.interpolate(up, size=a.shape[2:], mode="bilinear")
            return self.up_a(torch.cat([up, a], 1)) + first

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.back = self.Block(3, 6), self.Block(6, 8), self.Block(14, 6)
        self.sides = nn.ModuleList([nn.Conv2d(6, 1, 3, 1, 1), nn.Conv2d(8, 1, 3, 1, 1)])
        self.fuse = nn.Conv2d(2, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        one = self.one(x)
        two = self.two(F.max_pool2d(one, 2, 2, ceil_mode=True))
        back = self.back(torch.cat([F.interpolate(two, size=one.shape[2:], mode="bilinear"), one], 1))
        first = self.sides[0](back)
        second = F.interpolate(self.sides[1](two), size=first.shape[2:], mode="bilinear")
        return torch.sigmoid(self.fuse(torch.cat([first, second], 1))), torch.sigmoid(first), torch.sigmoid(second)


class PSPNet(nn.Module):
    """Pyramid of means over 1, 2, 3 and 6 bins, grown back and joined."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(block(3, 6, 2), block(6, 8))
        self.bins = nn.ModuleList(nn.Sequential(nn.AdaptiveAvgPool2d(n), block(8, 2, kernel=1)) for n in (1, 2, 3, 6))
        self.head = nn.Conv2d(16, 3, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        deep = self.body(x)
        grown = [
            F.interpolate(part(deep), size=deep.shape[2:], mode="bilinear", align_corners=True) for part in self.bins
        ]
        return F.interpolate(
            self.head(torch.cat([deep, *grown], 1)), size=x.shape[2:], mode="bilinear", align_corners=True
        )


class HRNet(nn.Module):
    """Two resolutions side by side that exchange their features."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.low = block(3, 6, 2), block(6, 8, 2)
        self.high_again, self.low_again = block(6, 6), block(8, 8)
        self.to_low, self.to_high, self.head = nn.Conv2d(6, 8, 3, 2, 1), nn.Conv2d(8, 6, 1), nn.Conv2d(14, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        high = self.stem(x)
        low = self.low(high)
        high, low = self.high_again(high), self.low_again(low)
        grown = F.interpolate(self.to_high(low), size=high.shape[-2:], mode="bilinear", align_corners=False)
        high, low = F.relu(high + grown), F.relu(low + self.to_low(high))
        return self.head(torch.cat([high, F.interpolate(low, size=high.shape[-2:], mode="nearest")], 1))


class SRCNN(nn.Module):
    """Bicubic enlargement, then convolutions (Dong, 2014)."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 9, padding=4), nn.ReLU(), nn.Conv2d(8, 3, 5, padding=2))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(F.interpolate(x, scale_factor=3, mode="bicubic", align_corners=False))


class EDSR(nn.Module):
    """Residual blocks, a shift of the mean, pixels shuffled to three times the size (Lim, 2017)."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.45, 0.44, 0.40]).view(1, 3, 1, 1))
        self.head, self.tail = nn.Conv2d(3, 8, 3, 1, 1), nn.Conv2d(8, 3, 3, 1, 1)
        self.body = nn.ModuleList(
            nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1)) for _ in range(2)
        )
        self.up = nn.Sequential(nn.Conv2d(8, 72, 3, 1, 1), nn.PixelShuffle(3))

    def forward(self, x: Tensor) -> Tensor:
        first = self.head(x - self.mean)
        deep = first
        for part in self.body:
            deep = deep + 0.1 * part(deep)
        return self.tail(self.up(deep + first)) + self.mean


class DnCNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 8, 3, 1, 1), nn.ReLU(), block(8, 8), nn.Conv2d(8, 1, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x - self.body(x)


class CycleGAN(nn.Module):
    """Reflection pads, instance normalisation, transposed convolutions."""

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(
                nn.ReflectionPad2d(1), nn.Conv2d(12, 12, 3), nn.InstanceNorm2d(12), nn.ReLU(),
                nn.ReflectionPad2d(1), nn.Conv2d(12, 12, 3), nn.InstanceNorm2d(12),
            )  # fmt: skip

        def forward(self, x: Tensor) -> Tensor:
            return x + self.body(x)

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(3), nn.Conv2d(3, 6, 7), nn.InstanceNorm2d(6), nn.ReLU(),
            nn.Conv2d(6, 12, 3, 2, 1), nn.InstanceNorm2d(12), nn.ReLU(), self.Residual(),
            nn.ConvTranspose2d(12, 6, 3, 2, 1, output_padding=1), nn.InstanceNorm2d(6), nn.ReLU(),
            nn.ReflectionPad2d(3), nn.Conv2d(6, 3, 7), nn.Tanh(),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class MODNet(nn.Module):
    """Three branches of a matting network: squeeze and excitation, half sizes by scale_factor, fusion at the image's size."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.squeeze = (
            block(3, 6, 2),
            block(6, 8, 2),
            nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 8)),
        )
        self.semantic, self.detail, self.fuse = nn.Conv2d(8, 4, 1), block(7, 4), nn.Conv2d(8, 1, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        deep = self.b(self.a(x))
        share = torch.sigmoid(self.squeeze(deep.mean((2, 3)))).view(x.shape[0], 8, 1, 1)
        meaning = self.semantic(deep * share)
        meaning = F.interpolate(meaning, scale_factor=2, mode="bilinear", align_corners=False)
        half = F.interpolate(x, scale_factor=1 / 2, mode="bilinear", align_corners=False)
        high, wide = min(half.shape[2], meaning.shape[2]), min(half.shape[3], meaning.shape[3])
        detail = self.detail(torch.cat([half[:, :, :high, :wide], meaning[:, :, :high, :wide]], 1))
        both = torch.cat([detail, meaning[:, :, :high, :wide]], 1)
        return torch.sigmoid(F.interpolate(self.fuse(both), scale_factor=2, mode="bilinear", align_corners=False))


class CRAFT(nn.Module):
    """A text detector: a decoder that grows to the size of each skip, channels last at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList([block(3, 6), block(6, 8), block(8, 8), block(8, 8)])
        self.ups = nn.ModuleList([block(16, 8), block(16, 6), block(14, 4)])
        self.head = nn.Sequential(nn.Conv2d(4, 4, 3, 1, 1), nn.ReLU(), nn.Conv2d(4, 2, 1))

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for stage in self.stages:
            x = stage(x)
            kept.append(x)
            x = F.max_pool2d(x, 2, 2)
        x = F.interpolate(x, size=kept[-1].shape[2:], mode="bilinear", align_corners=False)
        for up, skip, below in zip(self.ups, kept[:0:-1], kept[-2::-1], strict=True):
            x = up(torch.cat([x, skip], 1))
            x = F.interpolate(x, size=below.shape[2:], mode="bilinear", align_corners=False)
        return self.head(x).permute(0, 2, 3, 1)


class RetinaFace(nn.Module):
    """Heads over two levels, each flattened to (batch, places, numbers) and joined."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.lateral = block(3, 6, 2), block(6, 8, 2), nn.Conv2d(8, 6, 1)
        self.boxes = nn.ModuleList(nn.Conv2d(width, 8, 1) for width in (6, 8))
        self.scores = nn.ModuleList(nn.Conv2d(width, 4, 1) for width in (6, 8))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        a = self.a(x)
        b = self.b(a)
        a = a + F.interpolate(self.lateral(b), size=[a.size(2), a.size(3)], mode="nearest")
        boxes = [
            part(v).permute(0, 2, 3, 1).contiguous().view(x.shape[0], -1, 4)
            for part, v in zip(self.boxes, (a, b), strict=True)
        ]
        scores = [
            part(v).permute(0, 2, 3, 1).contiguous().view(x.shape[0], -1, 2)
            for part, v in zip(self.scores, (a, b), strict=True)
        ]
        return torch.cat(boxes, 1), F.softmax(torch.cat(scores, 1), -1)


class YOLO(nn.Module):
    """An anchor head: (batch, anchors, numbers, height, width) turned about, with a grid of places added."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Sequential(block(3, 6, 2), block(6, 8, 2)), nn.Conv2d(8, 10, 1)

    def forward(self, x: Tensor) -> Tensor:
        out = self.head(self.body(x))
        batch, _, high, wide = out.shape
        out = out.view(batch, 2, 5, high, wide).permute(0, 1, 3, 4, 2).contiguous()
        rows, columns = torch.meshgrid(torch.arange(high), torch.arange(wide), indexing="ij")
        grid = torch.stack((columns, rows), 2).to(out.dtype)
        places = (torch.sigmoid(out[..., :2]) + grid) * 4
        return torch.cat((places, out[..., 2:]), -1).view(batch, -1, 5)


class SegNet(nn.Module):
    """Pools that keep the positions of their maxima, and put them back."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.up, self.head = block(3, 4), block(4, 4), nn.Conv2d(4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        down = self.down(x)
        small, places = F.max_pool2d(down, 2, 2, return_indices=True)
        return self.head(self.up(F.max_unpool2d(small, places, 2, 2, output_size=down.shape[2:])))


class ICNet(nn.Module):
    """Branches over the image at half and quarter size, made by interpolation with recomputed scales."""

    def __init__(self) -> None:
        super().__init__()
        self.full, self.small, self.head = block(3, 4, 2), block(3, 4), nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        small = F.interpolate(x, scale_factor=0.4, mode="bilinear", align_corners=False, recompute_scale_factor=True)
        full = self.full(x)
        small = F.interpolate(self.small(small), size=full.shape[2:], mode="bicubic", align_corners=True)
        return self.head(torch.cat([full, small], 1))


class SwinIR(nn.Module):
    """Reflected up to whole windows, attention within the windows, cut back to the image's size."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 8, 3, 1, 1), nn.Conv2d(8, 3, 3, 1, 1)
        self.norm, self.qkv, self.out = nn.LayerNorm(8), nn.Linear(8, 24), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        high, wide = x.shape[2:]
        x = F.pad(x, (0, (4 - wide % 4) % 4, 0, (4 - high % 4) % 4), "reflect")
        deep = self.first(x)
        batch, channels, h, w = deep.shape
        windows = deep.view(batch, channels, h // 4, 4, w // 4, 4).permute(0, 2, 4, 3, 5, 1).reshape(-1, 16, channels)
        q, k, v = self.qkv(self.norm(windows)).reshape(-1, 16, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(-1, 16, channels)
        windows = windows + self.out(mixed)
        back = (
            windows.view(batch, h // 4, w // 4, 4, 4, channels).permute(0, 5, 1, 3, 2, 4).reshape(batch, channels, h, w)
        )
        return (x + self.last(back))[:, :, :high, :wide]


class Swin(nn.Module):
    """Shifted windows: padded to whole windows, rolled, attention within them, rolled back, cut."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.norm, self.qkv, self.out = (
            nn.Conv2d(3, 8, 4, 4),
            nn.LayerNorm(8),
            nn.Linear(8, 24),
            nn.Linear(8, 8),
        )
        self.merge = nn.Linear(8, 12)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).permute(0, 2, 3, 1)
        batch, high, wide, width = x.shape
        down, right = (4 - high % 4) % 4, (4 - wide % 4) % 4
        padded = F.pad(self.norm(x), (0, 0, 0, right, 0, down))
        h, w = high + down, wide + right
        rolled = torch.roll(padded, (-2, -2), (1, 2))
        windows = rolled.view(batch, h // 4, 4, w // 4, 4, width).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, width)
        q, k, v = self.qkv(windows).reshape(-1, 16, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = ((q * 0.5) @ k.transpose(-2, -1)).softmax(-1) @ v
        windows = self.out(mixed.transpose(1, 2).reshape(-1, 16, width))
        back = windows.view(batch, h // 4, w // 4, 4, 4, width).permute(0, 1, 3, 2, 4, 5).reshape(batch, h, w, width)
        return self.merge(x + torch.roll(back, (2, 2), (1, 2))[:, :high, :wide]).permute(0, 3, 1, 2)


class FreeViT(nn.Module):
    """A vision transformer whose table of positions is interpolated (bicubic) to the image's patches."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.token = nn.Conv2d(3, 8, 4, 4), nn.Parameter(torch.randn(1, 1, 8) * 0.2)
        self.position, self.place_of_token = (
            nn.Parameter(torch.randn(1, 8, 6, 6) * 0.2),
            nn.Parameter(torch.randn(1, 1, 8) * 0.2),
        )
        self.layer, self.head = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x)
        place = F.interpolate(self.position, size=x.shape[-2:], mode="bicubic", align_corners=False)
        tokens = (x + place).flatten(2).transpose(1, 2)
        tokens = torch.cat([(self.token + self.place_of_token).expand(x.shape[0], -1, -1), tokens], 1)
        return self.head(self.layer(tokens)[:, 0])


class ConvNeXt(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.depth = nn.Conv2d(3, 8, 4, 4), nn.Conv2d(8, 8, 7, padding=3, groups=8)
        self.norm, self.up, self.down = nn.LayerNorm(8), nn.Linear(8, 32), nn.Linear(32, 8)
        self.scale, self.head = nn.Parameter(torch.full((8,), 0.5)), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        inner = self.norm(self.depth(x).permute(0, 2, 3, 1))
        x = x + (self.scale * self.down(F.gelu(self.up(inner)))).permute(0, 3, 1, 2)
        return self.head(x.mean((2, 3)))


class SpatialTransformer(nn.Module):
    """A map of the plane from the image itself, and the image sampled through it (Jaderberg, 2015)."""

    def __init__(self) -> None:
        super().__init__()
        self.look, self.map = block(3, 4, 2), nn.Linear(4, 6)
        nn.init.normal_(self.map.weight, std=0.1)
        self.map.bias.data.copy_(torch.tensor([1.0, 0.1, 0, -0.1, 0.9, 0.05]))

    def forward(self, x: Tensor) -> Tensor:
        theta = self.map(self.look(x).mean((2, 3))).view(-1, 2, 3)
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        return F.grid_sample(x, grid, align_corners=False, padding_mode="border")


class Flow(nn.Module):
    """An image warped by a flow that a network estimates: a grid of places from the image's own size."""

    def __init__(self) -> None:
        super().__init__()
        self.flow = nn.Sequential(block(3, 4), nn.Conv2d(4, 2, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        _, _, high, wide = x.shape
        flow = self.flow(x)
        rows, columns = torch.meshgrid(torch.arange(high), torch.arange(wide), indexing="ij")
        across = (columns + flow[:, 0]) / (wide - 1) * 2 - 1
        down = (rows + flow[:, 1]) / (high - 1) * 2 - 1
        return F.grid_sample(x, torch.stack((across, down), -1), align_corners=True)


class EveryResize(nn.Module):
    """Each mode of interpolation by factors whole and not, each way of padding by amounts that are computed, adaptive pools."""

    def forward(self, x: Tensor) -> list[Tensor]:
        high, wide = x.shape[2:]
        results = [F.interpolate(x, scale_factor=factor, mode="nearest") for factor in (2, 1.5, 0.4)]
        for mode in ("bilinear", "bicubic"):
            for align in (False, True):
                results += [F.interpolate(x, scale_factor=f, mode=mode, align_corners=align) for f in (2, 1.5, 0.7)]
        results.append(F.interpolate(x, size=(high // 3, wide // 2), mode="bilinear", antialias=True))
        results.append(F.interpolate(x, size=(high // 3, wide * 2), mode="bicubic", antialias=True))
        amounts = [wide // 5, (4 - wide % 4) % 4, high // 4, high // 3]
        results += [F.pad(x, amounts, mode=mode) for mode in ("constant", "reflect", "replicate")]
        results += [F.pad(x, amounts, value=2.5), F.pad(x, (1, 2, 3, 4), mode="circular")]
        results += [F.adaptive_max_pool2d(x, (4, 5)), F.adaptive_avg_pool2d(x, (3, 7))]
        return [*results, F.max_pool2d(x, 3, 2, dilation=2)]


def espcn() -> nn.Module:
    """Convolutions at the small size, pixels shuffled at the end (Shi, 2016)."""
    return nn.Sequential(nn.Conv2d(1, 8, 5, padding=2), nn.Tanh(), nn.Conv2d(8, 4, 3, padding=1), nn.PixelShuffle(2))
