"""A float64 copy of an ONNX graph, for a truth where there is no PyTorch module. Not every graph has one that runs."""

from __future__ import annotations

import onnx
from onnx import TensorProto, numpy_helper


def doubled(path: str) -> bytes:
    """The model in which every float32 tensor, constant, cast and input is float64, serialized."""
    model = onnx.load(path)
    _graph(model.graph)
    for function in model.functions:
        for node in function.node:
            _node(node)
    serialized: bytes = model.SerializeToString()
    return serialized


def _graph(graph: onnx.GraphProto) -> None:
    for tensor in graph.initializer:
        _tensor(tensor)
    del graph.value_info[:]
    for value in (*graph.input, *graph.output):
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = TensorProto.DOUBLE
    for node in graph.node:
        _node(node)


def _node(node: onnx.NodeProto) -> None:
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.TENSOR:
            _tensor(attribute.t)
        elif attribute.type == onnx.AttributeProto.GRAPH:
            _graph(attribute.g)
        elif attribute.name in ("to", "dtype", "stash_type", "output_dtype") and attribute.i == TensorProto.FLOAT:
            attribute.i = TensorProto.DOUBLE


def _tensor(tensor: onnx.TensorProto) -> None:
    if tensor.data_type == TensorProto.FLOAT:
        array = numpy_helper.to_array(tensor)
        tensor.CopyFrom(numpy_helper.from_array(array.astype("float64"), tensor.name))
