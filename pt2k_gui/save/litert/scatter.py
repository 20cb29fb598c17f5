"""Scatter in LiteRT's operators, of which only the scattered sum is one: plain, with a maximum, a minimum or a product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str) -> Any:
    """Keras's ``scatter_update`` with ``max``, ``min`` or ``mul`` for rows that places (count, 1) name.

    The updates are sorted by their place; a running reduction within each place, in steps of 1, 2, 4 and so on, leaves the
    result at the last update of each place (Hillis and Steele, 1986, with segments), which is scattered alone.
    """
    import tensorflow as tf

    joined = _REDUCTIONS[reduction]()
    places, order = _in_order(indices)
    count, rows = tf.shape(places)[0], tf.gather(updates, order)
    across = [1] * (len(updates.shape) - 1)

    def step(shift: Any, reduced: Any) -> Any:
        earlier = tf.maximum(tf.range(count) - shift, 0)
        same = (tf.gather(places, earlier) == places) & (tf.range(count) >= shift)
        mine = tf.reshape(same, [-1, *across])
        return shift * 2, tf.where(mine, joined(reduced, tf.gather(reduced, earlier)), reduced)

    _, rows = tf.while_loop(
        lambda shift, _: shift < count, step, (tf.constant(1), rows), shape_invariants=(tf.TensorShape([]), rows.shape)
    )
    following = tf.gather(places, tf.minimum(tf.range(count) + 1, count - 1))
    last = (following != places) | (tf.range(count) == count - 1)
    kept = tf.gather(rows, tf.where(last)[:, 0])
    where = tf.gather(places, tf.where(last)[:, 0])
    shape = tf.shape(inputs)
    spread = tf.scatter_nd(where[:, None], kept, shape)
    touched = tf.scatter_nd(where[:, None], tf.ones_like(where), shape[:1])
    return tf.where(tf.reshape(touched > 0, [-1, *across]), joined(inputs, spread), inputs)


def scatter_last(inputs: Any, indices: Any, updates: Any) -> Any:
    """Keras's ``scatter_update`` without a reduction: of several updates of one place the last one stays, as PyTorch and ONNX
    Runtime have it on a processor. LiteRT's own form adds them up, in the rows as in the mask of what they replace. Places
    that are constant are looked through here; others while the model runs.
    """
    import numpy as np
    import tensorflow as tf

    known = tf.get_static_value(indices)
    if known is None:
        places, order = _in_order(indices)
        count = tf.shape(places)[0]
        before = tf.gather(places, tf.maximum(tf.range(count) - 1, 0))
        chosen = tf.where((before != places) | (tf.range(count) == 0))[:, 0]
        kept, places = tf.gather(order, chosen), tf.gather(places, chosen)[:, None]
        return tf.tensor_scatter_nd_update(inputs, places, tf.gather(updates, kept))
    lasts = {int(place): number for number, place in enumerate(known[:, 0])}
    if len(lasts) < len(known):
        kept = np.fromiter(lasts.values(), np.int32)
        indices, updates = tf.constant(known[kept]), tf.gather(updates, kept)
    return tf.tensor_scatter_nd_update(inputs, indices, updates)


def _in_order(indices: Any) -> tuple[Any, Any]:
    """The places in ascending order and the update of each; of equal places the later update comes first."""
    import tensorflow as tf

    places = tf.cast(indices[:, 0], "int32")
    order = tf.reverse(tf.math.top_k(places, tf.shape(places)[0], sorted=True)[1], [0])
    return tf.gather(places, order), order


def _maximum() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    return tf.maximum


def _minimum() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    return tf.minimum


def _product() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    return tf.multiply


_REDUCTIONS = {"max": _maximum, "min": _minimum, "mul": _product}
