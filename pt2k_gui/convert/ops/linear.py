"""Matrix products: Dense where the matrix is constant, keras.ops where it is not."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.layout import Factor, nearest_order, ordered_arrangement, rearrangement, run_size
from pt2k_gui.convert.ir.symbolic_dims import Dim, broadcast, is_known
from pt2k_gui.convert.ir.values import Constant, Tensor, Value
from pt2k_gui.convert.registry import operator


def dense(build: Build, X: Value, matrix: np.ndarray, bias: np.ndarray | None, *, is_parameter: bool) -> Tensor:
    """X (..., in) times a constant matrix (in, out), plus a bias (out,): a Dense layer.

    Where the features lie in another order than ONNX's (behind a Flatten of channels-last data), the rows of the matrix
    are put into that order instead of the data; where they are an inner axis as the data lies, an EinsumDense layer takes
    them there.
    """
    tensor, matrix = _features_last(build, build.as_tensor(X), matrix)
    if tensor.order[-1] != tensor.rank - 1:
        return _inner_dense(build, tensor, matrix, bias, is_parameter)
    weights = {"kernel": np.ascontiguousarray(matrix)}
    if bias is not None:
        weights["bias"] = np.ascontiguousarray(bias)
    result = build.layer(
        keras.layers.Dense,
        tensor.keras,
        weights=weights,
        units=matrix.shape[1],
        use_bias=bias is not None,
        dtype=str(tensor.dtype),
        trainable=is_parameter,
    )
    shape = (*tensor.shape[:-1], matrix.shape[1])
    return build.tensor(result, tensor.order, shape)


def _inner_dense(
    build: Build, tensor: Tensor, matrix: np.ndarray, bias: np.ndarray | None, is_parameter: bool
) -> Tensor:
    """``dense`` of a tensor whose features are stored before other axes, which stay where they are."""
    place = tensor.stored_axis(tensor.rank - 1)
    axes = ascii_lowercase[: tensor.rank]
    result_axes = axes.replace(axes[place], "z")
    weights = {"kernel": np.ascontiguousarray(matrix)}
    behind = tensor.rank - 1 - place
    if bias is not None:
        weights["bias"] = bias.reshape(-1, *(1,) * behind)
    shape = (*tensor.shape[:-1], matrix.shape[1])
    lengths = [shape[axis] if is_known(shape[axis]) else None for axis in tensor.order[1:]]
    result = build.layer(
        keras.layers.EinsumDense,
        tensor.keras,
        weights=weights,
        equation=f"{axes},{axes[place]}z->{result_axes}",
        output_shape=tuple(lengths),
        bias_axes="z" if bias is not None else None,
        dtype=str(tensor.dtype),
        trainable=is_parameter,
    )
    return build.tensor(result, tensor.order, shape)


def _features_last(build: Build, tensor: Tensor, matrix: np.ndarray) -> tuple[Tensor, np.ndarray]:
    """The tensor plainly stored with its last ONNX axis last, and the matrix with its rows to match."""
    layout = tensor.layout
    if layout.order is not None:
        # Without the batch in front Keras's layers can't tell samples apart.
        if layout.order[-1] == tensor.rank - 1 or layout.order[0] == 0:
            return tensor, matrix
        return build.ordered(tensor, range(tensor.rank)), matrix
    features = layout.onnx[-1]
    stored = [factor for run in layout.stored for factor in run]
    moved = [factor for factor in stored if factor in features]
    if stored[len(stored) - len(features) :] != moved or not all(is_known(factor.size) for factor in features):
        nearest = nearest_order(layout)
        in_place = rearrangement(layout, ordered_arrangement(layout, nearest)).permutation is None
        return build.ordered(tensor, nearest if in_place and nearest[0] == 0 else range(tensor.rank)), matrix
    sizes = [int(factor.size) for factor in features if isinstance(factor.size, int)]
    order = [features.index(factor) for factor in moved]
    rows = matrix.reshape(*sizes, matrix.shape[1]).transpose(*order, len(sizes)).reshape(matrix.shape)
    whole = Factor(run_size(features))
    arrangement = (*layout.onnx[:-1], tuple(moved))
    data = build.arranged(tensor, arrangement)
    shape = (*tensor.shape[:-1], whole.size)
    return build.tensor(data, shape=shape), rows


@operator("Linear", 1, domain="pt2k", names_module=True)
def linear(build: Build, A: Value, B: Value, C: Value) -> Tensor:
    """MatMul and Add as recognised: A (..., in), B (in, out), C (out,)."""
    matrix, bias = build.known(B, "B"), build.known(C, "C")
    return dense(build, A, matrix, bias, is_parameter=_is_learned(B, C))


def _is_learned(*values: Value | None) -> bool:
    return any(isinstance(value, Constant) and value.is_parameter for value in values) or all(
        not isinstance(value, Constant) for value in values
    )


@operator("Gemm", 7, names_module=True)
def gemm(
    build: Build,
    A: Value,
    B: Value,
    C: Value | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
    broadcast: int = 1,
) -> Tensor:
    """A Dense layer for a constant matrix, with ``alpha`` and ``beta`` in its weights.

    https://onnx.ai/onnx/operators/onnx__Gemm.html
    """
    if transA:
        A = build.transposed(build.as_tensor(A), (1, 0))
    if isinstance(B, Constant) and not isinstance(A, Constant) and A.dtype.kind == "f":
        matrix = B.array.T if transB else B.array
        matrix = matrix if alpha == 1.0 else (matrix * np.array(alpha, matrix.dtype))
        bias = None
        if isinstance(C, Constant) and C.shape in ((matrix.shape[1],), (1, matrix.shape[1]), (1,), ()):
            flat = C.array.reshape(-1) if beta == 1.0 else C.array.reshape(-1) * np.array(beta, C.dtype)
            bias = np.broadcast_to(flat, (matrix.shape[1],))
        result = dense(build, A, matrix, bias, is_parameter=_is_learned(B))
        return result if bias is not None or C is None else _plus(build, result, C, beta)
    left, right = build.as_tensor(A), build.as_tensor(B)
    if transB:
        right = build.transposed(right, (1, 0))
    result = matmul(build, left, right)
    if alpha != 1.0:
        result = build.elementwise(ops.multiply, result, Constant(np.array(alpha).astype(result.dtype)))
    return result if C is None else _plus(build, result, C, beta)


@operator("Gemm", 1)
def old_gemm(build: Build, A: Value, B: Value, C: Value, *, broadcast: int = 0, **attributes: Any) -> Tensor:
    """Before opset 7 the bias broadcast by an attribute. https://onnx.ai/onnx/operators/onnx__Gemm.html"""
    return gemm(build, A, B, C, **attributes)


def _plus(build: Build, result: Tensor, C: Value, beta: float) -> Tensor:
    if beta != 1.0:
        C = build.elementwise(ops.multiply, build.as_tensor(C), Constant(np.array(beta).astype(result.dtype)))
    return build.elementwise(ops.add, result, C)


@operator("MatMul", 1, names_module=True)
def matmul(build: Build, A: Value, B: Value) -> Tensor:
    """A Dense layer for a constant matrix, else a product. https://onnx.ai/onnx/operators/onnx__MatMul.html"""
    if (
        isinstance(B, Constant)
        and B.rank == 2
        and not isinstance(A, Constant)
        and A.dtype.kind == "f"
        and len(A.shape) > 1
    ):
        return dense(build, A, B.array, None, is_parameter=_is_learned(B))
    left, right = build.as_tensor(A), build.as_tensor(B)
    shape = _product_shape(build, left.shape, right.shape)
    if left.rank == 1 or right.rank == 1:
        return build.tensor(build.call(ops.matmul, build.onnx_order(left), build.onnx_order(right)), shape=shape)
    equation = _matmul_equation(left, right) if left.dtype.kind == right.dtype.kind == "f" else ""
    if equation and not all(_lies_as_onnx(build, side) for side in (left, right)):
        return einsum(build, left, right, equation=equation)
    return build.tensor(build.call(ops.matmul, build.onnx_order(left), build.onnx_order(right)), shape=shape)


def _lies_as_onnx(build: Build, tensor: Tensor) -> bool:
    order = build.plain(tensor).order
    return order == tuple(range(tensor.rank))


def _matmul_equation(left: Tensor, right: Tensor) -> str:
    """A product of matrices as an einsum over ONNX's axes; empty where an axis of the one is repeated along the other's."""
    rank = max(left.rank, right.rank)
    batch = ascii_lowercase[: rank - 2]
    own, other = batch[rank - left.rank :], batch[rank - right.rank :]
    shared = min(len(own), len(other))
    if shared and left.shape[-2 - shared : -2] != right.shape[-2 - shared : -2]:
        return ""
    return f"{own}xy,{other}yz->{batch}xz"


def _product_shape(build: Build, a: tuple[Dim, ...], b: tuple[Dim, ...]) -> tuple[Dim, ...]:
    if len(a) == 1 and len(b) == 1:
        return ()
    if len(a) == 1:
        return (*b[:-2], b[-1])
    if len(b) == 1:
        return a[:-1]
    return (*broadcast(a[:-2], b[:-2]), a[-2], b[-1])


@operator("Einsum", 12)
def einsum(build: Build, *Inputs: Value, equation: str) -> Tensor:
    """Over the stored axes, so that nothing is transposed for it. https://onnx.ai/onnx/operators/onnx__Einsum.html"""
    text = _lower_case(equation.replace(" ", ""))
    tensors = [build.as_tensor(value) for value in Inputs]
    shape = _einsum_shape(build, text, tensors)
    stored = _as_stored(text, [build.plain(tensor) for tensor in tensors])
    if stored is None or shape is None:
        result = build.call(ops.einsum, text, *(build.onnx_order(tensor) for tensor in tensors))
        return build.tensor(result, shape=shape)
    result = build.call(ops.einsum, stored[0], *(build.plain(tensor).keras for tensor in tensors))
    return build.tensor(result, stored[1], shape)


def _lower_case(equation: str) -> str:
    """The equation with small letters only: Keras knows no others. Their order, which may count, stays."""
    letters = sorted({letter for letter in equation if letter.isalpha()})
    if len(letters) > len(ascii_lowercase) or all(letter.islower() for letter in letters):
        return equation
    return equation.translate(str.maketrans("".join(letters), ascii_lowercase[: len(letters)]))


def _as_stored(equation: str, tensors: list[Tensor]) -> tuple[str, tuple[int, ...]] | None:
    """The equation for the tensors' axes as they are stored, and the order of the result's axes then.

    The result keeps the order of the largest tensor; an axis that is new takes the place of one that is summed over. None
    where the equation is not of the plain kind.
    """
    if "." in equation or "->" not in equation:
        return None
    left, _, right = equation.partition("->")
    terms = left.split(",")
    if any(len(set(term)) < len(term) for term in (*terms, right)):
        return None
    stored = ["".join(term[axis] for axis in tensor.order) for term, tensor in zip(terms, tensors, strict=True)]
    main = max(stored, key=len)
    fresh = [letter for letter in right if letter not in main]
    order = ""
    for letter in main:
        if letter in right:
            order += letter
        elif fresh:
            order += fresh.pop(0)
    order += "".join(fresh)
    return f"{','.join(stored)}->{order}", tuple(right.index(letter) for letter in order)


def _einsum_shape(build: Build, text: str, tensors: list[Tensor]) -> tuple[Dim, ...] | None:
    if "." in text:
        return None
    left, _, right = text.partition("->")
    letters: dict[str, Dim] = {}
    for term, tensor in zip(left.split(","), tensors, strict=True):
        for letter, length in zip(term, tensor.shape, strict=True):
            if letter not in letters or is_known(length):
                letters[letter] = length
    if not right and "->" not in text:
        right = "".join(sorted(letter for letter in letters if left.count(letter) == 1))
    return tuple(letters[letter] for letter in right)
