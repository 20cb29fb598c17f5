"""Lengths that are only known while the model runs: measured there, counted through, and reshaped to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import getitem
from typing import Any, NoReturn

import keras
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.emitter import Emitter
from pt2k_gui.convert.ir.symbolic_dims import (
    Atom,
    Dim,
    Quotient,
    SymbolicDim,
    is_known,
    product,
    without_negative_quotients,
)
from pt2k_gui.convert.ir.values import Tensor


@dataclass
class Measuring(Emitter):
    """The part of a conversion that needs the length of an axis as a number that the model computes.

    A functional Keras model knows no shape while it is built and has no free-standing constants. A length is therefore
    measured by a *line*: a vector of zeros that is as long as some axis that has this length.
    """

    _carriers: dict[Dim, tuple[Tensor, int]] = field(default_factory=dict)
    _lines: dict[Dim, Any] = field(default_factory=dict)
    _measures: dict[tuple[Dim, str], Any] = field(default_factory=dict)
    _grids: dict[tuple[Dim, ...], Any] = field(default_factory=dict)
    _fresh: int = 0

    def symbol(self) -> Dim:
        """A fresh symbol for a length that nothing is known of."""
        self._fresh += 1
        return SymbolicDim.symbol(f"unknown_{self._fresh}")

    def computed_length(self, number: Any) -> Dim:
        """A symbol for a length that the model computes: ``number``, a Keras scalar; one below zero counts as none."""
        length = self.symbol()
        self._lines[length] = self._computed_line(number)
        return length

    def _computed_line(self, number: Any) -> Any:
        """A line that is as long as a Keras scalar says."""
        whole = self.call(ops.maximum, self.call(ops.cast, number, "int32", name="length"), 0, name="length")
        whole = self.call(ops.reshape, whole, (1,), name="length")
        # Counting one number of size n gives n + 1 counts: the only operation whose result is as long as a number says.
        counts = self.call(ops.bincount, whole, name="line")
        counts = self.call(getitem, counts, (slice(1, None),), name="line")
        return self.call(ops.zeros_like, counts, dtype="int32", name="line")

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
        elif self._is_made_of_axes(length) or not self.can_measure(length):
            zeros = self._made_line(length)
        else:
            zeros = self._computed_line(self.measured(length, "int32"))
        self._lines[length] = zeros
        return zeros

    def _made_line(self, length: SymbolicDim) -> Any:
        """A line as long as no axis is, from lines of other lengths: only by operations whose shapes tell the length."""
        if len(length.terms) == 1:
            ((atoms, factor),) = length.terms
            parts = [self._atom_line(atom, length) for atom in atoms] if isinstance(factor, int) else self._lost(length)
            return self._product_line([*parts, self.line(factor)] if factor != 1 else parts)
        terms = [
            (SymbolicDim(((atoms, abs(factor)),)) if atoms else abs(factor), factor) for atoms, factor in length.terms
        ]
        less = [part for part, factor in terms if factor < 0 and not isinstance(part, int)]
        if less:
            other = without_negative_quotients(length)
            if isinstance(other, int) or str(other) == str(length) or any(f < 0 for key, f in other.terms if key):
                self._lost(length)
            return self.line(other)
        lines = [self.line(part) for part, factor in terms if factor > 0]
        zeros = self.call(ops.concatenate, lines, axis=0, name="line") if len(lines) > 1 else lines[0]
        cut = sum(part for part, factor in terms if factor < 0 and isinstance(part, int))
        return self.call(getitem, zeros, (slice(cut, None),), name="line") if cut else zeros

    def _product_line(self, lines: Sequence[Any]) -> Any:
        zeros = lines[0]
        for line in lines[1:]:
            rows = self.call(ops.expand_dims, zeros, axis=1, name="line")
            grid = self.call(ops.add, rows, self.call(ops.expand_dims, line, axis=0, name="line"), name="line")
            zeros = self.call(ops.reshape, grid, (-1,), name="line")
        return zeros

    def _atom_line(self, atom: Atom, length: Dim) -> Any:
        dim = SymbolicDim((((atom,), 1),))
        if dim in self._lines or dim in self._carriers:
            return self.line(dim)
        if not isinstance(atom, Quotient) or not isinstance(atom.divisor, int):
            self._lost(length)
        # Each whole group gives one element, at its end.
        step = slice(atom.divisor - 1, None, atom.divisor)
        return self.call(getitem, self.line(atom.dividend), (step,), name="line")

    def has_line(self, length: Dim) -> bool:
        """Whether ``line`` can be made for this length: it is an axis of some tensor, or follows from such ones."""
        return self._is_made_of_axes(length) or self.can_measure(length)

    def can_measure(self, length: Dim) -> bool:
        """Whether ``measured`` can tell this length: each symbol in it is the length of some tensor's axis."""
        if isinstance(length, int) or length in self._lines or length in self._carriers:
            return True
        return all(self._can_measure_atom(atom) for atoms, _ in length.terms for atom in atoms)

    def _can_measure_atom(self, atom: Atom) -> bool:
        dim = SymbolicDim((((atom,), 1),))
        if dim in self._carriers or dim in self._lines:
            return True
        if isinstance(atom, str):
            return False
        parts = (atom.dividend, atom.divisor) if isinstance(atom, Quotient) else (atom.left, atom.right)
        return all(self.can_measure(part) for part in parts)

    def _is_made_of_axes(self, length: Dim) -> bool:
        """Whether shapes alone tell this length, by slices and concatenations of axes."""
        if isinstance(length, int) or length in self._lines or length in self._carriers:
            return True
        if any(factor < 0 for atoms, factor in length.terms if atoms):
            other = without_negative_quotients(length)
            return (
                not isinstance(other, int)
                and not any(factor < 0 for atoms, factor in other.terms if atoms)
                and self._is_made_of_axes(other)
            )
        return all(
            SymbolicDim((((atom,), 1),)) in self._carriers
            or (isinstance(atom, Quotient) and isinstance(atom.divisor, int) and self._is_made_of_axes(atom.dividend))
            for atoms, _ in length.terms
            for atom in atoms
        )

    def _lost(self, length: Dim) -> NoReturn:
        self.refuse(messages.NEEDS_LENGTH(length=length))

    def measured(self, length: Dim, dtype: str = "int64") -> Any:
        """A length, or what arithmetic made of lengths, as a Keras scalar that is computed while the model runs."""
        key = (length, dtype)
        if key not in self._measures:
            self._measures[key] = self._measure(length, dtype)
        return self._measures[key]

    def _measure(self, length: Dim, dtype: str) -> Any:
        if is_known(length):
            zero = self.call(ops.sum, self.call(ops.cast, self._zero_index(), dtype, name="length"), name="length")
            return self.call(ops.add, zero, _number(length), name="length")
        if length in self._carriers or length in self._lines:
            ones = self.call(ops.ones_like, self.line(length), dtype=dtype, name="length")
            return self.call(ops.sum, ones, name="length")
        number = next((factor for atoms, factor in length.terms if not atoms), 0)
        total = None
        for atoms, factor in length.terms:
            if not atoms:
                continue
            term = self._measured_atom(atoms[0], length, dtype)
            for atom in atoms[1:]:
                term = self.call(ops.multiply, term, self._measured_atom(atom, length, dtype), name="length")
            term = self.call(ops.multiply, term, _number(factor), name="length") if factor != 1 else term
            total = term if total is None else self.call(ops.add, total, term, name="length")
        return self.call(ops.add, total, _number(number), name="length") if number else total

    def _measured_atom(self, atom: Atom, length: Dim, dtype: str) -> Any:
        dim = SymbolicDim((((atom,), 1),))
        if dim in self._carriers or dim in self._lines:
            return self.measured(dim, dtype)
        if isinstance(atom, str):
            self._lost(length)
        whole = dtype if dtype.startswith("int") else "int32"
        if isinstance(atom, Quotient):
            function, parts = ops.floor_divide, (atom.dividend, atom.divisor)
        else:
            function, parts = ops.maximum if atom.is_maximum else ops.minimum, (atom.left, atom.right)
        operands = [part if isinstance(part, int) else self.measured(part, whole) for part in parts]
        result = self.call(function, *operands, name="length")
        return result if whole == dtype else self.call(ops.cast, result, dtype, name="length")

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
                self.refuse(messages.NO_INPUT())
            corner = source.keras
            if source.layout.stored:
                corner = self.call(getitem, corner, (slice(0, 1),) * len(source.layout.stored), name="corner")
            if 0 in source.layout.stored_shape:
                flat = self.call(ops.reshape, corner, (0,), name="corner")
                corner = self.call(ops.pad, flat, ((0, 1),), name="corner")
            else:
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


def _number(value: Any) -> Any:
    """A coefficient as a number that Keras takes."""
    return float(value) if isinstance(value, Fraction) else value
