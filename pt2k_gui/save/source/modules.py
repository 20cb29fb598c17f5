"""Groups a network's statements by PyTorch module, so that each module's part can be computed in one piece."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pt2k_gui.convert.builder.layer_names import sanitised
from pt2k_gui.convert.ir.onnx_reader import module_classes
from pt2k_gui.save.source.program import Scope, Statement
from pt2k_gui.sources.onnx_structure import onnx_structure


@dataclass(frozen=True)
class Module:
    """A PyTorch module: its path (``layer1.0``), how Keras spells that, and its class without the package."""

    path: str
    prefix: str
    kind: str


def read_modules(onnx_path: str) -> tuple[str, dict[str, Module]]:
    """The whole model's class, and its modules by the spelling of their paths in the names of Keras's layers.

    Both are empty for an ONNX file that does not tell of PyTorch's modules.
    """
    classes = module_classes(onnx_structure(onnx_path).graph)
    modules = {
        sanitised(path): Module(path, sanitised(path), kind.rsplit(".", 1)[-1])
        for path, kind in classes.items()
        if path
    }
    return classes.get("", "").rsplit(".", 1)[-1], modules


def grouped(statements: Sequence[Statement], kind: str, modules: Mapping[str, Module]) -> Scope:
    """The statements as a tree of modules; a module whose parts others stand between is left out of the tree."""
    paths = [_chain(statement, modules) for statement in statements]
    root = Module("", "", kind)
    made_by = {value: number for number, statement in enumerate(statements) for value in statement.outputs}
    needs = [sorted({made_by[value] for value in statement.reads() if value in made_by}) for statement in statements]
    return _scope(root, range(len(statements)), 0, statements, paths, needs)


def _chain(statement: Statement, modules: Mapping[str, Module]) -> tuple[Module, ...]:
    """The modules around a statement, outermost first, by the longest path that its name begins with."""
    name = statement.hint
    while name and name not in modules:
        name = name.rpartition("_")[0]
    if not name:
        return ()
    path = modules[name].path
    ancestors = [path[:end] for end in range(len(path)) if path[end] == "."]
    found = [modules.get(sanitised(ancestor), Module(ancestor, sanitised(ancestor), "")) for ancestor in ancestors]
    return (*found, modules[name])


def _scope(
    module: Module,
    members: Iterable[int],
    depth: int,
    statements: Sequence[Statement],
    paths: Sequence[tuple[Module, ...]],
    needs: Sequence[Sequence[int]],
) -> Scope:
    groups: dict[int, tuple[Module | None, int, list[int]]] = {}  # by first member: module, its depth, members
    _collect(groups, members, depth, paths)
    while True:
        order, circle = _sorted(groups, needs)
        if not circle:
            break
        for first in circle:
            _, level, inside = groups.pop(first)
            _collect(groups, inside, level, paths)
    scope = Scope(module.path, module.prefix, module.kind)
    for first in order:
        inner, level, inside = groups[first]
        if inner is None:
            scope.items.append(statements[first])
            continue
        made = _scope(inner, inside, level, statements, paths, needs)
        scope.items += made.items if len(made.items) == 1 else [made]
    return scope


def _collect(
    groups: dict[int, tuple[Module | None, int, list[int]]],
    members: Iterable[int],
    depth: int,
    paths: Sequence[tuple[Module, ...]],
) -> None:
    """Add the members as groups by their module at that depth; what lies in no deeper module stands by itself."""
    by_path: dict[str, int] = {}
    for number in members:
        if len(paths[number]) <= depth:
            groups[number] = (None, depth, [number])
            continue
        module = paths[number][depth]
        first = by_path.setdefault(module.path, number)
        if first == number:
            groups[first] = (module, depth + 1, [])
        groups[first][2].append(number)


def _sorted(
    groups: Mapping[int, tuple[Module | None, int, list[int]]], needs: Sequence[Sequence[int]]
) -> tuple[list[int], list[int]]:
    """The groups in an order of computation, and those groups of several that stand in a circle."""
    owner = {number: first for first, (_, _, inside) in groups.items() for number in inside}
    waits: dict[int, set[int]] = {}
    readers: dict[int, list[int]] = {first: [] for first in groups}
    for first, (_, _, inside) in groups.items():
        waits[first] = {owner[need] for number in inside for need in needs[number] if need in owner} - {first}
        for need in waits[first]:
            readers[need].append(first)
    ready = [first for first in groups if not waits[first]]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        first = heapq.heappop(ready)
        order.append(first)
        for reader in readers[first]:
            waits[reader].discard(first)
            if not waits[reader]:
                heapq.heappush(ready, reader)
    stuck = [first for first in groups if waits[first]]
    # Of what waits, only modules can be taken apart; those at the head of the circle come before those behind it.
    circle = [first for first in stuck if groups[first][0] is not None and _reaches_itself(first, waits)]
    return order, circle


def _reaches_itself(start: int, waits: Mapping[int, set[int]]) -> bool:
    waiting, seen = list(waits[start]), set(waits[start])
    while waiting:
        for need in waits[waiting.pop()] - seen:
            seen.add(need)
            waiting.append(need)
    return start in seen
