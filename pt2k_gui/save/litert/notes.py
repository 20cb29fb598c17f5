"""Sentences for the metadata of a LiteRT file about its inputs and outputs, from their signature and how they were checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pt2k_gui.save.litert.metadata import TensorNote, metadata

if TYPE_CHECKING:
    from pt2k_gui.convert.report import IOSpec, Signature
    from pt2k_gui.save.formats.entry import Usage

LABELS = "labels.txt"
"""The member of the file that has the classes' names, one a line."""
_SPACE = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def described(signature: Signature, usage: Usage | None) -> bytes:
    """The metadata of a model with that signature."""
    inputs = [_input(spec, usage) for spec in signature.inputs]
    named = labelled(signature, usage)
    outputs = [
        TensorNote(spec.name, _shape(spec.keras_shape), axes_of(spec), labels=LABELS if named and not number else "")
        for number, spec in enumerate(signature.outputs)
    ]
    name = "" if usage is None else usage.name
    return metadata(name or "model", "Converted from PyTorch by PT2K.", inputs, outputs)


def labelled(signature: Signature, usage: Usage | None) -> bool:
    """Whether the first output gives a score for each class that has a name."""
    if usage is None or not usage.class_names or not signature.outputs:
        return False
    shape = signature.outputs[0].keras_shape
    return len(shape) == 2 and shape[-1] == len(usage.class_names)


def axes_of(spec: IOSpec) -> tuple[str, ...]:
    """A name for each axis, in the order of the converted model: those of an image where it looks like one."""
    rank = len(spec.onnx_shape)
    moved = spec.permutation != tuple(range(rank))
    if rank >= 3 and rank - 2 in _SPACE and (moved or (rank == 4 and spec.onnx_shape[1] in (1, 3, 4))):
        names: tuple[str, ...] = ("batch", "channels", *_SPACE[rank - 2])
    else:
        free = rank > 0 and not isinstance(spec.onnx_shape[0], int)
        names = tuple("batch" if free and not axis else f"axis_{axis}" for axis in range(rank))
    return tuple(names[axis] for axis in spec.permutation)


def _input(spec: IOSpec, usage: Usage | None) -> TensorNote:
    axes = axes_of(spec)
    sizes = dict(zip(axes, spec.keras_shape, strict=True))
    channels = sizes.get("channels", 0)
    image = "height" in axes and "depth" not in axes and channels in (1, 3) and spec.dtype == "float32"
    if not image or usage is None or not usage.mean:
        return TensorNote(spec.name, _shape(spec.keras_shape), axes)
    assert isinstance(channels, int)
    height, width = (sizes[axis] for axis in ("height", "width"))
    return TensorNote(
        spec.name,
        _shape(spec.keras_shape),
        axes,
        tuple(255.0 * value for value in usage.mean),
        tuple(255.0 * value for value in usage.std),
        channels,
        height if isinstance(height, int) else 0,
        width if isinstance(width, int) else 0,
    )


def _shape(shape: Sequence[int | str]) -> str:
    return " x ".join(map(str, shape)) or "a number"
