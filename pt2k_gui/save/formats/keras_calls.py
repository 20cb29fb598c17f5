"""Shared by the formats that Keras itself opens: a model that is called on a list of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .entry import Outputs, Reopening, RunFile
from .examples import Example, positional


def run_model(model: Any, written: Reopening) -> RunFile:
    """The model as a function from arrays by name."""

    def run(arrays: Mapping[str, Any]) -> Outputs:
        values = [arrays[name] for name in written.inputs]
        outputs = model.predict_on_batch(values if len(values) > 1 else values[0])
        return list(outputs) if isinstance(outputs, list | tuple) else [outputs]

    return run


def open_whole(written: Reopening) -> RunFile:
    """A file that holds the whole model, in Keras's safe mode."""
    import keras

    return run_model(keras.saving.load_model(written.path, compile=False), written)


def load_lines(path: str, examples: list[Example]) -> str:
    """The snippet for such a file."""
    lines = ["import keras", "import numpy as np", "", f"model = keras.saving.load_model({path!r})"]
    return "\n".join([*lines, f"outputs = model({positional(examples)}, training=False)"])
