"""Writes the table of operators, ``operators.md`` of the guide, from the converter's registry, in both languages.

    python packaging/operators.py           writes it
    python packaging/operators.py --check   status 1 if one is not current

An operator's Keras layers and limits are read from the source of its conversion: the layers it names, and the reasons for
which it refuses a node.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
TABLES = {
    "en": ROOT / "resources" / "guide" / "operators.md",
    "zh_CN": ROOT / "resources" / "guide" / "zh_CN" / "operators.md",
}
_HEADS = {"en": """# Operators

Written by `python packaging/operators.py` from the registry of the native engine. "From opset" lists the versions for which
there is a function of its own. "Keras" names the layers that the conversion can build; operators without one become
`keras.ops` operations or are part of another layer. "Limits" are the reasons for which a node is refused, and cautions.

| Operator | From opset | Keras | Limits |
|---|---|---|---|
""", "zh_CN": """# 算子

由 `python packaging/operators.py` 根据本引擎登记的算子写出。“起始 opset”列出有单独函数的版本。\
“Keras”列出转换可能构建的层；没有层的算子变成 `keras.ops` 运算或其他层的一部分。\
“限制”是拒绝一个节点的原因以及注意事项。

| 算子 | 起始 opset | Keras | 限制 |
|---|---|---|---|
"""}  # fmt: skip


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


def _limits(function: Callable[..., Any], texts: Mapping[str, str]) -> set[str]:
    from pt2k_gui.convert import messages

    names = _attributes(function, "messages")
    found = [getattr(messages, name) for name in names if hasattr(messages, name)]
    return {texts.get(template.id, template.english) for template in found}


def table(language: str = "en") -> str:
    """The page as it should be."""
    from pt2k_gui.convert.registry import _REGISTRY, load_operators
    from pt2k_gui.message import english, read_catalogue

    load_operators()
    catalogue = english() if language == "en" else read_catalogue(TRANSLATIONS / f"messages_{language}.json")
    rows = []
    between = "; " if language == "en" else "；"
    for (domain, name), versions in sorted(_REGISTRY.items()):
        functions = list(versions.values())
        limits = set().union(*(_limits(function, catalogue.texts) for function in functions))
        cells = (
            f"{domain}.{name}" if domain else name,
            ", ".join(map(str, sorted(versions))),
            ", ".join(sorted(set().union(*map(_layers, functions)))),
            between.join(sorted(limits)),
        )
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n")
    return _HEADS[language] + "".join(rows)


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is current; returns the exit status."""
    wanted = {file: table(language) for language, file in TABLES.items()}
    if "--check" in arguments:
        return int(any(not file.is_file() or file.read_text(encoding="utf-8") != wanted[file] for file in wanted))
    for file, text in wanted.items():
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
