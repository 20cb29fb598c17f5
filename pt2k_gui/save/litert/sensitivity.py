"""Which operators of a LiteRT file lose most in eight bits, operator by operator against the float32 file."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "BATCH_MATMUL", "CONV_3D", "TRANSPOSE_CONV")
_MOST_LEFT = 0.1  # of the operators with weights
_STANDS_OUT = 1.5  # times the median of what an operator adds


@dataclass(frozen=True)
class Place:
    """An operator: the tensor that it writes, the layer's name as people know it, and the error that it adds.

    ``error`` is the root mean square of what its output is off by over that of the output, less what its inputs are off by.
    """

    tensor: str
    layer: str
    error: float


def output_error(content: bytes, coarse: bytes, samples: Sequence[Mapping[str, np.ndarray]]) -> float:
    """The root mean square of what the outputs of a coarse file are off by, over that of the outputs."""
    whole, rough = _runner(content), _runner(coarse)
    apart = size = 0.0
    for sample in samples:
        wanted, found = whole(**sample), rough(**sample)
        for name, right in wanted.items():
            if right.dtype.kind == "f":
                apart += float(((found[name].astype("float64") - right) ** 2).sum())
                size += float((right.astype("float64") ** 2).sum())
    return math.sqrt(apart / size) if size else 0.0


def left_in_float(content: bytes, coarse: bytes, samples: Sequence[Mapping[str, np.ndarray]]) -> list[Place]:
    """The operators to leave in float32: those that stand out, at most a tenth of those with weights, at least one."""
    found = sorted(sensitivity(content, coarse, samples), key=lambda place: -place.error)
    most = max(1, round(_MOST_LEFT * len(found)))
    usual = statistics.median([place.error for place in found]) if found else 0.0
    return [place for number, place in enumerate(found[:most]) if not number or place.error > _STANDS_OUT * usual]


def sensitivity(content: bytes, coarse: bytes, samples: Sequence[Mapping[str, np.ndarray]]) -> list[Place]:
    """The error that each operator with weights adds, in the order of the file."""
    import numpy as np

    operators = _operators(content)
    names = {name for inputs, output in operators for name in (*inputs, output)}
    apart, size = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for sample in samples[:4]:
        whole, rough = _tensors(content, sample, names), _tensors(coarse, sample, names)
        for name in names & whole.keys() & rough.keys():
            if whole[name].shape == rough[name].shape:
                apart[name] += float(np.square(rough[name] - whole[name], dtype=np.float64).sum())
                size[name] += float(np.square(whole[name], dtype=np.float64).sum())

    def error(name: str) -> float:
        return math.sqrt(apart[name] / size[name]) if size[name] else 0.0

    return [
        Place(output, _layer(output), error(output) - max((error(name) for name in inputs), default=0.0))
        for inputs, output in operators
        if size[output]
    ]


def _runner(content: bytes) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_content=content, num_threads=2).get_signature_runner()


def _operators(content: bytes) -> list[tuple[list[str], str]]:
    """For each operator with weights of the main graph, the computed tensors that it reads, and the one that it writes."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(content, 0)
    numbers = {getattr(schema.BuiltinOperator, name) for name in _WEIGHTED}
    graph = model.Subgraphs(0)
    found = []
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        code = model.OperatorCodes(operator.OpcodeIndex())
        if max(code.BuiltinCode(), code.DeprecatedBuiltinCode()) not in numbers:
            continue
        tensors = [graph.Tensors(place) for place in operator.InputsAsNumpy() if place >= 0]
        computed = [tensor.Name().decode() for tensor in tensors if not model.Buffers(tensor.Buffer()).DataLength()]
        found.append((computed, graph.Tensors(operator.Outputs(0)).Name().decode()))
    return found


def _tensors(content: bytes, sample: Mapping[str, np.ndarray], names: set[str]) -> dict[str, np.ndarray]:
    """The values of tensors on one sample, as floats."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=content,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
    )
    interpreter.get_signature_runner()(**sample)
    values = {}
    for entry in interpreter.get_tensor_details():
        if entry["name"] not in names or entry["name"] in values:
            continue
        value = interpreter.get_tensor(entry["index"])
        scales, zeros = (entry["quantization_parameters"][key] for key in ("scales", "zero_points"))
        if value.dtype.kind == "i" and len(scales) == 1:
            value = (value.astype(np.float32) - zeros[0]) * scales[0]
        if value.dtype.kind == "f":
            values[entry["name"]] = value.astype(np.float32)
    return values


def _layer(tensor: str) -> str:
    """The layer of Keras's in the names that the converter joined: ``features_0`` in ``features_0_1/BiasAdd;...``."""
    for part in tensor.split(";"):
        words = [word for word in part.split("/") if word]
        if len(words) > 1:
            return re.sub(r"_\d+$", "", words[-2]) if words[-2].count("_") > 1 else words[-2]
    return tensor
