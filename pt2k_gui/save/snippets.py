"""The few lines that load a saved file and run it, for each format: in Python, and in more languages where there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import format_named
from pt2k_gui.save.formats.examples import keras_examples, onnx_examples
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify.samples.image_steps import as_python
from pt2k_gui.verify.samples.images import checked_steps, frame_of

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature
    from pt2k_gui.verify.samples.preprocessing import ImageSettings


def snippet(format_name: str, path: str, signature: Signature, images: ImageSettings | None = None) -> str:
    """Code that opens the file at ``path`` and runs it on zeros of the model's input shapes, or on an image.

    Args:
        format_name: the format's name.
        signature: the model's inputs and outputs.
        images: how the images were prepared that the model was checked with; the same steps are part of the code then.
    """
    code = format_named(format_name).snippet(path, signature)
    return code if images is None else _with_preparation(code, format_name, signature, images)


def _with_preparation(code: str, format_name: str, signature: Signature, images: ImageSettings) -> str:
    """The code with a function that prepares an image, in place of zeros; as it is for a model that takes no one image."""
    if len(signature.inputs) != 1:
        return code
    onnx = format_named(format_name).onnx_axes
    spec = signature.inputs[0]
    shape = spec.onnx_shape if onnx else spec.keras_shape
    try:
        frame = frame_of((TensorSpec(spec.name, spec.dtype, tuple(shape)),), images)
        steps = checked_steps(images, frame)
    except Problem:
        return code
    if isinstance(shape[0], int) and shape[0] != 1:
        return code
    zeros = (onnx_examples if onnx else keras_examples)(signature)[0][1]
    made = 'prepare("photo.jpg")' + ("" if spec.dtype == "float32" else f".astype({spec.dtype!r})")
    rest = "\n".join(line for line in code.splitlines() if line != "import numpy as np")
    return f"{as_python(steps, channels_last=frame.channels_last)}\n\n\n{rest.replace(zeros, made)}"


PYTHON = "Python"


def languages(format_name: str) -> tuple[str, ...]:
    """The languages that there is a snippet in, Python first."""
    from pt2k_gui.save.litert.snippets import LANGUAGES

    return (PYTHON, *LANGUAGES) if format_name.startswith("tflite") else (PYTHON,)


def snippet_in(
    language: str, format_name: str, path: str, signature: Signature, images: ImageSettings | None = None
) -> str:
    """The snippet in one of ``languages``; only Python's prepares images."""
    from pt2k_gui.save.litert.snippets import LANGUAGES

    if language not in LANGUAGES:
        return snippet(format_name, path, signature, images)
    return LANGUAGES[language](path, signature)
