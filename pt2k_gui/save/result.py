"""Results of saving, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SavedFile:
    """A file that was written, opened again in a fresh process, and compared with the model it came from.

    Args:
        path: the file (or folder) that was asked for; ``beside`` is the one that belongs to it, if there is one.
        size: in bytes (of a folder's files, or of both files, together).
        difference: largest absolute difference from the converted model on the check samples; None where it can't be
            compared.
        same: the reload check's answer.
        seconds: what writing took.
        detail: one line (which process opened it, what was compared, or why it is not the same).
        relative: ``difference`` over the largest output of the converted model.
        samples: how many were compared.
        agreement: the share of samples with the same answer (argmax) as the converted model, where it classifies.
        accuracy, accuracy_before: the share of right answers of this file and of the converted model, where the samples
            have labels.
        note: how a coarser file was made: its calibration, and the layers that stay in float32.
        milliseconds: median time for one sample alone, in the fresh process, after warm-up.
    """

    format: str
    path: str
    size: int
    difference: float | None
    same: bool
    seconds: float
    detail: str = ""
    beside: str = ""
    relative: float | None = None
    samples: int = 0
    agreement: float | None = None
    accuracy: float | None = None
    accuracy_before: float | None = None
    milliseconds: float | None = None
    note: str = ""
