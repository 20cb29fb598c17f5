"""Special functions: approximations to float32's accuracy, with their sources; see ``translations``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import onnx_ir as ir
from onnxscript import opset20 as op

from pt2k_gui.export.translations import integers, number, translates

# Inverse of erf in the middle and the tails (M. Giles, Approximating the erfinv function, GPU Computing Gems, 2012).
_MIDDLE = (
    2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164,
    0.246640727, 1.50140941,
)  # fmt: skip
_TAIL = (
    -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
    1.00167406, 2.83297682,
)  # fmt: skip
# Lanczos's sum for the gamma function with g = 7 (C. Lanczos, 1964; coefficients of P. Godfrey).
_LANCZOS = (
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
)  # fmt: skip
# Modified Bessel function of order 0 (M. Abramowitz and I. Stegun, Handbook, 9.8.1 and 9.8.2).
_BESSEL_SMALL = (0.0045813, 0.0360768, 0.2659732, 1.2067492, 3.0899424, 3.5156229, 1.0)
_BESSEL_LARGE = (
    0.00392377,
    -0.01647633,
    0.02635537,
    -0.02057706,
    0.00916281,
    -0.00157565,
    0.00225319,
    0.01328592,
    0.39894228,
)


def _polynomial(x: ir.Value, coefficients: Sequence[float]) -> ir.Value:
    """Horner's rule; the highest power's coefficient stands first."""
    result = number(coefficients[0], x)
    for coefficient in coefficients[1:]:
        result = op.Add(op.Mul(result, x), number(coefficient, x))
    return result


@translates("erfinv.default", "special_erfinv.default")
def erfinv(self: ir.Value) -> ir.Value:
    """Giles's polynomials, and one step of Newton's rule, as PyTorch refines its own."""
    w = op.Neg(op.Log(op.Mul(op.Sub(number(1.0, self), self), op.Add(number(1.0, self), self))))
    middle = _polynomial(op.Sub(w, number(2.5, self)), _MIDDLE)
    tail = _polynomial(op.Sub(op.Sqrt(op.Max(w, number(0.0, self))), number(3.0, self)), _TAIL)
    near = op.Where(op.Less(w, number(5.0, self)), middle, tail)
    estimate = op.Mul(self, near)
    slope = op.Mul(number(2 / math.sqrt(math.pi), self), op.Exp(op.Neg(op.Mul(estimate, estimate))))
    refined = op.Sub(estimate, op.Div(op.Sub(op.Erf(estimate), self), slope))
    refined = op.Where(op.Less(w, number(5.0, self)), refined, estimate)
    size = op.Abs(self)
    infinite = op.Mul(op.Sign(self), number(math.inf, self))
    return op.Where(op.Equal(size, number(1.0, self)), infinite, refined)


@translates("lgamma.default", "special_gammaln.default")
def lgamma(self: ir.Value) -> ir.Value:
    """Lanczos's sum, and the reflection formula below one half."""
    half, one, pi = number(0.5, self), number(1.0, self), number(math.pi, self)
    low = op.Less(self, half)
    x = op.Sub(op.Where(low, op.Sub(one, self), self), one)
    total = number(_LANCZOS[0], self)
    for place, coefficient in enumerate(_LANCZOS[1:], 1):
        total = op.Add(total, op.Div(number(coefficient, self), op.Add(x, number(float(place), self))))
    t = op.Add(x, number(7.5, self))
    value = op.Add(
        op.Sub(op.Mul(op.Add(x, half), op.Log(t)), t),
        op.Add(op.Log(total), number(0.5 * math.log(2 * math.pi), self)),
    )
    sine = op.Abs(op.Sin(op.Mul(pi, op.Sub(self, op.Floor(self)))))
    return op.Where(low, op.Sub(op.Log(op.Div(pi, sine)), value), value)


_SHIFTS = 8  # the asymptotic series are good to float32 from there on


@translates("digamma.default", "special_digamma.default", "special_psi.default")
def digamma(self: ir.Value) -> ir.Value:
    """The asymptotic series behind eight steps of psi(x) = psi(x + 1) - 1 / x; reflected for negative numbers."""
    zero, one, pi = number(0.0, self), number(1.0, self), number(math.pi, self)
    low = op.Less(self, zero)
    x = op.Where(low, op.Sub(one, self), self)
    total = op.Mul(x, zero)
    for _ in range(_SHIFTS):
        total = op.Sub(total, op.Reciprocal(x))
        x = op.Add(x, one)
    inverse = op.Reciprocal(op.Mul(x, x))
    series = op.Mul(inverse, _polynomial(inverse, (-1 / 252, 1 / 120, -1 / 12)))
    value = op.Add(total, op.Add(op.Sub(op.Log(x), op.Div(number(0.5, self), x)), series))
    return op.Where(low, op.Sub(value, op.Div(pi, op.Tan(op.Mul(pi, self)))), value)


@translates("polygamma.default", "special_polygamma.default")
def polygamma(n: int, self: ir.Value) -> ir.Value:
    """Derivatives of psi: the recurrence, then the asymptotic series; reflected for negative numbers, where the series is
    another function.
    """
    if n == 0:
        return digamma(self)
    sign = (-1.0) ** (n + 1)
    one, low = number(1.0, self), op.Less(self, number(0.0, self))
    x = op.Where(low, op.Sub(one, self), self)
    total = op.Mul(x, number(0.0, self))

    def power(base: ir.Value, exponent: int) -> ir.Value:
        return op.Pow(base, number(float(exponent), self))

    for _ in range(_SHIFTS):
        total = op.Add(total, op.Div(number(float(math.factorial(n)), self), power(x, n + 1)))
        x = op.Add(x, one)
    total = op.Add(total, op.Div(number(float(math.factorial(n - 1)), self), power(x, n)))
    total = op.Add(total, op.Div(number(math.factorial(n) / 2, self), power(x, n + 1)))
    for k, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30), 1):
        factor = bernoulli * math.factorial(2 * k + n - 1) / math.factorial(2 * k)
        total = op.Add(total, op.Div(number(factor, self), power(x, 2 * k + n)))
    value = op.Mul(total, number(sign, self))
    reflected = op.Sub(op.Mul(value, number((-1.0) ** n, self)), _derivative_of_cotangent(self, n))
    return op.Where(low, reflected, value)


def _derivative_of_cotangent(x: ir.Value, n: int) -> ir.Value:
    """The n-th derivative of pi * cot(pi * x): a polynomial in the cotangent, by its own derivative -(1 + cot^2)."""
    coefficients = [0.0, 1.0]
    for _ in range(n):
        slopes = [place * factor for place, factor in enumerate(coefficients)][1:]
        coefficients = [-(a + b) for a, b in zip([*slopes, 0.0, 0.0], [0.0, 0.0, *slopes], strict=True)]
    angle = op.Mul(
        op.Sub(x, op.Round(x)), number(math.pi, x)
    )  # less the whole periods, which float32 can take off exactly
    cotangent = op.Div(op.Cos(angle), op.Sin(angle))
    total = number(0.0, x)
    for factor in reversed(coefficients):
        total = op.Add(op.Mul(total, cotangent), number(factor * math.pi ** (n + 1), x))
    return total


@translates("_cdist_forward.default", "cdist.default")
def distances(x1: ir.Value, x2: ir.Value, p: float = 2.0, compute_mode: int | None = None) -> ir.Value:
    """The p-norm of the difference of every row (batch, rows, size) of one with every row of the other."""
    apart = op.Abs(op.Sub(op.Unsqueeze(x1, integers(-2)), op.Unsqueeze(x2, integers(-3))))
    last = integers(-1)
    if p == 0:
        return op.ReduceSum(op.CastLike(op.Cast(apart, to=ir.DataType.BOOL), x1), last, keepdims=0)
    if p == 1:
        return op.ReduceSum(apart, last, keepdims=0)
    if p == 2:
        return op.Sqrt(op.ReduceSum(op.Mul(apart, apart), last, keepdims=0))
    if math.isinf(p):
        return op.ReduceMax(apart, last, keepdims=0)
    return op.Pow(op.ReduceSum(op.Pow(apart, number(p, x1)), last, keepdims=0), number(1 / p, x1))


@translates("i0.default", "special_i0.default")
def i0(self: ir.Value) -> ir.Value:
    """Polynomials in the square of the number, and in its inverse beyond 3.75."""
    size = op.Abs(self)
    small = op.Div(self, number(3.75, self))
    near = _polynomial(op.Mul(small, small), _BESSEL_SMALL)
    safe = op.Max(size, number(3.75, self))
    far = op.Mul(op.Div(op.Exp(safe), op.Sqrt(safe)), _polynomial(op.Div(number(3.75, self), safe), _BESSEL_LARGE))
    return op.Where(op.Less(size, number(3.75, self)), near, far)


@translates("__rshift__.Scalar", "bitwise_right_shift.Tensor_Scalar")
def right_shift(self: ir.Value, other: int) -> ir.Value:
    """Quotients rounded down: ONNX shifts numbers without a sign only."""
    power = number(1 << other, self)
    return op.Div(op.Sub(self, op.Mod(self, power)), power)


@translates("__lshift__.Scalar", "bitwise_left_shift.Tensor_Scalar")
def left_shift(self: ir.Value, other: int) -> ir.Value:
    """Products with a power of two, for numbers with a sign too."""
    return op.Mul(self, number(1 << other, self))
