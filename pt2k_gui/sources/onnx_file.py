"""Reads ONNX files, with external data or without, whoever wrote them."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import file_messages
from pt2k_gui.sources.card import LayerRow, ModelInfo, Source, TensorSpec
from pt2k_gui.sources.file_formats import ONNX
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.shape_probing import with_examples
from pt2k_gui.sources.trust import sha256_of

_LARGEST_PROTO = 2 << 30  # bytes; protobuf's own limit
_MOST_ROWS = 2000
_KEEPS_VALUES = ("Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze")


def read_graph(source: Source, context: Context) -> LoadedModel:
    """Open an ONNX file and check it. Raises ``Problem``."""
    file = Path(source.path)
    context.progress(0.3, file_messages.OPENING_ONNX())
    model = _parse(file)
    _require_external_data(file, model)
    opset = next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 0)
    _require_known_versions(file, model, opset)
    context.progress(0.6, file_messages.CHECKING_ONNX())
    _require_valid(file)
    stored = {tensor.name for tensor in model.graph.initializer}
    count = sum(math.prod(tensor.dims) for tensor in _tensors(model.graph) if tensor.data_type in _float_types())
    notes: list[str] = []
    others = sorted({node.domain for node in model.graph.node} - {"", "ai.onnx"})
    if others:
        notes.append(file_messages.OUTSIDE_STANDARD(domains=others))
    if external_tensors(model):
        notes.append(file_messages.EXTERNAL_WEIGHTS())
    beside = external_files(file, model)
    origin = " ".join(part for part in (model.producer_name, model.producer_version) if part)
    proposed = [_with_range(_spec(file, value), model) for value in model.graph.input if value.name not in stored]
    card = ModelInfo(
        path=str(file),
        name=model.graph.name if model.graph.name not in ("", "main_graph", "torch_jit") else file.stem,
        kind=ONNX,
        origin=file_messages.ONNX_ORIGIN(producer=origin or file_messages.UNKNOWN(), opset=opset),
        size=file.stat().st_size + sum(path.stat().st_size for path in beside),
        sha256=sha256_of(file),
        parameters=count,
        trainable_parameters=count,
        inputs=with_examples(file, remembered(model, proposed)),
        outputs=tuple(_spec(file, value) for value in model.graph.output),
        layers=_rows(model, count),
        notes=tuple(notes),
    )
    return LoadedModel(card, onnx_path=str(file), files=tuple(map(str, beside)))


def _require_known_versions(file: Path, model: Any, opset: int) -> None:
    """Raises ``Problem`` for an opset or a format of the file that is newer than what is known here."""
    import onnx

    if opset > onnx.defs.onnx_opset_version():
        raise Problem(
            file_messages.OPSET_TOO_NEW(file=file, opset=opset, most=onnx.defs.onnx_opset_version()),
            hint=file_messages.LOWER_OPSET(),
        )
    if model.ir_version > onnx.IR_VERSION:
        raise Problem(
            file_messages.IR_TOO_NEW(file=file, version=model.ir_version, most=onnx.IR_VERSION),
            hint=file_messages.OLDER_ONNX(),
        )


def _require_valid(file: Path) -> None:
    """Raises ``Problem`` where ONNX's own checker finds something wrong."""
    import onnx

    try:
        onnx.checker.check_model(str(file))
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError, ValueError, RuntimeError) as error:
        missing = re.search(r"No Op registered for (\S+) with domain_version of (\d+)", str(error))
        if missing:
            raise Problem(
                file_messages.OPERATOR_NOT_IN_OPSET(file=file, operator=missing[1], opset=missing[2]),
                hint=file_messages.OPSET_WITH_OPERATOR(),
                details=str(error),
            ) from error
        raise Problem(
            file_messages.INVALID_ONNX(file=file, reason=_first_line(error)),
            hint=file_messages.EXPORT_OR_COPY(),
            details=str(error),
        ) from error


def _parse(file: Path) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    if file.stat().st_size > _LARGEST_PROTO:
        raise Problem(file_messages.ONNX_TOO_LARGE(file=file), hint=file_messages.EXPORT_EXTERNAL())
    try:
        model = onnx.load(str(file), format="protobuf", load_external_data=False)  # whatever its name ends in
    except (DecodeError, ValueError, UnicodeDecodeError) as error:
        raise Problem(
            file_messages.NOT_ONNX(file=file),
            hint=file_messages.COPY_AGAIN(),
            details=repr(error),
        ) from error
    if not all(isinstance(text, str) for text in _texts(model)):
        raise Problem(file_messages.NAME_NOT_TEXT(file=file), hint=file_messages.COPY_AGAIN())
    if not model.graph.node or not model.graph.output:
        raise Problem(file_messages.EMPTY_GRAPH(file=file), hint=file_messages.EXPORT_OR_COPY_MODEL())
    return model


def _texts(model: Any) -> Iterator[Any]:
    """All names in a graph. Protobuf gives bytes for one that is not UTF-8."""
    yield from (model.producer_name, model.producer_version, model.graph.name)
    yield from (entry.domain for entry in model.opset_import)
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        yield value.name
        yield from (size.dim_param for size in value.type.tensor_type.shape.dim)
    for node in model.graph.node:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
    for tensor in model.graph.initializer:
        yield from (tensor.name, *(text for entry in tensor.external_data for text in (entry.key, entry.value)))


def _tensors(graph: Any) -> Iterator[Any]:
    """Every tensor that a graph stores: its initializers, those among its nodes' attributes, and its branches'."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    yield from _tensors_of_nodes(graph.node)


def _tensors_of_nodes(nodes: Iterable[Any]) -> Iterator[Any]:
    for node in nodes:
        for attribute in node.attribute:
            yield from (*([attribute.t] if attribute.HasField("t") else []), *attribute.tensors)
            for inner in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                yield from _tensors(inner)


def external_tensors(model: Any) -> list[Any]:
    """The tensors whose numbers are kept in files beside the ONNX file."""
    functions = (tensor for function in model.functions for tensor in _tensors_of_nodes(function.node))
    return [tensor for tensor in (*_tensors(model.graph), *functions) if tensor.data_location == tensor.EXTERNAL]


def external_files(file: Path, model: Any) -> list[Path]:
    """The files beside an ONNX file that hold its weights. Raises ``Problem`` where one lies outside its folder."""
    names = {
        entry.value for tensor in external_tensors(model) for entry in tensor.external_data if entry.key == "location"
    }
    folder = file.absolute().parent
    paths = [folder / name for name in sorted(names)]
    for name, path in zip(sorted(names), paths, strict=True):
        if path.is_symlink():
            raise Problem(
                file_messages.WEIGHTS_LINKED(file=file, name=name),
                hint=file_messages.COPY_THEMSELVES(),
            )
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Problem(
                file_messages.PARTS_ELSEWHERE(file=file, name=name),
                hint=file_messages.EXPORT_BESIDE(),
            )
    return paths


def _require_external_data(file: Path, model: Any) -> None:
    ends: dict[Path, int] = {}
    for tensor in external_tensors(model):
        entries = {entry.key: entry.value for entry in tensor.external_data}
        try:
            end = int(entries.get("offset", 0)) + int(entries.get("length", 0))
        except ValueError as error:
            raise Problem(
                file_messages.WEIGHTS_LOCATION(file=file, tensor=tensor.name), hint=file_messages.COPY_AGAIN()
            ) from error
        path = file.absolute().parent / entries.get("location", "")
        ends[path] = max(ends.get(path, 0), end)
    for path in external_files(file, model):
        if not path.is_file():
            raise Problem(
                file_messages.WEIGHTS_NOT_BESIDE(file=file, weights=path.name),
                hint=file_messages.COPY_BESIDE(weights=path.name),
            )
        if path.stat().st_size < ends.get(path, 0):
            raise Problem(
                file_messages.WEIGHTS_TRUNCATED(file=file, weights=path.name),
                hint=file_messages.COPY_WEIGHTS(weights=path.name),
            )


def _spec(file: Path, value: Any) -> TensorSpec:
    """A graph's input or output; an axis without a size gets a name of its own. Raises ``Problem`` for what is no tensor."""
    import onnx

    kind = value.type.tensor_type
    if value.type.HasField("sequence_type") or value.type.HasField("map_type") or value.type.HasField("optional_type"):
        raise Problem(
            file_messages.NOT_TENSOR(file=file, name=value.name),
            hint=file_messages.EXPORT_TENSORS(),
        )
    if kind.elem_type not in onnx.TensorProto.DataType.values():
        raise Problem(
            file_messages.UNKNOWN_TYPE(file=file, name=value.name, number=kind.elem_type),
            hint=file_messages.EXPORT_OR_COPY(),
        )
    if kind.elem_type == onnx.TensorProto.STRING:
        raise Problem(
            file_messages.HOLDS_TEXT(file=file, name=value.name),
            hint=file_messages.EXPORT_WITHOUT_TEXT(),
        )
    name = str(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)) if kind.elem_type else "float32"
    return TensorSpec(value.name, name, _sizes(value))


def _sizes(value: Any) -> tuple[int | str, ...]:
    kind = value.type.tensor_type
    shape: list[int | str] = []
    for axis, dim in enumerate(kind.shape.dim):
        if dim.HasField("dim_value") and dim.dim_value > 0:
            shape.append(int(dim.dim_value))
        else:
            shape.append(_symbol(dim.dim_param, axis, value.name))
    return tuple(shape)


def _symbol(name: str, axis: int, of: str) -> str:
    """A dynamic axis's name as people can type it: exporters put dots into it, or whole formulas."""
    if name.isidentifier():
        return name
    if axis == 0:
        return "batch"
    if re.fullmatch(r"[A-Za-z][\w.]*", name):
        return re.sub(r"\W", "_", name)
    return re.sub(r"\W|^(?=\d)", "_", f"{of}_dim_{axis}")


_KEY = "pt2k.inputs"


def remember_inputs(model: Any, inputs: Sequence[TensorSpec]) -> None:
    """Write into the model what a graph can't say of its inputs: the integers' ranges, and sizes that are known to run."""
    rows = [{"name": s.name, "low": s.low, "high": s.high, "example": list(s.example)} for s in inputs]
    kept = [entry for entry in model.metadata_props if entry.key != _KEY]
    del model.metadata_props[:]
    model.metadata_props.extend(kept)
    model.metadata_props.add(key=_KEY, value=json.dumps(rows))


def remembered(model: Any, specs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
    """The specifications with what ``remember_inputs`` wrote; as they are where the file says nothing sound."""
    text = next((entry.value for entry in model.metadata_props if entry.key == _KEY), "[]")
    try:
        rows = {row["name"]: row for row in json.loads(text)}
        return tuple(_completed(spec, rows[spec.name]) if spec.name in rows else spec for spec in specs)
    except (ValueError, TypeError, KeyError, RecursionError):
        return tuple(specs)


def _completed(spec: TensorSpec, row: dict[str, Any]) -> TensorSpec:
    low, high = (None if row[key] is None else int(row[key]) for key in ("low", "high"))
    example = tuple(int(size) for size in row["example"])
    if len(example) != len(spec.shape) or min(example, default=1) < 1:
        example = ()
    return dataclasses.replace(spec, low=low, high=high, example=example)


def _with_range(given: TensorSpec, model: Any) -> TensorSpec:
    """An integer input that gathers rows of a table takes values up to the table's length."""
    if not given.dtype.startswith(("int", "uint", "bool")):
        return given
    tables = {tensor.name: tensor.dims for tensor in model.graph.initializer}
    same, lengths = {given.name}, []
    for node in model.graph.node:
        if node.op_type in _KEEPS_VALUES and node.input[0] in same:
            same.add(node.output[0])
        if node.op_type == "Gather" and node.input[1] in same and tables.get(node.input[0]):
            lengths.append(int(tables[node.input[0]][0]))
    return dataclasses.replace(given, low=0, high=min(lengths, default=2))


def _rows(model: Any, count: int) -> tuple[LayerRow, ...]:
    """The nodes in graph order below the model itself; parameters are counted at the node that first uses them."""
    sizes = {t.name: math.prod(t.dims) for t in model.graph.initializer if t.data_type in _float_types()}
    sizes |= {
        node.output[0]: math.prod(attribute.t.dims)
        for node in model.graph.node
        for attribute in node.attribute
        if node.op_type == "Constant" and attribute.HasField("t") and attribute.t.data_type in _float_types()
    }
    rows = [LayerRow("", model.graph.name or "graph", 0, parameters=count)]
    shapes = dict(_shapes(model))
    for number, node in enumerate(model.graph.node):
        if node.op_type == "Constant" or len(rows) > _MOST_ROWS:
            continue
        within = (tensor for tensor in _tensors_of_nodes([node]) if tensor.data_type in _float_types())
        used = sum(sizes.pop(name, 0) for name in node.input) + sum(math.prod(tensor.dims) for tensor in within)
        path = (node.name or f"node_{number}").replace(".", "/")
        rows.append(LayerRow(path, node.op_type, 1, shapes.get(next(iter(node.output), ""), ""), used))
    return tuple(rows)


def _shapes(model: Any) -> Iterator[tuple[str, str]]:
    import onnx

    try:
        inferred = onnx.shape_inference.infer_shapes(model)
    except (onnx.shape_inference.InferenceError, ValueError, RuntimeError):
        return  # shapes are a courtesy of the card; running the file is what counts
    for value in (*inferred.graph.value_info, *inferred.graph.output):
        if value.type.tensor_type.HasField("shape"):
            yield value.name, " × ".join(str(size) for size in _sizes(value)) or "scalar"


def _float_types() -> set[int]:
    from onnx import TensorProto

    return {TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16}


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") + "." if lines else type(error).__name__ + "."
