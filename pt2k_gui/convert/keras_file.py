"""The ``.keras`` file of a conversion: Keras's own archive, with a description of the inputs, outputs and values in it."""

from __future__ import annotations

import json
import os
import zipfile

from pt2k_gui.convert import messages
from pt2k_gui.convert.report import Conversion, TracedValue, signature_as_json
from pt2k_gui.convert.stored_signature import MEMBER, read_description
from pt2k_gui.problem import Problem


def save_model(conversion: Conversion, path: str | os.PathLike[str]) -> None:
    """Write the converted model as a ``.keras`` file, whole or not at all.

    The file is Keras's own zip archive plus a member ``pt2k.json``, which Keras ignores: the axis order, names and
    shapes of the inputs and outputs. ``read_signature`` reads it back.

    Raises:
        Problem: the file can't be written there.
    """
    from pt2k_gui import __version__
    from pt2k_gui.files import atomic_path

    path = os.fspath(path)
    if not path.endswith(".keras"):
        raise Problem(messages.KERAS_ENDING(path=path), hint=messages.ADD_ENDING())
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
            archive.writestr(MEMBER, json.dumps(member))


def read_values(path: str | os.PathLike[str]) -> tuple[TracedValue, ...]:
    """Where a ``.keras`` file that ``save_model`` wrote computes the values of the ONNX graph, in graph order.

    Raises:
        Problem: as ``read_signature`` does.
    """
    data = read_description(path) or {}
    return tuple(TracedValue(name, layer, out, tuple(order)) for name, layer, out, order in data.get("values", ()))
