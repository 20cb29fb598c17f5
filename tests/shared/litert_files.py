"""LiteRT files for tests: written, opened, and held against the Keras model at several sizes; what operators they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import torch
from torch import nn

from pt2k_gui.save.formats.entry import Reopening
from pt2k_gui.save.formats.litert import FORMATS
from pt2k_gui.save.writing import write

Arrays = Sequence[np.ndarray]
rng = np.random.default_rng(0)


def randoms(*shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)


def written(model: keras.Model, path: Path) -> Callable[[Arrays], list[np.ndarray]]:
    """The model as a LiteRT file, opened: from arrays in the order of the inputs to its outputs."""
    write("tflite", model, "", "", path, [])
    names = tuple(tensor.name for tensor in model.inputs)
    run = FORMATS[0].reopen(Reopening(str(path), "", names))
    return lambda arrays: run(dict(zip(names, arrays, strict=True)))


def agree(model: keras.Model, path: Path, *batches: Arrays) -> None:
    """The file gives Keras's numbers for each batch, whatever its sizes, one after the other and the first one again."""
    run = written(model, path)
    for batch in (*batches, batches[0]):
        wanted = keras.tree.flatten(model(list(batch), training=False))
        for actual, right in zip(run(batch), wanted, strict=True):
            right = keras.ops.convert_to_numpy(right)
            assert actual.shape == right.shape
            np.testing.assert_allclose(actual, right, rtol=1e-5, atol=1e-5 * max(1.0, float(np.abs(right).max())))


def network(function: Callable[..., Any], *shapes: tuple[int | None, ...], dtype: str = "float32") -> keras.Model:
    inputs = [keras.Input(shape, name=f"x{number}", dtype=dtype) for number, shape in enumerate(shapes)]
    return keras.Model(inputs, function(*inputs))


def operators(path: Path) -> set[str]:
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
    return {names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes}


def operator_count(path: Path) -> int:
    """The operators of all graphs of a file, those of its loops among them."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(path.read_bytes(), 0)
    return sum(model.Subgraphs(number).OperatorsLength() for number in range(model.SubgraphsLength()))


def exported(module: nn.Module, example: tuple[torch.Tensor, ...], shapes: Any, folder: Path) -> str:
    """The module as an ONNX file, by PT2K's own export."""
    from pt2k_gui.jobs import export, load
    from pt2k_gui.progress import SilentContext
    from pt2k_gui.sources.card import Source

    program = torch.export.export(module.eval(), example, dynamic_shapes=shapes, strict=False)
    torch.export.save(program, str(folder / "model.pt2"))
    source, path = Source(str(folder / "model.pt2")), str(folder / "model.onnx")
    card = load.run(load.Request(source), SilentContext())
    export.run(export.Request(source, card.inputs, path), SilentContext())
    return path
