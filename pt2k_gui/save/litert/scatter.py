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
    places = tf.cast(indices[:, 0], "int32")
    count = tf.shape(places)[0]
    order = tf.reverse(tf.math.top_k(places, count, sorted=True)[1], [0])
    places, rows = tf.gather(places, order), tf.gather(updates, order)
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


def scatter_plain(inputs: Any, indices: Any, updates: Any) -> Any:
    """Keras's ``scatter_update`` for rows that places (count, 1) name; a place may be named several times with the same row.

    LiteRT's own form adds what comes to one place, in the rows as in the mask of what they replace.
    """
    import tensorflow as tf

    places = tf.cast(indices, "int32")
    shape = tf.shape(inputs)
    total = tf.scatter_nd(places, updates, shape)
    times = tf.scatter_nd(places, tf.ones_like(places[:, 0]), shape[:1])
    times = tf.reshape(times, [-1, *[1] * (len(updates.shape) - 1)])
    each = tf.cast(tf.maximum(times, 1), updates.dtype)
    replaced = total / each if updates.dtype.is_floating else total // each
    return tf.where(times > 0, replaced, inputs)


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
