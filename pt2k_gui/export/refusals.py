"""The words for a model that can't be exported, or whose ONNX file gives other numbers: what in it is the reason, in which
module and in which line of the user's code, and what can be done."""

from __future__ import annotations

import contextlib
import re
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.difference import largest_difference, magnitude
from pt2k_gui.export import messages
from pt2k_gui.export.own_rounding import LEAST
from pt2k_gui.export.recording import export_program
from pt2k_gui.message import sentences
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.inputs import random_tensors
from pt2k_gui.sources.loaded import LoadedModel

if TYPE_CHECKING:
    import torch

_DEPENDENT = re.compile(
    r"data-dependent|GuardOnDataDependent|control flow|_local_scalar_dense|Could not extract specialized integer"
)
_NO_FUNCTION = re.compile(
    r"No ONNX function found for <OpOverload\(op='([\w.]+)', overload='(\w+)'\)>|"
    r"[Ee]xporting the operator '([\w:]+)' to ONNX"
)
_CALL = re.compile(r'raised this error:\s+File "([^"]+)", line (\d+), in \w+\n\s*([^\n]+)')
_FRAME = re.compile(r'File "([^"]+)", line (\d+), in \w+\n\s*([^\n]+)')
_NOTED = re.compile(r"# File: ([^\n]+?):(\d+) in \w+, code: ([^\n]+)")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_RANDOM = re.compile(r"(rand|normal|bernoulli|multinomial|poisson|exponential|uniform|rrelu|dropout)")
_LOOK = messages.LOOK()


@dataclass(frozen=True)
class Failure:
    """The refusal of one exporter."""

    exporter: str
    error: Exception

    @property
    def text(self) -> str:
        """All that the error and those behind it say."""
        parts, seen, error = [], 0, self.error
        following: BaseException | None = error
        while following is not None and seen < 6:
            details = following.details if isinstance(following, Problem) else ""
            parts.append(f"{following}\n{details}")
            following, seen = following.__cause__ or following.__context__, seen + 1
        return _COLOURS.sub("", "\n".join(parts))


@dataclass(frozen=True)
class _Place:
    """A line of the user's code, and the module that it computes for."""

    file: str = ""
    line: int = 0
    code: str = ""
    module: str = ""
    kind: str = ""

    def words(self) -> str:
        """`` in the layer block.1 (Sort; net.py, line 7: `x.sort()`)``, as far as it is known; may be empty."""
        name = Path(self.file).name
        line: str = messages.LINE(file=name, line=self.line) if self.file else ""
        if self.file and self.code:
            line = messages.LINE_OF_CODE(file=name, line=self.line, code=self.code[:120])
        if self.module:
            return messages.IN_LAYER(layer=self.module, details=tuple(part for part in (self.kind, line) if part))
        return messages.AT_LINE(line=line) if line else ""


class Refused(Problem):
    """Found in a recorded program before an exporter works on it: none needs to be tried."""


def no_form(path: str, missing: Sequence[tuple[str, torch.fx.Node]]) -> Refused:
    """The problem of operators that ``missing_forms`` found: the first one in the sentence, all of them in the details."""
    places = [(name, _place_of(node).words()) for name, node in missing]
    return Refused(
        messages.NO_ONNX_FORM(file=path, operator=places[0][0], where=places[0][1]),
        hint=messages.COMPUTE_OTHERWISE(),
        details="\n".join(f"{name}{where}" for name, where in places),
    )


def answers_change(loaded: LoadedModel, program: Any, inputs: Sequence[TensorSpec]) -> Refused | None:
    """The problem of a program that draws random numbers or writes into its buffers, where two calls on the same input
    differ by more than rounding; None for every other."""
    if not any(_may_change(node) for node in program.graph.nodes):
        return None
    calls = _call_twice(loaded, inputs)
    pairs = [(a.double().numpy(), b.double().numpy()) for a, b in calls.pairs if a.shape == b.shape]
    difference = max((largest_difference(b, a) for a, b in pairs), default=0.0)
    scale = max((magnitude(a) for a, _ in pairs), default=0.0)
    if difference <= LEAST * max(scale, 1e-6):
        return None
    sentence = messages.CALLS_DIFFER(difference=difference, scale=scale)
    found = _reason(loaded, inputs, sentence, calls) or Problem(sentence, hint=messages.BRANCH_ON_VALUES())
    return Refused(found.sentence, hint=found.hint)


def _may_change(node: Any) -> bool:
    import torch

    if not isinstance(node.target, torch._ops.OpOverload):
        return False
    written = node.args[0] if node.args else None
    into_state = getattr(written, "op", "") in ("get_attr", "placeholder") and node.target._schema.is_mutable
    draws = torch.Tag.nondeterministic_seeded in node.target.tags and _RANDOM.search(str(node.target)) is not None
    return into_state or (draws and not (node.args and node.args[-1] is False))  # a dropout that is switched off


def refusal(loaded: LoadedModel, inputs: Sequence[TensorSpec], failures: Sequence[Failure]) -> Problem:
    """The problem where every exporter gave up. The first one's reason counts: the others are its substitutes."""
    first = failures[0]
    details = "\n\n".join(f"{f.exporter}: {type(f.error).__name__}: {f.text.strip()}" for f in failures)
    path = loaded.card.path
    missing = _NO_FUNCTION.search(first.text)
    if missing:
        name = missing[1] or missing[3]
        place = _place_of_operator(loaded, inputs, name)
        return Problem(
            messages.NO_ONNX_FORM(file=path, operator=name, where=place.words()),
            hint=messages.COMPUTE_OTHERWISE(),
            details=details,
        )
    known = _kept_one_way(first)
    if known:
        return Problem(messages.CANNOT_EXPORT(file=path, reason=known[0]), hint=known[1], details=details)
    if isinstance(first.error, Problem):
        return Problem(first.error.sentence, hint=first.error.hint, details=details)
    reason = next((line.strip() for line in first.text.splitlines() if line.strip()), type(first.error).__name__)
    return Problem(
        messages.CANNOT_EXPORT_ONNX(file=path, reason=reason[:300].rstrip("."), where=_line_of(first).words()),
        hint=sentences(_LOOK, messages.FULL_MESSAGES()),
        details=details,
    )


def _kept_one_way(failure: Failure) -> tuple[str, str] | None:
    """Why an export can keep one way through ``forward`` only, and what can be done; None where that is not the reason."""
    where = _line_of(failure).words()
    if _DEPENDENT.search(failure.text):
        return (
            messages.DEPENDS_ON_VALUES(where=where),
            messages.COMPUTE_BOTH(),
        )
    if ".numpy()" in failure.text or "numpy" in str(failure.error):
        return messages.OUTSIDE_PYTORCH(where=where), messages.USE_TORCH()
    return None


def cautions(failures: Sequence[Failure]) -> list[str]:
    """A note where a substitute did what the first exporter refused."""
    known = _kept_one_way(failures[0]) if failures else None
    return [messages.CAREFUL(reason=known[0])] if known else []


def other_numbers(
    loaded: LoadedModel,
    inputs: Sequence[TensorSpec],
    sentence: str,
    failures: Sequence[Failure],
    hint: str = messages.BRANCH_ON_VALUES(),
) -> Problem:
    """The problem where the ONNX file gives something else than PyTorch: with the reason, if the model shows one, and
    ``hint`` where it does not.
    """
    known = _kept_one_way(failures[0]) if failures else None
    if known:
        return Problem(messages.WITH_REASON(sentence=sentence, reason=known[0]), hint=known[1])
    if loaded.guest is not None:
        return loaded.guest.other_numbers(inputs, sentence, hint)
    return _reason(loaded, inputs, sentence, _call_twice(loaded, inputs)) or Problem(sentence, hint=hint)


def _reason(loaded: LoadedModel, inputs: Sequence[TensorSpec], sentence: str, calls: _Calls) -> Problem | None:
    """The problem of a model that keeps a state or draws random numbers, as two calls showed; None for every other."""
    if calls.changed:
        where = _place_of_buffer(loaded, calls.changed[0])
        return Problem(
            messages.CHANGES_BUFFER(sentence=sentence, names=calls.changed[:3], where=where),
            hint=messages.STATE_ARGUMENT(),
        )
    if calls.differ():
        place = _place_of_random(loaded, inputs)
        return Problem(
            messages.RANDOM_NUMBERS(sentence=sentence, where=place.words()),
            hint=messages.RANDOM_ARGUMENT(),
        )
    return None


def projection(loaded: LoadedModel) -> Problem | None:
    """The problem of a file that does not hold because of an ``nn.LSTM`` with ``proj_size``, which the exporters ignore."""
    import torch

    found = next(
        (
            path
            for path, part in (loaded.module.named_modules() if loaded.module is not None else ())
            if isinstance(part, torch.nn.LSTM) and part.proj_size
        ),
        None,
    )
    if found is None:
        found = next((_place_of(node).module for node in _nodes(loaded) if _is_projected(node)), None)
    if found is None:
        return None
    return Problem(
        messages.LSTM_PROJECTION(file=loaded.card.path, layer=found or "?"),
        hint=messages.WITHOUT_PROJECTION(),
    )


def _is_projected(node: Any) -> bool:
    """Whether a graph's LSTM has the fifth weight of each layer."""
    if not str(node.target).startswith("aten.lstm") or len(node.args) < 5:
        return False
    weights, biases, layers = node.args[2], node.args[3], node.args[4]
    if not isinstance(weights, list | tuple) or not isinstance(layers, int):
        return False
    return len(weights) in (layers * (5 if biases else 3), 2 * layers * (5 if biases else 3))


# --- where -------------------------------------------------------------------------------------------------------------


def _line_of(failure: Failure) -> _Place:
    """The user's line that an error names, or that it was raised from."""
    text = failure.text
    for pattern in (_CALL, _NOTED):
        found = [match for match in pattern.finditer(text) if not _is_of_a_library(match[1])]
        if found:
            return _Place(found[-1][1], int(found[-1][2]), found[-1][3].strip())
    error: BaseException | None = failure.error
    while error is not None:
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if not _is_of_a_library(frame.filename):
                return _Place(frame.filename, frame.lineno or 0, (frame.line or "").strip())
        error = error.__cause__ or error.__context__
    return _Place()


def _is_of_a_library(file: str) -> bool:
    import torch

    own = str(Path(__file__).resolve().parents[1])
    home = str(Path(torch.__file__).parent)
    return file.startswith(("<", own, home)) or "site-packages" in file or "/lib/python3" in file.replace("\\", "/")


def _nodes(loaded: LoadedModel) -> Iterator[torch.fx.Node]:
    if loaded.program is not None:
        yield from loaded.program.graph.nodes


def _program_nodes(loaded: LoadedModel, inputs: Sequence[TensorSpec]) -> list[torch.fx.Node]:
    """The nodes of the model's export program; none where there is no such program."""
    if loaded.program is not None:
        return list(loaded.program.graph.nodes)
    if loaded.module is None:
        return []
    with contextlib.suppress(Exception):  # it is looked at for the place of something, which may stay unknown
        return list(export_program(loaded, inputs).graph.nodes)
    return []


def _place_of_operator(loaded: LoadedModel, inputs: Sequence[TensorSpec], name: str) -> _Place:
    base = re.split(r"[.:]+", name)[-1].strip("_")
    for node in _program_nodes(loaded, inputs):
        parts = str(node.target).split(".")
        if node.op == "call_function" and len(parts) > 1 and parts[1].strip("_") == base:
            return _place_of(node)
    return _Place()


def _place_of_random(loaded: LoadedModel, inputs: Sequence[TensorSpec]) -> _Place:
    for node in _program_nodes(loaded, inputs):
        if node.op == "call_function" and _RANDOM.search(str(node.target)):
            return _place_of(node)
    return _Place()


def _place_of(node: Any) -> _Place:
    stack = [
        entry
        for entry in (node.meta.get("nn_module_stack") or {}).values()
        if entry[0] and not str(entry[0]).startswith("_empty_nn_module")
    ]
    module, kind = (stack[-1][0], stack[-1][1]) if stack else ("", "")
    kind = str(kind if isinstance(kind, str) else getattr(kind, "__name__", kind)).rsplit(".", 1)[-1]
    frames = [match for match in _FRAME.finditer(node.meta.get("stack_trace") or "") if not _is_of_a_library(match[1])]
    if not frames:
        return _Place(module=module, kind=kind)
    last = frames[-1]
    return _Place(last[1], int(last[2]), last[3].strip(), module, kind)


def _place_of_buffer(loaded: LoadedModel, name: str) -> str:
    path = name.rpartition(".")[0]
    if loaded.module is None or not path:
        return ""
    with contextlib.suppress(AttributeError):
        return messages.OF_LAYER(layer=path, type=type(loaded.module.get_submodule(path)).__name__)
    return ""


# --- what it does ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Calls:
    """Two calls of a model on one input.

    Attributes:
        changed: the buffers that the first call changed.
        pairs: each output of the first call with that of the second.
    """

    changed: list[str]
    pairs: list[tuple[torch.Tensor, torch.Tensor]]

    def differ(self) -> bool:
        """Whether the two gave different numbers."""
        import torch

        return any(a.shape != b.shape or not torch.equal(a, b) for a, b in self.pairs)


def _call_twice(loaded: LoadedModel, inputs: Sequence[TensorSpec]) -> _Calls:
    """Call the model twice on an input that no other call here is given: a model that keeps what it was given would keep the
    same again."""
    import torch

    tensors = random_tensors(inputs, 2, 90)
    buffers = [] if loaded.module is None else list(loaded.module.named_buffers())
    before = {name: buffer.detach().clone() for name, buffer in buffers}
    # Outputs may share their memory with a buffer that the next call writes into.
    first = [tensor.clone() for tensor in loaded.call(tensors)]
    after = [] if loaded.module is None else list(loaded.module.named_buffers())
    changed = [
        name
        for name, buffer in after
        if name in before and (buffer.shape != before[name].shape or not torch.equal(buffer, before[name]))
    ]
    return _Calls(changed, list(zip(first, loaded.call(tensors), strict=False)))
