"""Which pages the guide has, in which order, and where each of them is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pt2k_gui.resources import resource

ENGLISH = "en"
FIRST = "first-conversion"
CHANGES = "whats-new"
"""The page that is the changelog, which stands at the top of the source tree and not in the guide's folder."""

_TITLES = {CHANGES: {"en": "What is new", "zh_CN": "新内容"}}
_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Page:
    """One page: its name in links, its title (its first heading), and its file."""

    name: str
    title: str
    file: Path

    @property
    def text(self) -> str:
        """The page as Markdown."""
        return self.file.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Part:
    """Pages that belong together, under one heading of the list of contents."""

    title: str
    pages: tuple[Page, ...]


@cache
def contents(language: str = ENGLISH) -> tuple[Part, ...]:
    """The parts of the guide in a language; a page that only English has is there in English.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    parts = json.loads((resource("guide") / "contents.json").read_text(encoding="utf-8"))
    return tuple(
        Part(
            part["title"].get(language, part["title"][ENGLISH]),
            tuple(_page(name, language) for name in part["pages"]),
        )
        for part in parts
    )


def pages(language: str = ENGLISH) -> dict[str, Page]:
    """Every page by its name, in the order of the contents."""
    return {page.name: page for part in contents(language) for page in part.pages}


def picture_name(source: str) -> str:
    """A picture's name among those of the guide, from its path on a page: ``check-light.png``, ``zh_CN/check-light.png``."""
    return source.rpartition("screenshots/")[2]


def picture(name: str, *, dark: bool = False) -> Path | None:
    """A picture of the guide: the one for a dark window where ``name`` ends in ``-light.png``; None if it is not there."""
    if dark:
        name = name.replace("-light.png", "-dark.png")
    for folder in (_PACKAGE / "data" / "guide" / "pictures", _PACKAGE.parent / "packaging" / "screenshots"):
        if (folder / name).is_file():
            return folder / name
    return None


def _page(name: str, language: str) -> Page:
    file = _file(name, language)
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    title = _TITLES.get(name, {}).get(language) or first.removeprefix("# ").strip()
    return Page(name, title, file)


def _file(name: str, language: str) -> Path:
    folder = resource("guide")
    if name == CHANGES:
        places = [_PACKAGE / "data" / "CHANGELOG.md", _PACKAGE.parent / "CHANGELOG.md"]
    else:
        places = [folder / language / f"{name}.md", folder / ENGLISH / f"{name}.md", folder / f"{name}.md"]
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(f"The guide lacks the page {name}.")
