"""Rewrites nodes of older opsets as newer ones write them: attributes that became inputs, defaults that changed.

It runs once, as a graph is read, so that operators, passes and the reference evaluator know the newer form alone. Older
versions that compute something else (Softmax before opset 13, say) stay as they are: they have functions of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pt2k_gui.convert.ir.values import Constant

if TYPE_CHECKING:
    from pt2k_gui.convert.ir.graph import Node


@dataclass(frozen=True)
class _Moved:
    """From opset ``since`` on the attributes ``names`` are the inputs from ``first`` on, with these element types."""

    since: int
    names: tuple[str, ...]
    types: tuple[type, ...] = (np.int64,)
    first: int = 1
    defaults: Mapping[str, Any] = field(default_factory=dict)
    scalar: bool = False


_REDUCTIONS = ("L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "SumSquare")
_MOVED: dict[str, _Moved] = {
    "Clip": _Moved(11, ("min", "max"), (np.float32, np.float32), scalar=True),
    "DFT": _Moved(20, ("axis",), first=2, defaults={"axis": 1}, scalar=True),
    "Dropout": _Moved(12, ("ratio",), (np.float32,), defaults={"ratio": 0.5}, scalar=True),
    "Pad": _Moved(11, ("pads", "value"), (np.int64, np.float32)),
    "ReduceSum": _Moved(13, ("axes",)),
    "Reshape": _Moved(5, ("shape",)),
    "Slice": _Moved(10, ("starts", "ends", "axes"), (np.int64, np.int64, np.int64)),
    "Split": _Moved(13, ("split",)),
    "Squeeze": _Moved(13, ("axes",)),
    "TopK": _Moved(10, ("k",)),
    "Unsqueeze": _Moved(13, ("axes",)),
    "Upsample": _Moved(9, ("scales",), (np.float32,)),
    **{f"Reduce{name}": _Moved(18, ("axes",)) for name in _REDUCTIONS},
}
# Attributes of the first versions that say nothing about the result, or go by another name today.
MEANINGLESS = ("consumed_inputs", "is_test")
_RENAMED = {("Pad", "paddings"): "pads"}
_DEFAULTS: dict[tuple[str, int], dict[str, Any]] = {
    ("Concat", 4): {"axis": 1},
    ("Selu", 6): {"alpha": 1.6732, "gamma": 1.0507},
}


def normalized(node: Node, constants: dict[str, Constant]) -> Node:
    """The node in its newer form; what was an attribute is added to ``constants``."""
    if node.domain:
        return node
    attributes = {_RENAMED.get((node.operator, name), name): value for name, value in node.attributes.items()}
    if node.version < 7:
        attributes = {name: value for name, value in attributes.items() if name not in MEANINGLESS}
    for (operator, since), defaults in _DEFAULTS.items():
        if node.operator == operator and node.version < since:
            node, attributes = replace(node, version=since), {**defaults, **attributes}
    node = replace(node, attributes=attributes)
    moved = _MOVED.get(node.operator)
    if moved is None or node.version >= moved.since:
        return node
    return _with_inputs(node, moved, constants)


def _with_inputs(node: Node, moved: _Moved, constants: dict[str, Constant]) -> Node:
    values = {**moved.defaults, **node.attributes}
    inputs = list(node.inputs) + [""] * max(moved.first - len(node.inputs), 0)
    for place, (name, kind) in enumerate(zip(moved.names, moved.types, strict=True), moved.first):
        if len(inputs) > place and inputs[place]:
            continue  # the very first Split had it as an input, too
        inputs[place:] = [""]
        if values.get(name) is not None:
            inputs[place] = f"{node.outputs[0]}/{name}"
            array: np.ndarray = np.array(values[name], kind)
            constants[inputs[place]] = Constant(array.reshape(()) if moved.scalar else np.atleast_1d(array))
    while inputs and not inputs[-1]:
        inputs.pop()
    attributes = {name: value for name, value in node.attributes.items() if name not in moved.names}
    return replace(node, inputs=tuple(inputs), attributes=attributes, version=moved.since)
