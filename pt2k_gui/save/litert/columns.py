"""A linear layer of which only parts are used, such as the queries, keys and values of one projection: each part is a product
with its own columns of the kernel, so that nothing is computed together and then cut apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pt2k_gui.save.litert.shapes import lengths, reshaped


@dataclass(frozen=True, eq=False)
class Columns:
    """The result of a linear layer, not yet computed: ``value`` (..., in) times its kernel, in the shape of ``target``."""

    value: Any
    layer: Any
    target: tuple[int, ...] = ()

    def reshape(self, target: Sequence[int]) -> Columns:
        """The same numbers in another shape, whose axes in front are those of the value."""
        return replace(self, target=tuple(target))

    def __getitem__(self, index: Sequence[slice]) -> Any:
        """The part that a slice of one axis names, computed."""
        import tensorflow as tf

        shape = self.target or (*self.value.shape[:-1], self.layer.units)
        axis = _axis(index)
        begin, end, _ = index[axis].indices(shape[axis])
        each = self.layer.units // shape[axis]
        columns = slice(begin * each, end * each)
        result = tf.matmul(self.value, self.layer.kernel[:, columns])
        if self.layer.bias is not None:
            result = result + self.layer.bias[columns]
        if not self.target:
            return result
        return reshaped(result, [*lengths(self.value)[:axis], end - begin, *shape[axis + 1 :]])


def _axis(index: Sequence[slice]) -> int:
    """The one axis that is cut; -1 where it is not one."""
    places = [place for place, part in enumerate(index) if part != slice(None)]
    return places[0] if len(places) == 1 else -1


def used_in_parts(model: Any) -> dict[Any, Callable[..., Any]]:
    """For each linear layer of which only parts are used, and for what cuts it: what is called in its place."""
    import keras
    from keras.src.ops import numpy

    readers: dict[int, list[tuple[Any, Any]]] = defaultdict(list)
    nodes = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    for operation in model.operations:
        for node in operation._inbound_nodes:
            if id(node) in nodes:
                for tensor in node.input_tensors:
                    readers[id(tensor)].append((operation, node))
    outputs = {id(tensor) for tensor in model.outputs}
    forms: dict[Any, Callable[..., Any]] = {}
    for layer in model.operations:
        if type(layer) is not keras.layers.Dense or not _plain(layer):
            continue
        made = layer.output
        shape, read, between = (), readers[id(made)], None
        if id(made) in outputs:
            continue
        if len(read) == 1 and type(read[0][0]) is numpy.Reshape:
            between, node = read[0]
            shape, made = tuple(between.newshape), node.output_tensors[0]
            read = readers[id(made)]
        if len(read) < 2 or id(made) in outputs or not all(_cuts(*one, layer, shape) for one in read):
            continue
        forms[layer] = lambda value, layer=layer, **_: Columns(value, layer)
        if between is not None:
            forms[between] = lambda columns, shape=shape, **_: columns.reshape(shape)
        forms |= {cut: lambda columns, index: columns[index] for cut, _ in read}
    return forms


def _plain(layer: Any) -> bool:
    import keras

    once = len(layer._inbound_nodes) == 1 and not (layer.lora_enabled or layer.quantization_mode)
    return once and layer.activation is keras.activations.linear


def _cuts(operation: Any, node: Any, layer: Any, shape: tuple[int, ...]) -> bool:
    """Whether an operation takes a part of the layer's columns: along its last axis, or the first of those that it became."""
    from keras.src.ops import numpy

    if type(operation) is not numpy.GetItem or len(operation._inbound_nodes) != 1:
        return False
    index, front = node.arguments.args[1], layer.output.shape[:-1]
    if not isinstance(index, list | tuple) or not all(isinstance(part, slice) for part in index):
        return False
    axis = len(front)
    if _axis(index) != axis:
        return False
    same = len(shape) > axis and all(_same(*pair) for pair in zip(shape, front, strict=False))
    if shape and not (same and all(length > 0 for length in shape[axis:])):
        return False
    length = shape[axis] if shape else layer.units
    begin, end, step = index[axis].indices(length)
    return step == 1 and begin < end


def _same(target: int, length: int | None) -> bool:
    return target == length or (target == -1 and length is None)
