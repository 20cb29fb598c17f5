"""Texts for people that any language can say: a ``Message`` is the id of a text and its arguments.

The rooms below the window know no language. Each declares its texts in its own ``messages.py`` (a large room in several)::

    NOT_FOUND = template("sources.not_found", "{path} does not exist.")

and hands out ``NOT_FOUND(path=path)``. The command line prints it as it is, in English; the window says it in its own language
through a ``Catalogue``. Nothing here knows which languages there are.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Argument = Any
"""A number, a text, a path, another ``Message``, or a tuple of such; anything else is taken as its ``str``."""


class Message(str):
    """A text for a person: it is the English sentence, and remembers its id and arguments.

    It is a ``str``, so that logs, JSON and tests take it as the English it is; whatever is cut from it or joined to it is
    a plain ``str`` again, which no catalogue can translate. It never changes, and survives pickling.
    """

    __slots__ = ("arguments", "id", "template")
    id: str
    template: str
    arguments: Mapping[str, Argument]

    def __new__(cls, id: str, template: str, arguments: Mapping[str, Argument]) -> Message:
        plain = {name: _plain(value) for name, value in arguments.items()}
        message = super().__new__(cls, _ENGLISH.say(template, plain))
        message.id, message.template, message.arguments = id, template, plain
        return message

    def __reduce__(self) -> tuple[object, ...]:
        return Message, (self.id, self.template, dict(self.arguments))


@dataclass(frozen=True)
class Template:
    """A declared text: its id, such as ``"sources.not_found"``, and its English with ``{names}`` for the arguments.

    A placeholder may carry a format (``{count:,}``, ``{loss:.4f}``), the two numbers of a noun (``{count:sample|samples}``
    is "sample" for 1), or for a tuple how it is joined: ``{names}`` "a, b", ``{names:and}`` "a and b", ``{names:or}`` "a or
    b", ``{clauses:;}`` "a; b", ``{parts: }`` one sentence after another.
    """

    id: str
    english: str

    def __call__(self, **arguments: Argument) -> Message:
        """Fill in the arguments.

        Raises:
            TypeError: an argument is missing, or is not in the text.
        """
        wanted = placeholders(self.english)
        if wanted != arguments.keys():
            raise TypeError(f"{self.id} takes {sorted(wanted)}, not {sorted(arguments)}")
        return Message(self.id, self.english, arguments)


_templates: dict[str, Template] = {}


def template(id: str, english: str) -> Template:
    """Declare a text. An id stands for one text in the whole program."""
    if id in _templates:
        raise ValueError(f"two messages have the id {id}")
    _templates[id] = Template(id, english)
    return _templates[id]


def declared() -> Mapping[str, Template]:
    """Every text declared so far, by its id."""
    return _templates


@cache
def placeholders(text: str) -> frozenset[str]:
    """The names of the arguments that a text takes."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language by their ids, and how that language joins lists."""

    texts: Mapping[str, str]
    joins: Mapping[str, tuple[str, str]]
    """For each kind of list: the mark between items, and the one before the last."""

    def render(self, text: str) -> str:
        """A text in this language; one that is no ``Message``, or has no translation, in its own words."""
        if isinstance(text, Message):
            return self.say(self.texts.get(text.id, text.template), text.arguments)
        return text

    def say(self, template: str, arguments: Mapping[str, Argument]) -> str:
        """The template with the arguments filled in."""
        return _Formatter(self).vformat(template, (), arguments)

    def join(self, items: Iterable[Argument], kind: str = "") -> str:
        """A list as this language writes it; ``kind`` is the format of its placeholder."""
        said = [self.render(item) if isinstance(item, str) else str(item) for item in items]
        mark, last = self.joins[kind]
        return last.join([*([mark.join(said[:-1])] if len(said) > 1 else []), *said[-1:]])


_JOINS = {"": (", ", ", "), "and": (", ", " and "), "or": (", ", " or "), ";": ("; ", "; "), " ": (" ", " ")}
_ENGLISH = Catalogue({}, _JOINS)
_CHINESE = {"": ("、", "、"), "and": ("、", "和"), "or": ("、", "或"), ";": ("；", "；"), " ": ("", "")}


def english() -> Catalogue:
    """The catalogue of the texts as they are declared."""
    return _ENGLISH


def read_catalogue(file: Path) -> Catalogue:
    """A language's texts from its file: one JSON object from ids to texts."""
    return Catalogue(json.loads(file.read_text(encoding="utf-8")), _CHINESE if "zh" in file.stem else _JOINS)


class _Formatter(string.Formatter):
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, tuple):
            return self._catalogue.join(value, format_spec)
        if isinstance(value, str):
            return format(self._catalogue.render(value), format_spec)
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return one if value == 1 else many
        return format(value, format_spec)


def _plain(value: Argument) -> Argument:
    """An argument as data that can cross to a process without the frameworks."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return tuple(_plain(item) for item in value)
    return str(value)


SENTENCES = template("text.sentences", "{parts: }")


def sentences(*parts: str) -> str:
    """Several sentences as one text; empty ones are left out."""
    said = [part for part in parts if part]
    return said[0] if len(said) == 1 else SENTENCES(parts=said) if said else ""
