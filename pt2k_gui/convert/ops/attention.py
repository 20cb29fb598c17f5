"""Attention, and its parts that ONNX has as operators of their own: rotary embeddings, causal convolution with a state."""

from __future__ import annotations

from operator import getitem

import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.symbolic_dims import Dim, is_known
from pt2k_gui.convert.ir.values import Constant, Tensor, Value, spread
from pt2k_gui.convert.ops.activation import softmax
from pt2k_gui.convert.ops.convolution import conv
from pt2k_gui.convert.ops.indexing import gather
from pt2k_gui.convert.ops.linear import matmul
from pt2k_gui.convert.ops.shaping import concat
from pt2k_gui.convert.registry import operator


@operator("RotaryEmbedding", 23)
def rotary_embedding(
    build: Build,
    X: Value,
    cos_cache: Value,
    sin_cache: Value,
    position_ids: Value | None = None,
    *,
    interleaved: int = 0,
    num_heads: int = 0,
    rotary_embedding_dim: int = 0,
) -> Tensor:
    """Pairs of features turned by an angle that grows with the position (Su et al., "RoFormer", 2021).

    X is (batch, heads, sequence, head) or (batch, sequence, heads * head); the caches are (positions, rotated / 2), or
    (batch, sequence, rotated / 2) without ``position_ids``.
    """
    tensor = build.as_tensor(X)
    heads_last = tensor.rank == 3
    if heads_last:
        batch, length, width = tensor.shape
        if not isinstance(width, int) or not num_heads:
            build.refuse(messages.UNKNOWN_HEADS())
        work = build.reshaped(tensor, (batch, length, num_heads, width // num_heads))
    else:
        work = build.transposed(tensor, (0, 2, 1, 3))
    batch, length, heads, head = work.shape
    if not isinstance(head, int):
        build.refuse(messages.UNKNOWN_HEAD_SIZE())
    rotated = rotary_embedding_dim or head
    angles = []
    for cache in (cos_cache, sin_cache):
        value = cache if position_ids is None else gather(build, cache, position_ids, axis=0)
        if isinstance(value, Constant):
            angles.append(Constant(np.expand_dims(value.array, -2)))
        else:
            angles.append(build.reshaped(value, (*value.shape[:-1], 1, value.shape[-1])))  # type: ignore[arg-type]
    cos, sin = angles
    data = build.tensor(build.onnx_order(work), shape=work.shape)
    first = slice(0, rotated, 2) if interleaved else slice(0, rotated // 2)
    second = slice(1, rotated, 2) if interleaved else slice(rotated // 2, rotated)
    half = (batch, length, heads, rotated // 2)
    x, y = (_features(build, data, part, half) for part in (first, second))
    real = build.elementwise(
        ops.subtract, build.elementwise(ops.multiply, x, cos), build.elementwise(ops.multiply, y, sin), name="real"
    )
    imaginary = build.elementwise(
        ops.add, build.elementwise(ops.multiply, x, sin), build.elementwise(ops.multiply, y, cos), name="imaginary"
    )
    if interleaved:
        pair = build.call(ops.stack, [build.onnx_order(real), build.onnx_order(imaginary)], axis=-1, name="pairs")
        turned = build.reshaped(build.tensor(pair, shape=(*half, 2)), (batch, length, heads, rotated))
        parts: list[Value] = [turned]
    else:
        parts = [real, imaginary]
    if rotated < head:
        parts.append(_features(build, data, slice(rotated, head), (batch, length, heads, head - rotated)))
    result = build.as_tensor(concat(build, *parts, axis=-1)) if len(parts) > 1 else build.as_tensor(parts[0])
    return build.reshaped(result, tensor.shape) if heads_last else build.transposed(result, (0, 2, 1, 3))


def _features(build: Build, data: Tensor, part: slice, shape: tuple[Dim, ...]) -> Tensor:
    return build.tensor(build.call(getitem, data.keras, (..., part), name="half"), shape=shape)


@operator("CausalConvWithState", 27)
def causal_conv_with_state(
    build: Build,
    input: Value,
    weight: Value,
    bias: Value | None = None,
    past_state: Value | None = None,
    *,
    activation: str = "none",
) -> list[Value]:
    """A depthwise convolution over time that sees the past only: the last window less one is the state handed on."""
    tensor = build.as_tensor(input)
    batch, channels = tensor.shape[:2]
    reach = weight.shape[-1]
    if not isinstance(reach, int) or not isinstance(channels, int):
        build.refuse(messages.UNKNOWN_KERNEL_SHAPE())
    before = reach - 1
    padded = tensor
    if before:
        past = past_state or spread(np.zeros((1, 1, 1), tensor.dtype), (batch, channels, before))
        padded = build.as_tensor(concat(build, past, tensor, axis=2))
    result = conv(build, padded, weight, bias, group=channels)
    if activation in ("silu", "swish"):
        result = build.unary(ops.silu, result, name="silu")
    elif activation != "none":
        build.refuse(messages.UNKNOWN_ACTIVATION(name=activation))
    if not before:
        if not isinstance(batch, int):
            build.refuse(messages.EMPTY_STATE())
        return [result, Constant(np.zeros((batch, channels, 0), tensor.dtype))]
    plain = build.plain(padded)
    index = [slice(None)] * 3
    index[plain.stored_axis(2)] = slice(-before, None)
    state = build.call(getitem, plain.keras, tuple(index), name="state")
    return [result, build.tensor(state, plain.order, (batch, channels, before))]


@operator("Attention", 1, domain="pt2k")
def recognised_attention(
    build: Build, Q: Value, K: Value, V: Value, bias: Value | None = None, *, scale: float, masked: int = 0
) -> Tensor:
    """softmax(Q K * scale + bias) V, as recognised (Vaswani et al., 2017).

    Q is (batch, heads, to, head), K (batch, heads, head, from), V (batch, heads, from, head), as a rule; anything else that
    MatMul takes is spelled out. With ``masked``, a row all of whose keys are masked gives zeros, not NaN.
    """
    q, k, v = build.as_tensor(Q), build.as_tensor(K), build.as_tensor(V)
    result = (_attended if _is_plain_attention(q, k, v, bias) else _spelled_out)(build, q, k, v, bias, scale)
    if not masked:
        return result
    empty = build.unary(ops.isnan, result, name="is_nan")
    return build.elementwise(ops.where, empty, Constant(np.array(0, result.dtype)), result, name="where")


def _attended(build: Build, q: Tensor, k: Tensor, v: Tensor, bias: Value | None, scale: float) -> Tensor:
    # Keras wants (batch, sequence, heads, head), which is how linear layers give them: no axis moves.
    order = (0, 2, 1, 3)
    parts = [build.ordered(part, order).keras for part in (q, build.transposed(k, (0, 1, 3, 2)), v)]
    added = None
    if bias is not None:
        tensor = build.as_tensor(bias)
        added = build.onnx_order(build.reshaped(tensor, ((1,) * (4 - tensor.rank)) + tensor.shape))
    result = build.call(ops.dot_product_attention, *parts, bias=added, scale=scale, name="attention")
    return build.tensor(result, order, q.shape)


def _spelled_out(build: Build, q: Tensor, k: Tensor, v: Tensor, bias: Value | None, scale: float) -> Tensor:
    logits = matmul(build, q, k)
    if scale != 1.0:
        logits = build.elementwise(ops.multiply, logits, Constant(np.array(scale, q.dtype)), name="scaled")
    if bias is not None:
        logits = build.elementwise(ops.add, logits, bias, name="biased")
    return matmul(build, softmax(build, logits, axis=-1), v)


def _is_plain_attention(q: Tensor, k: Tensor, v: Tensor, bias: Value | None) -> bool:
    """Whether these are what ``keras.ops.dot_product_attention`` takes: four axes, one batch, one number of heads."""
    if not q.rank == k.rank == v.rank == 4 or q.dtype not in (
        np.float32,
        np.float64,
    ):  # less is rounded in other places
        return False
    same = q.shape[:2] == k.shape[:2] == v.shape[:2] and q.shape[3] == k.shape[2] == v.shape[3]
    if bias is None:
        return same and k.shape[3] == v.shape[2]
    logits = (*q.shape[:3], v.shape[2])
    lengths = zip(reversed(tuple(bias.shape)), reversed(logits), strict=False)
    return (
        same
        and len(bias.shape) <= 4
        and all(mine in (1, theirs) or not (is_known(mine) and is_known(theirs)) for mine, theirs in lengths)
    )
