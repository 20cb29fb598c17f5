"""Results of an export and of a dry run, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.sources.card import TensorSpec


@dataclass(frozen=True)
class DryRun:
    """One forward pass on random input: what went in (concrete sizes) and what came out."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileChecked:
    """An event of an export: onnx.checker accepted the file, of which a copy is at ``path``."""

    path: str


@dataclass(frozen=True)
class Exported:
    """An ONNX file that onnx.checker accepted and ONNX Runtime ran.

    Args:
        exporter: ``dynamo``, ``torchscript`` or ``none`` (the source was ONNX already).
        inputs, outputs: names and shapes as they stand in the file.
        difference: largest absolute difference between PyTorch and ONNX Runtime over the check batches; None if the
            source was ONNX already.
        checked_batches: the batch sizes the check ran with.
    """

    path: str
    opset: int
    exporter: str
    size: int
    nodes: int
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    difference: float | None
    checked_batches: tuple[int, ...]
    seconds: float
    notes: tuple[str, ...] = ()
