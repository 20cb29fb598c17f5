"""Lengths that are only known while the model runs: measured there, counted through, and reshaped to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import getitem
from typing import Any, NoReturn

import keras
from keras import ops

from pt2k_gui.convert.builder.emitter import Emitter
from pt2k_gui.convert.ir.symbolic_dims import Dim, SymbolicDim, is_known, product
from pt2k_gui.convert.ir.values import Tensor


@dataclass
class Measuring(Emitter):
    """What of a conversion needs the length of an axis as a number that the model computes.

    A functional Keras model knows no shape while it is built and has no free-standing constants. A length is therefore
    measured by a *line*: a vector of zeros that is as long as some axis that has this length.
    """

    _carriers: dict[Dim, tuple[Tensor, int]] = field(default_factory=dict)
    _lines: dict[Dim, Any] = field(default_factory=dict)
    _measures: dict[tuple[Dim, str], Any] = field(default_factory=dict)
    _grids: dict[tuple[Dim, ...], Any] = field(default_factory=dict)

    def line(self, length: Dim) -> Any:
        """A Keras vector of int32 zeros that is ``length`` long, whatever that turns out to be."""
        if length in self._lines:
            return self._lines[length]
        if isinstance(length, int):
            zeros = self.call(ops.repeat, self._zero_index(), length, axis=0, name="line")
        elif length in self._carriers:
            tensor, axis = self._carriers[length]
            index = tuple(slice(None) if i == axis else slice(0, 1) for i in range(len(tensor.layout.stored)))
            edge = tensor.keras if len(index) == 1 else self.call(getitem, tensor.keras, index, name="edge")
            edge = self.call(ops.reshape, edge, (-1,), name="edge")
            zeros = self.call(ops.zeros_like, edge, dtype="int32", name="line")
        elif len(length.terms) == 1:
            ((symbols, factor),) = length.terms
            zeros = self.line(
                SymbolicDim.symbol(symbols[0]) if symbols and len(symbols) + (factor != 1) > 1 else self._lost(length)
            )
            factors: list[Dim] = [SymbolicDim.symbol(symbol) for symbol in symbols[1:]] + (
                [factor] if factor != 1 else []
            )
            for part in factors:
                grid = self.call(
                    ops.add,
                    self.call(ops.expand_dims, zeros, axis=1, name="line"),
                    self.call(ops.expand_dims, self.line(part), axis=0, name="line"),
                    name="line",
                )
                zeros = self.call(ops.reshape, grid, (-1,), name="line")
        else:
            positive = [
                SymbolicDim(((names, factor),)) if names else factor for names, factor in length.terms if factor > 0
            ]
            negative = [
                SymbolicDim(((names, -factor),)) if names else -factor for names, factor in length.terms if factor < 0
            ]
            zeros = (
                self.call(ops.concatenate, [self.line(part) for part in positive], axis=0, name="line")
                if len(positive) > 1
                else self.line(positive[0])
            )
            for part in negative:
                if not isinstance(part, int):
                    self._lost(length)
                zeros = self.call(getitem, zeros, (slice(part, None),), name="line")
        self._lines[length] = zeros
        return zeros

    def _lost(self, length: Dim) -> NoReturn:
        self.refuse(f"it needs the length {length} while the model runs, which no tensor has")

    def measured(self, length: Dim, dtype: str = "int64") -> Any:
        """A length, or what arithmetic made of lengths, as a Keras scalar that is computed while the model runs."""
        key = (length, dtype)
        if key not in self._measures:
            self._measures[key] = self._measure(length, dtype)
        return self._measures[key]

    def _measure(self, length: Dim, dtype: str) -> Any:
        if isinstance(length, int):
            zero = self.call(ops.sum, self.call(ops.cast, self._zero_index(), dtype, name="length"), name="length")
            return self.call(ops.add, zero, length, name="length")
        names = length.terms[-1][0]
        if length in self._carriers or length == SymbolicDim.symbol(names[0]):
            ones = self.call(ops.ones_like, self.line(length), dtype=dtype, name="length")
            return self.call(ops.sum, ones, name="length")
        number = next((factor for names, factor in length.terms if not names), 0)
        total = None
        for names, factor in length.terms:
            if not names:
                continue
            term = self.measured(SymbolicDim.symbol(names[0]), dtype)
            for name in names[1:]:
                term = self.call(ops.multiply, term, self.measured(SymbolicDim.symbol(name), dtype), name="length")
            term = self.call(ops.multiply, term, factor, name="length") if factor != 1 else term
            total = term if total is None else self.call(ops.add, total, term, name="length")
        return self.call(ops.add, total, number, name="length") if number else total

    def counted(self, length: Dim, dtype: str = "int32") -> Any:
        """The numbers 0, 1, 2 ... as a Keras vector that is ``length`` long."""
        ones = self.call(ops.ones_like, self.line(length), dtype=dtype, name="ones")
        return self.call(ops.subtract, self.call(ops.cumsum, ones, axis=0, name="count"), 1, name="positions")

    def _zero_index(self) -> Any:
        """An index vector [0], made from the model's first input (a functional model has no free-standing constants)."""
        if 1 not in self._lines:
            source = next(iter(self.values.values()))
            for candidate in self.values.values():
                if isinstance(candidate, Tensor):
                    source = candidate
                    break
            if not isinstance(source, Tensor):
                self.refuse("the model has no input")
            corner = source.keras
            if source.layout.stored:
                corner = self.call(getitem, corner, (slice(0, 1),) * len(source.layout.stored), name="corner")
            corner = self.call(ops.reshape, corner, (1,), name="corner")
            self._lines[1] = self.call(ops.zeros_like, corner, dtype="int32", name="zero_index")
        return self._lines[1]

    def _reshape(self, keras_tensor: Any, before: Sequence[Dim], after: Sequence[Dim], restore: bool = False) -> Any:
        if tuple(before) == tuple(after) and not restore:
            return keras_tensor
        unknown = [axis for axis, length in enumerate(after) if not is_known(length)]
        target = tuple(-1 if not is_known(length) else length for length in after)
        if len(unknown) <= 1:
            return self.call(ops.reshape, keras_tensor, target, name="reshape")
        if len(unknown) == 2 and unknown[0] == 0 and before[0] == after[0]:
            return self.layer(keras.layers.Reshape, keras_tensor, target_shape=target[1:], suffix="reshape")
        if restore:
            return keras_tensor
        without = [length for length in before if length != 1]
        if without == [length for length in after if length != 1]:
            ones = tuple(axis for axis, length in enumerate(before) if length == 1)
            result = self.call(ops.squeeze, keras_tensor, axis=ones, name="squeeze") if ones else keras_tensor
            new = tuple(axis for axis, length in enumerate(after) if length == 1)
            return self.call(ops.expand_dims, result, axis=new, name="expand_dims") if new else result
        return self._by_index(keras_tensor, after, unknown[-1] + 1)

    def _by_index(self, keras_tensor: Any, after: Sequence[Dim], count: int) -> Any:
        """A reshape with several unknown lengths, all of them among the first ``count`` axes of the result.

        Keras reshapes to one unknown length: to rows of the axes behind. A grid of row numbers then picks them.
        """
        rows = self.call(ops.reshape, keras_tensor, (-1, *after[count:]), name="reshape")
        return self.call(ops.take, rows, self._grid(tuple(after[:count])), axis=0, name="reshape")

    def _grid(self, shape: tuple[Dim, ...]) -> Any:
        """The numbers from 0 on in an array of this shape, the last axis fastest."""
        if shape in self._grids:
            return self._grids[shape]
        grid = None
        for axis, length in enumerate(shape):
            if length == 1:
                continue
            part = self.counted(length)
            stride = product(shape[axis + 1 :])
            if stride != 1:
                step = stride if isinstance(stride, int) else self.measured(stride, "int32")
                part = self.call(ops.multiply, part, step, name="stride")
            target = tuple(-1 if place == axis else 1 for place in range(len(shape)))
            part = self.call(ops.reshape, part, target, name="rows")
            grid = part if grid is None else self.call(ops.add, grid, part, name="rows")
        self._grids[shape] = grid
        return grid
