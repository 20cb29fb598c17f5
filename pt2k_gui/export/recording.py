"""Torch's exporters, each with what it needs to take a module. Runs in the user's interpreter too: torch alone is needed, of
1.13 or later."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pt2k_gui.export import messages
from pt2k_gui.export.dry_run import has_symbols, run_once
from pt2k_gui.export.fixed_sizes import told_by_pytorch
from pt2k_gui.export.free_sizes import recurrent_shapes, sizes_kept
from pt2k_gui.export.module_forms import recordable
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.inputs import random_tensors
from pt2k_gui.sources.loaded import LoadedModel, tensor_names

PROGRAM, DYNAMO, TORCHSCRIPT = "program", "dynamo", "torchscript"
OPSET = 20  # the newest that both exporters' function library and ONNX Runtime serve without a version conversion
SCRIPT_OPSET = 17  # where the TorchScript exporter knows every operator that it knows


def export_program(loaded: LoadedModel, inputs: Sequence[TensorSpec]) -> Any:
    """The module as ``torch.export`` sees it. Raises ``Problem`` where a size has to be fixed."""
    import torch

    tensors = random_tensors(inputs, 3)
    arguments, named = loaded.arguments(tensors)
    if not has_symbols(inputs):
        with recordable(loaded.module):
            return torch.export.export(loaded.module, arguments, named, strict=False)
    symbols = {size: torch.export.Dim.DYNAMIC for spec in inputs for size in spec.shape if isinstance(size, str)}
    axes = [
        {axis: symbols[size] for axis, size in enumerate(spec.shape) if isinstance(size, str)} or None
        for spec in inputs
    ]
    shapes_of_arguments, shapes_of_named = loaded.arguments(axes)
    shapes = (*shapes_of_arguments, *shapes_of_named.values())
    try:
        with sizes_kept(), recordable(loaded.module):
            return torch.export.export(loaded.module, arguments, named, dynamic_shapes=shapes, strict=False)
    except Exception as error:  # torch.export has many ways to say that a size has to be fixed
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        fixed = told_by_pytorch(str(error), inputs)
        if fixed:
            sentence = messages.SIZE_IS_FIXED(size=fixed[0].size, number=fixed[0].number)
            raise Problem(sentence, hint=messages.FIX_SIZES(), details=str(error)) from error
        raise Problem(
            messages.CANNOT_BE_DYNAMIC(names=symbols, reason=reason),
            hint=messages.FIX_BATCH_EXAMPLE(),
            details=str(error),
        ) from error


def with_plain_outputs(program: Any) -> Any:
    """The same program, whose outputs come in tuples, lists and dictionaries alone.

    A model may answer with a class of its library, such as a model output or a cache; where that library is not installed,
    a file that names the class can't be opened.
    """
    from torch.utils import _pytree as pytree

    signature = program.module_call_graph[0].signature
    if signature is not None and signature.out_spec is not None:
        signature.out_spec = pytree.tree_flatten(_plain(signature.out_spec))[1]
    return program


def _plain(spec: Any) -> Any:
    """A value of the structure that a pytree specification describes, with 0 as each of its leaves."""
    if spec.is_leaf():
        return 0
    children = spec.children() if hasattr(spec, "children") else spec.children_specs
    values = [_plain(child) for child in children]
    if issubclass(spec.type, Mapping) and isinstance(spec.context, list) and len(spec.context) == len(values):
        return dict(zip(spec.context, values, strict=True))
    return tuple(values) if issubclass(spec.type, tuple) else values


def dynamo(
    program: Any,
    loaded: LoadedModel,
    inputs: Sequence[TensorSpec],
    trainable: bool,
    translations: dict[Any, Any] | None = None,
    named: Sequence[str] | None = None,
) -> Any:
    """Run the dynamo exporter on a program (a ``torch.onnx.ONNXProgram``).

    Args:
        translations: functions that write ATen operators in ONNX's, beside and before the exporter's own.
        named: what ``named_outputs`` says of the model, where that is known.
    """
    import torch

    from pt2k_gui.export.pooling_translations import pooling_translations

    with recurrent_shapes():
        written: Any = torch.onnx.export(
            program,
            dynamo=True,
            optimize=not trainable,
            opset_version=OPSET,
            verbose=False,
            input_names=[spec.name for spec in inputs],
            output_names=output_names(inputs, named_outputs(loaded, inputs) if named is None else named),
            custom_translation_table=pooling_translations() | (translations or {}),
        )
    # The exporter's optimiser makes one Split of two slices, where the second stood: behind what reads the first.
    written.model.graph.sort()
    return written


def torchscript(loaded: LoadedModel, inputs: Sequence[TensorSpec], trainable: bool, target: Any) -> None:
    """Write what the TorchScript exporter makes of the module.

    Args:
        target: a path, or a binary stream.
    """
    import torch

    tensors = random_tensors(inputs, 2)
    arguments, named = loaded.arguments(tensors)
    outputs = output_names(inputs, named_outputs(loaded, inputs))
    dynamic: dict[str, dict[int, str]] = {
        spec.name: {a: s for a, s in enumerate(spec.shape) if isinstance(s, str)} for spec in inputs
    }
    if has_symbols(inputs):
        dynamic.update({name: {0: "batch"} for name in outputs})
    options: dict[str, Any] = {"dynamo": False} if _is_at_least(2, 5) else {}
    with recordable(loaded.module), _without_onnx_functions(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            loaded.module,
            (*arguments, named) if named else arguments,
            target,
            opset_version=SCRIPT_OPSET,
            input_names=[spec.name for spec in inputs],
            output_names=outputs,
            dynamic_axes={name: axes for name, axes in dynamic.items() if axes},
            do_constant_folding=not trainable,
            training=torch.onnx.TrainingMode.PRESERVE if trainable else torch.onnx.TrainingMode.EVAL,
            keep_initializers_as_inputs=False,
            **options,
        )


def output_names(inputs: Sequence[TensorSpec], named: Sequence[str]) -> list[str]:
    """A dictionary's keys and a data class's fields; else ``output``, or ``output_0`` and so on. None is an input's.

    Args:
        named: what ``named_outputs`` says.
    """
    taken = {spec.name for spec in inputs}
    names = list(named)
    if not all(names):
        names = ["output"] if len(names) == 1 else [f"output_{number}" for number in range(len(names))]
    return [f"{name}_value" if name in taken else name for name in names]


def named_outputs(loaded: LoadedModel, inputs: Sequence[TensorSpec]) -> list[str]:
    """For each output the key that leads to it, as an identifier; empty texts where they have none."""
    import torch

    if loaded.module is None:
        return [""] * len(run_once(loaded, inputs, 1))
    arguments, named = loaded.arguments(random_tensors(inputs, 1))
    try:
        with torch.no_grad():
            names = tensor_names(loaded.module(*arguments, **named))
    except Exception:
        run_once(loaded, inputs, 1)  # raises too, and says which layer it is
        raise
    names = [re.sub(r"\W", "_", name).strip("_") for name in names]
    usable = len(set(names)) == len(names) and all(name.isidentifier() for name in names)
    return names if usable else [""] * len(names)


def ways(loaded: LoadedModel, trainable: bool) -> tuple[str, ...]:
    """The exporters that this interpreter's torch has for the model, the best first."""
    import torch

    found: list[str] = []
    if isinstance(loaded.module, torch.jit.ScriptModule):
        return (TORCHSCRIPT,)
    if _is_at_least(2, 6):
        found.append(PROGRAM)
        if all(importlib.util.find_spec(name) is not None for name in ("onnx", "onnxscript")) and not trainable:
            found.append(DYNAMO)
    return (*found, TORCHSCRIPT)


def _is_at_least(major: int, minor: int) -> bool:
    import torch

    numbers = [int(part) for part in str(torch.__version__).split(".")[:2]]
    return (numbers[0], numbers[1]) >= (major, minor)


@contextlib.contextmanager
def _without_onnx_functions() -> Iterator[None]:
    """Where the package onnx is not installed, the exporter of torch 2 stops at a step that only looks for functions
    written with onnxscript; there are none without it."""
    places = ("torch.onnx._internal.torchscript_exporter.onnx_proto_utils", "torch.onnx._internal.onnx_proto_utils")
    module: Any = None
    if importlib.util.find_spec("onnx") is None:
        for place in places:
            with contextlib.suppress(ImportError):
                module = module or importlib.import_module(place)
    step = getattr(module, "_add_onnxscript_fn", None)
    if step is None:
        yield
        return
    module._add_onnxscript_fn = lambda model, custom_opsets: model
    try:
        yield
    finally:
        module._add_onnxscript_fn = step
