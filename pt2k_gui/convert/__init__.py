"""ONNX to stock Keras: the native converter and, for comparison, the onnx2keras library behind the same functions."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pt2k_gui.convert.report import (
    Conversion,
    ConversionReport,
    IOSpec,
    NodeRow,
    OperatorRow,
    Signature,
    TracedValue,
    UnsupportedRow,
    signature_as_json,
    signature_from_json,
)
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
_MEMBER = "pt2k.json"


class UnsupportedOperators(Problem):
    """The graph holds operators that the engine can't convert; ``rows`` names all of them at once."""

    def __init__(
        self, sentence: str, *, hint: str = "", details: str = "", rows: tuple[UnsupportedRow, ...] = ()
    ) -> None:
        super().__init__(sentence, hint=hint, details=details)
        self.rows = rows

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_unsupported, (self.sentence, self.hint, self.details, self.rows)


def _rebuild_unsupported(
    sentence: str, hint: str, details: str, rows: tuple[UnsupportedRow, ...]
) -> UnsupportedOperators:
    return UnsupportedOperators(sentence, hint=hint, details=details, rows=rows)


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
        progress: called with a fraction from 0 to 1 and a few words.

    Raises:
        UnsupportedOperators: some operators can't be converted; all of them are named.
        Problem: the file can't be read, or the model can't be expressed.
    """
    if axis_order not in AXIS_ORDERS:
        raise Problem(f"There is no axis order {axis_order!r}.", hint=f"Choose one of {', '.join(AXIS_ORDERS)}.")
    if engine == "native":
        from pt2k_gui.convert.engine import convert_native

        return convert_native(model, axis_order=axis_order, trainable=trainable, progress=progress)
    if engine == "onnx2keras":
        from pt2k_gui.convert.onnx2keras_engine import convert_with_onnx2keras

        return convert_with_onnx2keras(model, axis_order=axis_order, trainable=trainable, progress=progress)
    raise Problem(f"There is no engine {engine!r}.", hint=f"Choose one of {', '.join(ENGINES)}.")


def save_model(conversion: Conversion, path: str | os.PathLike[str]) -> None:
    """Write the converted model as a ``.keras`` file, whole or not at all.

    The file is Keras's own zip archive plus a member ``pt2k.json``, which Keras ignores: the axis order, names and
    shapes of the inputs and outputs. ``read_edges`` reads it back.

    Raises:
        Problem: the file can't be written there.
    """
    from pt2k_gui import __version__
    from pt2k_gui.files import atomic_path

    path = os.fspath(path)
    if not path.endswith(".keras"):
        raise Problem(f"{path} can't be written: a Keras model's name ends in .keras.", hint="Add the ending .keras.")
    report = conversion.report
    member = {
        "pt2k": __version__,
        "engine": report.engine,
        "signature": signature_as_json(report.signature),
        "values": [[row.name, row.layer, row.output, list(row.permutation)] for row in report.values],
    }
    with atomic_path(path) as temporary:
        conversion.model.save(os.fspath(temporary))
        with zipfile.ZipFile(temporary, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_MEMBER, json.dumps(member))


def read_signature(path: str | os.PathLike[str]) -> Signature | None:
    """The inputs and outputs that ``save_model`` described in a ``.keras`` file; None where no such member is.

    Raises:
        Problem: the file is not a zip archive, or the member is damaged.
    """
    data = _read_member(os.fspath(path))
    return None if data is None else signature_from_json(data["signature"])


def read_values(path: str | os.PathLike[str]) -> tuple[TracedValue, ...]:
    """Where a ``.keras`` file that ``save_model`` wrote computes the values of the ONNX graph, in graph order.

    Raises:
        Problem: as ``read_edges`` does.
    """
    data = _read_member(os.fspath(path)) or {}
    return tuple(TracedValue(name, layer, out, tuple(order)) for name, layer, out, order in data.get("values", ()))


def _read_member(path: str) -> dict[str, Any] | None:
    try:
        with zipfile.ZipFile(path) as archive:
            if _MEMBER not in archive.namelist():
                return None
            data: dict[str, Any] = json.loads(archive.read(_MEMBER))
    except FileNotFoundError as error:
        raise Problem(f"{path} does not exist.", hint="Check the name and the folder.") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise Problem(
            f"{path} is not a Keras model: it is no zip archive.",
            hint="Choose a .keras file, or write it again.",
            details=repr(error),
        ) from error
    except ValueError as error:
        raise Problem(
            f"{path} holds a damaged description of its inputs and outputs.",
            hint="Convert the model again.",
            details=repr(error),
        ) from error
    return data
