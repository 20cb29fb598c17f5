"""Free sizes that a recording fixed without saying so: the model's code made a number of something computed from them.

``torch.export`` refuses to fix a size that was asked to stay free, but not what is computed of it, such as the size of a
feature map. The program then holds for the sizes of the example alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pt2k_gui.export.dimension_names import readable
from pt2k_gui.sources.card import TensorSpec

_SAID = re.compile(
    r"L\['(\w+)'\]\.size\(\)\[(\d+)\] as dynamic but your code specialized it to be a constant \((\d+)\)"
)


@dataclass(frozen=True)
class FixedSize:
    """A size in the user's words, such as ``ceil(H/8)``, and the number that was made of it."""

    size: str
    number: int


def fixed_sizes(program: Any, inputs: Sequence[TensorSpec]) -> list[FixedSize]:
    """The sizes fixed in a program that was recorded just now with these inputs; one read from a file tells nothing."""
    import sympy  # type: ignore[import-untyped]
    import torch

    words, environment = {}, None
    names = iter(program.graph_signature.user_inputs)
    values = {node.name: node.meta.get("val") for node in program.graph.nodes if node.op == "placeholder"}
    for name, spec in zip(names, inputs, strict=False):
        value = values.get(name)
        if not isinstance(value, torch.Tensor):
            continue
        environment = getattr(getattr(value, "fake_mode", None), "shape_env", environment)
        for size, word in zip(value.shape, spec.shape, strict=False):
            if isinstance(size, torch.SymInt) and isinstance(word, str):
                words[str(size.node.expr)] = word
    found: dict[FixedSize, None] = {}
    for guard in getattr(environment, "guards", ()):
        condition = guard.expr
        if not isinstance(condition, sympy.Eq) or not condition.free_symbols or not condition.rhs.is_Integer:
            continue
        # Where a map has one pixel at the example's size, the library asks so for the layout in memory alone.
        if condition.rhs > 1 and not _always_holds(condition):
            found[FixedSize(readable(str(condition.lhs), words), int(condition.rhs))] = None
    return list(found)


def told_by_pytorch(text: str, inputs: Sequence[TensorSpec]) -> list[FixedSize]:
    """The sizes of inputs that PyTorch's error says were fixed."""
    shapes = {spec.name: spec.shape for spec in inputs}
    found = []
    for name, axis, number in _SAID.findall(text):
        shape = shapes.get(name) or (inputs[0].shape if len(inputs) == 1 else ())
        if int(axis) < len(shape):
            found.append(FixedSize(str(shape[int(axis)]), int(number)))
    return list(dict.fromkeys(found))


def _always_holds(condition: Any) -> bool:
    """Whether an equation holds at larger and odd sizes too."""
    for factor, more in ((2, 1), (3, 2), (5, 0), (7, 3)):
        at = {
            symbol: 16 * factor + more + 2 * number
            for number, symbol in enumerate(sorted(condition.free_symbols, key=str))
        }
        if condition.subs(at) != True:  # noqa: E712 (sympy's own truth)
            return False
    return True
