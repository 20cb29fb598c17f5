"""The kinds of value that flow along the edges of a graph while it is converted; they know no operator.

``Constant``       known now: a numpy array.
``Tensor``         known when the model runs: a Keras tensor, and how ONNX's axes lie in it.
``ShapeVector``    integers of which some are known and some are lengths of axes: what ``Shape`` yields and what integer
                   arithmetic makes of it.
``BroadcastConstant``         a constant repeated along axes of unknown length: what ``Expand`` of a constant to the batch yields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pt2k_gui.convert.ir.layout import Arrangement, Layout
from pt2k_gui.convert.ir.symbolic_dims import Dim, broadcast, is_known


class Constant:
    """An array that is known at conversion; read from the file only when it is needed.

    Attributes:
        shape, dtype: known without reading.
        name: the initializer's name, such as ``"encoder.pos_embedding"``; empty for what was computed.
        learned: whether it is a floating-point initializer of the file (or only a reshaped, transposed or cast one), so
            that a trainable twin has to keep it as a weight.
    """

    def __init__(
        self,
        array: np.ndarray | Callable[[], np.ndarray],
        *,
        shape: tuple[int, ...] | None = None,
        dtype: np.dtype | None = None,
        name: str = "",
        is_parameter: bool = False,
    ) -> None:
        if isinstance(array, np.ndarray):
            shape, dtype = array.shape, array.dtype
        if shape is None or dtype is None:
            raise TypeError("a constant that is read later must say its shape and dtype")
        self._array = array
        self.shape = shape
        self.dtype = dtype
        self.name = name
        self.is_parameter = is_parameter

    @property
    def array(self) -> np.ndarray:
        """The numbers. A large one is read anew each time, so that the file's weights are not held twice in memory."""
        return self._array if isinstance(self._array, np.ndarray) else self._array()

    @property
    def rank(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return int(np.prod(self.shape, dtype=np.int64))

    def __repr__(self) -> str:
        return f"Constant({self.dtype}{list(self.shape)}{' ' + self.name if self.name else ''})"


@dataclass(frozen=True, eq=False)
class Tensor:
    """A value that the Keras model computes.

    Attributes:
        keras: the Keras tensor, with the axes of ``layout.stored``.
        layout: how ONNX's axes lie in it.
        rearranged: the same value in other arrangements, so that none is made twice.
    """

    keras: Any
    layout: Layout
    rearranged: dict[Arrangement, Any] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[Dim, ...]:
        """The shape in ONNX's axes; an unknown length is a ``Size``."""
        return self.layout.shape

    @property
    def rank(self) -> int:
        """How many axes it has."""
        return len(self.layout.onnx)

    @property
    def dtype(self) -> np.dtype:
        """The type of its numbers, as numpy names it."""
        from pt2k_gui.convert.ir.dtypes import numpy_dtype

        return numpy_dtype(self.keras.dtype)

    @property
    def order(self) -> tuple[int, ...]:
        """Stored axis ``i`` holds ONNX axis ``order[i]``. Only for a plain tensor (see ``Build.plain``)."""
        order = self.layout.order
        if order is None:
            raise AssertionError("ask Build.plain for the tensor before its axis order")
        return order

    def stored_axis(self, axis: int) -> int:
        """Where ONNX axis ``axis`` (negative counts from the end) is stored. Only for a plain tensor."""
        return self.order.index(axis % self.rank)


@dataclass(frozen=True, eq=False)
class ShapeVector:
    """An integer array (usually a vector: a shape) whose entries are numbers or lengths of axes.

    Attributes:
        entries: numpy array of objects, each an ``int`` or a ``Size``.
        dtype: the element type that ONNX gives it.
    """

    entries: np.ndarray
    dtype: np.dtype = field(default_factory=lambda: np.dtype(np.int64))

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its own axes: most often one."""
        return self.entries.shape

    @property
    def rank(self) -> int:
        """How many axes it has: most often one."""
        return self.entries.ndim


@dataclass(frozen=True, eq=False)
class BroadcastConstant:
    """A constant broadcast to a shape of which some lengths are unknown.

    Attributes:
        array: broadcasts to ``shape``: has the same rank, and length 1 where ``shape`` is unknown.
        shape: the shape in ONNX's axes.
        name: the initializer's name, where it is one.
        learned: as in ``Constant``.
    """

    array: np.ndarray
    shape: tuple[Dim, ...]
    name: str = ""
    is_parameter: bool = False

    @property
    def dtype(self) -> np.dtype:
        """The type of its numbers."""
        return self.array.dtype

    @property
    def rank(self) -> int:
        """How many axes it has, once it is broadcast."""
        return len(self.shape)


Value = Constant | Tensor | ShapeVector | BroadcastConstant


def partly_known(entries: np.ndarray, dtype: np.dtype | None = None) -> Constant | ShapeVector:
    """A ``Constant`` where every entry is a number, else ``ShapeVector``."""
    dtype = np.dtype(np.int64) if dtype is None else dtype
    if all(is_known(entry) for entry in entries.flat):
        return Constant(entries.astype(dtype))
    return ShapeVector(entries, dtype)


def spread(
    array: np.ndarray, shape: tuple[Dim, ...], *, name: str = "", is_parameter: bool = False
) -> Constant | BroadcastConstant:
    """``array`` broadcast against ``shape`` (as ONNX's Expand does): a ``Constant`` where every length is known."""
    full = broadcast(tuple(array.shape), shape)
    array = array.reshape((1,) * (len(full) - array.ndim) + array.shape)
    if all(is_known(size) for size in full):
        return Constant(
            np.broadcast_to(array, [int(size) for size in full if is_known(size)]), name=name, is_parameter=is_parameter
        )
    return BroadcastConstant(array, full, name=name, is_parameter=is_parameter)
