"""PyTorch's side of one step of training. Runs in the user's own interpreter too: torch alone is needed."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pt2k_gui.sources.loaded import LoadedModel, flat_tensors
from pt2k_gui.sources.torch_step import TorchStep

if TYPE_CHECKING:
    import torch

TRAINING, EVALUATION = "training", "evaluation"


@dataclass(frozen=True)
class Optimizer:
    """An optimizer with its settings, for both sides. ``weight_decay`` adds to the gradient, as in PyTorch's SGD."""

    name: str
    rate: float
    momentum: float = 0.0
    weight_decay: float = 0.0
    epsilon: float = 0.0


# Keras's default epsilon: PyTorch's of 1e-8 turns more of a gradient's rounding into steps.
OPTIMIZERS = (Optimizer("Adam", 1e-3, epsilon=1e-7), Optimizer("SGD", 1e-2, momentum=0.9, weight_decay=1e-2))


def mode_of(loaded: LoadedModel) -> tuple[str, int]:
    """The mode in which a step can be taken, and how many dropouts are switched off for it.

    The module of an export program refuses to change its mode.
    """
    module: Any = loaded.module
    mode = TRAINING
    try:
        module.train()
    except (NotImplementedError, RuntimeError):
        mode = EVALUATION
    finally:
        with contextlib.suppress(NotImplementedError):
            module.eval()
    return mode, _copy_of(module, mode, double=False)[1]


def outputs_of(
    loaded: LoadedModel, mode: str, tensors: Sequence[torch.Tensor]
) -> tuple[list[torch.Tensor], tuple[bool, ...]]:
    """The outputs in that mode, and which of them a gradient can come from."""
    module, _ = _copy_of(loaded.module, mode, double=False)
    outputs = _call(loaded, module, tensors, double=False)
    return [output.detach() for output in outputs], tuple(
        bool(output.is_floating_point() and output.requires_grad) for output in outputs
    )


def take_step(
    loaded: LoadedModel,
    mode: str,
    tensors: Sequence[torch.Tensor],
    targets: Mapping[int, torch.Tensor],
    *,
    double: bool,
) -> TorchStep:
    """Loss and gradients for one batch.

    Args:
        targets: what outputs are compared with, by their numbers: classes (int64) by cross-entropy, else values by the
            mean squared error.
        double: compute in float64.
    """
    from torch.nn.modules.batchnorm import _BatchNorm

    module, _ = _copy_of(loaded.module, mode, double=double)
    names = {name: parameter for name, parameter in module.named_parameters() if parameter.is_floating_point()}
    before = {name: parameter.detach().clone() for name, parameter in names.items()}
    normalised: dict[str, tuple[int, float]] = {}
    hooks = []
    for path, part in module.named_modules():
        if mode == TRAINING and isinstance(part, _BatchNorm) and part.momentum is not None:

            def count(norm: Any, inputs: Any, path: str = path) -> None:
                normalised[path] = inputs[0].numel() // inputs[0].shape[1], float(norm.momentum)

            hooks.append(part.register_forward_pre_hook(count))
    statistics_before = _statistics(module)
    loss = _loss(_call(loaded, module, tensors, double=double), targets)
    loss.backward()
    for hook in hooks:
        hook.remove()
    gradients = {name: p.grad.clone() for name, p in names.items() if p.grad is not None}
    return TorchStep(float(loss.detach()), before, gradients, statistics_before, _statistics(module), normalised)


def take_steps(
    loaded: LoadedModel,
    mode: str,
    tensors: Sequence[torch.Tensor],
    targets: Mapping[int, torch.Tensor],
    *,
    optimizer: str,
    steps: int,
    double: bool,
    seed: int = 0,
) -> list[float]:
    """The losses before each of some steps on one batch; arguments as for ``take_step``.

    Args:
        optimizer: one of ``OPTIMIZERS`` by its name.
        seed: other than 0, draws a sign for each weight, which grows or shrinks by one rounding of float32 first.
    """
    import torch

    chosen = next(entry for entry in OPTIMIZERS if entry.name == optimizer)
    module, _ = _copy_of(loaded.module, mode, double=double)
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    if seed:
        _disturb(parameters, seed)
    made: torch.optim.Optimizer
    if chosen.name == "Adam":
        made = torch.optim.Adam(parameters, chosen.rate, eps=chosen.epsilon)
    else:
        made = torch.optim.SGD(parameters, chosen.rate, chosen.momentum, weight_decay=chosen.weight_decay)
    losses = []
    for _ in range(steps):
        made.zero_grad()
        loss = _loss(_call(loaded, module, tensors, double=double), targets)
        losses.append(float(loss.detach()))
        loss.backward()
        made.step()
    return losses


def _disturb(parameters: Sequence[Any], seed: int) -> None:
    import torch

    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in parameters:
            sign = torch.randint(0, 2, parameter.shape, generator=generator).to(parameter) * 2 - 1
            parameter.mul_(1 + sign * 2.0**-23)


def _loss(outputs: Sequence[torch.Tensor], targets: Mapping[int, torch.Tensor]) -> Any:
    import torch

    loss: Any = 0.0
    for number, wanted in targets.items():
        if wanted.dtype is torch.int64:
            loss = loss + torch.nn.functional.cross_entropy(outputs[number], wanted)
        else:
            wanted = wanted.to(outputs[number].dtype)
            loss = loss + torch.nn.functional.mse_loss(outputs[number], wanted)
    return loss


def _copy_of(module: Any, mode: str, *, double: bool) -> tuple[Any, int]:
    """A copy in the given mode without dropout, and how many dropouts it has."""
    made = copy.deepcopy(module)
    if double:
        made = made.double()
    if mode == TRAINING:
        made.train()
    dropouts = 0
    for part in made.modules():
        rate = getattr(part, "p", 0.0) if "dropout" in type(part).__name__.lower() else getattr(part, "dropout", 0.0)
        if isinstance(rate, float) and rate > 0:
            dropouts += 1
            if "dropout" in type(part).__name__.lower():
                part.p = 0.0
            else:
                part.dropout = 0.0
    if not any(parameter.requires_grad for parameter in made.parameters()):
        # A program that was saved for inference does not say what is trained: everything can be.
        for parameter in made.parameters():
            if parameter.is_floating_point():
                parameter.requires_grad_(True)
    return made, dropouts


def _call(loaded: LoadedModel, module: Any, tensors: Sequence[torch.Tensor], *, double: bool) -> list[torch.Tensor]:
    if double:
        tensors = [tensor.double() if tensor.is_floating_point() else tensor for tensor in tensors]
    arguments, named = loaded.arguments(tensors)
    return flat_tensors(module(*arguments, **named))


def _statistics(module: Any) -> dict[str, torch.Tensor]:
    ends = ("running_mean", "running_var")
    return {name: b.detach().clone() for name, b in module.named_buffers() if name.rsplit(".", 1)[-1] in ends}
