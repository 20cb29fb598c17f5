"""Puts Dropout nodes back into an export in evaluation mode, where the exporter leaves an Identity in their place."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import onnx

_NAMES = "pkg.torch.onnx.name_scopes"
_KINDS = "pkg.torch.onnx.class_hierarchy"
_DROPOUTS = ("dropout", "feature_dropout", "alpha_dropout")


def restore_dropouts(model: onnx.ModelProto, program: Any) -> int:
    """Turn each Identity that stands for a dropout into a Dropout node with its rate (``training_mode`` stays false).

    The program knows the rates (``aten.dropout(x, rate, train)``), in the order in which the file has the nodes. Only
    where both agree in number is anything changed.

    Returns:
        how many there are now.
    """
    import onnx
    from onnx import numpy_helper

    rates = [
        float(node.args[1])
        for node in program.graph.nodes
        if node.op == "call_function" and str(node.target).split(".")[-2:-1] and _is_dropout(str(node.target))
    ]
    places = [node for node in model.graph.node if node.op_type == "Identity" and _comes_from_dropout(node)]
    if not rates or len(places) != len(rates):
        return 0
    import numpy as np

    for number, (node, rate) in enumerate(zip(places, rates, strict=True)):
        name = f"dropout_rate_{number}"
        model.graph.initializer.append(numpy_helper.from_array(np.array(rate, np.float32), name))
        node.op_type = "Dropout"
        node.input.append(name)
    onnx.checker.check_model(model)
    return len(places)


def _is_dropout(target: str) -> bool:
    return target.startswith("aten.") and target.split(".")[1] in _DROPOUTS


def _comes_from_dropout(node: onnx.NodeProto) -> bool:
    """An Identity made of ``aten.clone`` whose name or class speaks of dropout."""
    properties = {entry.key: entry.value for entry in node.metadata_props}
    try:
        kinds = ast.literal_eval(properties.get(_KINDS, "[]"))
    except (ValueError, SyntaxError):
        return False
    return bool(kinds) and kinds[-1] == "aten.clone.default"
