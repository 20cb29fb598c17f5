"""Says the texts that come from the rooms below, which know no language, in the window's own."""

from __future__ import annotations

from pt2k_gui.gui.language import catalogue


def phrase(text: str) -> str:
    """A ``Message`` in the window's language; any other text, such as a library's own words, as it is."""
    return catalogue().render(text)


def counted(number: int, one: str, several: str) -> str:
    """The words for one, or those for another number, which stands in them at ``{0}``."""
    return one if number == 1 else several.format(f"{number:,}")
