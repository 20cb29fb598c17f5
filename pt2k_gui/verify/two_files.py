"""Two model files on the same random inputs, each opened by itself: no PyTorch model has to be at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.difference import largest_difference, magnitude
from pt2k_gui.problem import Problem
from pt2k_gui.verify import messages
from pt2k_gui.verify.runners import OnnxRuntimeRunner, compiled, load_keras

if TYPE_CHECKING:
    import numpy as np

Shape = tuple[int | None, ...]
SAMPLES = 4
_FREE = 16  # the length of an axis of no fixed length that is not the first


@dataclass(frozen=True)
class OutputDifference:
    """One output of both files: its shape, the largest difference, and that over the output's magnitude."""

    number: int
    shape: tuple[int, ...]
    max_abs: float
    max_rel: float


@dataclass(frozen=True)
class _Opened:
    inputs: tuple[tuple[Shape, str], ...]
    run: Callable[[Sequence[np.ndarray]], list[np.ndarray]]


def compare_outputs(left: str, right: str, seed: int = 0) -> tuple[OutputDifference, ...]:
    """Run both files on the same random inputs, of the shapes that the left one takes.

    Raises:
        Problem: a file can't be opened or run, or the two don't take the same inputs or give the same outputs.
    """
    import numpy as np

    one, other = _open(left), _open(right)
    if len(one.inputs) != len(other.inputs):
        raise Problem(messages.OTHER_INPUTS(one=len(one.inputs), other=len(other.inputs)), hint=messages.CHOOSE_TWO())
    generator = np.random.default_rng(seed)
    batch, turned = [], []
    for (shape, dtype), (theirs, _) in zip(one.inputs, other.inputs, strict=True):
        order = order_between(shape, theirs)
        if order is None:
            raise Problem(messages.OTHER_SHAPES(one=_text(shape), other=_text(theirs)), hint=messages.CHOOSE_TWO())
        sizes = _sizes(shape, tuple(theirs[place] for place in np.argsort(order)) if order else theirs)
        array = generator.standard_normal(sizes).astype(dtype) if np.dtype(dtype).kind == "f" else np.ones(sizes, dtype)
        batch.append(array)
        turned.append(np.ascontiguousarray(array.transpose(order)) if order else array)
    first, second = one.run(batch), other.run(turned)
    if len(first) != len(second):
        raise Problem(messages.OTHER_OUTPUTS(one=len(first), other=len(second)), hint=messages.CHOOSE_TWO())
    found = []
    for number, (a, b) in enumerate(zip(first, second, strict=True)):
        order = order_between(b.shape, a.shape)
        if order is None:
            raise Problem(messages.OTHER_SHAPES(one=_text(a.shape), other=_text(b.shape)), hint=messages.CHOOSE_TWO())
        b = b.transpose(order) if order else b
        largest, scale = largest_difference(b, a), magnitude(a)
        found.append(OutputDifference(number, a.shape, largest, largest / scale if scale else float(bool(largest))))
    return tuple(found)


def order_between(one: Sequence[int | None], other: Sequence[int | None]) -> tuple[int, ...] | None:
    """How to transpose what has the one shape to the other: not at all (empty), with the channels moved to the end or to
    the front; None where neither fits."""
    count = len(one)
    orders: list[tuple[int, ...]] = [()]
    if count > 2:
        orders += [(0, *range(2, count), 1), (0, count - 1, *range(1, count - 1))]
    for order in orders:
        turned = [one[place] for place in order] if order else list(one)
        if len(turned) == len(other) and all(
            a == b or a is None or b is None for a, b in zip(turned, other, strict=True)
        ):
            return order
    return None


def _sizes(shape: Shape, other: Shape) -> tuple[int, ...]:
    """Sizes that both files take."""
    return tuple(
        a if a is not None else b if b is not None else (SAMPLES if axis == 0 else _FREE)
        for axis, (a, b) in enumerate(zip(shape, other, strict=True))
    )


def _text(shape: Sequence[int | None]) -> str:
    return " × ".join("?" if size is None else str(size) for size in shape)


def _open(path: str) -> _Opened:
    ending = Path(path).suffix.lower()
    return {".onnx": _open_onnx, ".keras": _open_keras, ".tflite": _open_tflite}[ending](path)


def _open_onnx(path: str) -> _Opened:
    import onnx

    runner = OnnxRuntimeRunner(path)
    runner.open()
    inputs = tuple(
        (
            tuple(size if isinstance(size, int) else None for size in value.shape),
            str(onnx.helper.tensor_dtype_to_np_dtype(_ELEMENTS.get(value.type, onnx.TensorProto.FLOAT))),
        )
        for value in runner._session.get_inputs()
    )
    return _Opened(inputs, runner.run)


_ELEMENTS = {"tensor(float)": 1, "tensor(int32)": 6, "tensor(int64)": 7, "tensor(bool)": 9, "tensor(float16)": 10,
             "tensor(double)": 11, "tensor(uint8)": 2}  # fmt: skip


def _open_keras(path: str) -> _Opened:
    """Inputs and outputs in the axes of the Keras model itself."""
    model = load_keras(path)
    inputs = tuple((tuple(tensor.shape), str(tensor.dtype)) for tensor in model.inputs)
    call = compiled(model)
    return _Opened(inputs, lambda batch: call(list(batch)))


def _open_tflite(path: str) -> _Opened:
    import tensorflow as tf

    interpreter: Any = tf.lite.Interpreter(model_path=path)
    given = interpreter.get_input_details()
    inputs = tuple(
        (tuple(None if size < 0 else int(size) for size in entry["shape_signature"]), str(entry["dtype"].__name__))
        for entry in given
    )

    def run(batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        for entry, array in zip(given, batch, strict=True):
            interpreter.resize_tensor_input(entry["index"], array.shape)
        interpreter.allocate_tensors()
        for entry, array in zip(given, batch, strict=True):
            interpreter.set_tensor(entry["index"], array)
        interpreter.invoke()
        return [interpreter.get_tensor(entry["index"]).copy() for entry in interpreter.get_output_details()]

    return _Opened(inputs, run)
