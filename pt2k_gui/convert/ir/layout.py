"""The algebra of axis orders: how the axes of an ONNX tensor lie in the tensor that really stores it; pure bookkeeping.

A tensor is stored with some axes; the ONNX graph speaks of other axes. Both are made of the same *factors*, each a
length. A stored axis is a run of factors (row-major), and so is an ONNX axis; a run without factors is an axis of
length 1. Transpose, Reshape, Squeeze and Unsqueeze then only change how the ONNX axes are made of factors and move no
data, until an operator asks for a particular arrangement.

Example: a channels-last image stored as (batch, height, width, channels) and seen by ONNX as (batch, channels, height,
width) has the factors b, h, w, c; stored is ((b), (h), (w), (c)), onnx is ((b), (c), (h), (w)). Flattened by ONNX to
(batch, channels * height * width) the stored axes stay, and onnx becomes ((b), (c, h, w)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pt2k_gui.convert.ir.symbolic_dims import Dim, divide_exactly, is_known, product


@dataclass(frozen=True, eq=False)
class Factor:
    """A length that lies together; compared by identity, since two axes of one length are not the same axis."""

    size: Dim

    def __repr__(self) -> str:
        return f"{self.size}"


Run = tuple[Factor, ...]
Arrangement = tuple[Run, ...]


@dataclass(frozen=True)
class Rearrangement:
    """Steps that bring stored data into another arrangement: reshape, transpose, reshape; None where not needed.

    Attributes:
        blocks: the shape before the transpose.
        permutation: the transpose: axis ``i`` of the result is axis ``permutation[i]`` of the blocks.
        shape: the shape in the end.
    """

    blocks: tuple[Dim, ...] | None
    permutation: tuple[int, ...] | None
    shape: tuple[Dim, ...]


@dataclass(frozen=True)
class Layout:
    """How a stored tensor's axes and ONNX's axes are made of the same factors.

    Attributes:
        stored: one run of factors per axis of the stored tensor.
        onnx: one run of factors per axis that ONNX sees.
        chosen: the order that was asked for. Axes of length 1 hold no factors, so that they look alike; where there are
            several, only this says which is which (the channel of an image with one channel and one row).
    """

    stored: Arrangement
    onnx: Arrangement
    chosen: tuple[int, ...] | None = field(default=None, compare=False)

    @property
    def shape(self) -> tuple[Dim, ...]:
        """The shape that ONNX sees."""
        return tuple(run_size(run) for run in self.onnx)

    @property
    def stored_shape(self) -> tuple[Dim, ...]:
        """The lengths in the order in which Keras holds the axes."""
        return tuple(run_size(run) for run in self.stored)

    @property
    def order(self) -> tuple[int, ...] | None:
        """Stored axis ``i`` holds ONNX axis ``order[i]``; None unless each stored axis is exactly one ONNX axis."""
        if self.chosen is not None:
            return self.chosen
        if len(self.stored) != len(self.onnx):
            return None
        positions = {run: axis for axis, run in enumerate(self.onnx) if run}
        units = iter([axis for axis, run in enumerate(self.onnx) if not run])
        order = []
        for run in self.stored:
            axis = positions.get(run) if run else next(units, None)
            if axis is None:
                return None
            order.append(axis)
        return tuple(order)


def run_size(run: Run) -> Dim:
    """How many numbers a run of axes holds."""
    return product([factor.size for factor in run])


def flat(arrangement: Arrangement) -> Run:
    """The axes of an arrangement in one row."""
    return tuple(factor for run in arrangement for factor in run)


def plain_layout(shape: Sequence[Dim], order: Sequence[int] | None = None) -> Layout:
    """A fresh layout of an ONNX shape whose axes are stored in ``order`` (as they are, without one)."""
    onnx = tuple((Factor(size),) if size != 1 else () for size in shape)
    chosen = tuple(order) if order is not None else tuple(range(len(onnx)))
    return Layout(tuple(onnx[axis] for axis in chosen), onnx, chosen)


def transposed(layout: Layout, permutation: Sequence[int]) -> Layout:
    """ONNX's Transpose: axis ``i`` of the result is axis ``permutation[i]``. No data moves."""
    return Layout(layout.stored, tuple(layout.onnx[axis] for axis in permutation))


def reshaped(layout: Layout, shape: Sequence[Dim]) -> Layout | None:
    """ONNX's Reshape to a fully resolved shape, where factors can be split to express it; else None.

    (6, 4) to (2, 12) can: 6 splits into 2 and 3. (6, 4) to (8, 3) can't.
    """
    if any(size == 0 for size in (*shape, *layout.shape)):
        return None
    waiting = list(reversed(flat(layout.onnx)))
    replaced: dict[Factor, Run] = {}
    onnx: list[Run] = []
    for size in shape:
        run: list[Factor] = []
        missing: Dim = size
        while missing != 1:
            if not waiting:
                return None
            factor = waiting.pop()
            rest = divide_exactly(missing, factor.size)
            if rest is not None:
                run.append(factor)
                missing = rest
                continue
            rest = divide_exactly(factor.size, missing)
            if rest is None:
                return None
            head, tail = Factor(missing), Factor(rest)
            replaced[factor] = (head, tail)
            run.append(head)
            waiting.append(tail)
            missing = 1
        onnx.append(tuple(run))
    if waiting:
        return None

    def settled(factor: Factor) -> Run:
        parts = replaced.get(factor)
        return (factor,) if parts is None else tuple(part for piece in parts for part in settled(piece))

    stored = tuple(tuple(part for factor in run for part in settled(factor)) for run in layout.stored)
    return Layout(stored, tuple(tuple(part for factor in run for part in settled(factor)) for run in onnx))


def rearrangement(layout: Layout, wanted: Arrangement) -> Rearrangement:
    """The steps from the stored arrangement to ``wanted``, which holds the same factors.

    Factors that stay neighbours are moved as one block, and no transpose is asked for where only axes of length 1 move.
    """
    before, after = flat(layout.stored), flat(wanted)
    shape = tuple(run_size(run) for run in wanted)
    if before == after:
        return Rearrangement(None, None, shape)
    position = {factor: index for index, factor in enumerate(after)}
    blocks = _blocks(before, position, frozenset())
    if sum(not is_known(run_size(tuple(block))) for block in blocks) > 1:
        # Keras reshapes to one unknown length at most; as they are stored, the axes need no reshape.
        blocks = _blocks(before, position, frozenset(run[0] for run in layout.stored if run))
    ranked = sorted(range(len(blocks)), key=lambda index: position[blocks[index][0]])
    return Rearrangement(tuple(run_size(tuple(block)) for block in blocks), tuple(ranked), shape)


def _blocks(before: Run, position: dict[Factor, int], starts: frozenset[Factor]) -> list[list[Factor]]:
    """Factors that lie together before and after, in runs; each of ``starts`` begins a run."""
    blocks: list[list[Factor]] = []
    for factor in before:
        if blocks and factor not in starts and position[factor] == position[blocks[-1][-1]] + 1:
            blocks[-1].append(factor)
        else:
            blocks.append([factor])
    return blocks


def ordered_arrangement(layout: Layout, order: Sequence[int]) -> Arrangement:
    """The arrangement in which stored axis ``i`` is ONNX axis ``order[i]``."""
    return tuple(layout.onnx[axis] for axis in order)


def nearest_order(layout: Layout) -> tuple[int, ...]:
    """The order of whole ONNX axes that is closest to how the data lies: each axis goes where its first factor is."""
    if layout.order is not None:
        return layout.order
    position = {factor: index for index, factor in enumerate(flat(layout.stored))}
    placed = sorted(
        (axis for axis, run in enumerate(layout.onnx) if run), key=lambda axis: position[layout.onnx[axis][0]]
    )
    for axis, run in enumerate(layout.onnx):
        if not run:
            placed.insert(placed.index(axis - 1) + 1 if axis else 0, axis)
    return tuple(placed)


def same_arrangement(left: Layout, right: Layout) -> bool:
    """Whether two tensors of one ONNX shape lie in the same way, so that they can be combined element by element."""
    if len(left.stored) != len(right.stored) or len(left.onnx) != len(right.onnx):
        return False
    match: dict[Factor, Factor] = {}
    for mine, theirs in zip((*left.stored, *left.onnx), (*right.stored, *right.onnx), strict=True):
        if len(mine) != len(theirs):
            return False
        for a, b in zip(mine, theirs, strict=True):
            if a.size != b.size or match.setdefault(a, b) is not b:
                return False
    return True
