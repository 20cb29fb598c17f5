"""The inputs and outputs of an ONNX graph as verification feeds and reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.onnx_structure import fed_inputs, onnx_structure

if TYPE_CHECKING:
    import onnx


def onnx_inputs(path: str, loaded: LoadedModel) -> tuple[TensorSpec, ...]:
    """The inputs as they stand in the ONNX file, with the integer ranges that were chosen, else those of the card."""
    import onnx

    from pt2k_gui.sources.onnx_file import remembered

    model = onnx_structure(path)
    ranges = {spec.name: (spec.low, spec.high) for spec in loaded.card.inputs}
    by_place = [(spec.low, spec.high) for spec in loaded.card.inputs]
    specs = []
    for number, value in enumerate(fed_inputs(model)):
        kind = value.type.tensor_type
        shape = _shape(value)
        low, high = ranges.get(value.name) or (by_place[number] if number < len(by_place) else (None, None))
        specs.append(
            TensorSpec(value.name, str(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)), shape, low, high)
        )
    return remembered(model, specs)


def _shape(value: onnx.ValueInfoProto) -> tuple[int | str, ...]:
    """The sizes of a graph's input or output; the batch is the axis of that name, else the first one."""
    sizes = value.type.tensor_type.shape.dim
    named = any(size.dim_param == "batch" for size in sizes)
    return tuple(
        size.dim_value
        if size.HasField("dim_value")
        else ("batch" if axis == 0 and not named else size.dim_param or f"dim_{axis}")
        for axis, size in enumerate(sizes)
    )


def output_batch_axes(path: str) -> tuple[int, ...]:
    """For each of the graph's outputs the axis that counts the samples."""
    outputs = onnx_structure(path).graph.output
    return tuple(shape.index("batch") if "batch" in (shape := _shape(value)) else 0 for value in outputs)


def graph_inputs(path: str) -> list[str]:
    """The names of the inputs that have to be fed."""
    return [value.name for value in fed_inputs(onnx_structure(path))]


def output_names(path: str) -> list[str]:
    """The ONNX graph's outputs."""
    return [value.name for value in onnx_structure(path).graph.output]
