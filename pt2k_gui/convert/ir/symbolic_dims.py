"""Lengths of axes, known or not: integers and polynomials over symbols such as ``batch``; no arrays, no framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import TypeIs


@dataclass(frozen=True)
class SymbolicDim:
    """A length that is not known as a number: a polynomial with integer coefficients over named symbols.

    Attributes:
        terms: pairs of (sorted symbol names, coefficient), sorted; never empty, never a mere number.

    Plain numbers are always ``int``: the arithmetic below returns an ``int`` as soon as no symbol is left.
    """

    terms: tuple[tuple[tuple[str, ...], int], ...]

    @staticmethod
    def symbol(name: str) -> SymbolicDim:
        return SymbolicDim((((name,), 1),))

    def __add__(self, other: Dim) -> Dim:
        return _from_terms(_merge(_terms(self), _terms(other), 1))

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return self * -1

    def __sub__(self, other: Dim) -> Dim:
        return _from_terms(_merge(_terms(self), _terms(other), -1))

    def __rsub__(self, other: Dim) -> Dim:
        return _from_terms(_merge(_terms(other), _terms(self), -1))

    def __mul__(self, other: Dim) -> Dim:
        product: dict[tuple[str, ...], int] = {}
        for left, a in self.terms:
            for right, b in _terms(other):
                key = tuple(sorted(left + right))
                product[key] = product.get(key, 0) + a * b
        return _from_terms(product)

    __rmul__ = __mul__

    def __floordiv__(self, other: Dim) -> Dim:
        return floor_divide(self, other)

    def __rfloordiv__(self, other: Dim) -> Dim:
        return floor_divide(other, self)

    def __str__(self) -> str:
        return " + ".join(
            "*".join(([str(factor)] if factor != 1 or not names else []) + list(names)) for names, factor in self.terms
        )

    __repr__ = __str__


Dim = int | SymbolicDim


def _terms(value: Dim) -> tuple[tuple[tuple[str, ...], int], ...]:
    if isinstance(value, SymbolicDim):
        return value.terms
    return (((), int(value)),) if value else ()


def _merge(
    left: tuple[tuple[tuple[str, ...], int], ...], right: tuple[tuple[tuple[str, ...], int], ...], sign: int
) -> dict[tuple[str, ...], int]:
    result = dict(left)
    for key, factor in right:
        result[key] = result.get(key, 0) + sign * factor
    return result


def _from_terms(terms: dict[tuple[str, ...], int]) -> Dim:
    kept = tuple(sorted((key, factor) for key, factor in terms.items() if factor))
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    return SymbolicDim(kept)


def divide_exactly(value: Dim, divisor: Dim) -> Dim | None:
    """``value / divisor`` where that is a polynomial with integer coefficients, else None. Zero divides nothing."""
    if divisor == 0:
        return None
    if isinstance(value, int) and isinstance(divisor, int):
        return value // divisor if value % divisor == 0 else None
    if value == divisor:
        return 1
    if len(_terms(divisor)) != 1:
        return None
    ((names, factor),) = _terms(divisor)
    quotient: dict[tuple[str, ...], int] = {}
    for key, coefficient in _terms(value):
        left = list(key)
        for name in names:
            if name not in left:
                return None
            left.remove(name)
        if coefficient % factor:
            return None
        quotient[tuple(left)] = coefficient // factor
    return _from_terms(quotient)


def floor_divide(value: Dim, divisor: Dim) -> Dim:
    """``value // divisor``; a symbol of its own where the division does not come out even."""
    if isinstance(value, int) and isinstance(divisor, int):
        return value // divisor
    exact = divide_exactly(value, divisor)
    return exact if exact is not None else SymbolicDim.symbol(f"(({value}) // ({divisor}))")


def product(values: tuple[Dim, ...] | list[Dim]) -> Dim:
    result: Dim = 1
    for value in values:
        result = result * value
    return result


def is_known(value: Dim) -> TypeIs[int]:
    return not isinstance(value, SymbolicDim)


def described(values: tuple[Dim, ...]) -> tuple[int | str, ...]:
    """For people and JSON: numbers as they are, symbols as text."""
    return tuple(str(value) if isinstance(value, SymbolicDim) else int(value) for value in values)


def broadcast(*shapes: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """The shape that ONNX's (numpy's) broadcasting gives; an unknown length beats 1, a known length beats an unknown.

    Raises:
        ValueError: two known lengths differ and neither is 1.
    """
    rank = max((len(shape) for shape in shapes), default=0)
    result: list[Dim] = []
    for axis in range(rank):
        chosen: Dim = 1
        for shape in shapes:
            position = axis - rank + len(shape)
            if position < 0 or shape[position] == 1 or shape[position] == chosen:
                continue
            length = shape[position]
            if chosen == 1 or (not is_known(chosen) and is_known(length)):
                chosen = length
            elif is_known(chosen) and is_known(length):
                raise ValueError(f"the shapes {', '.join(map(str, shapes))} do not broadcast")
        result.append(chosen)
    return tuple(result)
