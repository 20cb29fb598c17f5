"""Lays out Python expressions as the formatters ruff and black do: on one line where it fits, else exploded in brackets.

It knows the few forms that a network's source is made of, so that writing one needs no formatter at run time.
"""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 88
INDENT = 4
# Arguments of a layer's call that are no longer than this stay behind the layer's bracket.
_SHORT = 12


@dataclass(frozen=True)
class Text:
    """An expression that is never broken: a name, a number, a string, a subscript."""

    text: str


@dataclass(frozen=True)
class Bracket:
    """A tuple or list, such as ``(1, 2)``; exploded, it has one item a line."""

    opening: str
    items: tuple[Doc, ...]
    closing: str


@dataclass(frozen=True)
class Invocation:
    """``head(arguments)``, where the head may be a call itself, as in ``layers.Dense(10)(x)``."""

    head: Doc
    arguments: tuple[Doc, ...]


@dataclass(frozen=True)
class Keyword:
    """``key=value`` within an invocation."""

    key: str
    value: Doc


Doc = Text | Bracket | Invocation | Keyword


def flat(doc: Doc) -> str:
    """The expression on one line."""
    match doc:
        case Text(text):
            return text
        case Bracket(opening, items, closing):
            comma = "," if opening == "(" and len(items) == 1 else ""
            return f"{opening}{', '.join(map(flat, items))}{comma}{closing}"
        case Invocation(head, arguments):
            return f"{flat(head)}({', '.join(map(flat, arguments))})"
        case Keyword(key, value):
            return f"{key}={flat(value)}"


def lay_out(before: str, doc: Doc, after: str, indent: int) -> list[str]:
    """The lines of ``before`` + the expression + ``after``, where the first begins at ``indent`` columns.

    What can't be broken may be longer than ``WIDTH``, as with any formatter.
    """
    pad = " " * indent
    whole = f"{pad}{before}{flat(doc)}{after}"
    if len(whole) <= WIDTH:
        return [whole]
    match doc:
        case Keyword(key, value):
            return lay_out(f"{before}{key}=", value, after, indent)
        case Bracket(opening, items, closing) if items:
            return [f"{pad}{before}{opening}", *_one_a_line(items, indent + INDENT), f"{pad}{closing}{after}"]
        case Invocation(Invocation(inner, given) as head, arguments):
            called = ", ".join(map(flat, arguments))
            if len(f"{pad}{before}{flat(head)}(") > WIDTH:  # the construction is broken: layers.Dense(⏎ ...⏎ )(x)
                return lay_out(before, head, f"({called}){after}", indent)
            if len(called) <= _SHORT:  # formatters keep this form because of its last comma, and it reads better
                exploded = _one_a_line(given, indent + INDENT)
                return [f"{pad}{before}{flat(inner)}(", *exploded, f"{pad})({called}){after}"]
            return _broken(f"{pad}{before}{flat(head)}", arguments, after, indent)
        case Invocation(head, arguments) if arguments:
            return _broken(f"{pad}{before}{flat(head)}", arguments, after, indent)
    return [whole]


def _broken(head: str, arguments: tuple[Doc, ...], after: str, indent: int) -> list[str]:
    """A call whose arguments stand on lines of their own: on one if they fit, else one a line."""
    inside = " " * (indent + INDENT) + ", ".join(map(flat, arguments))
    body = [inside] if len(inside) <= WIDTH else _one_a_line(arguments, indent + INDENT)
    return [f"{head}(", *body, f"{' ' * indent}){after}"]


def _one_a_line(items: tuple[Doc, ...], indent: int) -> list[str]:
    return [line for item in items for line in lay_out("", item, ",", indent)]
