"""Keras's HDF5 file of a whole model, as before Keras 3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .entry import Format, Writing
from .examples import keras_examples
from .keras_calls import load_lines, open_whole
from .words import messages

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature


def _write(writing: Writing) -> None:
    """In this file, Keras describes layers as Keras 2 did, which has no words for operations, so that a model that holds
    some would not open again. Such a model is described as in a ``.keras`` file, which Keras 3 reads from HDF5 too.
    """
    import h5py
    import keras

    model = writing.model
    model.save(str(writing.target))
    if not all(isinstance(operation, keras.layers.Layer) for operation in model.operations):
        with h5py.File(writing.target, "r+") as file:
            file.attrs["model_config"] = model.to_json()


def _snippet(path: str, signature: Signature) -> str:
    return load_lines(path, keras_examples(signature))


FORMATS = (Format("h5", messages.LEGACY_H5(), ".h5", messages.H5_PURPOSE(), _write, open_whole, _snippet),)
