"""Writes a Keras model as readable Python: a module that builds it with the functional API, and loads the weights beside it."""

from __future__ import annotations

from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.save import messages


def python_source(model: Any, onnx_path: str, module_name: str, weights_name: str) -> str:
    """The text of a module whose ``build_model()`` makes the same network.

    It needs Keras alone (and numpy where a small array is a constant), on any backend. Layers have the names that they
    have in ``model``; modules of PyTorch that are built alike become functions, and calls in a row become loops.

    Args:
        model: a functional ``keras.Model``.
        onnx_path: the ONNX file that it was made of, which tells of PyTorch's modules.
        module_name: the name of the module, without ``.py``; ``weights_name`` is the file with the weights, beside it.

    Raises:
        Problem: the model holds something that is not Keras's own.
    """
    import keras

    from pt2k_gui.save.source.modules import grouped, read_modules
    from pt2k_gui.save.source.program import Program
    from pt2k_gui.save.source.reading import Reader
    from pt2k_gui.save.source.repetition import folded
    from pt2k_gui.save.source.variables import RESERVED
    from pt2k_gui.save.source.writing import module_text

    if not isinstance(model, keras.Model) or not hasattr(model, "_nodes_by_depth"):
        raise Problem(messages.NOT_FUNCTIONAL(), hint=messages.OTHER_FORMAT())
    kind, modules = read_modules(onnx_path)
    reader = Reader(model)
    inputs = reader.inputs()
    statements = reader.statements()
    scope, functions = folded(
        grouped(statements, kind, modules), reader.outputs(), RESERVED | {"build_model", "x", "y"}
    )
    program = Program(model.name, kind, inputs, reader.outputs(), scope, functions)
    return module_text(program, module_name, weights_name)
