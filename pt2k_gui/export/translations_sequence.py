"""Recurrent networks as ONNX's LSTM, GRU and RNN nodes, and bags of embeddings; see ``translations``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import onnx_ir as ir
from onnxscript import opset20 as op

from pt2k_gui.export.translations import cut, integers, is_float, length, line, number, rank, size_of, translates, whole

# Where each of PyTorch's gates stands in ONNX's order: i f g o becomes i o f c, and r z n becomes z r h.
_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN": (0,)}


# ---- recurrent networks -----------------------------------------------------------------------------------------


@translates("lstm.input")
def lstm(
    input: ir.Value,
    hx: Sequence[ir.Value],
    params: Sequence[ir.Value],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> Any:
    each = (4 if has_biases else 2) * (2 if bidirectional else 1) * num_layers
    projected = len(params) > each
    return _stacked("LSTM", input, hx, params, has_biases, num_layers, dropout, bidirectional, batch_first, projected)


def _with_one_state(overload: str, kind: str, activation: str = "") -> None:
    @translates(overload)
    def convert(
        input: ir.Value,
        hx: ir.Value,
        params: Sequence[ir.Value],
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> Any:
        return _stacked(
            kind,
            input,
            [hx],
            params,
            has_biases,
            num_layers,
            dropout,
            bidirectional,
            batch_first,
            activation=activation,
        )


_with_one_state("gru.input", "GRU")
_with_one_state("rnn_tanh.input", "RNN")
_with_one_state("rnn_relu.input", "RNN", "Relu")


@translates("lstm_cell.default")
def lstm_cell(
    input: ir.Value,
    hx: Sequence[ir.Value],
    w_ih: ir.Value,
    w_hh: ir.Value,
    b_ih: ir.Value | None = None,
    b_hh: ir.Value | None = None,
) -> Any:
    """A node of one step. The conversion makes one of those that follow each other."""
    return tuple(_cell("LSTM", input, hx, w_ih, w_hh, b_ih, b_hh))


def _cell_with_one_state(overload: str, kind: str, activation: str = "") -> None:
    @translates(overload)
    def convert(
        input: ir.Value,
        hx: ir.Value,
        w_ih: ir.Value,
        w_hh: ir.Value,
        b_ih: ir.Value | None = None,
        b_hh: ir.Value | None = None,
    ) -> ir.Value:
        return _cell(kind, input, [hx], w_ih, w_hh, b_ih, b_hh, activation)[0]


_cell_with_one_state("gru_cell.default", "GRU")
_cell_with_one_state("rnn_tanh_cell.default", "RNN")
_cell_with_one_state("rnn_relu_cell.default", "RNN", "Relu")


def _cell(
    kind: str,
    input: ir.Value,
    states: Sequence[ir.Value],
    w_ih: ir.Value,
    w_hh: ir.Value,
    b_ih: ir.Value | None,
    b_hh: ir.Value | None,
    activation: str = "",
) -> list[ir.Value]:
    own = [[w_ih, w_hh]] if b_ih is None or b_hh is None else [[w_ih, w_hh, b_ih, b_hh]]
    begin = [op.Unsqueeze(state, integers(0)) for state in states]
    _, ends = _layer(kind, op.Unsqueeze(input, integers(0)), own, begin, len(own[0]) == 4, activation)
    return [op.Squeeze(end, integers(0)) for end in ends]


def _stacked(
    kind: str,
    input: ir.Value,
    states: Sequence[ir.Value],
    params: Sequence[ir.Value],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    bidirectional: bool,
    batch_first: bool,
    projected: bool = False,
    activation: str = "",
) -> Any:
    """One node a layer. PyTorch's parameters of a layer and direction: W_ih, W_hh, then b_ih, b_hh and W_hr if it has them."""
    directions = 2 if bidirectional else 1
    each = (4 if has_biases else 2) + projected
    data = op.Transpose(input, perm=[1, 0, 2]) if batch_first else input
    lasts: list[list[ir.Value]] = [[] for _ in states]
    for layer in range(num_layers):
        if layer and dropout:
            data, _ = op.Dropout(data, op.Constant(value_float=float(dropout)))
        first = layer * directions
        own = [params[(first + n) * each : (first + n + 1) * each] for n in range(directions)]
        begin = [cut(state, 0, first, first + directions) for state in states]
        zero = [_is_zero(state) for state in states]
        if projected:
            data, ends = _projected(data, own, begin, zero, has_biases)
        else:
            data, ends = _layer(kind, data, own, begin, has_biases, activation)
        for last, end in zip(lasts, ends, strict=True):
            last.append(end)
    final = [op.Concat(*last, axis=0) if len(last) > 1 else last[0] for last in lasts]
    return (op.Transpose(data, perm=[1, 0, 2]) if batch_first else data, *final)


def _layer(
    kind: str,
    data: ir.Value,
    own: Sequence[Sequence[ir.Value]],
    states: Sequence[ir.Value],
    has_biases: bool,
    activation: str = "",
) -> tuple[ir.Value, Sequence[ir.Value]]:
    """One layer's sequence (time, batch, directions * hidden) and last states (directions, batch, hidden)."""
    hidden = length(own[0][1], 1)
    weights = [_joined([_gates(kind, part[place], hidden) for part in own]) for place in (0, 1)]
    bias = None
    if has_biases:
        pairs = [op.Concat(*(_gates(kind, part[place], hidden) for place in (2, 3)), axis=0) for part in own]
        bias = _joined(pairs)
    extra: dict[str, Any] = {"hidden_size": hidden, "direction": "bidirectional" if len(own) == 2 else "forward"}
    if kind == "GRU":
        extra["linear_before_reset"] = 1
    if activation:
        extra["activations"] = [activation] * len(own)
    node = {"LSTM": op.LSTM, "GRU": op.GRU, "RNN": op.RNN}[kind]
    sequence, *ends = node(data, *weights, bias, None, *states, **extra)
    # (time, directions, batch, hidden) to (time, batch, directions * hidden)
    if len(own) == 1:
        return op.Squeeze(sequence, integers(1)), ends
    turned = op.Transpose(sequence, perm=[0, 2, 1, 3])
    return op.Reshape(turned, integers(0, 0, len(own) * (hidden or -1))), ends


def _gates(kind: str, value: ir.Value, hidden: int | None) -> ir.Value:
    order = _GATES[kind]
    if len(order) == 1:
        return value
    assert hidden is not None
    parts = [cut(value, 0, gate * hidden, (gate + 1) * hidden) for gate in order]
    return op.Concat(*parts, axis=0)


def _joined(parts: Sequence[ir.Value]) -> ir.Value:
    lifted = [op.Unsqueeze(part, integers(0)) for part in parts]
    return op.Concat(*lifted, axis=0) if len(lifted) > 1 else lifted[0]


def _is_zero(value: ir.Value) -> bool:
    """Whether a state is PyTorch's own default: zeros, expanded to the batch."""
    maker = value.producer()
    first = maker.inputs[0] if maker is not None and maker.op_type in ("Expand", "ConstantOfShape") else None
    if first is None or maker is None:
        return False
    if maker.op_type == "ConstantOfShape":
        return "value" not in maker.attributes
    while first.const_value is None:
        cast = first.producer()
        if cast is None or cast.op_type != "Cast" or cast.inputs[0] is None:
            return False
        first = cast.inputs[0]
    known = first.const_value
    return known is not None and not known.numpy().any()


def _projected(
    data: ir.Value,
    own: Sequence[Sequence[ir.Value]],
    states: Sequence[ir.Value],
    zero: Sequence[bool],
    has_biases: bool,
) -> tuple[ir.Value, Sequence[ir.Value]]:
    """An LSTM whose output h is W_hr m, for what the cell itself gives, m = o * tanh(c) (Sak et al., 2014).

    W_hh h is (W_hh W_hr) m, so a plain LSTM over m with that product as its recurrent weight runs the same, and W_hr is
    applied to its whole sequence. A first state h that is not zero enters as an input of the first step alone.
    """
    sequences, ends_h, ends_c = [], [], []
    for number_of, part in enumerate(own):
        W_ih, W_hh, W_hr = part[0], part[1], part[-1]
        hidden = length(W_hr, 1)
        R = op.MatMul(W_hh, W_hr)
        R.shape, R.dtype = ir.Shape([length(W_hh, 0), hidden]), W_hh.dtype
        steps = data
        if number_of:  # the second direction reads the sequence from its end
            steps = _reversed(data)
        if not zero[0]:
            first = cut(states[0], 0, number_of, number_of + 1)
            rest = op.Sub(op.Shape(data, start=0, end=1), integers(1))
            pads = op.Concat(integers(0, 0, 0), rest, integers(0, 0), axis=0)
            steps = op.Concat(steps, op.Pad(first, pads), axis=2)
            W_ih = op.Concat(W_ih, W_hh, axis=1)
            W_ih.shape = ir.Shape([length(W_hh, 0), None])
        cell = cut(states[1], 0, number_of, number_of + 1)
        nothing = op.Mul(cell, number(0.0, W_hr))
        sequence, (_, end_c) = _layer("LSTM", steps, [[W_ih, R, *part[2:-1]]], [nothing, cell], has_biases)
        sequence = op.MatMul(sequence, op.Transpose(W_hr, perm=[1, 0]))
        ends_h.append(op.Slice(sequence, integers(-1), integers(2**62), integers(0)))
        ends_c.append(end_c)
        sequences.append(_reversed(sequence) if number_of else sequence)
    if len(own) == 1:
        return sequences[0], (ends_h[0], ends_c[0])
    return op.Concat(*sequences, axis=2), (op.Concat(*ends_h, axis=0), op.Concat(*ends_c, axis=0))


def _reversed(sequence: ir.Value) -> ir.Value:
    return op.Slice(sequence, integers(-1), integers(-(2**62)), integers(0), integers(-1))


# ---- bags of embeddings -----------------------------------------------------------------------------------------


@translates("embedding_bag.default")
def embedding_bag(
    weight: ir.Value,
    indices: ir.Value,
    offsets: ir.Value,
    scale_grad_by_freq: bool = False,
    mode: int = 0,
    sparse: bool = False,
    per_sample_weights: ir.Value | None = None,
    include_last_offset: bool = False,
) -> Any:
    return _bag(weight, indices, offsets, mode, per_sample_weights, include_last_offset, None)


@translates("embedding_bag.padding_idx", "_embedding_bag.default", "_embedding_bag_forward_only.default")
def embedding_bag_with_padding(
    weight: ir.Value,
    indices: ir.Value,
    offsets: ir.Value,
    scale_grad_by_freq: bool = False,
    mode: int = 0,
    sparse: bool = False,
    per_sample_weights: ir.Value | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Any:
    padding = None if padding_idx is None or padding_idx < 0 else padding_idx
    return _bag(weight, indices, offsets, mode, per_sample_weights, include_last_offset, padding)


_SUM, _MEAN, _MAX = 0, 1, 2


def _bag(
    weight: ir.Value,
    indices: ir.Value,
    offsets: ir.Value,
    mode: int,
    factors: ir.Value | None,
    include_last_offset: bool,
    padding: int | None,
) -> Any:
    """Rows of a table, summed, averaged or maximised by bag; only the first of PyTorch's four outputs is anything's input.

    Bags of one length each, which is what a matrix of ids becomes in PyTorch, are rows of a matrix here too. Otherwise
    every bag looks at every id: a product with the matrix that tells which id is in which bag.
    """
    matrix = _as_matrix(indices, offsets)
    if matrix is not None:
        each = length(matrix, 1)
        assert each is not None
        rows = op.Gather(weight, matrix, axis=0)  # (bags, ids, features)
        counted = _counts(matrix, padding, weight)
        if factors is not None:
            rows = op.Mul(rows, op.Unsqueeze(op.Reshape(factors, integers(-1, each)), integers(-1)))
        if mode == _MAX:
            if padding is None:
                return _results(op.ReduceMax(rows, integers(1), keepdims=0), offsets)
            inside = op.Unsqueeze(_kept(matrix, padding), integers(-1))
            best = op.ReduceMax(op.Where(inside, rows, number(float("-inf"), weight)), integers(1), keepdims=0)
            return _results(_or_zero(best, op.ReduceSum(counted, integers(1), keepdims=1), weight), offsets)
        if padding is not None:
            rows = op.Mul(rows, op.Unsqueeze(counted, integers(-1)))
        if mode == _SUM:
            return _results(op.ReduceSum(rows, integers(1), keepdims=0), offsets)
        if padding is None:
            return _results(op.ReduceMean(rows, integers(1), keepdims=0), offsets)
        total = op.ReduceSum(rows, integers(1), keepdims=0)
        count = op.ReduceSum(counted, integers(1), keepdims=1)
        return _results(op.Div(total, op.Max(count, number(1.0, weight))), offsets)
    starts, ends = _borders(indices, offsets, include_last_offset)
    place = op.Unsqueeze(line(size_of(indices, 0)), integers(0))
    member = op.And(
        op.GreaterOrEqual(place, op.Unsqueeze(starts, integers(1))), op.Less(place, op.Unsqueeze(ends, integers(1)))
    )
    if padding is not None:
        member = op.And(member, op.Unsqueeze(_kept(indices, padding), integers(0)))
    rows = op.Gather(weight, indices, axis=0)
    weights = op.CastLike(member, weight)  # (bags, ids)
    count = op.ReduceSum(weights, integers(1), keepdims=1)
    if mode == _MAX:
        every = op.Where(
            op.Unsqueeze(member, integers(-1)), op.Unsqueeze(rows, integers(0)), number(float("-inf"), weight)
        )
        return _results(_or_zero(op.ReduceMax(every, integers(1), keepdims=0), count, weight), offsets)
    if factors is not None:
        weights = op.Mul(weights, op.Unsqueeze(factors, integers(0)))
    total = op.MatMul(weights, rows)
    return _results(op.Div(total, op.Max(count, number(1.0, weight))) if mode == _MEAN else total, offsets)


def _results(bags: ir.Value, offsets: ir.Value) -> Any:
    return bags, offsets, offsets, offsets


def _kept(ids: ir.Value, padding: int) -> ir.Value:
    return op.Not(op.Equal(ids, whole(padding)))


def _counts(ids: ir.Value, padding: int | None, like: ir.Value) -> ir.Value | None:
    return None if padding is None else op.CastLike(_kept(ids, padding), like)


def _or_zero(best: ir.Value, count: ir.Value, like: ir.Value) -> ir.Value:
    """A bag of nothing is zero."""
    return op.Where(op.Greater(count, number(0.0, like)), best, number(0.0, like))


def _borders(ids: ir.Value, offsets: ir.Value, include_last: bool) -> tuple[ir.Value, ir.Value]:
    if include_last:
        starts = op.Slice(offsets, integers(0), integers(-1), integers(0))
        return starts, op.Slice(offsets, integers(1), integers(2**62), integers(0))
    later = op.Slice(offsets, integers(1), integers(2**62), integers(0))
    return offsets, op.Concat(later, size_of(ids, 0), axis=0)


def _as_matrix(ids: ir.Value, offsets: ir.Value) -> ir.Value | None:
    """The ids as (bags, ids in each), where the offsets count up from 0 in equal steps; None for others."""
    maker = offsets.producer()
    if maker is None or maker.op_type != "Range" or is_float(offsets):
        return None
    start, step = (_known(maker.inputs[place]) for place in (0, 2))
    if start != 0 or not step or rank(ids) != 1:
        return None
    matrix = op.Reshape(ids, integers(-1, step))
    matrix.shape = ir.Shape([None, step])
    matrix.dtype = ids.dtype
    return matrix


def _known(value: ir.Value | None) -> int | None:
    """The number that a value is, through casts."""
    while value is not None and value.const_value is None:
        maker = value.producer()
        if maker is not None and maker.op_type == "Constant":
            attribute = next(iter(maker.attributes.values()))
            found = attribute.value
            return int(found.numpy().reshape(())) if hasattr(found, "numpy") else int(found)
        if maker is None or maker.op_type not in ("Cast", "Squeeze", "Reshape"):
            return None
        value = maker.inputs[0]
    if value is None or value.const_value is None or value.const_value.size != 1:
        return None
    return int(value.const_value.numpy().reshape(()))
