"""Small faithful networks for sequences, recordings and videos of any length."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from free_images import block
from torch import Tensor, nn


class TCN(nn.Module):
    """Causal dilated convolutions: padded at both ends, cut at one (Bai, 2018)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv1d(a, 8, 3, padding=2 * d, dilation=d) for a, d in ((4, 1), (8, 2), (8, 4)))
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            grown = F.relu(layer(x)[:, :, : -layer.padding[0]])
            x = grown if grown.shape[1] != x.shape[1] else x + grown
        return self.head(x.transpose(1, 2))


class WaveNet(nn.Module):
    """Gated dilated convolutions with skips."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(1, 8, 1)
        self.gates = nn.ModuleList(nn.Conv1d(8, 16, 2, dilation=d) for d in (1, 2, 4))
        self.skips, self.head = nn.ModuleList(nn.Conv1d(8, 8, 1) for _ in range(3)), nn.Conv1d(8, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x, total = self.first(x), None
        for gate, skip in zip(self.gates, self.skips, strict=True):
            a, b = gate(F.pad(x, (gate.dilation[0], 0))).chunk(2, 1)
            inner = torch.tanh(a) * torch.sigmoid(b)
            x = x + inner
            total = skip(inner) if total is None else total + skip(inner)
        return self.head(F.relu(total))


class HiFiGAN(nn.Module):
    """Transposed convolutions and dilated residual blocks, from frames to samples."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv1d(10, 16, 7, padding=3), nn.Conv1d(4, 1, 7, padding=3)
        self.ups = nn.ModuleList([nn.ConvTranspose1d(16, 8, 8, 4, 2), nn.ConvTranspose1d(8, 4, 4, 2, 1)])
        self.mixes = nn.ModuleList(nn.Conv1d(width, width, 3, padding=d, dilation=d) for width, d in ((8, 3), (4, 5)))

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for up, mix in zip(self.ups, self.mixes, strict=True):
            x = up(F.leaky_relu(x, 0.1))
            x = x + mix(F.leaky_relu(x, 0.1))
        return torch.tanh(self.last(F.leaky_relu(x)))


class ConvTasNet(nn.Module):
    """An encoder of sound, masks for two speakers, a decoder; the length is made up to whole strides and cut back."""

    def __init__(self) -> None:
        super().__init__()
        self.encode, self.decode = nn.Conv1d(1, 8, 16, 8, bias=False), nn.ConvTranspose1d(8, 1, 16, 8, bias=False)
        self.norm, self.mask = nn.GroupNorm(1, 8), nn.Conv1d(8, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[-1]
        rest = (8 - (length - 16) % 8) % 8
        coded = F.relu(self.encode(F.pad(x, (8, rest + 8))))
        masks = torch.sigmoid(self.mask(self.norm(coded))).view(x.shape[0], 2, 8, -1)
        parts = (masks * coded.unsqueeze(1)).view(x.shape[0] * 2, 8, -1)
        return self.decode(parts).view(x.shape[0], 2, -1)[:, :, 8 : 8 + length]


class CRNN(nn.Module):
    """Columns of a text line through an LSTM, the width free."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            block(1, 6), nn.MaxPool2d(2), block(6, 8), nn.MaxPool2d((2, 1)), nn.Conv2d(8, 8, (4, 1))
        )
        self.lstm, self.head = nn.LSTM(8, 6, bidirectional=True, batch_first=True), nn.Linear(12, 7)

    def forward(self, x: Tensor) -> Tensor:
        columns = self.body(x).squeeze(2).permute(0, 2, 1)
        return F.log_softmax(self.head(self.lstm(columns)[0]), -1)


class Encoder(nn.Module):
    """A transformer over words, sine positions made for the length."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.head = nn.Linear(5, 8), nn.Linear(8, 3)
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="gelu")
        self.encoder = nn.TransformerEncoder(layer, 2)

    def forward(self, x: Tensor) -> Tensor:
        place = torch.arange(x.shape[1], dtype=torch.float32).unsqueeze(1)
        speed = torch.exp(torch.arange(0, 8, 2, dtype=torch.float32) * -1.2)
        table = torch.cat([torch.sin(place * speed), torch.cos(place * speed)], 1)
        return self.head(self.encoder(self.table(x) + table))


class Conformer(nn.Module):
    """Convolutions that quarter the frames, relative shifts of attention by slices, GLU."""

    def __init__(self) -> None:
        super().__init__()
        self.sub = nn.Sequential(nn.Conv2d(1, 4, 3, 2), nn.ReLU(), nn.Conv2d(4, 4, 3, 2), nn.ReLU())
        self.project, self.attend = nn.Linear(4 * 4, 8), nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm, self.wide, self.depth = nn.LayerNorm(8), nn.Conv1d(8, 16, 1), nn.Conv1d(8, 8, 5, padding=2, groups=8)

    def forward(self, x: Tensor) -> Tensor:
        x = self.sub(x.unsqueeze(1))
        batch, channels, time, bands = x.shape
        x = self.project(x.transpose(1, 2).reshape(batch, time, channels * bands))
        x = x + self.attend(x, x, x, need_weights=False)[0]
        return x + self.depth(F.glu(self.wide(self.norm(x).transpose(1, 2)), 1)).transpose(1, 2)


class Causal(nn.Module):
    """A decoder with a causal mask and a table of positions cut to the length."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.place, self.qkv, self.head = (
            nn.Linear(5, 8),
            nn.Embedding(64, 8),
            nn.Linear(8, 24),
            nn.Linear(8, 5),
        )

    def forward(self, x: Tensor) -> Tensor:
        batch, time, _ = x.shape
        x = self.first(x) + self.place(torch.arange(time))
        q, k, v = self.qkv(x).view(batch, time, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.head(mixed.transpose(1, 2).reshape(batch, time, 8))


class Audio1D(nn.Module):
    """A one-dimensional U-Net: linear growth to the size of the skip."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Conv1d(2, 6, 5, padding=2), nn.Conv1d(6, 8, 5, 2, 2), nn.Conv1d(8, 8, 5, 2, 2)
        self.up, self.head = nn.Conv1d(16, 6, 3, padding=1), nn.Conv1d(12, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        a = F.relu(self.a(x))
        b = F.relu(self.b(a))
        c = F.relu(self.c(b))
        up = self.up(torch.cat([F.interpolate(c, size=b.shape[-1], mode="linear", align_corners=False), b], 1))
        return self.head(torch.cat([F.interpolate(up, size=a.shape[-1], mode="linear", align_corners=True), a], 1))


class VideoNet(nn.Module):
    """Three-dimensional convolutions, trilinear growth."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.head = nn.Conv3d(2, 4, 3, 1, 1), nn.Conv3d(4, 4, 3, 2, 1), nn.Conv3d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        a = F.relu(self.a(x))
        b = F.relu(self.b(a))
        return self.head(torch.cat([a, F.interpolate(b, size=a.shape[2:], mode="trilinear", align_corners=False)], 1))
