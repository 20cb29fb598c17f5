"""Settings of the whole process that hold while a model is converted or opened: Keras's axis order, how deep Python may
recurse, when garbage is collected. Each is back as it was afterwards."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pt2k_gui.convert import messages

_ORDINARY = 900  # operations behind one another that fit in Python's usual limit, with what is around them


@contextmanager
def image_data_format(data_format: str) -> Iterator[None]:
    """Within the block, new layers take ``"channels_last"`` or ``"channels_first"``; afterwards the old default is back."""
    import keras

    before = keras.config.image_data_format()
    keras.config.set_image_data_format(data_format)
    try:
        yield
    finally:
        keras.config.set_image_data_format(before)


@contextmanager
def recursion_for(operations: int = 100_000) -> Iterator[None]:
    """Within the block, graphs of so many operations in a row can be built or opened."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, operations + 1000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def depth_note(model: Any) -> str:
    """Advice on opening such a model's file elsewhere; "" where none is needed."""
    depth = len(model._nodes_by_depth)
    if depth <= _ORDINARY:
        return ""
    return messages.RECURSION(depth=depth, limit=depth + 1000)


@contextmanager
def collector_held() -> Iterator[None]:
    """Within the block nothing is searched for cycles.

    Building a model only adds objects: every full collection walks through all that were made before and finds nothing,
    so that ten times the nodes took thirteen times the time. Memory without cycles is given back as ever.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
