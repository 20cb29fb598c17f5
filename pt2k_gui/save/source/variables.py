"""Names for the values of a function's body: ``x`` for what flows through, else what the layer that made it is called."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Mapping, Sequence

from pt2k_gui.convert.builder.layer_names import snake_case
from pt2k_gui.save.source.program import Line, Statement

RESERVED = frozenset({"keras", "layers", "ops", "np", "Path", "WEIGHTS", "weights", "model", "inputs", "outputs"})
_LONGEST = 28
# How many lines further on a value may be read that has the short name of a branch.
_NEAR = 2


def named(
    lines: Sequence[Line],
    given: Mapping[int, str],
    results: Sequence[int],
    taken: frozenset[str],
    final: Mapping[int, str] | None = None,
) -> dict[int, str]:
    """A variable for each value, used again for another once nothing reads it any more.

    Args:
        lines: what is computed, in order.
        given: values that have a variable already; they keep it to the end.
        results: values that are read after the last line.
        taken: names that no variable may have.
        final: values whose variable is decided.
    """
    last, readers = _reads(lines, results)
    variables = dict(given)
    holder = {variable: value for value, variable in given.items()}  # the value that each variable holds
    fixed = set(given)
    forbidden = taken | RESERVED

    def free(variable: str, place: int) -> bool:
        if variable in forbidden:
            return False
        if variable not in holder:
            return True
        value = holder[variable]
        return value not in fixed and last.get(value, -1) <= place

    for place, line in enumerate(lines):
        several = len(line.outputs) > 1
        claimed: list[str] = []
        for value in line.outputs:
            if value in variables:
                continue
            if final is not None and value in final:
                variable = final[value]
            elif value not in last:
                variable = "_" if several else _hinted(line, place, free, claimed)
            elif free("x", place) and "x" not in claimed:
                variable = "x"
            elif free("y", place) and "y" not in claimed and readers.get(value) == 1 and last[value] <= place + _NEAR:
                variable = "y"
            else:
                variable = _hinted(line, place, free, claimed)
            variables[value] = variable
            claimed.append(variable)
            if variable != "_":
                holder[variable] = value
    return variables


def _reads(lines: Sequence[Line], results: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """For each value the number of the line that reads it last, and how many lines read it."""
    last = dict.fromkeys(results, len(lines))
    readers: dict[int, int] = {}
    for place, line in enumerate(lines):
        for value in line.reads():
            last[value] = max(place, last.get(value, place))
            readers[value] = readers.get(value, 0) + 1
        if isinstance(line, Statement) and line.kind == "make":
            last.update(dict.fromkeys(line.outputs, len(lines)))  # a layer keeps its variable
    return last, readers


def _hinted(line: Line, place: int, free: object, claimed: Sequence[str]) -> str:
    assert callable(free)
    base = "value"
    if isinstance(line, Statement):
        base = identifier(line.hint) or identifier(snake_case(line.head.rpartition(".")[2])) or base
    number, variable = 2, base
    while variable in claimed or not free(variable, place):
        variable = f"{base}_{number}"
        number += 1
    return variable


def identifier(text: str) -> str:
    """The end of a layer's name as a variable's name; "" where that is none."""
    words = [word for word in re.split(r"\W+|_+", text.lower()) if word]
    while len(words) > 1 and words[-1].isdecimal():
        words.pop()
    name = ""
    for word in reversed(words):
        if name and (len(f"{word}_{name}") > _LONGEST or word.isdecimal()):
            break
        name = f"{word}_{name}" if name else word
    if not name.isidentifier():
        return ""
    if keyword.iskeyword(name) or hasattr(builtins, name):
        return f"{name}_"
    return name
