"""Lets Keras follow deep graphs: it goes from output to input by recursion, and Python stops that at 1,000 calls."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ORDINARY = 900  # operations behind one another that fit in Python's usual limit, with what is around them


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
    """What has to be done before such a model's file is opened elsewhere; "" where nothing has."""
    depth = len(model._nodes_by_depth)
    if depth <= _ORDINARY:
        return ""
    return (
        f"The model is {depth:,} operations deep, more than Keras can follow by default: before it is opened elsewhere, "
        f"call sys.setrecursionlimit({depth + 1000})."
    )
