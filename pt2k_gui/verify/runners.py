"""The backends behind one small interface: open, run a batch, close. Comparing what comes out is done elsewhere."""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pt2k_gui.problem import Problem
from pt2k_gui.sources.loaded import LoadedModel, flat_tensors
from pt2k_gui.sources.onnx_session import onnx_session
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import KERAS, ONNX_RUNTIME, PYTORCH

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.convert.report import Signature

FLOAT64 = "PyTorch float64"


class Runner(Protocol):
    """One backend with one model.

    Attributes:
        backend: its name as everything shows it.
        version: of the library.
    """

    backend: str
    version: str

    def open(self) -> None:
        """Load what is needed. Raises ``Problem``."""

    def run(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The outputs for one batch, in the order and the axes of the ONNX graph; ``batch`` has one array an input."""

    def close(self) -> None:
        """Let go of the model."""


class PyTorchRunner:
    """The module itself; with ``double`` a float64 copy of it, which serves as the truth."""

    def __init__(self, loaded: LoadedModel, *, double: bool = False) -> None:
        import torch

        self.backend = FLOAT64 if double else PYTORCH
        self.version = str(torch.__version__)  # its own type would bring torch into the process that unpickles it
        self._loaded = loaded
        self._double = double
        self._module: Any = None

    def open(self) -> None:
        if self._loaded.guest is not None:
            self.version = self._loaded.guest.torch
            return
        module = self._loaded.module
        if module is None:
            raise TypeError("an ONNX file has no PyTorch module")
        self._module = copy.deepcopy(module).double() if self._double else module

    def run(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        import torch

        tensors = [torch.from_numpy(array) for array in batch]
        if self._loaded.guest is not None:
            outputs = self._loaded.guest.run(tensors, double=self._double)
        else:
            if self._double:
                tensors = [tensor.double() if tensor.is_floating_point() else tensor for tensor in tensors]
            arguments, named = self._loaded.arguments(tensors)
            with torch.inference_mode():
                outputs = flat_tensors(self._module(*arguments, **named))
        return [tensor.float().numpy() if tensor.dtype is torch.bfloat16 else tensor.numpy() for tensor in outputs]

    def close(self) -> None:
        self._module = None


class OnnxRuntimeRunner:
    """The ONNX file on the processor; with ``double`` a copy of the graph in which every float32 is a float64.

    ``model`` is a changed copy of the file, serialized, to run in its place; ``spinning`` as in ``onnx_session``.
    """

    def __init__(
        self,
        path: str,
        *,
        double: bool = False,
        backend: str = ONNX_RUNTIME,
        model: bytes | None = None,
        spinning: bool = False,
    ) -> None:
        import onnxruntime

        self.backend = f"{backend} float64" if double else backend
        self.version = onnxruntime.__version__
        self.notes: tuple[str, ...] = ()
        self.precision = "float32"
        self._path = path
        self._double = double
        self._model = model
        self._spinning = spinning
        self._session: Any = None

    def open(self) -> None:
        model: str | bytes = self._path if self._model is None else self._model
        if self._double:
            from pt2k_gui.verify.float64_graph import doubled

            model = doubled(self._path)
        try:
            self._session = onnx_session(model, silent=self._double, spinning=self._spinning)
        except Exception as error:  # ONNX Runtime's exceptions share no base class of their own
            raise Problem(
                messages.RUNTIME_CANNOT_OPEN(path=self._path, reason=str(error).splitlines()[0]),
                hint=messages.CONVERT_AGAIN(),
                details=str(error),
            ) from error
        self._inputs = [value.name for value in self._session.get_inputs()]

    def run(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        import numpy as np

        arrays = [a.astype(np.float64) if self._double and a.dtype == np.float32 else a for a in batch]
        try:
            return list(self._session.run(None, dict(zip(self._inputs, arrays, strict=True))))
        except Exception as error:  # ONNX Runtime's exceptions share no base class of their own
            raise _does_not_run(self.backend, self._path, batch, error) from error

    def close(self) -> None:
        self._session = None


class ReferenceRunner:
    """ONNX's own reference evaluator over the graph in float64: slow, and knows every operator."""

    def __init__(self, path: str) -> None:
        import onnx

        self.backend = "ONNX reference float64"
        self.version = onnx.__version__
        self._path = path
        self._evaluator: Any = None

    def open(self) -> None:
        import onnx
        from onnx.reference import ReferenceEvaluator

        from pt2k_gui.verify.float64_graph import doubled

        self._evaluator = ReferenceEvaluator(onnx.load_from_string(doubled(self._path)))

    def run(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        import numpy as np

        arrays = [a.astype(np.float64) if a.dtype == np.float32 else a for a in batch]
        return [
            np.asarray(a)
            for a in self._evaluator.run(None, dict(zip(self._evaluator.input_names, arrays, strict=True)))
        ]

    def close(self) -> None:
        self._evaluator = None


class KerasRunner:
    """A ``.keras`` file, in which the axis order of its inputs and outputs stands; or an ``.h5`` file.

    Args:
        edges: for a whole ``.h5``: gives the axes from the shapes of the inputs.
        model: for an ``.h5`` of weights alone: gives the model that takes them, and its axes.
    """

    def __init__(
        self,
        path: str,
        *,
        signature: Callable[[Sequence[Sequence[int | None]]], Signature] | None = None,
        model: Callable[[], tuple[Any, Signature]] | None = None,
    ) -> None:
        import keras

        self.backend = KERAS
        self.version = keras.__version__
        self.notes: tuple[str, ...] = ()
        self.precision = "float32"
        self._path = path
        self._call: Any = None
        self._find_signature = signature
        self._make_model = model

    def open(self) -> None:
        from pt2k_gui.convert import read_signature

        signature: Signature | None
        if self._make_model is not None:
            self.model, signature = self._make_model()
            _load_weights(self.model, self._path)
        elif self._find_signature is not None:
            self.model = load_keras(self._path)
            signature = self._find_signature([tensor.shape for tensor in self.model.inputs])
        else:
            signature = read_signature(self._path)
            self.model = load_keras(self._path)
        if signature is None:
            self._orders: tuple[tuple[int, ...] | None, ...] = tuple(None for _ in self.model.inputs)
            self._output_orders: tuple[tuple[int, ...] | None, ...] = tuple(None for _ in self.model.outputs)
            self.notes = (messages.AXIS_ORDER_ASSUMED(),)
        else:
            self._orders = tuple(spec.permutation for spec in signature.inputs)
            self._output_orders = tuple(spec.permutation for spec in signature.outputs)
        self._call = compiled(self.model)

    def arrange(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        """ONNX's inputs in the axes of the Keras model."""
        if len(batch) != len(self._orders):
            raise Problem(
                messages.KERAS_INPUTS(inputs=len(self._orders), expected=len(batch)), hint=messages.OTHER_MODEL()
            )
        return [a if order is None else a.transpose(order) for a, order in zip(batch, self._orders, strict=True)]

    def run(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        arranged = self.arrange(batch)
        try:
            outputs = self._call(arranged)
        except Exception as error:  # Keras raises whatever its layers meet
            raise _does_not_run(self.backend, self._path, arranged, error) from error
        return [
            array if order is None else array.transpose(inverse(order))
            for array, order in zip(outputs, self._output_orders, strict=True)
        ]

    def arrange_output(self, number: int, array: np.ndarray) -> np.ndarray:
        """Move an array for an output from ONNX's axes to those of the Keras model."""
        order = self._output_orders[number]
        return array if order is None else array.transpose(order)

    def rearranged(self, outputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Outputs in ONNX's axes as the Keras model itself gives them."""
        return [self.arrange_output(number, array) for number, array in enumerate(outputs)]

    def close(self) -> None:
        self.model = None
        self._call = None


def originals(loaded: LoadedModel, onnx: str, *, spinning: bool = False) -> list[Runner]:
    """Runners that every conversion is held against, not opened yet: the module where there is one, and the ONNX file of it."""
    in_pytorch: list[Runner] = [PyTorchRunner(loaded)] if loaded.in_pytorch else []
    return [*in_pytorch, OnnxRuntimeRunner(onnx, spinning=spinning)]


@contextlib.contextmanager
def opened(runners: Sequence[Runner], opening: Callable[[Runner], None] = lambda _runner: None) -> Iterator[None]:
    """Runners that are open within the block and closed after it, whatever fails; ``opening`` is told before each."""
    with contextlib.ExitStack() as closing:
        for runner in runners:
            opening(runner)
            closing.callback(runner.close)
            runner.open()
        yield


def _does_not_run(backend: str, path: str, batch: Sequence[np.ndarray], error: Exception) -> Problem:
    """The problem of a model that opens and then fails on the samples: most often they are too short for it."""
    lines = [re.sub("\x1b?\\[[0-9;]*m", "", line).strip() for line in str(error).splitlines()]
    telling = [line for line in lines if line and not line.startswith(("in user code", "File ", "lambda "))]
    reason = next((line for line in telling if "Exception encountered" not in line), type(error).__name__)
    shapes = "; ".join(" × ".join(map(str, array.shape)) or "a number" for array in batch)
    return Problem(
        messages.CANNOT_RUN(backend=backend, path=path, shape=shapes, reason=reason),
        hint=messages.CHOOSE_FITTING_SAMPLES(),
        details=str(error),
    )


def load_keras(path: str) -> Any:
    """The model in a ``.keras`` or ``.h5`` file, in Keras's safe mode.

    Raises:
        Problem: Keras can't open it.
    """
    import keras

    from pt2k_gui.convert.process_settings import recursion_for
    from pt2k_gui.files import require_readable

    require_readable(path)
    try:
        with recursion_for():
            return keras.saving.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever its layers meet
        lines = str(error).strip().splitlines()
        reason = lines[0] if lines else type(error).__name__
        unsafe = "Lambda" in str(error) or "safe_mode" in str(error)
        raise Problem(
            messages.KERAS_CANNOT_OPEN(path=path, reason=reason),
            hint=messages.HOLDS_LAMBDA() if unsafe else messages.CHOOSE_KERAS(),
            details=str(error),
        ) from error


def _load_weights(model: Any, path: str) -> None:
    from pt2k_gui.files import require_readable

    require_readable(path)
    try:
        model.load_weights(path)
    except Exception as error:  # Keras raises whatever does not fit
        raise Problem(
            messages.WEIGHTS_DO_NOT_FIT(path=path),
            hint=messages.TRY_TRAINABLE(),
            details=str(error),
        ) from error


def compiled(model: Any) -> Any:
    """A function from a list of arrays to a list of numpy arrays that runs the model as a graph, batch by batch."""
    import keras
    import numpy as np

    def plain(outputs: Any) -> list[np.ndarray]:
        return [np.asarray(keras.ops.convert_to_numpy(output)) for output in _flat(outputs)]

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        graph = tf.function(lambda inputs: model(inputs, training=False), reduce_retracing=True)
        return lambda arrays: plain(graph([tf.convert_to_tensor(a) for a in arrays] if len(arrays) > 1 else arrays[0]))
    return lambda arrays: plain(model(list(arrays) if len(arrays) > 1 else arrays[0], training=False))


def _flat(outputs: Any) -> list[Any]:
    if isinstance(outputs, dict):
        return list(outputs.values())
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


def inverse(order: Sequence[int]) -> tuple[int, ...]:
    """The permutation that undoes ``order``."""
    return tuple(sorted(range(len(order)), key=lambda axis: order[axis]))
