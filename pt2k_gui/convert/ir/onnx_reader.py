"""Reads an ONNX model into a graph: nodes as new opsets write them, constants on demand, PyTorch's modules from the metadata."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterable
from typing import Any

import numpy as np
import onnx
import onnx.checker
import onnx.numpy_helper

from pt2k_gui.convert import messages
from pt2k_gui.convert.ir.dtypes import is_float, onnx_to_numpy
from pt2k_gui.convert.ir.graph import Graph, Node, Port, in_order
from pt2k_gui.convert.ir.opset_normalization import normalized
from pt2k_gui.convert.ir.symbolic_dims import Dim, SymbolicDim
from pt2k_gui.convert.ir.values import Constant
from pt2k_gui.export.training_facts import FACTS, OUTPUTS_KEY, PADDING_KEY, PARAMETERS_KEY
from pt2k_gui.problem import Problem

WEIGHT_PLACES = {
    "MatMul": (1,), "Gemm": (1, 2), "Conv": (1, 2), "LSTM": (1, 2, 3), "GRU": (1, 2, 3), "RNN": (1, 2, 3)
}  # fmt: skip
"""Which inputs of an operator are its weights."""
_LAZY_BYTES = 1 << 14
_FUSED_WITH_BATCHNORM = frozenset({"Conv", "ConvTranspose", "Gemm"})


def load_model(model: onnx.ModelProto | str | os.PathLike[str]) -> tuple[onnx.ModelProto, str]:
    """The model and the folder of its external data; large weights stay in the file until they are needed.

    Raises:
        Problem: the file is missing, or is not an ONNX model.
    """
    if isinstance(model, onnx.ModelProto):
        return model, ""
    from pt2k_gui.files import require_readable
    from pt2k_gui.sources.onnx_structure import keep_structure

    path = require_readable(model)
    try:
        proto = onnx.load_model(os.fspath(path), load_external_data=False)
    except Exception as error:  # protobuf, text and JSON readers each raise errors of their own
        raise Problem(
            messages.NOT_ONNX(file=path),
            hint=messages.CHOOSE_ONNX(),
            details=repr(error),
        ) from error
    if not proto.graph.node and not proto.graph.output:
        raise Problem(messages.NO_GRAPH(file=path), hint=messages.EXPORT_AGAIN())
    keep_structure(path, proto)
    return proto, os.fspath(path.parent)


def read_graph(model: onnx.ModelProto, folder: str) -> Graph:
    """The model's main graph with its local functions expanded."""
    if model.functions:
        import onnx.inliner

        model = onnx.inliner.inline_local_functions(model)
    opsets = {"" if entry.domain == "ai.onnx" else entry.domain: entry.version for entry in model.opset_import}
    facts = {p.key: json.loads(p.value) for p in model.metadata_props if p.key in FACTS}
    parameters = facts.get(PARAMETERS_KEY)
    graph = read_graph_proto(model.graph, opsets, folder, None if parameters is None else frozenset(parameters))
    graph.padding = facts.get(PADDING_KEY, {})
    graph.named_outputs = frozenset(facts.get(OUTPUTS_KEY, ()))
    graph.producer = model.producer_name
    return graph


def read_graph_proto(
    graph: onnx.GraphProto, opsets: dict[str, int], folder: str = "", parameters: frozenset[str] | None = None
) -> Graph:
    """A graph (the main one or a subgraph of If, Loop or Scan) with its initializers and constants."""
    weights = _weights(graph) if parameters is None else frozenset()
    constants = {
        tensor.name: read_initializer(tensor, folder, parameters, tensor.name in weights)
        for tensor in graph.initializer
        if tensor.name
    }
    for sparse in graph.sparse_initializer:
        constants[sparse.values.name] = Constant(_dense(sparse))
    nodes = [
        normalized(read_node(proto, opsets, (index,), folder), constants) for index, proto in enumerate(graph.node)
    ]
    return Graph(
        nodes=in_order(nodes),
        inputs=[_port(info) for info in graph.input if info.name not in constants],
        outputs=[info.name for info in graph.output],
        constants=constants,
        opsets=opsets,
        originals=list(nodes),
        folder=folder,
    )


def _weights(graph: onnx.GraphProto) -> frozenset[str]:
    """Names of the values that layers read as their weights, whatever an exporter called it."""
    return frozenset(
        node.input[place]
        for node in graph.node
        for place in WEIGHT_PLACES.get(node.op_type, ())
        if place < len(node.input) and not node.domain
    )


def read_initializer(
    tensor: onnx.TensorProto, folder: str, parameters: frozenset[str] | None, is_weight: bool = False
) -> Constant:
    """A constant of the file; large ones are read when they are asked for. ``folder`` holds external data."""
    dtype = onnx_to_numpy(tensor.data_type)
    shape = tuple(tensor.dims)
    if parameters is not None:
        is_parameter = tensor.name in parameters
    else:
        # PyTorch's exporters give a parameter the name of its path and number what they computed ("val_7").
        is_parameter = is_float(dtype) and (is_weight or not tensor.name.startswith(("val_", "onnx::")))
    if int(np.prod(shape, dtype=np.int64)) * dtype.itemsize <= _LAZY_BYTES:
        return Constant(_read(tensor, folder), name=tensor.name, is_parameter=is_parameter)
    return Constant(
        lambda: _read(tensor, folder), shape=shape, dtype=dtype, name=tensor.name, is_parameter=is_parameter
    )


def _read(tensor: onnx.TensorProto, folder: str, where: str = "") -> np.ndarray:
    try:
        return onnx.numpy_helper.to_array(tensor, folder)
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise Problem(
            messages.WEIGHT_UNREADABLE(name=tensor.name or where),
            hint=messages.KEEP_TOGETHER(),
            details=repr(error),
        ) from error


def _dense(sparse: onnx.SparseTensorProto) -> np.ndarray:
    values = onnx.numpy_helper.to_array(sparse.values)
    indices = onnx.numpy_helper.to_array(sparse.indices)
    dense = np.zeros(tuple(sparse.dims), values.dtype)
    if indices.ndim == 1:
        dense.reshape(-1)[indices] = values
    else:
        dense[tuple(indices.T)] = values
    return dense


def _port(info: onnx.ValueInfoProto) -> Port:
    tensor_type = info.type.tensor_type
    if info.type.WhichOneof("value") not in (None, "tensor_type"):  # a subgraph's input may leave its type open
        raise Problem(messages.INPUT_NOT_TENSOR(name=info.name), hint=messages.EXPORT_TENSORS())
    shape: tuple[Dim, ...] | None = None
    if tensor_type.HasField("shape"):
        shape = tuple(
            dim.dim_value
            if dim.HasField("dim_value")
            else SymbolicDim.symbol(dim.dim_param or f"{info.name}_axis_{axis}")
            for axis, dim in enumerate(tensor_type.shape.dim)
        )
    return Port(info.name, onnx_to_numpy(tensor_type.elem_type or onnx.TensorProto.FLOAT), shape)


def read_node(proto: onnx.NodeProto, opsets: dict[str, int], sources: tuple[int, ...], folder: str = "") -> Node:
    """A node as the newest opset writes it, with PyTorch's module from its metadata."""
    domain = "" if proto.domain == "ai.onnx" else proto.domain
    module, module_class = _module(proto)
    scope = _scope(proto)
    return Node(
        operator=proto.op_type,
        inputs=tuple(proto.input),
        outputs=tuple(proto.output),
        attributes={
            attribute.name: _attribute(attribute, folder, f"in {proto.name or proto.output[0]}")
            for attribute in proto.attribute
        },
        domain=domain,
        version=opsets.get(domain, 1),
        name=proto.name,
        module=module,
        module_class=module_class,
        sources=sources,
        folded_module=scope if scope[1] and scope[0] != module and "BatchNorm" in scope[1] else ("", ""),
        origin=_origin(proto),
    )


def _origin(proto: onnx.NodeProto) -> str:
    kinds = next((e.value for e in proto.metadata_props if e.key == "pkg.torch.onnx.class_hierarchy"), "")
    return (_literal(kinds) or [""])[-1]


def _attribute(attribute: onnx.AttributeProto, folder: str, where: str) -> Any:
    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, onnx.TensorProto):
        return _read(value, folder, where)
    if isinstance(value, onnx.SparseTensorProto):
        return _dense(value)
    if isinstance(value, (str, int, float, onnx.GraphProto)):
        return value
    if isinstance(value, Iterable):
        return tuple(item.decode("utf-8", "replace") if isinstance(item, bytes) else item for item in value)
    return value


def _module(proto: onnx.NodeProto) -> tuple[str, str]:
    """The innermost PyTorch module, from the exporter's metadata (a list of scopes whose last entry is the operation)."""
    metadata = {entry.key: entry.value for entry in proto.metadata_props}
    scopes = _literal(metadata.get("pkg.torch.onnx.name_scopes", ""))
    if not scopes:
        # The older exporter writes the scopes into the node's name: /layer1/layer1.0/conv1/Conv.
        parts = [part for part in proto.name.split("/")[1:-1] if part] if proto.name.startswith("/") else []
        path = before = ""
        for part in parts:
            # An entry of a Sequential repeats the name of that: /downsample/downsample.0/Conv.
            path += part[len(before) :] if before and part.startswith(f"{before}.") else f".{part}" if path else part
            before = part
        return path, ""
    path, kind = _scope(proto)
    return _before_fusion(proto, path, kind) or (path, kind)


def _scope(proto: onnx.NodeProto) -> tuple[str, str]:
    """Path and class of the innermost module as the exporter's metadata give it; empty where they give none."""
    metadata = {entry.key: entry.value for entry in proto.metadata_props}
    scopes = _literal(metadata.get("pkg.torch.onnx.name_scopes", ""))
    classes = _literal(metadata.get("pkg.torch.onnx.class_hierarchy", ""))
    path = scopes[-2] if len(scopes) > 1 else ""
    if path.startswith("_empty_nn_module"):
        return "", ""
    return path, classes[-2] if len(classes) > 1 else ""


def _before_fusion(proto: onnx.NodeProto, path: str, kind: str) -> tuple[str, str] | None:
    """The convolution or linear layer that the exporter fused with this BatchNorm: the weight still has its name."""
    if proto.op_type not in _FUSED_WITH_BATCHNORM or "BatchNorm" not in kind.rpartition(".")[2]:
        return None
    weight = proto.input[1] if len(proto.input) > 1 else ""
    module = weight.removesuffix(".weight")
    return (module, "") if module not in (weight, path) else None


def module_classes(graph: onnx.GraphProto) -> dict[str, str]:
    """The class of each PyTorch module that the exporter's metadata names, by path; the whole model's is "".

    A recording of the older exporter names the paths alone: their classes are empty.
    """
    classes: dict[str, str] = {}
    for proto in graph.node:
        metadata = {entry.key: entry.value for entry in proto.metadata_props}
        scopes = _literal(metadata.get("pkg.torch.onnx.name_scopes", ""))[:-1]
        kinds = _literal(metadata.get("pkg.torch.onnx.class_hierarchy", ""))[:-1]
        for path, kind in zip(scopes, kinds, strict=False):
            if not path.startswith("_empty_nn_module"):
                classes.setdefault(path, kind)
        if not scopes:
            path, _ = _module(proto)
            for end in [end for end in range(len(path)) if path[end] == "."] + [len(path)]:
                if path:
                    classes.setdefault(path[:end], "")
    return classes


def _literal(text: str) -> list[str]:
    try:
        value = ast.literal_eval(text) if text else []
    except (ValueError, SyntaxError):
        return []
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []
