"""Complex arithmetic as real arithmetic on two parts, for exporters that know complex tensors in few places only.

A recorded program is run once more with every complex value as its real and its imaginary part, and recorded again. What
remains complex are the Fourier transforms, which ONNX has: a pair is joined before them and taken apart behind them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils import _pytree as pytree

aten = torch.ops.aten


@dataclass(frozen=True, eq=False)
class Pair:
    """A complex value: two real tensors of one shape."""

    re: torch.Tensor
    im: torch.Tensor


def holds_complex(program: Any) -> bool:
    """Whether any value of an export program is complex."""
    values = (node.meta.get("val") for node in program.graph.nodes)
    return any(
        isinstance(leaf, torch.Tensor) and leaf.is_complex() for value in values for leaf in pytree.tree_leaves(value)
    )


def real_module(program: Any) -> torch.nn.Module:
    """A module that computes what an export program does, in real numbers, with the program's names and arguments.

    A complex parameter becomes a real one of the same name, with its two parts along a last axis.
    """
    return _InRealNumbers(program.module(check_guards=False))


class _InRealNumbers(torch.nn.Module):
    """Has the parameters, buffers and constants of a graph, and runs it on pairs."""

    def __init__(self, plain: torch.fx.GraphModule) -> None:
        super().__init__()
        graph, split = plain.graph, set()
        for name, child in plain.named_children():
            self.add_module(name, child)
        for name in {node.target for node in graph.nodes if node.op == "get_attr"}:
            value = _attribute(plain, name)
            if isinstance(value, torch.Tensor) and value.is_complex():
                split.add(name)
                _replace(self, name, value)
            elif "." not in name:
                setattr(self, name, value)

        def forward(*arguments: Any, **named: Any) -> Any:
            flat = pytree.tree_leaves((arguments, named))
            with torch.fx.traceback.preserve_node_meta():
                outputs = _OnParts(self, plain, split).run(*flat, enable_io_processing=False)
            return graph.process_outputs(outputs)

        forward.__signature__ = inspect.signature(plain.forward)  # type: ignore[attr-defined]
        self.forward = forward


def _attribute(module: torch.nn.Module, path: str) -> Any:
    owner, _, name = path.rpartition(".")
    return getattr(module.get_submodule(owner), name)


def _replace(module: torch.nn.Module, path: str, value: torch.Tensor) -> None:
    owner, _, name = path.rpartition(".")
    holder = module.get_submodule(owner)
    parts = torch.view_as_real(value.detach().resolve_conj()).clone()
    if hasattr(holder, name):
        delattr(holder, name)
    if isinstance(value, torch.nn.Parameter):
        holder.register_parameter(name, torch.nn.Parameter(parts, value.requires_grad))
    else:
        holder.register_buffer(name, parts)


class _OnParts(torch.fx.Interpreter):
    """Runs a graph in which every complex value is a ``Pair``."""

    def __init__(self, owner: torch.nn.Module, plain: torch.fx.GraphModule, split: set[str]) -> None:
        super().__init__(plain)
        self._owner, self._split = owner, split

    def get_attr(self, target: Any, args: Any, kwargs: Any) -> Any:
        value = _attribute(self._owner, target)
        return _taken_apart(value) if target in self._split else value

    def call_function(self, target: Any, args: Any, kwargs: Any) -> Any:
        if not isinstance(target, torch._ops.OpOverload):
            return super().call_function(target, args, kwargs)
        rule = _RULES.get(target._schema.name.removeprefix("aten::"))
        leaves = pytree.tree_leaves((args, kwargs))
        if any(isinstance(leaf, Pair | complex) for leaf in leaves):
            return _result((rule or _joined)(target, *args, **kwargs))
        if any(isinstance(leaf, torch.dtype) and leaf.is_complex for leaf in leaves):
            return _as_real_type(target, args, kwargs)
        if rule in (_complex, _polar, _view_as_complex):
            return rule(target, *args, **kwargs)
        return _result(super().call_function(target, args, kwargs))

    def output(self, target: Any, args: Any, kwargs: Any) -> Any:
        return pytree.tree_map(lambda leaf: _put_together(leaf) if isinstance(leaf, Pair) else leaf, args[0])


def _taken_apart(parts: torch.Tensor) -> Pair:
    return Pair(parts.select(-1, 0), parts.select(-1, 1))


def _put_together(pair: Pair) -> torch.Tensor:
    return torch.view_as_complex(torch.stack((pair.re, pair.im), -1))


def _result(value: Any) -> Any:
    """An operator's answer with its complex tensors taken apart."""
    return pytree.tree_map(
        lambda leaf: (
            _taken_apart(torch.view_as_real(leaf)) if isinstance(leaf, torch.Tensor) and leaf.is_complex() else leaf
        ),
        value,
    )


def _joined(target: Any, *args: Any, **kwargs: Any) -> Any:
    """An operator that has no rule, on true complex tensors: the Fourier transforms."""
    args, kwargs = pytree.tree_map(lambda leaf: _put_together(leaf) if isinstance(leaf, Pair) else leaf, (args, kwargs))
    return target(*args, **kwargs)


_REAL = {torch.complex32: torch.float16, torch.complex64: torch.float32, torch.complex128: torch.float64}


def _as_real_type(target: Any, args: Any, kwargs: Any) -> Pair:
    """A complex tensor made of real numbers or of nothing: the imaginary part is zero."""
    args, kwargs = pytree.tree_map(
        lambda leaf: _REAL[leaf] if isinstance(leaf, torch.dtype) and leaf.is_complex else leaf, (args, kwargs)
    )
    re = target(*args, **kwargs)
    return Pair(re, torch.zeros_like(re))


# ---- rules --------------------------------------------------------------------------------------------------------


def _pair(value: Any, like: Pair | None = None) -> Pair:
    """A number or a real tensor as a pair."""
    if isinstance(value, Pair):
        return value
    if isinstance(value, torch.Tensor):
        return Pair(value, torch.zeros_like(value))
    assert like is not None
    number = complex(value)
    return Pair(torch.full_like(like.re, number.real), torch.full_like(like.re, number.imag))


def _by_parts(target: Any, *args: Any, **kwargs: Any) -> Any:
    """Moves of numbers, and sums: the same to either part. A real tensor among them has no imaginary part."""

    def part(real: bool) -> Any:
        def choose(leaf: Any) -> Any:
            if isinstance(leaf, Pair):
                return leaf.re if real else leaf.im
            if isinstance(leaf, torch.Tensor) and leaf.is_floating_point():
                return leaf if real else torch.zeros_like(leaf)
            if isinstance(leaf, torch.dtype) and leaf.is_complex:
                return _REAL[leaf]
            return leaf

        chosen, named = pytree.tree_map(choose, (args, kwargs))
        return target(*chosen, **named)

    re, im = part(True), part(False)
    if isinstance(re, torch.Tensor):
        return Pair(re, im)
    return type(re)(Pair(*both) for both in zip(re, im, strict=True))


def _with_number(place: int) -> Callable[..., Pair]:
    """As ``_by_parts``, with a number at one place of the arguments, of which either part takes its own."""

    def rule(target: Any, *args: Any, **kwargs: Any) -> Pair:
        if len(args) <= place or args[place] is None or isinstance(args[place], torch.Tensor | Pair):
            found: Pair = _by_parts(target, *args, **kwargs)
            return found
        number = complex(args[place])
        first = _pair(args[0])
        return Pair(
            target(first.re, *args[1:place], number.real, *args[place + 1 :], **kwargs),
            target(first.im, *args[1:place], number.imag, *args[place + 1 :], **kwargs),
        )

    return rule


def _bilinear(target: Any, first: Any, second: Any, *rest: Any, **kwargs: Any) -> Any:
    """A product of any kind: (a + bi)(c + di) = ac - bd + (ad + bc)i."""
    if isinstance(first, str):  # einsum, whose operands stand in a list behind its equation
        if len(second) != 2:
            return _by_parts(target, first, second, **kwargs) if len(second) == 1 else _joined(target, first, second)
        equation, (first, second) = first, second

        def product(a: Any, b: Any) -> Any:
            return target(equation, [a, b], **kwargs)
    else:

        def product(a: Any, b: Any) -> Any:
            return target(a, b, *rest, **kwargs)

    if isinstance(first, Pair) and isinstance(second, Pair):
        re = product(first.re, second.re) - product(first.im, second.im)
        return Pair(re, product(first.re, second.im) + product(first.im, second.re))
    if isinstance(first, Pair):
        return Pair(product(first.re, second), product(first.im, second))
    return Pair(product(first, second.re), product(first, second.im))


def _multiply(target: Any, self: Any, other: Any) -> Pair:
    if isinstance(self, complex) or isinstance(other, complex):
        number, value = (self, other) if isinstance(self, complex) else (other, self)
        value = _pair(value)
        return Pair(value.re * number.real - value.im * number.imag, value.re * number.imag + value.im * number.real)
    if isinstance(self, Pair) and not isinstance(other, Pair):
        return Pair(self.re * other, self.im * other)
    found: Pair = _bilinear(aten.mul.Tensor, self, other)
    return found


def _linear(target: Any, input: Any, weight: Any, bias: Any = None) -> Any:
    product = _bilinear(target, input, weight)
    return product if bias is None else _add(target, product, bias)


def _convolve(target: Any, input: Any, weight: Any, bias: Any = None, *args: Any, **kwargs: Any) -> Any:
    def product(_: Any, a: Any, b: Any) -> Any:
        return target(a, b, None, *args, **kwargs)

    found = _bilinear(lambda a, b: product(None, a, b), input, weight)
    if bias is None:
        return found
    axes = (1, -1, *(1 for _ in range(found.re.ndim - 2)))
    return _add(target, found, _by_parts(lambda value: value.reshape(axes), _pair(bias)))


def _add(target: Any, self: Any, other: Any, *, alpha: Any = 1) -> Pair:
    like = self if isinstance(self, Pair) else other if isinstance(other, Pair) else _pair(self)
    a, b = _pair(self, like), _pair(other, like)
    return Pair(a.re + b.re * alpha, a.im + b.im * alpha) if alpha != 1 else Pair(a.re + b.re, a.im + b.im)


def _subtract(target: Any, self: Any, other: Any, *, alpha: Any = 1) -> Pair:
    like = self if isinstance(self, Pair) else other if isinstance(other, Pair) else _pair(self)
    a, b = _pair(self, like), _pair(other, like)
    return Pair(a.re - b.re * alpha, a.im - b.im * alpha) if alpha != 1 else Pair(a.re - b.re, a.im - b.im)


def _from_other(target: Any, self: Any, other: Any, *args: Any) -> Pair:
    return _subtract(target, other, self)


def _divide(target: Any, self: Any, other: Any, **kwargs: Any) -> Pair:
    if isinstance(self, Pair) and not isinstance(other, Pair | complex):
        return Pair(self.re / other, self.im / other)
    if isinstance(other, complex):
        return _multiply(target, self, 1 / other)
    return _multiply(target, _pair(self, other), _reciprocal(target, other))


def _reciprocal(target: Any, self: Pair) -> Pair:
    square = self.re * self.re + self.im * self.im
    return Pair(self.re / square, -self.im / square)


def _power(target: Any, self: Any, exponent: Any) -> Any:
    if not isinstance(exponent, int) or not 0 < exponent < 9:
        raise NotImplementedError("a complex power of anything but a small whole number")
    result = self
    for _ in range(exponent - 1):
        result = _bilinear(aten.mul.Tensor, result, self)
    return result


def _exponential(target: Any, self: Pair) -> Pair:
    size = self.re.exp()
    return Pair(size * self.im.cos(), size * self.im.sin())


def _complex(target: Any, real: Any, imag: Any) -> Pair:
    return Pair(real, imag)


def _polar(target: Any, abs: Any, angle: Any) -> Pair:
    return Pair(abs * angle.cos(), abs * angle.sin())


def _view_as_complex(target: Any, self: Any) -> Pair:
    return _taken_apart(self)


def _convert_type(target: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    wanted = [leaf for leaf in pytree.tree_leaves((args, kwargs)) if isinstance(leaf, torch.dtype)]
    if wanted and not wanted[0].is_complex and isinstance(self, Pair):
        return target(self.re, *args, **kwargs)  # PyTorch warns that it drops the imaginary part
    return _by_parts(target, self, *args, **kwargs)


def _plain(function: Callable[[Pair], Any]) -> Callable[..., Any]:
    return lambda target, self, *args, **kwargs: function(self)


_MOVING = """
    alias as_strided atleast_1d atleast_2d atleast_3d broadcast_to cat chunk clone concat contiguous copy copy_ cumsum detach
    detach_ diag_embed diagonal dropout dstack empty_like expand expand_as expand_copy fft_fftshift fft_ifftshift flatten flip
    gather hstack index index_put index_put_ index_select lift_fresh lift_fresh_copy mT mean moveaxis movedim narrow narrow_copy
    neg new_zeros numpy_T permute permute_copy pixel_shuffle repeat repeat_interleave reshape reshape_as roll rot90 scatter
    select select_scatter slice slice_copy slice_scatter split split_with_sizes squeeze squeeze_ stack sum swapaxes t
    take_along_dim tensor_split tile transpose transpose_copy tril triu unbind unflatten unfold unsqueeze unsqueeze_ _unsafe_view
    view view_as view_copy vstack where zero_ zeros_like
"""
_PRODUCTS = "bmm dot einsum ger inner kron linalg_matmul matmul mm mv outer tensordot"
_RULES: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(_MOVING.split(), _by_parts),
    **dict.fromkeys(_PRODUCTS.split(), _bilinear),
    **dict.fromkeys(("mul", "multiply"), _multiply),
    **dict.fromkeys(
        ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), _convolve
    ),
    **dict.fromkeys(("add", "add_"), _add),
    **dict.fromkeys(("sub", "subtract"), _subtract),
    **dict.fromkeys(("div", "divide", "true_divide"), _divide),
    **dict.fromkeys(("to", "_to_copy", "type_as"), _convert_type),
    **dict.fromkeys(
        ("conj", "_conj", "conj_physical", "_conj_physical"), _plain(lambda value: Pair(value.re, -value.im))
    ),
    **dict.fromkeys(("resolve_conj", "resolve_neg"), _plain(lambda value: value)),
    "rsub": _from_other,
    "linear": _linear,
    "reciprocal": _reciprocal,
    "pow": _power,
    "square": _plain(lambda value: _bilinear(aten.mul.Tensor, value, value)),
    "exp": _exponential,
    "constant_pad_nd": _with_number(2),
    "pad": _with_number(3),
    "masked_fill": _with_number(2),
    "fill_": _with_number(1),
    "complex": _complex,
    "polar": _polar,
    "view_as_complex": _view_as_complex,
    "view_as_real": _plain(lambda value: torch.stack((value.re, value.im), -1)),
    "real": _plain(lambda value: value.re),
    "imag": _plain(lambda value: value.im),
    "abs": _plain(lambda value: (value.re * value.re + value.im * value.im).sqrt()),
    "angle": _plain(lambda value: torch.atan2(value.im, value.re)),
    "adjoint": _plain(lambda value: Pair(value.re.mT, -value.im.mT)),
    "is_complex": _plain(lambda value: True),
}
