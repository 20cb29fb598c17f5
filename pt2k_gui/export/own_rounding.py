"""How far PyTorch's own outputs move by rounding alone: what the numbers of an ONNX file are held against."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pt2k_gui.difference import largest_difference
from pt2k_gui.sources.loaded import LoadedModel, flat_tensors

if TYPE_CHECKING:
    import numpy as np
    import torch

LEAST = 1e-3
"""Of the outputs' scale: what kernels that sum in other orders may differ by without any further question."""
_LEAST_HALF = 1e-2  # where the model computes with 11 bits or fewer
_FACTOR = 10.0
_TRIALS = 3
_SPACING = 2.0**-23  # of float32, relative
_BESIDE_ZERO = 1e-4
"""How far an input of zeros is moved: enough for equal scores to become unequal behind many layers, and ``_FACTOR`` times as
little as ``LEAST`` for a model that does not amplify."""

Batch = tuple[Sequence["torch.Tensor"], Sequence["np.ndarray"]]


def unexplained(loaded: LoadedModel, batches: Sequence[Batch], worst: Sequence[float], scale: float) -> bool:
    """Whether a difference is more than rounding can do in this model.

    An input of zeros is judged by itself: a model that picks its largest scores has nothing but equal ones there, and each
    backend orders those as it likes. What it picks then says nothing of the other inputs.

    Args:
        batches: inputs, and PyTorch's outputs for them.
        worst: for each of them the largest difference of the ONNX file's outputs from PyTorch's.
        scale: the outputs' largest magnitude.
    """
    half = any(_bits(array) < 24 for _, outputs in batches for array in outputs) or _computes_in_half(loaded)
    least = (_LEAST_HALF if half else LEAST) * max(scale, 1e-6)
    if max(worst, default=0.0) <= least:
        return False
    # Random numbers and states make outputs that no rounding explains, and would pass for a very large one.
    if _by_itself(loaded, batches) > least:
        return True
    for empty in (False, True):
        mine = [number for number, (tensors, _) in enumerate(batches) if _all_zero(tensors) is empty]
        largest = max((worst[number] for number in mine), default=0.0)
        if largest > least and largest > _FACTOR * own_rounding(loaded, [batches[number] for number in mine]):
            return True
    return False


def _all_zero(tensors: Sequence[torch.Tensor]) -> bool:
    floats = [tensor for tensor in tensors if tensor.is_floating_point()]
    return bool(floats) and not any(tensor.any() for tensor in floats)


def _by_itself(loaded: LoadedModel, batches: Sequence[Batch]) -> float:
    """The largest distance of PyTorch's outputs from those for the very same inputs."""
    distances = (
        largest_difference(again.numpy(), before)
        for tensors, outputs in batches
        for again, before in zip(loaded.call(tensors), outputs, strict=True)
        if tuple(again.shape) == before.shape
    )
    return max(distances, default=0.0)


def _bits(array: np.ndarray) -> int:
    return 24 if array.dtype.kind != "f" or array.dtype.itemsize > 2 else 11


def _computes_in_half(loaded: LoadedModel) -> bool:
    import torch

    halves = (torch.float16, torch.bfloat16)
    return loaded.module is not None and any(weight.dtype in halves for weight in loaded.module.parameters())


def own_rounding(loaded: LoadedModel, batches: Sequence[Batch]) -> float:
    """The largest distance of PyTorch's outputs from those for inputs moved by one rounding each, and from float64's."""
    largest = 0.0
    for number, (tensors, outputs) in enumerate(batches):
        runs = [loaded.call([_moved(tensor, seed) for tensor in tensors]) for seed in range(_TRIALS)]
        # The last batch is of another scale than the first: near a function's limit rounding does more.
        exact = _in_float64(loaded, tensors) if number in (0, len(batches) - 1) else None
        for run in runs if exact is None else [*runs, exact]:
            for mine, theirs in zip(run, outputs, strict=True):
                if tuple(mine.shape) == theirs.shape:
                    largest = max(largest, largest_difference(mine.double().numpy(), theirs))
    return largest


def _moved(tensor: torch.Tensor, seed: int) -> torch.Tensor:
    import torch

    if not tensor.is_floating_point():
        return tensor
    generator = torch.Generator().manual_seed(seed)
    sign = torch.randint(0, 2, tensor.shape, generator=generator).to(tensor.dtype) * 2 - 1
    return tensor * (1 + sign * _SPACING) if tensor.any() else sign * _BESIDE_ZERO


def _in_float64(loaded: LoadedModel, tensors: Sequence[torch.Tensor]) -> list[Any] | None:
    """The outputs in float64; None for a model that insists on float32 somewhere."""
    import torch

    try:
        if loaded.guest is not None:
            return list(loaded.guest.run(tensors, double=True))
        wide = [tensor.double() if tensor.is_floating_point() else tensor for tensor in tensors]
        arguments, named = loaded.arguments(wide)
        with torch.no_grad():
            return flat_tensors(copy.deepcopy(loaded.module).double()(*arguments, **named))  # type: ignore[union-attr]
    except Exception:  # whatever its operators raise: the moved inputs still tell something
        return None
