"""LiteRT's model metadata: what Android's and iOS's tools read of a file's inputs and outputs.

Written by the schema ``metadata_schema.fbs`` of the TensorFlow Lite Support library, version 1.1.0 (file identifier M001);
the numbers below are the places of its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

BUFFER = "TFLITE_METADATA"
"""The name under which a model file keeps its metadata."""
_PARSER_VERSION = "1.0.0"
_AXIS_LABELS, _IMAGE, _FEATURE, _NORMALIZATION = 2, 2, 1, 1
_COLORS = {3: 1, 1: 2}  # channels: RGB, greyscale


@dataclass(frozen=True)
class TensorNote:
    """Description of one input or output.

    Attributes:
        name: PyTorch's; axes: a name for each axis, in the file's order.
        mean, std: what (value - mean) / std takes from pixels of 0 to 255; empty where it is not known.
        channels: of an image, else 0; height, width: its size, 0 where it is free.
        labels: the name of the file with the classes' names that belongs to it.
    """

    name: str
    description: str
    axes: tuple[str, ...]
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    channels: int = 0
    height: int = 0
    width: int = 0
    labels: str = ""


def metadata(name: str, description: str, inputs: Sequence[TensorNote], outputs: Sequence[TensorNote]) -> bytes:
    """The metadata of a model as a flatbuffer."""
    import flatbuffers

    builder = flatbuffers.Builder(1024)
    subgraph = _table(
        builder, 11,
        {2: _vector(builder, [_tensor(builder, note) for note in inputs]),
         3: _vector(builder, [_tensor(builder, note) for note in outputs])},
    )  # fmt: skip
    model = _table(
        builder, 8,
        {0: builder.CreateString(name), 1: builder.CreateString(description), 3: _vector(builder, [subgraph]),
         7: builder.CreateString(_PARSER_VERSION)},
    )  # fmt: skip
    builder.Finish(model, file_identifier=b"M001")
    return bytes(builder.Output())


def _tensor(builder: Any, note: TensorNote) -> int:
    fields = {
        0: builder.CreateString(note.name),
        1: builder.CreateString(note.description),
        2: _vector(builder, [builder.CreateString(axis) for axis in note.axes]),
        3: _content(builder, note),
    }
    if note.mean:
        options = _table(builder, 2, {0: _floats(builder, note.mean), 1: _floats(builder, note.std)})
        unit = _table(builder, 2, {1: options}, {0: _NORMALIZATION})
        fields[4] = _vector(builder, [unit])
    if note.labels:
        file = _table(builder, 5, {0: builder.CreateString(note.labels)}, {2: _AXIS_LABELS})
        fields[6] = _vector(builder, [file])
    return _table(builder, 7, fields)


def _content(builder: Any, note: TensorNote) -> int:
    if note.channels not in _COLORS:
        return _table(builder, 3, {1: _table(builder, 0, {})}, {0: _FEATURE})
    image: dict[int, int] = {}
    if note.height and note.width:
        builder.StartObject(2)
        builder.PrependUint32Slot(0, note.width, 0)
        builder.PrependUint32Slot(1, note.height, 0)
        image[1] = builder.EndObject()
    properties = _table(builder, 2, image, {0: _COLORS[note.channels]})
    return _table(builder, 3, {1: properties}, {0: _IMAGE})


def _table(builder: Any, fields: int, offsets: dict[int, int], bytes_: dict[int, int] | None = None) -> int:
    """A table of so many fields: offsets to what was built before, and small numbers, by the place of the field."""
    builder.StartObject(fields)
    for place, offset in offsets.items():
        builder.PrependUOffsetTRelativeSlot(place, offset, 0)
    for place, number in (bytes_ or {}).items():
        builder.PrependUint8Slot(place, number, 0)
    made: int = builder.EndObject()
    return made


def _vector(builder: Any, offsets: Sequence[int]) -> int:
    return _sequence(builder, offsets, 4, builder.PrependUOffsetTRelative)


def _floats(builder: Any, numbers: Sequence[float]) -> int:
    return _sequence(builder, numbers, 4, builder.PrependFloat32)


def _sequence(builder: Any, values: Sequence[Any], size: int, prepend: Callable[[Any], None]) -> int:
    builder.StartVector(size, len(values), size)
    for value in reversed(values):
        prepend(value)
    made: int = builder.EndVector()
    return made
