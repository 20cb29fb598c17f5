"""The inputs and outputs of an ONNX graph as verification feeds and reads them."""

from __future__ import annotations

from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.onnx_structure import fed_inputs, onnx_structure


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
        shape = tuple(
            size.dim_value
            if size.HasField("dim_value")
            else ("batch" if axis == 0 else size.dim_param or f"dim_{axis}")
            for axis, size in enumerate(kind.shape.dim)
        )
        low, high = ranges.get(value.name) or (by_place[number] if number < len(by_place) else (None, None))
        specs.append(
            TensorSpec(value.name, str(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)), shape, low, high)
        )
    return remembered(model, specs)


def graph_inputs(path: str) -> list[str]:
    """The names of the inputs that have to be fed."""
    return [value.name for value in fed_inputs(onnx_structure(path))]


def output_names(path: str) -> list[str]:
    """The ONNX graph's outputs."""
    return [value.name for value in onnx_structure(path).graph.output]
