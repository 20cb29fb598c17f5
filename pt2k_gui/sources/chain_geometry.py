"""Finds the size of the image, and paddings, strides and poolings of a chain of convolutions, under which what comes out has as
many places as the linear layer behind it takes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SIZES = {
    1: (128, 64, 256, 100, 1024, 32, 512, 28, 16000),
    2: (32, 28, 64, 224, 128, 96, 84, 48, 16),
    3: (16, 32, 64, 8),
}
_BY_CHANNELS = {1: (28, 32, 64, 224, 128), 3: (32, 224, 64, 128, 96, 28, 48), 4: (84, 64, 32, 224, 28)}
_MOST_FREE = 8  # convolutions whose poolings are tried one by one


@dataclass(frozen=True)
class Geometry:
    """Args:
    image: the side of the square image (or the length of the sequence).
    paddings, strides, pooled: of each convolution; whether a pooling by two follows it.
    """

    image: int
    paddings: tuple[int, ...]
    strides: tuple[int, ...]
    pooled: tuple[bool, ...]


def find_geometry(
    kernels: Sequence[int], axes: int, channels: int, side: int, gaps: Sequence[int | None]
) -> Geometry | None:
    """The likeliest geometry; None where none of those that are common gives this side.

    Args:
        kernels: each convolution's kernel, in places of one axis.
        axes: spatial axes.
        channels: of the image.
        side: places of one axis that come out of the last pooling.
        gaps: how many layers without weights stand behind each convolution, where the tensors' names tell: behind the last
            one, flattening among them.
    """
    sizes = _BY_CHANNELS.get(channels, _SIZES[2]) if axes == 2 else _SIZES[axes]
    best: tuple[int, int, int, int] | None = None
    found: Geometry | None = None
    for manner, (paddings, strides) in enumerate(_manners(kernels)):
        for order, pooled in enumerate(_poolings(len(kernels))):
            wrong = _contradictions(pooled, gaps)
            for rank, size in enumerate(sizes):
                if _side_of(size, kernels, paddings, strides, pooled) != side:
                    continue
                quality = (wrong, manner, rank, order)
                if best is None or quality < best:
                    best, found = quality, Geometry(size, paddings, strides, pooled)
    return found


def _manners(kernels: Sequence[int]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Paddings and strides as people choose them: size kept, none, halving by even kernels, large strides of large kernels."""
    ones = tuple(1 for _ in kernels)
    none = tuple(0 for _ in kernels)
    yield tuple(kernel // 2 for kernel in kernels), ones
    yield none, ones
    even = tuple(2 if kernel % 2 == 0 else 1 for kernel in kernels)
    if set(even) != {1}:
        yield tuple(kernel // 2 - 1 if kernel % 2 == 0 else kernel // 2 for kernel in kernels), even
        yield none, tuple(max(kernel // 2, 1) if kernel % 2 == 0 else 1 for kernel in kernels)
    yield tuple(kernel // 2 for kernel in kernels), tuple(2 if kernel > 1 else 1 for kernel in kernels)


def _poolings(count: int) -> Iterator[tuple[bool, ...]]:
    """Where poolings stand: behind the last ones first, then anywhere."""
    seen = set()
    for last in range(count + 1):
        ends = tuple(place >= count - last for place in range(count))
        seen.add(ends)
        yield ends
    if count <= _MOST_FREE:
        yield from (ways for ways in itertools.product((True, False), repeat=count) if ways not in seen)


def _contradictions(pooled: Sequence[bool], gaps: Sequence[int | None]) -> int:
    """How often a pooling does not agree with the number of layers that stand there: an activation is one of them."""
    wrong = 0
    for place, (is_pooled, gap) in enumerate(zip(pooled, gaps, strict=True)):
        if gap is not None:
            room = gap - (2 if place == len(gaps) - 1 else 1)
            wrong += (is_pooled and room < 1) or (not is_pooled and room == 1)
    return wrong


def _side_of(
    size: int, kernels: Sequence[int], paddings: Sequence[int], strides: Sequence[int], pooled: Sequence[bool]
) -> int:
    for kernel, padding, stride, is_pooled in zip(kernels, paddings, strides, pooled, strict=True):
        size = (size + 2 * padding - kernel) // stride + 1
        size = size // 2 if is_pooled else size
        if size < 1:
            return 0
    return size
