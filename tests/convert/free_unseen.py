"""Networks for images and sequences of any size in the way that people publish them: shapes unpacked, positions made in
``forward``, pads and crops computed, states of zeros, frames, folds."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from free_images import block
from torch import Tensor, nn


class ASPP(nn.Module):
    """DeepLab V3's head: atrous convolutions, the image's mean grown to the map, scores grown to the image."""

    class Pooling(nn.Sequential):
        def __init__(self, inside: int, outside: int) -> None:
            super().__init__(nn.AdaptiveAvgPool2d(1), nn.Conv2d(inside, outside, 1, bias=False), nn.ReLU())

        def forward(self, x: Tensor) -> Tensor:
            size = x.shape[-2:]
            for part in self:
                x = part(x)
            return F.interpolate(x, size=size, mode="bilinear", align_corners=False)

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(block(3, 6, 2), nn.MaxPool2d(3, 2, 1), block(6, 8), block(8, 8, dilation=2))
        self.parts = nn.ModuleList(
            [block(8, 4, kernel=1), *(block(8, 4, dilation=d) for d in (2, 3)), self.Pooling(8, 4)]
        )
        self.project = nn.Sequential(block(16, 6, kernel=1), nn.Dropout(0.5), nn.Conv2d(6, 5, 1))

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[-2:]
        x = self.backbone(x)
        x = self.project(torch.cat([part(x) for part in self.parts], dim=1))
        return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


class BiSeNet(nn.Module):
    """A spatial and a context path with attention by means, fused and grown by a factor."""

    def __init__(self) -> None:
        super().__init__()
        self.spatial = nn.Sequential(block(3, 6, 2), block(6, 8, 2))
        self.context = nn.Sequential(block(3, 6, 2), block(6, 8, 2), block(8, 8, 2))
        self.attend, self.fuse, self.head = nn.Conv2d(8, 8, 1), block(16, 8, kernel=1), nn.Conv2d(8, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        spatial, deep = self.spatial(x), self.context(x)
        mean = F.avg_pool2d(deep, deep.size()[2:])
        deep = deep * torch.sigmoid(self.attend(mean)) + mean
        deep = F.interpolate(deep, spatial.size()[2:], mode="nearest")
        out = self.fuse(torch.cat([spatial, deep], 1))
        return F.interpolate(self.head(out), x.size()[2:], mode="bilinear", align_corners=True)


class PixelShuffleSR(nn.Module):
    """Super-resolution with a bilinear shortcut and two doublings by shuffled pixels; pixels unshuffled at the start."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.grow = nn.Conv2d(12, 8, 3, 1, 1), nn.ModuleList(nn.Conv2d(8, 32, 3, 1, 1) for _ in range(3))
        self.last = nn.Conv2d(8, 3, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        _, _, h, w = x.size()
        padded = F.pad(x, (0, (2 - w % 2) % 2, 0, (2 - h % 2) % 2), "replicate")
        deep = self.first(F.pixel_unshuffle(padded, 2))
        for grow in self.grow:
            deep = F.leaky_relu(F.pixel_shuffle(grow(deep), 2), 0.2)
        base = F.interpolate(x, scale_factor=4, mode="bilinear", align_corners=False)
        return self.last(deep)[:, :, : h * 4, : w * 4] + base


class CRNNFull(nn.Module):
    """A text recogniser: mean over the height that is left, two LSTMs one after the other, states of zeros made by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(block(1, 6), nn.MaxPool2d(2, 2), block(6, 8), nn.MaxPool2d((2, 2), (2, 1), (0, 1)))
        self.one, self.two = nn.LSTM(8, 6, bidirectional=True), nn.LSTM(12, 5, 2)
        self.head = nn.Linear(5, 7)

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x)
        x = F.adaptive_avg_pool2d(x.permute(0, 3, 1, 2), (None, 1)).squeeze(3).transpose(0, 1)
        x, _ = self.one(x)
        zeros = torch.zeros(2, x.size(1), 5, device=x.device, dtype=x.dtype)
        x, _ = self.two(x, (zeros, zeros))
        t, b, h = x.size()
        return self.head(x.reshape(t * b, h)).view(t, b, -1).permute(1, 0, 2)


class SinePositions(nn.Module):
    """A transformer encoder whose positions are computed for the length, with a mask of what lies ahead."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.head = nn.Linear(5, 8), nn.Linear(8, 4)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x) * math.sqrt(8)
        _, length, width = x.shape
        table = torch.zeros(length, width)
        place = torch.arange(0, length).unsqueeze(1).float()
        speed = torch.exp(torch.arange(0, width, 2).float() * -(math.log(10000.0) / width))
        table[:, 0::2] = torch.sin(place * speed)
        table[:, 1::2] = torch.cos(place * speed)
        mask = torch.triu(torch.full((length, length), float("-inf")), diagonal=1)
        return self.head(self.encoder(x + table[None], mask=mask))


class RelativeShift(nn.Module):
    """Transformer-XL's attention: scores by distance, moved into place by a column of zeros and a reshape."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.place, self.out = nn.Linear(8, 24), nn.Linear(8, 8), nn.Linear(8, 8)
        self.u, self.v = nn.Parameter(torch.randn(2, 4) * 0.3), nn.Parameter(torch.randn(2, 4) * 0.3)

    @staticmethod
    def shift(x: Tensor) -> Tensor:
        b, h, q, k = x.size()
        x = torch.cat([x.new_zeros(b, h, q, 1), x], dim=-1).view(b, h, k + 1, q)
        return x[:, :, 1:].reshape(b, h, q, k)

    def forward(self, x: Tensor) -> Tensor:
        b, t, c = x.shape
        distances = torch.arange(t - 1, -1, -1.0)
        angles = distances[:, None] * torch.tensor([1.0, 0.1, 0.01, 0.001])
        r = self.place(torch.cat([angles.sin(), angles.cos()], -1)).view(t, 2, 4).transpose(0, 1)
        q, k, v = (part.view(b, t, 2, 4).transpose(1, 2) for part in self.qkv(x).split(8, -1))
        scores = (q + self.u[:, None]) @ k.mT + self.shift((q + self.v[:, None]) @ r.mT)
        scores = scores.masked_fill(torch.ones(t, t, dtype=torch.bool).triu(1), -1e4)
        return x + self.out((scores / 2).softmax(-1).matmul(v).transpose(1, 2).reshape(b, t, c))


class ConformerRelative(nn.Module):
    """A Conformer block with attention by learned distances (an Embedding), GLU, depthwise convolution, batch norm."""

    def __init__(self) -> None:
        super().__init__()
        self.front = nn.Sequential(nn.Conv1d(8, 8, 3, 2), nn.ReLU(), nn.Conv1d(8, 8, 3, 2), nn.ReLU())
        self.norm, self.qkv, self.distances, self.out = (
            nn.LayerNorm(8),
            nn.Linear(8, 24, bias=False),
            nn.Embedding(21, 4),
            nn.Linear(8, 8),
        )
        self.conv = nn.Sequential(
            nn.Conv1d(8, 16, 1),
            nn.GLU(1),
            nn.Conv1d(8, 8, 7, padding=3, groups=8),
            nn.BatchNorm1d(8),
            nn.SiLU(),
            nn.Conv1d(8, 8, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.front(x).transpose(1, 2)
        n = x.shape[-2]
        q, k, v = (part.unflatten(-1, (2, 4)).transpose(1, 2) for part in self.qkv(self.norm(x)).chunk(3, -1))
        seq = torch.arange(n)
        dist = (seq.view(n, 1) - seq.view(1, n)).clamp(-10, 10) + 10
        bias = torch.einsum("bhnd,nrd->bhnr", q, self.distances(dist)) * 0.5
        attn = (torch.einsum("bhid,bhjd->bhij", q, k) * 0.5 + bias).softmax(-1)
        x = x + self.out(torch.einsum("bhij,bhjd->bhid", attn, v).transpose(1, 2).flatten(2))
        return x + self.conv(x.transpose(1, 2)).transpose(1, 2)


class ShiftedWindows(nn.Module):
    """Swin as torchvision has it: pads to windows, a mask of regions made in ``forward`` by slices, patches merged."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.norm, self.qkv, self.out = (
            nn.Conv2d(3, 8, 2, 2),
            nn.LayerNorm(8),
            nn.Linear(8, 24),
            nn.Linear(8, 8),
        )
        self.reduction = nn.Linear(32, 8, bias=False)

    def attend(self, x: Tensor, size: int = 4, shift: int = 2) -> Tensor:
        B, H, W, C = x.shape
        pad_r, pad_b = (size - W % size) % size, (size - H % size) % size
        x = F.pad(x, (0, 0, 0, pad_r, 0, pad_b))
        _, pad_H, pad_W, _ = x.shape
        x = torch.roll(x, shifts=(-shift, -shift), dims=(1, 2))
        count = (pad_H // size) * (pad_W // size)
        x = x.view(B, pad_H // size, size, pad_W // size, size, C)
        x = x.permute(0, 1, 3, 2, 4, 5).reshape(B * count, size * size, C)
        qkv = self.qkv(x).reshape(x.size(0), x.size(1), 3, 2, C // 2).permute(2, 0, 3, 1, 4)
        attn = (qkv[0] * (C // 2) ** -0.5).matmul(qkv[1].transpose(-2, -1))
        mask = x.new_zeros((pad_H, pad_W))
        slices = ((0, -size), (-size, -shift), (-shift, None))
        number = 0
        for h in slices:
            for w in slices:
                mask[h[0] : h[1], w[0] : w[1]] = number
                number += 1
        mask = mask.view(pad_H // size, size, pad_W // size, size).permute(0, 2, 1, 3).reshape(count, size * size)
        mask = mask.unsqueeze(1) - mask.unsqueeze(2)
        mask = mask.masked_fill(mask != 0, -100.0).masked_fill(mask == 0, 0.0)
        attn = attn.view(x.size(0) // count, count, 2, size * size, size * size) + mask.unsqueeze(1).unsqueeze(0)
        attn = attn.view(-1, 2, size * size, size * size).softmax(-1)
        x = self.out(attn.matmul(qkv[2]).transpose(1, 2).reshape(x.size(0), x.size(1), C))
        x = x.view(B, pad_H // size, pad_W // size, size, size, C).permute(0, 1, 3, 2, 4, 5).reshape(B, pad_H, pad_W, C)
        return torch.roll(x, shifts=(shift, shift), dims=(1, 2))[:, :H, :W, :].contiguous()

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).permute(0, 2, 3, 1)
        x = x + self.attend(self.norm(x))
        H, W, _ = x.shape[-3:]
        x = F.pad(x, (0, 0, 0, W % 2, 0, H % 2))
        x = torch.cat([x[..., 0::2, 0::2, :], x[..., 1::2, 0::2, :], x[..., 0::2, 1::2, :], x[..., 1::2, 1::2, :]], -1)
        return self.reduction(x)


class Frames(nn.Module):
    """A front end for sound: frames by ``unfold``, a window, a Fourier transform by ``rfft``, a bank of bands, a logarithm."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(32))
        self.register_buffer("bank", torch.rand(17, 6))
        self.head = nn.Conv1d(6, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        frames = x.squeeze(1).unfold(-1, 32, 12)
        power = torch.fft.rfft(frames * self.window).abs().pow(2)
        return self.head(torch.log1p(power @ self.bank).transpose(1, 2))


class Spectrogram(nn.Module):
    """``torch.stft`` with its centre padded, power in decibels, normalised over time."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(64))
        self.body = nn.Sequential(block(1, 4, 2), nn.Conv2d(4, 3, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        spectrum = torch.stft(x.squeeze(1), 64, 16, 64, self.window, center=True, return_complex=True)
        power = 10 * torch.log10(spectrum.real.square() + spectrum.imag.square() + 1e-3)
        power = (power - power.mean(-1, keepdim=True)) / (power.std(-1, keepdim=True) + 1e-3)
        return self.body(power.unsqueeze(1))


class ConvSpectrogram(nn.Module):
    """A spectrogram as convolution with sines (nnAudio's way), with pre-emphasis and reflected ends."""

    def __init__(self) -> None:
        super().__init__()
        angle = 2 * math.pi * torch.arange(16.0)[:, None] * torch.arange(32.0) / 32
        self.register_buffer("wave", torch.cat([angle.cos(), angle.sin()]).unsqueeze(1))
        self.head = nn.GRU(16, 5, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([x[..., :1], x[..., 1:] - 0.97 * x[..., :-1]], -1)
        real, imaginary = F.conv1d(F.pad(x, (16, 16), "reflect"), self.wave, stride=8).chunk(2, 1)
        return self.head(torch.sqrt(real**2 + imaginary**2 + 1e-6).transpose(1, 2))[0]


class Folded(nn.Module):
    """Overlapping patches by ``unfold``, a linear map of each, put back by ``fold``, divided by how often each was hit."""

    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Linear(3 * 16, 3 * 16)

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[-2:]
        patches = F.unfold(x, 4, stride=2, padding=1)
        mixed = self.map(patches.transpose(1, 2)).transpose(1, 2)
        count = F.fold(F.unfold(torch.ones_like(x), 4, stride=2, padding=1), size, 4, stride=2, padding=1)
        return F.fold(mixed, size, 4, stride=2, padding=1) / count.clamp(min=1)


class FoldedWindows(nn.Module):
    """Patches without overlap, mixed among themselves (a MobileViT block), folded back."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.layer, self.last = (
            nn.Conv2d(3, 8, 1),
            nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
            nn.Conv2d(8, 3, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        b, _, h, w = x.shape
        new_h, new_w = math.ceil(h / 2) * 2, math.ceil(w / 2) * 2
        y = self.first(F.interpolate(x, size=(new_h, new_w), mode="bilinear", align_corners=False))
        patches = F.unfold(y, 2, stride=2).view(b, 8, 4, -1).permute(0, 2, 3, 1)
        mixed = self.layer(patches.reshape(b * 4, -1, 8)).view(b, 4, -1, 8).permute(0, 3, 1, 2).reshape(b, 32, -1)
        y = F.fold(mixed, (new_h, new_w), 2, stride=2)
        return x + F.interpolate(self.last(y), size=(h, w), mode="bilinear", align_corners=False)


class AdaptivePools(nn.Module):
    """Adaptive means and maxima of several sizes, with one side kept, in one, two and three axes; positions given too."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        maxima, places = F.adaptive_max_pool2d(x, (3, 2), return_indices=True)
        rows = x.flatten(1, 2)
        return (
            F.adaptive_avg_pool2d(x, (None, 3)),
            F.adaptive_avg_pool2d(x, 7),
            F.adaptive_max_pool2d(x, (1, None)),
            maxima,
            places.float(),
            F.adaptive_avg_pool1d(rows, 4),
            F.adaptive_max_pool1d(rows, 6),
            F.adaptive_avg_pool3d(x.unsqueeze(1), (2, 3, 4)),
        )


class PoolToGrid(nn.Module):
    """Features pooled to a grid that the classifier's linear layers need (VGG, AlexNet): any image becomes 3 x 3."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(block(3, 6), nn.MaxPool2d(2), block(6, 8), nn.MaxPool2d(3, 2, ceil_mode=True))
        self.pool, self.classify = (
            nn.AdaptiveAvgPool2d((3, 3)),
            nn.Sequential(nn.Linear(72, 16), nn.ReLU(), nn.Linear(16, 5)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classify(torch.flatten(self.pool(self.features(x)), 1))


class SpatialPyramid(nn.Module):
    """He's spatial pyramid pooling: kernels and strides computed from the size."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = block(3, 4, 2), nn.Linear(4 * 21, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x)
        return self.head(torch.cat([F.adaptive_max_pool2d(x, n).flatten(1) for n in (4, 2, 1)], 1))


class Unpooled(nn.Module):
    """Two pools with positions and their unpools, sizes by name; odd sizes lose their last row."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c, self.d = block(3, 4), block(4, 6), block(6, 4), nn.Conv2d(4, 2, 3, 1, 1)
        self.pool, self.unpool = nn.MaxPool2d(2, 2, return_indices=True), nn.MaxUnpool2d(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        a = self.a(x)
        one, first = self.pool(a)
        b = self.b(one)
        two, second = self.pool(b)
        up = self.c(self.unpool(two, second, output_size=b.size()))
        return self.d(self.unpool(up, first, output_size=a.size()))


class PoolPositions(nn.Module):
    """The positions of the maxima as an output, also in one dimension and with padding."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        values, places = F.max_pool2d(x, 3, 2, 1, return_indices=True)
        one, where = F.max_pool1d(x.flatten(1, 2), 2, return_indices=True)
        return values, places.float(), one, where.float()


class UNetPlusPlus(nn.Module):
    """Nested U-Net: every skip goes through convolutions, each growth is fitted by a pad on both sides."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = block(3, 4), block(4, 6), block(6, 8)
        self.ab, self.bc, self.abc = block(10, 4), block(14, 6), block(14, 4)
        self.head = nn.Conv2d(4, 2, 1)

    @staticmethod
    def fit(x: Tensor, like: Tensor) -> Tensor:
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
        dy, dx = like.size()[2] - x.size()[2], like.size()[3] - x.size()[3]
        return F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2], mode="replicate")

    def forward(self, x: Tensor) -> Tensor:
        a = self.a(x)
        b = self.b(F.max_pool2d(a, 2))
        c = self.c(F.max_pool2d(b, 2))
        ab = self.ab(torch.cat([a, self.fit(b, a)], 1))
        bc = self.bc(torch.cat([b, self.fit(c, b)], 1))
        return self.head(self.abc(torch.cat([a, ab, self.fit(bc, a)], 1)))


class HRNetThree(nn.Module):
    """Three resolutions that exchange everything with everything, joined at the finest by bilinear growth."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.two, self.three = block(3, 4, 2), block(4, 6, 2), block(6, 8, 2)
        self.up = nn.ModuleDict({"21": nn.Conv2d(6, 4, 1), "31": nn.Conv2d(8, 4, 1), "32": nn.Conv2d(8, 6, 1)})
        self.down = nn.ModuleDict({"12": nn.Conv2d(4, 6, 3, 2, 1), "23": nn.Conv2d(6, 8, 3, 2, 1)})
        self.head = nn.Conv2d(18, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        one = self.stem(x)
        two = self.two(one)
        three = self.three(two)
        h, w = int(one.size(2)), int(one.size(3))
        new = one + F.interpolate(self.up["21"](two), size=(h, w), mode="bilinear", align_corners=True)
        new = new + F.interpolate(self.up["31"](three), size=(h, w), mode="bilinear", align_corners=True)
        middle = (
            two + self.down["12"](one) + F.interpolate(self.up["32"](three), size=two.shape[2:], mode="nearest-exact")
        )
        three = three + self.down["23"](two)
        grown = [F.interpolate(part, (h, w), mode="bilinear", align_corners=False) for part in (middle, three)]
        return self.head(torch.cat([F.relu(new), *grown], 1))


class GatedWaveNet(nn.Module):
    """Without padding: each layer shortens the sound, skips are cut at the front to what is left."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.layers = (
            nn.Conv1d(1, 6, 1),
            nn.ModuleList(nn.Conv1d(6, 12, 2, dilation=2**i) for i in range(4)),
        )
        self.mix, self.skip, self.head = (
            nn.ModuleList(nn.Conv1d(6, 6, 1) for _ in range(4)),
            nn.ModuleList(nn.Conv1d(6, 5, 1) for _ in range(4)),
            nn.Conv1d(5, 4, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        x, total = self.first(x), torch.zeros(())
        for layer, mix, skip in zip(self.layers, self.mix, self.skip, strict=True):
            a, b = layer(x).split(6, 1)
            gated = a.tanh() * b.sigmoid()
            x = mix(gated) + x[..., -gated.size(2) :]
            s = skip(gated)
            total = s if total.dim() == 0 else total[..., -s.size(-1) :] + s
        return self.head(total.relu())


class Demucs(nn.Module):
    """Sound made up to a valid length, halved thrice by strides, an LSTM in the middle, grown back, skips cut in their middle."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList(nn.Conv1d(a, b, 4, 2) for a, b in ((1, 4), (4, 6), (6, 8)))
        self.up = nn.ModuleList(nn.ConvTranspose1d(a, b, 4, 2) for a, b in ((8, 6), (6, 4), (4, 1)))
        self.lstm, self.linear = nn.LSTM(8, 8, bidirectional=True), nn.Linear(16, 8)

    @staticmethod
    def valid(length: int) -> int:
        for _ in range(3):
            length = max((length - 4 + 1) // 2 + 1, 1)
        for _ in range(3):
            length = (length - 1) * 2 + 4
        return length

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[-1]
        x = F.pad(x, (0, self.valid(length) - length))
        kept = []
        for down in self.down:
            x = F.relu(down(x))
            kept.append(x)
        x = self.linear(self.lstm(x.permute(2, 0, 1))[0]).permute(1, 2, 0)
        for up in self.up:
            skip = kept.pop()
            more = skip.shape[-1] - x.shape[-1]
            x = x + skip[..., more // 2 : skip.shape[-1] - (more - more // 2)]
            x = F.relu(up(x))
        return x[..., :length]


class SqueezeUNet1D(nn.Module):
    """Strided 1-D U-Net with squeeze and excitation and nearest growth, cropped to the skip."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Conv1d(2, 6, 9, padding=4), nn.Conv1d(6, 8, 9, 4, 4), nn.Conv1d(8, 10, 9, 4, 4)
        self.up_b, self.up_a, self.head = (
            nn.Conv1d(18, 8, 3, padding=1),
            nn.Conv1d(14, 6, 3, padding=1),
            nn.Conv1d(6, 1, 1),
        )
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(10, 10), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        a = F.relu(self.a(x))
        b = F.relu(self.b(a))
        c = F.relu(self.c(b))
        c = c * self.squeeze(c)[:, :, None]
        up = F.interpolate(c, scale_factor=4)[:, :, : b.shape[2]]
        up = F.relu(self.up_b(torch.cat([up, b], 1)))
        up = F.interpolate(up, scale_factor=4.0, mode="linear")[:, :, : a.shape[2]]
        return self.head(F.relu(self.up_a(torch.cat([up, a], 1))))


class Detector(nn.Module):
    """FCOS-like: three levels by a pyramid with added growth, heads shared among them, anchors from the levels' sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.c3, self.c4, self.c5 = nn.Sequential(block(3, 6, 2), block(6, 6, 2)), block(6, 8, 2), block(8, 8, 2)
        self.l3, self.l4, self.l5 = nn.Conv2d(6, 6, 1), nn.Conv2d(8, 6, 1), nn.Conv2d(8, 6, 1)
        self.scores, self.boxes = nn.Conv2d(6, 3, 3, 1, 1), nn.Conv2d(6, 4, 3, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        c3 = self.c3(x)
        c4 = self.c4(c3)
        c5 = self.c5(c4)
        p5 = self.l5(c5)
        p4 = self.l4(c4) + F.interpolate(p5, size=c4.shape[-2:], mode="bilinear", align_corners=False)
        p3 = self.l3(c3) + F.interpolate(p4, size=c3.shape[-2:], mode="bilinear", align_corners=False)
        scores, boxes = [], []
        for level, stride in ((p3, 4), (p4, 8), (p5, 16)):
            n, _, h, w = level.shape
            y = (torch.arange(h, dtype=torch.float32) + 0.5) * stride
            xs = (torch.arange(w, dtype=torch.float32) + 0.5) * stride
            gy, gx = torch.meshgrid(y, xs, indexing="ij")
            centre = torch.stack([gx.reshape(-1), gy.reshape(-1)], -1)
            distance = F.softplus(self.boxes(level)).permute(0, 2, 3, 1).reshape(n, -1, 4) * stride
            boxes.append(torch.cat([centre - distance[..., :2], centre + distance[..., 2:]], -1))
            scores.append(self.scores(level).flatten(2).transpose(1, 2).sigmoid())
        return torch.cat(boxes, 1) / max(x.shape[-2:]), torch.cat(scores, 1)


class NonLocal(nn.Module):
    """A non-local block, a criss-cross of strips, coordinate attention: products over all places and means along each side."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.q, self.k, self.v = block(3, 8, 2), nn.Conv2d(8, 4, 1), nn.Conv2d(8, 4, 1), nn.Conv2d(8, 8, 1)
        self.mix, self.to_h, self.to_w = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1), nn.Conv2d(4, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        n, c, h, w = x.size()
        k = F.max_pool2d(self.k(x), 2).view(n, 4, -1)
        v = F.max_pool2d(self.v(x), 2).view(n, 8, -1)
        q = self.q(x).view(n, 4, -1).permute(0, 2, 1)
        x = x + torch.bmm(v, torch.softmax(torch.bmm(q, k), -1).permute(0, 2, 1)).view(n, c, h, w)
        x_h = F.adaptive_avg_pool2d(x, (h, 1))
        x_w = F.adaptive_avg_pool2d(x, (1, w)).permute(0, 1, 3, 2)
        y = F.hardswish(self.mix(torch.cat([x_h, x_w], dim=2)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        return x * self.to_w(x_w.permute(0, 1, 3, 2)).sigmoid() * self.to_h(x_h).sigmoid()


class Checkerboard(nn.Module):
    """Every second pixel by steps, flips, rolls by half the size, cumulative sums over both sides (an integral image)."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        high, wide = x.shape[-2:]
        integral = F.pad(x.cumsum(2).cumsum(3), (1, 0, 1, 0))
        box = integral[:, :, 3:, 3:] - integral[:, :, :-3, 3:] - integral[:, :, 3:, :-3] + integral[:, :, :-3, :-3]
        return (
            x[:, :, 1::2, ::3],
            x.flip(-1, 2),
            torch.roll(x, (high // 2, -(wide // 3)), (2, 3)),
            box / 9,
            x[..., high // 4 : high - high // 4, wide // 4 : -(wide // 4)],
            x.unfold(2, 4, 3).mean(-1),
        )


class MaskedMean(nn.Module):
    """A sequence split in chunks of ten with the rest padded, attention within each chunk, a mask that hides the padding."""

    def __init__(self) -> None:
        super().__init__()
        self.attend, self.head = nn.MultiheadAttention(6, 2, batch_first=True), nn.Linear(6, 3)
        self.first = nn.Linear(5, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        b, t, c = x.shape
        rest = (-t) % 10
        hidden = torch.arange(t + rest) >= t
        chunks = F.pad(x, (0, 0, 0, rest)).reshape(b * ((t + rest) // 10), 10, c)
        mask = hidden.view(1, -1, 10).expand(b, -1, -1).reshape(-1, 10)
        mixed, _ = self.attend(chunks, chunks, chunks, key_padding_mask=mask)
        return self.head(mixed.reshape(b, t + rest, c)[:, :t].mean(1))
