"""Finds parts of a network that are built alike, makes functions of them, and loops of calls that follow each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pt2k_gui.convert.builder.layer_names import snake_case
from pt2k_gui.save.source.program import (
    Argument,
    Expression,
    Function,
    Literal,
    Name,
    Reference,
    Scope,
    Statement,
    Variable,
)
from pt2k_gui.save.source.program import Sequence as Several

_MOST_PARAMETERS = 4
_MOST_INPUTS = 4
_MOST_OUTPUTS = 3
# A function costs its heading, docstring, return and the blank lines around; it has to save more than that.
_COST = 4
# A function that one place calls is put back there if it is shorter than this.
_SHORT = 8
# Classes whose name says nothing of what they hold, or says it of one layer of several.
_PLAIN_CLASSES = re.compile(
    r"^$|^(Sequential|ModuleList|ModuleDict|Module)$|^(Batch|Layer|Group|Instance)Norm|^Conv|^Linear$|^ReLU"
)


@dataclass(frozen=True)
class _Occurrence:
    """One place where a form occurs: what it reads and gives, and the constants that may differ in other places."""

    scope: Scope
    statements: tuple[Statement, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    constants: tuple[str, ...]


def folded(root: Scope, outputs: Sequence[int], reserved: frozenset[str]) -> tuple[Scope, tuple[Function, ...]]:
    """The network with repeated modules as calls of functions, and these functions, each after those that it calls.

    Args:
        root: the network by module.
        outputs: the values that the whole network gives.
        reserved: names that no function may have.
    """
    refused: set[object] = set()
    while True:
        scope, made = _fold_once(root, outputs, reserved, refused)
        single = _called_once(scope, [function for function, _ in made])
        short = {key for function, key in made if function.name in single and len(function.body) < _SHORT}
        if not short:
            return scope, tuple(function for function, _ in made)
        refused |= short


def _called_once(root: Scope, functions: Sequence[Function]) -> set[str]:
    bodies = [root.statements(), *(list(function.body) for function in functions)]
    heads = [statement.head for body in bodies for statement in body if statement.kind == "function"]
    return {function.name for function in functions if heads.count(function.name) == 1}


def _fold_once(
    root: Scope, outputs: Sequence[int], reserved: frozenset[str], refused: set[object]
) -> tuple[Scope, list[tuple[Function, object]]]:
    root = _copied(root)
    made: list[tuple[Function, object]] = []
    names = set(reserved)
    for depth in range(_depth(root), 0, -1):
        readers = _readers(root, outputs)
        found: dict[object, list[_Occurrence]] = {}
        for scope in _at_depth(root, depth):
            key, occurrence = _form(scope, readers)
            found.setdefault(key, []).append(occurrence)
        for key, occurrences in found.items():
            if key in refused:
                continue
            function = _function(occurrences, names, made)
            if function is not None:
                names.add(function[0].name)
                made.append((function[0], key))
                for occurrence, call in zip(occurrences, function[1], strict=True):
                    occurrence.scope.items = [call]
        _collapse(root)
    return root, made


def _copied(scope: Scope) -> Scope:
    items = [_copied(item) if isinstance(item, Scope) else item for item in scope.items]
    return Scope(scope.path, scope.prefix, scope.kind, items)


def _collapse(scope: Scope) -> None:
    """Put statements that are alone in their scope into the scope around it."""
    items: list[Scope | Statement] = []
    for item in scope.items:
        if isinstance(item, Scope):
            _collapse(item)
            items += item.items if len(item.items) == 1 else [item]
        else:
            items.append(item)
    scope.items = items


def _depth(scope: Scope) -> int:
    return max((1 + _depth(item) for item in scope.items if isinstance(item, Scope)), default=0)


def _at_depth(scope: Scope, depth: int) -> Iterator[Scope]:
    for item in scope.items:
        if isinstance(item, Scope):
            if depth == 1:
                yield item
            else:
                yield from _at_depth(item, depth - 1)


def _readers(root: Scope, outputs: Sequence[int]) -> dict[int, int]:
    """How often each value is read in the whole network."""
    count: dict[int, int] = {}
    for value in outputs:
        count[value] = count.get(value, 0) + 1
    for statement in root.statements():
        for value in statement.reads():
            count[value] = count.get(value, 0) + 1
    return count


# ---- forms ------------------------------------------------------------------------------------------------------


def _form(scope: Scope, readers: dict[int, int]) -> tuple[object, _Occurrence]:
    """Split a part into what it shares with parts that one function can stand for, and its own."""
    statements = tuple(scope.statements())
    inside: dict[int, int] = {}
    slots: dict[int, int] = {}
    constants: list[str] = []

    def expression(value: Expression) -> object:
        if isinstance(value, Reference):
            if value.value in inside:
                return ("inside", inside[value.value])
            return ("outside", slots.setdefault(value.value, len(slots)))
        if isinstance(value, Several):
            return ("several", tuple(map(expression, value.items)))
        assert isinstance(value, Literal)
        constants.append(value.text)
        return ("constant", value.text.startswith("np."))

    parts: list[object] = []
    used: dict[int, int] = {}
    for statement in statements:
        arguments = (*statement.construction, *statement.arguments)
        described = tuple((a.key, a.positional, a.default, expression(a.value)) for a in arguments)
        name = statement.name
        own = None if name is None else name.text[len(scope.prefix) :] if name.text.startswith(scope.prefix) else name
        parts.append((statement.kind, statement.head, described, own, len(statement.outputs)))
        for value in statement.reads():
            used[value] = used.get(value, 0) + 1
        for value in statement.outputs:
            inside[value] = len(inside)
    given = tuple(value for value in inside if readers.get(value, 0) > used.get(value, 0))
    key = (tuple(parts), tuple(inside[value] for value in given), len(slots))
    return key, _Occurrence(scope, statements, tuple(slots), given, tuple(constants))


# ---- functions --------------------------------------------------------------------------------------------------


def _function(
    occurrences: Sequence[_Occurrence], taken: set[str], made: Sequence[tuple[Function, object]]
) -> tuple[Function, list[Statement]] | None:
    """The function for these occurrences and the call that stands for each; None where it is not worth it."""
    first = occurrences[0]
    count, length = len(occurrences), len(first.statements)
    if (count - 1) * length <= count + _COST or length < 2:
        return None
    if len(first.inputs) > _MOST_INPUTS or not 1 <= len(first.outputs) <= _MOST_OUTPUTS:
        return None
    if any(set(occurrence.inputs) & set(_layers(occurrence.statements)) for occurrence in occurrences):
        return None
    varying = _varying(occurrences)
    if len(varying) > _MOST_PARAMETERS:
        return None
    names = _parameter_names(first, varying)
    by_place = {place: names[number] for number, places in enumerate(varying) for place in places}
    named = any(statement.name is not None for statement in first.statements)
    function = Function(
        name=_function_name(first, taken, [function for function, _ in made]),
        kind=first.scope.kind,
        inputs=first.inputs,
        outputs=first.outputs,
        named=named,
        parameters=tuple(names),
        body=_template(first, by_place),
        paths=tuple(occurrence.scope.path for occurrence in occurrences),
    )
    calls = [_call(function, occurrence, varying) for occurrence in occurrences]
    return function, calls


def _layers(statements: Sequence[Statement]) -> Iterator[int]:
    """The layers that are called, of those that are called in several places."""
    for statement in statements:
        if statement.kind == "apply":
            assert isinstance(statement.arguments[0].value, Reference)
            yield statement.arguments[0].value.value


def _varying(occurrences: Sequence[_Occurrence]) -> list[list[int]]:
    """The places of constants that differ between occurrences; places that always hold the same are one group."""
    labels = _labels(occurrences[0])
    groups: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for place, label in enumerate(labels):
        values = tuple(occurrence.constants[place] for occurrence in occurrences)
        if len(set(values)) > 1:
            groups.setdefault((label, values), []).append(place)
    return list(groups.values())


def _labels(occurrence: _Occurrence) -> list[str]:
    """Names of the constants, in the order of ``constants``."""
    labels: list[str] = []

    def visit(key: str, value: Expression) -> None:
        if isinstance(value, Several):
            for item in value.items:
                visit(key, item)
        elif isinstance(value, Literal):
            labels.append(key or "value")

    for statement in occurrence.statements:
        for argument in (*statement.construction, *statement.arguments):
            visit(argument.key, argument.value)
    return labels


def _parameter_names(first: _Occurrence, varying: Sequence[Sequence[int]]) -> list[str]:
    labels = _labels(first)
    names: list[str] = []
    for places in varying:
        label = {"newshape": "shape", "name": "kind"}.get(labels[places[0]], labels[places[0]])
        number = 2
        name = label
        while name in names:
            name = f"{label}_{number}"
            number += 1
        names.append(name)
    return names


def _template(first: _Occurrence, by_place: dict[int, str]) -> tuple[Statement, ...]:
    place = -1

    def filled(value: Expression) -> Expression:
        nonlocal place
        if isinstance(value, Several):
            return Several(tuple(map(filled, value.items)))
        if isinstance(value, Literal):
            place += 1
            return Variable(by_place[place]) if place in by_place else value
        return value

    def arguments(given: Sequence[Argument]) -> tuple[Argument, ...]:
        return tuple(replace(argument, value=filled(argument.value)) for argument in given)

    body = []
    for statement in first.statements:
        name = statement.name
        if name is not None and name.text.startswith(first.scope.prefix):
            name = Name("{name}" + name.text[len(first.scope.prefix) :])
        construction = arguments(statement.construction)
        called = arguments(statement.arguments)
        hint = statement.hint.removeprefix(f"{first.scope.prefix}_")
        body.append(replace(statement, construction=construction, arguments=called, name=name, hint=hint))
    return tuple(body)


def _call(function: Function, occurrence: _Occurrence, varying: Sequence[Sequence[int]]) -> Statement:
    literals: list[Literal] = []

    def collect(value: Expression) -> None:
        if isinstance(value, Several):
            for item in value.items:
                collect(item)
        elif isinstance(value, Literal):
            literals.append(value)

    for statement in occurrence.statements:
        for argument in (*statement.construction, *statement.arguments):
            collect(argument.value)
    tensors = tuple(Argument("", Reference(value), positional=True) for value in occurrence.inputs)
    constants = tuple(
        Argument(key, literals[places[0]]) for key, places in zip(function.parameters, varying, strict=True)
    )
    prefix = occurrence.scope.prefix
    return Statement(
        "function",
        function.name,
        constants,
        tensors,
        occurrence.outputs,
        Name(prefix) if function.named else None,
        prefix,
    )


def _function_name(first: _Occurrence, taken: set[str], made: Sequence[Function]) -> str:
    """From the module's class, else from its place or its layers; of two of one class, by what one has more."""
    kind = first.scope.kind
    if _PLAIN_CLASSES.search(kind):
        words = [word for word in re.sub(r"\d+", "", first.scope.prefix).split("_") if word]
        base = f"{words[-1]}_block" if words else "block"
    else:
        base = snake_case(kind)
    base = re.sub(r"\W", "_", base).lower()
    if base not in taken:
        return base
    own = _parts(first.statements, first.scope.prefix)
    for other in made:
        if other.kind == kind:
            more = [part for part in own if part not in _parts(other.body, "")]
            if more and f"{base}_with_{more[0]}" not in taken:
                return f"{base}_with_{more[0]}"
    number = 2
    while f"{base}_{number}" in taken:
        number += 1
    return f"{base}_{number}"


def _parts(statements: Sequence[Statement], prefix: str) -> list[str]:
    """The first words behind the prefix of the layers' names."""
    found = []
    for statement in statements:
        if statement.name is not None:
            words = [word for word in statement.name.text.removeprefix(prefix or "{name}").split("_") if word]
            if words and words[0].isidentifier():
                found.append(words[0])
    return list(dict.fromkeys(found))
