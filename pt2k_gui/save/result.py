"""What saving reports, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """One way to write a model.

    Args:
        name: ``keras``, ``h5``, ``savedmodel``, ``tflite``, ``onnx``, ``report`` ...
        title: as the window shows it; suffix: the file's ending; purpose: what it is good for in six words.
    """

    name: str
    title: str
    suffix: str
    purpose: str


@dataclass(frozen=True)
class SavedFile:
    """A file that was written, opened again in a fresh process, and compared with the model it came from.

    Args:
        size: in bytes (a folder's files together).
        difference: largest absolute difference from the converted model on the check samples; None where the
            format is not run (the report).
        same: the reload check's answer.
        detail: one line (which process opened it, what was compared, or why it is not the same).
    """

    format: str
    path: str
    size: int
    difference: float | None
    same: bool
    seconds: float
    detail: str = ""
