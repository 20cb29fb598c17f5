"""Control flow: If, Loop and Scan, laid out as straight code where conditions and trip counts are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import getitem
from typing import Any

import numpy as np
import onnx
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.interpreter import Subgraph
from pt2k_gui.convert.ir.values import Constant, ShapeVector, Tensor, Value
from pt2k_gui.convert.registry import operator

# Each turn is laid out in the model: more than this many would not make a usable one.
_MOST_TURNS = 5000


@operator("If", 1)
def if_(build: Build, cond: Value, *, then_branch: onnx.GraphProto, else_branch: onnx.GraphProto) -> list[Value]:
    """The branch that a known condition takes; else both, and of their results the one that the condition picks."""
    if isinstance(cond, Constant):
        return Subgraph(build, then_branch if bool(cond.array.reshape(())) else else_branch).run(())
    yes, no = (Subgraph(build, branch).run(()) for branch in (then_branch, else_branch))
    chosen = build.reshaped(cond, ())
    results: list[Value] = []
    for left, right in zip(yes, no, strict=True):
        if tuple(left.shape) != tuple(right.shape):
            build.refuse(messages.BRANCHES_DIFFER())
        if left.dtype == bool:
            kept = build.elementwise(ops.logical_and, chosen, left)
            other = build.elementwise(ops.logical_and, build.unary(ops.logical_not, chosen, name="not"), right)
            results.append(build.elementwise(ops.logical_or, kept, other))
        else:
            results.append(build.elementwise(ops.where, chosen, build.as_tensor(left), right, name="where"))
    return results


@operator("Loop", 1)
def loop(
    build: Build, M: Value | None = None, cond: Value | None = None, *v_initial: Value, body: onnx.GraphProto
) -> list[Value]:
    """Unrolled; where the data ends it early, each turn counts while the condition holds.

    https://onnx.ai/onnx/operators/onnx__Loop.html
    """
    if isinstance(M, Tensor | ShapeVector):
        build.refuse(messages.UNKNOWN_COUNT())
    most = None if M is None else int(build.known(M, "M").reshape(()))
    goes_on: Value | None = cond
    if isinstance(cond, Tensor):
        return _conditional_loop(build, most, cond, v_initial, body)
    subgraph = Subgraph(build, body)
    carried, scanned = list(v_initial), _collectors(body, len(v_initial))
    turn = 0
    while (most is None or turn < most) and (goes_on is None or bool(build.known(goes_on, "cond").reshape(()))):
        if turn >= _MOST_TURNS:
            build.refuse(messages.TOO_MANY_TURNS(turns=_MOST_TURNS))
        results = subgraph.run((Constant(np.array(turn, np.int64)), _truth(goes_on), *carried))
        goes_on, carried = results[0], list(results[1 : 1 + len(carried)])
        for collector, value in zip(scanned, results[1 + len(carried) :], strict=True):
            collector.append(value)
        turn += 1
        if isinstance(goes_on, Tensor):
            rest = None if most is None else most - turn
            if rest and scanned:
                build.refuse(messages.UNKNOWN_COUNT())
            if rest != 0:
                return _conditional_loop(build, most, goes_on, carried, body, turn)
    if scanned and not turn:
        build.refuse(messages.NEVER_RUNS())
    return [*carried, *(stacked(build, values, 0) for values in scanned)]


def _truth(value: Value | None) -> Value:
    return Constant(np.array(True)) if value is None else value


def _collectors(body: onnx.GraphProto, carried: int) -> list[list[Value]]:
    return [[] for _ in range(len(body.output) - 1 - carried)]


def _conditional_loop(
    build: Build, most: int | None, cond: Tensor, carried: Sequence[Value], body: onnx.GraphProto, turn: int = 0
) -> list[Value]:
    """A loop that the data may end early: every turn is computed, and counts only while the condition holds."""
    if most is None or most > _MOST_TURNS or _collectors(body, len(carried)):
        build.refuse(messages.UNKNOWN_COUNT())
    subgraph = Subgraph(build, body)
    holds: Value = build.reshaped(cond, ())
    for number in range(turn, most):
        results = subgraph.run((Constant(np.array(number, np.int64)), holds, *carried))
        fresh = results[1 : 1 + len(carried)]
        if any(tuple(a.shape) != tuple(b.shape) for a, b in zip(fresh, carried, strict=True)):
            build.refuse(messages.COUNT_AND_SHAPE())
        carried = [
            build.elementwise(ops.where, holds, build.as_tensor(new), old, name="where")
            for new, old in zip(fresh, carried, strict=True)
        ]
        holds = build.elementwise(ops.logical_and, holds, build.reshaped(results[0], ()))
    return list(carried)


def stacked(build: Build, values: Sequence[Value], axis: int) -> Value:
    """Values of one shape as one, along a new axis (which may be negative)."""
    if all(isinstance(value, Constant) for value in values):
        return Constant(np.stack([value.array for value in values if isinstance(value, Constant)], axis))
    tensors = [build.as_tensor(value) for value in values]
    parts = [build.onnx_order(tensor) for tensor in tensors]
    shape = list(tensors[0].shape)
    shape.insert(axis % (len(shape) + 1), len(parts))
    return build.tensor(build.call(ops.stack, parts, axis=axis, name="stack"), shape=shape)


@operator("Scan", 9)
def scan(
    build: Build,
    *initial_state_and_scan_inputs: Value,
    body: onnx.GraphProto,
    num_scan_inputs: int,
    scan_input_axes: Sequence[int] | None = None,
    scan_input_directions: Sequence[int] | None = None,
    scan_output_axes: Sequence[int] | None = None,
    scan_output_directions: Sequence[int] | None = None,
) -> list[Value]:
    """Unrolled: one length of the scanned axes has to be known. https://onnx.ai/onnx/operators/onnx__Scan.html"""
    count = len(initial_state_and_scan_inputs) - num_scan_inputs
    state, inputs = list(initial_state_and_scan_inputs[:count]), initial_state_and_scan_inputs[count:]
    axes = scan_input_axes or (0,) * num_scan_inputs
    backwards = scan_input_directions or (0,) * num_scan_inputs
    lengths = {value.shape[axis] for value, axis in zip(inputs, axes, strict=True)}
    known = [length for length in lengths if isinstance(length, int)]
    if not known:
        build.refuse(messages.UNKNOWN_COUNT())
    turns = known[0]
    if not 0 < turns <= _MOST_TURNS:
        build.refuse(messages.RUNS_TIMES(turns=turns))
    subgraph = Subgraph(build, body)
    collected: list[list[Value]] = [[] for _ in range(len(body.output) - count)]
    pick = _steps(build, inputs, axes)
    for turn in range(turns):
        places = [turns - 1 - turn if back else turn for back in backwards]
        results = subgraph.run((*state, *pick(places)))
        state = list(results[:count])
        for collector, value in zip(collected, results[count:], strict=True):
            collector.append(value)
    directions = scan_output_directions or (0,) * len(collected)
    output_axes = scan_output_axes or (0,) * len(collected)
    return [
        *state,
        *(
            stacked(build, values[::-1] if back else values, axis)
            for values, back, axis in zip(collected, directions, output_axes, strict=True)
        ),
    ]


def _steps(build: Build, inputs: Sequence[Value], axes: Sequence[int]) -> Callable[[Sequence[int]], list[Value]]:
    """A function that gives the slices of all scan inputs at one place each."""
    plain = [value if isinstance(value, Constant) else build.plain(value) for value in inputs]

    def at(places: Sequence[int]) -> list[Value]:
        return [_step(build, value, axis, place) for value, axis, place in zip(plain, axes, places, strict=True)]

    return at


def _step(build: Build, value: Constant | Tensor, axis: int, place: int) -> Value:
    if isinstance(value, Constant):
        return Constant(np.take(value.array, place, axis))
    axis = axis % value.rank
    index: tuple[Any, ...] = (*(slice(None),) * value.stored_axis(axis), place)
    order = [here if here < axis else here - 1 for here in value.order if here != axis]
    shape = value.shape[:axis] + value.shape[axis + 1 :]
    return build.tensor(build.call(getitem, value.keras, index, name="step"), order, shape)


@operator("Scan", 8)
def batched_scan(
    build: Build,
    sequence_lens: Value | None,
    *initial_state_and_scan_inputs: Value,
    body: onnx.GraphProto,
    num_scan_inputs: int,
    directions: Sequence[int] | None = None,
) -> list[Value]:
    """Before opset 9 every value had a batch axis in front, which the body does not see."""
    batch = initial_state_and_scan_inputs[0].shape[0]
    if sequence_lens is not None or batch != 1:
        build.refuse(messages.SCANS_AS_OPSET_8(), messages.NEWER_OPSET())
    values = [build.reshaped(value, tuple(value.shape[1:])) for value in initial_state_and_scan_inputs]
    results = scan(build, *values, body=body, num_scan_inputs=num_scan_inputs, scan_input_directions=directions)
    return [build.reshaped(value, (1, *value.shape)) for value in results]
