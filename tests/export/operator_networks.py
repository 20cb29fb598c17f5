"""Small networks of the kinds that use what exporters lack: spectral layers, complex weights, fake quantization, unpooling,
inverses, broadcast assignments. Each has its inputs with a free batch beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.ao import quantization

from pt2k_gui.sources.card import TensorSpec


@dataclass(frozen=True)
class Network:
    make: Callable[[], nn.Module]
    inputs: tuple[TensorSpec, ...]


def images(channels: int, height: int, width: int) -> tuple[TensorSpec, ...]:
    return (TensorSpec("x", "float32", ("batch", channels, height, width)),)


def rows(*sizes: int) -> tuple[TensorSpec, ...]:
    return (TensorSpec("x", "float32", ("batch", *sizes)),)


class SpectralConv2d(nn.Module):
    """The layer of Fourier neural operators (Li et al., 2021): complex weights for the lowest frequencies."""

    def __init__(self, channels: int, modes: int) -> None:
        super().__init__()
        self.channels, self.modes = channels, modes
        shape = (channels, channels, modes, modes)
        self.weights1 = nn.Parameter(torch.rand(*shape, dtype=torch.cfloat) / channels)
        self.weights2 = nn.Parameter(torch.rand(*shape, dtype=torch.cfloat) / channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        spectrum = torch.fft.rfft2(x)
        height, half = x.shape[-2], x.shape[-1] // 2 + 1
        kept = torch.zeros(x.shape[0], self.channels, height, half, dtype=torch.cfloat, device=x.device)
        m = self.modes
        kept[:, :, :m, :m] = torch.einsum("bixy,ioxy->boxy", spectrum[:, :, :m, :m], self.weights1)
        kept[:, :, -m:, :m] = torch.einsum("bixy,ioxy->boxy", spectrum[:, :, -m:, :m], self.weights2)
        return torch.fft.irfft2(kept, s=x.shape[-2:])


class FourierOperator(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lift = nn.Conv2d(1, 6, 1)
        self.spectral = nn.ModuleList([SpectralConv2d(6, 3) for _ in range(2)])
        self.local = nn.ModuleList([nn.Conv2d(6, 6, 1) for _ in range(2)])
        self.head = nn.Conv2d(6, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.lift(x)
        for spectral, local in zip(self.spectral, self.local, strict=True):
            x = nn.functional.gelu(spectral(x) + local(x))
        return self.head(x)


class FourierOperator1d(nn.Module):
    """Over an odd length, with the exponent of a complex weight and a conjugate."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(4, 4, 5, dtype=torch.cfloat) * 0.3)
        self.phase = nn.Parameter(torch.randn(5))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        spectrum = torch.fft.rfft(x, norm="ortho")
        turned = spectrum[..., :5] * torch.exp(1j * self.phase)
        mixed = torch.einsum("bix,iox->box", turned, self.weights.conj())
        padded = nn.functional.pad(mixed, (0, spectrum.shape[-1] - 5))
        return torch.fft.irfft(padded + spectrum, n=x.shape[-1], norm="ortho")


class GlobalFilter(nn.Module):
    """The filter of GFNet (Rao et al., 2021): weights as pairs of real numbers, seen as complex ones."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(6)
        self.complex_weight = nn.Parameter(torch.randn(8, 5, 6, 2) * 0.2)
        self.head = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        spectrum = torch.fft.rfft2(self.norm(x), dim=(1, 2), norm="ortho")
        spectrum = spectrum * torch.view_as_complex(self.complex_weight)
        return self.head(torch.fft.irfft2(spectrum, s=(8, 8), dim=(1, 2), norm="ortho").mean((1, 2)))


class FourierMixer(nn.Module):
    """FNet (Lee-Thorp et al., 2021): the real part of a transform over both axes."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.mix = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mix(self.norm(torch.fft.fft(torch.fft.fft(x, dim=-1), dim=-2).real + x))


class Rotary(nn.Module):
    """Rotary positions as LLaMA's first code has them: a complex buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.qk = nn.Linear(16, 32)
        angles = torch.outer(torch.arange(6).float(), 1.0 / 10000 ** (torch.arange(0, 8, 2).float() / 8))
        self.register_buffer("freqs_cis", torch.polar(torch.ones_like(angles), angles), persistent=False)

    def _turned(self, x: torch.Tensor) -> torch.Tensor:
        pairs = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
        return torch.view_as_real(pairs * self.freqs_cis[None, :, None]).flatten(3).type_as(x)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k = self.qk(x).unflatten(-1, (4, 8)).chunk(2, 2)
        return torch.einsum("bthd,bshd->bhts", self._turned(q), self._turned(k)).softmax(-1)


class ComplexLayers(nn.Module):
    """Complex linear and convolution layers, with magnitude and angle at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(2, 3, 3, padding=1, dtype=torch.cfloat)
        self.linear = nn.Linear(8, 4, dtype=torch.cfloat)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        z = torch.complex(x, x.flip(-1))
        z = self.linear(self.conv(z)) / (2 + 1j)
        z = torch.complex(z.real.relu(), z.imag.relu()) + 0.5
        return z.abs(), z.angle()


class SegNet(nn.Module):
    """Unpooling by the positions of the maxima (Badrinarayanan et al., 2015)."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Conv2d(3, 6, 3, padding=1)
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.middle = nn.Conv2d(6, 6, 3, padding=1)
        self.unpool = nn.MaxUnpool2d(2)
        self.up = nn.Conv2d(6, 2, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.down(x).relu()
        pooled, places = self.pool(y)
        return self.up(self.unpool(self.middle(pooled).relu(), places, output_size=y.size()))


class Inverted(nn.Module):
    """A regularised inverse and a linear system, as Kalman filters and Gaussian processes have them."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Linear(5, 12)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        basis = self.features(x).unflatten(-1, (3, 4))
        gram = basis @ basis.mT + torch.eye(3)
        return torch.linalg.solve(gram, basis) + torch.linalg.inv(gram).sum(-1, keepdim=True)


class Assigned(nn.Module):
    """Assignments that broadcast: a row, a number and a column into slices."""

    def __init__(self) -> None:
        super().__init__()
        self.l = nn.Linear(4, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.l(x).unflatten(-1, (2, 3)).clone()
        y[:, :, 1:] = x[:, None, :2]
        y[:, 0] = x[:, 3:]
        y[..., 2] += 1.0
        return y


class _Classifier(nn.Module):
    """Convolution, batch normalisation and a linear layer, between the stubs of quantization."""

    def __init__(self) -> None:
        super().__init__()
        self.quant, self.dequant = quantization.QuantStub(), quantization.DeQuantStub()
        self.conv, self.bn, self.relu = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU()
        self.head = nn.Linear(4 * 6 * 6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.bn(self.conv(self.quant(x))))
        return self.dequant(self.head(x.flatten(1)))


def aware_of_quantization(backend: str = "fbgemm", steps: int = 3) -> nn.Module:
    """A network trained for some steps with fake quantization; per channel for ``fbgemm``. Observers are still at work."""
    network = _Classifier().train()
    network.qconfig = quantization.get_default_qat_qconfig(backend)
    fused = quantization.fuse_modules_qat(network, [["conv", "bn", "relu"]])
    prepared: nn.Module = quantization.prepare_qat(fused)
    optimizer = torch.optim.SGD(prepared.parameters(), 0.05)
    for _ in range(steps):
        loss = prepared(torch.randn(8, 1, 8, 8)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return prepared.eval()


NETWORKS: dict[str, Network] = {
    "Fourier neural operator": Network(FourierOperator, images(1, 12, 10)),
    "Fourier neural operator, one axis": Network(FourierOperator1d, rows(4, 15)),
    "global filter": Network(GlobalFilter, rows(8, 8, 6)),
    "Fourier mixer": Network(FourierMixer, rows(6, 8)),
    "rotary positions": Network(Rotary, rows(6, 16)),
    "complex layers": Network(ComplexLayers, rows(2, 8)),
    "SegNet": Network(SegNet, images(3, 8, 12)),
    "inverse and solve": Network(Inverted, rows(5)),
    "broadcast assignments": Network(Assigned, rows(4)),
    "quantization-aware, per channel": Network(aware_of_quantization, images(1, 8, 8)),
    "quantization-aware, per tensor": Network(lambda: aware_of_quantization("qnnpack"), images(1, 8, 8)),
}


def build(name: str) -> nn.Module:
    """A network with the same weights in every process; fake quantization with its ranges at rest."""
    from pt2k_gui.sources.quantization_ranges import freeze_ranges

    torch.manual_seed(0)
    module = NETWORKS[name].make().eval()
    freeze_ranges(module)
    return module


def sample(specs: tuple[TensorSpec, ...], batch: int, seed: int) -> list[Any]:
    torch.manual_seed(seed)
    return [torch.randn(*spec.sizes(batch)) for spec in specs]
