"""Coarser LiteRT files, made of the float32 file by ``ai-edge-quantizer``, and how they are chosen and told."""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pt2k_gui.save import messages
from pt2k_gui.save.litert.sensitivity import Place, left_in_float, output_error

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.message import Message

    Samples = Callable[[], Iterator[dict[str, np.ndarray]]]

_COMPARED = 16  # samples that calibrations are compared on
_CALIBRATED = {"tflite_int8": 8, "tflite_mixed": 8, "tflite_int16": 16}
"""The bits of activations, for the formats in which they are whole numbers in ranges that samples give."""

METHODS = {
    "average": ("minmax", "average"),
    "extremes": ("minmax", "extremes"),
    "squares": ("mse", "average"),
    "clipped": ("octav", "average"),
}
"""Ways to find ranges: of weights (their extremes, the least square error, OCTAV's clipping) and of activations (the moving
average of each sample's extremes, or the extremes of all)."""


def quantised(name: str, content: bytes, samples: Samples, shared: dict[str, Any]) -> tuple[bytes, Message | None]:
    """The float32 file in the precision of a format, and what to tell of how it was made.

    Args:
        name: the format's.
        samples: gives one sample after the other by the names of the inputs.
        shared: keeps the ranges of activations, and the best calibration, for the other formats of one save.
    """
    if name not in _CALIBRATED:
        return _made(content, _recipe(name, "minmax"), None), None
    loops = in_loops(content)
    few = list(islice(samples(), _COMPARED))

    def made_by(method: str, left: Sequence[Place] = ()) -> tuple[float, bytes]:
        weights, activations = METHODS[method]
        recipe = _recipe(name, weights, [*loops, *(place.tensor for place in left)])
        made = _made(content, recipe, _ranges(content, recipe, samples, activations, shared))
        return output_error(content, made, few), made

    key = f"litert.calibrated.{_CALIBRATED[name]}"
    if key not in shared:  # int8 and mixed begin alike
        shared[key] = min(((*made_by(method), method) for method in METHODS), key=lambda found: found[0])
    error, made, best = shared[key]
    left = left_in_float(content, made, few) if name == "tflite_mixed" else []
    if not left:
        return made, messages.CALIBRATED_BY(method=_METHOD_NAMES[best](), error=error)
    # What one layer destroys hides which ranges the others need: all ways are tried again without it.
    after, mixed = min((made_by(method, left) for method in METHODS), key=lambda found: found[0])
    told = messages.LEFT_IN_FLOAT(layers=[place.layer for place in left], before=error, after=after)
    return mixed, told


def _ranges(content: bytes, recipe: Any, samples: Samples, activations: str, shared: dict[str, Any]) -> Any:
    """The range of each tensor over the samples."""
    from ai_edge_quantizer import calibrator, recipe_manager
    from ai_edge_quantizer.utils import qsv_utils

    key = f"litert.ranges.{activations}"
    if key not in shared:
        update = {"average": qsv_utils.moving_average_update, "extremes": qsv_utils.min_max_update}[activations]
        manager = recipe_manager.RecipeManager()
        manager.load_quantization_recipe(recipe)
        with _silent():
            found = calibrator.Calibrator(content, num_threads=2, qsv_update_func=update)
            found.calibrate({None: list(samples())}, manager)  # gone through twice
        shared[key] = found.get_model_qsvs()
    return shared[key]


def _made(content: bytes, recipe: Any, ranges: Any) -> bytes:
    from ai_edge_quantizer import quantizer

    with _silent():
        made = quantizer.Quantizer(without_dead_channels(content))
        made.load_quantization_recipe(recipe)
        return bytes(made.quantize(ranges).quantized_model)


def in_loops(content: bytes) -> list[str]:
    """The operators within the loops of recurrent layers, by the names of what they write: a calibration sees no ranges
    there, and what a loop carries on stays in float32."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(content, 0)
    found = []
    for number in range(1, model.SubgraphsLength()):
        graph = model.Subgraphs(number)
        for place in range(graph.OperatorsLength()):
            written = graph.Operators(place).OutputsAsNumpy()
            found.append(";".join(graph.Tensors(tensor).Name().decode() for tensor in written))
    return found


def without_dead_channels(content: bytes) -> bytes:
    """The file with one small weight in each output channel whose weights are all zero: such a channel has no scale.

    The weight is a ten thousandth of the tensor's largest, an eightieth of a step of eight bits, and large enough for a bias of
    the usual size to have 32 bits in that scale.
    """
    import numpy as np
    from ai_edge_litert import schema_py_generated as schema

    changed = bytearray(content)
    model = schema.Model.GetRootAs(changed, 0)
    kinds = schema.BuiltinOperator
    axes = {kinds.CONV_2D: 0, kinds.FULLY_CONNECTED: 0, kinds.DEPTHWISE_CONV_2D: -1, kinds.TRANSPOSE_CONV: 0}
    for number in range(model.SubgraphsLength()):
        graph = model.Subgraphs(number)
        for place in range(graph.OperatorsLength()):
            operator = graph.Operators(place)
            code = model.OperatorCodes(operator.OpcodeIndex())
            axis = axes.get(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))
            if axis is None:
                continue
            tensor = graph.Tensors(operator.Inputs(1))
            if tensor.Type() != schema.TensorType.FLOAT32:
                continue
            data = model.Buffers(tensor.Buffer())
            if not data.DataLength():
                continue
            weights = data.DataAsNumpy().view(np.float32).reshape(tensor.ShapeAsNumpy())
            channels = np.moveaxis(weights, axis, 0)
            dead = ~channels.reshape(len(channels), -1).any(1)
            channels[(dead, *(0,) * (channels.ndim - 1))] = 1e-4 * np.abs(weights).max()
    return bytes(changed)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """The quantiser draws its progress on both streams and warns of each rule that another one replaces."""
    log = logging.getLogger("absl")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        log.setLevel(level)


def _recipe(name: str, weights: str, left: Sequence[str] = ()) -> Any:
    """The rules of a format; the operators that write the tensors ``left`` stay in float32."""
    from ai_edge_quantizer import qtyping, recipe_manager
    from ai_edge_quantizer.algorithm_manager import AlgorithmName

    key = {"minmax": AlgorithmName.MIN_MAX_UNIFORM_QUANT, "mse": AlgorithmName.MSE, "octav": AlgorithmName.OCTAV}[
        weights
    ]
    kinds = qtyping.TFLOperationName
    recipe = recipe_manager.RecipeManager()
    if name == "tflite_float16":
        number = qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT)
        halves = qtyping.OpQuantizationConfig(
            weight_tensor_config=number, compute_precision=qtyping.ComputePrecision.FLOAT, explicit_dequantize=True
        )
        recipe.add_quantization_config(".*", kinds.ALL_SUPPORTED, halves, AlgorithmName.FLOAT_CASTING)
    elif name == "tflite_dynamic":
        recipe.add_dynamic_config(".*", kinds.ALL_SUPPORTED, 8, algorithm_key=key)
    elif name in ("tflite_weights8", "tflite_weights4"):
        recipe.add_weight_only_config(".*", kinds.ALL_SUPPORTED, int(name[-1]), algorithm_key=key)
    else:
        recipe.add_static_config(".*", kinds.ALL_SUPPORTED, _CALIBRATED[name], 8)
        if key != AlgorithmName.MIN_MAX_UNIFORM_QUANT:  # these are for weights alone: the others keep the first rule
            for kind in (kinds.CONV_2D, kinds.DEPTHWISE_CONV_2D, kinds.FULLY_CONNECTED):
                recipe.add_static_config(".*", kind, _CALIBRATED[name], 8, algorithm_key=key)
        for edge in (kinds.INPUT, kinds.OUTPUT):  # whoever runs the file gives and takes float32
            recipe.add_quantization_config(".*", edge, None, AlgorithmName.NO_QUANTIZE)
    for tensor in left:
        recipe.add_quantization_config(f"^{re.escape(tensor)};?$", kinds.ALL_SUPPORTED, None, AlgorithmName.NO_QUANTIZE)
    return recipe.get_quantization_recipe()


_METHOD_NAMES = {
    "average": messages.BY_AVERAGE,
    "extremes": messages.BY_EXTREMES,
    "squares": messages.BY_SQUARES,
    "clipped": messages.BY_CLIPPING,
}
