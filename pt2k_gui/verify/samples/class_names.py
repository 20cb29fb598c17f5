"""The names of a model's classes, from the text and JSON files in which they are passed on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pt2k_gui.problem import Problem
from pt2k_gui.verify import messages

_NUMBERED = re.compile(r"[{\s]*(\d+)\s*[:,\t]\s*['\"]?(.*?)['\"]?\s*,?\s*}?\s*$")
_LARGEST = 10_000_000  # bytes; a million names are less
_HINT = messages.WRITE_CLASS_NAMES()


@dataclass(frozen=True)
class ClassNames:
    """Names of the classes.

    Args:
        names: in the order of the classes.
        others: other words for a class, such as ImageNet's ``n01440764``, to its number.
    """

    names: tuple[str, ...]
    others: Mapping[str, int]

    def number(self, word: str) -> int:
        """The class that a word means: its name, another word for it, or its number; -1 for none."""
        folded = word.casefold()
        found = next((number for number, name in enumerate(self.names) if name.casefold() == folded), None)
        if found is None:
            found = self.others.get(folded)
        if found is None and word.isascii() and word.isdigit() and int(word) < len(self.names):
            found = int(word)
        return -1 if found is None else found


def read_class_names(path: str) -> ClassNames:
    """Read a file of names.

    Text: one name a line, or ``3: name`` with the class's number. JSON: a list of names, an object from numbers to names
    or to lists of words (of which the last is the name), or an object from names to numbers.

    Raises:
        Problem: the file can't be read, or is nothing of that.
    """
    file = Path(path)
    try:
        if file.stat().st_size > _LARGEST:
            raise Problem(messages.NAMES_TOO_LARGE(file=file), hint=_HINT)
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Problem(
            messages.CANNOT_READ(file=file, reason=error.strerror or str(error)), hint=messages.CHECK_NAME()
        ) from error
    except UnicodeDecodeError as error:
        raise Problem(messages.NO_NAMES_TEXT(file=file), hint=_HINT) from error
    entries = list(_of_json(text, file) if file.suffix.lower() == ".json" else _of_lines(text))
    numbers = sorted(number for number, _ in entries)
    if not entries or numbers != list(range(len(entries))):
        raise Problem(messages.NOT_EVERY_CLASS(file=file), hint=_HINT)
    entries.sort()
    names = tuple(words[-1] for _, words in entries)
    return ClassNames(names, {word.casefold(): number for number, words in entries for word in words[:-1]})


def _of_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and line not in "{}"]
    numbered = [_NUMBERED.match(line) for line in lines]
    for place, (line, found) in enumerate(zip(lines, numbered, strict=True)):
        yield (int(found[1]), [found[2]]) if found and all(numbered) else (place, [line])


def _of_json(text: str, file: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise Problem(messages.NOT_JSON(file=file, reason=error), hint=_HINT) from error
    if isinstance(data, dict) and isinstance(data.get("id2label"), dict):
        data = data["id2label"]  # a Hugging Face configuration
    items = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    for key, value in items:
        if isinstance(value, int) and isinstance(key, str):
            key, value = value, key
        words = value if isinstance(value, list) else [value]
        if not str(key).isdigit() or not words or not all(isinstance(word, str) for word in words):
            raise Problem(messages.NOT_NAMES(file=file), hint=_HINT)
        yield int(key), words
