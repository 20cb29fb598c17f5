"""Reads a functional Keras model as statements: each layer and each operation with the arguments that matter."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from pt2k_gui.convert.builder.layer_names import snake_case
from pt2k_gui.problem import Problem
from pt2k_gui.save import messages
from pt2k_gui.save.source.layout import Doc, Invocation, Keyword, Text, flat
from pt2k_gui.save.source.literals import literal, subscript
from pt2k_gui.save.source.program import Argument, Expression, Literal, Name, Reference, Sequence, Statement

_OPERATORS = {"Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "Matmul": "@"}
# Operations that give a sequence of tensors, of one too.
_SEVERAL = frozenset({"Nonzero", "Split", "ArraySplit", "Unstack", "Meshgrid"})
# Where a layer's weights come from a file, how it would draw new ones says nothing.
# (``zero_output_for_mask`` is for masks, which a converted model has none of, and Bidirectional sets it by itself.)
_LEFT_OUT = re.compile(r"^name$|_initializer$|^zero_output_for_mask$")
# Arguments that are one number for all axes where they are the same on each.
_PER_AXIS = frozenset({"kernel_size", "strides", "dilation_rate", "pool_size", "padding", "cropping", "size", "axis"})
# First arguments that read well without their name though they have a default.
_PLAIN_FIRST = frozenset({"padding", "cropping", "pool_size", "size"})
_LAYER_DEFAULTS: Mapping[str, Any] = {
    "trainable": True,
    "dtype": "float32",
    "data_format": "channels_last",
    "rms_scaling": False,
}


class Reader:
    """The statements of one model, and the number of each of its tensors."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self._numbers: dict[int, int] = {}
        self._layers: dict[int, int] = {}
        self._next = 0

    def inputs(self) -> tuple[Statement, ...]:
        """One statement an input: ``keras.Input(...)``."""
        return tuple(self._input(tensor) for tensor in self.model.inputs)

    def outputs(self) -> tuple[int, ...]:
        """Numbers of the model's outputs, in their order."""
        return tuple(self._number(tensor) for tensor in self.model.outputs)

    def statements(self) -> list[Statement]:
        """In an order in which they can be computed: each as late as its first reader allows.

        Raises:
            Problem: a layer is none of Keras's own, or an argument can't be written.
        """
        found: list[Statement] = []
        nodes = list(_nodes(self.model))
        calls: dict[int, int] = {}
        for node in nodes:
            calls[id(node.operation)] = calls.get(id(node.operation), 0) + 1
        for node in nodes:
            if isinstance(node.operation, keras.layers.Layer):
                found += self._layer(node, calls[id(node.operation)] > 1)
            else:
                found += self._operation(node)
        return found

    # ---- values ------------------------------------------------------------------------------------------------

    def _fresh(self) -> int:
        self._next += 1
        return self._next

    def _number(self, tensor: Any) -> int:
        if id(tensor) not in self._numbers:
            self._numbers[id(tensor)] = self._fresh()
        return self._numbers[id(tensor)]

    def _expression(self, value: Any, single: bool) -> Expression:
        if isinstance(value, keras.KerasTensor):
            return Reference(self._number(value))
        if isinstance(value, list | tuple) and any(isinstance(v, keras.KerasTensor) for v in keras.tree.flatten(value)):
            return Sequence(tuple(self._expression(item, single) for item in value))
        return Literal(literal(value, single))

    # ---- statements --------------------------------------------------------------------------------------------

    def _input(self, tensor: Any) -> Statement:
        layer = tensor._keras_history.operation
        shape = tuple(tensor.shape)
        if shape and shape[0] is None:
            construction = [Argument("shape", Literal(literal(shape[1:])), positional=True)]
        else:
            construction = [Argument("batch_shape", Literal(literal(shape)))]
        construction.append(Argument("dtype", Literal(literal(tensor.dtype)), default='"float32"'))
        return Statement(
            "make", "keras.Input", tuple(construction), (), (self._number(tensor),), Name(layer.name), layer.name
        )

    def _layer(self, node: Any, shared: bool) -> list[Statement]:
        layer = node.operation
        single = keras.backend.standardize_dtype(layer.compute_dtype) != "float64"
        arguments = _call_arguments(layer.call, node.arguments, lambda value: self._expression(value, single))
        outputs = tuple(self._number(tensor) for tensor in node.outputs)
        name = Name(layer.name)
        if not shared:
            made = Statement(
                "layer", _class_name(layer), _construction(layer, single), arguments, outputs, name, layer.name
            )
            return [made]
        found = []
        if id(layer) not in self._layers:
            self._layers[id(layer)] = self._fresh()
            value = (self._layers[id(layer)],)
            found.append(
                Statement("make", _class_name(layer), _construction(layer, single), (), value, name, layer.name)
            )
        itself = Argument("", Reference(self._layers[id(layer)]), positional=True)
        found.append(Statement("apply", "", (), (itself, *arguments), outputs, None, layer.name))
        return found

    def _operation(self, node: Any) -> list[Statement]:
        operation = node.operation
        kind = type(operation).__name__
        single = all(keras.backend.standardize_dtype(tensor.dtype) != "float64" for tensor in node.outputs)
        outputs = tuple(self._number(tensor) for tensor in node.outputs)
        if kind == "GetItem":
            tensor, key = node.arguments.args
            data = Argument("x", self._expression(tensor, single), positional=True)
            return [Statement("item", subscript(key), (), (data,), outputs, None, operation.name)]
        if kind in _OPERATORS and not any(isinstance(value, np.ndarray) for value in node.arguments.args):
            operands = tuple(
                Argument(key, self._expression(value, single), positional=True)
                for key, value in zip(("left", "factor"), node.arguments.args, strict=True)
            )
            return [Statement("operator", _OPERATORS[kind], (), operands, outputs, None, operation.name)]
        path, function = _function(operation)
        arguments = self._function_arguments(operation, function, node.arguments, single)
        if kind not in _SEVERAL or len(outputs) > 1:
            return [Statement("call", path, (), arguments, outputs, None, operation.name)]
        several = self._fresh()
        first = Argument("x", Reference(several), positional=True)
        return [
            Statement("call", path, (), arguments, (several,), None, operation.name),
            Statement("item", "0", (), (first,), outputs, None, operation.name),
        ]

    def _function_arguments(self, operation: Any, function: Any, given: Any, single: bool) -> tuple[Argument, ...]:
        parameters = inspect.signature(function).parameters
        values: dict[str, Expression] = {
            key: Literal(literal(value, single)) for key, value in operation.get_config().items() if key != "name"
        }
        rest: list[Expression] = []
        bound = inspect.signature(operation.call).bind(*given.args, **given.kwargs)
        for key, value in bound.arguments.items():
            kind = inspect.signature(operation.call).parameters[key].kind
            if kind is inspect.Parameter.VAR_POSITIONAL:
                rest = [self._expression(item, single) for item in value]
            elif kind is not inspect.Parameter.VAR_KEYWORD:
                values[key] = self._expression(value, single)
        found: list[Argument] = []
        in_front = True
        for key, parameter in parameters.items():
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                found += [Argument("", value, positional=True) for value in rest]
            elif key in values:
                required = parameter.default is inspect.Parameter.empty
                tensor = not isinstance(values[key], Literal)
                positional = in_front and (required or tensor)
                in_front = positional
                default = None if required else flat(literal(parameter.default, single))
                found.append(Argument(key, values[key], positional, default))
            else:
                in_front = False
        return tuple(found)


def _nodes(model: Any) -> Iterator[Any]:
    """The model's nodes without its inputs, each after those that it reads, in the order of a reader of its outputs."""
    inputs = {id(tensor) for tensor in model.inputs}
    seen: set[int] = set()
    for output in model.outputs:
        waiting = [(output, False)]
        while waiting:
            tensor, expanded = waiting.pop()
            operation, index, _ = tensor._keras_history
            node = operation._inbound_nodes[index]
            if expanded:
                if id(node) not in seen:
                    seen.add(id(node))
                    yield node
            elif id(tensor) not in inputs and id(node) not in seen:
                waiting.append((tensor, True))
                waiting += [(read, False) for read in reversed(node.arguments.keras_tensors)]


def _call_arguments(function: Any, given: Any, expression: Any) -> tuple[Argument, ...]:
    """The arguments of a layer's call, without those that are its defaults."""
    parameters = inspect.signature(function).parameters
    found = [Argument("", expression(value), positional=True) for value in given.args]
    for key, value in given.kwargs.items():
        parameter = parameters.get(key)
        default = None
        if parameter is not None and parameter.default is not inspect.Parameter.empty:
            default = flat(literal(parameter.default))
        found.append(Argument(key, expression(value), default=default))
    return tuple(found)


# ---- layers -----------------------------------------------------------------------------------------------------


def _class_name(layer: Any) -> str:
    name = type(layer).__name__
    if getattr(keras.layers, name, None) is not type(layer) or isinstance(layer, keras.layers.Lambda):
        raise Problem(
            messages.FOREIGN_LAYER(layer=layer.name, type=name),
            hint=messages.NATIVE_LAYERS(),
        )
    return f"layers.{name}"


def _construction(layer: Any, single: bool) -> tuple[Argument, ...]:
    return _arguments_of(type(layer), layer.get_config(), single)


def _arguments_of(kind: type, config: dict[str, Any], single: bool) -> tuple[Argument, ...]:
    parameters = inspect.signature(kind.__init__).parameters  # type: ignore[misc]
    order = [key for key in parameters if key in config] + [key for key in config if key not in parameters]
    found: list[Argument] = []
    in_front = True
    for key in order:
        if _LEFT_OUT.search(key) or (key == "backward_layer" and _mirrors(config)):
            continue
        parameter = parameters.get(key)
        required = parameter is not None and parameter.default is inspect.Parameter.empty
        positional = in_front and (required or (not found and key in _PLAIN_FIRST))
        in_front = positional
        default = None if required or positional else flat(_default(kind, key, parameter, config, single))
        value = _nested(config[key], single) or literal(_simple(key, config[key]), single)
        found.append(Argument(key, Literal(value), positional, default))
    return tuple(found)


def _default(kind: type, key: str, parameter: Any, config: dict[str, Any], single: bool) -> Doc:
    if key in _LAYER_DEFAULTS:
        return literal(_LAYER_DEFAULTS[key])
    if key == "strides" and "pool_size" in config:
        return literal(_simple(key, config["pool_size"]))
    if parameter is None or parameter.kind is inspect.Parameter.VAR_KEYWORD:
        return literal(None)
    return literal(_simple(key, parameter.default), single)


def _simple(key: str, value: Any) -> Any:
    """An argument as a person would write it."""
    if isinstance(value, dict) and value.get("class_name") == "DTypePolicy":
        return value["config"]["name"]
    if key == "activation" and value == "linear":
        return None
    if key in _PER_AXIS and isinstance(value, list | tuple) and value:
        numbers = keras.tree.flatten(value)
        if all(number == numbers[0] for number in numbers):
            return numbers[0]
    return value


def _nested(value: Any, single: bool) -> Doc | None:
    """A layer that is an argument of a layer; None for anything else."""
    if not (isinstance(value, dict) and isinstance(value.get("config"), dict) and "class_name" in value):
        return None
    kind = getattr(keras.layers, value["class_name"], None)
    if kind is None:
        return None
    arguments = _arguments_of(kind, value["config"], single)
    return Invocation(Text(f"layers.{value['class_name']}"), argument_docs(arguments))


def argument_docs(arguments: tuple[Argument, ...]) -> tuple[Doc, ...]:
    """Constant arguments as source, without those that are the defaults."""
    docs: list[Doc] = []
    for argument in arguments:
        assert isinstance(argument.value, Literal)
        if not argument.is_default():
            docs.append(argument.value.doc if argument.positional else Keyword(argument.key, argument.value.doc))
    return tuple(docs)


def _mirrors(config: dict[str, Any]) -> bool:
    """Whether a Bidirectional's second layer is what Keras makes of the first by itself."""
    first, second = config["layer"]["config"], (config.get("backward_layer") or {}).get("config")
    if second is None:
        return True
    ignored = {"name", "go_backwards"}
    same = all(first[key] == second.get(key) for key in first if key not in ignored)
    return same and first["go_backwards"] != second["go_backwards"]


# ---- operations -------------------------------------------------------------------------------------------------


def _function(operation: Any) -> tuple[str, Any]:
    """The function of ``keras.ops`` that makes this operation, and its name in the source."""
    kind = type(operation).__name__
    for place, module in (("ops", keras.ops), ("ops.image", keras.ops.image), ("ops.linalg", keras.ops.linalg)):
        for name in (snake_case(kind), kind.lower()):
            if callable(getattr(module, name, None)):
                return f"{place}.{name}", getattr(module, name)
    raise Problem(
        messages.FOREIGN_OPERATION(operation=kind),
        hint=messages.NATIVE_OPERATIONS(),
    )
