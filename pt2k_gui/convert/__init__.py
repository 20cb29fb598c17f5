"""ONNX to stock Keras: the native converter and, for comparison, the onnx2keras library behind the same functions."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from pt2k_gui.convert import messages
from pt2k_gui.convert.keras_file import read_values, save_model
from pt2k_gui.convert.report import (
    Conversion,
    ConversionReport,
    IOSpec,
    NodeRow,
    OperatorRow,
    Signature,
    TracedValue,
    UnsupportedOperators,
    UnsupportedRow,
)
from pt2k_gui.convert.stored_signature import read_signature
from pt2k_gui.problem import Problem

if TYPE_CHECKING:
    import keras
    import onnx

__all__ = [
    "AXIS_ORDERS",
    "ENGINES",
    "Conversion",
    "ConversionReport",
    "IOSpec",
    "NodeRow",
    "OperatorRow",
    "Signature",
    "TracedValue",
    "UnsupportedOperators",
    "UnsupportedRow",
    "convert",
    "onnx_to_keras",
    "read_signature",
    "read_values",
    "save_model",
]

ENGINES: tuple[str, ...] = ("native", "onnx2keras")
AXIS_ORDERS: tuple[str, ...] = ("keras", "onnx")


def onnx_to_keras(
    model: onnx.ModelProto | str | os.PathLike[str],
    *,
    axis_order: str = "keras",
    trainable: bool = False,
    engine: str = "native",
) -> keras.Model:
    """The Keras twin of an ONNX model; ``convert`` says more about the arguments and tells what it did."""
    return convert(model, axis_order=axis_order, trainable=trainable, engine=engine).model


def convert(
    model: onnx.ModelProto | str | os.PathLike[str],
    *,
    axis_order: str = "keras",
    trainable: bool = False,
    engine: str = "native",
    name: str = "",
    progress: Callable[[float, str], None] | None = None,
) -> Conversion:
    """Build the Keras twin of an ONNX model.

    Args:
        model: an ``onnx.ModelProto`` or the path of an ``.onnx`` file (external data beside it is read).
        axis_order: ``"keras"``: image-like inputs and outputs are channels-last; ``"onnx"``: every input and output
            keeps the axes of the ONNX graph. The report's edges name the order of each.
        trainable: keep BatchNormalization and Dropout as layers and every learned number in a layer's weights, so
            that the model trains as the PyTorch module does (export it with ``optimize=False``).
        engine: ``"native"`` or ``"onnx2keras"``.
        name: of the Keras model; empty for that of the ONNX graph (PyTorch calls every graph ``main_graph``), which the
            other engine always takes.
        progress: called with a fraction from 0 to 1 and a few words.

    Raises:
        UnsupportedOperators: some operators can't be converted; all of them are named.
        Problem: the file can't be read, or the model can't be expressed.
    """
    if axis_order not in AXIS_ORDERS:
        raise Problem(messages.NO_AXIS_ORDER(name=axis_order), hint=messages.CHOOSE_ONE_OF(names=list(AXIS_ORDERS)))
    if engine == "native":
        from pt2k_gui.convert.engine import convert_native

        return convert_native(model, axis_order=axis_order, trainable=trainable, name=name, progress=progress)
    if engine == "onnx2keras":
        from pt2k_gui.convert.onnx2keras_engine import convert_with_onnx2keras

        return convert_with_onnx2keras(model, axis_order=axis_order, trainable=trainable, progress=progress)
    raise Problem(messages.NO_ENGINE(name=engine), hint=messages.CHOOSE_ONE_OF(names=list(ENGINES)))
