"""Keeps in an export what decides training and an exporter drops: dropouts, which numbers are trained, padding rows.

None of it changes what the file computes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import onnx
    import torch

PARAMETERS_KEY = "pt2k.parameters"
"""The file's metadata under this key: a JSON list of the initializers that an optimizer changes."""
PADDING_KEY = "pt2k.padding"
"""Likewise: by the name of a table its row that is never trained."""
OUTPUTS_KEY = "pt2k.outputs"
"""Likewise: the outputs that PyTorch's model has a name for, as the keys of a dictionary."""
FACTS = (PARAMETERS_KEY, PADDING_KEY, OUTPUTS_KEY)
DROPOUTS = ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout")
_NAMESPACE = "pt2k"


def keep_dropouts(program: torch.export.ExportedProgram) -> None:
    """Put an operator of our own in the place of each dropout of a program in evaluation mode.

    PyTorch's decomposition leaves an identity, or nothing at all, where it meets ``aten.dropout``; an operator that it
    does not know stays, and ``translations`` writes it as ONNX's Dropout with its rate.
    """
    import torch

    own = _operators()
    for node in program.graph.nodes:
        packet = getattr(node.target, "overloadpacket", None)
        for name in DROPOUTS if node.op == "call_function" else ():
            if packet is getattr(torch.ops.aten, name) and not (len(node.args) > 2 and node.args[2]):
                node.target = own[name]
                node.args, node.kwargs = (node.args[0], float(node.args[1])), {}
    program.graph_module.recompile()


def _operators() -> dict[str, Any]:
    """The operators, defined once in a process: each gives a copy of its input."""
    import torch

    for name in DROPOUTS:
        if not hasattr(getattr(torch.ops, _NAMESPACE), name):
            full = f"{_NAMESPACE}::{name}"
            torch.library.define(full, "(Tensor x, float p) -> Tensor")
            torch.library.impl(full, "CompositeExplicitAutograd", lambda x, p: x.clone())
            torch.library.register_fake(full, lambda x, p: torch.empty_like(x))
    return {name: getattr(getattr(torch.ops, _NAMESPACE), name).default for name in DROPOUTS}


def dropout_translations() -> dict[Any, Any]:
    """For ``torch.onnx.export``: which ATen operator each was stays in its node's metadata."""
    from onnxscript import opset20 as op

    def dropout(x: Any, p: float) -> Any:
        return op.Dropout(x, op.Constant(value_float=float(p)))[0]

    return dict.fromkeys(_operators().values(), dropout)


def remember(
    model: onnx.ModelProto,
    module: Any,
    program: torch.export.ExportedProgram | None,
    names_of_outputs: Sequence[str] = (),
) -> None:
    """Write into the file's metadata which initializers an optimizer changes, which row of a table it leaves alone, and
    which outputs have names of their own.

    A parameter that the exporter folded (a transposed matrix) is found by its numbers, by the name that it has now.
    """
    trained = {name for name, parameter in module.named_parameters(remove_duplicate=False) if parameter.requires_grad}
    if not trained:  # a program that was saved for inference tells nothing: all of its parameters can be trained
        trained = {name for name, _ in module.named_parameters(remove_duplicate=False)}
    names = {tensor.name for tensor in model.graph.initializer}
    found = sorted((names & trained) | _transposed(model, module, trained - names) | _recurrent(model))
    entries: dict[str, Any] = {PARAMETERS_KEY: found}
    if named := [value.name for value in model.graph.output if value.name in set(names_of_outputs)]:
        entries[OUTPUTS_KEY] = named
    if program is not None and (padding := _padding_rows(program)):
        entries[PADDING_KEY] = padding
    for key, value in entries.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, json.dumps(value)


def _transposed(model: onnx.ModelProto, module: Any, missing: set[str]) -> set[str]:
    """The initializers that hold a missing matrix turned around."""
    import numpy as np
    from onnx import numpy_helper

    wanted: dict[tuple[int, ...], list[Any]] = {}
    for name, parameter in module.named_parameters(remove_duplicate=False):
        if name in missing and parameter.dim() == 2:
            wanted.setdefault(tuple(parameter.shape)[::-1], []).append(parameter)
    found = set()
    for tensor in model.graph.initializer:
        for parameter in wanted.get(tuple(tensor.dims), ()):
            if np.array_equal(numpy_helper.to_array(tensor), parameter.detach().numpy().T):
                found.add(tensor.name)
                break
    return found


def _recurrent(model: onnx.ModelProto) -> set[str]:
    """Weights as the recurrent nodes read them: the parameters' gates in ONNX's order."""
    names = {tensor.name for tensor in model.graph.initializer}
    nodes = [node for node in model.graph.node if node.op_type in ("LSTM", "GRU", "RNN")]
    return {name for node in nodes for name in node.input[1:4] if name in names}


def _padding_rows(program: torch.export.ExportedProgram) -> dict[str, int]:
    """By the table's name the row that PyTorch does not train (``padding_idx``)."""
    import torch

    owners = {
        spec.arg.name: spec.target for spec in program.graph_signature.input_specs if getattr(spec, "target", None)
    }
    rows = {}
    for node in program.graph.nodes:
        if node.op == "call_function" and node.target is torch.ops.aten.embedding.default and len(node.args) > 2:
            table, row = node.args[0], node.args[2]
            if isinstance(row, int) and row >= 0 and getattr(table, "name", "") in owners:
                rows[str(owners[table.name])] = row
    return rows
