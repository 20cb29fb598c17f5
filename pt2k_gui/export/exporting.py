"""Exports a PyTorch module to ONNX, and shows that the file runs and gives the same: several batches, several inputs."""

from __future__ import annotations

import contextlib
import io
import logging
import math
import shutil
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.difference import largest_difference, magnitude
from pt2k_gui.export import messages
from pt2k_gui.export.dimension_names import name_dimensions
from pt2k_gui.export.dry_run import check_inputs, has_symbols, run_once
from pt2k_gui.export.free_recording import record_free
from pt2k_gui.export.module_scopes import write_scopes
from pt2k_gui.export.other_sizes import Sizes, larger_sizes, smaller_sizes, tensors_of, words_of
from pt2k_gui.export.own_rounding import Batch, unexplained
from pt2k_gui.export.pooling_translations import pooling_translations
from pt2k_gui.export.recording import DYNAMO, PROGRAM, TORCHSCRIPT, dynamo, export_program, named_outputs, torchscript
from pt2k_gui.export.refusals import (
    Failure,
    Refused,
    answers_change,
    cautions,
    no_form,
    other_numbers,
    projection,
    refusal,
)
from pt2k_gui.export.result import Exported, FileChecked
from pt2k_gui.export.torchlib import domains_known, library_kept, promotion_where_needed
from pt2k_gui.export.work import HEAVY, sample_work
from pt2k_gui.files import atomic_path, file_size, scratch_folder
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context, stage
from pt2k_gui.sources.box_inputs import place_boxes
from pt2k_gui.sources.card import Source, TensorSpec
from pt2k_gui.sources.guest_model import GuestModel
from pt2k_gui.sources.guest_process import GuestDied
from pt2k_gui.sources.inputs import random_tensors
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.onnx_file import external_files, remember_inputs
from pt2k_gui.sources.onnx_session import onnx_session
from pt2k_gui.sources.onnx_structure import fed_inputs, keep_structure

if TYPE_CHECKING:
    import onnx

_PROTOBUF_LIMIT = 2_000_000_000  # bytes; larger models keep their weights beside the file
_CHECKED_BATCHES = (1, 2, 5)
_SMALL_BATCHES = (1, 2, 3)
_LIGHT = 1_000_000_000  # multiply-adds for a sample up to which the larger batches are taken


def export(
    loaded: LoadedModel,
    inputs: Sequence[TensorSpec],
    output: str,
    *,
    trainable: bool,
    context: Context,
    ahead: str = "",
) -> Exported:
    """Write the ONNX file.

    The dynamo exporter goes first; the TorchScript exporter serves where that can't do it (and for TorchScript files).
    The file is checked with onnx.checker and run in ONNX Runtime against PyTorch: on several batch sizes where the batch
    is dynamic, on several random inputs where it is fixed, the last of them scaled by 10 and one all zero.

    Args:
        inputs: as chosen; a symbol in a shape stays dynamic.
        output: the ``.onnx`` file, written atomically (with ``.onnx.data`` beside it above 2 GB).
        trainable: keep BatchNormalization and Dropout as nodes of their own.
        context: gets stages and log lines.
        ahead: takes a copy of the file once onnx.checker accepted it, before it is compared, and ``FileChecked`` tells of
            it: for who can begin with it. Nothing for files that keep their weights beside them.

    Raises:
        Problem: neither exporter can do it, or the file does not give PyTorch's numbers.
    """
    check_inputs(loaded, inputs)
    began = time.perf_counter()
    target = Path(output)
    if loaded.onnx_path:
        return _copy(loaded, inputs, target, context, began)
    context.progress(0.05, messages.TRYING_SHAPES())
    run_once(loaded, inputs, 2)
    notes: list[str] = []
    failures: list[Failure] = []
    context.progress(0.15, messages.EXPORTING())
    with stage(context, messages.STAGE_EXPORT()) as result:
        model, exporter = _export(loaded, inputs, trainable, context, notes, failures)
        opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
        result.text = messages.NODES_EXPORTER(nodes=len(model.graph.node), opset=opset, exporter=exporter)
    name_dimensions(model, inputs)
    remember_inputs(model, inputs)
    with atomic_path(target) as temporary:
        context.progress(0.6, messages.CHECKING())
        with stage(context, messages.STAGE_CHECK()) as result:
            size = _write(model, temporary)
            keep_structure(temporary, model)
            _check(temporary, loaded)
            result.text = messages.SIZE_ACCEPTED(size=file_size(size))
        if ahead and _is_alone(temporary, target):
            shutil.copyfile(temporary, ahead)
            context.event(FileChecked(ahead))
        context.progress(0.75, messages.RUNNING())
        with stage(context, messages.STAGE_COMPARE()) as result:
            difference, batches = _compare(loaded, inputs, temporary, failures, notes)
            difference = max(difference, _compare_other_sizes(loaded, inputs, temporary, failures, notes))
            result.text = messages.LARGEST_DIFFERENCE(difference=difference)
        _move_data(temporary, target)
    context.progress(1.0, messages.EXPORTED())
    return Exported(
        path=output,
        opset=opset,
        exporter=exporter,
        size=size,
        nodes=len(model.graph.node),
        inputs=tuple(_file_specs(model.graph.input, inputs)),
        outputs=tuple(_file_specs(model.graph.output, ())),
        difference=difference,
        checked_batches=batches,
        seconds=time.perf_counter() - began,
        notes=tuple(notes),
    )


def _export(
    loaded: LoadedModel,
    inputs: Sequence[TensorSpec],
    trainable: bool,
    context: Context,
    notes: list[str],
    failures: list[Failure],
) -> tuple[onnx.ModelProto, str]:
    for exporter, attempt in _attempts(loaded, inputs, trainable, context, notes):
        before = len(notes)
        try:
            with _quiet(context):
                model = attempt()
            notes += cautions(failures)
            return model, exporter
        except (GuestDied, Refused):
            raise
        except Exception as error:  # the exporters raise whatever the model's operators make them
            if isinstance(error, Problem) and getattr(error.sentence, "id", "") == messages.SIZE_IS_RECORDED.id:
                raise
            del notes[before:]  # of a recording that is not used
            failures.append(Failure(exporter, error))
            context.log(
                messages.EXPORTER_FAILED(
                    exporter=exporter, reason=str(error).strip().splitlines()[0] if str(error) else repr(error)
                )
            )
    raise refusal(loaded, inputs, failures)


def _attempts(
    loaded: LoadedModel, inputs: Sequence[TensorSpec], trainable: bool, context: Context, notes: list[str]
) -> list[tuple[str, Callable[[], onnx.ModelProto]]]:
    """The exporters to try, in order, by name."""
    import torch

    if loaded.guest is not None:
        return _attempts_in_guest(loaded, loaded.guest, inputs, trainable, context, notes)
    script = (TORCHSCRIPT, lambda: _torchscript(loaded, inputs, trainable))
    if isinstance(loaded.module, torch.jit.ScriptModule):
        return [script]
    return [(DYNAMO, lambda: _dynamo(loaded, inputs, trainable, notes)), script]


def _attempts_in_guest(
    loaded: LoadedModel,
    guest: GuestModel,
    inputs: Sequence[TensorSpec],
    trainable: bool,
    context: Context,
    notes: list[str],
) -> list[tuple[str, Callable[[], onnx.ModelProto]]]:
    """The same in the user's interpreter. Where its PyTorch is of this one's version, only ``torch.export`` runs there and
    the program is exported here, as it would be without the other interpreter."""
    import torch

    def record(way: str) -> onnx.ModelProto:
        import onnx

        from pt2k_gui.sources.exported_program import read_program

        with scratch_folder() as folder:
            file = folder / ("model.pt2" if way == PROGRAM else "model.onnx")
            told = guest.record(way, inputs, file, trainable, context)
            notes.extend(note for note in told if note not in notes)
            if way == PROGRAM:
                return _dynamo(read_program(Source(str(file)), context), inputs, trainable, notes)
            model = onnx.load(str(file))
            if way == TORCHSCRIPT:
                write_scopes(model, loaded.card.layers)
            return model

    found = [(way, partial(record, way)) for way in guest.ways(trainable)]
    if not guest.torch.startswith(".".join(torch.__version__.split(".")[:2]) + "."):
        found.sort(key=lambda entry: entry[0] == PROGRAM)
    return [(DYNAMO if way == PROGRAM else way, attempt) for way, attempt in found]


def _dynamo(loaded: LoadedModel, inputs: Sequence[TensorSpec], trainable: bool, notes: list[str]) -> onnx.ModelProto:
    """Through torch.export. A program is used as it is where its shapes are those that were asked for."""
    from pt2k_gui.export.complex_numbers import holds_complex, real_module
    from pt2k_gui.export.decomposition import decomposed_where_needed
    from pt2k_gui.export.missing_forms import without_form
    from pt2k_gui.export.training_facts import dropout_translations, keep_dropouts, remember
    from pt2k_gui.export.translation_table import table

    program = loaded.program
    if program is None or not _same_shapes(loaded.card.inputs, inputs):
        program = record_free(loaded, inputs, notes)
    if holds_complex(program):
        real = LoadedModel(loaded.card, real_module(program), arrange=loaded.arrange)
        program = export_program(real, inputs)
    own = table() | dropout_translations()
    if missing := without_form(program, own.keys() | pooling_translations().keys()):
        raise no_form(loaded.card.path, missing)
    if loaded.module is not None and (changing := answers_change(loaded, program, inputs)):
        raise changing
    if trainable:
        keep_dropouts(program)
    named = named_outputs(loaded, inputs)
    with domains_known(), library_kept(), promotion_where_needed(), decomposed_where_needed():
        model: onnx.ModelProto = dynamo(program, loaded, inputs, trainable, own, named).model_proto
    module = loaded.module if loaded.module is not None else program.module()
    remember(model, module, program, named)
    return model


def _torchscript(loaded: LoadedModel, inputs: Sequence[TensorSpec], trainable: bool) -> onnx.ModelProto:
    import onnx

    from pt2k_gui.export.training_facts import remember

    buffer = io.BytesIO()
    torchscript(loaded, inputs, trainable, buffer)
    model = onnx.load_from_string(buffer.getvalue())
    write_scopes(model, loaded.card.layers)
    remember(model, loaded.module, None, named_outputs(loaded, inputs))
    return model


def _same_shapes(have: Sequence[TensorSpec], want: Sequence[TensorSpec]) -> bool:
    """Whether each axis is fixed to the same size, or dynamic in both."""
    return all(
        len(a.shape) == len(b.shape)
        and all(x == y or (isinstance(x, str) and isinstance(y, str)) for x, y in zip(a.shape, b.shape, strict=True))
        for a, b in zip(have, want, strict=True)
    )


@contextlib.contextmanager
def _quiet(context: Context) -> Iterator[None]:
    """The exporters' warnings go to the log, once each."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("once")
        loggers = [logging.getLogger("torch.onnx"), logging.getLogger("torch.onnx._internal.exporter._registration")]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
    for text in dict.fromkeys(
        str(warning.message).strip().splitlines()[0] for warning in caught if str(warning.message)
    ):
        context.log(f"Exporter: {text}")


def _write(model: onnx.ModelProto, path: Path) -> int:
    """Write the model, with its weights beside it where protobuf can't hold them; returns the bytes of all files."""
    import onnx

    if model.ByteSize() < _PROTOBUF_LIMIT:
        path.write_bytes(model.SerializeToString())
        return path.stat().st_size
    data = f"{path.name}.data"
    onnx.save_model(model, str(path), save_as_external_data=True, all_tensors_to_one_file=True, location=data)
    return path.stat().st_size + (path.parent / data).stat().st_size


def _move_data(temporary: Path, target: Path) -> None:
    data = temporary.parent / f"{target.name}.data"
    if data.is_file():
        data.replace(target.parent / data.name)


def _is_alone(temporary: Path, target: Path) -> bool:
    """Whether the file holds its weights itself."""
    return not (temporary.parent / f"{target.name}.data").exists()


def _check(path: Path, loaded: LoadedModel | None = None) -> None:
    import onnx

    try:
        onnx.checker.check_model(str(path), full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        known = projection(loaded) if loaded is not None else None
        raise known or Problem(
            messages.INVALID_EXPORT(reason=str(error).strip().splitlines()[0]),
            hint=messages.REPORT_WITH_LOG(),
            details=str(error),
        ) from error


def _compare(
    loaded: LoadedModel,
    inputs: Sequence[TensorSpec],
    path: Path,
    failures: Sequence[Failure] = (),
    notes: Sequence[str] = (),
) -> tuple[float, tuple[int, ...]]:
    """Largest absolute difference between PyTorch and ONNX Runtime, and the batch sizes it was measured on."""
    import torch

    try:
        session = onnx_session(path)
    except Exception as error:  # ONNX Runtime's exceptions share no base class of their own
        raise projection(loaded) or Problem(
            messages.RUNTIME_REFUSES(reason=str(error).splitlines()[0]),
            hint=messages.REPORT_WITH_LOG(),
            details=str(error),
        ) from error
    batches = _checked_batches(path, inputs)
    names = [value.name for value in session.get_inputs()]
    worst, scale = [0.0] * (len(batches) + 1), 0.0
    seen: list[Batch] = []
    free = any(spec.free_axes() for spec in inputs) and not _is_partial(notes) and _takes_twice(loaded, inputs)
    for number, batch in enumerate((*batches, 1)):
        stretch = 2 if free and number == 2 else 1
        tensors = random_tensors(inputs, batch, 100 * number, stretch)
        if number == len(batches):  # an input of another scale
            tensors = place_boxes(inputs, [t * 10 if t.is_floating_point() else t for t in tensors])
        elif number == 1:
            tensors = [torch.zeros_like(tensor) if tensor.is_floating_point() else tensor for tensor in tensors]
        expected = [tensor.detach().numpy() for tensor in loaded.call(tensors)]
        seen.append((tensors, expected))
        feeds = {n: t.numpy() for n, t in zip([s.name for s in inputs], tensors, strict=True) if n in names}
        try:
            actual = session.run(None, feeds)
        except Exception as error:
            raise projection(loaded) or Problem(
                messages.FAILS_AT_BATCH(batch=batch, reason=str(error).splitlines()[0]),
                hint=messages.FIX_BATCH() if number and batch != batches[0] else messages.REPORT_WITH_LOG(),
                details=str(error),
            ) from error
        for want, have in zip(expected, actual, strict=True):
            if want.shape != have.shape:
                sentence = messages.OUTPUT_SHAPE(shape=str(have.shape), expected=str(want.shape))
                hint = messages.FIX_SIZES()
                first = failures[0].error if failures and stretch == 2 else None
                raise first if isinstance(first, Problem) else other_numbers(loaded, inputs, sentence, failures, hint)
            if number == 1 and want.dtype.kind in "iu":
                continue  # which of several equal numbers is the first is for each backend to choose: all are zero here
            scale = max(scale, magnitude(want))
            worst[number] = max(worst[number], largest_difference(have, want))
    if not all(map(math.isfinite, worst)):
        sentence = messages.NOT_FINITE()
        raise other_numbers(loaded, inputs, sentence, failures)
    if unexplained(loaded, seen, worst, scale):
        sentence = messages.NUMBERS_DIFFER(difference=max(worst), scale=scale)
        raise other_numbers(loaded, inputs, sentence, failures)
    return max(worst), tuple(dict.fromkeys(batches))


def _is_partial(notes: Sequence[str]) -> bool:
    """Whether it was said already that the export holds at some sizes only."""
    return any(getattr(note, "id", "") == messages.HOLDS_WHERE.id for note in notes)


def _compare_other_sizes(
    loaded: LoadedModel, inputs: Sequence[TensorSpec], path: Path, failures: Sequence[Failure], notes: list[str]
) -> float:
    """Largest absolute difference between PyTorch and ONNX Runtime at sizes that the export did not see, as far as PyTorch
    takes them: odd ones, above and below the example's.

    Args:
        notes: takes where the file does not run.
    """
    if not any(spec.free_axes() for spec in inputs) or _is_partial(notes):
        return 0.0
    session = onnx_session(path, silent=True)
    names = [value.name for value in session.get_inputs()]
    light = sample_work(path, inputs) <= HEAVY
    largest = 0.0
    for sizes in (*(larger_sizes(inputs)[1:2] if light else ()), *smaller_sizes(inputs)[1:2]):
        tensors = tensors_of(inputs, sizes, 31)
        try:
            expected = [tensor.detach().numpy() for tensor in loaded.call(tensors)]
        except Exception:  # a model's own code may refuse in any way
            continue
        feeds = {n: t.numpy() for n, t in zip([s.name for s in inputs], tensors, strict=True) if n in names}
        try:
            actual = session.run(None, feeds)
        except Exception as error:  # ONNX Runtime's exceptions share no base class of their own
            notes.append(messages.FAILS_AT_SIZES(sizes=words_of(sizes), reason=str(error).splitlines()[0]))
            continue
        pairs = list(zip(expected, actual, strict=True))
        same = all(want.shape == have.shape for want, have in pairs)
        floats = [(have, want) for want, have in pairs if want.dtype.kind not in "iu"]
        worst = max((largest_difference(have, want) for have, want in floats), default=0.0) if same else math.inf
        scale = max(map(magnitude, expected))
        if not same or not math.isfinite(worst) or unexplained(loaded, [(tensors, expected)], [worst], scale):
            raise _differs(loaded, inputs, sizes, failures)
        largest = max(largest, worst)
    return largest


def _differs(loaded: LoadedModel, inputs: Sequence[TensorSpec], sizes: Sizes, failures: Sequence[Failure]) -> Problem:
    """The problem of a file that is right at the example's sizes alone: the size that the first exporter refused to fix,
    where it was that."""
    first = failures[0].error if failures else None
    if isinstance(first, Problem) and getattr(first.sentence, "id", "") == messages.SIZE_IS_FIXED.id:
        return first
    return other_numbers(
        loaded, inputs, messages.DIFFER_AT_SIZES(sizes=words_of(sizes)), failures, messages.FIX_SIZES()
    )


def _checked_batches(path: Path, inputs: Sequence[TensorSpec]) -> tuple[int, ...]:
    """The sizes of the batch that are compared, or as many single samples; fewer where each takes a second or more."""
    work, free = sample_work(path, inputs), has_symbols(inputs)
    if work > HEAVY:
        return _CHECKED_BATCHES[:2] if free else (1, 1)
    return (_CHECKED_BATCHES if work < _LIGHT else _SMALL_BATCHES) if free else (1, 1, 1)


def _takes_twice(loaded: LoadedModel, inputs: Sequence[TensorSpec]) -> bool:
    """Whether PyTorch itself takes other sizes on the free axes than those of the example."""
    try:
        run_once(loaded, inputs, 1, stretch=2)
    except Problem:
        return False
    return True


def _file_specs(values: Any, given: Sequence[TensorSpec]) -> Iterator[TensorSpec]:
    """Names, types and shapes as they stand in the file; integer ranges and examples as they were given."""
    import onnx

    known = {spec.name: (spec.low, spec.high, spec.example) for spec in given}
    for value in values:
        kind = value.type.tensor_type
        named = any(size.dim_param == "batch" for size in kind.shape.dim)
        shape = tuple(
            size.dim_value
            if size.HasField("dim_value")
            else ("batch" if axis == 0 and not named else size.dim_param or f"dim_{axis}")
            for axis, size in enumerate(kind.shape.dim)
        )
        rest = known.get(value.name, (None, None, ()))
        yield TensorSpec(value.name, str(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)), shape, *rest)


def _copy(loaded: LoadedModel, inputs: Sequence[TensorSpec], target: Path, context: Context, began: float) -> Exported:
    """An ONNX source is taken as it is, with its input shapes fixed where that was asked for."""
    import onnx

    source = Path(loaded.onnx_path)
    with stage(context, messages.STAGE_CHECK()) as result:
        model = onnx.load(str(source), format="protobuf", load_external_data=False)
        notes = []
        if not _same_shapes(loaded.card.inputs, inputs):
            model = _with_shapes(model, inputs)
            notes.append(messages.SHAPES_CHANGED())
        _name_axes(model, inputs)
        remember_inputs(model, inputs)
        with atomic_path(target) as temporary:
            temporary.write_bytes(model.SerializeToString())
            keep_structure(temporary, model)
            weights = [path.relative_to(source.absolute().parent) for path in external_files(source, model)]
            for name in weights:
                (temporary.parent / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source.parent / name, temporary.parent / name)
            _check(temporary)
            changed = LoadedModel(loaded.card, onnx_path=str(temporary))
            for batch in _CHECKED_BATCHES if has_symbols(inputs) else (1,):
                run_once(changed, inputs, batch)
            for name in weights:
                (target.parent / name).parent.mkdir(parents=True, exist_ok=True)
                (temporary.parent / name).replace(target.parent / name)
        opset = next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 0)
        result.text = messages.NODES(nodes=len(model.graph.node), opset=opset)
    context.progress(1.0, messages.CHECKED())
    return Exported(
        path=str(target),
        opset=opset,
        exporter="none",
        size=target.stat().st_size,
        nodes=len(model.graph.node),
        inputs=tuple(_file_specs(fed_inputs(model), inputs)),
        outputs=tuple(_file_specs(model.graph.output, ())),
        difference=None,
        checked_batches=_CHECKED_BATCHES if has_symbols(inputs) else (1,),
        seconds=time.perf_counter() - began,
        notes=tuple(notes),
    )


def _name_axes(model: onnx.ModelProto, inputs: Sequence[TensorSpec]) -> None:
    """Name the dynamic axes that have no name in the file: one of them may be the batch."""
    wanted = {spec.name: spec.shape for spec in inputs}
    for value in fed_inputs(model):
        for size, name in zip(value.type.tensor_type.shape.dim, wanted[value.name], strict=True):
            if isinstance(name, str) and not size.dim_param:
                size.dim_param = name


def _with_shapes(model: onnx.ModelProto, inputs: Sequence[TensorSpec]) -> onnx.ModelProto:
    import onnx

    wanted = {spec.name: spec.shape for spec in inputs}
    for value in fed_inputs(model):
        del value.type.tensor_type.shape.dim[:]
        for size in wanted[value.name]:
            entry = value.type.tensor_type.shape.dim.add()
            if isinstance(size, int):
                entry.dim_value = size
            else:
                entry.dim_param = size
    # What the file says of shapes further in holds for the former shapes only.
    del model.graph.value_info[:]
    for value in model.graph.output:
        for axis, size in enumerate(value.type.tensor_type.shape.dim):
            size.ClearField("dim_value")
            size.dim_param = "batch" if axis == 0 else f"{value.name}_{axis}"
    return onnx.shape_inference.infer_shapes(model)
