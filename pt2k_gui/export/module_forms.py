"""Modules whose ``forward`` an exporter can't follow, with one for the recording that computes the same in evaluation.

Runs in the user's interpreter too: torch alone is needed.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

Form = Callable[[Any], Callable[..., Any] | None]


@contextlib.contextmanager
def recordable(module: Any) -> Iterator[None]:
    """While it lasts, modules within ``module`` that no exporter can follow compute in a way that it can."""
    changed = []
    parts = module.modules() if hasattr(module, "modules") else ()
    for part in list(parts):
        make = next((_FORMS[kind.__name__] for kind in type(part).__mro__ if kind.__name__ in _FORMS), None)
        is_own = type(part).__module__.startswith("torch.")
        form = make(part) if make is not None and is_own and "forward" not in vars(part) else None
        if form is not None:
            part.forward = form
            changed.append(part)
    try:
        with _masks_not_looked_at(), _sizes_stay_whole(module), _displaced_taps_in_parts():
            yield
    finally:
        for part in changed:
            del part.forward


@contextlib.contextmanager
def _masks_not_looked_at() -> Iterator[None]:
    """Transformer layers ask a mask's numbers whether it is causal, for speed alone; a recording has no numbers yet."""
    from torch.nn.modules import transformer

    former = getattr(transformer, "_detect_is_causal_mask", None)
    if former is None:  # an older PyTorch, which does not ask
        yield
        return
    transformer._detect_is_causal_mask = lambda mask, is_causal=None, size=None: is_causal is True
    try:
        yield
    finally:
        transformer._detect_is_causal_mask = former


@contextlib.contextmanager
def _displaced_taps_in_parts() -> Iterator[None]:
    """torchvision's deformable convolution, which no exporter has a form for, is sampling and a convolution meanwhile."""
    import torch

    name = "deform_conv2d"
    space = torch.ops.torchvision if "torchvision" in sys.modules else None
    former = getattr(space, name, None)
    if former is None:
        yield
        return
    setattr(space, name, deform_conv2d)
    try:
        yield
    finally:
        setattr(space, name, former)


def deform_conv2d(
    input: Any,
    weight: Any,
    offset: Any,
    mask: Any,
    bias: Any,
    stride_h: int,
    stride_w: int,
    pad_h: int,
    pad_w: int,
    dilation_h: int,
    dilation_w: int,
    groups: int,
    offset_groups: int,
    use_mask: bool,
) -> Any:
    """The numbers of ``torch.ops.torchvision.deform_conv2d`` (Zhu et al., 2019): the image is sampled where each tap of the
    kernel is moved to, and a convolution of kernel size 1 weighs the samples.

    Args:
        input: (batch, channels, height, width).
        offset: (batch, 2 * offset_groups * taps, out height, out width), y before x.
        mask: (batch, offset_groups * taps, out height, out width), used where ``use_mask`` says so.
    """
    import torch

    batch, channels, height, width = input.shape
    outputs, inputs, rows, columns = weight.shape
    taps, size = rows * columns, offset.shape[2:]
    moves = offset.reshape(batch * offset_groups, taps, 2, size[0], size[1])
    tap = torch.arange(taps)
    down = (tap // columns * dilation_h - pad_h).to(input.dtype).reshape(1, taps, 1, 1)
    right = (tap % columns * dilation_w - pad_w).to(input.dtype).reshape(1, taps, 1, 1)
    y = moves[:, :, 0] + down + (torch.arange(size[0]) * stride_h).to(input.dtype).reshape(1, 1, -1, 1)
    x = moves[:, :, 1] + right + (torch.arange(size[1]) * stride_w).to(input.dtype).reshape(1, 1, 1, -1)
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], -1)
    grid = grid.reshape(batch * offset_groups, taps * size[0], size[1], 2)
    image = input.reshape(batch * offset_groups, channels // offset_groups, height, width)
    samples = torch.nn.functional.grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    samples = samples.reshape(batch, offset_groups, channels // offset_groups, taps, size[0], size[1])
    if use_mask:
        samples = samples * mask.reshape(batch, offset_groups, 1, taps, size[0], size[1])
    samples = samples.reshape(batch, channels * taps, size[0], size[1])
    kernel = weight.reshape(outputs, inputs * taps, 1, 1)
    return torch.nn.functional.conv2d(samples, kernel, bias, groups=groups)


class _Whole(type):
    """The type of a stand-in for ``int`` and ``float`` that leaves a recording's free sizes free."""

    plain: type

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        import torch

        value = arguments[0] if len(arguments) == 1 else None
        # What was computed of the input's values has no hint: it stays refused as what it is.
        if isinstance(value, torch.SymInt | torch.SymFloat) and value.node.has_hint():
            return torch.sym_int(value) if cls.plain is int else torch.sym_float(value)
        return cls.plain(*arguments, **named)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls.plain)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, cls.plain)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.plain, name)

    def __eq__(cls, other: object) -> bool:
        return other is cls.plain or other is cls

    def __hash__(cls) -> int:
        return hash(cls.plain)


@contextlib.contextmanager
def _sizes_stay_whole(module: Any) -> Iterator[None]:
    """``int(x.shape[2] * 0.5)`` in the files that the model's classes stand in keeps the size free; Python's own ``int`` has to
    give a number."""
    spaces: list[dict[str, Any]] = []
    for part in module.modules() if hasattr(module, "modules") else ():
        file = type(part).__module__
        space = vars(sys.modules[file]) if file in sys.modules else getattr(type(part).forward, "__globals__", {})
        if not file.startswith(("torch.", "builtins")) and all(space is not known for known in spaces):
            spaces.append(space)
    added: list[tuple[dict[str, Any], str]] = []
    for space in spaces:
        for kind in (int, float):
            if kind.__name__ not in space:
                space[kind.__name__] = _Whole(kind.__name__, (), {"plain": kind})
                added.append((space, kind.__name__))
    try:
        yield
    finally:
        for space, name in added:
            space.pop(name, None)


def _fake_quantize(part: Any) -> Callable[..., Any] | None:
    """The flags are read now: PyTorch asks them in each call, which a recorded program can't."""
    import torch

    if part.observer_enabled[0] == 1:
        return None
    if part.fake_quant_enabled[0] != 1:
        return lambda X: X
    limits = part.activation_post_process.quant_min, part.activation_post_process.quant_max
    if part.is_per_channel:
        return lambda X: torch.fake_quantize_per_channel_affine(X, part.scale, part.zero_point, part.ch_axis, *limits)
    scale, zero_point = float(part.scale), int(part.zero_point)
    return lambda X: torch.fake_quantize_per_tensor_affine(X, scale, zero_point, *limits)


def _observer(part: Any) -> Callable[..., Any]:
    """An observer gives what it gets."""
    return lambda x: x


def _adaptive_log_softmax(part: Any) -> Callable[..., Any]:
    """The whole table of logarithms, of which each sample takes its target's; PyTorch sorts the samples by cluster."""
    from torch.nn.modules.adaptive import _ASMoutput

    def forward(input_: Any, target_: Any) -> Any:
        rows = input_ if input_.dim() == 2 else input_.unsqueeze(0)
        places = target_.reshape(-1, 1)
        output = part.log_prob(rows).gather(1, places).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output if input_.dim() == 2 else output.squeeze(0), loss)

    return forward


def _orthogonal(part: Any) -> Callable[..., Any] | None:
    """An orthogonal weight is computed from its parameter by an exponential of matrices, which no exporter has; in evaluation
    it is always the same."""
    if not any(type(step).__name__ == "_Orthogonal" for step in part):
        return None
    value = part().detach()
    return lambda: value


def _cross_map_lrn(part: Any) -> Callable[..., Any]:
    """PyTorch has it as a function of its own in Python, which no exporter looks into. There the first map is added to every
    window and never taken away again."""
    import torch

    reach = int((part.size - 1) / 2 + 1)

    def forward(input: Any) -> Any:
        maps = range(int(input.shape[1]))
        counted = [[float(other == 0 or abs(own - other) < reach) for other in maps] for own in maps]
        kernel = torch.tensor(counted, dtype=input.dtype)[:, :, None, None]
        scale = torch.nn.functional.conv2d(input * input, kernel) * (part.alpha / part.size) + part.k
        return input * scale ** (-part.beta)

    return forward


_FORMS: dict[str, Form] = {
    "FakeQuantize": _fake_quantize,
    "ObserverBase": _observer,
    "AdaptiveLogSoftmaxWithLoss": _adaptive_log_softmax,
    "CrossMapLRN2d": _cross_map_lrn,
    "ParametrizationList": _orthogonal,
}
