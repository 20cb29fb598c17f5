"""Writes the table of operators in ``resources/guide/operators.md`` from the converter's registry.

    python packaging/operators.py           writes it
    python packaging/operators.py --check   status 1 if it is not current

An operator's Keras layers and limits are read from the source of its conversion: the layers it names, and the reasons for
which it refuses a node.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "resources" / "guide" / "operators.md"
_HEAD = """# Operators

Written by `python packaging/operators.py` from the registry of the native engine. "From opset" lists the versions for which
there is a function of its own. "Keras" names the layers that the conversion can build; operators without one become
`keras.ops` operations or are part of another layer. "Limits" are the reasons for which a node is refused, and cautions.

| Operator | From opset | Keras | Limits |
|---|---|---|---|
"""


def _sources(function: Callable[..., Any], seen: set[int] | None = None) -> Iterator[Callable[..., Any]]:
    """A conversion, and the functions of its own file that it calls."""
    seen = set() if seen is None else seen
    function = inspect.unwrap(function)
    if id(function) in seen or not inspect.isfunction(function):
        return
    seen.add(id(function))
    yield function
    for name in function.__code__.co_names:
        called = function.__globals__.get(name)
        if inspect.isfunction(called) and called.__module__ == function.__module__:
            yield from _sources(called, seen)


def _attributes(function: Callable[..., Any], of: str) -> set[str]:
    """What a conversion takes out of ``layers`` or ``messages``, in its own source and in what it calls."""
    found = set()
    for part in _sources(function):
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(part)))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == of:
                found.add(node.attr)
    return found


def _layers(function: Callable[..., Any]) -> set[str]:
    """The Keras layers that a conversion names, or that a table named in it holds."""
    found = set()
    for part in _sources(function):
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(part)))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "keras.layers":
                found.add(node.attr)
        named = [part.__globals__.get(name) for name in part.__code__.co_names]
        tables = [*named, *(cell.cell_contents for cell in part.__closure__ or ())]
        for table in tables:
            values = table.values() if isinstance(table, dict) else ()
            found |= {value.__name__ for value in values if inspect.isclass(value)}
    return found


def _limits(function: Callable[..., Any]) -> set[str]:
    from pt2k_gui.convert import messages

    return {getattr(messages, name).english for name in _attributes(function, "messages") if hasattr(messages, name)}


def table() -> str:
    """The page as it should be."""
    from pt2k_gui.convert.registry import _REGISTRY, load_operators

    load_operators()
    rows = []
    for (domain, name), versions in sorted(_REGISTRY.items()):
        functions = list(versions.values())
        cells = (
            f"{domain}.{name}" if domain else name,
            ", ".join(map(str, sorted(versions))),
            ", ".join(sorted(set().union(*map(_layers, functions)))),
            "; ".join(sorted(set().union(*map(_limits, functions)))),
        )
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n")
    return _HEAD + "".join(rows)


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is current; returns the exit status."""
    wanted = table()
    if "--check" in arguments:
        return int(not TABLE.is_file() or TABLE.read_text(encoding="utf-8") != wanted)
    TABLE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
