"""Keeps sizes free that torch.export would fix: functions of PyTorch that make a Python number of a size, and conditions that
hold for every size.

Runs in the user's interpreter too: torch alone is needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any


@contextlib.contextmanager
def sizes_kept() -> Iterator[None]:
    """A context for ``torch.export.export`` in which such functions are replaced by ones of the same result, and such
    conditions left out."""
    with _functions(), _identities_left_out(), recurrent_shapes():
        yield


def _functions() -> Any:
    import torch

    class Kept(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func is torch.nn.functional.affine_grid:
                return _affine_grid(func, *args, **(kwargs or {}))
            if func in pools and (whole := _whole_pool(pools[func], *args, **(kwargs or {}))) is not None:
                return whole
            if func in adaptive and (lines := _pooled_lines(adaptive[func], *args, **(kwargs or {}))) is not None:
                return lines
            return func(*args, **(kwargs or {}))

    pools, adaptive = _pools(), _adaptive_pools()
    return Kept()


def _pools() -> dict[Any, tuple[int, bool]]:
    """Pooling functions: over how many axes, and whether they take the maximum."""
    import torch

    found: dict[Any, tuple[int, bool]] = {}
    for axes in (1, 2, 3):
        for place in (torch, torch.nn.functional):
            for name, is_maximum in ((f"avg_pool{axes}d", False), (f"max_pool{axes}d", True)):
                if hasattr(place, name):
                    found[getattr(place, name)] = (axes, is_maximum)
    return found


def _whole_pool(kind: tuple[int, bool], input: Any, kernel_size: Any, *rest: Any, **named: Any) -> Any:
    """The result of a pool whose one window is the whole of space, by its size; None for any other pool.

    The functions take Python numbers, and the size would be fixed: ``avg_pool2d(x, x.shape[2:])``.
    """
    import torch

    axes, is_maximum = kind
    sizes = tuple(kernel_size) if isinstance(kernel_size, Sequence) else (kernel_size,) * axes
    if not any(isinstance(size, torch.SymInt) for size in sizes) or len(sizes) != axes:
        return None
    space = tuple(input.shape[-axes:])
    if any(size.node.expr != have.node.expr if isinstance(size, torch.SymInt) and isinstance(have, torch.SymInt) else True
           for size, have in zip(sizes, space, strict=True)):  # fmt: skip
        return None
    stride, padding = (
        named.get("stride", rest[0] if rest else None),
        named.get("padding", rest[1] if len(rest) > 1 else 0),
    )
    pads = tuple(padding) if isinstance(padding, Sequence) else (padding,)
    if any(pads) or named.get("return_indices") or named.get("divisor_override"):
        return None
    del stride  # one window only, wherever the next would begin
    over = tuple(range(-axes, 0))
    return input.amax(over, keepdim=True) if is_maximum else input.mean(over, keepdim=True)


def _adaptive_pools() -> dict[Any, tuple[int, bool]]:
    """Adaptive pooling functions: over how many axes, and whether they take the maximum."""
    import torch

    functions = torch.nn.functional
    names = {f"adaptive_{kind}_pool{axes}d": (axes, kind == "max") for axes in (2, 3) for kind in ("avg", "max")}
    return {getattr(functions, name): kind for name, kind in names.items()}


def _pooled_lines(kind: tuple[int, bool], input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The result of an adaptive pool that keeps some axes, by None or by their own free length, and takes the others whole;
    None for any other."""
    import torch

    axes, is_maximum = kind
    if not isinstance(output_size, Sequence) or len(output_size) != axes or return_indices:
        return None
    over = []
    for axis, size in zip(range(-axes, 0), output_size, strict=True):
        have = input.shape[axis]
        free = isinstance(size, torch.SymInt) and isinstance(have, torch.SymInt) and size.node.expr == have.node.expr
        if size is None or free:
            continue
        if not isinstance(size, int) or size != 1:
            return None
        over.append(axis)
    if not over or len(over) == axes:
        return None
    return input.amax(over, keepdim=True) if is_maximum else input.mean(over, keepdim=True)


@contextlib.contextmanager
def recurrent_shapes() -> Iterator[None]:
    """While it lasts, the shapes of what recurrent layers give are taken from their inputs' shapes.

    PyTorch finds them by running through all steps, which fixes their number.
    """
    import torch
    from torch._decomp import decomposition_table

    key = torch._C.DispatchKey.CompositeImplicitAutograd
    former = []
    for name in ("lstm", "gru", "rnn_tanh", "rnn_relu"):
        operator = getattr(torch.ops.aten, name).input
        former.append((operator, operator.py_kernels.get(key), decomposition_table.get(operator)))
        operator.py_kernels[key] = _recurrent_result
        if operator in decomposition_table:  # which tensors without numbers ask before the operator itself
            decomposition_table[operator] = _recurrent_result
        operator._dispatch_cache.clear()
    try:
        yield
    finally:
        for operator, kernel, decomposition in former:
            del operator.py_kernels[key]
            if kernel is not None:
                operator.py_kernels[key] = kernel
            if decomposition is not None:
                decomposition_table[operator] = decomposition
            operator._dispatch_cache.clear()


def _recurrent_result(input: Any, hx: Any, params: Any, has_biases: bool, num_layers: int, dropout: float, train: bool,
                      bidirectional: bool, batch_first: bool) -> tuple[Any, ...]:  # fmt: skip
    """Empty tensors of the shapes that a recurrent layer's operator gives."""
    states = list(hx) if isinstance(hx, Sequence) else [hx]
    width = states[0].shape[-1] * (2 if bidirectional else 1)
    output = input.new_empty((*input.shape[:2], width))
    return (output, *(state.new_empty(tuple(state.shape)) for state in states))


@contextlib.contextmanager
def _identities_left_out() -> Iterator[None]:
    """Without equations such as (s - 2)/(s/4 - 1/2) = 4 among what a model demands of its sizes.

    torch.export solves them for s, and fixes that size or fails, depending on the order in which Python's sets give them.
    """
    try:
        from torch.fx.experimental.symbolic_shapes import DimConstraints

        solve = DimConstraints.solve
    except (ImportError, AttributeError):  # an older PyTorch, which has no such step
        yield
        return

    def simplified(self: Any, *arguments: Any, **named: Any) -> Any:
        for symbol in list(getattr(self, "_symbols_with_equalities", ())):
            conditions = self._univariate_inequalities[symbol]
            conditions -= {condition for condition in conditions if _always_holds(condition)}
            if not any(condition.is_Relational and condition.rel_op == "==" for condition in conditions):
                self._symbols_with_equalities.discard(symbol)
        return solve(self, *arguments, **named)

    DimConstraints.solve = simplified
    try:
        yield
    finally:
        DimConstraints.solve = solve


def _always_holds(condition: Any) -> bool:
    if not condition.is_Relational or condition.rel_op != "==":
        return False
    return bool((condition.lhs - condition.rhs).simplify() == 0)


def _affine_grid(original: Any, theta: Any, size: Sequence[Any], align_corners: bool | None = None) -> Any:
    """The places of an image of ``size`` (batch, channels, space...) under affine maps (batch, axes, axes + 1)."""
    import torch

    space = list(size)[2:]
    if all(isinstance(length, int) for length in space):
        return original(theta, list(size), align_corners)
    count = len(space)
    result = theta[:, :, count].reshape(theta.shape[0], *(1,) * count, count)
    for axis, length in enumerate(space):
        line = torch.arange(length, dtype=theta.dtype, device=theta.device)
        place = line * 2 / (length - 1) - 1 if align_corners else (line * 2 + 1) / length - 1
        column = theta[:, :, count - 1 - axis].reshape(theta.shape[0], *(1,) * count, count)
        along = [1] * (count + 2)
        along[1 + axis] = -1
        result = result + place.reshape(along) * column
    return result
