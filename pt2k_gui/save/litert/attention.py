"""Scaled dot-product attention as two batched matrix products (Vaswani et al., 2017)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pt2k_gui.save.litert.shapes import tensors

_HEADS_FIRST = (0, 2, 1, 3)


def attention(operation: Any) -> Callable[..., Any] | None:
    """The result of ``keras.ops.dot_product_attention`` for (batch, sequence, heads, head), without a mask.

    Keras scales every score of every pair; here the queries are scaled, which are fewer.
    """
    if operation.is_causal or operation.attn_logits_soft_cap is not None:
        return None

    def form(query: Any, key: Any, value: Any, bias: Any = None, mask: Any = None, scale: float | None = None) -> Any:
        import tensorflow as tf

        q, k, v = tensors((query, key, value))
        if mask is not None or q.shape[2] != k.shape[2] or q.dtype != tf.float32 or q.shape[3] is None:
            return operation(query, key, value, bias, mask, scale)
        q = q * (q.shape[3] ** -0.5 if scale is None else scale)
        q, k, v = (tf.transpose(part, _HEADS_FIRST) for part in (q, k, v))
        scores = tf.matmul(q, k, transpose_b=True)
        if bias is not None:
            scores = scores + tensors([bias])[0]
        return tf.transpose(tf.matmul(tf.nn.softmax(scores), v), _HEADS_FIRST)

    return form
