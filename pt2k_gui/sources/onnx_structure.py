"""The graph of an ONNX file without its weights: read once for all that ask for names, shapes and operators."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

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

_last: tuple[tuple[str, int, int], onnx.ModelProto] | None = None


def onnx_structure(path: str | Path) -> onnx.ModelProto:
    """The model with the data of its larger initializers left out. It is shared: nobody may change it.

    Raises:
        OSError: the file can't be read.
        google.protobuf.message.DecodeError: it is not ONNX.
    """
    global _last
    import onnx

    status = Path(path).stat()
    key = str(path), status.st_mtime_ns, status.st_size
    if _last is None or _last[0] != key:
        model = onnx.load(str(path), format="protobuf", load_external_data=False)
        for tensor in model.graph.initializer:
            if math.prod(tensor.dims) > _KEPT:
                for field in _DATA:
                    tensor.ClearField(field)
        _last = key, model
    return _last[1]


def fed_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """The inputs that have to be fed: older files list initializers among them."""
    stored = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in stored]
