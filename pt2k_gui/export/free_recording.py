"""Records a model with free sizes so that the program is the model at other sizes too, or says where it is not.

A number of chunks that is 1 at the example, a pad that is 0, a branch on a length: the recording keeps what the example did.
Each such condition is known; where one does not hold, the program is run beside the model. Runs in the user's interpreter
too: torch alone is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pt2k_gui.export import messages
from pt2k_gui.export.dry_run import has_symbols
from pt2k_gui.export.fixed_sizes import Condition, conditions, larger_than
from pt2k_gui.export.other_sizes import (
    Sizes,
    example_sizes,
    free_words,
    larger_sizes,
    moved_sizes,
    powers,
    size_of_one,
    smaller_sizes,
    tensors_of,
    with_sizes,
)
from pt2k_gui.export.recording import export_program
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.loaded import LoadedModel, flat_tensors

if TYPE_CHECKING:
    import torch

_LEAST = 1e-3  # of the outputs' scale: what other kernels may round
_MOST_TOLD = 3
_ASSERTIONS = ("_assert_scalar", "sym_constrain", "_assert_async", "_assert_tensor_metadata")


@dataclass(frozen=True)
class _Found:
    """Where a program departs from its model.

    Attributes:
        sizes: at which it does.
        blamed: the conditions that don't hold there, and held wherever the two agreed.
        takes_larger: whether the model takes any size above the example's that was tried.
    """

    sizes: tuple[Sizes, ...]
    blamed: tuple[Condition, ...]
    takes_larger: bool


def record_free(loaded: LoadedModel, inputs: Sequence[TensorSpec], notes: list[str]) -> Any:
    """The module as ``torch.export`` sees it, with every size of ``inputs`` that is a word left free.

    Where the recording at the example's sizes departs from the model at other ones, it is made again at larger sizes.

    Args:
        notes: takes what a person should know of it: conditions on the sizes that stay.

    Raises:
        Problem: a size can't stay free.
    """
    program = export_program(loaded, inputs)
    if not has_symbols(inputs):
        return program
    asked = conditions(program, inputs)
    found = _departures(loaded, program, inputs, asked)
    example = example_sizes(inputs, 3)
    for sizes in moved_sizes(inputs) if found.sizes else ():
        moved, _ = with_sizes(inputs, sizes)
        try:
            loaded.call(tensors_of(inputs, sizes, 7))
            other = export_program(loaded, moved)
        except Exception:  # the model takes no such size
            continue
        again = _departures(loaded, other, inputs, conditions(other, inputs))
        if len(again.sizes) < len(found.sizes) and example not in again.sizes:
            program, found = other, again
        if not found.sizes:
            break
    _refuse_fixed(found, asked, inputs)
    told = [*found.blamed[:_MOST_TOLD], *_of_one(loaded, program, inputs, found.blamed)]
    if told:
        notes.append(messages.HOLDS_WHERE(conditions=[condition.text() for condition in told]))
    return program


def _departures(loaded: LoadedModel, program: Any, inputs: Sequence[TensorSpec], asked: Sequence[Condition]) -> _Found:
    """The program against the model wherever a condition does not hold."""
    larger = larger_sizes(inputs)
    tried: list[Sizes] = [example_sizes(inputs, 3), *larger, *smaller_sizes(inputs)]
    for condition in asked:  # a bound that lies far above the example
        words = sorted({condition.words[str(symbol)] for symbol in condition.expression.free_symbols})
        if len(words) == 1 and all(condition.holds(sizes) for sizes in tried):
            tried += [sizes for sizes in powers(inputs, words[0]) if not condition.holds(sizes)][:1]
    wrong: list[tuple[Sizes, list[Condition]]] = []
    fine: set[Condition] = set()
    takes_larger = False
    for sizes in tried:
        broken = [condition for condition in asked if not condition.holds(sizes)]
        if not broken:
            continue
        agrees = _agrees(loaded, program, inputs, sizes)
        takes_larger |= agrees is not None and sizes in larger
        if agrees:
            fine.update(broken)
        elif agrees is False:
            wrong.append((sizes, broken))
    blamed: dict[Condition, None] = {}
    for _, broken in wrong:
        left = [condition for condition in broken if condition not in fine] or broken
        if not blamed.keys() & set(left):
            blamed[min(left, key=lambda one: (one.fixed() is None, len(one.text())))] = None
    return _Found(tuple(sizes for sizes, _ in wrong), tuple(blamed), takes_larger)


def _refuse_fixed(found: _Found, asked: Sequence[Condition], inputs: Sequence[TensorSpec]) -> None:
    """Raise ``Problem`` for a size that was made a number of."""
    larger = larger_sizes(inputs)
    untried = [] if found.takes_larger else [c for c in asked if larger and not any(map(c.holds, larger))]
    fixed = next((size for condition in (*found.blamed, *untried) if (size := condition.fixed())), None)
    if fixed is not None:
        sentence = messages.SIZE_IS_RECORDED(size=fixed.size, number=fixed.number)
        raise Problem(sentence, hint=messages.FIX_SIZES())


def _of_one(
    loaded: LoadedModel, program: Any, inputs: Sequence[TensorSpec], blamed: Sequence[Condition]
) -> list[Condition]:
    """Conditions that sizes be more than 1, where a size of 1 goes another way: a recording takes that for granted."""
    free, one = free_words(inputs), size_of_one(inputs)
    if not free or not all(condition.holds(one) for condition in blamed):
        return []
    return larger_than(free) if _agrees(loaded, program, inputs, one) is False else []


def _agrees(loaded: LoadedModel, program: Any, inputs: Sequence[TensorSpec], sizes: Sizes) -> bool | None:
    """Whether the program gives the model's numbers at these sizes; None where the model takes no such input, or gives
    other numbers each time."""
    tensors = tensors_of(inputs, sizes, 11)
    try:
        expected = loaded.call(tensors)
    except Exception:  # a model's own code may refuse in any way
        return None
    try:
        actual = _run(program, loaded, tensors)
    except Exception:  # whatever an operator raises on a shape that was fixed
        return False
    if _same(actual, expected):
        return True
    return False if _same(loaded.call(tensors), expected) else None


def _same(actual: Sequence[torch.Tensor], expected: Sequence[torch.Tensor]) -> bool:
    if len(actual) != len(expected) or any(a.shape != e.shape for a, e in zip(actual, expected, strict=True)):
        return False
    for a, e in zip(actual, expected, strict=True):
        if not e.is_floating_point():
            if e.numel() and float((a == e).double().mean()) < 0.9:  # equal scores may have changed places
                return False
            continue
        wide = e.double()
        scale = float(wide[wide.isfinite()].abs().max()) if bool(wide.isfinite().any()) else 0.0
        if not a.double().allclose(wide, rtol=0.0, atol=_LEAST * max(scale, 1e-6), equal_nan=True):
            return False
    return True


def _run(program: Any, loaded: LoadedModel, tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """The outputs of a recorded program, whatever it asserts of its sizes."""
    import torch
    from torch.utils import _pytree as pytree

    class Unguarded(torch.fx.Interpreter):
        def run_node(self, n: torch.fx.Node) -> Any:
            if n.op == "call_function" and any(name in str(n.target) for name in _ASSERTIONS):
                return None
            return super().run_node(n)

    given = iter(pytree.tree_leaves(loaded.arguments(tensors)))
    known = {**program.state_dict, **program.constants}
    values = []
    for spec in program.graph_signature.input_specs:
        value = next(given) if spec.kind.name == "USER_INPUT" else known[spec.target]
        values.append(value.clone() if isinstance(value, torch.Tensor) else value)
    with torch.no_grad():
        results = Unguarded(program.graph_module).run(*values)
    kinds = [spec.kind.name for spec in program.graph_signature.output_specs]
    outputs = [value for value, kind in zip(results, kinds, strict=True) if kind == "USER_OUTPUT"]
    return flat_tensors(outputs)
