"""The report of a conversion, as plain data that pickles and turns into JSON; not how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class IOSpec:
    """One input or output of the converted model.

    Attributes:
        name: the name in the ONNX graph.
        keras_name: the name in the Keras model (the input layer's, or the layer that yields the output).
        dtype: the element type, as numpy spells it.
        onnx_shape: the shape in ONNX axes; an unknown axis is its symbol, such as ``"batch"``.
        keras_shape: the same axes in the order of the Keras model.
        permutation: Keras axis ``i`` holds ONNX axis ``permutation[i]``, so that
            ``keras_array = onnx_array.transpose(permutation)``.
    """

    name: str
    keras_name: str
    dtype: str
    onnx_shape: tuple[int | str, ...]
    keras_shape: tuple[int | str, ...]
    permutation: tuple[int, ...]


@dataclass(frozen=True)
class Signature:
    """All inputs and outputs, in the order of the ONNX graph, and the axis order that was asked for."""

    inputs: tuple[IOSpec, ...]
    outputs: tuple[IOSpec, ...]
    axis_order: str


@dataclass(frozen=True)
class TracedValue:
    """Where the Keras model computes a value of the ONNX graph, for a comparison layer by layer.

    Attributes:
        name: the value's name in the ONNX graph.
        layer: the Keras layer or operation whose output it is; ``output`` counts its outputs from 0.
        permutation: axis ``i`` of the Keras tensor holds ONNX axis ``permutation[i]``.
    """

    name: str
    layer: str
    output: int
    permutation: tuple[int, ...]


@dataclass(frozen=True)
class NodeRow:
    """One ONNX node and what became of it.

    Attributes:
        name: the node's name in the ONNX graph.
        operator: its operator, such as ``"Conv"``.
        module: the path of the PyTorch module that it came from; empty where the file does not say.
        module_class: that module's class, such as ``"torch.nn.modules.conv.Conv2d"``; may be empty.
        layers: the names of the Keras layers and operations that it became.
        layer_classes: their classes, in the same order.
        state: ``"layer"`` (it became a Keras layer), ``"operation"`` (one or more ``keras.ops`` operations),
            ``"folded"`` (evaluated at conversion: all its inputs were constants, or it only speaks of shapes),
            ``"absorbed"`` (its effect is part of another layer or of the axis order), ``"unused"``.
    """

    name: str
    operator: str
    module: str
    module_class: str
    layers: tuple[str, ...]
    layer_classes: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class OperatorRow:
    """One operator of the ONNX graph: how often it occurs and what it becomes.

    Attributes:
        operator: the operator's name.
        count: how many nodes use it.
        becomes: the Keras classes that its nodes became, most frequent first.
        state: ``"converted"``, ``"folded"`` (no node of it is left in the Keras model) or ``"unsupported"``.
    """

    operator: str
    count: int
    becomes: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class FoldedModule:
    """A PyTorch module that has no layer of its own, since its numbers are part of another one's weights.

    Attributes:
        module: its path, such as ``"bn1"``; module_class: its class, such as ``"BatchNorm2d"``.
        into: the path of the module whose layer holds it, such as ``"conv1"``.
    """

    module: str
    module_class: str
    into: str


@dataclass(frozen=True)
class UnsupportedRow:
    """One operator that the engine can't convert.

    Attributes:
        operator: the operator's name, with its domain where that is not ONNX's own.
        count: how many nodes use it.
        modules: the PyTorch modules (or, without metadata, the nodes) that it came from.
        advice: what can be done, in one sentence.
    """

    operator: str
    count: int
    modules: tuple[str, ...]
    advice: str


class UnsupportedOperators(Problem):
    """The graph holds operators that the engine can't convert; ``rows`` names all of them at once."""

    def __init__(
        self, sentence: str, *, hint: str = "", details: str = "", rows: tuple[UnsupportedRow, ...] = ()
    ) -> None:
        super().__init__(sentence, hint=hint, details=details)
        self.rows = rows

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_unsupported, (self.sentence, self.hint, self.details, self.rows)


def _rebuild_unsupported(
    sentence: str, hint: str, details: str, rows: tuple[UnsupportedRow, ...]
) -> UnsupportedOperators:
    return UnsupportedOperators(sentence, hint=hint, details=details, rows=rows)


@dataclass(frozen=True)
class ConversionReport:
    """Everything a person may want to know about a conversion.

    Attributes:
        engine: the engine that made it.
        opset: the ONNX opset of the source.
        edges: inputs and outputs with their axis orders.
        nodes: one row per ONNX node, in graph order.
        operators: one row per operator, most frequent first.
        transposes: how many transposes the Keras model holds.
        folded: how many ONNX nodes were evaluated at conversion.
        parameters: how many numbers the model's weights hold.
        trainable_parameters: how many of them an optimizer may change.
        layer_count: Keras layers and operations in the model, inputs included.
        lambda_layers: names of ``Lambda`` layers (none with the native engine): such a file does not open elsewhere.
        seconds: how long the conversion took.
        notes: sentences worth reading.
        summary: the model as a table of text, as ``keras.Model.summary()`` gives it.
        values: where the Keras model computes the values of the ONNX graph, in graph order.
        folded_modules: PyTorch modules that are part of another one's layer, such as BatchNorm in a convolution.
    """

    engine: str
    opset: int
    signature: Signature
    nodes: tuple[NodeRow, ...]
    operators: tuple[OperatorRow, ...]
    transposes: int
    folded: int
    parameters: int
    trainable_parameters: int
    layer_count: int
    lambda_layers: tuple[str, ...]
    seconds: float
    notes: tuple[str, ...]
    summary: str
    values: tuple[TracedValue, ...] = ()
    folded_modules: tuple[FoldedModule, ...] = ()


@dataclass(frozen=True)
class Conversion:
    """A converted model and the report about it."""

    model: keras.Model
    report: ConversionReport


def signature_as_json(signature: Signature) -> dict[str, Any]:
    """The edges as JSON-ready data; ``edges_from_json`` is the inverse."""
    from dataclasses import asdict

    return asdict(signature)


def signature_from_json(data: dict[str, Any]) -> Signature:
    """The edges from what ``edges_as_json`` gave, after a trip through JSON (where tuples became lists)."""

    def spec(fields: dict[str, Any]) -> IOSpec:
        return IOSpec(
            name=fields["name"],
            keras_name=fields["keras_name"],
            dtype=fields["dtype"],
            onnx_shape=tuple(fields["onnx_shape"]),
            keras_shape=tuple(fields["keras_shape"]),
            permutation=tuple(fields["permutation"]),
        )

    return Signature(
        inputs=tuple(spec(fields) for fields in data["inputs"]),
        outputs=tuple(spec(fields) for fields in data["outputs"]),
        axis_order=data["axis_order"],
    )
