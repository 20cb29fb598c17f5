"""The graph of a ``.keras`` file, from its configuration alone: Keras itself is not needed for it."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from typing import Any

from pt2k_gui.graph import messages
from pt2k_gui.graph.network import INPUT, LAYER, OPERATION, OUTPUT, Network, Node, elements, shape_text
from pt2k_gui.problem import Problem

_HIDDEN = frozenset({"name", "dtype", "trainable", "sparse", "ragged", "optional", "batch_shape", "data_format"})
_MOST_ATTRIBUTES = 14
_LONG = 60  # characters of an attribute


def read_keras(path: str | os.PathLike[str], modules: dict[str, str] | None = None) -> Network:
    """The graph of a Keras file.

    Args:
        modules: by a layer's name, the PyTorch module that it came from, where that is known.

    Raises:
        Problem: the file is missing, or holds no model with a graph.
    """
    from pt2k_gui.files import require_readable

    file = require_readable(os.fspath(path))
    try:
        with zipfile.ZipFile(file) as archive:
            config = json.loads(archive.read("config.json"))
            weights = _weights(archive.read("model.weights.h5")) if "model.weights.h5" in archive.namelist() else {}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Problem(messages.NOT_KERAS(path=path), hint=messages.DRAWABLE(), details=repr(error)) from error
    layers = config.get("config", {}).get("layers")
    if not isinstance(layers, list):
        raise Problem(messages.NOT_KERAS(path=path), hint=messages.FUNCTIONAL_ONLY())
    reader = _Reader(layers, modules or {}, weights)
    if config.get("class_name") == "Sequential":
        reader.chain()
    else:
        reader.functional(config["config"].get("output_layers", ()))
    return Network("Keras", tuple(reader.nodes), tuple(dict.fromkeys(reader.edges)))


class _Reader:
    def __init__(
        self,
        layers: list[dict[str, Any]],
        modules: dict[str, str],
        weights: dict[str, list[tuple[str, tuple[int, ...]]]],
    ) -> None:
        self.nodes: list[Node] = []
        self.edges: list[tuple[int, int]] = []
        self._layers, self._modules, self._weights = layers, modules, weights
        self._shapes: dict[tuple[str, int], tuple[int | None, ...]] = {}  # by layer and output, from whoever reads it
        self._outputs: dict[str, list[tuple[int | None, ...]]] = {}

    def functional(self, outputs: Any) -> None:
        places = {_name(layer): number for number, layer in enumerate(self._layers)}
        read: list[list[tuple[str, int]]] = []
        for layer in self._layers:
            tensors = [tensor for call in layer.get("inbound_nodes", ()) for tensor in _tensors(call)]
            for name, _, output, shape in tensors:
                self._shapes[(name, output)] = shape
            read.append([(name, output) for name, _, output, _ in tensors])
        for (name, _), shape in sorted(self._shapes.items()):
            self._outputs.setdefault(name, []).append(shape)
        for number, layer in enumerate(self._layers):
            self.nodes.append(self._node(layer, read[number]))
            self.edges += [(places[name], number) for name, _ in read[number] if name in places]
        for number, (name, _, output) in enumerate(_histories(outputs)):
            if name in places:
                found = self._shapes.get((name, output))
                label = f"output_{number}" if number else "output"
                self.nodes.append(Node(label, "Output", kind=OUTPUT, inputs=(_shape_text(found),) if found else ()))
                self.edges.append((places[name], len(self.nodes) - 1))

    def chain(self) -> None:
        """A Sequential model: each layer reads the one before it."""
        for number, layer in enumerate(self._layers):
            self.nodes.append(self._node(layer, []))
            if number:
                self.edges.append((number - 1, number))

    def _node(self, layer: dict[str, Any], read: list[tuple[str, int]]) -> Node:
        name, config = _name(layer), layer.get("config", {})
        batch = config.get("batch_shape")
        shapes = [tuple(batch)] if batch is not None else self._outputs.get(name, [])
        weights = self._weights.get(name, [])
        kind = INPUT if layer["class_name"] == "InputLayer" else LAYER if weights else OPERATION
        return Node(
            name=name,
            operator=layer["class_name"],
            module=self._modules.get(name, ""),
            kind=kind,
            attributes=_attributes(config),
            inputs=tuple(_shape_text(self._shapes[key]) for key in read if key in self._shapes),
            outputs=tuple(map(_shape_text, shapes)),
            weights=tuple((key, shape_text(shape)) for key, shape in weights),
            parameters=sum(elements(shape) for _, shape in weights),
            size=sum(map(elements, shapes)),
        )


def _shape_text(shape: tuple[int | None, ...]) -> str:
    return shape_text(("batch", *shape[1:]) if shape and shape[0] is None else shape)


def _name(layer: dict[str, Any]) -> str:
    return str(layer.get("name") or layer.get("config", {}).get("name", ""))


def _tensors(value: Any) -> Iterator[tuple[str, int, int, tuple[int | None, ...]]]:
    """Every Keras tensor among the arguments of a call: layer, call, output, shape."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            config = value["config"]
            name, call, output = config["keras_history"]
            yield str(name), int(call), int(output), tuple(config["shape"])
        else:
            for part in value.values():
                yield from _tensors(part)
    elif isinstance(value, list):
        for part in value:
            yield from _tensors(part)


def _histories(value: Any) -> Iterator[tuple[str, int, int]]:
    """The outputs of a functional model: lists of (layer, call, output), nested as the model's outputs are."""
    if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
        yield value[0], int(value[1]), int(value[2])
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _histories(part)


def _attributes(config: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    found = []
    for name, value in config.items():
        if name in _HIDDEN or value is None or name.endswith(("_initializer", "_regularizer", "_constraint")):
            continue
        if isinstance(value, dict):
            value = value.get("config", {}).get("name") or value.get("class_name", "")
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        found.append((name, text if len(text) <= _LONG else f"{text[:_LONG]} …"))
    return tuple(found[:_MOST_ATTRIBUTES])


def _weights(data: bytes) -> dict[str, list[tuple[str, tuple[int, ...]]]]:
    """By a layer's name, where its weights are in the file's archive of weights, and their shapes."""
    import h5py

    found: dict[str, list[tuple[str, tuple[int, ...]]]] = {}

    def visit(path: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            parts = path.split("/")
            owner = file["/".join(parts[:2]) + "/vars"] if parts[0] == "layers" and len(parts) > 2 else item.parent
            name = str(owner.attrs.get("name", parts[1] if len(parts) > 1 else path))
            found.setdefault(name, []).append((path, tuple(item.shape)))

    with h5py.File(io.BytesIO(data), "r") as file:
        file.visititems(visit)
    return found
