"""The graph of an ONNX file without its weights: read once for all that ask for names, shapes and operators."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import onnx

_KEPT = 1024  # values; smaller tensors may be sizes, which shape inference reads
_DATA = (
    "raw_data",
    "float_data",
    "int32_data",
    "int64_data",
    "uint64_data",
    "double_data",
    "string_data",
    "external_data",
)

_Key = tuple[int, int, int, int]
_last: tuple[_Key, onnx.ModelProto] | None = None


def onnx_structure(path: str | Path) -> onnx.ModelProto:
    """The model with the data of its larger initializers left out. It is shared: nobody may change it.

    Raises:
        OSError: the file can't be read.
        google.protobuf.message.DecodeError: it is not ONNX.
    """
    import onnx

    if _last is None or _last[0] != _key(path):
        return keep_structure(path, onnx.load(str(path), format="protobuf", load_external_data=False))
    return _last[1]


def keep_structure(path: str | Path, model: onnx.ModelProto) -> onnx.ModelProto:
    """The structure of a model that was just read from this file or written to it, which is not read again for it.

    Raises:
        OSError: the file is not there.
    """
    global _last
    import onnx

    key = _key(path)
    if _last is None or _last[0] != key:
        light = onnx.ModelProto()
        _copy_fields(model, light, ("graph",))
        _copy_fields(model.graph, light.graph, ("initializer",))
        for tensor in model.graph.initializer:
            _copy_fields(tensor, light.graph.initializer.add(), _DATA if math.prod(tensor.dims) > _KEPT else ())
        _last = key, light
    return _last[1]


def _key(path: str | Path) -> _Key:
    """Of the file's content; it stays where the file is renamed."""
    status = Path(path).stat()
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _copy_fields(source: Any, target: Any, left_out: Sequence[str]) -> None:
    for field, value in source.ListFields():
        if field.name in left_out:
            continue
        kept = getattr(target, field.name)
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            kept.extend(value)
        elif field.message_type is not None:
            kept.CopyFrom(value)
        else:
            setattr(target, field.name, value)


def fed_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """The inputs that have to be fed: older files list initializers among them."""
    stored = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in stored]
