"""The formats in which a converted model can be written, and which of them a file's name asks for."""

from __future__ import annotations

from pathlib import Path

from pt2k_gui.problem import Problem
from pt2k_gui.save.result import Format

FORMATS: tuple[Format, ...] = (
    Format("keras", "Keras model", ".keras", "Keras 3, on every backend"),
    Format("weights", "Keras weights", ".weights.h5", "For a model built from code"),
    Format("savedmodel", "TensorFlow SavedModel", ".savedmodel", "TensorFlow Serving, Java, C++"),
    Format("tflite", "LiteRT, float32", ".tflite", "Phones and boards, full precision"),
    Format("tflite_float16", "LiteRT, float16", ".float16.tflite", "Half the size, GPU friendly"),
    Format("tflite_dynamic", "LiteRT, dynamic int8", ".dynamic.tflite", "A quarter the size, faster CPU"),
    Format("tflite_int8", "LiteRT, full int8", ".int8.tflite", "Microcontrollers, Edge TPU, calibrated"),
    Format("onnx", "ONNX", ".onnx", "ONNX Runtime and other runtimes"),
    Format("h5", "Legacy HDF5 model", ".h5", "Tools that predate Keras 3"),
)

# Relative to the largest output: what a reloaded file may differ by. A float file goes through the same or other float32
# kernels; float16 keeps 11 bits; int8 is judged by its answers (see ``saving``).
TOLERANCES = {"tflite": 1e-4, "tflite_float16": 2e-2, "onnx": 1e-4}
DEFAULT_TOLERANCE = 1e-5
QUANTIZED = ("tflite_dynamic", "tflite_int8")


def format_named(name: str) -> Format:
    """The format of that name. Raises ``Problem`` for a name that is none."""
    for entry in FORMATS:
        if entry.name == name:
            return entry
    raise Problem(f"There is no format {name!r}.", hint=f"Choose one of {', '.join(entry.name for entry in FORMATS)}.")


def format_of(path: str) -> Format:
    """The format that a file's ending asks for, the longest ending first.

    Raises:
        Problem: the ending belongs to none.
    """
    name = Path(path).name.lower()
    for entry in sorted(FORMATS, key=lambda entry: -len(entry.suffix)):
        if name.endswith(entry.suffix) and name != entry.suffix:
            return entry
    raise Problem(
        f"{path} can't be written: its ending belongs to no format.",
        hint=f"Use one of {', '.join(entry.suffix for entry in FORMATS)}.",
    )
