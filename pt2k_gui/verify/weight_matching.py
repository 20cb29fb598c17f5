"""Finds which PyTorch number each number of a Keras weight is, by value alone: a witness that does not ask the converter."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_MOST_AXES = 5  # of a transpose that is tried: 120 orders


@dataclass(frozen=True, eq=False)
class Match:
    """Where the numbers of one Keras weight stand in PyTorch.

    Attributes:
        path: of the Keras weight.
        parts: for each parameter, its name, the flat places in the Keras weight, and those in the parameter.
        missing: how many numbers have no counterpart of the same value.
    """

    path: str
    parts: tuple[tuple[str, np.ndarray, np.ndarray], ...]
    missing: int


def match(parameters: Mapping[str, np.ndarray], weights: Sequence[tuple[str, np.ndarray]]) -> tuple[Match, ...]:
    """One match for each Keras weight.

    A weight that is a parameter in other axes is found as a whole. What is joined, cut or reordered (the gates of a
    recurrent layer, the rows of a Dense kernel behind a Flatten) is found number by number; numbers of which a parameter
    holds several alike can't be told apart there and stay out.

    Args:
        parameters: float32 arrays by PyTorch's names.
        weights: (path, float32 array) of Keras.
    """
    free = dict(parameters)
    found: dict[int, Match] = {}
    for number, (path, weight) in enumerate(weights):
        whole = _as_a_whole(path, weight, free)
        if whole is not None:
            name, places = whole
            del free[name]
            found[number] = Match(path, ((name, _numbers(weight.size), places),), 0)
    for number, (path, weight) in enumerate(weights):
        if number not in found:
            found[number] = _by_number(path, weight, free)
    return tuple(found[number] for number in range(len(weights)))


def _numbers(count: int) -> np.ndarray:
    import numpy as np

    return np.arange(count)


def _likeness(path: str, name: str) -> int:
    """How many characters a Keras path and a PyTorch name share at their start."""
    ours, theirs = path.replace("/", "_"), name.replace(".", "_")
    return next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))


def _as_a_whole(path: str, weight: np.ndarray, free: Mapping[str, np.ndarray]) -> tuple[str, np.ndarray] | None:
    """The parameter that the weight is in other axes, and for each number of the weight its flat place there."""
    import numpy as np

    sizes = sorted(size for size in weight.shape if size != 1)
    same = [n for n, p in free.items() if sorted(size for size in p.shape if size != 1) == sizes]
    flat = weight.squeeze()
    if flat.ndim > _MOST_AXES:
        return None
    for name in sorted(same, key=lambda name: -_likeness(path, name)):
        parameter = free[name].squeeze()
        for order in itertools.permutations(range(parameter.ndim)):
            turned = parameter.transpose(order)
            if turned.shape == flat.shape and np.array_equal(turned, flat):
                return name, np.arange(parameter.size).reshape(parameter.shape).transpose(order).ravel()
    return None


def _by_number(path: str, weight: np.ndarray, free: Mapping[str, np.ndarray]) -> Match:
    import numpy as np

    if not free:
        return Match(path, (), weight.size)
    names = list(free)
    values = np.concatenate([free[name].ravel() for name in names])
    owner = np.repeat(np.arange(len(names)), [free[name].size for name in names])
    place = np.concatenate([np.arange(free[name].size) for name in names])
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    wanted = weight.ravel()
    first, last = np.searchsorted(ordered, wanted, "left"), np.searchsorted(ordered, wanted, "right")
    alone = np.flatnonzero(last - first == 1)
    found = order[first[alone]]
    owners = np.unique(owner[found])
    parts = [(names[number], alone[owner[found] == number], place[found[owner[found] == number]]) for number in owners]
    return Match(path, tuple(parts), int((last == first).sum()))
