"""Lengths of axes, known or not: integers and polynomials over symbols such as ``batch`` and over what floor division,
maximum and minimum make of them; no arrays of a model, no framework.

Two ways to write a length are one length: ``H//2 + (H + 1)//2`` is ``H``. Rewriting alone can't tell for all that exporters
write, so a length that holds divisions is compared by its values for a thousand sizes of its symbols, small and odd ones
among them (as polynomial identities are tested: Schwartz, 1980; Zippel, 1979).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from typing_extensions import TypeIs

_SAMPLES = 1024
_LARGEST_SAMPLE = 512  # so that a product of six symbols fits 64 bits


@dataclass(frozen=True)
class Quotient:
    """``dividend // divisor`` (rounded down) where it does not come out as a polynomial."""

    dividend: Dim
    divisor: Dim

    def __str__(self) -> str:
        more = dict(self.dividend.terms).get((), 0) if isinstance(self.dividend, SymbolicDim) else 0
        if isinstance(self.divisor, int) and 0 < more == self.divisor - 1:
            return f"ceil({_bracketed(self.dividend - more)}/{self.divisor})"
        return f"floor({_bracketed(self.dividend)}/{_bracketed(self.divisor, product=True)})"


@dataclass(frozen=True)
class Extreme:
    """The larger (or smaller) of two lengths where that depends on the symbols."""

    is_maximum: bool
    left: Dim
    right: Dim

    def __str__(self) -> str:
        return f"{'max' if self.is_maximum else 'min'}({self.left}, {self.right})"


Atom = str | Quotient | Extreme
Monomial = tuple[Atom, ...]
Terms = tuple[tuple[Monomial, int], ...]


@dataclass(frozen=True, eq=False)
class SymbolicDim:
    """A length that is not known as a number: a polynomial over symbols, quotients and extremes.

    Attributes:
        terms: pairs of (sorted atoms, coefficient), sorted; never empty, never a mere number. Coefficients are integers;
            fractions occur where lengths are computed in floating point, until they are rounded to a length again.

    Plain numbers are always ``int``: the arithmetic below returns an ``int`` as soon as no symbol is left.
    """

    terms: Terms

    @staticmethod
    def symbol(name: str) -> SymbolicDim:
        """An unknown length by its name; at least 1."""
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
        product: dict[Monomial, int] = {}
        for left, a in self.terms:
            for right, b in _terms(other):
                key = tuple(sorted(left + right, key=str))
                product[key] = product.get(key, 0) + a * b
        return _from_terms(product)

    __rmul__ = __mul__

    def __floordiv__(self, other: Dim) -> Dim:
        return floor_divide(self, other)

    def __rfloordiv__(self, other: Dim) -> Dim:
        return floor_divide(other, self)

    def __mod__(self, other: Dim) -> Dim:
        return self - other * floor_divide(self, other)

    def __rmod__(self, other: Dim) -> Dim:
        return other - self * floor_divide(other, self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SymbolicDim):
            return False
        if self.terms == other.terms:
            return True
        if _is_polynomial(self) and _is_polynomial(other):
            return False
        return bool(np.array_equal(_samples(self.terms), _samples(other.terms)))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(_samples(self.terms)[:4].tolist()))

    def __str__(self) -> str:
        parts: list[str] = []
        # The symbols first and the number last, as people write lengths.
        for atoms, factor in sorted(self.terms, key=lambda term: (not term[0], term[1] < 0)):
            size = abs(factor)
            inner = [str(size)] if size != 1 or not atoms else []
            inner += map(str, atoms)
            sign = ("-" if factor < 0 else "") if not parts else (" - " if factor < 0 else " + ")
            parts.append(sign + "*".join(inner))
        return "".join(parts)

    __repr__ = __str__


Dim = int | SymbolicDim


def _bracketed(value: Dim, product: bool = False) -> str:
    """A length as an operand of a division: a sum in brackets, and a product behind it too."""
    if isinstance(value, int) or (len(value.terms) == 1 and not (product and str(value).count("*"))):
        return str(value)
    return f"({value})"


def _is_polynomial(value: SymbolicDim) -> bool:
    return all(isinstance(atom, str) for atoms, _ in value.terms for atom in atoms)


def _terms(value: Dim) -> Terms:
    if isinstance(value, SymbolicDim):
        return value.terms
    if isinstance(value, Fraction):
        return (((), value),) if value else ()
    return (((), int(value)),) if value else ()


def _merge(left: Terms, right: Terms, sign: int) -> dict[Monomial, int]:
    result = dict(left)
    for key, factor in right:
        result[key] = result.get(key, 0) + sign * factor
    return result


def _from_terms(terms: Mapping[Monomial, int]) -> Dim:
    kept = tuple(sorted(((key, _plain(factor)) for key, factor in terms.items() if factor), key=_order))
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    result = SymbolicDim(kept)
    if not _is_polynomial(result):
        values = _samples(kept)
        if (values == values[0]).all():
            return _plain(values[0] if values.dtype == object else int(values[0]))
        if any(factor < 0 and _divisor(key) for key, factor in kept):
            other = without_negative_quotients(result)
            if len(_terms(other)) < len(kept):
                return other
    return result


def _divisor(key: Monomial) -> int:
    """The divisor where a monomial is one quotient by a number, else 0."""
    quotient = key[0] if len(key) == 1 else None
    return quotient.divisor if isinstance(quotient, Quotient) and isinstance(quotient.divisor, int) else 0


def _order(term: tuple[Monomial, int]) -> tuple[str, ...]:
    return tuple(map(str, term[0]))


def _plain(number: Any) -> int:
    """A fraction that is whole as an integer."""
    return int(number) if isinstance(number, Fraction) and number.denominator == 1 else number


# ---- values at sample sizes -------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _samples(terms: Terms) -> np.ndarray:
    """The values of a polynomial for the sample sizes of its symbols."""
    fractions = any(isinstance(factor, Fraction) for _, factor in terms)
    total = np.zeros(_SAMPLES, object if fractions else np.int64)
    for atoms, factor in terms:
        value = np.ones(_SAMPLES, total.dtype) * factor
        for atom in atoms:
            value = value * _atom_samples(atom)
        total = total + value
    return total


def _dim_samples(value: Dim) -> np.ndarray:
    return _samples(_terms(value))


def _atom_samples(atom: Atom) -> np.ndarray:
    if isinstance(atom, str):
        return _symbol_samples(atom)
    if isinstance(atom, Quotient):
        divisor = _dim_samples(atom.divisor)
        return _dim_samples(atom.dividend) // np.where(divisor == 0, 1, divisor)
    choose = np.maximum if atom.is_maximum else np.minimum
    return choose(_dim_samples(atom.left), _dim_samples(atom.right))


@lru_cache(maxsize=1024)
def _symbol_samples(name: str) -> np.ndarray:
    """Sizes of a symbol: half of them small, where rounding and limits show most."""
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    small = generator.integers(1, 65, _SAMPLES // 2)
    return np.concatenate([small, generator.integers(1, _LARGEST_SAMPLE + 1, _SAMPLES - len(small))])


def at_least(value: Dim, other: Dim) -> bool:
    """Whether ``value >= other`` for every size of the symbols, each of which is one or more."""
    return bool((_dim_samples(value) >= _dim_samples(other)).all())


def is_mostly_negative(value: Dim) -> bool:
    """Whether a number that is computed of lengths is below zero for most sizes that an axis has: it counts from an end."""
    values = _dim_samples(value)[_SAMPLES // 2 :]
    return bool((values < 0).mean() > 0.5)


# ---- division, maximum, minimum ---------------------------------------------------------------------------------


def divide_exactly(value: Dim, divisor: Dim) -> Dim | None:
    """``value / divisor`` where that is a polynomial with integer coefficients, else None. Zero divides nothing."""
    if divisor == 0:
        return None
    if isinstance(value, int) and isinstance(divisor, int):
        return value // divisor if value % divisor == 0 else None
    if value == divisor:
        return 1
    atoms = sorted({str(atom) for terms in (_terms(value), _terms(divisor)) for key, _ in terms for atom in key})

    def leading(terms: Mapping[Monomial, int]) -> Monomial:
        def degrees(key: Monomial) -> tuple[int, ...]:
            names = list(map(str, key))
            return (len(key), *(names.count(atom) for atom in atoms))

        return max(terms, key=degrees)

    rest, parts = dict(_terms(value)), dict(_terms(divisor))
    head = leading(parts)
    quotient: dict[Monomial, int] = {}
    while rest:
        key = leading(rest)
        left = list(key)
        for atom in head:
            if atom not in left:
                return None
            left.remove(atom)
        if rest[key] % parts[head]:
            return None
        factor = rest[key] // parts[head]
        step = tuple(left)
        quotient[step] = factor
        for atoms_of_part, size in parts.items():
            product = tuple(sorted(step + atoms_of_part, key=str))
            rest[product] = rest.get(product, 0) - factor * size
            if not rest[product]:
                del rest[product]
    return _from_terms(quotient)


def floor_divide(value: Dim, divisor: Dim) -> Dim:
    """``value // divisor``, rounded down; a quotient of its own where the division does not come out even."""
    if isinstance(value, int) and isinstance(divisor, int):
        return value // divisor
    exact = divide_exactly(value, divisor)
    if exact is not None:
        return exact
    if not isinstance(divisor, int) or divisor <= 0:
        return _quotient(*_cancelled(value, divisor))
    nested = _nested(value)
    if nested is not None:  # (a // b + c) // d is (a + b * c) // (b * d)
        inner, by = nested
        return floor_divide(inner, by * divisor)
    # Whole parts come out: (5 * a + 7) // 2 is 2 * a + 3 + (a + 1) // 2.
    whole = _from_terms({key: factor // divisor for key, factor in _terms(value)})
    rest = {key: factor % divisor for key, factor in _terms(value) if factor % divisor}
    number = rest.pop((), 0)
    if not rest:
        return whole
    shared = gcd(divisor, *rest.values())
    if shared > 1:
        reduced = _from_terms({key: factor // shared for key, factor in rest.items()}) + number // shared
        return whole + floor_divide(reduced, divisor // shared)
    small = _from_terms(rest) + number
    return whole + (_quotient(small, divisor) if whole == 0 else floor_divide(small, divisor))


def _nested(value: Dim) -> tuple[Dim, int] | None:
    """A sum that holds one quotient a // b by itself, over that divisor: (a + b * the rest, b)."""
    terms = dict(_terms(value))
    for key, factor in terms.items():
        if factor == 1 and (divisor := _divisor(key)):
            assert isinstance(key[0], Quotient)
            del terms[key]
            return key[0].dividend + _from_terms(terms) * divisor, divisor
    return None


def _cancelled(value: Dim, divisor: Dim) -> tuple[Dim, Dim]:
    """Both without the factor that all their terms share."""
    keys = [key for part in (value, divisor) for key, _ in _terms(part)]
    shared: list[Atom] = list(keys[0])
    for key in keys[1:]:
        left = list(key)
        kept = []
        for atom in shared:
            if atom in left:
                left.remove(atom)
                kept.append(atom)
        shared = kept
    number = gcd(*(int(factor) for part in (value, divisor) for _, factor in _terms(part)))
    common = _from_terms({tuple(shared): number}) if shared or number > 1 else 1
    parts = divide_exactly(value, common), divide_exactly(divisor, common)
    return (value, divisor) if parts[0] is None or parts[1] is None else (parts[0], parts[1])


def _quotient(dividend: Dim, divisor: Dim) -> Dim:
    if isinstance(dividend, int) and isinstance(divisor, int):
        return dividend // divisor
    return _from_terms({(Quotient(dividend, divisor),): 1})


def rounded_down(value: Dim) -> Dim:
    """The largest whole number not above a length with fractions in it."""
    below = 1
    for _, factor in _terms(value):
        below = below * (size := Fraction(factor).denominator) // gcd(below, size)
    return floor_divide(value * below, below)


def is_whole(value: Dim) -> bool:
    """Whether a length is an integer whatever its symbols are."""
    return all(isinstance(factor, int) for _, factor in _terms(value))


def largest(left: Dim, right: Dim) -> Dim:
    """The larger of two lengths, as a number or an expression."""
    if at_least(left, right):
        return left
    return right if at_least(right, left) else _from_terms({(Extreme(True, left, right),): 1})


def smallest(left: Dim, right: Dim) -> Dim:
    """The smaller of two lengths, as a number or an expression."""
    if at_least(left, right):
        return right
    return left if at_least(right, left) else _from_terms({(Extreme(False, left, right),): 1})


def without_negative_quotients(value: Dim) -> Dim:
    """The same with each ``-(a // b)`` written as ``(-a + b - 1) // b``, whose parts are not negative."""
    result: Dim = 0
    for key, factor in _terms(value):
        if factor < 0 and (divisor := _divisor(key)):
            assert isinstance(key[0], Quotient)
            result = result + floor_divide(-key[0].dividend + (divisor - 1), divisor) * -factor
        else:
            result = result + _from_terms({key: factor})
    return result


def product(values: tuple[Dim, ...] | list[Dim]) -> Dim:
    """The product of lengths; 1 of none."""
    result: Dim = 1
    for value in values:
        result = result * value
    return result


def is_known(value: Dim) -> TypeIs[int]:
    """Whether a length is a number."""
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
