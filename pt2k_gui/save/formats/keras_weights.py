"""The Keras model's weights alone, for a model that is built from code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .entry import Format, Reopening, RunFile, Writing
from .keras_calls import run_model
from .words import messages

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature


def _write(writing: Writing) -> None:
    writing.model.save_weights(str(writing.target))


def _reopen(written: Reopening) -> RunFile:
    import keras

    model = keras.models.model_from_json(Path(written.config).read_text(encoding="utf-8"))
    model.load_weights(written.path)
    return run_model(model, written)


def _snippet(path: str, signature: Signature) -> str:
    lines = ["# model: the same network, such as build_model(None) of its Python source"]
    return "\n".join([*lines, f"model.load_weights({path!r})"])


FORMATS = (
    Format("weights", messages.KERAS_WEIGHTS(), ".weights.h5", messages.WEIGHTS_PURPOSE(), _write, _reopen, _snippet),
)
