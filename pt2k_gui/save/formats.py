"""The formats in which a converted model can be written, and which of them a file's name asks for."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from pt2k_gui.problem import Problem
from pt2k_gui.save.result import Format

FORMATS: tuple[Format, ...] = (
    Format("keras", "Keras model", ".keras", "Keras 3, on every backend"),
    Format("python", "Python source", ".py", "Read, change and train the network", beside=".weights.h5"),
    Format("weights", "Keras weights", ".weights.h5", "For a model built from code"),
    Format(
        "savedmodel", "TensorFlow SavedModel", ".savedmodel", "TensorFlow Serving, Java, C++", size=2.05, folder=True
    ),
    Format("tflite", "LiteRT, float32", ".tflite", "Phones and boards, full precision"),
    Format("tflite_float16", "LiteRT, float16", ".float16.tflite", "Half the size, GPU friendly", size=0.5),
    Format("tflite_dynamic", "LiteRT, dynamic int8", ".dynamic.tflite", "A quarter the size, faster CPU", size=0.26),
    Format("tflite_int8", "LiteRT, full int8", ".int8.tflite", "Microcontrollers, Edge TPU, calibrated", size=0.26),
    Format("onnx", "ONNX", ".onnx", "ONNX Runtime and other runtimes"),
    Format("openvino", "OpenVINO", ".xml", "Intel processors and graphics", beside=".bin", needs=("openvino", "scipy")),
    Format("h5", "Legacy HDF5 model", ".h5", "Tools that predate Keras 3"),
)

# Relative to the largest output: what a reloaded file may differ by. A float file goes through the same or other float32
# kernels; float16 keeps 11 bits; int8 is judged by its answers (see ``saving``).
TOLERANCES = {"python": 1e-6, "openvino": 1e-4, "tflite": 1e-4, "tflite_float16": 2e-2, "onnx": 1e-4}
DEFAULT_TOLERANCE = 1e-5
QUANTIZED = ("tflite_dynamic", "tflite_int8")


def available() -> tuple[Format, ...]:
    """The formats that can be written here: those that need nothing, or whose packages are installed."""
    return tuple(entry for entry in FORMATS if not _missing(entry))


def _missing(entry: Format) -> list[str]:
    return [package for package in entry.needs if importlib.util.find_spec(package) is None]


def files_of(name: str, path: str) -> tuple[str, ...]:
    """The files that writing that format at ``path`` makes: ``path``, and the one that belongs to it if there is one."""
    beside = format_named(name).beside
    return (path, str(Path(path).with_name(f"{Path(path).stem}{beside}"))) if beside else (path,)


def refuse_existing(targets: Iterable[tuple[str, str]]) -> None:
    """Raise ``Problem`` if a file that the (format name, path) pairs would make is there already."""
    for name, path in targets:
        for file in files_of(name, path):
            if Path(file).exists():
                raise Problem(
                    f"{file} exists already.",
                    hint="Choose another name, or allow it to be replaced (--force on the command line).",
                )


def format_named(name: str) -> Format:
    """The format of that name. Raises ``Problem`` for a name that is none."""
    for entry in FORMATS:
        if entry.name == name:
            return entry
    raise Problem(f"There is no format {name!r}.", hint=f"Choose one of {', '.join(entry.name for entry in FORMATS)}.")


def format_of(path: str) -> Format:
    """The format that a file's ending asks for, the longest ending first.

    Raises:
        Problem: the ending belongs to none, or to one that can't be written here.
    """
    name = Path(path).name.lower()
    for entry in sorted(FORMATS, key=lambda entry: -len(entry.suffix)):
        if name.endswith(entry.suffix) and name != entry.suffix:
            missing = _missing(entry)
            if missing:
                raise Problem(
                    f"{path} can't be written: {entry.title} needs {' and '.join(missing)}, not installed here.",
                    hint=f"Install {' and '.join(missing)} beside PT2K, or choose another format.",
                )
            return entry
    raise Problem(
        f"{path} can't be written: its ending belongs to no format.",
        hint=f"Use one of {', '.join(entry.suffix for entry in FORMATS)}.",
    )
