"""Reads ``torch.export`` programs (``.pt2``), after a look at whether the file would run code of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import re
import typing
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import file_messages
from pt2k_gui.sources.archives import DAMAGED
from pt2k_gui.sources.card import ModelInfo, Source, TensorSpec
from pt2k_gui.sources.devices import NOTE, moved_to_cpu
from pt2k_gui.sources.exported_program_scan import call_targets, plain_copy
from pt2k_gui.sources.file_formats import EXPORT_PROGRAM
from pt2k_gui.sources.layers import program_rows
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.trust import agreed, sha256_of

_KEEPS_VALUES = re.compile(
    r"aten\.(_to_copy|to|clone|contiguous|flatten|permute|reshape|squeeze|transpose|unsqueeze|view|_unsafe_view)\b"
)


def read_program(source: Source, context: Context) -> LoadedModel:
    """Open an exported program. Raises ``Problem``; ``NeedsTrust`` where the file would run code."""
    import torch
    import torch.ao.quantization.fx._decomposed  # the operators of programs that convert_pt2e made

    file = Path(source.path)
    digest = sha256_of(file)
    plain: io.BytesIO | Path = file
    if not (source.trusted or agreed(digest)):
        context.progress(0.1, file_messages.LOOKING_FOR_CODE())
        plain = plain_copy(file, digest)
    context.progress(0.3, file_messages.OPENING_PROGRAM())
    try:
        moved = moved_to_cpu(plain)
        with _types_known():
            program = torch.export.load(moved or plain)
        program._guards_code = []  # Python text, which would run to check inputs; here the model itself says what it takes
        module = program.module(check_guards=False)
        # The exporter's check refuses every shape but those of the export; which ones the graph itself takes shows when
        # it runs, and a graph of linear layers takes many.
        module._forward_pre_hooks.clear()
        _drop_assertions(module)
    except Exception as error:  # whatever torch's reader meets in a damaged file
        raise _refused(file, error) from error
    inputs, notes = _inputs(program)
    if moved is not None:
        notes.append(NOTE)
    outputs = _outputs(program)
    parameters = [program.state_dict[name] for name in program.graph_signature.parameters]
    count = sum(tensor.numel() for tensor in parameters)
    rows = program_rows(program, file.stem)
    card = ModelInfo(
        path=str(file),
        name=rows[0].type if rows else file.stem,
        kind=EXPORT_PROGRAM,
        origin=f"PyTorch {_writer(_graph(file))}".strip(),
        size=file.stat().st_size,
        sha256=digest,
        parameters=count,
        trainable_parameters=sum(tensor.numel() for tensor in parameters if tensor.requires_grad),
        inputs=inputs,
        outputs=outputs,
        layers=rows,
        notes=tuple(notes),
    )
    return LoadedModel(card, module=module, program=program, arrange=_arrangement(program))


def _drop_assertions(module: Any) -> None:
    """Take out what a program asserts of computed sizes: its limits follow from the sizes that the export was told, such as a
    largest batch, and an ONNX file keeps none of them."""
    import torch

    asserting = (torch.ops.aten._assert_scalar.default, torch.ops.aten.sym_constrain_range_for_size.default)
    found = [node for node in module.graph.nodes if node.op == "call_function" and node.target in asserting]
    for node in found:
        module.graph.erase_node(node)
    if found:
        module.graph.eliminate_dead_code()
        module.recompile()


@contextlib.contextmanager
def _types_known() -> Iterator[None]:
    """For each of the thousands of records of a program its reader works out anew which types such a record's fields have."""
    known: dict[Any, dict[str, Any]] = {}
    former = typing.get_type_hints

    def get_type_hints(kind: Any, *given: Any, **named: Any) -> dict[str, Any]:
        key = (kind, *map(id, given), *((name, id(value)) for name, value in named.items()))
        if key not in known:
            known[key] = former(kind, *given, **named)
        return known[key]

    typing.get_type_hints = get_type_hints  # type: ignore[assignment]
    try:
        yield
    finally:
        typing.get_type_hints = former


def _graph(file: Path) -> dict[str, Any]:
    """The serialised program; empty where it can't be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            graph = next((n for n in archive.namelist() if "/models/" in n or n.endswith("program.json")), "")
            content = json.loads(archive.read(graph)) if graph else {}
    except DAMAGED:
        return {}  # asked of damaged files too, which are refused elsewhere
    return content if isinstance(content, dict) else {}


def _writer(graph: dict[str, Any]) -> str:
    """The version of PyTorch that wrote the program, such as ``2.13.0``; empty where it does not say."""
    version = graph.get("torch_version")
    return version.split("+")[0] if isinstance(version, str) else ""


def _missing_operators(graph: dict[str, Any]) -> list[str]:
    """The operators that this process does not have, as ``library::operator``."""
    import torch

    missing = []
    for target in sorted(set(call_targets(graph))):
        match = re.match(r"torch\.ops\.(\w+)\.(\w+)", target)
        if match and not hasattr(getattr(torch.ops, match[1], None), match[2]):
            missing.append(f"{match[1]}::{match[2]}")
    return missing


def _refused(file: Path, error: Exception) -> Problem:
    """The words for what torch's reader raised."""
    import torch

    graph = _graph(file)
    own, writer = torch.__version__.split("+")[0], _writer(graph)
    if writer and _number(writer) > _number(own):
        return Problem(
            file_messages.PROGRAM_TOO_NEW(file=file, writer=writer, own=own),
            hint=file_messages.SAVE_WITH_OLDER(version=own),
            details=repr(error),
        )
    missing = _missing_operators(graph)
    if missing:
        return Problem(
            file_messages.OPERATORS_MISSING(file=file, own=own, operators=missing[:5]),
            hint=file_messages.INSTALL_OPERATORS(),
            details=repr(error),
        )
    return Problem(
        file_messages.PROGRAM_DAMAGED(file=file),
        hint=file_messages.COPY_OR_EXPORT_SAVE(),
        details=repr(error),
    )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _inputs(program: Any) -> tuple[tuple[TensorSpec, ...], list[str]]:
    names = set(program.graph_signature.user_inputs)
    symbols: dict[str, str] = {}
    specs: list[TensorSpec] = []
    notes: list[str] = []
    for node in program.graph.nodes:
        if node.op != "placeholder" or node.name not in names:
            continue
        value = node.meta.get("val")
        if value is None or not hasattr(value, "shape"):
            notes.append(file_messages.INPUT_FIXED(name=node.name))
            continue
        specs.append(TensorSpec(node.name, str(value.dtype).removeprefix("torch."), _shape(value.shape, symbols)))
    if specs and all(isinstance(spec.shape[0], int) for spec in specs if spec.shape):
        notes.append(file_messages.FIXED_BATCH())
    return tuple(_with_range(spec, program) for spec in specs), notes


def _outputs(program: Any) -> tuple[TensorSpec, ...]:
    nodes = {node.name: node for node in program.graph.nodes}
    symbols: dict[str, str] = {}
    specs = []
    for number, name in enumerate(program.graph_signature.user_outputs):
        value = nodes[name].meta.get("val") if isinstance(name, str) and name in nodes else None
        if value is not None and hasattr(value, "shape"):
            kind = str(value.dtype).removeprefix("torch.")
            specs.append(TensorSpec(f"output_{number}" if number else "output", kind, _shape(value.shape, symbols)))
    return tuple(specs)


def _shape(shape: Sequence[Any], symbols: dict[str, str]) -> tuple[int | str, ...]:
    """Symbols by what they mean: the first axis is the batch, further ones are numbered."""
    sizes: list[int | str] = []
    for axis, size in enumerate(shape):
        if isinstance(size, int):
            sizes.append(size)
            continue
        key = str(size)
        if key not in symbols:
            fresh = "batch" if axis == 0 and "batch" not in symbols.values() else f"dim_{len(symbols)}"
            symbols[key] = fresh
        sizes.append(symbols[key])
    return tuple(sizes)


def _with_range(spec: TensorSpec, program: Any) -> TensorSpec:
    """An integer input that indexes an embedding takes values up to the table's length."""
    if not spec.dtype.startswith(("int", "uint")):
        return spec
    same, lengths = {spec.name}, []
    for node in program.graph.nodes:
        if node.op != "call_function" or not node.args:
            continue
        if _KEEPS_VALUES.search(str(node.target)) and getattr(node.args[0], "name", "") in same:
            same.add(node.name)
        if "embedding" in str(node.target):
            table, index = node.args[0], node.args[1]
            if getattr(index, "name", "") in same and hasattr(table.meta.get("val"), "shape"):
                lengths.append(int(table.meta["val"].shape[0]))
    return dataclasses.replace(spec, low=0, high=min(lengths, default=2))


def _arrangement(program: Any) -> Callable[[Sequence[Any]], tuple[tuple[Any, ...], dict[str, Any]]] | None:
    """Nested inputs (tuples, dictionaries, keyword arguments) are put together as the program's signature says."""
    from torch.utils import _pytree

    spec = program.call_spec.in_spec
    if spec is None:
        return None
    return lambda tensors: _pytree.tree_unflatten(list(tensors), spec)
