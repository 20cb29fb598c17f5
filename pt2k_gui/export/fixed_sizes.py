"""Assumptions that a recording made about the free sizes without saying so: conditions that the model's code, or PyTorch's own,
asked of them and that hold for the example.

``torch.export`` refuses to fix a size that was asked to stay free, but not what is computed of it, such as the number of
chunks in a sequence, and it follows one way of a branch. The program then holds where these conditions do. Runs in the user's
interpreter too: torch alone is needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pt2k_gui.export.dimension_names import readable
from pt2k_gui.sources.card import TensorSpec

_SAID = re.compile(
    r"L\['(\w+)'\]\.size\(\)\[(\d+)\] as dynamic but your code specialized it to be a constant \((\d+)\)"
)
_SIGNS = {"Eq": "=", "Ne": "≠", "Lt": "<", "Le": "≤", "Gt": ">", "Ge": "≥"}


@dataclass(frozen=True)
class FixedSize:
    """A size in the user's words, such as ``ceil(H/8)``, and the number that was made of it."""

    size: str
    number: int


@dataclass(frozen=True)
class Condition:
    """A condition on sizes.

    Attributes:
        expression: of sympy, in the recording's symbols.
        words: what the user calls each symbol.
    """

    expression: Any
    words: Mapping[str, str] = field(compare=False)

    def holds(self, sizes: Mapping[str, int]) -> bool:
        """Whether it is true for these sizes, one for each of the user's words; false too where it has no value."""
        import sympy  # type: ignore[import-untyped]

        numbers = {symbol: sympy.Integer(sizes[self.words[str(symbol)]]) for symbol in self.expression.free_symbols}
        try:
            return bool(self.expression.xreplace(numbers) == True)  # noqa: E712 (sympy's own truth)
        except Exception:  # torch's functions of sizes assert, and divide by nothing
            return False

    def fixed(self) -> FixedSize | None:
        """The size that it fixes, where it says that something is one number; 0 is what a remainder or a pad may be."""
        import sympy

        if not isinstance(self.expression, sympy.Eq) or not self.expression.rhs.is_Integer or self.expression.rhs < 1:
            return None
        return FixedSize(readable(str(self.expression.lhs), self.words), int(self.expression.rhs))

    def text(self) -> str:
        """In the user's words: ``T ≤ 512``."""
        parts = getattr(self.expression, "args", ())
        sign = next((text for name, text in _SIGNS.items() if _is(self.expression, name)), "")
        if len(parts) != 2 or not sign:
            return readable(str(self.expression), self.words)
        left, right = (readable(str(part), self.words) for part in parts)
        return f"{left} {sign} {right}"


def _is(expression: Any, name: str) -> bool:
    import sympy

    return isinstance(expression, getattr(sympy, name))


def conditions(program: Any, inputs: Sequence[TensorSpec]) -> list[Condition]:
    """The conditions under which a program, recorded just now with these inputs, is what the model computes.

    A program that was read from a file tells none.
    """
    import sympy
    import torch

    words: dict[str, str] = {}
    found: dict[Any, None] = {}
    environment: Any = None
    names = iter(program.graph_signature.user_inputs)
    values = {node.name: node.meta.get("val") for node in program.graph.nodes if node.op == "placeholder"}
    for name, spec in zip(names, inputs, strict=False):
        value = values.get(name)
        if not isinstance(value, torch.Tensor):
            continue
        environment = getattr(getattr(value, "fake_mode", None), "shape_env", environment)
        for size, word in zip(value.shape, spec.shape, strict=False):
            if not isinstance(size, torch.SymInt) or not isinstance(word, str):
                continue
            symbol = str(size.node.expr)
            if words.setdefault(symbol, word) != word:  # two sizes that were found to be one
                words |= {words[symbol]: words[symbol], word: word}
                found[sympy.Eq(sympy.Symbol(words[symbol]), sympy.Symbol(word))] = None
    for guard in getattr(environment, "guards", ()):
        expression = guard.expr
        symbols = {str(symbol) for symbol in getattr(expression, "free_symbols", ())}
        if symbols and symbols <= words.keys():
            found[expression] = None
    return [Condition(expression, words) for expression in found]


def larger_than(words: Sequence[str]) -> list[Condition]:
    """One condition a word: its size is more than one. A recording takes this for granted without a guard."""
    import sympy

    return [Condition(sympy.Gt(sympy.Symbol(word), 1), {word: word}) for word in words]


def told_by_pytorch(text: str, inputs: Sequence[TensorSpec]) -> list[FixedSize]:
    """The sizes of inputs that PyTorch's error says were fixed."""
    shapes = {spec.name: spec.shape for spec in inputs}
    found = []
    for name, axis, number in _SAID.findall(text):
        shape = shapes.get(name) or (inputs[0].shape if len(inputs) == 1 else ())
        if int(axis) < len(shape):
            found.append(FixedSize(str(shape[int(axis)]), int(number)))
    return list(dict.fromkeys(found))
