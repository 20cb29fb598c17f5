"""Writes a LiteRT file of any precision with its names and metadata."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pt2k_gui.save.formats.entry import Writing
from pt2k_gui.save.litert.conversion import float32_file
from pt2k_gui.save.litert.model_file import named
from pt2k_gui.save.litert.notes import LABELS, described, labelled

if TYPE_CHECKING:
    import numpy as np

_CALIBRATION_SAMPLES = 128
_FLOAT32 = "litert.float32"  # what every precision begins with


def write(writing: Writing) -> None:
    """Write the file that ``writing`` asks for.

    Raises:
        Problem: an operation of the model has no form in LiteRT's operators.
    """
    from pt2k_gui.convert.stored_signature import read_signature

    model = writing.model
    if _FLOAT32 not in writing.shared:
        writing.shared[_FLOAT32] = float32_file(model)
    content = writing.shared[_FLOAT32]
    if writing.name != "tflite":
        from pt2k_gui.save.litert.quantising import quantised

        content, told = quantised(writing.name, content, samples(model, writing.batches), writing.shared)
        if told is not None:
            writing.shared[f"told.{writing.name}"] = told
    signature = read_signature(writing.keras) if writing.keras else None
    if signature is not None:
        by_name = {spec.keras_name: spec.name for spec in signature.inputs}
        inputs = [(spec.keras_name, spec.name) for spec in signature.inputs]
        if set(by_name) == {tensor.name for tensor in model.inputs}:
            content = named(
                content, inputs, [spec.name for spec in signature.outputs], described(signature, writing.usage)
            )
    writing.target.write_bytes(content)
    if signature is not None and writing.usage is not None and labelled(signature, writing.usage):
        with zipfile.ZipFile(writing.target, "a") as archive:
            archive.writestr(LABELS, "\n".join(writing.usage.class_names))


def samples(model: Any, batches: Any) -> Callable[[], Iterator[dict[str, np.ndarray]]]:
    """One sample after the other, by the names of the inputs, for a calibration."""
    names = [tensor.name for tensor in model.inputs]

    def each() -> Iterator[dict[str, np.ndarray]]:
        given = 0
        for batch in batches:
            for row in range(len(batch[0])):
                if given >= _CALIBRATION_SAMPLES:
                    return
                given += 1
                yield {name: array[row : row + 1] for name, array in zip(names, batch, strict=True)}

    return each
