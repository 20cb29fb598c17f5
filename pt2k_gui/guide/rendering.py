"""A page of the guide as HTML, by markdown-it-py: headings that links can lead to, pictures and links as a reader needs them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pt2k_gui.guide.contents import Page


@dataclass(frozen=True)
class Section:
    """Section under one heading: its words without marks, and the anchor that leads there ("" for the page's top)."""

    page: Page
    heading: str
    anchor: str
    text: str


def as_html(page: Page, *, link: Callable[[str], str] = str, picture: Callable[[str], str] = str) -> str:
    """The page's body.

    Args:
        link: what a link's target becomes, such as ``errors.md#verify.not_found``.
        picture: what the source of a picture becomes.
    """
    tokens = _anchored(_parser().parse(page.text))
    for token in tokens:
        for part in token.children or ():
            if part.type == "link_open":
                part.attrSet("href", link(str(part.attrGet("href"))))
            elif part.type == "image":
                part.attrSet("src", picture(str(part.attrGet("src"))))
    return str(_parser().renderer.render(tokens, _parser().options, {}))


@cache
def sections(page: Page) -> tuple[Section, ...]:
    """The page cut at its headings, for the search."""
    found: list[tuple[str, str, list[str]]] = [(page.title, "", [])]
    tokens = _anchored(_parser().parse(page.text))
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag != "h1":
            found.append((_words(tokens[place + 1]), str(token.attrGet("id")), []))
        elif token.type == "inline" and tokens[place - 1].type != "heading_open":
            found[-1][2].append(_words(token))
        elif token.type in ("fence", "code_block"):
            found[-1][2].append(token.content)
    return tuple(Section(page, heading, anchor, " ".join(" ".join(words).split())) for heading, anchor, words in found)


def anchors(page: Page) -> frozenset[str]:
    """Every anchor of a page: its headings, and the ``<a id>`` that it names itself."""
    headings = {section.anchor for section in sections(page) if section.anchor}
    return frozenset(headings | set(re.findall(r'<a id="([^"]+)">', page.text)))


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _anchored(tokens: list[Token]) -> list[Token]:
    """The tokens, each heading with an anchor of its own."""
    seen: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            name = slug(_words(tokens[place + 1]))
            seen[name] = seen.get(name, -1) + 1
            token.attrSet("id", f"{name}-{seen[name]}" if seen[name] else name)
    return tokens


def _words(token: Token) -> str:
    return html.unescape("".join(_texts(token)))


def _texts(token: Token) -> Iterator[str]:
    for part in token.children or ():
        if part.type in ("text", "code_inline"):
            yield part.content
        elif part.type in ("softbreak", "hardbreak"):
            yield " "
        elif part.type == "image":
            yield part.content
