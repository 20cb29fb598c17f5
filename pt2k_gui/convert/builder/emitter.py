"""Calls Keras for the operators: every layer and operation gets a name, is recorded for the report, and its own weights."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import keras
import numpy as np
from keras import ops

from pt2k_gui.convert import messages
from pt2k_gui.convert.builder.layer_names import Names, sanitised, snake_case
from pt2k_gui.convert.builder.safe_add import written
from pt2k_gui.convert.ir.graph import Graph, Node
from pt2k_gui.convert.ir.values import Constant, Value
from pt2k_gui.convert.registry import traits_of
from pt2k_gui.problem import Problem


@dataclass
class Emitter:
    """The part of a conversion that touches Keras; ``Build`` adds axes, constants and lengths to it.

    Attributes:
        trainable: whether the twin is to be trained (see ``convert``).
        values: what each name of the graph holds.
        node: the node under conversion.
        owner: the If, Loop or Scan of the main graph within which it stands, if it does.
        graph: the graph under conversion: the main one or a subgraph.
        emitted: for each node (by identity), the Keras operations that it became.
        notes: sentences for the report.
        nodes_in_module: how many nodes each PyTorch module became.
    """

    trainable: bool
    values: MutableMapping[str, Value] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    node: Node = field(default_factory=lambda: Node("", (), ()))
    owner: Node | None = None
    graph: Graph = field(default_factory=lambda: Graph([], [], [], {}, {}, []))
    emitted: dict[int, list[Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    nodes_in_module: dict[str, int] = field(default_factory=dict)
    _shared: dict[Any, Any] = field(default_factory=dict)

    def refuse(self, reason: str, hint: str = "") -> NoReturn:
        """Raise a ``Problem`` that names the node and its module; ``reason`` continues "... can't be converted:"."""
        where = messages.IN_MODULE(module=self.node.module) if self.node.module else ""
        if not where and self.node.name:
            where = messages.OF_NODE(name=self.node.name)
        raise Problem(
            messages.CANNOT_CONVERT(operator=self.node.operator, where=where, reason=reason),
            hint=hint or messages.CHANGE_PART(),
        )

    def call(self, function: Callable[..., Any], *arguments: Any, name: str | None = None, **keywords: Any) -> Any:
        """Call a ``keras.ops`` function on Keras tensors; the operation gets a name from the node's module.

        ``name`` is a suffix to the module's path; without one it is the operator's name.
        """
        if function is ops.add:
            way, *arguments = written(*arguments)  # type: ignore[assignment]
            if way == "subtract":
                function = ops.subtract
                arguments = (arguments[0], self.call(ops.negative, arguments[1], name="negative"))
        result = function(*arguments, **keywords)
        first = result[0] if isinstance(result, (list, tuple)) else result
        if not isinstance(first, keras.KerasTensor):
            raise AssertionError(f"{function} was not given any Keras tensor")
        operation = first._keras_history.operation
        operation.name = self._name(name or snake_case(self.node.operator), name is None)
        self._record(operation)
        return result

    def layer(
        self,
        kind: type,
        inputs: Any,
        *,
        weights: dict[str, np.ndarray] | None = None,
        name: str | None = None,
        suffix: str | None = None,
        trainable: bool = True,
        **config: Any,
    ) -> Any:
        """A Keras layer on Keras tensors. Arguments as for ``make_layer``; gives the layer's output.

        Where the graph uses a weight again in the same way, as unrolled steps of a recurrent network do, it is the same
        layer that is called again.
        """
        is_parameter = self._learned_names() if weights and name is None else ()
        # Exporters merge equal weights of different modules; a twin that is not trained keeps a layer for each module.
        place = "" if self.trainable else self.node.module
        key = (kind, is_parameter, place, suffix, repr(sorted(config.items(), key=lambda item: item[0])))
        if is_parameter and key in self._shared and weights and _holds(self._shared[key], weights):
            return self.layer_call(self._shared[key], inputs)
        layer = self.make_layer(kind, weights=weights, name=name, suffix=suffix, trainable=trainable, **config)
        if is_parameter:
            self._shared[key] = layer
        return self.layer_call(layer, inputs)

    def _learned_names(self) -> tuple[str, ...]:
        """The initializers of the file that the node under conversion reads."""
        inputs = [self.values.get(name) or self.graph.constants.get(name) for name in self.node.inputs if name]
        return tuple(value.name for value in inputs if isinstance(value, Constant) and value.is_parameter)

    def make_layer(
        self,
        kind: type,
        *,
        weights: dict[str, np.ndarray] | None = None,
        name: str | None = None,
        suffix: str | None = None,
        trainable: bool = True,
        **config: Any,
    ) -> Any:
        """A Keras layer that will be built with the given weights.

        Args:
            kind: the class, such as ``keras.layers.Dense``.
            weights: by Keras's names (``kernel``, ``bias``, ``gamma``, ...), in Keras's shapes. They are given to the
                variables as they are made, so that no random numbers are drawn and nothing is held twice.
            name: a full name (a weight's path); without one the node's module names the layer.
            suffix: to the module's path, for a layer that is not the module's own.
            trainable: whether an optimizer may change the weights.
            config: the layer's arguments.
        """
        label = self.names.take(name) if name else self._name(suffix or snake_case(self.node.operator), suffix is None)
        layer = kind(name=label, **config)
        if weights:
            give_weights(layer, weights)
        if not trainable:
            layer.trainable = False
        return layer

    def layer_call(self, layer: Any, inputs: Any, **keywords: Any) -> Any:
        """Call a layer from ``make_layer`` and record it for the report."""
        result = layer(inputs, **keywords)
        take_weights_back(layer)
        self._record(layer)
        return result

    def _record(self, operation: Any) -> None:
        self.emitted.setdefault(id(self.owner or self.node), []).append(operation)

    def _name(self, suffix: str, is_own: bool) -> str:
        module = self.node.module
        if not module:
            return self.names.take(suffix)
        if is_own and self.nodes_in_module.get(module, 0) <= 1:
            return self.names.take(module)
        if is_own and traits_of(self.node.operator, self.node.domain).names_module:
            return self.names.take(module)
        return self.names.take(f"{sanitised(module)}_{suffix}")


def give_weights(layer: Any, weights: dict[str, np.ndarray]) -> None:
    """Let a layer (or a recurrent layer's cell) make its variables from these arrays, by Keras's names."""
    original = layer.add_weight

    def add_weight(shape: Any = None, initializer: Any = None, dtype: Any = None, **keywords: Any) -> Any:
        array = weights.get(keywords.get("name", ""))
        if array is None:
            return original(shape=shape, initializer=initializer, dtype=dtype, **keywords)
        if tuple(shape) != array.shape:
            raise AssertionError(f"{layer.name}: {keywords['name']} is {tuple(shape)}, the weight is {array.shape}")
        return original(shape=shape, initializer=lambda *_, **__: array, dtype=dtype, **keywords)

    object.__setattr__(layer, "add_weight", add_weight)


def _holds(layer: Any, weights: dict[str, np.ndarray]) -> bool:
    """Whether the layer's variables are these arrays."""
    own = {variable.name: variable for variable in layer.weights}
    return all(
        name in own and np.array_equal(keras.ops.convert_to_numpy(own[name]), array) for name, array in weights.items()
    )


def take_weights_back(layer: Any) -> None:
    """Undo ``give_weights``, once the layer is built."""
    if "add_weight" in vars(layer):
        object.__delattr__(layer, "add_weight")
