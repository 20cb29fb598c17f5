"""Networks of odd structure over free sizes: padding to whole tiles, chains of resizes, tables of relative places, space folded
into the batch, warps, sums along a length, products over lengths."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PadToTiles(nn.Module):
    """Zeros up to a multiple of 32, five halvings and five doublings, cut back to the image."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList(nn.Conv2d(a, 4, 3, 2, 1) for a in (3, 4, 4, 4, 4))
        self.up = nn.ModuleList(nn.ConvTranspose2d(4, 4, 2, 2) for _ in range(5))
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        high, wide = x.shape[-2:]
        x = F.pad(x, (0, -wide % 32, 0, -high % 32))
        kept = []
        for part in self.down:
            x = F.relu(part(x))
            kept.append(x)
        for part, skip in zip(self.up, [*kept[-2::-1], None], strict=True):
            x = part(x)
            x = x if skip is None else F.relu(x + skip)
        return self.head(x)[..., :high, :wide]


class ResizeChain(nn.Module):
    """Sizes of other tensors by turns in several modes, there and back."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.head = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 4, 3, 3), nn.Conv2d(12, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        a = F.relu(self.a(x))
        b = F.relu(self.b(a))
        one = F.interpolate(F.interpolate(b, size=a.shape[-2:], mode="bilinear", align_corners=True), size=x.shape[-2:])
        two = F.interpolate(b, size=x.shape[-2:], mode="bicubic", align_corners=False)
        small = F.interpolate(a, size=(b.shape[-2] + 1, b.shape[-1] * 2), mode="bilinear", align_corners=False)
        three = F.interpolate(small, size=x.shape[-2:], mode="bilinear", align_corners=True)
        return self.head(torch.cat([one, two, three], 1))


class RelativeBias(nn.Module):
    """Attention with a learned number for each distance, cut at eight (as T5 has it, without its logarithm)."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.table, self.out = nn.Linear(5, 24), nn.Embedding(17, 2), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        batch, time, _ = x.shape
        q, k, v = self.qkv(x).view(batch, time, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        place = torch.arange(time)
        bias = self.table((place[None] - place[:, None]).clamp(-8, 8) + 8).permute(2, 0, 1)
        mixed = (q @ k.transpose(-2, -1) / 2 + bias).softmax(-1) @ v
        return x + self.out(mixed.transpose(1, 2).flatten(2))


class SpaceInBatch(nn.Module):
    """A dilated convolution as a plain one over four images of every second pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 3, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, high, wide = x.shape
        padded = F.pad(x, (0, wide % 2, 0, high % 2))
        h, w = (high + 1) // 2, (wide + 1) // 2
        parts = padded.view(batch, channels, h, 2, w, 2).permute(3, 5, 0, 1, 2, 4).reshape(4 * batch, channels, h, w)
        parts = self.c(parts).view(2, 2, batch, channels, h, w).permute(2, 3, 4, 0, 5, 1)
        return parts.reshape(batch, channels, 2 * h, 2 * w)[:, :, :high, :wide]


class Warp(nn.Module):
    """An image moved by a field of half its size, in pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.field = nn.Conv2d(3, 2, 3, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        high, wide = x.shape[-2:]
        move = 2 * F.interpolate(self.field(x), size=(high, wide), mode="bilinear", align_corners=False)
        rows, columns = torch.meshgrid(torch.arange(high), torch.arange(wide), indexing="ij")
        across = (columns + move[:, 0] + 0.5) * 2 / wide - 1
        down = (rows + move[:, 1] + 0.5) * 2 / high - 1
        grid = torch.stack([across, down], -1)
        return F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)


class CountedPlaces(nn.Module):
    """Places that are counted along the length where something is, and a running mean."""

    def __init__(self) -> None:
        super().__init__()
        self.f = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        there = (x.abs().sum(-1) > 1.5).to(x.dtype)
        place = (torch.cumsum(there, 1) * there).unsqueeze(-1) * torch.tensor([1.0, 0.1, 0.01])
        mean = x.cumsum(1) / torch.arange(1, x.shape[1] + 1, dtype=x.dtype)[:, None]
        return self.f(torch.cat([mean, torch.sin(place)], -1)) * there.unsqueeze(-1)


class Products(nn.Module):
    """Attention that is linear in the length, by einsum, along the rows and then along the columns of an image."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Conv2d(3, 12, 1), nn.Conv2d(4, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).chunk(3, 1)
        q, k = F.elu(q) + 1, F.elu(k) + 1
        rows = torch.einsum("bchd,bhde->bche", q, torch.einsum("bchd,bche->bhde", k, v))
        rows = rows / torch.einsum("bchw,bhw->bch", q, k.sum(1)).unsqueeze(-1)
        columns = torch.einsum("bchw,bcgw->bhgw", q, k).softmax(2)
        return self.out(rows + torch.einsum("bhgw,bcgw->bchw", columns, v))
