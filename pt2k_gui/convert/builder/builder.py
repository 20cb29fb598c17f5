"""Tools for an operator's conversion: axis orders on demand, constants as weights, Keras calls with good names.

A function under ``ops/`` gets a ``Build`` and the values of its node's inputs, and gives values back. It never sees
another node, and never calls Keras around ``Build.call`` and ``Build.layer``, so that every layer is named and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import getitem
from typing import Any

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.constants import arranged_constant, constant_key, estimate, fits_layout
from pt2k_gui.convert.builder.dynamic_shapes import Measuring
from pt2k_gui.convert.ir.dtypes import is_float, keras_dtype
from pt2k_gui.convert.ir.layout import (
    Arrangement,
    Layout,
    nearest_order,
    ordered_arrangement,
    plain_layout,
    rearrangement,
    reshaped,
    same_arrangement,
    transposed,
)
from pt2k_gui.convert.ir.symbolic_dims import Dim, broadcast, is_known
from pt2k_gui.convert.ir.values import BroadcastConstant, Constant, ShapeVector, Tensor, Value

# Up to so many numbers of a constant may stand in the model's JSON; more become a layer's weight.
INLINE_FLOATS = 8
INLINE_INTEGERS = 32

# Functions of Keras's that ask each of their arguments for its type (3.15), which a number has not.
_WITHOUT_NUMBERS = (ops.bitwise_and, ops.bitwise_or, ops.bitwise_xor)

Operand = Constant | BroadcastConstant


@dataclass
class Build(Measuring):
    """The state of one conversion as an operator sees it: Keras (``Emitter``), lengths (``Measuring``), axes, constants."""

    _weights: dict[tuple[int, tuple[int, ...], tuple[int, ...]], tuple[Operand, Any]] = field(default_factory=dict)

    # ---- reading constants -------------------------------------------------------------------------------------

    def known(self, value: Value | None, what: str) -> np.ndarray:
        """The numbers of an input that has to be constant; ``what`` is its name in the specification."""
        if isinstance(value, Constant):
            return value.array
        return self.refuse(messages.KNOWN_BEFORE(input=what))

    def integers(self, value: Value | None, what: str) -> tuple[int, ...]:
        """The entries of a constant integer vector."""
        return tuple(int(entry) for entry in self.known(value, what).reshape(-1))

    def lengths(self, value: Value | None, what: str) -> tuple[Dim, ...]:
        """The entries of a vector of lengths, of which some may be symbols."""
        if isinstance(value, ShapeVector):
            return tuple(value.entries.reshape(-1))
        return self.integers(value, what)

    # ---- tensors and their axes --------------------------------------------------------------------------------

    def tensor(
        self, keras_tensor: Any, order: Sequence[int] | None = None, shape: Sequence[Dim] | None = None
    ) -> Tensor:
        """A plain tensor: axis ``i`` of ``keras_tensor`` holds ONNX axis ``order[i]`` (as they are, without ``order``).

        ``shape`` is the shape in ONNX's axes. Leave it out where Keras knows every length; otherwise say it, so that an
        unknown length keeps its symbol.
        """
        rank = len(keras_tensor.shape)
        order = tuple(range(rank)) if order is None else tuple(order)
        if shape is None:
            lengths: list[Dim] = [1] * rank
            for position, axis in enumerate(order):
                length = keras_tensor.shape[position]
                lengths[axis] = self.symbol() if length is None else int(length)
            shape = lengths
        return self.tensor_with_layout(keras_tensor, plain_layout(tuple(shape), order))

    def tensor_with_layout(self, keras_tensor: Any, layout: Layout) -> Tensor:
        """A tensor stored as ``layout`` says; lengths that Keras lost are put back."""
        expected = layout.stored_shape
        actual = tuple(keras_tensor.shape)
        if len(expected) != len(actual) or any(
            have is not None and is_known(want) and have != want for have, want in zip(actual, expected, strict=True)
        ):
            raise AssertionError(f"{self.node.operator} {self.node.name} gave {actual} where {expected} was expected")
        if any(have is None and is_known(want) for have, want in zip(actual, expected, strict=True)):
            keras_tensor = self._reshape(keras_tensor, expected, expected, restore=True)
        result = Tensor(keras_tensor, layout)
        for axis, length in enumerate(expected):
            if not is_known(length):
                self._carriers.setdefault(length, (result, axis))
        return result

    def as_tensor(self, value: Value, dtype: np.dtype | None = None) -> Tensor:
        """Any value as a tensor: a constant becomes a weight, lengths of axes are measured while the model runs."""
        if isinstance(value, Tensor):
            return value
        if isinstance(value, ShapeVector):
            return self._measured(value)
        if isinstance(value, BroadcastConstant):
            return self._spread_tensor(value)
        return self.tensor(self.weight(value), shape=value.shape)

    def plain(self, value: Value) -> Tensor:
        """The value as a tensor each of whose stored axes is one ONNX axis; ``.order`` then tells which is which."""
        tensor = self.as_tensor(value)
        if tensor.layout.order is not None:
            return tensor
        return self.ordered(tensor, nearest_order(tensor.layout))

    def ordered(self, value: Value, order: Sequence[int]) -> Tensor:
        """The value as a plain tensor whose stored axis ``i`` holds ONNX axis ``order[i]``; transposes if it must."""
        tensor = self.as_tensor(value)
        order = tuple(order)
        if tensor.layout.order == order:
            return tensor
        arrangement = ordered_arrangement(tensor.layout, order)
        return Tensor(self.arranged(tensor, arrangement), Layout(arrangement, tensor.layout.onnx, order))

    def onnx_order(self, value: Value) -> Any:
        """The value as a Keras tensor with ONNX's axes."""
        tensor = self.as_tensor(value)
        return self.ordered(tensor, range(tensor.rank)).keras

    def channels_last(self, value: Value) -> Tensor:
        """The value as a plain tensor stored as (batch, space..., channels): what convolution and pooling ask for."""
        tensor = self.as_tensor(value)
        return self.ordered(tensor, (0, *range(2, tensor.rank), 1))

    def arranged(self, tensor: Tensor, arrangement: Arrangement) -> Any:
        """The Keras tensor with its axes stored in another order; made once for each order."""
        if arrangement == tensor.layout.stored:
            return tensor.keras
        if arrangement in tensor.rearranged:
            return tensor.rearranged[arrangement]
        steps = rearrangement(tensor.layout, arrangement)
        result, shape = tensor.keras, tensor.layout.stored_shape
        if steps.blocks is not None and steps.permutation is not None:
            result = self._reshape(result, shape, steps.blocks)
            result = self.call(ops.transpose, result, axes=steps.permutation, name="transpose")
            shape = tuple(steps.blocks[axis] for axis in steps.permutation)
        result = self._reshape(result, shape, steps.shape)
        tensor.rearranged[arrangement] = result
        return result

    # ---- element by element ------------------------------------------------------------------------------------

    def unary(self, function: Callable[..., Any], value: Value, name: str | None = None, **arguments: Any) -> Tensor:
        """``function`` of each element, in whatever order the value is stored."""
        tensor = self.as_tensor(value)
        return self.tensor_with_layout(self.call(function, tensor.keras, name=name, **arguments), tensor.layout)

    def elementwise(self, function: Callable[..., Any], *operands: Value, name: str | None = None) -> Tensor:
        """``function`` of several values, broadcast against each other as ONNX (and numpy) does.

        The largest tensor's axis order is kept; constants are put into that order at no cost, and a smaller tensor is
        transposed where its order differs.
        """
        operands = tuple(self.as_tensor(value) if isinstance(value, ShapeVector) else value for value in operands)
        shape = broadcast(*(tuple(value.shape) for value in operands))
        operands = tuple(
            self.as_tensor(value)
            if isinstance(value, BroadcastConstant) and not self._is_covered(value, operands)
            else value
            for value in operands
        )
        if not any(isinstance(value, Tensor) for value in operands):
            operands = (self.as_tensor(operands[0]), *operands[1:])
        tensors = [value for value in operands if isinstance(value, Tensor)]
        main = max(tensors, key=lambda tensor: (estimate(tensor.shape), tensor.layout.order is not None))
        if not (
            all(tensor.shape == shape and same_arrangement(tensor.layout, main.layout) for tensor in tensors)
            and all(fits_layout(value, main.layout) for value in operands if not isinstance(value, Tensor))
        ):
            main = self.plain(self.lifted(main, len(shape)))
            tensors_arranged = {id(tensor): self._joined(tensor, main, len(shape)) for tensor in tensors}
            layout = main.layout if main.shape == shape else plain_layout(shape, main.order)
        else:
            tensors_arranged = {id(tensor): tensor.keras for tensor in tensors}
            layout = main.layout
        arguments = [
            tensors_arranged[id(value)] if isinstance(value, Tensor) else self.operand(value, layout)  # type: ignore[arg-type]
            for value in operands
        ]
        if function in _WITHOUT_NUMBERS:
            arguments = [
                np.asarray(argument, value.dtype) if isinstance(argument, int) else argument
                for argument, value in zip(arguments, operands, strict=True)
            ]
        result = self.call(function, *arguments, name=name)
        missing = len(layout.stored) - len(result.shape)
        if missing > 0:  # axes of length 1 in front, which no operand brought along
            result = self.call(ops.expand_dims, result, axis=tuple(range(missing)), name="expand_dims")
        return self.tensor_with_layout(result, layout)

    def _is_covered(self, value: BroadcastConstant, operands: tuple[Value, ...]) -> bool:
        others = [tuple(other.shape) for other in operands if isinstance(other, Tensor)]
        return bool(others) and broadcast(tuple(value.array.shape), *others) == broadcast(value.shape, *others)

    def lifted(self, tensor: Tensor, rank: int) -> Tensor:
        """The tensor with axes of length 1 in front, up to ``rank`` axes; no data moves."""
        missing = rank - tensor.rank
        if missing <= 0:
            return tensor
        return Tensor(
            tensor.keras, Layout(tensor.layout.stored, ((),) * missing + tensor.layout.onnx), tensor.rearranged
        )

    def _joined(self, tensor: Tensor, main: Tensor, rank: int) -> Any:
        lifted = self.lifted(tensor, rank)
        arrangement = ordered_arrangement(lifted.layout, main.order)
        while len(arrangement) > len(lifted.layout.stored) and not arrangement[0]:
            arrangement = arrangement[1:]
        return self.arranged(lifted, arrangement)

    def transposed(self, value: Value, permutation: Sequence[int]) -> Tensor:
        """ONNX's Transpose: only the account of the axes changes, no data moves."""
        tensor = self.as_tensor(value)
        return Tensor(tensor.keras, transposed(tensor.layout, permutation), tensor.rearranged)

    def reshaped(self, value: Value, shape: Sequence[Dim]) -> Tensor:
        """ONNX's Reshape to a resolved shape: an account of the axes where factors allow it, else a real reshape."""
        tensor = self.as_tensor(value)
        shape = tuple(shape)
        if shape == tensor.shape:
            return tensor
        layout = reshaped(tensor.layout, shape)
        if layout is not None:
            return Tensor(tensor.keras, layout)
        return self.tensor(self._reshape(self.onnx_order(tensor), tensor.shape, shape), shape=shape)

    # ---- constants as operands and weights ---------------------------------------------------------------------

    def operand(self, value: Operand, layout: Layout) -> Any:
        """A constant, arranged to be combined with a tensor stored as ``layout``: a number, a small array or a weight."""
        array_shape = tuple(value.array.shape) if isinstance(value, BroadcastConstant) else value.shape
        is_parameter = value.is_parameter and self.trainable
        size = int(np.prod(array_shape, dtype=np.int64))
        if size == 1 and not is_parameter:
            return value.array.reshape(()).item()
        if self._may_inline(size, value.dtype, is_parameter):
            return arranged_constant(value.array, layout)
        return self.weight(value, layout)

    def _may_inline(self, size: int, dtype: np.dtype, is_parameter: bool) -> bool:
        return not is_parameter and size <= (INLINE_FLOATS if is_float(dtype) else INLINE_INTEGERS)

    def weight(self, value: Operand, layout: Layout | None = None) -> Any:
        """A constant as a Keras tensor that a layer's weight gives, in ONNX's axes or arranged for ``layout``."""
        key_layout = () if layout is None else constant_key(layout)
        shape = tuple(value.array.shape) if isinstance(value, BroadcastConstant) else value.shape
        key = (id(value), shape, key_layout)
        if key in self._weights:
            return self._weights[key][1]
        array = value.array if layout is None else arranged_constant(value.array, layout)
        if not array.size:
            nothing = self.call(getitem, self._zero_index(), (slice(0, 0),), name="nothing")
            nothing = self.call(ops.cast, nothing, keras_dtype(array.dtype), name="nothing")
            return self.call(ops.reshape, nothing, array.shape, name="nothing")
        table = self._embedding(array, value)
        row = self.layer_call(table, self._zero_index())
        result = self.call(ops.reshape, row, array.shape, name="reshape")
        if not is_float(array.dtype):
            result = self.call(ops.cast, result, keras_dtype(array.dtype), name="cast")
        self._weights[key] = (value, result)
        return result

    def _embedding(self, array: np.ndarray, value: Operand) -> Any:
        """An Embedding of one row that holds ``array``: a table that any backend looks up at no cost."""
        flat = array.reshape(1, -1)
        if not is_float(array.dtype):
            # Keras's PyTorch backend makes variables of floating point only; integers come out by a cast.
            flat = flat.astype(_holding(flat))
        trainable = value.is_parameter and is_float(array.dtype)
        return self.make_layer(
            keras.layers.Embedding,
            weights={"embeddings": flat},
            name=value.name or None,
            suffix="constant",
            trainable=trainable,
            input_dim=1,
            output_dim=flat.shape[1],
            dtype=keras_dtype(flat.dtype),
            embeddings_initializer="zeros",
        )

    # ---- lengths while the model runs --------------------------------------------------------------------------

    def _measured(self, value: ShapeVector) -> Tensor:
        dtype = keras_dtype(value.dtype)
        scalars = [self.measured(entry, dtype) for entry in value.entries.flat]
        if value.rank == 0:
            return self.tensor(scalars[0])
        stacked = self.call(ops.stack, scalars, axis=0, name="shape")
        return self.tensor(self._reshape(stacked, (len(scalars),), value.shape))

    def zeros(self, shape: Sequence[Dim], dtype: str) -> Any:
        """Keras zeros of a shape with unknown lengths; known lengths stay 1, to be broadcast."""
        result = None
        for axis, length in enumerate(shape):
            if is_known(length):
                continue
            line = self.call(ops.cast, self.line(length), dtype, name="zeros")
            line = self.call(ops.reshape, line, tuple(-1 if i == axis else 1 for i in range(len(shape))), name="zeros")
            result = line if result is None else self.call(ops.add, result, line, name="zeros")
        if result is None:
            result = self.call(
                ops.reshape,
                self.call(ops.cast, self._zero_index(), dtype, name="zeros"),
                (1,) * len(shape),
                name="zeros",
            )
        return result

    def _spread_tensor(self, value: BroadcastConstant) -> Tensor:
        unknown = [axis for axis, length in enumerate(value.shape) if not is_known(length)]
        full = np.broadcast_to(value.array, [1 if not is_known(length) else int(length) for length in value.shape])
        is_parameter = self.trainable and value.is_parameter
        if (
            unknown == [0]
            and full.shape == value.array.shape
            and not self._may_inline(full.size, full.dtype, is_parameter)
        ):
            # A class token: one row of an Embedding, looked up once per sample.
            rows = self.layer_call(self._embedding(value.array, value), self.line(value.shape[0]))
            if not is_float(full.dtype):
                rows = self.call(ops.cast, rows, keras_dtype(full.dtype), name="cast")
            return self.tensor(self.call(ops.reshape, rows, (-1, *full.shape[1:]), name="reshape"), shape=value.shape)
        base = BroadcastConstant(value.array, value.shape, value.name, value.is_parameter)
        zeros = self.zeros(value.shape, "int32" if full.dtype == bool else keras_dtype(full.dtype))
        if full.dtype == bool:
            zeros = self.call(ops.cast, zeros, "bool", name="zeros")
        plain = plain_layout(value.array.shape)
        operand = self.operand(base, plain)
        function = ops.logical_or if full.dtype == bool else ops.add
        result = self.call(function, zeros, operand, name="expand")
        expected = tuple(1 if is_known(length) else None for length in value.shape)
        missing = [
            axis
            for axis, length in enumerate(full.shape)
            if length != 1 and value.array.shape[axis] == 1 and expected[axis] == 1
        ]
        for axis in missing:
            result = self.call(ops.repeat, result, full.shape[axis], axis=axis, name="expand")
        return self.tensor(result, shape=value.shape)


def _holding(array: np.ndarray) -> np.dtype:
    """The floating-point type that holds these integers exactly; their own where none does."""
    if array.dtype == bool or not array.size:
        return np.dtype(np.float32)
    largest = max(abs(int(array.min())), abs(int(array.max())))
    return np.dtype(np.float32) if largest <= 2**24 else np.dtype(np.float64) if largest <= 2**53 else array.dtype
