"""Pooling with windows of several sizes, pairs and stacks, places, windows of signals, matrices; see ``translations``."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx_ir as ir
import torch
from onnxscript import opset20 as op
from onnxscript.function_libs.torch_lib.ops import core

from pt2k_gui.export.translations import cut, integers, length, line, number, rank, translates, whole

# ---- pooling ----------------------------------------------------------------------------------------------------


@translates("avg_pool2d.default", "avg_pool3d.default")
def avg_pool(
    self: ir.Value,
    kernel_size: Sequence[int],
    stride: Sequence[int] = (),
    padding: Sequence[int] = (0,),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> ir.Value:
    """ONNX's mean; a divisor of one's own is a factor on the mean over whole windows, padding and all."""
    axes = len(kernel_size)
    kernel = list(kernel_size)
    steps = list(stride) or kernel
    pads = list(padding) * (axes if len(padding) == 1 else 1)
    lifted = rank(self) == axes + 1
    data = op.Unsqueeze(self, integers(0)) if lifted else self
    result = op.AveragePool(
        data,
        kernel_shape=kernel,
        strides=steps * (axes if len(steps) == 1 else 1),
        pads=pads * 2,
        ceil_mode=int(ceil_mode),
        count_include_pad=int(count_include_pad or divisor_override is not None),
    )
    if divisor_override is not None:
        if ceil_mode:
            raise NotImplementedError("a mean with its own divisor, rounded up at the end")
        result = op.Mul(result, number(math.prod(kernel) / divisor_override, self))
    return op.Squeeze(result, integers(0)) if lifted else result


@translates("fractional_max_pool2d.default", "fractional_max_pool3d.default")
def fractional_max_pool(
    self: ir.Value, kernel_size: Sequence[int], output_size: Sequence[int], random_samples: ir.Value
) -> Any:
    """Maxima over windows whose places follow from the random numbers (B. Graham, Fractional max-pooling, 2014).

    The positions of the maxima, PyTorch's second output, are not given.
    """
    result, axes = self, len(kernel_size)
    sizes = [length(self, axis - axes) for axis in range(axes)]
    if any(size is None for size in sizes) or rank(self) != axes + 2:
        raise NotImplementedError("fractional pooling over axes of unknown length")
    shape = [length(self, axis) if axis else -1 for axis in range(rank(self))]
    # PyTorch's samples are in the order width, height (depth, before them, in three axes is the first).
    order = list(range(axes))[::-1] if axes == 2 else list(range(axes))
    for place in range(axes):
        have, kernel, want = sizes[place] or 0, kernel_size[place], output_size[place]
        sample = cut(random_samples, 2, order[place], order[place] + 1)  # (batch, channels, 1)
        alpha = (have - kernel) / (want - 1) if want > 1 else 0.0
        steps = op.Cast(line(integers(want)), to=self.dtype)
        moved = op.Floor(op.Mul(op.Add(op.Reshape(steps, integers(1, 1, want)), sample), number(alpha, self)))
        begin = op.Sub(moved, op.Floor(op.Mul(sample, number(alpha, self))))
        last = op.Equal(op.Reshape(steps, integers(1, 1, want)), number(float(want - 1), self))
        begin = op.Cast(op.Where(last, number(float(have - kernel), self), begin), to=ir.DataType.INT64)
        window = op.Add(op.Unsqueeze(begin, integers(3)), op.Reshape(line(integers(kernel)), integers(1, 1, 1, kernel)))
        axis = 2 + place
        flat = [-1, shape[1] or 1, *(want * kernel if a == axis else 1 for a in range(2, 2 + axes))]
        indices = op.Reshape(window, integers(*flat))
        full = op.Concat(
            op.Shape(self, start=0, end=1),
            integers(*(want * kernel if a == axis else (shape[a] or 1) for a in range(1, 2 + axes))),
            axis=0,
        )
        taken = op.GatherElements(result, op.Expand(indices, full), axis=axis)
        shape[axis] = want
        apart = [*(s or 1 for s in shape[:axis]), want, kernel, *(s or 1 for s in shape[axis + 1 :])]
        result = op.ReduceMax(op.Reshape(taken, integers(*apart)), integers(axis + 1), keepdims=0)
    return result, result


# ---- pairs and stacks -------------------------------------------------------------------------------------------


@translates("pdist.default", "_pdist_forward.default")
def pdist(self: ir.Value, p: float = 2.0) -> ir.Value:
    """The distance of each row from each later one."""
    rows = length(self, 0)
    if rows is None:
        raise NotImplementedError("distances between a number of rows that is not known")
    pairs = list(itertools.combinations(range(rows), 2))
    first, second = (op.Gather(self, integers(*(pair[n] for pair in pairs)), axis=0) for n in (0, 1))
    apart = op.Abs(op.Sub(first, second))
    if p == 2:
        return op.ReduceL2(apart, integers(1), keepdims=0)
    if math.isinf(p):
        return op.ReduceMax(apart, integers(1), keepdims=0)
    if p == 0:
        unlike = op.Cast(op.Greater(apart, number(0.0, self)), to=self.dtype)
        return op.ReduceSum(unlike, integers(1), keepdims=0)
    total = op.ReduceSum(op.Pow(apart, number(p, self)), integers(1), keepdims=0)
    return op.Pow(total, number(1 / p, self))


@translates("combinations.default")
def combinations(self: ir.Value, r: int = 2, with_replacement: bool = False) -> ir.Value:
    entries = length(self, 0)
    if entries is None:
        raise NotImplementedError("combinations of a number of entries that is not known")
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = np.array(list(choose(range(entries), r)), np.int64).reshape(-1, r)
    return op.Gather(self, op.Constant(value=ir.tensor(rows)), axis=0)


def _lifted(value: ir.Value, shape: Callable[[int], tuple[int, ...]]) -> ir.Value:
    axes = shape(rank(value))
    return op.Unsqueeze(value, integers(*axes)) if axes else value


@translates("hstack.default")
def hstack(tensors: Sequence[ir.Value]) -> ir.Value:
    parts = [_lifted(value, lambda axes: (0,) if axes == 0 else ()) for value in tensors]
    return op.Concat(*parts, axis=0 if max(map(rank, tensors)) <= 1 else 1)


@translates("vstack.default", "row_stack.default")
def vstack(tensors: Sequence[ir.Value]) -> ir.Value:
    parts = [_lifted(value, lambda axes: ((0, 1), (0,))[axes] if axes < 2 else ()) for value in tensors]
    return op.Concat(*parts, axis=0)


@translates("dstack.default")
def dstack(tensors: Sequence[ir.Value]) -> ir.Value:
    shapes = ((0, 1, 2), (0, 2), (2,))
    parts = [_lifted(value, lambda axes: shapes[axes] if axes < 3 else ()) for value in tensors]
    return op.Concat(*parts, axis=2)


@translates("column_stack.default")
def column_stack(tensors: Sequence[ir.Value]) -> ir.Value:
    parts = [_lifted(value, lambda axes: ((0, 1), (1,))[axes] if axes < 2 else ()) for value in tensors]
    return op.Concat(*parts, axis=1)


# ---- numbers that may be missing, places, means by place ---------------------------------------------------------


@translates("fmax.default")
def fmax(self: ir.Value, other: ir.Value) -> ir.Value:
    """The larger one; the other where one is not a number."""
    return op.Where(op.IsNaN(self), other, op.Where(op.IsNaN(other), self, op.Max(self, other)))


@translates("fmin.default")
def fmin(self: ir.Value, other: ir.Value) -> ir.Value:
    return op.Where(op.IsNaN(self), other, op.Where(op.IsNaN(other), self, op.Min(self, other)))


@translates("put.default")
def put(self: ir.Value, index: ir.Value, source: ir.Value, accumulate: bool = False) -> ir.Value:
    flat = op.Reshape(self, integers(-1))
    places = op.Reshape(index, integers(-1, 1))
    values = op.Reshape(source, integers(-1))
    changed = op.ScatterND(flat, places, values, reduction="add" if accumulate else "none")
    return op.Reshape(changed, op.Shape(self))


@translates("scatter_reduce.two")
def scatter_reduce(
    self: ir.Value, dim: int, index: ir.Value, src: ir.Value, reduce: str, *, include_self: bool = True
) -> ir.Value:
    """Sums, products, extremes and means by place; what a place held before counts or not."""
    onnx_names = {"sum": "add", "prod": "mul", "amax": "max", "amin": "min", "mean": "add"}
    start = self
    if not include_self:
        nothing = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "amax": -math.inf, "amin": math.inf}[reduce]
        fill = op.Expand(number(nothing, self), op.Shape(index))
        start = op.ScatterElements(self, index, fill, axis=dim)
    total = op.ScatterElements(start, index, src, axis=dim, reduction=onnx_names[reduce])
    if reduce != "mean":
        return total
    one = number(1.0, self)
    ones, mine = op.Expand(one, op.Shape(index)), op.Expand(one, op.Shape(self))
    if not include_self:
        mine = op.ScatterElements(mine, index, op.Expand(number(0.0, self), op.Shape(index)), axis=dim)
    return op.Div(total, op.ScatterElements(mine, index, ones, axis=dim, reduction="add"))


# ---- windows of signals -----------------------------------------------------------------------------------------


def _window(name: str) -> None:
    """ONNX's windows have other coefficients than PyTorch's, so PyTorch's own numbers go into the file."""
    function = getattr(torch, name)

    def plain(window_length: int, *arguments: Any, dtype: Any = None, layout: Any = None, device: Any = None,
              pin_memory: Any = None) -> ir.Value:  # fmt: skip
        if not isinstance(window_length, int):
            raise NotImplementedError("a window of a length that is not known")
        return op.Constant(value=ir.tensor(function(window_length, *arguments).numpy()))

    overloads = ("default", "periodic", "periodic_alpha", "periodic_alpha_beta", "beta")
    translates(*(f"{name}.{overload}" for overload in overloads))(plain)


for _name in ("hamming_window", "hann_window", "blackman_window", "bartlett_window", "kaiser_window"):
    _window(_name)


# ---- matrices ---------------------------------------------------------------------------------------------------


@translates("linalg_inv.default", "inverse.default")
def inverse(A: ir.Value) -> ir.Value:
    """ONNX Runtime's own operator: the standard has none."""
    return _op_of_microsoft("Inverse", A)


@translates("linalg_inv_ex.default")
def inverse_with_info(A: ir.Value, check_errors: bool = False) -> Any:
    found = inverse(A)
    return found, op.Cast(op.ReduceSum(op.Mul(A, number(0.0, A)), integers(-2, -1), keepdims=0), to=ir.DataType.INT32)


@translates("linalg_solve.default")
def solve(A: ir.Value, B: ir.Value, left: bool = True) -> ir.Value:
    found = inverse(A)
    if not left:
        return op.MatMul(B, found)
    if rank(B) == rank(A):
        return op.MatMul(found, B)
    return op.Squeeze(op.MatMul(found, op.Unsqueeze(B, integers(-1))), integers(-1))


@translates("_linalg_solve_ex.default")
def solve_with_info(A: ir.Value, B: ir.Value, left: bool = True, check_errors: bool = False) -> Any:
    info = inverse_with_info(A)[1]
    return solve(A, B, left), A, info, info


def _op_of_microsoft(name: str, *inputs: ir.Value) -> ir.Value:
    """A node of ONNX Runtime's own domain, which the package onnx has no schema of."""
    from onnx.defs import OpSchema
    from onnxscript.values import Op, Opset

    kinds = ["tensor(float)", "tensor(double)", "tensor(float16)"]
    schema = OpSchema(
        name,
        "com.microsoft",
        1,
        inputs=[OpSchema.FormalParameter(f"X{place}", "T") for place in range(len(inputs))],
        outputs=[OpSchema.FormalParameter("Y", "T")],
        type_constraints=[("T", kinds, "")],
    )
    return Op(Opset("com.microsoft", 1), name, schema)(*inputs)


# ---- pieces and turns whose sizes are free ----------------------------------------------------------------------


@translates("split_with_sizes.default")
def split_with_sizes(self: ir.Value, split_sizes: Sequence[Any], dim: int = 0) -> Any:
    """Slices one after the other; the sizes may be lengths of other tensors."""
    if all(isinstance(size, int) for size in split_sizes):
        return core.aten_split_with_sizes(self, split_sizes, dim)
    parts, begin = [], integers(0)
    for size in split_sizes:
        end = op.Add(begin, _vector(size))
        parts.append(op.Slice(self, begin, end, integers(dim)))
        begin = end
    return parts


@translates("roll.default")
def roll(self: ir.Value, shifts: Sequence[Any], dims: Sequence[int] = ()) -> ir.Value:
    """Places counted on from a shift that is computed, round to the beginning."""
    if all(isinstance(shift, int) for shift in shifts):
        return core.aten_roll(self, shifts, dims)
    if not dims:
        return op.Reshape(roll(op.Reshape(self, integers(-1)), shifts, (0,)), op.Shape(self))
    result = self
    for shift, axis in zip(shifts, dims, strict=True):
        axis = axis % rank(self)
        length = op.Shape(self, start=axis, end=axis + 1)
        counted = op.Range(whole(0), op.Squeeze(length), whole(1))
        result = op.Gather(result, op.Mod(op.Sub(counted, _vector(shift)), length), axis=axis)
    return result


def _vector(size: Any) -> ir.Value:
    """A size as a vector of one whole number."""
    return integers(size) if isinstance(size, int) else op.Reshape(size, integers(-1))
