"""TensorFlow's SavedModel: a folder with a serving signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .entry import Format, Outputs, Reopening, RunFile, Writing
from .examples import keras_examples, named
from .words import messages

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature


_PATTERNS = frozenset("[]*?")
"""TensorFlow takes these in a path for a pattern when it looks for the weights, and then finds none."""


def _write(writing: Writing) -> None:
    from pt2k_gui.problem import Problem

    found = sorted(_PATTERNS & set(str(writing.target.absolute())))
    if found:
        raise Problem(
            messages.SAVED_MODEL_PATH(path=writing.target.name, marks=found), hint=messages.SAVED_MODEL_ELSEWHERE()
        )
    writing.model.export(str(writing.target), format="tf_saved_model", verbose=False)


def _reopen(written: Reopening) -> RunFile:
    import tensorflow as tf

    loaded = tf.saved_model.load(written.path)
    signature = loaded.signatures["serving_default"]

    def run(arrays: Mapping[str, Any], owner: Any = loaded) -> Outputs:  # the signature does not own its variables
        outputs = signature(**{name: tf.constant(arrays[name]) for name in written.inputs})
        return [outputs[name].numpy() for name in in_order(outputs)]

    return run


def in_order(outputs: Mapping[str, Any]) -> list[str]:
    """The names of exported outputs, which are called output_0, output_1 and so on."""
    return sorted(outputs, key=lambda name: int(name.rsplit("_", 1)[-1]))


def _snippet(path: str, signature: Signature) -> str:
    lines = ["import numpy as np", "import tensorflow as tf", "", f"model = tf.saved_model.load({path!r})"]
    arrays = [(name, f"tf.constant({zeros})") for name, zeros in keras_examples(signature)]
    return "\n".join([*lines, 'run = model.signatures["serving_default"]', f"outputs = run(**{named(arrays)})"])


FORMATS = (
    Format(
        "savedmodel", messages.SAVED_MODEL(), ".savedmodel", messages.SAVED_MODEL_PURPOSE(), _write, _reopen, _snippet,
        size=2.05, folder=True,
    ),
)  # fmt: skip
