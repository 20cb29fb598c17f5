"""Recurrent networks: Keras's LSTM, GRU and SimpleRNN where they express the node, else its steps one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.builder.emitter import give_weights, take_weights_back
from pt2k_gui.convert.ir.symbolic_dims import Dim
from pt2k_gui.convert.ir.values import BroadcastConstant, Constant, Tensor, Value
from pt2k_gui.convert.ops.indexing import positions
from pt2k_gui.convert.ops.steps import Cell, run_steps
from pt2k_gui.convert.registry import operator

# ONNX's name of an activation as Keras's, where it has no parameters.
_ACTIVATIONS = {"tanh": "tanh", "sigmoid": "sigmoid", "relu": "relu", "softsign": "softsign", "softplus": "softplus"}
# The order of the gates in ONNX's weights, and where Keras wants each.
_GATES = {"LSTM": (0, 2, 3, 1), "GRU": (0, 1, 2), "RNN": (0,)}
_LAYERS = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU, "RNN": keras.layers.SimpleRNN}


@dataclass(frozen=True)
class _Network:
    """A recurrent node, read: values in ONNX's axes with time first, attributes with their defaults filled in.

    Attributes:
        activations: lower-case names, for each direction one after the other.
        alphas, betas: the activations' parameters, one per activation, None where it has none.
        states: (directions, batch, hidden) of the initial hidden state and, for an LSTM, of the cell; None for zeros.
    """

    kind: str
    X: Value
    W: Value
    R: Value
    B: Value | None
    lengths: Value | None
    states: tuple[Value | None, ...]
    peepholes: Value | None
    activations: tuple[str, ...]
    alphas: Sequence[float] | None
    betas: Sequence[float] | None
    clip: float | None
    direction: str
    hidden: int
    layout: int
    input_forget: int = 0
    linear_before_reset: int = 0

    @property
    def directions(self) -> int:
        return 2 if self.direction == "bidirectional" else 1


@operator("LSTM", 1, names_module=True)
def lstm(
    build: Build,
    X: Value,
    W: Value,
    R: Value,
    B: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    initial_c: Value | None = None,
    P: Value | None = None,
    *,
    activation_alpha: Sequence[float] | None = None,
    activation_beta: Sequence[float] | None = None,
    activations: Sequence[str] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    input_forget: int = 0,
    layout: int = 0,
    output_sequence: int = 0,
) -> list[Value]:
    """A layer of Keras wherever one computes the same. https://onnx.ai/onnx/operators/onnx__LSTM.html"""
    states = (initial_h, initial_c)
    names = _named(activations, ("sigmoid", "tanh", "tanh"), direction)
    hidden = _hidden(build, hidden_size, R)
    network = _Network(
        "LSTM", X, W, R, B, sequence_lens, states, P, names, activation_alpha, activation_beta, clip, direction, hidden,
        layout, input_forget,
    )  # fmt: skip
    return _convert(build, network)


@operator("GRU", 1, names_module=True)
def gru(
    build: Build,
    X: Value,
    W: Value,
    R: Value,
    B: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    *,
    activation_alpha: Sequence[float] | None = None,
    activation_beta: Sequence[float] | None = None,
    activations: Sequence[str] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
    linear_before_reset: int = 0,
    output_sequence: int = 0,
) -> list[Value]:
    """A layer of Keras wherever one computes the same; ``linear_before_reset`` is ``reset_after``.

    https://onnx.ai/onnx/operators/onnx__GRU.html
    """
    names = _named(activations, ("sigmoid", "tanh"), direction)
    hidden = _hidden(build, hidden_size, R)
    network = _Network(
        "GRU", X, W, R, B, sequence_lens, (initial_h,), None, names, activation_alpha, activation_beta, clip, direction,
        hidden, layout, 0, linear_before_reset,
    )  # fmt: skip
    return _convert(build, network)


@operator("RNN", 1, names_module=True)
def rnn(
    build: Build,
    X: Value,
    W: Value,
    R: Value,
    B: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    *,
    activation_alpha: Sequence[float] | None = None,
    activation_beta: Sequence[float] | None = None,
    activations: Sequence[str] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
    output_sequence: int = 0,
) -> list[Value]:
    """A layer of Keras wherever one computes the same. https://onnx.ai/onnx/operators/onnx__RNN.html"""
    names = _named(activations, ("tanh",), direction)
    hidden = _hidden(build, hidden_size, R)
    network = _Network(
        "RNN", X, W, R, B, sequence_lens, (initial_h,), None, names, activation_alpha, activation_beta, clip, direction,
        hidden, layout,
    )  # fmt: skip
    return _convert(build, network)


def _named(given: Sequence[str] | None, defaults: tuple[str, ...], direction: str) -> tuple[str, ...]:
    if given:
        return tuple(name.lower() for name in given)
    return defaults * (2 if direction == "bidirectional" else 1)


def _hidden(build: Build, given: int | None, R: Value) -> int:
    length = given if given is not None else R.shape[-1]
    return length if isinstance(length, int) else build.refuse(messages.UNKNOWN_HIDDEN())


def _convert(build: Build, network: _Network) -> list[Value]:
    X = build.as_tensor(network.X)
    if network.layout:
        X = build.transposed(X, (1, 0, 2))
    states: list[Value | None] = [None if _is_zero(state) else state for state in network.states]
    if network.layout:
        states = [None if s is None else build.transposed(s, (1, 0, 2)) for s in states]
    outputs = _by_layer(build, network, X, states) if _has_layer(network) else _by_steps(build, network, X, states)
    if network.layout:
        outputs = [build.transposed(outputs[0], (2, 0, 1, 3)), *(build.transposed(o, (1, 0, 2)) for o in outputs[1:])]
    return outputs


def _is_zero(state: Value | None) -> bool:
    return state is None or (isinstance(state, Constant | BroadcastConstant) and not _numbers(state).any())


def _numbers(value: Constant | BroadcastConstant) -> np.ndarray:
    return value.array


# ---- Keras's layers -----------------------------------------------------------------------------------------------


def _has_layer(network: _Network) -> bool:
    """Whether a Keras layer computes the node: constant weights, no peepholes or clipping, plain activations."""
    if not all(isinstance(value, Constant) for value in (network.W, network.R)):
        return False
    if network.B is not None and not isinstance(network.B, Constant):
        return False
    peephole = network.peepholes is not None and not _is_zero(network.peepholes)
    if network.clip is not None or peephole or network.input_forget or network.X.dtype != np.float32:
        return False
    each = len(network.activations) // network.directions
    own = network.activations[:each]
    if own * network.directions != network.activations or not all(name in _ACTIVATIONS for name in own):
        return False
    return network.kind != "LSTM" or own[1] == own[2]


def _by_layer(build: Build, network: _Network, X: Tensor, states: Sequence[Value | None]) -> list[Value]:
    sequence = build.ordered(X, (1, 0, 2))
    data = sequence.keras
    bias = isinstance(network.B, Constant)
    two_biases = build.trainable and bias and not (network.kind == "GRU" and network.linear_before_reset)
    if two_biases:
        # PyTorch trains two biases where Keras has one: the other is the weight of an input that is always 1.
        data = build.call(ops.pad, data, ((0, 0), (0, 0), (0, 1)), constant_values=1, name="ones")
    weights = [_weights(network, direction, two_biases) for direction in range(network.directions)]
    each = len(network.activations) // network.directions
    names = [_ACTIVATIONS[name] for name in network.activations[:each]]
    config: dict[str, Any] = {
        "units": network.hidden,
        "activation": names[-1],
        "use_bias": bias,
        "return_sequences": True,
        "return_state": True,
        "dtype": str(X.dtype),
    }
    if network.kind != "RNN":
        config["recurrent_activation"] = names[0]
    if network.kind == "GRU":
        config["reset_after"] = bool(network.linear_before_reset)
    arguments: dict[str, Any] = {}
    first = _initial(build, network, states, X.shape[1])
    if first:
        arguments["initial_state"] = first
    mask = _mask(build, network, X)
    if mask is not None:
        arguments["mask"] = mask.keras
    kind = _LAYERS[network.kind]
    trainable = any(isinstance(value, Constant) and value.is_parameter for value in (network.W, network.R))
    if network.directions == 2:
        inner = kind(name=network.kind.lower(), **config)
        layer = build.make_layer(
            keras.layers.Bidirectional, layer=inner, merge_mode="concat", trainable=trainable, dtype=str(X.dtype)
        )
        cells = [layer.forward_layer.cell, layer.backward_layer.cell]
    else:
        layer = build.make_layer(kind, trainable=trainable, go_backwards=network.direction == "reverse", **config)
        cells = [layer.cell]
    for cell, own in zip(cells, weights, strict=True):
        give_weights(cell, own)
    results = build.layer_call(layer, data, **arguments)
    for cell in cells:
        take_weights_back(cell)
    return _collected(build, network, X, results, mask)


def _weights(network: _Network, direction: int, two_biases: bool) -> dict[str, np.ndarray]:
    """One direction's weights in Keras's shapes: kernel (input, gates * hidden), bias as the layer wants it."""
    assert isinstance(network.W, Constant) and isinstance(network.R, Constant)
    gates = _GATES[network.kind]

    def moved(array: np.ndarray) -> np.ndarray:
        parts = np.split(array, len(gates), axis=0)
        return np.concatenate([parts[gate] for gate in gates], axis=0)

    result = {
        "kernel": moved(network.W.array[direction]).T,
        "recurrent_kernel": np.ascontiguousarray(moved(network.R.array[direction]).T),
    }
    if isinstance(network.B, Constant):
        own, recurrent = (moved(part) for part in np.split(network.B.array[direction], 2))
        if network.kind == "GRU" and network.linear_before_reset:
            result["bias"] = np.stack([own, recurrent])
        elif two_biases:
            result["kernel"] = np.concatenate([result["kernel"], own[None]])
            result["bias"] = recurrent
        else:
            result["bias"] = own + recurrent
    result["kernel"] = np.ascontiguousarray(result["kernel"])
    return result


def _initial(build: Build, network: _Network, states: Sequence[Value | None], batch: Dim) -> list[Any]:
    """The initial states as Keras wants them: for each direction hidden state and cell, each (batch, hidden)."""
    if all(state is None for state in states):
        return []
    result = []
    for direction in range(network.directions):
        for state in states:
            tensor = _state(build, network, state, direction, batch)
            result.append(build.onnx_order(tensor))
    return result


def _state(build: Build, network: _Network, state: Value | None, direction: int, batch: Dim) -> Tensor:
    from pt2k_gui.convert.ops.indexing import gather

    if state is None:
        zeros = BroadcastConstant(np.zeros((1, network.hidden), network.X.dtype), (batch, network.hidden))
        return build.as_tensor(
            zeros if not isinstance(batch, int) else Constant(np.zeros((batch, network.hidden), network.X.dtype))
        )
    one = gather(build, state, Constant(np.array(direction, np.int64)), axis=0)
    return build.as_tensor(one)


def _mask(build: Build, network: _Network, X: Tensor) -> Tensor | None:
    """Which steps count (batch, time); None where all do."""
    lengths, steps = network.lengths, X.shape[0]
    if lengths is None or (isinstance(lengths, Constant) and isinstance(steps, int) and (lengths.array == steps).all()):
        return None
    line = build.as_tensor(positions(build, steps, str(lengths.dtype)))
    ends = build.reshaped(lengths, (X.shape[1], 1))
    return build.tensor(
        build.onnx_order(build.elementwise(ops.less, line, ends, name="mask")), shape=(X.shape[1], steps)
    )


def _collected(build: Build, network: _Network, X: Tensor, results: Sequence[Any], mask: Tensor | None) -> list[Value]:
    """Y (time, directions, batch, hidden) and the last states (directions, batch, hidden), from what Keras gives."""
    steps, batch = X.shape[:2]
    count, hidden = network.directions, network.hidden
    sequence = results[0]
    if network.direction == "reverse":
        sequence = build.call(ops.flip, sequence, axis=1, name="flip")
    whole = build.tensor(sequence, shape=(batch, steps, count * hidden))
    if mask is not None:
        counted = build.unary(ops.cast, build.reshaped(mask, (batch, steps, 1)), dtype=str(whole.dtype), name="mask")
        whole = build.elementwise(ops.multiply, whole, counted)
    Y = build.transposed(build.reshaped(whole, (batch, steps, count, hidden)), (1, 2, 0, 3))
    outputs: list[Value] = [Y]
    last = list(results[1:])
    kinds = len(last) // count
    for number in range(kinds):
        mine = last[number::kinds]
        if len(mine) == 1:
            outputs.append(build.reshaped(build.tensor(mine[0], shape=(batch, hidden)), (1, batch, hidden)))
        elif len(build.node.outputs) > 1 + number:
            both = build.call(ops.stack, mine, axis=0, name="states")
            outputs.append(build.tensor(both, shape=(count, batch, hidden)))
    return outputs


# ---- step by step -------------------------------------------------------------------------------------------------


def _by_steps(build: Build, network: _Network, X: Tensor, states: Sequence[Value | None]) -> list[Value]:
    """Peepholes, clipping, unusual activations, weights that are computed: the specification's formulas, unrolled."""
    batch = X.shape[1]
    each = len(network.activations) // network.directions
    sequences, finals = [], []
    for direction in range(network.directions):
        cut = slice(direction * each, (direction + 1) * each)
        cell = Cell(
            kind=network.kind,
            hidden=network.hidden,
            activations=network.activations[cut],
            alphas=network.alphas[cut] if network.alphas else (),
            betas=network.betas[cut] if network.betas else (),
            clip=network.clip,
            input_forget=bool(network.input_forget),
            linear_before_reset=bool(network.linear_before_reset),
        )
        parts = [
            None if value is None else _state(build, network, value, direction, batch)
            for value in (network.W, network.R, network.B, network.peepholes)
        ]
        first = [_state(build, network, state, direction, batch) for state in states]
        backwards = network.direction == "reverse" or direction == 1
        mask = _mask(build, network, X)
        steps, last = run_steps(build, cell, X, parts, first, mask, backwards)
        sequences.append(steps)
        finals.append(last)
    Y = build.call(ops.stack, sequences, axis=1, name="sequences")
    outputs: list[Value] = [build.tensor(Y, shape=(X.shape[0], network.directions, batch, network.hidden))]
    for number in range(len(states)):
        both = build.call(ops.stack, [last[number] for last in finals], axis=0, name="states")
        outputs.append(build.tensor(both, shape=(network.directions, batch, network.hidden)))
    return outputs
