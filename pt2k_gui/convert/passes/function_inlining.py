"""Expands operators that ONNX itself defines by others, where there is no conversion of their own."""

from __future__ import annotations

from dataclasses import replace

import onnx
import onnx.defs
import onnx.helper

from pt2k_gui.convert.ir.graph import Graph, Node, captured_by, node_proto
from pt2k_gui.convert.ir.onnx_reader import read_node
from pt2k_gui.convert.ir.opset_normalization import normalized
from pt2k_gui.convert.registry import find

_DEPTH = 8


def expand_functions(graph: Graph) -> None:
    """Replace each such node by the body of its definition; the new nodes keep its module and sources."""
    known = _types(graph)
    for _ in range(_DEPTH):
        changed = False
        nodes: list[Node] = []
        for number, node in enumerate(graph.nodes):
            body = None if find(node.operator, node.version or graph.opset, node.domain) else _body(node, graph, known)
            if body is None:
                nodes.append(node)
                continue
            changed = True
            inner = _inlined(node, body, f"{node.operator}_{number}_{len(nodes)}")
            nodes += [normalized(made, graph.constants) for made in inner]
        graph.nodes = nodes
        if not changed:
            return


def _types(graph: Graph) -> dict[str, int]:
    """Element types of the graph's inputs and constants: a body may depend on them."""
    types = {port.name: onnx.helper.np_dtype_to_tensor_dtype(port.dtype) for port in graph.inputs}
    for name, value in graph.constants.items():
        if value.dtype.kind != "O":
            types[name] = onnx.helper.np_dtype_to_tensor_dtype(value.dtype)
    return types


def _body(node: Node, graph: Graph, types: dict[str, int]) -> onnx.FunctionProto | None:
    version = node.version or graph.opset
    try:
        schema = onnx.defs.get_schema(node.operator, version, node.domain)
    except onnx.defs.SchemaError:
        return None
    if schema.has_function:
        fitting = [v for v in schema.function_opset_versions if v <= version]
        if fitting:
            return onnx.FunctionProto.FromString(schema.get_function_with_opset_version(max(fitting)))
    if schema.has_context_dependent_function:
        fitting = [v for v in schema.context_dependent_function_opset_versions if v <= version]
        if not fitting:
            return None
        kinds = []
        for name in node.inputs:
            proto = onnx.TypeProto()
            if name:
                proto.tensor_type.elem_type = types.get(name, onnx.TensorProto.FLOAT)
            kinds.append(proto.SerializeToString())
        text = schema.get_context_dependent_function_with_opset_version(
            max(fitting), node_proto(node).SerializeToString(), kinds
        )
        return onnx.FunctionProto.FromString(text) if text else None
    return None


def _inlined(node: Node, body: onnx.FunctionProto, prefix: str) -> list[Node]:
    names: dict[str, str] = {"": ""}
    for formal, actual in zip(body.input, (*node.inputs, *[""] * len(body.input)), strict=False):
        names[formal] = actual
    for formal, actual in zip(body.output, (*node.outputs, *[""] * len(body.output)), strict=False):
        if actual:
            names[formal] = actual
    opsets = {entry.domain: entry.version for entry in body.opset_import} or {"": node.version}
    nodes = []
    for proto in body.node:
        proto = _bound(proto, node)
        inner = read_node(proto, opsets, node.sources)
        for name in inner.outputs:
            names.setdefault(name, f"{prefix}_{name}" if name else "")
        attributes = {
            name: _renamed(value, {**names, **_prefixed(value, names, prefix)})
            if isinstance(value, onnx.GraphProto)
            else value
            for name, value in inner.attributes.items()
        }
        nodes.append(
            replace(
                inner,
                attributes=attributes,
                inputs=tuple(names.get(name, f"{prefix}_{name}") for name in inner.inputs),
                outputs=tuple(names[name] for name in inner.outputs),
                module=node.module,
                module_class=node.module_class,
            )
        )
    return nodes


def _prefixed(graph: onnx.GraphProto, names: dict[str, str], prefix: str) -> dict[str, str]:
    """Names of the body that a subgraph reads and that no node has given a new name yet."""
    return {name: f"{prefix}_{name}" for name in captured_by(graph) if name not in names}


def _renamed(graph: onnx.GraphProto, names: dict[str, str]) -> onnx.GraphProto:
    """A subgraph that reads the values around it under their new names; its own values keep theirs."""
    renamed = onnx.GraphProto()
    renamed.CopyFrom(graph)
    captured = set(captured_by(graph))
    outside = {name: names[name] for name in captured}
    for proto in renamed.node:
        for place, name in enumerate(proto.input):
            if name in captured:
                proto.input[place] = names[name]
        for attribute in proto.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                attribute.g.CopyFrom(_renamed(attribute.g, {n: outside.get(n, n) for n in captured_by(attribute.g)}))
    for info in renamed.output:
        if info.name in captured:
            info.name = names[info.name]
    return renamed


def _bound(proto: onnx.NodeProto, node: Node) -> onnx.NodeProto:
    """Attributes of the body that refer to the node's own take its values; absent ones fall away."""
    bound = onnx.NodeProto()
    bound.CopyFrom(proto)
    kept = []
    for attribute in bound.attribute:
        if not attribute.ref_attr_name:
            kept.append(attribute)
            continue
        value = node.attributes.get(attribute.ref_attr_name)
        if value is None:
            default = _default(node, attribute.ref_attr_name)
            if default is None:
                continue
            value = default
        kept.append(onnx.helper.make_attribute(attribute.name, value))
    del bound.attribute[:]
    bound.attribute.extend(kept)
    return bound


def _default(node: Node, name: str) -> object | None:
    schema = onnx.defs.get_schema(node.operator, node.version, node.domain)
    attribute = schema.attributes.get(name)
    if attribute is None or not attribute.default_value.name:
        return None
    return onnx.helper.get_attribute_value(attribute.default_value)
