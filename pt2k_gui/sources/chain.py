"""Reconstructs a network from its tensors alone where they form a chain of Linear, Conv, BatchNorm, LayerNorm and
Embedding layers. What tensors don't tell (activations, pooling, strides) is proposed and is the user's to choose."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pt2k_gui.problem import Problem
from pt2k_gui.sources import messages
from pt2k_gui.sources.chain_geometry import find_geometry

CODE = "tensors:chain"
"""Value of ``Source.code`` that asks for the reconstruction instead of a class."""

ACTIVATIONS = (
    "none",
    "relu",
    "sigmoid",
    "tanh",
    "gelu",
    "silu",
    "elu",
    "leaky_relu",
    "softplus",
    "hardswish",
    "softmax",
)
POOLINGS = ("maxpool2", "avgpool2", "globalpool", "flatten")
_IMAGE_SIZES = {1: (28, 32, 64), 3: (32, 224, 64, 128, 96)}


@dataclass(frozen=True)
class ChainLayer:
    """One layer with weights.

    Args:
        path: its name in the state dict, such as ``net.0``.
        kind: ``linear``, ``conv1`` .. ``conv3`` (spatial axes), ``batchnorm``, ``layernorm`` or ``embedding``.
        taken, given: features, channels or table rows that go in; features or channels that come out.
        kernel: spatial sizes of a convolution's kernel.
        bias: whether it has one.
        after: what follows it, joined by ``+``: names from ``ACTIVATIONS`` and ``POOLINGS``.
        stride, padding: of a convolution.
    """

    path: str
    kind: str
    taken: int
    given: int
    kernel: tuple[int, ...] = ()
    bias: bool = True
    after: str = "none"
    stride: int = 1
    padding: int = 0

    @property
    def identifier(self) -> str:
        """The path as it appears in argument names: ``net_0``."""
        return self.path.replace(".", "_")


@dataclass(frozen=True)
class Chain:
    """The layers in order, and the side of the image that the proposal assumes: 0 where it takes none, or where none that
    is common fits."""

    layers: tuple[ChainLayer, ...]
    image: int = 0

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one sample that the proposal assumes, channels first; empty where it takes no image."""
        first = next((layer for layer in self.layers if layer.kind.startswith("conv")), None)
        return (first.taken, *([self.image] * len(first.kernel))) if first is not None and self.image else ()

    def fits(self) -> bool:
        """Whether sizes were found at which the convolutions meet what is behind them."""
        return bool(self.image) or not any(layer.kind.startswith("conv") for layer in self.layers)

    def text(self) -> str:
        """The chain in short: ``784 → 128 → 10``."""
        widths = [self.layers[0].taken, *(layer.given for layer in self.layers if not layer.kind.endswith("norm"))]
        return " → ".join(map(str, widths))


def read_chain(shapes: Mapping[str, Sequence[int]]) -> Chain | None:
    """The chain that the tensors form, in the order of the state dict; None where they don't form one.

    Args:
        shapes: each tensor's name and shape.
    """
    groups: dict[str, dict[str, tuple[int, ...]]] = {}
    for key, shape in shapes.items():
        path, _, name = key.rpartition(".")
        groups.setdefault(path, {})[name] = tuple(shape)
    layers: list[ChainLayer] = []
    for path, tensors in groups.items():
        layer = _layer(path, tensors, first=not layers)
        if layer is None or not path or (layers and not _fits(layers, layer)):
            return None
        layers.append(layer)
    if not any(layer.kind in ("linear", "conv1", "conv2", "conv3") for layer in layers):
        return None
    return _propose(layers)


def _layer(path: str, tensors: dict[str, tuple[int, ...]], *, first: bool) -> ChainLayer | None:
    names = set(tensors) - {"num_batches_tracked"}
    weight = tensors.get("weight", ())
    if names == {"weight", "bias", "running_mean", "running_var"} and len(weight) == 1:
        return ChainLayer(path, "batchnorm", weight[0], weight[0])
    if not names <= {"weight", "bias"} or not weight:
        return None
    bias = "bias" in names
    if len(weight) == 1 and bias:
        return ChainLayer(path, "layernorm", weight[0], weight[0])
    if bias and tensors["bias"] != weight[:1]:
        return None
    if len(weight) == 2:
        if not bias and first and ("emb" in path.lower() or weight[0] > 4 * weight[1]):
            return ChainLayer(path, "embedding", weight[0], weight[1], bias=False)
        return ChainLayer(path, "linear", weight[1], weight[0], bias=bias)
    if len(weight) in (3, 4, 5):
        kernel = weight[2:]
        return ChainLayer(
            path, f"conv{len(kernel)}", weight[1], weight[0], kernel, bias, padding=max(size // 2 for size in kernel)
        )
    return None


def _fits(before: list[ChainLayer], layer: ChainLayer) -> bool:
    last = before[-1]
    if layer.taken == last.given:
        return not (layer.kind.startswith("conv") and last.kind == "linear")
    behind_convolution = any(item.kind.startswith("conv") for item in before) and last.kind in (
        "conv1",
        "conv2",
        "conv3",
        "batchnorm",
    )
    behind_embedding = all(item.kind == "embedding" for item in before)
    return layer.kind == "linear" and (behind_convolution or behind_embedding) and layer.taken % last.given == 0


def _propose(layers: list[ChainLayer]) -> Chain:
    """Activations where another layer follows (behind a norm that follows directly), pooling that makes sizes meet."""
    steps: list[list[str]] = []
    for layer, following in zip(layers, [*layers[1:], None], strict=True):
        hidden = layer.kind != "embedding" and following is not None and not following.kind.endswith("norm")
        steps.append(["relu"] if hidden else [])
    image = 0
    ends = [n for n, layer in enumerate(layers) if layer.kind.startswith("conv")]
    if ends:
        # Pooling goes behind the norm and the activation that follow a convolution.
        places = [n + 1 if n + 1 < len(layers) and layers[n + 1].kind == "batchnorm" else n for n in ends]
        image = _place_pooling(layers, places, steps)
    elif layers[0].kind == "embedding" and len(layers) > 1 and layers[1].taken != layers[0].given:
        steps[0].append("flatten")
    chosen = tuple(
        dataclasses.replace(layer, after="+".join(step) or "none") for layer, step in zip(layers, steps, strict=True)
    )
    return Chain(chosen, image)


def _place_pooling(layers: list[ChainLayer], places: list[int], steps: list[list[str]]) -> int:
    """Put in what makes the sizes meet; the image's side, 0 where nothing that is common does."""
    last = places[-1]
    convolutions = [n for n, layer in enumerate(layers) if layer.kind.startswith("conv")]
    first = layers[convolutions[0]]
    axes = len(first.kernel)
    sizes = _IMAGE_SIZES.get(first.taken, (32,))
    if last + 1 >= len(layers):
        return sizes[0]
    ratio = layers[last + 1].taken // layers[last].given
    if ratio == 1:
        steps[last].append("globalpool")
        return sizes[0]
    steps[last].append("flatten")
    side = round(ratio ** (1 / axes))
    kernels = [layers[n].kernel[0] for n in convolutions]
    gaps = [_gap(layers, place) for place in places]
    found = find_geometry(kernels, axes, first.taken, side, gaps) if side**axes == ratio else None
    if found is None:
        return 0
    for number, (conv, place) in enumerate(zip(convolutions, places, strict=True)):
        layers[conv] = dataclasses.replace(layers[conv], padding=found.paddings[number], stride=found.strides[number])
        if found.pooled[number]:
            steps[place].insert(-1 if place == last else len(steps[place]), "maxpool2")
    return found.image


def _gap(layers: list[ChainLayer], place: int) -> int | None:
    """How many layers without weights stand behind one, where both names are numbers of one sequence."""
    head, _, number = layers[place].path.rpartition(".")
    if place + 1 >= len(layers):
        return None
    following, _, other = layers[place + 1].path.rpartition(".")
    same = head == following and number.isdigit() and other.isdigit()
    return int(other) - int(number) - 1 if same else None


def with_choices(chain: Chain, arguments: Sequence[tuple[str, str]]) -> Chain:
    """The chain with what the user chose.

    Args:
        arguments: ``activation`` replaces every proposed activation; ``after_LAYER``, ``stride_LAYER`` and
            ``padding_LAYER`` speak of one layer (its path with underscores).

    Raises:
        Problem: a name or a value makes no sense.
    """
    layers = {layer.identifier: layer for layer in chain.layers}
    for name, raw in sorted(arguments, key=lambda pair: pair[0] != "activation"):
        value = raw.strip("\"' ")
        what, _, identifier = name.partition("_")
        if name == "activation":
            _require_steps(name, value)
            for key, layer in layers.items():
                parts = [value if part in ACTIVATIONS and part != "none" else part for part in layer.after.split("+")]
                layers[key] = dataclasses.replace(layer, after="+".join(parts))
        elif what == "after" and identifier in layers:
            _require_steps(name, value)
            layers[identifier] = dataclasses.replace(layers[identifier], after=value)
        elif what in ("stride", "padding") and identifier in layers and layers[identifier].kernel:
            if not value.isdigit() or (what == "stride" and int(value) < 1):
                raise Problem(messages.NOT_WHOLE(name=name, value=raw), hint=messages.EXAMPLE_ONE(name=name))
            stride, padding = layers[identifier].stride, layers[identifier].padding
            stride, padding = (int(value), padding) if what == "stride" else (stride, int(value))
            layers[identifier] = dataclasses.replace(layers[identifier], stride=stride, padding=padding)
        else:
            known = ["activation", *(f"after_{key}" for key in layers)]
            raise Problem(messages.CHAIN_NO_ARGUMENT(name=name), hint=messages.IT_HAS(names=known))
    return dataclasses.replace(chain, layers=tuple(layers.values()))


def _require_steps(name: str, value: str) -> None:
    known = (*ACTIVATIONS, *POOLINGS)
    unknown = [part for part in value.split("+") if part not in known]
    if unknown:
        raise Problem(
            messages.CHAIN_NO_STEP(name=name, value=value, step=unknown[0]), hint=messages.CHOOSE_JOINED(names=known)
        )
