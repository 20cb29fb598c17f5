"""Operators of a recorded program that no exporter has an ONNX form for: found in the program, before the export works on it.

The exporters find out themselves, but only when they come to the operator, after minutes in a large network.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

import torch
from torch.utils import _pytree as pytree

from pt2k_gui.export.recording import OPSET, SCRIPT_OPSET

aten = torch.ops.aten
_TAKEN_OUT = {  # by the exporter, before it translates
    aten.sym_constrain_range.default,
    aten.sym_constrain_range_for_size.default,
    aten._assert_async.default,
    aten._assert_async.msg,
    aten._assert_scalar.default,
    aten._assert_tensor_metadata.default,
}


def without_form(program: Any, own: Collection[Any]) -> list[tuple[str, torch.fx.Node]]:
    """The operators without an ONNX form, each with the first node that computes it, or a part of which is it.

    Args:
        own: the ATen operators that have a translation of ours.

    Returns:
        ``("aten._linalg_svd", node)`` and so on, in the order of the program; an operator that can't be looked into here is
        left to the exporters.
    """
    known = {target.name() for target in own if isinstance(target, torch._ops.OpOverload)}
    seen: set[tuple[str, bool]] = set()
    found: dict[str, torch.fx.Node] = {}
    for node in _nodes(program):
        target, is_complex = node.target, _takes_complex(node)
        if not isinstance(target, torch._ops.OpOverload) or target in _TAKEN_OUT or (target.name(), is_complex) in seen:
            continue
        seen.add((target.name(), is_complex))
        if _has_form(target, known, is_complex) or _script_knows(target):
            continue
        with contextlib.suppress(Exception):  # whatever its decomposition raises: the exporters will tell it
            for part, part_is_complex in _parts(node, known):
                if not _has_form(part, known, part_is_complex) and not _script_knows(part):
                    found.setdefault(str(part.overloadpacket), node)
    return list(found.items())


def _nodes(program: Any) -> Iterator[torch.fx.Node]:
    for module in program.graph_module.modules():
        if isinstance(module, torch.fx.GraphModule):
            yield from (node for node in module.graph.nodes if node.op == "call_function")


def _takes_complex(node: torch.fx.Node) -> bool:
    values = [argument.meta.get("val") for argument in node.all_input_nodes]
    return any(isinstance(leaf, torch.Tensor) and leaf.is_complex() for leaf in pytree.tree_leaves(values))


@cache
def _forms() -> Any:
    from torch.onnx._internal.exporter._registration import ONNXRegistry

    return ONNXRegistry.from_torchlib(opset_version=OPSET)


def _has_form(target: Any, known: Collection[str], is_complex: bool) -> bool:
    if not isinstance(target, torch._ops.OpOverload) or target in _TAKEN_OUT:
        return True
    if target._schema.is_mutable:  # the exporter makes it one that gives its answer anew
        name, overload = target._schema.name.removeprefix("aten::"), target._overloadname
        target = getattr(getattr(aten, name.removesuffix("_"), None), overload, None)
        if target is None or target._schema.is_mutable:
            return True
    if target.name() in known and not is_complex:
        return True
    return any(form.is_complex == is_complex for form in _forms().get_decomps(target))


def _script_knows(target: Any) -> bool:
    """Whether the TorchScript exporter, which goes second, writes an operator of this name."""
    from torch.onnx._internal.torchscript_exporter.registration import registry

    space, _, name = target._schema.name.partition("::")
    return any(registry.is_registered_op(f"{space}::{name}", SCRIPT_OPSET) for name in {name, name.strip("_")})


def _parts(node: torch.fx.Node, known: Collection[str]) -> list[tuple[Any, bool]]:
    """The parts into which the exporter takes an operator, and whether each part works on complex numbers.

    Raises:
        Exception: whatever the operator's decomposition raises.
    """
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.fx.experimental.proxy_tensor import make_fx

    with FakeTensorMode(allow_non_fake_inputs=True):
        values = pytree.tree_map(_example, (node.args, node.kwargs))
        leaves, tree = pytree.tree_flatten(values)
        places = [place for place, leaf in enumerate(leaves) if isinstance(leaf, torch.Tensor)]

        def call(*tensors: torch.Tensor) -> Any:
            filled = list(leaves)
            for place, tensor in zip(places, tensors, strict=True):
                filled[place] = (
                    tensor.clone()
                )  # where the operator writes into it, the copy is all that is written into
            arguments, named = pytree.tree_unflatten(filled, tree)
            return node.target(*arguments, **named)

        traced = make_fx(torch.func.functionalize(call), decomposition_table=_decompositions(frozenset(known)))
        graph = traced(*(leaves[place] for place in places)).graph
    return [(part.target, _takes_complex(part)) for part in graph.nodes if part.op == "call_function"]


def _example(value: Any) -> Any:
    """A value of an argument's shape and type; free sizes as they were in the example."""
    if not isinstance(value, torch.fx.Node):
        return value
    known = value.meta["val"]
    if isinstance(known, torch.Tensor):
        sizes = [_hint(size) for size in known.shape]
        return torch.empty(sizes, dtype=known.dtype)
    return _hint(known)


def _hint(size: Any) -> Any:
    if isinstance(size, torch.SymInt | torch.SymFloat | torch.SymBool):
        return size.node.hint
    return size


@cache
def _decompositions(known: frozenset[str]) -> dict[Any, Any]:
    from torch.onnx._internal.exporter import _decomp

    table = _decomp.create_onnx_friendly_decomposition_table(set(_decomp.get_onnx_implemented_overloads(_forms())))
    return {target: way for target, way in table.items() if target.name() not in known}
