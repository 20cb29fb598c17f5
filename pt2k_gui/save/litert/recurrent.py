"""Recurrent layers as a LiteRT ``WHILE``: any batch, any length, with states, masks and both directions.

LiteRT also has a fused LSTM. It is not used: it keeps its state from one run to the next, so that the second sequence would
begin where the first one ended, its batch is fixed, and it gives no last cell state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

# A loop hands all that it carries on by copying: so many steps stand in its body, one after the other, which are then run by
# one delegate as well. Long sequences run in blocks of so many steps, a loop in a loop, so that a stride copies a block and not
# the whole sequence.
_STRIDE = 8
_BLOCK = 64

Step = Callable[[Any, Sequence[Any]], list[Any]]
"""From the projected input of a step (batch, gates) and the states, each (batch, units), to the new states."""


def recurrent(layer: Any) -> Callable[..., Any] | None:
    """A function that does what the layer does for (batch, time, input); None for a layer of another kind.

    It takes the layer's arguments ``initial_state`` and ``mask``, and returns what the layer returns.
    """
    import keras

    if isinstance(layer, keras.layers.Bidirectional):
        return _both_directions(layer) if layer.merge_mode == "concat" and _plain(layer) else None
    if isinstance(layer, keras.layers.LSTM | keras.layers.GRU | keras.layers.SimpleRNN) and not layer.stateful:

        def one(sequence: Any, initial_state: Any = None, mask: Any = None, training: Any = None) -> Any:
            outputs, states = _direction(layer, sequence, _states(initial_state), mask)
            return [outputs, *states] if layer.return_state else outputs

        return one
    return None


def _plain(layer: Any) -> bool:
    return all(recurrent(part) is not None for part in (layer.forward_layer, layer.backward_layer))


def _states(given: Any) -> list[Any] | None:
    if given is None:
        return None
    return list(given) if isinstance(given, list | tuple) else [given]


def _both_directions(layer: Any) -> Callable[..., Any]:
    import tensorflow as tf

    def both(sequence: Any, initial_state: Any = None, mask: Any = None, training: Any = None) -> Any:
        first = _states(initial_state)
        half = 0 if first is None else len(first) // 2
        ahead, end = _direction(layer.forward_layer, sequence, first and first[:half], mask)
        back, beginning = _direction(layer.backward_layer, sequence, first and first[half:], mask)
        if layer.return_sequences:
            back = tf.reverse(back, [1])
        merged = tf.concat([ahead, back], -1)
        return [merged, *end, *beginning] if layer.return_state else merged

    return both


def _direction(layer: Any, sequence: Any, first: list[Any] | None, mask: Any) -> tuple[Any, list[Any]]:
    """The outputs of one direction (batch, time, units), in the order in which they are made, and the last states.

    Without ``return_sequences`` the outputs are the last one alone, (batch, units).
    """
    import tensorflow as tf

    cell = layer.cell
    bias = getattr(cell, "bias", None)
    projected = tf.matmul(sequence, cell.kernel)
    if bias is not None:
        projected = projected + (bias[0] if len(bias.shape) == 2 else bias)
    projected = tf.transpose(projected, [1, 0, 2])
    holds = None if mask is None else tf.expand_dims(tf.transpose(mask, [1, 0]), -1)
    if layer.go_backwards:
        projected = tf.reverse(projected, [0])
        holds = None if holds is None else tf.cast(tf.reverse(tf.cast(holds, "float32"), [0]), "bool")
    states = first or [tf.zeros([tf.shape(sequence)[0], cell.units], projected.dtype)] * len(_sizes(cell))
    outputs, last = _scan(_STEPS[type(cell).__name__](cell), projected, holds, states, layer.zero_output_for_mask)
    whole = tf.transpose(outputs, [1, 0, 2])
    return (whole if layer.return_sequences else whole[:, -1]), last


def _sizes(cell: Any) -> list[int]:
    size = cell.state_size
    return list(size) if isinstance(size, list | tuple) else [size]


# ---- the cells, by the formulas of Keras's layers ------------------------------------------------------------------


def _lstm(cell: Any) -> Step:
    import tensorflow as tf

    kernel = tf.convert_to_tensor(cell.recurrent_kernel)

    def step(x: Any, states: Sequence[Any]) -> list[Any]:
        h, c = states
        i, f, g, o = tf.split(x + tf.matmul(h, kernel), 4, -1)
        c = cell.recurrent_activation(f) * c + cell.recurrent_activation(i) * cell.activation(g)
        return [cell.recurrent_activation(o) * cell.activation(c), c]

    return step


def _gru(cell: Any) -> Step:
    import tensorflow as tf

    kernel = tf.convert_to_tensor(cell.recurrent_kernel)
    units = cell.units

    def step(x: Any, states: Sequence[Any]) -> list[Any]:
        (h,) = states
        if cell.reset_after:
            inner = tf.matmul(h, kernel)
            if cell.use_bias:
                inner = inner + cell.bias[1]
            gates = cell.recurrent_activation(x[:, : 2 * units] + inner[:, : 2 * units])
            z, r = tf.split(gates, 2, -1)
            fresh = cell.activation(x[:, 2 * units :] + r * inner[:, 2 * units :])
        else:
            gates = cell.recurrent_activation(x[:, : 2 * units] + tf.matmul(h, kernel[:, : 2 * units]))
            z, r = tf.split(gates, 2, -1)
            fresh = cell.activation(x[:, 2 * units :] + tf.matmul(r * h, kernel[:, 2 * units :]))
        return [z * h + (1 - z) * fresh]

    return step


def _simple(cell: Any) -> Step:
    import tensorflow as tf

    kernel = tf.convert_to_tensor(cell.recurrent_kernel)
    return lambda x, states: [cell.activation(x + tf.matmul(states[0], kernel))]


_STEPS: dict[str, Callable[[Any], Step]] = {"LSTMCell": _lstm, "GRUCell": _gru, "SimpleRNNCell": _simple}


# ---- the loops -----------------------------------------------------------------------------------------------------


def _scan(step: Step, projected: Any, holds: Any, states: list[Any], zeros: bool) -> tuple[Any, list[Any]]:
    """All steps (time, batch, gates), in one loop or in blocks; outputs (time, batch, units) and the last states."""
    import tensorflow as tf

    length = projected.shape[0]
    if length is not None and length <= _BLOCK:
        outputs, _, last = _block(step, projected, holds, tf.zeros_like(states[0]), states, length, length, zeros)
        return outputs, last
    time, units = tf.shape(projected)[0], states[0].shape[-1]
    blocks = (time + _BLOCK - 1) // _BLOCK
    empty = tf.zeros([blocks * _BLOCK, tf.shape(projected)[1], units], projected.dtype)
    static = [state.shape for state in states]

    def one_block(number: Any, outputs: Any, before: Any, *now: Any) -> Any:
        end = time - (blocks - 1 - number) * _BLOCK
        begin = tf.maximum(end - _BLOCK, 0)  # the first block is the short one
        part = projected[begin:end]
        mine = None if holds is None else holds[begin:end]
        for state, shape in zip(now, static, strict=True):
            state.set_shape(shape)
        made, before, now_after = _block(step, part, mine, before, list(now), end - begin, _BLOCK, zeros)
        return number + 1, tf.concat([outputs[_BLOCK:], made], 0), before, *now_after

    free = tf.TensorShape([None, None, units])
    loose = [tf.TensorShape([None, units])] * (1 + len(states))
    _, outputs, _, *last = tf.while_loop(
        lambda number, *_: number < blocks,
        one_block,
        (tf.constant(0), empty, tf.zeros_like(states[0]), *states),
        shape_invariants=(tf.TensorShape([]), free, *loose),
    )
    outputs = outputs[blocks * _BLOCK - time :]
    outputs.set_shape([length, *states[0].shape])
    return outputs, last


def _block(
    step: Step, projected: Any, holds: Any, before: Any, states: list[Any], count: Any, room: int, zeros: bool
) -> tuple[Any, Any, list[Any]]:
    """``count`` steps, first those that make up no whole stride, then stride by stride in one loop; their outputs stand at the
    end of the ``room`` rows (room, batch, units).

    A step that does not count keeps the states and gives the output ``before`` it once more, or ``zeros``.
    """
    import tensorflow as tf

    units = states[0].shape[-1]
    outputs = tf.zeros([room, tf.shape(projected)[1], units], projected.dtype)
    carried = [] if holds is None else [before]

    def stride(steps: int) -> Callable[..., tuple[Any, ...]]:
        """The body of a loop: so many steps, one after the other."""

        def body(number: Any, outputs: Any, *now: Any) -> tuple[Any, ...]:
            previous, states = list(now[: len(carried)]), list(now[len(carried) :])
            rows = tf.unstack(_rows(projected, number, steps))
            counting = None if holds is None else tf.unstack(_rows(holds, number, steps))
            made = []
            for place, row in enumerate(rows):
                fresh = step(row, states)
                output = fresh[0]
                if counting is not None:
                    here = counting[place]
                    fresh = [tf.where(here, new, state) for new, state in zip(fresh, states, strict=True)]
                    output = tf.where(here, output, tf.zeros_like(output) if zeros else previous[0])
                    previous = [output]
                states = fresh
                made.append(output[None])
            earlier = [outputs[steps:]] if steps < room else []
            return number + steps, tf.concat([*earlier, *made], 0), *previous, *states

        return body

    flat = tf.TensorShape([states[0].shape[0], units])
    shapes = (tf.TensorShape([]), tf.TensorShape([room, None, units]), *[flat] * (len(carried) + len(states)))
    now = (tf.constant(0), outputs, *carried, *states)
    first = count % _STRIDE
    if not isinstance(count, int):
        now = tf.while_loop(lambda number, *_: number < first, stride(1), now, shape_invariants=shapes)
    elif first:
        now = stride(first)(*now)
    if not isinstance(count, int) or count >= _STRIDE:
        now = tf.while_loop(lambda number, *_: number < count, stride(_STRIDE), now, shape_invariants=shapes)
    _, outputs, *rest = now
    return outputs, (rest[0] if carried else before), rest[len(carried) :]


def _rows(value: Any, first: Any, count: int) -> Any:
    """So many rows of a tensor."""
    import tensorflow as tf

    rows = tf.slice(value, [first, 0, 0], [count, -1, -1])
    rows.set_shape([count, *value.shape[1:]])
    return rows
