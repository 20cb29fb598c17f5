"""Changes a LiteRT file after its conversion: PyTorch's names for inputs and outputs, in PyTorch's order, and metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pt2k_gui.save.litert.metadata import BUFFER

_ALIGNMENT = 16  # of the weights, as LiteRT's schema asks for


def named(content: bytes, inputs: Sequence[tuple[str, str]], outputs: Sequence[str], described: bytes | None) -> bytes:
    """The file with other names in its signature.

    Args:
        inputs: (name in the file, new name) in the order that the new file shall have.
        outputs: the new names of output_0, output_1 and so on.
        described: the metadata to put in.
    """
    import numpy as np
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    for buffer in model.buffers:
        if (
            buffer.data is None and buffer.offset > 1
        ):  # the quantiser leaves weights behind the flatbuffer, as large files do
            buffer.data = np.frombuffer(content, np.uint8, buffer.size, buffer.offset)
    signature = model.signatureDefs[0]
    graph = model.subgraphs[signature.subgraphIndex]
    given = {_text(entry.name): entry for entry in signature.inputs}
    made = {_text(entry.name): entry for entry in signature.outputs}
    signature.inputs = [given[old] for old, _ in inputs]
    signature.outputs = [made[f"output_{number}"] for number in range(len(outputs))]
    for entries, names in ((signature.inputs, [new for _, new in inputs]), (signature.outputs, list(outputs))):
        for entry, name in zip(entries, names, strict=True):
            entry.name = name
            graph.tensors[entry.tensorIndex].name = name
    graph.inputs = [entry.tensorIndex for entry in signature.inputs]
    graph.outputs = [entry.tensorIndex for entry in signature.outputs]
    if described is not None:
        _describe(model, described)
    return _packed(model)


def _describe(model: Any, described: bytes) -> None:
    import numpy as np
    from ai_edge_litert import schema_py_generated as schema

    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = np.frombuffer(described, np.uint8)
    model.buffers.append(buffer)
    entry.name, entry.buffer = BUFFER, len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]


def _packed(model: Any) -> bytes:
    import flatbuffers

    room = sum(len(buffer.data) for buffer in model.buffers if buffer.data is not None)
    model.buffers = [_Aligned(buffer.data) for buffer in model.buffers]
    builder = flatbuffers.Builder(room + 1024 * 1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


class _Aligned:
    """The data of one buffer, which flatbuffers' Python would put at any address."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def Pack(self, builder: Any) -> int:
        from ai_edge_litert import schema_py_generated as schema

        vector = None
        if self._data is not None and len(self._data):
            content = bytes(self._data)
            builder.StartVector(1, len(content), _ALIGNMENT)
            builder.head -= len(content)
            builder.Bytes[builder.head : builder.head + len(content)] = content
            vector = builder.EndVector()
        schema.BufferStart(builder)
        if vector is not None:
            schema.BufferAddData(builder, vector)
        made: int = schema.BufferEnd(builder)
        return made


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
