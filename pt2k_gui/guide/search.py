"""Finds the sections of the guide that hold all words of a question."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.guide.contents import ENGLISH, pages
from pt2k_gui.guide.rendering import Section, sections

_AROUND = 60  # characters of an excerpt before the first hit
_LENGTH = 180  # of an excerpt
_IN_TITLE, _IN_HEADING, _TOGETHER = 20, 8, 30  # what a word there counts, or all one after the other; in the text, 1


@dataclass(frozen=True)
class Hit:
    """A section that holds the words, and the piece of it around the first of them."""

    section: Section
    excerpt: str


def search(question: str, language: str = ENGLISH, most: int = 40) -> list[Hit]:
    """The sections that hold every word of the question, in any case and as part of a longer word, the best first.

    Chinese is written without spaces: there a word is whatever stands between the question's spaces.
    """
    words = question.casefold().split()
    if not words:
        return []
    found = []
    for place, section in enumerate(part for page in pages(language).values() for part in sections(page)):
        text = section.text.casefold()
        heading, title = section.heading.casefold(), section.page.title.casefold()
        if all(word in text or word in heading or word in title for word in words) and (
            any(word in text or word in heading for word in words)
        ):
            score = sum(
                _IN_TITLE * (word in title) + _IN_HEADING * (word in heading) + min(text.count(word), 5)
                for word in words
            )
            together = " ".join(words)
            score += _TOGETHER * (len(words) > 1 and (together in text or together in heading))
            found.append((-score, place, Hit(section, _excerpt(section.text, words))))
    return [hit for _, _, hit in sorted(found, key=lambda entry: entry[:2])[:most]]


def _excerpt(text: str, words: list[str]) -> str:
    folded = text.casefold()
    first = min((place for word in words if (place := folded.find(word)) >= 0), default=0)
    start = max(first - _AROUND, 0)
    if start:
        start = text.find(" ", start, first) + 1 or start
    piece = text[start : start + _LENGTH]
    return f"{'… ' if start else ''}{piece}{' …' if start + _LENGTH < len(text) else ''}"
