"""Ways around what the exporter does again for every model, or for none: its library of ONNX functions is listed without being
parsed, and once in a process; type promotion is looked for only where there is some. What is exported stays the same."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from typing import Any


class _Known:
    """Stands for a parsed function of which the domain is all that is asked for; anything else parses it."""

    def __init__(self, function: Any, parse: Any) -> None:
        self.domain = function.opset.domain
        self._function, self._parse = function, parse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parse(self._function), name)


@contextlib.contextmanager
def domains_known() -> Iterator[None]:
    """For each export the exporter lists all functions of the library, and onnxscript parses the source of each, 500 of them in
    over a second, to say in which domain it is: that of the opset that the function itself names."""
    from onnxscript._internal.values import TracedOnnxFunction

    former = TracedOnnxFunction.function_ir
    parse = former.fget
    TracedOnnxFunction.function_ir = property(lambda function: _Known(function, parse))
    try:
        yield
    finally:
        TracedOnnxFunction.function_ir = former


_kept: dict[Any, Any] = {}  # the library by opset, as it was listed first


@contextlib.contextmanager
def library_kept() -> Iterator[None]:
    """For each export the exporter looks up 500 operators of PyTorch by name and reads the signatures of their functions."""
    from torch.onnx._internal.exporter._registration import ONNXRegistry

    former = ONNXRegistry.__dict__["from_torchlib"]

    def from_torchlib(kind: Any, *version: Any, **named: Any) -> Any:
        key = (kind, version, tuple(named.items()))
        if key not in _kept:
            _kept[key] = former.__func__(kind, *version, **named)
        found = copy.copy(_kept[key])
        found.functions = {target: list(functions) for target, functions in found.functions.items()}  # others are added
        return found

    ONNXRegistry.from_torchlib = classmethod(from_torchlib)
    try:
        yield
    finally:
        ONNXRegistry.from_torchlib = former


@contextlib.contextmanager
def promotion_where_needed() -> Iterator[None]:
    """To make type promotion explicit the exporter runs the whole graph once more with symbolic sizes; most graphs have none."""
    from torch.onnx._internal.exporter import _fx_passes

    former = _fx_passes.insert_type_promotion_nodes

    def insert(graph: Any) -> None:
        if any(_promotes(part) for part in graph.modules()):
            former(graph)

    _fx_passes.insert_type_promotion_nodes = insert
    try:
        yield
    finally:
        _fx_passes.insert_type_promotion_nodes = former


def _promotes(graph: Any) -> bool:
    """Whether an argument of any node has another type than the one that the operator's rule of promotion tells."""
    import torch
    from torch.onnx._internal.fx.passes.type_promotion import TypePromotionTable, get_type_promotion_rule

    table = TypePromotionTable()
    for node in graph.graph.nodes:
        rule = get_type_promotion_rule(node, table) if node.op == "call_function" else None
        if rule is None:
            continue
        try:
            given, named = torch.fx.node.map_arg((node.args, node.kwargs), lambda argument: argument.meta["val"])
            wanted = rule.preview_type_promotion(given, named)
        except Exception:  # whatever a rule or a node without a value raises: the exporter's own pass decides
            return True
        types = [(given[place], kind) for place, kind in wanted.args_dtypes.items()]
        types += [(named[name], kind) for name, kind in wanted.kwargs_dtypes.items()]
        if any(not isinstance(value, torch.Tensor) or value.dtype != kind for value, kind in types):
            return True
    return False
