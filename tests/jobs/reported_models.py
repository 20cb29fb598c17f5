"""Small models that people reported, each with an input and the numbers that PyTorch printed for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from pt2k_gui.sources.card import Source

Outputs = Sequence[Any]


@dataclass(frozen=True)
class Case:
    """A model as it was saved, and what comes out of it.

    Attributes:
        make: builds the module; the generator is set to 0 before.
        inputs: examples as the module takes them.
        right: the numbers of PyTorch for ``given``, as ``pick`` finds them among the outputs.
        free: the axes of each input that are free, by their names; the batch alone where it is empty.
        options: shapes, types and ranges as one types them; the file holds the weights alone where there are any.
    """

    make: Callable[[], nn.Module]
    example: tuple[Tensor, ...]
    given: tuple[Tensor, ...]
    pick: Callable[[Outputs], Any]
    right: Any
    free: tuple[dict[int, str], ...] = ()
    options: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] = ((), (), ())

    def save(self, folder: Path) -> Source:
        """The file that one opens, and how."""
        torch.manual_seed(0)
        module = self.make().eval()
        if self.options[0]:
            torch.save(module.state_dict(), folder / "model.pt")
            return Source(str(folder / "model.pt"), f"{__file__}:{type(module).__name__}", trusted=True)
        axes = self.free or tuple({0: "batch"} for _ in self.example)
        names = {name for each in axes for name in each.values()}
        sizes = {name: torch.export.Dim(name, min=1 if name == "batch" else 8, max=512) for name in names}
        shapes = tuple({axis: sizes[name] for axis, name in each.items()} for each in axes)
        torch.export.save(torch.export.export(module, self.example, dynamic_shapes=shapes), folder / "model.pt2")
        return Source(str(folder / "model.pt2"))


def waves(*shape: int) -> Tensor:
    return torch.sin(torch.arange(float(torch.Size(shape).numel())) * 1.7).reshape(shape)


def steps(*shape: int, of: int = 61) -> Tensor:
    return (torch.arange(float(torch.Size(shape).numel())) * 37 % of).reshape(shape) / (of // 2) - 1


class Pooled(nn.Module):
    """A convolution of single pixels, then what the case is about."""

    def __init__(self, inside: int, outside: int, then: nn.Module) -> None:
        super().__init__()
        self.c, self.p = nn.Conv2d(inside, outside, 1), then

    def forward(self, x: Tensor) -> Tensor:
        return self.p(self.c(x))


class Bag(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.bag, self.f = nn.EmbeddingBag(15, 4, mode="mean"), nn.Linear(4, 3)

    def forward(self, ids: Tensor) -> Tensor:
        return self.f(self.bag(ids))


class Detection(nn.Module):
    """Splits its channels at a free image size."""

    def __init__(self) -> None:
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 6, 3, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        p = self.c2(self.c1(x).relu())
        b, _, h, w = p.shape
        return p.view(b, 2, 3, h, w).permute(0, 1, 3, 4, 2).reshape(b, -1, 3)


class Projected(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(4, 6, proj_size=3, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(x)[0]


class MaskAssign(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 6)

    def forward(self, x: Tensor) -> Tensor:
        y = self.fc(x)
        y[y > 0.5] = -1.0
        return y


class AfterLinear(nn.Module):
    def __init__(self, call: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.l, self.call = nn.Linear(4, 4), call

    def forward(self, x: Tensor) -> Tensor:
        return self.call(self.l(x))


class Packed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(4, 3, batch_first=True)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        out, _ = self.rnn(pack_padded_sequence(x, lengths, batch_first=True))
        return pad_packed_sequence(out, batch_first=True, total_length=7)[0]


class PackedUnsorted(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(4, 3, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=7)[0]


class PlainOutputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(5, 3)

    def forward(self, x: Tensor) -> tuple[Tensor, None, int]:
        return self.a(x), None, 3


class Volume(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c, self.m, self.a = nn.Conv3d(1, 4, 3, padding=1), nn.MaxPool3d((1, 2, 2)), nn.AvgPool3d(2)

    def forward(self, x: Tensor) -> Tensor:
        return self.a(self.m(torch.relu(self.c(x))))


class Streamed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(3, 2, batch_first=True)

    def forward(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        return self.gru(x, h)


class BoxesAndScores(nn.Module):
    """Boxes in pixels beside probabilities in one output."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.SiLU(), nn.Conv2d(8, 8, 3, 2, 1), nn.SiLU())
        self.box, self.cls = nn.Conv2d(8, 4, 1), nn.Conv2d(8, 5, 1)

    def forward(self, x: Tensor) -> Tensor:
        f = self.c(x)
        return torch.cat([self.box(f).sigmoid() * 640, self.cls(f).sigmoid()], 1).flatten(2).transpose(1, 2)


class BigOutputs(nn.Module):
    """One sample's output has 19 MB where 224 x 224 is proposed."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.ConvTranspose2d(3, 6, 3, stride=2, padding=1, output_padding=1)
        self.b = nn.ConvTranspose2d(6, 4, (5, 4), stride=(3, 2), padding=(0, 2), output_padding=(2, 0), bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(torch.relu(self.a(x)))


class StreamBuffer(nn.Module):
    """Keeps its last two frames in a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("cache", torch.zeros(1, 3, 2))
        self.conv = nn.Conv1d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        full = torch.cat([self.cache, x], 2)
        self.cache.copy_(full[:, :, -2:])
        return self.conv(full)


class AffineFalse(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c, self.bn = nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6, affine=False)
        self.ln, self.f = nn.LayerNorm(6), nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.f(self.ln(self.bn(self.c(x)).amax((2, 3))))


class TwoDropouts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c, self.d2, self.d, self.f = nn.Conv2d(3, 6, 3), nn.Dropout2d(0.2), nn.Dropout(0.5), nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.f(self.d(self.d2(torch.relu(self.c(x))).mean((2, 3))))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.g = nn.GRU(5, 4, batch_first=True)
        self.l = nn.LSTM(4, 4, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.l(self.g(x)[0])[0]


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.e, self.f, self.out = nn.Embedding(19, 8), nn.Linear(8, 8), nn.Linear(8, 19, bias=False)
        self.out.weight = self.e.weight

    def forward(self, ids: Tensor) -> Tensor:
        return self.out(torch.tanh(self.f(self.e(ids))))


def _first_map(outputs: Outputs) -> Any:
    """The first eight numbers of the first channel."""
    return outputs[0][0, 0].ravel()[:8]


def _after_linear(call: Callable[[Tensor], Tensor], *right: float) -> Case:
    given = (waves(4)[None],)
    return Case(lambda: AfterLinear(call), (torch.ones(2, 4),), given, lambda outputs: outputs[0][0].ravel(), right)


def _detection(height: int, width: int, right: list[float]) -> Case:
    free = ({0: "batch", 2: "h", 3: "w"},)
    given = (steps(1, 3, height, width),)
    return Case(Detection, (torch.zeros(2, 3, 18, 26),), given, lambda outputs: outputs[0][0, -1], right, free)


_LENGTHS = (("x=N,7,4", "lengths=N"), ("lengths=int64",), ("lengths=1..7",))
_STATE = (torch.arange(81.0).reshape(3, 9, 3) / 40 - 1, torch.arange(6.0).reshape(1, 3, 2) / 6)
_LAST_STATE = [[0.408478, -0.863236], [-0.651885, -0.471339], [-0.944201, 0.036939]]

CASES: dict[str, Case] = {
    "adaptive mean": Case(
        lambda: Pooled(3, 3, nn.AdaptiveAvgPool2d((4, 6))), (torch.zeros(2, 3, 9, 11),), (waves(1, 3, 9, 11),), _first_map,
        [0.313015, 0.162922, 0.174352, 0.100905, 0.23149, 0.119561, 0.221319, 0.198665],
    ),
    "adaptive maximum": Case(
        lambda: Pooled(1, 2, nn.AdaptiveMaxPool2d((4, 5))), (torch.zeros(2, 1, 10, 13),),
        ((torch.arange(130.0) * 37 % 101).reshape(1, 1, 10, 13) / 50 - 1,), lambda outputs: outputs[0][0, 0].ravel(),
        [-0.815558, -0.817056, -0.816906, -0.816457, -0.816007, -0.815858, -0.815858, -0.816906, -0.816906, -0.816756,
         -0.816606, -0.816157, -0.815708, -0.815558, -0.815558, -0.816606, -0.816606, -0.816457, -0.815558, -0.815558],
    ),
    "local response": Case(
        lambda: Pooled(3, 6, nn.LocalResponseNorm(3, alpha=1e-2, k=1.0)), (torch.zeros(2, 3, 4, 5),), (steps(1, 3, 4, 5),),
        lambda outputs: outputs[0][0, :, 0, 0], [-0.392239, 0.264148, -0.090573, 0.506369, 0.822282, 0.081466],
    ),
    "pooling over three axes": Case(
        Volume, (torch.zeros(2, 1, 4, 8, 8),), (waves(1, 1, 4, 8, 8),), lambda outputs: outputs[0][0, 0].ravel(),
        [0.270586, 0.232207, 0.259264, 0.203965, 0.190458, 0.154241, 0.212187, 0.169024],
    ),
    "corners that meet": Case(
        lambda: Pooled(1, 1, nn.Upsample(scale_factor=1.5, mode="bilinear", align_corners=True)),
        (torch.zeros(2, 1, 9, 9),), (waves(1, 1, 9, 9) * 3,), lambda outputs: outputs[0][0, 0, -1],
        [0.533708, 0.550505, 0.5504, 0.533392, 0.520977, 0.524873, 0.54508, 0.552288, 0.544859, 0.522795, 0.521274,
         0.531741, 0.554197],
    ),
    "bag of embeddings": Case(
        Bag, (torch.ones(2, 6, dtype=torch.int64),), (torch.tensor([[1, 5, 5, 9, 0, 14]]),), lambda outputs: outputs[0][0],
        [0.41264, -0.732269, 0.208388],
    ),
    "view of a free size, 8 x 12": _detection(8, 12, [-0.055317, 0.262824, 0.17933]),
    "view of a free size, 9 x 14": _detection(9, 14, [-0.280852, 0.139263, 0.039471]),
    "projected LSTM": Case(
        Projected, (torch.zeros(2, 7, 4),), (torch.arange(28.0).reshape(1, 7, 4) / 14 - 1,), lambda outputs: outputs[0][0, -1],
        [-0.085326, -0.014502, 0.098282],
    ),
    "assignment through a mask": Case(
        MaskAssign, (torch.ones(2, 4),), (torch.arange(12.0).reshape(3, 4) / 6 - 1,), lambda outputs: outputs[0],
        [[0.157967, -0.057866, -1.0, 0.417937, -0.4276, -0.772664],
         [-0.185376, 0.160827, 0.429097, -0.246333, -0.466949, -0.193959],
         [-0.528718, 0.37952, 0.321461, -0.910603, -0.506297, 0.384747]],
    ),
    "rrelu": _after_linear(nn.functional.rrelu, 0.909486, 0.06847, -0.017912, -0.11701),
    "stable sort": _after_linear(
        lambda x: torch.sort(x, dim=1, stable=True).values, -0.51059, -0.078162, 0.06847, 0.909486
    ),
    "median": _after_linear(lambda x: x.median(1).values, -0.078162),
    "cumprod": _after_linear(lambda x: x.cumprod(1), 0.909486, 0.062272, -0.004867, 0.002485),
    "hypot": _after_linear(lambda x: torch.hypot(x, x + 1), 2.115018, 1.070661, 0.925146, 0.707265),
    "searchsorted": _after_linear(lambda x: torch.searchsorted(torch.tensor([-1.0, 0.0, 0.5, 2.0]), x), 3, 2, 1, 1),
    "cummax": _after_linear(lambda x: x.cummax(1).values, 0.909486, 0.909486, 0.909486, 0.909486),
    "state whose batch is its second axis": Case(
        Streamed, (torch.zeros(2, 9, 3), torch.zeros(1, 2, 2)), _STATE, lambda outputs: outputs[1][0], _LAST_STATE,
        ({0: "batch"}, {1: "batch"}),
    ),
    "the same state, by its class": Case(
        Streamed, (), _STATE, lambda outputs: outputs[1][0], _LAST_STATE, options=(("x=N,9,3", "h=1,N,2"), (), ()),
    ),
    "packed sequences, longest first": Case(
        Packed, (), (waves(6, 7, 4), torch.tensor([7, 6, 6, 3, 2, 1])), lambda outputs: outputs[0][3, :4],
        [[0.199974, 0.026512, -0.005194], [0.344504, 0.016443, 0.027482], [0.386157, -0.011283, 0.052452], [0.0, 0.0, 0.0]],
        options=_LENGTHS,
    ),
    "packed sequences in any order": Case(
        PackedUnsorted, (), (torch.arange(84).reshape(3, 7, 4) / 40 - 1, torch.tensor([3, 7, 1])),
        lambda outputs: outputs[0][:, 0],
        [[-0.002195, 0.06664, 0.108962, -0.107899, -0.469873, -0.211102],
         [-0.012564, 0.034484, 0.031253, -0.111216, -0.133104, -0.034649],
         [-0.023371, 0.00862, -0.072813, -0.060152, 0.011917, 0.088863]],
        options=_LENGTHS,
    ),
    "outputs that are no tensors": Case(
        PlainOutputs, (), (torch.arange(5.0)[None],), lambda outputs: outputs[0][0], [-2.156034, 1.231411, -2.30001],
        options=(("x=N,5",), (), ()),
    ),
    "boxes beside scores": Case(
        BoxesAndScores, (), (waves(1, 3, 32, 32),), lambda outputs: outputs[0][0, 0],
        [308.5962, 355.9162, 328.836, 334.2546, 0.5525, 0.5594, 0.5484, 0.4304, 0.4946], options=(("x=N,3,32,32",), (), ()),
    ),
}  # fmt: skip
"""What has to come out right. The outputs are arrays in PyTorch's axes."""

_IMAGE = (("x=N,3,8,8",), (), ())
TRAINED: dict[str, Case] = {
    "normalisation that learns nothing": Case(
        AffineFalse, (), (torch.ones(1, 3, 8, 8),), lambda outputs: outputs[0][0], [-0.026717, -0.854546, 0.183688, -1.082658],
        options=_IMAGE,
    ),
    "two kinds of dropout": Case(
        TwoDropouts, (), (torch.ones(1, 3, 8, 8),), lambda outputs: outputs[0][0], [-0.242017, 0.012178, -0.250474, -0.267795],
        options=_IMAGE,
    ),
    "recurrent layers": Case(
        Recurrent, (), (torch.ones(1, 12, 5),), lambda outputs: outputs[0][0, -1],
        [0.168505, 0.286688, -0.317325, 0.412123, -0.250592, 0.058925, -0.212428, -0.007285],
        options=(("x=N,12,5",), (), ()),
    ),
}  # fmt: skip
"""What is converted for training."""
