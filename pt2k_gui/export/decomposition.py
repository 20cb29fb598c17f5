"""Spares a program the exporter's decomposition where its graph can be had without: for most networks of layers.

The exporter runs a program through PyTorch's tracer three times to take apart what has no ONNX form and to turn writing in place
into new values: two thirds of an export. Where each operator of a program either has a form, and so would come out as it went in,
or is one of the few that are rewritten here, the same graph is written at once. Any other program takes the long way.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import operator
from collections.abc import Callable, Collection, Iterator
from typing import Any

import torch
from torch.export.graph_signature import InputKind, OutputKind
from torch.fx import Node

aten = torch.ops.aten
_NOWHERE = "_empty_nn_module_stack_from_metadata_hook"  # the tracer's word for what belongs to no module


@contextlib.contextmanager
def decomposed_where_needed() -> Iterator[None]:
    """Calls of ``torch.onnx.export`` in this context go the short way where there is one."""
    from torch.onnx._internal.exporter import _decomp, _fx_passes

    former = _fx_passes.decompose_with_registry

    def decompose(program: Any, registry: Any) -> Any:
        known = set(_decomp.get_onnx_implemented_overloads(registry))
        short = rewritten(program, _decomp.create_onnx_friendly_decomposition_table(known))
        return former(program, registry) if short is None else short

    _fx_passes.decompose_with_registry = decompose
    try:
        yield
    finally:
        _fx_passes.decompose_with_registry = former


def rewritten(
    program: torch.export.ExportedProgram, taken_apart: Collection[Any]
) -> torch.export.ExportedProgram | None:
    """The program as ``run_decompositions`` gives it; None where only that can tell. The given one stays as it is.

    Args:
        taken_apart: the operators that the exporter has no ONNX form for.
    """
    inputs, outputs = program.graph_signature.input_specs, program.graph_signature.output_specs
    plain = (InputKind.USER_INPUT, InputKind.PARAMETER, InputKind.BUFFER, InputKind.CONSTANT_TENSOR)
    if any(spec.kind not in plain for spec in inputs) or any(spec.kind != OutputKind.USER_OUTPUT for spec in outputs):
        return None
    try:
        graph, names = _Rewriting(program.graph, taken_apart).result()
    except LongWay:
        return None
    short = copy.copy(program)
    short._graph_module = torch.fx.GraphModule(program.graph_module, graph)
    short._graph_module.meta = dict(program.graph_module.meta)
    short._graph_signature = copy.copy(program.graph_signature)
    short._graph_signature.output_specs = [
        dataclasses.replace(spec, arg=dataclasses.replace(spec.arg, name=name)) if name else spec
        for spec, name in zip(outputs, names, strict=True)
    ]
    return short


class LongWay(Exception):
    """Something in the graph is for PyTorch's tracer."""


class _Rewriting:
    """Copies a graph, node by node, into one of functions with ONNX forms."""

    def __init__(self, graph: torch.fx.Graph, taken_apart: Collection[Any]) -> None:
        self._old, self._taken_apart = graph, taken_apart
        self._same, self._memory = _tensors(graph)
        self._graph = torch.fx.Graph()
        self._new: dict[Node, Any] = {}
        self._sizes: dict[Any, tuple[Node, int]] = {}  # by symbol: an input and its axis
        self._measured: dict[Any, Node] = {}
        self._last_input: Node | None = None

    def result(self) -> tuple[torch.fx.Graph, list[str]]:
        """The graph and the names of its outputs, empty where one is no value. Raises ``LongWay``."""
        if not _is_simple(self._old, self._same, self._memory):
            raise LongWay
        for node in self._old.nodes:
            if node.op == "placeholder":
                self._new[node] = self._last_input = self._input(node)
                self._remember_sizes(node)
            elif node.op == "output":
                self._graph.output(torch.fx.node.map_arg(node.args[0], self.value)).meta = copy.copy(node.meta)
            elif node.op == "call_function":
                self._new[node] = self._call(node)
            else:
                raise LongWay
        self._graph.eliminate_dead_code()
        self._graph.lint()
        answers = next(node for node in self._graph.nodes if node.op == "output").args[0]
        return self._graph, [answer.name if isinstance(answer, Node) else "" for answer in answers]

    def value(self, node: Node) -> Any:
        """The counterpart of a node in the new graph."""
        return self._new[node]

    def _input(self, node: Node) -> Node:
        """An input, by the very name that the signature has for it, which the graph changes where Python has such a word."""
        made = self._graph.node_copy(node)
        self._graph._graph_namespace.create_name(node.name, None)
        made.name, made.target = node.name, node.target
        return made

    def _remember_sizes(self, node: Node) -> None:
        value = node.meta.get("val")
        for axis, size in enumerate(value.shape) if isinstance(value, torch.Tensor) else ():
            if isinstance(size, torch.SymInt):
                self._sizes.setdefault(size.node.expr, (self._new[node], axis))

    def _call(self, node: Node) -> Any:
        """The counterpart of a call in the new graph."""
        target = node.target
        if target in _REWRITINGS:
            return _REWRITINGS[target](self, node)
        if target is operator.getitem or self._stays(target):
            return self._graph.node_copy(node, self.value)
        if isinstance(target, torch._ops.OpOverload) and target._schema.is_mutable:
            return self._anew(node)
        raise LongWay

    def _stays(self, target: Any) -> bool:
        """Whether the tracer leaves an operator as it is."""
        if not isinstance(target, torch._ops.OpOverload) or target._schema.is_mutable or target in self._taken_apart:
            return False
        from torch._export.utils import _check_valid_to_preserve, _is_cia_op

        return _check_valid_to_preserve(target) or (_is_view(target) and not _is_cia_op(target))

    def _anew(self, node: Node) -> Any:
        """The operator that gives a new value in the place of one that writes into its first argument."""
        name, overload = node.target._schema.name.removeprefix("aten::"), node.target._overloadname
        target = getattr(getattr(aten, name.removesuffix("_"), None), overload, None)
        written = node.args[0] if node.args else None
        if not name.endswith("_") or not self._stays(target) or not isinstance(written, Node):
            raise LongWay
        others = [argument.meta.get("val") for argument in node.all_input_nodes]
        if any(not isinstance(value, torch.Tensor) or value.dtype != others[0].dtype for value in others):
            raise LongWay
        made = self.create(node, target, node.args, node.kwargs)
        for other in self._new:  # whoever reads the tensor from here on, by whichever name, reads what was written
            if self._same[other] is self._same[written]:
                self._new[other] = made
        return made

    def create(self, node: Node, target: Any, arguments: Any, named: Any = None, value: Any = None) -> Node:
        """A call of another function in a node's place.

        Args:
            arguments, named: in nodes of the old graph.
            value: an example of what it gives; that of the node if None.
        """
        arguments, named = torch.fx.node.map_arg((tuple(arguments), dict(named or {})), self.value)
        made = self._graph.create_node("call_function", target, arguments, named, name=target._opname)
        made.meta = copy.copy(node.meta)
        if value is not None:
            made.meta["val"] = value
            made.meta.pop("tensor_meta", None)
        return made

    def after(self, node: Node, target: Any, arguments: tuple[Any, ...]) -> Node:
        """The same with arguments that are nodes of the new graph."""
        name = getattr(target, "_opname", None)
        made = self._graph.create_node("call_function", target, arguments, name=name)
        made.meta = copy.copy(node.meta)
        return made

    def sizes(self, node: Node) -> list[Any]:
        """The lengths of a node's value as arguments. Raises ``LongWay``."""
        return [self.size(size) for size in node.meta["val"].shape]

    def size(self, size: Any) -> Any:
        """A length as an argument: a number, or the node that measures it at an input. Raises ``LongWay``."""
        if not isinstance(size, torch.SymInt):
            return size
        symbol = size.node.expr
        if symbol not in self._sizes:
            raise LongWay
        if symbol not in self._measured:
            of, axis = self._sizes[symbol]
            with self._graph.inserting_after(self._last_input):
                self._measured[symbol] = self._graph.call_function(aten.sym_size.int, (of, axis))
            self._measured[symbol].meta = {"val": size, "nn_module_stack": {"": (_NOWHERE, _NOWHERE)}}
        return self._measured[symbol]


# ---- what the tracer takes apart, and is simple enough to be written here -------------------------------------------


def _batch_norm(rewriting: _Rewriting, node: Node) -> Node:
    """Statistics of its own alone, in 32 bits: a normalisation whose first answer is the value."""
    value, weight, bias, mean, variance, training, momentum, epsilon = node.args[:8]
    statistics = [weight, bias, mean, variance]
    if training or not all(isinstance(part, Node) for part in (value, *statistics)) or not _is_float32(node):
        raise LongWay
    example = node.meta["val"]
    made = rewriting.create(
        node,
        aten._native_batch_norm_legit_no_training.default,
        (value, *statistics, momentum, epsilon),
        value=(example, example.new_empty((0,)), example.new_empty((0,))),
    )
    return rewriting.after(node, operator.getitem, (made, 0))


def _dropout(rewriting: _Rewriting, node: Node) -> Any:
    """A copy where the model is not trained."""
    if node.args[2]:
        raise LongWay
    return rewriting.create(node, aten.clone.default, node.args[:1])


def _shape(rewriting: _Rewriting, node: Node) -> Node:
    """Flatten, Unflatten and Reshape of what lies in memory in its order: a view."""
    value = node.args[0].meta["val"]
    if not _in_order(value):
        raise LongWay
    return rewriting.after(node, aten.view.default, (rewriting.value(node.args[0]), rewriting.sizes(node)))


def _measured(rewriting: _Rewriting, node: Node) -> Any:
    """A length of any tensor: a number, or one of an input's."""
    return rewriting.size(node.meta["val"])


def _in_memory_order(rewriting: _Rewriting, node: Node) -> Any:
    """Nothing where the value lies so already."""
    if len(node.args) > 1 or node.kwargs or not _in_order(node.args[0].meta["val"]):
        raise LongWay
    return rewriting.value(node.args[0])


_REWRITINGS: dict[Any, Callable[[_Rewriting, Node], Any]] = {
    aten.batch_norm.default: _batch_norm,
    aten.dropout.default: _dropout,
    aten.flatten.using_ints: _shape,
    aten.unflatten.int: _shape,
    aten.reshape.default: _shape,
    aten.sym_size.int: _measured,
    aten.contiguous.default: _in_memory_order,
}


def _is_float32(node: Node) -> bool:
    return all(argument.meta["val"].dtype == torch.float32 for argument in node.all_input_nodes)


def _in_order(value: torch.Tensor) -> bool:
    """Whether each axis steps over what lies behind it, whatever the free sizes are."""
    step: Any = 1
    for size, stride in zip(reversed(value.shape), reversed(value.stride()), strict=True):
        if _expression(stride) != step:
            return False
        step = step * _expression(size)
    return True


def _expression(size: Any) -> Any:
    return size.node.expr if isinstance(size, torch.SymInt) else size


# ---- writing in place -----------------------------------------------------------------------------------------------


def _is_view(target: Any) -> bool:
    """Whether an operator's answer lies in the memory of its argument."""
    schema = getattr(target, "_schema", None)
    if schema is None:
        return target is operator.getitem
    return not schema.is_mutable and any(argument.alias_info is not None for argument in schema.arguments)


def _tensors(graph: torch.fx.Graph) -> tuple[dict[Node, Node], dict[Node, Node]]:
    """For each node the first that is the same tensor, and the one whose memory it lies in."""
    same: dict[Node, Node] = {}
    memory: dict[Node, Node] = {}
    for node in graph.nodes:
        first = node.args[0] if node.args and isinstance(node.args[0], Node) else None
        schema = getattr(node.target, "_schema", None)
        writes = schema is not None and schema.is_mutable
        shares = first is not None and (writes or _is_view(node.target) or node.target is aten.dropout.default)
        same[node] = same[first] if writes and first is not None else node
        memory[node] = memory[first] if shares and first is not None else node
    return same, memory


def _is_simple(graph: torch.fx.Graph, same: dict[Node, Node], memory: dict[Node, Node]) -> bool:
    """Whether nothing that is read after a write shows it by lying in the same memory, and no input is written into."""
    places = {node: place for place, node in enumerate(graph.nodes)}
    last = {node: max((places[user] for user in node.users), default=-1) for node in graph.nodes}
    for node in graph.nodes:
        schema = getattr(node.target, "_schema", None)
        if schema is None or not schema.is_mutable:
            continue
        if memory[node].op == "placeholder":
            return False
        for other in graph.nodes:
            if memory[other] is memory[node] and same[other] is not same[node] and last[other] > places[node]:
                return False
    return True
