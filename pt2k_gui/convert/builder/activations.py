"""Activations that are part of a layer: ``Conv2D(..., activation="relu")`` instead of two layers."""

from __future__ import annotations

import keras

from pt2k_gui.convert.builder.builder import Build
from pt2k_gui.convert.ir.values import Tensor, Value


def activated(build: Build, value: Value, name: str) -> Tensor:
    """The value behind Keras's activation ``name``: the layer's own where a layer of the present node gave the value.

    What was put together from several layers, cut, or is no layer's gets an Activation layer.
    """
    tensor = build.as_tensor(value)
    layer = tensor.keras._keras_history.operation
    own = any(layer is made for made in build.emitted.get(id(build.owner or build.node), []))
    if own and len(layer._inbound_nodes) == 1 and getattr(layer, "activation", None) is keras.activations.linear:
        layer.activation = keras.activations.get(name)
        return tensor
    result = build.layer(
        keras.layers.Activation, tensor.keras, suffix=name, activation=name, dtype=str(tensor.keras.dtype)
    )
    return build.tensor_with_layout(result, tensor.layout)
