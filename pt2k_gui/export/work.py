"""How much work a model does for one sample, estimated from its ONNX file: what decides how many samples a check takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.onnx_structure import onnx_structure

if TYPE_CHECKING:
    import onnx

HEAVY = 10_000_000_000
"""Multiply-adds for a sample beyond which PyTorch takes around a second for it on two cores."""
_PER_VALUE = 32  # multiply-adds that take as long as writing one value to memory and reading it again


def sample_work(path: str | Path, inputs: Sequence[TensorSpec]) -> int:
    """Multiply-adds for one sample; each value that a node gives counts as some of them.

    Convolutions, matrix products and recurrent layers are counted in full, everything else by its values; the nodes inside
    of branches and loops are not counted.

    Args:
        path: the ONNX file.
        inputs: its inputs, whose free sizes are taken as ``TensorSpec.sizes`` fills them in.
    """
    shapes = _shapes(path, inputs)
    work = 0
    for kind, given, made in shapes:
        values = sum(math.prod(shape) for shape in made)
        work += _PER_VALUE * values + _multiply_adds(kind, given, values)
    batch = inputs[0].shape[0] if inputs and inputs[0].shape else 1
    return work // (batch if isinstance(batch, int) and batch else 1)


_Shape = tuple[int, ...]


def _shapes(path: str | Path, inputs: Sequence[TensorSpec]) -> list[tuple[str, list[_Shape], list[_Shape]]]:
    """Each node's operator with the shapes of its inputs and outputs; an unknown one is empty, an unknown size 1."""
    import onnx

    model = onnx.ModelProto()
    model.CopyFrom(onnx_structure(path))
    sizes = {spec.name: spec.sizes(1) for spec in inputs}
    for value in model.graph.input:
        for axis, size in enumerate(sizes.get(value.name, ())):
            value.type.tensor_type.shape.dim[axis].dim_value = size
    del model.graph.value_info[:]
    model = onnx.shape_inference.infer_shapes(model)
    known: dict[str, _Shape] = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    for value in (*model.graph.input, *model.graph.value_info, *model.graph.output):
        known[value.name] = _shape(value)
    return [
        (node.op_type, [known.get(name, ()) for name in node.input], [known.get(name, ()) for name in node.output])
        for node in model.graph.node
    ]


def _shape(value: onnx.ValueInfoProto) -> _Shape:
    dims: Any = value.type.tensor_type.shape.dim
    return tuple(size.dim_value or 1 for size in dims)


def _multiply_adds(kind: str, given: Sequence[_Shape], values: int) -> int:
    """Of one node, whose outputs hold that many values."""
    if len(given) < 2 or not given[0] or not given[1]:
        return 0
    data, weight = given[0], given[1]
    if kind == "Conv":
        return values * math.prod(weight[1:])
    if kind == "ConvTranspose":
        return math.prod(data) * math.prod(weight[1:])
    if kind in ("MatMul", "Gemm"):
        return values * data[-1]
    if kind in ("LSTM", "GRU", "RNN") and len(given) > 2:
        return math.prod(data[:2]) * (math.prod(weight) + math.prod(given[2]))
    return 0
