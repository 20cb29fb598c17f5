"""Opens a converted file of any format as a runner. A file that does not say its axis order (another program wrote it, or an
older PT2K) gets that of a fresh conversion of the same ONNX file, whichever fits its shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pt2k_gui.convert.stored_signature import read_signature
from pt2k_gui.problem import Problem
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import LITERT, ONNX_FILE, SAVED_MODEL
from pt2k_gui.verify.runners import KerasRunner, OnnxRuntimeRunner, Runner, inverse

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.convert.report import Signature

Shapes = Sequence[Sequence[int | None]]


class Candidate(Runner, Protocol):
    """A converted file that runs.

    Attributes:
        notes: what a person should know of it.
        precision: ``float32``, ``float16`` or ``int8``: the coarsest numbers that its weights are held in.
    """

    notes: tuple[str, ...]
    precision: str


def open_converted(path: str, onnx: str, *, axis_order: str = "keras", trainable: bool = False) -> Candidate:
    """A runner for a converted file by its ending; its outputs come in ONNX's axes. It is not opened yet.

    Args:
        path: the file, or the folder of a SavedModel.
        onnx: the ONNX graph that the same model was exported to.
        axis_order: how the file was converted, tried first where the file does not say; trainable: likewise.

    Raises:
        Problem: the ending is of no format that runs.
    """
    name = Path(path).name.lower()

    def made() -> tuple[Any, Signature]:
        from pt2k_gui.convert import convert

        conversion = convert(onnx, axis_order=axis_order, trainable=trainable)
        return conversion.model, conversion.report.signature

    def signature(shapes: Shapes) -> Signature:
        return read_signature(path) or _fitting(onnx, axis_order, shapes)

    if name.endswith(".keras"):
        return KerasRunner(path)
    if name.endswith(".weights.h5"):
        return KerasRunner(path, model=made)
    if name.endswith((".h5", ".hdf5")):
        return KerasRunner(path, signature=signature)
    if name.endswith(".tflite"):
        return LiteRTRunner(path, signature)
    if name.endswith(".onnx"):
        return OnnxRuntimeRunner(path, backend=ONNX_FILE)
    if (Path(path) / "saved_model.pb").is_file():
        return SavedModelRunner(path, signature)
    if not Path(path).exists():
        raise Problem(messages.NOT_FOUND(path=path), hint=messages.CHECK_NAME())
    raise Problem(messages.NOT_CONVERTED_MODEL(path=path), hint=messages.CHOOSE_ENDING())


def _fitting(onnx: str, axis_order: str, shapes: Shapes) -> Signature:
    """The axes of inputs and outputs in the order that fits the shapes of the inputs."""
    from pt2k_gui.convert import AXIS_ORDERS, convert

    first = None
    for order in sorted(AXIS_ORDERS, key=lambda name: name != axis_order):
        signature = convert(onnx, axis_order=order).report.signature
        first = first or signature
        if len(signature.inputs) == len(shapes) and all(
            len(spec.keras_shape) == len(shape)
            and all(a == b or a is None or not isinstance(b, int) for a, b in zip(shape, spec.keras_shape, strict=True))
            for spec, shape in zip(signature.inputs, shapes, strict=True)
        ):
            return signature
    assert first is not None
    return first


class _Exported:
    """Base of LiteRT and SavedModel files: a function from inputs by name to outputs by name."""

    backend = ""
    _package = "tensorflow"

    def __init__(self, path: str, signature: Callable[[Shapes], Signature]) -> None:
        self.version = version(self._package)
        self.notes: tuple[str, ...] = ()
        self.precision = "float32"
        self._path = path
        self._find = signature
        self._signature: Signature | None = None
        self._names: list[str] = []
        self._function: Any = None

    def _arranged(self, batch: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        assert self._signature is not None
        if len(batch) != len(self._names):
            raise Problem(
                messages.TAKES_INPUTS(path=self._path, inputs=len(self._names), expected=len(batch)),
                hint=messages.OTHER_MODEL(),
            )
        turned = [a.transpose(spec.permutation) for a, spec in zip(batch, self._signature.inputs, strict=True)]
        return dict(zip(self._names, turned, strict=True))

    def _in_onnx_axes(self, outputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        assert self._signature is not None
        ordered = [outputs[name] for name in sorted(outputs, key=self._place)]
        if len(ordered) != len(self._signature.outputs):
            raise Problem(
                messages.GIVES_OUTPUTS(path=self._path, outputs=len(ordered), expected=len(self._signature.outputs)),
                hint=messages.OTHER_MODEL(),
            )
        return [
            array.transpose(inverse(spec.permutation)) if array.ndim == len(spec.permutation) else array
            for array, spec in zip(ordered, self._signature.outputs, strict=True)
        ]

    def _ordered(self, shapes: dict[str, Sequence[int | None]]) -> None:
        """Bring the inputs into the order of the ONNX graph: by PyTorch's names, or those that the Keras model gave them."""
        self._signature = self._find([shapes[name] for name in shapes])
        kinds = ([spec.name for spec in self._signature.inputs], [spec.keras_name for spec in self._signature.inputs])
        self._names = next((names for names in kinds if set(names) == set(shapes)), list(shapes))

    def _place(self, name: str) -> int:
        """The place of an output by its name."""
        return _number(name)

    def close(self) -> None:
        self._function = None


def _number(name: str) -> int:
    """Exported outputs are called output_0, output_1 and so on."""
    end = name.rsplit("_", 1)[-1]
    return int(end) if end.isdigit() else 0


class LiteRTRunner(_Exported):
    """A ``.tflite`` file in LiteRT's own interpreter."""

    backend = LITERT
    _package = "ai-edge-litert"

    def open(self) -> None:
        import numpy as np
        from ai_edge_litert.interpreter import Interpreter

        from pt2k_gui.files import require_readable

        require_readable(self._path)
        try:
            self._function = Interpreter(model_path=self._path)
            signatures = self._function.get_signature_list()
        except (ValueError, RuntimeError) as error:
            raise Problem(
                messages.LITERT_CANNOT_OPEN(path=self._path), hint=messages.CONVERT_AGAIN(), details=str(error)
            ) from error
        if not signatures:
            raise Problem(messages.NO_SIGNATURE(path=self._path), hint=messages.CONVERT_AGAIN())
        self._runner = self._function.get_signature_runner(next(iter(signatures)))
        by_name = self._runner.get_input_details()
        self._ordered(
            {name: [None if size < 0 else int(size) for size in by_name[name]["shape_signature"]] for name in by_name}
        )
        made = self._runner.get_output_details()
        order = [entry["index"] for entry in self._function.get_output_details()]
        self._places = {name: order.index(made[name]["index"]) for name in made}
        types = {np.dtype(tensor["dtype"]) for tensor in self._function.get_tensor_details()}
        self.precision = (
            "int8" if np.dtype(np.int8) in types else "float16" if np.dtype(np.float16) in types else "float32"
        )

    def run(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        return self._in_onnx_axes(dict(self._runner(**self._arranged(batch))))

    def _place(self, name: str) -> int:
        """By the file's own order, which is PyTorch's; files of an earlier PT2K have it in their numbers."""
        numbered = all(other.startswith("output_") and other[7:].isdigit() for other in self._places)
        return _number(name) if numbered else self._places[name]

    def close(self) -> None:
        super().close()
        self._runner = None


class SavedModelRunner(_Exported):
    """The folder of a TensorFlow SavedModel, through its serving signature."""

    backend = SAVED_MODEL

    def open(self) -> None:
        import tensorflow as tf

        try:
            self._loaded = tf.saved_model.load(self._path)
            self._function = self._loaded.signatures["serving_default"]
        except (OSError, KeyError, ValueError) as error:
            raise Problem(
                messages.TENSORFLOW_CANNOT_OPEN(path=self._path), hint=messages.CONVERT_AGAIN(), details=str(error)
            ) from error
        given = self._function.structured_input_signature[1]
        self._ordered({name: spec.shape.as_list() for name, spec in given.items()})

    def run(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        import tensorflow as tf

        arranged = {name: tf.convert_to_tensor(array) for name, array in self._arranged(batch).items()}
        return self._in_onnx_axes({name: tensor.numpy() for name, tensor in self._function(**arranged).items()})

    def close(self) -> None:
        super().close()
        self._loaded = None
