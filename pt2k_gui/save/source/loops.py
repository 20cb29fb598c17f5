"""Finds statements that follow each other in rounds, each round on the result of the one before, and makes loops of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pt2k_gui.save.source.layout import Doc, Text
from pt2k_gui.save.source.program import (
    Argument,
    Comment,
    Expression,
    Line,
    Literal,
    Loop,
    Name,
    Reference,
    Statement,
    Variable,
)
from pt2k_gui.save.source.program import Sequence as Several

_LONGEST_BODY = 4
_MOST_VARIABLES = 4
# Rounds of plain layers are a loop only from here on; rounds that call functions, wherever that saves lines.
_PLAIN_ROUNDS = 4


@dataclass(frozen=True)
class _Round:
    """One round: the form that it shares with the others, what it reads from outside, its constants and names."""

    form: object
    outside: tuple[int, ...]
    constants: tuple[tuple[str, Doc], ...]
    names: tuple[str, ...]


def looped(lines: Sequence[Line], read: Mapping[int, int], taken: frozenset[str]) -> list[Line]:
    """The lines with rounds as loops.

    Args:
        read: how often each value is read in these lines, and by what comes after them.
        taken: variables and parameters around the lines.
    """
    found: list[Line] = []
    place = 0
    while place < len(lines):
        best: tuple[int, Loop, int] | None = None
        if isinstance(lines[place], Statement):
            for length in range(1, _LONGEST_BODY + 1):
                made = _loop(lines, place, length, read, taken)
                if made is not None and (best is None or made[0] > best[0]):
                    best = made
        if best is None:
            found.append(lines[place])
            place += 1
            continue
        _, loop, place = best
        if found and isinstance(found[-1], Comment) and found[-1].text:
            found[-1] = Comment("")
        found.append(loop)
    return found


def _loop(
    lines: Sequence[Line], place: int, length: int, read: Mapping[int, int], taken: frozenset[str]
) -> tuple[int, Loop, int] | None:
    """How many statements a loop of bodies of that length saves from that place on, the loop, and the place behind it."""
    bodies: list[tuple[Statement, ...]] = []
    rounds: list[_Round] = []
    chain: int | None = None
    behind = place
    while True:
        taken_up = _statements(lines, behind, length)
        if taken_up is None:
            break
        body, end = taken_up
        current = _round(body)
        if rounds:
            before = bodies[-1][-1].outputs[0]
            slots = [slot for slot, value in enumerate(current.outside) if value == before]
            if current.form != rounds[0].form or len(slots) != 1 or (chain is not None and slots[0] != chain):
                break
            inner = sum(statement.reads().count(before) for statement in body)
            if read.get(before, 0) != inner:
                break
            others = [value for slot, value in enumerate(current.outside) if slot != slots[0]]
            if others != [value for slot, value in enumerate(rounds[0].outside) if slot != slots[0]]:
                break
            chain = slots[0]
        if len(body[-1].outputs) != 1 or _leaks(body, read):
            break
        bodies.append(body)
        rounds.append(current)
        behind = end
    saved = (len(bodies) - 1) * length - 1
    calls = any(statement.kind == "function" for statement in (bodies[0] if bodies else ()))
    if chain is None or saved < 1 or (not calls and len(bodies) < _PLAIN_ROUNDS):
        return None
    loop = _written(bodies, rounds, chain, taken)
    return None if loop is None else (saved, loop, behind)


def _statements(lines: Sequence[Line], place: int, length: int) -> tuple[tuple[Statement, ...], int] | None:
    """The next so many statements, comments between them left out, and the place behind them."""
    body: list[Statement] = []
    while len(body) < length and place < len(lines):
        line = lines[place]
        if isinstance(line, Loop):
            return None
        if isinstance(line, Statement):
            body.append(line)
        place += 1
    return (tuple(body), place) if len(body) == length else None


def _leaks(body: Sequence[Statement], read: Mapping[int, int]) -> bool:
    """Whether a value other than the last one is read outside of the body."""
    inner = [value for statement in body for value in statement.reads()]
    made = [value for statement in body for value in statement.outputs]
    return any(read.get(value, 0) > inner.count(value) for value in made[:-1])


def _round(body: Sequence[Statement]) -> _Round:
    inside: dict[int, int] = {}
    slots: dict[int, int] = {}
    constants: list[tuple[str, Doc]] = []

    def expression(key: str, value: Expression) -> object:
        if isinstance(value, Reference):
            if value.value in inside:
                return ("inside", inside[value.value])
            return ("outside", slots.setdefault(value.value, len(slots)))
        if isinstance(value, Several):
            return ("several", tuple(expression(key, item) for item in value.items))
        constants.append((key, value.doc if isinstance(value, Literal) else Text(value.name)))
        return "constant"

    form = []
    for statement in body:
        arguments = (*statement.construction, *statement.arguments)
        described = tuple((a.key, a.positional, a.default, expression(a.key, a.value)) for a in arguments)
        form.append((statement.kind, statement.head, described, statement.name is None, len(statement.outputs)))
        for value in statement.outputs:
            inside[value] = len(inside)
    names = tuple(statement.name.text for statement in body if statement.name is not None)
    return _Round(tuple(form), tuple(slots), tuple(constants), names)


def _written(
    bodies: Sequence[tuple[Statement, ...]], rounds: Sequence[_Round], chain: int, taken: frozenset[str]
) -> Loop | None:
    variables: list[str] = []
    columns: list[tuple[Doc, ...]] = []
    by_place: dict[int, str] = {}
    by_values: dict[tuple[str, tuple[Doc, ...]], str] = {}
    for place, (label, first) in enumerate(rounds[0].constants):
        values = tuple(current.constants[place][1] for current in rounds)
        if all(value == first for value in values):
            continue
        if (label, values) not in by_values:
            by_values[label, values] = _free(label or "value", {*variables, *taken})
            variables.append(by_values[label, values])
            columns.append(values)
        by_place[place] = by_values[label, values]
    naming = _naming(rounds, bool(variables), taken)
    if naming is None:
        return None
    column, names = naming
    if column is not None:
        variables.insert(0, column[0])
        columns.insert(0, column[1])
    if not variables or len(variables) > _MOST_VARIABLES:
        return None
    return Loop(
        variables=tuple(variables),
        rounds=tuple(zip(*columns, strict=True)),
        body=_body(bodies[0], by_place, names),
        start=rounds[0].outside[chain],
        carried=bodies[0][-1].outputs[0],
        result=bodies[-1][-1].outputs[0],
    )


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free = f"{name}_{number}"
        number += 1
    return free


def _naming(
    rounds: Sequence[_Round], more: bool, taken: frozenset[str]
) -> tuple[tuple[str, tuple[Doc, ...]] | None, list[str]] | None:
    """The loop's variable for names and its values, and the first round's names in terms of it; None where none fits."""
    if not rounds[0].names:
        return None, []
    words = [[name.split("_") for name in current.names] for current in rounds]
    first = words[0]
    if any([len(name) for name in current] != [len(name) for name in first] for current in words):
        return None
    places = {
        place
        for current in words[1:]
        for name, other in zip(current, first, strict=True)
        for place, (a, b) in enumerate(zip(name, other, strict=True))
        if a != b
    }
    if len(places) != 1:
        return None
    (place,) = places
    stems = {tuple(name[:place]) for name in first}
    varying = [{name[place] for name in current if len(name) > place} for current in words]
    if len(stems) != 1 or any(len(words_here) != 1 for words_here in varying):
        return None
    values = [next(iter(words_here)) for words_here in varying]
    stem = "_".join(next(iter(stems)))
    numbers = [int(value) for value in values if value.isdecimal()]
    counts = len(numbers) == len(values) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    if counts and (not more or "{" in stem):
        variable = _free("index", set(taken))
        middle = f"{stem}_{{{variable}}}" if stem else f"{{{variable}}}"
        column = tuple(Text(str(number)) for number in numbers)
    elif "{" not in stem:
        variable = _free("name", set(taken))
        middle = f"{{{variable}}}"
        column = tuple(Text(f'"{stem}_{value}"' if stem else f'"{value}"') for value in values)
    else:
        return None
    names = ["_".join([middle, *name[place + 1 :]]) for name in first]
    return (variable, column), names


def _body(body: Sequence[Statement], by_place: Mapping[int, str], names: Sequence[str]) -> tuple[Statement, ...]:
    place = -1
    remaining = list(names)

    def filled(value: Expression) -> Expression:
        nonlocal place
        if isinstance(value, Several):
            return Several(tuple(map(filled, value.items)))
        if isinstance(value, Reference):
            return value
        place += 1
        return Variable(by_place[place]) if place in by_place else value

    def arguments(given: Sequence[Argument]) -> tuple[Argument, ...]:
        return tuple(replace(argument, value=filled(argument.value)) for argument in given)

    made = []
    for statement in body:
        name = statement.name
        if name is not None:
            name = Name(remaining.pop(0))
        made.append(
            replace(
                statement,
                construction=arguments(statement.construction),
                arguments=arguments(statement.arguments),
                name=name,
            )
        )
    return tuple(made)
