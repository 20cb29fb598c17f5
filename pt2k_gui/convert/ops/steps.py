"""The steps of a recurrent cell as ONNX's specification writes them; registers no operator of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import getitem
from typing import Any

from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.values import Tensor


@dataclass(frozen=True)
class Cell:
    """One direction of a recurrent node; ``activations`` are f, g, h of the specification, in lower case."""

    kind: str
    hidden: int
    activations: Sequence[str]
    alphas: Sequence[float]
    betas: Sequence[float]
    clip: float | None
    input_forget: bool
    linear_before_reset: bool


def run_steps(
    build: Build,
    cell: Cell,
    X: Tensor,
    weights: Sequence[Tensor | None],
    states: Sequence[Tensor],
    mask: Tensor | None,
    backwards: bool,
) -> tuple[Any, list[Any]]:
    """All steps of one direction.

    Args:
        X: (time, batch, input), of known length.
        weights: W (gates * hidden, input), R (gates * hidden, hidden), B (2 * gates * hidden,), P (3 * hidden,).
        states: the initial states, each (batch, hidden).
        mask: (batch, time), which steps count; None where all do.

    Returns:
        The hidden states (time, batch, hidden) and the last states, as Keras tensors.
    """
    length = X.shape[0]
    if not isinstance(length, int):
        build.refuse(messages.STEP_COUNT())
    W, R, B, P = (None if value is None else build.onnx_order(value) for value in weights)
    assert W is not None and R is not None
    data = build.onnx_order(X)
    projected = build.call(ops.matmul, data, build.call(ops.transpose, W, axes=(1, 0), name="transpose"), name="input")
    recurrent = build.call(ops.transpose, R, axes=(1, 0), name="transpose")
    biases = None if B is None else build.call(ops.split, B, 2, axis=0, name="bias")
    if biases is not None:
        projected = build.call(ops.add, projected, biases[0], name="bias")
    peepholes = None if P is None else build.call(ops.split, P, 3, axis=0, name="peephole")
    now = [build.onnx_order(state) for state in states]
    counts = None if mask is None else build.onnx_order(mask)
    outputs: list[Any] = [None] * length
    for step in range(length)[:: -1 if backwards else 1]:
        fresh = _step(build, cell, build.call(getitem, projected, step, name="step"), recurrent, biases, peepholes, now)
        if counts is None:
            now = fresh
            outputs[step] = now[0]
        else:
            holds = build.call(getitem, counts, (slice(None), slice(step, step + 1)), name="mask")
            now = [build.call(ops.where, holds, new, old, name="where") for new, old in zip(fresh, now, strict=True)]
            outputs[step] = build.call(ops.where, holds, now[0], 0.0, name="where")
    return build.call(ops.stack, outputs, axis=0, name="steps"), now


def _step(build: Build, cell: Cell, x: Any, R: Any, biases: Any, peepholes: Any, states: Sequence[Any]) -> list[Any]:
    h = states[0]
    act = _Activations(build, cell)
    if cell.kind == "GRU":
        return [_gru_step(build, cell, act, x, R, biases, h)]
    total = build.call(ops.add, x, build.call(ops.matmul, h, R, name="recurrent"), name="gates")
    if biases is not None:
        total = build.call(ops.add, total, biases[1], name="gates")
    if cell.kind == "RNN":
        return [act(0, total)]
    i, o, f, c = build.call(ops.split, total, 4, axis=-1, name="gates")
    cell_state = states[1]

    def peep(gate: Any, number: int, state: Any) -> Any:
        if peepholes is None:
            return gate
        return build.call(
            ops.add, gate, build.call(ops.multiply, peepholes[number], state, name="peephole"), name="gate"
        )

    into = act(0, peep(i, 0, cell_state))
    coupled = cell.input_forget
    keep = build.call(ops.subtract, 1.0, into, name="forget") if coupled else act(0, peep(f, 2, cell_state))
    fresh = build.call(
        ops.add,
        build.call(ops.multiply, keep, cell_state, name="kept"),
        build.call(ops.multiply, into, act(1, c), name="new"),
        name="cell",
    )
    out = act(0, peep(o, 1, fresh))
    return [build.call(ops.multiply, out, act(2, fresh, clipped=False), name="hidden"), fresh]


def _gru_step(build: Build, cell: Cell, act: _Activations, x: Any, R: Any, biases: Any, h: Any) -> Any:
    xz, xr, xh = build.call(ops.split, x, 3, axis=-1, name="gates")
    rz, rr, rh = build.call(ops.split, R, 3, axis=-1, name="gates")
    bz, br, bh = build.call(ops.split, biases[1], 3, axis=0, name="gates") if biases is not None else (None,) * 3

    def summed(own: Any, other: Any, bias: Any) -> Any:
        total = build.call(ops.add, own, other, name="gate")
        return total if bias is None else build.call(ops.add, total, bias, name="gate")

    z = act(0, summed(xz, build.call(ops.matmul, h, rz, name="recurrent"), bz))
    r = act(0, summed(xr, build.call(ops.matmul, h, rr, name="recurrent"), br))
    if cell.linear_before_reset:
        inner = build.call(ops.matmul, h, rh, name="recurrent")
        inner = inner if bh is None else build.call(ops.add, inner, bh, name="recurrent")
        candidate = act(1, build.call(ops.add, xh, build.call(ops.multiply, r, inner, name="reset"), name="gate"))
    else:
        gated = build.call(ops.multiply, r, h, name="reset")
        candidate = act(1, summed(xh, build.call(ops.matmul, gated, rh, name="recurrent"), bh))
    fresh = build.call(ops.multiply, build.call(ops.subtract, 1.0, z, name="rest"), candidate, name="new")
    return build.call(ops.add, fresh, build.call(ops.multiply, z, h, name="kept"), name="hidden")


class _Activations:
    """The cell's activation functions by number; the input of a gate is clipped before, where the node says so."""

    def __init__(self, build: Build, cell: Cell) -> None:
        self._build = build
        self._cell = cell

    def __call__(self, number: int, value: Any, clipped: bool = True) -> Any:
        build, cell = self._build, self._cell
        if cell.clip is not None and clipped:
            value = build.call(ops.clip, value, -cell.clip, cell.clip, name="clip")
        name = cell.activations[number]
        alpha = cell.alphas[number] if number < len(cell.alphas) else None
        beta = cell.betas[number] if number < len(cell.betas) else None
        simple = {
            "tanh": ops.tanh,
            "sigmoid": ops.sigmoid,
            "relu": ops.relu,
            "softsign": ops.softsign,
            "softplus": ops.softplus,
        }
        if name in simple:
            return build.call(simple[name], value, name=name)
        if name == "elu":
            return build.call(ops.elu, value, alpha=1.0 if alpha is None else alpha, name=name)
        if name == "leakyrelu":
            return build.call(ops.leaky_relu, value, negative_slope=0.01 if alpha is None else alpha, name=name)
        if name == "affine":
            scaled = build.call(ops.multiply, value, 1.0 if alpha is None else alpha, name=name)
            return build.call(ops.add, scaled, 0.0 if beta is None else beta, name=name)
        if name == "hardsigmoid":
            scaled = build.call(ops.multiply, value, 0.2 if alpha is None else alpha, name=name)
            line = build.call(ops.add, scaled, 0.5 if beta is None else beta, name=name)
            return build.call(ops.clip, line, 0.0, 1.0, name=name)
        if name == "scaledtanh":
            inner = build.call(
                ops.tanh, build.call(ops.multiply, value, 1.0 if beta is None else beta, name=name), name=name
            )
            return build.call(ops.multiply, inner, 1.0 if alpha is None else alpha, name=name)
        if name == "thresholdedrelu":
            above = build.call(ops.greater, value, 1.0 if alpha is None else alpha, name=name)
            return build.call(ops.where, above, value, 0.0, name=name)
        return build.refuse(messages.UNKNOWN_ACTIVATION(name=name))
